//! One report of Better Stack: an incident that a person wrote or a monitor made, or a maintenance.

use std::collections::HashMap;

use jiff::Timestamp;

use super::wire;
use crate::model::impact::Impact;
use crate::model::phase::{Kind, Phase};
use crate::model::snapshot::{ComponentRef, Planned, SeenIncident, SeenUpdate, Snapshot};
use crate::model::stated::Stated;
use crate::model::text;
use crate::normalize::field::{Object, Place};
use crate::normalize::keyed::{self, Keyed};
use crate::normalize::region;

/// The beginning of 2015, in seconds: no report of theirs is older, so an end before it is a mistake and no end.
const FIRST: i64 = 1_420_070_400;

/// How a resource is, or what a report does to it; `None` for a word never seen. What is not monitored is unknown.
pub fn impact(word: &str) -> Option<Impact> {
    Some(match word {
        "operational" | "resolved" => Impact::Operational,
        "maintenance" => Impact::Maintenance,
        "degraded" => Impact::Degraded,
        "downtime" => Impact::MajorOutage,
        "not_monitored" => Impact::Unknown,
        _ => return None,
    })
}

/// What reading any report of a document needs.
pub struct Reader<'r> {
    pub components: &'r HashMap<String, ComponentRef>,
    /// The updates by the report that they say they belong to, and by their own ids.
    pub of_report: &'r HashMap<String, Vec<String>>,
    pub updates: &'r HashMap<String, SeenUpdate>,
    pub now: Timestamp,
}

impl Reader<'_> {
    /// Reads a report; `None` where it has no key. What else is missing from it is said in `into`.
    pub fn report(&self, row: &wire::Included<'_>, at: Place<'_>, into: &mut Snapshot) -> Option<SeenIncident> {
        let key = row.id.key(at, "id", into)?;
        let nothing = wire::Attributes::default();
        let attributes = row.attributes.need(at, "attributes", into).map_or(&nothing, |Object(attributes)| attributes);
        let kind = kind(attributes, at, into);
        let state = attributes.aggregate_state.need(at, "aggregate_state", into);
        let state = state.map_or_else(String::new, |state| text::title(&state.0).to_lowercase());
        let started = attributes.starts_at.need(at, "starts_at", into);
        let started = started.and_then(|_| attributes.starts_at.time(at, "starts_at", into));
        let ends = attributes.ends_at.time(at, "ends_at", into);
        let updates = self.updates(row, &key);
        let is_over = self.is_over(attributes, &state, ends.as_ref());
        let title = attributes.title.line(at, "title", into);
        Some(SeenIncident {
            kind,
            regions: region::codes(&title),
            title,
            impact: of_report(kind, &state, is_over, at, into),
            vendor_impact: state,
            vendor_phase: String::new(),
            phase: self.phase(kind, is_over, started.as_ref()),
            components: self.named(attributes, at, into),
            ended: if is_over { ended(ends.as_ref(), &updates, self.now) } else { None },
            planned: match (kind, &started) {
                (Kind::Maintenance, Some(from)) => Some(Planned { from: from.clone(), until: ends }),
                (Kind::Maintenance, None) | (Kind::Incident, _) => None,
            },
            updates,
            started,
            link: None,
            key,
        })
    }

    /// A report is over when its end has come or its state says so. `operational` alone is no such word: it is only
    /// believed where each resource that the report names is resolved.
    fn is_over(&self, attributes: &wire::Attributes<'_>, state: &str, ends: Option<&Stated>) -> bool {
        if let Some(ends) = ends.and_then(|ends| ends.at) {
            return ends <= self.now && ends.as_second() > FIRST;
        }
        let mut unheard = Snapshot::recognised("", super::NOTHING);
        let affected = attributes.affected_resources.entries(None, "", &mut unheard);
        let all_resolved =
            !affected.is_empty() && affected.iter().all(|(_, affected)| affected.status.as_str() == Some("resolved"));
        state == "resolved" || (state == "operational" && all_resolved)
    }

    fn phase(&self, kind: Kind, is_over: bool, started: Option<&Stated>) -> Phase {
        let lies_ahead = started.and_then(|started| started.at).is_some_and(|at| at > self.now);
        match (kind, is_over) {
            (Kind::Incident, true) => Phase::Resolved,
            (Kind::Incident, false) => Phase::Investigating,
            (Kind::Maintenance, true) => Phase::Completed,
            (Kind::Maintenance, false) if lies_ahead => Phase::Scheduled,
            (Kind::Maintenance, false) => Phase::InProgress,
        }
    }

    fn named(&self, attributes: &wire::Attributes<'_>, at: Place<'_>, into: &mut Snapshot) -> Vec<ComponentRef> {
        let mut named = Keyed::default();
        for (index, affected) in attributes.affected_resources.entries(Some(at), "affected_resources", into) {
            let place = at.entry("affected_resources", index);
            let Some(key) = affected.status_page_resource_id.need(place, "status_page_resource_id", into) else {
                continue;
            };
            if let Some(component) = self.components.get(key.0.as_ref()) {
                named.put(&component.key, component.clone());
            } else if let Some(key) = keyed::key(&key.0) {
                let component = ComponentRef { name: key.clone(), key, group: None, region: None };
                named.put(&component.key.clone(), component);
            }
        }
        named.into_entries()
    }

    /// The updates that the report links to or that name it, oldest first.
    fn updates(&self, row: &wire::Included<'_>, key: &str) -> Vec<SeenUpdate> {
        let mut unheard = Snapshot::recognised("", super::NOTHING);
        let linked = row.relationships.get().and_then(|Object(related)| related.status_updates.get());
        let linked = linked.map_or_else(Vec::new, |Object(linked)| linked.data.entries(None, "", &mut unheard));
        let mut all = Keyed::default();
        let ids = linked.iter().filter_map(|(_, link)| keyed::key(link.id.as_str()?));
        for id in ids.chain(self.of_report.get(key).into_iter().flatten().cloned()) {
            if let Some(update) = self.updates.get(&id) {
                all.put(&id, update.clone());
            }
        }
        let mut updates = all.into_entries();
        if updates.iter().all(|update| time_of(update).is_some()) {
            updates.sort_by_key(time_of);
        }
        updates
    }
}

