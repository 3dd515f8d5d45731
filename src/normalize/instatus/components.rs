//! The components of an Instatus page: flat with their groups named, or groups with their components inside.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::{wire, words};
use crate::model::impact::Impact;
use crate::model::snapshot::{ComponentRef, Covers, SeenComponent, Snapshot, Unreadable};
use crate::model::text;
use crate::normalize::field::{Field, List, Object, Place};
use crate::normalize::keyed::Keyed;
use crate::normalize::{Body, document};

/// Reads the document into the snapshot.
///
/// # Errors
/// [`Unreadable`] where it is not Instatus's.
pub fn read(body: &Body, snapshot: &mut Snapshot) -> Result<(), Unreadable> {
    let text = document::text(body)?;
    let found: Field<Object<wire::Components<'_>>> = document::typed(&text, body)?;
    let list = match found {
        Field::Is(Object(wire::Components { components: Field::Is(list) })) => list,
        _ => {
            return Err(Unreadable::Unexpected(
                "Instatus's components are a list in an object; this is none".to_owned(),
            ));
        }
    };
    let is_one = |row: &wire::Component<'_>| row.id.get().is_some() && row.status.as_str().is_some();
    if !list.0.is_empty() && !list.0.iter().any(|row| row.get().is_some_and(|row| is_one(&row.0))) {
        return Err(Unreadable::Unexpected("Instatus's components have an id and a status; these have not".to_owned()));
    }
    let mut reading = Reading::of(&list);
    let field = Field::Is(list);
    let rows = field.entries(None, "components", snapshot);
    reading.is_whole &= field.get().is_some_and(|list| list.0.len() == rows.len());
    for (index, row) in rows {
        reading.row(row, None, Place::of("components", index), snapshot);
    }
    if reading.is_whole && !reading.all.is_empty() {
        snapshot.covers.components = Covers::AllOpen;
    }
    snapshot.components = reading.all.into_entries();
    Ok(())
}

struct Reading {
    /// The names of groups by their ids.
    groups: HashMap<String, String>,
    /// Groups that a component names.
    named: HashSet<String>,
    all: Keyed<SeenComponent>,
    is_whole: bool,
}

impl Reading {
    fn of(list: &List<wire::Component<'_>>) -> Self {
        let rows = || list.0.iter().filter_map(|row| row.get().map(|row| &row.0));
        let groups =
            rows().filter_map(|row| Some((row.id.as_str()?.to_owned(), text::title(row.name.as_str()?)))).collect();
        let named = rows().filter_map(|row| stated_group(&row.group)).flatten().collect();
        Self { groups, named, all: Keyed::default(), is_whole: true }
    }

    fn row(&mut self, row: &wire::Component<'_>, within: Option<&str>, at: Place<'_>, into: &mut Snapshot) {
        let name = row.name.need(at, "name", into).map(|name| text::title(&name.0));
        let children = self.children(row, name.as_deref(), within, at, into);
        let is_named = |word: Option<&str>| word.is_some_and(|word| self.named.contains(word));
        if children > 0 || is_named(row.id.as_str()) || (row.is_parent.is_true() && is_named(name.as_deref())) {
            return;
        }
        let Some(key) = row.id.key(at, "id", into) else {
            self.is_whole = false;
            return;
        };
        let group = within.map(str::to_owned).or_else(|| self.group(&row.group));
        let component =
            ComponentRef { name: name.unwrap_or_else(|| key.clone()), key: key.clone(), group, region: None };
        let vendor_status = row.status.line(at, "status", into);
        let status = words::impact(&vendor_status).unwrap_or_else(|| {
            at.never_seen("status", &vendor_status, into);
            Impact::Unknown
        });
        // A component may stand both in the list and in its group: it is the same one.
        self.all.put(&key, SeenComponent { component, vendor_status, status });
    }

    /// Reads those inside, one level down, and counts them.
    fn children(
        &mut self,
        row: &wire::Component<'_>,
        name: Option<&str>,
        within: Option<&str>,
        at: Place<'_>,
        into: &mut Snapshot,
    ) -> usize {
        if within.is_some() {
            return 0;
        }
        // Where children are ids alone, those stand in the list too.
        let mut unheard = Snapshot::recognised("", into.covers);
        let children = row.children.entries(None, "", &mut unheard);
        for (index, child) in &children {
            self.row(child, Some(name.unwrap_or_default()), at.entry("children", *index), into);
        }
        children.len()
    }

    fn group(&self, stated: &Value) -> Option<String> {
        let words = stated_group(stated)?;
        let of_id = words.first().and_then(|id| self.groups.get(id)).cloned();
        of_id.or_else(|| words.last().map(|name| text::title(name))).filter(|name| !name.is_empty())
    }
}

/// The id and the name of a group, or the one word that stands for it.
fn stated_group(stated: &Value) -> Option<Vec<String>> {
    match stated {
        Value::String(word) => Some(vec![word.clone()]),
        Value::Object(group) => {
            Some(["id", "name"].iter().filter_map(|name| Some(group.get(*name)?.as_str()?.to_owned())).collect())
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => None,
    }
}
