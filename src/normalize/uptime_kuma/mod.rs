//! Uptime Kuma: a status page's own document, `/api/status-page/{slug}`, and the heartbeats of its monitors,
//! `/api/status-page/heartbeat/{slug}`. A monitor that is down is a component that is not well; an incident is what a
//! person has pinned to the page, of which since version 2.1 there can be several.
//!
//! The page lists what is pinned now, so what has left it is over. The server keeps both documents for minutes, and says
//! all its times in UTC. The newest heartbeat is its clock: a server whose checks have stopped keeps showing the last.

mod heartbeat;
mod wire;

use url::Url;

use super::field::{Field, Place};
use super::listed::{self, Gathered};
use super::markup::marked;
use super::{About, Answer, Asked, Page, Reader, Reading, Request, answered, document, moment};
use crate::model::format::{Evidence, Format};
use crate::model::impact::Impact;
use crate::model::phase::{Kind, Phase};
use crate::model::snapshot::{
    Coverage, Covers, GoneAfter, Planned, SeenComponent, SeenIncident, SeenUpdate, Snapshot, Unreadable,
};
use crate::model::stated::Stated;
use crate::model::text;

const PAGE: &str = "page";
const HEARTBEAT: &str = "heartbeat";
const SIGN: &str = "config.slug, publicGroupList[], maintenanceList[] and incidents";
const UTC: Option<&str> = Some("UTC");

/// What this format is.
const ABOUT: About = About {
    format: Format::UptimeKuma,
    evidence: Evidence::Documented,
    summary: "Uptime Kuma, {host}/api/status-page/SLUG and …/heartbeat/SLUG for the page {host}/status/SLUG (its server's code)",
    says: "monitors as components with their groups, pinned incidents, maintenances under way; no regions, no ends but by absence",
    roles: &[PAGE, HEARTBEAT],
    gone_after: GoneAfter::USUAL,
    perishable_keys: false,
};

/// How it is read.
pub const READER: Reader = Reader { about: ABOUT, plan, read: |_, answers| Reading::Done(read(answers)), find };

/// Both documents, at each look.
fn plan(asked: &Asked<'_>) -> Vec<Request> {
    // A server that shows one page alone shows the one called "default".
    let slug = slug(asked.url).unwrap_or("default");
    vec![
        asked.request(PAGE, &format!("/api/status-page/{slug}"), "application/json"),
        asked.request(HEARTBEAT, &format!("/api/status-page/heartbeat/{slug}"), "application/json"),
    ]
}

/// The page's name in its address, `/status/{slug}`.
fn slug(url: &Url) -> Option<&str> {
    url.path().strip_prefix("/status/").map(|slug| slug.trim_end_matches('/')).filter(|slug| !slug.is_empty())
}

/// A page of Uptime Kuma's has its name in its address, or in the link to its manifest where it has a host of its own.
fn find(page: &Page<'_>) -> Vec<Url> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let linked = page.html.map_or_else(Vec::new, |html| marked::after(html, "/api/status-page/", is_part));
    let named = slug(page.url).filter(|slug| slug.chars().all(is_part));
    let mut slugs: Vec<&str> = named.into_iter().chain(linked).collect();
    slugs.dedup();
    if slugs.is_empty() && ["uptime kuma", "uptime-kuma"].iter().any(|name| marked::shows(page.html, name)) {
        return vec![page.at("/")];
    }
    slugs.into_iter().take(3).map(|slug| page.at(&format!("/status/{slug}"))).collect()
}

/// Reads both documents into one snapshot.
///
/// # Errors
/// [`Unreadable`] where the page's own document cannot be read: without it the heartbeats have no names.
fn read(answers: &[Answer]) -> Result<Snapshot, Unreadable> {
    let body = answered::needed(answers, PAGE)?;
    let text = document::text(body)?;
    let page: wire::Page<'_> = document::object(&text, body, "a page of Uptime Kuma's")?;
    let config = page.config.get().map(|config| &config.0);
    let signs = [
        ("config.slug", config.is_some_and(|config| config.slug.as_str().is_some())),
        ("publicGroupList[]", listed::is_list(&page.groups)),
        ("maintenanceList[]", listed::is_list(&page.maintenances)),
        ("incident or incidents[]", listed::is_list(&page.incidents) || !matches!(page.incident, Field::Odd(_))),
    ];
    document::signed("a page of Uptime Kuma's", &signs)?;
    let mut snapshot = Snapshot::recognised(SIGN, Coverage::of_all(Covers::Delta));
    told(&page, &mut snapshot);
    match answered::read(answers, HEARTBEAT, heartbeat::read) {
        Some(Ok(beats)) => components(&page, &beats, &mut snapshot),
        Some(Err(why)) => snapshot.blind.push((HEARTBEAT, why)),
        None => {}
    }
    Ok(snapshot)
}

/// What persons told: the pinned incidents and the maintenances.
fn told(page: &wire::Page<'_>, snapshot: &mut Snapshot) {
    let mut incidents = Gathered::default();
    match &page.incident {
        Field::Is(pinned) => {
            incidents.add(incident(&pinned.0, Place::of("incident", 0), snapshot), Place::of("incident", 0), snapshot)
        }
        Field::Absent | Field::Odd(_) => {}
    }
    if listed::is_list(&page.incidents) {
        incidents.list(&page.incidents, None, "incidents", snapshot, incident);
    }
    let mut maintenances = Gathered::default();
    maintenances.list(&page.maintenances, None, "maintenanceList", snapshot, maintenance);
    (snapshot.covers.incidents, snapshot.covers.maintenances) = (incidents.covers(), maintenances.covers());
    snapshot.incidents = incidents.into_entries();
    snapshot.incidents.extend(maintenances.into_entries());
}

