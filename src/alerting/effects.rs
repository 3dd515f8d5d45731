//! What all that is open, not well or unseen means for the services of ours.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::blind::BlindAfter;
use super::graph::Graph;
use crate::model::effect::{Cause, Effect, Effects, World};
use crate::model::id::{ServiceId, SourceId};
use crate::model::impact::{Impact, State};
use crate::model::incident::{Component, Health, Report, hurts, is_overrun};
use crate::model::inventory::{Dependency, Need, On, Selector, Service, Without};

/// What holds for all effects.
#[derive(Debug, Clone, Copy)]
pub struct EffectRules {
    /// A source that cannot be read for this long is told to those whose services stand on it.
    pub blind_after: BlindAfter,
}

/// The effects on every service.
#[must_use]
pub fn effects(graph: &Graph, world: &World, rules: EffectRules, now: Timestamp) -> Effects {
    effects_on(graph, world, rules, now, &graph.services().iter().collect::<Vec<_>>())
}

/// The effects on `services`, which must hold, before each service, those it builds on that anything reaches.
#[must_use]
pub fn effects_on(graph: &Graph, world: &World, rules: EffectRules, now: Timestamp, services: &[&Service]) -> Effects {
    let vendors = by_vendor(world);
    let mut all = Effects::default();
    // What a service knows of what it builds on is what its own tier is told by then, so each time is a sight of its own.
    for blind_after in rules.blind_after.times() {
        let has = |service: &ServiceId| {
            graph.service(service).map_or(rules.blind_after.usual(), |s| rules.blind_after.of(s.tier)) == blind_after
        };
        if !services.iter().any(|service| has(&service.id)) {
            continue;
        }
        let told_blind = world.told_blind.iter().filter(|(_, to)| has(to)).map(|(source, _)| source).collect();
        let offline_after = rules.blind_after.shortest();
        let sight = Sight { graph, world, blind_after, offline_after, told_blind, now, vendors: &vendors };
        let mut effects = Effects::default();
        for service in services {
            sight.service(service, &mut effects);
        }
        all.hurts.extend(effects.hurts.into_iter().filter(|((service, _), _)| has(service)));
        all.states.extend(effects.states.into_iter().filter(|(service, _)| has(service)));
    }
    all
}

/// What is known of one vendor.
#[derive(Default)]
struct AtVendor<'a> {
    reports: Vec<&'a Report>,
    unwell: Vec<(&'a SourceId, &'a Component)>,
    sources: Vec<(&'a SourceId, &'a Health)>,
    /// The components that an open report names, by source.
    named: BTreeSet<(&'a SourceId, &'a str)>,
}

fn by_vendor(world: &World) -> BTreeMap<&str, AtVendor<'_>> {
    let mut vendors: BTreeMap<&str, AtVendor<'_>> = BTreeMap::new();
    for (source, health) in &world.sources {
        vendors.entry(source.vendor_word()).or_default().sources.push((source, health));
    }
    for report in world.reports.iter().filter(|r| r.standing.is_open() && !r.old && hurts(r.seen.phase)) {
        let at = vendors.entry(report.source.vendor_word()).or_default();
        at.reports.push(report);
        at.named.extend(report.seen.components.iter().map(|c| (&report.source, c.key.as_str())));
    }
    for (source, components) in &world.unwell {
        let at = vendors.entry(source.vendor_word()).or_default();
        at.unwell.extend(components.iter().map(|c| (source, c)));
    }
    vendors
}

/// One way in which something is hurt.
#[derive(Clone)]
struct Hurt {
    cause: Cause,
    impact: Impact,
    overrun: bool,
    /// From below the service down to the vendor.
    path: Vec<String>,
}

/// What a dependency comes to.
#[derive(Default)]
struct Came {
    hurts: Vec<Hurt>,
    unseen: Vec<String>,
}

struct Sight<'a> {
    graph: &'a Graph,
    world: &'a World,
    /// How long a source may be blind before that hurts, and how long all of them.
    blind_after: SignedDuration,
    offline_after: SignedDuration,
    /// The sources that are told as blind already, to services for which the same time holds.
    told_blind: BTreeSet<&'a SourceId>,
    now: Timestamp,
    vendors: &'a BTreeMap<&'a str, AtVendor<'a>>,
}

