//! PagerDuty: Events API v2, alerts and change events.
//!
//! Read on 2026-11-22: `PagerDuty/developer-docs`, `docs/events-API-v2/02-Trigger-Events.md` and `01-Overview.md` at
//! 1da9f6a2: the fields; `dedup_key` has 255 characters, `summary` 1,024, an event 512 KB; the severities; a trigger with
//! the key of an open alert is appended to it, of a resolved one opens another, and an acknowledge or resolve without an
//! open alert is dropped; 202 is success, 400 is not worth another try, 429 and 5xx are. Change events notify nobody and
//! are not taken by keys of rulesets, which begin with R.
//!
//! From memory: the host of the European region, `/v2/change/enqueue`, that a resolve may carry a payload too, and the words
//! of a 400 that is about the key.

use reqwest::{Method, Request};
use serde_json::{Map, Value, json};

use super::course::{Step, acknowledging, course, headline};
use super::fit::{Measure, cut};
use super::wire::{Verdict, below, json, parsed, usual};
use super::{Act, Call, Party};
use crate::delivery::Attempt;
use crate::delivery::webhook::Answer;
use crate::model::card::{Card, Part};
use crate::model::impact::Impact;
use crate::model::inventory::Tier;
use crate::model::preset::Region;
use crate::model::thread::Known;

const KEY_CHARS: usize = 255;
const SUMMARY_CHARS: usize = 1_024;
/// Of one detail; there are about twenty, and 512 KB for all.
const DETAIL_CHARS: usize = 4_000;

/// One event for each thing to do.
pub fn calls(card: &Card, known: &Known) -> Vec<Call> {
    course(card, known, KEY_CHARS).iter().map(|step| step.call(event(card, step), None)).collect()
}

/// That somebody takes care of it. PagerDuty drops it where nothing is open.
pub fn acknowledgement(cause: &str, known: &Known) -> Call {
    let step = acknowledging(cause, known, KEY_CHARS);
    step.call(json!({ "event_action": "acknowledge", "dedup_key": step.key }), None)
}

fn event(card: &Card, step: &Step<'_>) -> Value {
    let mut event = Map::new();
    let action = match step.act {
        Act::Open | Act::Update | Act::Say => Some("trigger"),
        Act::Acknowledge => Some("acknowledge"),
        Act::Close => Some("resolve"),
        Act::Mention => None,
    };
    if let Some(action) = action {
        event.insert("event_action".into(), json!(action));
        event.insert("dedup_key".into(), json!(step.key));
        event.insert("client".into(), json!("Bellwether"));
        event.extend(card.page().map(|page| ("client_url".to_owned(), json!(page))));
    }
    event.insert("payload".into(), payload(card, step, action.is_some()));
    let links = links(card, step.part);
    if !links.is_empty() {
        event.insert("links".into(), Value::Array(links));
    }
    Value::Object(event)
}

fn payload(card: &Card, step: &Step<'_>, is_alert: bool) -> Value {
    let summary = cut(&headline(card, step.part), SUMMARY_CHARS, Measure::Chars);
    let source = step.part.map_or("Bellwether", |part| &part.vendor);
    let source = if source.is_empty() { "Bellwether" } else { source };
    let mut payload = json!({ "summary": summary, "source": source });
    // What is said now is of now; what began is of when it began.
    let since = step.part.filter(|_| step.act == Act::Open).map_or(card.at, |part| part.since);
    payload["timestamp"] = json!(since.to_string());
    payload["custom_details"] = details(card, step.part);
    if is_alert {
        payload["severity"] = json!(step.part.map_or("info", |part| severity(card, part)));
        payload["group"] = json!(source);
        payload["class"] = json!(step.part.map_or("test", |part| part.impact.word()));
        if let Some(service) = step.part.and_then(|part| part.services.first()) {
            payload["component"] = json!(service);
        }
    }
    payload
}

fn severity(card: &Card, part: &Part) -> &'static str {
    match part.impact {
        _ if card.is_test => "info",
        Impact::MajorOutage => "critical",
        Impact::PartialOutage => "error",
        // Nobody said how bad it is: it may be the worst.
        Impact::Unknown if part.tier == Some(Tier::LifeSafety) => "critical",
        Impact::Unknown if !part.is_unseen => "error",
        Impact::Unknown | Impact::Degraded => "warning",
        Impact::Maintenance | Impact::Operational => "info",
    }
}

/// The details by their labels.
pub fn details(card: &Card, part: Option<&Part>) -> Value {
    let mut details = Map::new();
    if let Some(own) = card.own(part).and_then(|own| own.details.as_ref()) {
        let is_said = |banner: &&String| own.iter().any(|(_, said)| said.contains(banner.as_str()));
        details.extend(card.banner.iter().filter(|b| !is_said(b)).map(|banner| ("Note".to_owned(), json!(banner))));
        details.extend(own.iter().map(|(label, said)| (label.clone(), json!(cut(said, DETAIL_CHARS, Measure::Chars)))));
        return Value::Object(details);
    }
    details.extend(card.banner.iter().map(|banner| ("Note".to_owned(), json!(banner))));
    if let Some(section) = part.map(|part| &part.section).or(card.shift.as_ref()) {
        let also = section.says.iter().map(|(whose, said)| format!("{whose}{said}")).chain(section.leads.clone());
        let first: Vec<String> = std::iter::once(section.kicker.clone()).chain(also).collect();
        details.insert("In short".into(), json!(cut(&first.join("\n"), DETAIL_CHARS, Measure::Chars)));
        for row in &section.rows {
            let lines: Vec<String> = row.lines.iter().map(crate::model::card::Line::plain).collect();
            details.insert(row.label.to_owned(), json!(cut(&lines.join("\n"), DETAIL_CHARS, Measure::Chars)));
        }
    }
    details.insert("From".into(), json!(card.footer.join(" ")));
    Value::Object(details)
}

fn links(card: &Card, part: Option<&Part>) -> Vec<Value> {
    let page = part.and_then(|part| part.section.page.as_deref()).or(card.root.as_deref());
    let ours = page.map(|page| json!({ "href": page, "text": "Open it in Bellwether" }));
    let theirs = part.and_then(|part| part.vendor_page.as_deref());
    ours.into_iter().chain(theirs.map(|page| json!({ "href": page, "text": "The vendor's page" }))).collect()
}

/// The request. The key goes into the body here, and nowhere else.
pub fn request(party: &Party, call: &Call, region: Region) -> Result<Request, String> {
    let usual = match region {
        Region::Us => "https://events.pagerduty.com",
        Region::Eu => "https://events.eu.pagerduty.com",
    };
    let path: &[&str] = if call.act == Act::Mention { &["v2", "change", "enqueue"] } else { &["v2", "enqueue"] };
    let mut body = call.body.clone();
    body["routing_key"] = json!(party.secret("key")?);
    json(Method::POST, below(&party.base(usual)?, path), &body)
}

/// What an answer means: a key that is wrong can be mended, an event that is wrong cannot.
pub fn verdict(answer: &Answer) -> Verdict {
    match usual(answer) {
        Verdict::Refused { why } if is_about_the_key(&parsed(answer)) => Verdict::Failed(Attempt::broken(why)),
        verdict => verdict,
    }
}

fn is_about_the_key(body: &Value) -> bool {
    let said = body.to_string().to_lowercase();
    said.contains("routing key") || said.contains("routing_key") || said.contains("integration key")
}
