//! Pages of Instatus: `summary.json` with what is open, `v3/components.json` with the components.
//!
//! The summary is recognised by the word for the page as a whole, since its lists are left out when they are empty. It has
//! no texts, names no components, and never lists what is over: an incident ends by leaving the list. Dates are RFC 3339
//! on newer pages, and what JavaScript writes on older ones.

mod components;
mod incident;
mod wire;
mod words;

use serde::Deserialize;
use serde_json::Value;

use super::field::{Field, Object};
use super::keyed::Keyed;
use super::{About, Answer, Asked, Body, Reader, Reading, Request, answered, document, listed};
use crate::model::format::{Evidence, Format};
use crate::model::phase::Kind;
use crate::model::snapshot::{Coverage, Covers, GoneAfter, Snapshot, Unreadable};

const SUMMARY: &str = "summary";
const COMPONENTS: &str = "components";
/// The components of pages that have not the newer document.
const OLDER: &str = "components-v2";

const INCIDENTS: &str = "activeIncidents";
const MAINTENANCES: &str = "activeMaintenances";

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
    let mut snapshot = match answered::read(answers, SUMMARY, read_summary) {
        Some(Ok(snapshot)) => Some(snapshot),
        Some(Err(why)) => return Reading::Done(Err(why)),
        None => None,
    };
    let role = if answered::of(answers, OLDER).is_some() { OLDER } else { COMPONENTS };
    let Some(body) = answered::of(answers, role) else {
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
    let value = document::json(body)?;
    let Ok(Field::Is(Object(summary))) = Field::<Object<wire::Summary<'_>>>::deserialize(&value) else {
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
    let mut snapshot =
        Snapshot::recognised("page.url and one of Instatus's words as page.status", Coverage::of_all(Covers::Delta));
    let mut all = Keyed::default();
    let incidents = listed::put_all(&mut all, &summary.active_incidents, INCIDENTS, &mut snapshot, |row, at, into| {
        incident::incident(Kind::Incident, row, at, into)
    });
    let told = all.len();
    let has_incident = told > 0;
    let maintenances =
        listed::put_all(&mut all, &summary.active_maintenances, MAINTENANCES, &mut snapshot, |row, at, into| {
            incident::incident(Kind::Maintenance, row, at, into)
        });
    // A maintenance with the key of an incident has taken its place.
    let incidents = incidents && all.iter().filter(|one| one.kind == Kind::Incident).count() == told;
    if word == "HASISSUES" && all.is_empty() {
        snapshot.warn("page.status", "is HASISSUES, and nothing is listed");
    }
    // A list that is left out is empty, if nothing else stands there and the page does not say otherwise.
    let is_left_out = |name: &str| value.get(name).is_none() && has_only_known(&value);
    let contradicts = word == "HASISSUES" && !has_incident;
    if incidents
        && !contradicts
        && (value.get(INCIDENTS).is_some_and(Value::is_array) || (is_left_out(INCIDENTS) && is_quiet(word)))
    {
        snapshot.covers.incidents = Covers::AllOpen;
    }
    let is_told = value.get(MAINTENANCES).is_some_and(Value::is_array);
    if maintenances && (is_told || (is_left_out(MAINTENANCES) && word != "UNDERMAINTENANCE")) {
        snapshot.covers.maintenances = Covers::AllOpen;
    }
    snapshot.incidents = all.into_entries();
    Ok(snapshot)
}

/// Whether the page says that no incident is open.
fn is_quiet(word: &str) -> bool {
    matches!(word, "UP" | "UNDERMAINTENANCE")
}

fn has_only_known(summary: &Value) -> bool {
    let is_known = |name: &String| matches!(name.as_str(), "page" | INCIDENTS | MAINTENANCES);
    summary.as_object().is_some_and(|fields| fields.keys().all(is_known))
}

#[cfg(test)]
mod tests;
