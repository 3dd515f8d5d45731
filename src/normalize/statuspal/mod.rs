//! Statuspal: the summary of a page by its subdomain, `https://statuspal.io/api/v2/status_pages/{subdomain}/summary` or
//! the same at statuspal.eu. The source's address is that of the API, for a page on a host of its own does not have one.
//! The list of all incidents pages wrongly (its issue 35) and is not read: ends are told by absence.
//!
//! Its documentation says that times are in UTC; a client of it says that they are in the page's zone. Neither can be
//! told from the document, so times are read as UTC and are not certain.

mod wire;

use std::collections::HashSet;

use url::Url;

use super::field::{Field, List, Place};
use super::keyed::UpdateKeys;
use super::listed::{self, Gathered};
use super::markup::marked;
use super::{About, Asked, Body, Page, Reader, Reading, Request, answered, document, keyed, moment};
use crate::model::format::{Evidence, Format};
use crate::model::impact::Impact;
use crate::model::incident::hurts;
use crate::model::phase::{Kind, Phase};
use crate::model::snapshot::{
    ComponentRef, Coverage, Covers, GoneAfter, Planned, SeenComponent, SeenIncident, SeenUpdate, Snapshot, Unreadable,
};
use crate::model::stated::Stated;
use crate::model::text;

const SUMMARY: &str = "summary";
const SIGN: &str = "status_page.name and time_zone, services[], incidents[] and maintenances[]";
/// Services in services, deeper than any page has them.
const DEEPEST: usize = 8;

/// What this format is.
const ABOUT: About = About {
    format: Format::Statuspal,
    evidence: Evidence::Documented,
    summary: "Statuspal, https://statuspal.io/api/v2/status_pages/SUBDOMAIN/summary, or statuspal.eu (statuspal.io/api-docs/v2)",
    says: "services with their groups and status, active incidents with updates, maintenances; times whose zone is not certain; no regions, no ends but by absence",
    roles: &[SUMMARY],
    gone_after: GoneAfter::USUAL,
    perishable_keys: false,
};

/// How it is read.
pub const READER: Reader =
    Reader { about: ABOUT, plan, read: |_, answers| Reading::Done(answered::first(answers).and_then(read)), find };

fn plan(asked: &Asked<'_>) -> Vec<Request> {
    vec![asked.below(SUMMARY, "/summary", "application/json")]
}

/// A page at statuspal.io has its subdomain in its address, another one in what it links to.
fn find(page: &Page<'_>) -> Vec<Url> {
    let host = page.url.host_str().unwrap_or_default();
    let own = SERVERS.iter().filter_map(|server| Some((host.strip_suffix(server)?.strip_suffix('.')?, *server)));
    let mut named: Vec<(&str, &str)> = own.collect();
    let html = page.html.filter(|_| marked::shows(page.html, "statuspal")).unwrap_or_default();
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '-';
    for server in SERVERS {
        let linked = marked::before(html, &format!(".{server}"), is_part);
        named.extend(linked.into_iter().map(|name| (name, server)));
        named.extend(
            marked::after(html, &format!("{server}/api/v2/status_pages/"), is_part)
                .into_iter()
                .map(|name| (name, server)),
        );
    }
    named.retain(|(name, _)| !OWN.contains(name));
    named.dedup();
    let url = |(name, server)| format!("https://{server}/api/v2/status_pages/{name}").parse().ok();
    named.into_iter().take(4).filter_map(url).collect()
}

/// In America and in Europe.
const SERVERS: [&str; 2] = ["statuspal.io", "statuspal.eu"];
/// Names below those that are Statuspal's own.
const OWN: [&str; 8] = ["www", "app", "api", "docs", "cdn", "assets", "static", "status"];

/// The words for services, and for how bad an incident is. There are two, so the second is the worst that can be said.
const TYPES: [(&str, Impact); 6] = [
    ("minor", Impact::Degraded),
    ("performance", Impact::Degraded),
    ("major", Impact::MajorOutage),
    ("scheduled", Impact::Maintenance),
    ("maintenance", Impact::Maintenance),
    ("emergency-maintenance", Impact::Maintenance),
];

/// The words for updates.
const PHASES: [(&str, Phase); 8] = [
    ("issue", Phase::Investigating),
    ("investigating", Phase::Investigating),
    ("identified", Phase::Identified),
    ("update", Phase::Investigating),
    ("monitoring", Phase::Monitoring),
    ("resolved", Phase::Resolved),
    ("retroactive", Phase::Resolved),
    ("completed", Phase::Resolved),
];

