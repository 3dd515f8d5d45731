//! What the links in mails do: they ask the owner of an address, and let whoever gets the mails leave and come back. The key
//! in a link is all that counts; of it only the hash is kept.

use jiff::Timestamp;

use super::{audit, left};
use crate::model::audit::{By, Deed};
use crate::model::id::NotificationId;
use crate::model::notification::Notification;
use crate::model::own::{BACK_LASTS, KEY_LASTS, Own, Standing, is_own, is_receiver};
use crate::model::subscription::Email;
use crate::pipeline::accounts::{Once, hash};
use crate::store::own::{Key, Purpose};
use crate::store::{Store, StoreError, Writing};

/// What came of wanting to leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Left {
    /// It is left, by this or before.
    Done(Vec<Own>),
    /// Some of it is locked, so that it is not left; what is not locked is.
    Locked(Vec<Own>),
    /// The key is good for nothing.
    NoKey,
}

/// What came of a confirmation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Confirmed {
    /// It tells, by this or since before.
    Done(Own),
    /// It was refused or left since.
    Left(Own),
    /// The link is too old.
    Late(Own),
    /// The key is good for nothing.
    NoKey,
}

/// What a key in a link leads to, before anything is done by it.
pub type Found = Option<(Key, Vec<Own>)>;

/// What a key leads to; looking changes nothing.
///
/// # Errors
/// [`StoreError`].
pub async fn look_at(store: &Store, key: &str, purpose: Purpose) -> Result<Found, StoreError> {
    store.look_at_own_key(&hash(key), purpose).await
}

async fn found(tx: &mut Writing, key: &str, purpose: Purpose) -> Result<Option<(Key, Vec<Own>)>, StoreError> {
    let Some(key) = tx.own_key(&hash(key), purpose).await? else { return Ok(None) };
    let mut owns = tx.owns_at(&key.address).await?;
    owns.retain(|own| key.owns.contains(&own.id));
    Ok(Some((key, owns)))
}

/// As the audit names who follows a link.
fn receiver_by(own: &Own, origin: &str) -> By {
    By { who: format!("the owner of {}", own.address), origin: origin.to_owned() }
}

/// The owner of the address says yes or no to what was asked for.
///
/// # Errors
/// [`StoreError`].
pub async fn answer(
    store: &Store,
    key: &str,
    yes: bool,
    origin: &str,
    now: Timestamp,
) -> Result<Confirmed, StoreError> {
    let mut tx = store.write().await?;
    let Some((key, owns)) = found(&mut tx, key, Purpose::Confirm).await? else { return Ok(Confirmed::NoKey) };
    let Some(own) = owns.into_iter().next() else { return Ok(Confirmed::NoKey) };
    let by = receiver_by(&own, origin);
    if own.left.is_some() {
        return Ok(Confirmed::Left(own));
    }
    if own.confirmed.is_some() {
        return Ok(Confirmed::Done(own));
    }
    if key.ends.is_some_and(|ends| ends <= now) {
        return Ok(Confirmed::Late(own));
    }
    let (own, deed) = if yes {
        (Own { confirmed: Some(now), ..own }, Deed::SubscriptionConfirmed)
    } else {
        (Own { left: Some(now), ..own }, Deed::SubscriptionLeft)
    };
    tx.put_own(&own, origin, true).await?;
    audit(&mut tx, &own, &by, deed, if yes { "" } else { "never confirmed: the owner said no" }, now).await?;
    tx.commit().await?;
    Ok(if yes { Confirmed::Done(own) } else { Confirmed::Left(own) })
}

/// Leaves by the key in a mail. Twice is as good as once. What is locked is not left; that it was wanted is written down.
///
/// # Errors
/// [`StoreError`].
pub async fn leave_by(store: &Store, key: &str, origin: &str, now: Timestamp) -> Result<Left, StoreError> {
    let mut tx = store.write().await?;
    let Some((_, owns)) = found(&mut tx, key, Purpose::Leave).await? else { return Ok(Left::NoKey) };
    let mut after = Vec::with_capacity(owns.len());
    for own in owns {
        let by = receiver_by(&own, origin);
        let own = if own.left.is_none() { Own { left_by_link: true, ..own } } else { own };
        after.push(left(&mut tx, own, &by, "by a link in a mail", now).await?);
    }
    tx.commit().await?;
    if after.iter().any(|own| own.left.is_none()) { Ok(Left::Locked(after)) } else { Ok(Left::Done(after)) }
}

