//! Who is told what: the effects as they stand, against what each address has been told.
//!
//! It does not ask what just happened but what each address should know now, so it may run on every change, on every
//! tick and on every reload, and what one run missed the next one mends.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::rules::{Rules, Whose};
use crate::model::effect::{Cause, Effect, EffectKind, Effects};
use crate::model::id::{IncidentId, ReceiverId, ServiceId, SourceId, SubscriptionId, VendorId};
use crate::model::impact::{Impact, Step};
use crate::model::subscription::Subscription;

/// What one address has been told, or was decided not to be told, of one service and one cause.
pub type ToldKey = (String, ServiceId, Cause);

/// How it stands between an address, a service and a cause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// By which receiver.
    pub receiver: ReceiverId,
    /// The impact that was decided on last: a rung stays when the vendor then says nothing of how bad it is.
    pub impact: Impact,
    /// Whether the overrun was decided on.
    pub overrun: bool,
    /// Whether anything was sent: only then is an end told.
    pub sent: bool,
    /// How the cause reached the service.
    pub path: Vec<String>,
    /// Since when the cause was there, where it does not say so itself after its end.
    pub since: Option<Timestamp>,
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
    /// Do not, for this reason.
    NotSent(String),
}

/// What a run of `route` decided, and what each address counts as told after it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Routed {
    /// The decisions, by address and cause.
    pub decisions: Vec<Decision>,
    /// What to remember: `None` to forget.
    pub told: Vec<(ToldKey, Option<Told>)>,
}

/// What a cause is about, as far as subscriptions ask: whose it is, where, and what it is made of.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct About {
    /// The vendor.
    pub vendor: Option<VendorId>,
    /// The regions it speaks of; empty means not said, which passes every region.
    pub regions: Vec<String>,
    /// The causes of single components that an incident has taken over, by naming them.
    pub folds: BTreeSet<Cause>,
    /// The incident that named this component until it ended.
    pub folded_from: Option<IncidentId>,
    /// Since when it has been there, where only our own sight of it says so.
    pub since: Option<Timestamp>,
    /// The source whose word it is, where it is one whose reading was guessed and nobody has confirmed.
    pub unconfirmed: Option<SourceId>,
}

/// Decides what each address should be told now. `told` and `effects` must speak of the same services.
#[must_use]
pub fn route(
    effects: &Effects,
    told: &BTreeMap<ToldKey, Told>,
    about: &BTreeMap<Cause, About>,
    rules: &Rules,
) -> Routed {
    let mut run = Run { effects, about, rules, before: told, groups: BTreeMap::new(), told: BTreeMap::new() };
    let mut open: Open<'_> = told.iter().collect();
    for effect in effects.hurts.values() {
        run.effect(effect, &mut open);
    }
    run.ended(open);
    run.finish()
}

/// Decisions about an incident that was over before it was first seen: told once, as late, never as open.
#[must_use]
pub fn route_late(effects: &Effects, cause: &Cause, about: &BTreeMap<Cause, About>, rules: &Rules) -> Vec<Decision> {
    let only = effects.hurts.iter().filter(|((_, c), _)| c == cause).map(|(k, e)| (k.clone(), e.clone())).collect();
    let as_if_open = route(&Effects { hurts: only, ..Effects::default() }, &BTreeMap::new(), about, rules);
    let mut decisions = as_if_open.decisions;
    for service in decisions.iter_mut().flat_map(|d| &mut d.services) {
        service.kind = EffectKind::Over;
    }
    decisions
}

/// Where decisions are gathered: by address, cause and verdict.
type GroupKey<'a> = (&'a str, &'a Cause, Option<String>);
/// What was told and has not been found to hurt on.
type Open<'a> = BTreeMap<&'a ToldKey, &'a Told>;

struct Run<'a> {
    effects: &'a Effects,
    about: &'a BTreeMap<Cause, About>,
    rules: &'a Rules,
    before: &'a BTreeMap<ToldKey, Told>,
    groups: BTreeMap<GroupKey<'a>, Decision>,
    told: BTreeMap<ToldKey, Option<Told>>,
}

