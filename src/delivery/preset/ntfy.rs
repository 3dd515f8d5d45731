//! ntfy: a message to a topic, published as JSON.
//!
//! Read on 2026-11-22: <https://docs.ntfy.sh/publish/> and
//! <https://docs.rs/crate/ntfy/latest/source/src/payload/mod.rs>: POST to the server's root with `topic`, `title`,
//! `message`, `priority` (1 to 5), `tags` and `click`; `binwiederhier/ntfy`, `server/errors.go` at 01fd4754: 400 with codes
//! 40009 (topic), 40017 (JSON), 401, 403, 413, 429 with 42901 to 42908.
//!
//! From memory: a message of more than 4,096 octets becomes an attachment or is refused.

use reqwest::{Method, Request};
use serde_json::json;
use url::Url;

use super::fit::{Measure, cut};
use super::wire::{Verdict, authorise, json, parsed, usual};
use super::{Call, Party, say};
use crate::delivery::Attempt;
use crate::delivery::webhook::Answer;
use crate::model::card::{Card, Line, Part, Section, Turn};
use crate::model::impact::Impact;
use crate::model::inventory::Tier;
use crate::model::preset::Word;

const TITLE_CHARS: usize = 200;
const MESSAGE_OCTETS: usize = 3_900;

/// The message. The topic is put in as it is sent, since it may be a secret.
pub fn call(card: &Card) -> Call {
    let first = card.parts.first();
    let mut body = json!({
        "title": cut(&card.subject, TITLE_CHARS, Measure::Chars),
        "message": cut(&text(card), MESSAGE_OCTETS, Measure::Octets),
        "priority": first.map_or(3, |part| priority(card, part)),
        "tags": [first.map_or("information_source", tag)],
    });
    if let Some(page) = card.page() {
        body["click"] = json!(page);
    }
    say(body, None)
}

fn text(card: &Card) -> String {
    let mut lines: Vec<String> = card.banner.iter().chain(&card.overview).cloned().collect();
    for section in card.sections(3) {
        lines.push(section.headline.clone());
        lines.extend(section.says.iter().map(|(whose, said)| format!("{whose}{said}")));
        lines.extend(section.leads.iter().cloned());
        lines.extend(short_rows(section));
        lines.push(String::new());
    }
    lines.extend(card.others(3).map(|other| format!("Also: {other}")));
    lines.join("\n").trim_end().to_owned()
}

/// What a phone shows before anybody opens the page.
fn short_rows(section: &Section) -> impl Iterator<Item = String> {
    section.rows.iter().map(|row| {
        let lines: Vec<String> = row.lines.iter().map(Line::plain).collect();
        format!("{}: {}", row.label, lines.join("\n"))
    })
}

fn priority(card: &Card, part: &Part) -> u8 {
    match (part.turn, part.impact) {
        _ if card.is_test => 3,
        (Turn::Ahead, _) => 2,
        (Turn::Over | Turn::Better, _) => 3,
        (_, Impact::MajorOutage) => 5,
        (_, Impact::PartialOutage | Impact::Unknown) if part.tier == Some(Tier::LifeSafety) => 5,
        (_, Impact::PartialOutage | Impact::Unknown) => 4,
        (_, Impact::Degraded | Impact::Operational) => 3,
        (_, Impact::Maintenance) => 2,
    }
}

const fn tag(part: &Part) -> &'static str {
    match (part.turn, part.impact) {
        (Turn::Ahead, _) | (_, Impact::Maintenance) => "construction",
        (Turn::Over, _) => "white_check_mark",
        (_, Impact::MajorOutage | Impact::PartialOutage) => "rotating_light",
        (_, Impact::Unknown) => "grey_question",
        (_, Impact::Degraded | Impact::Operational) => "warning",
    }
}

/// The request.
pub fn request(party: &Party, call: &Call, url: &Url, topic: &Word, has_token: bool) -> Result<Request, String> {
    let topic = match topic {
        Word::Plain(topic) => topic.as_str(),
        Word::Secret(_) => party.secret("topic")?,
    };
    let mut body = call.body.clone();
    body["topic"] = json!(topic);
    let mut request = json(Method::POST, url.clone(), &body)?;
    if has_token {
        authorise(request.headers_mut(), "Bearer", party.secret("token")?)?;
    }
    Ok(request)
}

/// What an answer means: a topic that is wrong can be mended, a message cannot.
pub fn verdict(answer: &Answer) -> Verdict {
    let code = parsed(answer)["code"].as_u64();
    match usual(answer) {
        Verdict::Refused { why } if matches!(code, Some(40_009 | 40_010)) => Verdict::Failed(Attempt::broken(why)),
        Verdict::Taken { .. } => {
            let id = parsed(answer)["id"].as_str().map(|id| format!(": message {id}")).unwrap_or_default();
            Verdict::Taken { answer: format!("HTTP {}{id}", answer.status.as_u16()), name: None }
        }
        verdict => verdict,
    }
}