fn time_of(update: &SeenUpdate) -> Option<Timestamp> {
    update.at.as_ref().and_then(|at| at.at)
}

fn kind(attributes: &wire::Attributes<'_>, at: Place<'_>, into: &mut Snapshot) -> Kind {
    match attributes.report_type.need(at, "report_type", into).map(|word| word.0.as_ref()) {
        Some("maintenance") => Kind::Maintenance,
        Some("manual" | "automatic" | "calculated" | "incident") | None => Kind::Incident,
        Some(word) => {
            at.never_seen("report_type", word, into);
            Kind::Incident
        }
    }
}

fn of_report(kind: Kind, state: &str, is_over: bool, at: Place<'_>, into: &mut Snapshot) -> Impact {
    match (kind, impact(state)) {
        (Kind::Maintenance, _) => Impact::Maintenance,
        // What is open is not well, whatever its monitors say by now.
        (Kind::Incident, Some(Impact::Operational)) => Impact::Unknown,
        (Kind::Incident, Some(impact)) => impact,
        (Kind::Incident, None) => {
            if !state.is_empty() && !is_over {
                at.never_seen("aggregate_state", state, into);
            }
            Impact::Unknown
        }
    }
}

fn ended(ends: Option<&Stated>, updates: &[SeenUpdate], now: Timestamp) -> Option<Stated> {
    let has_come = |ends: &&Stated| ends.at.is_some_and(|at| at <= now);
    ends.filter(has_come).cloned().or_else(|| updates.last().and_then(|update| update.at.clone()))
}

/// Reads an update; `None` where it has no key.
pub fn update(row: &wire::Included<'_>, at: Place<'_>, into: &mut Snapshot) -> Option<(Option<String>, SeenUpdate)> {
    let key = row.id.key(at, "id", into)?;
    let Object(attributes) = row.attributes.need(at, "attributes", into)?;
    let when = attributes.published_at.time(at, "published_at", into);
    let text = attributes.message.plain(at, "message", into);
    let report = attributes.status_report_id.as_str().map(str::to_owned);
    Some((report, SeenUpdate { key, at: when, vendor_phase: String::new(), text, author: None }))
}
