//! Plays recordings through the real pipeline, with the recorded times as its clock.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use anyhow::Result;
use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};

use super::recording::Recording;
use crate::model::id::SourceId;
use crate::model::snapshot::Unreadable;
use crate::model::vendor::Source;
use crate::normalize::{Body, Outcome, Request};
use crate::pipeline::compiled::Compiled;
use crate::pipeline::look::{Ask, Asked, Memory};
use crate::pipeline::poll_once;
use crate::pipeline::settle::{self, Happened};
use crate::store::Store;

/// How long a replay goes on looking after the last body.
const AFTER_THE_LAST: SignedDuration = SignedDuration::from_hours(1);

/// Something at a time, for whoever prints it.
pub struct Step {
    /// When.
    pub at: Timestamp,
    /// What it led to.
    pub happened: Happened,
}

/// What a replay counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counted {
    /// Bodies that were recorded.
    pub bodies: usize,
    /// Looks that were taken.
    pub looks: usize,
    /// Bodies of which nothing could be read.
    pub unreadable: usize,
}

/// One source being played.
struct Played {
    source: Source,
    tape: Tape,
    memory: Memory,
    looks: Vec<Timestamp>,
}

/// Plays all recordings to their end, handing each step on as it happens.
pub async fn play(
    recordings: Vec<Recording>,
    compiled: &Compiled,
    every: Duration,
    mut on_step: impl FnMut(Step),
) -> Result<Counted> {
    let store = Store::in_memory().await?;
    let mut counted = Counted { bodies: recordings.iter().map(Recording::bodies).sum(), ..Counted::default() };
    let mut played = prepare(recordings, compiled, every);
    let mut agenda: BTreeMap<(Timestamp, usize), ()> = BTreeMap::new();
    for (index, one) in played.iter().enumerate() {
        agenda.extend(one.looks.iter().map(|at| ((*at, index), ())));
    }
    let mut next_tick: Option<Timestamp> = None;
    for (at, index) in agenda.into_keys() {
        while let Some(due) = next_tick.filter(|due| *due <= at) {
            let happened = settle::tick_once(&store, compiled, due).await?;
            on_step(Step { at: due, happened });
            next_tick = settle::next_tick(&store, compiled, due).await?;
        }
        let Some(one) = played.get_mut(index) else { continue };
        one.tape.wind_to(at);
        let happened = poll_once(&store, compiled, &one.source, &mut one.memory, &one.tape, at).await?;
        counted.looks += 1;
        counted.unreadable += usize::from(one.tape.is_at_a_new_body() && !one.memory.is_readable());
        if happened.was_taken_in {
            next_tick = settle::next_tick(&store, compiled, at).await?;
            store.take_all_pending(at).await?;
        }
        on_step(Step { at, happened });
    }
    Ok(counted)
}

fn prepare(recordings: Vec<Recording>, compiled: &Compiled, every: Duration) -> Vec<Played> {
    let mut played = Vec::new();
    for recording in recordings {
        let Ok(id) = SourceId::parse(&recording.name) else { continue };
        let Some(source) = compiled.sources.get(&id).or_else(|| compiled.vendors.get(&id.vendor())?.sources.first())
        else {
            continue;
        };
        let looks = looks(&recording.times(), every);
        played.push(Played { source: source.clone(), tape: Tape::new(recording), memory: Memory::default(), looks });
    }
    played
}

/// The looks of a source: at each body, then at its interval until the next, and for an hour after the last.
fn looks(times: &[Timestamp], every: Duration) -> Vec<Timestamp> {
    let every = SignedDuration::try_from(every).unwrap_or(SignedDuration::from_mins(1));
    let mut looks = Vec::new();
    for (index, &time) in times.iter().enumerate() {
        let end = times.get(index + 1).copied();
        let mut at = time;
        while end.map_or(at <= time + AFTER_THE_LAST, |end| at < end) {
            looks.push(at);
            at += every;
        }
    }
    looks
}

/// A recording, wound to a time: it answers what stood there then.
pub struct Tape {
    recording: Recording,
    now: Mutex<Timestamp>,
    /// The last body that was handed out, by role: an equal one is "not modified".
    handed_out: Mutex<BTreeMap<&'static str, std::path::PathBuf>>,
    starts: std::collections::BTreeSet<Timestamp>,
}

impl Tape {
    /// One that is not wound yet.
    #[must_use]
    pub fn new(recording: Recording) -> Self {
        let starts = recording.times().into_iter().collect();
        Self { recording, now: Mutex::new(Timestamp::MIN), handed_out: Mutex::new(BTreeMap::new()), starts }
    }

    /// Winds it to a time.
    pub fn wind_to(&self, at: Timestamp) {
        *lock(&self.now) = at;
    }

    fn is_at_a_new_body(&self) -> bool {
        self.starts.contains(&lock(&self.now))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

#[async_trait]
impl Ask for Tape {
    async fn ask(&self, _source: &Source, request: &Request, may_be_same: bool) -> Asked {
        let now = *lock(&self.now);
        let Some(path) = self.recording.standing(request.role, now) else {
            return Asked::Outcome(Outcome::NotRecorded, None);
        };
        let before = lock(&self.handed_out).insert(request.role, path.clone());
        if may_be_same && before.as_ref() == Some(path) {
            return Asked::NotModified;
        }
        let outcome = match std::fs::read(path) {
            Ok(bytes) => Outcome::Body(Body::saved(bytes)),
            Err(error) => Outcome::Unreadable(Unreadable::Unreachable(format!("{}: {error}", path.display()))),
        };
        Asked::Outcome(outcome, None)
    }
}
