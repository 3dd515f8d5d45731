//! One incident, and one banner.

use super::wire;
use crate::model::impact::Impact;
use crate::model::phase::{Kind, Phase};
use crate::model::snapshot::{ComponentRef, SeenIncident, SeenUpdate, Snapshot};
use crate::model::text;
use crate::normalize::field::Place;
use crate::normalize::keyed::{self, Keyed};

/// The page for people.
const PAGE: &str = "https://azure.status.microsoft/en-us/status";

/// What the key of a banner begins with.
pub const BANNER: &str = "banner: ";

/// An incident; `None` where it has no key.
pub fn event(row: &wire::Event<'_>, at: Place<'_>, into: &mut Snapshot) -> Option<SeenIncident> {
    let key = row.tracking_id.key(at, "trackingId", into)?;
    let vendor_impact = row.severity.line(at, "severity", into);
    let vendor_phase = row.stage.line(at, "stage", into);
    let phase = phase(&vendor_phase).unwrap_or_else(|| {
        at.never_seen_if_any("stage", &vendor_phase, into);
        Phase::Investigating
    });
    let impact = impact(&vendor_impact).unwrap_or_else(|| {
        at.never_seen_if_any("severity", &vendor_impact, into);
        Impact::Unknown
    });
    let modified = row.last_modified_time.time(at, "lastModifiedTime", into);
    Some(SeenIncident {
        kind: Kind::Incident,
        title: row.title.line(at, "title", into),
        impact,
        vendor_impact,
        phase,
        components: components(row, at, into),
        regions: Vec::new(),
        started: row.start_time.time(at, "startTime", into),
        ended: modified.clone().filter(|_| phase.is_end()),
        planned: None,
        // One text for each incident, edited in place.
        updates: vec![SeenUpdate {
            key: key.clone(),
            at: modified,
            vendor_phase: vendor_phase.clone(),
            text: row.description.plain(at, "description", into),
            author: None,
        }],
        vendor_phase,
        link: Some(PAGE.to_owned()),
        key,
    })
}

fn phase(stage: &str) -> Option<Phase> {
    Some(match stage.to_ascii_lowercase().as_str() {
        "active" => Phase::Investigating,
        "resolve" | "resolved" | "archived" => Phase::Resolved,
        _ => return None,
    })
}

fn impact(severity: &str) -> Option<Impact> {
    Some(match severity.to_ascii_lowercase().as_str() {
        "information" => Impact::Degraded,
        "warning" => Impact::PartialOutage,
        "error" => Impact::MajorOutage,
        _ => return None,
    })
}

/// Each service in each of its regions, named as the public page and its feed name them.
fn components(row: &wire::Event<'_>, at: Place<'_>, into: &mut Snapshot) -> Vec<ComponentRef> {
    let mut named = Keyed::default();
    for (index, service) in row.impacts.entries(Some(at), "impacts", into) {
        let place = at.entry("impacts", index);
        let name = service.name.need(place, "name", into).map(|name| text::title(&name.0));
        let Some(name) = name.filter(|name| !name.is_empty()) else { continue };
        let key = service.id.as_str().and_then(keyed::key).unwrap_or_else(|| name.clone());
        let regions = service.regions.entries(Some(place), "regions", into);
        let regions: Vec<Option<String>> = regions.into_iter().map(|(_, row)| region(row)).collect();
        let is_everywhere = regions.is_empty() || regions.iter().any(Option::is_none);
        for region in if is_everywhere { vec![None] } else { regions } {
            let key = region.as_ref().map_or_else(|| key.clone(), |region| format!("{key}/{region}"));
            named.put(&key, ComponentRef { key: key.clone(), name: name.clone(), group: None, region });
        }
    }
    named.into_entries()
}

/// `None` for what is everywhere, so that it counts for all regions.
fn region(row: &wire::Region<'_>) -> Option<String> {
    let name = text::title(row.name.as_str().or_else(|| row.id.as_str())?);
    let is_everywhere = ["global", "non-regional", "worldwide"].iter().any(|word| name.eq_ignore_ascii_case(word));
    (!is_everywhere && !name.is_empty()).then_some(name)
}

/// A banner: something that Azure's people want everybody to read and that is no incident yet, or no longer. It has no
/// key but its title; one with another title is another.
pub fn banner(row: &wire::Banner<'_>, at: Place<'_>, into: &mut Snapshot) -> Option<SeenIncident> {
    let title = row.title.need(at, "title", into).map(|title| text::title(&title.0))?;
    let key = keyed::key(&format!("{BANNER}{title}")).filter(|_| !title.is_empty())?;
    let modified = row.last_modified_time.time(at, "lastModifiedTime", into);
    Some(SeenIncident {
        kind: Kind::Incident,
        title,
        vendor_impact: String::new(),
        impact: Impact::Unknown,
        vendor_phase: String::new(),
        phase: Phase::Investigating,
        components: Vec::new(),
        regions: Vec::new(),
        started: modified.clone(),
        ended: None,
        planned: None,
        updates: vec![SeenUpdate {
            key: key.clone(),
            at: modified,
            vendor_phase: String::new(),
            text: row.message.plain(at, "message", into),
            author: None,
        }],
        link: Some(PAGE.to_owned()),
        key,
    })
}
