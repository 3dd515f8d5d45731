//! From the outbox to the far side: freeze, send, then mark. Never mark, then send.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::kill_point;
use super::own::link::{self, Passage};
use crate::alerting::message::short::short_subject;
use crate::alerting::message::{asking, message};
use crate::delivery::mail::{self, Envelope, Mailbox};
use crate::delivery::mailer::Mailer;
use crate::delivery::pager;
use crate::delivery::webhook::{Endpoint, Hooks};
use crate::delivery::{Attempt, retry};
use crate::model;
use crate::model::id::{NotificationId, ReceiverId};
use crate::model::notification::{Facts, Message, Notification};
use crate::model::subscription::{Email, Form, Receiver, Way};
use crate::store::outbox::{Claimed, Frozen, Tried};
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
    /// The name of this process in leases.
    pub process: String,
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
    /// What came of it.
    pub tried: Tried,
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
    let claimed = tx.claim(&ways.process, most, busy, time.after(LEASE), time.now()).await?;
    if claimed.is_empty() {
        return Ok(claimed);
    }
    kill_point("claimed");
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
        // What cannot be worded is told by the try.
        if row.bytes.is_none()
            && let Ok(frozen) = ways.compose_with(&row.notification, way_out.as_deref(), time.outside())
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
    let Claimed { notification, bytes } = row;
    // Only frozen bytes are sent. What could not be frozen could not be worded.
    let bytes = bytes.ok_or_else(|| {
        ways.compose(&notification, time.outside()).err().unwrap_or_else(|| "it was not frozen".to_owned())
    });
    let tried = match bytes {
        Ok(bytes) => {
            let attempt = ways.send(&notification, &bytes, time.outside()).await;
            if matches!(attempt, Attempt::Delivered { .. }) {
                kill_point("accepted");
            }
            judge(ways, &notification, attempt, time.now())
        }
        Err(reason) => again_or_dead(ways, &notification, reason, None, time.now()),
    };
    count(&notification.facts, &tried, time.now());
    Delivery { id: notification.id, receiver: notification.receiver, tried }
}

/// Counts what came of a try; of a delivery also how long it took since we saw, and since the vendor said.
fn count(facts: &Facts, tried: &Tried, now: Timestamp) {
    let outcome = match tried {
        Tried::Delivered { .. } => "delivered",
        Tried::Again { .. } => "failed",
        Tried::Dead { .. } => "given_up",
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
    store.mark_all(deliveries.iter().map(|delivery| (&delivery.id, &delivery.tried)), now).await?;
    kill_point("marked");
    Ok(())
}

impl Ways {
    /// Words a notification for its way. `outside` is the date of a drill's mail, whose own times are those of a story.
    ///
    /// # Errors
    /// Why it cannot be worded for this way, for people.
    pub fn compose(&self, notification: &Notification, outside: Timestamp) -> Result<Frozen, String> {
        self.compose_with(notification, None, outside)
    }

    /// The same, where `link` leads to the page on which a person's own subscription is confirmed or left.
    ///
    /// # Errors
    /// As [`Ways::compose`].
    pub fn compose_with(
        &self,
        notification: &Notification,
        link: Option<&str>,
        outside: Timestamp,
    ) -> Result<Frozen, String> {
        let Notification { id, facts, .. } = notification;
        let message = message(id, facts);
        let receiver = self.receiver(notification)?;
        let bytes = match &receiver.way {
            Way::Email(to) => {
                let date = if facts.drill { outside } else { facts.at };
                let message = with_link(facts, receiver.form, link, message.clone());
                let leave = link.filter(|_| facts.asks.is_none());
                self.compose_mail(notification, (receiver.form, leave), date, to, &message)?
            }
            Way::Webhook { .. } => serde_json::to_vec(&message.json).map_err(|error| error.to_string())?,
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
            Form::Whole => mail::compose(&envelope),
            Form::Short { has_subject: true } => pager::compose(&envelope, &short_subject(facts)),
            Form::Short { has_subject: false } => pager::compose(&envelope, ""),
        };
        composed.map_err(|error| error.to_string())
    }

    /// Sends frozen bytes. `now` is the time by which the far side judges the signature.
    pub async fn send(&self, notification: &Notification, bytes: &[u8], now: Timestamp) -> Attempt {
        let receiver = match self.receiver(notification) {
            Ok(receiver) => receiver,
            Err(reason) => return Attempt::Retry { reason, after: None, ambiguous: false },
        };
        match &receiver.way {
            Way::Email(to) => match self.relay() {
                Ok(relay) => relay.mailer.send_raw(to, bytes).await,
                Err(reason) => Attempt::Retry { reason, after: None, ambiguous: false },
            },
            Way::Webhook { .. } => match self.endpoints.get(&receiver.id) {
                Some(Ok(endpoint)) => self.hooks.send(endpoint, &notification.id, bytes, now).await,
                Some(Err(reason)) => Attempt::Retry { reason: reason.clone(), after: None, ambiguous: false },
                None => {
                    Attempt::Retry { reason: "its webhook is not set up".to_owned(), after: None, ambiguous: false }
                }
            },
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

/// The words with the link that belongs into them, or with whom to ask.
fn with_link(facts: &Facts, form: Form, link: Option<&str>, message: Message) -> Message {
    match (&facts.asks, link) {
        (Some(asks), Some(link)) => asking::question(facts, asks, link, message),
        (None, Some(link)) => asking::with_way_out(message, facts.page.as_deref().unwrap_or_default(), link),
        (None, None) if form == Form::Whole && !facts.test => asking::with_whom_to_ask(message),
        (Some(_) | None, None) => message,
    }
}

fn judge(ways: &Ways, notification: &Notification, attempt: Attempt, now: Timestamp) -> Tried {
    match attempt {
        Attempt::Delivered { answer } => Tried::Delivered { answer },
        Attempt::Permanent { reason, .. } => Tried::Dead { reason },
        Attempt::Retry { reason, after, ambiguous } => {
            let reason =
                if ambiguous { format!("{reason} (it may have arrived: a later one may be a double)") } else { reason };
            again_or_dead(ways, notification, reason, after, now)
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
