//! Salesforce's Trust: the instances on which its customers live, each with a status, the incidents that are open on
//! any of them, and the maintenances that are planned.
//!
//! The list of instances is the sign. It is never empty, while `/incidents/active` is a bare `[]` on a good day, like
//! that of anybody else. Incidents are those of all products together: only those that name an instance of the source's
//! list are its own. `?products=…` in the source's address chooses a product (`Salesforce_Services`, `Marketing_Cloud`,
//! `B2C_Commerce_Cloud`, `Tableau`, `Heroku`). An incident that has left the list of active ones is looked up in the
//! newest hundred, which bring its end in Salesforce's own word. An incident has no title: one is made of its type and
//! what it touches. Instances that are not active are left out.
//!
//! Salesforce has announced that the *My Trust Center API* takes the place of this one. It wants a personal token that
//! runs out after 7, 15 or 30 days (`https://developer.salesforce.com/docs/mytrust-api`), so nothing can look there
//! unattended for long; when this interface is closed, the source says "moved" or "refused". What was not seen: the
//! order of `/maintenances` and what it does with one that runs, and an incident with any severity but minor and
//! major. Read 2026-11.

mod incident;
mod instance;
mod maintenance;
mod wire;

use jiff::SignedDuration;
use url::Url;

use self::instance::Instances;
use super::field::{Field, List, Place};
use super::keyed::Keyed;
use super::listed::is_whole;
use super::{About, Answer, Asked, Body, Page, Reader, Reading, Request, answered, document};
use crate::model::format::{Evidence, Format};
use crate::model::phase::Kind;
use crate::model::snapshot::{Coverage, Covers, GoneAfter, SeenIncident, Snapshot, Unreadable};

const INSTANCES: &str = "instances";
const INCIDENTS: &str = "incidents";
const MAINTENANCES: &str = "maintenances";
const HISTORY: &str = "history";

/// As many maintenances as one request asks for: where so many come, there may be more.
const PAGE: usize = 100;
/// More pages of them than are read in one look.
const MOST_PAGES: usize = 5;
/// How far back maintenances may have begun that still run.
const LONGEST_DAYS: i64 = 7;

/// What this format is.
const ABOUT: About = About {
    format: Format::Salesforce,
    evidence: Evidence::Documented,
    summary: "Salesforce Trust, https://api.status.salesforce.com/v1 (github.com/heroku/cli, src/commands/status.ts)",
    says: "instances with their status and location, incidents with their ends and severity, maintenances with their plans",
    roles: &[INSTANCES, INCIDENTS, MAINTENANCES, HISTORY],
    gone_after: GoneAfter::USUAL,
    perishable_keys: false,
};

/// How it is read.
pub const READER: Reader = Reader { about: ABOUT, plan, read, find };

fn find(page: &Page<'_>) -> Vec<Url> {
    let is_trust =
        page.url.host_str().is_some_and(|host| host == "status.salesforce.com" || host == "api.status.salesforce.com");
    if is_trust { "https://api.status.salesforce.com/v1".parse().into_iter().collect() } else { Vec::new() }
}

/// The product that the source is about, as its address names it.
fn product(url: &Url) -> Option<String> {
    url.query_pairs().find(|(name, _)| name == "products").map(|(_, product)| product.into_owned())
}

fn request(asked: &Asked<'_>, role: &'static str, path: &str, query: &[(&str, &str)]) -> Request {
    let mut request = asked.request(role, path, "application/json");
    if request.url.query().is_none() && !query.is_empty() {
        request.url.query_pairs_mut().extend_pairs(query);
    }
    request
}

/// What is there, what is open on it, and what is planned.
fn plan(asked: &Asked<'_>) -> Vec<Request> {
    let product = product(asked.url);
    let of_product: Vec<_> = product.as_deref().map(|product| ("products", product)).into_iter().collect();
    vec![
        request(asked, INSTANCES, "/v1/instances/status/preview", &of_product),
        request(asked, INCIDENTS, "/v1/incidents/active", &[]),
        maintenances_from(asked, 0),
    ]
}

/// A page of the maintenances, from those of a week ago on. The address changes once a day: with one that changed at
/// every look, nothing could ever be answered "as before".
fn maintenances_from(asked: &Asked<'_>, offset: usize) -> Request {
    let first = asked.now.checked_sub(SignedDuration::from_hours(24 * LONGEST_DAYS)).unwrap_or(asked.now);
    let since = format!("{}T00:00:00.000Z", first.to_zoned(jiff::tz::TimeZone::UTC).date());
    let (limit, offset, product) = (PAGE.to_string(), offset.to_string(), product(asked.url));
    let mut query = vec![("startTime", since.as_str()), ("limit", &limit), ("offset", &offset), ("locale", "en")];
    query.extend(product.as_deref().map(|product| ("product", product)));
    request(asked, MAINTENANCES, "/v1/maintenances", &query)
}

