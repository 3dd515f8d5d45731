//! What came and went, counted again: what must be taken for flapping, and what must not.

use std::collections::BTreeMap;

use bellwether::model::effect::{Cause, Effect, EffectKind};
use bellwether::model::restless::Flapping;
use jiff::{SignedDuration, Timestamp};

#[derive(Default)]
pub struct Turns(BTreeMap<Cause, Vec<Timestamp>>);

impl Turns {
    pub fn count(&mut self, logged: &[(EffectKind, Effect)], now: Timestamp) {
        for (kind, effect) in logged {
            let times = self.0.entry(effect.cause.clone()).or_default();
            if matches!(kind, EffectKind::Hurt | EffectKind::Over) && times.last() != Some(&now) {
                times.push(now);
            }
        }
        self.0.retain(|_, times| times.last().is_some_and(|last| now.duration_since(*last) < Flapping::MEMORY));
    }

    /// The clock was set, so times are no measure of what was before.
    pub fn forget(&mut self) {
        self.0.clear();
    }

    /// Whether something surely comes and goes, or surely does not; `None` where it depends on what was before.
    pub fn is_restless(&self, cause: &Cause, flapping: Flapping, now: Timestamp) -> Option<bool> {
        let times = self.0.get(cause).map(Vec::as_slice).unwrap_or_default();
        let needed = flapping.turns as usize;
        let Some(last) = times.last().filter(|last| now.duration_since(**last) < flapping.steady) else {
            return Some(false);
        };
        let Some(newest) = times.len().checked_sub(needed).and_then(|from| times.get(from..)) else {
            return Some(false);
        };
        let gap = |pair: &[Timestamp]| pair[1].duration_since(pair[0]);
        let longest = newest.windows(2).map(gap).max().unwrap_or(SignedDuration::ZERO);
        let is_dense = last.duration_since(newest[0]) <= flapping.within && longest < flapping.steady;
        is_dense.then_some(true)
    }
}
