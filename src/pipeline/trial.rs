//! A test message to one receiver, by the way that every message takes, and what the far side answered. It stands in no
//! outbox: whoever tries waits for the answer, and reads it.

use jiff::Timestamp;

use super::deliver::Ways;
use crate::delivery::Attempt;
use crate::model::audit::{By, Deed, Entry};
use crate::model::effect::Cause;
use crate::model::id::{Ids, ReceiverId};
use crate::model::notification::{FACTS_VERSION, Facts, Notification, NotificationState};
use crate::model::thread::Known;
use crate::store::{Store, StoreError};

/// What a test message says of who sends it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sender {
    /// The organisation's name.
    pub organisation: String,
    /// Its zone, an IANA name.
    pub time_zone: String,
    /// Where the pages are.
    pub page: Option<String>,
    /// How many sites it has.
    pub sites: usize,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The far side took it, and said this.
    Delivered(String),
    /// It did not; a real message would be tried again.
    Later(String),
    /// It never will; a real message would be given up.
    Never(String),
    /// No message could be made.
    Unmade(String),
}

/// Sends a test message. `salt` makes it another one each time.
pub async fn try_receiver(ways: &Ways, sender: &Sender, receiver: &ReceiverId, salt: &str, now: Timestamp) -> Outcome {
    let address = ways.receivers.get(receiver).map(crate::model::subscription::Receiver::address).unwrap_or_default();
    let notification = message(sender, receiver.clone(), address, salt, now);
    let known = Known::default();
    let frozen = match ways.compose(&notification, &known, now) {
        Ok(frozen) => frozen,
        Err(why) => return Outcome::Unmade(why),
    };
    match ways.send(&notification, &frozen.bytes, &known, now).await.0 {
        Attempt::Delivered { answer } => Outcome::Delivered(answer),
        Attempt::Retry { reason, .. } => Outcome::Later(reason),
        Attempt::Permanent { reason, .. } | Attempt::TooMuch { reason } => Outcome::Never(reason),
    }
}

/// Writes into the audit that somebody tried a receiver, before it is done: it reaches people.
///
/// # Errors
/// [`StoreError`].
pub async fn audit(store: &Store, receiver: &ReceiverId, by: &By, now: Timestamp) -> Result<(), StoreError> {
    let mut tx = store.write().await?;
    tx.put_audit(&Entry::of(now, by, Deed::ReceiverTried, receiver.as_str())).await?;
    tx.commit().await
}

fn message(sender: &Sender, receiver: ReceiverId, address: String, salt: &str, now: Timestamp) -> Notification {
    let facts = Facts {
        version: FACTS_VERSION,
        at: now,
        organisation: sender.organisation.clone(),
        time_zone: sender.time_zone.clone(),
        page: sender.page.clone(),
        sites_in_all: u32::try_from(sender.sites).unwrap_or(u32::MAX),
        subscriptions: Vec::new(),
        receiver: receiver.clone(),
        topics: Vec::new(),
        gathered: None,
        shift: None,
        asks: None,
        test: true,
        drill: false,
        course: Default::default(),
    };
    Notification {
        id: Ids::salted(salt.to_owned()).notification(&address, "test", now),
        receiver,
        address,
        thread: format!("test {salt} {}", Cause::Offline),
        facts,
        frozen: None,
        state: NotificationState::Pending,
        tries: 0,
        due: now,
    }
}
