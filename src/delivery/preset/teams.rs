//! Microsoft Teams: an Adaptive Card for the workflow "Send webhook alerts to a channel".
//!
//! Read on 2026-11-22:
//! - the envelope (`type: message`, one attachment, its `contentType`):
//!   <https://fr.ittrip.xyz/?p=4037> and
//!   <https://argo-cd.readthedocs.io/en/release-3.3/operator-manual/notifications/services/teams-workflows/>; workflows
//!   take Adaptive Cards only: <https://learn.microsoft.com/el-gr/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using>.
//! - a message has at most about 28 KB: <https://learn.microsoft.com/ja-jp/Connectors/teams/>; programs met the limit at
//!   21,000 octets: <https://www.rubydoc.info/gems/msteams_hermes/MsTeamsHermes/Message>. More than four requests a second
//!   are throttled with 429: <https://learn.microsoft.com/zh-CN/microsoftteams/platform/webhooks-and-connectors/how-to/add-incoming-webhook>.
//! - `TextBlock`, `Fact.Title` and `Fact.Value` are read as Markdown: <https://iwantloading403.netlify.app/teams-markdown>.
//!   A `TextRun` is not (the schema of Adaptive Cards 1.5, in npm `adaptivecards`: "Markdown is not supported"), so all
//!   words of anybody's stand in those.
//!
//! From memory: the answer of a workflow is 202 without a body, whatever then becomes of the card; an old connector's hook
//! answers 200 with an error in words; `msteams.width`.

use reqwest::{Method, Request};
use serde_json::{Value, json};

use super::fit::{Measure, Room, cut, fullest};
use super::wire::{Verdict, json, usual};
use super::{Call, Party, say};
use crate::delivery::Attempt;
use crate::delivery::webhook::Answer;
use crate::model::card::{Card, Line, Section, Tone};
use crate::model::impact::Impact;

/// Octets of all of it.
const OCTETS: usize = 20_000;

/// The message.
pub fn call(card: &Card) -> Call {
    let body = fullest(|room| message(card, lay_out(card, room)), |body| body.to_string().len() <= OCTETS);
    let bare = vec![block(vec![run(&card.subject, Weight::Bolder)], true)];
    say(body, Some(message(card, bare)))
}

fn message(card: &Card, body: Vec<Value>) -> Value {
    let mut content = json!({
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "fallbackText": cut(&card.subject, 400, Measure::Chars),
        "msteams": { "width": "Full" },
        "body": body,
    });
    let open = card.page().map(|page| action("Open it in Bellwether", page));
    let theirs = card.parts.first().and_then(|part| Some(action("The vendor's page", part.vendor_page.as_deref()?)));
    let actions: Vec<Value> = open.into_iter().chain(theirs).collect();
    if !actions.is_empty() {
        content["actions"] = Value::Array(actions);
    }
    json!({
        "type": "message",
        "attachments": [{
            "contentType": "application/vnd.microsoft.card.adaptive",
            "contentUrl": null,
            "content": content,
        }],
    })
}

fn action(title: &str, url: &str) -> Value {
    json!({ "type": "Action.OpenUrl", "title": title, "url": url })
}

fn lay_out(card: &Card, room: Room) -> Vec<Value> {
    let tone = card.sections(1).next().map_or(Tone::Of(Impact::Operational), |section| section.tone);
    let shape = if card.sections(1).next().is_some() { format!("{} ", tone.shape()) } else { String::new() };
    let mut title = run(&format!("{shape}{}", card.subject), Weight::Bolder);
    title["size"] = json!("Large");
    let mut head = vec![block(vec![title], false)];
    head.extend(card.banner.iter().map(|banner| block(vec![run(banner, Weight::Bolder)], true)));
    head.extend(card.overview.iter().map(|overview| block(vec![run(overview, Weight::Default)], true)));
    let style = style(tone);
    let mut body = vec![json!({ "type": "Container", "style": style, "bleed": true, "items": head })];
    for section in card.sections(room.sections) {
        body.extend(section_blocks(section, room));
    }
    let others = room.others(card);
    if !others.is_empty() {
        body.push(labelled("Also", others.iter().map(|other| vec![run(other, Weight::Default)]).collect()));
    }
    let mut footer = run(&card.footer.join(" "), Weight::Default);
    footer["size"] = json!("Small");
    footer["isSubtle"] = json!(true);
    body.push(json!({ "type": "RichTextBlock", "separator": true, "inlines": [footer] }));
    body
}