impl Sight<'_> {
    fn service(&self, service: &Service, effects: &mut Effects) {
        let mut state = State::default();
        for need in &service.needs {
            let came = self.need(need, effects);
            state.unseen.extend(came.unseen);
            for hurt in came.hurts {
                add_to_state(&mut state, &hurt);
                let mut path = vec![service.name.clone()];
                path.extend(hurt.path);
                let effect = Effect {
                    service: service.id.clone(),
                    cause: hurt.cause,
                    impact: hurt.impact,
                    overrun: hurt.overrun,
                    path,
                };
                keep_worst(effects, effect);
            }
        }
        self.offline(service, &mut state, effects);
        state.unseen.sort();
        state.unseen.dedup();
        effects.states.insert(service.id.clone(), state);
    }

    /// Our own network is gone: told once, as that, for every service that needs anything outside.
    fn offline(&self, service: &Service, state: &mut State, effects: &mut Effects) {
        let Some(since) = self.world.offline_since.filter(|_| !service.needs.is_empty()) else { return };
        state.unseen.push("no source at all can be reached".to_owned());
        if self.now.duration_since(since) >= self.offline_after {
            let path = vec![service.name.clone(), "our own network".to_owned()];
            let (service, impact) = (service.id.clone(), Impact::Unknown);
            keep_worst(effects, Effect { service, cause: Cause::Offline, impact, overrun: false, path });
        }
    }

    fn need(&self, need: &Need, effects: &Effects) -> Came {
        match need {
            Need::One(dependency) => self.dependency(dependency, effects),
            Need::AnyOf(all) => any_of(all.iter().map(|d| self.dependency(d, effects)).collect()),
        }
    }

    fn dependency(&self, dependency: &Dependency, effects: &Effects) -> Came {
        let mut came = match &dependency.on {
            On::Service(id) => self.under(id, effects),
            On::Vendor(selector) => self.vendor(selector),
        };
        if dependency.without == Without::Degrades {
            for hurt in &mut came.hurts {
                hurt.impact = hurt.impact.capped_at(Impact::Degraded);
            }
        }
        came
    }

    /// What hurts a service that this one builds on.
    fn under(&self, id: &ServiceId, effects: &Effects) -> Came {
        let name = self.graph.service(id).map_or(id.as_str(), |s| s.name.as_str());
        let first = (id.clone(), Cause::least());
        let hurts = effects
            .hurts
            .range(first..)
            .take_while(|((service, _), _)| service == id)
            .map(|(_, e)| Hurt { cause: e.cause.clone(), impact: e.impact, overrun: e.overrun, path: e.path.clone() })
            .collect();
        let unseen = effects.states.get(id).map(|s| s.unseen.clone()).unwrap_or_default();
        Came { hurts, unseen: unseen.into_iter().map(|why| format!("through {name}: {why}")).collect() }
    }

    fn vendor(&self, selector: &Selector) -> Came {
        let mut came = Came::default();
        let name = self.graph.vendor_name(&selector.vendor);
        let Some(at) = self.vendors.get(selector.vendor.as_str()) else {
            came.unseen.push(self.graph.why_unspoken(selector));
            return came;
        };
        let is_meant = |source: &SourceId| selector.source.as_ref().is_none_or(|only| only == source);
        for report in at.reports.iter().filter(|r| is_meant(&r.source)) {
            came.hurts.extend(self.by_report(report, selector, name));
        }
        for (source, component) in at.unwell.iter().filter(|(source, _)| is_meant(source)) {
            self.by_component(source, component, at, selector, name, &mut came);
        }
        if !at.sources.iter().any(|(source, _)| self.graph.speaks(source, selector)) {
            came.unseen.push(self.graph.why_unspoken(selector));
        }
        came.unseen.extend(self.world.idle.iter().filter(|(idle, _)| idle == selector).map(|(_, why)| why.clone()));
        for (source, health) in at.sources.iter().filter(|(source, _)| self.graph.speaks(source, selector)) {
            self.by_health(source, health, name, &mut came);
        }
        came
    }

    fn by_report(&self, report: &Report, selector: &Selector, vendor: &str) -> Option<Hurt> {
        let seen = &report.seen;
        let is_here = |region: Option<&str>| match region {
            Some(_) => true,
            None => seen.regions.is_empty() || seen.regions.iter().any(|r| selector.covers_region(r)),
        };
        let picked: Vec<_> =
            seen.components.iter().filter(|c| selector.picks(c) && is_here(c.region.as_deref())).collect();
        let says_which = !seen.components.is_empty();
        if says_which && picked.is_empty() || !says_which && !is_here(None) {
            return None;
        }
        let impact = picked
            .iter()
            .map(|c| self.own_status(&report.source, &c.key).unwrap_or_else(|| without_own(report, &c.key)))
            .reduce(worse)
            .unwrap_or(seen.impact);
        let label = match picked.as_slice() {
            [] => vendor.to_owned(),
            [one] => label(vendor, &one.name),
            [first, rest @ ..] => format!("{} and {} more", label(vendor, &first.name), rest.len()),
        };
        let overrun = is_overrun(seen, self.now);
        Some(Hurt { cause: Cause::Incident(report.incident.clone()), impact, overrun, path: vec![label] })
    }

    /// A component's own status, where it is worse than operational and known.
    fn own_status(&self, source: &SourceId, key: &str) -> Option<Impact> {
        let component = self.world.unwell.get(source)?.iter().find(|c| c.component.key == key)?;
        component.status.rung().filter(|rung| *rung > 0).map(|_| component.status)
    }

    fn by_component(
        &self,
        source: &SourceId,
        component: &Component,
        at: &AtVendor<'_>,
        selector: &Selector,
        vendor: &str,
        came: &mut Came,
    ) {
        let key = component.component.key.as_str();
        if !selector.picks_components() || !selector.picks(&component.component) || at.named.contains(&(source, key)) {
            return;
        }
        let label = label(vendor, &component.component.name);
        if component.status == Impact::Unknown {
            came.unseen.push(format!("{label}: its status is not known ({})", component.vendor_status));
            return;
        }
        let cause = Cause::Component { source: source.clone(), key: key.to_owned() };
        came.hurts.push(Hurt { cause, impact: component.status, overrun: false, path: vec![label] });
    }

    fn by_health(&self, source: &SourceId, health: &Health, vendor: &str, came: &mut Came) {
        if self.world.unconfirmed.contains(source) {
            came.unseen.push(format!("{source} is not confirmed: how it is read was guessed"));
        }
        match health {
            Health::NeverRead => came.unseen.push(format!("{source} has not been read yet")),
            Health::Readable { blind, stale, doubts } => {
                for doubt in doubts.iter().filter(|doubt| doubt.is_about_all()) {
                    came.unseen.push(format!("{source} is read, but not to be believed: {doubt}"));
                }
                for (role, why) in blind {
                    came.unseen.push(format!("{source}: its {role} cannot be read: {why}"));
                }
                if let Some(at) = stale {
                    came.unseen.push(format!("{source} has not been refreshed since {at}"));
                }
            }
            Health::Unreadable { since, why } => {
                came.unseen.push(format!("{source} cannot be read: {why}"));
                let since = self.world.online_again.map_or(*since, |again| again.max(*since));
                let is_due = self.now.duration_since(since) >= self.blind_after;
                // What was told does not end because our own network went too, or has just come back.
                if is_due && self.world.offline_since.is_none() || self.told_blind.contains(source) {
                    let cause = Cause::Blind(source.clone());
                    let path = vec![vendor.to_owned()];
                    came.hurts.push(Hurt { cause, impact: Impact::Unknown, overrun: false, path });
                }
            }
        }
    }
}

