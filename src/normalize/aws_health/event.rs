//! One event of AWS's.

use super::wire;
use crate::model::impact::Impact;
use crate::model::phase::{Kind, Phase};
use crate::model::snapshot::{ComponentRef, SeenComponent, SeenIncident, SeenUpdate, Snapshot};
use crate::model::stated::Stated;
use crate::model::text;
use crate::normalize::field::{Field, Place, TIME_CHARS, Word};
use crate::normalize::keyed::{self, Keyed, UpdateKeys};
use crate::normalize::{document, region};

/// What is known of an event beside its own fields.
pub struct Beside<'s> {
    /// Its key.
    pub key: String,
    /// Its region, unless it is global.
    pub code: Option<&'s str>,
    /// The name of that region.
    pub region_name: Option<&'s str>,
    /// The services that it impairs.
    pub services: &'s [SeenComponent],
    /// The service that it is archived under, where it says none itself.
    pub archived_under: Option<&'s str>,
}

/// The incident that an event tells of.
pub fn incident(event: &wire::Event<'_>, beside: Beside<'_>, at: Place<'_>, into: &mut Snapshot) -> SeenIncident {
    let status = event.status.line(at, "status", into);
    // What is archived says how bad it was, and is over all the same.
    let status = if beside.archived_under.is_some() { "0".to_owned() } else { status };
    let updates = updates(event, at, into);
    let is_over = status == "0";
    let last = || updates.last().and_then(|update| update.at.clone());
    SeenIncident {
        key: beside.key,
        kind: Kind::Incident,
        title: title(event, beside.region_name, at, into),
        impact: if is_over { last_trouble(&updates) } else { impact(&status, at, into) },
        vendor_impact: status.clone(),
        vendor_phase: status,
        phase: if is_over { Phase::Resolved } else { Phase::Investigating },
        components: components(event, beside.services, beside.archived_under, beside.code),
        regions: beside.code.into_iter().chain(beside.region_name).map(str::to_owned).collect(),
        started: seconds(&event.date, at, "date", into),
        ended: is_over.then(last).flatten(),
        planned: None,
        updates,
        link: None,
    }
}

/// When an archived event was over, by the last entry of its log; `None` where that is no end.
pub fn archived_end(event: &wire::Event<'_>) -> Option<i64> {
    let entries = event.event_log.get()?.0.iter().filter_map(Field::get);
    let timed = entries.filter_map(|entry| Some((entry.0.timestamp.as_str()?.parse::<i64>().ok()?, &entry.0.status)));
    let (at, status) = timed.max_by_key(|(at, _)| *at)?;
    (status.as_str() == Some("0")).then_some(at)
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
        at.never_seen("status", number, into);
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
        let raw = text::line(raw, TIME_CHARS);
        into.warn(at.field(name), format!("is no time: {raw:?}"));
        Stated { at: None, raw, certain: false }
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
        updates.push(SeenUpdate { key, at: when, vendor_phase: status, text, author: None });
    }
    if updates.iter().all(|update| update.at.as_ref().is_some_and(|at| at.at.is_some())) {
        updates.sort_by_key(|update| update.at.as_ref().and_then(|at| at.at));
    }
    updates
}

/// The services that the event impairs, each with its own status.
pub fn services(event: &wire::Event<'_>, code: Option<&str>, at: Place<'_>, into: &mut Snapshot) -> Vec<SeenComponent> {
    let Some(impacted) = event.impacted_services.read(at, "impacted_services", into) else { return Vec::new() };
    let mut services = Keyed::default();
    for (index, (key, service)) in impacted.0.iter().enumerate() {
        let place = at.entry("impacted_services", index);
        let Some(service) = service.need(place, key, into).map(|service| &service.0) else { continue };
        let name = service.service_name.need(place, "service_name", into);
        let name = name.map_or_else(|| text::title(key), |name| text::title(&name.0));
        let status = service.current.need(place, "current", into).map_or("", |word| word.0.as_ref());
        let (vendor_status, status) = (text::title(status), impact_of_service(status, place, into));
        let component = reference(key, name, code);
        services.add(SeenComponent { component, vendor_status, status }, place, into);
    }
    services.into_entries()
}

fn impact_of_service(status: &str, at: Place<'_>, into: &mut Snapshot) -> Impact {
    word(status).unwrap_or_else(|| {
        at.never_seen("current", status, into);
        Impact::Unknown
    })
}

fn reference(key: &str, name: String, code: Option<&str>) -> ComponentRef {
    let region = region::aws_suffix(key).or(code).map(str::to_owned);
    ComponentRef { key: keyed::key(key).unwrap_or_default(), name, group: None, region }
}

/// The components that an event names: the impaired services, else the one service that it stands under.
fn components(
    event: &wire::Event<'_>,
    services: &[SeenComponent],
    archived_under: Option<&str>,
    code: Option<&str>,
) -> Vec<ComponentRef> {
    if !services.is_empty() {
        return services.iter().map(|service| service.component.clone()).collect();
    }
    let own =
        event.service.as_str().or(archived_under).filter(|key| !key.is_empty() && !key.starts_with("multipleservices"));
    let name = |key: &str| event.service_name.as_str().map_or_else(|| text::title(key), text::title);
    own.map(|key| reference(key, name(key), code)).into_iter().collect()
}
