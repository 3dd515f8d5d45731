//! What operators are told of our own ways, and the daily trial of each. It runs with `assure`.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};

use super::compiled::Compiled;
use crate::model::course::{Course, TroubleKind, WayTrouble};
use crate::model::id::{NotificationId, ReceiverId};
use crate::model::notification::{FACTS_VERSION, Facts};
use crate::model::own;
use crate::model::subscription::{Receiver, Way};
use crate::store::outbox::Gather;
use crate::store::trouble::Kept;
use crate::store::{Store, StoreError, Writing};

/// How long a way may take to accept its trial.
const ACCEPTED_WITHIN: SignedDuration = SignedDuration::from_mins(15);

/// Whether a trouble waits to be told, or its end does.
fn waits(kept: &Kept) -> bool {
    kept.told.is_none() || kept.trouble.over.is_some()
}

/// Tells operators of ways that do not work, each once, and once that it works again.
///
/// # Errors
/// [`StoreError`]; then nothing of it happened.
pub(super) async fn tell(store: &Store, compiled: &Compiled, now: Timestamp) -> Result<(), StoreError> {
    if !store.troubles().await?.iter().any(waits) {
        return Ok(());
    }
    let mut tx = store.write().await?;
    tx.under(compiled.edition)?;
    for kept in tx.troubles().await?.iter().filter(|kept| waits(kept)) {
        // What was over before anybody could be told is not told.
        if let Some(trouble) = named(compiled, &kept.trouble)
            && (kept.told.is_some() || trouble.over.is_none())
        {
            for receiver in operators(compiled, kept) {
                put(&mut tx, compiled, receiver, &trouble, now).await?;
            }
        }
        tx.put_trouble_told(kept, now).await?;
    }
    tx.commit().await
}

/// A trouble as people read it: the way to a person's own address is called by that address. Nothing where it was left.
#[must_use]
pub fn named(compiled: &Compiled, trouble: &WayTrouble) -> Option<WayTrouble> {
    let Some(id) = ReceiverId::parse(&trouble.way).ok().filter(own::is_receiver) else { return Some(trouble.clone()) };
    let receiver = compiled.rules.receivers().get(&id)?;
    let address = receiver.address();
    let way = address.strip_prefix("mailto:").unwrap_or(&address).to_owned();
    Some(WayTrouble { way, ..trouble.clone() })
}

/// Who is told, by another way than the one that fails where there is one.
fn operators<'a>(compiled: &'a Compiled, kept: &Kept) -> Vec<&'a Receiver> {
    let (rules, named) = (&compiled.rules, &compiled.arriving.operators);
    let keepers = rules.keepers().iter().flat_map(|wish| &wish.receivers);
    let ids: Vec<&ReceiverId> = if named.is_empty() { keepers.collect() } else { named.iter().collect() };
    let mut all: Vec<&Receiver> = Vec::new();
    for receiver in ids.into_iter().filter_map(|id| rules.receivers().get(id)) {
        if !all.iter().any(|known| known.address() == receiver.address()) {
            all.push(receiver);
        }
    }
    let is_mail = kept.trouble.kind == TroubleKind::Broken;
    let fails = |receiver: &&Receiver| {
        receiver.id.as_str() == kept.receiver || is_mail && matches!(receiver.way, Way::Email(_))
    };
    let others: Vec<&Receiver> = all.iter().copied().filter(|receiver| !fails(receiver)).collect();
    if others.is_empty() { all } else { others }
}

async fn put(
    tx: &mut Writing,
    compiled: &Compiled,
    receiver: &Receiver,
    trouble: &WayTrouble,
    now: Timestamp,
) -> Result<NotificationId, StoreError> {
    let word = if trouble.over.is_some() { "over" } else { trouble.kind.word() };
    let course = Course { trouble: Some(trouble.clone()), ..Course::default() };
    let what = format!("way {} {word}", trouble.way);
    let thread = format!("way {} {}", trouble.way, trouble.since);
    put_bare(tx, compiled, receiver, (&what, &thread), course, now).await
}

async fn put_bare(
    tx: &mut Writing,
    compiled: &Compiled,
    receiver: &Receiver,
    (what, thread): (&str, &str),
    course: Course,
    now: Timestamp,
) -> Result<NotificationId, StoreError> {
    let address = receiver.address();
    let facts = Facts {
        version: FACTS_VERSION,
        at: now,
        organisation: compiled.organisation.clone(),
        time_zone: compiled.time_zone.clone(),
        page: compiled.page.clone(),
        sites_in_all: u32::try_from(compiled.inventory.sites.len()).unwrap_or(u32::MAX),
        subscriptions: Vec::new(),
        receiver: receiver.id.clone(),
        topics: Vec::new(),
        gathered: None,
        shift: None,
        asks: None,
        test: course.trial,
        drill: compiled.is_drill,
        course,
    };
    let id = compiled.ids.notification(&address, what, now);
    tx.put_notification(&id, &address, thread, &facts, Gather::No, now).await
}

/// Sends the trials that are due, and notes those that were not accepted in time.
///
/// # Errors
/// [`StoreError`]; then nothing of it happened.
pub(super) async fn try_out(store: &Store, compiled: &Compiled, now: Timestamp) -> Result<(), StoreError> {
    let Some(hour) = last_hour(compiled, now) else { return Ok(()) };
    let known = store.trials().await?;
    let told = |receiver: &Receiver| known.iter().find(|(id, _)| id == receiver.id.as_str()).map(|(_, at)| *at);
    // People's own addresses get nothing that they did not ask for.
    let receivers = compiled.rules.receivers().values().filter(|receiver| !own::is_receiver(&receiver.id));
    let due: Vec<&Receiver> = receivers.filter(|receiver| told(receiver).is_none_or(|at| at < hour)).collect();
    let unaccepted = store.unaccepted_trials(now - ACCEPTED_WITHIN).await?;
    if due.is_empty() && unaccepted.is_empty() {
        return Ok(());
    }
    let mut tx = store.write().await?;
    tx.under(compiled.edition)?;
    for (id, answer) in unaccepted {
        tx.begin_trial_trouble(&id, &answer, now).await?;
    }
    for receiver in due {
        // One that is new begins with the next hour.
        let id = if told(receiver).is_some() { Some(put_trial(&mut tx, compiled, receiver, now).await?) } else { None };
        tx.put_trial(&receiver.id, hour, id.as_ref()).await?;
    }
    tx.commit().await
}

async fn put_trial(
    tx: &mut Writing,
    compiled: &Compiled,
    receiver: &Receiver,
    now: Timestamp,
) -> Result<NotificationId, StoreError> {
    let course = Course { trial: true, ..Course::default() };
    put_bare(tx, compiled, receiver, ("canary", &format!("canary {now}")), course, now).await
}

/// The newest hour of the daily trial.
fn last_hour(compiled: &Compiled, now: Timestamp) -> Option<Timestamp> {
    let time = compiled.arriving.canary?;
    let zone = TimeZone::get(&compiled.time_zone).unwrap_or(TimeZone::UTC);
    let local = now.to_zoned(zone.clone());
    let today = local.date().to_datetime(time).to_zoned(zone.clone()).ok()?.timestamp();
    if today <= now {
        return Some(today);
    }
    let before = local.date().checked_sub(1.day()).ok()?;
    Some(before.to_datetime(time).to_zoned(zone).ok()?.timestamp())
}