/// What the subscriptions that lead to one address want of one effect.
#[derive(Default)]
struct Want<'a> {
    subscriptions: Vec<&'a SubscriptionId>,
    kinds: BTreeSet<EffectKind>,
    /// One of them wants to know of overruns.
    overrun: bool,
    /// One of them wants to know the end of a maintenance, whatever it was told before.
    end: bool,
    /// Why none of them wants it by its impact or by its kind; `None` when one does.
    not: Option<String>,
    /// Why nobody is told, whatever is wanted: its reading was guessed.
    guessed: Option<String>,
}

/// An address, and the receiver that it is known by.
#[derive(Clone, Copy)]
struct Place<'a> {
    receiver: &'a ReceiverId,
    address: &'a str,
}

impl<'a> Run<'a> {
    fn effect(&mut self, effect: &'a Effect, open: &mut Open<'a>) {
        for (place, want) in self.wants(effect) {
            let key = (place.address.to_owned(), effect.service.clone(), effect.cause.clone());
            let before = open.remove(&key).cloned().or_else(|| self.taken_over(&key, open));
            self.decide(key, place, effect, &want, before.as_ref());
        }
    }

    /// What was told of the components that the incident now names, so that it is not told again: all of it ends with
    /// the incident.
    fn taken_over(&mut self, key: &ToldKey, open: &mut Open<'a>) -> Option<Told> {
        let (address, service, cause) = key;
        let folds = self.about.get(cause).map(|about| &about.folds).filter(|_| !open.is_empty())?;
        let mut taken: Option<Told> = None;
        for folded in folds {
            let old = (address.clone(), service.clone(), folded.clone());
            let Some(told) = open.remove(&old) else { continue };
            self.told.insert(old, None);
            taken = Some(match taken {
                Some(other) => other.together_with(told.clone()),
                None => told.clone(),
            });
        }
        taken
    }

    fn decide(&mut self, key: ToldKey, place: Place<'a>, effect: &'a Effect, want: &Want<'a>, before: Option<&Told>) {
        let was_sent = before.is_some_and(|told| told.sent);
        let here = self.about.get(&effect.cause).and_then(|about| about.since);
        let since = earlier(before.and_then(|told| told.since), here);
        let mut sent = was_sent;
        if let Some(kind) = self.news(effect, want, before) {
            let inherited = self.inherited(&key).filter(|_| before.is_none());
            let verdict = match &inherited {
                Some(incident) => Verdict::NotSent(format!("told with the end of {incident}")),
                None => self.verdict(want, kind, was_sent),
            };
            sent = was_sent || inherited.is_some() || verdict == Verdict::Send;
            let service = decided(effect, kind);
            self.add(place, &effect.cause, service, want, verdict, since);
        }
        // Where the vendor says nothing any more, what was told last still is what people know.
        let known = before.map_or(effect.impact, |told| told.impact);
        let is_lost = known.step_to(effect.impact) == Step::Lost;
        let told = Told {
            receiver: place.receiver.clone(),
            impact: if is_lost { known } else { effect.impact },
            // Once is enough, also where the vendor gives itself more time and passes that too.
            overrun: effect.overrun || before.is_some_and(|told| told.overrun),
            sent,
            path: effect.path.clone(),
            since,
        };
        self.told.insert(key, Some(told));
    }

    /// What an effect is for who was told `before`, if it is news at all. For who was told nothing yet it is news as
    /// soon as anybody there wants it, whatever it was before.
    fn news(&self, effect: &Effect, want: &Want<'_>, before: Option<&Told>) -> Option<EffectKind> {
        let Some(told) = before else { return Some(EffectKind::Hurt) };
        if !told.sent && self.verdict(want, EffectKind::Hurt, false) == Verdict::Send {
            return Some(EffectKind::Hurt);
        }
        if effect.overrun && !told.overrun && want.overrun {
            return Some(EffectKind::Worse);
        }
        match told.impact.step_to(effect.impact) {
            Step::Same | Step::Lost => None,
            Step::Up => Some(EffectKind::Worse),
            Step::Down => Some(EffectKind::Better),
        }
    }

    /// The incident whose end this address is told now, and which named this component, still not well: the message
    /// about the end says so, and the component's own end will be told.
    fn inherited(&self, key: &ToldKey) -> Option<IncidentId> {
        let (address, service, cause) = key;
        let incident = self.about.get(cause)?.folded_from.clone()?;
        let old = (address.clone(), service.clone(), Cause::Incident(incident.clone()));
        self.before.get(&old).is_some_and(|told| told.sent).then_some(incident)
    }

