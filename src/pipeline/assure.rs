//! What makes it certain that a message arrives: what its first way does not take goes by a second one too, operators are
//! told of ways that do not work, and each way is tried every day.
//!
//! It runs beside the deliveries, every second, and costs a look at two indexes while all is well.

use jiff::{SignedDuration, Timestamp};

use super::compiled::Compiled;
use super::stage::recall;
use super::ways;
use crate::alerting::message::words::is_over;
use crate::alerting::second::{by_second_way, ends};
use crate::model::course::SecondWay;
use crate::model::id::{NotificationId, ReceiverId};
use crate::model::notification::Facts;
use crate::store::outbox::Gather;
use crate::store::second::{Stuck, Stuckness, causes};
use crate::store::{Store, StoreError, Writing};

/// What was given up earlier is not told by a second way any more: a configuration that gets one must not tell the past.
const GIVEN_UP_WITHIN: SignedDuration = SignedDuration::from_hours(24);

/// Sends what did not arrive by a second way too, and the ends of what went so. How many messages that are.
///
/// # Errors
/// [`StoreError`]; then nothing of it happened, and the next run finds it again.
pub async fn assure_once(store: &Store, compiled: &Compiled, now: Timestamp) -> Result<usize, StoreError> {
    ways::try_out(store, compiled, now).await?;
    ways::tell(store, compiled, now).await?;
    let stuck = stuck(store, compiled, now).await?;
    let following = store.following().await?;
    if stuck.is_empty() && following.is_empty() {
        return Ok(0);
    }
    let mut tx = store.write().await?;
    tx.under(compiled.edition)?;
    let mut sent = 0;
    for row in stuck {
        sent += usize::from(second(&mut tx, compiled, &row, now).await?);
    }
    for row in following {
        sent += usize::from(follow(&mut tx, compiled, &row, now).await?);
    }
    tx.commit().await?;
    metrics::counter!("bellwether_second_routes_total").increment(sent as u64);
    Ok(sent)
}

/// What does not arrive by its first way at that time and has another.
pub(super) async fn stuck(store: &Store, compiled: &Compiled, now: Timestamp) -> Result<Vec<Stuck>, StoreError> {
    let receivers = compiled.rules.receivers().values().filter(|receiver| receiver.fallback.is_some());
    let receivers: Vec<&str> = receivers.map(|receiver| receiver.id.as_str()).collect();
    if receivers.is_empty() {
        return Ok(Vec::new());
    }
    let (before, all) = (now - compiled.arriving.second_after, compiled.arriving.second_for_all);
    let asked = Stuckness { receivers: &receivers, all, before, given_up_since: now - GIVEN_UP_WITHIN };
    store.stuck(&asked).await
}

/// Puts a message that did not arrive into the outbox for the next way, once.
async fn second(tx: &mut Writing, compiled: &Compiled, row: &Stuck, now: Timestamp) -> Result<bool, StoreError> {
    let receivers = compiled.rules.receivers();
    let Some(to) = receivers.get(&row.receiver).and_then(|receiver| receiver.fallback.as_ref()) else {
        return Ok(false);
    };
    let mut ways: Vec<ReceiverId> = row.facts.course.second.as_ref().map(|s| s.ways.clone()).unwrap_or_default();
    ways.push(row.receiver.clone());
    let Some(address) = compiled.rules.address(to) else { return Ok(false) };
    if !tx.is_unseconded(&row.id).await? {
        return Ok(false);
    }
    if ways.contains(to) || address == row.address {
        tx.put_second(&row.id, "no other way").await?;
        return Ok(false);
    }
    if tx.is_told_itself(address, row).await? {
        tx.put_second(&row.id, "told by itself").await?;
        return Ok(false);
    }
    let reason = row.reason.clone().unwrap_or_else(|| "it was not tried".to_owned());
    let why = SecondWay { ways, since: row.since, reason, of: row.id.clone() };
    let by = put(tx, compiled, row, address, by_second_way(&row.facts, to, why, now), now).await?;
    let open = row.facts.topics.iter().filter(|topic| !is_over(topic)).map(|topic| topic.cause.to_string());
    tx.put_seconded(row, &open.collect::<Vec<_>>(), to, &by).await?;
    tx.put_second(&row.id, &by.0).await?;
    Ok(true)
}

/// Who was told of a beginning by a second way is told the end there too, whether it arrives by the first way or not.
async fn follow(tx: &mut Writing, compiled: &Compiled, row: &Stuck, now: Timestamp) -> Result<bool, StoreError> {
    let known = tx.seconded(&row.address).await?;
    let to = &row.receiver;
    let (Some(told), Some(address)) = (ends(&row.facts, &known), compiled.rules.address(to)) else {
        tx.pass_seconded(row).await?;
        return Ok(false);
    };
    let ended = causes(&told);
    tx.drop_seconded(&row.address, &ended).await?;
    tx.pass_seconded(row).await?;
    if !tx.is_unseconded(&row.id).await?
        || tx.is_told_itself(address, &Stuck { facts: told.clone(), ..row.clone() }).await?
    {
        return Ok(false);
    }
    let reason = "its beginning came to you this way".to_owned();
    let why = SecondWay { ways: vec![row.facts.receiver.clone()], since: row.made, reason, of: row.id.clone() };
    let by = put(tx, compiled, row, address, by_second_way(&told, to, why, now), now).await?;
    tx.put_second(&row.id, &by.0).await?;
    Ok(true)
}

async fn put(
    tx: &mut Writing,
    compiled: &Compiled,
    row: &Stuck,
    address: &str,
    mut facts: Facts,
    now: Timestamp,
) -> Result<NotificationId, StoreError> {
    let id = compiled.ids.notification(address, &format!("second way of {}", row.id), row.made);
    // What it changes against is what this address knows, and not what the first one would have.
    recall(tx, address, &mut facts).await?;
    tx.put_notification(&id, address, &row.thread, &facts, Gather::No, now).await
}
