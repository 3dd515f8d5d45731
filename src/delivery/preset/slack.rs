//! Slack: Block Kit by an incoming webhook, or by a bot, which keeps the messages about one thing in one thread.
//!
//! Read on 2026-11-22:
//! - blocks: <https://docs.rs/crate/slack-messaging/0.7.3> (`blocks/header.rs`, `message.rs`), which cites
//!   docs.slack.dev: a header has 150 characters, a message 50 blocks;
//!   <https://gitlab.com/gitlab-org/release-tools/-/merge_requests/1786>: a section's text has 3,000 characters.
//! - <https://github.com/slackapi/bolt-js/issues/2509>: all blocks together are refused (`msg_blocks_too_long`) from about
//!   13,200 characters on, whatever the limits of each.
//! - errors of `chat.postMessage` (`invalid_blocks`, `rate_limited`, `token_revoked`, `restricted_action`, `no_text` …):
//!   <https://repo.hex.pm/docs/slack_kit-1.0.0-alpha.0.tar.gz:Slack.Web.Chat.html>, made from Slack's own list; its
//!   envelope (`ok`, `error`, `ts`): <https://microsoft.github.io/Agents-for-js/>, `SlackResponse`.
//! - a hook whose channel is gone answers 404: <https://github.com/terraform-aws-modules/terraform-aws-notify-slack/issues/91>.
//!
//! From memory: the escapes `&amp; &lt; &gt;`, `verbatim`, `thread_ts` and `reply_broadcast`; a hook's answer `ok`; its
//! 400 `invalid_payload`, 403 `action_prohibited`, 410 `channel_is_archived`; 429 with `Retry-After`.

use reqwest::{Method, Request};
use serde_json::{Value, json};

use super::fit::{Measure, Room, escaped, fullest};
use super::wire::{Verdict, authorise, below, json, parsed, usual};
use super::{Act, Call, Party, say};
use crate::delivery::Attempt;
use crate::delivery::webhook::Answer;
use crate::model::card::{Card, Line, Section, Turn};
use crate::model::thread::Known;

const HEADER_CHARS: usize = 150;
const SECTION_CHARS: usize = 3_000;
/// The limit is 50.
const BLOCKS: usize = 48;
/// All blocks as they are sent; some are refused from about 13,200 on.
const ALL_CHARS: usize = 11_000;
const TEXT_CHARS: usize = 3_000;
/// Where Slack's API is.
const USUAL: &str = "https://slack.com";

/// The message for an incoming webhook.
pub fn by_hook(card: &Card) -> Call {
    let (text, bare) = (text(card), bare(card));
    say(json!({ "text": text, "blocks": blocks(card), "unfurl_links": false }), Some(json!({ "text": bare })))
}

/// The message for a bot. What goes on answers in the thread of what began it; what people must not miss is shown in
/// the channel too.
pub fn by_bot(card: &Card, channel: &str, known: &Known) -> Call {
    let mut body = json!({ "channel": channel, "text": text(card), "blocks": blocks(card) });
    let mut bare = json!({ "channel": channel, "text": bare(card) });
    for quiet in ["unfurl_links", "unfurl_media"] {
        body[quiet] = Value::Bool(false);
        bare[quiet] = Value::Bool(false);
    }
    let first = card.parts.iter().find_map(|part| known.of(&part.cause).first());
    if let Some(handle) = first {
        body["thread_ts"] = Value::String(handle.name.clone());
        let is_loud = |turn| matches!(turn, Turn::Opened | Turn::Worse | Turn::Over);
        body["reply_broadcast"] = Value::Bool(card.parts.iter().any(|part| is_loud(part.turn)));
    }
    let new = card.parts.iter().filter(|part| known.of(&part.cause).is_empty());
    let threads = new.map(|part| part.cause.clone()).collect();
    Call { act: Act::Say, threads, ..say(body, Some(bare)) }
}

