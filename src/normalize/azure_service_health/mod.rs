//! What Azure tells a subscription or a tenant of its services: Service Health's events, by Azure Resource Manager.
//!
//! The tracking ids are those of the public page, so that a person may join what both tell. Without a time Azure lists
//! what changed in the last three days alone, so the time is always sent; and since it is the time of the last *change*,
//! an event that is open and silent for longer may be missing: each event that was open and is not listed is looked up by
//! its id, and only then does absence count. Advice (retirements, security, bills) is neither an incident nor a
//! maintenance, and is left. It wants a token, which is none of a format's affair.

mod event;
mod wire;
mod words;

use std::borrow::Cow;
use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use url::Url;

use self::event::Read;
use super::field::{Field, List, Object, Place};
use super::keyed::Keyed;
use super::{About, Answer, Asked, Body, Outcome, Reader, Reading, Request, document, entra, paged};
use crate::model::format::{Evidence, Format};
use crate::model::phase::Phase;
use crate::model::snapshot::{Coverage, Covers, GoneAfter, SeenIncident, Snapshot, Unreadable};

const EVENTS: &str = "events";
/// One event alone, which was open and is not listed any more.
const EVENT: &str = "event";

const PERMISSION: &str = "the role Reader on the subscription (or, for a tenant, on its root management group)";
const USUAL_PATH: &str = "/providers/Microsoft.ResourceHealth/events";
const USUAL_VERSION: &str = "2025-05-01";
/// As long as Azure keeps events.
const SINCE: SignedDuration = SignedDuration::from_hours(90 * 24);
/// Five more pages than any tenant had at once; the rest waits for what changed to be on the first.
const MOST_PAGES: usize = 6;
/// The most that are looked up in one look.
const MOST_LOOKED_UP: usize = 10;

/// What this format is.
const ABOUT: About = About {
    format: Format::AzureServiceHealth,
    evidence: Evidence::Documented,
    summary: "a subscription's or a tenant's Azure Service Health by Azure Resource Manager, Microsoft.ResourceHealth/events (learn.microsoft.com/rest/api/resourcehealth); wants credentials with Reader",
    says: "incidents and maintenances with impact, end, and their services and regions, each region with its end; no service's own status, no advisories",
    roles: &[EVENTS, EVENT],
    gone_after: GoneAfter::USUAL,
    perishable_keys: false,
};

/// How it is read.
pub const READER: Reader = Reader {
    about: ABOUT,
    plan: |asked| vec![request(EVENTS, list(asked.url, asked.now))],
    read,
    find: |_| Vec::new(),
};

fn request(role: &'static str, url: Url) -> Request {
    Request { role, url, accept: "application/json" }
}

/// Where the events lie: of the source's address mostly only the host is given, or a subscription at it.
fn list(url: &Url, now: Timestamp) -> Url {
    let mut url = url.clone();
    let folder = url.path().trim_end_matches('/').to_owned();
    if !folder.to_ascii_lowercase().ends_with("/events") {
        url.set_path(&format!("{folder}{USUAL_PATH}"));
    }
    let said = |name: &str| url.query_pairs().any(|(known, _)| known.eq_ignore_ascii_case(name));
    let (has_version, has_start) = (said("api-version"), said("queryStartTime"));
    let since = now.saturating_sub(SINCE).unwrap_or(now).strftime("%m/%d/%Y").to_string();
    if !has_version {
        url.query_pairs_mut().append_pair("api-version", USUAL_VERSION);
    }
    if !has_start {
        url.query_pairs_mut().append_pair("queryStartTime", &since);
    }
    url
}

/// Where one event lies.
fn alone(list: &Url, key: &str) -> Url {
    let version = list.query_pairs().find(|(name, _)| name.eq_ignore_ascii_case("api-version"));
    let version = version.map_or_else(|| USUAL_VERSION.to_owned(), |(_, version)| version.into_owned());
    let mut url = list.clone();
    url.set_path(&format!("{}/{key}", list.path().trim_end_matches('/')));
    url.query_pairs_mut().clear().append_pair("api-version", &version);
    url
}