/// Comes back by the key by which it was left, within a day.
///
/// # Errors
/// [`StoreError`].
pub async fn come_back(store: &Store, key: &str, origin: &str, now: Timestamp) -> Result<Vec<Own>, StoreError> {
    let mut tx = store.write().await?;
    let Some((_, owns)) = found(&mut tx, key, Purpose::Leave).await? else { return Ok(Vec::new()) };
    let mut back = Vec::new();
    for own in owns.into_iter().filter(|own| can_come_back(own, now)) {
        let by = receiver_by(&own, origin);
        let own = Own { left: None, left_by_link: false, ..own };
        tx.put_own(&own, origin, true).await?;
        audit(&mut tx, &own, &by, Deed::SubscriptionResumed, "came back by the link", now).await?;
        back.push(own);
    }
    tx.commit().await?;
    Ok(back)
}

/// Whether who left can come back without a new confirmation. What an admin ended stays so.
#[must_use]
pub fn can_come_back(own: &Own, now: Timestamp) -> bool {
    own.left_by_link && own.confirmed.is_some() && own.left.is_some_and(|left| now.duration_since(left) <= BACK_LASTS)
}

/// What a row of the outbox to a person's own address may do now.
pub(in crate::pipeline) enum Passage {
    /// It is not to such an address.
    NotOwn,
    /// It goes, with a key in it that leads to this address of ours.
    With(String),
    /// Nobody wants it any more.
    Nobody,
}

/// The address to which a row goes because of a person's own subscriptions and of nothing else. The configuration may know
/// the same address: what it tells there as well is not left.
fn theirs_alone(row: &Notification) -> Option<Email> {
    let Notification { receiver, address, facts, .. } = row;
    let by_theirs = match facts.subscriptions.as_slice() {
        [] => is_receiver(receiver),
        subscriptions => subscriptions.iter().all(is_own),
    };
    let email = || Email::parse(address.strip_prefix("mailto:")?).ok();
    (by_theirs && facts.course.second.is_none()).then(email)?
}

/// Whether a row still goes to a person's own address, and the link that stands in it. The key of that link is drawn here,
/// so that the store knows only its hash.
pub(in crate::pipeline) async fn passage(
    tx: &mut Writing,
    row: &Notification,
    is_frozen: bool,
    now: Timestamp,
) -> Result<Passage, StoreError> {
    let Some(address) = theirs_alone(row) else { return Ok(Passage::NotOwn) };
    let mut owns = tx.owns_at(&address).await?;
    owns.retain(|own| row.facts.subscriptions.contains(&own.id));
    let is_question = row.facts.asks.is_some();
    owns.retain(|own| if is_question { own.standing(now) == Standing::Unconfirmed } else { own.tells() });
    if owns.is_empty() {
        return Ok(Passage::Nobody);
    }
    if is_frozen {
        return Ok(Passage::With(String::new()));
    }
    let (purpose, word) = if is_question { (Purpose::Confirm, "confirm") } else { (Purpose::Leave, "leave") };
    let once = Once::draw();
    let owns = owns.into_iter().map(|own| own.id).collect();
    let key = Key { address, owns, ends: is_question.then(|| now + KEY_LASTS) };
    tx.put_own_key(&hash(once.reveal()), purpose, &key, now).await?;
    let page = row.facts.page.as_deref().unwrap_or_default();
    Ok(Passage::With(format!("{page}/subscriptions/{word}/{}", once.reveal())))
}

/// Takes the rows that nobody wants any more out of the outbox.
pub(in crate::pipeline) async fn let_be(
    tx: &mut Writing,
    id: &NotificationId,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.let_be(id, "not sent: its subscription was left, paused, or never confirmed", now).await
}
