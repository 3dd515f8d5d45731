//! Discord: a webhook with embeds.
//!
//! Read on 2026-11-22: `discord/discord-api-docs`, `docs/resources/Webhook.md` at 0160d984: `content` (2,000 characters),
//! up to 10 `embeds`, `allowed_mentions`; `wait=true` answers once it is saved, where otherwise what is not saved is no
//! error. <https://shag.gg/limit/embed>, after Discord's page: a title 256, a description 4,096, 25 fields of 256 and 1,024,
//! a footer 2,048, all of it 6,000 characters; <https://github.com/abahmed/kwatch/issues/194>: what is longer is refused
//! with 400 and code 50035.
//!
//! From memory: code 10015 with 404 for a webhook that was deleted, `allowed_mentions.parse`, the characters that Markdown
//! is made of there, 429 with `Retry-After`.

use reqwest::{Method, Request};
use serde_json::{Value, json};

use super::fit::{Measure, Room, cut, escaped, fullest};
use super::wire::{Verdict, json, parsed, usual};
use super::{Call, Party, say};
use crate::delivery::webhook::Answer;
use crate::model::card::{Card, Line, Section};

const CONTENT_UNITS: usize = 1_900;
const TITLE_UNITS: usize = 256;
const DESCRIPTION_UNITS: usize = 3_000;
const NAME_UNITS: usize = 256;
const VALUE_UNITS: usize = 1_024;
const FIELDS: usize = 25;
const EMBEDS: usize = 10;
/// All words of all embeds; 6,000 are allowed.
const ALL_UNITS: usize = 5_800;

/// The message.
pub fn call(card: &Card) -> Call {
    let lines: Vec<&str> =
        card.banner.iter().chain([&card.subject]).chain(&card.overview).map(String::as_str).collect();
    let content = words(&lines.join("\n"), CONTENT_UNITS);
    let embeds = fullest(|room| embeds(card, room), |embeds| fits(embeds));
    let nobody = json!({ "parse": [] });
    let bare = json!({ "content": content, "allowed_mentions": nobody });
    say(json!({ "content": content, "embeds": embeds, "allowed_mentions": nobody }), Some(bare))
}

fn fits(embeds: &[Value]) -> bool {
    fn length(value: &Value) -> usize {
        match value {
            Value::String(text) => Measure::Utf16.length(text),
            Value::Array(all) => all.iter().map(length).sum(),
            Value::Object(all) => all.iter().filter(|(key, _)| *key != "url").map(|(_, value)| length(value)).sum(),
            Value::Null | Value::Bool(_) | Value::Number(_) => 0,
        }
    }
    let fields = |embed: &Value| embed["fields"].as_array().map_or(0, Vec::len);
    embeds.iter().map(length).sum::<usize>() <= ALL_UNITS
        && embeds.len() <= EMBEDS
        && embeds.iter().all(|embed| fields(embed) <= FIELDS)
}

fn embeds(card: &Card, room: Room) -> Vec<Value> {
    let mut embeds: Vec<Value> = card.sections(room.sections).map(|section| embed(section, room)).collect();
    let others = room.others(card);
    if !others.is_empty() {
        let lines: Vec<String> = others.iter().map(|other| format!("- {}", words(other, 300))).collect();
        embeds.push(json!({ "title": "Also", "description": whole_lines(&lines, DESCRIPTION_UNITS) }));
    }
    if let Some(last) = embeds.last_mut() {
        last["footer"] = json!({ "text": cut(&card.footer.join(" "), 600, Measure::Utf16) });
        last["timestamp"] = json!(card.at.to_string());
    }
    embeds
}

fn embed(section: &Section, room: Room) -> Value {
    let title = words(&format!("{} {}", section.tone.shape(), section.headline), TITLE_UNITS);
    let mut lines = vec![words(&section.kicker, 400)];
    lines.extend(section.says.iter().map(|(whose, said)| words(&format!("{whose}{said}"), 500)));
    lines.extend(section.leads.iter().map(|lead| words(lead, 500)));
    lines.extend(room.left_out(section).map(str::to_owned));
    lines.retain(|line| !line.is_empty());
    let fields: Vec<Value> = room.rows(section).map(|(label, rows)| field(label, &rows)).collect();
    let mut embed = json!({
        "title": title,
        "description": whole_lines(&lines, DESCRIPTION_UNITS),
        "color": section.tone.colour(),
    });
    if !fields.is_empty() {
        embed["fields"] = Value::Array(fields);
    }
    if let Some(page) = &section.page {
        embed["url"] = json!(page);
    }
    embed
}

fn field(label: &str, lines: &[Line]) -> Value {
    let lines: Vec<String> = lines.iter().map(line).collect();
    json!({ "name": words(label, NAME_UNITS), "value": whole_lines(&lines, VALUE_UNITS) })
}

fn line(line: &Line) -> String {
    match line {
        Line::Says(strong, rest) if strong.trim().is_empty() => words(rest, 600),
        Line::Says(strong, rest) => format!("**{}** {}", words(strong.trim_end(), 200), words(rest.trim_start(), 600)),
        Line::Quote(quote) => {
            quote.lines().map(|line| format!("> {}", words(line, 500))).collect::<Vec<_>>().join("\n")
        }
        Line::Link(url, what) => format!("{}: {}", words(what, 200), url.replace(['(', ')', '<', '>'], "")),
        Line::Step(number, step) => format!("{number}\\. {}", words(step, 500)),
        Line::Note(note) => format!("({})", words(note, 500)),
    }
}

/// As many whole lines as there is room for: no escape is ever cut.
fn whole_lines(lines: &[String], most: usize) -> String {
    let mut all = String::new();
    for line in lines.iter().flat_map(|lines| lines.lines()) {
        if Measure::Utf16.length(&all) + Measure::Utf16.length(line) + 20 > most {
            all.push_str("\n… (cut here)");
            break;
        }
        if !all.is_empty() {
            all.push('\n');
        }
        all.push_str(line);
    }
    all
}

/// Words of anybody's: no markup, no link in disguise, and (with `allowed_mentions`) nobody is called.
fn words(text: &str, most: usize) -> String {
    escaped(text, most, Measure::Utf16, |c, out| {
        if "\\*_~`|>#[]()<".contains(c) {
            out.push('\\');
        }
        out.push(c);
    })
}

/// The request, which waits until it is saved.
pub fn request(party: &Party, call: &Call) -> Result<Request, String> {
    let mut url = party.address("hook")?;
    url.query_pairs_mut().append_pair("wait", "true");
    json(Method::POST, url, &call.body)
}

/// What an answer means.
pub fn verdict(answer: &Answer) -> Verdict {
    match usual(answer) {
        Verdict::Taken { .. } => {
            let id = parsed(answer)["id"].as_str().map(|id| format!(": message {id}")).unwrap_or_default();
            Verdict::Taken { answer: format!("HTTP {}{id}", answer.status.as_u16()), name: None }
        }
        verdict => verdict,
    }
}
