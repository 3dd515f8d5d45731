//! Who watches the deciding core: what each address has heard, kept from its messages alone, and what it should have
//! heard, worked out from the subscriptions without the core's own code.

mod allowed;
mod owed;

use std::collections::{BTreeMap, BTreeSet};

use bellwether::alerting::route::{Decision, Verdict};
use bellwether::model::effect::{Cause, Effect, EffectKind};
use bellwether::model::id::ServiceId;
use bellwether::model::impact::{Impact, Step};
use bellwether::model::inventory::Tier;
use bellwether::model::reason::Reason;
use bellwether::model::restless::FlappingWord;
use jiff::{SignedDuration, Timestamp};

use super::desk::{Desk, Settled};
use super::needs;
use super::tally::Tally;
use super::turns::Turns;
use super::wish::{Asked, Meant};

type Key = (String, ServiceId, Cause);

/// What an address has heard of a service and a cause.
#[derive(Debug, Clone)]
struct Heard {
    impact: Impact,
    /// It was told that a maintenance runs past its end.
    overrun: bool,
    /// When anybody had first heard of the cause, as far as was known then.
    first: Timestamp,
    last: Timestamp,
    /// It was told last that it comes and goes.
    is_restless: bool,
    is_over: bool,
}

#[derive(Default)]
pub struct Witness {
    heard: BTreeMap<Key, Heard>,
    /// Since when anybody at an address has wanted what it has not heard.
    wanted: BTreeMap<Key, Timestamp>,
    /// Since when what hurts has hurt.
    hurting: BTreeMap<(ServiceId, Cause), Timestamp>,
    turns: Turns,
    /// The clock was set: until then times are no measure.
    pub lenient_until: Option<Timestamp>,
    pub tally: Tally,
}

/// One step, as it is looked at.
struct Moment<'a> {
    desk: &'a Desk,
    settled: &'a Settled,
    meant: BTreeMap<Cause, Meant>,
    /// When anybody first heard of each cause, and who had heard of what, before this step.
    first: BTreeMap<Cause, Timestamp>,
    known: BTreeSet<(String, Cause)>,
    now: Timestamp,
}

impl<'a> Moment<'a> {
    fn new(
        witness: &Witness,
        desk: &'a Desk,
        settled: &'a Settled,
        known: BTreeSet<(String, Cause)>,
        now: Timestamp,
    ) -> Self {
        let decided = settled.decisions.iter().map(|decision| &decision.cause);
        let causes: BTreeSet<&Cause> = settled.effects.hurts.keys().map(|(_, cause)| cause).chain(decided).collect();
        let of = |cause: &Cause| Meant::of(desk, cause, settled.about.get(cause));
        let meant = causes.into_iter().map(|cause| (cause.clone(), of(cause))).collect();
        let mut first: BTreeMap<Cause, Timestamp> = BTreeMap::new();
        for ((_, _, cause), heard) in &witness.heard {
            first.entry(cause.clone()).and_modify(|at| *at = heard.first.min(*at)).or_insert(heard.first);
        }
        Self { desk, settled, meant, first, known, now }
    }

    fn asked<'m>(&'m self, effect: &'m Effect) -> Asked<'m> {
        let tier = self.desk.organisation.tier(&effect.service);
        let (meant, first) = (&self.meant[&effect.cause], self.first.get(&effect.cause).copied());
        Asked { effect, meant, tier, first, now: self.now }
    }

    /// Whether a component is named now by an incident that hurts the service.
    fn is_named(&self, key: &Key) -> bool {
        let mut hurts = self.settled.effects.hurts.keys().filter(|(service, _)| *service == key.1);
        hurts.any(|(_, cause)| self.meant[cause].folds.contains(&key.2))
    }

    /// Whether an address was told of what mutes this there.
    fn is_muted(&self, asked: Asked<'_>, address: &str) -> bool {
        let knows = |cause: &Cause| self.known.contains(&(address.to_owned(), cause.clone()));
        asked.tier != Tier::LifeSafety && asked.meant.muting.iter().any(knows)
    }
}

impl Witness {
    /// Whether an address is told in this very step of what mutes this there.
    fn is_muted(&self, asked: Asked<'_>, address: &str) -> bool {
        let hears = |cause: &Cause| self.heard.keys().any(|(to, _, heard)| to == address && heard == cause);
        asked.tier != Tier::LifeSafety && asked.meant.muting.iter().any(hears)
    }

    fn is_lenient(&self, now: Timestamp) -> bool {
        self.lenient_until.is_some_and(|until| now < until)
    }

    fn held(&mut self, what: &str) {
        self.tally.count(&format!("held: {what}"));
    }

