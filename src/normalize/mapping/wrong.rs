//! What is wrong with a mapping: its key, and the place in the expression.

use std::ops::Range;

/// What is wrong with an expression, and where in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub way_out: String,
    /// The place in the expression, in bytes.
    pub place: Range<usize>,
}

/// Something that is wrong with a mapping.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// Its key inside `[source.map]`, as `incidents.key`.
    pub key: String,
    /// What, and where in the value.
    pub fault: Fault,
    /// Whether `fault.place` is a place in the value, or the key as a whole is meant.
    pub is_in_value: bool,
}
