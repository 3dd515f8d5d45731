//! Rootly's status pages: `/api/v1/status.json` and `/api/v1/incidents.json`, which exist only where a page has a host of
//! its own. Both list what is active and nothing else, in Statuspage's words but without its ids: an incident is known
//! by its page's address. Components are in neither. From `https://docs.rootly.com/configuration/status-page-public-api`,
//! read 2026-11; a page that is live was not seen.

use serde::Deserialize;

use super::field::{Field, List, Object, Place, Text, Word};
use super::keyed::{self, UpdateKeys};
use super::listed::{self, Gathered};
use super::{About, Answer, Asked, Body, Reader, Reading, Request, answered, document};
use crate::model::format::{Evidence, Format};
use crate::model::impact::Impact;
use crate::model::phase::{Kind, Phase};
use crate::model::snapshot::{Coverage, Covers, GoneAfter, Planned, SeenIncident, SeenUpdate, Snapshot, Unreadable};
use crate::model::text;

const STATUS: &str = "status";
const INCIDENTS: &str = "incidents";
const SIGN: &str = "page.name, page.url, status.indicator and incidents[], without the id of a Statuspage";

/// What this format is.
const ABOUT: About = About {
    format: Format::Rootly,
    evidence: Evidence::Documented,
    summary: "Rootly, {page}/api/v1/status.json and /api/v1/incidents.json (docs.rootly.com, Status Page Public API)",
    says: "active incidents with impact and updates; no components, no regions, no ends but by absence",
    roles: &[STATUS, INCIDENTS],
    gone_after: GoneAfter::USUAL,
    perishable_keys: false,
};

/// How it is read.
pub const READER: Reader =
    Reader { about: ABOUT, plan, read: |_, answers| Reading::Done(read(answers)), find: |page| vec![page.at("/")] };

/// The most that a page of the list holds.
const MOST: usize = 100;

/// Both documents: the one bears the sign, and the other lists up to a hundred.
fn plan(asked: &Asked<'_>) -> Vec<Request> {
    let mut incidents = asked.request(INCIDENTS, "/api/v1/incidents.json", "application/json");
    if asked.named(INCIDENTS).is_none() {
        incidents.url.set_query(Some(&format!("per_page={MOST}")));
    }
    vec![asked.request(STATUS, "/api/v1/status.json", "application/json"), incidents]
}

/// Either document; the second has no `status`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Document<'a> {
    #[serde(borrow)]
    page: Field<Object<Page<'a>>>,
    #[serde(borrow)]
    status: Field<Object<Overall<'a>>>,
    #[serde(borrow)]
    incidents: Field<List<Incident<'a>>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Page<'a> {
    /// A Statuspage has one, a page of Rootly's has none.
    #[serde(borrow)]
    id: Field<Word<'a>>,
    #[serde(borrow)]
    name: Field<Text<'a>>,
    #[serde(borrow)]
    url: Field<Text<'a>>,
}

/// The page's overall word, a part of the sign and never more.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Overall<'a> {
    #[serde(borrow)]
    indicator: Field<Word<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Incident<'a> {
    #[serde(borrow)]
    name: Field<Text<'a>>,
    #[serde(borrow)]
    status: Field<Word<'a>>,
    #[serde(borrow)]
    impact: Field<Word<'a>>,
    #[serde(borrow)]
    started_at: Field<Text<'a>>,
    #[serde(borrow)]
    resolved_at: Field<Text<'a>>,
    #[serde(borrow)]
    url: Field<Text<'a>>,
    #[serde(borrow)]
    incident_updates: Field<List<Update<'a>>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Update<'a> {
    #[serde(borrow)]
    body: Field<Text<'a>>,
    #[serde(borrow)]
    status: Field<Word<'a>>,
    #[serde(borrow)]
    created_at: Field<Text<'a>>,
}

const IMPACTS: [(&str, Impact); 4] = [
    ("critical", Impact::MajorOutage),
    ("major", Impact::PartialOutage),
    ("minor", Impact::Degraded),
    ("none", Impact::Unknown),
];

/// The words of incidents and of updates. The last five are of a maintenance.
const PHASES: [(&str, Phase); 15] = [
    ("in_triage", Phase::Investigating),
    ("started", Phase::Investigating),
    ("detected", Phase::Investigating),
    ("acknowledged", Phase::Investigating),
    ("investigating", Phase::Investigating),
    ("identified", Phase::Identified),
    ("monitoring", Phase::Monitoring),
    ("mitigated", Phase::Monitoring),
    ("resolved", Phase::Resolved),
    ("closed", Phase::Resolved),
    ("cancelled", Phase::Cancelled),
    ("scheduled", Phase::Scheduled),
    ("in_progress", Phase::InProgress),
    ("verifying", Phase::Verifying),
    ("completed", Phase::Completed),
];

/// Reads both documents into one snapshot.
///
/// # Errors
/// [`Unreadable`] where the status cannot be read: a list that is empty bears no sign.
fn read(answers: &[Answer]) -> Result<Snapshot, Unreadable> {
    let mut snapshot = Snapshot::recognised(SIGN, Coverage::of_all(Covers::Delta));
    let mut seen = Gathered::default();
    add(answered::needed(answers, STATUS)?, STATUS, &mut seen, &mut snapshot)?;
    let list = answered::of(answers, INCIDENTS);
    match list.map(|got| got.and_then(|body| add(body, INCIDENTS, &mut seen, &mut snapshot))) {
        None => {}
        Some(Ok(listed)) if listed < MOST => {}
        Some(Ok(_)) => seen.lose(),
        Some(Err(why)) => snapshot.blind.push((INCIDENTS, why)),
    }
    (snapshot.covers.incidents, snapshot.covers.maintenances) = (seen.covers(), seen.covers());
    snapshot.incidents = seen.into_entries();
    Ok(snapshot)
}

