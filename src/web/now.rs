//! How everything stands at one moment: what the store holds, and what that means for the services by the
//! configuration of the moment. Every page and answer about the present is made from this.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::{App, sight};
use crate::alerting::effects::effects;
use crate::alerting::idle::{Idle, idle};
use crate::model::clock_text::Times;
use crate::model::condition::Condition;
use crate::model::effect::{Cause, Effect, Effects, World};
use crate::model::id::{IncidentId, ServiceId, SourceId, VendorId};
use crate::model::impact::Impact;
use crate::model::incident::{Component, Health, Report, hurts, speaker};
use crate::model::inventory::{On, Selector, Service, Tier};
use crate::model::phase::{Kind, Phase};
use crate::model::silence::Silence;
use crate::model::vendor::{Schedule, Source};
use crate::pipeline::compiled::Compiled;
use crate::store::StoreError;
use crate::store::feed::Scene;

/// How long what ended stays on the first page.
const LATELY: SignedDuration = SignedDuration::from_hours(24);

/// How everything stands.
pub struct Now {
    pub at: Timestamp,
    pub compiled: Arc<Compiled>,
    pub scene: Scene,
    pub effects: Effects,
    pub times: Times,
    pub condition: Condition,
    /// The lines of the inventory that pick nothing.
    pub idle: Vec<Idle>,
    /// The silences that hold.
    pub silences: Vec<Silence>,
}

/// Something that hurts services of ours.
pub struct Trouble<'a> {
    pub cause: &'a Cause,
    /// The incident, or else the component.
    pub report: Option<&'a Report>,
    pub component: Option<(&'a SourceId, &'a Component)>,
    /// The services it hurts, the most needed first. Never empty.
    pub hurts: Vec<(&'a Service, &'a Effect)>,
    pub since: Timestamp,
}

impl Now {
    /// Reads everything, in one view of the store.
    pub async fn gather(app: &App) -> Result<Self, StoreError> {
        let (at, compiled) = (app.now(), app.compiled());
        let mut scene = app.store.scene(&compiled.polled(), at - LATELY).await?;
        let idle = idle(&compiled.graph, &scene.lists, |source| compiled.sources.contains_key(source));
        scene.world.idle = idle.iter().map(|i| (i.selector.clone(), sight::why_idle(&compiled.graph, i))).collect();
        scene.world.unconfirmed = app.store.unconfirmed(&compiled.guessed).await?;
        let effects = effects(&compiled.graph, &scene.world, compiled.effect_rules, at);
        let times = Times::new(&compiled.time_zone, at);
        let condition = app.condition.borrow().clone();
        let mut silences = app.store.silences(at).await?;
        silences.retain(|silence| silence.holds(at));
        Ok(Self { at, compiled, scene, effects, times, condition, idle, silences })
    }