/// Reads what was answered. Asks for further pages, then for each event that was open and is not listed.
fn read(asked: &Asked<'_>, answers: &[Answer]) -> Reading {
    let list = list(asked.url, asked.now);
    let texts = match texts(answers) {
        Ok(texts) => texts,
        Err(why) => return Reading::Done(Err(why)),
    };
    let is_cut = answers.iter().any(|answer| answer.role == EVENTS && answer.outcome == Outcome::NotRecorded);
    let pages = match pages(&texts, &list, is_cut) {
        Ok(pages) => pages,
        Err(why) => return Reading::Done(Err(why)),
    };
    if let Some(next) = pages.next.clone() {
        return Reading::Need(vec![request(EVENTS, next)]);
    }
    let lost = lost(asked, &pages);
    let is_looked_up = answers.iter().any(|answer| answer.role == EVENT);
    if !is_looked_up && !lost.is_empty() {
        let look_ups = lost.iter().take(MOST_LOOKED_UP).map(|key| request(EVENT, alone(&list, key)));
        return Reading::Need(look_ups.collect());
    }
    Reading::Done(Ok(snapshot(asked, &pages, answers, lost.len())))
}

/// The texts of the pages; an answer that was not recorded ends them.
fn texts(answers: &[Answer]) -> Result<Vec<(Cow<'_, str>, &Body)>, Unreadable> {
    let mut texts = Vec::new();
    for answer in answers.iter().filter(|answer| answer.role == EVENTS) {
        match &answer.outcome {
            Outcome::Unreadable(why) => return Err(why.clone()),
            Outcome::NotRecorded => {}
            Outcome::Body(body) => texts.push((text(body)?, body)),
        }
    }
    Ok(texts)
}

fn text(body: &Body) -> Result<Cow<'_, str>, Unreadable> {
    entra::denied(body, PERMISSION).map_or_else(|| document::text(body), Err)
}

/// The pages so far.
struct Pages<'a> {
    documents: Vec<wire::Document<'a>>,
    is_whole: bool,
    next: Option<Url>,
}

/// `is_cut`: a page has no recording, so that what there is stands alone.
fn pages<'a>(texts: &'a [(Cow<'_, str>, &Body)], list: &Url, is_cut: bool) -> Result<Pages<'a>, Unreadable> {
    let mut pages = Pages { documents: Vec::with_capacity(texts.len()), is_whole: false, next: None };
    let mut links: Vec<String> = Vec::new();
    for (text, body) in texts {
        let document = recognised(document::typed(text, body)?, text)?;
        let link = paged::link(&document.next)?.map(str::to_owned);
        if link.as_ref().is_some_and(|link| links.contains(link)) {
            return Err(Unreadable::Unexpected("its pages lead in a circle".to_owned()));
        }
        links.extend(link.clone());
        pages.documents.push(document);
        pages.is_whole = link.is_none();
        let is_last = pages.documents.len() == texts.len() && texts.len() < MOST_PAGES && !is_cut;
        pages.next = link.filter(|_| is_last).map(|link| paged::onward(&link, Some(list))).transpose()?;
    }
    if pages.documents.is_empty() {
        return Err(Unreadable::Unexpected("there is no answer to read".to_owned()));
    }
    Ok(pages)
}

fn is_event(row: &wire::Event<'_>) -> bool {
    row.kind.as_str().is_some_and(|kind| kind.to_ascii_lowercase().ends_with("microsoft.resourcehealth/events"))
}

fn recognised<'a>(found: Field<Object<wire::Document<'a>>>, text: &str) -> Result<wire::Document<'a>, Unreadable> {
    let not_signed = || {
        let what = "Service Health's events are an object with value[], each of the type Microsoft.ResourceHealth/events; this is not";
        Unreadable::Unexpected(what.to_owned())
    };
    let Field::Is(Object(document)) = found else { return Err(not_signed()) };
    let Field::Is(List(list)) = &document.value else { return Err(not_signed()) };
    let is_signed = list.iter().filter_map(Field::get).any(|row| is_event(&row.0));
    if is_signed || list.is_empty() && holds_nothing_else(text) { Ok(document) } else { Err(not_signed()) }
}

/// A list without entries bears no sign but that nothing else stands beside it.
fn holds_nothing_else(text: &str) -> bool {
    let whole: Option<serde_json::Map<String, serde_json::Value>> = serde_json::from_str(text).ok();
    whole.is_some_and(|fields| fields.keys().all(|name| ["value", "nextLink"].contains(&name.as_str())))
}

/// What was open and stands in no page.
fn lost(asked: &Asked<'_>, pages: &Pages<'_>) -> Vec<String> {
    let rows = pages.documents.iter().filter_map(|page| page.value.get()).flat_map(|list| &list.0);
    let listed: BTreeSet<&str> = rows.filter_map(|row| row.get()?.0.name.as_str()).map(str::trim).collect();
    let lost = asked.open.keys.keys().filter(|key| !listed.contains(key.as_str()));
    lost.filter(|key| is_id(key)).cloned().collect()
}