/// What a phone shows of it.
fn text(card: &Card) -> String {
    let first = card.sections(1).next().map(|section| format!("\n{}", section.headline));
    words(&format!("{}{}", card.subject, first.unwrap_or_default()), TEXT_CHARS)
}

fn bare(card: &Card) -> String {
    let section = card.sections(1).next();
    let text = section.map(|section| format!("\n{}\n{}", section.headline, section.plain()));
    words(&format!("{}{}", card.subject, text.unwrap_or_default()), TEXT_CHARS)
}

fn blocks(card: &Card) -> Value {
    fullest(
        |room| lay_out(card, room),
        |blocks: &Value| {
            let count = blocks.as_array().map_or(0, Vec::len);
            count <= BLOCKS && blocks.to_string().chars().count() <= ALL_CHARS
        },
    )
}

fn lay_out(card: &Card, room: Room) -> Value {
    let shape = card.sections(1).next().map(|section| format!("{} ", section.tone.shape())).unwrap_or_default();
    let header = super::fit::cut(&format!("{shape}{}", card.subject), HEADER_CHARS, Measure::Chars);
    let mut blocks = vec![json!({ "type": "header", "text": { "type": "plain_text", "text": header } })];
    blocks.extend(card.banner.iter().map(|banner| section_block(&format!("*{}*", words(banner, SECTION_CHARS - 2)))));
    blocks.extend(card.overview.iter().map(|overview| section_block(&words(overview, SECTION_CHARS))));
    for (n, section) in card.sections(room.sections).enumerate() {
        if n > 0 {
            blocks.push(json!({ "type": "divider" }));
        }
        blocks.extend(section_blocks(section, room));
    }
    let others = room.others(card);
    if !others.is_empty() {
        let lines: Vec<String> = others.iter().map(|other| format!("• {other}")).collect();
        blocks.push(section_block(&words(&format!("Also:\n{}", lines.join("\n")), SECTION_CHARS)));
    }
    blocks.push(json!({ "type": "context", "elements": [mrkdwn(&words(&card.footer.join(" "), 1_000))] }));
    Value::Array(blocks)
}

fn section_blocks(section: &Section, room: Room) -> Vec<Value> {
    let mut head = vec![format!("*{}*", words(&section.headline, 1_000)), words(&section.kicker, 400)];
    head.extend(section.says.iter().map(|(whose, said)| words(&format!("{whose}{said}"), 450)));
    head.extend(section.leads.iter().map(|lead| words(lead, 450)));
    head.extend(room.left_out(section).map(str::to_owned));
    head.retain(|line| !line.is_empty());
    let mut blocks = vec![section_block(&clamped(head))];
    let mut group: Vec<String> = Vec::new();
    let length = |lines: &[String]| lines.iter().map(|line| line.chars().count() + 1).sum::<usize>();
    for (label, lines) in room.rows(section) {
        let row =
            clamped(vec![format!("*{}*", words(label, 100)), lines.iter().map(line).collect::<Vec<_>>().join("\n")]);
        if length(&group) + row.chars().count() > SECTION_CHARS {
            blocks.push(section_block(&std::mem::take(&mut group).join("\n")));
        }
        group.push(row);
    }
    group.extend(section.page.as_ref().map(|page| link(page, "Open it in Bellwether")));
    if !group.is_empty() {
        blocks.push(section_block(&group.join("\n")));
    }
    blocks
}

/// As many whole lines as fit. An escape is never cut, since no line is.
fn clamped(lines: Vec<String>) -> String {
    let mut all = String::new();
    for line in lines {
        if all.chars().count() + line.chars().count() > SECTION_CHARS - 200 {
            all.push_str("\n… (cut here)");
            break;
        }
        if !all.is_empty() {
            all.push('\n');
        }
        all.push_str(&line);
    }
    all
}

