//! Azure's public status page by its API, the "emerging issues" of Azure Resource Manager: what the feed tells, with
//! severity, stage, tracking id and regions beside each service. It wants a token, which is none of a format's affair.

mod event;
mod wire;

use url::Url;

use super::field::{Field, List, Object, Place};
use super::keyed::Keyed;
use super::{About, Body, Reader, Reading, Request, answered, document, entra};
use crate::model::format::{Evidence, Format};
use crate::model::incident::KnownOpen;
use crate::model::snapshot::{Coverage, Covers, GoneAfter, SeenIncident, Snapshot, Unreadable};

const ISSUES: &str = "issues";
const PERMISSION: &str = "the role Reader";
/// Where the document is at a host of Azure Resource Manager.
const USUAL_PATH: &str = "/providers/Microsoft.ResourceHealth/emergingIssues/default";
const USUAL_VERSION: &str = "api-version=2025-05-01";

/// What this format is.
const ABOUT: About = About {
    format: Format::AzureEmerging,
    evidence: Evidence::Documented,
    summary: "Azure's public status page by Azure Resource Manager, Microsoft.ResourceHealth/emergingIssues (azure-rest-api-specs); wants credentials with Reader",
    says: "wide incidents with impact, end, services and their regions, banners; no service's own status, no maintenances",
    roles: &[ISSUES],
    // As the feed of the same page, of which one instance was empty for hours in an outage.
    gone_after: GoneAfter { looks: 3, minutes: 120 },
    perishable_keys: false,
};

/// How it is read.
pub const READER: Reader = Reader {
    about: ABOUT,
    plan: |asked| plan(asked.url),
    read: |asked, answers| Reading::Done(answered::first(answers).and_then(|body| read(body, asked.open))),
    find: |_| Vec::new(),
};

/// One document holds everything. Of the source's address mostly only the host is given.
fn plan(url: &Url) -> Vec<Request> {
    let mut url = url.clone();
    if url.path() == "/" {
        url.set_path(USUAL_PATH);
    }
    if url.query().is_none() {
        url.set_query(Some(USUAL_VERSION));
    }
    vec![Request { role: ISSUES, url, accept: "application/json" }]
}

/// Reads the document.
///
/// # Errors
/// [`Unreadable`] where it is not that document, or its list of events is not there.
fn read(body: &Body, open: &KnownOpen) -> Result<Snapshot, Unreadable> {
    if let Some(denied) = entra::denied(body, PERMISSION) {
        return Err(denied);
    }
    let text = document::text(body)?;
    let found: Field<Object<wire::Document<'_>>> = document::typed(&text, body)?;
    let Field::Is(Object(document)) = &found else { return Err(not_signed()) };
    let is_kind = document.kind.as_str().is_some_and(|kind| kind.to_ascii_lowercase().ends_with("/emergingissues"));
    let (Some(Object(properties)), true) = (document.properties.get(), is_kind) else { return Err(not_signed()) };
    let (Field::Is(events), Some(_)) = (&properties.status_active_events, properties.refresh_timestamp.as_str()) else {
        return Err(not_signed());
    };
    let covers = Coverage { incidents: Covers::AllOpen, maintenances: Covers::Delta, components: Covers::Delta };
    let sign = "type emergingissues, refreshTimestamp and statusActiveEvents[]";
    let mut snapshot = Snapshot::recognised(sign, covers);
    snapshot.refreshed = properties
        .refresh_timestamp
        .time(Place::of("properties", 0), "refreshTimestamp", &mut snapshot)
        .and_then(|time| time.at);
    let mut seen = Keyed::default();
    let is_whole = add_events(events, properties, &mut seen, &mut snapshot)
        & add_banners(properties, open, &mut seen, &mut snapshot);
    if !is_whole {
        // One of the lost may be one that is known, so its absence proves nothing.
        snapshot.covers.incidents = Covers::Delta;
    }
    snapshot.incidents = seen.into_entries();
    Ok(snapshot)
}

fn not_signed() -> Unreadable {
    let what = "Azure's emerging issues have type, refreshTimestamp and statusActiveEvents[]; this has not";
    Unreadable::Unexpected(what.to_owned())
}

/// Adds the events, but for drafts; false where one was lost.
fn add_events(
    list: &List<wire::Event<'_>>,
    properties: &wire::Properties<'_>,
    seen: &mut Keyed<SeenIncident>,
    snapshot: &mut Snapshot,
) -> bool {
    let rows = properties.status_active_events.entries(None, "statusActiveEvents", snapshot);
    let mut is_whole = rows.len() == list.0.len();
    for (index, row) in rows {
        let at = Place::of("statusActiveEvents", index);
        if row.published.get().is_some_and(|published| !published.0) {
            continue;
        }
        match event::event(row, at, snapshot) {
            Some(one) => put(one, at, seen, snapshot),
            None => is_whole = false,
        }
    }
    is_whole
}

/// Adds the banners; false where one was lost. A document without the list has none, but for one that is known: the
/// documentation gives the list a place and does not promise it, and a list that is gone says nothing of what stood there.
fn add_banners(
    properties: &wire::Properties<'_>,
    open: &KnownOpen,
    seen: &mut Keyed<SeenIncident>,
    snapshot: &mut Snapshot,
) -> bool {
    let rows = properties.status_banners.entries(None, "statusBanners", snapshot);
    let mut is_whole = match &properties.status_banners {
        Field::Is(list) => list.0.len() == rows.len(),
        Field::Absent if open.keys.keys().any(|key| key.starts_with(event::BANNER)) => {
            snapshot.warn("statusBanners", "is missing, though a banner is known");
            false
        }
        Field::Absent => true,
        Field::Odd(_) => false,
    };
    for (index, row) in rows {
        let at = Place::of("statusBanners", index);
        match event::banner(row, at, snapshot) {
            Some(one) => put(one, at, seen, snapshot),
            None => is_whole = false,
        }
    }
    is_whole
}

fn put(one: SeenIncident, at: Place<'_>, seen: &mut Keyed<SeenIncident>, snapshot: &mut Snapshot) {
    seen.add(one, at, snapshot);
}

#[cfg(test)]
mod tests;