/// Reads the summary.
///
/// # Errors
/// [`Unreadable`] where it is not that document.
fn read(body: &Body) -> Result<Snapshot, Unreadable> {
    let text = document::text(body)?;
    let summary: wire::Summary<'_> = document::object(&text, body, "Statuspal's summary")?;
    let page = summary.status_page.get().map(|page| &page.0);
    let is_service = |row: &wire::Service<'_>| row.id.as_str().is_some() && row.name.as_str().is_some();
    let services = summary.services.get().map_or(&[][..], |list| &list.0);
    let signs = [
        ("status_page.name", page.is_some_and(|page| page.name.as_str().is_some())),
        ("status_page.time_zone", page.is_some_and(|page| page.time_zone.as_str().is_some())),
        ("services[] with id and name", services.iter().filter_map(Field::get).any(|row| is_service(&row.0))),
        ("incidents[]", listed::is_list(&summary.incidents)),
        ("maintenances[]", listed::is_list(&summary.maintenances)),
    ];
    document::signed("Statuspal's summary", &signs)?;
    let mut snapshot = Snapshot::recognised(SIGN, Coverage::of_all(Covers::Delta));
    let mut services = Gathered::default();
    add_services(&summary.services, None, None, &mut services, &mut snapshot);
    told(&summary, &services, &mut snapshot);
    snapshot.covers.components = services.covers();
    let mut services = services.into_entries();
    contradicted(&mut services, &mut snapshot);
    snapshot.components = services;
    Ok(snapshot)
}

/// Adds services and those below them, each with the name of the one above for its group.
fn add_services(
    list: &Field<List<wire::Service<'_>>>,
    above: Option<&[String]>,
    at: Option<Place<'_>>,
    into: &mut Gathered<SeenComponent>,
    snapshot: &mut Snapshot,
) {
    let path = above.unwrap_or_default();
    let name = if at.is_some() { "children" } else { "services" };
    into.list(list, at, name, snapshot, |row, at, snapshot| service(row, path.last().cloned(), at, snapshot));
    for (index, row) in list.entries(at, name, &mut Snapshot::recognised("", Coverage::of_all(Covers::Delta))) {
        let place = at.as_ref().map_or_else(|| Place::of(name, index), |at| at.entry(name, index));
        if matches!(row.children, Field::Absent) {
            continue;
        }
        if path.len() >= DEEPEST {
            snapshot.warn(place.field("children"), "is deeper than any page has services");
            into.lose();
            continue;
        }
        let own = row.name.as_str().map(text::title).unwrap_or_default();
        let path: Vec<String> = path.iter().cloned().chain([own]).collect();
        add_services(&row.children, Some(&path), Some(place), into, snapshot);
    }
}

fn service(
    row: &wire::Service<'_>,
    group: Option<String>,
    at: Place<'_>,
    into: &mut Snapshot,
) -> Option<SeenComponent> {
    let component = listed::component(row.id.key(at, "id", into)?, row.name.line(at, "name", into), group);
    if matches!(row.current_incident_type, Field::Absent) {
        return Some(SeenComponent { component, vendor_status: String::new(), status: Impact::Operational });
    }
    let (vendor_status, status) = listed::status(&row.current_incident_type, &TYPES, at, "current_incident_type", into);
    Some(SeenComponent { component, vendor_status, status })
}

/// Adds incidents and maintenances. All have numbers of one kind.
fn told(summary: &wire::Summary<'_>, services: &Gathered<SeenComponent>, snapshot: &mut Snapshot) {
    let mut incidents = Gathered::default();
    let seen =
        |row: &wire::Incident<'_>, now, at: Place<'_>, into: &mut Snapshot| incident(row, now, services, at, into);
    incidents.list(&summary.incidents, None, "incidents", snapshot, |row, at, into| seen(row, None, at, into));
    let mut maintenances = Gathered::default();
    for (list, name, phase) in [
        (&summary.upcoming_maintenances, "upcoming_maintenances", Phase::Scheduled),
        (&summary.maintenances, "maintenances", Phase::InProgress),
    ] {
        maintenances.list(list, None, name, snapshot, |row, at, into| seen(row, Some(phase), at, into));
    }
    if !listed::is_list(&summary.upcoming_maintenances) {
        maintenances.lose();
    }
    (snapshot.covers.incidents, snapshot.covers.maintenances) = (incidents.covers(), maintenances.covers());
    snapshot.incidents = incidents.into_entries();
    let known: HashSet<String> = snapshot.incidents.iter().map(|one| one.key.clone()).collect();
    snapshot.incidents.extend(maintenances.into_entries().into_iter().filter(|one| !known.contains(&one.key)));
}

