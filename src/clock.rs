//! The time, for everything that schedules: the one of this machine, or one that runs faster, or that stands until it is
//! moved. Layers below are told the time; they never ask. What the network may take is measured in real seconds and
//! never by this.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;
use tokio::time::Instant;

use crate::pipeline::deliver::Time;

/// However fast a clock runs, nothing that recurs comes more often than this, in real time.
const LEAST_WAIT: Duration = Duration::from_millis(10);
/// The longest that is slept at once by this machine's own time, which may be set meanwhile.
const LONGEST_NAP: Duration = Duration::from_secs(60);
/// How much faster a clock may become while something is under way, for spans that must not be too short.
const MARGIN: f64 = 2.0;

/// A clock. Clones show the same time, always.
#[derive(Debug, Clone)]
pub struct Clock {
    /// `None` for the time of this machine.
    hand: Option<Arc<watch::Sender<Hand>>>,
}

/// Where the hand of a clock of our own stood at a moment, and how fast it moves since.
#[derive(Debug, Clone, Copy)]
struct Hand {
    at: Timestamp,
    since: Instant,
    /// How many times as fast as time.
    rate: f64,
    /// The fastest it has been, since what began then may still last.
    fastest: f64,
}

impl Hand {
    fn now(&self) -> Timestamp {
        let passed = SignedDuration::try_from_secs_f64(self.since.elapsed().as_secs_f64() * self.rate);
        passed.ok().and_then(|passed| self.at.checked_add(passed).ok()).unwrap_or(Timestamp::MAX)
    }
}

impl Clock {
    /// The time of this machine.
    #[must_use]
    pub const fn real() -> Self {
        Self { hand: None }
    }

    /// A clock that shows `at` now and runs `rate` times as fast as time does.
    #[must_use]
    pub fn running(at: Timestamp, rate: f64) -> Self {
        let rate = rate.max(0.0);
        let hand = Hand { at, since: Instant::now(), rate, fastest: rate };
        Self { hand: Some(Arc::new(watch::Sender::new(hand))) }
    }

    /// A clock that shows `at` until it is moved.
    #[must_use]
    pub fn standing(at: Timestamp) -> Self {
        Self::running(at, 0.0)
    }

    /// The time now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.hand.as_ref().map_or_else(Timestamp::now, |hand| hand.borrow().now())
    }

    /// How many times as fast as time it runs.
    #[must_use]
    pub fn rate(&self) -> f64 {
        self.hand.as_ref().map_or(1.0, |hand| hand.borrow().rate)
    }

    /// Lets a clock of our own run at another rate from now on; 0 stops it. The time of this machine is not ours.
    pub fn set_rate(&self, rate: f64) {
        self.alter(|hand| {
            hand.rate = rate.max(0.0);
            hand.fastest = hand.fastest.max(hand.rate);
        });
    }

    /// Moves a clock of our own forward to `at`. It never goes back.
    pub fn move_to(&self, at: Timestamp) {
        self.alter(|hand| hand.at = hand.at.max(at));
    }

    fn alter(&self, change: impl FnOnce(&mut Hand)) {
        if let Some(hand) = &self.hand {
            hand.send_modify(|hand| {
                (hand.at, hand.since) = (hand.now(), Instant::now());
                change(hand);
            });
        }
    }

    /// Sleeps until it shows `at`.
    pub async fn sleep_until(&self, at: Timestamp) {
        let Some(hand) = &self.hand else {
            while let Ok(left) = Duration::try_from(at.duration_since(Timestamp::now()))
                && !left.is_zero()
            {
                tokio::time::sleep(left.min(LONGEST_NAP)).await;
            }
            return;
        };
        let mut moved = hand.subscribe();
        loop {
            let now = *moved.borrow_and_update();
            let left = at.duration_since(now.now()).as_secs_f64();
            if left <= 0.0 {
                return;
            }
            // A clock that stands says nothing of when; it is waited for.
            let wait = Duration::try_from_secs_f64(left / now.rate).ok();
            tokio::select! {
                () = nap(wait) => {}
                _ = moved.changed() => {}
            }
        }
    }

    /// Sleeps for `span` of its own time.
    pub async fn sleep(&self, span: Duration) {
        self.every(span).after(Moment::of(self)).await;
    }

    /// A rhythm: at once, and then every `span` of its own time, counted from when the last beat was heard.
    #[must_use]
    pub fn every(&self, span: Duration) -> Rhythm {
        Rhythm { clock: self.clone(), span, last: None }
    }
}

