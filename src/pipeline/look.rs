//! One look at a source: what to ask, what came, what it says.

use std::collections::BTreeMap;
use std::iter::repeat;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use tokio::time::{Instant, timeout_at};

use super::inquire::Strange;
use super::settle::Happened;
use crate::alerting::drift::Outlook;
use crate::model::hash;
use crate::model::incident::KnownOpen;
use crate::model::snapshot::{Look, Unreadable, Warning};
use crate::model::vendor::Source;
use crate::normalize::shape::shape;
use crate::normalize::{self, Answer, Body, Outcome, Reading, Request};
use crate::store::known::Remembered;

/// How often the history of a source is read beside what is open, to close incidents and to find short ones.
const HISTORY_EVERY: SignedDuration = SignedDuration::from_mins(10);
/// How often the shape of what is read is taken, while nothing about it is in doubt.
const SHAPE_EVERY: SignedDuration = SignedDuration::from_mins(5);
/// How often a format may ask for more within one look.
const ROUNDS: usize = 8;
/// The roles that hold what is over.
const HISTORY: [&str; 2] = ["incidents", "history"];

/// Carries requests out: over the network, from saved files, or from a recording.
#[async_trait]
pub trait Ask: Send + Sync {
    /// One answer for the request. `may_be_same` allows "not modified" as an answer.
    async fn ask(&self, source: &Source, request: &Request, may_be_same: bool) -> Asked;

    /// How long all the requests of one look may take together; `None` where none of them takes any time.
    fn deadline(&self) -> Option<Duration> {
        None
    }
}

/// The requests of one look.
struct Asking<'a> {
    ask: &'a dyn Ask,
    source: &'a Source,
    until: Option<Instant>,
    /// The longest that any server asks to be left alone.
    leave_alone: Option<Duration>,
    /// Whether it is time to look at the documents themselves.
    takes_shape: bool,
}

impl<'a> Asking<'a> {
    fn new(ask: &'a dyn Ask, source: &'a Source) -> Self {
        Self {
            ask,
            source,
            until: ask.deadline().map(|deadline| Instant::now() + deadline),
            leave_alone: None,
            takes_shape: false,
        }
    }

    /// What came of a request. Those that would begin after the deadline are not made, and what came before stands.
    async fn ask(&mut self, request: &Request, may_be_same: bool) -> Asked {
        let asking = self.ask.ask(self.source, request, may_be_same);
        let asked = match self.until {
            None => asking.await,
            Some(until) => timeout_at(until, asking).await.unwrap_or_else(|_| {
                let why = "the look as a whole took too long; see [polling] deadline".to_owned();
                Asked::Outcome(Outcome::Unreadable(Unreadable::Unreachable(why)), None)
            }),
        };
        if let Asked::Outcome(_, wait) = &asked {
            self.leave_alone = self.leave_alone.max(*wait);
        }
        asked
    }
}

/// What came of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// The server says that nothing changed since it was asked last.
    NotModified,
    /// A body, nothing, or not recorded; and how long the server asks to be left alone.
    Outcome(Outcome, Option<Duration>),
}

/// What is remembered of a source between two looks, without reading the store.
#[derive(Debug, Clone, Default)]
pub struct Memory {
    /// The hashes of the bodies that were read last and are taken in, by role.
    pub hashes: BTreeMap<&'static str, String>,
    /// What was open after the last look.
    pub open: KnownOpen,
    /// When the history was read last.
    pub history_read: Option<Timestamp>,
    /// Whether something open is missing, so that even an equal body must be counted.
    pub counts_looks: bool,
    /// When the shape of the documents was taken last.
    pub shape_taken: Option<Timestamp>,
    /// Whether the bytes of the last look were others than those before.
    pub moved: bool,
    /// Whether, and why not, the last look was good; `None` before the first.
    pub health: Option<Result<(), &'static str>>,
    /// Since when, and how often, something else was answered than the document; `None` where the last look got it, or
    /// got no answer.
    pub strange: Option<Strange>,
}

impl Memory {
    /// What the store remembers, at the start. The first look is taken in whole.
    #[must_use]
    pub fn from_store(remembered: &Remembered) -> Self {
        let open = KnownOpen { keys: remembered.open.clone(), ..KnownOpen::default() };
        Self { history_read: remembered.history_read, counts_looks: true, open, ..Self::default() }
    }

    /// Whether the last look was good.
    #[must_use]
    pub fn is_readable(&self) -> bool {
        self.health == Some(Ok(()))
    }

