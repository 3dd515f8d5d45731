//! The components of a Status.io page. Each runs in containers, which are its data centres or regions, and has a status in
//! each of them: so each component in each place is one of ours.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{wire, words};
use crate::model::impact::Impact;
use crate::model::snapshot::{ComponentRef, Covers, SeenComponent, Snapshot};
use crate::model::text;
use crate::normalize::field::{Field, List, Place, Text, Word};
use crate::normalize::keyed::{self, Keyed};

/// A component in one place, by the ids that incidents name both by.
#[derive(Debug)]
struct Stands {
    component: String,
    container: Option<String>,
    reference: ComponentRef,
}

/// Where everything stands.
#[derive(Debug, Default)]
pub struct Places(Vec<Stands>);

impl Places {
    /// Those that an incident names: its components in its containers. Where it names only the one or only the other,
    /// all that go with it.
    pub fn named(&self, components: &Value, containers: &Value) -> Vec<ComponentRef> {
        let (components, containers) = (ids(components), ids(containers));
        let is_meant = |stands: &&Stands, within: bool| {
            let here = components.is_empty() || components.contains(&stands.component);
            let there = containers.is_empty() || stands.container.as_ref().is_some_and(|id| containers.contains(id));
            here && (there || !within)
        };
        if components.is_empty() && containers.is_empty() {
            return Vec::new();
        }
        let meant = |within| self.0.iter().filter(move |stands| is_meant(stands, within));
        let both: Vec<ComponentRef> = meant(true).map(|stands| stands.reference.clone()).collect();
        if both.is_empty() && !components.is_empty() {
            return meant(false).map(|stands| stands.reference.clone()).collect();
        }
        both
    }
}

/// The ids in a list of objects, or of ids alone.
fn ids(list: &Value) -> BTreeSet<String> {
    let id = |entry: &Value| {
        let id = entry.as_str().or_else(|| entry.get("_id").or_else(|| entry.get("id"))?.as_str())?;
        keyed::key(id)
    };
    list.as_array().into_iter().flatten().filter_map(id).collect()
}

/// The names in such a list.
pub fn names(list: &Value) -> Vec<String> {
    let name = |entry: &Value| Some(text::title(entry.get("name")?.as_str()?)).filter(|name| !name.is_empty());
    list.as_array().into_iter().flatten().filter_map(name).collect()
}

/// Reads the components into the snapshot.
pub fn read(list: &Field<List<wire::Component<'_>>>, snapshot: &mut Snapshot) -> Places {
    let mut reading = Reading::default();
    let rows = list.entries(None, "result.status", snapshot);
    let mut is_whole = list.get().is_some_and(|list| list.0.len() == rows.len());
    for (index, row) in rows {
        is_whole &= reading.component(row, Place::of("result.status", index), snapshot);
    }
    if !is_whole {
        snapshot.covers.components = Covers::Delta;
    }
    snapshot.components = reading.all.into_entries();
    reading.places
}

#[derive(Default)]
struct Reading {
    places: Places,
    all: Keyed<SeenComponent>,
}

impl Reading {
    /// Reads one; false when something of it is lost.
    fn component(&mut self, row: &wire::Component<'_>, at: Place<'_>, into: &mut Snapshot) -> bool {
        let Some(id) = row.id.key(at, "id", into) else { return false };
        let name = row.name.need(at, "name", into).map_or_else(|| id.clone(), |name| text::title(&name.0));
        let containers = row.containers.entries(Some(at), "containers", into);
        let mut is_whole = match &row.containers {
            Field::Is(list) => list.0.len() == containers.len(),
            Field::Absent => true,
            Field::Odd(_) => false,
        };
        if containers.is_empty() {
            let reference = ComponentRef { key: id.clone(), name, group: None, region: None };
            self.add(&id, None, reference, (&row.status, &row.status_code), at, into);
            return is_whole;
        }
        for (index, container) in containers {
            let at = at.entry("containers", index);
            let Some(within) = container.id.key(at, "id", into) else {
                is_whole = false;
                continue;
            };
            let region = container.name.need(at, "name", into).map(|name| text::title(&name.0));
            let key = format!("{id}/{within}");
            let reference = ComponentRef { key, name: name.clone(), group: None, region };
            self.add(&id, Some(within), reference, (&container.status, &container.status_code), at, into);
        }
        is_whole
    }

    fn add(
        &mut self,
        component: &str,
        container: Option<String>,
        reference: ComponentRef,
        status: (&Field<Text<'_>>, &Field<Word<'_>>),
        at: Place<'_>,
        into: &mut Snapshot,
    ) {
        let (vendor_status, status) = status_of(status.0, status.1, at, into);
        let stands = Stands { component: component.to_owned(), container, reference: reference.clone() };
        self.places.0.push(stands);
        self.all.add(SeenComponent { component: reference, vendor_status, status }, at, into);
    }
}

/// The vendor's word and ours: the number decides.
fn status_of(word: &Field<Text<'_>>, code: &Field<Word<'_>>, at: Place<'_>, into: &mut Snapshot) -> (String, Impact) {
    let word = word.read(at, "status", into).map_or_else(String::new, |word| text::title(&word.0));
    let Some(code) = code.need(at, "status_code", into).map(|code| text::title(&code.0)) else {
        return (word, Impact::Unknown);
    };
    let Some((usual, impact)) = words::status(&code) else {
        into.warn(at.field("status_code"), format!("is a number never seen: {code:?}"));
        return (if word.is_empty() { code } else { word }, Impact::Unknown);
    };
    (if word.is_empty() { usual.to_owned() } else { word }, impact)
}