/// Sleeps, for ever if nobody knows how long.
async fn nap(wait: Option<Duration>) {
    match wait {
        Some(wait) => tokio::time::sleep(wait).await,
        None => std::future::pending().await,
    }
}

impl Time for Clock {
    fn now(&self) -> Timestamp {
        Self::now(self)
    }

    fn outside(&self) -> Timestamp {
        Timestamp::now()
    }

    fn after(&self, real: Duration) -> Timestamp {
        let fastest = self.hand.as_ref().map_or(1.0, |hand| hand.borrow().fastest.max(0.5) * MARGIN);
        let span = SignedDuration::try_from_secs_f64(real.as_secs_f64() * fastest).unwrap_or(SignedDuration::MAX);
        self.now().checked_add(span).unwrap_or(Timestamp::MAX)
    }
}

/// The same moment by a clock and in real time.
#[derive(Debug, Clone, Copy)]
struct Moment {
    shown: Timestamp,
    real: Instant,
}

impl Moment {
    fn of(clock: &Clock) -> Self {
        Self { shown: clock.now(), real: Instant::now() }
    }
}

/// Beats by a clock. The time of this machine may be set back; its beats come all the same.
#[derive(Debug)]
pub struct Rhythm {
    clock: Clock,
    span: Duration,
    last: Option<Moment>,
}

impl Rhythm {
    /// Waits for the next beat. One that was not heard in time is not made up for.
    pub async fn beat(&mut self) {
        if let Some(last) = self.last {
            self.after(last).await;
        }
        self.last = Some(Moment::of(&self.clock));
    }

    async fn after(&self, last: Moment) {
        if self.clock.hand.is_none() {
            return tokio::time::sleep_until(last.real + self.span).await;
        }
        let span = SignedDuration::try_from(self.span).unwrap_or(SignedDuration::MAX);
        let due = last.shown.checked_add(span).unwrap_or(Timestamp::MAX);
        tokio::join!(self.clock.sleep_until(due), tokio::time::sleep_until(last.real + LEAST_WAIT.min(self.span)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noon() -> Timestamp {
        "2026-01-01T12:00:00Z".parse().unwrap()
    }

    fn later(seconds: i64) -> Timestamp {
        noon() + SignedDuration::from_secs(seconds)
    }

    #[tokio::test]
    async fn a_clock_that_stands_is_moved_forward_and_never_back() {
        let clock = Clock::standing(noon());
        clock.move_to(later(60));
        clock.move_to(later(30));
        assert_eq!(clock.now(), later(60));
    }

    #[tokio::test]
    async fn whoever_sleeps_by_a_clock_that_stands_wakes_when_it_is_moved_and_not_before() {
        let clock = Clock::standing(noon());
        let sleeper = clock.clone();
        let mut asleep = tokio::spawn(async move { sleeper.sleep_until(later(3600)).await });
        clock.move_to(later(3599));
        assert!(tokio::time::timeout(Duration::from_millis(20), &mut asleep).await.is_err());
        clock.move_to(later(3600));
        asleep.await.unwrap();
    }

    #[tokio::test]
    async fn an_hour_by_a_fast_clock_is_short_and_its_rate_can_change_meanwhile() {
        let clock = Clock::running(noon(), 1.0);
        let sleeper = clock.clone();
        let asleep = tokio::spawn(async move { sleeper.sleep_until(later(3600)).await });
        clock.set_rate(1_000_000.0);
        asleep.await.unwrap();
        assert!(clock.now() >= later(3600));
    }

    #[tokio::test]
    async fn a_rhythm_beats_at_once_and_then_by_its_clock() {
        let clock = Clock::standing(noon());
        let mut rhythm = clock.every(Duration::from_secs(60));
        rhythm.beat().await;
        assert!(tokio::time::timeout(Duration::from_millis(20), rhythm.beat()).await.is_err());
        clock.move_to(later(60));
        rhythm.beat().await;
    }

    #[tokio::test]
    async fn what_must_last_for_real_seconds_lasts_longer_by_a_fast_clock() {
        let clock = Clock::running(noon(), 60.0);
        assert!(Time::after(&clock, Duration::from_secs(10)) >= later(600));
        clock.set_rate(0.0);
        assert!(Time::after(&clock, Duration::from_secs(10)) >= later(600), "it may run again before that");
    }
}
