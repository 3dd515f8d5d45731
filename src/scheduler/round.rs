//! The sources that are watched: at rest until they are due, or on their way to a worker and back.
//!
//! A source travels, so that no second look at it can begin. What comes back after another configuration was taken up
//! goes on as that one says, or not at all.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::timetable::{self, Mood, Timetable};
use crate::model::id::SourceId;
use crate::model::vendor::Source;
use crate::pipeline::look::Memory;

/// One source being watched.
#[derive(Debug)]
pub struct Watched {
    place: usize,
    /// The source.
    pub source: Source,
    /// What is remembered of it between two looks.
    pub memory: Memory,
    /// What the last look left.
    pub mood: Mood,
}

/// Where a source has its place, and as what it is watched now.
#[derive(Debug)]
struct Seat {
    place: usize,
    source: Source,
}

/// All sources that are watched.
#[derive(Debug, Default)]
pub struct Round {
    at_rest: BTreeMap<usize, Box<Watched>>,
    timetable: Timetable,
    seats: BTreeMap<SourceId, Seat>,
    next_place: usize,
}

impl Round {
    /// All of `sources`, each due within the next few seconds.
    #[must_use]
    pub fn begin(
        sources: &BTreeMap<SourceId, Source>,
        mut memories: BTreeMap<SourceId, Memory>,
        now: Timestamp,
    ) -> Self {
        let mut round = Self::default();
        for (id, source) in sources {
            round.take_in(source, memories.remove(id).unwrap_or_default(), now);
        }
        round
    }

    fn take_in(&mut self, source: &Source, memory: Memory, now: Timestamp) {
        let place = self.next_place;
        self.next_place += 1;
        self.seats.insert(source.id.clone(), Seat { place, source: source.clone() });
        self.timetable.put(place, timetable::soon(source, now));
        self.at_rest.insert(place, Box::new(Watched { place, source: source.clone(), memory, mood: Mood::default() }));
    }

    /// Goes on with these sources: new ones are looked at soon, those that are gone no more, and those that changed are
    /// looked at soon and keep what is remembered of them.
    pub fn change(&mut self, sources: &BTreeMap<SourceId, Source>, now: Timestamp) {
        let gone: Vec<SourceId> = self.seats.keys().filter(|id| !sources.contains_key(*id)).cloned().collect();
        for seat in gone.iter().filter_map(|id| self.seats.remove(id)) {
            self.at_rest.remove(&seat.place);
            self.timetable.remove(seat.place);
        }
        for (id, source) in sources {
            match self.seats.get_mut(id) {
                None => self.take_in(source, Memory::default(), now),
                Some(seat) if seat.source == *source => {}
                Some(seat) => {
                    seat.source = source.clone();
                    let place = seat.place;
                    if let Some(watched) = self.at_rest.get_mut(&place) {
                        watched.become_as(source);
                        self.timetable.remove(place);
                        self.timetable.put(place, timetable::soon(source, now));
                    }
                }
            }
        }
    }

    /// Takes out what is due.
    pub fn take_due(&mut self, now: Timestamp) -> Vec<Box<Watched>> {
        let due = self.timetable.take_due(now);
        due.into_iter().filter_map(|place| self.at_rest.remove(&place)).collect()
    }

    /// Takes one back, to be looked at again at `due`, or soon where it is another now. One that nobody watches any more
    /// is dropped.
    pub fn put_back(&mut self, mut watched: Box<Watched>, due: Timestamp, now: Timestamp) {
        let Some(seat) = self.seats.get(&watched.source.id).filter(|seat| seat.place == watched.place) else { return };
        let is_changed = seat.source != watched.source;
        if is_changed {
            watched.become_as(&seat.source);
        }
        let due = if is_changed { timetable::soon(&watched.source, now) } else { due };
        self.timetable.put(watched.place, due);
        self.at_rest.insert(watched.place, watched);
    }

