//! One incident or maintenance of incident.io.

use std::collections::HashMap;

use jiff::Timestamp;
use url::Url;

use super::{prose, wire, words};
use crate::model::impact::Impact;
use crate::model::phase::{Kind, Phase};
use crate::model::snapshot::{ComponentRef, Planned, SeenIncident, SeenUpdate, Snapshot};
use crate::model::stated::Stated;
use crate::model::text;
use crate::normalize::field::{Field, Place, Text};
use crate::normalize::keyed::{Keyed, UpdateKeys};
use crate::normalize::region;

/// The components of the page by their ids.
pub type Components = HashMap<String, ComponentRef>;

/// The vendor's word for how bad it is, and ours.
type Told = (String, Impact);

/// What reading any incident of a page needs.
pub struct Reader<'r> {
    pub components: &'r Components,
    /// The page, for links.
    pub page: &'r Url,
}

impl Reader<'_> {
    /// Reads an incident; `None` where it has no key. What else is missing from it is said in `into`.
    pub fn incident(
        &self,
        list: Kind,
        row: &wire::Incident<'_>,
        at: Place<'_>,
        into: &mut Snapshot,
    ) -> Option<SeenIncident> {
        let key = row.id.key(at, "id", into)?;
        let vendor_phase = row.status.line(at, "status", into);
        let kind = words::kind(row.kind.as_str().unwrap_or_default(), &vendor_phase, list);
        let phase = phase(kind, &vendor_phase, at, into);
        let updates = updates(row, at, into);
        let (vendor_impact, impact) = impact(kind, phase, row, at, into);
        let planned = if kind == Kind::Maintenance { planned(row, at, into) } else { None };
        let published = started(row, &updates, at, into);
        let title = row.name.line(at, "name", into);
        Some(SeenIncident {
            kind,
            regions: region::codes(&title),
            title,
            vendor_impact,
            impact,
            components: self.named(row, at, into),
            // A maintenance is published when it is announced.
            started: planned.as_ref().map(|planned| planned.from.clone()).or(published),
            ended: if phase.is_end() { ended(&updates) } else { None },
            planned,
            updates,
            link: row.permalink.link(at, "permalink", into).or_else(|| self.link(&key)),
            vendor_phase,
            phase,
            key,
        })
    }

    fn named(&self, row: &wire::Incident<'_>, at: Place<'_>, into: &mut Snapshot) -> Vec<ComponentRef> {
        let mut named = Keyed::default();
        for (index, affected) in row.affected_components.entries(Some(at), "affected_components", into) {
            let place = at.entry("affected_components", index);
            if let Some(key) = affected.component_id.key(place, "component_id", into) {
                named.put(&key.clone(), component(self.components, key, place, into));
            }
        }
        named.into_entries()
    }

    fn link(&self, key: &str) -> Option<String> {
        let mut link = self.page.clone();
        link.set_query(None);
        link.set_fragment(None);
        link.path_segments_mut().ok()?.pop_if_empty().extend(["incidents", key]);
        Some(link.into())
    }
}

/// The component of that id. One that the page does not list is kept by its id, since it is hurt all the same.
pub fn component(components: &Components, key: String, at: Place<'_>, into: &mut Snapshot) -> ComponentRef {
    components.get(&key).cloned().unwrap_or_else(|| {
        into.warn(at.field("component_id"), format!("is no component of the page: {key}"));
        ComponentRef { name: key.clone(), key, group: None, region: None }
    })
}

fn phase(kind: Kind, word: &str, at: Place<'_>, into: &mut Snapshot) -> Phase {
    match (kind, words::phase(word)) {
        (Kind::Maintenance, Some(Phase::Resolved)) => Phase::Completed,
        (_, Some(phase)) => phase,
        (kind, None) => {
            at.never_seen_if_any("status", word, into);
            if kind == Kind::Incident { Phase::Investigating } else { Phase::Scheduled }
        }
    }
}

/// There is no word for an incident as a whole. It is as bad as its worst component is now; one whose components are
/// all well again is still open, so it counts as the least that it can be. What is over was as bad as it ever was. The
/// vendor's word goes with it.
fn impact(kind: Kind, phase: Phase, row: &wire::Incident<'_>, at: Place<'_>, into: &mut Snapshot) -> Told {
    let (mut now, mut ever): (Option<Told>, Option<Told>) = (None, None);
    // What is broken here is said by who reads the components.
    let mut unheard = Snapshot::recognised("", into.covers);
    for (index, affected) in row.affected_components.entries(None, "", &mut unheard) {
        let place = at.entry("affected_components", index);
        let was = status(&affected.status, place, "status", into);
        let is = status(&affected.current_status, place, "current_status", into);
        ever = worse(ever, was.clone().or_else(|| is.clone()));
        now = worse(now, is.or(was));
    }
    let told = if phase.is_end() { ever.clone() } else { now };
    let impact = match (kind, told.as_ref().map(|(_, impact)| *impact), ever) {
        (Kind::Maintenance, _, _) => Impact::Maintenance,
        (Kind::Incident, Some(Impact::Operational), Some((_, Impact::Operational)) | None) => Impact::Unknown,
        (Kind::Incident, Some(Impact::Operational), Some((_, ever))) => ever.capped_at(Impact::Degraded),
        (Kind::Incident, Some(impact), _) => impact,
        (Kind::Incident, None, _) => Impact::Unknown,
    };
    (told.map_or_else(String::new, |(word, _)| word), impact)
}

