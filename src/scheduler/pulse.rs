//! Whether the loops still turn. Each says so as it turns; who watches over them asks how long ago that was.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// The moments at which the loops last turned. They are counted by the clock that never jumps.
#[derive(Debug)]
pub struct Pulse {
    base: Instant,
    looks_ms: AtomicU64,
    ticks_ms: AtomicU64,
    deliveries_ms: AtomicU64,
    late_ms: AtomicU64,
}

/// A loop that turns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loop {
    /// The looks: what is due is given to workers.
    Looks,
    /// What only time brings.
    Ticks,
    /// The outbox.
    Deliveries,
}

impl Loop {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Looks, Self::Ticks, Self::Deliveries];

    /// For people.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Looks => "looks",
            Self::Ticks => "ticks",
            Self::Deliveries => "deliveries",
        }
    }
}

impl Default for Pulse {
    /// All loops are held to turn at the beginning.
    fn default() -> Self {
        Self::since_begun(Instant::now())
    }
}

impl Pulse {
    /// As if all loops had turned at `base` last.
    #[must_use]
    pub const fn since_begun(base: Instant) -> Self {
        let [looks_ms, ticks_ms, deliveries_ms, late_ms] = [const { AtomicU64::new(0) }; 4];
        Self { base, looks_ms, ticks_ms, deliveries_ms, late_ms }
    }

    const fn of(&self, which: Loop) -> &AtomicU64 {
        match which {
            Loop::Looks => &self.looks_ms,
            Loop::Ticks => &self.ticks_ms,
            Loop::Deliveries => &self.deliveries_ms,
        }
    }

    fn now_ms(&self) -> u64 {
        u64::try_from(self.base.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// The loop turns.
    pub fn beat(&self, which: Loop) {
        self.of(which).store(self.now_ms(), Ordering::Relaxed);
    }

    /// How long ago the loop turned.
    #[must_use]
    pub fn since(&self, which: Loop) -> Duration {
        Duration::from_millis(self.now_ms().saturating_sub(self.of(which).load(Ordering::Relaxed)))
    }

    /// The longest that any of them has not turned.
    #[must_use]
    pub fn longest(&self) -> (Loop, Duration) {
        let all = Loop::ALL.map(|which| (which, self.since(which)));
        all.into_iter().max_by_key(|(_, since)| *since).unwrap_or((Loop::Looks, Duration::ZERO))
    }

    /// By how much the source that is due the longest is late.
    pub fn set_late(&self, late: Duration) {
        self.late_ms.store(u64::try_from(late.as_millis()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// By how much the source that was due the longest was late.
    #[must_use]
    pub fn late(&self) -> Duration {
        Duration::from_millis(self.late_ms.load(Ordering::Relaxed))
    }
}
