//! Why somebody was told, or was not: from body to source to incident to change to dependency to service to subscription
//! to rule to silence to route to try.
//!
//! What happened is of the log. Where the log holds nothing, since nothing had to be decided, it is worked out by the
//! configuration as it is now, with the functions that decide in earnest, and said to be judged now. It writes nothing.

mod branch;
mod chain;
mod find;
mod judge;
mod read;

use jiff::Timestamp;
use serde::Serialize;

use super::compiled::Compiled;
use crate::model::clock_text::Times;
use crate::model::id::{ReceiverId, ServiceId, SubscriptionId};
use crate::model::subscription::Way;
use crate::store::{Store, StoreError};

/// What is asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// An incident's id, or another cause as the log writes it: `blind:okta/status-page`.
    pub incident: Option<String>,
    /// Only what concerns this service.
    pub service: Option<String>,
    /// Only what concerns this subscription.
    pub subscription: Option<String>,
    /// Only what concerns this receiver, by its id or by its mail address.
    pub receiver: Option<String>,
    /// Of this time.
    pub at: Option<Timestamp>,
}

impl Asked {
    /// Whether nothing at all is asked.
    #[must_use]
    pub const fn is_nothing(&self) -> bool {
        self.incident.is_none() && self.service.is_none() && self.subscription.is_none() && self.receiver.is_none()
    }
}

/// The answer.
#[derive(Debug, Clone, Serialize)]
pub struct Why {
    /// The version of this shape; it only grows.
    pub version: u32,
    /// The answer in one sentence.
    pub answer: String,
    /// What is known beside the causes: whether the sources of a service were read, what a subscription is about.
    pub aside: Vec<Step>,
    /// Each cause with its chain.
    pub causes: Vec<OneCause>,
    /// So many more causes are not shown.
    pub more: usize,
}

/// One cause: what led to it, and what became of it for each receiver.
#[derive(Debug, Clone, Serialize)]
pub struct OneCause {
    /// An incident's id, or another cause as the log writes it.
    pub cause: String,
    /// The vendor and the title.
    pub title: String,
    /// Whether it is an incident, which has a page of its own.
    pub is_incident: bool,
    /// The answer in one sentence.
    pub answer: String,
    /// From the body to the services.
    pub steps: Vec<Step>,
    /// What became of it for each receiver.
    pub branches: Vec<Branch>,
}

/// What became of one cause for one receiver.
#[derive(Debug, Clone, Serialize)]
pub struct Branch {
    /// Which.
    pub receiver: String,
    /// How it stands.
    pub outcome: Outcome,
    /// The answer in one sentence.
    pub answer: String,
    /// From the subscription to the tries.
    pub steps: Vec<Step>,
}

/// How it stands with one receiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// A message was given up.
    GivenUp,
    /// A message waits.
    Waits,
    /// It was told.
    Told,
    /// It was decided not to tell, or not yet.
    KeptBack,
    /// Nothing had to be decided.
    NotConcerned,
}

/// One step of the chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    /// Which link of the chain.
    pub link: Link,
    /// When it was; none for what is judged now.
    pub at: Option<Timestamp>,
    /// What it was.
    pub what: String,
    /// Worked out by the configuration as it is now, not taken from the log.
    pub judged_now: bool,
}

/// The links of the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Link {
    /// A document.
    Body,
    /// Where it was read.
    Source,
    /// What it says of an incident.
    Incident,
    /// What its word did.
    Change,
    /// A line of the inventory.
    Dependency,
    /// A service of ours.
    Service,
    /// Who wants to know.
    Subscription,
    /// The rule by which it was decided.
    Rule,
    /// A silence.
    Silence,
    /// The message.
    Route,
    /// A try to deliver it.
    Try,
}

impl Link {
    /// The word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Body => "body",
            Self::Source => "source",
            Self::Incident => "incident",
            Self::Change => "change",
            Self::Dependency => "dependency",
            Self::Service => "service",
            Self::Subscription => "subscription",
            Self::Rule => "rule",
            Self::Silence => "silence",
            Self::Route => "route",
            Self::Try => "try",
        }
    }
}

impl Step {
    fn logged(link: Link, at: Timestamp, what: impl Into<String>) -> Self {
        Self { link, at: Some(at), what: what.into(), judged_now: false }
    }

    fn judged(link: Link, what: impl Into<String>) -> Self {
        Self { link, at: None, what: what.into(), judged_now: true }
    }
}

