//! Entries by their key, in the order of the document. A document may repeat a key; the last entry of a key counts.

use std::collections::HashMap;
use std::fmt::Display;

use crate::model::snapshot::{ComponentRef, SeenComponent, SeenIncident, SeenUpdate, Snapshot};
use crate::model::text;

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

/// Entries of which each key stands once.
#[derive(Debug)]
pub struct Keyed<T> {
    entries: Vec<T>,
    places: HashMap<String, usize>,
}

impl<T> Default for Keyed<T> {
    fn default() -> Self {
        Self { entries: Vec::new(), places: HashMap::new() }
    }
}

impl<T> Keyed<T> {
    /// Puts an entry in its place; true when another one of that key stood there.
    pub fn put(&mut self, key: &str, entry: T) -> bool {
        let place = self.places.get(key).copied();
        match place.and_then(|place| self.entries.get_mut(place)) {
            Some(earlier) => *earlier = entry,
            None => {
                self.places.insert(key.to_owned(), self.entries.len());
                self.entries.push(entry);
            }
        }
        place.is_some()
    }

    /// Puts an entry in its place by its own key; that it takes the place of an earlier one is said. False where that one
    /// said something else, so that its word is lost.
    pub fn add(&mut self, one: T, at: impl Display, into: &mut Snapshot) -> bool
    where
        T: HasKey + PartialEq,
    {
        let key = one.key().to_owned();
        let loses_none = self.get(&key).is_none_or(|known| *known == one);
        if self.put(&key, one) {
            into.warn(at.to_string(), format!("has the key of another, {key}; this one counts"));
        }
        loses_none
    }

    /// The entry of that key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&T> {
        self.places.get(key).and_then(|place| self.entries.get(*place))
    }

    /// The entries, in order.
    pub fn iter(&self) -> std::slice::Iter<'_, T> {
        self.entries.iter()
    }

    /// How many there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The entries alone.
    #[must_use]
    pub fn into_entries(self) -> Vec<T> {
        self.entries
    }
}

/// The longest key that is kept; real ones are a third of it.
const KEY_CHARS: usize = 300;

/// A vendor's key as one short, visible line: it stands in links, headers and logs. `None` when nothing is left of it.
#[must_use]
pub fn key(raw: &str) -> Option<String> {
    let key = text::line(raw, KEY_CHARS);
    (!key.is_empty()).then_some(key)
}

/// Keys for updates of vendors that give them none: made of their times, the second of one time marked `#2`.
#[derive(Debug, Default)]
pub struct UpdateKeys(HashMap<String, usize>);

impl UpdateKeys {
    /// The key for the next update of that time.
    pub fn next(&mut self, time: &str) -> String {
        let time = text::line(time, KEY_CHARS);
        let count = self.0.entry(time.clone()).or_default();
        *count += 1;
        if *count == 1 { time } else { format!("{time}#{count}") }
    }
}
