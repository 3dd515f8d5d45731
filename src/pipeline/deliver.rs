//! From the outbox to the far side: freeze, send, then mark. Never mark, then send.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::own::link::{self, Passage};
use super::{gone, kill_point};
use crate::alerting::message::card::card;
use crate::alerting::message::short::short_subject;
use crate::alerting::message::{asking, message};
use crate::delivery::mail::{self, Envelope, Mailbox};
use crate::delivery::mailer::Mailer;
use crate::delivery::pager;
use crate::delivery::preset::{self, Party};
use crate::delivery::webhook::{Endpoint, Hooks};
use crate::delivery::{Attempt, retry};
use crate::model;
use crate::model::id::{NotificationId, ReceiverId};
use crate::model::notification::{Facts, Message, Notification};
use crate::model::subscription::{Email, Form, Receiver, Way};
use crate::model::thread::{Known, Learned};
use crate::store::outbox::{Claimed, Frozen, Marked, Tried};
use crate::store::{Store, StoreError};

/// How long a claimed row is ours, in real time. Longer than any try may take.
const LEASE: Duration = Duration::from_secs(8 * 60);

/// The time, as a try needs it.
pub trait Time: Send + Sync {
    /// The time by which things are due.
    fn now(&self) -> Timestamp;
    /// The time outside, by which the far side judges a signature. Another one only where a clock of our own runs.
    fn outside(&self) -> Timestamp;
    /// What [`Time::now`] will be, at the least, once `real` has passed outside.
    fn after(&self, real: Duration) -> Timestamp;
}

impl<F: Fn() -> Timestamp + Send + Sync> Time for F {
    fn now(&self) -> Timestamp {
        self()
    }

    fn outside(&self) -> Timestamp {
        self()
    }

    fn after(&self, real: Duration) -> Timestamp {
        self() + SignedDuration::try_from(real).unwrap_or(SignedDuration::MAX)
    }
}

/// How this installation reaches its receivers, with all secrets resolved.
pub struct Ways {
    /// The receivers by their keys.
    pub receivers: BTreeMap<ReceiverId, Receiver>,
    /// The mail relay, where one is configured.
    pub relay: Option<Relay>,
    /// The client for webhooks.
    pub hooks: Hooks,
    /// The webhooks, ready to be signed and sent, or why not.
    pub endpoints: BTreeMap<ReceiverId, Result<Endpoint, String>>,
    /// The services, with what they let us in with, or why that is missing.
    pub parties: BTreeMap<ReceiverId, Result<Party, String>>,
    /// The name of this process in leases.
    pub process: String,
}

impl std::fmt::Debug for Ways {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Ways({} receivers)", self.receivers.len())
    }
}

/// The mail relay and what every mail needs.
pub struct Relay {
    /// The connection.
    pub mailer: Mailer,
    /// From whom.
    pub from: Mailbox,
    /// The domain of Message-IDs and of the List-Id.
    pub domain: String,
}

/// What came of one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The row.
    pub id: NotificationId,
    /// To whom.
    pub receiver: ReceiverId,
    /// The address it went to.
    pub address: String,
    /// What came of it.
    pub tried: Tried,
    /// What the far side calls things now.
    pub learned: Vec<Learned>,
}

/// Claims rows that are due, to be tried at once, and freezes those that were never tried, in one transaction. Each
/// stays ours until it is marked or its lease ends.
///
/// # Errors
/// [`StoreError`] when the outbox cannot be used.
pub async fn claim(
    store: &Store,
    ways: &Ways,
    most: usize,
    busy: &[String],
    time: &impl Time,
) -> Result<Vec<Claimed>, StoreError> {
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let mut tx = store.write().await?;
    let mut claimed = tx.claim(&ways.process, most, busy, time.after(LEASE), time.now()).await?;
    if claimed.is_empty() {
        return Ok(claimed);
    }
    kill_point("claimed");
    gone::refuse(&mut tx, ways, &mut claimed, time.now()).await?;
    let mut wanted = Vec::with_capacity(claimed.len());
    for mut row in claimed {
        let way_out = match link::passage(&mut tx, &row.notification, row.bytes.is_some(), time.now()).await? {
            Passage::Nobody => {
                link::let_be(&mut tx, &row.notification.id, time.now()).await?;
                continue;
            }
            Passage::NotOwn => None,
            Passage::With(address) => Some(address),
        };
        if ways.keeps_names(&row.notification.receiver) {
            row.known = tx.known_of(&row.notification.address, &row.notification.facts).await?;
        }
        // What cannot be worded is told by the try.
        if row.bytes.is_none()
            && let Ok(frozen) = ways.compose_with(&row.notification, &row.known, way_out.as_deref(), time.outside())
        {
            tx.freeze(&row.notification.id, &frozen).await?;
            row.bytes = Some(frozen.bytes);
        }
        wanted.push(row);
    }
    tx.commit().await?;
    kill_point("frozen");
    Ok(wanted)
}

