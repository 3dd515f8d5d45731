//! One incident of Salesforce's.

use super::instance::Instances;
use super::{Named, wire};
use crate::model::impact::Impact;
use crate::model::phase::{Kind, Phase};
use crate::model::snapshot::{ComponentRef, SeenIncident, SeenUpdate, Snapshot};
use crate::model::stated::Stated;
use crate::model::text;
use crate::normalize::document;
use crate::normalize::field::{Field, List, Place, Text, Words};
use crate::normalize::keyed::{self, Keyed, UpdateKeys};

/// Instances beyond these are counted in a title.
const MOST_NAMED: usize = 3;

/// Reads an incident; `None` where it has no id, or nothing that an incident of Salesforce's has.
pub fn incident(
    row: &wire::Incident<'_>,
    instances: Option<&Instances>,
    at: Place<'_>,
    into: &mut Snapshot,
) -> Option<Named> {
    let key = row.id.key(at, "id", into)?;
    if !matches!(row.impacts, Field::Is(_)) && !matches!(row.events, Field::Is(_)) {
        into.warn(at.to_string(), "has neither IncidentImpacts nor IncidentEvents");
        return None;
    }
    let hurts = hurts(row, at, into);
    let updates = events(&row.events, at, "IncidentEvents", into);
    let (phase, vendor_phase) = phase(row, &hurts, &updates, at, into);
    let (impact, vendor_impact) = impact(row, &hurts, at, into);
    let names = names(&row.instances);
    let components = components(&names, &row.services, instances);
    let one = SeenIncident {
        link: Some(format!("https://status.salesforce.com/incidents/{key}")),
        key,
        kind: Kind::Incident,
        title: title(row, &hurts, &components),
        impact,
        vendor_impact,
        phase,
        vendor_phase,
        regions: regions(&components),
        started: hurts
            .iter()
            .filter_map(|hurt| hurt.start.clone())
            .min_by_key(|start| start.at)
            .or_else(|| row.created.time(at, "createdAt", into)),
        ended: hurts.iter().filter_map(|hurt| hurt.end.clone()).max_by_key(|end| end.at).filter(|_| phase.is_end()),
        planned: None,
        components,
        updates,
    };
    Some((one, names))
}

/// How it hurts, from when to when.
struct Hurt {
    severity: String,
    kind: String,
    start: Option<Stated>,
    end: Option<Stated>,
}

fn hurts(row: &wire::Incident<'_>, at: Place<'_>, into: &mut Snapshot) -> Vec<Hurt> {
    let mut hurts = Vec::new();
    for (index, hurt) in row.impacts.entries(Some(at), "IncidentImpacts", into) {
        let place = at.entry("IncidentImpacts", index);
        let word = |field: &Field<Text<'_>>| field.as_str().map(text::title).unwrap_or_default();
        hurts.push(Hurt {
            severity: word(&hurt.severity),
            kind: word(&hurt.kind),
            start: hurt.start.time(place, "startTime", into),
            end: end(&hurt.end, place, into),
        });
    }
    hurts
}

/// An end that says when. Some bodies leave it empty where others have null; and what is no time ends nothing.
fn end(field: &Field<Text<'_>>, at: Place<'_>, into: &mut Snapshot) -> Option<Stated> {
    let stated = field.as_str().filter(|end| !end.is_empty()).and_then(|_| field.time(at, "endTime", into));
    stated.filter(|stated| stated.at.is_some())
}

/// Over is what says so, or all of whose impacts have an end. The words of events are dozens, and few are phases.
fn phase(
    row: &wire::Incident<'_>,
    hurts: &[Hurt],
    updates: &[SeenUpdate],
    at: Place<'_>,
    into: &mut Snapshot,
) -> (Phase, String) {
    let word = row.status.read(at, "status", into).map_or_else(String::new, |word| text::title(&word.0));
    let newest = updates.last().map(|update| update.vendor_phase.clone()).unwrap_or_default();
    let has_ended = !hurts.is_empty() && hurts.iter().all(|hurt| hurt.end.is_some());
    let vendor_phase = if word.is_empty() { newest.clone() } else { word.clone() };
    let phase = match word.to_lowercase().as_str() {
        "resolved" | "closed" => Phase::Resolved,
        "" if has_ended => Phase::Resolved,
        "" | "active" => by_event(&newest),
        _ => {
            at.never_seen("status", &word, into);
            by_event(&newest)
        }
    };
    (phase, vendor_phase)
}

fn by_event(word: &str) -> Phase {
    let word = word.to_lowercase();
    if word.contains("monitoring") {
        Phase::Monitoring
    } else if word.contains("isolated") || word.contains("identified") {
        Phase::Identified
    } else {
        Phase::Investigating
    }
}

