//! The words for a maintenance that lies ahead: nothing of it is happening, so nothing is worded as if it were.

use super::words::{lead, place};
use crate::model::ahead::{Ahead, AheadKind, Window};
use crate::model::card::Line;
use crate::model::clock_text::{Times, between, span};
use crate::model::notification::{Facts, Topic};

/// For the tag of a subject, with the time that it is about.
pub fn tag(ahead: &Ahead, times: &Times) -> String {
    let word = match ahead.kind {
        AheadKind::Announced => "Maintenance ahead",
        AheadKind::Rescheduled => "Maintenance moved",
        AheadKind::Cancelled => "Maintenance cancelled",
        AheadKind::NoLongerListed => "Maintenance no longer listed",
        AheadKind::Unwatched => "Maintenance no longer watched",
        AheadKind::NotOurs => "Maintenance no longer ours",
    };
    format!("{word}, {}", times.moment(ahead.planned.from))
}

/// For a pager.
pub const fn shouted(kind: AheadKind) -> &'static str {
    match kind {
        AheadKind::Announced => "MAINT AHEAD",
        AheadKind::Rescheduled => "MAINT MOVED",
        AheadKind::Cancelled => "MAINT CANCELLED",
        AheadKind::NoLongerListed => "MAINT NOT LISTED",
        AheadKind::Unwatched => "MAINT NOT WATCHED",
        AheadKind::NotOurs => "MAINT NOT OURS",
    }
}

/// How it stands, in a word.
pub const fn kicker(kind: AheadKind) -> &'static str {
    match kind {
        AheadKind::Announced => "Planned, not begun",
        AheadKind::Rescheduled => "Planned anew, not begun",
        AheadKind::Cancelled => "Cancelled before it began",
        AheadKind::NoLongerListed => "No longer listed, before it began",
        AheadKind::Unwatched => "Planned, no longer watched",
        AheadKind::NotOurs => "Planned, but no longer ours",
    }
}

/// "Sat 18 Jul 02:00 CDT to 04:00 CDT": the day is named once.
pub fn window(window: &Window, times: &Times) -> String {
    let from = times.local(window.from);
    match window.until {
        Some(until) => format!("{from} to {}", times.seen_from(window.from).local(until)),
        None => format!("from {from}"),
    }
}

/// The first sentence.
pub fn headline(facts: &Facts, topic: &Topic, ahead: &Ahead, times: &Times) -> String {
    let vendor = &topic.vendor;
    let (who, at) =
        lead(topic).map_or((vendor.as_str(), String::new()), |s| (s.name.as_str(), format!(" {}", place(s, facts))));
    let planned = from_to(&ahead.planned, times);
    let because = if lead(topic).is_some() { format!(" because of {vendor}") } else { String::new() };
    let was_to = format!("the maintenance that was to hurt {who}{at} {planned}");
    match ahead.kind {
        AheadKind::Announced => {
            format!("{who} will be under maintenance{at}{because} {planned}{}.", starts_in(ahead, times))
        }
        AheadKind::Rescheduled => {
            let before = ahead.before.map_or_else(String::new, |before| format!(", not {}", from_to(&before, times)));
            format!("Moved: {who} will be under maintenance{at}{because} {planned}{before}.")
        }
        AheadKind::Cancelled => format!("Cancelled, says {vendor}: {was_to}, will not be."),
        AheadKind::NoLongerListed => {
            format!("No longer listed by {vendor}, which did not say that it is cancelled: {was_to}.")
        }
        AheadKind::Unwatched => {
            format!("{vendor} is no longer watched there, and nobody will know of changes: {was_to}.")
        }
        AheadKind::NotOurs => {
            format!("{vendor}’s maintenance {planned} goes on as planned, but no longer concerns {who}.")
        }
    }
}

fn from_to(window: &Window, times: &Times) -> String {
    match window.until {
        Some(until) => {
            format!("from {} to {}", times.moment(window.from), times.seen_from(window.from).moment(until))
        }
        None => format!("from {}", times.moment(window.from)),
    }
}

fn starts_in(ahead: &Ahead, times: &Times) -> String {
    let left = -times.used(ahead.planned.from);
    if left >= 60 { format!(", in {}", span(left)) } else { String::new() }
}

/// The times, and those that were told before.
pub fn planned(topic: &Topic, times: &Times) -> Vec<Line> {
    let Some(ahead) = &topic.ahead else { return Vec::new() };
    let lasts = ahead.planned.until.map(|until| format!(" ({})", span(between(ahead.planned.from, until))));
    let unsaid = format!("; {} does not say until when", topic.vendor);
    let said = format!("{}{}", from_to(&ahead.planned, times), lasts.unwrap_or(unsaid));
    let mut lines = vec![Line::Says(String::new(), said)];
    lines.extend(ahead.before.map(|before| Line::Note(format!("told before: {}", from_to(&before, times)))));
    if ahead.kind == AheadKind::Announced {
        lines.push(Line::Note("you will be told if it is moved or cancelled".to_owned()));
    }
    lines
}
