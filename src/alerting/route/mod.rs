//! Who is told what: the effects as they stand, against what each address has been told.
//!
//! It does not ask what just happened but what each address should know now, so it may run on every change, on every
//! tick and on every reload, and what one run missed the next one mends. What is kept back for a time (a silence, quiet
//! hours, a hold) is therefore no state of its own: once its reason is gone, the next run finds that it was not told.

mod ask;
mod run;
mod want;

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::rules::Rules;
use crate::model::effect::{Cause, Effect, EffectKind, Effects};
use crate::model::id::{IncidentId, ReceiverId, ServiceId, SourceId, SubscriptionId, VendorId};
use crate::model::impact::{Impact, Step};
use crate::model::inventory::Tier;
use crate::model::reason::Reason;
use crate::model::restless::{Flapping, FlappingWord, Restless};
use crate::model::silence::Silence;

pub use ask::{is_among, is_there, quiet, silenced};

/// What one address has been told, or was decided not to be told, of one service and one cause.
pub type ToldKey = (String, ServiceId, Cause);

/// How it stands between an address, a service and a cause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// By which receiver.
    pub receiver: ReceiverId,
    /// The impact that was told last; where nothing was told, what was decided on. A rung that was told stays when the
    /// vendor then says nothing of how bad it is.
    pub impact: Impact,
    /// Whether the overrun was decided on.
    pub overrun: bool,
    /// Whether anything was sent: only then is an end told.
    pub sent: bool,
    /// How the cause reached the service.
    pub path: Vec<String>,
    /// Since when the cause was there, where it does not say so itself after its end.
    #[serde(default)]
    pub since: Option<Timestamp>,
    /// When it was first decided on; a hold counts from here.
    #[serde(default)]
    pub noticed: Option<Timestamp>,
    /// When the cause was first told to anybody, as far as was known when it was first told here; an escalation counts from
    /// the first of these.
    #[serde(default)]
    pub first: Option<Timestamp>,
    /// When anything was sent last.
    #[serde(default)]
    pub last: Option<Timestamp>,
    /// It was told that it comes and goes, so how it stands is told when it is steady.
    #[serde(default)]
    pub flapping: bool,
    /// What was last decided not to be told, so that it is not logged at every run.
    #[serde(default)]
    pub withheld: Option<String>,
}

/// One decision: to tell one address of one cause, or not to, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The receiver.
    pub receiver: ReceiverId,
    /// Where it leads.
    pub address: String,
    /// What it is about.
    pub cause: Cause,
    /// The services, and what happened to each.
    pub services: Vec<DecidedService>,
    /// The subscriptions that lead there.
    pub subscriptions: Vec<SubscriptionId>,
    /// To send or not.
    pub verdict: Verdict,
    /// Since when the cause has been there, as far as was known when it was told.
    pub since: Option<Timestamp>,
    /// It comes and goes: said now, or, when it is steady, how it stands.
    pub flapping: Option<FlappingWord>,
    /// Nobody has taken care of it yet, so it is told to the next, or again.
    pub escalation: Option<u32>,
}

/// One service in a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecidedService {
    /// Which.
    pub service: ServiceId,
    /// What happened to it.
    pub kind: EffectKind,
    /// How badly it is hurt; after the end, how badly it was.
    pub impact: Impact,
    /// How the cause reaches it.
    pub path: Vec<String>,
}

/// To send or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Send it.
    Send,
    /// Send it with all else that is gathered until then.
    Gather(Timestamp),
    /// Do not, for this reason.
    NotSent(Reason),
}

impl Verdict {
    /// Whether it is told, now or with others.
    #[must_use]
    pub const fn is_told(&self) -> bool {
        matches!(self, Self::Send | Self::Gather(_))
    }

