//! A person has messages that were given up tried once more. Who did stands in the audit.

use jiff::Timestamp;

use super::hand::NotTaken;
use crate::model::audit::{By, Deed, Entry};
use crate::store::Store;

/// Tries messages once more: those of these ids, and all that were given up since then. How many those are.
///
/// # Errors
/// [`NotTaken::Senseless`] where there is none.
pub async fn replay(
    store: &Store,
    ids: &[String],
    since: Option<Timestamp>,
    by: &By,
    now: Timestamp,
) -> Result<usize, NotTaken> {
    let mut tx = store.write().await?;
    let replayed = tx.replay(ids, since, now).await?;
    if replayed == 0 {
        return Err(NotTaken::Senseless("no message of those was given up".to_owned()));
    }
    let about = match (ids, since) {
        ([only], None) => only.clone(),
        (_, Some(since)) => format!("since {since}"),
        (several, None) => format!("{} messages", several.len()),
    };
    let entry = Entry::of(now, by, Deed::DeliveriesRetried, about);
    tx.put_audit(&entry.with(format!("{replayed} messages are tried once more"))).await?;
    tx.commit().await?;
    Ok(replayed)
}