/// A service without an incident, which an incident names all the same: one of the two is wrong.
fn contradicted(services: &mut [SeenComponent], snapshot: &mut Snapshot) {
    let hurting = snapshot.incidents.iter().filter(|one| hurts(one.phase));
    let named: HashSet<&str> = hurting.flat_map(|one| &one.components).map(|one| one.key.as_str()).collect();
    let mut wrong = Vec::new();
    for one in services.iter_mut().filter(|one| one.status == Impact::Operational) {
        if named.contains(one.component.key.as_str()) {
            one.status = Impact::Unknown;
            wrong.push(one.component.key.clone());
        }
    }
    for key in wrong {
        snapshot.warn("services", format!("{key} has no incident, and an incident names it"));
    }
}

/// An incident, or a maintenance in the phase of the list that it stands in.
fn incident(
    row: &wire::Incident<'_>,
    maintenance: Option<Phase>,
    services: &Gathered<SeenComponent>,
    at: Place<'_>,
    into: &mut Snapshot,
) -> Option<SeenIncident> {
    let key = row.id.key(at, "id", into)?;
    let vendor_impact = row.kind.line(at, "type", into);
    let impact = listed::meaning(&vendor_impact, &TYPES, at, "type", into).unwrap_or(Impact::Unknown);
    let started = listed::time(&row.starts_at, at, "starts_at", into, stated);
    let until = listed::time(&row.ends_at, at, "ends_at", into, stated);
    let updates = updates(row, at, into);
    let vendor_phase = updates.last().map(|update| update.vendor_phase.clone()).unwrap_or_default();
    let told = PHASES.iter().find(|(word, _)| *word == vendor_phase).map(|(_, phase)| *phase);
    let phase = maintenance.or(told).unwrap_or(Phase::Investigating);
    // An incident that states its end is over, even if its last update does not say so.
    let has_end = until.as_ref().is_some_and(|until| until.at.is_some());
    let phase = if maintenance.is_none() && has_end { Phase::Resolved } else { phase };
    let is_planned = maintenance.is_some();
    Some(SeenIncident {
        key,
        kind: if is_planned { Kind::Maintenance } else { Kind::Incident },
        title: row.title.line(at, "title", into),
        vendor_impact,
        impact: match impact {
            _ if is_planned => Impact::Maintenance,
            Impact::Maintenance => Impact::Unknown,
            impact => impact,
        },
        vendor_phase,
        phase,
        components: named(row, services, at, into),
        regions: Vec::new(),
        planned: started.clone().filter(|_| is_planned).map(|from| Planned { from, until: until.clone() }),
        started,
        ended: until.filter(|_| phase.is_end()),
        updates,
        link: row.url.link(at, "url", into),
    })
}

fn stated(raw: &str) -> Stated {
    moment::civil(raw, None)
}

fn named(
    row: &wire::Incident<'_>,
    services: &Gathered<SeenComponent>,
    at: Place<'_>,
    into: &mut Snapshot,
) -> Vec<ComponentRef> {
    let mut named = keyed::Keyed::default();
    let ids = row.service_ids.read(at, "service_ids", into).map_or(&[][..], |ids| &ids.ids);
    for id in ids.iter().filter_map(|id| keyed::key(id)) {
        let known = services.get(&id).map(|one| one.component.clone());
        named.put(&id, known.unwrap_or_else(|| listed::component(id.clone(), id.clone(), None)));
    }
    named.into_entries()
}

/// The updates; those that have no id are known by their time.
fn updates(row: &wire::Incident<'_>, at: Place<'_>, into: &mut Snapshot) -> Vec<SeenUpdate> {
    let mut unnamed = UpdateKeys::default();
    let mut all = Vec::new();
    for (index, update) in row.updates.entries(Some(at), "updates", into) {
        let place = at.entry("updates", index);
        let times = [
            ("posted_at", &update.posted_at),
            ("inserted_at", &update.inserted_at),
            ("updated_at", &update.updated_at),
        ];
        let when = times.iter().find_map(|(name, field)| listed::time(field, place, name, into, stated));
        let id = update.id.as_str().and_then(keyed::key);
        let vendor_phase = update.kind.line(place, "type", into);
        listed::meaning(&vendor_phase, &PHASES, place, "type", into);
        all.push(SeenUpdate {
            key: id.unwrap_or_else(|| unnamed.next(when.as_ref().map_or("", |when| when.raw.as_str()))),
            at: when,
            vendor_phase,
            text: update.description.plain(place, "description", into),
            author: None,
        });
    }
    // The newest stands first.
    all.reverse();
    listed::oldest_first(all)
}

#[cfg(test)]
mod tests;
