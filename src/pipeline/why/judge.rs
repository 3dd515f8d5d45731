//! What the log is silent about, worked out by the configuration as it is now: whom an incident would hurt, who would be
//! told, and where each line of the inventory and each subscription lets go of it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::{Branch, Ground, Link, Outcome, Step};
use crate::alerting::about::of_incident;
use crate::alerting::effects::effects_on;
use crate::alerting::miss::{harmless, not_about, untouched};
use crate::alerting::route::{self, About, Decision, Verdict};
use crate::model::effect::{Cause, Effects, World};
use crate::model::id::{ReceiverId, ServiceId, SourceId};
use crate::model::incident::{Health, Report};
use crate::model::inventory::{Need, On};
use crate::model::reason::Reason;
use crate::pipeline::stage::as_open;
use crate::store::why::Trace;

/// Lines of the inventory that are spelt out.
const LINES: usize = 12;

/// An incident judged now.
pub(super) struct Judged<'a> {
    report: &'a Report,
    reports: &'a [Report],
    /// Whom it hurts while it is open and all else is well.
    effects: Effects,
    about: About,
    decisions: Vec<Decision>,
    /// Why nothing had to be decided, whatever the inventory says.
    harmless: Option<String>,
    /// It was hurting somebody by the log.
    has_hurt: bool,
    was_decided: bool,
}

impl<'a> Judged<'a> {
    /// `None` for what is no incident.
    pub(super) fn of(ground: &Ground<'_>, trace: &'a Trace, unconfirmed: &BTreeSet<SourceId>) -> Option<Self> {
        let report = trace.reports.first()?;
        let compiled = ground.compiled;
        let moment = ground.at.unwrap_or(if report.standing.is_open() { ground.now } else { report.first_seen });
        let effects = as_if_open(ground, &trace.reports, moment);
        let about = of_incident(report, trace.reports.iter().skip(1), unconfirmed);
        let of_cause = BTreeMap::from([(Cause::Incident(report.incident.clone()), about.clone())]);
        let ground_then =
            route::Ground { rules: &compiled.rules, manner: compiled.manner, silences: &trace.silences, now: moment };
        let routed = route::route(&effects, &BTreeMap::new(), &of_cause, ground_then);
        Some(Self {
            report,
            reports: &trace.reports,
            effects,
            about,
            decisions: routed.decisions,
            harmless: harmless_why(ground, trace, report),
            has_hurt: !trace.effects.is_empty(),
            was_decided: !trace.decisions.is_empty(),
        })
    }

    /// Why nobody at all was told, where that has one reason.
    pub(super) fn nobody(&self) -> Option<String> {
        if let Some(why) = self.harmless.as_ref().filter(|_| !self.was_decided && !self.has_hurt) {
            return Some(why.clone());
        }
        self.effects.hurts.is_empty().then(|| {
            "no service of ours needs what it names, by the inventory as it is now (see the dependencies below)"
                .to_owned()
        })
    }

    /// Each line of the inventory on that vendor, and whether it is concerned.
    pub(super) fn steps(&self, ground: &Ground<'_>) -> Vec<Step> {
        let mut steps: Vec<Step> = Vec::new();
        let vendor = self.report.source.vendor();
        for service in ground.compiled.graph.services() {
            if ground
                .service
                .as_ref()
                .is_some_and(|only| *only != service.id && !self.is_below(ground, only, &service.id))
            {
                continue;
            }
            for need in &service.needs {
                for dependency in need.dependencies() {
                    let On::Vendor(selector) = &dependency.on else { continue };
                    if selector.vendor != vendor {
                        continue;
                    }
                    let missed: Vec<_> = self.reports.iter().map(|report| untouched(selector, report)).collect();
                    let said = match missed.into_iter().reduce(|a, b| if a.is_none() { a } else { b }).flatten() {
                        Some(why) => format!("not concerned: {why}"),
                        None => concerned(need),
                    };
                    steps.push(Step::judged(Link::Dependency, format!("{}: {said}", service.name)));
                }
            }
        }
        let more = steps.len().saturating_sub(LINES);
        steps.truncate(LINES);
        if steps.is_empty() {
            let vendor = ground.compiled.vendor_name(&vendor);
            let nobody = match &ground.service {
                Some(id) => format!("{} does not need {vendor}", ground.service_name(id)),
                None => format!("no service of the inventory needs {vendor}"),
            };
            steps.push(Step::judged(Link::Dependency, nobody));
        }
        if more > 0 {
            steps.push(Step::judged(Link::Dependency, format!("and {more} more lines of the inventory")));
        }
        steps.extend(self.harmless.iter().map(|why| Step::judged(Link::Incident, why.clone())));
        steps
    }

    /// Whether a service builds on another, at any depth.
    fn is_below(&self, ground: &Ground<'_>, upper: &ServiceId, lower: &ServiceId) -> bool {
        let mut found = BTreeSet::from([upper.clone()]);
        // The order has each service after those that it builds on, so from its end one pass is enough.
        for service in ground.compiled.graph.services().iter().rev().filter(|s| s.id == *upper || !s.needs.is_empty()) {
            if !found.contains(&service.id) {
                continue;
            }
            for dependency in service.needs.iter().flat_map(Need::dependencies) {
                if let On::Service(id) = &dependency.on {
                    found.insert(id.clone());
                }
            }
        }
        found.contains(lower)
    }

