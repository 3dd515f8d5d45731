//! The watch over ourselves, and the two who hear of it: systemd, and a watch outside. Both are called only while all is
//! well, so that silence is the alarm, whatever it is that went wrong.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::system;
use crate::clock::Clock;
use crate::delivery::heart::Heart;
use crate::model::condition::{Audited, Condition, Heartbeat};
use crate::pipeline::auditor;
use crate::pipeline::compiled::Compiled;
use crate::scheduler::pulse::Pulse;
use crate::store::Store;

/// A loop that has not turned for so long stands still. Each turns every few seconds.
const STANDS_STILL_AFTER: Duration = Duration::from_secs(45);
/// A source may be given to a worker so much later than it was due.
const LATE_AFTER: Duration = Duration::from_secs(60);
/// How often we look at ourselves, whether anybody outside is called or not.
const EVERY: Duration = Duration::from_secs(60);

/// All that the watch needs.
pub struct Auditor {
    /// The store.
    pub store: Store,
    /// The configuration of the moment.
    pub compiled: watch::Receiver<Arc<Compiled>>,
    /// The watch outside.
    pub heart: watch::Receiver<Option<Arc<Heart>>>,
    /// Whether the loops turn.
    pub pulse: Arc<Pulse>,
    /// Where it is said how it stands.
    pub condition: Arc<watch::Sender<Condition>>,
    /// The time.
    pub clock: Clock,
    /// When this process began.
    pub started: Timestamp,
}

impl Auditor {
    /// What is not well with ourselves.
    pub async fn wrong(&self, now: Timestamp) -> Vec<String> {
        let compiled = self.compiled.borrow().clone();
        let mut wrong = still(&self.pulse);
        wrong.extend(auditor::audit(&self.store, &compiled, self.started, now).await);
        wrong
    }

    /// Looks at ourselves every minute, and calls the watch outside, again and again, while all is well.
    pub async fn run(mut self, stop: CancellationToken) {
        let mut called: Option<Instant> = None;
        loop {
            let heart = self.heart.borrow_and_update().clone();
            let every = heart.as_ref().map_or(EVERY, |heart| heart.every);
            match heart.filter(|_| called.is_none_or(|at| at.elapsed() + Duration::from_millis(100) >= every)) {
                Some(heart) => {
                    called = Some(Instant::now());
                    self.step(&heart, self.clock.now()).await;
                }
                None => self.look(self.clock.now()).await,
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(every.min(EVERY)) => {}
                // Without a sender there is nothing to wait for but the time.
                Ok(()) = self.heart.changed() => {}
            }
        }
    }

    /// Looks whether all is well, without calling anybody. What is found begins to keep the watch outside from being called
    /// at its next turn.
    pub async fn look(&self, now: Timestamp) {
        let wrong = self.wrong(now).await;
        let was_well = self.condition.borrow().audited.as_ref().is_none_or(|audited| audited.wrong.is_empty());
        if was_well && !wrong.is_empty() {
            tracing::error!(why = wrong.join("; "), "Bellwether itself is not well");
        }
        let has_heart = self.heart.borrow().is_some();
        self.condition.send_modify(|condition| {
            condition.audited = Some(Audited { at: now, wrong });
            if !has_heart {
                condition.heartbeat = None;
            }
        });
    }

    /// Looks whether all is well, and calls if it is. A failure is logged when it begins and when it ends.
    pub async fn step(&self, heart: &Heart, now: Timestamp) {
        let before = self.condition.borrow().heartbeat.clone();
        let withheld = self.wrong(now).await;
        let failed = if withheld.is_empty() { heart.beat().await.err() } else { None };
        let is_heard = withheld.is_empty() && failed.is_none();
        let heard = if is_heard { Some(now) } else { before.as_ref().and_then(|b| b.heard) };
        let audited = Audited { at: now, wrong: withheld.clone() };
        let after = Heartbeat { host: heart.host().to_owned(), heard, withheld, failed };
        log(before.as_ref(), &after);
        self.condition.send_modify(|condition| {
            (condition.heartbeat, condition.audited) = (Some(after), Some(audited));
        });
    }
}

/// What stands still among the loops.
fn still(pulse: &Pulse) -> Vec<String> {
    let mut wrong = Vec::new();
    let (which, since) = pulse.longest();
    if since > STANDS_STILL_AFTER {
        wrong.push(format!("the loop of the {} has stood still for {} s", which.name(), since.as_secs()));
    }
    if pulse.late() > LATE_AFTER {
        wrong.push(format!("a source is due since {} s and no worker is free", pulse.late().as_secs()));
    }
    wrong
}

fn log(before: Option<&Heartbeat>, after: &Heartbeat) {
    let was_well = before.is_none_or(|b| b.withheld.is_empty() && b.failed.is_none());
    let host = &after.host;
    match (&after.failed, after.withheld.as_slice()) {
        (None, []) if was_well => {}
        (None, []) => tracing::info!(host, "the heartbeat is heard again"),
        (Some(why), _) => {
            if before.is_none_or(|b| b.failed.is_none()) {
                tracing::warn!(host, why, "the heartbeat was not heard");
            }
        }
        (None, withheld) => {
            if before.is_none_or(|b| b.withheld.is_empty()) {
                tracing::error!(host, why = withheld.join("; "), "the heartbeat is withheld, so that somebody comes");
            }
        }
    }
}

/// Tells systemd that we live, as often as it asks for, while the loops turn.
pub async fn watchdog(pulse: Arc<Pulse>, stop: CancellationToken) {
    let Some(within) = system::watchdog() else { return };
    let mut every = tokio::time::interval((within / 3).max(Duration::from_millis(50)));
    every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = every.tick() => if pulse.longest().1 < within.max(Duration::from_secs(10)) {
                system::alive();
            },
        }
    }
}
