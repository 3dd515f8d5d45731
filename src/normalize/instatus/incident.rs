//! One incident or maintenance of Instatus. It has no texts and names no component.

use jiff::{SignedDuration, Timestamp};

use super::{wire, words};
use crate::model::impact::Impact;
use crate::model::phase::{Kind, Phase};
use crate::model::snapshot::{Planned, SeenIncident, Snapshot};
use crate::model::stated::Stated;
use crate::model::text;
use crate::normalize::field::{Field, Place, Text};
use crate::normalize::{keyed, moment, region};

/// Reads one; `None` where it has no key. What else is missing from it is said in `into`.
pub fn incident(kind: Kind, row: &wire::Incident<'_>, at: Place<'_>, into: &mut Snapshot) -> Option<SeenIncident> {
    let link = row.url.link(at, "url", into);
    let key = key(row, link.as_deref(), at, into)?;
    let vendor_phase = row.status.line(at, "status", into);
    let title = row.name.line(at, "name", into);
    let planned = if kind == Kind::Maintenance { planned(row, at, into) } else { None };
    let phase = phase(kind, &vendor_phase, at, into);
    let (vendor_impact, impact) = impact(kind, row, at, into);
    let ended = if phase.is_end() { time(&row.updated_at, at, "updatedAt", into) } else { None };
    Some(SeenIncident {
        key,
        kind,
        regions: region::codes(&title),
        title,
        vendor_impact,
        impact,
        vendor_phase,
        phase,
        components: Vec::new(),
        started: match kind {
            Kind::Incident => {
                row.started.need(at, "started", into).and_then(|_| time(&row.started, at, "started", into))
            }
            Kind::Maintenance => planned.as_ref().map(|planned| planned.from.clone()),
        },
        ended,
        planned,
        updates: Vec::new(),
        link,
    })
}

/// Its id, or the last part of its address, which ends with the id on pages that state both.
fn key(row: &wire::Incident<'_>, link: Option<&str>, at: Place<'_>, into: &mut Snapshot) -> Option<String> {
    let of_link = || link?.trim_end_matches('/').rsplit('/').next().and_then(keyed::key);
    let key = row.id.read(at, "id", into).and_then(|id| keyed::key(&id.0)).or_else(of_link);
    if key.is_none() {
        into.warn(at.field("id"), "is missing, and so is the url");
    }
    key
}

fn phase(kind: Kind, word: &str, at: Place<'_>, into: &mut Snapshot) -> Phase {
    words::phase(kind, word).unwrap_or_else(|| {
        at.never_seen("status", word, into);
        if kind == Kind::Incident { Phase::Investigating } else { Phase::Scheduled }
    })
}

fn impact(kind: Kind, row: &wire::Incident<'_>, at: Place<'_>, into: &mut Snapshot) -> (String, Impact) {
    if kind == Kind::Maintenance {
        return (String::new(), Impact::Maintenance);
    }
    let Some(word) = row.impact.need(at, "impact", into).map(|word| text::title(&word.0)) else {
        return (String::new(), Impact::Unknown);
    };
    let impact = match words::impact(&word) {
        // It is open, so it is not well.
        Some(Impact::Operational) => Impact::Unknown,
        Some(impact) => impact,
        None => {
            at.never_seen("impact", &word, into);
            Impact::Unknown
        }
    };
    (word, impact)
}

fn planned(row: &wire::Incident<'_>, at: Place<'_>, into: &mut Snapshot) -> Option<Planned> {
    row.start.need(at, "start", into)?;
    let from = time(&row.start, at, "start", into)?;
    let minutes = row.duration.read(at, "duration", into).map(|minutes| minutes.0.trim().parse::<i64>());
    let until = match minutes {
        Some(Ok(minutes)) => from.at.and_then(|from| end(from, minutes)),
        Some(Err(_)) => {
            into.warn(at.field("duration"), "is no number of minutes");
            None
        }
        None => None,
    };
    Some(Planned { from, until })
}

fn end(from: Timestamp, minutes: i64) -> Option<Stated> {
    let until = from.checked_add(SignedDuration::from_mins(minutes.clamp(0, 10_000_000))).ok()?;
    Some(Stated::certain(until, until.to_string()))
}

fn time(field: &Field<Text<'_>>, at: Place<'_>, name: &str, into: &mut Snapshot) -> Option<Stated> {
    let stated = stated(&field.read(at, name, into)?.0);
    if stated.at.is_none() {
        into.warn(at.field(name), format!("is no time: {:?}", stated.raw));
    }
    Some(stated)
}

/// RFC 3339, or as JavaScript writes a date: "Sat Jun 11 2022 18:55:50 GMT+0000 (Coordinated Universal Time)".
fn stated(raw: &str) -> Stated {
    javascript(raw.trim()).map_or_else(|| moment::stated(raw), |at| Stated::certain(at, raw.trim()))
}

fn javascript(raw: &str) -> Option<Timestamp> {
    let (_weekday, rest) = raw.split_once(' ')?;
    let date = rest.split(" (").next().unwrap_or(rest);
    jiff::fmt::strtime::parse("%b %d %Y %H:%M:%S GMT%z", date).ok()?.to_timestamp().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_as_javascript_writes_them_and_as_others_do() {
        let utc = |raw: &str| stated(raw).at.map(|at| at.to_string());
        let at = |at: &str| Some(at.to_owned());
        let raw = "Sat Jun 11 2022 18:55:50 GMT+0000 (Coordinated Universal Time)";
        assert_eq!((utc(raw), stated(raw).raw), (at("2022-06-11T18:55:50Z"), raw.to_owned()));
        assert_eq!(utc("Tue Nov 22 2022 09:00:00 GMT-0530 (Somewhere)"), at("2022-11-22T14:30:00Z"));
        assert_eq!(utc("2026-11-22T10:00:00.000Z"), at("2026-11-22T10:00:00Z"));
        assert_eq!(utc("tomorrow"), None);
        assert_eq!(end("9999-12-30T00:00:00Z".parse().unwrap(), i64::MAX), None);
    }
}
