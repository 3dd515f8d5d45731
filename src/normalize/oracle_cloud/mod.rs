//! Oracle Cloud Infrastructure's dashboard, the public one and the government's: `components.json` lists the status of
//! each service in each region with the ids of the open incidents, and the feed `incident-summary.rss` tells of them.
//!
//! The components are the sign, by their realm and their regions, and the proof: an incident that no service names and
//! the feed does not tell of is not open. The feed is a window. One item is one incident, its id an OCID, updated in
//! place; its regions stand in its title alone. An incident that a service names before the feed tells of it is opened
//! by its places and its severity. `/api/v2/summary.json` and `/incidents.json` do not exist. From
//! `https://docs.oracle.com/en-us/iaas/Content/General/Concepts/status-service.htm` (2024-07-19), read 2026-11.

mod components;
mod incident;
mod wire;

use jiff::Timestamp;
use url::Url;

use self::components::Report;
use super::channel::{self, Channel};
use super::field::Place;
use super::keyed::{self, Keyed};
use super::{About, Answer, Outcome, Reader, Reading, Request, document};
use crate::model::format::{Evidence, Format};
use crate::model::incident::KnownOpen;
use crate::model::snapshot::{Coverage, Covers, GoneAfter, SeenIncident, Snapshot, Unreadable};
use crate::model::vendor::Source;

const COMPONENTS: &str = "components";
const INCIDENTS: &str = "incidents";

const SIGN: &str = "realm and regionHealthReports[] with services";
const FEED_SIGN: &str = "an RSS channel of incidents with OCIDs, up to its end";

/// What this format is.
const ABOUT: About = About {
    format: Format::OracleCloud,
    evidence: Evidence::Documented,
    summary: "Oracle Cloud, {page}/api/v2/components.json and /incident-summary.rss (docs.oracle.com, status-service.htm)",
    says: "components by region with their status, incidents with their ends, regions and severity; no maintenances",
    roles: &[COMPONENTS, INCIDENTS],
    gone_after: GoneAfter::USUAL,
    perishable_keys: false,
};

/// How it is read.
pub const READER: Reader = Reader {
    about: ABOUT,
    plan: |asked| plan(asked.source, asked.url),
    read: |asked, answers| Reading::Done(read(answers, asked.open, asked.now)),
    find: |page| {
        let host = page.url.host_str().unwrap_or_default();
        if host.contains("ocistatus") { vec![page.at("/")] } else { Vec::new() }
    },
};

/// Both documents, at each look: the one says what is open, the other what it is.
fn plan(source: &Source, url: &Url) -> Vec<Request> {
    let request = |role: &'static str, path: &str, accept| {
        let named = source.roles.iter().find(|(name, _)| name == role).map(|(_, url)| url.clone());
        let mut usual = url.clone();
        usual.set_path(path);
        usual.set_query(None);
        usual.set_fragment(None);
        Request { role, url: named.unwrap_or(usual), accept }
    };
    vec![
        request(COMPONENTS, "/api/v2/components.json", "application/json"),
        request(INCIDENTS, "/api/v2/incident-summary.rss", "application/rss+xml, application/xml, text/xml"),
    ]
}

/// Reads both documents into one snapshot.
///
/// # Errors
/// [`Unreadable`] where neither could be read, for the reason of the components.
fn read(answers: &[Answer], open: &KnownOpen, now: Timestamp) -> Result<Snapshot, Unreadable> {
    let mut snapshot = Snapshot::recognised(SIGN, Coverage::of_all(Covers::Delta));
    let report = of(answers, COMPONENTS, |body| components::read(body, &mut snapshot));
    let feed = of(answers, INCIDENTS, |body| {
        let text = document::text(body)?;
        let channel = channel::read(channel::recognised(&text, body)?)?;
        signed(channel)
    });
    match (&report, &feed) {
        (Some(Ok(_)), _) => {}
        (_, Some(Ok(channel))) if !channel.items.is_empty() => snapshot.sign = FEED_SIGN,
        // A channel without any item bears no sign of Oracle's, and says nothing by itself.
        (Some(Err(why)), _) | (None, Some(Err(why))) => return Err(why.clone()),
        (None, _) => return Err(Unreadable::Unexpected("no answer bears a sign of Oracle's".to_owned())),
    }
    for (role, lost) in [(COMPONENTS, report.as_ref().and_then(lost)), (INCIDENTS, feed.as_ref().and_then(lost))] {
        snapshot.blind.extend(lost.map(|why| (role, why)));
    }
    let report = report.and_then(Result::ok);
    let feed = feed.and_then(Result::ok);
    let mut seen = Keyed::default();
    let is_told = feed.as_ref().is_some_and(|feed| told(feed, report.as_ref(), now, &mut seen, &mut snapshot));
    if let Some(report) = report {
        // Without the feed, what is known has more to say than its id. It is left as it is, and nothing is proven.
        let is_news = |key: &str| feed.is_some() || !open.keys.contains_key(key);
        for (key, one) in report.open.iter().filter(|(key, _)| is_news(key)) {
            if seen.get(key).is_none() {
                seen.put(key, incident::untold(key, one));
            }
        }
        if report.is_whole {
            snapshot.covers.components = Covers::AllOpen;
            snapshot.covers.incidents = if is_told { Covers::AllOpen } else { Covers::Delta };
        }
        snapshot.components = report.components;
    }
    snapshot.incidents = seen.into_entries();
    Ok(snapshot)
}

fn of<T>(
    answers: &[Answer],
    role: &str,
    read: impl FnOnce(&super::Body) -> Result<T, Unreadable>,
) -> Option<Result<T, Unreadable>> {
    match answers.iter().rev().find(|answer| answer.role == role).map(|answer| &answer.outcome) {
        None | Some(Outcome::NotRecorded) => None,
        Some(Outcome::Unreadable(why)) => Some(Err(why.clone())),
        Some(Outcome::Body(body)) => Some(read(body)),
    }
}

fn lost<T>(got: &Result<T, Unreadable>) -> Option<Unreadable> {
    got.as_ref().err().cloned()
}

/// The feed, if it is Oracle's: all that it holds, if anything, is known by OCIDs.
fn signed(channel: Channel) -> Result<Channel, Unreadable> {
    let is_oracle_s = |id: &str| id.to_ascii_lowercase().starts_with("ocid1.");
    if channel.items.is_empty() || channel.items.iter().any(|item| is_oracle_s(&item.id)) {
        return Ok(channel);
    }
    Err(Unreadable::Unexpected("a feed whose items have no OCID of Oracle's".to_owned()))
}

/// Reads what the feed tells; false where an entry was lost, so that absence proves nothing.
fn told(
    channel: &Channel,
    report: Option<&Report>,
    now: Timestamp,
    seen: &mut Keyed<SeenIncident>,
    snapshot: &mut Snapshot,
) -> bool {
    let mut is_whole = true;
    for (index, item) in channel.items.iter().enumerate() {
        let at = Place::of("item", index);
        let Some(key) = keyed::key(&item.id) else {
            snapshot.warn(at.field("guid"), "is missing");
            is_whole = false;
            continue;
        };
        let one = incident::told(item, key, report, now, at, snapshot);
        seen.add(one, at, snapshot);
    }
    is_whole
}

#[cfg(test)]
mod tests;
