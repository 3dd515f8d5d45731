//! What formats share: lists that are read entry by entry, tables of words. It knows no vendor and no field's name; those are given to it.

use super::field::{Field, List, Place, Text, Word};
use super::keyed::{HasKey, Keyed};
use crate::model::impact::Impact;
use crate::model::snapshot::{ComponentRef, Covers, SeenIncident, SeenUpdate, Snapshot};
use crate::model::stated::Stated;

/// Whether a list is there.
#[must_use]
pub const fn is_list<T>(field: &Field<List<T>>) -> bool {
    matches!(field, Field::Is(_))
}

/// Whether every entry of a list is of its kind.
#[must_use]
pub fn is_whole<T>(list: &Field<List<T>>) -> bool {
    matches!(list, Field::Is(List(all)) if all.iter().all(|entry| entry.get().is_some()))
}

/// Puts what `read` makes of each entry of a list; false where one was lost on the way.
pub fn put_all<T>(
    seen: &mut Keyed<SeenIncident>,
    list: &Field<List<T>>,
    name: &str,
    into: &mut Snapshot,
    mut read: impl FnMut(&T, Place<'_>, &mut Snapshot) -> Option<SeenIncident>,
) -> bool {
    let rows = list.entries(None, name, into);
    let mut is_whole = match list {
        Field::Absent => true,
        Field::Is(list) => list.0.len() == rows.len(),
        Field::Odd(_) => false,
    };
    for (index, row) in rows {
        let at = Place::of(name, index);
        match read(row, at, into) {
            Some(one) => is_whole &= seen.add(one, at, into),
            None => is_whole = false,
        }
    }
    is_whole
}

/// What reading one entry came to.
#[derive(Debug)]
pub enum Read<T> {
    /// It could be read.
    Seen(T),
    /// It is something else, which has no place here.
    Aside,
    /// It could not be read; why was said.
    Lost,
}

impl<T> From<Option<T>> for Read<T> {
    fn from(one: Option<T>) -> Self {
        one.map_or(Self::Lost, Self::Seen)
    }
}

/// Entries, each key once, and whether one was lost on the way: then absence proves nothing.
#[derive(Debug)]
pub struct Gathered<T> {
    all: Keyed<T>,
    is_whole: bool,
}

impl<T> Default for Gathered<T> {
    fn default() -> Self {
        Self { all: Keyed::default(), is_whole: true }
    }
}

impl<T: HasKey + PartialEq> Gathered<T> {
    /// Adds what `read` makes of each entry of a list. `None` is an entry that is lost.
    pub fn list<R, O: Into<Read<T>>>(
        &mut self,
        field: &Field<List<R>>,
        within: Option<Place<'_>>,
        name: &str,
        into: &mut Snapshot,
        mut read: impl FnMut(&R, Place<'_>, &mut Snapshot) -> O,
    ) {
        let rows = field.entries(within, name, into);
        self.is_whole &= match field {
            Field::Is(list) => list.0.len() == rows.len(),
            Field::Absent => true,
            Field::Odd(_) => false,
        };
        for (index, row) in rows {
            let at = within.as_ref().map_or_else(|| Place::of(name, index), |within| within.entry(name, index));
            let one = read(row, at, into);
            self.add(one, at, into);
        }
    }

    /// Adds one; `None` is one that is lost. Two that say different things under one key are two things, of which one is
    /// lost; what is said twice is not.
    pub fn add(&mut self, one: impl Into<Read<T>>, at: Place<'_>, into: &mut Snapshot) {
        let one = match one.into() {
            Read::Seen(one) => one,
            Read::Aside => return,
            Read::Lost => return self.lose(),
        };
        self.is_whole &= self.all.add(one, at, into);
    }

    /// Says that something was lost that had no entry of its own.
    pub const fn lose(&mut self) {
        self.is_whole = false;
    }

    /// The entry of that key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&T> {
        self.all.get(key)
    }

    /// The entries, in order.
    pub fn iter(&self) -> std::slice::Iter<'_, T> {
        self.all.iter()
    }

    /// What silence means where the document lists all that is open.
    #[must_use]
    pub const fn covers(&self) -> Covers {
        if self.is_whole { Covers::AllOpen } else { Covers::Delta }
    }

    /// The entries alone.
    #[must_use]
    pub fn into_entries(self) -> Vec<T> {
        self.all.into_entries()
    }
}

/// What a vendor's word means, by a table. One never seen is said and has no meaning; that an empty one is missing was
/// said before.
pub fn meaning<T: Copy>(word: &str, table: &[(&str, T)], at: Place<'_>, name: &str, into: &mut Snapshot) -> Option<T> {
    let known = table.iter().find(|(known, _)| *known == word).map(|(_, meant)| *meant);
    if known.is_none() {
        at.never_seen_if_any(name, word, into);
    }
    known
}

/// The status of a component by a table: unknown where the word is.
pub fn status(
    field: &Field<Word<'_>>,
    table: &[(&str, Impact)],
    at: Place<'_>,
    name: &str,
    into: &mut Snapshot,
) -> (String, Impact) {
    let word = field.line(at, name, into);
    let impact = meaning(&word, table, at, name, into).unwrap_or(Impact::Unknown);
    (word, impact)
}

/// A time, by the reading that the format's times need. An empty text is none; one that is no time is said.
pub fn time(
    field: &Field<Text<'_>>,
    at: Place<'_>,
    name: &str,
    into: &mut Snapshot,
    read: impl Fn(&str) -> Stated,
) -> Option<Stated> {
    let raw = field.read(at, name, into)?.0.trim();
    if raw.is_empty() {
        return None;
    }
    let stated = read(raw);
    if stated.at.is_none() {
        into.warn(at.field(name), format!("is no time: {:?}", stated.raw));
    }
    Some(stated)
}

/// Updates with the oldest first: by their times where all have one, else in the order in which they stand.
#[must_use]
pub fn oldest_first(mut updates: Vec<SeenUpdate>) -> Vec<SeenUpdate> {
    let time = |update: &SeenUpdate| update.at.as_ref().and_then(|at| at.at);
    if updates.iter().all(|update| time(update).is_some()) {
        updates.sort_by_key(time);
    }
    updates
}

/// A component that has a name and perhaps a group. The smaller platforms know no regions.
#[must_use]
pub const fn component(key: String, name: String, group: Option<String>) -> ComponentRef {
    ComponentRef { key, name, group, region: None }
}
