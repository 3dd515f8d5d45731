//! What the subscriptions that lead to one address want of one effect, taken together.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::ask::{Ask, Asked, ask, gathered, quiet};
use crate::alerting::rules::{Rules, Whose};
use crate::model::effect::{Cause, EffectKind};
use crate::model::id::{ReceiverId, ServiceId, SubscriptionId, VendorId};
use crate::model::inventory::Tier;
use crate::model::reason::Reason;
use crate::model::subscription::Subscription;

/// An address, and the receiver that it is known by.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) receiver: &'a ReceiverId,
    pub(super) address: &'a str,
}

/// What is wanted there.
#[derive(Default, Clone)]
pub(super) struct Want<'a> {
    pub(super) subscriptions: Vec<&'a SubscriptionId>,
    /// The kinds of effect that are wanted at once.
    kinds: BTreeSet<EffectKind>,
    /// Those that are wanted with all else that is gathered until then.
    gathered: Option<(Timestamp, BTreeSet<EffectKind>)>,
    /// One of them wants to know of overruns.
    pub(super) overrun: bool,
    /// One of them wants to know the end of a maintenance, whatever it was told before.
    pub(super) end: bool,
    /// Why none of them wants it; `None` when one does.
    pub(super) not: Option<Reason>,
    /// The kinds that somebody there wants who sleeps, and until when.
    sleeping: BTreeMap<EffectKind, Reason>,
    /// The quiet hours of those who sleep, whatever they want.
    asleep: Option<Reason>,
    /// One of them is in no quiet hours.
    is_awake: bool,
    /// When somebody there who does not want it now may want it, whatever the others want.
    pub(super) later: Option<Timestamp>,
    /// The step of an escalation that leads there, and after what time it is told again.
    pub(super) step: Option<(u32, Option<SignedDuration>)>,
}

impl<'a> Want<'a> {
    /// When an effect of that kind is told: `None` where nobody there wants such, `Some(None)` at once.
    pub(super) fn when(&self, kind: EffectKind) -> Option<Option<Timestamp>> {
        if self.kinds.contains(&kind) {
            return Some(None);
        }
        let (at, _) = self.gathered.as_ref().filter(|(_, kinds)| kinds.contains(&kind))?;
        Some(Some(*at))
    }

    /// Why effects of a kind that nobody wants now are not told: somebody who wants them may be asleep.
    pub(super) fn why_not(&self, kind: EffectKind) -> Reason {
        self.sleeping.get(&kind).cloned().unwrap_or(Reason::Kind(kind))
    }

    /// The quiet hours there, if nobody is awake.
    pub(super) fn quiet(&self) -> Option<&Reason> {
        self.asleep.as_ref().filter(|_| !self.is_awake)
    }

    fn add(&mut self, subscription: &'a Subscription, answer: Ask) {
        self.rest(subscription, &answer);
        match answer {
            Ask::NotAbout => return,
            Ask::Not(reason, _) if self.not.is_some() => self.not = self.not.take().map(|not| sooner(not, reason)),
            Ask::Not(reason, _) if self.subscriptions.is_empty() => self.not = Some(reason),
            // Somebody else there wants it.
            Ask::Not(..) => return,
            Ask::Wants(at) => {
                if self.not.is_some() {
                    let (sleeping, end, later) = (std::mem::take(&mut self.sleeping), self.end, self.later);
                    *self = Self { sleeping, end, later, is_awake: true, ..Self::default() };
                }
                self.wants(subscription, at);
            }
        }
        if self.not.is_some() {
            self.kinds.extend(&subscription.effects);
        }
        self.subscriptions.push(&subscription.id);
        self.overrun |= subscription.maintenance.overrun;
        self.step = self.step.or_else(|| subscription.step.map(|step| (step.number, step.again)));
    }

