//! What came from where, field by field: for the person who writes a mapping.

use std::collections::BTreeMap;

/// One field of one item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Which, as `incidents[0].title`.
    pub path: String,
    /// What found it: a jq expression, a selector.
    pub by: String,
    /// What was found, as the page has it. Empty: nothing.
    pub raw: Vec<String>,
    /// What it became.
    pub became: String,
}

/// What a reading found, in its order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trace {
    /// The fields.
    pub fields: Vec<Line>,
    /// The steps: the sign, how many items, what lost some.
    pub steps: Vec<String>,
    /// What is in no way wrong, and yet worth a second look: each once.
    pub doubts: Vec<String>,
    /// Whether anybody wants to know. Steps and fields are not kept otherwise.
    pub is_wanted: bool,
}

impl Trace {
    /// One that is kept.
    #[must_use]
    pub fn wanted() -> Self {
        Self { is_wanted: true, ..Self::default() }
    }

    pub(super) fn step(&mut self, step: impl FnOnce() -> String) {
        if self.is_wanted {
            let step = step();
            self.steps.push(step);
        }
    }

    pub(super) fn doubt(&mut self, doubt: impl FnOnce() -> String) {
        if self.is_wanted {
            let doubt = doubt();
            if !self.doubts.contains(&doubt) {
                self.doubts.push(doubt);
            }
        }
    }

    /// The fields that were found in no item at all: which, by what, in how many. An `ended` is there only where
    /// something is over.
    #[must_use]
    pub fn found_nowhere(&self) -> Vec<(String, &str, usize)> {
        let mut fields: BTreeMap<String, (&str, usize, bool)> = BTreeMap::new();
        for line in &self.fields {
            let known = fields.entry(without_numbers(&line.path)).or_insert((&line.by, 0, false));
            known.1 += 1;
            known.2 |= !line.raw.is_empty();
        }
        let empty = fields.into_iter().filter(|(name, (_, _, is_found))| !is_found && !name.ends_with(".ended"));
        empty.map(|(name, (by, count, _))| (name, by, count)).collect()
    }

    pub(super) fn field(&mut self, line: impl FnOnce() -> Line) {
        if self.is_wanted {
            let line = line();
            self.fields.push(line);
        }
    }
}

/// `incidents[0].updates[3].at` as `incidents.updates.at`.
fn without_numbers(path: &str) -> String {
    path.split('[').map(|part| part.split_once(']').map_or(part, |(_, behind)| behind)).collect()
}
