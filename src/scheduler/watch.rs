//! The looks: every source at its time, never two looks at one source at once, and what time alone brings.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::timetable::{self, Mood, Timetable};
use super::{SLOT, TICK};
use crate::clock::Clock;
use crate::model::id::SourceId;
use crate::model::vendor::Source;
use crate::pipeline::compiled::Compiled;
use crate::pipeline::look::{Ask, Memory};
use crate::pipeline::poll_once;
use crate::pipeline::settle::{self, Happened};
use crate::store::known::Seen;
use crate::store::{Store, StoreError};

/// There is a tick at least this often, for what people enter by hand beside the looks.
const LONGEST_WITHOUT_TICK: SignedDuration = SignedDuration::from_mins(1);

/// All that the looks need.
pub struct Watch {
    /// The store.
    pub store: Store,
    /// The configuration.
    pub compiled: Arc<Compiled>,
    /// Carries requests out.
    pub ask: Arc<dyn Ask>,
    /// The time.
    pub clock: Clock,
    /// How many sources are looked at at the same time; as many again for those that hang.
    pub workers: usize,
    /// Is told what every look and every tick led to.
    pub told: mpsc::Sender<Told>,
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

/// One source being watched. It travels to a worker and back, so that no second look at it can begin.
struct Watched {
    index: usize,
    source: Source,
    memory: Memory,
    mood: Mood,
}

/// A look that is done.
struct Done {
    watched: Box<Watched>,
    at: Timestamp,
    /// Whether it changed what time will bring, or could not say.
    is_news: bool,
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
        let mut at_rest = self.watched().await?;
        let mut pool = self.pool();
        let mut timetable = Timetable::at_start(self.compiled.sources.values(), self.clock.now());
        let mut slot = self.clock.every(SLOT);
        let mut tick = self.clock.every(TICK);
        // A tick reads all that is open and all that hurts, so there is none while time changes nothing.
        let mut next_tick = Timestamp::MIN;
        loop {
            tokio::select! {
                () = stop.cancelled() => break,
                () = slot.beat() => {
                    if self.gather(&mut pool, &mut timetable, &mut at_rest).await {
                        next_tick = Timestamp::MIN;
                    }
                    self.start_due(&pool, &mut timetable, &mut at_rest).await;
                }
                () = tick.beat() => if next_tick <= self.clock.now() {
                    next_tick = self.tick().await;
                },
            }
        }
        drop((pool.usual, pool.doubtful));
        while pool.workers.join_next().await.is_some() {}
        Ok(())
    }

    async fn watched(&self) -> Result<BTreeMap<usize, Box<Watched>>, StoreError> {
        let remembered = self.store.remembered().await?;
        let mut memories: BTreeMap<SourceId, Memory> =
            remembered.iter().map(|r| (r.source.clone(), Memory::from_store(r))).collect();
        let all = self.compiled.sources.values().enumerate().map(|(index, source)| {
            let memory = memories.remove(&source.id).unwrap_or_default();
            (index, Box::new(Watched { index, source: source.clone(), memory, mood: Mood::default() }))
        });
        Ok(all.collect())
    }

    fn pool(self: &Arc<Self>) -> Pool {
        let (give_back, done) = mpsc::channel(1024);
        let mut workers = JoinSet::new();
        let usual = self.lane(self.workers, &give_back, &mut workers);
        let doubtful = self.lane(self.workers, &give_back, &mut workers);
        Pool { usual, doubtful, done, workers }
    }

