//! The public events of the AWS Health Dashboard: a bare list, UTF-16 with a byte-order mark, `[]` when all is well.
//!
//! An event with status `0` is over and stays for a while. One that is open may stay for months (those of
//! me-central-1 of 2026-03-01 did), so nothing here may be judged as a whole.

mod event;
mod wire;

use url::Url;

use super::field::{Field, List, Place};
use super::keyed::{self, Keyed};
use super::{About, Body, Reader, Reading, Request, document, first};
use crate::model::format::{Evidence, Format};
use crate::model::snapshot::{Coverage, Covers, GoneAfter, SeenComponent, SeenIncident, Snapshot, Unreadable};
use crate::model::text;

const EVENTS: &str = "events";

/// What this format is.
const ABOUT: About = About {
    format: Format::AwsHealth,
    evidence: Evidence::Recorded,
    summary: "AWS Health Dashboard, https://health.aws.amazon.com/public/currentevents (not documented by AWS)",
    says: "incidents with their ends, impaired services with their own status, regions; no maintenances",
    roles: &[EVENTS],
    gone_after: GoneAfter::USUAL,
    perishable_keys: false,
};

/// How it is read.
pub const READER: Reader = Reader {
    about: ABOUT,
    plan: |asked| plan(asked.url),
    read: |_, answers| Reading::Done(first(answers).and_then(read)),
    find: |page| {
        let hosts = ["health.aws.amazon.com", "status.aws.amazon.com", "phd.aws.amazon.com"];
        page.only_at(&hosts, &["https://health.aws.amazon.com/public/currentevents"])
    },
};

/// One document holds everything.
fn plan(url: &Url) -> Vec<Request> {
    vec![Request { role: EVENTS, url: url.clone(), accept: "application/json" }]
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
        let Some(arn) = event.arn.need(at, "arn", into).and_then(|arn| keyed::key(&arn.0)) else { return false };
        let region_name = event.region_name.read(at, "region_name", into).map(|name| text::title(&name.0));
        let region_name = region_name.filter(|name| !name.is_empty() && !name.eq_ignore_ascii_case("global"));
        // A region in the arn of a global event is only where AWS runs it.
        let code = region_name.as_ref().and_then(|_| arn.split(':').nth(3)).filter(|code| !code.is_empty());
        let before = into.warnings.len();
        let services = event::services(event, code, at, into);
        self.hides_services |= into.warnings.len() > before;
        let seen = event::incident(event, arn.clone(), code, region_name.as_deref(), &services, at, into);
        self.hides_services |= !seen.phase.is_end() && seen.components.is_empty();
        for service in services {
            self.add_service(service);
        }
        if self.incidents.put(&arn, seen) {
            into.warn(at.to_string(), format!("has the key of another, {arn}; this one counts"));
        }
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
