//! Services that keep who takes care of what are told that somebody of ours does: one acknowledgement for each. It runs
//! with `assure`, so that it does not matter where somebody said so: on a page, in a mail, by the API or the command.
//!
//! It goes out when what opened the incident there has arrived. That nobody takes care of it any more is not told: none of
//! these services has a word for it.

use super::compiled::Compiled;
use super::ways::put_bare;
use crate::delivery::preset::keeps_who_takes_care;
use crate::model::course::{Course, Taken};
use crate::model::id::ReceiverId;
use crate::model::subscription::{Receiver, Way};
use crate::store::taken::Untold;
use crate::store::{Store, StoreError};

/// Tells what is not told yet.
///
/// # Errors
/// [`StoreError`]; then nothing of it happened.
pub(super) async fn tell(store: &Store, compiled: &Compiled) -> Result<(), StoreError> {
    let keeps = |receiver: &&Receiver| matches!(&receiver.way, Way::Preset(preset) if keeps_who_takes_care(preset));
    let receivers: Vec<&ReceiverId> = compiled.rules.receivers().values().filter(keeps).map(|r| &r.id).collect();
    // In a drill nothing was opened by the keys of the real thing.
    if receivers.is_empty() || compiled.is_drill {
        return Ok(());
    }
    for untold in store.untold_taken(&receivers).await? {
        put(store, compiled, &untold).await?;
    }
    Ok(())
}

async fn put(store: &Store, compiled: &Compiled, untold: &Untold) -> Result<(), StoreError> {
    let Some(receiver) = compiled.rules.receivers().get(&untold.receiver) else { return Ok(()) };
    let Untold { incident, title, who, at, .. } = untold;
    let what = format!("taken {incident} {who}");
    // The same words at the same moment are the same message.
    let id = compiled.ids.notification(&receiver.address(), &what, *at);
    if store.is_in_outbox(&id).await? {
        return Ok(());
    }
    let mut tx = store.write().await?;
    tx.under(compiled.edition)?;
    let taken = Taken { incident: incident.clone(), title: title.clone(), who: who.clone() };
    let course = Course { taken: Some(taken), ..Course::default() };
    put_bare(&mut tx, compiled, receiver, (&what, &what), course, *at).await?;
    tx.commit().await
}
