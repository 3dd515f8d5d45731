//! When each source is looked at next. Pure: it is told the time.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::config::schedule;
use crate::model::vendor::{Schedule, Source};

/// The most that failing looks stretch an interval: sixteen times, and never beyond a quarter of an hour.
const MOST_DOUBLINGS: u32 = 4;
const LONGEST_BACKOFF: Duration = Duration::from_secs(15 * 60);
/// No source at a public address is looked at more often than this, however open its incidents are.
const LEAST_WHILE_OPEN: Duration = Duration::from_secs(30);

/// What the last look left, as far as it moves the next one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Mood {
    /// Looks in a row that saw nothing.
    pub failures: u32,
    /// Something is open at the source.
    pub has_open: bool,
    /// How long the server asks to be left alone.
    pub leave_alone: Option<Duration>,
}

/// The sources, in the order in which they are due. A source that is being looked at is not in it.
#[derive(Debug, Default)]
pub struct Timetable {
    due: BinaryHeap<Reverse<(Timestamp, usize)>>,
}

impl Timetable {
    /// A timetable in which every source is due within its first few seconds, spread by its name.
    #[must_use]
    pub fn at_start<'a>(sources: impl Iterator<Item = &'a Source>, now: Timestamp) -> Self {
        let mut table = Self::default();
        for (index, source) in sources.enumerate() {
            table.put(index, soon(source, now));
        }
        table
    }

    /// Takes a source out, due or not.
    pub fn remove(&mut self, index: usize) {
        self.due.retain(|Reverse((_, at_place))| *at_place != index);
    }

    /// When the first of them is due.
    #[must_use]
    pub fn first_due(&self) -> Option<Timestamp> {
        self.due.peek().map(|Reverse((at, _))| *at)
    }

    /// Puts a source in.
    pub fn put(&mut self, index: usize, at: Timestamp) {
        self.due.push(Reverse((at, index)));
    }

    /// Takes out all that are due.
    pub fn take_due(&mut self, now: Timestamp) -> Vec<usize> {
        let mut due = Vec::new();
        while let Some(Reverse((at, index))) = self.due.peek().copied()
            && at <= now
        {
            self.due.pop();
            due.push(index);
        }
        due
    }
}

/// Within the next few seconds, spread by its name.
#[must_use]
pub fn soon(source: &Source, now: Timestamp) -> Timestamp {
    now + SignedDuration::from_millis(i64::try_from(phase(source) % 2_000).unwrap_or(0))
}

/// When a source that was looked at just now is looked at next.
#[must_use]
pub fn next(source: &Source, mood: Mood, now: Timestamp) -> Timestamp {
    let planned = match &source.every {
        Schedule::Every(every) => after(source, stretched(*every, mood), now),
        Schedule::Cron(line) => by_cron(line, now),
    };
    let earliest = mood.leave_alone.map_or(now, |wait| now + SignedDuration::try_from(wait).unwrap_or_default());
    planned.max(earliest)
}

fn by_cron(line: &str, now: Timestamp) -> Timestamp {
    let next = schedule::parse(line).ok().and_then(|line| schedule::next_after(&line, now));
    // `check` refuses a line that never comes; an hour keeps the source alive all the same.
    next.filter(|at| *at > now).unwrap_or(now + SignedDuration::from_hours(1))
}

/// The interval as the mood makes it: longer while looks fail, shorter while something is open.
fn stretched(every: Duration, mood: Mood) -> Duration {
    if mood.failures > 1 {
        let doublings = (mood.failures - 1).min(MOST_DOUBLINGS);
        return (every * 2u32.pow(doublings)).min(LONGEST_BACKOFF.max(every));
    }
    if mood.has_open { (every / 2).max(LEAST_WHILE_OPEN).min(every) } else { every }
}

/// The next beat of the source's own rhythm. Its phase comes from its name, so that a thousand sources spread over the
/// interval, and the same way after every start.
fn after(source: &Source, every: Duration, now: Timestamp) -> Timestamp {
    let period = i64::try_from(every.as_millis()).unwrap_or(i64::MAX).max(1);
    let phase = i64::try_from(phase(source) % period.unsigned_abs()).unwrap_or(0);
    let beat = (now.as_millisecond() - phase).div_euclid(period) + 1;
    let at = beat.saturating_mul(period).saturating_add(phase);
    let next = Timestamp::from_millisecond(at).unwrap_or(now + SignedDuration::from_hours(1));
    // A look that ended just before a beat is not followed by another at once.
    if next.duration_since(now) < SignedDuration::from_millis(period / 2) {
        next + SignedDuration::from_millis(period)
    } else {
        next
    }
}

fn phase(source: &Source) -> u64 {
    let mut hasher = DefaultHasher::new();
    source.id.as_str().hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::model::format::Format;
    use crate::model::id::SourceId;

    fn source(id: &str, every: Schedule) -> Source {
        let url = "https://status.example.org".parse().ok();
        Source { every, ..Source::at(SourceId::parse(id).unwrap(), Format::Statuspage, url) }
    }

    fn wait(source: &Source, mood: Mood) -> i64 {
        let now: Timestamp = "2026-03-29T00:59:30Z".parse().unwrap();
        next(source, mood, now).duration_since(now).as_secs()
    }

    #[test]
    fn looks_keep_a_rhythm_and_sources_spread_over_it() {
        let now: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        let mut seconds = std::collections::BTreeSet::new();
        for n in 0..100 {
            let source = source(&format!("vendor-{n}/page"), Schedule::USUAL);
            let first = next(&source, Mood::default(), now);
            let second = next(&source, Mood::default(), first);
            assert_eq!(second.duration_since(first), SignedDuration::from_secs(60));
            seconds.insert(first.as_millisecond() % 60_000 / 1_000);
        }
        assert!(seconds.len() > 40, "100 sources stand at only {} seconds of the minute", seconds.len());
    }

    #[test]
    fn failing_looks_are_stretched_and_never_for_ever() {
        let source = source("a/b", Schedule::USUAL);
        let failed = |failures| wait(&source, Mood { failures, ..Mood::default() });
        assert!(failed(1) <= 90);
        assert!(failed(3) > failed(1));
        assert!(failed(1_000) <= 15 * 60 * 3 / 2);
    }

    #[test]
    fn an_open_incident_is_looked_at_twice_as_often_but_not_more_than_every_thirty_seconds() {
        let open = Mood { has_open: true, ..Mood::default() };
        assert!(wait(&source("a/b", Schedule::USUAL), open) <= 45);
        let own = source("a/b", Schedule::Every(Duration::from_secs(1)));
        assert!(wait(&own, open) <= 2);
    }

    #[test]
    fn a_server_that_asks_to_be_left_alone_is() {
        let mood = Mood { leave_alone: Some(Duration::from_secs(3600)), ..Mood::default() };
        assert!(wait(&source("a/b", Schedule::USUAL), mood) >= 3600);
    }

    #[test]
    fn a_cron_line_is_utc_and_always_lies_ahead() {
        // In that minute clocks in Europe go forward; UTC does not.
        let source = source("a/b", Schedule::Cron("*/15 * * * *".into()));
        assert_eq!(wait(&source, Mood::default()), 30);
    }

    #[test]
    fn due_ones_come_out_once_and_in_order() {
        let now: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        let mut table = Timetable::default();
        table.put(1, now + SignedDuration::from_secs(2));
        table.put(0, now);
        assert_eq!(table.take_due(now), [0]);
        assert_eq!(table.take_due(now), [0usize; 0]);
        assert_eq!(table.take_due(now + SignedDuration::from_secs(5)), [1]);
    }
}
