//! One incident, maintenance or component of a Statuspage.

use std::collections::HashMap;

use jiff::Timestamp;

use super::wire;
use super::words;
use crate::model::impact::Impact;
use crate::model::phase::{Kind, Phase};
use crate::model::snapshot::{ComponentRef, Planned, SeenComponent, SeenIncident, SeenUpdate, Snapshot};
use crate::model::stated::Stated;
use crate::model::text;
use crate::normalize::field::{Field, Place, Word};
use crate::normalize::keyed::{self, Keyed, UpdateKeys};
use crate::normalize::region;

/// The names of the groups by their ids: an entry carries only the id.
pub type Groups = HashMap<String, String>;

/// The names of all groups in a list of components.
pub fn groups(components: &[(usize, &wire::Component<'_>)]) -> Groups {
    components
        .iter()
        .filter(|(_, row)| row.group.is_true())
        .filter_map(|(_, row)| Some((row.id.as_str()?.to_owned(), text::title(row.name.as_str()?))))
        .collect()
}

/// A component with its status; `None` where it has no key.
pub fn component(
    row: &wire::Component<'_>,
    at: Place<'_>,
    groups: &Groups,
    into: &mut Snapshot,
) -> Option<SeenComponent> {
    let component = reference(row, at, groups, into)?;
    let vendor_status = text::title(row.status.need(at, "status", into).map_or("", |word| word.0.as_ref()));
    let status = words::status(&vendor_status).unwrap_or_else(|| {
        at.never_seen("status", &vendor_status, into);
        Impact::Unknown
    });
    Some(SeenComponent { component, vendor_status, status })
}

fn reference(row: &wire::Component<'_>, at: Place<'_>, groups: &Groups, into: &mut Snapshot) -> Option<ComponentRef> {
    let key = key(&row.id, at, into)?;
    let name = row.name.need(at, "name", into).map_or_else(|| key.clone(), |name| text::title(&name.0));
    let group = row.group_id.read(at, "group_id", into).and_then(|id| groups.get(id.0.as_ref())).cloned();
    // A region is never certain here: a page's places (Cloudflare's cities) are components themselves.
    Some(ComponentRef { key, name, group, region: None })
}

/// The key of an entry. Without one nothing can be followed from look to look.
fn key(id: &Field<Word<'_>>, at: Place<'_>, into: &mut Snapshot) -> Option<String> {
    let key = keyed::key(&id.need(at, "id", into)?.0);
    if key.is_none() {
        into.warn(at.field("id"), "is empty");
    }
    key
}

/// An incident or a maintenance; `None` where it has no key.
pub fn incident(
    kind: Kind,
    row: &wire::Incident<'_>,
    at: Place<'_>,
    groups: &Groups,
    now: Timestamp,
    into: &mut Snapshot,
) -> Option<SeenIncident> {
    let key = key(&row.id, at, into)?;
    let title = row.name.line(at, "name", into);
    let (vendor_impact, impact) = impact(kind, row, at, into);
    let planned = planned(kind, row, at, into);
    let (vendor_phase, phase) = phase(kind, row, planned.as_ref(), at, now, into);
    let started = started(row, at, into);
    let updates = updates(row, at, into);
    let ended = row.resolved_at.time(at, "resolved_at", into).or_else(|| said_to_end(&updates));
    Some(SeenIncident {
        key,
        kind,
        regions: region::codes(&title),
        title,
        vendor_impact,
        impact,
        vendor_phase,
        phase,
        components: components(row, at, groups, into),
        started,
        ended: ended.filter(|_| phase.is_end()),
        planned,
        updates,
        link: row.shortlink.link(at, "shortlink", into),
    })
}

fn impact(kind: Kind, row: &wire::Incident<'_>, at: Place<'_>, into: &mut Snapshot) -> (String, Impact) {
    let word = match row.impact_override.read(at, "impact_override", into) {
        Some(set) => Some(set),
        None => row.impact.need(at, "impact", into),
    };
    let Some(word) = word.map(|word| text::title(&word.0)) else { return (String::new(), Impact::Unknown) };
    let impact = words::impact(kind, &word).unwrap_or_else(|| {
        at.never_seen("impact", &word, into);
        Impact::Unknown
    });
    (word, impact)
}

fn phase(
    kind: Kind,
    row: &wire::Incident<'_>,
    planned: Option<&Planned>,
    at: Place<'_>,
    now: Timestamp,
    into: &mut Snapshot,
) -> (String, Phase) {
    let word = row.status.line(at, "status", into);
    if let Some(phase) = words::phase(kind, &word) {
        return (word, phase);
    }
    at.never_seen_if_any("status", &word, into);
    let lies_ahead = planned.and_then(|p| p.from.at).is_some_and(|from| from > now);
    let phase = match kind {
        Kind::Incident => Phase::Investigating,
        Kind::Maintenance if lies_ahead => Phase::Scheduled,
        Kind::Maintenance => Phase::InProgress,
    };
    (word, phase)
}

/// Its beginning. Pages that are only compatible state no more than when it was written.
fn started(row: &wire::Incident<'_>, at: Place<'_>, into: &mut Snapshot) -> Option<Stated> {
    let started = row.started_at.time(at, "started_at", into);
    started.or_else(|| row.created_at.time(at, "created_at", into))
}

/// When its end was told, for pages that do not state it apart.
fn said_to_end(updates: &[SeenUpdate]) -> Option<Stated> {
    let ends = |update: &&SeenUpdate| matches!(update.vendor_phase.as_str(), "resolved" | "completed");
    updates.iter().rev().find(ends).and_then(|update| update.at.clone())
}

fn planned(kind: Kind, row: &wire::Incident<'_>, at: Place<'_>, into: &mut Snapshot) -> Option<Planned> {
    match kind {
        Kind::Incident => None,
        Kind::Maintenance => {
            row.scheduled_for.need(at, "scheduled_for", into)?;
            let from = row.scheduled_for.time(at, "scheduled_for", into)?;
            Some(Planned { from, until: row.scheduled_until.time(at, "scheduled_until", into) })
        }
    }
}

/// The components that it names, each once. An empty list is normal: the vendor does not say which.
fn components(row: &wire::Incident<'_>, at: Place<'_>, groups: &Groups, into: &mut Snapshot) -> Vec<ComponentRef> {
    let mut named: Keyed<ComponentRef> = Keyed::default();
    for (index, component) in row.components.entries(Some(at), "components", into) {
        let place = at.entry("components", index);
        if component.group.is_true() {
            continue;
        }
        if let Some(reference) = reference(component, place, groups, into) {
            named.put(&reference.key.clone(), reference);
        }
    }
    named.into_entries()
}

/// The updates, each key once, oldest first.
fn updates(row: &wire::Incident<'_>, at: Place<'_>, into: &mut Snapshot) -> Vec<SeenUpdate> {
    let mut by_key = Keyed::default();
    let mut unnamed = UpdateKeys::default();
    for (index, entry) in row.incident_updates.entries(Some(at), "incident_updates", into) {
        let place = at.entry("incident_updates", index);
        let update = update(entry, place, &mut unnamed, into);
        by_key.add(update, place, into);
    }
    let mut updates = by_key.into_entries();
    // Pages list the newest first. Shown times may be edited, so they decide where all of them are known.
    updates.reverse();
    if updates.iter().all(|update| time_of(update).is_some()) {
        updates.sort_by_key(time_of);
    }
    updates
}

fn time_of(update: &SeenUpdate) -> Option<Timestamp> {
    update.at.as_ref().and_then(|at| at.at)
}

fn update(row: &wire::Update<'_>, at: Place<'_>, unnamed: &mut UpdateKeys, into: &mut Snapshot) -> SeenUpdate {
    let shown = row.display_at.time(at, "display_at", into);
    let when = shown.or_else(|| row.created_at.time(at, "created_at", into));
    let key = key(&row.id, at, into);
    let key = key.unwrap_or_else(|| unnamed.next(when.as_ref().map_or("", |when| when.raw.as_str())));
    let vendor_phase = row.status.read(at, "status", into).map_or_else(String::new, |word| text::title(&word.0));
    let text = row.body.plain(at, "body", into);
    SeenUpdate { key, at: when, vendor_phase, text, author: None }
}
