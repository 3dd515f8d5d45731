//! The far sides: the vendors' pages that are looked at, and the mailbox and the listener that are told. All of it is one
//! small server on this machine, which also shows people what arrived.

use std::sync::{Arc, Mutex, PoisonError};

use askama::Template;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Json, Response};
use axum::routing::{get, post};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use sha2::Sha256;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::mailbox::Mail;
use super::mime::{self, Opened};
use super::story::Story;
use super::vendors;
use crate::clock::Clock;
use crate::model::clock_text::Times;
use crate::model::format::Format;

/// A signature is believed for so long, as the standard has it.
const TOLERANCE_SECONDS: i64 = 300;
/// The largest body that is taken.
const LARGEST: usize = 1024 * 1024;

/// By which way something came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Came {
    /// A mail.
    Mail,
    /// A webhook whose signature is right.
    Webhook,
    /// A webhook whose signature is wrong.
    Unverified,
}

/// Something that arrived.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// When, by the story's clock.
    pub at: Timestamp,
    /// How.
    pub came: Came,
    /// To whom.
    pub to: String,
    /// The notification's id.
    pub id: String,
    /// A mail, opened.
    pub mail: Opened,
    /// All of it, as it came.
    pub raw: String,
}

/// The far sides.
#[derive(Debug)]
pub struct Far {
    /// The story.
    pub story: Arc<Story>,
    /// The story's time.
    pub clock: Clock,
    /// What webhooks are signed with.
    pub key: Vec<u8>,
    /// Where the pages of the program are.
    pub pages: String,
    /// All that arrived.
    pub arrived: Mutex<Vec<Arrival>>,
    /// Is told what arrives.
    pub told: mpsc::Sender<Arrival>,
}

