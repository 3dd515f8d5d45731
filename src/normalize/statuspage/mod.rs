//! Atlassian Statuspage and what answers like it (incident.io, NetSuite and others serve the same `/api/v2`).
//!
//! The summary lists what is open; the list of the 50 newest incidents brings the vendor's own word of their ends, and
//! the short ones that no summary showed, and the list of scheduled maintenances does so for those. A page that has no
//! summary is read by its parts. The page's overall indicator is never taken for a state: Cloudflare's was never green in
//! six years, and GitHub's was green with a critical incident open.
//!
//! `page.updated_at` is no refresh clock: it moves when somebody or something writes to the page, and a quiet page stands
//! still in good health (Trello's for 23 hours in the recordings of 2023-05, at every look). Stale is what the page's
//! server would have to say, and it says nothing of it.

mod entry;
mod merge;
mod wire;
mod words;

use std::borrow::Cow;
use std::collections::HashSet;

use jiff::Timestamp;
use url::Url;

use super::field::{Field, List, Object};
use super::keyed;
use super::{About, Answer, Body, Outcome, Reader, Reading, Request, document};
use crate::model::format::{Evidence, Format};
use crate::model::incident::KnownOpen;
use crate::model::phase::Kind;
use crate::model::snapshot::{GoneAfter, Snapshot, Unreadable};
use crate::model::vendor::Source;

const SUMMARY: &str = "summary";
const INCIDENTS: &str = "incidents";
const COMPONENTS: &str = "components";
const MAINTENANCES: &str = "scheduled-maintenances";
const UNRESOLVED: &str = "unresolved";
const ACTIVE: &str = "active";
const UPCOMING: &str = "upcoming";

/// What together says as much as a summary.
const PARTS: [&str; 4] = [UNRESOLVED, COMPONENTS, ACTIVE, UPCOMING];

/// What this format is.
const ABOUT: About = About {
    format: Format::Statuspage,
    evidence: Evidence::Recorded,
    summary: "Atlassian Statuspage and compatible pages, by {page}/api/v2 (documented at {page}/api)",
    says: "incidents with their ends, maintenances with their plans, components with groups; regions only in titles",
    roles: &[SUMMARY, INCIDENTS, COMPONENTS, MAINTENANCES, UNRESOLVED, ACTIVE, UPCOMING],
    gone_after: GoneAfter::USUAL,
    perishable_keys: false,
};

/// How it is read.
pub const READER: Reader = Reader {
    about: ABOUT,
    plan: |asked| plan(asked.source, asked.url, asked.open),
    read: |asked, answers| read(asked.source, answers, asked.open, asked.now),
    find: |page| vec![page.at("/")],
};

/// The summary, always; the list of incidents when it is due; the list of components where the source names one.
fn plan(source: &Source, url: &Url, open: &KnownOpen) -> Vec<Request> {
    let mut requests = vec![request(source, url, SUMMARY)];
    if open.history_due {
        requests.push(request(source, url, INCIDENTS));
    }
    if source.roles.iter().any(|(role, _)| role == COMPONENTS) {
        requests.push(request(source, url, COMPONENTS));
    }
    requests
}

fn request(source: &Source, url: &Url, role: &'static str) -> Request {
    let named = source.roles.iter().find(|(name, _)| name == role).map(|(_, url)| url.clone());
    Request { role, url: named.unwrap_or_else(|| usual(url, role)), accept: "application/json" }
}

/// Where a role is found unless the source says otherwise. Only the origin of `url` counts.
fn usual(url: &Url, role: &str) -> Url {
    let mut usual = url.clone();
    let document = match role {
        UNRESOLVED => "incidents/unresolved",
        ACTIVE => "scheduled-maintenances/active",
        UPCOMING => "scheduled-maintenances/upcoming",
        _ => role,
    };
    usual.set_path(&format!("/api/v2/{document}.json"));
    usual.set_query(None);
    usual.set_fragment(None);
    usual
}

/// Reads what was answered. Asks for the lists that know the ends when one that is known as open has left the summary,
/// and for the parts of a page that has no summary.
fn read(source: &Source, answers: &[Answer], open: &KnownOpen, now: Timestamp) -> Reading {
    let texts = merge::Roles::of(|role| text_of(answers, role));
    let documents = merge::Documents { roles: texts.map(recognise), open, now };
    let wanted = wanted(&documents.roles, open);
    let wanted = wanted.into_iter().filter(|role| answers.iter().all(|answer| answer.role != *role));
    if let Some(url) = &source.url {
        let more: Vec<Request> = wanted.map(|role| request(source, url, role)).collect();
        if !more.is_empty() {
            return Reading::Need(more);
        }
    }
    Reading::Done(merge::merged(&documents))
}

