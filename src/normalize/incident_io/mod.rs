//! Pages of incident.io.
//!
//! The page draws itself from `{page}/proxy/{host}`, which says everything: components with their groups, those that are
//! hurt, what is open with all that was said. It lists only what is open; the list `…/incidents` brings the vendor's word
//! of the ends. Where the proxy does not answer, the page itself is read: it carries the same object, links to what is
//! over, and the time at which it was made, which is its refresh clock. Where the page does not either, there is the
//! `/api/v2` that looks like Statuspage's: without groups, with a part of the components, and with incidents that name
//! none, so its silence proves nothing, and what is known to be open is left as it is known.
//!
//! A page that lists no components stands above others. Its silence is no health, so it is unreadable while it lists no
//! incident. A page below another (its address has a path) is read from its HTML alone, since the proxy of its host speaks
//! of the whole. Ids are ULIDs and stay; a vendor that moves here from another platform gets new ones for everything.

mod incident;
mod page;
mod prose;
mod summary;
mod wire;
mod words;

use url::Url;

use self::incident::Components;
use super::{About, Answer, Asked, Body, Page, Reader, Reading, Request, answered, document, statuspage};
use crate::model::format::{Evidence, Format};
use crate::model::snapshot::{Coverage, Covers, GoneAfter, Snapshot, Unreadable};

const PROXY: &str = "proxy";
const HISTORY: &str = "history";
const PAGE: &str = "page";
const SUMMARY: &str = "summary";
const INCIDENTS: &str = "incidents";
const MAINTENANCES: &str = "scheduled-maintenances";

const JSON: &str = "application/json";

/// What this format is.
const ABOUT: About = About {
    format: Format::IncidentIo,
    evidence: Evidence::Recorded,
    summary: "incident.io's status pages, by {page}/proxy/{host}, else the page's own payload, else its /api/v2",
    says: "incidents with their ends, maintenances, components with groups and their own status; regions only in titles",
    roles: &[PROXY, HISTORY, PAGE, SUMMARY, INCIDENTS, MAINTENANCES],
    gone_after: GoneAfter::USUAL,
    perishable_keys: false,
};

/// How it is read.
pub const READER: Reader = Reader { about: ABOUT, plan, read, find };

/// The page itself where it stands below another, then the host's own. A page's history is no page below it.
fn find(page: &Page<'_>) -> Vec<Url> {
    let below = page.url.path().trim_matches('/');
    if below.is_empty() || below.contains('/') || matches!(below, "history" | "incidents" | "maintenance") {
        return vec![page.at("/")];
    }
    vec![page.at(below), page.at("/")]
}

/// The proxy, and the list of incidents when it is due. Of a page below another, only the page.
fn plan(asked: &Asked<'_>) -> Vec<Request> {
    if is_below_another(asked) {
        return vec![page_of(asked)];
    }
    let proxy = format!("/proxy/{}", asked.url.host_str().unwrap_or_default());
    let mut requests = vec![asked.request(PROXY, &proxy, JSON)];
    if asked.open.history_due {
        requests.push(history_of(asked));
    }
    requests
}

fn is_below_another(asked: &Asked<'_>) -> bool {
    asked.url.path() != "/" && asked.source.roles.iter().all(|(role, _)| role != PROXY)
}

fn page_of(asked: &Asked<'_>) -> Request {
    asked.request(PAGE, asked.url.path(), "text/html")
}

fn history_of(asked: &Asked<'_>) -> Request {
    asked.request(HISTORY, &format!("/proxy/{}/incidents", asked.url.host_str().unwrap_or_default()), JSON)
}

/// Reads the proxy's answer, or what stands in for it.
fn read(asked: &Asked<'_>, answers: &[Answer]) -> Reading {
    let proxy = answered::read(answers, PROXY, |body| read_proxy(body, asked.url));
    match proxy {
        Some(Ok(snapshot)) => with_history(asked, answers, snapshot),
        // Nobody answers at all, so the page would not either.
        Some(Err(why @ (Unreadable::Unreachable(_) | Unreadable::NotAllowed(_)))) => Reading::Done(Err(why)),
        Some(Err(why)) => by_page(asked, answers, Some(why)),
        None => by_page(asked, answers, None),
    }
}

fn read_proxy(body: &Body, url: &Url) -> Result<Snapshot, Unreadable> {
    let value = summary::cleaned(document::json(body)?);
    // An older form has the lists at the top.
    summary::read(value.get("summary").unwrap_or(&value), url)
}

/// Adds the vendor's word of the ends; asks for it when one that is known as open has left the list.
fn with_history(asked: &Asked<'_>, answers: &[Answer], mut snapshot: Snapshot) -> Reading {
    let is_listed = |key: &String| snapshot.incidents.iter().any(|one| one.key == *key);
    let has_lost_one = asked.open.keys.keys().any(|key| !is_listed(key));
    if has_lost_one && answers.iter().all(|answer| answer.role != HISTORY) {
        return Reading::Need(vec![history_of(asked)]);
    }
    let components = snapshot.components.iter().map(|one| (one.component.key.clone(), one.component.clone())).collect();
    match answered::read(answers, HISTORY, |body| read_history(body, asked.url, &components)) {
        None => {}
        // What is open is told without it, so nobody is blind: the ends come by absence.
        Some(Err(why)) => snapshot.warn(HISTORY, format!("cannot be read, so ends are told by absence: {why}")),
        Some(Ok(history)) => add_missing(&mut snapshot, history),
    }
    Reading::Done(Ok(snapshot))
}

