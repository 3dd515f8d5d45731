//! Who watches the deciding core: what each address has heard, kept from its messages alone, and what it should have
//! heard, worked out from the subscriptions without the core's own code.

use std::collections::{BTreeMap, BTreeSet};

use bellwether::alerting::route::{About, Decision, Verdict};
use bellwether::model::effect::{Cause, Effect, EffectKind};
use bellwether::model::id::ServiceId;
use bellwether::model::impact::{Impact, Step};
use bellwether::model::inventory::Tier;
use bellwether::model::notification::Facts;
use bellwether::model::quiet::Quiet;
use bellwether::model::reason::Reason;
use bellwether::model::restless::FlappingWord;
use bellwether::model::silence::Silence;
use bellwether::model::subscription::Subscription;
use jiff::{SignedDuration, Timestamp, ToSpan};

use super::desk::{Desk, Settled};
use super::organisation::Organisation;
use super::outbox::Row;
use super::tally::Tally;

type Key = (String, ServiceId, Cause);
/// What is put out about one cause to one address: the kinds, and the services.
type Expected = (Vec<EffectKind>, BTreeSet<ServiceId>);

/// What an address has heard of a service and a cause.
#[derive(Debug, Clone)]
struct Heard {
    impact: Impact,
    first: Timestamp,
    /// It was told last that it comes and goes.
    is_restless: bool,
    is_over: bool,
}

#[derive(Default)]
pub struct Witness {
    heard: BTreeMap<Key, Heard>,
    /// Since when anybody at an address has wanted what it has not heard.
    wanted: BTreeMap<Key, Timestamp>,
    expected: BTreeMap<(String, Cause), Vec<Expected>>,
    /// The clock was set: until then times are no measure.
    pub lenient_until: Option<Timestamp>,
    pub tally: Tally,
}

/// What a subscription says to an effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Say {
    Never,
    NotYet,
    Wants,
}

/// One effect as the witness asks about it.
#[derive(Clone, Copy)]
struct Asked<'a> {
    effect: &'a Effect,
    about: &'a About,
    tier: Tier,
    first: Option<Timestamp>,
    now: Timestamp,
}

fn is_quiet(quiet: &Quiet, now: Timestamp) -> bool {
    let here = now.to_zoned(quiet.zone.clone());
    let (day, time) = (here.date(), here.time());
    let begins_on = |day: jiff::civil::Date| quiet.days.is_empty() || quiet.days.contains(&day.weekday());
    let yesterday = day.checked_sub(1.day()).unwrap();
    if quiet.from < quiet.until {
        begins_on(day) && time >= quiet.from && time < quiet.until
    } else {
        begins_on(day) && time >= quiet.from || begins_on(yesterday) && time < quiet.until
    }
}

fn sleeps(wish: &Subscription, tier: Tier, now: Timestamp) -> bool {
    tier != Tier::LifeSafety && wish.quiet.as_ref().is_some_and(|quiet| is_quiet(quiet, now))
}

fn leads(organisation: &Organisation, wish: &Subscription, address: &str, service: &ServiceId) -> bool {
    let sites = organisation.sites(service);
    wish.receivers.iter().any(|receiver| organisation.rules.address(receiver) == Some(address))
        && (wish.services.is_empty() || wish.services.contains(service))
        && (wish.tiers.is_empty() || wish.tiers.contains(&organisation.tier(service)))
        && (wish.sites.is_empty() || sites.is_empty() || sites.iter().any(|site| wish.sites.contains(site)))
}

