//! The vendor's last word and its age. Never left out: silence is told as silence.

use askama::Template;
use askama::filters::HtmlSafe;

use super::{Away, Theirs, When};
use crate::model::clock_text::{between, span};
use crate::model::incident::{Component, Report};
use crate::model::{next_word, text};
use crate::web::now::Now;

/// The longest quotation on a card; the whole stands on the incident's page.
const QUOTE_CHARS: usize = 600;

/// What the vendor said last.
#[derive(Template)]
#[template(path = "page/said.html")]
pub struct LastWord {
    /// The heading's tag, one below the heading of the card.
    pub heading: &'static str,
    /// Whose word it is: the vendor's, or that of somebody of ours.
    pub whose: String,
    /// The newest text; empty where there is none.
    pub words: String,
    /// What stands in its place.
    pub instead: String,
    pub age: Option<When>,
    pub said: Option<When>,
    pub next: Option<Next>,
    pub phase: String,
    pub vendor_impact: Option<Theirs>,
    pub known_by: String,
    pub link: Option<Away>,
}

impl HtmlSafe for LastWord {}

/// When the next word is due, by the vendor's own promise.
#[derive(Debug, Clone)]
pub enum Next {
    /// It promised none.
    NotPromised,
    /// It lies ahead.
    Ahead(When),
    /// It should have come.
    Overdue { by: String, due: When },
}

impl LastWord {
    pub fn of_report(now: &Now, report: &Report, vendor: &str, phone: Option<&str>, is_whole: bool) -> Self {
        let seen = &report.seen;
        let newest = seen.updates.last();
        let words = newest.map(|u| text::body(&u.text)).unwrap_or_default();
        let stated = newest.and_then(|u| u.at.as_ref());
        let at = stated.and_then(|s| s.at);
        let said = at.map(|at| When { is_certain: stated.is_none_or(|s| s.certain), ..When::without_age(now, at) });
        Self {
            heading: if is_whole { "h2" } else { "h4" },
            whose: whose(report),
            instead: if words.is_empty() { instead(report, vendor, phone) } else { String::new() },
            words: if is_whole { words } else { cut(&words) },
            age: at.map(|at| When::age_of(now, at)),
            said,
            next: next(now, report),
            phase: seen.phase.word().replace('_', " "),
            vendor_impact: Some(Theirs::line(&seen.vendor_impact)).filter(|t| !t.words.is_empty()),
            known_by: known_by(report),
            link: seen.link.as_deref().and_then(|link| Away::to(link, "The vendor’s page for it, on")),
        }
    }

    pub fn of_component(now: &Now, source: &str, component: &Component, vendor: &str) -> Self {
        let name = text::line(&component.component.name, 120);
        let status = text::line(&component.vendor_status, 80);
        Self {
            heading: "h4",
            whose: "The vendor’s last word".to_owned(),
            words: String::new(),
            instead: format!("{vendor} lists {name} as “{status}”, and has opened no incident for it."),
            age: Some(When::age_of(now, component.since)),
            said: Some(When::without_age(now, component.since)),
            next: None,
            phase: String::new(),
            vendor_impact: None,
            known_by: format!("{source}, component {name}"),
            link: None,
        }
    }
}

/// When the next word of an open report is due; nothing for what is over, and for what people of ours entered.
pub fn due(report: &Report) -> Option<jiff::Timestamp> {
    let is_asked = report.standing.is_open() && !report.source.is_by_hand();
    let newest = report.seen.updates.last().filter(|_| is_asked)?;
    next_word::due(&newest.text, newest.at.as_ref()?.at?)
}

fn next(now: &Now, report: &Report) -> Option<Next> {
    if !report.standing.is_open() || report.source.is_by_hand() || report.seen.updates.is_empty() {
        return None;
    }
    Some(match due(report) {
        None => Next::NotPromised,
        Some(at) if at > now.at => Next::Ahead(When::of(now, at)),
        Some(at) => Next::Overdue { by: span(between(at, now.at)), due: When::without_age(now, at) },
    })
}

fn instead(report: &Report, vendor: &str, phone: Option<&str>) -> String {
    let call = phone.map_or_else(String::new, |phone| format!(" Support: {phone}."));
    if report.source.is_by_hand() {
        format!("Nothing was entered beside the title.{call}")
    } else if !report.seen.updates.is_empty() {
        format!("{vendor} gives no text beside the title.{call}")
    } else {
        format!("No word yet beside the title.{call}")
    }
}

/// What a person of ours entered is never put into the vendor's mouth.
fn whose(report: &Report) -> String {
    let author = report.seen.updates.last().and_then(|u| u.author.as_deref());
    match (report.source.is_by_hand(), author) {
        (false, _) => "The vendor’s last word".to_owned(),
        (true, Some(author)) => format!("Entered by {}", text::line(author, 80)),
        (true, None) => "Entered by hand".to_owned(),
    }
}

fn known_by(report: &Report) -> String {
    if report.source.is_by_hand() { "people here: entered by hand".to_owned() } else { report.source.to_string() }
}

fn cut(words: &str) -> String {
    match words.char_indices().nth(QUOTE_CHARS) {
        None => words.to_owned(),
        Some((end, _)) => format!("{}…", words.get(..end).unwrap_or_default().trim_end()),
    }
}
