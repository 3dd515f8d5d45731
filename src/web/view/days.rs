//! Ninety days as bars: the taller and darker, the worse; low green is measured; a low grey foot is time nobody can
//! speak for, also as a part of a day.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use askama::Template;
use askama::filters::HtmlSafe;

use super::class;
use crate::model::impact::Impact;
use crate::web::past::Day;

/// The bars of one track.
#[derive(Debug, Template)]
#[template(
    ext = "html",
    source = r#"<svg class="days" viewBox="0 0 {{ width }} 30" preserveAspectRatio="none" role="img" aria-label="{{ label }}">{% for (class, path) in paths %}<path class="{{ class }}" d="{{ path }}"/>{% endfor %}<line class="foot" x1="0" x2="{{ width }}" y1="29.5" y2="29.5"/></svg>"#
)]
pub struct Bars {
    width: usize,
    paths: Vec<(&'static str, String)>,
    label: String,
}

impl HtmlSafe for Bars {}

impl Bars {
    pub fn of(days: &[Day]) -> Self {
        let mut paths: BTreeMap<&'static str, String> = BTreeMap::new();
        for (n, day) in days.iter().enumerate() {
            for (class, from, until, height) in parts(day) {
                let path = paths.entry(class).or_default();
                let _ = write!(
                    path,
                    "M{} {}h{}v{height}h-{}z",
                    place(n, from),
                    29 - height,
                    width(until - from),
                    width(until - from)
                );
            }
        }
        Self { width: days.len() * 10, paths: paths.into_iter().collect(), label: label(days) }
    }
}

/// What is drawn for a day, from where to where of its width, and how tall.
fn parts(day: &Day) -> Vec<(&'static str, f64, f64, i32)> {
    if let Some(worst) = day.worst {
        return vec![(class(worst), 0.0, 1.0, height(worst))];
    }
    // What is less than a bar's edge is left out on either side.
    let known = if day.known > 0.97 {
        1.0
    } else if day.known < 0.03 {
        0.0
    } else {
        day.known
    };
    let measured = ("operational", 0.0, known, height(Impact::Operational));
    let unknown = ("unknown", known, 1.0, height(Impact::Unknown));
    [measured, unknown].into_iter().filter(|(_, from, until, _)| until > from).collect()
}

const fn height(impact: Impact) -> i32 {
    match impact {
        Impact::Unknown => 4,
        Impact::Operational => 7,
        Impact::Maintenance => 10,
        Impact::Degraded => 13,
        Impact::PartialOutage => 20,
        Impact::MajorOutage => 28,
    }
}

fn place(day: usize, from: f64) -> String {
    trimmed(format!("{:.1}", f64::from(u32::try_from(day).unwrap_or(0)) * 10.0 + 1.0 + from * 8.0))
}

fn width(share: f64) -> String {
    trimmed(format!("{:.1}", share * 8.0))
}

fn trimmed(number: String) -> String {
    number.strip_suffix(".0").map_or(number.clone(), str::to_owned)
}

/// The same in words.
fn label(days: &[Day]) -> String {
    let count = |of: fn(&Day) -> bool| days.iter().filter(|day| of(day)).count();
    let hurt = count(|day| day.worst.is_some());
    let unknown = count(|day| day.worst.is_none() && day.known < 0.03);
    let part = count(|day| day.worst.is_none() && (0.03..=0.97).contains(&day.known));
    let well = days.len() - hurt - unknown - part;
    format!(
        "{} days: {well} well and measured, {hurt} not clean, {part} known in part, {unknown} that nobody knows",
        days.len()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(worst: Option<Impact>, known: f64) -> Day {
        Day { worst, known, ..Day::default() }
    }

    #[test]
    fn a_day_nobody_watched_is_grey_and_one_watched_in_part_is_drawn_in_parts() {
        let bars = Bars::of(&[day(None, 0.0), day(None, 1.0), day(None, 0.5), day(Some(Impact::MajorOutage), 0.2)]);
        let html = bars.to_string();
        assert!(html.contains(r#"<path class="unknown" d="M1 25h8v4h-8zM25 25h4v4h-4z"/>"#), "{html}");
        assert!(html.contains(r#"<path class="operational" d="M11 22h8v7h-8zM21 22h4v7h-4z"/>"#), "{html}");
        assert!(html.contains(r#"<path class="major" d="M31 1h8v28h-8z"/>"#), "{html}");
        assert!(
            html.contains("4 days: 1 well and measured, 1 not clean, 1 known in part, 1 that nobody knows"),
            "{html}"
        );
    }
}
