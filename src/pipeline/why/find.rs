//! Which causes a question without an incident is about.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::{Ground, Link, NoAnswer, Step};
use crate::model::id::{ServiceId, SourceId};
use crate::model::incident::Health;
use crate::model::inventory::{Need, On};
use crate::store::Store;
use crate::store::why::Decided;

/// Causes that are told whole, the newest; the others are counted.
const CAUSES: usize = 8;
/// How long before the time that is asked for something may have happened.
const BEFORE: SignedDuration = SignedDuration::from_hours(24);

/// What a question is about.
pub(super) struct Found {
    pub(super) causes: Vec<String>,
    pub(super) more: usize,
    pub(super) aside: Vec<Step>,
    /// What is said where there is no cause at all.
    pub(super) nothing: String,
}

impl Found {
    pub(super) fn one(cause: &str) -> Self {
        Self { causes: vec![cause.to_owned()], more: 0, aside: Vec::new(), nothing: String::new() }
    }

    fn of(mut causes: Vec<String>, aside: Vec<Step>, nothing: String) -> Self {
        let mut known = BTreeSet::new();
        causes.retain(|cause| known.insert(cause.clone()));
        let more = causes.len().saturating_sub(CAUSES);
        causes.truncate(CAUSES);
        Self { causes, more, aside, nothing }
    }
}

pub(super) async fn find(store: &Store, ground: &Ground<'_>) -> Result<Found, NoAnswer> {
    let then = ground.at.unwrap_or(ground.now);
    match &ground.service {
        Some(service) => of_service(store, ground, service, then).await,
        None => of_people(store, ground, then).await,
    }
}

/// What hurt a service then, or was open then at a vendor that it stands on.
async fn of_service(
    store: &Store,
    ground: &Ground<'_>,
    service: &ServiceId,
    then: Timestamp,
) -> Result<Found, NoAnswer> {
    let mut causes = Vec::new();
    let mut over = BTreeSet::new();
    for line in store.effects_until(service, then).await? {
        let word = |path: &str| line.doc.pointer(path).and_then(Value::as_str).unwrap_or_default().to_owned();
        let (cause, is_old) = (word("/incident"), line.at < then - BEFORE);
        // The newest line of a cause says how it stood.
        if word("/kind") == "over" && is_old {
            over.insert(cause);
        } else if !over.contains(&cause) {
            causes.push(cause);
        }
    }
    let below = below(ground, service);
    let vendors = below.iter().map(SourceId::vendor).collect();
    let known: BTreeSet<&String> = causes.iter().collect();
    let open = store.open_then(&vendors, then).await?;
    let more: Vec<String> = open.iter().map(|r| r.incident.0.clone()).filter(|id| !known.contains(id)).collect();
    causes.extend(more);
    let aside = sight(store, ground, &below, then).await?;
    let name = ground.service_name(service);
    let unread = aside.iter().filter(|step| step.what.contains("was not read")).count();
    let seen = match (below.len(), unread) {
        (0, _) => "no source speaks for anything that it needs".to_owned(),
        (_, 0) => "its sources were read then, and nothing was open there".to_owned(),
        (all, unread) => format!("{unread} of its {all} sources were not read then, so nobody can know"),
    };
    Ok(Found::of(causes, aside, format!("Nothing that we know of hurt {name} at {}: {seen}.", ground.local(then))))
}

/// The sources on which a service stands, itself or through others.
fn below(ground: &Ground<'_>, service: &ServiceId) -> BTreeSet<SourceId> {
    let (mut services, mut sources) = (BTreeSet::from([service.clone()]), BTreeSet::new());
    // Each service comes after those that it builds on, so from the end one pass is enough.
    for one in ground.compiled.graph.services().iter().rev() {
        if !services.contains(&one.id) {
            continue;
        }
        for dependency in one.needs.iter().flat_map(Need::dependencies) {
            match &dependency.on {
                On::Service(id) => {
                    services.insert(id.clone());
                }
                On::Vendor(selector) => {
                    let is_meant = |id: &&SourceId| {
                        id.is_of(&selector.vendor) && selector.source.as_ref().is_none_or(|only| only == *id)
                    };
                    sources.extend(ground.compiled.sources.keys().filter(is_meant).cloned());
                }
            }
        }
    }
    sources
}

