//! What came of the requests of a look, by their role. Every format of several documents asks here.

use super::field::{Field, List};
use super::keyed::Keyed;
use super::{Answer, Body, Outcome};
use crate::model::snapshot::{SeenIncident, Snapshot, Unreadable};

/// The last answer of a role; `None` where it was not asked, or a replay has no recording of it.
#[must_use]
pub fn of<'a>(answers: &'a [Answer], role: &str) -> Option<Result<&'a Body, Unreadable>> {
    match answers.iter().rev().find(|answer| answer.role == role).map(|answer| &answer.outcome) {
        None | Some(Outcome::NotRecorded) => None,
        Some(Outcome::Unreadable(why)) => Some(Err(why.clone())),
        Some(Outcome::Body(body)) => Some(Ok(body)),
    }
}

/// The last answer of a role, read; `None` as in [`of`].
pub fn read<'a, T>(
    answers: &'a [Answer],
    role: &str,
    read: impl FnOnce(&'a Body) -> Result<T, Unreadable>,
) -> Option<Result<T, Unreadable>> {
    of(answers, role).map(|got| got.and_then(read))
}

/// Whether every entry of a list is of its kind.
#[must_use]
pub fn is_whole<T>(list: &Field<List<T>>) -> bool {
    matches!(list, Field::Is(List(all)) if all.iter().all(|entry| entry.get().is_some()))
}

/// Puts an incident in its place; one that repeats a key takes the place of the earlier one, and that is said.
pub fn put(seen: &mut Keyed<SeenIncident>, one: SeenIncident, at: &str, into: &mut Snapshot) {
    let key = one.key.clone();
    if seen.put(&key, one) {
        into.warn(at, format!("has the key of another, {key}; this one counts"));
    }
}
