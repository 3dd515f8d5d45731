//! The message at the change of shifts: when it is due, and what it tells of the world as it stands.

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::ahead::lies_ahead;
use super::graph::Graph;
use crate::model::ahead::Window;
use crate::model::doubt::Doubt;
use crate::model::effect::{Cause, Effect, EffectKind, Effects, World};
use crate::model::id::{IncidentId, ServiceId, SourceId, VendorId};
use crate::model::impact::Impact;
use crate::model::incident::{Health, Report, hurts, is_overrun};
use crate::model::phase::Kind;
use crate::model::shift::{Shift, ShiftAhead, ShiftFacts, ShiftHappened, ShiftHurt, ShiftUnseen, hours};

/// From here on it says that it comes late.
const LATE: SignedDuration = SignedDuration::from_mins(5);
/// The furthest that two hours of a shift lie apart, with a day to spare.
const AROUND: SignedDuration = SignedDuration::from_hours(49);
/// How many lines each list of the facts holds; how many there are is told apart where it matters.
const LINES: usize = 50;

/// Whether a shift's message is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Not now.
    Told,
    /// The shift is new: it begins with its next hour, and counts as told up to this one.
    Begins(Timestamp),
    /// Now.
    Due(Due),
}

/// A message that is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// The hour that it belongs to.
    pub due: Timestamp,
    /// The hour that was told last.
    pub since: Timestamp,
    /// The next hour.
    pub until: Timestamp,
    /// It comes late.
    pub is_late: bool,
    /// So many hours between were never told.
    pub missed: u32,
}

/// How a shift stands with an address that was told of the hour `told` last. However long nothing ran, one message is due.
#[must_use]
pub fn standing(shift: &Shift, zone: &TimeZone, told: Option<Timestamp>, now: Timestamp) -> Standing {
    let around = hours(&shift.at, zone, now - AROUND, now + AROUND);
    let Some(due) = around.iter().copied().rfind(|hour| *hour <= now) else { return Standing::Told };
    // An hour that lies days ahead was told by a clock that was wrong; it must not silence the shift until then.
    let told = told.filter(|told| told.duration_since(now) <= AROUND);
    let Some(since) = told else { return Standing::Begins(due) };
    if since >= due {
        return Standing::Told;
    }
    let between = hours(&shift.at, zone, since, due).into_iter().filter(|hour| *hour > since && *hour < due);
    Standing::Due(Due {
        due,
        since,
        until: around.into_iter().find(|hour| *hour > now).unwrap_or(due + AROUND),
        is_late: now.duration_since(due) > LATE,
        missed: u32::try_from(between.count()).unwrap_or(u32::MAX),
    })
}

/// The next hour of a shift.
#[must_use]
pub fn next(shift: &Shift, zone: &TimeZone, now: Timestamp) -> Option<Timestamp> {
    hours(&shift.at, zone, now, now + AROUND).into_iter().find(|hour| *hour > now)
}

/// An effect as the log holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logged {
    /// When.
    pub at: Timestamp,
    /// On which service.
    pub service: ServiceId,
    /// By what, as the log names it.
    pub cause: String,
    /// What happened.
    pub kind: EffectKind,
    /// How badly.
    pub impact: Impact,
    /// By which way, the service first.
    pub path: Vec<String>,
}

/// How the outbox stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Mail {
    /// Delivered since the last message.
    pub delivered: u32,
    /// Waiting.
    pub waiting: u32,
    /// When the oldest of those was made.
    pub oldest: Option<Timestamp>,
    /// Given up since the last message.
    pub dead: u32,
}

/// What stands behind the facts.
#[derive(Debug)]
pub struct Scene<'a> {
    /// What is open, not well or unseen.
    pub world: &'a World,
    /// What that means.
    pub effects: &'a Effects,
    /// The inventory.
    pub graph: &'a Graph,
    /// The sources that nobody has looked at for too long, and since when: what is known of them is of the past.
    pub unlooked: &'a BTreeMap<SourceId, Option<Timestamp>>,
    /// What a maintenance does, or would do, to services of ours.
    pub touched: &'a BTreeMap<IncidentId, Vec<ServiceId>>,
    /// What happened since the last message, the oldest first.
    pub logged: &'a [Logged],
    /// How the outbox stands.
    pub mail: Mail,
    /// Now.
    pub now: Timestamp,
}