/// Tracking ids are like `YKYN-BWZ` and `1K80-N_8`. What is not may not stand in an address.
fn is_id(key: &str) -> bool {
    !key.is_empty() && key.len() <= 60 && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

fn snapshot(asked: &Asked<'_>, pages: &Pages<'_>, answers: &[Answer], lost: usize) -> Snapshot {
    let sign = "value[] of type Microsoft.ResourceHealth/events";
    let covers = |is_whole| if is_whole { Covers::AllOpen } else { Covers::Delta };
    let mut snapshot = Snapshot::recognised(sign, Coverage::of_all(Covers::Delta));
    let mut seen = Seen { is_public: asked.url.host_str() == Some("management.azure.com"), ..Seen::default() };
    for page in &pages.documents {
        let rows = page.value.entries(None, EVENTS, &mut snapshot);
        seen.lost += page.value.get().map_or(0, |list| list.0.len()) - rows.len();
        for (index, row) in rows {
            seen.add(row, Place::of(EVENTS, index), asked.now, &mut snapshot);
        }
    }
    if !pages.is_whole {
        snapshot.warn(EVENTS, format!("there are more than the {} pages that were read", pages.documents.len()));
    }
    let looked_up = seen.add_looked_up(answers, asked.now, &mut snapshot);
    let is_whole = pages.is_whole && seen.lost == 0 && looked_up >= lost;
    snapshot.covers.incidents = covers(is_whole);
    snapshot.covers.maintenances = covers(is_whole);
    snapshot.incidents = seen.all.into_entries();
    snapshot
}

/// What the entries came to so far.
#[derive(Default)]
struct Seen {
    all: Keyed<SeenIncident>,
    is_public: bool,
    /// How many entries could not be read: one of them may be one that is known, so that absence proves nothing.
    lost: usize,
}

impl Seen {
    fn add(&mut self, row: &wire::Event<'_>, at: Place<'_>, now: Timestamp, into: &mut Snapshot) {
        if !is_event(row) {
            into.warn(at.field("type"), "is not Microsoft.ResourceHealth/events");
            self.lost += 1;
            return;
        }
        match event::event(row, at, self.is_public, now, into) {
            Read::Told(one) => {
                let key = one.key.clone();
                let reviews = self.all.get(&key).is_some_and(|known| known.phase == Phase::Postmortem);
                if self.all.put(&key, *one) && !reviews {
                    into.warn(at.to_string(), format!("has the key of another, {key}; this one counts"));
                }
            }
            // What it reviews is the fuller word, wherever it stands.
            Read::Review(one) if self.all.get(&one.key).is_none() => drop(self.all.put(&one.key.clone(), *one)),
            Read::Review(_) | Read::Advice => {}
            Read::Lost => self.lost += 1,
        }
    }

    /// Adds what was looked up; the number of those that were answered. One that is not there any more (404) says nothing
    /// but that it is not; that it is missing from the list says the rest.
    fn add_looked_up(&mut self, answers: &[Answer], now: Timestamp, into: &mut Snapshot) -> usize {
        let mut answered = 0;
        for (index, answer) in answers.iter().filter(|answer| answer.role == EVENT).enumerate() {
            let at = Place::of(EVENT, index);
            let body = match &answer.outcome {
                Outcome::Body(body) if body.status == 404 => {
                    answered += 1;
                    continue;
                }
                Outcome::NotRecorded => continue,
                Outcome::Unreadable(why) => {
                    into.warn(at.to_string(), why.to_string());
                    continue;
                }
                Outcome::Body(body) => body,
            };
            let read = text(body).and_then(|text| {
                let found: Field<Object<wire::Event<'_>>> = document::typed(&text, body)?;
                let Some(Object(row)) = found.get().filter(|found| is_event(&found.0)) else {
                    return Err(Unreadable::Unexpected("this is no event of Service Health's".to_owned()));
                };
                // What is listed is the newer word.
                let is_listed = row.name.as_str().is_some_and(|name| self.all.get(name.trim()).is_some());
                if !is_listed {
                    self.add(row, at, now, into);
                }
                Ok(())
            });
            match read {
                Ok(()) => answered += 1,
                Err(why) => into.warn(at.to_string(), why.to_string()),
            }
        }
        answered
    }
}

#[cfg(test)]
mod tests;
