//! What the kit tried, and what it took.

use std::collections::BTreeMap;
use std::fmt;
use std::time::{Duration, Instant};

use bellwether::model::format::Format;

/// Measures one reading.
#[derive(Clone, Copy, Default)]
pub struct Meter {
    /// Where somebody can say how much is in use; the bench can.
    pub memory: Option<Memory>,
}

/// Who knows how much memory is in use.
#[derive(Clone, Copy)]
pub struct Memory {
    /// Begins to watch.
    pub begin: fn(),
    /// The most octets that were in use since, beyond those that are now.
    pub most: fn() -> usize,
}

/// What one reading took.
#[derive(Clone, Copy, Default)]
pub struct Cost {
    took: Duration,
    octets: usize,
}

impl Meter {
    pub fn measure<T>(&self, work: impl FnOnce() -> T) -> (T, Cost) {
        if let Some(memory) = self.memory {
            (memory.begin)();
        }
        let began = Instant::now();
        let done = work();
        (done, Cost { took: began.elapsed(), octets: self.memory.map_or(0, |memory| (memory.most)()) })
    }
}

/// By format.
#[derive(Default)]
pub struct Tallies(BTreeMap<Format, Tally>);

#[derive(Default)]
struct Tally {
    samples: usize,
    damages: usize,
    read: usize,
    slowest: (Duration, String),
    largest: (usize, String),
}

impl Tallies {
    pub fn sample(&mut self, format: Format) {
        self.0.entry(format).or_default().samples += 1;
    }

    pub fn damage(&mut self, format: Format, was_read: bool, cost: Cost, what: &str) {
        let tally = self.0.entry(format).or_default();
        tally.damages += 1;
        tally.read += usize::from(was_read);
        if cost.took > tally.slowest.0 {
            tally.slowest = (cost.took, what.to_owned());
        }
        if cost.octets > tally.largest.0 {
            tally.largest = (cost.octets, what.to_owned());
        }
    }
}

impl fmt::Display for Tallies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:<22}{:>8}{:>10}{:>12}  slowest, largest", "format", "samples", "damages", "still read")?;
        for (format, tally) in &self.0 {
            write!(f, "{:<22}{:>8}{:>10}{:>12}  ", format.name(), tally.samples, tally.damages, tally.read)?;
            write!(f, "{:.1?} {}", tally.slowest.0, tally.slowest.1)?;
            if tally.largest.0 > 0 {
                write!(f, "; {} KiB {}", tally.largest.0 / 1024, tally.largest.1)?;
            }
            writeln!(f)?;
        }
        let sum = |of: fn(&Tally) -> usize| self.0.values().map(of).sum::<usize>();
        let (samples, damages) = (sum(|tally| tally.samples), sum(|tally| tally.damages));
        write!(
            f,
            "{} formats, {samples} samples, {damages} damages, {} of them still read",
            self.0.len(),
            sum(|t| t.read)
        )
    }
}
