//! Pages of Status.io: one document at `https://api.status.io/1.0/status/{page}`, where `{page}` is the page's id of 24
//! hexadecimal digits, which its HTML names.
//!
//! It lists only what is open, so absence is an end. Each component stands in containers, which are data centres or
//! regions, and has a status in each. Statuses and states are numbers; 600 is a security event. `updated` is a last change
//! and no refresh clock.

mod components;
mod incident;
mod page;
mod wire;
mod words;

use url::Url;

use self::components::Places;
use self::incident::Listed;
use super::field::{Field, List, Object, Place};
use super::keyed::Keyed;
use super::{About, Asked, Body, Page, Reader, Reading, Request, answered, document};
use crate::model::format::{Evidence, Format};
use crate::model::snapshot::{Coverage, Covers, GoneAfter, SeenIncident, Snapshot, Unreadable};

const STATUS: &str = "status";

/// What this format is.
const ABOUT: About = About {
    format: Format::StatusIo,
    evidence: Evidence::Documented,
    summary: "Status.io, by https://api.status.io/1.0/status/{page} (as open readers of live pages know it)",
    says: "incidents with ends by absence, maintenances with their plans, components with their own status in each region",
    roles: &[STATUS],
    gone_after: GoneAfter::USUAL,
    perishable_keys: false,
};

/// How it is read.
pub const READER: Reader = Reader {
    about: ABOUT,
    plan: |asked: &Asked<'_>| vec![Request { role: STATUS, url: asked.url.clone(), accept: "application/json" }],
    read: |_, answers| Reading::Done(answered::first(answers).and_then(read)),
    find,
};

/// The page itself, if it is the document already, or the document that its HTML names.
fn find(page: &Page<'_>) -> Vec<Url> {
    if page::is_document(page.url) {
        return vec![page.url.clone()];
    }
    page.html.and_then(page::document).into_iter().collect()
}

/// Reads the document.
///
/// # Errors
/// [`Unreadable`] where it is cut short or not Status.io's.
fn read(body: &Body) -> Result<Snapshot, Unreadable> {
    let text = document::text(body)?;
    let found: Field<Object<wire::Document<'_>>> =
        document::typed(&text, body).map_err(|why| page::document(&text).map_or(why, |url| named(&url)))?;
    let report = match &found {
        Field::Is(Object(document)) => document.result.get().map(|Object(report)| report),
        Field::Absent | Field::Odd(_) => None,
    };
    let Some(report) = report.filter(|report| is_signed(report)) else {
        let what = "Status.io's document has result.status_overall.status_code, result.status[] of components and result.incidents[]; this has not";
        return Err(Unreadable::Unexpected(what.to_owned()));
    };
    let sign = "result.status_overall.status_code, result.status[] of components and result.incidents[]";
    let mut snapshot = Snapshot::recognised(sign, Coverage::of_all(Covers::AllOpen));
    let places = components::read(&report.status, &mut snapshot);
    let nothing = wire::Maintenance::default();
    let maintenance = report.maintenance.get().map_or(&nothing, |Object(maintenance)| maintenance);
    let mut all = Keyed::default();
    if !add(Listed::Incidents, &report.incidents, "result.incidents", &places, &mut all, &mut snapshot) {
        snapshot.covers.incidents = Covers::Delta;
    }
    for (listed, list, name) in [
        (Listed::Upcoming, &maintenance.upcoming, "result.maintenance.upcoming"),
        (Listed::Active, &maintenance.active, "result.maintenance.active"),
    ] {
        if !add(listed, list, name, &places, &mut all, &mut snapshot) {
            snapshot.covers.maintenances = Covers::Delta;
        }
    }
    snapshot.incidents = all.into_entries();
    Ok(snapshot)
}

/// What to say of a page that stands where its document should be.
fn named(url: &Url) -> Unreadable {
    Unreadable::Unexpected(format!("the page for people instead of data; its document is {url}, so write that as url"))
}

fn is_signed(report: &wire::Report<'_>) -> bool {
    let is_one = |row: &wire::Component<'_>| row.id.as_str().is_some() && row.status_code.get().is_some();
    let has_one =
        |list: &List<wire::Component<'_>>| list.0.iter().any(|row| row.get().is_some_and(|row| is_one(&row.0)));
    report.status_overall.get().is_some_and(|Object(overall)| overall.status_code.get().is_some())
        && report.status.get().is_some_and(has_one)
        && report.incidents.get().is_some()
}

/// Adds the entries of a list, each key once; false when the list is not there or one of it was lost. A maintenance that
/// stands in both lists runs.
fn add(
    listed: Listed,
    list: &Field<List<wire::Incident<'_>>>,
    name: &str,
    places: &Places,
    all: &mut Keyed<SeenIncident>,
    snapshot: &mut Snapshot,
) -> bool {
    let rows = list.entries(None, name, snapshot);
    let mut is_whole = list.get().is_some_and(|list| list.0.len() == rows.len());
    for (index, row) in rows {
        let at = Place::of(name, index);
        let Some(one) = incident::incident(listed, row, places, at, snapshot) else {
            is_whole = false;
            continue;
        };
        all.add(one, at, snapshot);
    }
    is_whole
}

#[cfg(test)]
mod tests;
