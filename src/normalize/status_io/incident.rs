//! One incident or maintenance of Status.io.

use jiff::Timestamp;

use super::components::{self, Places};
use super::{wire, words};
use crate::model::impact::Impact;
use crate::model::phase::{Kind, Phase};
use crate::model::snapshot::{Planned, SeenIncident, SeenUpdate, Snapshot};
use crate::model::stated::Stated;
use crate::model::text;
use crate::normalize::document;
use crate::normalize::field::{Field, Place, Text, Word};
use crate::normalize::keyed::{self, Keyed, UpdateKeys};

/// The list that an entry stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listed {
    Incidents,
    Active,
    Upcoming,
}

impl Listed {
    const fn kind(self) -> Kind {
        match self {
            Self::Incidents => Kind::Incident,
            Self::Active | Self::Upcoming => Kind::Maintenance,
        }
    }

    /// What the list alone says of the phase.
    const fn phase(self) -> Phase {
        match self {
            Self::Incidents => Phase::Investigating,
            Self::Active => Phase::InProgress,
            Self::Upcoming => Phase::Scheduled,
        }
    }
}

/// A message, and the numbers in it.
struct Said {
    update: SeenUpdate,
    state: Option<String>,
    status: Option<String>,
}

/// Reads one; `None` where it has no key. What else is missing from it is said in `into`.
pub fn incident(
    listed: Listed,
    row: &wire::Incident<'_>,
    places: &Places,
    at: Place<'_>,
    into: &mut Snapshot,
) -> Option<SeenIncident> {
    let id = if row._id.get().is_some() { &row._id } else { &row.id };
    let key = id.key(at, "_id", into)?;
    let said = messages(listed, row, at, into);
    let (vendor_phase, phase) = phase(listed, &said, at, into);
    let (vendor_impact, impact) = impact(listed, phase, &said, at, into);
    let opened = row.datetime_open.time(at, "datetime_open", into);
    let planned = if listed == Listed::Incidents { None } else { planned(row, at, into) };
    if listed == Listed::Incidents && opened.is_none() {
        into.warn(at.field("datetime_open"), "is missing");
    }
    Some(SeenIncident {
        key,
        kind: listed.kind(),
        title: row.name.line(at, "name", into),
        vendor_impact,
        impact,
        vendor_phase,
        phase,
        components: places.named(&row.components_affected, &row.containers_affected),
        regions: components::names(&row.containers_affected),
        // A maintenance is opened when it is announced.
        started: if listed == Listed::Incidents {
            opened
        } else {
            planned.as_ref().map(|planned| planned.from.clone())
        },
        ended: if phase.is_end() { said.last().and_then(|said| said.update.at.clone()) } else { None },
        planned,
        updates: said.into_iter().map(|said| said.update).collect(),
        link: None,
    })
}

/// The messages, each key once, oldest first in whatever order they stand.
fn messages(listed: Listed, row: &wire::Incident<'_>, at: Place<'_>, into: &mut Snapshot) -> Vec<Said> {
    let mut all: Keyed<Said> = Keyed::default();
    let mut unnamed = UpdateKeys::default();
    for (index, message) in row.messages.entries(Some(at), "messages", into) {
        let place = at.entry("messages", index);
        let when = message.datetime.time(place, "datetime", into);
        let key = message._id.read(place, "_id", into).and_then(|id| keyed::key(&id.0));
        let key = key.unwrap_or_else(|| unnamed.next(when.as_ref().map_or("", |when| when.raw.as_str())));
        let state = number(&message.state, place, "state", into);
        let text =
            message.details.need(place, "details", into).map_or_else(String::new, |text| document::plain(&text.0));
        let vendor_phase = state.as_deref().map_or_else(String::new, |state| word(listed, state));
        let update = SeenUpdate { key: key.clone(), at: when, vendor_phase, text, author: None };
        all.put(&key, Said { update, state, status: number(&message.status, place, "status", into) });
    }
    let mut said = all.into_entries();
    if said.iter().all(|said| time_of(said).is_some()) {
        said.sort_by_key(time_of);
    }
    said
}

fn time_of(said: &Said) -> Option<Timestamp> {
    said.update.at.as_ref().and_then(|at| at.at)
}

fn number(field: &Field<Word<'_>>, at: Place<'_>, name: &str, into: &mut Snapshot) -> Option<String> {
    field.read(at, name, into).map(|code| text::title(&code.0))
}

fn known(listed: Listed, state: &str) -> Option<(&'static str, Phase)> {
    match listed {
        Listed::Incidents => words::state(state),
        Listed::Active | Listed::Upcoming => words::state_of_maintenance(state),
    }
}

/// The vendor's word for a number, or the number itself.
fn word(listed: Listed, state: &str) -> String {
    known(listed, state).map_or_else(|| state.to_owned(), |(word, _)| word.to_owned())
}

/// The last message says how far it has come. Of a maintenance, the list that it stands in does, unless it is over.
fn phase(listed: Listed, said: &[Said], at: Place<'_>, into: &mut Snapshot) -> (String, Phase) {
    let Some(state) = said.last().and_then(|said| said.state.as_deref()) else {
        return (String::new(), listed.phase());
    };
    let Some((word, phase)) = known(listed, state) else {
        into.warn(at.field("messages"), format!("has a state never seen: {state:?}"));
        return (state.to_owned(), listed.phase());
    };
    let phase = if listed == Listed::Incidents || phase.is_end() { phase } else { listed.phase() };
    (word.to_owned(), phase)
}

/// The last message says how bad it is. One that says that all is well again is still open, so it counts as the least
/// that it can be. What is over was as bad as it ever was.
fn impact(listed: Listed, phase: Phase, said: &[Said], at: Place<'_>, into: &mut Snapshot) -> (String, Impact) {
    let codes: Vec<&str> = said.iter().filter_map(|said| said.status.as_deref()).collect();
    let known = codes.iter().filter_map(|code| words::status(code));
    let worst = known.max_by_key(|(_, impact)| impact.rung());
    let last = codes.last().map(|code| words::status(code).ok_or(*code));
    let told = match last {
        Some(Err(code)) => {
            into.warn(at.field("messages"), format!("has a status never seen: {code:?}"));
            (code, Impact::Unknown)
        }
        Some(Ok(last)) => {
            if phase.is_end() {
                worst.unwrap_or(last)
            } else {
                last
            }
        }
        None => ("", Impact::Unknown),
    };
    let impact = match (listed, told.1, worst) {
        (Listed::Active | Listed::Upcoming, _, _) => Impact::Maintenance,
        (Listed::Incidents, Impact::Operational, Some((_, Impact::Operational)) | None) => Impact::Unknown,
        (Listed::Incidents, Impact::Operational, Some((_, worst))) => worst.capped_at(Impact::Degraded),
        (Listed::Incidents, impact, _) => impact,
    };
    (told.0.to_owned(), impact)
}

fn planned(row: &wire::Incident<'_>, at: Place<'_>, into: &mut Snapshot) -> Option<Planned> {
    row.datetime_planned_start.need(at, "datetime_planned_start", into)?;
    let time =
        |field: &Field<Text<'_>>, name: &str, into: &mut Snapshot| -> Option<Stated> { field.time(at, name, into) };
    let from = time(&row.datetime_planned_start, "datetime_planned_start", into)?;
    Some(Planned { from, until: time(&row.datetime_planned_end, "datetime_planned_end", into) })
}
