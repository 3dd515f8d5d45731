//! Opsgenie's Alert API, and the same under the roof of Jira Service Management.
//!
//! Read on 2026-11-22:
//! - <https://docs.opsgenie.com/docs/alerts-and-alert-fields>: `message` has 130 characters and may hold HTML, `alias` 512,
//!   at most 20 tags of 50 characters; <https://docs.opsgenie.com/docs/alert-deprecated>: `description` has 15,000.
//! - <https://dev.to/yathartha_shekhar/opsgenie-api-keys-docs-and-creating-alerts-5056>: `Authorization: GenieKey …`, the
//!   hosts of both regions, 202 with a `requestId`, since all of it happens later; Opsgenie ends on 2027-04-05.
//! - <https://developer.atlassian.com/cloud/jira/service-desk-ops/jira-service-desk-ops.1.postman.json>: the same at
//!   `jsm/ops/integration/v2/alerts`, with a GenieKey; <https://jira.atlassian.com/browse/JSDCLOUD-14179>: there too
//!   `/ALIAS/close?identifierType=alias`.
//!
//! From memory: `/notes` and `/acknowledge` beside `/close`, a note's 25,000 characters, `entity`'s 512 and `source`'s 100,
//! the meaning of P1 to P5, and that creating with the alias of an open alert only counts it up.

use reqwest::{Method, Request};
use serde_json::{Value, json};
use url::Url;

use super::course::{Step, acknowledging, course, hashed, headline, text};
use super::fit::{Measure, escaped};
use super::wire::{authorise, below, json};
use super::{Act, Call, Party};
use crate::model::card::{Card, Part};
use crate::model::impact::Impact;
use crate::model::inventory::Tier;
use crate::model::preset::Region;
use crate::model::thread::Known;

/// Where alerts of Jira Service Management are.
pub const JIRA: &str = "https://api.atlassian.com/jsm/ops/integration";
const MESSAGE_CHARS: usize = 130;
const DESCRIPTION_CHARS: usize = 15_000;
const NOTE_CHARS: usize = 20_000;
const TAG_CHARS: usize = 50;

/// Where Opsgenie is.
pub const fn usual(region: Region) -> &'static str {
    match region {
        Region::Us => "https://api.opsgenie.com",
        Region::Eu => "https://api.eu.opsgenie.com",
    }
}

/// What to do, one request each: more is said of an open alert by opening it again, which changes nothing where it is
/// open, and by a note.
pub fn calls(card: &Card, known: &Known) -> Vec<Call> {
    let mut calls = Vec::new();
    for mut step in course(card, known, 0) {
        match step.act {
            Act::Open | Act::Say => calls.push(step.call(alert(card, &step), None)),
            Act::Update => {
                step.act = Act::Open;
                calls.push(step.call(alert(card, &step), None));
                step.act = Act::Update;
                calls.push(step.call(note(card, &step), None));
            }
            Act::Mention => {
                // It is on record, and wakes nobody for long: nothing of it is happening.
                let thread = format!("{}:{}", step.thread, card.id);
                step.key = hashed("bellwether-ahead", &thread);
                step.thread.clear();
                step.act = Act::Open;
                calls.push(step.call(alert(card, &step), None));
                step.act = Act::Close;
                calls.push(step.call(note(card, &step), None));
            }
            Act::Close | Act::Acknowledge => calls.push(step.call(note(card, &step), None)),
        }
    }
    calls
}

/// That somebody takes care of it.
pub fn acknowledgement(cause: &str, who: &str, known: &Known) -> Call {
    let note = words(&format!("{who} takes care of it, as Bellwether was told."), NOTE_CHARS);
    acknowledging(cause, known, 0).call(json!({ "source": "Bellwether", "note": note }), None)
}

fn alert(card: &Card, step: &Step<'_>) -> Value {
    let mut alert = json!({
        "message": words(&headline(card, step.part), MESSAGE_CHARS),
        "alias": step.key,
        "description": words(&text(card, step.part), DESCRIPTION_CHARS),
        "source": "Bellwether",
        "priority": step.part.map_or("P5", |part| priority(card, part, step)),
        "tags": tags(card, step.part),
    });
    if let Some(part) = step.part {
        alert["entity"] = json!(words(&part.vendor, 200));
    }
    alert
}

fn note(card: &Card, step: &Step<'_>) -> Value {
    json!({ "source": "Bellwether", "note": words(&text(card, step.part), NOTE_CHARS) })
}

fn priority(card: &Card, part: &Part, step: &Step<'_>) -> &'static str {
    let is_vital = part.tier == Some(Tier::LifeSafety);
    match part.impact {
        _ if card.is_test || step.thread.is_empty() => "P5",
        Impact::MajorOutage | Impact::Unknown if is_vital => "P1",
        Impact::MajorOutage => "P2",
        Impact::PartialOutage if is_vital => "P1",
        Impact::PartialOutage | Impact::Unknown if !part.is_unseen => "P2",
        Impact::PartialOutage | Impact::Unknown | Impact::Degraded => "P3",
        Impact::Maintenance => "P4",
        Impact::Operational => "P5",
    }
}

fn tags(card: &Card, part: Option<&Part>) -> Vec<String> {
    let mut tags = vec!["bellwether".to_owned()];
    tags.extend(card.is_test.then(|| "test".to_owned()));
    if let Some(part) = part {
        let tier = part.tier.map(|tier| tier.word().to_owned());
        tags.extend([Some(part.vendor.clone()), Some(part.impact.word().to_owned()), tier].into_iter().flatten());
    }
    // A comma would make two of one.
    tags.iter().map(|tag| words(&tag.replace(',', " "), TAG_CHARS)).collect()
}

/// Words of anybody's: no markup comes through.
fn words(text: &str, most: usize) -> String {
    escaped(text, most, Measure::Utf16, |c, out| match c {
        '<' => out.push('\u{2039}'),
        '>' => out.push('\u{203A}'),
        other => out.push(other),
    })
}

/// The request.
pub fn request(party: &Party, call: &Call, usual: &str) -> Result<Request, String> {
    let base = party.base(usual)?;
    let doing = match call.act {
        Act::Open | Act::Say | Act::Mention => None,
        Act::Update => Some("notes"),
        Act::Close => Some("close"),
        Act::Acknowledge => Some("acknowledge"),
    };
    let url = match doing {
        None => below(&base, &["v2", "alerts"]),
        Some(doing) => by_alias(below(&base, &["v2", "alerts", &call.key, doing])),
    };
    let mut request = json(Method::POST, url, &call.body)?;
    authorise(request.headers_mut(), "GenieKey", party.secret("key")?)?;
    Ok(request)
}

fn by_alias(mut url: Url) -> Url {
    url.query_pairs_mut().append_pair("identifierType", "alias");
    url
}
