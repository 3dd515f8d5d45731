//! One run: every effect against what its addresses were told, then what was told and hurts no longer.

mod ended;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::ask::{Asked, silence};
use super::want::{Place, Want, When, wants};
use super::{About, DecidedService, Decision, Ground, Routed, Told, ToldKey, Verdict, earlier};
use crate::model::effect::{Cause, Effect, EffectKind, Effects};
use crate::model::id::IncidentId;
use crate::model::impact::{Impact, Step};
use crate::model::inventory::Tier;
use crate::model::reason::Reason;
use crate::model::restless::FlappingWord;

/// Where decisions are gathered: by address, cause and verdict.
type GroupKey<'a> = (&'a str, &'a Cause, String);
/// What was told and has not been found to hurt on.
pub(super) type Open<'a> = BTreeMap<&'a ToldKey, &'a Told>;

pub(super) struct Run<'a> {
    effects: &'a Effects,
    about: &'a BTreeMap<Cause, About>,
    ground: Ground<'a>,
    before: &'a BTreeMap<ToldKey, Told>,
    /// When the first message about a cause was sent to anybody.
    first_told: BTreeMap<&'a Cause, Timestamp>,
    groups: BTreeMap<GroupKey<'a>, Decision>,
    told: BTreeMap<ToldKey, Option<Told>>,
    again: BTreeSet<Timestamp>,
    /// What is about nothing in particular.
    nothing: &'a About,
}

/// What one service is told of at one place.
struct Piece<'a> {
    place: Place<'a>,
    cause: &'a Cause,
    service: DecidedService,
    since: Option<Timestamp>,
    flapping: Option<FlappingWord>,
    escalation: Option<u32>,
}

/// An effect, what was told of it at one place, and what is wanted there.
struct Case<'a, 'w> {
    effect: &'a Effect,
    about: &'a About,
    place: Place<'a>,
    want: &'w Want<'a>,
    before: Option<&'w Told>,
}

impl Case<'_, '_> {
    fn was_sent(&self) -> bool {
        self.before.is_some_and(|told| told.sent)
    }

    /// Whether the address knows that it comes and goes.
    fn knows_it_flaps(&self) -> bool {
        self.before.is_some_and(|told| told.flapping)
    }

    /// What is to be said of its coming and going, with anything that is told now.
    fn flapping(&self) -> Option<FlappingWord> {
        match self.about.restless {
            Some(restless) => Some(FlappingWord::Restless(restless)),
            None => self.knows_it_flaps().then_some(FlappingWord::Steady),
        }
    }
}

impl<'a> Run<'a> {
    pub(super) fn new(
        effects: &'a Effects,
        told: &'a BTreeMap<ToldKey, Told>,
        about: &'a BTreeMap<Cause, About>,
        ground: Ground<'a>,
    ) -> Self {
        static NOTHING: std::sync::LazyLock<About> = std::sync::LazyLock::new(About::default);
        let mut first_told: BTreeMap<&Cause, Timestamp> = BTreeMap::new();
        for ((_, _, cause), one) in told.iter().filter(|(_, one)| one.sent) {
            let sent = one.first.or(one.noticed).unwrap_or(ground.now);
            first_told.entry(cause).and_modify(|first| *first = sent.min(*first)).or_insert(sent);
        }
        let (groups, told_now) = (BTreeMap::new(), BTreeMap::new());
        let again = BTreeSet::new();
        Self { effects, about, ground, before: told, first_told, groups, told: told_now, again, nothing: &NOTHING }
    }

