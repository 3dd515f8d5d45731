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
use crate::model::id::{IncidentId, ReceiverId, ServiceId};
use crate::model::notification::{FACTS_VERSION, Facts};
use crate::model::shift::{Shift, ShiftFacts};
use crate::store::{StoreError, Writing};

/// What is younger has hardly had its turn to be delivered.
const SETTLED: SignedDuration = SignedDuration::from_mins(1);

/// The next hour of any shift.
pub(super) fn next(compiled: &Compiled, now: Timestamp) -> Option<Timestamp> {
    let zone = zone(compiled);
    compiled.shifts.iter().filter_map(|one| shift::next(one, &zone, now)).min()
}

/// Makes the messages that are due.
pub(super) async fn settle(tx: &mut Writing, compiled: &Compiled, now: Timestamp) -> Result<Vec<Notice>, StoreError> {
    let zone = zone(compiled);
    let mut waiting = Vec::new();
    for one in &compiled.shifts {
        let hours = hours(one, compiled);
        let mut met = BTreeSet::new();
        for receiver in &one.receivers {
            let Some(address) = compiled.rules.address(receiver).filter(|address| met.insert(*address)) else {
                continue;
            };
            let told = tx.shift_told(&one.id, address, &hours).await?;
            match shift::standing(one, &zone, told, now) {
                Standing::Told => {}
                Standing::Begins(hour) => tx.put_shift_told(&one.id, address, &hours, hour).await?,
                Standing::Due(due) => {
                    tx.put_shift_told(&one.id, address, &hours, due.due).await?;
                    waiting.push((one, receiver, address, due));
                }
            }
        }
    }
    // How many messages wait is counted before these do.
    let mut all = Vec::new();
    for (one, receiver, address, due) in waiting {
        all.push((gather(tx, compiled, one, due, now).await?, receiver, address));
    }
    let mut notices = Vec::new();
    for (told, receiver, address) in all {
        notices.push(put_out(tx, compiled, told, receiver, address, now).await?);
    }
    Ok(notices)
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
    now: Timestamp,
) -> Result<ShiftFacts, StoreError> {
    let world = tx.world(&compiled.polled()).await?;
    let effects = effects(&compiled.graph, &world, compiled.effect_rules, now);
    let logged = tx.effects_since(due.since).await?;
    let mail = tx.mail_since(due.since, now - SETTLED).await?;
    let touched = touched(compiled, &world, due.until, now);
    let (graph, touched, logged) = (&compiled.graph, &touched, logged.as_slice());
    Ok(shift::facts(one, due, &Scene { world: &world, effects: &effects, graph, touched, logged, mail, now }))
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
        shift: Some(told),
        test: false,
    };
    tx.put_notification(&id, address, &thread, &facts, now).await?;
    let (receiver, services) = (receiver.clone(), Vec::new());
    Ok(Notice { at: now, receiver, services, subject: subject(&facts), sent: true, why: what })
}