/// What a shift's message tells.
#[must_use]
pub fn facts(shift: &Shift, due: Due, scene: &Scene<'_>) -> ShiftFacts {
    let known: Vec<&Effect> = scene.effects.hurts.values().filter(|effect| is_vendors(&effect.cause)).collect();
    let vendors: BTreeSet<&VendorId> = scene.graph.vendors().collect();
    ShiftFacts {
        shift: shift.id.clone(),
        due: due.due,
        is_late: due.is_late,
        missed: due.missed,
        since: due.since,
        until: due.until,
        vendors: count(vendors.len()),
        measured: count(vendors.iter().filter(|vendor| scene.is_measured(vendor)).count()),
        hurt_services: count(known.iter().map(|effect| &effect.service).collect::<BTreeSet<_>>().len()),
        hurting: scene.hurting(&known),
        services: count(scene.graph.services().len()),
        elsewhere: scene.elsewhere(&known),
        unseen: scene.unseen(),
        silent: vendors.iter().filter(|v| scene.is_silent(v)).map(|v| scene.graph.vendor_name(v).to_owned()).collect(),
        offline_since: scene.world.offline_since,
        ahead: scene.ahead(due.until),
        happened: scene.happened(),
        delivered: scene.mail.delivered,
        waiting: scene.mail.waiting,
        oldest_waiting: scene.mail.oldest,
        dead: scene.mail.dead,
    }
}

/// The maintenances that begin or end until then, or run.
pub fn soon(world: &World, until: Timestamp, now: Timestamp) -> impl Iterator<Item = (&Report, Window, bool)> {
    world.reports.iter().filter_map(move |report| {
        if let Some(planned) = lies_ahead(report) {
            return (planned.from <= until).then_some((report, planned, false));
        }
        let seen = &report.seen;
        let runs = seen.kind == Kind::Maintenance && report.standing.is_open() && hurts(seen.phase);
        let planned = seen.planned.as_ref().filter(|_| runs && !is_overrun(seen, now))?;
        let window = Window { from: planned.from.at?, until: planned.until.as_ref().and_then(|until| until.at) };
        window.until.is_some_and(|end| end <= until).then_some((report, window, true))
    })
}

