//! The shape of a document: which places it has, and what kind of value stands at each. No value itself is in it.
//!
//! A place is a path: `components[].status` in JSON, `rss/channel/item/title` in a feed, `<li.incident` in a page for
//! people. The items of a list are one place, and so are the values of an object whose keys are ids.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The most places of one document; the shallow ones go first.
pub const MOST_PLACES: usize = 400;

/// What kinds of value have been seen at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Kinds(u8);

impl Kinds {
    /// No value: null.
    pub const NOTHING: Self = Self(1);
    /// True or false.
    pub const TRUTH: Self = Self(2);
    /// A number.
    pub const NUMBER: Self = Self(4);
    /// A text.
    pub const TEXT: Self = Self(8);
    /// A list that holds something.
    pub const LIST: Self = Self(16);
    /// A list that holds nothing.
    pub const EMPTY_LIST: Self = Self(32);
    /// An object, or an element that holds others.
    pub const OBJECT: Self = Self(64);

    /// Each with its name for people.
    const NAMES: [(Self, &'static str); 5] = [
        (Self::TRUTH, "true or false"),
        (Self::NUMBER, "a number"),
        (Self::TEXT, "a text"),
        (Self(16 | 32), "a list"),
        (Self::OBJECT, "an object"),
    ];

    /// These and those.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether any of `other` is among them.
    #[must_use]
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether there is any value among them.
    #[must_use]
    pub const fn is_something(self) -> bool {
        self.0 & !Self::NOTHING.0 != 0
    }

    /// Whether both hold values, and none of one kind: an empty list is a list.
    #[must_use]
    pub fn is_another(self, other: Self) -> bool {
        let shares = Self::NAMES.iter().any(|(kind, _)| self.has(*kind) && other.has(*kind));
        self.is_something() && other.is_something() && !shares
    }
}

impl std::fmt::Display for Kinds {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<&str> = Self::NAMES.iter().filter(|(kind, _)| self.has(*kind)).map(|(_, name)| *name).collect();
        f.write_str(if names.is_empty() { "nothing" } else { "" })?;
        f.write_str(&names.join(" or "))
    }
}

/// What stands at one place of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Place {
    /// The kinds of its values.
    pub kinds: Kinds,
    /// How many there are that could have it: the objects, lists or elements that it stands in.
    pub of: u32,
    /// How many of those have it.
    pub had: u32,
    /// How many values stand there.
    pub count: u32,
}

/// The places of one document.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Shape {
    /// By their paths.
    pub places: BTreeMap<String, Place>,
    /// At which depth places were left out, where there were too many.
    pub cut_at: Option<usize>,
}

impl Shape {
    /// Adds what another document in the same role has: the next page of a list.
    pub fn add(&mut self, other: &Self) {
        for (path, more) in &other.places {
            let is_new = !self.places.contains_key(path);
            if is_new && self.places.len() >= MOST_PLACES {
                self.cut_at = Some(self.cut_at.map_or(depth(path), |at| at.min(depth(path))));
                continue;
            }
            let place = self.places.entry(path.clone()).or_default();
            place.kinds = place.kinds.with(more.kinds);
            place.of = place.of.saturating_add(more.of);
            place.had = place.had.saturating_add(more.had);
            place.count = place.count.saturating_add(more.count);
        }
        self.cut_at = [self.cut_at, other.cut_at].into_iter().flatten().min();
    }
}

/// How deep a place lies.
#[must_use]
pub fn depth(path: &str) -> usize {
    1 + path.bytes().filter(|b| matches!(b, b'.' | b'/' | b'[' | b'{')).count()
}

/// Whether the place lies among the items of a list, or among the values of an object whose keys are ids.
#[must_use]
pub fn is_among_items(path: &str) -> bool {
    path.contains("[]") || path.contains("{}")
}

/// The place that this one stands in; `None` for the outermost.
#[must_use]
pub fn above(path: &str) -> Option<&str> {
    let stem = path.strip_suffix("[]").or_else(|| path.strip_suffix("{}"));
    stem.or_else(|| path.rfind(['.', '/']).map(|at| &path[..at])).filter(|above| !above.is_empty())
}

/// A list that holds the items at `path[]`, or an object whose keys are ids.
#[must_use]
pub fn items_of(path: &str) -> [String; 2] {
    [format!("{path}[]"), format!("{path}{{}}")]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_list_is_a_list_and_null_is_no_other_kind() {
        assert!(!Kinds::EMPTY_LIST.is_another(Kinds::LIST));
        assert!(!Kinds::NOTHING.is_another(Kinds::TEXT));
        assert!(Kinds::TEXT.is_another(Kinds::NUMBER));
        assert_eq!(Kinds::TEXT.with(Kinds::NUMBER).to_string(), "a number or a text");
    }

    #[test]
    fn each_place_stands_in_another() {
        assert_eq!(above("a.b[].c"), Some("a.b[]"));
        assert_eq!(above("a.b[]"), Some("a.b"));
        assert_eq!(above("rss/channel/item"), Some("rss/channel"));
        assert_eq!(above("a"), None);
        assert_eq!(above("[]"), None);
    }
}
