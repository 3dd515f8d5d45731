//! How fast a story goes: at its speed while something happens, faster while nothing does, and hardly at all while the
//! program still works on what happened. So a busy machine only makes it slower, never different.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::model::id::SourceId;
use crate::store::Store;

/// How much faster quiet stretches go.
const QUIET: f64 = 10.0;
/// How long after something happened the story goes at its own speed.
const LIVELY: SignedDuration = SignedDuration::from_mins(4);
/// How long before something happens it does so again.
const LEAD: SignedDuration = SignedDuration::from_secs(90);
/// How long, by the story's clock, the program may take for what happened before the story waits for it.
const PATIENCE: SignedDuration = SignedDuration::from_mins(3);
/// How long a story waits for one thing, in real time. A receiver that never answers does not hold it for ever.
const LONGEST_WAIT: Duration = Duration::from_secs(60);
/// How often it is looked whether the pace is right, in real time.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// What the program has done so far, as its loops tell it.
#[derive(Debug, Default)]
pub struct Progress {
    inner: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    looked: BTreeMap<SourceId, Timestamp>,
    expected: BTreeMap<SourceId, Timestamp>,
    stirred: Option<Timestamp>,
}

impl Progress {
    /// A source was looked at.
    pub fn looked(&self, source: &SourceId, at: Timestamp) {
        self.known(|known| known.looked.insert(source.clone(), at));
    }

    /// A source says something new since `at`, which a look should find.
    pub fn expect(&self, source: SourceId, at: Timestamp) {
        self.known(|known| known.expected.insert(source, at));
    }

    /// Something happened that people want to see.
    pub fn stir(&self, at: Timestamp) {
        self.known(|known| known.stirred = known.stirred.max(Some(at)));
    }

    fn known<T>(&self, act: impl FnOnce(&mut Known) -> T) -> T {
        act(&mut self.inner.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether what was said before `before` has been looked at.
    fn has_seen_all(&self, before: Timestamp) -> bool {
        self.known(|known| {
            let is_seen = |(source, at): (&SourceId, &Timestamp)| known.looked.get(source).is_some_and(|l| l >= at);
            known.expected.iter().filter(|(_, at)| **at <= before).all(is_seen)
        })
    }

    fn lively_until(&self) -> Option<Timestamp> {
        self.known(|known| known.stirred).map(|at| at + LIVELY)
    }
}

/// Drives a story's clock.
pub struct Pace<'a> {
    /// The clock.
    pub clock: &'a Clock,
    /// How fast the story goes.
    pub speed: f64,
    /// What the program has done.
    pub progress: &'a Progress,
    /// The store, whose outbox must not fall behind.
    pub store: &'a Store,
    /// Ends it.
    pub stop: &'a CancellationToken,
}

impl Pace<'_> {
    /// Lets the story go on until `at`, or until it is stopped.
    pub async fn until(&self, at: Timestamp) {
        let mut waits: Option<Instant> = None;
        while self.clock.now() < at && !self.stop.is_cancelled() {
            let now = self.clock.now();
            let is_behind = self.is_behind(now).await;
            waits = if is_behind { waits.or_else(|| Some(Instant::now())) } else { None };
            let waits_on = waits.is_some_and(|since| since.elapsed() < LONGEST_WAIT);
            let (rate, until) = if waits_on { (1.0, at) } else { self.rate(now, at) };
            if (self.clock.rate() - rate).abs() > f64::EPSILON {
                self.clock.set_rate(rate);
            }
            tokio::select! {
                () = self.clock.sleep_until(until) => {}
                () = tokio::time::sleep(LOOK_EVERY) => {}
                () = self.stop.cancelled() => {}
            }
        }
    }

    /// Waits until nothing is under way, or for as long as a story waits for one thing.
    pub async fn settle(&self) {
        let since = Instant::now();
        self.clock.set_rate(1.0);
        while self.is_behind(self.clock.now() + PATIENCE).await
            && since.elapsed() < LONGEST_WAIT
            && !self.stop.is_cancelled()
        {
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// How fast from now on, and until when that holds.
    fn rate(&self, now: Timestamp, next: Timestamp) -> (f64, Timestamp) {
        let lively_until = self.progress.lively_until().filter(|until| *until > now);
        match (lively_until, next - LEAD) {
            (Some(until), _) => (self.speed, until.min(next)),
            (None, lead) if lead <= now => (self.speed, next),
            (None, lead) => (self.speed * QUIET, lead),
        }
    }

    async fn is_behind(&self, now: Timestamp) -> bool {
        let before = now - PATIENCE;
        if !self.progress.has_seen_all(before) {
            return true;
        }
        // An outbox that cannot be read is told of elsewhere.
        self.store.next_due().await.ok().flatten().is_some_and(|due| due <= before)
    }
}