    /// The rule by which it was decided, in one word: what is stored, counted and filtered by.
    #[must_use]
    pub const fn rule(&self) -> &'static str {
        match self {
            Self::Send => "sent",
            Self::Gather(_) => "gathered",
            Self::NotSent(reason) => reason.word(),
        }
    }

    /// Until when it is gathered, if it is.
    #[must_use]
    pub const fn gathered_until(&self) -> Option<Timestamp> {
        match self {
            Self::Gather(until) => Some(*until),
            Self::Send | Self::NotSent(_) => None,
        }
    }
}

/// What a run of `route` decided, and what each address counts as told after it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Routed {
    /// The decisions, by address and cause.
    pub decisions: Vec<Decision>,
    /// What to remember: `None` to forget.
    pub told: Vec<(ToldKey, Option<Told>)>,
    /// When time alone may next lift a reason not to tell.
    pub again: Option<Timestamp>,
}

/// What a cause is about, as far as subscriptions ask: whose it is, where, and what it is made of.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct About {
    /// The vendor.
    pub vendor: Option<VendorId>,
    /// The regions it speaks of; empty means not said, which passes every region.
    pub regions: Vec<String>,
    /// The names of the components it speaks of; empty means not said, which passes every name.
    pub components: Vec<String>,
    /// All that the vendor says of it, in lower case.
    pub text: String,
    /// The causes of single components that an incident has taken over, by naming them.
    pub folds: BTreeSet<Cause>,
    /// The incident that named this component until it ended.
    pub folded_from: Option<IncidentId>,
    /// Since when it has been there, where only our own sight of it says so.
    pub since: Option<Timestamp>,
    /// The source whose word it is, where it is one whose reading was guessed and nobody has confirmed.
    pub unconfirmed: Option<SourceId>,
    /// When it was first told to anybody, of whatever service.
    pub first_told: Option<Timestamp>,
    /// Set where it comes and goes.
    pub restless: Option<Restless>,
    /// Who takes care of it.
    pub acknowledged: Option<String>,
    /// What is open at the vendors that this one stands on.
    pub upstream: Vec<Upstream>,
}

/// Something open at a vendor that another one stands on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upstream {
    /// The vendor's name.
    pub vendor: String,
    /// The vendor's title of it.
    pub title: String,
    /// What is open there.
    pub cause: Cause,
    /// Whether who was told of that need not be told of what follows from it.
    pub mutes: bool,
    /// The addresses that were told of it.
    pub told_to: BTreeSet<String>,
}

/// How things are told, for everybody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Manner {
    /// How long a small impact must stay before it is told.
    pub hold: Hold,
    /// What counts as flapping.
    pub flapping: Flapping,
}

/// How long an impact must stay before it is told. The worst, and what nobody knows, is never held back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Hold {
    /// A service works badly.
    pub degraded: SignedDuration,
    /// Some of it does not work.
    pub partial_outage: SignedDuration,
}

impl Hold {
    const fn of(&self, impact: Impact) -> SignedDuration {
        match impact {
            Impact::Degraded => self.degraded,
            Impact::PartialOutage => self.partial_outage,
            Impact::Operational | Impact::Maintenance | Impact::MajorOutage | Impact::Unknown => SignedDuration::ZERO,
        }
    }
}

/// By what it is decided who is told.
#[derive(Debug, Clone, Copy)]
pub struct Ground<'a> {
    /// The subscriptions.
    pub rules: &'a Rules,
    /// How things are told.
    pub manner: Manner,
    /// The silences that hold now.
    pub silences: &'a [Silence],
    /// The time.
    pub now: Timestamp,
}

/// Decides what each address should be told now. `told` and `effects` must speak of the same services.
#[must_use]
pub fn route(
    effects: &Effects,
    told: &BTreeMap<ToldKey, Told>,
    about: &BTreeMap<Cause, About>,
    ground: Ground<'_>,
) -> Routed {
    let mut run = run::Run::new(effects, told, about, ground);
    let mut open: run::Open<'_> = told.iter().collect();
    for effect in effects.hurts.values() {
        run.effect(effect, &mut open);
    }
    run.ended(open);
    run.finish()
}