/// Whether each source was read then.
async fn sight(
    store: &Store,
    ground: &Ground<'_>,
    sources: &BTreeSet<SourceId>,
    then: Timestamp,
) -> Result<Vec<Step>, NoAnswer> {
    let (marks, read) = store.sight_at(then).await?;
    let step = |source: &SourceId| {
        let mark = marks.get(source);
        let first = mark.and_then(|mark| mark.first_look);
        let since_then = mark.is_some_and(|mark| mark.last_good.is_some_and(|good| good >= then));
        let unreadable = mark.is_some_and(|mark| match &mark.health {
            Health::Unreadable { since, .. } => *since <= then,
            Health::NeverRead | Health::Readable { .. } => false,
        });
        let about = ground.local(then);
        let what = if read.contains(source) {
            format!("{source} was read about {about}")
        } else if first.is_none_or(|first| first > then) {
            format!("{source} was not read about {about}: it had never been looked at until then")
        } else if unreadable {
            format!("{source} was not read about {about}: it could not be read")
        } else if since_then && then > ground.now - SignedDuration::from_mins(30) {
            format!("{source} was read since {about}")
        } else {
            format!("{source} was not read about {about}, as far as the log goes")
        };
        Step { link: Link::Source, at: Some(then), what, judged_now: false }
    };
    Ok(sources.iter().map(step).collect())
}

/// What was decided lately for a receiver or a subscription.
async fn of_people(store: &Store, ground: &Ground<'_>, then: Timestamp) -> Result<Found, NoAnswer> {
    let from = then.checked_sub(BEFORE).unwrap_or(Timestamp::MIN);
    let is_asked = |d: &Decided| {
        ground.receiver.as_ref().is_none_or(|only| only.as_str() == d.receiver)
            && ground.subscription.as_ref().is_none_or(|only| d.doc.subscriptions.contains(only))
    };
    let decided = store.decided_between(from, then).await?;
    let mut causes: Vec<String> = decided.into_iter().filter(is_asked).map(|d| d.cause).collect();
    let vendors = ground.compiled.vendors.keys().cloned().collect();
    let open = store.open_then(&vendors, then).await?;
    // What is open and old stands behind what was decided.
    causes.extend(open.into_iter().filter(|report| !report.old).map(|report| report.incident.0));
    let who = match (&ground.receiver, &ground.subscription) {
        (Some(receiver), _) => receiver.to_string(),
        (None, Some(subscription)) => subscription.to_string(),
        (None, None) => "anybody".to_owned(),
    };
    let nothing = format!(
        "In the 24 hours before {} nothing was told to {who} and nothing kept back: no vendor had anything open.",
        ground.local(then)
    );
    Ok(Found::of(causes, about(ground), nothing))
}

/// What the subscriptions that are asked for are about.
fn about(ground: &Ground<'_>) -> Vec<Step> {
    let rules = &ground.compiled.rules;
    let mut steps = Vec::new();
    for subscription in rules.subscriptions().iter().chain(rules.keepers()) {
        let is_asked = ground.subscription.as_ref().is_none_or(|only| subscription.id == *only)
            && ground.receiver.as_ref().is_none_or(|only| subscription.receivers.contains(only));
        if !is_asked {
            continue;
        }
        let services = ground.compiled.graph.services();
        let suited = services.iter().filter(|service| rules.unsuited(subscription, &service.id).is_none()).count();
        let to: Vec<&str> = subscription.receivers.iter().map(|id| id.as_str()).collect();
        let what = format!(
            "{}: about {suited} of {} services, from {} on, to {}",
            subscription.id,
            services.len(),
            subscription.least,
            to.join(", ")
        );
        steps.push(Step::judged(Link::Subscription, what));
    }
    if steps.is_empty() {
        steps.push(Step::judged(Link::Subscription, "no subscription leads there"));
    }
    steps
}
