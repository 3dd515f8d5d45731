//! Maintenances that lie ahead, within the transaction of a look or a tick: what they would do, who is told of them, and
//! the rows that this becomes.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::compiled::Compiled;
use super::settle::Notice;
use super::stage::{Stage, as_open};
use crate::alerting::ahead::{AheadDecision, AheadKey, Expected, ToldAhead, as_ahead, lies_ahead, route_ahead};
use crate::alerting::effects::effects_on;
use crate::alerting::facts;
use crate::alerting::route::Decision;
use crate::model::ahead::AheadKind;
use crate::model::effect::{Cause, Effect, World};
use crate::model::id::{IncidentId, VendorId};
use crate::model::incident::Report;
use crate::store::{StoreError, Writing};

/// The causes of which somebody was told ahead, so that what became of them is known.
pub(super) fn causes(told: &BTreeMap<AheadKey, ToldAhead>) -> impl Iterator<Item = Cause> + '_ {
    told.keys().map(|(_, incident)| Cause::Incident(incident.clone()))
}

/// When somebody must next be told ahead, as things stand.
pub(super) fn next(world: &World, compiled: &Compiled) -> Vec<Timestamp> {
    let aheads = compiled.rules.aheads();
    let planned = || world.reports.iter().filter_map(lies_ahead);
    aheads
        .iter()
        .flat_map(|ahead| planned().map(|window| window.from.saturating_sub(*ahead).unwrap_or(window.from)))
        .collect()
}

/// Tells what lies ahead at these vendors; at all of them for `None`.
pub(super) async fn settle(
    tx: &mut Writing,
    stage: &Stage<'_>,
    world: &World,
    vendors: Option<&BTreeSet<VendorId>>,
    told: &BTreeMap<AheadKey, ToldAhead>,
    now: Timestamp,
) -> Result<Vec<Notice>, StoreError> {
    let expected = expected(stage.compiled, world, vendors, told, now);
    if expected.is_empty() && told.is_empty() {
        return Ok(Vec::new());
    }
    let routed = route_ahead(&expected, told, &stage.reports, &stage.compiled.rules, now);
    for (key, told) in &routed.told {
        match (told, stage.reports.get(&key.1)) {
            (None, _) => tx.forget_told_ahead(key).await?,
            (Some(told), Some(report)) => tx.put_told_ahead(key, &report.source.vendor(), told).await?,
            (Some(_), None) => {}
        }
    }
    tell(tx, stage, &routed.decisions, now).await
}

/// What lies ahead near enough for anybody, or was told, and what it would do alone: what else goes on may be over by then.
fn expected<'w>(
    compiled: &Compiled,
    world: &'w World,
    vendors: Option<&BTreeSet<VendorId>>,
    told: &BTreeMap<AheadKey, ToldAhead>,
    now: Timestamp,
) -> Vec<Expected<'w>> {
    let was_told: BTreeSet<&IncidentId> = told.keys().map(|(_, incident)| incident).collect();
    let longest = compiled.rules.aheads().last().copied().unwrap_or(SignedDuration::ZERO);
    let mut seen = BTreeSet::new();
    let mut all = Vec::new();
    for report in &world.reports {
        let Some(planned) = lies_ahead(report) else { continue };
        let is_near = planned.from > now && planned.from.duration_since(now) <= longest;
        let is_guessed = world.unconfirmed.contains(&report.source) && !was_told.contains(&report.incident);
        let is_meant = !is_guessed && vendors.is_none_or(|vendors| vendors.contains(&report.source.vendor()));
        if is_meant && (is_near || was_told.contains(&report.incident)) && seen.insert(&report.incident) {
            all.push(Expected { report, planned, effects: effects_of(compiled, report, now) });
        }
    }
    all
}

/// The effects of a maintenance as if it ran, and nothing else did.
pub(super) fn effects_of(compiled: &Compiled, report: &Report, now: Timestamp) -> Vec<Effect> {
    let world = World { reports: vec![as_open(report)], ..World::default() };
    let services = compiled.graph.reached_by(&BTreeSet::from([report.source.vendor()]));
    effects_on(&compiled.graph, &world, compiled.effect_rules, now, &services).hurts.into_values().collect()
}

/// What is announced to an address at one time is one message, however many maintenances; all else is one each.
async fn tell(
    tx: &mut Writing,
    stage: &Stage<'_>,
    decisions: &[AheadDecision],
    now: Timestamp,
) -> Result<Vec<Notice>, StoreError> {
    let mut groups: BTreeMap<(&str, String), Vec<&AheadDecision>> = BTreeMap::new();
    for one in decisions {
        let what = match one.ahead.kind {
            AheadKind::Announced => "ahead".to_owned(),
            kind => format!("ahead {} {}", kind.word(), one.decision.cause),
        };
        groups.entry((&one.decision.address, what)).or_default().push(one);
    }
    let mut notices = Vec::new();
    for ((_, what), group) in groups {
        let of: Vec<&Decision> = group.iter().map(|one| &one.decision).collect();
        let Some(mut facts) = facts::facts(&of, &stage.background(), false, now) else { continue };
        for topic in &mut facts.topics {
            if let Some(one) = group.iter().find(|one| one.decision.cause == topic.cause) {
                as_ahead(topic, one.ahead);
            }
        }
        facts.topics.sort_by_key(|topic| topic.since);
        notices.extend(stage.put_out(tx, &of, facts, &what, now).await?);
    }
    Ok(notices)
}
