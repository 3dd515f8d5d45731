//! How badly something is hurt, and what is known of it. Unknown has no rung, so [`Impact`] has no order.

use serde::{Deserialize, Serialize};

/// How badly a vendor's component or a service of ours is hurt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Impact {
    /// Works, and somebody looked.
    Operational,
    /// Down or slow on purpose, as announced.
    Maintenance,
    /// Works badly.
    Degraded,
    /// Some of it does not work.
    PartialOutage,
    /// It does not work.
    MajorOutage,
    /// Nobody knows, or the vendor does not say.
    Unknown,
}

/// How one impact stands to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The same word.
    Same,
    /// Further up the ladder, or from unknown to a rung.
    Up,
    /// Further down the ladder.
    Down,
    /// From a rung to unknown: told as an update, never as better.
    Lost,
}

impl Impact {
    /// The rung on the ladder, or `None` for unknown, which has none.
    #[must_use]
    pub const fn rung(self) -> Option<u8> {
        match self {
            Self::Operational => Some(0),
            Self::Maintenance => Some(1),
            Self::Degraded => Some(2),
            Self::PartialOutage => Some(3),
            Self::MajorOutage => Some(4),
            Self::Unknown => None,
        }
    }

    /// The step from `self` to `next`.
    #[must_use]
    pub fn step_to(self, next: Self) -> Step {
        match (self.rung(), next.rung()) {
            _ if self == next => Step::Same,
            (_, None) => Step::Lost,
            (None, Some(_)) => Step::Up,
            (Some(a), Some(b)) if b > a => Step::Up,
            (Some(_), Some(_)) => Step::Down,
        }
    }

    /// Whether a filter "at least `least`" lets this through. Unknown passes every filter.
    #[must_use]
    pub fn is_at_least(self, least: Self) -> bool {
        match (self.rung(), least.rung()) {
            (None, _) | (_, None) => true,
            (Some(a), Some(b)) => a >= b,
        }
    }

    /// The lesser of two rungs; unknown stays unknown, since nobody knows that it is less.
    #[must_use]
    pub fn capped_at(self, most: Self) -> Self {
        match (self.rung(), most.rung()) {
            (Some(a), Some(b)) if a > b => most,
            _ => self,
        }
    }

    /// The impact of that word.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        let all = [
            Self::Operational,
            Self::Maintenance,
            Self::Degraded,
            Self::PartialOutage,
            Self::MajorOutage,
            Self::Unknown,
        ];
        all.into_iter().find(|impact| impact.word() == word)
    }

    /// The word in the model, as in JSON.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Operational => "operational",
            Self::Maintenance => "maintenance",
            Self::Degraded => "degraded",
            Self::PartialOutage => "partial_outage",
            Self::MajorOutage => "major_outage",
            Self::Unknown => "unknown",
        }
    }

    /// The word for people.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Operational => "Operational",
            Self::Maintenance => "Maintenance",
            Self::Degraded => "Degraded",
            Self::PartialOutage => "Partial outage",
            Self::MajorOutage => "Major outage",
            Self::Unknown => "Unknown",
        }
    }
}

impl std::fmt::Display for Impact {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.word())
    }
}

/// Why something is not seen, for people: "okta/status-page has not been readable since …".
pub type Why = String;

/// The state of anything: the worst known trouble, and what could not be seen.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct State {
    /// The worst known trouble; `None` when no trouble is known.
    pub worst: Option<Impact>,
    /// What could not be seen, and why.
    pub unseen: Vec<Why>,
}

impl State {
    /// Adds a known trouble. Unknown trouble is something unseen, and must come with its reason.
    pub fn add(&mut self, impact: Impact, why_if_unknown: impl FnOnce() -> Why) {
        match (impact.rung(), self.worst.and_then(Impact::rung)) {
            (None, _) => self.unseen.push(why_if_unknown()),
            (Some(0), _) => {}
            (Some(new), Some(old)) if new <= old => {}
            (Some(_), _) => self.worst = Some(impact),
        }
    }

    /// What is shown: the worst known; else unknown if anything is unseen; else operational.
    #[must_use]
    pub fn shown(&self) -> Impact {
        match self.worst {
            Some(impact) => impact,
            None if self.unseen.is_empty() => Impact::Operational,
            None => Impact::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_to_a_rung_is_up_and_a_rung_to_unknown_is_not_better() {
        assert_eq!(Impact::Unknown.step_to(Impact::Degraded), Step::Up);
        assert_eq!(Impact::MajorOutage.step_to(Impact::Unknown), Step::Lost);
        assert_eq!(Impact::MajorOutage.step_to(Impact::Degraded), Step::Down);
        assert_eq!(Impact::Degraded.step_to(Impact::Degraded), Step::Same);
    }

    #[test]
    fn a_filter_by_least_impact_lets_unknown_through() {
        assert!(Impact::Unknown.is_at_least(Impact::MajorOutage));
        assert!(!Impact::Degraded.is_at_least(Impact::PartialOutage));
        assert!(Impact::PartialOutage.is_at_least(Impact::PartialOutage));
    }

    #[test]
    fn the_four_rows_of_the_state_table() {
        let state = |worst, unseen: &[&str]| State { worst, unseen: unseen.iter().map(|s| (*s).to_owned()).collect() };
        assert_eq!(state(Some(Impact::Degraded), &[]).shown(), Impact::Degraded);
        assert_eq!(state(Some(Impact::Degraded), &["x"]).shown(), Impact::Degraded);
        assert_eq!(state(None, &[]).shown(), Impact::Operational);
        assert_eq!(state(None, &["x"]).shown(), Impact::Unknown);
    }

    #[test]
    fn unknown_trouble_is_something_unseen() {
        let mut state = State::default();
        state.add(Impact::Unknown, || "the vendor does not say how badly".into());
        assert_eq!(state.shown(), Impact::Unknown);
        state.add(Impact::Degraded, String::new);
        state.add(Impact::Operational, String::new);
        assert_eq!((state.shown(), state.unseen.len()), (Impact::Degraded, 1));
    }
}
