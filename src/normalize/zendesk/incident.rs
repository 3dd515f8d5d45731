//! One incident of Zendesk's, or one maintenance, joined from the entries that it leads to.

use std::collections::HashMap;

use super::{Context, wire};
use crate::model::impact::Impact;
use crate::model::phase::{Kind, Phase};
use crate::model::snapshot::{ComponentRef, Planned, SeenIncident, SeenUpdate, Snapshot};
use crate::model::stated::Stated;
use crate::model::text;
use crate::normalize::document;
use crate::normalize::field::{Field, List, Object, Place};
use crate::normalize::keyed::{self, Keyed, UpdateKeys};

/// The entries beside the incidents, by their type and id.
pub struct Included<'a> {
    by_id: HashMap<(&'static str, String), &'a wire::Attributes<'a>>,
}

const UPDATE: &str = "incidentupdate";
const SERVICE: &str = "incidentservice";

/// A type without what the two interfaces write differently.
pub fn plain_kind(kind: &str) -> String {
    kind.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase()
}

impl<'a> Included<'a> {
    /// The entries of a document.
    pub fn of(document: &'a wire::Document<'a>, into: &mut Snapshot) -> Self {
        let mut by_id = HashMap::new();
        for (_, row) in document.included.entries(None, "included", into) {
            let kind = row.kind.as_str().map(plain_kind).unwrap_or_default();
            let Some(kind) = [UPDATE, SERVICE].into_iter().find(|known| *known == kind) else { continue };
            let Field::Is(Object(attributes)) = &row.attributes else { continue };
            if let Some(id) = row.id.as_str().and_then(keyed::key) {
                by_id.insert((kind, id), attributes);
            }
        }
        Self { by_id }
    }

    /// The entries of that type that an incident leads to, with their ids, in its order.
    fn led_to(
        &self,
        kind: &'static str,
        references: &Field<Object<wire::References<'_>>>,
    ) -> Vec<(String, &'a wire::Attributes<'a>)> {
        let rows = match references.get().map(|references| &references.0.data) {
            Some(Field::Is(List(rows))) => rows.as_slice(),
            Some(Field::Absent | Field::Odd(_)) | None => &[],
        };
        rows.iter()
            .filter_map(|row| row.get()?.0.id.as_str().and_then(keyed::key))
            .filter_map(|id| Some((id.clone(), *self.by_id.get(&(kind, id))?)))
            .collect()
    }
}

/// Reads an incident; `None` where it has no id or says nothing. What else is missing from it is said in `into`.
pub(super) fn incident(
    kind: Kind,
    row: &wire::Row<'_>,
    included: &Included<'_>,
    context: &Context<'_>,
    at: Place<'_>,
    into: &mut Snapshot,
) -> Option<SeenIncident> {
    if row.kind.as_str().is_some_and(|word| plain_kind(word) != "incident") {
        into.warn(at.field("type"), "is no incident's");
        return None;
    }
    let key = row.id.key(at, "id", into)?;
    let said = &row.attributes.need(at, "attributes", into)?.0;
    let kind = if said.maintenance_start.as_str().is_some() { Kind::Maintenance } else { kind };
    // What is no time ends nothing: a false end is worse than a late one.
    let ended = time(&said.resolved, at, "resolvedAt", into).filter(|ended| ended.at.is_some());
    let vendor_phase = said.status.read(at, "status", into).map_or_else(String::new, |word| text::title(&word.0));
    let planned = if kind == Kind::Maintenance { planned(said, at, into) } else { None };
    let phase = match (&ended, kind) {
        (Some(_), Kind::Incident) => Phase::Resolved,
        (Some(_), Kind::Maintenance) => Phase::Completed,
        (None, Kind::Incident) => open(&vendor_phase, at, into),
        (None, Kind::Maintenance) => running(&vendor_phase, planned.as_ref(), context),
    };
    let (vendor_impact, impact) = impact(kind, said, at, into);
    let title = if said.title.as_str().is_some() { &said.title } else { &said.name };
    let none = wire::Relationships::default();
    let relationships = row.relationships.get().map_or(&none, |found| &found.0);
    Some(SeenIncident {
        kind,
        title: title.line(at, "name", into),
        impact,
        vendor_impact,
        phase,
        vendor_phase,
        components: services(&included.led_to(SERVICE, &relationships.services), context),
        regions: Vec::new(),
        started: time(&said.started, at, "startedAt", into).or_else(|| planned.as_ref().map(|plan| plan.from.clone())),
        ended: ended.filter(|_| phase.is_end()),
        planned,
        updates: updates(included.led_to(UPDATE, &relationships.updates), at, into),
        link: context.url.join("/").ok().map(Into::into),
        key,
    })
}