fn line(line: &Line) -> String {
    match line {
        Line::Says(strong, rest) if strong.trim().is_empty() => words(rest, 600),
        Line::Says(strong, rest) => {
            let (kept, space) = (strong.trim_end(), &strong[strong.trim_end().len()..]);
            format!("*{}*{space}{}", words(kept, 200), words(rest, 600))
        }
        Line::Quote(quote) => {
            quote.lines().map(|line| format!("> {}", words(line, 600))).collect::<Vec<_>>().join("\n")
        }
        Line::Link(url, what) => link(url, what),
        Line::Step(..) | Line::Note(_) => words(&line.plain(), 600),
    }
}

fn link(url: &str, what: &str) -> String {
    // A bar would end the address.
    format!("<{}|{}>", words(&url.replace('|', "%7C"), 700), words(&what.replace('|', "/"), 200))
}

fn section_block(text: &str) -> Value {
    json!({ "type": "section", "text": mrkdwn(text) })
}

fn mrkdwn(text: &str) -> Value {
    json!({ "type": "mrkdwn", "text": text, "verbatim": true })
}

/// Words of anybody's: they name nobody, call nobody and link nowhere.
fn words(text: &str, most: usize) -> String {
    escaped(text, most, Measure::Chars, |c, out| match c {
        '&' => out.push_str("&amp;"),
        '<' => out.push_str("&lt;"),
        '>' => out.push_str("&gt;"),
        other => out.push(other),
    })
}

/// The request to a hook.
pub fn hook_request(party: &Party, call: &Call) -> Result<Request, String> {
    json(Method::POST, party.address("hook")?, &call.body)
}

/// The request of a bot.
pub fn bot_request(party: &Party, call: &Call) -> Result<Request, String> {
    let mut request = json(Method::POST, below(&party.base(USUAL)?, &["api", "chat.postMessage"]), &call.body)?;
    authorise(request.headers_mut(), "Bearer", party.secret("token")?)?;
    Ok(request)
}

/// What a hook's answer means.
pub fn hook_verdict(answer: &Answer) -> Verdict {
    match usual(answer) {
        Verdict::Refused { why } if !is_about_the_body(answer.body.trim()) => Verdict::Failed(Attempt::broken(why)),
        verdict => verdict,
    }
}

/// What the answer to a bot means: with 200 it may say no.
pub fn bot_verdict(answer: &Answer) -> Verdict {
    let body = parsed(answer);
    if !answer.status.is_success() {
        return usual(answer);
    }
    let said = answer.said();
    let error = body["error"].as_str().unwrap_or_default();
    match body["ok"].as_bool() {
        Some(true) => {
            let name = body["ts"].as_str().map(str::to_owned);
            let at =
                name.as_deref().map(|ts| format!(" in {}, ts {ts}", body["channel"].as_str().unwrap_or("its channel")));
            Verdict::Taken { answer: format!("HTTP 200: ok{}", at.unwrap_or_default()), name }
        }
        Some(false) if is_about_the_body(error) => Verdict::Refused { why: said },
        Some(false)
            if [
                "ratelimited",
                "rate_limited",
                "internal_error",
                "fatal_error",
                "request_timeout",
                "service_unavailable",
            ]
            .contains(&error) =>
        {
            Verdict::Failed(Attempt::Retry { reason: said, after: answer.after, ambiguous: false, broken: false })
        }
        Some(false) => Verdict::Failed(Attempt::broken(said)),
        None => Verdict::Failed(Attempt::later(format!("{said}; this is not how Slack answers"))),
    }
}

/// Whether it is the message that Slack does not like, and not who sends it or where to. A thread that is gone is the
/// message's: the bare one hangs on none.
fn is_about_the_body(error: &str) -> bool {
    let about = [
        "invalid_blocks",
        "invalid_blocks_format",
        "msg_blocks_too_long",
        "msg_too_long",
        "no_text",
        "invalid_payload",
    ];
    let thread = ["thread_not_found", "cannot_reply_to_message", "invalid_thread_ts", "message_not_found"];
    about.contains(&error) || thread.contains(&error)
}
