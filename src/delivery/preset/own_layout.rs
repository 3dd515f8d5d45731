//! Layouts that a template wrote: only what each service is known to take, nothing that fetches from elsewhere, and no
//! place where a vendor's words would be read as markup.

use serde_json::{Map, Value, json};

use super::fit::Measure;
use super::{discord, slack, teams};
use crate::model::template::Piece;

/// What may stand in Slack's blocks. Pictures are fetched from elsewhere, and fields to be filled in reach nobody.
const BLOCKS: [&str; 6] = ["section", "header", "divider", "context", "actions", "rich_text"];
/// What may stand in a card of Teams. The facts of a `FactSet` are read as Markdown.
const ELEMENTS: [&str; 6] = ["Container", "ColumnSet", "Column", "RichTextBlock", "TextBlock", "ActionSet"];

/// A layout as its service takes it.
pub fn laid_out(piece: Piece, mut all: Map<String, Value>) -> Result<Map<String, Value>, String> {
    match piece {
        Piece::Slack => in_slack(&mut all)?,
        Piece::Teams => in_teams(&mut all)?,
        Piece::Discord => in_discord(&all)?,
        Piece::Subject
        | Piece::Text
        | Piece::Html
        | Piece::Short
        | Piece::Sms
        | Piece::PagerDuty
        | Piece::Opsgenie
        | Piece::ServiceNow
        | Piece::Jira
        | Piece::Alertmanager
        | Piece::Ntfy => {}
    }
    Ok(all)
}

fn in_slack(all: &mut Map<String, Value>) -> Result<(), String> {
    if all.get("text").is_some_and(|text| !text.is_string()) {
        return Err("`text` wants a text".to_owned());
    }
    let Some(blocks) = all.get_mut("blocks") else { return Ok(()) };
    let length = blocks.to_string().chars().count();
    let Value::Array(blocks) = blocks else { return Err("`blocks` wants a list: [ … ]".to_owned()) };
    if blocks.is_empty() || blocks.len() > slack::BLOCKS || length > slack::ALL_CHARS {
        let (count, most, chars) = (blocks.len(), slack::BLOCKS, slack::ALL_CHARS);
        return Err(format!(
            "`blocks` holds {count} blocks and {length} characters; Slack takes 1 to {most} and {chars} at the most"
        ));
    }
    for (number, block) in blocks.iter_mut().enumerate() {
        let kind = block["type"].as_str().unwrap_or_default().to_owned();
        if !BLOCKS.contains(&kind.as_str()) {
            return Err(format!("`blocks[{number}].type` is `{kind}`; it may be {}", BLOCKS.join(", ")));
        }
        verbatim(block, &format!("blocks[{number}]"), &kind)?;
    }
    Ok(())
}

