//! A message in ready-made parts, for templates of the organisation's own: what we would say, so that a template can add
//! a line to it or take one away without saying all of it anew.

use serde_json::{Value, json};

use super::plain;
use super::{clean, gsm, html, letter, short, webhook};
use crate::model::card::{Line, Section, Tone};
use crate::model::id::NotificationId;
use crate::model::impact::Impact;
use crate::model::notification::Facts;

/// Where the HTML is opened for more: the first is the width of the sheet, the second ends it.
const HTML_OPENS: &str = "style=\"padding:16px 8px;\">\n";
const HTML_ENDS: &str = "\n</td></tr></table>\n</main>";

/// What a template is given.
#[derive(Debug, Clone, PartialEq)]
pub struct Parts {
    /// The document that a webhook gets.
    pub document: Value,
    /// Our words.
    pub shipped: Value,
    /// Our section about each cause, by the cause.
    pub sections: Vec<(String, Value)>,
    /// Our HTML: its head, what stands in it, its end.
    pub html: [String; 3],
    /// What stands before all else where nothing of it is happening.
    pub banner: Option<String>,
    /// The word for it in a subject: `TEST` or `DRILL`.
    pub mark: Option<&'static str>,
}

/// The parts of the message that tells `facts`.
#[must_use]
pub fn parts(id: &NotificationId, facts: &Facts) -> Parts {
    let facts = &clean::facts(facts);
    let (letter, short) = (letter::letter(id, facts), short::short(facts));
    let document = serde_json::to_value(webhook::body(id, facts, &letter, &short)).unwrap_or_default();
    let sections: Vec<Value> = letter.sections.iter().map(section).collect();
    let shipped = json!({
        "subject": letter.subject,
        "text": plain::text(&letter),
        "short": short,
        "first_line": document["summary"],
        "banner": letter.banner,
        "overview": letter.overview,
        "sections": sections,
        "others": letter.others,
        "footer": letter.footer,
    });
    let times = crate::model::clock_text::Times::new(&facts.time_zone, facts.at);
    let of_causes =
        facts.topics.iter().map(|topic| (topic.cause.to_string(), section(&letter::section(facts, topic, &times))));
    Parts {
        document,
        shipped,
        sections: of_causes.collect(),
        html: opened(html::html(&letter)),
        banner: letter::banner(facts),
        mark: match (facts.drill, facts.test) {
            (true, _) => Some("DRILL"),
            (false, true) => Some("TEST"),
            (false, false) => None,
        },
    }
}

/// As many whole words as fit into one text message.
#[must_use]
pub fn short_line(text: &str) -> String {
    let mut line = gsm::Line::default();
    line.put(text, gsm::SEPTETS);
    line.into_text()
}

/// A paragraph in lines of at most 78 characters where words allow.
#[must_use]
pub fn wrapped(text: &str, lead: &str) -> String {
    plain::fill(lead, text)
}

/// The words for how bad it is, shouted.
#[must_use]
pub fn loud(kicker: &str) -> String {
    plain::capital(kicker)
}

fn section(section: &Section) -> Value {
    let says: Vec<String> = section.says.iter().map(|(whose, said)| format!("{whose}{said}")).collect();
    let row = |row: &crate::model::card::Row| {
        let lines: Vec<String> = row.lines.iter().map(Line::plain).collect();
        json!({ "label": row.label, "lines": lines, "text": plain::row(row) })
    };
    let rows: Vec<Value> = section.rows.iter().map(row).collect();
    json!({
        "headline": section.headline,
        "kicker": section.kicker,
        "tone": tone(section.tone),
        "shape": section.tone.shape().to_string(),
        "colour": format!("#{:06x}", section.tone.colour()),
        "says": says,
        "leads": section.leads,
        "rows": rows,
        "page": section.page,
        "acknowledge": section.acknowledge,
        "text": plain::section(section),
    })
}

const fn tone(tone: Tone) -> &'static str {
    match tone {
        Tone::Over => "over",
        Tone::Of(Impact::Operational) => "operational",
        Tone::Of(Impact::Maintenance) => "maintenance",
        Tone::Of(Impact::Degraded) => "degraded",
        Tone::Of(Impact::PartialOutage) => "partial_outage",
        Tone::Of(Impact::MajorOutage) => "major_outage",
        Tone::Of(Impact::Unknown) => "unknown",
    }
}

/// What others wrote is escaped, so that neither mark can stand in it.
fn opened(html: String) -> [String; 3] {
    let opens = html.find(HTML_OPENS).map(|at| at + HTML_OPENS.len());
    match (opens, html.rfind(HTML_ENDS)) {
        (Some(opens), Some(ends)) if opens <= ends => {
            [html[..opens].to_owned(), html[opens..ends].to_owned(), html[ends..].to_owned()]
        }
        _ => [String::new(), html, String::new()],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alerting::typical;

    #[test]
    fn the_html_opens_where_more_can_stand() {
        for (name, facts) in typical::all() {
            let [head, body, end] = parts(&typical::id(), &facts).html;
            assert!(head.ends_with('\n') && end.starts_with("\n</td>") && body.contains("<table"), "{name}");
            assert_eq!(format!("{head}{body}{end}"), super::super::message(&typical::id(), &facts).html, "{name}");
        }
    }
}
