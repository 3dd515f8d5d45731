//! The deciding core with a memory in place of the store: the same steps in the same order as `pipeline::settle`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bellwether::alerting::diff::{Habits, diff};
use bellwether::alerting::effects::effects_on;
use bellwether::alerting::facts::{Background, facts};
use bellwether::alerting::graph::Graph;
use bellwether::alerting::route::{About, Decision, Ground, Told, ToldKey, letters};
use bellwether::alerting::step::{Remembered, Scene, Stepped, heard, next_after, step, unreachable_since};
use bellwether::model::change::{Change, ChangeKind};
use bellwether::model::effect::{Cause, Effect, EffectKind, Effects, World};
use bellwether::model::id::{Ids, IncidentId, ServiceId, SourceId, VendorId};
use bellwether::model::impact::Impact;
use bellwether::model::incident::{Known, Report};
use bellwether::model::inventory::Service;
use bellwether::model::restless::Flapping;
use bellwether::model::silence::Silence;
use bellwether::model::snapshot::{GoneAfter, Look};
use jiff::Timestamp;

use super::organisation::{Organisation, VENDORS, source_id};
use super::outbox::Outbox;

const HABITS: Habits = Habits { gone_after: GoneAfter::USUAL, perishable_keys: false };

#[derive(Clone)]
pub struct Desk {
    pub organisation: Arc<Organisation>,
    pub known: BTreeMap<SourceId, Known>,
    pub silences: Vec<Silence>,
    pub acknowledged: BTreeMap<String, String>,
    /// The sources whose reading was guessed, and that nobody has confirmed.
    pub unconfirmed: BTreeSet<SourceId>,
    pub outbox: Outbox,
    /// What ended, as it was last told.
    past: BTreeMap<IncidentId, Report>,
    hurting: BTreeMap<(ServiceId, Cause), Effect>,
    turns: BTreeMap<String, Vec<Timestamp>>,
    pub told: BTreeMap<ToldKey, Told>,
    pub offline_since: Option<Timestamp>,
    pub online_again: Option<Timestamp>,
}

/// What one step led to.
pub struct Settled {
    pub effects: Effects,
    pub about: BTreeMap<Cause, About>,
    /// In the order in which they are sent.
    pub decisions: Vec<Decision>,
    pub logged: Vec<(EffectKind, Effect)>,
    /// When time alone may change anything.
    pub next_tick: Option<Timestamp>,
    pub is_whole: bool,
}

impl Desk {
    pub fn new(organisation: Arc<Organisation>) -> Self {
        let known = (0..VENDORS.len()).map(|n| (source_id(n), Known::nothing(source_id(n)))).collect();
        Self {
            organisation,
            known,
            silences: Vec::new(),
            acknowledged: BTreeMap::new(),
            unconfirmed: BTreeSet::new(),
            outbox: Outbox::default(),
            past: BTreeMap::new(),
            hurting: BTreeMap::new(),
            turns: BTreeMap::new(),
            told: BTreeMap::new(),
            offline_since: None,
            online_again: None,
        }
    }

    /// Takes a look in, and what it leads to.
    pub fn look(&mut self, source: &SourceId, look: &Look, now: Timestamp) -> Option<Settled> {
        let before = &self.known[source];
        let is_first = before.first_look.is_none();
        let diff = diff(before, look, HABITS, &Ids::salted("simulated"), now);
        let mut known = diff.known;
        let listed = |key: &str| matches!(look, Look::Snapshot(s) if s.incidents.iter().any(|i| i.key == key));
        for report in known.reports.values() {
            self.past.insert(report.incident.clone(), report.clone());
        }
        // As the store does: what is over is known again where the page still lists it.
        if matches!(look, Look::Snapshot(_)) {
            known.reports.retain(|key, report| report.standing.is_open() || listed(key));
        }
        self.known.insert(source.clone(), known);
        if diff.changes.is_empty() {
            return None;
        }
        for change in &diff.changes {
            if let Change::Incident(c) = change
                && c.kind == ChangeKind::Reopened
            {
                self.acknowledged.remove(&c.report.incident.to_string());
            }
        }
        Some(self.settle(Some(source.vendor()), &diff.changes, is_first, now))
    }

