//! What comes and goes: when something counts as flapping, and when as steady again.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// What counts as flapping.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flapping {
    /// So many comings and goings,
    pub turns: u32,
    /// within this time;
    pub within: SignedDuration,
    /// until nothing has happened for so long.
    pub steady: SignedDuration,
}

impl Default for Flapping {
    fn default() -> Self {
        Self { turns: 5, within: SignedDuration::from_hours(1), steady: SignedDuration::from_mins(20) }
    }
}

/// Something that comes and goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Restless {
    /// How often it came or went.
    pub turns: u32,
    /// Since when.
    #[schemars(with = "String")]
    pub since: Timestamp,
    /// When it counts as steady, if nothing more happens.
    #[schemars(with = "String")]
    pub until: Timestamp,
}

/// What a message says of something that comes and goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FlappingWord {
    /// It comes and goes; nothing more is told until it is steady.
    Restless(Restless),
    /// It is steady now.
    Steady,
}

impl Flapping {
    /// How far back turns must be known: what never rested for longer than this is told again as it stands.
    pub const MEMORY: SignedDuration = SignedDuration::from_hours(24);

    /// Whether something that came or went at these times, in order, is flapping.
    #[must_use]
    pub fn judge(&self, turns: &[Timestamp], now: Timestamp) -> Option<Restless> {
        // What lies ahead of a clock that was set back is no measure of how long it has been steady.
        let turns = turns.get(..turns.partition_point(|turn| *turn <= now))?;
        let last = *turns.last()?;
        let until = last.checked_add(self.steady).unwrap_or(Timestamp::MAX);
        let needed = usize::try_from(self.turns).unwrap_or(usize::MAX);
        if now >= until || needed == 0 || turns.len() < needed {
            return None;
        }
        // The newest run of turns that never stood still for as long as `steady`.
        let mut first = turns.len() - 1;
        while let Some([before, after]) = first.checked_sub(1).and_then(|at| turns.get(at..=first))
            && after.duration_since(*before) < self.steady
        {
            first -= 1;
        }
        let run = turns.get(first..)?;
        let is_dense = run.windows(needed).any(|some| match (some.first(), some.last()) {
            (Some(a), Some(b)) => b.duration_since(*a) <= self.within,
            _ => false,
        });
        let turns = u32::try_from(run.len()).unwrap_or(u32::MAX);
        is_dense.then_some(Restless { turns, since: *run.first()?, until })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(minutes: &[i64], now: i64) -> Option<(u32, i64, i64)> {
        let at = |minute: &i64| Timestamp::from_second(minute * 60).unwrap();
        let turns: Vec<_> = minutes.iter().map(at).collect();
        let restless = Flapping::default().judge(&turns, at(&now))?;
        Some((restless.turns, restless.since.as_second() / 60, restless.until.as_second() / 60))
    }

    #[test]
    fn five_turns_within_an_hour_are_flapping_until_twenty_minutes_of_rest() {
        assert_eq!(judge(&[0, 10, 20, 30], 30), None, "four are not enough");
        assert_eq!(judge(&[0, 10, 20, 30, 40], 40), Some((5, 0, 60)));
        assert_eq!(judge(&[0, 10, 20, 30, 40], 59), Some((5, 0, 60)));
        assert_eq!(judge(&[0, 10, 20, 30, 40], 60), None, "steady for twenty minutes");
    }

    #[test]
    fn a_rest_begins_the_count_anew_and_slow_turns_are_no_flapping() {
        assert_eq!(judge(&[0, 10, 31, 41, 51], 51), None, "it stood still for 21 minutes between");
        assert_eq!(judge(&[0, 19, 38, 57, 76], 76), None, "five turns in 76 minutes");
    }

    #[test]
    fn turns_that_lie_ahead_of_a_clock_that_was_set_back_do_not_count() {
        assert_eq!(judge(&[0, 10, 20, 30, 40, 100], 41), Some((5, 0, 60)));
        assert_eq!(judge(&[0, 10, 20, 30, 40, 100], 61), None);
    }

    #[test]
    fn what_became_flapping_stays_so_while_it_never_rests() {
        assert_eq!(judge(&[0, 5, 10, 15, 20, 39, 58], 70), Some((7, 0, 78)));
    }
}
