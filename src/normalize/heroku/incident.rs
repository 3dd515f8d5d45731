//! One incident of Heroku's, or one maintenance.

use super::{colour, component, wire};
use crate::model::impact::Impact;
use crate::model::phase::{Kind, Phase};
use crate::model::snapshot::{ComponentRef, SeenIncident, SeenUpdate, Snapshot};
use crate::model::text;
use crate::normalize::document;
use crate::normalize::field::Place;
use crate::normalize::keyed::{self, Keyed, UpdateKeys};

/// Reads an incident; `None` where it has neither a number nor an address to know it by.
pub fn incident(kind: Kind, row: &wire::Incident<'_>, at: Place<'_>, into: &mut Snapshot) -> Option<SeenIncident> {
    let link = row.full_url.link(at, "full_url", into);
    let Some(key) = row.id.as_str().and_then(keyed::key).or_else(|| link.as_deref().and_then(keyed::key)) else {
        into.warn(at.to_string(), "has neither an id nor an address to know it by");
        return None;
    };
    let updates = updates(row, at, into);
    let said = updates.iter().rev().find_map(|update| Some((phase(kind, &update.vendor_phase)?, update)));
    let vendor_phase = said
        .map(|(_, update)| update.vendor_phase.clone())
        .or_else(|| updates.last().map(|update| update.vendor_phase.clone()))
        .unwrap_or_default();
    let phase = match (row.resolved.is_true(), said) {
        (true, _) => end(kind),
        (false, Some((phase, _))) => phase,
        (false, None) => beginning(kind),
    };
    let (impact, vendor_impact, components) = impact(kind, row);
    Some(SeenIncident {
        key,
        kind,
        title: row.title.line(at, "title", into),
        impact,
        vendor_impact,
        phase,
        vendor_phase,
        components,
        regions: Vec::new(),
        started: row.created_at.need(at, "created_at", into).and_then(|_| row.created_at.time(at, "created_at", into)),
        ended: if phase.is_end() { row.updated_at.time(at, "updated_at", into) } else { None },
        planned: None,
        updates,
        link,
    })
}

const fn end(kind: Kind) -> Phase {
    match kind {
        Kind::Incident => Phase::Resolved,
        Kind::Maintenance => Phase::Completed,
    }
}

const fn beginning(kind: Kind) -> Phase {
    match kind {
        Kind::Incident => Phase::Investigating,
        Kind::Maintenance => Phase::Scheduled,
    }
}

/// What an update's type says of how far it has come; most (`issue`, `update`) say nothing of it.
fn phase(kind: Kind, word: &str) -> Option<Phase> {
    Some(match (kind, word.to_lowercase().as_str()) {
        (_, "resolved" | "completed") => end(kind),
        (Kind::Incident, "investigating" | "issue") => Phase::Investigating,
        (Kind::Incident, "identified") => Phase::Identified,
        (Kind::Incident, "monitoring") => Phase::Monitoring,
        (Kind::Maintenance, "in progress" | "in_progress" | "started") => Phase::InProgress,
        (Kind::Maintenance, "scheduled") => Phase::Scheduled,
        _ => return None,
    })
}

/// The worst colour that it gave to a system, and those systems. Without any, nobody knows.
fn impact(kind: Kind, row: &wire::Incident<'_>) -> (Impact, String, Vec<ComponentRef>) {
    let mut systems = Keyed::default();
    let mut worst: Option<(Impact, String)> = None;
    let rows = row.status.get().map_or(&[][..], |list| &list.0);
    for system in rows.iter().filter_map(|row| row.get()) {
        let Some(word) = system.0.status.as_str().map(text::title).filter(|word| word != "green") else { continue };
        let Some(component) = system.0.system.as_str().and_then(component) else { continue };
        systems.put(&component.key.clone(), component);
        let impact = colour(&word).unwrap_or(Impact::Unknown);
        if worst.as_ref().is_none_or(|(known, _)| impact.rung() > known.rung()) {
            worst = Some((impact, word));
        }
    }
    let (impact, word) = worst.unwrap_or((Impact::Unknown, String::new()));
    (if kind == Kind::Maintenance { Impact::Maintenance } else { impact }, word, systems.into_entries())
}

/// What was said, the oldest first in whatever order it stands.
fn updates(row: &wire::Incident<'_>, at: Place<'_>, into: &mut Snapshot) -> Vec<SeenUpdate> {
    let mut updates = Vec::new();
    let mut keys = UpdateKeys::default();
    for (index, update) in row.updates.entries(Some(at), "updates", into) {
        let place = at.entry("updates", index);
        let written = update.created_at.time(place, "created_at", into);
        let when = update.updated_at.time(place, "updated_at", into);
        // What is edited gets a new `updated_at`; the key must outlive that where there is anything else to make it of.
        let time = written.as_ref().or(when.as_ref()).map_or("", |at| at.raw.as_str());
        updates.push(SeenUpdate {
            key: update.id.as_str().and_then(keyed::key).unwrap_or_else(|| keys.next(time)),
            at: written.or(when),
            vendor_phase: update.update_type.line(place, "update_type", into),
            text: update
                .contents
                .need(place, "contents", into)
                .map_or_else(String::new, |text| document::plain(&text.0)),
            author: None,
        });
    }
    updates.sort_by_key(|update| update.at.as_ref().and_then(|at| at.at));
    updates
}