    /// What only time brings, and a reload.
    pub fn tick(&mut self, now: Timestamp) -> Settled {
        let world = self.world(None);
        match (self.offline_since, unreachable_since(&world)) {
            (None, Some(since)) => self.offline_since = Some(since),
            (Some(_), None) => (self.offline_since, self.online_again) = (None, Some(now)),
            (None, None) | (Some(_), Some(_)) => {}
        }
        let day = Flapping::MEMORY * 2;
        let open: BTreeSet<IncidentId> = self.told.keys().filter_map(|(_, _, cause)| incident(cause)).collect();
        self.past.retain(|id, report| open.contains(id) || now.duration_since(report.changed) < day);
        self.turns.values_mut().for_each(|turns| turns.retain(|at| now.duration_since(*at) < day));
        self.turns.retain(|_, turns| !turns.is_empty());
        self.silences.retain(|silence| now.duration_since(silence.until) < day);
        self.settle(None, &[], false, now)
    }

    fn world(&self, vendors: Option<&BTreeSet<VendorId>>) -> World {
        let mut world =
            World { offline_since: self.offline_since, online_again: self.online_again, ..World::default() };
        for (source, known) in &self.known {
            if vendors.is_some_and(|vendors| !vendors.contains(&source.vendor())) {
                continue;
            }
            world.reports.extend(known.reports.values().filter(|r| r.standing.is_open()).cloned());
            let unwell = known.components.values().filter(|c| c.status != Impact::Operational);
            let unwell: Vec<_> = unwell.cloned().collect();
            if !unwell.is_empty() {
                world.unwell.insert(source.clone(), unwell);
            }
            world.sources.insert(source.clone(), known.health.clone());
        }
        let blind = self.told.keys().filter_map(|(_, service, cause)| match cause {
            Cause::Blind(source) => Some((source.clone(), service.clone())),
            _ => None,
        });
        world.told_blind = blind.collect();
        world.unconfirmed.clone_from(&self.unconfirmed);
        world
    }