/// The worse of two, the first where they are alike.
fn worse(one: Option<Told>, other: Option<Told>) -> Option<Told> {
    match (one, other) {
        (Some(one), Some(other)) => Some(if is_worse(other.1, one.1) { other } else { one }),
        (one, other) => one.or(other),
    }
}

/// Unknown is worse than well, and than nothing else.
fn is_worse(one: Impact, other: Impact) -> bool {
    match (one.rung(), other.rung()) {
        (Some(one), Some(other)) => one > other,
        (None, Some(other)) => other == 0,
        (Some(one), None) => one > 0,
        (None, None) => false,
    }
}

fn status(field: &Field<Text<'_>>, at: Place<'_>, name: &str, into: &mut Snapshot) -> Option<Told> {
    let word = text::title(&field.read(at, name, into)?.0);
    let status = words::status(&word).unwrap_or_else(|| {
        at.never_seen(name, &word, into);
        Impact::Unknown
    });
    Some((word, status))
}

/// Its beginning: people date the first update back, so it may be earlier than the incident itself.
fn started(row: &wire::Incident<'_>, updates: &[SeenUpdate], at: Place<'_>, into: &mut Snapshot) -> Option<Stated> {
    row.published_at.need(at, "published_at", into)?;
    let published = row.published_at.time(at, "published_at", into)?;
    let first = updates.iter().filter_map(|update| update.at.clone()).min_by_key(|when| when.at);
    let is_earlier = |first: &Stated| matches!((first.at, published.at), (Some(a), Some(b)) if a < b);
    Some(first.filter(is_earlier).unwrap_or(published))
}

fn ended(updates: &[SeenUpdate]) -> Option<Stated> {
    let ends = |update: &&SeenUpdate| words::phase(&update.vendor_phase).is_some_and(Phase::is_end);
    updates.iter().rev().find(ends).and_then(|update| update.at.clone())
}

/// From the first component that it takes to the last that it gives back.
fn planned(row: &wire::Incident<'_>, at: Place<'_>, into: &mut Snapshot) -> Option<Planned> {
    let (mut from, mut until): (Option<Stated>, Option<Stated>) = (None, None);
    for (index, span) in row.component_impacts.entries(Some(at), "component_impacts", into) {
        let place = at.entry("component_impacts", index);
        let starts = span.start_at.time(place, "start_at", into).filter(|time| time.at.is_some());
        let ends = span.end_at.time(place, "end_at", into).filter(|time| time.at.is_some());
        from = [from, starts].into_iter().flatten().min_by_key(|time| time.at);
        until = [until, ends].into_iter().flatten().max_by_key(|time| time.at);
    }
    if from.is_none() {
        into.warn(at.field("component_impacts"), "does not say when it is planned");
    }
    Some(Planned { from: from?, until })
}

/// The updates, each key once, oldest first.
fn updates(row: &wire::Incident<'_>, at: Place<'_>, into: &mut Snapshot) -> Vec<SeenUpdate> {
    let mut by_key = Keyed::default();
    let mut unnamed = UpdateKeys::default();
    for (index, entry) in row.updates.entries(Some(at), "updates", into) {
        let place = at.entry("updates", index);
        let when = entry.published_at.time(place, "published_at", into);
        let key = entry.id.key(place, "id", into);
        let key = key.unwrap_or_else(|| unnamed.next(when.as_ref().map_or("", |when| when.raw.as_str())));
        let vendor_phase =
            entry.to_status.read(place, "to_status", into).map_or_else(String::new, |word| text::title(&word.0));
        let text = said(entry, place, into);
        by_key.add(SeenUpdate { key, at: when, vendor_phase, text, author: None }, place, into);
    }
    let mut updates = by_key.into_entries();
    if updates.iter().all(|update| time_of(update).is_some()) {
        updates.sort_by_key(time_of);
    }
    updates
}

fn time_of(update: &SeenUpdate) -> Option<Timestamp> {
    update.at.as_ref().and_then(|at| at.at)
}

/// The text, or the tree that the editor made of it.
fn said(entry: &wire::Update<'_>, at: Place<'_>, into: &mut Snapshot) -> String {
    let text =
        entry.message_string.read(at, "message_string", into).map_or_else(String::new, |text| text::body(&text.0));
    if text.is_empty() { prose::plain(&entry.message) } else { text }
}