    /// What one step did.
    pub fn watch(&mut self, desk: &Desk, settled: &Settled, now: Timestamp) -> Result<(), String> {
        self.watch_effects(settled, now);
        let known = self.heard.keys().map(|(address, _, cause)| (address.clone(), cause.clone())).collect();
        self.take_over(desk, settled, now);
        let moment = Moment::new(self, desk, settled, known, now);
        self.note_beginnings(&moment);
        self.flaps_as_it_should(&moment)?;
        for decision in &settled.decisions {
            self.decided(&moment, decision)?;
        }
        if settled.is_whole {
            let checked = needs::all_hurt(desk, &settled.effects, now)?;
            self.tally.add("held: what is needed and not well hurts", checked);
            self.nothing_is_lost(&moment)?;
        }
        Ok(())
    }

    fn watch_effects(&mut self, settled: &Settled, now: Timestamp) {
        for (kind, _) in &settled.logged {
            self.tally.count(&format!("turned {}", kind.word()));
        }
        self.turns.count(&settled.logged, now);
        if self.is_lenient(now) {
            // What lies ahead of a clock that was set back is as if it were now.
            let past = |at: &mut Timestamp| *at = now.min(*at);
            self.heard.values_mut().for_each(|heard| [&mut heard.first, &mut heard.last].into_iter().for_each(past));
            self.wanted.values_mut().chain(self.hurting.values_mut()).for_each(past);
        }
    }

