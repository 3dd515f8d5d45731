//! What was told and hurts no longer, or is no longer asked for.

use super::super::want::{Place, Want, leading};
use super::super::{About, DecidedService, Told, ToldKey, Verdict};
use super::{Open, Piece, Run, at, withheld};
use crate::model::effect::{Cause, EffectKind};
use crate::model::id::{ReceiverId, ServiceId};
use crate::model::impact::Impact;
use crate::model::reason::Reason;
use crate::model::restless::FlappingWord;

impl<'a> Run<'a> {
    /// What was told and hurts no longer, or is no longer asked for.
    pub(in super::super) fn ended(&mut self, open: Open<'a>) {
        for (key, told) in open {
            let (address, service, cause) = key;
            let (rules, about) = (self.ground.rules, self.about(cause));
            let hurts_on = self.hurts_on(service, cause);
            let tier = rules.tier(service);
            let leading = leading(rules, address, service, about.vendor.as_ref(), tier, self.ground.now);
            if hurts_on && leading.is_some() {
                // It is not over, so that must not be said; when it is over, it will be.
                continue;
            }
            let verdict = end_verdict(told, about, leading.as_ref().map(|(_, want)| want));
            let is_known = told.sent || verdict.is_told();
            let flaps_on = about.restless.filter(|_| is_known && leading.is_some());
            let stays = matches!(&verdict, Verdict::NotSent(reason) if reason.is_for_now()) || flaps_on.is_some();
            let next = stays.then(|| Told {
                withheld: withheld(EffectKind::Over, told.impact, &verdict),
                sent: is_known,
                flapping: told.flapping || flaps_on.is_some() && verdict.is_told(),
                last: if verdict.is_told() { Some(self.ground.now) } else { told.last },
                ..told.clone()
            });
            self.wait_for(&verdict);
            self.again.extend(flaps_on.map(|restless| restless.until));
            if verdict.is_told() || next.as_ref().is_none_or(|next| next.withheld != told.withheld) {
                let (receiver, want) = leading.unwrap_or_else(|| (&told.receiver, Want::default()));
                self.end(receiver, key, told, &want, verdict);
            }
            self.told.insert(key.clone(), next);
        }
    }

    /// Whether a cause still hurts a service, be it as a part of an incident that names it now.
    fn hurts_on(&self, service: &ServiceId, cause: &Cause) -> bool {
        let hurts = |cause: &Cause| self.effects.hurts.contains_key(&(service.clone(), cause.clone()));
        let is_component = matches!(cause, Cause::Component { .. });
        let names = |(by, about): (&Cause, &About)| about.folds.contains(cause) && hurts(by);
        hurts(cause) || is_component && self.about.iter().any(names)
    }

    fn end(&mut self, receiver: &'a ReceiverId, key: &'a ToldKey, told: &'a Told, want: &Want<'a>, verdict: Verdict) {
        let (address, service, cause) = key;
        let (service, path) = (service.clone(), told.path.clone());
        let service = DecidedService { service, kind: EffectKind::Over, impact: told.impact, path };
        let flapping = match self.about(cause).restless {
            Some(restless) => Some(FlappingWord::Restless(restless)),
            None => told.flapping.then_some(FlappingWord::Steady),
        };
        let place = Place { receiver, address };
        let piece = Piece { place, cause, service, since: told.since, flapping, escalation: None };
        self.add(piece, want, verdict);
    }
}

/// Whether an end is told to who was told `told`.
fn end_verdict(told: &Told, about: &About, want: Option<&Want<'_>>) -> Verdict {
    if let Some(source) = about.unconfirmed.as_ref().filter(|_| !told.sent) {
        return Verdict::NotSent(Reason::Guessed(source.clone()));
    }
    let of_maintenance = want.and_then(|want| want.end.clone()).filter(|_| told.impact == Impact::Maintenance);
    if !told.sent {
        return of_maintenance.map_or(Verdict::NotSent(Reason::BeginningUntold), at);
    }
    let Some(want) = want else { return Verdict::NotSent(Reason::NothingLeads(told.receiver.clone())) };
    if let Some(restless) = about.restless.filter(|_| told.flapping) {
        return Verdict::NotSent(Reason::Flapping { turns: restless.turns, until: restless.until });
    }
    if let Some(quiet) = &want.not {
        return Verdict::NotSent(quiet.clone());
    }
    at(want.when(EffectKind::Over, true).or_else(|why| of_maintenance.unwrap_or(Err(why))))
}