    /// Whether it is time to look at the documents themselves.
    fn takes_shape(&self, now: Timestamp) -> bool {
        self.counts_looks || self.shape_taken.is_none_or(|at| now.duration_since(at) >= SHAPE_EVERY)
    }

    /// Whether the last document of this role is taken in, so that "not modified" says something.
    fn has_taken_in(&self, role: &str) -> bool {
        self.is_readable() && self.hashes.contains_key(role)
    }

    /// Keeps what a look leaves, once it is taken in.
    pub(super) fn keep(&mut self, looked: &Looked, now: Timestamp) {
        let is_other = |(role, hash, _): &(&'static str, String, Vec<u8>)| {
            self.hashes.get(role).is_some_and(|before| before != hash)
        };
        self.moved = matches!(looked.look, Look::Snapshot(_)) && looked.bodies.iter().any(is_other);
        if !looked.outlook.shapes.is_empty() {
            self.shape_taken = Some(now);
        }
        self.health = Some(looked.health());
        self.strange = Strange::after(self.strange, &looked.look, now);
        self.hashes.extend(looked.bodies.iter().map(|(role, hash, _)| (*role, hash.clone())));
        // A document of several pages is never known by one of them.
        let several = |role: &str| looked.bodies.iter().filter(|(other, ..)| *other == role).count() > 1;
        self.hashes.retain(|role, _| !several(role));
        // What a role said before is no measure while it cannot be read.
        if let Look::Snapshot(snapshot) = &looked.look {
            self.hashes.retain(|role, _| snapshot.blind.iter().all(|(blind, _)| blind != role));
        }
        if looked.history_read.is_some() {
            self.history_read = looked.history_read;
        }
    }

    /// Forgets what was read last, so that the next look reads it anew.
    pub fn forget(&mut self) {
        self.health = None;
        self.strange = None;
        self.hashes.clear();
    }

    pub(super) fn learn(&mut self, happened: &Happened) {
        self.open.keys.clone_from(&happened.open);
        self.counts_looks = happened.counts_looks;
    }
}

/// What a look came to.
#[derive(Debug, Clone)]
pub struct Looked {
    /// What it says.
    pub look: Look,
    /// The bodies that were read: role, hash, bytes.
    pub bodies: Vec<(&'static str, String, Vec<u8>)>,
    /// Set if the history was read.
    pub history_read: Option<Timestamp>,
    /// How long the server asks to be left alone.
    pub leave_alone: Option<Duration>,
    /// What the documents look like, where that was due.
    pub outlook: Outlook,
}

impl Looked {
    /// Whether it says what the last look said, good or not, and nothing waits to be counted.
    pub(super) fn is_nothing_new(&self, memory: &Memory) -> bool {
        match &self.look {
            Look::Snapshot(_) => false,
            Look::SameAsBefore => memory.is_readable() && !memory.counts_looks,
            Look::Unreadable(_) => memory.health == Some(self.health()),
        }
    }

    /// What was strange in the document.
    pub(super) fn warnings(&self) -> &[Warning] {
        match &self.look {
            Look::Snapshot(snapshot) => &snapshot.warnings,
            Look::SameAsBefore | Look::Unreadable(_) => &[],
        }
    }

    fn health(&self) -> Result<(), &'static str> {
        match &self.look {
            Look::Snapshot(_) | Look::SameAsBefore => Ok(()),
            Look::Unreadable(why) => Err(why.word()),
        }
    }
}

/// Looks at a source.
pub async fn look(ask: &dyn Ask, source: &Source, memory: &Memory, now: Timestamp) -> Looked {
    let is_due = memory.history_read.is_none_or(|at| now.duration_since(at) >= HISTORY_EVERY);
    let open = KnownOpen { keys: memory.open.keys.clone(), history_due: is_due };
    let plan = normalize::plan(source, &open, now);
    let (mut answers, mut not_modified) = (Vec::new(), Vec::new());
    let mut asking = Asking::new(ask, source);
    for request in &plan {
        match asking.ask(request, memory.has_taken_in(request.role)).await {
            Asked::NotModified => not_modified.push(request),
            Asked::Outcome(outcome, _) => answers.push(Answer { role: request.role, outcome }),
        }
    }
    let mut hashes: Vec<Option<String>> = answers.iter().map(hash).collect();
    let is_same = answers.iter().zip(&hashes).all(|(answer, hash)| is_equal(answer, hash.as_ref(), memory));
    if memory.is_readable() && !plan.is_empty() && is_same && !normalize::is_read_anew(source, &open) {
        let is_read = plan.iter().any(|request| HISTORY.contains(&request.role));
        return Looked { history_read: is_read.then_some(now), ..same() };
    }
    // One document is news, so the others are needed to read it by.
    for request in not_modified {
        let Asked::Outcome(outcome, _) = asking.ask(request, false).await else { continue };
        answers.push(Answer { role: request.role, outcome });
    }
    hashes.resize(answers.len(), None);
    asking.takes_shape = memory.takes_shape(now);
    let looked = finish(&mut asking, answers, hashes, &open, now).await;
    Looked { leave_alone: asking.leave_alone, ..looked }
}

