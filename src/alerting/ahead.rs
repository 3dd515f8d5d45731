//! Maintenances that lie ahead: who is told of them before they begin, and that they are moved or will not be.
//!
//! Like `route` it asks what each address should know now, against what it was told, so it may run as often as it likes.
//! What runs as planned is nobody's news here; an overrun and an outage inside are effects like any other.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::route::{DecidedService, Decision, Verdict, is_there, quiet};
use super::rules::{Rules, Whose};
use crate::model::ahead::{Ahead, AheadKind, Window};
use crate::model::effect::{Cause, Effect, EffectKind};
use crate::model::id::{IncidentId, ReceiverId, ServiceId, SubscriptionId};
use crate::model::incident::{Report, Standing, hurts};
use crate::model::notification::Topic;
use crate::model::phase::{Kind, Phase};

/// How far apart an address is told that one maintenance was moved: some pages write other times at every look.
const MOVES_APART: SignedDuration = SignedDuration::from_mins(15);
/// One that is moved to begin within so long is told at once.
const NEAR: SignedDuration = SignedDuration::from_mins(30);

/// What was told ahead, by address and incident.
pub type AheadKey = (String, IncidentId);

/// What one address has been told of a maintenance before it began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToldAhead {
    /// By which receiver.
    pub receiver: ReceiverId,
    /// The times that were told.
    pub planned: Window,
    /// The services that were named.
    pub services: BTreeSet<ServiceId>,
    /// It has begun since, as planned or not.
    pub has_begun: bool,
    /// When it was told last that it was moved.
    pub moved: Option<Timestamp>,
}

/// A maintenance that lies ahead, and what it would do to services of ours.
#[derive(Debug, Clone)]
pub struct Expected<'a> {
    /// What the vendor says.
    pub report: &'a Report,
    /// When it is planned.
    pub planned: Window,
    /// Its effects, as if it ran.
    pub effects: Vec<Effect>,
}

/// One thing to tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AheadDecision {
    /// To whom, of which services.
    pub decision: Decision,
    /// What of it.
    pub ahead: Ahead,
}

/// What a run decided, and what each address counts as told after it; `None` to forget.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RoutedAhead {
    /// What is told.
    pub decisions: Vec<AheadDecision>,
    /// What to remember.
    pub told: Vec<(AheadKey, Option<ToldAhead>)>,
}

/// When a report's maintenance is planned, if it is one that has not begun.
#[must_use]
pub fn lies_ahead(report: &Report) -> Option<Window> {
    let seen = &report.seen;
    let is_ahead = seen.kind == Kind::Maintenance && seen.phase == Phase::Scheduled && report.standing.is_open();
    let planned = seen.planned.as_ref().filter(|_| is_ahead)?;
    Some(Window { from: planned.from.at?, until: planned.until.as_ref().and_then(|until| until.at) })
}

/// Decides who is told ahead. `reports` holds those of all incidents in `told`.
#[must_use]
pub fn route_ahead(
    expected: &[Expected<'_>],
    told: &BTreeMap<AheadKey, ToldAhead>,
    reports: &BTreeMap<IncidentId, Report>,
    rules: &Rules,
    now: Timestamp,
) -> RoutedAhead {
    let mut run = Run { rules, now, routed: RoutedAhead::default() };
    for one in expected {
        run.expected(one, told);
    }
    let awaited: BTreeSet<&IncidentId> = expected.iter().map(|one| &one.report.incident).collect();
    for (key, before) in told.iter().filter(|((_, incident), _)| !awaited.contains(incident)) {
        run.no_longer_ahead(key, before, reports.get(&key.1));
    }
    run.routed
}

struct Run<'a> {
    rules: &'a Rules,
    now: Timestamp,
    routed: RoutedAhead,
}

/// What one address wants to know of one maintenance.
#[derive(Debug, Default)]
struct Wanted<'e> {
    receiver: Option<ReceiverId>,
    subscriptions: Vec<SubscriptionId>,
    effects: Vec<&'e Effect>,
    /// Somebody there wants to know it by now.
    is_due: bool,
}

