//! The vendor's last word and its age. Never left out: silence is told as silence.

use askama::Template;
use askama::filters::HtmlSafe;

use super::{Away, Theirs, When};
use crate::model::incident::{Component, Report};
use crate::model::text;
use crate::model::vendor::Format;
use crate::web::now::Now;

/// The longest quotation on a card; the whole stands on the incident's page.
const QUOTE_CHARS: usize = 600;

/// What the vendor said last.
#[derive(Template)]
#[template(path = "page/said.html")]
pub struct LastWord {
    /// The heading's tag, one below the heading of the card.
    pub heading: &'static str,
    /// The newest text; empty where there is none.
    pub words: String,
    /// What stands in its place.
    pub instead: String,
    pub age: Option<When>,
    pub said: Option<When>,
    pub phase: String,
    pub vendor_impact: Option<Theirs>,
    pub known_by: String,
    pub link: Option<Away>,
}

impl HtmlSafe for LastWord {}

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
            instead: if words.is_empty() { instead(newest.is_some(), vendor, phone) } else { String::new() },
            words: if is_whole { words } else { cut(&words) },
            age: at.map(|at| When::age_of(now, at)),
            said,
            phase: seen.phase.word().replace('_', " "),
            vendor_impact: Some(Theirs::line(&seen.vendor_impact)).filter(|t| !t.words.is_empty()),
            known_by: known_by(now, report),
            link: seen.link.as_deref().and_then(|link| Away::to(link, "The vendor’s page for it, on")),
        }
    }

    pub fn of_component(now: &Now, source: &str, component: &Component, vendor: &str) -> Self {
        let name = text::line(&component.component.name, 120);
        let status = text::line(&component.vendor_status, 80);
        Self {
            heading: "h4",
            words: String::new(),
            instead: format!("{vendor} lists {name} as “{status}”, and has opened no incident for it."),
            age: Some(When::age_of(now, component.since)),
            said: Some(When::without_age(now, component.since)),
            phase: String::new(),
            vendor_impact: None,
            known_by: format!("{source}, component {name}"),
            link: None,
        }
    }
}

fn instead(has_spoken: bool, vendor: &str, phone: Option<&str>) -> String {
    let call = phone.map_or_else(String::new, |phone| format!(" Support: {phone}."));
    if has_spoken {
        format!("{vendor} gives no text beside the title.{call}")
    } else {
        format!("No word yet beside the title.{call}")
    }
}

fn known_by(now: &Now, report: &Report) -> String {
    let by_hand = now.compiled.sources.get(&report.source).is_none_or(|source| source.format == Format::Manual);
    if by_hand { format!("{}, entered by hand", report.source) } else { report.source.to_string() }
}

fn cut(words: &str) -> String {
    match words.char_indices().nth(QUOTE_CHARS) {
        None => words.to_owned(),
        Some((end, _)) => format!("{}…", words.get(..end).unwrap_or_default().trim_end()),
    }
}
