//! The letter as HTML that stands by itself: no script, no picture, nothing to fetch. Every text is escaped by the
//! template; no line is longer than mail allows (998 octets).

use askama::Template;

use super::letter::Letter;
use crate::model::card::{Line, Section, Tone};
use crate::model::impact::Impact;

#[derive(Template)]
#[template(path = "mail.html")]
struct Mail<'a> {
    letter: &'a Letter,
}

/// `letter` as HTML.
pub fn html(letter: &Letter) -> String {
    Mail { letter }.render().unwrap_or_default()
}

impl Section {
    /// The class that darkens this section's colour in a dark theme.
    const fn class(&self) -> &'static str {
        match self.tone {
            Tone::Over | Tone::Of(Impact::Operational) => "m-oper",
            Tone::Of(Impact::Maintenance) => "m-main",
            Tone::Of(Impact::Degraded) => "m-degr",
            Tone::Of(Impact::PartialOutage) => "m-partial",
            Tone::Of(Impact::MajorOutage) => "m-major",
            Tone::Of(Impact::Unknown) => "m-unkn",
        }
    }

    /// The colour of the edge (3:1) and of words (4.5:1), as in the tokens of the pages.
    const fn colours(&self) -> (&'static str, &'static str) {
        match self.tone {
            Tone::Over | Tone::Of(Impact::Operational) => ("#0e876c", "#05694f"),
            Tone::Of(Impact::Maintenance) => ("#4d52b8", "#4146a3"),
            Tone::Of(Impact::Degraded) => ("#b47500", "#7d5000"),
            Tone::Of(Impact::PartialOutage) => ("#ad4409", "#963a04"),
            Tone::Of(Impact::MajorOutage) => ("#a80c1c", "#9e0a19"),
            Tone::Of(Impact::Unknown) => ("#66726d", "#4f5a56"),
        }
    }

    /// The shape that says the same as the colour.
    const fn shape(&self) -> char {
        self.tone.shape()
    }
}

mod filters {
    use std::fmt::Display;

    use askama::filters::Safe;

    /// Octets after which a line is broken where that does not show.
    const SOFT: usize = 160;

    /// Escapes, and breaks long lines: at spaces, and within a long word inside a tag of no width.
    #[askama::filter_fn]
    pub fn soft(text: impl Display, _: &dyn askama::Values) -> askama::Result<Safe<String>> {
        Ok(Safe(softly(&text.to_string())))
    }

    fn softly(text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut line = 0;
        for c in text.chars() {
            let before = out.len();
            match c {
                ' ' if line > SOFT / 2 => out.push('\n'),
                '&' => out.push_str("&amp;"),
                '<' => out.push_str("&lt;"),
                '>' => out.push_str("&gt;"),
                '"' => out.push_str("&quot;"),
                '\'' => out.push_str("&#39;"),
                other => out.push(other),
            }
            line = if out.ends_with('\n') { 0 } else { line + out.len() - before };
            if line > SOFT {
                out.push_str("<wbr\n>");
                line = 1;
            }
        }
        out
    }
}