impl Far {
    /// All that arrived, in order.
    #[must_use]
    pub fn arrivals(&self) -> Vec<Arrival> {
        self.arrived.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn keep(&self, arrival: Arrival) {
        self.arrived.lock().unwrap_or_else(PoisonError::into_inner).push(arrival.clone());
        // Nobody listens only while the program ends.
        let _ = self.told.send(arrival).await;
    }

    /// Keeps the mails that the mailbox takes.
    pub async fn keep_mails(self: Arc<Self>, mut mails: mpsc::Receiver<Mail>) {
        while let Some(Mail { to, raw }) = mails.recv().await {
            let (mail, at) = (mime::open(&raw), self.clock.now());
            let raw = String::from_utf8_lossy(&raw).into_owned();
            self.keep(Arrival { at, came: Came::Mail, to, id: mail.id.clone(), mail, raw }).await;
        }
    }

    /// Serves until `stop`.
    pub async fn serve(self: Arc<Self>, listener: TcpListener, stop: CancellationToken) {
        let router = Router::new()
            .route("/", get(index))
            .route("/arrived/{number}", get(one))
            .route("/arrived/{number}/html", get(as_html))
            .route("/vendors/{vendor}/feed", get(feed))
            .route("/vendors/{vendor}/summary.json", get(summary))
            .route("/vendors/{vendor}/incidents.json", get(incidents))
            .route("/hook", post(hook))
            .layer(DefaultBodyLimit::max(LARGEST))
            .with_state(self);
        let served = axum::serve(listener, router).with_graceful_shutdown(stop.cancelled_owned());
        if let Err(error) = served.await {
            tracing::error!(%error, "the far sides are served no longer");
        }
    }
}

type Sides = State<Arc<Far>>;

async fn feed(State(far): Sides, Path(vendor): Path<String>) -> Response {
    let page = far.story.pages.iter().find(|page| page.vendor.as_str() == vendor && page.format == Format::AzureRss);
    match page {
        Some(page) => {
            let feed = vendors::azure_feed(&far.story, page, far.clock.now());
            ([(header::CONTENT_TYPE, "application/rss+xml; charset=utf-8")], feed).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn summary(State(far): Sides, Path(vendor): Path<String>) -> Response {
    statuspage(&far, &vendor, false)
}

async fn incidents(State(far): Sides, Path(vendor): Path<String>) -> Response {
    statuspage(&far, &vendor, true)
}

fn statuspage(far: &Far, vendor: &str, with_ended: bool) -> Response {
    let page = far.story.pages.iter().find(|page| page.vendor.as_str() == vendor && page.format == Format::Statuspage);
    match page {
        Some(page) => Json(vendors::statuspage(&far.story, page, with_ended, far.clock.now())).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// Takes a webhook as a receiver of the user's own would: only if its signature is right and of now.
async fn hook(State(far): Sides, headers: HeaderMap, body: Bytes) -> StatusCode {
    let word = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (id, time) = (word("webhook-id"), word("webhook-timestamp"));
    let is_ours = verifies(&far.key, id, time, &body, word("webhook-signature"), Timestamp::now());
    let came = if is_ours { Came::Webhook } else { Came::Unverified };
    let raw = String::from_utf8_lossy(&body).into_owned();
    let arrival =
        Arrival { at: far.clock.now(), came, to: "noc-webhook".into(), id: id.into(), mail: Opened::default(), raw };
    far.keep(arrival).await;
    if is_ours { StatusCode::NO_CONTENT } else { StatusCode::UNAUTHORIZED }
}

/// Whether one of the signatures is that of `key`, and of the last minutes: Standard Webhooks, from the receiver's side.
fn verifies(key: &[u8], id: &str, time: &str, body: &[u8], signatures: &str, now: Timestamp) -> bool {
    let is_fresh = time.parse().is_ok_and(|time: i64| (now.as_second() - time).abs() <= TOLERANCE_SECONDS);
    let is_right = |signature: &str| {
        let given = signature.strip_prefix("v1,").and_then(|coded| STANDARD.decode(coded).ok());
        let (Some(given), Ok(mut mac)) = (given, Hmac::<Sha256>::new_from_slice(key)) else { return false };
        mac.update(format!("{id}.{time}.").as_bytes());
        mac.update(body);
        mac.verify_slice(&given).is_ok()
    };
    is_fresh && signatures.split(' ').any(is_right)
}

/// What arrived, in a list.
#[derive(Template)]
#[template(path = "demo/arrived.html")]
struct Arrived {
    title: String,
    pages: String,
    rows: Vec<Row>,
}

struct Row {
    number: usize,
    at: String,
    way: &'static str,
    to: String,
    subject: String,
}

async fn index(State(far): Sides) -> Response {
    let times = Times::new(&far.story.zone, far.story.begin);
    let rows = far.arrivals().iter().enumerate().rev().map(|(number, one)| row(number, one, &times)).collect();
    page(&Arrived { title: far.story.title.clone(), pages: far.pages.clone(), rows })
}

fn row(number: usize, one: &Arrival, times: &Times) -> Row {
    let way = match one.came {
        Came::Mail => "mail",
        Came::Webhook => "webhook, verified",
        Came::Unverified => "webhook, NOT verified",
    };
    Row { number, at: times.moment(one.at), way, to: one.to.clone(), subject: subject(one) }
}

/// Of a webhook its own field; of a mail the title of its HTML, which needs no decoding of headers.
fn subject(one: &Arrival) -> String {
    let of_json = || serde_json::from_str::<serde_json::Value>(&one.raw).ok()?["subject"].as_str().map(str::to_owned);
    let html = one.mail.html.split("<title>").nth(1).and_then(|rest| rest.split("</title>").next());
    html.map(unescaped).or_else(of_json).unwrap_or_default()
}

fn unescaped(text: &str) -> String {
    let text = text.replace("&#60;", "<").replace("&#62;", ">").replace("&#39;", "'").replace("&#34;", "\"");
    text.replace("&#38;", "&").replace("&amp;", "&")
}

/// One that arrived, as text.
#[derive(Template)]
#[template(path = "demo/one.html")]
struct One {
    row: Row,
    has_html: bool,
    text: String,
}

async fn one(State(far): Sides, Path(number): Path<usize>) -> Response {
    let Some(arrival) = far.arrivals().into_iter().nth(number) else { return StatusCode::NOT_FOUND.into_response() };
    let row = row(number, &arrival, &Times::new(&far.story.zone, far.story.begin));
    let has_html = !arrival.mail.html.is_empty();
    let text = if arrival.came == Came::Mail { arrival.mail.text } else { pretty(&arrival.raw) };
    page(&One { row, has_html, text })
}

fn pretty(json: &str) -> String {
    let value = serde_json::from_str::<serde_json::Value>(json).ok();
    value.and_then(|value| serde_json::to_string_pretty(&value).ok()).unwrap_or_else(|| json.to_owned())
}

/// The HTML of a mail, as a mail program would show it: no script, nothing fetched.
async fn as_html(State(far): Sides, Path(number): Path<usize>) -> Response {
    let Some(arrival) = far.arrivals().into_iter().nth(number) else { return StatusCode::NOT_FOUND.into_response() };
    let policy = "default-src 'none'; style-src 'unsafe-inline'; sandbox allow-top-navigation-by-user-activation";
    ([(header::CONTENT_SECURITY_POLICY, policy)], Html(arrival.mail.html)).into_response()
}

fn page(template: &impl Template) -> Response {
    match template.render() {
        Ok(html) => {
            let policy = "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'";
            ([(header::CONTENT_SECURITY_POLICY, policy)], Html(html)).into_response()
        }
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the standard's own documents: `whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw`.
    #[test]
    fn a_signature_is_believed_only_with_its_key_its_body_and_in_its_time() {
        let key = STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let (id, time, body) = ("msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", br#"{"test": 2432232314}"#);
        let signature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
        let now = |second| Timestamp::from_second(second).unwrap();
        assert!(verifies(&key, id, time, body, signature, now(1_614_265_330)));
        assert!(verifies(&key, id, time, body, &format!("v1,AAAA {signature}"), now(1_614_265_400)));
        assert!(!verifies(&key, id, time, body, signature, now(1_614_266_000)), "too old");
        assert!(!verifies(&key, id, time, b"{}", signature, now(1_614_265_330)), "another body");
        assert!(!verifies(b"another key", id, time, body, signature, now(1_614_265_330)), "another key");
        assert!(!verifies(&key, id, time, body, "", now(1_614_265_330)), "none");
    }
}