/// Decisions about an incident that was over before it was first seen: told once, as late, never as open.
#[must_use]
pub fn route_late(
    effects: &Effects,
    cause: &Cause,
    about: &BTreeMap<Cause, About>,
    ground: Ground<'_>,
) -> Vec<Decision> {
    let only = effects.hurts.iter().filter(|((_, c), _)| c == cause).map(|(k, e)| (k.clone(), e.clone())).collect();
    // What is over does not have to stay to be told.
    let ground = Ground { manner: Manner { hold: Hold::default(), ..ground.manner }, ..ground };
    let as_if_open = route(&Effects { hurts: only, ..Effects::default() }, &BTreeMap::new(), about, ground);
    let mut decisions = as_if_open.decisions;
    for service in decisions.iter_mut().flat_map(|d| &mut d.services) {
        service.kind = EffectKind::Over;
    }
    decisions
}

impl Told {
    /// What is known after an effect was told.
    fn knowing(self, effect: &Effect) -> Self {
        // Where the vendor does not say any more how bad it is, what was told before still is what people know; but not
        // where it came and went, and is told now as it stands.
        let is_lost = self.impact.step_to(effect.impact) == Step::Lost;
        let impact = if is_lost && self.sent && !self.flapping { self.impact } else { effect.impact };
        // Once is enough, also where the vendor gives itself more time and passes that too.
        Self { impact, overrun: self.overrun || effect.overrun, ..self }
    }

    /// What was told of two components that one incident names, or of two reports of one incident: the worse of both.
    #[must_use]
    pub fn together_with(self, other: Self) -> Self {
        let is_worse = (other.sent, other.impact.rung()) > (self.sent, self.impact.rung());
        let since = earlier(self.since, other.since);
        let noticed = earlier(self.noticed, other.noticed);
        let first = earlier(self.first, other.first);
        Self { since, noticed, first, ..if is_worse { other } else { self } }
    }
}

/// The earlier of two times, as far as any is known.
fn earlier(a: Option<Timestamp>, b: Option<Timestamp>) -> Option<Timestamp> {
    a.into_iter().chain(b).min()
}

/// The services of which a decision speaks.
pub fn service_ids(decision: &Decision) -> impl Iterator<Item = ServiceId> + '_ {
    decision.services.iter().map(|s| s.service.clone())
}

/// The decisions that become one letter each, and a name for each that no other has at that time and address: the most
/// needed tier first, and of one tier the worst. After a first look, one letter for each address.
#[must_use]
pub fn letters<'d>(decisions: &'d [Decision], is_first_look: bool, rules: &Rules) -> Vec<(String, Vec<&'d Decision>)> {
    let mut groups: BTreeMap<(&str, String), Vec<&Decision>> = BTreeMap::new();
    for decision in decisions {
        let is_listed = is_first_look && decision.verdict == Verdict::Send;
        let apart =
            if is_listed { "first look".to_owned() } else { format!("{} {:?}", decision.cause, decision.verdict) };
        groups.entry((decision.address.as_str(), apart)).or_default().push(decision);
    }
    let mut letters: Vec<_> = groups.into_iter().map(|((_, what), group)| (what, group)).collect();
    letters.sort_by_key(|(_, group)| urgency(group, rules));
    letters
}

/// What goes first has the least of it. What nobody knows may be the worst.
fn urgency(group: &[&Decision], rules: &Rules) -> (Option<Tier>, std::cmp::Reverse<u8>) {
    let services = || group.iter().flat_map(|decision| &decision.services);
    let tier = services().filter_map(|service| rules.tier(&service.service)).min();
    let of = |service: &DecidedService| match service.kind {
        EffectKind::Over => 0,
        EffectKind::Hurt | EffectKind::Worse | EffectKind::Better => service.impact.rung().unwrap_or(4),
    };
    (tier, std::cmp::Reverse(services().map(of).max().unwrap_or_default()))
}
