//! The looks: every source at its time, never two looks at one source at once, and what time alone brings.

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::{Notify, mpsc, watch};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::pulse::{Loop, Pulse};
use super::round::{Round, Watched};
use super::{SLOT, TICK, timetable};
use crate::clock::Clock;
use crate::model::id::SourceId;
use crate::pipeline::compiled::Compiled;
use crate::pipeline::inquire::may_be_asked;
use crate::pipeline::look::{Ask, Memory};
use crate::pipeline::poll_once;
use crate::pipeline::settle::{self, Happened};
use crate::store::known::Seen;
use crate::store::{Store, StoreError};

/// There is a tick at least this often, for what people enter by hand beside the looks.
const LONGEST_WITHOUT_TICK: SignedDuration = SignedDuration::from_mins(1);

/// Whether it is time for a tick. One that lies further ahead than any is put off was set before the clock was set back,
/// and would come by that much too late.
fn is_due(next_tick: Timestamp, now: Timestamp) -> bool {
    next_tick <= now || now.checked_add(LONGEST_WITHOUT_TICK).is_ok_and(|latest| next_tick > latest)
}

/// The fewest sources that a lane holds.
const LEAST_ROOM: usize = 1024;

/// All that the looks need.
pub struct Watch {
    /// The store.
    pub store: Store,
    /// The configuration of the moment. Another one is taken up between two slots.
    pub compiled: watch::Receiver<Arc<Compiled>>,
    /// Carries requests out, as the configuration of the moment says.
    pub ask: watch::Receiver<Arc<dyn Ask>>,
    /// The time.
    pub clock: Clock,
    /// How many sources are looked at at the same time; as many again for those that hang.
    pub workers: usize,
    /// Is told what every look and every tick led to.
    pub told: mpsc::Sender<Told>,
    /// Is told that the looks go on.
    pub pulse: Arc<Pulse>,
    /// Is told when a look found out how a source publishes, so that it is read so from then on.
    pub found: Arc<Notify>,
    /// Is told which sources are answered by something else than their document for long.
    pub strange: mpsc::Sender<SourceId>,
}

/// What a look or a tick led to, for the terminal, the page and the outbox.
#[derive(Debug)]
pub struct Told {
    /// When.
    pub at: Timestamp,
    /// At which source; `None` for a tick.
    pub source: Option<SourceId>,
    /// Whether the look was good; `None` for a tick.
    pub is_readable: Option<bool>,
    /// What it led to, or why nothing could be written.
    pub happened: Result<Happened, StoreError>,
}

/// A look that is done.
struct Done {
    watched: Box<Watched>,
    at: Timestamp,
    /// Whether it changed what time will bring, or could not say.
    is_news: bool,
    /// Whether another configuration was taken up meanwhile, so that nothing of it was written.
    is_void: bool,
}

/// The workers that look: those for sources that answer, and those for sources that did not answer last time.
struct Pool {
    usual: mpsc::Sender<Box<Watched>>,
    doubtful: mpsc::Sender<Box<Watched>>,
    done: mpsc::Receiver<Done>,
    workers: JoinSet<()>,
}