    /// What was told of a component is told of the incident that now names it.
    fn take_over(&mut self, desk: &Desk, settled: &Settled, now: Timestamp) {
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
            // Nobody could take care of a component: an escalation counts from when the incident named it.
            let old = Heard { first: now, ..old };
            let taken = self.heard.entry((key.0, key.1, cause.clone())).or_insert_with(|| old.clone());
            let first = taken.first.min(old.first);
            if old.impact.rung() > taken.impact.rung() {
                *taken = old;
            }
            taken.first = first;
        }
    }

    /// What hurts, since when; an incident hurts since the components did that it names.
    fn note_beginnings(&mut self, moment: &Moment<'_>) {
        let hurts = &moment.settled.effects.hurts;
        for (service, cause) in hurts.keys() {
            let folded =
                moment.meant[cause].folds.iter().filter_map(|c| self.hurting.get(&(service.clone(), c.clone())));
            let since = folded.copied().min().unwrap_or(moment.now).min(moment.now);
            let known = self.hurting.entry((service.clone(), cause.clone())).or_insert(since);
            *known = since.min(*known);
        }
        if moment.settled.is_whole {
            self.hurting.retain(|key, _| hurts.contains_key(key));
            self.wanted.retain(|key, _| hurts.contains_key(&(key.1.clone(), key.2.clone())));
        }
    }

    fn flaps_as_it_should(&mut self, moment: &Moment<'_>) -> Result<(), String> {
        if self.is_lenient(moment.now) {
            return Ok(());
        }
        for (cause, about) in &moment.settled.about {
            let flapping = moment.desk.organisation.manner.flapping;
            let is_restless = about.restless.is_some();
            match self.turns.is_restless(cause, flapping, moment.now) {
                Some(should) if should != is_restless => {
                    return Err(format!("{cause} is taken to come and go: {is_restless}"));
                }
                Some(true) => self.held("what comes and goes counts as that"),
                Some(false) | None => {}
            }
        }
        Ok(())
    }

    fn decided(&mut self, moment: &Moment<'_>, decision: &Decision) -> Result<(), String> {
        let key = |service: &ServiceId| (decision.address.clone(), service.clone(), decision.cause.clone());
        if let Verdict::NotSent(reason) = &decision.verdict {
            self.tally.count(&format!("reason {}", reason.word()));
            for service in &decision.services {
                self.is_rightly_kept(moment, &key(&service.service), service.impact, reason)?;
            }
            return Ok(());
        }
        for service in &decision.services {
            let (key, kind, impact) = (key(&service.service), service.kind, service.impact);
            self.tally.count(&format!("told {}", kind.word()));
            self.is_allowed(moment, decision, &key, (kind, impact))?;
            self.hear(moment, decision, key, (kind, impact))?;
        }
        Ok(())
    }

    /// Whether what is kept back may be, for this reason.
    fn is_rightly_kept(
        &mut self,
        moment: &Moment<'_>,
        key: &Key,
        impact: Impact,
        reason: &Reason,
    ) -> Result<(), String> {
        let now = moment.now;
        match reason {
            Reason::Held { .. } => {
                if !matches!(impact, Impact::Degraded | Impact::PartialOutage) {
                    return Err(format!("{impact} held for {}: {}", key.0, key.2));
                }
                self.held("only what is small is kept back to see whether it stays");
            }
            Reason::Muted { .. } if moment.desk.organisation.tier(&key.1) == Tier::LifeSafety => {
                return Err(format!("{} is muted for {}, and lives hang on {}", key.2, key.0, key.1));
            }
            Reason::WithTheEnd(_) => {
                let (first, last) = (moment.first.get(&key.2).copied().unwrap_or(now), now);
                let heard = Heard { impact, overrun: false, first, last, is_restless: false, is_over: false };
                self.heard.insert(key.clone(), heard);
            }
            _ => {}
        }
        Ok(())
    }

    /// What an address knows after a message.
    fn hear(
        &mut self,
        moment: &Moment<'_>,
        decision: &Decision,
        key: Key,
        (kind, impact): (EffectKind, Impact),
    ) -> Result<(), String> {
        let is_restless = matches!(decision.flapping, Some(FlappingWord::Restless(_)));
        match decision.flapping {
            Some(FlappingWord::Restless(_)) => self.tally.count("word: it comes and goes"),
            Some(FlappingWord::Steady) => self.tally.count("word: it is steady"),
            None => {}
        }
        let before = self.heard.get(&key).cloned();
        let effect = moment.settled.effects.hurts.get(&(key.1.clone(), key.2.clone()));
        let is_late = effect.is_some_and(|effect| effect.overrun);
        let is_late_news = is_late && before.as_ref().is_none_or(|heard| !heard.overrun);
        if !(kind == EffectKind::Worse && is_late_news) {
            self.follows(decision, &key, (kind, impact), before.as_ref())?;
        }
        let known = before.as_ref().filter(|heard| !heard.is_over && !heard.is_restless).map(|heard| heard.impact);
        // Where the vendor says no more how bad it is, what was told last still is what people know; but not where it
        // came and went, and is told as it stands.
        let impact = known.filter(|known| known.step_to(impact) == Step::Lost).unwrap_or(impact);
        let is_over = kind == EffectKind::Over;
        if is_over && !is_restless {
            self.heard.remove(&key);
            return Ok(());
        }
        let first = moment.first.get(&key.2).copied().unwrap_or(moment.now);
        let first = before.as_ref().map_or(first, |heard| heard.first);
        let overrun = is_late || before.is_some_and(|heard| heard.overrun);
        self.heard.insert(key, Heard { impact, overrun, first, last: moment.now, is_restless, is_over });
        Ok(())
    }

    /// Whether a message fits what the address has heard before: nothing twice, no end and no ease without a beginning.
    fn follows(
        &mut self,
        decision: &Decision,
        key: &Key,
        (kind, impact): (EffectKind, Impact),
        before: Option<&Heard>,
    ) -> Result<(), String> {
        let what = format!("{} ({impact}) to {} about {} by {}", kind.word(), key.0, key.1, key.2);
        if before.is_some_and(|heard| heard.is_restless) && decision.flapping.is_none() {
            return Err(format!("{what}: it was told that it comes and goes, and this says nothing of it"));
        }
        let known = before.filter(|heard| !heard.is_over);
        let wrong = |why: &str| Err(format!("{what}: {why}; it had heard {before:?}"));
        match (kind, known) {
            (EffectKind::Hurt, _) => {}
            (EffectKind::Worse, Some(known)) => {
                if known.impact.step_to(impact) != Step::Up {
                    return wrong("that is not worse");
                }
                self.held("worse than what was told");
            }
            (EffectKind::Better, Some(known)) => {
                if known.impact.step_to(impact) != Step::Down {
                    return wrong("that is not better");
                }
                self.held("better than what was told");
            }
            (EffectKind::Better, None) => return wrong("its beginning was not told"),
            (EffectKind::Over, None) => {
                let is_planned = impact == Impact::Maintenance;
                if decision.flapping.is_none() && !is_planned {
                    return wrong("its beginning was not told");
                }
            }
            (EffectKind::Over, Some(_)) => self.held("an end after its beginning"),
            (EffectKind::Worse, None) => {}
        }
        Ok(())
    }

    /// The clock was set.
    pub fn forgive(&mut self, until: Timestamp) {
        self.lenient_until = Some(until);
        self.turns.forget();
    }

    /// All is well, and time has passed: nothing is open any more.
    pub fn ends(&self) -> Result<(), String> {
        match self.heard.first_key_value() {
            Some((key, _)) => Err(format!("all is well, and {key:?} was never told so")),
            None => Ok(()),
        }
    }
}

/// How long an effect must stay before it is told.
fn hold(moment: &Moment<'_>, effect: &Effect) -> SignedDuration {
    let hold = moment.desk.organisation.manner.hold;
    match effect.impact {
        _ if effect.overrun => SignedDuration::ZERO,
        Impact::Degraded => hold.degraded,
        Impact::PartialOutage => hold.partial_outage,
        _ => SignedDuration::ZERO,
    }
}
