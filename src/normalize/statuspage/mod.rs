//! Atlassian Statuspage and what answers like it (incident.io, NetSuite and others serve the same `/api/v2`).
//!
//! The summary lists what is open; the list of the 50 newest incidents brings the vendor's own word of their ends, and
//! the short ones that no summary showed. The page's overall indicator is never taken for a state: Cloudflare's was
//! never green in six years, and GitHub's was green with a critical incident open.

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

/// What this format is.
const ABOUT: About = About {
    format: Format::Statuspage,
    evidence: Evidence::Recorded,
    summary: "Atlassian Statuspage and compatible pages, by {page}/api/v2 (documented at {page}/api)",
    says: "incidents with their ends, maintenances with their plans, components with groups; regions only in titles",
    roles: &[SUMMARY, INCIDENTS, COMPONENTS],
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
    usual.set_path(&format!("/api/v2/{role}.json"));
    usual.set_query(None);
    usual.set_fragment(None);
    usual
}

/// Reads what was answered; asks for the list of incidents when one that is known as open has left the summary.
fn read(source: &Source, answers: &[Answer], open: &KnownOpen, now: Timestamp) -> Reading {
    let texts = [SUMMARY, INCIDENTS, COMPONENTS].map(|role| text_of(answers, role));
    let [summary, incidents, components] = &texts;
    let documents = merge::Documents {
        summary: recognise(summary, SUMMARY),
        incidents: recognise(incidents, INCIDENTS),
        components: recognise(components, COMPONENTS),
        now,
    };
    let was_asked = answers.iter().any(|answer| answer.role == INCIDENTS);
    if let (Got::Read(summary), false, Some(url)) = (&documents.summary, was_asked, &source.url)
        && has_lost_one(summary, open)
    {
        return Reading::Need(vec![request(source, url, INCIDENTS)]);
    }
    Reading::Done(merge::merged(documents))
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

fn recognise<'a>(text: &'a Got<(Cow<'a, str>, &Body)>, role: &str) -> Got<wire::Document<'a>> {
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
        return Ok(document);
    }
    Err(Unreadable::Unexpected(format!("no {role}.json of a Statuspage, for it lacks {}", missing.join(", "))))
}

fn missing(document: &wire::Document<'_>, role: &str) -> Vec<&'static str> {
    let page = document.page.get().map(|page| &page.0);
    let indicator = document.status.get().and_then(|status| status.0.indicator.as_str());
    [
        ("page.id", page.and_then(|page| page.id.as_str()).is_some_and(|id| !id.is_empty())),
        ("page.url", page.and_then(|page| page.url.as_str()).is_some_and(|url| !url.is_empty())),
        ("status.indicator", role != SUMMARY || indicator.is_some()),
        ("components[]", role == INCIDENTS || is_list(&document.components)),
        ("incidents[]", role == COMPONENTS || is_list(&document.incidents)),
    ]
    .into_iter()
    .filter_map(|(name, is_there)| (!is_there).then_some(name))
    .collect()
}

const fn is_list<T>(field: &Field<List<T>>) -> bool {
    matches!(field, Field::Is(_))
}

/// Whether an incident that is known as open stands no longer in the summary.
fn has_lost_one(summary: &wire::Document<'_>, open: &KnownOpen) -> bool {
    let mut unheard = Snapshot::recognised("", merge::SUMMARY_COVERS);
    let listed: HashSet<String> = summary
        .incidents
        .entries(None, "incidents", &mut unheard)
        .into_iter()
        .filter_map(|(_, incident)| keyed::key(incident.id.as_str()?))
        .collect();
    open.keys.iter().any(|(key, kind)| *kind == Kind::Incident && !listed.contains(key))
}

#[cfg(test)]
mod tests;
