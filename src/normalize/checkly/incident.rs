//! One incident or maintenance of Checkly.

use super::{wire, words};
use crate::model::impact::Impact;
use crate::model::phase::{Kind, Phase};
use crate::model::snapshot::{ComponentRef, Planned, SeenIncident, Snapshot};
use crate::model::text;
use crate::normalize::field::Place;
use crate::normalize::keyed::Keyed;
use crate::normalize::region;

/// Reads one; `None` where it has no key. What else is missing from it is said in `into`.
pub fn incident(kind: Kind, row: &wire::Incident<'_>, at: Place<'_>, into: &mut Snapshot) -> Option<SeenIncident> {
    let key = row.id.key(at, "id", into)?;
    let vendor_phase = row.status.line(at, "status", into);
    let phase = words::phase(kind, &vendor_phase).unwrap_or_else(|| {
        at.never_seen("status", &vendor_phase, into);
        if kind == Kind::Incident { Phase::Investigating } else { Phase::InProgress }
    });
    let title = row.name.line(at, "name", into);
    let (vendor_impact, impact) = impact(kind, row, at, into);
    let started = row.started_at.time(at, "startedAt", into);
    if started.is_none() {
        into.warn(at.field("startedAt"), "is missing");
    }
    let until = row.ends_at.time(at, "endsAt", into);
    let planned = match (kind, &started) {
        (Kind::Maintenance, Some(from)) => Some(Planned { from: from.clone(), until }),
        (Kind::Maintenance, None) | (Kind::Incident, _) => None,
    };
    Some(SeenIncident {
        key,
        kind,
        regions: region::codes(&title),
        title,
        vendor_impact,
        impact,
        ended: if phase.is_end() { row.updated_at.time(at, "updatedAt", into) } else { None },
        vendor_phase,
        phase,
        components: named(row, at, into),
        started,
        planned,
        updates: Vec::new(),
        link: row.url.link(at, "url", into),
    })
}

fn impact(kind: Kind, row: &wire::Incident<'_>, at: Place<'_>, into: &mut Snapshot) -> (String, Impact) {
    let word = match kind {
        Kind::Incident => row.severity.need(at, "severity", into),
        Kind::Maintenance => row.severity.read(at, "severity", into),
    };
    let word = word.map_or_else(String::new, |word| text::title(&word.0));
    if kind == Kind::Maintenance {
        return (word, Impact::Maintenance);
    }
    let impact = match words::impact(&word) {
        // It is open, so it is not well.
        Some(Impact::Operational) => Impact::Unknown,
        Some(impact) => impact,
        None => {
            at.never_seen_if_any("severity", &word, into);
            Impact::Unknown
        }
    };
    (word, impact)
}

fn named(row: &wire::Incident<'_>, at: Place<'_>, into: &mut Snapshot) -> Vec<ComponentRef> {
    let mut named = Keyed::default();
    for (index, service) in row.affected_services.entries(Some(at), "affectedServices", into) {
        if let Some(component) = component(service, at.entry("affectedServices", index), into) {
            named.put(&component.key.clone(), component);
        }
    }
    named.into_entries()
}

/// A service as it is named; `None` where it has no key.
pub fn component(row: &wire::Service<'_>, at: Place<'_>, into: &mut Snapshot) -> Option<ComponentRef> {
    let key = row.id.key(at, "id", into)?;
    let name = row.name.need(at, "name", into).map_or_else(|| key.clone(), |name| text::title(&name.0));
    let group = row.group.read(at, "group", into).map(|group| text::title(&group.0)).filter(|group| !group.is_empty());
    Some(ComponentRef { key, name, group, region: None })
}