    /// A queue and the workers that take from it.
    fn lane(
        self: &Arc<Self>,
        workers: usize,
        give_back: &mpsc::Sender<Done>,
        tasks: &mut JoinSet<()>,
    ) -> mpsc::Sender<Box<Watched>> {
        let (queue, take) = mpsc::channel::<Box<Watched>>(self.compiled.sources.len().max(1));
        let take = Arc::new(tokio::sync::Mutex::new(take));
        for _ in 0..workers.max(1) {
            let (watch, take, give_back) = (Arc::clone(self), Arc::clone(&take), give_back.clone());
            tasks.spawn(async move {
                loop {
                    // The lock is held while waiting for work, never while working.
                    let next = take.lock().await.recv().await;
                    let Some(mut watched) = next else { return };
                    let (at, is_news) = watch.look(&mut watched).await;
                    if give_back.send(Done { watched, at, is_news }).await.is_err() {
                        return;
                    }
                }
            });
        }
        queue
    }

    /// One look, and what it leaves: when it was, and whether it was news.
    async fn look(&self, watched: &mut Watched) -> (Timestamp, bool) {
        let now = self.clock.now();
        let polled =
            poll_once(&self.store, &self.compiled, &watched.source, &mut watched.memory, &*self.ask, now).await;
        let is_readable = watched.memory.is_readable();
        watched.mood.failures = if is_readable { 0 } else { watched.mood.failures.saturating_add(1) };
        watched.mood.has_open = !watched.memory.open.keys.is_empty();
        watched.mood.leave_alone = polled.as_ref().ok().and_then(|happened| happened.leave_alone);
        metrics::counter!("bellwether_looks_total", "readable" => if is_readable { "yes" } else { "no" }).increment(1);
        let is_news = polled.as_ref().map_or(true, |happened| !happened.changes.is_empty());
        let source = Some(watched.source.id.clone());
        self.tell(Told { at: now, source, is_readable: Some(is_readable), happened: polled }).await;
        (now, is_news)
    }

    async fn tell(&self, told: Told) {
        // Nobody listens only while the program ends.
        let _ = self.told.send(told).await;
    }

    /// Takes back the sources whose looks are done, and writes in one go when they were looked at. Whether any of the
    /// looks was news.
    async fn gather(
        &self,
        pool: &mut Pool,
        timetable: &mut Timetable,
        at_rest: &mut BTreeMap<usize, Box<Watched>>,
    ) -> bool {
        let (mut seen, mut any_news) = (Vec::new(), false);
        while let Ok(Done { watched, at, is_news }) = pool.done.try_recv() {
            any_news |= is_news;
            let good = watched.memory.is_readable().then_some(at);
            let next = timetable::next(&watched.source, watched.mood, self.clock.now());
            seen.push(Seen { source: watched.source.id.clone(), look: at, good, next: Some(next) });
            timetable.put(watched.index, next);
            at_rest.insert(watched.index, watched);
        }
        if !seen.is_empty()
            && let Err(error) = self.store.put_seen(&seen).await
        {
            tracing::error!(%error, "when the sources were looked at could not be written");
        }
        any_news
    }

    async fn start_due(&self, pool: &Pool, timetable: &mut Timetable, at_rest: &mut BTreeMap<usize, Box<Watched>>) {
        for index in timetable.take_due(self.clock.now()) {
            let Some(watched) = at_rest.remove(&index) else { continue };
            let lane = if watched.mood.failures > 0 { &pool.doubtful } else { &pool.usual };
            // Each lane holds every source, so there is always room.
            if let Err(refused) = lane.try_send(watched) {
                let (mpsc::error::TrySendError::Full(watched) | mpsc::error::TrySendError::Closed(watched)) = refused;
                timetable.put(index, self.clock.now());
                at_rest.insert(index, watched);
            }
        }
    }

    /// What only time brings, and when to ask again: at once where it could not be done.
    async fn tick(&self) -> Timestamp {
        let now = self.clock.now();
        let happened = settle::tick_once(&self.store, &self.compiled, now).await;
        let next = match &happened {
            Ok(happened) => happened.next_tick.unwrap_or(Timestamp::MAX).min(now + LONGEST_WITHOUT_TICK),
            Err(_) => now,
        };
        self.tell(Told { at: now, source: None, is_readable: None, happened }).await;
        next
    }
}