/// What an incident does to a component whose own status does not say that it is not well. Where that said so before, its
/// recovery must not count as the worst that the incident was.
fn without_own(report: &Report, key: &str) -> Impact {
    let impact = report.seen.impact;
    report.recovered.get(key).map_or(impact, |most| impact.capped_at(*most))
}

/// The vendor and its component, without saying the vendor twice.
fn label(vendor: &str, component: &str) -> String {
    if component.to_lowercase().contains(&vendor.to_lowercase()) {
        component.to_owned()
    } else {
        format!("{vendor} {component}")
    }
}

/// The worse of two; any rung is worse than unknown here, since it is what is known.
fn worse(a: Impact, b: Impact) -> Impact {
    match (a.rung(), b.rung()) {
        (Some(x), Some(y)) if y > x => b,
        (None, Some(_)) => b,
        _ => a,
    }
}

/// The lesser of two; unknown beside a rung is unknown, since the unknown one may be well.
fn lesser(a: Impact, b: Impact) -> Impact {
    match (a.rung(), b.rung()) {
        (Some(x), Some(y)) => {
            if y < x {
                b
            } else {
                a
            }
        }
        _ => Impact::Unknown,
    }
}

/// Any one alternative is enough: nothing is hurt while one of them is well, and then as little as the least hurt.
fn any_of(all: Vec<Came>) -> Came {
    if all.iter().any(|came| came.hurts.is_empty() && came.unseen.is_empty()) {
        return Came::default();
    }
    let unseen = all.iter().flat_map(|came| came.unseen.clone()).collect();
    if all.iter().any(|came| came.hurts.is_empty()) {
        return Came { hurts: Vec::new(), unseen };
    }
    let worst_of = |came: &Came| came.hurts.iter().map(|h| h.impact).reduce(worse);
    let impact = all.iter().filter_map(worst_of).reduce(lesser).unwrap_or(Impact::Unknown);
    let hurts = all.into_iter().flat_map(|came| came.hurts).map(|hurt| Hurt { impact, ..hurt }).collect();
    Came { hurts, unseen }
}

fn add_to_state(state: &mut State, hurt: &Hurt) {
    match &hurt.cause {
        // Why it cannot be seen has been said by the source itself.
        Cause::Blind(_) | Cause::Offline | Cause::Sight(_) => {}
        Cause::Incident(_) | Cause::Component { .. } => {
            let reason = || format!("{}: the vendor does not say how badly", hurt.path.join(", "));
            state.add(hurt.impact, reason);
        }
    }
}

/// One effect for a service and a cause: the worst, and of equals the one with the shortest path.
fn keep_worst(effects: &mut Effects, effect: Effect) {
    let key = (effect.service.clone(), effect.cause.clone());
    match effects.hurts.get_mut(&key) {
        None => {
            effects.hurts.insert(key, effect);
        }
        Some(kept) => {
            let overrun = kept.overrun || effect.overrun;
            let is_worse = worse(kept.impact, effect.impact) != kept.impact;
            if is_worse || effect.impact == kept.impact && effect.path.len() < kept.path.len() {
                *kept = effect;
            }
            kept.overrun = overrun;
        }
    }
}