impl Watch {
    /// Looks at everything at its time until `stop`, then lets the looks that have begun end.
    ///
    /// # Errors
    /// [`StoreError`] when what is remembered cannot be read at the start.
    pub async fn run(self: Arc<Self>, stop: CancellationToken) -> Result<(), StoreError> {
        let mut news = self.compiled.clone();
        let begun_with = news.borrow_and_update().clone();
        let mut round = self.round(&begun_with).await?;
        let mut pool = self.pool(round.len());
        let mut slot = self.clock.every(SLOT);
        let mut tick = self.clock.every(TICK);
        // A tick reads all that is open and all that hurts, so there is none while time changes nothing.
        let mut next_tick = Timestamp::MIN;
        loop {
            tokio::select! {
                () = stop.cancelled() => break,
                () = slot.beat() => {
                    // A sender that is gone has no news.
                    if news.has_changed().unwrap_or(false) {
                        let changed = news.borrow_and_update().clone();
                        round.change(&changed.sources, self.clock.now());
                        next_tick = self.tick().await;
                    }
                    if self.gather(&mut pool, &mut round).await {
                        next_tick = Timestamp::MIN;
                    }
                    self.start_due(&pool, &mut round);
                    self.pulse.beat(Loop::Looks);
                }
                () = tick.beat() => {
                    if is_due(next_tick, self.clock.now()) {
                        next_tick = self.tick().await;
                    }
                    self.pulse.beat(Loop::Ticks);
                },
            }
        }
        drop((pool.usual, pool.doubtful));
        while pool.workers.join_next().await.is_some() {}
        Ok(())
    }

    async fn round(&self, compiled: &Compiled) -> Result<Round, StoreError> {
        let remembered = self.store.remembered().await?;
        let memories: BTreeMap<SourceId, Memory> =
            remembered.iter().map(|r| (r.source.clone(), Memory::from_store(r))).collect();
        Ok(Round::begin(&compiled.sources, memories, self.clock.now()))
    }

    fn pool(self: &Arc<Self>, sources: usize) -> Pool {
        let (give_back, done) = mpsc::channel(1024);
        let mut workers = JoinSet::new();
        let room = sources.max(LEAST_ROOM);
        let usual = self.lane(room, &give_back, &mut workers);
        let doubtful = self.lane(room, &give_back, &mut workers);
        Pool { usual, doubtful, done, workers }
    }

    /// A queue and the workers that take from it.
    fn lane(
        self: &Arc<Self>,
        room: usize,
        give_back: &mpsc::Sender<Done>,
        tasks: &mut JoinSet<()>,
    ) -> mpsc::Sender<Box<Watched>> {
        let (queue, take) = mpsc::channel::<Box<Watched>>(room);
        let take = Arc::new(tokio::sync::Mutex::new(take));
        for _ in 0..self.workers.max(1) {
            let (watch, take, give_back) = (Arc::clone(self), Arc::clone(&take), give_back.clone());
            tasks.spawn(async move {
                loop {
                    // The lock is held while waiting for work, never while working.
                    let next = take.lock().await.recv().await;
                    let Some(watched) = next else { return };
                    let done = watch.look(watched).await;
                    if give_back.send(done).await.is_err() {
                        return;
                    }
                }
            });
        }
        queue
    }

    /// One look, and what it leaves.
    async fn look(&self, mut watched: Box<Watched>) -> Done {
        let at = self.clock.now();
        let (compiled, ask) = (self.compiled.borrow().clone(), self.ask.borrow().clone());
        let polling = poll_once(&self.store, &compiled, &watched.source, &mut watched.memory, &*ask, at);
        // A worker that broke off would take its source along, and nobody would look at it again.
        let Ok(polled) = AssertUnwindSafe(polling).catch_unwind().await else {
            tracing::error!(source = %watched.source.id, "a look broke off, which is a fault of Bellwether's own");
            watched.memory.forget();
            watched.mood.failures = watched.mood.failures.saturating_add(1);
            return Done { watched, at, is_news: false, is_void: false };
        };
        if let Err(StoreError::Superseded) = polled {
            return Done { watched, at, is_news: false, is_void: true };
        }
        let is_found = polled.as_ref().is_ok_and(|happened| happened.detected.is_some());
        if is_found {
            self.found.notify_one();
        }
        if watched.memory.strange.is_some_and(|strange| strange.is_long(at)) && may_be_asked(&watched.source) {
            // Where nobody can take it just now, the next look says it again.
            let _ = self.strange.try_send(watched.source.id.clone());
        }
        let is_readable = watched.memory.is_readable();
        watched.mood.failures = if is_readable || is_found { 0 } else { watched.mood.failures.saturating_add(1) };
        watched.mood.has_open = !watched.memory.open.keys.is_empty();
        watched.mood.leave_alone = polled.as_ref().ok().and_then(|happened| happened.leave_alone);
        metrics::counter!("bellwether_looks_total", "readable" => if is_readable { "yes" } else { "no" }).increment(1);
        let is_news = polled.as_ref().map_or(true, |happened| !happened.changes.is_empty());
        let source = Some(watched.source.id.clone());
        self.tell(Told { at, source, is_readable: Some(is_readable), happened: polled }).await;
        Done { watched, at, is_news, is_void: false }
    }

