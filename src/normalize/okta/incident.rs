//! One incident of Okta's, or one planned outage.

use std::collections::HashMap;

use url::Url;

use super::wire;
use crate::model::impact::Impact;
use crate::model::phase::{Kind, Phase};
use crate::model::snapshot::{ComponentRef, Planned, SeenIncident, SeenUpdate, Snapshot};
use crate::model::stated::Stated;
use crate::model::text;
use crate::normalize::field::{Field, Place, Text};
use crate::normalize::keyed::{self, Keyed, UpdateKeys};
use crate::normalize::{document, listed, moment};

/// What was said later, by the incident.
pub type Updates = HashMap<String, Vec<SeenUpdate>>;

/// Reads an incident; `None` where it has no key. What else is missing from it is said in `into`.
pub fn incident(
    kind: Kind,
    row: &wire::Incident<'_>,
    updates: &mut Updates,
    url: Option<&Url>,
    at: Place<'_>,
    into: &mut Snapshot,
) -> Option<SeenIncident> {
    let key = row.id.key(at, "Id", into)?;
    let vendor_impact =
        row.category.read(at, "Category__c", into).map_or_else(String::new, |word| text::title(&word.0));
    let kind = if is_planned(&vendor_impact) { Kind::Maintenance } else { kind };
    let vendor_phase = row.status.line(at, "Status__c", into);
    let phase = phase(kind, &vendor_phase, at, into);
    let started = time(&row.start, at, "Start_Time__c", into).or_else(|| time(&row.created, at, "CreatedDate", into));
    let ended = time(&row.end, at, "End_Time__c", into);
    let title = if row.title.as_str().is_some() { &row.title } else { &row.planned_title };
    Some(SeenIncident {
        kind,
        title: title.line(at, "Incident_Title__c", into),
        impact: impact(kind, &vendor_impact, at, into),
        vendor_impact,
        vendor_phase,
        components: components(row),
        regions: cells(row),
        planned: match (kind, &started) {
            (Kind::Maintenance, Some(from)) => Some(Planned { from: from.clone(), until: ended.clone() }),
            (Kind::Maintenance, None) | (Kind::Incident, _) => None,
        },
        ended: ended.filter(|_| phase.is_end()),
        updates: said(row, &key, updates, started.as_ref(), at, into),
        started,
        phase,
        link: url.map(|url| format!("{}#incident/{key}", url.as_str().trim_end_matches('#'))),
        key,
    })
}

/// A time, where it is stated at all.
fn time(field: &Field<Text<'_>>, at: Place<'_>, name: &str, into: &mut Snapshot) -> Option<Stated> {
    listed::time(field, at, name, into, moment::stated)
}

fn is_planned(category: &str) -> bool {
    let category = category.to_lowercase();
    category.contains("maintenance") || category.contains("planned")
}

fn phase(kind: Kind, word: &str, at: Place<'_>, into: &mut Snapshot) -> Phase {
    match (kind, word.to_lowercase().as_str()) {
        (Kind::Incident, "resolved" | "closed" | "completed" | "complete") => Phase::Resolved,
        (Kind::Incident, "postmortem") => Phase::Postmortem,
        (Kind::Incident, "monitoring") => Phase::Monitoring,
        (Kind::Incident, "identified") => Phase::Identified,
        (Kind::Incident, "investigating" | "open" | "new") => Phase::Investigating,
        (Kind::Maintenance, "resolved" | "closed" | "completed" | "complete") => Phase::Completed,
        (Kind::Maintenance, "scheduled" | "planned") => Phase::Scheduled,
        (Kind::Maintenance, "in progress" | "in_progress" | "open") => Phase::InProgress,
        (_, "cancelled" | "canceled") => Phase::Cancelled,
        (kind, _) => {
            at.never_seen("Status__c", word, into);
            if kind == Kind::Incident { Phase::Investigating } else { Phase::InProgress }
        }
    }
}

fn impact(kind: Kind, category: &str, at: Place<'_>, into: &mut Snapshot) -> Impact {
    match category.to_lowercase().as_str() {
        _ if kind == Kind::Maintenance => Impact::Maintenance,
        "major service disruption" => Impact::MajorOutage,
        "service disruption" => Impact::PartialOutage,
        "minor service disruption" | "feature disruption" | "service degradation" | "performance issue" => {
            Impact::Degraded
        }
        "" => Impact::Unknown,
        _ => {
            at.never_seen("Category__c", category, into);
            Impact::Unknown
        }
    }
}

/// The service, and the feature of it, where Okta names them.
fn components(row: &wire::Incident<'_>) -> Vec<ComponentRef> {
    let mut components = Keyed::default();
    for names in [&row.service, &row.feature] {
        for name in names.as_str().unwrap_or_default().split(';') {
            let name = text::title(&document::plain(name));
            if let Some(key) = keyed::key(&name) {
                components.put(&key.clone(), ComponentRef { key, name, group: None, region: None });
            }
        }
    }
    components.into_entries()
}

/// The cells, which are to Okta what regions are to others. An organisation stands in one of them.
fn cells(row: &wire::Incident<'_>) -> Vec<String> {
    let cells = row.cells.as_str().unwrap_or_default().split([';', ',']);
    cells.map(text::title).filter(|cell| !cell.is_empty()).collect()
}

/// What was said: the first word stands in the incident, the later ones in a list of their own.
fn said(
    row: &wire::Incident<'_>,
    key: &str,
    updates: &mut Updates,
    started: Option<&Stated>,
    at: Place<'_>,
    into: &mut Snapshot,
) -> Vec<SeenUpdate> {
    let first = row.log.plain(at, "Log__c", into);
    let later = updates.remove(key).unwrap_or_default();
    let mut said = Vec::with_capacity(later.len() + 1);
    if !first.is_empty() && later.iter().all(|update| update.text != first) {
        let when =
            row.created.as_str().map(moment::stated).filter(|when| when.at.is_some()).or_else(|| started.cloned());
        said.push(SeenUpdate {
            key: "Log__c".to_owned(),
            at: when,
            vendor_phase: String::new(),
            text: first,
            author: None,
        });
    }
    said.extend(later);
    said
}

/// What the list of updates says, by the incident, the oldest first.
pub fn updates(rows: &wire::Updates<'_>, into: &mut Snapshot) -> Updates {
    let mut updates = Updates::new();
    let mut keys = UpdateKeys::default();
    for (index, row) in rows.entries(None, "updates", into) {
        let at = Place::of("updates", index);
        let Some(incident) = row.incident.key(at, "IncidentId__c", into) else {
            continue;
        };
        let when = time(&row.created, at, "CreatedDate", into);
        let time = || when.as_ref().map_or_else(String::new, |when| when.raw.clone());
        updates.entry(incident).or_default().push(SeenUpdate {
            key: row.id.as_str().and_then(keyed::key).unwrap_or_else(|| keys.next(&time())),
            vendor_phase: String::new(),
            text: row.text.need(at, "UpdateLog__c", into).map_or_else(String::new, |text| document::plain(&text.0)),
            at: when,
            author: None,
        });
    }
    for said in updates.values_mut() {
        said.sort_by_key(|update| update.at.as_ref().and_then(|at| at.at));
    }
    updates
}
