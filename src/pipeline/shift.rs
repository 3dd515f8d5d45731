//! The message at the change of shifts, within the transaction of a tick: the hour is marked with the row that tells it,
//! so that each address gets each hour once, however often the process ends.

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::ahead::effects_of;
use super::compiled::Compiled;
use super::settle::Notice;
use crate::alerting::effects::effects;
use crate::alerting::message::subject::subject;
use crate::alerting::shift::{self, Due, Scene, Standing};
use crate::model::effect::World;
use crate::model::id::{IncidentId, ReceiverId, ServiceId, SourceId};
use crate::model::notification::{FACTS_VERSION, Facts};
use crate::model::shift::{Shift, ShiftFacts};
use crate::model::vendor::{Schedule, Source};
use crate::store::outbox::Gather;
use crate::store::{StoreError, Writing};

/// What is younger has hardly had its turn to be delivered.
const SETTLED: SignedDuration = SignedDuration::from_mins(1);
/// A source that fails is looked at every quarter of an hour at the least; what was not looked at for longer was not watched.
const UNLOOKED: SignedDuration = SignedDuration::from_mins(20);
/// How long the first looks after a start are waited for.
const FIRST_LOOKS: SignedDuration = SignedDuration::from_mins(2);

/// The next hour of any shift.
pub(super) fn next(compiled: &Compiled, now: Timestamp) -> Option<Timestamp> {
    let zone = zone(compiled);
    compiled.shifts.iter().filter_map(|one| shift::next(one, &zone, now)).min()
}

/// Makes the messages that are due.
pub(super) async fn settle(tx: &mut Writing, compiled: &Compiled, now: Timestamp) -> Result<Vec<Notice>, StoreError> {
    let due = due(tx, compiled, now).await?;
    let Some(first) = due.first() else { return Ok(Vec::new()) };
    let unlooked = unlooked(tx, compiled, now).await?;
    if !unlooked.is_empty() && still_waits(tx, first.due.due, now).await? {
        return Ok(Vec::new());
    }
    // How many messages wait is counted before these do.
    let mut all = Vec::new();
    for one in due {
        tx.put_shift_told(&one.shift.id, one.address, &hours(one.shift, compiled), one.due.due).await?;
        all.push((gather(tx, compiled, one.shift, one.due, &unlooked, now).await?, one));
    }
    let mut notices = Vec::new();
    for (told, one) in all {
        notices.push(put_out(tx, compiled, told, one.receiver, one.address, now).await?);
    }
    Ok(notices)
}

/// One message that is due.
struct DueTo<'a> {
    shift: &'a Shift,
    receiver: &'a ReceiverId,
    address: &'a str,
    due: Due,
}

/// What is due. A shift that is new counts as told up to now.
async fn due<'a>(tx: &mut Writing, compiled: &'a Compiled, now: Timestamp) -> Result<Vec<DueTo<'a>>, StoreError> {
    let zone = zone(compiled);
    let mut all = Vec::new();
    for shift in &compiled.shifts {
        let hours = hours(shift, compiled);
        let mut met = BTreeSet::new();
        for receiver in &shift.receivers {
            let Some(address) = compiled.rules.address(receiver).filter(|address| met.insert(*address)) else {
                continue;
            };
            let told = tx.shift_told(&shift.id, address, &hours).await?;
            match shift::standing(shift, &zone, told, now) {
                Standing::Told => {}
                Standing::Begins(hour) => tx.put_shift_told(&shift.id, address, &hours, hour).await?,
                Standing::Due(due) => all.push(DueTo { shift, receiver, address, due }),
            }
        }
    }
    Ok(all)
}

/// The sources that were not looked at for longer than their turn takes: nothing ran. What is known of them is of the past.
async fn unlooked(
    tx: &mut Writing,
    compiled: &Compiled,
    now: Timestamp,
) -> Result<BTreeMap<SourceId, Option<Timestamp>>, StoreError> {
    let looks = tx.last_looks().await?;
    let too_old = |source: &Source| {
        let look = looks.get(&source.id).copied();
        let is_recent = look.is_some_and(|at| now.duration_since(at) <= patience(source));
        (!is_recent).then(|| (source.id.clone(), look))
    };
    Ok(compiled.sources.values().filter_map(too_old).collect())
}

