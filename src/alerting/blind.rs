//! How long a source may be blind before that is told: one time for all, and another for services of a tier.

use std::collections::BTreeSet;

use jiff::SignedDuration;

use crate::model::inventory::Tier;

/// How long a source may be blind before those are told whose services stand on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlindAfter {
    usual: SignedDuration,
    by_tier: [Option<SignedDuration>; Tier::ALL.len()],
}

impl BlindAfter {
    /// The same for services of all tiers.
    #[must_use]
    pub const fn all(usual: SignedDuration) -> Self {
        Self { usual, by_tier: [None; Tier::ALL.len()] }
    }

    /// The same, but for services of this tier another time.
    #[must_use]
    pub fn but(mut self, tier: Tier, after: Option<SignedDuration>) -> Self {
        for (of, kept) in Tier::ALL.into_iter().zip(&mut self.by_tier) {
            if of == tier {
                *kept = after;
            }
        }
        self
    }

    /// For whom no tier says otherwise, and for those who look after sources.
    #[must_use]
    pub const fn usual(&self) -> SignedDuration {
        self.usual
    }

    /// For a service of this tier.
    #[must_use]
    pub fn of(&self, tier: Tier) -> SignedDuration {
        let mut own = Tier::ALL.into_iter().zip(self.by_tier);
        own.find_map(|(of, after)| after.filter(|_| of == tier)).unwrap_or(self.usual)
    }

    /// The shortest of all: our own network gone is told once, to everybody, when the first must know.
    #[must_use]
    pub fn shortest(&self) -> SignedDuration {
        self.by_tier.into_iter().flatten().fold(self.usual, SignedDuration::min)
    }

    /// All the times there are.
    #[must_use]
    pub fn times(&self) -> BTreeSet<SignedDuration> {
        self.by_tier.into_iter().flatten().chain([self.usual]).collect()
    }
}
