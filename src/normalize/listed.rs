//! What the formats of the smaller platforms share: the answer of a role, lists that are read entry by entry, tables of
//! words. It knows no vendor and no field's name; those are given to it.

use serde::Deserialize;

use super::document;
use super::field::{Field, List, Object, Place, Text, Word};
use super::keyed::{self, Keyed};
use super::{Answer, Body, Outcome};
use crate::model::impact::Impact;
use crate::model::snapshot::{ComponentRef, Covers, SeenComponent, SeenIncident, SeenUpdate, Snapshot, Unreadable};
use crate::model::stated::Stated;
use crate::model::text;

/// What came of the last request of a role; `None` where it was not asked, or a replay has no recording of it.
#[must_use]
pub fn answered<'a>(answers: &'a [Answer], role: &str) -> Option<Result<&'a Body, Unreadable>> {
    match answers.iter().rev().find(|answer| answer.role == role).map(|answer| &answer.outcome) {
        None | Some(Outcome::NotRecorded) => None,
        Some(Outcome::Unreadable(why)) => Some(Err(why.clone())),
        Some(Outcome::Body(body)) => Some(Ok(body)),
    }
}

/// The same, of a role without which there is nothing to read.
///
/// # Errors
/// [`Unreadable`] as it came, or where nothing came at all.
pub fn needed<'a>(answers: &'a [Answer], role: &str) -> Result<&'a Body, Unreadable> {
    answered(answers, role).unwrap_or_else(|| Err(Unreadable::Unexpected(format!("there is no answer for {role}"))))
}

/// The object that a JSON document is. `whose` says in an error what it should be.
///
/// # Errors
/// [`Unreadable`] where it is no JSON, or something else than an object.
pub fn object<'a, T: Deserialize<'a>>(json: &'a str, body: &Body, whose: &str) -> Result<T, Unreadable> {
    match document::typed(json, body)? {
        Field::Is(Object(document)) => Ok(document),
        Field::Absent => Err(Unreadable::Unexpected(format!("null, where {whose} is an object"))),
        Field::Odd(kind) => Err(Unreadable::Unexpected(format!("{kind}, where {whose} is an object"))),
    }
}

/// Names what a sign lacks: each part of it with whether it is there.
///
/// # Errors
/// [`Unreadable::Unexpected`] where anything is not.
pub fn signed(whose: &str, parts: &[(&str, bool)]) -> Result<(), Unreadable> {
    let missing: Vec<&str> = parts.iter().filter(|(_, is_there)| !is_there).map(|(name, _)| *name).collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(Unreadable::Unexpected(format!("not {whose}, for it lacks {}", missing.join(", "))))
}

/// Whether a list is there.
#[must_use]
pub const fn is_list<T>(field: &Field<List<T>>) -> bool {
    matches!(field, Field::Is(_))
}

/// What is known by a vendor's key.
pub trait HasKey {
    /// The key.
    fn key(&self) -> &str;
}

impl HasKey for SeenIncident {
    fn key(&self) -> &str {
        &self.key
    }
}

impl HasKey for SeenComponent {
    fn key(&self) -> &str {
        &self.component.key
    }
}

impl HasKey for SeenUpdate {
    fn key(&self) -> &str {
        &self.key
    }
}

impl HasKey for ComponentRef {
    fn key(&self) -> &str {
        &self.key
    }
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
        let key = one.key().to_owned();
        self.is_whole &= self.all.get(&key).is_none_or(|known| *known == one);
        if self.all.put(&key, one) {
            into.warn(at.to_string(), format!("has the key of another, {key}; this one counts"));
        }
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

/// The key of an entry. Without one nothing can be followed from look to look.
pub fn key(field: &Field<Word<'_>>, at: Place<'_>, name: &str, into: &mut Snapshot) -> Option<String> {
    let key = keyed::key(&field.need(at, name, into)?.0);
    if key.is_none() {
        into.warn(at.field(name), "is empty");
    }
    key
}

/// A title on one line; its absence is said.
pub fn title(field: &Field<Text<'_>>, at: Place<'_>, name: &str, into: &mut Snapshot) -> String {
    field.need(at, name, into).map_or_else(String::new, |title| text::title(&title.0))
}

/// A vendor's word as it is; its absence is said.
pub fn word(field: &Field<Word<'_>>, at: Place<'_>, name: &str, into: &mut Snapshot) -> String {
    field.need(at, name, into).map_or_else(String::new, |word| text::title(&word.0))
}

/// A text of a vendor's as plain text.
pub fn plain(field: &Field<Text<'_>>, at: Place<'_>, name: &str, into: &mut Snapshot) -> String {
    field.read(at, name, into).map_or_else(String::new, |body| document::plain(&body.0))
}

/// What a vendor's word means, by a table. One never seen is said and has no meaning; that an empty one is missing was
/// said before.
pub fn meaning<T: Copy>(word: &str, table: &[(&str, T)], at: Place<'_>, name: &str, into: &mut Snapshot) -> Option<T> {
    let known = table.iter().find(|(known, _)| *known == word).map(|(_, meant)| *meant);
    if known.is_none() && !word.is_empty() {
        into.warn(at.field(name), format!("is a word never seen: {word:?}"));
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
    let word = word(field, at, name, into);
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