/// The roles that have more to say after what was read.
fn wanted(read: &merge::Roles<Got<wire::Document<'_>>>, open: &KnownOpen) -> Vec<&'static str> {
    let summary = match &read.summary {
        Got::Read(summary) => summary,
        Got::Lost(Unreadable::Moved(_)) => return PARTS.to_vec(),
        Got::Lost(_) | Got::Nothing => return Vec::new(),
    };
    let mut wanted = Vec::new();
    if has_lost_one(&summary.incidents, Kind::Incident, open) {
        wanted.push(INCIDENTS);
    }
    // A full list has pushed out what is far ahead: that is missing from it at every look, and is not lost.
    let is_full = summary.scheduled_maintenances.get().is_some_and(|list| list.0.len() >= merge::SCHEDULED_CAP);
    if (is_full && open.history_due)
        || (!is_full && has_lost_one(&summary.scheduled_maintenances, Kind::Maintenance, open))
    {
        wanted.push(MAINTENANCES);
    }
    wanted
}

/// What came of one role.
enum Got<T> {
    /// It was not asked, or a replay has no recording of it.
    Nothing,
    /// It cannot be read.
    Lost(Unreadable),
    /// It is there.
    Read(T),
}

fn text_of<'a>(answers: &'a [Answer], role: &str) -> Got<(Cow<'a, str>, &'a Body)> {
    match answers.iter().rev().find(|answer| answer.role == role).map(|answer| &answer.outcome) {
        None | Some(Outcome::NotRecorded) => Got::Nothing,
        Some(Outcome::Unreadable(why)) => Got::Lost(why.clone()),
        Some(Outcome::Body(body)) => match document::text(body) {
            Ok(text) => Got::Read((text, body)),
            Err(why) => Got::Lost(why),
        },
    }
}

fn recognise<'a>(role: &'static str, text: &'a Got<(Cow<'a, str>, &Body)>) -> Got<wire::Document<'a>> {
    match text {
        Got::Nothing => Got::Nothing,
        Got::Lost(why) => Got::Lost(why.clone()),
        Got::Read((text, body)) => match document::typed(text, body).and_then(|found| signed(found, role)) {
            Ok(document) => Got::Read(document),
            Err(why) => Got::Lost(why),
        },
    }
}

/// The document, if it bears the sign of its role. What is missing from the sign is named.
fn signed<'a>(found: Field<Object<wire::Document<'a>>>, role: &str) -> Result<wire::Document<'a>, Unreadable> {
    let document = match found {
        Field::Is(Object(document)) => document,
        Field::Odd(kind) => return Err(Unreadable::Unexpected(format!("{kind}, where a Statuspage gives an object"))),
        Field::Absent => return Err(Unreadable::Unexpected("null, where a Statuspage gives an object".to_owned())),
    };
    let missing = missing(&document, role);
    if missing.is_empty() {
        return if role == SUMMARY { not_above_others(document) } else { Ok(document) };
    }
    Err(Unreadable::Unexpected(format!("no {role}.json of a Statuspage, for it lacks {}", missing.join(", "))))
}

/// The summary, unless it is of one of incident.io's pages that stand above others and have nothing of their own.
fn not_above_others(document: wire::Document<'_>) -> Result<wire::Document<'_>, Unreadable> {
    let id = document.page.get().and_then(|page| page.0.id.as_str()).unwrap_or_default();
    if is_ulid(id) && is_empty(&document.components) && is_empty(&document.incidents) {
        let what = "a page of incident.io that lists no components: it stands above others, and its silence says nothing of them; name the page that you need";
        return Err(Unreadable::Unexpected(what.to_owned()));
    }
    Ok(document)
}

/// Whether that is a ULID, by which incident.io knows its pages; Statuspage's own ids have 12 characters.
pub fn is_ulid(id: &str) -> bool {
    id.len() == 26 && id.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase())
}

fn is_empty<T>(field: &Field<List<T>>) -> bool {
    field.get().is_none_or(|list| list.0.is_empty())
}

fn missing(document: &wire::Document<'_>, role: &str) -> Vec<&'static str> {
    let page = document.page.get().map(|page| &page.0);
    let indicator = document.status.get().and_then(|status| status.0.indicator.as_str());
    [
        ("page.id", page.and_then(|page| page.id.as_str()).is_some_and(|id| !id.is_empty())),
        ("page.url", page.and_then(|page| page.url.as_str()).is_some_and(|url| !url.is_empty())),
        ("status.indicator", role != SUMMARY || indicator.is_some()),
        ("components[]", !matches!(role, SUMMARY | COMPONENTS) || is_list(&document.components)),
        ("incidents[]", !matches!(role, SUMMARY | INCIDENTS | UNRESOLVED) || is_list(&document.incidents)),
        (
            "scheduled_maintenances[]",
            !matches!(role, MAINTENANCES | ACTIVE | UPCOMING) || is_list(&document.scheduled_maintenances),
        ),
    ]
    .into_iter()
    .filter_map(|(name, is_there)| (!is_there).then_some(name))
    .collect()
}

const fn is_list<T>(field: &Field<List<T>>) -> bool {
    matches!(field, Field::Is(_))
}

/// Whether one of that kind that is known as open stands no longer in the list.
fn has_lost_one(list: &Field<List<wire::Incident<'_>>>, kind: Kind, open: &KnownOpen) -> bool {
    if !open.keys.values().any(|known| *known == kind) {
        return false;
    }
    let mut unheard = Snapshot::recognised("", merge::SUMMARY_COVERS);
    let listed: HashSet<String> = list
        .entries(None, "", &mut unheard)
        .into_iter()
        .filter_map(|(_, incident)| keyed::key(incident.id.as_str()?))
        .collect();
    open.keys.iter().any(|(key, known)| *known == kind && !listed.contains(key))
}

#[cfg(test)]
mod tests;