const fn is_vendors(cause: &Cause) -> bool {
    match cause {
        Cause::Incident(_) | Cause::Component { .. } => true,
        Cause::Blind(_) | Cause::Offline | Cause::Sight(_) => false,
    }
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

fn by(path: &[String]) -> String {
    path.get(1..).unwrap_or_default().join(", because of ")
}

impl Scene<'_> {
    fn sources(&self, vendor: &VendorId) -> impl Iterator<Item = (&SourceId, &Health)> {
        self.world.sources.iter().filter(|(source, _)| source.is_of(vendor))
    }

    fn is_silent(&self, vendor: &VendorId) -> bool {
        self.sources(vendor).next().is_none()
    }

    /// Somebody could be asked and answered, and the answer is not of long ago.
    fn is_measured(&self, vendor: &VendorId) -> bool {
        let is_fresh = |source| !self.unlooked.contains_key(source) && !self.world.unconfirmed.contains(source);
        let is_sound = |health: &Health| matches!(health, Health::Readable { stale: None, doubts, .. } if !doubts.iter().any(Doubt::is_about_all));
        self.sources(vendor).any(|(source, health)| is_sound(health) && is_fresh(source))
    }

    fn hurting(&self, known: &[&Effect]) -> Vec<ShiftHurt> {
        let mut all: Vec<ShiftHurt> = known.iter().filter_map(|effect| self.hurt(effect)).collect();
        all.sort_by_key(|hurt| (hurt.tier, std::cmp::Reverse(hurt.impact.rung().unwrap_or(2)), hurt.since));
        all.truncate(LINES);
        all
    }

    fn hurt(&self, effect: &Effect) -> Option<ShiftHurt> {
        let service = self.graph.service(&effect.service)?;
        Some(ShiftHurt {
            service: service.name.clone(),
            tier: service.tier,
            impact: effect.impact,
            since: self.since(&effect.cause),
            by: by(&effect.path),
            overrun: effect.overrun,
            say: service.say.when(effect.impact).map(str::to_owned),
        })
    }

    fn since(&self, cause: &Cause) -> Option<Timestamp> {
        match cause {
            Cause::Incident(id) => {
                let report = self.world.reports.iter().find(|report| report.incident == *id)?;
                let began = report.seen.started.as_ref().and_then(|started| started.at).filter(|at| *at <= self.now);
                Some(began.unwrap_or(report.first_seen))
            }
            Cause::Component { source, key } => {
                let all = self.world.unwell.get(source)?;
                all.iter().find(|component| component.component.key == *key).map(|component| component.since)
            }
            Cause::Blind(_) | Cause::Offline | Cause::Sight(_) => None,
        }
    }

    fn elsewhere(&self, known: &[&Effect]) -> u32 {
        let ours: BTreeSet<String> = known.iter().map(|effect| effect.cause.to_string()).collect();
        let is_open = |report: &&Report| {
            report.seen.kind == Kind::Incident && !report.old && report.standing.is_open() && hurts(report.seen.phase)
        };
        let open: BTreeSet<&IncidentId> = self.world.reports.iter().filter(is_open).map(|r| &r.incident).collect();
        count(open.into_iter().filter(|id| !ours.contains(&id.0)).count())
    }

    fn unseen(&self) -> Vec<ShiftUnseen> {
        let unseen = |(source, health)| {
            let unlooked = self.unlooked.get(source).map(|since| (format!("nobody has looked at {source}"), *since));
            Some(self.one_unseen(source, unlooked.or_else(|| why(source, health))?))
        };
        self.world.sources.iter().filter_map(unseen).take(LINES).collect()
    }

    fn one_unseen(&self, source: &SourceId, (why, since): (String, Option<Timestamp>)) -> ShiftUnseen {
        let vendor = source.vendor();
        ShiftUnseen {
            vendor: self.graph.vendor_name(&vendor).to_owned(),
            why,
            since,
            services: self.graph.needing(&vendor).map(|service| service.name.clone()).collect(),
        }
    }

    fn ahead(&self, until: Timestamp) -> Vec<ShiftAhead> {
        let mut all: Vec<ShiftAhead> = soon(self.world, until, self.now)
            .filter_map(|(report, planned, is_running)| {
                let touched = self.touched.get(&report.incident).filter(|touched| !touched.is_empty())?;
                let vendor = report.source.vendor();
                let name = |id: &ServiceId| self.graph.service(id).map_or(id.to_string(), |s| s.name.clone());
                Some(ShiftAhead {
                    vendor: self.graph.vendor_name(&vendor).to_owned(),
                    title: report.seen.title.clone(),
                    planned,
                    is_running,
                    services: touched.iter().map(name).collect(),
                })
            })
            .collect();
        all.sort_by_key(|ahead| (ahead.planned.from, ahead.planned.until));
        all.truncate(LINES);
        all
    }

    fn happened(&self) -> Vec<ShiftHappened> {
        let mut all: Vec<(&ServiceId, &str, ShiftHappened)> = Vec::new();
        for one in self.logged {
            match all.iter_mut().find(|(service, cause, _)| **service == one.service && *cause == one.cause) {
                Some((_, _, happened)) => add(happened, one),
                None => {
                    let service = self.graph.service(&one.service);
                    let mut happened = ShiftHappened {
                        service: service.map_or_else(|| one.service.to_string(), |s| s.name.clone()),
                        by: by(&one.path),
                        impact: one.impact,
                        began: None,
                        ended: None,
                    };
                    add(&mut happened, one);
                    all.push((&one.service, &one.cause, happened));
                }
            }
        }
        all.into_iter().map(|(_, _, happened)| happened).take(LINES).collect()
    }
}

fn add(happened: &mut ShiftHappened, one: &Logged) {
    match one.kind {
        EffectKind::Hurt => {
            // What was over before within the shift and comes back is one line, from its first beginning.
            if happened.ended.is_none() || happened.began.is_some() {
                happened.began.get_or_insert(one.at);
            }
            happened.ended = None;
        }
        EffectKind::Over => happened.ended = Some(one.at),
        EffectKind::Worse | EffectKind::Better => {}
    }
    if one.impact.rung() > happened.impact.rung() {
        happened.impact = one.impact;
    }
}

/// Why a source is not, or not wholly, seen, and since when; `None` when it is.
fn why(source: &SourceId, health: &Health) -> Option<(String, Option<Timestamp>)> {
    match health {
        Health::NeverRead => Some((format!("{source} has not been read yet"), None)),
        Health::Unreadable { since, why } => Some((format!("{source} cannot be read: {why}"), Some(*since))),
        Health::Readable { stale: Some(at), .. } => Some((format!("{source} has not been refreshed"), Some(*at))),
        Health::Readable { blind, stale: None, doubts } => {
            let roles = blind.iter().map(|(role, why)| format!("the {role} of {source} cannot be read: {why}"));
            let doubts = doubts.iter().map(|doubt| format!("{source} is not to be believed: {doubt}"));
            let all: Vec<String> = roles.chain(doubts).collect();
            (!all.is_empty()).then(|| (all.join("; "), None))
        }
    }
}