/// How long a source may go without a look.
fn patience(source: &Source) -> SignedDuration {
    match &source.every {
        Schedule::Every(every) => {
            let twice = SignedDuration::try_from(*every * 2).unwrap_or(SignedDuration::MAX);
            UNLOOKED.max(twice.saturating_add(SETTLED))
        }
        Schedule::Cron(_) => SignedDuration::from_hours(25),
    }
}

/// After a start the first looks are waited for, but not for long: what nobody has looked at is told as unseen.
async fn still_waits(tx: &mut Writing, due: Timestamp, now: Timestamp) -> Result<bool, StoreError> {
    let (key, since) = ("shift_waits", tx.note("shift_waits").await?);
    let since = since.and_then(|noted| {
        let (hour, since) = noted.split_once(' ')?;
        (hour == due.to_string()).then(|| since.parse::<Timestamp>().ok()).flatten()
    });
    let Some(since) = since else {
        tx.set_note(key, Some(&format!("{due} {now}"))).await?;
        return Ok(true);
    };
    Ok(now.duration_since(since) < FIRST_LOOKS)
}

fn zone(compiled: &Compiled) -> TimeZone {
    TimeZone::get(&compiled.time_zone).unwrap_or(TimeZone::UTC)
}

/// The hours in words: with others, or in another zone, a shift begins anew.
fn hours(one: &Shift, compiled: &Compiled) -> String {
    let hours: Vec<String> = one.at.iter().map(|hour| hour.strftime("%H:%M").to_string()).collect();
    format!("{} {}", hours.join(" "), compiled.time_zone)
}

async fn gather(
    tx: &mut Writing,
    compiled: &Compiled,
    one: &Shift,
    due: Due,
    unlooked: &BTreeMap<SourceId, Option<Timestamp>>,
    now: Timestamp,
) -> Result<ShiftFacts, StoreError> {
    let mut world = tx.world(&compiled.polled()).await?;
    world.unconfirmed = tx.unconfirmed(&compiled.guessed).await?;
    let effects = effects(&compiled.graph, &world, compiled.effect_rules, now);
    let logged = tx.effects_since(due.since).await?;
    let mail = tx.mail_since(due.since, now - SETTLED).await?;
    let touched = touched(compiled, &world, due.until, now);
    let (graph, touched, logged) = (&compiled.graph, &touched, logged.as_slice());
    let scene = Scene { world: &world, effects: &effects, graph, unlooked, touched, logged, mail, now };
    Ok(shift::facts(one, due, &scene))
}

/// What the maintenances that begin or end until then do to services of ours.
fn touched(
    compiled: &Compiled,
    world: &World,
    until: Timestamp,
    now: Timestamp,
) -> BTreeMap<IncidentId, Vec<ServiceId>> {
    let of = |report| effects_of(compiled, report, now).into_iter().map(|effect| effect.service).collect();
    shift::soon(world, until, now).map(|(report, _, _)| (report.incident.clone(), of(report))).collect()
}

async fn put_out(
    tx: &mut Writing,
    compiled: &Compiled,
    told: ShiftFacts,
    receiver: &ReceiverId,
    address: &str,
    now: Timestamp,
) -> Result<Notice, StoreError> {
    let what = format!("shift {}", told.shift);
    let (id, thread) = (compiled.ids.notification(address, &what, told.due), format!("{what} {}", told.due));
    let facts = Facts {
        version: FACTS_VERSION,
        at: now,
        organisation: compiled.organisation.clone(),
        time_zone: compiled.time_zone.clone(),
        page: compiled.page.clone(),
        sites_in_all: u32::try_from(compiled.inventory.sites.len()).unwrap_or(u32::MAX),
        subscriptions: Vec::new(),
        receiver: receiver.clone(),
        topics: Vec::new(),
        gathered: None,
        shift: Some(told),
        asks: None,
        test: false,
        drill: compiled.is_drill,
        course: Default::default(),
    };
    tx.put_notification(&id, address, &thread, &facts, Gather::No, now).await?;
    let (receiver, services) = (receiver.clone(), Vec::new());
    Ok(Notice { at: now, receiver, services, subject: subject(&facts), sent: true, rule: "shift", why: what })
}
