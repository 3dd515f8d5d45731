//! Whether what was told may have been told: somebody there wanted it, now, and nothing kept it back.

use bellwether::alerting::route::Decision;
use bellwether::model::effect::{Cause, Effect, EffectKind};
use bellwether::model::impact::Impact;
use bellwether::model::incident::Health;
use bellwether::model::inventory::Tier;
use bellwether::model::subscription::Subscription;

use super::super::wish::{self, Asked, Owed};
use super::{Key, Moment, Witness, hold};

impl Witness {
    /// Whether anybody there wanted it told, now.
    pub(super) fn is_allowed(
        &mut self,
        moment: &Moment<'_>,
        decision: &Decision,
        key: &Key,
        (kind, impact): (EffectKind, Impact),
    ) -> Result<(), String> {
        let (address, service, cause) = key;
        let (organisation, now) = (&moment.desk.organisation, moment.now);
        let gone = Effect { service: service.clone(), cause: cause.clone(), impact, overrun: false, path: Vec::new() };
        let effect = moment.settled.effects.hurts.get(&(service.clone(), cause.clone())).unwrap_or(&gone);
        let asked = moment.asked(effect);
        let what = format!("{} ({impact}) to {address} about {service} by {cause}", kind.word());
        let leading = wish::leading(organisation, address, service);
        if decision.verdict.gathered_until().is_some() && asked.tier == Tier::LifeSafety {
            return Err(format!("{what}: gathered, though it is about life-safety"));
        }
        if kind == EffectKind::Over {
            return self.end_is_allowed(moment, decision, key, &leading).map_err(|why| format!("{what}: {why}"));
        }
        let before = self.heard.get(key);
        let before_overrun = before.map(|heard| heard.overrun);
        match wish::owed(organisation, &leading, asked, kind, before.is_some()) {
            Owed::Nothing => return Err(format!("{what}: nobody there wants it")),
            Owed::Later(wish) => return Err(format!("{what}: in the quiet hours of {}", wish.id)),
            Owed::Now => {}
        }
        let is_more = kind != EffectKind::Better;
        if let Some(silence) = wish::silenced(&moment.desk.silences, asked).filter(|_| is_more) {
            return Err(format!("{what}: it is silenced until {}", silence.until));
        }
        if before.is_none() {
            self.may_begin(moment, asked, address).map_err(|why| format!("{what}: {why}"))?;
        } else if kind == EffectKind::Hurt && decision.flapping.is_none() {
            let again = wish::again(organisation, &leading, asked);
            let due = before.zip(again).is_some_and(|(heard, again)| heard.last + again <= now);
            if !due {
                return Err(format!("{what}: told twice; {before:?}"));
            }
            self.held("an escalation told again after its time, and only then");
        }
        if decision.escalation.is_some() {
            self.held("an escalation that nobody stopped");
        }
        let mut wanting = wish::wanting(organisation, &leading, asked, kind);
        if kind == EffectKind::Worse && effect.overrun && before_overrun == Some(false) {
            wanting.retain(|wish| wish.maintenance.overrun);
        }
        self.goes_when_it_should(decision, asked, &wanting).map_err(|why| format!("{what}: {why}"))
    }

    /// Whether what an address has not heard of may be told there now.
    fn may_begin(&mut self, moment: &Moment<'_>, asked: Asked<'_>, address: &str) -> Result<(), String> {
        let (organisation, effect, now) = (&moment.desk.organisation, asked.effect, moment.now);
        if asked.meant.is_guessed {
            return Err("how its source is read is a guess".to_owned());
        }
        if moment.is_muted(asked, address) {
            return Err("what it follows from was told there, and mutes it".to_owned());
        }
        if self.is_lenient(now) {
            return Ok(());
        }
        let since = self.hurting[&(effect.service.clone(), effect.cause.clone())];
        if now < since + hold(moment, effect) {
            return Err(format!("it has hurt since {since} only"));
        }
        if let Cause::Blind(source) = &effect.cause
            && !self.heard.keys().any(|(_, _, cause)| *cause == effect.cause)
        {
            let after = organisation.effect_rules.blind_after.of(asked.tier);
            match &moment.desk.known[source].health {
                Health::Unreadable { since, .. } if now.duration_since(*since) >= after => {
                    self.held("a blind source told after its time");
                }
                other => return Err(format!("a source is told as blind too soon: {other:?}")),
            }
        }
        Ok(())
    }

    /// Whether a message goes at once or is gathered, as those want it who want it.
    fn goes_when_it_should(
        &mut self,
        decision: &Decision,
        asked: Asked<'_>,
        wanting: &[&Subscription],
    ) -> Result<(), String> {
        let awake: Vec<_> = wanting.iter().filter(|wish| !wish::sleeps(wish, asked.tier, asked.now)).collect();
        match decision.verdict.gathered_until() {
            Some(until) => {
                if awake.iter().any(|wish| wish.digest.is_none()) {
                    return Err("gathered, though somebody there wants it at once".to_owned());
                }
                let sleeps = |wish: &&&&Subscription| wish::sleeps(wish, asked.tier, until);
                if let Some(wish) = awake.iter().find(sleeps).filter(|_| awake.iter().all(|wish| sleeps(&wish))) {
                    return Err(format!("gathered for {until}, in the quiet hours of {}", wish.id));
                }
                self.held("gathered for an hour that is not quiet");
            }
            None => {
                let is_for_later = !awake.is_empty() && awake.iter().all(|wish| wish.digest.is_some());
                if is_for_later && asked.tier != Tier::LifeSafety {
                    return Err("told at once, though everybody there wants it gathered".to_owned());
                }
            }
        }
        Ok(())
    }

    fn end_is_allowed(
        &mut self,
        moment: &Moment<'_>,
        decision: &Decision,
        key: &Key,
        leading: &[&Subscription],
    ) -> Result<(), String> {
        let tier = moment.desk.organisation.tier(&key.1);
        // Who knows nothing of its beginning is told the end of a maintenance where he asks for that.
        let is_known = self.heard.contains_key(key);
        let asks = |wish: &Subscription| wish.maintenance.end && !wish.shows_only;
        let wants = |wish: &&&Subscription| is_known && wish.effects.contains(&EffectKind::Over) || asks(wish);
        let candidates: Vec<&&Subscription> = leading.iter().filter(wants).collect();
        let until = decision.verdict.gathered_until();
        for at in [moment.now].into_iter().chain(until) {
            match candidates.iter().find(|wish| !wish::sleeps(wish, tier, at)) {
                None if candidates.is_empty() => return Err("nobody there wants it".to_owned()),
                None => return Err(format!("at {at}, in the quiet hours of {}", candidates[0].id)),
                Some(_) => {}
            }
        }
        let Cause::Component { source, key: component } = &key.2 else { return Ok(()) };
        let component = moment.desk.known[source].components.get(component);
        let is_well = component.is_none_or(|component| component.status == Impact::Operational);
        if !is_well && moment.is_named(key) {
            return Err("it is not well, and an incident names it now".to_owned());
        }
        Ok(())
    }
}
