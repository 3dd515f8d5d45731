//! What happens while it runs, passed on: to the terminal, to the deliveries, to the pages.

use std::sync::Arc;

use tokio::sync::{Notify, broadcast, mpsc};

use super::reload::Reloaded;
use super::say::Ear;
use crate::pipeline::deliver::Delivery;
use crate::scheduler::watch::Told;
use crate::store::StoreError;
use crate::web::Beat;

/// What there is to say.
pub struct Heard {
    /// What looks and words led to.
    pub looks: mpsc::Receiver<Told>,
    /// What came of deliveries.
    pub deliveries: mpsc::Receiver<Result<Delivery, StoreError>>,
    /// What came of reading the files again.
    pub reloads: mpsc::Receiver<Reloaded>,
}

/// Says on the terminal what happens, and wakes the deliveries when something is to be sent.
pub async fn announce(mut ear: impl Ear, mut heard: Heard, woken: Arc<Notify>, beat: broadcast::Sender<Beat>) {
    loop {
        tokio::select! {
            Some(told) = heard.looks.recv() => {
                if told.happened.as_ref().is_ok_and(|happened| happened.notices.iter().any(|n| n.sent)) {
                    woken.notify_one();
                }
                ear.look(&told);
                // A beat that nobody hears is none.
                let _ = beat.send(beat_of(&told));
            }
            Some(delivery) = heard.deliveries.recv() => {
                ear.delivery(&delivery);
                let _ = beat.send(Beat::Delivery);
            }
            Some(reloaded) = heard.reloads.recv() => {
                ear.reloaded(&reloaded);
                let _ = beat.send(Beat::Configuration);
            }
            else => return,
        }
    }
}

/// What a page should do after a look.
fn beat_of(told: &Told) -> Beat {
    let is_news =
        told.happened.as_ref().is_ok_and(|h| !h.changes.is_empty() || !h.effects.is_empty() || h.inquiry.is_some());
    if is_news { Beat::Change } else { Beat::Look }
}
