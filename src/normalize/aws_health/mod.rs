//! The public events of the AWS Health Dashboard: a bare list, UTF-16 with a byte-order mark, `[]` when all is well.
//!
//! An event with status `0` is over and stays for a while. One that is open may stay for months (those of
//! me-central-1 of 2026-03-01 did), so nothing here may be judged as a whole.

mod wire;

use url::Url;

use super::field::{Field, List, Place, Word};
use super::keyed::{Keyed, UpdateKeys};
use super::{About, Body, Request, document, region};
use crate::model::impact::Impact;
use crate::model::phase::{Kind, Phase};
use crate::model::snapshot::{
    ComponentRef, Coverage, Covers, GoneAfter, SeenComponent, SeenIncident, SeenUpdate, Snapshot, Unreadable,
};
use crate::model::stated::Stated;
use crate::model::text;
use crate::model::vendor::{Evidence, Format};

const EVENTS: &str = "events";

/// What this format is.
pub const ABOUT: About = About {
    format: Format::AwsHealth,
    evidence: Evidence::Recorded,
    summary: "AWS Health Dashboard, https://health.aws.amazon.com/public/currentevents (not documented by AWS)",
    says: "incidents with their ends, impaired services with their own status, regions; no maintenances",
    roles: &[EVENTS],
    gone_after: GoneAfter::USUAL,
    perishable_keys: false,
};

/// One document holds everything.
#[must_use]
pub fn plan(url: &Url) -> Vec<Request> {
    vec![Request { role: EVENTS, url: url.clone(), accept: "application/json" }]
}

/// Reads the list of events.
///
/// # Errors
/// [`Unreadable`] where it is no list, or a list in which nothing is an event of AWS's.
pub fn read(body: &Body) -> Result<Snapshot, Unreadable> {
    let text = document::text(body)?;
    let events: wire::Events<'_> = document::typed(&text, body)?;
    let Field::Is(List(list)) = &events else {
        return Err(Unreadable::Unexpected("AWS's events are a bare list; this is none".to_owned()));
    };
    // AWS documents nothing, but its dashboard reads `[]` as "no recent issues".
    let sign = if list.is_empty() { "an empty list of events" } else { "a list of events with their arn" };
    let covers = Coverage { incidents: Covers::AllOpen, maintenances: Covers::Delta, components: Covers::Delta };
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
    snapshot.components = seen.services.into_entries();
    if lost > 0 {
        // One of the lost may be one that is known, so its absence proves nothing.
        snapshot.covers.incidents = Covers::Delta;
    }
    Ok(snapshot)
}

/// What the events came to so far.
#[derive(Default)]
struct Seen {
    incidents: Keyed<SeenIncident>,
    services: Keyed<SeenComponent>,
}

