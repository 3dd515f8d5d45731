//! Finding out how a page publishes: for a source whose file leaves that open (`format = "auto"`), for
//! `bellwether vendors add`, and again where a page that was read for long cannot be read any more.
//!
//! What was found is remembered in the store and becomes part of the next configuration ([`Compiled::knowing`]); from
//! then on the source is read like any other. Until then it cannot be read, which is never green.

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::future::join_all;
use jiff::Timestamp;
use tokio::time::{Instant, timeout_at};
use url::Url;

use super::compiled::Compiled;
use super::look::{Ask, Asked, Looked, Memory};
use super::settle::{self, Happened};
use crate::alerting::drift::Outlook;
use crate::model::credentials::Access;
use crate::model::detected::Detected;
use crate::model::incident::KnownOpen;
use crate::model::snapshot::{Look, Unreadable};
use crate::model::vendor::Source;
use crate::normalize::detect::{Detection, Found, Nothing, Step};
use crate::normalize::{self, Outcome, Request};
use crate::store::{Store, StoreError};

/// How long finding out may take in all. Some eighty requests, two at a time, to a server that is well.
const DEADLINE: Duration = Duration::from_secs(120);
/// A page that no format reads is not asked for everything again before this.
const AGAIN_AFTER: Duration = Duration::from_secs(30 * 60);

/// What finding out came to.
#[derive(Debug)]
pub enum Came {
    /// A format reads the page.
    Found(Box<Found>),
    /// None does.
    Nothing(Box<Nothing>),
}

/// Finds out how the page at `page` publishes. Nothing is stored. `source` is whose requests they are.
pub async fn detect(ask: &dyn Ask, source: &Source, page: &Url, now: Timestamp) -> Came {
    let mut detection = Detection::of(page, now);
    let until = ask.deadline().map(|_| Instant::now() + DEADLINE);
    let mut came = Vec::new();
    loop {
        match detection.step(std::mem::take(&mut came)) {
            Step::Ask(requests) => {
                let outcomes = join_all(requests.iter().map(|request| outcome(ask, source, request, until))).await;
                came = requests.into_iter().zip(outcomes).collect();
            }
            Step::Found(found) => return Came::Found(found),
            Step::Nothing(nothing) => return Came::Nothing(nothing),
        }
    }
}

async fn outcome(ask: &dyn Ask, source: &Source, request: &Request, until: Option<Instant>) -> Outcome {
    let asking = ask.ask(source, request, false);
    let asked = match until {
        None => asking.await,
        Some(until) => match timeout_at(until, asking).await {
            Ok(asked) => asked,
            Err(_) => {
                let why = format!("finding out took longer than {} s", DEADLINE.as_secs());
                return Outcome::Unreadable(Unreadable::Unreachable(why));
            }
        },
    };
    match asked {
        Asked::Outcome(outcome, _) => outcome,
        Asked::NotModified => Outcome::Unreadable(Unreadable::Unexpected("“not modified”, though never read".into())),
    }
}

/// What is remembered of a find.
#[must_use]
pub fn remembered(page: &Url, found: &Found, now: Timestamp) -> Detected {
    Detected {
        page: page.clone(),
        format: found.format,
        url: found.url.clone(),
        roles: found.roles.clone(),
        sign: found.snapshot.sign.to_owned(),
        at: now,
    }
}

