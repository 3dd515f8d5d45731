//! One step of deciding: what hurts now, against what hurt and what was told until now. Pure, so that a simulation runs
//! the very step that the program runs.
//!
//! The order is always the same: [`effects_on`](super::effects::effects_on) says what hurts, the store says what is
//! [`Remembered`] of its causes, and [`step`] says what turned, who is told and what to remember.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::about;
use super::effects::EffectRules;
use super::graph::Graph;
use super::overrides::InForce;
use super::route::{self, About, Ground, Routed, Told, ToldKey};
use crate::model::change::Change;
use crate::model::effect::{Cause, Effect, EffectKind, Effects, World};
use crate::model::id::{IncidentId, ServiceId, SourceId};
use crate::model::impact::Step;
use crate::model::incident::{Component, Health, Report, speaker};
use crate::model::inventory::Edge;

/// What stands now, and by what it is judged.
#[derive(Debug, Clone, Copy)]
pub struct Scene<'a> {
    /// The inventory.
    pub graph: &'a Graph,
    /// Which vendors stand on others.
    pub upstream: &'a [Edge],
    /// What is open, not well or unseen.
    pub world: &'a World,
    /// What has just changed.
    pub changes: &'a [Change],
    /// By what it is decided who is told.
    pub ground: Ground<'a>,
}

/// What is remembered of the causes in question.
#[derive(Debug, Clone, Default)]
pub struct Remembered {
    /// The causes: all that hurt, and all that anybody was told of.
    pub causes: BTreeSet<Cause>,
    /// What hurt until now.
    pub hurting: BTreeMap<(ServiceId, Cause), Effect>,
    /// What was told.
    pub told: BTreeMap<ToldKey, Told>,
    /// The report that speaks for each incident, open or over.
    pub reports: BTreeMap<IncidentId, Report>,
    /// The components, well or not.
    pub components: BTreeMap<(SourceId, String), Component>,
    /// When each cause was first told to anybody, of whatever service.
    pub first_told: BTreeMap<String, Timestamp>,
    /// When each cause came or went.
    pub turns: BTreeMap<String, Vec<Timestamp>>,
    /// Who takes care of what.
    pub acknowledged: BTreeMap<String, String>,
    /// The addresses that were told of what is open at the vendors below.
    pub told_to: BTreeMap<String, BTreeSet<String>>,
}

/// What hurts now and did not, or did and does not.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Turned {
    /// What to remember as hurting, where that is another than before.
    pub hurting: Vec<Effect>,
    /// What hurts no longer.
    pub over: Vec<Effect>,
    /// All of it, for the log.
    pub logged: Vec<(EffectKind, Effect)>,
    /// What of it a person's word did, and no vendor's.
    pub by_hand: BTreeSet<(ServiceId, Cause)>,
}

/// What one step decided.
#[derive(Debug, Clone, Default)]
pub struct Stepped {
    /// What hurts now and did not, or did and does not.
    pub turned: Turned,
    /// What each cause is about.
    pub about: BTreeMap<Cause, About>,
    /// Who is told, and what to remember of it.
    pub routed: Routed,
}

/// Decides what to tell whom now. `effects` and what is remembered must speak of the same services.
#[must_use]
pub fn step(effects: &Effects, scene: &Scene<'_>, remembered: &mut Remembered) -> Stepped {
    let mut turned = turned(effects, &remembered.hurting);
    turned.by_hand = by_hand(&turned, effects, scene);
    remember_turns(&turned, &mut remembered.turns, scene.ground.now);
    let about = about::of_all(scene, remembered);
    let routed = route::route(effects, &remembered.told, &about, scene.ground);
    Stepped { turned, about, routed }
}

/// The reports of what is open and of what has just changed: of several reports of an incident one speaks for it.
#[must_use]
pub fn heard(world: &World, changes: &[Change]) -> BTreeMap<IncidentId, Report> {
    let changed = changes.iter().filter_map(|change| match change {
        Change::Incident(c) => Some(&c.report),
        Change::Component(_) | Change::Source(_) => None,
    });
    let mut reports: BTreeMap<IncidentId, Report> = BTreeMap::new();
    for report in world.reports.iter().chain(changed) {
        let before = reports.get(&report.incident);
        if speaker(before.into_iter().chain([report])) == Some(report) {
            reports.insert(report.incident.clone(), report.clone());
        }
    }
    reports
}

