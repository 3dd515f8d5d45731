//! The heartbeats: of each monitor, what the last one says.

use std::collections::HashMap;

use jiff::Timestamp;

use super::{UTC, wire};
use crate::model::impact::Impact;
use crate::model::snapshot::{Snapshot, Unreadable};
use crate::model::text;
use crate::normalize::field::{Field, Place};
use crate::normalize::{Body, document, moment};

/// The last heartbeat of each monitor by its id.
#[derive(Debug, Default)]
pub struct Newest {
    by_id: HashMap<String, Last>,
    /// The newest of all.
    pub newest: Option<Timestamp>,
}

#[derive(Debug)]
struct Last {
    status: String,
    /// Whether it stands for a span: then it tells the worst of hours or days, and nothing of now.
    is_span: bool,
}

/// Reads the document.
///
/// # Errors
/// [`Unreadable`] where it is not that document.
pub fn read(body: &Body) -> Result<Newest, Unreadable> {
    let text = document::text(body)?;
    let document: wire::Heartbeats<'_> = document::object(&text, body, "the list of heartbeats")?;
    let signs = [("heartbeatList", document.list.get().is_some()), ("uptimeList", document.uptime.get().is_some())];
    document::signed("the heartbeats of Uptime Kuma", &signs)?;
    let mut newest = Newest::default();
    for (id, beats) in document.list.get().map_or(&[][..], |lists| &lists.0) {
        // A `0` stands where a span has no beat. Where the last is none, nobody knows of now.
        let beats = beats.get().map_or(&[][..], |list| &list.0);
        if beats.last().is_some_and(|last| last.get().is_some()) {
            let beats: Vec<&wire::Beat<'_>> = beats.iter().filter_map(Field::get).map(|beat| &beat.0).collect();
            newest.add(id, &beats);
        }
    }
    Ok(newest)
}

impl Newest {
    /// Keeps the last beat, which must be the newest by its time as well.
    fn add(&mut self, id: &str, beats: &[&wire::Beat<'_>]) {
        let Some(last) = beats.last() else { return };
        let raw = |beat: &wire::Beat<'_>| beat.time.as_str().unwrap_or_default().to_owned();
        let times: Vec<Timestamp> = beats.iter().filter_map(|beat| moment::civil(&raw(beat), UTC).at).collect();
        self.newest = self.newest.max(times.iter().max().copied());
        let status = if times.is_sorted() { last.status.as_str().unwrap_or_default() } else { "not in order" };
        self.by_id.insert(id.to_owned(), Last { status: text::title(status), is_span: raw(last).contains('T') });
    }

    /// The status of a monitor. One that is being tried again has failed once and may be well; nobody knows yet.
    pub fn of(&self, id: &str, at: Place<'_>, into: &mut Snapshot) -> (String, Impact) {
        let Some(last) = self.by_id.get(id) else { return ("no heartbeat".to_owned(), Impact::Unknown) };
        let (word, impact) = match last.status.as_str() {
            "0" => ("down", Impact::MajorOutage),
            "1" => ("up", Impact::Operational),
            "2" => ("pending", Impact::Unknown),
            "3" => ("maintenance", Impact::Maintenance),
            other => {
                at.never_seen("status", other, into);
                (other, Impact::Unknown)
            }
        };
        if last.is_span && impact != Impact::Operational {
            return (format!("{word} at some time of its last span"), Impact::Unknown);
        }
        (word.to_owned(), impact)
    }
}