/// The worst severity of what still hurts, or of all that did. A major incident of core services is what turns an
/// instance red.
fn impact(row: &wire::Incident<'_>, hurts: &[Hurt], at: Place<'_>, into: &mut Snapshot) -> (Impact, String) {
    let is_open = hurts.iter().any(|hurt| hurt.end.is_none());
    let counted = hurts.iter().filter(|hurt| !is_open || hurt.end.is_none());
    let mut worst: Option<(Impact, String)> = None;
    for hurt in counted {
        let impact = match (hurt.severity.to_lowercase().as_str(), row.is_core.is_true()) {
            ("critical", _) | ("major", true) => Impact::MajorOutage,
            ("major", false) => Impact::PartialOutage,
            ("minor", _) => Impact::Degraded,
            ("", _) => Impact::Unknown,
            (word, _) => {
                at.never_seen("IncidentImpacts.severity", word, into);
                Impact::Unknown
            }
        };
        if worst.as_ref().is_none_or(|(known, _)| impact.rung() > known.rung()) {
            let said = [hurt.severity.as_str(), hurt.kind.as_str()].into_iter().filter(|word| !word.is_empty());
            worst = Some((impact, said.collect::<Vec<_>>().join(", ")));
        }
    }
    worst.unwrap_or((Impact::Unknown, String::new()))
}

/// The texts of a list of names.
pub fn names(words: &Field<Words<'_>>) -> Vec<String> {
    words.get().map_or(&[][..], |words| &words.0).iter().filter_map(|name| keyed::key(name)).collect()
}

/// The instances that it names, those of the source first; then its services.
pub fn components(names: &[String], services: &Field<Words<'_>>, instances: Option<&Instances>) -> Vec<ComponentRef> {
    let bare = |key: &String, group: Option<&str>| ComponentRef {
        key: key.clone(),
        name: key.clone(),
        group: group.map(str::to_owned),
        region: None,
    };
    let mut components = Keyed::default();
    for key in names {
        let known = instances.and_then(|instances| instances.reference(key));
        // Beside a list of the source's own instances, another product's are noise.
        if let Some(component) = known.or_else(|| instances.is_none().then(|| bare(key, None))) {
            components.put(key, component);
        }
    }
    for key in self::names(services) {
        if components.get(&key).is_none() {
            components.put(&key.clone(), bare(&key, Some("service")));
        }
    }
    components.into_entries()
}

/// Where its instances stand.
pub fn regions(components: &[ComponentRef]) -> Vec<String> {
    let mut regions = Keyed::default();
    for region in components.iter().filter_map(|component| component.region.clone()) {
        regions.put(&region.clone(), region);
    }
    regions.into_entries()
}

/// What it is and what it touches, since it has no title: "Service disruption: HerokuData, Heroku Europe".
fn title(row: &wire::Incident<'_>, hurts: &[Hurt], components: &[ComponentRef]) -> String {
    let subject = row.message.get().and_then(|message| message.0.subject.as_str()).map(text::title);
    if let Some(subject) = subject.filter(|subject| !subject.is_empty()) {
        return subject;
    }
    let kind = hurts.iter().find(|hurt| hurt.end.is_none()).or_else(|| hurts.first()).map(|hurt| hurt.kind.clone());
    let kind = kind.filter(|kind| !kind.is_empty()).or_else(|| row.kind.as_str().map(text::title));
    let kind = sentence(&kind.unwrap_or_else(|| "incident".to_owned()));
    let (services, places): (Vec<_>, Vec<_>) =
        components.iter().partition(|component| component.group.as_deref() == Some("service"));
    let all: Vec<&str> = services.into_iter().chain(places).map(|component| component.name.as_str()).collect();
    let named = all.iter().take(MOST_NAMED).copied().collect::<Vec<_>>().join(", ");
    let more = all.len().saturating_sub(MOST_NAMED);
    text::title(&match (named.is_empty(), more) {
        (true, _) => kind,
        (false, 0) => format!("{kind}: {named}"),
        (false, more) => format!("{kind}: {named} and {more} more"),
    })
}

/// `featurePerfDegradation` as words.
fn sentence(camel: &str) -> String {
    let mut words = String::with_capacity(camel.len() + 8);
    for (index, c) in camel.chars().enumerate() {
        match c {
            c if index == 0 => words.extend(c.to_uppercase()),
            c if c.is_uppercase() => {
                words.push(' ');
                words.extend(c.to_lowercase());
            }
            c => words.push(c),
        }
    }
    words
}

/// What was said, the oldest first in whatever order it stands.
pub fn events(field: &Field<List<wire::Event<'_>>>, at: Place<'_>, name: &str, into: &mut Snapshot) -> Vec<SeenUpdate> {
    let mut keys = UpdateKeys::default();
    let mut said = Vec::new();
    // The newest stands first; of two of one minute, that order decides.
    for (index, event) in field.entries(Some(at), name, into).into_iter().rev() {
        let place = at.entry(name, index);
        let when = event.created.time(place, "createdAt", into);
        let key = event.id.as_str().and_then(keyed::key);
        said.push(SeenUpdate {
            key: keys.next(key.as_deref().or_else(|| event.created.as_str()).unwrap_or_default()),
            vendor_phase: event.kind.as_str().map(text::title).unwrap_or_default(),
            text: event
                .message
                .need(place, "message", into)
                .map_or_else(String::new, |message| document::plain(&message.0)),
            at: when,
            author: None,
        });
    }
    if said.iter().all(|update| update.at.as_ref().is_some_and(|at| at.at.is_some())) {
        said.sort_by_key(|update| update.at.as_ref().and_then(|at| at.at));
    }
    said
}
