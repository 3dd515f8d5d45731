//! The watch over ourselves: whether everything that should have happened by now did. It reads what the other parts left
//! behind, and believes none of them by their word.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::assure;
use super::compiled::Compiled;
use crate::alerting::rules::Whose;
use crate::config::schedule;
use crate::model::id::{ServiceId, SourceId};
use crate::model::incident::Health;
use crate::model::subscription::Subscription;
use crate::model::vendor::{Schedule, Source};
use crate::store::auditor::Looked;
use crate::store::{Store, StoreError};

/// A message that was due for so long and that nobody tries is forgotten by somebody.
const UNTRIED_FOR: SignedDuration = SignedDuration::from_mins(2);
/// What is about the worst must be taken by some way within this time.
const UNTAKEN_FOR: SignedDuration = SignedDuration::from_mins(15);
/// Who is told is decided with the trouble itself, and at the latest by the next tick.
const UNDECIDED_FOR: SignedDuration = SignedDuration::from_mins(2);
/// A message that does not arrive goes by its second way within this time, once it may.
const UNSECONDED_FOR: SignedDuration = SignedDuration::from_mins(2);
/// The least that a look may be late.
const LATE_AT_LEAST: SignedDuration = SignedDuration::from_mins(3);
/// How long the store may take to write something.
const WRITES_WITHIN: Duration = Duration::from_secs(30);
/// Sources that are named; of the others there is the number.
const NAMED: usize = 3;

/// What is not well with ourselves, in words; nothing, if all is.
pub async fn audit(store: &Store, compiled: &Compiled, started: Timestamp, now: Timestamp) -> Vec<String> {
    let mut wrong = Vec::new();
    match tokio::time::timeout(WRITES_WITHIN, store.prove_writable(now)).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => wrong.push(format!("nothing can be written: {error}")),
        Err(_) => wrong.push(format!("nothing could be written within {} s", WRITES_WITHIN.as_secs())),
    }
    match judged(store, compiled, started, now).await {
        Ok(more) => wrong.extend(more),
        Err(error) => wrong.push(format!("the store cannot be read: {error}")),
    }
    wrong
}

async fn judged(
    store: &Store,
    compiled: &Compiled,
    started: Timestamp,
    now: Timestamp,
) -> Result<Vec<String>, StoreError> {
    let mut wrong = Vec::new();
    let looks: BTreeMap<SourceId, Looked> =
        store.last_looks().await?.into_iter().map(|look| (look.source.clone(), look)).collect();
    let late: Vec<&str> = compiled
        .sources
        .values()
        .filter(|source| is_late(source, looks.get(&source.id), started, now))
        .map(|source| source.id.as_str())
        .collect();
    if !late.is_empty() {
        let named = late.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
        let more = late.len().saturating_sub(NAMED);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        wrong.push(format!("not looked at in time: {named}{more}"));
    }
    match store.overdue(now - UNTRIED_FOR).await? {
        0 => {}
        overdue => wrong.push(format!("messages that are due and that nobody tries: {overdue}")),
    }
    match store.untaken(now - UNTAKEN_FOR).await? {
        0 => {}
        untaken => wrong.push(format!("messages about the worst that no way has taken: {untaken}")),
    }
    let undecided = store.undecided(now - SignedDuration::from_hours(1), now - UNDECIDED_FOR).await?;
    match undecided.iter().filter(|(service, _)| is_wanted(compiled, service)).count() {
        0 => {}
        undecided => wrong.push(format!("troubles of which it was never decided who is told: {undecided}")),
    }
    let stuck = assure::stuck(store, compiled, now - UNSECONDED_FOR).await?;
    // What lies with the whole way is there at once, and the deliveries have a second for it.
    match stuck.iter().filter(|row| row.since <= now - UNSECONDED_FOR).count() {
        0 => {}
        stuck => wrong.push(format!("messages that do not arrive and go by no second way: {stuck}")),
    }
    Ok(wrong)
}

/// Whether a subscription wants all that hurts a service, so that something must have been decided.
fn is_wanted(compiled: &Compiled, service: &ServiceId) -> bool {
    compiled.rules.about(service, Whose::Vendor(None)).into_iter().any(|wish| {
        let Subscription { components, regions, with_words, without_words, step, receivers, .. } = wish;
        let leads_there = receivers.iter().any(|id| compiled.rules.address(id).is_some());
        let lists = [components, regions, with_words, without_words];
        leads_there && step.is_none() && lists.iter().all(|list| list.is_empty())
    })
}

/// Whether a source should have been looked at by now. One that does not answer is looked at less often, as its server
/// may ask for; the scheduler says whether it is late with those.
fn is_late(source: &Source, looked: Option<&Looked>, started: Timestamp, now: Timestamp) -> bool {
    if looked.is_some_and(|look| matches!(look.health, Health::Unreadable { .. })) {
        return false;
    }
    // Before this process began, nobody looked.
    let last = looked.and_then(|look| look.at).map_or(started, |at| at.max(started));
    let allowed = match &source.every {
        Schedule::Every(every) => SignedDuration::try_from(*every).unwrap_or(LATE_AT_LEAST) * 3,
        Schedule::Cron(line) => schedule::parse(line)
            .ok()
            .and_then(|line| schedule::next_after(&line, last))
            .map_or(SignedDuration::from_hours(25), |due| due.duration_since(last) + LATE_AT_LEAST),
    };
    now.duration_since(last) > allowed.max(LATE_AT_LEAST)
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::model::format::Format;
    use crate::model::snapshot::Unreadable;

    fn late(every: Schedule, last: Option<i64>, health: Health, now: i64) -> bool {
        let at = |second| Timestamp::from_second(1_800_000_000 + second).unwrap();
        let id = SourceId::parse("a/b").unwrap();
        let source = Source { every, ..Source::at(id.clone(), Format::Statuspage, None) };
        let looked = Looked { source: id, at: last.map(at), health };
        is_late(&source, Some(&looked), at(0), at(now))
    }

    #[test]
    fn a_source_is_late_after_three_of_its_intervals() {
        let well = || Health::readable();
        let minutes = |n: u64| Schedule::Every(Duration::from_secs(60 * n));
        assert!(!late(minutes(1), Some(600), well(), 600 + 180));
        assert!(late(minutes(1), Some(600), well(), 600 + 181));
        assert!(!late(minutes(10), Some(600), well(), 600 + 1_800));
        assert!(late(minutes(10), Some(600), well(), 600 + 1_801));
        assert!(!late(minutes(1), Some(-9_000), well(), 100), "before the start nobody looked");
        assert!(late(minutes(1), None, Health::NeverRead, 181), "it was never looked at");
        let dark = Health::Unreadable { since: Timestamp::UNIX_EPOCH, why: Unreadable::Unreachable("gone".into()) };
        assert!(!late(minutes(1), Some(600), dark, 90_000), "a server may ask to be left alone for a day");
        let nightly = || Schedule::Cron("0 3 * * *".into());
        assert!(!late(nightly(), Some(600), well(), 600 + 3_600));
        assert!(late(nightly(), Some(600), well(), 600 + 26 * 3_600));
    }
}
