//! Slack's status API: `current` lists what is open, `history` brings the vendor's own word of the ends.
//!
//! `current` is recognised by its status and its list of active incidents, and it is believed only where the two agree.
//! An empty body, as a scraper of the old host got for hours, is unreadable. There is no severity, and no service has a
//! status of its own. From `https://api.slack.com/docs/slack-status` and recorded bodies, read 2026-11.

mod incident;
mod wire;

use url::Url;

use super::field::{Field, List, Object, Place};
use super::keyed::Keyed;
use super::{About, Answer, Body, Outcome, Reader, Reading, Request, document};
use crate::model::format::{Evidence, Format};
use crate::model::incident::KnownOpen;
use crate::model::snapshot::{Coverage, Covers, GoneAfter, SeenIncident, Snapshot, Unreadable};
use crate::model::vendor::Source;

const CURRENT: &str = "current";
const HISTORY: &str = "history";

/// What this format is.
const ABOUT: About = About {
    format: Format::Slack,
    evidence: Evidence::Recorded,
    summary: "Slack's status, {page}/api/v2.0.0/current and /history (https://api.slack.com/docs/slack-status)",
    says: "incidents with their ends and the services they affect; no impact but “outage”, no service's own status, no regions",
    roles: &[CURRENT, HISTORY],
    gone_after: GoneAfter::USUAL,
    perishable_keys: false,
};

/// How it is read.
pub const READER: Reader = Reader {
    about: ABOUT,
    plan: |asked| plan(asked.source, asked.url, asked.open),
    read: |asked, answers| read(asked.source, answers, asked.open),
    find: |page| {
        page.only_at(&["slack-status.com", "www.slack-status.com", "status.slack.com"], &["https://slack-status.com/"])
    },
};

/// What is open, always; the history when it is due.
fn plan(source: &Source, url: &Url, open: &KnownOpen) -> Vec<Request> {
    let mut requests = vec![request(source, url, CURRENT)];
    if open.history_due {
        requests.push(request(source, url, HISTORY));
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
    usual.set_path(&format!("/api/v2.0.0/{role}"));
    usual.set_query(None);
    usual.set_fragment(None);
    usual
}

/// Reads what was answered; asks for the history when one that is known as open has left the list.
fn read(source: &Source, answers: &[Answer], open: &KnownOpen) -> Reading {
    let current = of(answers, CURRENT).map(|got| got.and_then(read_current));
    let history = of(answers, HISTORY).map(|got| got.and_then(read_history));
    if let (Some(Ok(now)), None, Some(url)) = (&current, &history, &source.url)
        && answers.iter().all(|answer| answer.role != HISTORY)
        && open.keys.keys().any(|key| now.incidents.iter().all(|one| one.key != *key))
    {
        return Reading::Need(vec![request(source, url, HISTORY)]);
    }
    Reading::Done(match (current, history) {
        (Some(Ok(current)), Some(Ok(history))) => Ok(merged(current, history)),
        (Some(Ok(mut good)), Some(Err(why))) => {
            good.blind.push((HISTORY, why));
            Ok(good)
        }
        (Some(Err(why)), Some(Ok(mut good))) => {
            good.blind.push((CURRENT, why));
            Ok(good)
        }
        (Some(only), _) | (None, Some(only)) => only,
        (None, None) => Err(Unreadable::Unexpected("there is no answer of any role to read".to_owned())),
    })
}

fn of<'a>(answers: &'a [Answer], role: &str) -> Option<Result<&'a Body, Unreadable>> {
    match answers.iter().rev().find(|answer| answer.role == role).map(|answer| &answer.outcome) {
        None | Some(Outcome::NotRecorded) => None,
        Some(Outcome::Unreadable(why)) => Some(Err(why.clone())),
        Some(Outcome::Body(body)) => Some(Ok(body)),
    }
}

