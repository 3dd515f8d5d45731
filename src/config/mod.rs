//! The organisation's files as values: text in, model values and problems out.
//!
//! A file is read into *rows* (private to each module, one field for one key), which are then checked and turned into
//! the values that the program works with. All problems of a file are found at once, each with its line, column and
//! key. This module reads no file, no environment and no clock, and never opens a connection; secrets stay references.

pub mod arriving;
pub mod bellwether;
pub mod catalogue;
pub mod check;
pub mod credentials;
mod inside;
pub mod inventory;
pub mod operation;
pub mod places;
mod preset;
pub mod problem;
mod read;
pub mod routes;
mod say;
pub mod schedule;
pub mod schema;
pub mod secret;
mod shift;
mod struck;
pub mod subscriptions;
pub mod suggest;
mod telling;
pub mod template;
pub mod value;
pub mod vendor;

use places::Places;
use problem::{Problem, Severity};

/// What became of one file.
#[derive(Debug, Clone)]
pub struct Parsed<T> {
    /// The value, unless anything in the file is wrong: half a configuration is never used.
    pub value: Option<T>,
    /// All that is wrong or doubtful, in the order of the file.
    pub problems: Vec<Problem>,
    /// Where each key stands, for what only shows when files are compared.
    pub places: Places,
}

impl<T> Parsed<T> {
    /// The value and the problems, for callers who do not compare files.
    #[must_use]
    pub fn into_parts(self) -> (Option<T>, Vec<Problem>) {
        (self.value, self.problems)
    }

    fn of(value: Option<T>, findings: places::Findings) -> Self {
        let (places, mut problems) = findings.into_parts();
        problems.sort_by_key(|problem| (problem.line, problem.column));
        let whole = problems.iter().all(|problem| problem.severity == Severity::Warning);
        Self { value: value.filter(|_| whole), problems, places }
    }
}