    /// What hurts us, by tier, then age. A source that cannot be read hurts nobody by itself: it is a blind spot.
    pub fn troubles(&self) -> Vec<Trouble<'_>> {
        let mut by_cause: BTreeMap<&Cause, Vec<(&Service, &Effect)>> = BTreeMap::new();
        for ((id, cause), effect) in &self.effects.hurts {
            if let Some(service) = self.compiled.graph.service(id) {
                by_cause.entry(cause).or_default().push((service, effect));
            }
        }
        let mut reports: BTreeMap<&IncidentId, Vec<&Report>> = BTreeMap::new();
        for report in &self.scene.world.reports {
            reports.entry(&report.incident).or_default().push(report);
        }
        let mut troubles: Vec<Trouble<'_>> =
            by_cause.into_iter().filter_map(|(cause, hurts)| self.trouble(cause, hurts, &reports)).collect();
        troubles.sort_by_key(|t| (t.tier(), t.since));
        troubles
    }

    fn trouble<'a>(
        &'a self,
        cause: &'a Cause,
        mut hurts: Vec<(&'a Service, &'a Effect)>,
        reports: &BTreeMap<&IncidentId, Vec<&'a Report>>,
    ) -> Option<Trouble<'a>> {
        hurts.sort_by_key(|(service, effect)| (service.tier, std::cmp::Reverse(weight(effect.impact))));
        match cause {
            Cause::Incident(id) => {
                let all = reports.get(id)?;
                let report = speaker(all.iter().copied());
                let since = all.iter().map(|report| began(report, self.at)).min()?;
                Some(Trouble { cause, report, component: None, hurts, since })
            }
            Cause::Component { source, key } => {
                let component = self.scene.world.unwell.get(source)?.iter().find(|c| c.component.key == *key)?;
                let since = component.since;
                Some(Trouble { cause, report: None, component: Some((source, component)), hurts, since })
            }
            Cause::Blind(_) | Cause::Offline | Cause::Sight(_) => None,
        }
    }

    /// What is open and hurts nothing of ours: incidents and running maintenances, the latest first.
    pub fn elsewhere(&self) -> Vec<&Report> {
        let ours: BTreeSet<&IncidentId> = self
            .effects
            .hurts
            .keys()
            .filter_map(|(_, cause)| match cause {
                Cause::Incident(id) => Some(id),
                Cause::Component { .. } | Cause::Blind(_) | Cause::Offline | Cause::Sight(_) => None,
            })
            .collect();
        let is_elsewhere =
            |r: &&Report| !r.old && hurts(r.seen.phase) && r.seen.kind == Kind::Incident && !ours.contains(&r.incident);
        let mut all: Vec<&Report> = self.scene.world.reports.iter().filter(is_elsewhere).collect();
        all.sort_by_key(|r| std::cmp::Reverse((began(r, self.at), &r.incident)));
        all.dedup_by_key(|r| &r.incident);
        all
    }

    /// What has been open and silent for so long that nobody means it any more.
    pub fn zombies(&self) -> Vec<&Report> {
        self.scene.world.reports.iter().filter(|r| r.old).collect()
    }

    /// Maintenances that run, and those that begin within a day, with the services that each takes away.
    pub fn maintenances(&self) -> Vec<(&Report, Vec<&Service>)> {
        let horizon = self.at + LATELY;
        let begins = |r: &Report| r.seen.planned.as_ref().and_then(|p| p.from.at);
        let is_near = |r: &&Report| {
            let is_ahead = r.seen.phase == Phase::Scheduled && begins(r).is_some_and(|at| at <= horizon);
            r.seen.kind == Kind::Maintenance && !r.old && (hurts(r.seen.phase) || is_ahead)
        };
        let mut near: Vec<&Report> = self.scene.world.reports.iter().filter(is_near).collect();
        near.sort_by_key(|r| begins(r));
        let taken = self.taken_away(&near);
        near.into_iter().map(|r| (r, taken.get(&r.incident).cloned().unwrap_or_default())).collect()
    }

    /// The services that a maintenance takes away, or will take away.
    pub fn taken_by(&self, report: &Report) -> Vec<&Service> {
        self.taken_away(&[report]).remove(&report.incident).unwrap_or_default()
    }

    /// What would be hurt if these ran now and nothing else were wrong.
    pub fn taken_away(&self, reports: &[&Report]) -> BTreeMap<IncidentId, Vec<&Service>> {
        let running = |r: &&Report| {
            let mut report = (*r).clone();
            report.seen.phase = Phase::InProgress;
            report
        };
        let well = Health::readable();
        let world = World {
            reports: reports.iter().map(running).collect(),
            sources: self.scene.world.sources.keys().map(|id| (id.clone(), well.clone())).collect(),
            ..World::default()
        };
        let effects = effects(&self.compiled.graph, &world, self.compiled.effect_rules, self.at);
        let mut taken: BTreeMap<IncidentId, Vec<&Service>> = BTreeMap::new();
        for (id, cause) in effects.hurts.keys() {
            if let (Cause::Incident(incident), Some(service)) = (cause, self.compiled.graph.service(id)) {
                taken.entry(incident.clone()).or_default().push(service);
            }
        }
        taken.values_mut().for_each(|services| services.sort_by_key(|s| s.tier));
        taken
    }

    /// The services, the most needed first, in the order of the inventory within a tier.
    pub fn services(&self) -> Vec<&Service> {
        let known = self.compiled.inventory.services.iter().filter_map(|s| self.compiled.graph.service(&s.id));
        let mut all: Vec<&Service> = known.collect();
        all.sort_by_key(|s| s.tier);
        all
    }

    /// What hurts one service, the worst first.
    pub fn hurting(&self, service: &ServiceId) -> Vec<&Effect> {
        let all = self.effects.hurts.range((service.clone(), Cause::least())..);
        let mut hurting: Vec<&Effect> =
            all.take_while(|((id, _), _)| id == service).map(|(_, effect)| effect).collect();
        hurting.sort_by_key(|effect| std::cmp::Reverse(weight(effect.impact)));
        hurting
    }

    /// Whether a source was read when it should have been: its last good look is no older than three of its intervals.
    pub fn is_in_time(&self, source: &Source) -> bool {
        let Some(mark) = self.scene.marks.get(&source.id) else { return false };
        let is_readable = matches!(mark.health, Health::Readable { .. });
        let allowed = match &source.every {
            Schedule::Every(every) => SignedDuration::try_from(*every).unwrap_or(SignedDuration::from_mins(5)) * 3,
            // A line of cron may mean once a day.
            Schedule::Cron(_) => SignedDuration::from_hours(25),
        };
        let allowed = allowed.max(SignedDuration::from_mins(3));
        is_readable && mark.last_good.is_some_and(|at| self.at.duration_since(at) <= allowed)
    }

    /// The vendors that a service needs and that no source speaks for, with those services.
    pub fn unspoken(&self) -> BTreeMap<&VendorId, Vec<&Service>> {
        let mut unspoken: BTreeMap<&VendorId, Vec<&Service>> = BTreeMap::new();
        for service in self.compiled.graph.services() {
            for dependency in service.needs.iter().flat_map(|n| n.dependencies()) {
                if let On::Vendor(selector) = &dependency.on
                    && !self.compiled.speaks_for(&selector.vendor)
                {
                    let services = unspoken.entry(&selector.vendor).or_default();
                    if !services.iter().any(|s| s.id == service.id) {
                        services.push(service);
                    }
                }
            }
        }
        unspoken
    }

    /// How one hears of a vendor that no source speaks for.
    pub fn how_it_tells(&self, vendor: &VendorId) -> Option<String> {
        let unread = self.compiled.unread().find(|(source, _)| source.id.is_of(vendor));
        let told = || self.compiled.vendor(vendor)?.notifies.clone();
        unread
            .map(|(source, way_out)| format!("{} is not looked at without credentials: {way_out}", source.id))
            .or_else(told)
    }

    /// The services that name the vendor of this source themselves, and do not mean another source of it.
    pub fn reading(&self, source: &SourceId) -> Vec<&Service> {
        let vendor = source.vendor();
        let is_meant = |only: &Option<SourceId>| only.as_ref().is_none_or(|only| only == source);
        self.naming(|selector| selector.vendor == vendor && is_meant(&selector.source))
    }

    /// The services that name this vendor themselves.
    pub fn needing(&self, vendor: &VendorId) -> Vec<&Service> {
        self.naming(|selector| selector.vendor == *vendor)
    }

    fn naming(&self, is_named: impl Fn(&Selector) -> bool) -> Vec<&Service> {
        let names = |service: &&Service| {
            let mut all = service.needs.iter().flat_map(|n| n.dependencies());
            all.any(|d| matches!(&d.on, On::Vendor(selector) if is_named(selector)))
        };
        self.compiled.graph.services().iter().filter(names).collect()
    }
}

