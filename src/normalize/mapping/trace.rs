//! What came from where, field by field: for the person who writes a mapping.

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

    pub(super) fn field(&mut self, line: impl FnOnce() -> Line) {
        if self.is_wanted {
            let line = line();
            self.fields.push(line);
        }
    }
}
