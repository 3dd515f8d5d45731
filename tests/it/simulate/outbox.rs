//! The outbox in memory: rows that wait, are merged while nobody has tried them, and go out the most needed tier first.

use std::collections::BTreeSet;

use bellwether::alerting::facts::{merged, most_needed};
use bellwether::model::effect::Cause;
use bellwether::model::notification::Facts;
use jiff::{SignedDuration, Timestamp};

#[derive(Clone)]
pub struct Row {
    pub address: String,
    pub facts: Facts,
    pub tries: u32,
    seq: u64,
    gather: Option<Timestamp>,
    due: Timestamp,
}

#[derive(Clone, Default)]
pub struct Outbox {
    rows: Vec<Row>,
    seq: u64,
    /// What was put in and has not been looked at by the witness.
    pub put: Vec<(String, Facts)>,
    pub merges: u64,
    pub gathered: u64,
}

impl Row {
    fn is_about(&self, cause: &Cause) -> bool {
        self.facts.topics.iter().any(|topic| topic.cause == *cause)
    }
}

impl Outbox {
    pub fn put(&mut self, address: &str, facts: Facts, gather: Option<Timestamp>, now: Timestamp) {
        self.put.push((address.to_owned(), facts.clone()));
        self.gathered += u64::from(gather.is_some());
        let due = gather.unwrap_or(now);
        let is_open = |row: &&mut Row| row.address == address && row.tries == 0;
        let is_same = |row: &Row| facts.topics.iter().any(|topic| row.is_about(&topic.cause));
        let same = self.rows.iter_mut().filter(is_open).filter(|row| is_same(row)).max_by_key(|row| row.seq);
        let found = match same {
            Some(row) => Some(row),
            None if gather.is_some() => {
                self.rows.iter_mut().filter(is_open).filter(|row| row.gather == gather).max_by_key(|row| row.seq)
            }
            None => None,
        };
        if let Some(row) = found {
            (row.facts, row.due) = (merged(&row.facts, &facts), row.due.min(due));
            self.merges += 1;
            return;
        }
        self.seq += 1;
        self.rows.push(Row { address: address.to_owned(), facts, tries: 0, seq: self.seq, gather, due });
    }

    pub fn next_due(&self) -> Option<Timestamp> {
        self.rows.iter().filter(|row| !self.waits(row)).map(|row| row.due).min()
    }

    /// Whether an earlier row to the same address about the same thing is pending.
    fn waits(&self, row: &Row) -> bool {
        let is_earlier = |other: &&Row| other.address == row.address && other.seq < row.seq;
        let mut earlier = self.rows.iter().filter(is_earlier);
        earlier.any(|other| row.facts.topics.iter().any(|topic| other.is_about(&topic.cause)))
    }

    /// Tries all that is due; what an address that is `down` does not take is tried again later.
    pub fn deliver(&mut self, down: &BTreeSet<String>, now: Timestamp) -> Vec<Row> {
        let mut sent = Vec::new();
        loop {
            let ready = self.rows.iter().enumerate().filter(|(_, row)| row.due <= now && !self.waits(row));
            let tier = |row: &Row| most_needed(&row.facts).map_or(9, |tier| tier as i64);
            let Some((place, _)) = ready.min_by_key(|(_, row)| (tier(row), row.seq)) else { return sent };
            if down.contains(&self.rows[place].address) {
                let row = &mut self.rows[place];
                row.tries += 1;
                row.due = now + SignedDuration::from_secs(30 << row.tries.min(6));
            } else {
                sent.push(self.rows.remove(place));
            }
        }
    }
}
