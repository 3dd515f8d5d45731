//! How a message came to be sent this way: by a second way, or late. Said above all that it tells.

use crate::model::clock_text::{Times, span};
use crate::model::course::{Course, Late, SecondWay, Taken, WayTrouble};
use crate::model::notification::Facts;
use crate::model::text;

/// The longest reason that is shown, in characters.
const REASON_CHARS: usize = 300;
/// The longest name or subject.
const NAME_CHARS: usize = 120;

/// The same, with nothing in it that others wrote and that could harm.
pub fn clean(raw: &Course) -> Course {
    let second = |raw: &SecondWay| SecondWay { reason: text::line(&raw.reason, REASON_CHARS), ..raw.clone() };
    let late = |raw: &Late| Late { why: raw.why.as_deref().map(|why| text::line(why, REASON_CHARS)), ..raw.clone() };
    let trouble = |raw: &WayTrouble| WayTrouble {
        way: text::line(&raw.way, NAME_CHARS),
        reason: text::line(&raw.reason, REASON_CHARS),
        subject: raw.subject.as_deref().map(|subject| text::line(subject, NAME_CHARS)),
        ..raw.clone()
    };
    let taken = |raw: &Taken| Taken {
        title: text::line(&raw.title, NAME_CHARS),
        who: text::line(&raw.who, NAME_CHARS),
        ..raw.clone()
    };
    Course {
        taken: raw.taken.as_ref().map(taken),
        second: raw.second.as_ref().map(second),
        late: raw.late.as_ref().map(late),
        trouble: raw.trouble.as_ref().map(trouble),
        ..raw.clone()
    }
}

/// What is said of it.
pub fn says(facts: &Facts, times: &Times) -> Vec<String> {
    let second = facts.course.second.as_ref().and_then(|second| by_second_way(second, times));
    let late = facts.course.late.as_ref().map(|late| late_by(late, times));
    second.into_iter().chain(late).collect()
}

fn by_second_way(second: &SecondWay, times: &Times) -> Option<String> {
    let (first, others) = second.ways.split_last().map(|(last, others)| (last, others.len()))?;
    let which = if others == 0 { "the first way" } else { "the way before" };
    let (since, reason) = (times.moment(second.since), second.reason.trim_end_matches('.'));
    Some(format!("It comes to you by a second way: {which}, {first}, has not taken it since {since}: {reason}."))
}

fn late_by(late: &Late, times: &Times) -> String {
    let (by, since) = (span(late.seconds), times.moment(late.since));
    match &late.why {
        Some(why) => format!("This message is {by} late, since {since}: {}.", why.trim_end_matches('.')),
        None => format!("This message is {by} late: it was to go out at {since}, and nothing was sent then."),
    }
}