/// A time, where one is stated at all.
fn time(
    field: &Field<crate::normalize::field::Text<'_>>,
    at: Place<'_>,
    name: &str,
    into: &mut Snapshot,
) -> Option<Stated> {
    field.as_str().filter(|raw| !raw.trim().is_empty()).and_then(|_| field.time(at, name, into))
}

/// The phase of what is not over yet. "resolved" without a time is not believed: an end must say when.
fn open(word: &str, at: Place<'_>, into: &mut Snapshot) -> Phase {
    match word.to_lowercase().as_str() {
        "monitoring" => Phase::Monitoring,
        "identified" => Phase::Identified,
        "investigating" => Phase::Investigating,
        _ => {
            into.warn(at.field("status"), format!("is no word of an open incident: {word:?}"));
            Phase::Investigating
        }
    }
}

/// A maintenance by its word, else by its hours.
fn running(word: &str, planned: Option<&Planned>, context: &Context<'_>) -> Phase {
    let has_begun = planned.and_then(|plan| plan.from.at).is_some_and(|from| from <= context.now);
    match word.to_lowercase().as_str() {
        "completed" | "resolved" => Phase::Completed,
        "cancelled" | "canceled" => Phase::Cancelled,
        _ if has_begun => Phase::InProgress,
        _ => Phase::Scheduled,
    }
}

/// Zendesk's word for how bad it is, beside whether anything is down.
fn impact(kind: Kind, said: &wire::Attributes<'_>, at: Place<'_>, into: &mut Snapshot) -> (String, Impact) {
    let word = said.impact.read(at, "impact", into).map_or_else(String::new, |word| text::title(&word.0));
    let by_flag = match (said.outage.is_true(), said.degradation.is_true()) {
        (true, _) => ("outage", Impact::PartialOutage),
        (false, true) => ("degradation", Impact::Degraded),
        (false, false) => ("", Impact::Unknown),
    };
    let impact = match word.to_lowercase().as_str() {
        "critical" => Impact::MajorOutage,
        "major" => Impact::PartialOutage,
        // An outage that its own word makes small is none the less one.
        "minor" if said.outage.is_true() => Impact::PartialOutage,
        "minor" => Impact::Degraded,
        "" | "none" | "no impact" | "security" | "maintenance" => by_flag.1,
        _ => {
            at.never_seen("impact", &word, into);
            by_flag.1
        }
    };
    let vendor_impact = [word.as_str(), by_flag.0].into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>();
    (vendor_impact.join(", "), if kind == Kind::Maintenance { Impact::Maintenance } else { impact })
}

/// The services that it still hurts; of one that hurts none any more, all that it hurt.
fn services(rows: &[(String, &wire::Attributes<'_>)], context: &Context<'_>) -> Vec<ComponentRef> {
    let is_hurt = |row: &wire::Attributes<'_>| row.resolved.as_str().is_none();
    let any = rows.iter().any(|(_, row)| is_hurt(row));
    let mut services = Keyed::default();
    for (_, row) in rows.iter().filter(|(_, row)| !any || is_hurt(row)) {
        let id = row.service_id.as_str().and_then(keyed::key);
        let name = row.service_name.as_str().map(text::title);
        let name = name.or_else(|| id.as_ref().and_then(|id| context.names.get(id).cloned()));
        let Some(key) = id.or_else(|| name.as_deref().and_then(keyed::key)) else { continue };
        let component = ComponentRef { name: name.unwrap_or_else(|| key.clone()), group: None, region: None, key };
        services.put(&component.key.clone(), component);
    }
    services.into_entries()
}

fn updates(rows: Vec<(String, &wire::Attributes<'_>)>, at: Place<'_>, into: &mut Snapshot) -> Vec<SeenUpdate> {
    let mut keys = UpdateKeys::default();
    let mut updates: Vec<SeenUpdate> = rows
        .into_iter()
        .map(|(id, row)| SeenUpdate {
            key: keys.next(&id),
            at: time(&row.created, at, "updates.createdAt", into),
            vendor_phase: row.status.as_str().map(text::title).unwrap_or_default(),
            text: row.description.as_str().map(document::plain).unwrap_or_default(),
            author: None,
        })
        .collect();
    updates.sort_by_key(|update| update.at.as_ref().and_then(|at| at.at));
    updates
}

fn planned(said: &wire::Attributes<'_>, at: Place<'_>, into: &mut Snapshot) -> Option<Planned> {
    let from = time(&said.maintenance_start, at, "maintenance_start_time", into)
        .or_else(|| time(&said.started, at, "startedAt", into))?;
    Some(Planned { from, until: time(&said.maintenance_end, at, "maintenance_end_time", into) })
}
