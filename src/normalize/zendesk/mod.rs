//! Zendesk's status: its incidents, the services that they name, and the maintenances that lie ahead.
//!
//! The list of services is the sign, since it stands there on the quietest day; the list of incidents alone is believed
//! only where it holds one. No service has a status of its own anywhere, so none is shown as well. Over is what states
//! when it was resolved: the word `status` was seen to say "monitoring" of an incident two months after its end. Whether
//! the list holds open incidents only (as the documentation says of its own interface) or their past too (as a body
//! of 2026-09 did), an open one stands in it. Zendesk allows ten requests a minute, of which a look takes three. A
//! `subdomain=…` in the source's address narrows the incidents to that account's pod. What was not seen: an open
//! incident, and a maintenance. Read 2026-11.

mod incident;
mod wire;

use std::collections::HashMap;

use jiff::Timestamp;
use url::Url;

use self::incident::Included;
use super::field::{Field, List, Object, Place};
use super::keyed::{self, Keyed};
use super::listed::is_whole;
use super::{About, Answer, Asked, Body, Page, Reader, Reading, Request, answered, document};
use crate::model::format::{Evidence, Format};
use crate::model::phase::Kind;
use crate::model::snapshot::{Coverage, Covers, GoneAfter, SeenIncident, Snapshot, Unreadable};
use crate::model::text as words;

const INCIDENTS: &str = "incidents";
const SERVICES: &str = "services";
const MAINTENANCES: &str = "maintenances";

/// What this format is.
const ABOUT: About = About {
    format: Format::Zendesk,
    evidence: Evidence::Documented,
    summary: "Zendesk's status, {page}/api/ssp/incidents.json and services.json (developer.zendesk.com, status_api)",
    says: "incidents with their ends, impact and services; maintenances ahead; no service's own status, pods in titles only",
    roles: &[INCIDENTS, SERVICES, MAINTENANCES],
    gone_after: GoneAfter { looks: 5, minutes: 30 },
    perishable_keys: false,
};

/// How it is read.
pub const READER: Reader =
    Reader { about: ABOUT, plan, read: |asked, answers| Reading::Done(read(answers, asked.url, asked.now)), find };

fn find(page: &Page<'_>) -> Vec<Url> {
    let is_zendesk_s = page.url.host_str().is_some_and(|host| host == "status.zendesk.com");
    if is_zendesk_s { vec![page.at("/")] } else { Vec::new() }
}

/// The three documents, each for the subdomain that the source names.
fn plan(asked: &Asked<'_>) -> Vec<Request> {
    let request = |role, path| {
        let mut request = asked.request(role, path, "application/vnd.api+json, application/json");
        if request.url.query().is_none() {
            request.url.set_query(asked.url.query());
        }
        request
    };
    vec![
        request(INCIDENTS, "/api/ssp/incidents.json"),
        request(SERVICES, "/api/ssp/services.json"),
        request(MAINTENANCES, "/api/incidents/maintenance"),
    ]
}

/// Reads the documents into one snapshot.
///
/// # Errors
/// [`Unreadable`] where nothing bears a sign of Zendesk's.
fn read(answers: &[Answer], url: &Url, now: Timestamp) -> Result<Snapshot, Unreadable> {
    let mut snapshot = Snapshot::recognised("a list of services, or of incidents", Coverage::of_all(Covers::Delta));
    let services = answered::read(answers, SERVICES, services);
    let nobody = HashMap::new();
    let names = services.as_ref().and_then(|got| got.as_ref().ok()).unwrap_or(&nobody);
    let context = Context { names, url, now };
    let incidents = answered::read(answers, INCIDENTS, |body| list(body, Kind::Incident, &context, &mut snapshot));
    let is_signed = !names.is_empty() || matches!(&incidents, Some(Ok(list)) if !list.found.is_empty());
    if !is_signed {
        let why = services.and_then(Result::err).or_else(|| incidents.and_then(Result::err));
        return Err(why.unwrap_or_else(|| {
            Unreadable::Unexpected("nothing in it is a service or an incident of Zendesk's".to_owned())
        }));
    }
    let ahead = answered::read(answers, MAINTENANCES, |body| list(body, Kind::Maintenance, &context, &mut snapshot));
    snapshot.blind.extend(services.and_then(Result::err).map(|why| (SERVICES, why)));
    let mut seen = Keyed::default();
    // A maintenance that stands in both lists is one, and the list of its own knows it better.
    for (role, got) in [(INCIDENTS, incidents), (MAINTENANCES, ahead)] {
        let Some(got) = got else { continue };
        match got {
            Ok(list) => {
                let reach = if list.is_whole { Covers::AllOpen } else { Covers::Delta };
                if role == INCIDENTS {
                    snapshot.covers.incidents = reach
                } else {
                    snapshot.covers.maintenances = reach
                }
                for one in list.found {
                    seen.put(&one.key.clone(), one);
                }
            }
            Err(why) => snapshot.blind.push((role, why)),
        }
    }
    snapshot.incidents = seen.into_entries();
    Ok(snapshot)
}

