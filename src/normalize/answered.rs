//! What came of the requests of a look, by their role. Every format asks here.

use super::{Answer, Body, Outcome};
use crate::model::snapshot::Unreadable;

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

/// The last answer of a role without which there is nothing to read.
///
/// # Errors
/// [`Unreadable`] as it came, or where nothing came at all.
pub fn needed<'a>(answers: &'a [Answer], role: &str) -> Result<&'a Body, Unreadable> {
    of(answers, role).unwrap_or_else(|| Err(Unreadable::Unexpected(format!("there is no answer for {role}"))))
}

/// The answer of a format that needs one document only.
///
/// # Errors
/// [`Unreadable`] as it came, or where nothing was asked.
pub fn first(answers: &[Answer]) -> Result<&Body, Unreadable> {
    match answers.first().map(|answer| &answer.outcome) {
        Some(Outcome::Body(body)) => Ok(body),
        Some(Outcome::Unreadable(why)) => Err(why.clone()),
        Some(Outcome::NotRecorded) | None => Err(Unreadable::Unexpected("nothing was asked".to_owned())),
    }
}