/// Reads what was answered; asks for the newest incidents when one that is known as open is no longer active.
fn read(asked: &Asked<'_>, answers: &[Answer]) -> Reading {
    let mut snapshot = Snapshot::recognised("a list of instances with their status", Coverage::of_all(Covers::Delta));
    let instances = match answered::read(answers, INSTANCES, |body| instance::read(body, &mut snapshot)) {
        Some(Ok(instances)) => instances,
        Some(Err(why)) => return Reading::Done(Err(why)),
        None => return Reading::Done(alone(asked, answers)),
    };
    snapshot.covers.components = if instances.is_whole { Covers::AllOpen } else { Covers::Delta };
    let mut seen = Keyed::default();
    match answered::read(answers, INCIDENTS, |body| incidents(body, INCIDENTS, Some(&instances), &mut snapshot)) {
        Some(Ok(active)) => {
            let lost = |key: &String| active.found.iter().all(|(one, _)| one.key != *key);
            let is_asked = answers.iter().any(|answer| answer.role == HISTORY);
            let mut known = asked.open.keys.iter().filter(|(_, kind)| **kind == Kind::Incident);
            if !is_asked && known.any(|(key, _)| lost(key)) {
                return Reading::Need(vec![request(asked, HISTORY, "/v1/incidents", &[("limit", "100")])]);
            }
            // Whose an incident is shows by its instances: without one of them, it may be the one that is left out.
            let is_all = active.is_whole && instances.is_whole;
            snapshot.covers.incidents = if is_all { Covers::AllOpen } else { Covers::Delta };
            for (one, keys) in active.found {
                if instances.are_named_by(&keys) || asked.open.keys.contains_key(&one.key) {
                    seen.add(one, INCIDENTS, &mut snapshot);
                }
            }
        }
        Some(Err(why)) => snapshot.blind.push((INCIDENTS, why)),
        None => {}
    }
    if let Some(offset) = maintenance::next_page(answers) {
        return Reading::Need(vec![maintenances_from(asked, offset)]);
    }
    ends(asked, answers, &instances, &mut seen, &mut snapshot);
    maintenance::all(asked, answers, &instances, &mut seen, &mut snapshot);
    snapshot.components = instances.into_components();
    snapshot.incidents = seen.into_entries();
    Reading::Done(Ok(snapshot))
}

/// The incidents without the instances, as a replay may have them: real ones prove nothing by their absence.
fn alone(asked: &Asked<'_>, answers: &[Answer]) -> Result<Snapshot, Unreadable> {
    let mut snapshot =
        Snapshot::recognised("a list of incidents with IncidentImpacts", Coverage::of_all(Covers::Delta));
    let missing =
        || Unreadable::Unexpected("the list of instances, which is Salesforce's sign, was not asked for".to_owned());
    let got = answered::read(answers, INCIDENTS, |body| incidents(body, INCIDENTS, None, &mut snapshot));
    let found = got.unwrap_or_else(|| Err(missing()))?.found;
    if found.is_empty() || product(asked.url).is_some() {
        return Err(missing());
    }
    let mut seen = Keyed::default();
    for (one, _) in found {
        seen.add(one, INCIDENTS, &mut snapshot);
    }
    snapshot.incidents = seen.into_entries();
    Ok(snapshot)
}

/// Of what is known as open and no longer active, what the newest incidents say.
fn ends(
    asked: &Asked<'_>,
    answers: &[Answer],
    instances: &Instances,
    seen: &mut Keyed<SeenIncident>,
    snapshot: &mut Snapshot,
) {
    match answered::read(answers, HISTORY, |body| incidents(body, HISTORY, Some(instances), snapshot)) {
        Some(Ok(history)) => {
            for (one, _) in history.found {
                if asked.open.keys.contains_key(&one.key) && seen.get(&one.key).is_none() {
                    if !one.phase.is_end() {
                        // The two disagree. A false end is worse than a late one.
                        snapshot.warn(HISTORY, format!("{} is open in the history and not active", one.key));
                    }
                    seen.put(&one.key.clone(), one);
                }
            }
        }
        // It is asked for one question only; without its answer, absence speaks.
        Some(Err(why)) => snapshot.warn(HISTORY, format!("cannot be read: {why}")),
        None => {}
    }
}

/// An incident, and the instances that it names.
type Named = (SeenIncident, Vec<String>);

/// A list of incidents, as it was read.
struct Listed {
    found: Vec<Named>,
    is_whole: bool,
}

fn incidents(
    body: &Body,
    role: &str,
    instances: Option<&Instances>,
    snapshot: &mut Snapshot,
) -> Result<Listed, Unreadable> {
    let text = document::text(body)?;
    let rows: wire::Incidents<'_> = document::typed(&text, body)?;
    let Field::Is(List(all)) = &rows else {
        return Err(Unreadable::Unexpected("Salesforce's incidents are a bare list; this is none".to_owned()));
    };
    let mut listed = Listed { found: Vec::new(), is_whole: is_whole(&rows) };
    for (index, row) in rows.entries(None, role, snapshot) {
        match incident::incident(row, instances, Place::of(role, index), snapshot) {
            Some(one) => listed.found.push(one),
            // It may be one that is known, so its absence proves nothing.
            None => listed.is_whole = false,
        }
    }
    if listed.found.is_empty() && !all.is_empty() {
        return Err(Unreadable::Unexpected("nothing in this list is an incident of Salesforce's".to_owned()));
    }
    Ok(listed)
}

#[cfg(test)]
mod tests;