    fn verdict(&self, want: &Want<'_>, kind: EffectKind, was_sent: bool) -> Verdict {
        if let Some(why) = want.guessed.as_ref().filter(|_| !was_sent) {
            return Verdict::NotSent(why.clone());
        }
        match &want.not {
            // Who was told that it is hurt is also told that it is less so, below the least impact too.
            Some(_) if was_sent && want.kinds.contains(&kind) => Verdict::Send,
            Some(why) => Verdict::NotSent(why.clone()),
            None if want.kinds.contains(&kind) => Verdict::Send,
            None => Verdict::NotSent(format!("no subscription wants effects of the kind {}", kind.word())),
        }
    }

    fn add(
        &mut self,
        place: Place<'a>,
        cause: &'a Cause,
        service: DecidedService,
        want: &Want<'a>,
        verdict: Verdict,
        since: Option<Timestamp>,
    ) {
        let reason = match &verdict {
            Verdict::Send => None,
            Verdict::NotSent(why) => Some(why.clone()),
        };
        let decision = self.groups.entry((place.address, cause, reason)).or_insert_with(|| Decision {
            receiver: place.receiver.clone(),
            address: place.address.to_owned(),
            cause: cause.clone(),
            services: Vec::new(),
            subscriptions: Vec::new(),
            verdict,
            since,
        });
        decision.since = earlier(decision.since, since);
        for subscription in &want.subscriptions {
            if !decision.subscriptions.contains(subscription) {
                decision.subscriptions.push((*subscription).clone());
            }
        }
        decision.services.push(service);
    }

    /// What the subscriptions want of an effect, by the address they lead to.
    fn wants(&self, effect: &Effect) -> Vec<(Place<'a>, Want<'a>)> {
        let about = self.about.get(&effect.cause);
        let whose = match effect.cause {
            Cause::Offline => Whose::Everybodys,
            Cause::Incident(_) | Cause::Component { .. } | Cause::Blind(_) | Cause::Sight(_) => {
                Whose::Vendor(about.and_then(|a| a.vendor.as_ref()))
            }
        };
        let rules = self.rules;
        let mut wants: BTreeMap<&str, (Place<'a>, Want<'a>)> = BTreeMap::new();
        for subscription in rules.about(&effect.service, whose) {
            let Some(not) = asks_for(subscription, effect, about) else { continue };
            for receiver in &subscription.receivers {
                let Some(address) = rules.address(receiver) else { continue };
                let (_, want) = wants
                    .entry(address)
                    .or_insert_with(|| (Place { receiver, address }, Want { not: not.clone(), ..Want::default() }));
                if not.is_none() && want.not.take().is_some() {
                    *want = Want::default();
                }
                if not.is_none() || want.not.is_some() {
                    want.subscriptions.push(&subscription.id);
                    want.kinds.extend(&subscription.effects);
                    want.overrun |= subscription.maintenance.overrun;
                }
            }
        }
        let guessed = self.guessed(&effect.cause);
        wants.into_values().map(|(place, want)| (place, Want { guessed: guessed.clone(), ..want })).collect()
    }

    /// Why nobody is told of a cause that nobody may believe yet.
    fn guessed(&self, cause: &Cause) -> Option<String> {
        let source = self.about.get(cause)?.unconfirmed.as_ref()?;
        Some(format!("how {source} is read was guessed; nobody is told until `bellwether vendors confirm {source}`"))
    }

