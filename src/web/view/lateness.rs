//! How late a vendor's word was: from the beginning of an outage to the vendor's first word about it.

use std::collections::BTreeMap;

use askama::Template;
use askama::filters::HtmlSafe;
use jiff::Timestamp;

use crate::model::clock_text::{between, span};
use crate::model::id::IncidentId;
use crate::model::incident::{Report, Standing};
use crate::model::phase::Kind;
use crate::store::past::SourcePast;

/// The most dots; more would be a smear.
const DOTS: usize = 60;
/// The plot, and where its axis begins and ends.
const LEFT: i64 = 70;
const RIGHT: i64 = 890;

/// The vendor's delays, drawn and in words.
#[derive(Template)]
#[template(path = "page/lateness.html")]
pub struct Lateness {
    pub median: Option<String>,
    pub worst: Option<String>,
    pub known: usize,
    /// Entered by people of ours, and never told by the vendor.
    pub never: usize,
    pub in_all: usize,
    /// How long the vendor's first word stood before we read it.
    pub seen_after: Option<String>,
    ticks: Vec<(i64, String)>,
    dots: Vec<i64>,
    middle: i64,
    nevers: Vec<i64>,
    label: String,
}

impl HtmlSafe for Lateness {}

/// What is known of one incident's beginning.
#[derive(Default)]
struct Beginning {
    /// By the vendor's own statement.
    stated: Option<Timestamp>,
    /// When somebody of ours entered it.
    entered: Option<Timestamp>,
    /// The vendor's first word.
    word: Option<Timestamp>,
    /// When we read it; nothing at a first look, which finds what is old.
    read: Option<Timestamp>,
}

impl Lateness {
    pub fn of(sources: &[SourcePast]) -> Self {
        let mut beginnings: BTreeMap<&IncidentId, Beginning> = BTreeMap::new();
        for past in sources {
            for report in past.reports.iter().filter(|r| counts(r)) {
                beginnings.entry(&report.incident).or_default().add(past, report);
            }
        }
        let mut delays: Vec<i64> = beginnings.values().filter_map(Beginning::delay).collect();
        delays.sort_unstable();
        let mut seen: Vec<i64> =
            beginnings.values().filter_map(|b| Some(between(b.word?, b.read?))).filter(|s| *s >= 0).collect();
        seen.sort_unstable();
        let never = beginnings.values().filter(|b| b.word.is_none() && b.entered.is_some()).count();
        let worst = delays.last().copied().unwrap_or(0);
        let (whole, step) = scale(worst);
        let place = |seconds: i64| LEFT + 55 + seconds.clamp(0, whole) * (RIGHT - LEFT - 55) / whole;
        let middle = middle(&delays);
        let first = delays.len().saturating_sub(DOTS);
        Self {
            median: middle.map(span),
            worst: delays.last().map(|s| span(*s)),
            known: delays.len(),
            never,
            in_all: delays.len() + never,
            seen_after: self::middle(&seen).map(span),
            ticks: (0..=whole / step)
                .map(|n| (place(n * step), if n == 0 { "at once".into() } else { span(n * step) }))
                .collect(),
            dots: delays.iter().skip(first).map(|s| place(*s)).collect(),
            middle: place(middle.unwrap_or(0)),
            nevers: (0..i64::try_from(never.min(6)).unwrap_or(0)).map(|n| 960 + n * 24).collect(),
            label: label(&delays, middle, never),
        }
    }
}

/// Outages only: not maintenances, and not what never was.
fn counts(report: &Report) -> bool {
    report.seen.kind == Kind::Incident && report.standing != Standing::Withdrawn && !report.old
}

impl Beginning {
    fn add(&mut self, past: &SourcePast, report: &Report) {
        let earliest = |known: Option<Timestamp>, at: Option<Timestamp>| known.into_iter().chain(at).min();
        if report.source.is_by_hand() {
            self.entered = earliest(self.entered, Some(report.first_seen));
            return;
        }
        let word = report.seen.updates.iter().filter_map(|u| u.at.as_ref()?.at).min();
        self.word = earliest(self.word, word);
        self.stated = earliest(self.stated, report.seen.started.as_ref().and_then(|s| s.at));
        let is_fresh = past.first_look.is_some_and(|first| report.first_seen > first);
        self.read = earliest(self.read, Some(report.first_seen).filter(|_| is_fresh));
    }

    /// From the earliest that anybody knows of it to the vendor's first word; a word before that came at once.
    fn delay(&self) -> Option<i64> {
        let began = self.stated.into_iter().chain(self.entered).min()?;
        Some(between(began, self.word?).max(0))
    }
}

fn middle(sorted: &[i64]) -> Option<i64> {
    sorted.get(sorted.len().checked_sub(1)? / 2).copied()
}

/// The whole of the axis and the step of its ticks, in seconds.
fn scale(worst: i64) -> (i64, i64) {
    let steps = [5, 15, 30, 60, 120, 360, 720, 1440, 1440 * 7].map(|minutes| minutes * 60);
    let step = steps.into_iter().find(|step| worst <= step * 5).unwrap_or(86_400 * 30);
    ((worst.div_euclid(step) + 1).clamp(2, 6) * step, step)
}

fn label(delays: &[i64], middle: Option<i64>, never: usize) -> String {
    let all = delays.iter().take(DOTS).map(|s| span(*s)).collect::<Vec<_>>().join(", ");
    let median = middle.map_or_else(String::new, |m| format!(" Median {}.", span(m)));
    format!("{} outages with a first word after {all}.{median} {never} never had a word.", delays.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_axis_holds_the_worst_and_its_ticks_are_few() {
        for worst in [0, 59, 300, 7_260, 86_400, 86_400 * 30, 86_400 * 300] {
            let (whole, step) = scale(worst);
            assert!((2..=6).contains(&(whole / step)), "{worst}");
            assert!(whole >= worst || whole / step == 6, "{worst}: {whole}");
        }
    }
}