fn is_about(organisation: &Organisation, wish: &Subscription, asked: Asked<'_>) -> bool {
    let Asked { effect, about, .. } = asked;
    let is_ours = effect.cause == Cause::Offline;
    let tags = |vendor| organisation.vendors.iter().filter(move |v| Some(&v.id) == vendor).flat_map(|v| &v.tags);
    let starts = |name: &String, pattern: &String| {
        name.to_lowercase().starts_with(&pattern.to_lowercase().trim_end_matches('*').to_owned())
    };
    let fits = |patterns: &[String], names: &[String]| {
        patterns.is_empty() || names.is_empty() || names.iter().any(|name| patterns.iter().any(|p| starts(name, p)))
    };
    (is_ours || wish.vendors.is_empty() || about.vendor.as_ref().is_some_and(|v| wish.vendors.contains(v)))
        && (is_ours || wish.tags.is_empty() || tags(about.vendor.as_ref()).any(|tag| wish.tags.contains(tag)))
        && fits(&wish.components, &about.components)
        && fits(&wish.regions, &about.regions)
        && (wish.step.is_none() || matches!(effect.cause, Cause::Incident(_)))
}

fn says(organisation: &Organisation, wish: &Subscription, asked: Asked<'_>) -> Say {
    let Asked { effect, about, .. } = asked;
    let has = |words: &[String]| words.iter().any(|word| about.text.contains(word));
    let wants = match effect.cause {
        Cause::Blind(_) | Cause::Offline => wish.blind,
        Cause::Incident(_) | Cause::Component { .. } => {
            let by_impact = match effect.impact {
                _ if effect.overrun && wish.maintenance.overrun => true,
                Impact::Maintenance => wish.maintenance.begin,
                impact => impact.rung().is_none_or(|rung| Some(rung) >= wish.least.rung()),
            };
            by_impact && (wish.with_words.is_empty() || has(&wish.with_words)) && !has(&wish.without_words)
        }
        Cause::Sight(_) => false,
    };
    if !wants || wish.shows_only || !is_about(organisation, wish, asked) {
        return Say::Never;
    }
    match &wish.step {
        Some(_) if about.acknowledged.is_some() => Say::Never,
        Some(step) if asked.first.is_none_or(|first| first + step.after > asked.now) => Say::NotYet,
        _ => Say::Wants,
    }
}

fn silenced<'s>(silences: &'s [Silence], asked: Asked<'_>) -> Option<&'s Silence> {
    let Asked { effect, about, tier, now, .. } = asked;
    let of = |vendor: &_| about.vendor.as_ref() == Some(vendor);
    silences.iter().filter(|silence| silence.from <= now && now < silence.until).find(|silence| {
        let what = &silence.about;
        let is_meant = |name: &String| what.components.iter().any(|c| c.eq_ignore_ascii_case(name));
        (what.vendors.is_empty() || what.vendors.iter().any(of))
            && (what.tiers.is_empty() || what.tiers.contains(&tier))
            && (what.components.is_empty() || !about.components.is_empty() && about.components.iter().all(is_meant))
            && (what.words.is_empty() || what.words.iter().any(|word| about.text.contains(word)))
            && (what.incidents.is_empty() || what.incidents.contains(&effect.cause.to_string()))
    })
}

impl Witness {
    fn first_told(&self, cause: &Cause) -> Option<Timestamp> {
        let of = self.heard.iter().filter(|((_, _, c), _)| c == cause);
        of.map(|(_, heard)| heard.first).min()
    }

    fn is_lenient(&self, now: Timestamp) -> bool {
        self.lenient_until.is_some_and(|until| now < until)
    }

    /// What one step did.
    pub fn watch(&mut self, desk: &Desk, settled: &Settled, now: Timestamp) -> Result<(), String> {
        for (kind, _) in &settled.logged {
            self.tally.count(&format!("turned {}", kind.word()));
        }
        self.watch_effects(settled);
        self.take_over(desk, settled);
        let before: BTreeMap<Cause, Option<Timestamp>> =
            settled.decisions.iter().map(|d| (d.cause.clone(), self.first_told(&d.cause))).collect();
        for decision in &settled.decisions {
            self.decided(desk, settled, decision, before[&decision.cause], now)?;
        }
        if settled.is_whole {
            self.nothing_is_lost(desk, settled, now)?;
        }
        Ok(())
    }

    fn watch_effects(&mut self, settled: &Settled) {
        if settled.is_whole {
            let hurts = &settled.effects.hurts;
            self.wanted.retain(|key, _| hurts.contains_key(&(key.1.clone(), key.2.clone())));
        }
    }

