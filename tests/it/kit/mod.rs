//! The conformance kit: every sample of every vendor, and each of them damaged by machine in every way that we know of.
//!
//! It lists no format and no vendor: whoever adds a sample has it tested. What must hold, whatever the damage:
//! nobody panics; **nothing unreadable becomes healthy; nothing that is open is over; nothing that is not well is
//! well**. A sample is looked at first, then its damaged self is looked at again and again for half a day, and what is
//! known after it is compared with what was known before (`verdict`).
//!
//! `BELLWETHER_KIT=whole` leaves none of the damages out and prints figures; `BELLWETHER_KIT_SEED` repeats a random one.

mod damage;
mod markup;
mod tree;
mod verdict;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::support::samples::{Case, cases};
use damage::{Damage, damages};
use verdict::Before;

/// Whether nothing is left out.
fn is_whole() -> bool {
    std::env::var_os("BELLWETHER_KIT").is_some_and(|whole| whole == "whole")
}

/// What was tried, by format.
#[derive(Default)]
struct Tally {
    samples: usize,
    damages: usize,
    read: usize,
    slowest: (std::time::Duration, String),
}

/// Does `work` with each case, by as many threads as there are processors.
fn each_case(work: impl Fn(&Case) + Sync) {
    let cases = cases();
    let next = AtomicUsize::new(0);
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    work(case);
                }
            });
        }
    });
}

#[test]
fn no_damage_makes_anything_well_or_over() {
    let wrong = Mutex::new(Vec::new());
    let tried: Mutex<BTreeSet<String>> = Mutex::default();
    let tallies: Mutex<BTreeMap<&str, Tally>> = Mutex::default();
    let cases = cases();
    let foreign = damage::foreign(&cases);
    let said = damage::said(&cases);
    each_case(|case| {
        let before = Before::of(case);
        let mut tally = Tally { samples: 1, ..Tally::default() };
        for document in 0..case.answers.len() {
            for damage in damages(case, document, &foreign) {
                if said.contains(&(case.source.format, damage.bytes.trim_ascii().to_vec())) {
                    continue;
                }
                // What was done already to the same place of another sample of this source is not done again.
                let place = format!("{} {} {}", case.source.id, case.answers[document].role, damage.name);
                let is_new = tried.lock().unwrap().insert(place);
                if !is_new && !is_whole() && damage.is_alike_elsewhere {
                    continue;
                }
                judge(case, &before, document, &damage, &mut tally, &wrong);
            }
        }
        let mut tallies = tallies.lock().unwrap();
        let sum = tallies.entry(case.source.format.name()).or_default();
        sum.samples += tally.samples;
        sum.damages += tally.damages;
        sum.read += tally.read;
        sum.slowest = std::mem::take(&mut sum.slowest).max(tally.slowest);
    });
    print(&tallies.into_inner().unwrap());
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{} damages were believed:\n{}", wrong.len(), wrong.join("\n"));
}

fn judge(
    case: &Case,
    before: &Before,
    document: usize,
    damage: &Damage,
    tally: &mut Tally,
    wrong: &Mutex<Vec<String>>,
) {
    tally.damages += 1;
    let began = std::time::Instant::now();
    let after = before.after(case, case.with(document, damage.bytes.clone()));
    let what = || format!("{} [{}] {}", case.name, case.answers[document].role, damage.name);
    tally.slowest = std::mem::take(&mut tally.slowest).max((began.elapsed(), what()));
    match after {
        Ok(was_read) => tally.read += usize::from(was_read),
        Err(why) => wrong.lock().unwrap().push(format!("{}: {why}", what())),
    }
}

fn print(tallies: &BTreeMap<&str, Tally>) {
    println!("{:<24}{:>8}{:>10}{:>12}  slowest", "format", "samples", "damages", "still read");
    for (format, tally) in tallies {
        let (took, what) = &tally.slowest;
        println!("{format:<24}{:>8}{:>10}{:>12}  {took:?} {what}", tally.samples, tally.damages, tally.read);
    }
    let (samples, damages) = tallies.values().fold((0, 0), |(s, d), tally| (s + tally.samples, d + tally.damages));
    println!("{} formats, {samples} samples, {damages} damages", tallies.len());
}

/// Damage upon damage, at random places. The seed stands in the message.
#[test]
fn no_heap_of_random_damages_makes_anything_well_or_over() {
    let seed = std::env::var("BELLWETHER_KIT_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed = seed.unwrap_or_else(|| std::process::id().into());
    println!("BELLWETHER_KIT_SEED={seed}");
    let rounds = if is_whole() { 400 } else { 25 };
    let wrong = Mutex::new(Vec::new());
    each_case(|case| {
        let before = Before::of(case);
        for round in 0..rounds {
            let mut dice = damage::Dice::of(seed, &case.name, round);
            let document = dice.below(case.answers.len());
            let bytes = damage::at_random(case.bytes(document), &mut dice);
            if let Err(why) = before.after(case, case.with(document, bytes.clone())) {
                let bytes = String::from_utf8_lossy(&bytes);
                wrong.lock().unwrap().push(format!("{} round {round}: {why}\n{bytes}", case.name));
            }
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "BELLWETHER_KIT_SEED={seed} repeats it:\n{}", wrong.join("\n"));
}

/// What makes the kit worth its time: every format that is polled has a quiet sample, one with something open, and one
/// that is not its document.
#[test]
fn every_format_has_the_samples_that_the_kit_lives_on() {
    use bellwether::model::format::Format;
    let mut lacking: BTreeMap<Format, BTreeSet<&str>> =
        Format::ALL.into_iter().filter(|f| *f != Format::Manual).map(|f| (f, NEEDED.into())).collect();
    for case in cases() {
        let before = Before::of(&case);
        if let Some(lacks) = lacking.get_mut(&case.source.format) {
            lacks.remove(before.kind());
        }
    }
    lacking.retain(|_, lacks| !lacks.is_empty());
    assert!(lacking.is_empty(), "samples are missing: {lacking:?}");
}

const NEEDED: [&str; 3] = ["quiet", "open", "unreadable"];