fn read_history(body: &Body, url: &Url, components: &Components) -> Result<Snapshot, Unreadable> {
    summary::history(&summary::cleaned(document::json(body)?), url, components)
}

/// Adds what the list of open ones does not have: its word counts for what it lists.
fn add_missing(snapshot: &mut Snapshot, history: Snapshot) {
    snapshot.warnings.extend(history.warnings);
    for one in history.incidents {
        if snapshot.incidents.iter().any(|open| open.key == one.key) {
            continue;
        }
        if !one.phase.is_end() {
            snapshot.warn(HISTORY, format!("{} is open in the history and not ongoing", one.key));
        }
        snapshot.incidents.push(one);
    }
}

/// Reads the page for people. `lost` is why the proxy could not be read, if it was asked.
fn by_page(asked: &Asked<'_>, answers: &[Answer], lost: Option<Unreadable>) -> Reading {
    match answered::read(answers, PAGE, |body| read_page(asked, body)) {
        Some(Ok(mut snapshot)) => {
            if let Some(why) = lost {
                snapshot.warn(PROXY, format!("cannot be read, the page is read instead: {why}"));
            }
            Reading::Done(Ok(snapshot))
        }
        None if lost.is_some() && !was_asked(answers, PAGE) => Reading::Need(vec![page_of(asked)]),
        Some(Err(why)) if is_below_another(asked) => Reading::Done(Err(why)),
        Some(Err(why)) => by_api(asked, answers, Some(lost.unwrap_or(why))),
        None => by_api(asked, answers, lost),
    }
}

fn was_asked(answers: &[Answer], role: &str) -> bool {
    answers.iter().any(|answer| answer.role == role)
}

fn read_page(asked: &Asked<'_>, body: &Body) -> Result<Snapshot, Unreadable> {
    let carried = page::read(body)?;
    let mut snapshot = summary::read(&carried.summary, asked.url)?;
    snapshot.sign = "a page up to </html> that carries a summary with components[] and ongoing_incidents[]";
    snapshot.refreshed = carried.made;
    for one in summary::ends(&carried.links, asked.url) {
        let is_listed = snapshot.incidents.iter().any(|open| open.key == one.key);
        // The links have no texts, so they tell only the end of what is known.
        if asked.open.keys.contains_key(&one.key) && !is_listed {
            snapshot.incidents.push(one);
        }
    }
    Ok(snapshot)
}

/// Reads the interface that looks like Statuspage's. `lost` is why nothing better could be read.
fn by_api(asked: &Asked<'_>, answers: &[Answer], lost: Option<Unreadable>) -> Reading {
    let is_theirs = |answer: &&Answer| statuspage::READER.about.roles.contains(&answer.role);
    let theirs: Vec<Answer> = answers.iter().filter(is_theirs).cloned().collect();
    if theirs.is_empty() {
        return match (answered::of(answers, HISTORY), lost) {
            (_, Some(_)) => Reading::Need(vec![asked.request(SUMMARY, "/api/v2/summary.json", JSON)]),
            (Some(got), None) => Reading::Done(got.and_then(|body| read_history(body, asked.url, &Components::new()))),
            (None, None) => Reading::Done(Err(nothing())),
        };
    }
    if let Some(Err(why)) = answered::read(answers, SUMMARY, is_incident_io_s) {
        return Reading::Done(Err(lost.unwrap_or(why)));
    }
    match (statuspage::READER.read)(asked, &theirs) {
        Reading::Done(Ok(snapshot)) => Reading::Done(Ok(with_holes(asked, snapshot, lost.as_ref()))),
        Reading::Done(Err(why)) => Reading::Done(Err(lost.unwrap_or(why))),
        Reading::Need(more) => Reading::Need(more),
    }
}

fn nothing() -> Unreadable {
    Unreadable::Unexpected("there is no answer of any role to read".to_owned())
}

/// Whether the document that looks like Statuspage's is incident.io's: its page is known by a ULID.
fn is_incident_io_s(body: &Body) -> Result<(), Unreadable> {
    let value = document::json(body)?;
    let id = value.pointer("/page/id").and_then(serde_json::Value::as_str).unwrap_or_default();
    if statuspage::is_ulid(id) {
        return Ok(());
    }
    Err(Unreadable::Unexpected(format!("no page of incident.io: page.id is {id:?}, and no ULID")))
}

/// What that interface says, less what it leaves out: it proves nothing by its silence, and of what is known to be open
/// it knows less than the page did.
fn with_holes(asked: &Asked<'_>, mut snapshot: Snapshot, lost: Option<&Unreadable>) -> Snapshot {
    snapshot.covers = Coverage::of_all(Covers::Delta);
    snapshot.incidents.retain(|one| one.phase.is_end() || !asked.open.keys.contains_key(&one.key));
    if let Some(why) = lost {
        let what =
            format!("cannot be read; /api/v2 is read instead, which has no groups and not all components: {why}");
        snapshot.warn(PROXY, what);
    }
    snapshot
}

#[cfg(test)]
mod tests;