impl Run<'_> {
    fn expected(&mut self, one: &Expected<'_>, told: &BTreeMap<AheadKey, ToldAhead>) {
        let mut wanted = self.wanted(one);
        let mine = |((_, incident), _): &(&AheadKey, &ToldAhead)| *incident == one.report.incident;
        for (key, before) in told.iter().filter(mine) {
            match wanted.remove(&key.0) {
                Some(want) => self.known(one, key, before, &want),
                None => self.nothing_left(one, key, before),
            }
        }
        for (address, want) in wanted.into_iter().filter(|(_, want)| want.is_due) {
            let key = (address, one.report.incident.clone());
            self.tell(one, &key, &want, Ahead { kind: AheadKind::Announced, planned: one.planned, before: None });
        }
    }

    /// What the subscriptions want of it, by address.
    fn wanted<'e>(&self, one: &'e Expected<'_>) -> BTreeMap<String, Wanted<'e>> {
        let vendor = one.report.source.vendor();
        let regions = regions(one.report);
        let mut wanted: BTreeMap<String, Wanted<'e>> = BTreeMap::new();
        for effect in &one.effects {
            for subscription in self.rules.about(&effect.service, Whose::Vendor(Some(&vendor))) {
                let Some(ahead) = subscription.maintenance.ahead else { continue };
                if !is_there(subscription, &regions) {
                    continue;
                }
                for receiver in &subscription.receivers {
                    let Some(address) = self.rules.address(receiver) else { continue };
                    let want = wanted.entry(address.to_owned()).or_default();
                    want.receiver.get_or_insert_with(|| receiver.clone());
                    let is_awake = quiet(subscription, self.rules.tier(&effect.service), self.now).is_none();
                    want.is_due |= is_awake && self.is_due(one.planned, ahead);
                    push_new(&mut want.subscriptions, &subscription.id);
                    if !want.effects.iter().any(|known| known.service == effect.service) {
                        want.effects.push(effect);
                    }
                }
            }
        }
        wanted
    }

    /// Whether its time to be told has come; what should have begun already is told by its beginning.
    fn is_due(&self, planned: Window, ahead: SignedDuration) -> bool {
        planned.from > self.now && planned.from.duration_since(self.now) <= ahead
    }

    fn known(&mut self, one: &Expected<'_>, key: &AheadKey, before: &ToldAhead, want: &Wanted<'_>) {
        let is_moved = before.planned != one.planned;
        let has_more = want.effects.iter().any(|effect| !before.services.contains(&effect.service));
        if one.planned.from <= self.now {
            // Nobody is told in advance of what should run by now.
        } else if is_moved && !self.is_to_wait(before, one.planned) {
            let ahead = Ahead { kind: AheadKind::Rescheduled, planned: one.planned, before: Some(before.planned) };
            self.tell(one, key, want, ahead);
        } else if has_more && want.is_due {
            self.tell(one, key, want, Ahead { kind: AheadKind::Announced, planned: one.planned, before: None });
        }
    }

    /// Whether a move is told later: with what will hold then, at the first tick after its time.
    fn is_to_wait(&self, before: &ToldAhead, planned: Window) -> bool {
        let is_nearer = planned.from < before.planned.from && planned.from.duration_since(self.now) <= NEAR;
        let since = before.moved.map(|moved| self.now.duration_since(moved));
        !is_nearer && since.is_some_and(|since| (SignedDuration::ZERO..MOVES_APART).contains(&since))
    }

    fn tell(&mut self, one: &Expected<'_>, key: &AheadKey, want: &Wanted<'_>, ahead: Ahead) {
        let Some(receiver) = &want.receiver else { return };
        let services = want.effects.iter().map(|effect| DecidedService {
            service: effect.service.clone(),
            kind: EffectKind::Hurt,
            impact: effect.impact,
            path: effect.path.clone(),
        });
        let decision = Decision {
            receiver: receiver.clone(),
            address: key.0.clone(),
            cause: Cause::Incident(key.1.clone()),
            services: services.collect(),
            subscriptions: want.subscriptions.clone(),
            verdict: Verdict::Send,
            since: Some(ahead.planned.from),
            flapping: None,
            escalation: None,
        };
        let told = ToldAhead {
            receiver: receiver.clone(),
            planned: one.planned,
            services: decision.services.iter().map(|s| s.service.clone()).collect(),
            has_begun: false,
            moved: (ahead.kind == AheadKind::Rescheduled).then_some(self.now),
        };
        self.routed.told.push((key.clone(), Some(told)));
        self.routed.decisions.push(AheadDecision { decision, ahead });
    }

    /// It goes on as planned, but touches nothing there any more, or nobody there asks for it.
    fn nothing_left(&mut self, one: &Expected<'_>, key: &AheadKey, before: &ToldAhead) {
        let touches = one.effects.iter().any(|effect| before.services.contains(&effect.service));
        if !touches && one.planned.from > self.now {
            self.off(key, before, AheadKind::NotOurs);
        }
        self.routed.told.push((key.clone(), None));
    }

    /// It has begun, is over, or will not be.
    fn no_longer_ahead(&mut self, key: &AheadKey, before: &ToldAhead, report: Option<&Report>) {
        let after = match report {
            None => None,
            Some(report) if report.standing.is_open() && hurts(report.seen.phase) => {
                Some(ToldAhead { has_begun: true, ..before.clone() })
            }
            Some(report) if report.standing.is_open() => Some(before.clone()),
            Some(report) => {
                if let Some(kind) = why_off(report).filter(|_| !before.has_begun) {
                    self.off(key, before, kind);
                }
                None
            }
        };
        if after.as_ref() != Some(before) {
            self.routed.told.push((key.clone(), after));
        }
    }

    fn off(&mut self, key: &AheadKey, before: &ToldAhead, kind: AheadKind) {
        let mut subscriptions = Vec::new();
        for service in &before.services {
            self.rules.leading(&key.0, service).for_each(|wish| push_new(&mut subscriptions, &wish.id));
        }
        if subscriptions.is_empty() {
            return;
        }
        let impact = crate::model::impact::Impact::Maintenance;
        let service = |service: &ServiceId| DecidedService {
            service: service.clone(),
            kind: EffectKind::Over,
            impact,
            path: Vec::new(),
        };
        let decision = Decision {
            receiver: before.receiver.clone(),
            address: key.0.clone(),
            cause: Cause::Incident(key.1.clone()),
            services: before.services.iter().map(service).collect(),
            subscriptions,
            verdict: Verdict::Send,
            since: Some(before.planned.from),
            flapping: None,
            escalation: None,
        };
        let ahead = Ahead { kind, planned: before.planned, before: None };
        self.routed.decisions.push(AheadDecision { decision, ahead });
    }
}

