//! Time, drawn: where the vendor spoke, where it fell silent, and where our limit stands.

use askama::Template;
use askama::filters::HtmlSafe;
use jiff::{SignedDuration, Timestamp};

use super::said::due;
use crate::model::clock_text::{between, span};
use crate::model::incident::Report;
use crate::web::now::{Now, Trouble, ended};

/// The most rings; more would run into one another.
const RINGS: usize = 40;
/// The most ticks for hours.
const TICKS: i64 = 26;

/// One incident on one line of time.
#[derive(Template)]
#[template(path = "page/ruler.html")]
pub struct Ruler {
    class: &'static str,
    label: String,
    hours: Vec<(String, bool)>,
    seen: Option<String>,
    spoke: Vec<String>,
    limits: Vec<String>,
    due: Option<String>,
    /// Where the bar ends: now, or the end.
    ran: String,
    last: &'static str,
    marks: Vec<Mark>,
}

impl HtmlSafe for Ruler {}

/// The same in words, below.
struct Mark {
    class: &'static str,
    time: String,
    words: String,
}

/// What the ruler shows, by moments.
struct Moments {
    began: Timestamp,
    seen: Option<Timestamp>,
    spoke: Vec<Timestamp>,
    /// What to call the first of them.
    first_word: &'static str,
    limit: Option<(String, Timestamp)>,
    /// When the vendor's next word is, or was, due.
    due: Option<Timestamp>,
    until: Option<Timestamp>,
}

/// The line of time of an incident; `None` where it would hold fewer than two marks.
pub fn ruler(now: &Now, report: &Report, began: Timestamp, trouble: Option<&Trouble<'_>>) -> Option<Ruler> {
    let until = ended(report);
    let end = until.unwrap_or(now.at);
    let mut spoke: Vec<Timestamp> = report.seen.updates.iter().filter_map(|u| u.at.as_ref()?.at).collect();
    spoke.retain(|at| *at >= began && *at <= end);
    spoke.sort_unstable();
    spoke.dedup();
    let first = spoke.len().saturating_sub(RINGS);
    let spoke = spoke.split_off(first);
    let seen = Some(report.first_seen).filter(|at| *at > began && *at <= end);
    let limit = trouble.and_then(|t| limit(t, began, end)).filter(|_| until.is_none());
    // A promise for the day after tomorrow would press the past into a corner.
    let due = due(report).filter(|at| between(began, *at) <= between(began, end) * 3);
    let marks = spoke.len() + usize::from(seen.is_some()) + usize::from(limit.is_some());
    let is_long_enough = between(began, end) >= 60;
    let first_word = if report.source.is_by_hand() { "first entry" } else { "vendor’s first word" };
    let moments = Moments { began, seen, spoke, first_word, limit, due, until };
    (marks >= 2 && is_long_enough).then(|| draw(now, &moments, trouble))
}

/// The first limit that is passed, or that will be within reach of the drawing.
fn limit(trouble: &Trouble<'_>, began: Timestamp, end: Timestamp) -> Option<(String, Timestamp)> {
    let limits = trouble.hurts.iter().filter_map(|(service, _)| {
        let bears = SignedDuration::try_from(service.bears?).ok()?;
        Some((service.name.clone(), began.checked_add(bears).ok()?))
    });
    let (name, at) = limits.min_by_key(|(_, at)| *at)?;
    (between(began, at) <= between(began, end) * 3).then_some((name, at))
}