    async fn tell(&self, told: Told) {
        // Nobody listens only while the program ends.
        let _ = self.told.send(told).await;
    }

    /// Takes back the sources whose looks are done, and writes in one go when they were looked at. Whether any of the
    /// looks was news.
    async fn gather(&self, pool: &mut Pool, round: &mut Round) -> bool {
        let (mut seen, mut any_news) = (Vec::new(), false);
        while let Ok(Done { watched, at, is_news, is_void }) = pool.done.try_recv() {
            let now = self.clock.now();
            if is_void {
                round.put_back(watched, now, now);
                continue;
            }
            any_news |= is_news;
            let good = watched.memory.is_readable().then_some(at);
            let due = timetable::next(&watched.source, watched.mood, now);
            seen.push(Seen {
                source: watched.source.id.clone(),
                look: at,
                good,
                next: Some(due),
                moved: watched.memory.moved,
            });
            round.put_back(watched, due, now);
        }
        if !seen.is_empty()
            && let Err(error) = self.store.put_seen(&seen).await
        {
            tracing::error!(%error, "when the sources were looked at could not be written");
        }
        any_news
    }

    fn start_due(&self, pool: &Pool, round: &mut Round) {
        let now = self.clock.now();
        let late = round.first_due().map_or(SignedDuration::ZERO, |due| now.duration_since(due));
        self.pulse.set_late(late.try_into().unwrap_or_default());
        metrics::gauge!("bellwether_schedule_late_seconds").set(late.as_secs_f64().max(0.0));
        for watched in round.take_due(now) {
            let lane = if watched.mood.failures > 0 { &pool.doubtful } else { &pool.usual };
            // Each lane holds as many sources as there were at the start; where a reload added many, the rest waits.
            if let Err(refused) = lane.try_send(watched) {
                let (mpsc::error::TrySendError::Full(watched) | mpsc::error::TrySendError::Closed(watched)) = refused;
                round.put_back(watched, now, now);
            }
        }
    }

    /// What only time brings, and when to ask again: at once where it could not be done.
    async fn tick(&self) -> Timestamp {
        let now = self.clock.now();
        let compiled = self.compiled.borrow().clone();
        let happened = settle::tick_once(&self.store, &compiled, now).await;
        let next = match &happened {
            Ok(happened) => happened.next_tick.unwrap_or(Timestamp::MAX).min(now + LONGEST_WITHOUT_TICK),
            Err(_) => now,
        };
        self.tell(Told { at: now, source: None, is_readable: None, happened }).await;
        next
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_set_back_does_not_put_off_the_ticks() {
        let now: Timestamp = "2026-03-29T02:30:00Z".parse().unwrap();
        let next = now + SignedDuration::from_secs(40);
        assert!(!is_due(next, now), "not yet");
        assert!(is_due(next, next) && is_due(next, next + SignedDuration::from_hours(1)), "now, and late");
        let back = now - SignedDuration::from_hours(1);
        assert!(is_due(next, back), "an hour and 40 seconds ahead, which no tick is put off");
        assert!(!is_due(back + LONGEST_WITHOUT_TICK, back), "the longest there is");
        assert!(is_due(Timestamp::MIN, now) && !is_due(Timestamp::MAX, Timestamp::MAX - SignedDuration::from_secs(1)));
    }
}