/// Tries one claimed row once, and marks it.
///
/// # Errors
/// As [`mark`].
pub async fn deliver_once(store: &Store, ways: &Ways, row: Claimed, time: &impl Time) -> Result<Delivery, StoreError> {
    let delivery = try_once(ways, row, time).await;
    mark(store, std::slice::from_ref(&delivery), time.now()).await?;
    Ok(delivery)
}

/// Tries one claimed row once. Whoever calls this marks what came of it.
pub async fn try_once(ways: &Ways, row: Claimed, time: &impl Time) -> Delivery {
    let Claimed { notification, bytes, known } = row;
    let mut learned = Vec::new();
    // Only frozen bytes are sent. What could not be frozen could not be worded.
    let bytes = bytes.ok_or_else(|| {
        ways.compose(&notification, &known, time.outside()).err().unwrap_or_else(|| "it was not frozen".to_owned())
    });
    let tried = match bytes {
        Ok(bytes) => {
            let (attempt, names) = ways.send(&notification, &bytes, &known, time.outside()).await;
            learned = names;
            if matches!(attempt, Attempt::Delivered { .. }) {
                kill_point("accepted");
            }
            judge(ways, &notification, attempt, time.now())
        }
        Err(reason) => again_or_dead(ways, &notification, reason, None, time.now()),
    };
    count(&notification.facts, &tried, time.now());
    Delivery { id: notification.id, receiver: notification.receiver, address: notification.address, tried, learned }
}

/// Counts what came of a try; of a delivery also how long it took since we saw, and since the vendor said.
fn count(facts: &Facts, tried: &Tried, now: Timestamp) {
    let outcome = match tried {
        Tried::Delivered { .. } => "delivered",
        Tried::Again { .. } | Tried::Broken { .. } | Tried::Shorter { .. } => "failed",
        Tried::Dead { .. } | Tried::Gone { .. } => "given_up",
    };
    metrics::counter!("bellwether_deliveries_total", "outcome" => outcome).increment(1);
    if outcome != "delivered" {
        return;
    }
    let since = |at: Timestamp| now.duration_since(at).as_secs_f64().max(0.0);
    metrics::histogram!("bellwether_told_after_seen_seconds").record(since(facts.at));
    let said = facts.topics.iter().filter_map(|topic| topic.vendor_word.as_ref()?.said_at).max();
    if let Some(said) = said {
        metrics::histogram!("bellwether_told_after_said_seconds").record(since(said));
    }
}

/// Marks what came of tries.
///
/// # Errors
/// [`StoreError`] when the rows cannot be marked. What was sent and not marked is sent again, with the same id and the
/// same bytes.
pub async fn mark(store: &Store, deliveries: &[Delivery], now: Timestamp) -> Result<(), StoreError> {
    store.mark_all(deliveries.iter().map(marked), now).await?;
    kill_point("marked");
    Ok(())
}

fn marked(delivery: &Delivery) -> Marked<'_> {
    let Delivery { id, address, tried, learned, .. } = delivery;
    Marked { id, tried, address, learned }
}

impl Ways {
    /// Whether the way to a receiver hangs on what its far side calls things.
    fn keeps_names(&self, receiver: &ReceiverId) -> bool {
        self.receivers.get(receiver).is_some_and(|receiver| matches!(receiver.way, Way::Preset(_)))
    }

    /// Words a notification for its way. `outside` is the date of a drill's mail, whose own times are those of a story.
    ///
    /// # Errors
    /// Why it cannot be worded for this way, for people.
    pub fn compose(&self, notification: &Notification, known: &Known, outside: Timestamp) -> Result<Frozen, String> {
        self.compose_with(notification, known, None, outside)
    }

    /// The same, where `link` leads to the page on which a person's own subscription is confirmed or left.
    ///
    /// # Errors
    /// As [`Ways::compose`].
    pub fn compose_with(
        &self,
        notification: &Notification,
        known: &Known,
        link: Option<&str>,
        outside: Timestamp,
    ) -> Result<Frozen, String> {
        let Notification { id, facts, .. } = notification;
        let message = message(id, facts);
        let receiver = self.receiver(notification)?;
        let bytes = match &receiver.way {
            Way::Email(to) => {
                let date = if facts.drill { outside } else { facts.at };
                let message = asking::with_link(facts, receiver.form, link, message.clone());
                let leave = link.filter(|_| facts.asks.is_none());
                self.compose_mail(notification, (receiver.form, leave), date, to, &message)?
            }
            Way::Webhook { .. } => serde_json::to_vec(&message.json).map_err(|error| error.to_string())?,
            Way::Preset(service) if facts.drill => preset::compose(service, &card(id, facts).as_of(outside), known)?,
            Way::Preset(service) => preset::compose(service, &card(id, facts), known)?,
        };
        Ok(Frozen { subject: message.subject, bytes })
    }