/// A look at a source of which nobody knows yet how it publishes. What is found is remembered, and read from the next
/// look on, as the configuration that knows it says; what is not is a look that saw nothing.
///
/// # Errors
/// [`StoreError`] when nothing could be written; then nothing happened, and the next look finds out anew.
pub async fn detect_once(
    store: &Store,
    compiled: &Compiled,
    source: &Source,
    memory: &mut Memory,
    ask: &dyn Ask,
    now: Timestamp,
) -> Result<Happened, StoreError> {
    let Some(page) = page_of(source) else { return Ok(Happened::default()) };
    let nothing = match detect(ask, source, page, now).await {
        Came::Found(found) => {
            let detected = remembered(page, &found, now);
            remember(store, compiled, source, &detected).await?;
            memory.forget();
            return Ok(Happened { detected: Some(Box::new(detected)), ..Happened::default() });
        }
        Came::Nothing(nothing) => nothing,
    };
    let looked = Looked {
        leave_alone: nothing.why.is_none().then_some(AGAIN_AFTER),
        look: Look::Unreadable(unread(&nothing)),
        bodies: Vec::new(),
        history_read: None,
        outlook: Outlook::default(),
    };
    let mut happened = Happened::default();
    if !looked.is_nothing_new(memory) {
        happened = settle::take_in(store, compiled, source, &looked, now).await.inspect_err(|_| memory.forget())?;
        memory.learn(&happened);
    }
    memory.keep(&looked, now);
    happened.leave_alone = looked.leave_alone;
    Ok(happened)
}

async fn remember(store: &Store, compiled: &Compiled, source: &Source, detected: &Detected) -> Result<(), StoreError> {
    let mut tx = store.write().await?;
    tx.under(compiled.edition)?;
    tx.put_detected(&source.id, detected).await?;
    tx.commit().await
}

/// Why a page of unknown format cannot be read, with the way out.
fn unread(nothing: &Nothing) -> Unreadable {
    nothing.why.clone().unwrap_or_else(|| {
        let seen = nothing.tried.iter().find(|tried| tried.format.is_none());
        let seen = seen.map(|tried| format!(" (the page itself: {})", tried.why)).unwrap_or_default();
        Unreadable::Unexpected(format!(
            "no format that Bellwether knows reads this page{seen}; {} addresses were tried. `bellwether vendors add {}` shows each, and the ways out",
            nothing.tried.len(),
            nothing.page.url
        ))
    })
}

/// What asking anew came to.
#[derive(Debug)]
pub enum Again {
    /// It publishes as it did: whatever keeps it from being read, it is not another platform.
    Same,
    /// It publishes otherwise, or elsewhere, now; of a feed with what it calls itself. For a source whose file says
    /// `auto` that is remembered already, and holds from the next configuration on; for any other it is for a person to
    /// write.
    Other(Box<Detected>, Option<String>),
    /// Nobody can tell.
    Nothing(Box<Nothing>),
}

/// Finds out anew how a source publishes, where it was read for long and cannot be any more. It asks the page many
/// things, so it is for rare hours. Who decides when is the caller's affair. It asks as somebody who has no credentials,
/// whatever those of the source are.
///
/// # Errors
/// [`StoreError`] when what was found could not be written.
pub async fn detect_again(
    store: &Store,
    compiled: &Compiled,
    source: &Source,
    ask: &dyn Ask,
    now: Timestamp,
) -> Result<Again, StoreError> {
    let Some(page) = page_of(source) else { return Ok(Again::Same) };
    let stranger = Source { access: Access::Open, ..source.clone() };
    let found = match detect(ask, &stranger, page, now).await {
        Came::Found(found) => found,
        Came::Nothing(nothing) => return Ok(Again::Nothing(nothing)),
    };
    let detected = remembered(page, &found, now);
    if is_read_so(source, &detected, now) {
        return Ok(Again::Same);
    }
    if source.auto.is_some() {
        remember(store, compiled, source, &detected).await?;
    }
    Ok(Again::Other(Box::new(detected), found.titled))
}

/// The page that a person would open: what a file that says `auto` names, else where the source is read.
pub(super) fn page_of(source: &Source) -> Option<&Url> {
    source.auto.as_ref().map(|auto| &auto.page).or(source.url.as_ref())
}

/// Whether a look at what was found would ask for what a look at the source asks for, however its address is written.
fn is_read_so(source: &Source, detected: &Detected, now: Timestamp) -> bool {
    let asked = |source: &Source| {
        let plan = normalize::plan(source, &KnownOpen::default(), now);
        plan.into_iter().map(|request| (request.role, request.url)).collect::<BTreeSet<_>>()
    };
    let (url, roles) = (Some(detected.url.clone()), detected.roles.clone());
    let found = Source { url, roles, ..source.clone() };
    detected.format == source.format && asked(&found) == asked(source)
}