    fn about(&self, cause: &Cause) -> &'a About {
        self.about.get(cause).unwrap_or(self.nothing)
    }

    fn asked(&self, effect: &'a Effect) -> Asked<'a> {
        Asked {
            effect,
            about: self.about(&effect.cause),
            tier: self.ground.rules.tier(&effect.service),
            first_told: self.first_told(&effect.cause),
            now: self.ground.now,
        }
    }

    /// When anybody was first told of a cause, also of services that are not in question now.
    fn first_told(&self, cause: &Cause) -> Option<Timestamp> {
        earlier(self.first_told.get(cause).copied(), self.about(cause).first_told)
    }

    pub(super) fn effect(&mut self, effect: &'a Effect, open: &mut Open<'a>) {
        let about = self.about(&effect.cause);
        for (place, want) in wants(self.ground.rules, self.asked(effect)) {
            self.again.extend(want.later.filter(|later| *later > self.ground.now));
            let key = (place.address.to_owned(), effect.service.clone(), effect.cause.clone());
            let known = open.remove(&key).cloned();
            let before = match (known, self.taken_over(&key, about, open)) {
                (Some(known), Some(taken)) => Some(known.together_with(taken)),
                (known, taken) => known.or(taken),
            };
            self.decide(key, &Case { effect, about, place, want: &want, before: before.as_ref() });
        }
    }

    /// What was told of the components that the incident now names, so that it is not told again: all of it ends with
    /// the incident.
    fn taken_over(&mut self, key: &ToldKey, about: &About, open: &mut Open<'a>) -> Option<Told> {
        if open.is_empty() {
            return None;
        }
        let (address, service, _) = key;
        let mut taken: Option<Told> = None;
        for folded in &about.folds {
            let old = (address.clone(), service.clone(), folded.clone());
            let Some(told) = open.remove(&old) else { continue };
            self.told.insert(old, None);
            taken = Some(match taken {
                Some(other) => other.together_with(told.clone()),
                None => told.clone(),
            });
        }
        // Nobody could take care of a component, so an escalation counts from when the incident named it.
        taken.map(|told| Told { first: told.first.map(|_| self.ground.now), ..told })
    }

    fn decide(&mut self, key: ToldKey, case: &Case<'a, '_>) {
        let (effect, before) = (case.effect, case.before);
        let since = earlier(before.and_then(|told| told.since), case.about.since);
        let mut told = self.remembered(case, since);
        if let Some((kind, verdict)) = self.news(&key, case) {
            let is_inherited = matches!(verdict, Verdict::NotSent(Reason::WithTheEnd(_)));
            if verdict.is_told() {
                // What is not told, for whatever reason, leaves what people know as it was: the next is measured by that.
                told = told.knowing(effect);
                told.flapping = case.about.restless.is_some();
                self.again.extend(case.about.restless.map(|restless| restless.until));
            }
            if let Some((_, Some(again))) = case.want.step.filter(|_| verdict.is_told()) {
                self.again.extend(self.ground.now.checked_add(again));
            }
            if is_inherited || verdict.is_told() {
                told.last = Some(self.ground.now);
                told.sent = true;
                let first = self.first_told(&effect.cause).unwrap_or(self.ground.now);
                told.first.get_or_insert(first.min(self.ground.now));
            }
            told.withheld = withheld(kind, effect.impact, &verdict);
            let is_news = verdict.is_told() || before.is_none_or(|before| before.withheld != told.withheld);
            self.wait_for(&verdict);
            if is_news {
                let service = decided(effect, kind);
                let (place, cause) = (case.place, &effect.cause);
                let escalation = case.want.step.filter(|_| kind == EffectKind::Hurt).map(|(number, _)| number);
                let piece = Piece { place, cause, service, since, flapping: case.flapping(), escalation };
                self.add(piece, case.want, verdict);
            }
        } else if before.is_some_and(|told| told.flapping)
            && let Some(restless) = case.about.restless
        {
            self.again.insert(restless.until);
        }
        self.told.insert(key, Some(told));
    }

    /// What counts as told if nothing is sent.
    fn remembered(&self, case: &Case<'a, '_>, since: Option<Timestamp>) -> Told {
        let (effect, before) = (case.effect, case.before);
        let known = before.filter(|told| told.sent);
        // A clock that was set back does not keep anything back for longer than it should.
        let past = |at: Option<Timestamp>| at.map(|at| at.min(self.ground.now));
        Told {
            receiver: case.place.receiver.clone(),
            impact: known.map_or(effect.impact, |told| told.impact),
            overrun: known.map_or(effect.overrun, |told| told.overrun),
            sent: case.was_sent(),
            path: effect.path.clone(),
            since,
            noticed: past(before.and_then(|told| told.noticed)).or(Some(self.ground.now)),
            first: past(before.and_then(|told| told.first)),
            last: past(before.and_then(|told| told.last)),
            flapping: case.knows_it_flaps(),
            withheld: before.and_then(|told| told.withheld.clone()),
        }
    }

    /// What an effect is for who was told `before`, if it is news at all, and whether it is told. For who was told nothing
    /// yet it is news as soon as anybody there wants it, whatever it was before.
    fn news(&mut self, key: &ToldKey, case: &Case<'a, '_>) -> Option<(EffectKind, Verdict)> {
        let Some(told) = case.before else {
            return match self.inherited(key, case.about) {
                Some(incident) => Some((EffectKind::Hurt, Verdict::NotSent(Reason::WithTheEnd(incident)))),
                None => self.judged(case, EffectKind::Hurt),
            };
        };
        if !told.sent {
            let hurt = self.verdict(case, EffectKind::Hurt);
            let comes_later = |reason: &Reason| reason.is_for_now() || matches!(reason, Reason::Acknowledged { .. });
            if hurt.is_told() || matches!(&hurt, Verdict::NotSent(reason) if comes_later(reason)) {
                return Some((EffectKind::Hurt, hurt));
            }
        } else if told.flapping != case.about.restless.is_some() {
            return self.judged(case, EffectKind::Hurt);
        }
        let again = told.sent && self.is_to_be_repeated(case, told);
        let again = again.then(|| (EffectKind::Hurt, self.verdict(case, EffectKind::Hurt)));
        let all = [self.late(case, told), self.turned(case, told), again];
        // What is kept back of one of them does not keep back the others.
        let told = all.iter().position(|news| news.as_ref().is_some_and(|(_, verdict)| verdict.is_told()));
        all.into_iter().skip(told.unwrap_or_default()).flatten().next()
    }

    /// A maintenance that runs past its end, and that was not told so.
    fn late(&self, case: &Case<'a, '_>, told: &Told) -> Option<(EffectKind, Verdict)> {
        let when = case.want.overrun.clone().filter(|_| case.effect.overrun && !told.overrun)?;
        Some((EffectKind::Worse, self.unless_kept_back(case, EffectKind::Worse, when)))
    }

    /// What is worse or better than what was told.
    fn turned(&self, case: &Case<'a, '_>, told: &Told) -> Option<(EffectKind, Verdict)> {
        match told.impact.step_to(case.effect.impact) {
            Step::Same | Step::Lost => None,
            Step::Up => self.judged(case, EffectKind::Worse),
            Step::Down => self.judged(case, EffectKind::Better),
        }
    }

    fn judged(&self, case: &Case<'a, '_>, kind: EffectKind) -> Option<(EffectKind, Verdict)> {
        Some((kind, self.verdict(case, kind)))
    }

    /// Whether an escalation tells it once more.
    fn is_to_be_repeated(&mut self, case: &Case<'a, '_>, told: &Told) -> bool {
        let Some((_, Some(again))) = case.want.step.filter(|_| case.about.acknowledged.is_none()) else { return false };
        let Some(due) = told.last.and_then(|last| last.min(self.ground.now).checked_add(again).ok()) else {
            return false;
        };
        if due > self.ground.now {
            self.again.insert(due);
        }
        due <= self.ground.now
    }

    /// The incident whose end this address is told now, and which named this component, still not well: the message
    /// about the end says so, and the component's own end will be told.
    fn inherited(&self, key: &ToldKey, about: &About) -> Option<IncidentId> {
        let (address, service, _) = key;
        let incident = about.folded_from.clone()?;
        let old = (address.clone(), service.clone(), Cause::Incident(incident.clone()));
        self.before.get(&old).is_some_and(|told| told.sent).then_some(incident)
    }

    fn verdict(&self, case: &Case<'a, '_>, kind: EffectKind) -> Verdict {
        self.unless_kept_back(case, kind, case.want.when(kind, case.was_sent()))
    }

    /// Told when it is wanted, unless something keeps it back.
    fn unless_kept_back(&self, case: &Case<'a, '_>, kind: EffectKind, when: When) -> Verdict {
        if let Some(source) = case.about.unconfirmed.as_ref().filter(|_| !case.was_sent()) {
            return Verdict::NotSent(Reason::Guessed(source.clone()));
        }
        match self.kept_back(case, kind).filter(|_| when.is_ok()) {
            Some(why) => Verdict::NotSent(why),
            None => at(when),
        }
    }

    /// Why what is wanted is not told now.
    fn kept_back(&self, case: &Case<'a, '_>, kind: EffectKind) -> Option<Reason> {
        let (now, effect) = (self.ground.now, case.effect);
        if let Some(restless) = case.about.restless.filter(|_| case.knows_it_flaps()) {
            return Some(Reason::Flapping { turns: restless.turns, until: restless.until });
        }
        let is_more = matches!(kind, EffectKind::Hurt | EffectKind::Worse);
        if let Some(silence) = silence(self.ground.silences, self.asked(effect)).filter(|_| is_more) {
            let (silence, by, until) = (silence.id.clone(), silence.author.clone(), silence.until);
            return Some(Reason::Silenced { silence, by, until });
        }
        if case.was_sent() {
            return None;
        }
        let hold = self.ground.manner.hold.of(effect.impact);
        let noticed = case.before.and_then(|told| told.noticed).unwrap_or(now);
        let until = noticed.min(now).checked_add(hold).unwrap_or(Timestamp::MAX);
        if until > now && !effect.overrun {
            return Some(Reason::Held { until });
        }
        let is_life = self.ground.rules.tier(&effect.service) == Some(Tier::LifeSafety);
        let mutes = |up: &&super::Upstream| up.mutes && up.told_to.contains(case.place.address);
        let upstream = case.about.upstream.iter().filter(|_| !is_life).find(mutes)?;
        Some(Reason::Muted { by: upstream.vendor.clone() })
    }

    fn wait_for(&mut self, verdict: &Verdict) {
        if let Verdict::NotSent(reason) = verdict {
            self.again.extend(reason.until().filter(|until| *until > self.ground.now));
        }
    }

    fn add(&mut self, piece: Piece<'a>, want: &Want<'a>, verdict: Verdict) {
        let Piece { place, cause, service, since, flapping, escalation } = piece;
        let apart = match &verdict {
            Verdict::Send => String::new(),
            Verdict::Gather(at) => at.to_string(),
            Verdict::NotSent(why) => why.to_string(),
        };
        let decision = self.groups.entry((place.address, cause, apart)).or_insert_with(|| Decision {
            receiver: place.receiver.clone(),
            address: place.address.to_owned(),
            cause: cause.clone(),
            services: Vec::new(),
            subscriptions: Vec::new(),
            verdict,
            since,
            flapping,
            escalation,
        });
        decision.since = earlier(decision.since, since);
        // What is told of one service again may stand beside what is told of another for the first time.
        decision.escalation = decision.escalation.max(escalation);
        decision.flapping = decision.flapping.or(flapping);
        for subscription in &want.subscriptions {
            if !decision.subscriptions.contains(subscription) {
                decision.subscriptions.push((*subscription).clone());
            }
        }
        decision.services.push(service);
    }

    pub(super) fn finish(self) -> Routed {
        let told = self.told.into_iter().filter(|(key, now)| self.before.get(key) != now.as_ref()).collect();
        let now = self.ground.now;
        let again = self.again.into_iter().find(|at| *at > now);
        Routed { decisions: self.groups.into_values().collect(), told, again }
    }
}

/// Told at once or gathered, or not.
fn at(when: When) -> Verdict {
    match when {
        Ok(when) => when.map_or(Verdict::Send, Verdict::Gather),
        Err(why) => Verdict::NotSent(why),
    }
}

fn decided(effect: &Effect, kind: EffectKind) -> DecidedService {
    DecidedService { service: effect.service.clone(), kind, impact: effect.impact, path: effect.path.clone() }
}

/// What was decided not to be told, as it is remembered.
fn withheld(kind: EffectKind, impact: Impact, verdict: &Verdict) -> Option<String> {
    match verdict {
        Verdict::Send | Verdict::Gather(_) => None,
        Verdict::NotSent(reason) => Some(format!("{} {impact} {}", kind.word(), reason.word())),
    }
}
