//! Google's `incidents.json`: a bare list of the last year's incidents, open ones without an `end`. Cloud, Workspace and
//! Maps each publish one, of their own products alone: Cloud's knows nothing of Maps.
//!
//! An empty list is taken for unreadable. The list bears no sign but its entries, and it holds a year of history: that
//! of a working dashboard has never been seen empty, while a broken one would close every incident we know.

mod incident;
mod wire;

use url::Url;

use super::field::{Field, List, Place};
use super::keyed::{self, Keyed};
use super::{About, Body, Page, Reader, Reading, Request, answered, document};
use crate::model::format::{Evidence, Format};
use crate::model::snapshot::{Coverage, Covers, GoneAfter, Snapshot, Unreadable};

const INCIDENTS: &str = "incidents";
/// The name of the document in its dashboard's folder.
const INCIDENTS_FILE: &str = "incidents.json";

/// What this format is.
const ABOUT: About = About {
    format: Format::Google,
    evidence: Evidence::Recorded,
    summary: "Google Cloud, Workspace and Maps: {dashboard}/incidents.json (schema beside it, incidents.schema.json)",
    says: "incidents with their ends, the products and regions they affect; no maintenances, no product's own status",
    roles: &[INCIDENTS],
    gone_after: GoneAfter::USUAL,
    perishable_keys: false,
};

/// How it is read.
pub const READER: Reader = Reader {
    about: ABOUT,
    plan: |asked| plan(asked.url),
    read: |asked, answers| Reading::Done(answered::first(answers).and_then(|body| read(body, Some(asked.url)))),
    find,
};

/// Beside the page, or above it: Workspace's and Maps' dashboards lie in folders of hosts that publish another product's
/// list at their root, so that one is tried for the root's own pages alone.
fn find(page: &Page<'_>) -> Vec<Url> {
    let folders: Vec<&str> =
        page.url.path().split('/').filter(|part| !part.is_empty() && *part != INCIDENTS_FILE).collect();
    let is_of_root = folders.first().is_none_or(|first| ["summary", "incidents", "regional"].contains(first));
    let above = (1..=folders.len()).rev().filter_map(|depth| folders.get(..depth)).map(|parts| parts.join("/"));
    let mut found: Vec<Url> = above.map(|folder| page.at(&format!("/{folder}/{INCIDENTS_FILE}"))).collect();
    if is_of_root {
        found.push(page.at(&format!("/{INCIDENTS_FILE}")));
    }
    found
}

/// One document holds everything.
fn plan(url: &Url) -> Vec<Request> {
    vec![Request { role: INCIDENTS, url: url.clone(), accept: "application/json" }]
}

/// Reads the list. `url` is where it is published, for the links in it.
///
/// # Errors
/// [`Unreadable`] where it is no list, or an empty one, or nothing in it is an incident of Google's.
fn read(body: &Body, url: Option<&Url>) -> Result<Snapshot, Unreadable> {
    let text = document::text(body)?;
    let incidents: wire::Incidents<'_> = document::typed(&text, body)?;
    let Field::Is(List(list)) = &incidents else {
        return Err(Unreadable::Unexpected("Google's incidents are a bare list; this is none".to_owned()));
    };
    let covers = Coverage { incidents: Covers::AllOpen, maintenances: Covers::Delta, components: Covers::Delta };
    let mut snapshot = Snapshot::recognised("a list of incidents with id, begin and external_desc", covers);
    let rows = incidents.entries(None, INCIDENTS, &mut snapshot);
    if !rows.iter().any(|(_, row)| is_incident(row)) {
        return Err(Unreadable::Unexpected(if list.is_empty() {
            "an empty list, where Google keeps a year of incidents".to_owned()
        } else {
            "Google's incidents carry id, begin and external_desc; nothing in this list does".to_owned()
        }));
    }
    let mut is_whole = rows.len() == list.len();
    let mut seen = Keyed::default();
    let mut unnamed = 0;
    for (index, row) in rows {
        let at = Place::of(INCIDENTS, index);
        let Some(key) = key(row, at, &mut unnamed, &mut snapshot) else {
            is_whole = false;
            continue;
        };
        let one = incident::incident(row, key, url.or(body.final_url.as_ref()), at, &mut snapshot);
        seen.add(one, at, &mut snapshot);
    }
    if unnamed > 0 {
        snapshot.warn(INCIDENTS, format!("{unnamed} have no id and are known by their number or uri"));
    }
    if !is_whole {
        // One of the lost may be one that is known, so its absence proves nothing.
        snapshot.covers.incidents = Covers::Delta;
    }
    snapshot.incidents = seen.into_entries();
    Ok(snapshot)
}

fn is_incident(row: &wire::Incident<'_>) -> bool {
    let is_named = row.id.as_str().is_some() || row.number.as_str().is_some() || row.uri.as_str().is_some();
    is_named && row.begin.as_str().is_some() && row.external_desc.as_str().is_some()
}

/// The id; of entries older than 2021 the number or, failing that, the address.
fn key(row: &wire::Incident<'_>, at: Place<'_>, unnamed: &mut usize, into: &mut Snapshot) -> Option<String> {
    let named = |text: Option<&str>| text.and_then(keyed::key);
    if let Some(id) = named(row.id.read(at, "id", into).map(|id| id.0.as_ref())) {
        return Some(id);
    }
    let other = named(row.number.as_str()).or_else(|| named(row.uri.as_str()));
    match &other {
        Some(_) => *unnamed += 1,
        None => into.warn(at.field("id"), "is missing"),
    }
    other
}

#[cfg(test)]
mod tests;