/// Since when nothing at all could be reached: our own network is gone when every source that is polled, and there are
/// three at least, is unreachable.
#[must_use]
pub fn unreachable_since(world: &World) -> Option<Timestamp> {
    let silent = |health: &Health| match health {
        Health::Unreadable { since, why } if why.may_be_our_network() => Some(*since),
        Health::Unreadable { .. } | Health::Readable { .. } | Health::NeverRead => None,
    };
    let all: Vec<Timestamp> = world.sources.values().map(silent).collect::<Option<_>>()?;
    all.iter().copied().max().filter(|_| all.len() >= 3)
}

/// When time alone will next change what hurts: a source blind for long enough, a maintenance past its end, our own
/// network gone for long enough, something set by hand at its end.
#[must_use]
pub fn next_after(world: &World, rules: EffectRules, now: Timestamp) -> Option<Timestamp> {
    // Vendors write times at the edge of what a time can be; what lies beyond it never comes.
    let later = |at: Timestamp, by: SignedDuration| at.checked_add(by).unwrap_or(Timestamp::MAX);
    let blind_since = world.sources.values().filter_map(|health| match health {
        Health::Unreadable { since, .. } => Some(world.online_again.map_or(*since, |again| again.max(*since))),
        Health::NeverRead | Health::Readable { .. } => None,
    });
    let times = rules.blind_after.times();
    let blind = blind_since.flat_map(|since| times.iter().map(move |after| later(since, *after)));
    let planned = world.reports.iter().filter_map(|r| r.seen.planned.as_ref()?.until.as_ref()?.at);
    // Past its end means later than its end, be it by a millisecond.
    let overrun = planned.map(|until| later(until, SignedDuration::from_millis(1)));
    let offline = world.offline_since.map(|since| later(since, rules.blind_after.shortest()));
    let by_hand = world.overrides.iter().filter(|one| one.holds(now)).map(|one| one.until);
    blind.chain(overrun).chain(offline).chain(by_hand).filter(|at| *at > now).min()
}

/// Compares what hurts now with what hurt until now. Only what a vendor did turns, not what we cannot see.
fn turned(effects: &Effects, before: &BTreeMap<(ServiceId, Cause), Effect>) -> Turned {
    let mut turned = Turned::default();
    let is_now = |key: &(ServiceId, Cause)| is_vendors(&key.1) && effects.hurts.contains_key(key);
    for (key, effect) in effects.hurts.iter().filter(|((_, cause), _)| is_vendors(cause)) {
        let kind = match before.get(key) {
            None => Some(EffectKind::Hurt),
            Some(old) if old == effect => continue,
            Some(old) => match old.impact.step_to(effect.impact) {
                Step::Up => Some(EffectKind::Worse),
                Step::Down => Some(EffectKind::Better),
                Step::Same | Step::Lost => None,
            },
        };
        turned.hurting.push(effect.clone());
        turned.logged.extend(kind.map(|kind| (kind, effect.clone())));
    }
    turned.over = before.iter().filter(|(key, _)| !is_now(key)).map(|(_, effect)| effect.clone()).collect();
    turned.logged.extend(turned.over.iter().map(|effect| (EffectKind::Over, effect.clone())));
    turned
}

/// What hurts no more, or again, because of what somebody set: its cause has neither come nor gone.
fn by_hand(turned: &Turned, effects: &Effects, scene: &Scene<'_>) -> BTreeSet<(ServiceId, Cause)> {
    let in_force = InForce::of(scene.world, scene.ground.now);
    let is_by_hand = |kind: EffectKind, key: &(ServiceId, Cause)| {
        effects.by_hand.contains_key(key) || kind == EffectKind::Hurt && in_force.last_on(&key.1).is_some()
    };
    let keys = turned.logged.iter().map(|(kind, effect)| (*kind, (effect.service.clone(), effect.cause.clone())));
    keys.filter(|(kind, key)| is_by_hand(*kind, key)).map(|(_, key)| key).collect()
}

/// Several services that one cause hurts at once are one turn.
fn remember_turns(turned: &Turned, turns: &mut BTreeMap<String, Vec<Timestamp>>, now: Timestamp) {
    for (kind, effect) in &turned.logged {
        let is_by_hand = turned.by_hand.contains(&(effect.service.clone(), effect.cause.clone()));
        if is_by_hand || !matches!(kind, EffectKind::Hurt | EffectKind::Over) {
            continue;
        }
        let times = turns.entry(effect.cause.to_string()).or_default();
        if !times.contains(&now) {
            times.push(now);
            times.sort_unstable();
        }
    }
}

/// What a vendor did, not what we cannot see.
const fn is_vendors(cause: &Cause) -> bool {
    match cause {
        Cause::Incident(_) | Cause::Component { .. } => true,
        Cause::Blind(_) | Cause::Offline | Cause::Sight(_) => false,
    }
}