impl Seen {
    /// Adds an event and its services; false where it has no key.
    fn add(&mut self, event: &wire::Event<'_>, at: Place<'_>, into: &mut Snapshot) -> bool {
        let arn = event.arn.need(at, "arn", into).map(|arn| arn.0.trim().to_owned());
        let Some(arn) = arn.filter(|arn| !arn.is_empty()) else { return false };
        let region_name = event.region_name.read(at, "region_name", into).map(|name| text::title(&name.0));
        let region_name = region_name.filter(|name| !name.is_empty() && !name.eq_ignore_ascii_case("global"));
        // A region in the arn of a global event is only where AWS runs it.
        let code = region_name.as_ref().and_then(|_| arn.split(':').nth(3)).filter(|code| !code.is_empty());
        let services = services(event, code, at, into);
        let seen = incident(event, arn.clone(), code, region_name.as_deref(), &services, at, into);
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

fn incident(
    event: &wire::Event<'_>,
    key: String,
    code: Option<&str>,
    region_name: Option<&str>,
    services: &[SeenComponent],
    at: Place<'_>,
    into: &mut Snapshot,
) -> SeenIncident {
    let status = event.status.need(at, "status", into).map_or_else(String::new, |word| text::title(&word.0));
    let updates = updates(event, at, into);
    let is_over = status == "0";
    let last = || updates.last().and_then(|update| update.at.clone());
    SeenIncident {
        key,
        kind: Kind::Incident,
        title: title(event, region_name, at, into),
        impact: if is_over { last_trouble(&updates) } else { impact(&status, at, into) },
        vendor_impact: status.clone(),
        vendor_phase: status,
        phase: if is_over { Phase::Resolved } else { Phase::Investigating },
        components: components(event, services, code),
        regions: code.into_iter().chain(region_name).map(str::to_owned).collect(),
        started: seconds(&event.date, at, "date", into),
        ended: is_over.then(last).flatten(),
        planned: None,
        updates,
        link: None,
    }
}

/// The title names the region, because AWS's says no more than "Increased Error Rates".
fn title(event: &wire::Event<'_>, region_name: Option<&str>, at: Place<'_>, into: &mut Snapshot) -> String {
    let summary = event.summary.need(at, "summary", into).map_or("", |summary| summary.0.as_ref());
    match region_name {
        Some(name) if !summary.contains(name) => text::title(&format!("{summary} ({name})")),
        Some(_) | None => text::title(summary),
    }
}

/// AWS's number: 0 normal, 1 informational, 2 degraded, 3 disrupted.
fn word(number: &str) -> Option<Impact> {
    match number {
        "0" => Some(Impact::Operational),
        "1" => Some(Impact::Degraded),
        "2" => Some(Impact::PartialOutage),
        "3" => Some(Impact::MajorOutage),
        _ => None,
    }
}

fn impact(number: &str, at: Place<'_>, into: &mut Snapshot) -> Impact {
    word(number).unwrap_or_else(|| {
        into.warn(at.field("status"), format!("is a word never seen: {number:?}"));
        Impact::Unknown
    })
}

/// How bad it last was before it was over.
fn last_trouble(updates: &[SeenUpdate]) -> Impact {
    let troubles = updates.iter().rev().filter_map(|update| word(&update.vendor_phase));
    troubles.into_iter().find(|impact| *impact != Impact::Operational).unwrap_or(Impact::Unknown)
}

fn seconds(field: &Field<Word<'_>>, at: Place<'_>, name: &str, into: &mut Snapshot) -> Option<Stated> {
    let raw = field.need(at, name, into)?.0.trim();
    let stated = raw.parse().map(|seconds| Stated::epoch_seconds(seconds, raw)).ok().filter(|s| s.at.is_some());
    Some(stated.unwrap_or_else(|| {
        into.warn(at.field(name), format!("is no time: {:?}", text::line(raw, 60)));
        Stated { at: None, raw: raw.to_owned(), certain: false }
    }))
}

fn updates(event: &wire::Event<'_>, at: Place<'_>, into: &mut Snapshot) -> Vec<SeenUpdate> {
    let mut updates: Vec<SeenUpdate> = Vec::new();
    let mut keys = UpdateKeys::default();
    for (index, entry) in event.event_log.entries(Some(at), "event_log", into) {
        let place = at.entry("event_log", index);
        let when = seconds(&entry.timestamp, place, "timestamp", into);
        let key = when.as_ref().map_or("", |when| when.raw.as_str());
        let key = keys.next(key);
        let status = entry.status.read(place, "status", into).map_or_else(String::new, |word| text::title(&word.0));
        let said = entry.message.read(place, "message", into).filter(|message| !message.0.trim().is_empty());
        let said = said.or_else(|| entry.summary.read(place, "summary", into));
        let text = said.map_or_else(String::new, |said| document::plain(&said.0));
        updates.push(SeenUpdate { key, at: when, vendor_phase: status, text });
    }
    if updates.iter().all(|update| update.at.as_ref().is_some_and(|at| at.at.is_some())) {
        updates.sort_by_key(|update| update.at.as_ref().and_then(|at| at.at));
    }
    updates
}

/// The services that the event impairs, each with its own status.
fn services(event: &wire::Event<'_>, code: Option<&str>, at: Place<'_>, into: &mut Snapshot) -> Vec<SeenComponent> {
    let Some(impacted) = event.impacted_services.read(at, "impacted_services", into) else { return Vec::new() };
    let mut services = Keyed::default();
    for (index, (key, service)) in impacted.0.iter().enumerate() {
        let place = at.entry("impacted_services", index);
        let Some(service) = service.need(place, key, into).map(|service| &service.0) else { continue };
        let name = service.service_name.need(place, "service_name", into);
        let name = name.map_or_else(|| text::title(key), |name| text::title(&name.0));
        let status = service.current.need(place, "current", into).map_or("", |word| word.0.as_ref());
        let (vendor_status, status) = (text::title(status), impact_of_service(status, place, into));
        services.put(key, SeenComponent { component: reference(key, name, code), vendor_status, status });
    }
    services.into_entries()
}

fn impact_of_service(status: &str, at: Place<'_>, into: &mut Snapshot) -> Impact {
    word(status).unwrap_or_else(|| {
        into.warn(at.field("current"), format!("is a word never seen: {status:?}"));
        Impact::Unknown
    })
}

fn reference(key: &str, name: String, code: Option<&str>) -> ComponentRef {
    let region = region::aws_suffix(key).or(code).map(str::to_owned);
    ComponentRef { key: key.to_owned(), name, group: None, region }
}

/// The components that an event names: the impaired services, else the one service that it stands under.
fn components(event: &wire::Event<'_>, services: &[SeenComponent], code: Option<&str>) -> Vec<ComponentRef> {
    if !services.is_empty() {
        return services.iter().map(|service| service.component.clone()).collect();
    }
    let own = event.service.as_str().filter(|key| !key.is_empty() && !key.starts_with("multipleservices"));
    let name = |key: &str| event.service_name.as_str().map_or_else(|| text::title(key), text::title);
    own.map(|key| reference(key, name(key), code)).into_iter().collect()
}

#[cfg(test)]
mod tests;
