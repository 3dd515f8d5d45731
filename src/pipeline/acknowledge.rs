//! Somebody takes care of an incident, or does not any more. The page shows it; services that keep it are told by `taken`.

use jiff::Timestamp;

use super::hand::NotTaken;
use crate::model::audit::{By, Deed, Entry};
use crate::model::id::IncidentId;
use crate::model::incident::Acknowledged;
use crate::store::Store;

/// Marks that `by` takes care of an incident, or that nobody does. Whoever was first stays; saying it twice changes
/// nothing. Whether anything changed.
///
/// # Errors
/// [`NotTaken`].
pub async fn acknowledge(
    store: &Store,
    incident: &IncidentId,
    is_taken: bool,
    by: &By,
    now: Timestamp,
) -> Result<bool, NotTaken> {
    let mut tx = store.write().await?;
    let incident = tx.whole(incident).await?;
    let reports = tx.reports_of(&incident).await?;
    match reports.first() {
        None => return Err(NotTaken::Senseless(format!("there is no incident {incident}"))),
        Some(report) if !report.standing.is_open() => {
            return Err(NotTaken::Senseless(format!("{incident} is over: there is nothing to take care of")));
        }
        Some(_) => {}
    }
    let before = tx.acknowledged(&incident).await?;
    if before.is_some() == is_taken {
        return Ok(false);
    }
    let after = is_taken.then(|| Acknowledged { at: now, who: by.who.clone() });
    tx.put_acknowledged(&incident, after.as_ref()).await?;
    let deed = if is_taken { Deed::Acknowledged } else { Deed::Unacknowledged };
    let whose = before.map(|one| format!("it was {}", one.who)).unwrap_or_default();
    tx.put_audit(&Entry::of(now, by, deed, &*incident.0).with(whose)).await?;
    tx.commit().await?;
    Ok(true)
}
