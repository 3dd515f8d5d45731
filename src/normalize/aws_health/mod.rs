//! The public events of the AWS Health Dashboard: a bare list, UTF-16 with a byte-order mark, `[]` when all is well.
//!
//! An event with status `0` is over and stays for a while. One that is open may stay for months (those of
//! me-central-1 of 2026-03-01 did), so nothing here may be judged as a whole.
//!
//! What is over leaves the list after a while, and what was short may never be seen in it. Both stand in the archive of the
//! year, a large document at another host, which is why it is a role that the source names, and is asked every few minutes
//! only, or when something that was open has left the list. Of the archive only what is over is taken: it says nothing of
//! what goes on.

mod archive;
mod event;
mod wire;

use url::Url;

use super::field::{Field, List, Place};
use super::keyed::Keyed;
use super::{About, Answer, Asked, Body, Outcome, Page, Reader, Reading, Request, document};
use crate::model::format::{Evidence, Format};
use crate::model::snapshot::{Coverage, Covers, GoneAfter, SeenComponent, SeenIncident, Snapshot, Unreadable};
use crate::model::text;

const EVENTS: &str = "events";
/// The archive of the year, where the source names its address.
const HISTORY: &str = "history";

/// What this format is.
const ABOUT: About = About {
    format: Format::AwsHealth,
    evidence: Evidence::Recorded,
    summary: "AWS Health Dashboard, https://health.aws.amazon.com/public/currentevents (not documented by AWS)",
    says: "incidents with their ends, impaired services with their own status, regions; no maintenances",
    roles: &[EVENTS, HISTORY],
    gone_after: GoneAfter::USUAL,
    perishable_keys: false,
};

/// How it is read.
pub const READER: Reader = Reader { about: ABOUT, plan, read: look, find };

/// The list lies at a host of AWS's alone, whichever of its pages was given.
fn find(page: &Page<'_>) -> Vec<Url> {
    let hosts = ["health.aws.amazon.com", "status.aws.amazon.com", "phd.aws.amazon.com"];
    page.only_at(&hosts, &["https://health.aws.amazon.com/public/currentevents"])
}

/// The list; and the archive when it is due.
fn plan(asked: &Asked<'_>) -> Vec<Request> {
    let mut requests = vec![Request { role: EVENTS, url: asked.url.clone(), accept: "application/json" }];
    if asked.open.history_due {
        requests.extend(history(asked));
    }
    requests
}

/// The request for the archive, where the source names its address.
fn history(asked: &Asked<'_>) -> Option<Request> {
    let (_, url) = asked.source.roles.iter().find(|(role, _)| role == HISTORY)?;
    Some(Request { role: HISTORY, url: url.clone(), accept: "application/json" })
}

/// Reads the list, and what the archive knows of what has left it.
fn look(asked: &Asked<'_>, answers: &[Answer]) -> Reading {
    let of = |role: &str| answers.iter().find(|answer| answer.role == role).map(|answer| &answer.outcome);
    let listed = match of(EVENTS) {
        Some(Outcome::Body(body)) => read(body),
        Some(Outcome::Unreadable(why)) => Err(why.clone()),
        Some(Outcome::NotRecorded) | None => Err(Unreadable::Unexpected("there is no answer to read".to_owned())),
    };
    let mut snapshot = match listed {
        Ok(snapshot) => snapshot,
        Err(why) => return Reading::Done(Err(why)),
    };
    let is_listed = |key: &String| snapshot.incidents.iter().any(|one| one.key == *key);
    let has_lost = !asked.open.keys.keys().all(is_listed);
    match of(HISTORY) {
        None if has_lost => {
            if let Some(request) = history(asked) {
                return Reading::Need(vec![request]);
            }
        }
        None | Some(Outcome::NotRecorded) => {}
        Some(Outcome::Unreadable(why)) => snapshot.blind.push((HISTORY, why.clone())),
        Some(Outcome::Body(body)) => {
            if let Err(why) = archive::add(body, asked, &mut snapshot) {
                snapshot.blind.push((HISTORY, why));
            }
        }
    }
    Reading::Done(Ok(snapshot))
}