    /// When the first of those at rest is due.
    #[must_use]
    pub fn first_due(&self) -> Option<Timestamp> {
        self.timetable.first_due()
    }

    /// How many are watched.
    #[must_use]
    pub fn len(&self) -> usize {
        self.seats.len()
    }

    /// Whether none is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.seats.is_empty()
    }
}

impl Watched {
    /// Goes on as another source of the same name. What was open there is known still; what was read last is not what
    /// another address says.
    fn become_as(&mut self, source: &Source) {
        let reads_the_same =
            (&self.source.url, self.source.format, &self.source.roles) == (&source.url, source.format, &source.roles);
        if !reads_the_same {
            self.memory.forget();
        }
        self.source = source.clone();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::model::format::Format;

    fn source(id: &str, url: &str) -> Source {
        let id = SourceId::parse(id).unwrap();
        Source::at(id, Format::Statuspage, url.parse().ok())
    }

    fn all(sources: &[Source]) -> BTreeMap<SourceId, Source> {
        sources.iter().map(|s| (s.id.clone(), s.clone())).collect()
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    fn due(round: &mut Round, now: Timestamp) -> Vec<String> {
        let mut due: Vec<String> = round.take_due(now).iter().map(|w| w.source.id.to_string()).collect();
        due.sort();
        due
    }

    #[test]
    fn an_added_source_is_looked_at_soon_and_a_removed_one_no_more() {
        let (a, b, c) = (source("a/x", "https://a"), source("b/x", "https://b"), source("c/x", "https://c"));
        let mut round = Round::begin(&all(&[a.clone(), b.clone()]), BTreeMap::new(), at(0));
        let under_way = round.take_due(at(5));
        round.change(&all(&[b, c]), at(6));
        for watched in under_way {
            round.put_back(watched, at(60), at(7));
        }
        assert_eq!(due(&mut round, at(10)), ["c/x"], "a was under way when it was taken out, and b is not due yet");
        assert_eq!(due(&mut round, at(60)), ["b/x"]);
        assert_eq!(round.len(), 2);
    }

    #[test]
    fn a_changed_source_keeps_what_is_known_and_reads_its_new_address_whole() {
        let (old, new) = (source("a/x", "https://a"), source("a/x", "https://elsewhere"));
        for is_under_way in [false, true] {
            let mut round = Round::begin(&all(std::slice::from_ref(&old)), BTreeMap::new(), at(0));
            let mut watched = round.take_due(at(5)).remove(0);
            watched.memory.hashes.insert("summary", "hash".to_owned());
            watched.memory.open.keys.insert("inc1".to_owned(), crate::model::phase::Kind::Incident);
            if is_under_way {
                round.change(&all(std::slice::from_ref(&new)), at(6));
                round.put_back(watched, at(3_600), at(7));
            } else {
                round.put_back(watched, at(3_600), at(6));
                round.change(&all(std::slice::from_ref(&new)), at(7));
            }
            let again = round.take_due(at(10));
            assert_eq!(again.len(), 1, "it is looked at soon, and once");
            assert_eq!(again[0].source, new);
            assert!(again[0].memory.hashes.is_empty() && again[0].memory.open.keys.contains_key("inc1"));
            assert!(round.take_due(at(4_000)).is_empty());
        }
    }

    #[test]
    fn a_source_that_was_removed_and_comes_back_is_a_new_one() {
        let a = source("a/x", "https://a");
        let mut round = Round::begin(&all(std::slice::from_ref(&a)), BTreeMap::new(), at(0));
        let mut under_way = round.take_due(at(5)).remove(0);
        under_way.memory.hashes.insert("summary", "hash".to_owned());
        round.change(&BTreeMap::new(), at(6));
        round.change(&all(std::slice::from_ref(&a)), at(7));
        round.put_back(under_way, at(8), at(8));
        let due = round.take_due(at(20));
        assert_eq!(due.len(), 1);
        assert!(due[0].memory.hashes.is_empty());
    }
}