fn same() -> Looked {
    Looked {
        look: Look::SameAsBefore,
        bodies: Vec::new(),
        history_read: None,
        leave_alone: None,
        outlook: Outlook::default(),
    }
}

/// Reads the answers, and asks for what else the format needs. `hashes` are those of the first of them, where known.
async fn finish(
    asking: &mut Asking<'_>,
    mut answers: Vec<Answer>,
    hashes: Vec<Option<String>>,
    open: &KnownOpen,
    now: Timestamp,
) -> Looked {
    let mut look = Look::Unreadable(Unreadable::Unexpected("the format asks for ever more".to_owned()));
    for _ in 0..ROUNDS {
        match read(asking.source, &answers, open, now) {
            Reading::Done(Ok(snapshot)) => {
                look = Look::Snapshot(Box::new(snapshot));
                break;
            }
            Reading::Done(Err(why)) => {
                look = Look::Unreadable(why);
                break;
            }
            Reading::Need(requests) => {
                for request in requests {
                    let Asked::Outcome(outcome, _) = asking.ask(&request, false).await else { continue };
                    answers.push(Answer { role: request.role, outcome });
                }
            }
        }
    }
    let read_history =
        answers.iter().any(|a| HISTORY.contains(&a.role) && !matches!(a.outcome, Outcome::Unreadable(_)));
    let outlook = if asking.takes_shape { outlook(&look, &answers) } else { Outlook::default() };
    Looked {
        look,
        outlook,
        history_read: read_history.then_some(now),
        leave_alone: None,
        bodies: answers.into_iter().zip(hashes.into_iter().chain(repeat(None))).filter_map(kept).collect(),
    }
}

/// What the documents look like that a good look has read.
fn outlook(look: &Look, answers: &[Answer]) -> Outlook {
    let mut outlook = Outlook::default();
    let Look::Snapshot(snapshot) = look else { return outlook };
    for answer in answers.iter().filter(|answer| snapshot.blind.iter().all(|(role, _)| *role != answer.role)) {
        let Outcome::Body(body) = &answer.outcome else { continue };
        let Some(shape) = shape(body) else { continue };
        outlook.shapes.entry(answer.role.to_owned()).or_default().add(&shape);
        if let Some(host) = body.final_url.as_ref().and_then(|url| url.host_str()) {
            outlook.hosts.insert(answer.role.to_owned(), host.to_owned());
        }
    }
    outlook
}

/// Reads the answers. A document over which a format of ours stumbles is one that cannot be read, and is told as such:
/// nobody must lose sight of a vendor because of it.
fn read(source: &Source, answers: &[Answer], open: &KnownOpen, now: Timestamp) -> Reading {
    let reading = catch_unwind(AssertUnwindSafe(|| normalize::read(source, answers, open, now)));
    reading.unwrap_or_else(|_| {
        let why = "reading it broke off, which is a fault of Bellwether's own; please report it with the saved body";
        Reading::Done(Err(Unreadable::Unexpected(why.to_owned())))
    })
}

/// Whether an answer says what the last one in its role said.
fn is_equal(answer: &Answer, hash: Option<&String>, memory: &Memory) -> bool {
    match &answer.outcome {
        Outcome::Body(Body { status: 200..=299, .. }) => hash.is_some() && memory.hashes.get(answer.role) == hash,
        Outcome::NotRecorded => true,
        Outcome::Body(_) | Outcome::Unreadable(_) => false,
    }
}

fn hash(answer: &Answer) -> Option<String> {
    match &answer.outcome {
        Outcome::Body(body) => Some(hash::of(&body.bytes)),
        Outcome::Unreadable(_) | Outcome::NotRecorded => None,
    }
}

fn kept((answer, known): (Answer, Option<String>)) -> Option<(&'static str, String, Vec<u8>)> {
    let hash = known.or_else(|| hash(&answer))?;
    match answer.outcome {
        Outcome::Body(body) => Some((answer.role, hash, body.bytes)),
        Outcome::Unreadable(_) | Outcome::NotRecorded => None,
    }
}