    /// Who there is asleep, and what they want.
    fn rest(&mut self, subscription: &Subscription, answer: &Ask) {
        let (reason, asleep) = match answer {
            Ask::NotAbout => return,
            Ask::Wants(_) => return self.is_awake = true,
            Ask::Not(reason, asleep) => (reason, asleep),
        };
        let soonest = |known: Option<Reason>, reason: &Reason| match known {
            Some(known) => sooner(known, reason.clone()),
            None => reason.clone(),
        };
        self.later = self.later.into_iter().chain(reason.until()).min();
        match asleep {
            Some(quiet) => self.asleep = Some(soonest(self.asleep.take(), quiet)),
            None => self.is_awake |= !matches!(reason, Reason::NotYet { .. }),
        }
        if matches!(reason, Reason::Quiet { .. }) {
            for kind in &subscription.effects {
                let known = self.sleeping.remove(kind);
                self.sleeping.insert(*kind, soonest(known, reason));
            }
        }
    }

    fn wants(&mut self, subscription: &Subscription, at: Option<Timestamp>) {
        match (at, &mut self.gathered) {
            (None, _) => self.kinds.extend(&subscription.effects),
            (Some(at), Some((earliest, kinds))) => {
                *earliest = at.min(*earliest);
                kinds.extend(&subscription.effects);
            }
            (Some(at), none) => *none = Some((at, subscription.effects.iter().copied().collect())),
        }
    }
}

/// Of two reasons the one that may be lifted, and of those the one that is lifted first.
fn sooner(a: Reason, b: Reason) -> Reason {
    match (a.until(), b.until()) {
        (Some(first), Some(second)) if second < first => b,
        (None, Some(_)) => b,
        (None, None) if b.is_for_now() && !a.is_for_now() => b,
        _ => a,
    }
}

/// What is wanted of an effect, by the address that it leads to.
pub(super) fn wants<'a>(rules: &'a Rules, asked: Asked<'_>) -> Vec<(Place<'a>, Want<'a>)> {
    let whose = match asked.effect.cause {
        Cause::Offline => Whose::Everybodys,
        Cause::Incident(_) | Cause::Component { .. } | Cause::Blind(_) | Cause::Sight(_) => {
            Whose::Vendor(asked.about.vendor.as_ref())
        }
    };
    let mut wants: BTreeMap<&str, (Place<'a>, Want<'a>)> = BTreeMap::new();
    for subscription in rules.about(&asked.effect.service, whose) {
        let answer = ask(subscription, asked);
        if answer == Ask::NotAbout {
            continue;
        }
        for receiver in &subscription.receivers {
            let Some(address) = rules.address(receiver) else { continue };
            let (_, want) = wants.entry(address).or_insert_with(|| (Place { receiver, address }, Want::default()));
            want.add(subscription, answer.clone());
        }
    }
    wants.into_values().collect()
}

/// What leads to an address for a service now, whatever the impact: who was told of the beginning is told the end.
pub(super) fn leading<'a>(
    rules: &'a Rules,
    address: &str,
    service: &'a ServiceId,
    vendor: Option<&VendorId>,
    tier: Option<Tier>,
    now: Timestamp,
) -> Option<(&'a ReceiverId, Want<'a>)> {
    let mut found: Option<(&'a ReceiverId, Want<'a>)> = None;
    for subscription in rules.leading(address, service) {
        let leads_there = |id: &&ReceiverId| rules.address(id) == Some(address);
        let Some(receiver) = subscription.receivers.iter().find(leads_there) else { continue };
        let (_, want) = found.get_or_insert_with(|| (receiver, Want::default()));
        let answer = match quiet(subscription, tier, now) {
            Some(reason) => Ask::Not(reason.clone(), Some(reason)),
            None => Ask::Wants(gathered(subscription, tier, now)),
        };
        let end = want.end;
        want.add(subscription, answer);
        let is_about = subscription.vendors.is_empty() || vendor.is_some_and(|v| subscription.vendors.contains(v));
        want.end |= end || subscription.maintenance.end && is_about;
    }
    found
}