/// Why a maintenance will not be; `None` if it was.
fn why_off(report: &Report) -> Option<AheadKind> {
    match report.standing {
        Standing::Withdrawn if report.seen.phase != Phase::Cancelled => Some(AheadKind::Unwatched),
        // Nobody said so: it was taken off the list, and what was said last is not what is known now.
        Standing::Withdrawn if report.seen.said() != report.said => Some(AheadKind::NoLongerListed),
        Standing::Withdrawn => Some(AheadKind::Cancelled),
        Standing::Open | Standing::Resolved(_) => None,
    }
}

fn regions(report: &Report) -> Vec<String> {
    let of_components = report.seen.components.iter().filter_map(|c| c.region.clone());
    report.seen.regions.iter().cloned().chain(of_components).collect()
}

fn push_new(all: &mut Vec<SubscriptionId>, id: &SubscriptionId) {
    if !all.contains(id) {
        all.push(id.clone());
    }
}

/// A topic as its facts were gathered, told as what lies ahead: nothing of it is happening.
pub fn as_ahead(topic: &mut Topic, ahead: Ahead) {
    topic.ahead = Some(ahead);
    topic.told = if ahead.kind.is_off() { vec![EffectKind::Over] } else { Vec::new() };
    topic.since = ahead.planned.from;
    (topic.until, topic.resolved_how, topic.open_end) = (None, None, None);
    (topic.overrun, topic.reported_late) = (false, false);
}