/// Adds what a document lists beyond what was seen, and says how much it lists.
fn add(
    body: &Body,
    role: &str,
    seen: &mut Gathered<SeenIncident>,
    snapshot: &mut Snapshot,
) -> Result<usize, Unreadable> {
    let json = document::text(body)?;
    let document: Document<'_> = document::object(&json, body, "a document of Rootly's")?;
    let page = document.page.get().map(|page| &page.0);
    let has = |field: Option<&Field<Text<'_>>>| field.is_some_and(|field| field.as_str().is_some());
    let indicator = document.status.get().and_then(|status| status.0.indicator.as_str());
    let signs = [
        ("page.name", has(page.map(|page| &page.name))),
        ("page.url", has(page.map(|page| &page.url))),
        ("a page without an id", page.is_some_and(|page| matches!(page.id, Field::Absent))),
        ("status.indicator", role == INCIDENTS || indicator.is_some()),
        ("incidents[]", listed::is_list(&document.incidents)),
    ];
    document::signed(&format!("Rootly's {role}.json"), &signs)?;
    let mut all = Gathered::default();
    let name = if role == STATUS { "incidents" } else { "incidents.json:incidents" };
    all.list(&document.incidents, None, name, snapshot, incident);
    if all.covers() != Covers::AllOpen {
        seen.lose();
    }
    for (number, one) in all.into_entries().into_iter().enumerate() {
        if seen.get(&one.key).is_none() {
            seen.add(Some(one), Place::of(name, number), snapshot);
        }
    }
    Ok(document.incidents.get().map_or(0, |list| list.0.len()))
}

/// An incident; without an address it has no key.
fn incident(row: &Incident<'_>, at: Place<'_>, into: &mut Snapshot) -> Option<SeenIncident> {
    row.url.need(at, "url", into)?;
    let link = row.url.link(at, "url", into)?;
    let key = keyed::key(link.trim_end_matches('/').rsplit('/').next()?)?;
    let updates = updates(row, at, into);
    let ended = row.resolved_at.time(at, "resolved_at", into);
    let is_over = ended.as_ref().is_some_and(|ended| ended.at.is_some());
    let (vendor_phase, phase) = phase(row, is_over, &updates, at, into);
    let is_planned = matches!(phase, Phase::Scheduled | Phase::InProgress | Phase::Verifying | Phase::Completed);
    let vendor_impact = row.impact.line(at, "impact", into);
    let impact = listed::meaning(&vendor_impact, &IMPACTS, at, "impact", into).unwrap_or(Impact::Unknown);
    let started = row.started_at.time(at, "started_at", into);
    Some(SeenIncident {
        key,
        kind: if is_planned { Kind::Maintenance } else { Kind::Incident },
        title: row.name.line(at, "name", into),
        vendor_impact,
        impact: if is_planned { Impact::Maintenance } else { impact },
        vendor_phase,
        phase,
        components: Vec::new(),
        regions: Vec::new(),
        planned: started.clone().filter(|_| is_planned).map(|from| Planned { from, until: None }),
        started,
        ended: ended.filter(|_| phase.is_end()),
        updates,
        link: Some(link),
    })
}

/// The incident's own word stays "started" while it is told of; what was told last says more. An end is an end.
fn phase(
    row: &Incident<'_>,
    is_over: bool,
    updates: &[SeenUpdate],
    at: Place<'_>,
    into: &mut Snapshot,
) -> (String, Phase) {
    let own = row.status.line(at, "status", into);
    let meant = listed::meaning(&own, &PHASES, at, "status", into).unwrap_or(Phase::Investigating);
    if meant != Phase::Investigating {
        return (own, meant);
    }
    if is_over {
        return (own, Phase::Resolved);
    }
    let told = updates.last().map_or("", |update| update.vendor_phase.as_str());
    let incident = PHASES.iter().filter(|(_, phase)| !matches!(phase, Phase::Scheduled | Phase::Completed));
    match incident.clone().find(|(word, _)| *word == told) {
        Some((_, phase)) => (told.to_owned(), *phase),
        None => (own, meant),
    }
}

/// The updates, which have no ids: each is known by its time.
fn updates(row: &Incident<'_>, at: Place<'_>, into: &mut Snapshot) -> Vec<SeenUpdate> {
    let mut updates = Vec::new();
    for (index, update) in row.incident_updates.entries(Some(at), "incident_updates", into) {
        let place = at.entry("incident_updates", index);
        updates.push(SeenUpdate {
            key: String::new(),
            at: update.created_at.time(place, "created_at", into),
            vendor_phase: update.status.as_str().map(text::title).unwrap_or_default(),
            text: update.body.plain(place, "body", into),
            author: None,
        });
    }
    let mut updates = listed::oldest_first(updates);
    let mut keys = UpdateKeys::default();
    for update in &mut updates {
        update.key = keys.next(update.at.as_ref().map_or("", |at| at.raw.as_str()));
    }
    updates
}

#[cfg(test)]
mod tests;