/// Reads the list of events.
///
/// # Errors
/// [`Unreadable`] where it is no list, or a list in which nothing is an event of AWS's.
fn read(body: &Body) -> Result<Snapshot, Unreadable> {
    let text = document::text(body)?;
    let events: wire::Events<'_> = document::typed(&text, body)?;
    let Field::Is(List(list)) = &events else {
        return Err(Unreadable::Unexpected("AWS's events are a bare list; this is none".to_owned()));
    };
    // AWS documents nothing, but its dashboard reads `[]` as "no recent issues".
    let sign = if list.is_empty() { "an empty list of events" } else { "a list of events with their arn" };
    let covers = Coverage { incidents: Covers::AllOpen, maintenances: Covers::Delta, components: Covers::AllUnwell };
    let mut snapshot = Snapshot::recognised(sign, covers);
    let rows = events.entries(None, "events", &mut snapshot);
    let is_event = |event: &wire::Event<'_>| event.arn.as_str().is_some_and(|arn| arn.starts_with("arn:"));
    if !list.is_empty() && !rows.iter().any(|(_, event)| is_event(event)) {
        return Err(Unreadable::Unexpected("AWS's events carry an arn; nothing in this list does".to_owned()));
    }
    let mut lost = list.len() - rows.len();
    let mut seen = Seen::default();
    for (index, event) in rows {
        lost += usize::from(!seen.add(event, Place::of("events", index), &mut snapshot));
    }
    snapshot.incidents = seen.incidents.into_entries();
    if seen.hides_services {
        snapshot.covers.components = Covers::Delta;
    }
    snapshot.components = seen.services.into_entries();
    if lost > 0 {
        // One of the lost may be one that is known, so its absence proves nothing.
        snapshot.covers.incidents = Covers::Delta;
        snapshot.covers.components = Covers::Delta;
    }
    Ok(snapshot)
}

/// The name of an event's region, unless it is global.
fn region_name(event: &wire::Event<'_>, at: Place<'_>, into: &mut Snapshot) -> Option<String> {
    let name = event.region_name.read(at, "region_name", into).map(|name| text::title(&name.0));
    name.filter(|name| !name.is_empty() && !name.eq_ignore_ascii_case("global"))
}

/// The region in an arn. In that of a global event it is only where AWS runs it.
fn region_code<'a>(arn: &'a str, name: Option<&str>) -> Option<&'a str> {
    name.and_then(|_| arn.split(':').nth(3)).filter(|code| !code.is_empty())
}

/// What the events came to so far.
#[derive(Default)]
struct Seen {
    incidents: Keyed<SeenIncident>,
    services: Keyed<SeenComponent>,
    /// An event that is open does not say which services it impairs, so that nobody knows which are well.
    hides_services: bool,
}

impl Seen {
    /// Adds an event and its services; false where it has no key.
    fn add(&mut self, event: &wire::Event<'_>, at: Place<'_>, into: &mut Snapshot) -> bool {
        let Some(arn) = event.arn.key(at, "arn", into) else { return false };
        let region_name = region_name(event, at, into);
        let code = region_code(&arn, region_name.as_deref());
        let before = into.warnings.len();
        let services = event::services(event, code, at, into);
        self.hides_services |= into.warnings.len() > before;
        let beside = event::Beside {
            key: arn.clone(),
            code,
            region_name: region_name.as_deref(),
            services: &services,
            archived_under: None,
        };
        let seen = event::incident(event, beside, at, into);
        self.hides_services |= !seen.phase.is_end() && seen.components.is_empty();
        for service in services {
            self.add_service(service);
        }
        self.incidents.add(seen, at, into);
        true
    }

    /// A service may stand in several events: the worse word counts, since each event speaks of its own trouble only.
    fn add_service(&mut self, service: SeenComponent) {
        let key = service.component.key.clone();
        let known = self.services.get(&key).map(|known| known.status.rung());
        if known.is_none_or(|known| known < service.status.rung()) {
            self.services.put(&key, service);
        }
    }
}

#[cfg(test)]
mod tests;
