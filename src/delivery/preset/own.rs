//! What a template of the organisation's own says in the place of our words: whether it is what the service takes, and
//! what we would have said in the same form. Keys, threads, severities, secrets and who is mentioned stay ours.

use serde_json::{Map, Value, json};

use super::{alertmanager, course, discord, ntfy, own_layout, pagerduty, slack, teams};
use crate::model::card::{Card, Own, Part};
use crate::model::template::Piece;
use crate::model::text;

/// The longest summary that is kept, in characters; each service has its own limit below it.
const SUMMARY_CHARS: usize = 1_024;
/// The most details, and the longest label.
const DETAILS: usize = 40;
const LABEL_CHARS: usize = 80;

/// What a template for a service writes, by name.
#[must_use]
pub const fn members(piece: Piece) -> &'static [&'static str] {
    match piece {
        Piece::Slack => &["text", "blocks"],
        Piece::Teams => &["body"],
        Piece::Discord => &["content", "embeds"],
        Piece::PagerDuty => &["summary", "details"],
        Piece::Alertmanager => &["summary", "description", "details"],
        Piece::Opsgenie | Piece::ServiceNow | Piece::Jira | Piece::Ntfy => &["summary", "description"],
        Piece::Subject | Piece::Text | Piece::Html | Piece::Short | Piece::Sms => &[],
    }
}

/// Makes text inert for a service that reads markup in it; nothing where none is read.
#[must_use]
pub fn inert(piece: Piece) -> Option<fn(&str) -> String> {
    match piece {
        Piece::Slack => Some(slack::inert),
        Piece::Discord => Some(discord::inert),
        Piece::Subject
        | Piece::Text
        | Piece::Html
        | Piece::Short
        | Piece::Sms
        | Piece::Teams
        | Piece::PagerDuty
        | Piece::Opsgenie
        | Piece::ServiceNow
        | Piece::Jira
        | Piece::Alertmanager
        | Piece::Ntfy => None,
    }
}

/// What we would say, in the form in which a template writes it.
#[must_use]
pub fn shipped(piece: Piece, card: &Card, part: Option<&Part>) -> Value {
    match piece {
        Piece::Slack => slack::shipped(card),
        Piece::Teams => teams::shipped(card),
        Piece::Discord => discord::shipped(card),
        Piece::PagerDuty => {
            json!({ "summary": course::headline(card, part), "details": pagerduty::details(card, part) })
        }
        Piece::Alertmanager => alertmanager::shipped(card, part),
        Piece::Ntfy => ntfy::shipped(card),
        Piece::Opsgenie | Piece::ServiceNow | Piece::Jira => {
            json!({ "summary": course::headline(card, part), "description": course::text(card, part) })
        }
        Piece::Subject | Piece::Text | Piece::Html | Piece::Short | Piece::Sms => Value::Null,
    }
}

/// What a template wrote, in the form in which a card takes it.
///
/// # Errors
/// What of it the service does not take, for people.
pub fn parse(piece: Piece, written: &str) -> Result<Own, String> {
    let value: Value = serde_json::from_str(written).map_err(|error| format!("it is no JSON: {error}"))?;
    let Value::Object(mut all) = value else { return Err("it is no object: { … } is wanted".to_owned()) };
    let known = members(piece);
    if let Some(strange) = all.keys().find(|key| !known.contains(&key.as_str())) {
        return Err(format!("`{}` is not taken here, only {}", text::line(strange, LABEL_CHARS), listed(known)));
    }
    if all.is_empty() {
        return Err(format!("it holds nothing; {} can stand there", listed(known)));
    }
    let summary = words(&mut all, "summary")?.map(|said| text::line(&said, SUMMARY_CHARS));
    let details = details(all.remove("details"))?;
    if let (Piece::Alertmanager, Some(strange)) = (piece, details.iter().flatten().find(|(label, _)| !is_label(label)))
    {
        return Err(format!("`details.{}` cannot be an annotation: letters, digits and _ alone", strange.0));
    }
    let own = Own {
        summary: summary.filter(|said| !said.is_empty()),
        description: words(&mut all, "description")?.map(|said| cleaned(&said)).filter(|said| !said.is_empty()),
        details,
        layout: own_layout::laid_out(piece, all)?,
    };
    Ok(own)
}

/// What Alertmanager takes as the name of an annotation.
fn is_label(label: &str) -> bool {
    label.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn listed(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

fn words(all: &mut Map<String, Value>, key: &str) -> Result<Option<String>, String> {
    match all.remove(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(said)) => Ok(Some(said)),
        Some(_) => Err(format!("`{key}` wants a text")),
    }
}

fn cleaned(said: &str) -> String {
    let unified = said.replace("\r\n", "\n");
    let clean: String = unified.chars().filter(|c| *c == '\n' || !c.is_control()).collect();
    clean.trim().to_owned()
}

fn details(given: Option<Value>) -> Result<Option<Vec<(String, String)>>, String> {
    let all = match given {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Object(all)) if all.len() <= DETAILS => all,
        Some(Value::Object(_)) => return Err(format!("`details` holds more than {DETAILS}")),
        Some(_) => return Err("`details` wants an object: { \"Label\": … }".to_owned()),
    };
    let one = |(label, said): (String, Value)| match said {
        Value::String(said) => Ok((text::line(&label, LABEL_CHARS), cleaned(&said))),
        Value::Number(said) => Ok((text::line(&label, LABEL_CHARS), said.to_string())),
        Value::Null => Ok((label, String::new())),
        _ => Err(format!("`details.{}` wants a text", text::line(&label, LABEL_CHARS))),
    };
    let mut details = all.into_iter().map(one).collect::<Result<Vec<_>, _>>()?;
    details.retain(|(_, said)| !said.is_empty());
    Ok(Some(details))
}

/// `said` with what must stand before it where nothing of it is happening, unless it says so itself.
pub(super) fn marked(card: &Card, said: &str) -> String {
    let words = || said.split(|c: char| !c.is_alphanumeric());
    if !card.is_test || words().any(|word| word == "TEST" || word == "DRILL") {
        return said.to_owned();
    }
    format!("TEST, nothing of it is happening: {said}")
}

/// The same for a text of many lines, with the whole sentence.
pub(super) fn bannered(card: &Card, said: &str) -> String {
    match &card.banner {
        Some(banner) if !said.contains(banner.as_str()) => format!("{banner}\n\n{said}"),
        Some(_) | None => said.to_owned(),
    }
}

/// Whether some text in `value` holds `said`.
pub(super) fn holds(value: &Value, said: &str) -> bool {
    match value {
        Value::String(text) => text.contains(said),
        Value::Array(all) => all.iter().any(|value| holds(value, said)),
        Value::Object(all) => all.values().any(|value| holds(value, said)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}