    fn compose_mail(
        &self,
        notification: &Notification,
        (form, leave): (Form, Option<&str>),
        date: Timestamp,
        to: &Email,
        message: &Message,
    ) -> Result<Vec<u8>, String> {
        let relay = self.relay()?;
        let Notification { id, thread, facts, .. } = notification;
        let envelope = Envelope { id, thread, domain: &relay.domain, from: &relay.from, to, date, message, leave };
        let composed = match form {
            // Refused whole: the line for pagers, with its subject.
            Form::Whole if facts.course.shortened => pager::compose(&envelope, &message.subject),
            Form::Whole => mail::compose(&envelope),
            Form::Short { has_subject: true } => pager::compose(&envelope, &short_subject(facts)),
            Form::Short { has_subject: false } => pager::compose(&envelope, ""),
        };
        composed.map_err(|error| error.to_string())
    }

    /// Sends frozen bytes. `now` is the time by which the far side judges the signature.
    pub async fn send(
        &self,
        notification: &Notification,
        bytes: &[u8],
        known: &Known,
        now: Timestamp,
    ) -> (Attempt, Vec<Learned>) {
        let attempt = match self.receiver(notification) {
            Ok(receiver) if matches!(receiver.way, Way::Preset(_)) => match self.parties.get(&receiver.id) {
                Some(Ok(party)) => {
                    let told = self.hooks.tell(party, bytes, known, now).await;
                    return (told.attempt, told.learned);
                }
                Some(Err(reason)) => unsent(reason.clone()),
                None => unsent("its service is not set up".to_owned()),
            },
            Ok(receiver) => self.send_plainly(&receiver, notification, bytes, now).await,
            Err(reason) => unsent(reason),
        };
        (attempt, Vec::new())
    }

    async fn send_plainly(
        &self,
        receiver: &Receiver,
        notification: &Notification,
        bytes: &[u8],
        now: Timestamp,
    ) -> Attempt {
        match &receiver.way {
            Way::Email(to) => match self.relay() {
                Ok(relay) => relay.mailer.send_raw(to, bytes).await,
                Err(reason) => unsent(reason),
            },
            Way::Webhook { .. } => match self.endpoints.get(&receiver.id) {
                Some(Ok(endpoint)) => self.hooks.send(endpoint, &notification.id, bytes, now).await,
                Some(Err(reason)) => unsent(reason.clone()),
                None => unsent("its webhook is not set up".to_owned()),
            },
            Way::Preset(_) => unsent("its service is not set up".to_owned()),
        }
    }

    /// One of the configuration, or the address of a person's own subscription.
    fn receiver(&self, notification: &Notification) -> Result<Cow<'_, Receiver>, String> {
        let id = &notification.receiver;
        let own = || model::own::receiver(id, &notification.address).map(Cow::Owned);
        let known = self.receivers.get(id).map(Cow::Borrowed).or_else(own);
        known.ok_or_else(|| format!("config/subscriptions.toml has no receiver {id} any more"))
    }

    fn relay(&self) -> Result<&Relay, String> {
        self.relay.as_ref().ok_or_else(|| "config/bellwether.toml has no [mail], so no mail can be sent".to_owned())
    }
}

/// It did not get as far as the far side; somebody may mend that.
const fn unsent(reason: String) -> Attempt {
    Attempt::Retry { reason, after: None, ambiguous: false, broken: false }
}

fn judge(ways: &Ways, notification: &Notification, attempt: Attempt, now: Timestamp) -> Tried {
    match attempt {
        Attempt::Delivered { answer } => Tried::Delivered { answer },
        Attempt::Permanent { reason, receiver_gone: true } => match ways.receivers.get(&notification.receiver) {
            Some(receiver) => Tried::Gone { reason, made_of: gone::made_of(receiver) },
            None => Tried::Dead { reason },
        },
        Attempt::Permanent { reason, receiver_gone: false } => Tried::Dead { reason },
        Attempt::TooMuch { reason } => match ways.receiver(notification).map(|receiver| receiver.form) {
            Ok(Form::Whole) if !notification.facts.course.shortened => Tried::Shorter { reason },
            _ => Tried::Dead { reason },
        },
        Attempt::Retry { reason, after, ambiguous, broken } => {
            let reason =
                if ambiguous { format!("{reason} (it may have arrived: a later one may be a double)") } else { reason };
            match again_or_dead(ways, notification, reason, after, now) {
                Tried::Again { due, reason } if broken => Tried::Broken { due, reason },
                other => other,
            }
        }
    }
}

fn again_or_dead(
    ways: &Ways,
    notification: &Notification,
    reason: String,
    asked: Option<Duration>,
    now: Timestamp,
) -> Tried {
    let receiver = ways.receiver(notification).ok();
    match retry::next_try(receiver.as_ref().map(|receiver| &receiver.way), notification.tries + 1, rand::random()) {
        Some(planned) => {
            let wait = retry::honouring(planned, asked);
            let wait = SignedDuration::try_from(wait).unwrap_or(SignedDuration::from_hours(24));
            Tried::Again { due: now + wait, reason }
        }
        None => Tried::Dead { reason: format!("given up after {} tries: {reason}", notification.tries + 1) },
    }
}