/// What is open now.
fn read_current(body: &Body) -> Result<Snapshot, Unreadable> {
    let text = document::text(body)?;
    let found: Field<Object<wire::Current<'_>>> = document::typed(&text, body)?;
    let Field::Is(Object(current)) = found else {
        return Err(Unreadable::Unexpected("Slack's current status is an object; this is none".to_owned()));
    };
    let (Some(status), Some(_), Field::Is(List(list))) =
        (current.status.as_str(), current.date_updated.as_str(), &current.active_incidents)
    else {
        return Err(Unreadable::Unexpected(
            "Slack's status has status, date_updated and active_incidents[]; this has not".to_owned(),
        ));
    };
    if list.is_empty() && status != "ok" {
        return Err(Unreadable::Unexpected(format!("Slack says {status:?}, and lists nothing that is active")));
    }
    let covers = Coverage { incidents: Covers::AllOpen, maintenances: Covers::Delta, components: Covers::Delta };
    let mut snapshot = Snapshot::recognised("status, date_updated and active_incidents[]", covers);
    if !list.is_empty() && status != "active" {
        snapshot.warn("status", format!("is {status:?} while something is active"));
    }
    incidents(&current.active_incidents, "active_incidents", &mut snapshot);
    Ok(snapshot)
}

/// The newest incidents, open or over. One without any has never been seen.
fn read_history(body: &Body) -> Result<Snapshot, Unreadable> {
    let text = document::text(body)?;
    let history: wire::History<'_> = document::typed(&text, body)?;
    let mut unheard = Snapshot::recognised("", Coverage::of_all(Covers::Delta));
    let rows = history.entries(None, "", &mut unheard);
    let is_one = |row: &wire::Incident<'_>| {
        row.id.as_str().is_some()
            && row.status.as_str().is_some()
            && row.kind.as_str().is_some()
            && row.date_created.as_str().is_some()
    };
    if !rows.iter().any(|(_, row)| is_one(row)) {
        return Err(Unreadable::Unexpected(
            "Slack's history is a list of incidents with id, type, status and date_created; this is none".to_owned(),
        ));
    }
    let written = rows.iter().filter_map(|(_, row)| row.date_created.as_str()?.parse().ok()).min();
    let reach = written.map_or(Covers::Delta, |since| Covers::Window { since });
    let covers = Coverage { incidents: reach, maintenances: reach, components: Covers::Delta };
    let mut snapshot = Snapshot::recognised("a list of incidents with id, type, status and date_created", covers);
    incidents(&history, HISTORY, &mut snapshot);
    Ok(snapshot)
}

/// Reads the entries of a list into the snapshot, each key once.
fn incidents(list: &Field<List<wire::Incident<'_>>>, name: &str, snapshot: &mut Snapshot) {
    let rows = list.entries(None, name, snapshot);
    let mut is_whole = matches!(list, Field::Is(List(all)) if all.len() == rows.len());
    let mut seen: Keyed<SeenIncident> = Keyed::default();
    for (index, row) in rows {
        let at = Place::of(name, index);
        let Some(one) = incident::incident(row, at, snapshot) else {
            is_whole = false;
            continue;
        };
        seen.add(one, at, snapshot);
    }
    if !is_whole {
        // One of the lost may be one that is known, so its absence proves nothing.
        snapshot.covers.incidents = Covers::Delta;
    }
    snapshot.incidents = seen.into_entries();
}

/// What is open now, and what the history knows beyond it.
fn merged(mut current: Snapshot, history: Snapshot) -> Snapshot {
    current.warnings.extend(history.warnings);
    for one in history.incidents {
        if current.incidents.iter().any(|open| open.key == one.key) {
            continue;
        }
        if !one.phase.is_end() {
            // The two disagree. A false end is worse than a late one.
            current.warn(HISTORY, format!("{} is open in the history and not active", one.key));
        }
        current.incidents.push(one);
    }
    current
}

#[cfg(test)]
mod tests;