fn draw(now: &Now, moments: &Moments, trouble: Option<&Trouble<'_>>) -> Ruler {
    let end = moments.until.unwrap_or(now.at);
    let far = moments.limit.as_ref().map(|(_, at)| *at).into_iter().chain(moments.due).fold(end, Timestamp::max);
    let whole = between(moments.began, far).max(1);
    // A little before the beginning and after the end, so that no mark is cut.
    let place = |at: Timestamp| {
        #[expect(clippy::cast_precision_loss, reason = "seconds stay far below 2^52")]
        let share = between(moments.began, at) as f64 / whole as f64;
        format!("{:.2}%", 1.5 + share * 91.5)
    };
    Ruler {
        class: trouble.map_or("unknown", |t| t.hurts.first().map_or("unknown", |(_, e)| super::class(e.impact))),
        label: label(now, moments),
        hours: hours(now, moments.began, far).into_iter().map(|(at, is_day)| (place(at), is_day)).collect(),
        seen: moments.seen.map(place),
        spoke: moments.spoke.iter().map(|at| place(*at)).collect(),
        limits: moments.limit.iter().map(|(_, at)| place(*at)).collect(),
        due: moments.due.map(place),
        ran: place(end),
        last: if moments.until.is_some() { "end" } else { "now" },
        marks: marks(now, moments),
    }
}

/// Full hours, or days where there would be too many; midnight stands out.
fn hours(now: &Now, began: Timestamp, end: Timestamp) -> Vec<(Timestamp, bool)> {
    let whole = between(began, end);
    let step = [1, 2, 3, 6, 12, 24, 48, 96, 24 * 7].into_iter().find(|step| whole / (step * 3600) <= TICKS);
    let Some(step) = step else { return Vec::new() };
    let mut at = Timestamp::from_second((began.as_second() / 900 + 1) * 900).unwrap_or(end);
    let mut ticks = Vec::new();
    let mut last: Option<Timestamp> = None;
    // By quarters of an hour, since some zones lie between the hours.
    while at <= end && ticks.len() < 64 {
        let (hour, minute) = now.times.hour(at);
        let is_full = minute == 0 && i64::from(hour) % step.min(24) == 0;
        if is_full && last.is_none_or(|last| between(last, at) >= step * 3600 - 3600) {
            ticks.push((at, hour == 0));
            last = Some(at);
        }
        at += SignedDuration::from_mins(15);
    }
    ticks
}

fn label(now: &Now, moments: &Moments) -> String {
    let end = moments.until.map_or_else(|| "now".to_owned(), |at| now.times.local(at));
    let lasted = span(between(moments.began, moments.until.unwrap_or(now.at)));
    let mut label = format!("From {} to {end}, {lasted}.", now.times.local(moments.began));
    match moments.spoke.as_slice() {
        [] => label.push_str(" The vendor did not speak."),
        [one] => label.push_str(&format!(" The vendor spoke once, at {}.", now.times.local(*one))),
        [.., last] => {
            label.push_str(&format!(
                " The vendor spoke {} times, last at {}.",
                moments.spoke.len(),
                now.times.local(*last)
            ));
        }
    }
    if let Some(at) = moments.due {
        label.push_str(&format!(
            " Its next word {} due at {}.",
            if at <= now.at { "was" } else { "is" },
            now.times.local(at)
        ));
    }
    if let Some((name, at)) = &moments.limit {
        let reaches = if *at <= now.at { "passed" } else { "reaches" };
        label.push_str(&format!(" {name} {reaches} its limit at {}.", now.times.local(*at)));
    }
    label
}

fn marks(now: &Now, moments: &Moments) -> Vec<Mark> {
    let mut marks: Vec<(Timestamp, &'static str, String)> = Vec::new();
    if let (Some(first), Some(last)) = (moments.spoke.first(), moments.spoke.last()) {
        marks.push((*first, "m-said", moments.first_word.to_owned()));
        if last != first {
            marks.push((*last, "m-said", "last word".to_owned()));
        }
    }
    if let Some(seen) = moments.seen {
        marks.push((seen, "m-seen", "we first saw it".to_owned()));
    }
    if let Some((name, at)) = &moments.limit {
        marks.push((*at, "m-limit", format!("{name}’s limit")));
    }
    if let Some(at) = moments.due {
        marks.push((at, "m-due", if at <= now.at { "next word was due" } else { "next word is due" }.to_owned()));
    }
    if let Some(until) = moments.until {
        marks.push((until, "m-none", "the end".to_owned()));
    }
    marks.sort_by_key(|(at, ..)| *at);
    marks.into_iter().map(|(at, class, words)| Mark { class, time: now.times.written(at, "%H:%M"), words }).collect()
}