    /// What becomes of it for a receiver about which the log is silent.
    pub(super) fn branch(&self, ground: &Ground<'_>, receiver: &ReceiverId) -> Branch {
        let (why, steps) = self.reason(ground, receiver);
        let answer = format!("{receiver} was not told: {why}.");
        Branch { receiver: receiver.to_string(), outcome: Outcome::NotConcerned, answer, steps }
    }

    fn reason(&self, ground: &Ground<'_>, receiver: &ReceiverId) -> (String, Vec<Step>) {
        let asked: Vec<_> = self
            .effects
            .hurts
            .values()
            .filter(|effect| ground.service.as_ref().is_none_or(|only| effect.service == *only))
            .collect();
        if let Some(why) = self.harmless.as_ref().filter(|_| !self.has_hurt) {
            return (why.clone(), Vec::new());
        }
        if asked.is_empty() {
            let nobody = match &ground.service {
                Some(id) => format!("{} is not hurt by it", ground.service_name(id)),
                None => "no service of ours is hurt by it".to_owned(),
            };
            return (format!("{nobody}, by the inventory as it is now"), Vec::new());
        }
        let rules = &ground.compiled.rules;
        let leads = |s: &&crate::model::subscription::Subscription| {
            s.receivers.contains(receiver) && ground.subscription.as_ref().is_none_or(|only| s.id == *only)
        };
        let leading: Vec<_> = rules.subscriptions().iter().chain(rules.keepers()).filter(leads).collect();
        if leading.is_empty() {
            return ("no subscription leads there".to_owned(), Vec::new());
        }
        let mut steps = Vec::new();
        for subscription in &leading {
            let missed = asked.iter().map(|effect| not_about(rules, subscription, effect, &self.about));
            let said = match missed.collect::<Option<Vec<_>>>().and_then(|all| all.into_iter().next()) {
                Some(why) => format!("{}: not about it: {why}", subscription.id),
                None => format!("{}: is about it", subscription.id),
            };
            steps.push(Step::judged(Link::Subscription, said));
        }
        let address = rules.address(receiver);
        if let Some(decision) = self.decisions.iter().find(|d| Some(d.address.as_str()) == address) {
            let (why, step) = by_rule(decision);
            steps.push(step);
            return (why, steps);
        }
        let why = steps.first().map(|step| step.what.clone()).unwrap_or_default();
        (why, steps)
    }
}

/// What would be decided today.
fn by_rule(decision: &Decision) -> (String, Step) {
    match &decision.verdict {
        Verdict::NotSent(reason) => {
            let step = Step::judged(Link::Rule, format!("{}: {reason}", reason.word()));
            (format!("{}, by the configuration as it is now", say(reason)), step)
        }
        Verdict::Send | Verdict::Gather(_) => (
            "the log holds no decision, though by the configuration as it is now it would be told; it was another one then, or it is about to be told".to_owned(),
            Step::judged(Link::Rule, "sent: it would be told"),
        ),
    }
}

fn say(reason: &Reason) -> String {
    reason.to_string()
}

fn concerned(need: &Need) -> String {
    match need {
        Need::One(_) => "concerned: this is what it needs".to_owned(),
        Need::AnyOf(all) => format!("concerned, but any one of {} is enough for it", all.len()),
    }
}

/// Whom reports hurt while they are open and all else is well and seen.
fn as_if_open(ground: &Ground<'_>, reports: &[Report], moment: Timestamp) -> Effects {
    let compiled = ground.compiled;
    let vendors = reports.iter().map(|report| report.source.vendor()).collect();
    let world = World {
        reports: reports.iter().map(as_open).collect(),
        sources: compiled.polled().into_iter().map(|id| (id, Health::readable())).collect(),
        ..World::default()
    };
    let services = compiled.graph.reached_by(&vendors);
    let mut effects = effects_on(&compiled.graph, &world, compiled.effect_rules, moment, &services);
    effects.hurts.retain(|(_, cause), _| matches!(cause, Cause::Incident(_)));
    effects
}

/// Why an incident had to be decided on by nobody, whatever the inventory says.
fn harmless_why(ground: &Ground<'_>, trace: &Trace, report: &Report) -> Option<String> {
    let first_look = trace.marks.get(&report.source).and_then(|mark| mark.first_look);
    let was_there = first_look.is_some_and(|first| report.first_seen <= first);
    if !report.standing.is_open() && trace.changes.is_empty() {
        return Some("it was over before we first looked at its source: history, not news".to_owned());
    }
    if trace.effects.is_empty() && trace.changes.len() == 1 && !report.standing.is_open() {
        return Some(format!("it was over already when we first saw it at {}", ground.local(report.first_seen)));
    }
    let why = trace.reports.iter().map(harmless).collect::<Option<Vec<_>>>()?.into_iter().next()?;
    let there = if was_there { " (it was there at the first look)" } else { "" };
    Some(format!("{why}{there}"))
}
