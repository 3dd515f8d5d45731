//! Pages of Instatus: `summary.json` with what is open, `v3/components.json` with the components.
//!
//! The summary is recognised by the word for the page as a whole, since its lists are left out when they are empty. It has
//! no texts, names no components, and never lists what is over: an incident ends by leaving the list. Dates are RFC 3339
//! on newer pages, and what JavaScript writes on older ones.

mod components;
mod incident;
mod wire;
mod words;

use super::field::{Field, List, Object, Place};
use super::keyed::Keyed;
use super::{About, Answer, Asked, Body, Reader, Reading, Request, answered, document};
use crate::model::format::{Evidence, Format};
use crate::model::phase::Kind;
use crate::model::snapshot::{Coverage, Covers, GoneAfter, SeenIncident, Snapshot, Unreadable};

const SUMMARY: &str = "summary";
const COMPONENTS: &str = "components";
/// The components of pages that have not the newer document.
const OLDER: &str = "components-v2";

const JSON: &str = "application/json";

/// What this format is.
const ABOUT: About = About {
    format: Format::Instatus,
    evidence: Evidence::Documented,
    summary: "Instatus, by {page}/summary.json and /v3/components.json (https://instatus.com/help/api/public-data)",
    says: "incidents and maintenances without texts, ends by absence, components with groups and their own status; regions only in titles",
    roles: &[SUMMARY, COMPONENTS, OLDER],
    gone_after: GoneAfter::USUAL,
    perishable_keys: false,
};

/// How it is read.
pub const READER: Reader = Reader { about: ABOUT, plan, read, find: |page| vec![page.at("/")] };

fn plan(asked: &Asked<'_>) -> Vec<Request> {
    vec![asked.request(SUMMARY, "/summary.json", JSON), asked.request(COMPONENTS, "/v3/components.json", JSON)]
}

fn read(asked: &Asked<'_>, answers: &[Answer]) -> Reading {
    let mut snapshot = match answered(answers, SUMMARY).map(|got| got.and_then(read_summary)) {
        Some(Ok(snapshot)) => Some(snapshot),
        Some(Err(why)) => return Reading::Done(Err(why)),
        None => None,
    };
    let role = if answered(answers, OLDER).is_some() { OLDER } else { COMPONENTS };
    let Some(body) = answered(answers, role) else {
        let why = || Unreadable::Unexpected("there is no answer of any role to read".to_owned());
        return Reading::Done(snapshot.ok_or_else(why));
    };
    let was_asked = answers.iter().any(|answer| answer.role == OLDER);
    let alone = snapshot.is_none();
    let of_components = Snapshot::recognised("components[] with id and status", Coverage::of_all(Covers::Delta));
    let mut both = snapshot.take().unwrap_or(of_components);
    match body.and_then(|body| components::read(body, &mut both)) {
        Err(why) if alone => return Reading::Done(Err(why)),
        Err(Unreadable::Moved(_)) if !was_asked => {
            return Reading::Need(vec![asked.request(OLDER, "/v2/components.json", JSON)]);
        }
        Err(why) => both.blind.push((COMPONENTS, why)),
        Ok(()) => {}
    }
    Reading::Done(Ok(both))
}

fn read_summary(body: &Body) -> Result<Snapshot, Unreadable> {
    let text = document::text(body)?;
    let found: Field<Object<wire::Summary<'_>>> = document::typed(&text, body)?;
    let Field::Is(Object(summary)) = found else {
        return Err(Unreadable::Unexpected("Instatus's summary is an object; this is none".to_owned()));
    };
    let page = summary.page.get().map(|page| &page.0);
    let word = page.and_then(|page| page.status.as_str()).unwrap_or_default();
    if page.and_then(|page| page.url.as_str()).is_none() || !words::is_of_page(word) {
        let what = format!(
            "Instatus's summary has page.url, and UP or another of its words as page.status; this has {word:?}"
        );
        return Err(Unreadable::Unexpected(what));
    }
    let covers = Coverage { incidents: Covers::AllOpen, maintenances: Covers::AllOpen, components: Covers::Delta };
    let mut snapshot = Snapshot::recognised("page.url and one of Instatus's words as page.status", covers);
    let mut all = Keyed::default();
    let incidents = add(Kind::Incident, &summary.active_incidents, "activeIncidents", &mut all, &mut snapshot);
    let maintenances =
        add(Kind::Maintenance, &summary.active_maintenances, "activeMaintenances", &mut all, &mut snapshot);
    if word == "HASISSUES" && all.is_empty() {
        snapshot.warn("page.status", "is HASISSUES, and nothing is listed");
    }
    // The page's word contradicts an empty list, so that one proves nothing.
    if !incidents || (word == "HASISSUES" && all.is_empty()) {
        snapshot.covers.incidents = Covers::Delta;
    }
    if !maintenances {
        snapshot.covers.maintenances = Covers::Delta;
    }
    snapshot.incidents = all.into_entries();
    Ok(snapshot)
}

/// Adds the entries of a list, each key once; false when one was lost.
fn add(
    kind: Kind,
    list: &Field<List<wire::Incident<'_>>>,
    name: &str,
    all: &mut Keyed<SeenIncident>,
    snapshot: &mut Snapshot,
) -> bool {
    let rows = list.entries(None, name, snapshot);
    let mut is_whole = match list {
        Field::Absent => true,
        Field::Is(list) => list.0.len() == rows.len(),
        Field::Odd(_) => false,
    };
    for (index, row) in rows {
        let at = Place::of(name, index);
        let Some(one) = incident::incident(kind, row, at, snapshot) else {
            is_whole = false;
            continue;
        };
        let key = one.key.clone();
        if all.put(&key, one) {
            snapshot.warn(at.to_string(), format!("has the key of another, {key}; this one counts"));
        }
    }
    is_whole
}

#[cfg(test)]
mod tests;
