//! One incident of Slack's.

use super::wire;
use crate::model::impact::Impact;
use crate::model::phase::{Kind, Phase};
use crate::model::snapshot::{ComponentRef, SeenIncident, SeenUpdate, Snapshot};
use crate::model::text;
use crate::normalize::document;
use crate::normalize::field::Place;
use crate::normalize::keyed::{self, Keyed, UpdateKeys};

/// Reads an incident; `None` where it has no key. What else is missing from it is said in `into`.
pub fn incident(row: &wire::Incident<'_>, at: Place<'_>, into: &mut Snapshot) -> Option<SeenIncident> {
    let key = row.id.key(at, "id", into)?;
    let word = row.kind.line(at, "type", into);
    let vendor_phase = row.status.line(at, "status", into);
    let kind = if word.eq_ignore_ascii_case("maintenance") { Kind::Maintenance } else { Kind::Incident };
    let phase = phase(kind, &vendor_phase, at, into);
    Some(SeenIncident {
        key,
        kind,
        title: row.title.line(at, "title", into),
        impact: impact(&word, at, into),
        vendor_impact: word,
        phase,
        vendor_phase,
        components: services(row, at, into),
        regions: Vec::new(),
        started: row
            .date_created
            .need(at, "date_created", into)
            .and_then(|_| row.date_created.time(at, "date_created", into)),
        ended: if phase.is_end() { row.date_updated.time(at, "date_updated", into) } else { None },
        planned: None,
        updates: notes(row, at, into),
        link: row.url.link(at, "url", into),
    })
}

/// Slack says what kind of trouble it is and not how bad it is: an `incident` is a button out of place or messages
/// lost. Only `outage` says it by itself; an incident becomes one under the same id.
fn impact(word: &str, at: Place<'_>, into: &mut Snapshot) -> Impact {
    match word {
        "outage" => Impact::MajorOutage,
        "maintenance" => Impact::Maintenance,
        "incident" | "notice" => Impact::Unknown,
        _ => {
            at.never_seen("type", word, into);
            Impact::Unknown
        }
    }
}

fn phase(kind: Kind, word: &str, at: Place<'_>, into: &mut Snapshot) -> Phase {
    match (kind, word) {
        (Kind::Incident, "resolved" | "completed") => Phase::Resolved,
        (Kind::Incident, "active") => Phase::Investigating,
        (Kind::Maintenance, "resolved" | "completed") => Phase::Completed,
        (Kind::Maintenance, "active") => Phase::InProgress,
        (Kind::Maintenance, "scheduled") => Phase::Scheduled,
        (_, "cancelled" | "canceled") => Phase::Cancelled,
        (kind, _) => {
            at.never_seen("status", word, into);
            if kind == Kind::Incident { Phase::Investigating } else { Phase::InProgress }
        }
    }
}

fn services(row: &wire::Incident<'_>, at: Place<'_>, into: &mut Snapshot) -> Vec<ComponentRef> {
    let mut services = Keyed::default();
    for name in row.services.read(at, "services", into).map_or(&[][..], |words| &words.0) {
        let name = text::title(name);
        if let Some(key) = keyed::key(&name) {
            services.put(&key.clone(), ComponentRef { key, name, group: None, region: None });
        }
    }
    services.into_entries()
}

/// The notes, the oldest first in whatever order they stand.
fn notes(row: &wire::Incident<'_>, at: Place<'_>, into: &mut Snapshot) -> Vec<SeenUpdate> {
    let mut notes: Vec<SeenUpdate> = Vec::new();
    for (index, note) in row.notes.entries(Some(at), "notes", into) {
        let place = at.entry("notes", index);
        let text = note.body.need(place, "body", into).map_or_else(String::new, |body| document::plain(&body.0));
        let when = note.date_created.time(place, "date_created", into);
        notes.push(SeenUpdate { key: String::new(), at: when, vendor_phase: String::new(), text, author: None });
    }
    notes.sort_by_key(|note| note.at.as_ref().and_then(|at| at.at));
    let mut keys = UpdateKeys::default();
    for note in &mut notes {
        note.key = keys.next(note.at.as_ref().map_or("", |at| at.raw.as_str()));
    }
    notes
}