/// Marks every text so that no bare address in it becomes a link and no name a mention.
fn verbatim(value: &mut Value, at: &str, kind: &str) -> Result<(), String> {
    match value {
        Value::Array(all) => all.iter_mut().try_for_each(|value| verbatim(value, at, kind)),
        Value::Object(all) => {
            let is = |word: &str| all.get("type").and_then(Value::as_str) == Some(word);
            if is("image") {
                return Err(format!("`{at}` holds a picture, which would be fetched from elsewhere"));
            }
            let reads_nothing = is("plain_text") || is("text");
            let most = if kind == "header" { slack::HEADER_CHARS } else { slack::SECTION_CHARS };
            let said = all.get("text").and_then(Value::as_str).map_or(0, |text| text.chars().count());
            if said > most {
                return Err(format!("`{at}` holds a text of {said} characters; Slack takes {most}"));
            }
            if is("mrkdwn") {
                all.insert("verbatim".to_owned(), Value::Bool(true));
            }
            // No markup is read there, so that an escape would be shown.
            if let Some(Value::String(text)) = all.get_mut("text").filter(|_| reads_nothing) {
                *text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
            }
            all.values_mut().try_for_each(|value| verbatim(value, at, kind))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Ok(()),
    }
}

fn in_teams(all: &mut Map<String, Value>) -> Result<(), String> {
    let Some(Value::Array(body)) = all.get_mut("body") else { return Err("`body` wants a list: [ … ]".to_owned()) };
    if body.is_empty() {
        return Err("`body` is empty".to_owned());
    }
    for (number, element) in body.iter_mut().enumerate() {
        element_of_teams(element, &format!("body[{number}]"))?;
    }
    let octets = Value::Array(body.clone()).to_string().len();
    if octets > teams::OWN_OCTETS {
        return Err(format!("`body` has {octets} octets; Teams takes {} at the most", teams::OWN_OCTETS));
    }
    Ok(())
}

fn element_of_teams(element: &mut Value, at: &str) -> Result<(), String> {
    let kind = element["type"].as_str().unwrap_or_default().to_owned();
    match kind.as_str() {
        "TextBlock" => *element = plain_text(element),
        "RichTextBlock" => inlines_of_teams(element, at)?,
        "ActionSet" => {
            let actions = element["actions"].as_array().map_or(&[][..], Vec::as_slice);
            if actions.iter().any(|action| action["type"] != "Action.OpenUrl") {
                return Err(format!("`{at}` holds an action that is not Action.OpenUrl: nobody would hear of it"));
            }
        }
        _ if ELEMENTS.contains(&kind.as_str()) => {}
        "FactSet" => {
            return Err(format!(
                "`{at}` is a FactSet, which Teams reads as Markdown: what a vendor writes could be a link; write a RichTextBlock"
            ));
        }
        _ => return Err(format!("`{at}.type` is `{kind}`; it may be {}", ELEMENTS.join(", "))),
    }
    if element.get("backgroundImage").is_some() {
        return Err(format!("`{at}` holds a picture, which would be fetched from elsewhere"));
    }
    for key in ["items", "columns"] {
        for (number, inner) in element.get_mut(key).and_then(Value::as_array_mut).into_iter().flatten().enumerate() {
            if key == "columns" && inner.get("type").is_none() {
                inner["type"] = json!("Column");
            }
            element_of_teams(inner, &format!("{at}.{key}[{number}]"))?;
        }
    }
    Ok(())
}

fn inlines_of_teams(element: &Value, at: &str) -> Result<(), String> {
    let inlines = element["inlines"].as_array().ok_or_else(|| format!("`{at}.inlines` wants a list: [ … ]"))?;
    let is_text = |inline: &Value| inline.is_string() || inline["type"] == "TextRun" && inline["text"].is_string();
    match inlines.iter().position(|inline| !is_text(inline)) {
        None => Ok(()),
        Some(number) => Err(format!("`{at}.inlines[{number}]` wants a TextRun with a text")),
    }
}

/// A `TextBlock` is read as Markdown, so its text is put where none is read.
fn plain_text(element: &Value) -> Value {
    let mut run = json!({ "type": "TextRun", "text": element["text"].as_str().unwrap_or_default() });
    for key in ["size", "weight", "color", "isSubtle", "fontType"] {
        if let Some(value) = element.get(key) {
            run[key] = value.clone();
        }
    }
    let mut block = json!({ "type": "RichTextBlock", "inlines": [run] });
    for key in ["spacing", "separator", "horizontalAlignment", "id", "isVisible"] {
        if let Some(value) = element.get(key) {
            block[key] = value.clone();
        }
    }
    block
}

fn in_discord(all: &Map<String, Value>) -> Result<(), String> {
    match all.get("content") {
        None => {}
        Some(Value::String(said)) if Measure::Utf16.length(said) <= discord::OWN_CONTENT_UNITS => {}
        Some(Value::String(_)) => {
            return Err(format!("`content` is longer than {} characters", discord::OWN_CONTENT_UNITS));
        }
        Some(_) => return Err("`content` wants a text".to_owned()),
    }
    let embeds = match all.get("embeds") {
        None => return Ok(()),
        Some(Value::Array(embeds)) => embeds,
        Some(_) => return Err("`embeds` wants a list: [ … ]".to_owned()),
    };
    let fetches = |embed: &&Value| ["image", "thumbnail", "video"].iter().any(|key| embed.get(key).is_some());
    if let Some(number) = embeds.iter().position(|embed| !embed.is_object() || fetches(&embed)) {
        return Err(format!(
            "`embeds[{number}]` is no object, or holds a picture, which would be fetched from elsewhere"
        ));
    }
    if discord::fits(embeds) {
        Ok(())
    } else {
        Err("`embeds` is more than Discord takes: 10 embeds, 25 fields each, 5,800 characters in all".to_owned())
    }
}
