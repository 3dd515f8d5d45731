//! The object `summary` of a page, wherever it stood, made into a snapshot.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::Value;
use url::Url;

use super::incident::{self, Components, Reader};
use super::{wire, words};
use crate::model::impact::Impact;
use crate::model::phase::Kind;
use crate::model::snapshot::{ComponentRef, Coverage, Covers, SeenComponent, SeenIncident, Snapshot, Unreadable};
use crate::model::text;
use crate::normalize::field::{Field, List, Object, Place};
use crate::normalize::keyed::{self, Keyed};

const SIGN: &str = "summary with an id, components[], affected_components[] and ongoing_incidents[]";

/// What the page's own links to past incidents are called in warnings.
const LINKS: &str = "incident_links";

/// A document without the word by which incident.io's pages write that there is nothing.
pub fn cleaned(mut value: Value) -> Value {
    clean(&mut value);
    value
}

fn clean(value: &mut Value) {
    match value {
        Value::String(text) if text == "$undefined" => *value = Value::Null,
        // In a page, a text that really begins with a dollar has two.
        Value::String(text) if text.starts_with("$$") => *text = text.split_off(1),
        Value::Array(list) => list.iter_mut().for_each(clean),
        Value::Object(fields) => fields.values_mut().for_each(clean),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Whether the object is a page's summary.
pub fn is_signed(value: &Value) -> bool {
    let is_list = |name: &str| value.get(name).is_some_and(Value::is_array);
    value.get("id").is_some_and(Value::is_string)
        && is_list("components")
        && is_list("affected_components")
        && is_list("ongoing_incidents")
}

/// Reads a cleaned summary. `page` is where it stands, for links.
///
/// # Errors
/// [`Unreadable`] where it is none, or of a page that has nothing of its own.
pub fn read(value: &Value, page: &Url) -> Result<Snapshot, Unreadable> {
    let found = wire::Summary::deserialize(value).ok().filter(|_| is_signed(value));
    let Some(summary) = found else {
        let what = "incident.io's summary has an id, components[], affected_components[] and ongoing_incidents[]; this has not";
        return Err(Unreadable::Unexpected(what.to_owned()));
    };
    if is_empty(&summary.components) && is_empty(&summary.ongoing_incidents) {
        return Err(Unreadable::Unexpected(
            "a page of incident.io that lists no components: it stands above others, and its silence says nothing of them; name the page that you need".to_owned(),
        ));
    }
    let mut snapshot = Snapshot::recognised(SIGN, Coverage::of_all(Covers::AllOpen));
    let (components, is_whole) = components(&summary, &mut snapshot);
    statuses(&summary, &components, is_whole, &mut snapshot);
    let public = summary.public_url.as_str().and_then(|url| url.parse::<Url>().ok());
    let public = public.filter(|url| matches!(url.scheme(), "http" | "https"));
    let reader = Reader { components: &components.by_id, page: public.as_ref().unwrap_or(page) };
    incidents(&summary, &reader, &mut snapshot);
    Ok(snapshot)
}

fn is_empty<T>(field: &Field<List<T>>) -> bool {
    field.get().is_none_or(|list| list.0.is_empty())
}

/// The components in the order of the page.
struct Listed {
    order: Vec<String>,
    by_id: Components,
}

fn components(summary: &wire::Summary<'_>, snapshot: &mut Snapshot) -> (Listed, bool) {
    let groups = groups(summary, snapshot);
    let mut listed = Listed { order: Vec::new(), by_id: HashMap::new() };
    let rows = summary.components.entries(None, "components", snapshot);
    let mut is_whole = summary.components.get().is_some_and(|list| list.0.len() == rows.len());
    for (index, row) in rows {
        let at = Place::of("components", index);
        let Some(key) = row.id.key(at, "id", snapshot) else {
            is_whole = false;
            continue;
        };
        let name = row.name.need(at, "name", snapshot).map_or_else(|| key.clone(), |name| text::title(&name.0));
        let component = ComponentRef { key: key.clone(), name, group: groups.get(&key).cloned(), region: None };
        if listed.by_id.insert(key.clone(), component).is_some() {
            snapshot.warn(at.to_string(), format!("has the key of another, {key}; this one counts"));
        } else {
            listed.order.push(key);
        }
    }
    (listed, is_whole)
}

/// The name of the group of each component. One that stands in two is of the first.
fn groups(summary: &wire::Summary<'_>, snapshot: &mut Snapshot) -> HashMap<String, String> {
    let mut groups = HashMap::new();
    let Some(Object(structure)) = summary.structure.get() else { return groups };
    for (index, item) in structure.items.entries(None, "structure.items", snapshot) {
        let Some(Object(group)) = item.group.get() else { continue };
        let at = Place::of("structure.items", index);
        let Some(name) = group.name.need(at, "group.name", snapshot).map(|name| text::title(&name.0)) else { continue };
        for (_, member) in group.components.entries(Some(at), "group.components", snapshot) {
            if let Some(key) = member.component_id.as_str().and_then(keyed::key) {
                groups.entry(key).or_insert_with(|| name.clone());
            }
        }
    }
    groups
}

/// The status of each. The page lists those that are not well: the others are, as long as nothing of that list is lost.
fn statuses(summary: &wire::Summary<'_>, listed: &Listed, is_whole: bool, snapshot: &mut Snapshot) {
    let mut unwell: Keyed<SeenComponent> = Keyed::default();
    let rows = summary.affected_components.entries(None, "affected_components", snapshot);
    let mut all_told = summary.affected_components.get().is_some_and(|list| list.0.len() == rows.len());
    for (index, row) in rows {
        let at = Place::of("affected_components", index);
        let Some(key) = row.component_id.key(at, "component_id", snapshot) else {
            all_told = false;
            continue;
        };
        let field = if row.status.get().is_some() { &row.status } else { &row.current_status };
        let vendor_status = field.line(at, "status", snapshot);
        let status = words::status(&vendor_status).unwrap_or_else(|| {
            at.never_seen("status", &vendor_status, snapshot);
            Impact::Unknown
        });
        // A component that the page does not have may be one that it has, under a broken id.
        all_told &= listed.by_id.contains_key(&key);
        let component = incident::component(&listed.by_id, key.clone(), at, snapshot);
        unwell.put(&key, SeenComponent { component, vendor_status, status });
    }
    let (word, unlisted) = if all_told { ("operational", Impact::Operational) } else { ("not told", Impact::Unknown) };
    let mut all: Vec<SeenComponent> = Vec::with_capacity(listed.order.len());
    for component in listed.order.iter().filter_map(|key| listed.by_id.get(key)) {
        let told = unwell.get(&component.key).cloned();
        let vendor_status = word.to_owned();
        all.push(told.unwrap_or(SeenComponent { component: component.clone(), vendor_status, status: unlisted }));
    }
    all.extend(unwell.iter().filter(|one| !listed.by_id.contains_key(&one.component.key)).cloned());
    if !is_whole || listed.order.is_empty() {
        // A page that lists none stands above others, and one of the lost may be one that is known.
        snapshot.covers.components = Covers::Delta;
    }
    snapshot.components = all;
}

fn incidents(summary: &wire::Summary<'_>, reader: &Reader<'_>, snapshot: &mut Snapshot) {
    let mut all = Keyed::default();
    let lists = [
        (Kind::Incident, &summary.ongoing_incidents, "ongoing_incidents"),
        (Kind::Maintenance, &summary.scheduled_maintenances, "scheduled_maintenances"),
    ];
    for (kind, list, name) in lists {
        if !add(kind, list, name, reader, &mut all, snapshot) {
            // A maintenance that runs may stand in either list, so what one has lost may be of either kind.
            (snapshot.covers.incidents, snapshot.covers.maintenances) = (Covers::Delta, Covers::Delta);
        }
    }
    if summary.scheduled_maintenances.get().is_none() {
        snapshot.covers.maintenances = Covers::Delta;
    }
    if is_empty(&summary.components) {
        snapshot.covers = Coverage::of_all(Covers::Delta);
    }
    snapshot.incidents = all.into_entries();
}

/// Adds the entries of a list, each key once; false when one was lost.
fn add(
    kind: Kind,
    list: &Field<List<wire::Incident<'_>>>,
    name: &str,
    reader: &Reader<'_>,
    all: &mut Keyed<SeenIncident>,
    snapshot: &mut Snapshot,
) -> bool {
    let rows = list.entries(None, name, snapshot);
    let mut is_whole = match list {
        Field::Is(list) => list.0.len() == rows.len(),
        Field::Absent => true,
        Field::Odd(_) => false,
    };
    for (index, row) in rows {
        let at = Place::of(name, index);
        let Some(one) = reader.incident(kind, row, at, snapshot) else {
            is_whole = false;
            continue;
        };
        all.add(one, at, snapshot);
    }
    is_whole
}

/// The proxy's list of incidents, open or over.
///
/// # Errors
/// [`Unreadable`] where it is none.
pub fn history(value: &Value, page: &Url, components: &Components) -> Result<Snapshot, Unreadable> {
    let is_one = |row: &Value| row.get("published_at").is_some() && row.get("updates").is_some_and(Value::is_array);
    let rows = value.get("incidents").and_then(Value::as_array);
    let is_list = rows.is_some_and(|rows| rows.is_empty() || rows.iter().any(is_one));
    let found = wire::History::deserialize(value).ok().filter(|_| is_list);
    let Some(history) = found else {
        let what = "incident.io's incidents have published_at and updates[]; these have not";
        return Err(Unreadable::Unexpected(what.to_owned()));
    };
    let mut snapshot =
        Snapshot::recognised("incidents[] with published_at and updates[]", Coverage::of_all(Covers::Delta));
    let (mut all, mut unheard) = (Keyed::default(), snapshot.clone());
    let reader = Reader { components, page };
    add(Kind::Incident, &history.incidents, "incidents", &reader, &mut all, &mut unheard);
    // What is long past names components that are long gone.
    let is_of_components = |path: &str| path.ends_with(".component_id");
    snapshot.warnings = unheard.warnings.into_iter().filter(|warning| !is_of_components(&warning.path)).collect();
    snapshot.incidents = all.into_entries();
    Ok(snapshot)
}

/// What a page's links to past incidents say of their ends; they have no texts.
pub fn ends(links: &Value, page: &Url) -> Vec<SeenIncident> {
    let Ok(rows) = Field::<List<wire::Incident<'_>>>::deserialize(links) else { return Vec::new() };
    let (mut unheard, components) = (Snapshot::recognised("", Coverage::of_all(Covers::Delta)), Components::new());
    let reader = Reader { components: &components, page };
    let rows = rows.entries(None, LINKS, &mut unheard);
    let read = |(index, row): &(usize, &wire::Incident<'_>)| {
        reader.incident(Kind::Incident, row, Place::of(LINKS, *index), &mut Snapshot::recognised("", unheard.covers))
    };
    rows.iter().filter_map(read).filter(|one| one.phase.is_end()).collect()
}
