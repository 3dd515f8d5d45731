//! What the subscriptions that lead to one address want of one effect, taken together.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::ask::{Ask, Asked, More, ask, gathered, quiet};
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

/// At once, gathered until then, or not now and why.
pub(super) type When = Result<Option<Timestamp>, Reason>;

/// What is wanted there.
#[derive(Default, Clone)]
pub(super) struct Want<'a> {
    pub(super) subscriptions: Vec<&'a SubscriptionId>,
    /// The kinds of effect that are wanted at once.
    kinds: BTreeSet<EffectKind>,
    /// Those that are wanted with all else that is gathered until then.
    gathered: Option<(Timestamp, BTreeSet<EffectKind>)>,
    /// When it is told that a maintenance runs past its end, if one of them wants to know that; or his quiet hours.
    pub(super) overrun: Option<When>,
    /// The same for the end of a maintenance, whatever was told of it before.
    pub(super) end: Option<When>,
    /// Why none of them wants it; `None` when one does.
    pub(super) not: Option<Reason>,
    /// The kinds that somebody there wants who sleeps, and until when.
    sleeping: BTreeMap<EffectKind, Reason>,
    /// The kinds that a step of an escalation wants which has not come yet, and when it does.
    coming: BTreeMap<EffectKind, Reason>,
    /// The kinds of which somebody there who was told already is told how it goes on.
    more: BTreeMap<EffectKind, More>,
    /// When somebody there who does not want it now may want it, whatever the others want.
    pub(super) later: Option<Timestamp>,
    /// The step of an escalation that leads there, and after what time it is told again.
    pub(super) step: Option<(u32, Option<SignedDuration>)>,
}

impl<'a> Want<'a> {
    /// When an effect of that kind is told, at once or gathered, or why it is not.
    pub(super) fn when(&self, kind: EffectKind, was_sent: bool) -> When {
        if self.kinds.contains(&kind) {
            return Ok(None);
        }
        if let Some((at, _)) = self.gathered.as_ref().filter(|(_, kinds)| kinds.contains(&kind)) {
            return Ok(Some(*at));
        }
        match (&self.not, self.sleeping.get(&kind), self.more.get(&kind)) {
            (Some(why), ..) if !was_sent => Err(why.clone()),
            // Who wants it sleeps: who is only told how it goes on can wait for him.
            (_, Some(quiet), _) => Err(quiet.clone()),
            (.., Some(More::At(at))) if was_sent => Ok(*at),
            (.., Some(More::Asleep(quiet))) if was_sent => Err(quiet.clone()),
            (why, ..) => Err(self.coming.get(&kind).or(why.as_ref()).cloned().unwrap_or(Reason::Kind(kind))),
        }
    }

    fn add(&mut self, subscription: &'a Subscription, answer: Ask) {
        self.late(subscription, &answer);
        self.rest(subscription, &answer);
        match answer {
            Ask::NotAbout => return,
            Ask::Not(reason, _) if self.not.is_some() => self.not = self.not.take().map(|not| sooner(not, reason)),
            Ask::Not(reason, _) if self.subscriptions.is_empty() => self.not = Some(reason),
            // Somebody else there wants it.
            Ask::Not(..) => return,
            Ask::Wants(at) => {
                if self.not.take().is_some() {
                    self.subscriptions.clear();
                }
                self.wants(subscription, at);
            }
        }
        self.subscriptions.push(&subscription.id);
    }

    /// Who there wants to know that a maintenance runs past its end, which is worse than was told of it.
    fn late(&mut self, subscription: &Subscription, answer: &Ask) {
        let wants = subscription.maintenance.overrun && subscription.effects.contains(&EffectKind::Worse);
        if wants {
            self.overrun = the_sooner(self.overrun.take(), when(answer));
        }
    }

    /// Who there does not want it now, and what he is told of it nevertheless, or later.
    fn rest(&mut self, subscription: &Subscription, answer: &Ask) {
        let Ask::Not(reason, more) = answer else { return };
        self.later = self.later.into_iter().chain(reason.until()).min();
        for kind in &subscription.effects {
            match reason {
                Reason::Quiet { .. } => soonest(&mut self.sleeping, *kind, reason),
                Reason::NotYet { .. } => soonest(&mut self.coming, *kind, reason),
                _ => {}
            }
            let known = self.more.remove(kind).unwrap_or(More::Nothing);
            self.more.insert(*kind, known.or(more.clone()));
        }
    }

    fn wants(&mut self, subscription: &Subscription, at: Option<Timestamp>) {
        if let Some(step) = subscription.step {
            // Of two steps that lead to one address the later one has come, and it is told again where one of them says so.
            let (number, again) = self.step.unwrap_or_default();
            self.step = Some((step.number.max(number), step.again.into_iter().chain(again).min()));
        }
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

impl More {
    /// Of two the one that is told first.
    fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Nothing, other) => other,
            (known, Self::Nothing) => known,
            // `None` is at once.
            (Self::At(known), Self::At(other)) => Self::At(known.min(other)),
            (Self::At(at), Self::Asleep(_)) | (Self::Asleep(_), Self::At(at)) => Self::At(at),
            (Self::Asleep(known), Self::Asleep(other)) => Self::Asleep(sooner(known, other)),
        }
    }
}

/// When a subscription that wants something is told it; `None` where it does not want it.
fn when(answer: &Ask) -> Option<When> {
    match answer {
        Ask::Wants(at) => Some(Ok(*at)),
        Ask::Not(quiet @ Reason::Quiet { .. }, _) => Some(Err(quiet.clone())),
        Ask::Not(..) | Ask::NotAbout => None,
    }
}

/// Of two times the sooner; `None` within one is at once.
fn the_sooner(known: Option<When>, other: Option<When>) -> Option<When> {
    match (known, other) {
        (Some(Ok(known)), Some(Ok(at))) => Some(Ok(known.min(at))),
        (Some(Err(known)), Some(Err(quiet))) => Some(Err(sooner(known, quiet))),
        (Some(Ok(at)), _) | (_, Some(Ok(at))) => Some(Ok(at)),
        (known, other) => known.or(other),
    }
}

fn soonest(known: &mut BTreeMap<EffectKind, Reason>, kind: EffectKind, reason: &Reason) {
    let soonest = match known.remove(&kind) {
        Some(known) => sooner(known, reason.clone()),
        None => reason.clone(),
    };
    known.insert(kind, soonest);
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
            Some(reason) => Ask::Not(reason, More::Nothing),
            None => Ask::Wants(gathered(subscription, tier, now)),
        };
        let is_about = subscription.vendors.is_empty() || vendor.is_some_and(|v| subscription.vendors.contains(v));
        if subscription.maintenance.end && is_about && !subscription.shows_only {
            want.end = the_sooner(want.end.take(), when(&answer));
        }
        want.add(subscription, answer);
    }
    found
}
