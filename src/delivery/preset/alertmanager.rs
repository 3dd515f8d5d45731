//! Alertmanager: alerts by its API v2.
//!
//! Read on 2026-11-22: <https://prometheus.io/docs/alerting/latest/alerts_api>: POST `api/v2/alerts`, a list of alerts with
//! `labels` (of which `alertname` must be there), `annotations`, `startsAt`, `endsAt` and `generatorURL`; equal labels are
//! one alert; an alert without an end is taken for over unless it is sent again and again. So each alert has an end a
//! month away, and the real one replaces it. <https://s.apifox.cn/d39e7f21-9992-4d0e-9ab8-65aa169d6be5/api-94130964>: 200,
//! 400 and 500. What it does with ours was seen in 0.25 from Debian.
//!
//! An Alertmanager keeps alerts in memory: one that is started anew has forgotten ours until something changes.

use jiff::{SignedDuration, Timestamp};
use reqwest::{Method, Request};
use serde_json::{Map, Value, json};
use url::Url;

use super::course::{Step, course, headline};
use super::fit::{Measure, cut};
use super::wire::{authorise, below, json};
use super::{Act, Call, Party};
use crate::model::card::{Card, Part, Turn};
use crate::model::thread::Known;

/// When an alert ends whose end nobody tells.
const OPEN_FOR: SignedDuration = SignedDuration::from_hours(30 * 24);
/// How long something is shown that has no end of its own, or is over when it is told: longer than groups are waited for.
const SHOWN_FOR: SignedDuration = SignedDuration::from_mins(5);
const SUMMARY_CHARS: usize = 1_000;
const DESCRIPTION_CHARS: usize = 8_000;
const CAUSE_OCTETS: usize = 400;

/// One request for each alert. Equal labels are one alert, so what opens and closes at once is one too.
pub fn calls(card: &Card, known: &Known, labels: &[(String, String)]) -> Vec<Call> {
    let steps = course(card, known, CAUSE_OCTETS);
    let mut calls = Vec::new();
    for (n, step) in steps.iter().enumerate() {
        let same = |other: &&Step<'_>| other.key == step.key;
        if steps.iter().skip(n + 1).any(|later| same(&later)) {
            continue;
        }
        let opens = steps.iter().filter(same).any(|other| other.act == Act::Open);
        calls.push(step.call(Value::Array(vec![alert(card, step, labels, opens)]), None));
    }
    calls
}

fn alert(card: &Card, step: &Step<'_>, extra: &[(String, String)], opens: bool) -> Value {
    let (from, until) = times(card, step, opens);
    let mut alert = json!({
        "labels": labels(card, step, extra),
        "annotations": annotations(card, step.part),
        "startsAt": from.to_string(),
        "endsAt": until.to_string(),
    });
    let page = step.part.and_then(|part| part.section.page.as_deref()).or(card.root.as_deref());
    if let Some(page) = page {
        alert["generatorURL"] = json!(page);
    }
    alert
}

fn times(card: &Card, step: &Step<'_>, opens: bool) -> (Timestamp, Timestamp) {
    let Some(part) = step.part else { return (card.at, card.at + SHOWN_FOR) };
    let from = part.since.min(card.at);
    match (step.act, part.turn) {
        (_, Turn::Ahead) => (card.at, part.until.unwrap_or(card.at).max(card.at + SHOWN_FOR)),
        // It was never open there: it is shown for a while, or nobody would ever see it.
        (Act::Close, _) if opens => (from, card.at + SHOWN_FOR),
        (Act::Close, _) => (from, part.until.unwrap_or(card.at).clamp(from, card.at)),
        _ => (from, card.at + OPEN_FOR),
    }
}

/// What makes it one alert: nothing of it may change while it is open.
fn labels(card: &Card, step: &Step<'_>, extra: &[(String, String)]) -> Value {
    let name = match (step.part, card.is_test) {
        (Some(part), false) if part.turn == Turn::Ahead => "BellwetherMaintenanceAhead",
        (Some(part), false) if part.is_unseen => "BellwetherCannotSee",
        (Some(_), false) => "BellwetherVendorTrouble",
        (_, true) | (None, _) => "BellwetherTest",
    };
    let mut labels = Map::new();
    labels.extend(extra.iter().map(|(name, value)| (name.clone(), json!(value))));
    labels.insert("alertname".into(), json!(name));
    labels.insert("cause".into(), json!(step.key));
    labels.extend(step.part.map(|part| ("vendor".to_owned(), json!(part.vendor))));
    Value::Object(labels)
}

fn annotations(card: &Card, part: Option<&Part>) -> Value {
    let mut annotations = Map::new();
    let summary = cut(&headline(card, part), SUMMARY_CHARS, Measure::Chars);
    annotations.insert("summary".into(), json!(summary));
    let description = super::course::text(card, part);
    annotations.insert("description".into(), json!(cut(&description, DESCRIPTION_CHARS, Measure::Chars)));
    if let Some(own) = card.own(part).and_then(|own| own.details.as_ref()) {
        let said = |said: &str| json!(cut(said, DESCRIPTION_CHARS, Measure::Chars));
        let is_ours = |label: &String| ["summary", "description"].contains(&label.as_str());
        annotations
            .extend(own.iter().filter(|(label, _)| !is_ours(label)).map(|(label, text)| (label.clone(), said(text))));
    } else if let Some(part) = part {
        annotations.insert("impact".into(), json!(part.impact.word()));
        annotations.extend(part.tier.map(|tier| ("tier".to_owned(), json!(tier.word()))));
        annotations.insert("services".into(), json!(cut(&part.services.join(", "), SUMMARY_CHARS, Measure::Chars)));
        annotations.extend(part.vendor_page.as_ref().map(|page| ("vendor_page".to_owned(), json!(page))));
    }
    // A test has neither services nor a page; an empty annotation says nothing.
    annotations.retain(|_, value| value.as_str().is_some_and(|text| !text.is_empty()));
    Value::Object(annotations)
}

/// What a template may begin with.
pub fn shipped(card: &Card, part: Option<&Part>) -> Value {
    let mut details = annotations(card, part);
    let taken = |details: &mut Value, key: &str| details.as_object_mut().and_then(|all| all.shift_remove(key));
    let (summary, description) = (taken(&mut details, "summary"), taken(&mut details, "description"));
    json!({ "summary": summary, "description": description, "details": details })
}

/// The request.
pub fn request(party: &Party, call: &Call, url: &Url, has_token: bool) -> Result<Request, String> {
    let mut request = json(Method::POST, below(url, &["api", "v2", "alerts"]), &call.body)?;
    if has_token {
        authorise(request.headers_mut(), "Bearer", party.secret("token")?)?;
    }
    Ok(request)
}