impl Trouble<'_> {
    /// The tier of the most needed service that it hurts.
    pub fn tier(&self) -> Tier {
        self.hurts.first().map_or(Tier::BackOffice, |(service, _)| service.tier)
    }
}

/// For orders of people only: unknown stands between maintenance and a known outage.
pub const fn weight(impact: Impact) -> u8 {
    match impact {
        Impact::Operational => 0,
        Impact::Maintenance => 1,
        Impact::Degraded => 2,
        Impact::Unknown => 3,
        Impact::PartialOutage => 4,
        Impact::MajorOutage => 5,
    }
}

/// When an incident began: the vendor's word, else our first sight.
pub fn began(report: &Report, now: Timestamp) -> Timestamp {
    let planned = report.seen.planned.as_ref().and_then(|p| p.from.at);
    let started = report.seen.started.as_ref().and_then(|s| s.at);
    // What a vendor states as the start of a maintenance is often when it was announced.
    let stated = match report.seen.kind {
        Kind::Maintenance => planned.or(started),
        Kind::Incident => started.or(planned),
    };
    stated.filter(|at| *at <= now).unwrap_or(report.first_seen)
}

/// When it ended: the vendor's word where it is one, else when we saw that it had.
pub fn ended(report: &Report) -> Option<Timestamp> {
    let stated = report.seen.ended.as_ref().and_then(|e| e.at);
    (!report.standing.is_open()).then(|| stated.unwrap_or(report.changed))
}