    /// What was told of a component is told of the incident that now names it.
    fn take_over(&mut self, desk: &Desk, settled: &Settled) {
        let is_ended =
            |key: &Key| settled.decisions.iter().any(|d| d.address == key.0 && d.cause == key.2 && d.verdict.is_told());
        let components = self.heard.keys().filter(|key| matches!(key.2, Cause::Component { .. }));
        let gone: Vec<Key> =
            components.filter(|key| !desk.told.contains_key(*key) && !is_ended(key)).cloned().collect();
        for key in gone {
            let naming = settled.about.iter().find(|(cause, about)| {
                about.folds.contains(&key.2)
                    && desk.told.get(&(key.0.clone(), key.1.clone(), (*cause).clone())).is_some_and(|t| t.sent)
            });
            let Some((cause, _)) = naming else { continue };
            self.tally.count("component taken over by its incident");
            let Some(old) = self.heard.remove(&key) else { continue };
            let taken = self.heard.entry((key.0, key.1, cause.clone())).or_insert(old.clone());
            if old.impact.rung() > taken.impact.rung() {
                taken.impact = old.impact;
            }
        }
    }

    fn decided(
        &mut self,
        desk: &Desk,
        settled: &Settled,
        decision: &Decision,
        first: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<(), String> {
        match &decision.verdict {
            Verdict::NotSent(reason) => {
                self.tally.count(&format!("reason {}", reason.word()));
                for service in &decision.services {
                    let key = (decision.address.clone(), service.service.clone(), decision.cause.clone());
                    if matches!(reason, Reason::Held { .. })
                        && !matches!(service.impact, Impact::Degraded | Impact::PartialOutage)
                    {
                        return Err(format!("{} held for {}: {}", service.impact, key.0, key.2));
                    }
                    if matches!(reason, Reason::WithTheEnd(_)) {
                        let (impact, is_restless, is_over) = (service.impact, false, false);
                        self.heard.insert(key, Heard { impact, first: now, is_restless, is_over });
                    }
                }
                Ok(())
            }
            Verdict::Send | Verdict::Gather(_) => {
                for service in &decision.services {
                    let key = (decision.address.clone(), service.service.clone(), decision.cause.clone());
                    self.tally.count(&format!("told {}", service.kind.word()));
                    self.is_allowed(desk, settled, decision, (&key, service.kind, service.impact), first, now)?;
                    self.hear(desk, decision, key, service.kind, service.impact, now)?;
                }
                Ok(())
            }
        }
    }

    fn hear(
        &mut self,
        desk: &Desk,
        decision: &Decision,
        key: Key,
        kind: EffectKind,
        impact: Impact,
        now: Timestamp,
    ) -> Result<(), String> {
        let is_restless = matches!(decision.flapping, Some(FlappingWord::Restless(_)));
        match decision.flapping {
            Some(FlappingWord::Restless(_)) => self.tally.count("word: it comes and goes"),
            Some(FlappingWord::Steady) => self.tally.count("word: it is steady"),
            None => {}
        }
        if decision.escalation.is_some() {
            self.tally.count("told by an escalation");
        }
        let what = format!("{} to {} about {} by {}", kind.word(), key.0, key.1, key.2);
        let before = self.heard.get(&key).cloned();
        let is_known = before.as_ref().is_some_and(|heard| !heard.is_over);
        if before.as_ref().is_some_and(|heard| heard.is_restless) && decision.flapping.is_none() {
            return Err(format!("{what}: it was told that it comes and goes, and this says nothing of it"));
        }
        match kind {
            EffectKind::Hurt if is_known && decision.flapping.is_none() && decision.escalation.is_none() => {
                return Err(format!("{what}: told twice; {before:?}; {decision:?}"));
            }
            EffectKind::Worse | EffectKind::Better if is_known => {
                let step = before.as_ref().map_or(Step::Up, |heard| heard.impact.step_to(impact));
                let is_wrong = if kind == EffectKind::Worse {
                    step == Step::Down && impact != Impact::Maintenance
                } else {
                    step == Step::Up && heard_rung(before.as_ref())
                };
                if is_wrong {
                    return Err(format!("{what}: it was {:?} and is {impact}", before));
                }
            }
            EffectKind::Better => return Err(format!("{what}: its beginning was not told")),
            EffectKind::Over if !is_known => {
                let is_wanted =
                    |wish: &Subscription| wish.maintenance.end && leads(&desk.organisation, wish, &key.0, &key.1);
                let is_end = impact == Impact::Maintenance && desk.organisation.subscriptions.iter().any(is_wanted);
                if decision.flapping.is_none() && !is_end {
                    return Err(format!("{what}: its beginning was not told"));
                }
            }
            EffectKind::Hurt | EffectKind::Worse | EffectKind::Over => {}
        }
        let known = before.as_ref().map(|heard| heard.impact).filter(|_| is_known);
        // Where the vendor says no more how bad it is, what was told last still is what people know.
        let impact = known.filter(|known| known.step_to(impact) == Step::Lost).unwrap_or(impact);
        let is_over = kind == EffectKind::Over;
        if is_over && !is_restless {
            self.heard.remove(&key);
        } else {
            let first = before.as_ref().map_or(now, |heard| heard.first);
            self.heard.insert(key, Heard { impact, first, is_restless, is_over });
        }
        Ok(())
    }

    /// Whether anybody there wanted it told, now.
    fn is_allowed(
        &self,
        desk: &Desk,
        settled: &Settled,
        decision: &Decision,
        (key, kind, impact): (&Key, EffectKind, Impact),
        first: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<(), String> {
        let (address, service, cause) = key;
        let organisation = &desk.organisation;
        let (nothing, tier) = (About::default(), organisation.tier(service));
        let gone = Effect { service: service.clone(), cause: cause.clone(), impact, overrun: false, path: Vec::new() };
        let effect = settled.effects.hurts.get(&(service.clone(), cause.clone())).unwrap_or(&gone);
        let about = settled.about.get(cause).unwrap_or(&nothing);
        let asked = Asked { effect, about, tier, first, now };
        let is_known = self.heard.contains_key(key);
        let what = format!("{} ({impact}) to {address} about {service} by {cause}", kind.word());
        let leading = organisation.subscriptions.iter().filter(|wish| leads(organisation, wish, address, service));
        let candidates: Vec<&Subscription> = leading
            .filter(|wish| match kind {
                EffectKind::Over => true,
                _ if is_known => is_about(organisation, wish, asked) && says(organisation, wish, asked) != Say::NotYet,
                _ => says(organisation, wish, asked) == Say::Wants,
            })
            .filter(|wish| wish.effects.contains(&kind) || kind == EffectKind::Over && wish.maintenance.end)
            .collect();
        if candidates.is_empty() {
            return Err(format!("{what}: nobody there wants it"));
        }
        if candidates.iter().all(|wish| sleeps(wish, tier, now)) {
            return Err(format!("{what}: in the quiet hours of {}", candidates[0].id));
        }
        if let Verdict::Gather(until) = decision.verdict
            && candidates.iter().all(|wish| sleeps(wish, tier, until))
        {
            return Err(format!("{what}: gathered for {until}, in the quiet hours of {}", candidates[0].id));
        }
        if kind == EffectKind::Over {
            return Ok(());
        }
        let silence = silenced(&desk.silences, asked);
        if let Some(silence) = silence.filter(|_| kind != EffectKind::Better) {
            return Err(format!("{what}: it is silenced until {}", silence.until));
        }
        let is_gathered_for_life = decision.verdict.gathered_until().is_some() && tier == Tier::LifeSafety;
        let wants = |wish: &&&Subscription| says(organisation, wish, asked) == Say::Wants;
        let at_once = candidates.iter().filter(wants).any(|wish| wish.digest.is_none() && !sleeps(wish, tier, now));
        if decision.verdict.gathered_until().is_some() && at_once {
            return Err(format!("{what}: gathered, though somebody there wants it at once"));
        }
        if is_gathered_for_life {
            return Err(format!("{what}: gathered, though it is about life-safety"));
        }
        Ok(())
    }

    fn nothing_is_lost(&mut self, desk: &Desk, settled: &Settled, now: Timestamp) -> Result<(), String> {
        let organisation = desk.organisation.clone();
        let addresses: BTreeSet<String> =
            organisation.receivers.iter().map(bellwether::model::subscription::Receiver::address).collect();
        for ((service, cause), effect) in &settled.effects.hurts {
            let Some(about) = settled.about.get(cause) else { return Err(format!("nothing is known of {cause}")) };
            let (tier, first) = (organisation.tier(service), self.first_told(cause));
            let asked = Asked { effect, about, tier, first, now };
            for address in &addresses {
                self.is_told(desk, asked, address)?;
            }
        }
        self.ends_are_told(desk, settled, now)
    }

    fn is_told(&mut self, desk: &Desk, asked: Asked<'_>, address: &str) -> Result<(), String> {
        let organisation = &desk.organisation;
        let Asked { effect, about, tier, now, .. } = asked;
        let (service, cause) = (&effect.service, &effect.cause);
        let key = (address.to_owned(), service.clone(), cause.clone());
        let leading: Vec<&Subscription> =
            organisation.subscriptions.iter().filter(|wish| leads(organisation, wish, address, service)).collect();
        if leading.is_empty() {
            self.heard.remove(&key);
            return Ok(());
        }
        let wanting: Vec<&&Subscription> =
            leading.iter().filter(|wish| says(organisation, wish, asked) == Say::Wants).collect();
        let is_awake =
            |kind: EffectKind| wanting.iter().any(|wish| wish.effects.contains(&kind) && !sleeps(wish, tier, now));
        let is_silenced = silenced(&desk.silences, asked).is_some();
        let remembered = desk.told.get(&key).and_then(|told| told.withheld.as_ref());
        let what = format!("{address} is not told that {service} is hurt ({}) by {cause}", effect.impact);
        let what = format!("{what} (kept back: {remembered:?})");
        match self.heard.get(&key).cloned() {
            Some(heard) if heard.is_restless => {
                if about.restless.is_none() && is_awake(EffectKind::Hurt) && !is_silenced && !self.is_lenient(now) {
                    return Err(format!("{what}, steady now"));
                }
            }
            Some(heard) => {
                if about.restless.is_some() {
                    return Ok(());
                }
                if heard.impact.step_to(effect.impact) == Step::Up && is_awake(EffectKind::Worse) && !is_silenced {
                    return Err(format!("{what}; it knows of {}", heard.impact));
                }
                let asking = || leading.iter().filter(|wish| is_about(organisation, wish, asked));
                let is_wanted = |kind| asking().any(|wish| wish.effects.contains(&kind));
                let is_other = match heard.impact.step_to(effect.impact) {
                    Step::Up => !is_wanted(EffectKind::Worse) || wanting.is_empty(),
                    Step::Down => !is_wanted(EffectKind::Better),
                    Step::Same | Step::Lost => false,
                };
                if let Some(heard) = self.heard.get_mut(&key).filter(|_| is_other) {
                    heard.impact = effect.impact;
                }
            }
            None => {
                let held = match effect.impact {
                    Impact::Degraded => organisation.manner.hold.degraded,
                    Impact::PartialOutage => organisation.manner.hold.partial_outage,
                    _ => SignedDuration::ZERO,
                };
                if wanting.is_empty() {
                    self.wanted.remove(&key);
                    return Ok(());
                }
                let since = Some(*self.wanted.entry(key).or_insert(now));
                let is_held = since.is_some_and(|since| now < since + held) && !effect.overrun;
                let mutes = about.upstream.iter().any(|up| {
                    up.mutes && self.heard.keys().any(|(other, _, cause)| other == address && *cause == up.cause)
                });
                let is_muted = mutes && tier != Tier::LifeSafety;
                if is_awake(EffectKind::Hurt) && !is_silenced && !is_held && !is_muted && !self.is_lenient(now) {
                    return Err(what);
                }
            }
        }
        Ok(())
    }

    fn ends_are_told(&mut self, desk: &Desk, settled: &Settled, now: Timestamp) -> Result<(), String> {
        let organisation = desk.organisation.clone();
        let gone = |key: &&Key| !settled.effects.hurts.contains_key(&(key.1.clone(), key.2.clone()));
        let keys: Vec<Key> = self.heard.keys().filter(gone).cloned().collect();
        for key in keys {
            let (address, service, cause) = &key;
            let tier = organisation.tier(service);
            let leading: Vec<&Subscription> = organisation
                .subscriptions
                .iter()
                .filter(|wish| leads(&organisation, wish, address, service) && wish.effects.contains(&EffectKind::Over))
                .collect();
            let is_restless = settled.about.get(cause).is_some_and(|about| about.restless.is_some());
            if leading.is_empty() {
                self.heard.remove(&key);
            } else if leading.iter().any(|wish| !sleeps(wish, tier, now)) && !is_restless && !self.is_lenient(now) {
                return Err(format!("{address} is not told that {service} is no longer hurt by {cause}"));
            }
        }
        Ok(())
    }

    /// What one step put into the outbox, the worst first.
    pub fn expect(&mut self, put: Vec<(String, Facts)>) -> Result<(), String> {
        let order: Vec<_> = put.iter().map(|(_, facts)| urgency(facts)).collect();
        if !order.is_sorted() {
            return Err(format!("the worst is not told first: {order:?}"));
        }
        for (address, facts) in put {
            for topic in facts.topics {
                let services = topic.services.iter().map(|s| s.id.clone()).collect();
                self.expected.entry((address.clone(), topic.cause)).or_default().push((topic.told, services));
            }
        }
        Ok(())
    }

    /// What left the outbox at one moment: all that was put in, whole and in order.
    pub fn receive(&mut self, rows: &[Row]) -> Result<(), String> {
        for row in rows {
            self.tally.count("messages");
            for topic in &row.facts.topics {
                let key = (row.address.clone(), topic.cause.clone());
                let (mut kinds, mut services) = (topic.told.as_slice(), BTreeSet::new());
                let expected = self.expected.entry(key).or_default();
                while !kinds.is_empty() && !expected.is_empty() {
                    let (told, of) = expected.remove(0);
                    let Some(rest) = kinds.strip_prefix(told.as_slice()) else {
                        return Err(format!("{} got {:?} of {}, not {told:?}", row.address, topic.told, topic.cause));
                    };
                    kinds = rest;
                    services.extend(of);
                }
                let told: BTreeSet<ServiceId> = topic.services.iter().map(|s| s.id.clone()).collect();
                if !kinds.is_empty() || !services.is_subset(&told) {
                    return Err(format!("{} got {:?} of {told:?}, not of {services:?}", row.address, topic.told));
                }
            }
        }
        Ok(())
    }

    /// All is well, and time has passed: nothing is open any more, and nothing waits.
    pub fn ends(&self) -> Result<(), String> {
        if let Some((key, _)) = self.heard.first_key_value() {
            return Err(format!("all is well, and {key:?} was never told so"));
        }
        match self.expected.iter().find(|(_, waiting)| !waiting.is_empty()) {
            Some((key, waiting)) => Err(format!("never delivered: {key:?} {waiting:?}")),
            None => Ok(()),
        }
    }
}

/// Whether an address knows how bad it is at all.
fn heard_rung(heard: Option<&Heard>) -> bool {
    heard.is_some_and(|heard| heard.impact.rung().is_some())
}

fn urgency(facts: &Facts) -> (Option<Tier>, std::cmp::Reverse<u8>) {
    let services = || facts.topics.iter().flat_map(|topic| &topic.services);
    let told = services().filter(|s| s.effect != EffectKind::Over).map(|s| s.impact.rung().unwrap_or(4));
    (services().map(|s| s.tier).min(), std::cmp::Reverse(told.max().unwrap_or_default()))
}