/// Why a question cannot be answered.
#[derive(Debug, thiserror::Error)]
pub enum NoAnswer {
    /// It names something that is not there, or nothing.
    #[error("{0}")]
    Senseless(String),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What every part of an answer needs.
struct Ground<'a> {
    compiled: &'a Compiled,
    times: Times,
    now: Timestamp,
    service: Option<ServiceId>,
    subscription: Option<SubscriptionId>,
    receiver: Option<ReceiverId>,
    at: Option<Timestamp>,
}

/// Answers.
///
/// # Errors
/// [`NoAnswer`] says what is not there, and what is.
pub async fn why(store: &Store, compiled: &Compiled, asked: &Asked, now: Timestamp) -> Result<Why, NoAnswer> {
    let ground = Ground::of(compiled, asked, now)?;
    let found = match &asked.incident {
        Some(cause) => find::Found::one(cause),
        None => find::find(store, &ground).await?,
    };
    let mut causes = Vec::new();
    for cause in &found.causes {
        match read::one(store, &ground, cause).await? {
            Some(one) => causes.push(one),
            None if asked.incident.is_some() => {
                return Err(NoAnswer::Senseless(format!(
                    "nothing is known of {cause:?}: the id may be cut short or from another Bellwether, or it is over for longer than [retention] keeps it"
                )));
            }
            None => {}
        }
    }
    let answer = match causes.as_slice() {
        [] => found.nothing,
        [one] => one.answer.clone(),
        [first, rest @ ..] => format!("{} (the newest; and {} more below)", first.answer, rest.len() + found.more),
    };
    Ok(Why { version: 1, answer, aside: found.aside, causes, more: found.more })
}

impl<'a> Ground<'a> {
    fn of(compiled: &'a Compiled, asked: &Asked, now: Timestamp) -> Result<Self, NoAnswer> {
        if asked.is_nothing() {
            return Err(NoAnswer::Senseless(
                "say of what: an incident, or a service, a subscription or a receiver".to_owned(),
            ));
        }
        let rules = &compiled.rules;
        let services = compiled.graph.services().iter().map(|s| (s.id.clone(), s.id.to_string()));
        let subscriptions = rules.subscriptions().iter().chain(rules.keepers());
        let subscriptions = subscriptions.map(|s| (s.id.clone(), s.id.to_string()));
        let receivers = rules.receivers().iter().flat_map(|(id, receiver)| {
            let mail = match &receiver.way {
                Way::Email(email) => Some((id.clone(), email.to_string())),
                Way::Webhook { .. } | Way::Preset(_) => None,
            };
            [(id.clone(), id.to_string())].into_iter().chain(mail)
        });
        Ok(Self {
            compiled,
            times: Times::new(&compiled.time_zone, now),
            now,
            service: named("service", asked.service.as_deref(), services)?,
            subscription: named("subscription", asked.subscription.as_deref(), subscriptions)?,
            receiver: named("receiver", asked.receiver.as_deref(), receivers)?,
            at: asked.at,
        })
    }

    fn local(&self, at: Timestamp) -> String {
        self.times.local(at)
    }

    fn service_name(&self, id: &ServiceId) -> String {
        self.compiled.graph.service(id).map_or_else(|| id.to_string(), |s| s.name.clone())
    }

    /// Whether this receiver is asked for.
    fn wants_receiver(&self, id: &str) -> bool {
        self.receiver.as_ref().is_none_or(|only| only.as_str() == id) && self.subscribed(id)
    }

    fn subscribed(&self, receiver: &str) -> bool {
        let Some(only) = &self.subscription else { return true };
        let mut all = self.compiled.rules.subscriptions().iter().chain(self.compiled.rules.keepers());
        all.any(|s| s.id == *only && s.receivers.iter().any(|id| id.as_str() == receiver))
    }
}

/// What goes by that name, among `all`, each with its name.
fn named<T>(what: &str, asked: Option<&str>, all: impl Iterator<Item = (T, String)>) -> Result<Option<T>, NoAnswer> {
    let Some(asked) = asked else { return Ok(None) };
    let mut names = Vec::new();
    for (value, name) in all {
        if name.eq_ignore_ascii_case(asked) {
            return Ok(Some(value));
        }
        names.push(name);
    }
    names.truncate(20);
    let known = if names.is_empty() { "there is none".to_owned() } else { format!("there are {}", names.join(", ")) };
    Err(NoAnswer::Senseless(format!("there is no {what} {asked:?}; {known}")))
}
