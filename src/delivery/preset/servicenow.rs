//! ServiceNow: records of a table, by the Table API.
//!
//! Read on 2026-11-22: <https://www.servicenow.com/docs/r/zurich/api-reference/rest-api-explorer/t_GetStartedCreateInt.html>:
//! POST `/api/now/table/incident`, and a `Location` in the answer;
//! <https://docs.newrelic.com/kr/docs/workflow-automation/setup-and-configure/actions-catalog/servicenow/servicenow-incident-update/>:
//! the fields `short_description`, `description`, `urgency`, `impact`, `work_notes`, `correlation_id`, `correlation_display`;
//! the same for `servicenow-incident-resolve`: a `sys_id` of 32 letters and digits, `close_code` with "Solution provided"
//! and others, `close_notes`.
//!
//! From memory: `state` 6 is resolved, 160 characters of `short_description` and 4,000 of `description`, urgencies 1 to 3,
//! `sysparm_query` with `^` for "and", 201 with `result.sys_id` and `result.number`, errors as `error.message` and
//! `error.detail`, that `[code]` lets HTML into work notes, 429 with `Retry-After`.

use reqwest::{Method, Request};
use serde_json::{Value, json};
use url::Url;

use super::course::{Step, course, hashed, headline, text};
use super::fit::{Measure, cut};
use super::wire::{Verdict, authorise_basic, below, get, json, parsed, usual};
use super::{Act, Call, Party};
use crate::delivery::webhook::Answer;
use crate::model::card::{Card, Part};
use crate::model::impact::Impact;
use crate::model::inventory::Tier;
use crate::model::thread::Known;

const SHORT_CHARS: usize = 160;
const DESCRIPTION_CHARS: usize = 3_900;
const NOTE_CHARS: usize = 12_000;
/// The state of an incident that is resolved.
const RESOLVED: &str = "6";

/// One thing to do for each ticket, with all that it may take.
pub fn calls(card: &Card, known: &Known, close_code: Option<&str>) -> Vec<Call> {
    course(card, known, 0).iter().map(|step| step.call(body(card, step, close_code), None)).collect()
}

fn body(card: &Card, step: &Step<'_>, close_code: Option<&str>) -> Value {
    let (short, said) = (headline(card, step.part), text(card, step.part));
    let urgency = step.part.map_or("3", |part| urgency(card, part, step.act));
    let note = words(&said, NOTE_CHARS);
    let mut body = json!({
        "mark": mark(step),
        "create": {
            "short_description": words(&short, SHORT_CHARS),
            "description": words(&said, DESCRIPTION_CHARS),
            "correlation_id": mark(step),
            "correlation_display": "Bellwether",
            "urgency": urgency,
            "impact": urgency,
        },
        "note": { "work_notes": note },
    });
    if let (Act::Close, Some(code)) = (step.act, close_code) {
        let close_notes = words(&said, DESCRIPTION_CHARS);
        body["close"] =
            json!({ "state": RESOLVED, "close_code": code, "close_notes": close_notes, "work_notes": note });
    }
    body
}

/// What it is found again by: the cause, in letters that mean nothing in a query.
fn mark(step: &Step<'_>) -> String {
    hashed("bellwether", &step.thread)
}

fn urgency(card: &Card, part: &Part, act: Act) -> &'static str {
    match part.impact {
        _ if card.is_test || act == Act::Mention => "3",
        Impact::MajorOutage => "1",
        Impact::PartialOutage | Impact::Unknown if part.tier == Some(Tier::LifeSafety) => "1",
        Impact::PartialOutage | Impact::Unknown => "2",
        Impact::Degraded | Impact::Maintenance | Impact::Operational => "3",
    }
}

/// Words of anybody's: what stands between these marks would be read as HTML.
fn words(said: &str, most: usize) -> String {
    let mut plain = String::with_capacity(said.len());
    let mut rest = said;
    while let Some(at) = rest.to_ascii_lowercase().find("code]") {
        plain.push_str(&rest[..at]);
        plain.push_str("code )");
        rest = &rest[at + "code]".len()..];
    }
    plain.push_str(rest);
    cut(&plain, most, Measure::Utf16)
}

fn table(url: &Url, table: &str) -> Url {
    below(url, &["api", "now", "table", table])
}

/// Where a record is.
pub fn record(url: &Url, name: &str, id: &str) -> Url {
    below(&table(url, name), &[id])
}

/// Looks for an open record with our mark.
pub fn find(party: &Party, call: &Call, url: &Url, user: &str, name: &str) -> Result<Request, String> {
    let mut url = table(url, name);
    let query = format!("correlation_id={}^active=true", call.body["mark"].as_str().unwrap_or("none"));
    url.query_pairs_mut()
        .append_pair("sysparm_query", &query)
        .append_pair("sysparm_fields", "sys_id,number")
        .append_pair("sysparm_limit", "1");
    let mut request = get(url);
    authorise_basic(request.headers_mut(), user, party.secret("password")?)?;
    Ok(request)
}

/// The record that was found; `None` where the answer is no list.
#[expect(clippy::option_option, reason = "an empty list and no list are two things")]
pub fn found(answer: &Answer) -> Option<Option<String>> {
    let body = parsed(answer);
    let list = body["result"].as_array()?;
    Some(list.first().and_then(|record| record["sys_id"].as_str()).map(str::to_owned))
}

/// Makes a record.
pub fn create(party: &Party, call: &Call, url: &Url, user: &str, name: &str) -> Result<Request, String> {
    let mut request = json(Method::POST, table(url, name), &call.body["create"])?;
    authorise_basic(request.headers_mut(), user, party.secret("password")?)?;
    Ok(request)
}

/// Changes a record.
pub fn change(party: &Party, place: &Url, user: &str, fields: &Value) -> Result<Request, String> {
    let mut request = json(Method::PATCH, place.clone(), fields)?;
    authorise_basic(request.headers_mut(), user, party.secret("password")?)?;
    Ok(request)
}

/// What an answer means.
pub fn verdict(answer: &Answer) -> Verdict {
    match usual(answer) {
        Verdict::Taken { .. } => {
            let body = parsed(answer);
            let field = |key: &str| body["result"][key].as_str().map(str::to_owned);
            let number = field("number").or_else(|| field("sys_id")).map(|n| format!(": {n}")).unwrap_or_default();
            let said = format!("HTTP {}{number}", answer.status.as_u16());
            Verdict::Taken { answer: said, name: field("sys_id") }
        }
        verdict => verdict,
    }
}
