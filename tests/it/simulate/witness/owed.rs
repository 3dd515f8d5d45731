//! Whether what had to be told was told.

use std::collections::BTreeSet;

use bellwether::model::effect::{Effect, EffectKind};
use bellwether::model::impact::Step;
use bellwether::model::subscription::{Receiver, Subscription};

use super::super::organisation::Organisation;
use super::super::wish::{self, Asked, Owed, Say};
use super::{Heard, Key, Moment, Witness, hold};

impl Witness {
    pub(super) fn nothing_is_lost(&mut self, moment: &Moment<'_>) -> Result<(), String> {
        let addresses: BTreeSet<String> = moment.desk.organisation.receivers.iter().map(Receiver::address).collect();
        for effect in moment.settled.effects.hurts.values() {
            for address in &addresses {
                let key = (address.clone(), effect.service.clone(), effect.cause.clone());
                self.is_told(moment, moment.asked(effect), &key).map_err(|why| {
                    let kept = moment.desk.told.get(&key).and_then(|told| told.withheld.as_ref());
                    let Effect { service, impact, cause, .. } = effect;
                    format!("{address} is not told that {service} is hurt ({impact}) by {cause} (kept: {kept:?}){why}")
                })?;
            }
        }
        self.ends_are_told(moment)
    }

    fn is_told(&mut self, moment: &Moment<'_>, asked: Asked<'_>, key: &Key) -> Result<(), String> {
        let organisation = &moment.desk.organisation;
        let leading = wish::leading(organisation, &key.0, &key.1);
        if leading.is_empty() {
            // Nothing leads there any more, so it is not told how it goes on, and begins anew if something does again.
            self.heard.remove(key);
            self.wanted.remove(key);
            return Ok(());
        }
        let Some(heard) = self.heard.get(key).cloned() else { return self.has_begun(moment, asked, key, &leading) };
        let Some((kind, why)) = self.news(asked, &heard, organisation, &leading) else { return Ok(()) };
        let is_silenced = kind != EffectKind::Better && wish::silenced(&moment.desk.silences, asked).is_some();
        match wish::owed(organisation, &leading, asked, kind, true) {
            Owed::Now if is_silenced => self.held("silent while it is silenced"),
            Owed::Now => return Err(format!(", {why}: {heard:?}")),
            Owed::Later(_) => self.held("quiet in quiet hours"),
            Owed::Nothing => {}
        }
        Ok(())
    }

    /// What an address that knows of a cause should have been told now.
    fn news(
        &mut self,
        asked: Asked<'_>,
        heard: &Heard,
        organisation: &Organisation,
        leading: &[&Subscription],
    ) -> Option<(EffectKind, &'static str)> {
        let is_lenient = self.is_lenient(asked.now);
        match (heard.is_restless, asked.meant.restless.is_some()) {
            (true, true) => return None,
            (true, false) => return (!is_lenient).then_some((EffectKind::Hurt, "steady now")),
            (false, true) => return (!is_lenient).then_some((EffectKind::Hurt, "which comes and goes")),
            (false, false) => {}
        }
        let Asked { effect, now, .. } = asked;
        let is_late = |wish: &&&Subscription| {
            wish.maintenance.overrun
                && !wish::sleeps(wish, asked.tier, now)
                && wish.effects.contains(&EffectKind::Worse)
        };
        let wants_late = |wish: &&Subscription| wish::says(organisation, wish, asked) == Say::Wants;
        if effect.overrun && !heard.overrun && leading.iter().filter(is_late).any(wants_late) {
            return Some((EffectKind::Worse, "past its end"));
        }
        match heard.impact.step_to(effect.impact) {
            Step::Up => Some((EffectKind::Worse, "worse")),
            Step::Down => Some((EffectKind::Better, "better")),
            Step::Same | Step::Lost => {
                let again = wish::again(organisation, leading, asked)?;
                let is_due = heard.last + again <= now && !is_lenient;
                is_due.then_some((EffectKind::Hurt, "again, since nobody takes care"))
            }
        }
    }

    /// Whether an address has rightly not heard of it.
    fn has_begun(
        &mut self,
        moment: &Moment<'_>,
        asked: Asked<'_>,
        key: &Key,
        leading: &[&Subscription],
    ) -> Result<(), String> {
        let organisation = &moment.desk.organisation;
        let owed = wish::owed(organisation, leading, asked, EffectKind::Hurt, false);
        if owed == Owed::Nothing {
            self.wanted.remove(key);
            if leading.iter().any(|wish| wish::says(organisation, wish, asked) == Say::NotYet) {
                self.held("an escalation that waits for its time");
            }
            return Ok(());
        }
        let since = *self.wanted.entry(key.clone()).or_insert(moment.now);
        if asked.meant.is_guessed {
            self.held("untold while how it is read is a guess");
        } else if matches!(owed, Owed::Later(_)) {
            self.held("quiet in quiet hours");
        } else if wish::silenced(&moment.desk.silences, asked).is_some() {
            self.held("silent while it is silenced");
        } else if moment.is_muted(asked, &key.0) || self.is_muted(asked, &key.0) {
            self.held("muted by what it follows from");
        } else if moment.now >= since + hold(moment, asked.effect) && !self.is_lenient(moment.now) {
            return Err(String::new());
        }
        Ok(())
    }

    fn ends_are_told(&mut self, moment: &Moment<'_>) -> Result<(), String> {
        let organisation = &moment.desk.organisation;
        let hurts = &moment.settled.effects.hurts;
        let gone = |key: &&Key| !hurts.contains_key(&(key.1.clone(), key.2.clone())) && !moment.is_named(key);
        let keys: Vec<Key> = self.heard.keys().filter(gone).cloned().collect();
        for key in keys {
            let (address, service, cause) = &key;
            let tier = organisation.tier(service);
            let leading = wish::leading(organisation, address, service);
            let wanting: Vec<_> = leading.iter().filter(|wish| wish.effects.contains(&EffectKind::Over)).collect();
            let is_restless = moment.settled.about.get(cause).is_some_and(|about| about.restless.is_some());
            if wanting.is_empty() {
                self.heard.remove(&key);
            } else if wanting.iter().all(|wish| wish::sleeps(wish, tier, moment.now)) {
                self.held("quiet in quiet hours");
            } else if !is_restless && !self.is_lenient(moment.now) {
                return Err(format!("{address} is not told that {service} is no longer hurt by {cause}"));
            }
        }
        Ok(())
    }
}