const fn style(tone: Tone) -> &'static str {
    match tone {
        Tone::Over => "good",
        Tone::Of(Impact::MajorOutage | Impact::PartialOutage) => "attention",
        Tone::Of(Impact::Degraded) => "warning",
        Tone::Of(Impact::Maintenance) => "accent",
        Tone::Of(Impact::Operational | Impact::Unknown) => "emphasis",
    }
}

fn section_blocks(section: &Section, room: Room) -> Vec<Value> {
    let mut head = vec![block(vec![run(&section.headline, Weight::Bolder)], false)];
    if !section.kicker.is_empty() {
        head.push(block(vec![run(&section.kicker, Weight::Default)], true));
    }
    let says = section.says.iter().map(|(whose, said)| format!("{whose}{said}"));
    let left_out = room.left_out(section).map(str::to_owned);
    let also = says.chain(section.leads.iter().cloned()).chain(left_out);
    head.extend(also.map(|words| block(vec![run(&words, Weight::Default)], true)));
    let mut blocks = vec![json!({ "type": "Container", "separator": true, "items": head })];
    blocks.extend(room.rows(section).map(|(label, lines)| labelled(label, lines.iter().map(runs).collect())));
    blocks
}

/// A label, and the lines below it: side by side they would not fit a phone.
fn labelled(label: &str, lines: Vec<Vec<Value>>) -> Value {
    let mut name = run(label, Weight::Bolder);
    name["size"] = json!("Small");
    name["isSubtle"] = json!(true);
    let lines = lines.into_iter().map(|runs| block(runs, true));
    let items: Vec<Value> = std::iter::once(block(vec![name], false)).chain(lines).collect();
    json!({ "type": "Container", "spacing": "Small", "items": items })
}

fn runs(line: &Line) -> Vec<Value> {
    match line {
        Line::Says(strong, rest) if strong.is_empty() => vec![run(rest, Weight::Default)],
        Line::Says(strong, rest) => vec![run(strong, Weight::Bolder), run(rest, Weight::Default)],
        Line::Link(url, what) => {
            let mut link = run(what, Weight::Default);
            link["selectAction"] = json!({ "type": "Action.OpenUrl", "url": url });
            vec![link]
        }
        Line::Quote(_) => {
            let mut quote = run(&line.plain(), Weight::Default);
            quote["italic"] = json!(true);
            vec![quote]
        }
        Line::Step(..) | Line::Note(_) => vec![run(&line.plain(), Weight::Default)],
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Weight {
    Default,
    Bolder,
}

/// Words of anybody's, which are read as nothing but words.
fn run(text: &str, weight: Weight) -> Value {
    let mut run = json!({ "type": "TextRun", "text": cut(text, 2_200, Measure::Utf16) });
    if weight == Weight::Bolder {
        run["weight"] = json!("Bolder");
    }
    run
}

fn block(runs: Vec<Value>, is_close: bool) -> Value {
    let mut block = json!({ "type": "RichTextBlock", "inlines": runs });
    if is_close {
        block["spacing"] = json!("None");
    }
    block
}

/// The request.
pub fn request(party: &Party, call: &Call) -> Result<Request, String> {
    json(Method::POST, party.address("hook")?, &call.body)
}

/// What an answer means.
pub fn verdict(answer: &Answer) -> Verdict {
    let said = answer.said();
    let fault = |code: &str| answer.status.is_success() && answer.body.contains(code);
    match answer.status.as_u16() {
        200 if fault("HTTP error 413") => Verdict::Refused { why: said },
        200 if fault("HTTP error") || fault("delivery failed") => Verdict::Failed(Attempt::later(said)),
        202 => Verdict::Taken {
            answer: format!("{said}: the workflow was started; whether it posts is seen in Power Automate alone"),
            name: None,
        },
        _ => usual(answer),
    }
}
