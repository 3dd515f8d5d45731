//! Endpoints that asked never to be called again.

use jiff::Timestamp;

use super::deliver::Ways;
use crate::model::course::TroubleKind;
use crate::model::hash;
use crate::model::subscription::Receiver;
use crate::store::outbox::{Claimed, Tried};
use crate::store::trouble::Kept;
use crate::store::{StoreError, Writing};

/// An endpoint that asked never to be called again is not, until its receiver is configured otherwise.
pub(super) async fn refuse(
    tx: &mut Writing,
    ways: &Ways,
    claimed: &mut Vec<Claimed>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let is_gone = |kept: &Kept| kept.trouble.kind == TroubleKind::Gone && kept.trouble.over.is_none();
    for gone in tx.troubles().await?.into_iter().filter(is_gone) {
        let row = claimed.iter().find(|row| row.notification.receiver.as_str() == gone.receiver);
        let Some(receiver) = row.and_then(|row| ways.receivers.get(&row.notification.receiver)) else { continue };
        if gone.made_of.as_deref() != Some(made_of(receiver).as_str()) {
            tx.lift_gone(&[receiver.id.as_str()], now).await?;
            continue;
        }
        let reason = format!("not called: it answered {}", gone.trouble.reason);
        for row in claimed.iter().filter(|row| row.notification.receiver == receiver.id) {
            tx.mark(&row.notification.id, &Tried::Dead { reason: reason.clone() }, now).await?;
        }
        claimed.retain(|row| row.notification.receiver != receiver.id);
    }
    Ok(())
}

/// How a receiver is configured, as a word to compare.
pub(super) fn made_of(receiver: &Receiver) -> String {
    hash::of(serde_json::to_string(receiver).unwrap_or_default().as_bytes())
}
