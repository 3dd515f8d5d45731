//! CloudEvents 1.0 over HTTP in structured mode: the webhook's JSON as the data of one event.
//!
//! From memory, checked against the Python SDK of PyPI `cloudevents`: the attributes `specversion`, `id`, `source`, `type`,
//! `subject`, `time`, `datacontenttype`, the media type `application/cloudevents+json`. Read on 2026-11-22 only in name:
//! `cloudevents/spec`, `cloudevents/http-webhook.md`: a bearer token in `Authorization`; 2xx is success, 410 final, 415 for
//! a type that is not taken. The handshake by OPTIONS that it offers is not made.

use reqwest::{Method, Request};
use serde_json::json;
use url::Url;

use super::wire::{authorise, with_body};
use super::{Call, Party, say};
use crate::model::card::Card;
use crate::model::subscription::WebhookUrl;

const CONTENT: &str = "application/cloudevents+json; charset=utf-8";

/// The message.
pub fn call(card: &Card) -> Call {
    let mut event = json!({
        "specversion": "1.0",
        "id": card.id,
        "source": card.root.as_deref().unwrap_or("urn:bellwether"),
        "type": "bellwether.notification.v1",
        "time": card.at.to_string(),
        "datacontenttype": "application/json",
        "data": card.json,
    });
    if let Some(part) = card.parts.first() {
        event["subject"] = json!(part.cause);
    }
    say(event, None)
}

/// The request.
pub fn request(party: &Party, call: &Call, url: &WebhookUrl, has_token: bool) -> Result<Request, String> {
    let url: Url = match url {
        WebhookUrl::Plain(url) => url.clone(),
        WebhookUrl::Secret(_) => party.address("url")?,
    };
    let bytes = serde_json::to_vec(&call.body).map_err(|error| error.to_string())?;
    let mut request = with_body(Method::POST, url, CONTENT, bytes);
    if has_token {
        authorise(request.headers_mut(), "Bearer", party.secret("token")?)?;
    }
    Ok(request)
}