    /// What was told and hurts no longer, or is no longer asked for.
    fn ended(&mut self, open: Open<'a>) {
        for (key, told) in open {
            let (address, service, cause) = key;
            let hurts_on = self.effects.hurts.contains_key(&(service.clone(), cause.clone()));
            let leading = self.leading(address, service, cause);
            if hurts_on && leading.is_some() {
                // It is not over, so that must not be said; when it is over, it will be.
                continue;
            }
            let guessed = self.guessed(cause).filter(|_| !told.sent);
            let verdict = match &leading {
                _ if let Some(why) = guessed => Verdict::NotSent(why),
                Some((_, want)) if !told.sent && want.end && told.impact == Impact::Maintenance => Verdict::Send,
                _ if !told.sent => Verdict::NotSent("nobody there was told that it began".to_owned()),
                None => Verdict::NotSent(format!("no subscription leads to {} for it any more", told.receiver)),
                Some((_, want)) if !want.kinds.contains(&EffectKind::Over) => {
                    Verdict::NotSent("no subscription wants effects of the kind over".to_owned())
                }
                Some(_) => Verdict::Send,
            };
            let (receiver, want) = leading.unwrap_or_else(|| (&told.receiver, Want::default()));
            let place = Place { receiver, address };
            let (service, path) = (service.clone(), told.path.clone());
            let service = DecidedService { service, kind: EffectKind::Over, impact: told.impact, path };
            self.add(place, cause, service, &want, verdict, told.since);
            self.told.insert(key.clone(), None);
        }
    }

    /// What leads to an address for a service now, whatever the impact: who was told of the beginning is told the end.
    fn leading(&self, address: &str, service: &'a ServiceId, cause: &Cause) -> Option<(&'a ReceiverId, Want<'a>)> {
        let rules = self.rules;
        let vendor = self.about.get(cause).and_then(|about| about.vendor.as_ref());
        let mut found: Option<(&'a ReceiverId, Want<'a>)> = None;
        for subscription in rules.leading(address, service) {
            let leads_there = |id: &&ReceiverId| rules.address(id) == Some(address);
            let Some(receiver) = subscription.receivers.iter().find(leads_there) else { continue };
            let (_, want) = found.get_or_insert_with(|| (receiver, Want::default()));
            want.subscriptions.push(&subscription.id);
            want.kinds.extend(&subscription.effects);
            let is_about = subscription.vendors.is_empty() || vendor.is_some_and(|v| subscription.vendors.contains(v));
            want.end |= subscription.maintenance.end && is_about;
        }
        found
    }

    fn finish(self) -> Routed {
        let told = self.told.into_iter().filter(|(key, now)| self.before.get(key) != now.as_ref()).collect();
        Routed { decisions: self.groups.into_values().collect(), told }
    }
}

fn decided(effect: &Effect, kind: EffectKind) -> DecidedService {
    DecidedService { service: effect.service.clone(), kind, impact: effect.impact, path: effect.path.clone() }
}

/// Whether a subscription is about one of these regions; a region that is not said may be any.
#[must_use]
pub fn is_there(subscription: &Subscription, regions: &[String]) -> bool {
    let is_one = |pattern: &String| {
        let pattern = wildmatch::WildMatch::new_case_insensitive(pattern);
        regions.iter().any(|region| pattern.matches(region))
    };
    subscription.regions.is_empty() || regions.is_empty() || subscription.regions.iter().any(is_one)
}

/// `None`: the subscription is about other regions. `Some(None)`: it wants it. `Some(Some(why))`: it does not.
fn asks_for(subscription: &Subscription, effect: &Effect, about: Option<&About>) -> Option<Option<String>> {
    let regions = about.map_or(&[][..], |a| &a.regions);
    if !is_there(subscription, regions) {
        return None;
    }
    Some(match effect.cause {
        Cause::Blind(_) | Cause::Offline if !subscription.blind => {
            Some(format!("{} does not want to know of blind sources", subscription.id))
        }
        Cause::Blind(_) | Cause::Offline => None,
        Cause::Sight(_) => return None,
        Cause::Incident(_) | Cause::Component { .. } => {
            let wish = subscription.maintenance;
            match effect.impact {
                _ if effect.overrun && wish.overrun => None,
                Impact::Maintenance if wish.begin => None,
                Impact::Maintenance => {
                    Some(format!("{} does not want to know that a maintenance runs as planned", subscription.id))
                }
                impact if impact.is_at_least(subscription.least) => None,
                impact => Some(format!("{} wants at least {}, this is {impact}", subscription.id, subscription.least)),
            }
        }
    })
}

impl Told {
    /// What was told of two components that one incident names, or of two reports of one incident: the worse of both.
    #[must_use]
    pub fn together_with(self, other: Self) -> Self {
        let is_worse = (other.sent, other.impact.rung()) > (self.sent, self.impact.rung());
        let since = earlier(self.since, other.since);
        Self { since, ..if is_worse { other } else { self } }
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