    fn settle(&mut self, vendor: Option<VendorId>, changes: &[Change], is_first_look: bool, now: Timestamp) -> Settled {
        let organisation = self.organisation.clone();
        let graph = &organisation.graph;
        let services: Vec<&Service> = match &vendor {
            None => graph.services().iter().collect(),
            Some(vendor) => graph.reached_by(&BTreeSet::from([vendor.clone()])),
        };
        let vendors = vendor.as_ref().map(|_| {
            let mut all = Graph::vendors_of(&services);
            let edges = organisation.inventory.upstream.iter().filter(|edge| all.contains(&edge.vendor));
            let below: Vec<VendorId> = edges.map(|edge| edge.on.clone()).collect();
            all.extend(below);
            all
        });
        let world = self.world(vendors.as_ref());
        let judges = |cause: &Cause| vendor.is_none() || !matches!(cause, Cause::Offline);
        let mut effects = effects_on(graph, &world, organisation.effect_rules, now, &services);
        effects.hurts.retain(|(_, cause), _| judges(cause));
        let ids: BTreeSet<&ServiceId> = services.iter().map(|s| &s.id).collect();
        let told: BTreeMap<ToldKey, Told> = self
            .told
            .iter()
            .filter(|((_, service, cause), _)| ids.contains(service) && judges(cause))
            .map(|(key, told)| (key.clone(), told.clone()))
            .collect();
        let hurting = self.hurting.iter().filter(|((s, _), _)| ids.contains(s)).map(|(k, e)| (k.clone(), e.clone()));
        let (rules, manner) = (&organisation.rules, organisation.manner);
        // Those that are over are there too: the core must see that they are.
        let silences = self.silences.clone();
        let ground = Ground { rules, manner, silences: &silences, now };
        let scene = Scene { graph, upstream: &organisation.inventory.upstream, world: &world, changes, ground };
        let causes = effects.hurts.keys().map(|(_, cause)| cause.clone());
        let causes = causes.chain(told.keys().map(|(_, _, cause)| cause.clone())).collect();
        let known = Remembered { causes, hurting: hurting.collect(), told, ..Remembered::default() };
        for cause in &known.causes {
            // What lies ahead of a clock that was set back has happened by now.
            let turns = self.turns.entry(cause.to_string()).or_default();
            turns.iter_mut().for_each(|turn| *turn = now.min(*turn));
            turns.dedup();
        }
        let mut remembered = self.remember(&scene, known);
        let Stepped { turned, about, routed } = step(&effects, &scene, &mut remembered);
        for (kind, effect) in &turned.logged {
            let times = self.turns.entry(effect.cause.to_string()).or_default();
            if matches!(kind, EffectKind::Hurt | EffectKind::Over) && !times.contains(&now) {
                times.push(now);
                times.sort_unstable();
            }
        }
        for effect in &turned.over {
            self.hurting.remove(&(effect.service.clone(), effect.cause.clone()));
        }
        for effect in &turned.hurting {
            self.hurting.insert((effect.service.clone(), effect.cause.clone()), effect.clone());
        }
        let vendors = organisation.vendors.iter().map(|v| (v.id.clone(), v.clone())).collect();
        let background = Background {
            organisation: "Simulated Health",
            time_zone: "UTC",
            page: None,
            inventory: &organisation.inventory,
            graph,
            vendors: &vendors,
            reports: &remembered.reports,
            components: &remembered.components,
            open: &world.reports,
            sources: &world.sources,
            effects: &effects,
            in_force: &Default::default(),
            about: &about,
            is_drill: false,
        };
        let mut decisions = Vec::new();
        for (_, letter) in letters(&routed.decisions, is_first_look, rules) {
            decisions.extend(letter.iter().map(|decision| (*decision).clone()));
            let Some(first) = letter.first().filter(|decision| decision.verdict.is_told()) else { continue };
            if let Some(facts) = facts(&letter, &background, false, now) {
                self.outbox.put(&first.address, facts, first.verdict.gathered_until(), now);
            }
        }
        for (key, told) in routed.told {
            match told {
                None => self.told.remove(&key),
                Some(told) => self.told.insert(key, told),
            };
        }
        let next_tick = next_after(&world, organisation.effect_rules, now).into_iter().chain(routed.again).min();
        Settled { effects, about, decisions, logged: turned.logged, next_tick, is_whole: vendor.is_none() }
    }

    fn remember(&self, scene: &Scene<'_>, known: Remembered) -> Remembered {
        let mut all = Remembered { reports: heard(scene.world, scene.changes), ..known };
        for cause in &all.causes {
            match cause {
                Cause::Incident(id) if !all.reports.contains_key(id) => {
                    all.reports.extend(self.past.get(id).map(|report| (id.clone(), report.clone())));
                }
                Cause::Component { source, key } => {
                    let component = self.known[source].components.get(key);
                    all.components.extend(component.map(|c| ((source.clone(), key.clone()), c.clone())));
                }
                _ => {}
            }
            let name = cause.to_string();
            let since = scene.ground.now.checked_sub(Flapping::MEMORY).unwrap_or(Timestamp::MIN);
            if let Some(turns) = self.turns.get(&name) {
                all.turns.insert(name.clone(), turns.iter().copied().filter(|at| *at >= since).collect());
            }
            let sent = self.told.iter().filter(|((_, _, of), told)| of == cause && told.sent);
            all.first_told.extend(sent.filter_map(|(_, told)| told.first).min().map(|first| (name.clone(), first)));
            all.acknowledged.extend(self.acknowledged.get(&name).map(|who| (name, who.clone())));
        }
        for ((address, _, cause), _) in self.told.iter().filter(|(_, told)| told.sent) {
            all.told_to.entry(cause.to_string()).or_default().insert(address.clone());
        }
        all
    }
}

fn incident(cause: &Cause) -> Option<IncidentId> {
    match cause {
        Cause::Incident(id) => Some(id.clone()),
        _ => None,
    }
}
