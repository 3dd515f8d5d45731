//! Heroku's own status, `/api/v4/current-status`: the colours of its three systems, and what is open.
//!
//! It is being retired in favour of Salesforce's Trust (`heroku/cli` of 2026-08 turns there when it meets a 404). A 404
//! is "moved" therefore, and says where to; it is never silence. The document is recognised by its systems with their
//! colours beside two lists. What was not seen: a maintenance, an incident that is over, and what blue means (it is
//! taken for a maintenance). Read 2026-11.

mod incident;
mod wire;

use url::Url;

use super::field::{Field, List, Object, Place};
use super::keyed::{self, Keyed};
use super::listed::is_whole;
use super::{About, Body, Page, Reader, Reading, answered, document};
use crate::model::format::{Evidence, Format};
use crate::model::impact::Impact;
use crate::model::phase::Kind;
use crate::model::snapshot::{
    ComponentRef, Coverage, Covers, GoneAfter, SeenComponent, SeenIncident, Snapshot, Unreadable,
};
use crate::model::text;

const STATUS: &str = "current-status";

/// What this format is.
const ABOUT: About = About {
    format: Format::Heroku,
    evidence: Evidence::Documented,
    summary: "Heroku's status, {page}/api/v4/current-status (github.com/heroku/cli, src/commands/status.ts)",
    says: "the systems Apps, Data and Tools with their colours, incidents; no regions, of maintenances only that they are",
    roles: &[STATUS],
    gone_after: GoneAfter::USUAL,
    perishable_keys: false,
};

/// How it is read.
pub const READER: Reader = Reader {
    about: ABOUT,
    plan: |asked| vec![asked.request(STATUS, "/api/v4/current-status", "application/json")],
    read: |_, answers| Reading::Done(answered::first(answers).and_then(read)),
    find,
};

fn find(page: &Page<'_>) -> Vec<Url> {
    let is_heroku_s = page.url.host_str().is_some_and(|host| host == "status.heroku.com");
    if is_heroku_s { vec![page.at("/")] } else { Vec::new() }
}

/// Reads the document.
///
/// # Errors
/// [`Unreadable`] where it is not Heroku's.
fn read(body: &Body) -> Result<Snapshot, Unreadable> {
    if matches!(body.status, 404 | 410) {
        return Err(Unreadable::Moved(format!(
            "HTTP {}: Heroku has closed its own interface; take format \"salesforce\" with \
             https://api.status.salesforce.com/v1?products=Heroku instead",
            body.status
        )));
    }
    let text = document::text(body)?;
    let found: Field<Object<wire::Current<'_>>> = document::typed(&text, body)?;
    let Field::Is(Object(current)) = found else {
        return Err(Unreadable::Unexpected("Heroku's status is an object; this is none".to_owned()));
    };
    let lists = (&current.status, &current.incidents, &current.scheduled);
    let (Field::Is(List(systems)), Field::Is(_), Field::Is(_)) = lists else {
        return Err(Unreadable::Unexpected(
            "Heroku's status has status[], incidents[] and scheduled[]; this has not".to_owned(),
        ));
    };
    let is_system = |row: &wire::System<'_>| row.system.as_str().is_some() && row.status.as_str().is_some();
    if !systems.iter().any(|row| row.get().is_some_and(|row| is_system(&row.0))) {
        return Err(Unreadable::Unexpected("Heroku's status names no system with its colour".to_owned()));
    }
    let mut snapshot = Snapshot::recognised("status[] of systems, incidents[] and scheduled[]", covers(&current));
    systems_of(&current, &mut snapshot);
    let mut seen = Keyed::default();
    for (kind, list, name) in
        [(Kind::Incident, &current.incidents, "incidents"), (Kind::Maintenance, &current.scheduled, "scheduled")]
    {
        entries(kind, list, name, &mut seen, &mut snapshot);
    }
    snapshot.incidents = seen.into_entries();
    Ok(snapshot)
}

/// All that is open is listed, as far as no entry is lost.
fn covers(current: &wire::Current<'_>) -> Coverage {
    let all = |is_whole| if is_whole { Covers::AllOpen } else { Covers::Delta };
    Coverage {
        incidents: all(is_whole(&current.incidents)),
        maintenances: all(is_whole(&current.scheduled)),
        components: all(is_whole(&current.status)),
    }
}

fn systems_of(current: &wire::Current<'_>, snapshot: &mut Snapshot) {
    let mut systems = Keyed::default();
    for (index, row) in current.status.entries(None, "status", snapshot) {
        let at = Place::of("status", index);
        let Some(component) = row.system.need(at, "system", snapshot).and_then(|name| component(&name.0)) else {
            snapshot.covers.components = Covers::Delta;
            continue;
        };
        let vendor_status = row.status.line(at, "status", snapshot);
        let status = colour(&vendor_status).unwrap_or_else(|| {
            snapshot.warn(at.field("status"), format!("is a colour never seen: {vendor_status:?}"));
            Impact::Unknown
        });
        systems.put(&component.key.clone(), SeenComponent { component, vendor_status, status });
    }
    snapshot.components = systems.into_entries();
}

fn entries(
    kind: Kind,
    list: &Field<List<wire::Incident<'_>>>,
    name: &str,
    seen: &mut Keyed<SeenIncident>,
    snapshot: &mut Snapshot,
) {
    for (index, row) in list.entries(None, name, snapshot) {
        let at = Place::of(name, index);
        let one = incident::incident(kind, row, at, snapshot);
        if one.is_some_and(|one| seen.add(one, at, snapshot)) {
            continue;
        }
        // What was lost may be one that is known, so its absence proves nothing.
        match kind {
            Kind::Incident => snapshot.covers.incidents = Covers::Delta,
            Kind::Maintenance => snapshot.covers.maintenances = Covers::Delta,
        }
    }
}

/// A system, by its name.
fn component(name: &str) -> Option<ComponentRef> {
    let name = text::title(name);
    Some(ComponentRef { key: keyed::key(&name)?, name, group: None, region: None })
}

/// Heroku's colours.
fn colour(word: &str) -> Option<Impact> {
    Some(match word {
        "green" => Impact::Operational,
        "yellow" => Impact::Degraded,
        "red" => Impact::MajorOutage,
        "blue" => Impact::Maintenance,
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