/// What every incident is read with.
struct Context<'a> {
    /// The services by their ids.
    names: &'a HashMap<String, String>,
    /// The page, for links.
    url: &'a Url,
    now: Timestamp,
}

/// A list of incidents, as it was read.
struct Listed {
    found: Vec<SeenIncident>,
    /// Whether nothing of it was lost, so that what it does not list is not open.
    is_whole: bool,
}

fn list(body: &Body, kind: Kind, context: &Context<'_>, snapshot: &mut Snapshot) -> Result<Listed, Unreadable> {
    let text = document::text(body)?;
    let document = recognised(&text, body)?;
    let included = Included::of(&document, snapshot);
    // Cachet and others write a list named data too. Zendesk's bears its sign in its entries; one without any has the list
    // of what they lead to beside it, and without that it is nobody's.
    let is_signed = matches!(&document.data, Field::Is(List(rows)) if !rows.is_empty())
        || matches!(document.included, Field::Is(_));
    if !is_signed {
        snapshot.warn("included", "is missing beside a list of none, so that nothing says whose it is");
    }
    let mut is_all = is_signed && is_whole(&document.data);
    let mut seen = Keyed::default();
    for (index, row) in document.data.entries(None, "data", snapshot) {
        let at = Place::of("data", index);
        match incident::incident(kind, row, &included, context, at, snapshot) {
            Some(one) => is_all &= seen.add(one, at, snapshot),
            // It may be one that is known, so its absence proves nothing.
            None => is_all = false,
        }
    }
    Ok(Listed { found: seen.into_entries(), is_whole: is_all })
}

fn recognised<'a>(text: &'a str, body: &Body) -> Result<wire::Document<'a>, Unreadable> {
    let found: Field<Object<wire::Document<'_>>> = document::typed(text, body)?;
    match found {
        Field::Is(Object(document)) if matches!(document.data, Field::Is(List(_))) => Ok(document),
        Field::Is(_) | Field::Absent | Field::Odd(_) => {
            Err(Unreadable::Unexpected("Zendesk's documents have a list named data; this has none".to_owned()))
        }
    }
}

/// The services by their ids. A list without any is none of Zendesk's.
fn services(body: &Body) -> Result<HashMap<String, String>, Unreadable> {
    let text = document::text(body)?;
    let document = recognised(&text, body)?;
    let mut names = HashMap::new();
    for row in document.data.get().map_or(&[][..], |list| &list.0).iter().filter_map(Field::get) {
        let is_service = row.0.kind.as_str().is_none_or(|kind| incident::plain_kind(kind) == "service");
        let name = row.0.attributes.get().and_then(|attributes| attributes.0.name.as_str()).map(words::title);
        if let (true, Some(key), Some(name)) = (is_service, row.0.id.as_str().and_then(keyed::key), name) {
            names.insert(key, name);
        }
    }
    if names.is_empty() {
        return Err(Unreadable::Unexpected("a list that names no service of Zendesk's".to_owned()));
    }
    Ok(names)
}

#[cfg(test)]
mod tests;