fn incident(row: &wire::Incident<'_>, at: Place<'_>, into: &mut Snapshot) -> Option<SeenIncident> {
    let key = row.id.key(at, "id", into)?;
    let style = row.style.line(at, "style", into);
    let is_over = row.active.get().is_some_and(|active| !active.0);
    let created = listed::time(&row.created, at, "createdDate", into, |raw| moment::civil(raw, UTC));
    let updated = listed::time(&row.updated, at, "lastUpdatedDate", into, |raw| moment::civil(raw, UTC));
    Some(SeenIncident {
        key,
        kind: Kind::Incident,
        title: row.title.line(at, "title", into),
        impact: listed::meaning(&style, &STYLES, at, "style", into).unwrap_or(Impact::Unknown),
        vendor_impact: style,
        phase: if is_over { Phase::Resolved } else { Phase::Investigating },
        vendor_phase: if is_over { "resolved" } else { "active" }.to_owned(),
        components: Vec::new(),
        regions: Vec::new(),
        ended: updated.clone().filter(|_| is_over),
        updates: said(row.content.plain(at, "content", into), updated.or_else(|| created.clone())),
        started: created,
        planned: None,
        link: None,
    })
}

/// The one thing said; an edit takes its place under the same key.
fn said(text: String, at: Option<Stated>) -> Vec<SeenUpdate> {
    if text.is_empty() {
        return Vec::new();
    }
    vec![SeenUpdate { key: "content".to_owned(), at, vendor_phase: String::new(), text, author: None }]
}

/// What a box's colour says of how bad it is. Only two of Bootstrap's colours are warnings at all.
const STYLES: [(&str, Impact); 6] = [
    ("danger", Impact::MajorOutage),
    ("warning", Impact::Degraded),
    ("info", Impact::Unknown),
    ("primary", Impact::Unknown),
    ("light", Impact::Unknown),
    ("dark", Impact::Unknown),
];

/// A maintenance. Incidents have the same numbers, so its key says what it is.
fn maintenance(row: &wire::Maintenance<'_>, at: Place<'_>, into: &mut Snapshot) -> Option<SeenIncident> {
    let key = format!("maintenance-{}", row.id.key(at, "id", into)?);
    let vendor_phase = row.status.line(at, "status", into);
    let phase = listed::meaning(&vendor_phase, &PHASES, at, "status", into).unwrap_or(Phase::InProgress);
    let planned = planned(row, at, into);
    Some(SeenIncident {
        key,
        kind: Kind::Maintenance,
        title: row.title.line(at, "title", into),
        vendor_impact: String::new(),
        impact: Impact::Maintenance,
        phase,
        vendor_phase,
        components: Vec::new(),
        regions: Vec::new(),
        started: planned.as_ref().map(|planned| planned.from.clone()),
        ended: None,
        planned,
        updates: said(row.description.plain(at, "description", into), None),
        link: None,
    })
}

const PHASES: [(&str, Phase); 4] = [
    ("scheduled", Phase::Scheduled),
    ("under-maintenance", Phase::InProgress),
    ("ended", Phase::Completed),
    ("inactive", Phase::Cancelled),
];

/// The first of its times, in the zone that it names. One that is switched on by hand has none.
fn planned(row: &wire::Maintenance<'_>, at: Place<'_>, into: &mut Snapshot) -> Option<Planned> {
    let slots = row.slots.entries(Some(at), "timeslotList", into);
    let (index, slot) = slots.first()?;
    let place = at.entry("timeslotList", *index);
    let zone = row.timezone.as_str();
    let from = listed::time(&slot.start, place, "startDate", into, |raw| moment::civil(raw, zone))?;
    Some(Planned { from, until: listed::time(&slot.end, place, "endDate", into, |raw| moment::civil(raw, zone)) })
}

/// The monitors with what their last heartbeat says.
fn components(page: &wire::Page<'_>, beats: &heartbeat::Newest, snapshot: &mut Snapshot) {
    let mut seen = Gathered::default();
    let rows = page.groups.entries(None, "publicGroupList", snapshot);
    if page.groups.get().is_none_or(|list| list.0.len() != rows.len()) {
        seen.lose();
    }
    for (number, group) in rows {
        let at = Place::of("publicGroupList", number);
        let name = group.name.read(at, "name", snapshot).map(|name| text::title(&name.0));
        if !listed::is_list(&group.monitors) {
            seen.lose();
        }
        seen.list(&group.monitors, Some(at), "monitorList", snapshot, |row, at, into| {
            monitor(row, name.clone(), beats, at, into)
        });
    }
    snapshot.covers.components = seen.covers();
    snapshot.refreshed = beats.newest;
    snapshot.components = seen.into_entries();
}

fn monitor(
    row: &wire::Monitor<'_>,
    group: Option<String>,
    beats: &heartbeat::Newest,
    at: Place<'_>,
    into: &mut Snapshot,
) -> Option<SeenComponent> {
    let key = row.id.key(at, "id", into)?;
    let name = row.name.need(at, "name", into).map_or_else(|| key.clone(), |name| text::title(&name.0));
    let (vendor_status, status) = beats.of(&key, at, into);
    Some(SeenComponent { component: listed::component(key, name, group), vendor_status, status })
}

#[cfg(test)]
mod tests;
