//! Webhooks after Standard Webhooks: `webhook-id`, `webhook-timestamp`, and a `webhook-signature` with one signature
//! for each secret, so that one secret can follow another. The timestamp is of the try; the id and the body never
//! change.
//!
//! Redirects are not followed and answers are read to a cap. Only 2xx is success and only 410 is final: whatever else
//! an endpoint says, somebody may mend it within the days that a notification is tried.

use std::fmt;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, LOCATION, RETRY_AFTER};
use reqwest::{Method, Request, Response, StatusCode};
use sha2::Sha256;
use tokio::time::{Instant, timeout_at};
use url::Url;

use super::Attempt;
use crate::model::address::{AllowedNetwork, NotAllowed};
use crate::model::id::NotificationId;
use crate::model::secret::Secret;
use crate::model::text;
use crate::outgoing::client::{Client, ClientError, Options};
use crate::outgoing::failure::Failure;
use crate::outgoing::{capped, retry_after};

/// For one try, all told.
pub const DEADLINE: Duration = Duration::from_secs(15);
/// The most that is read of an answer, decoded.
const ANSWER_CAP: usize = 64 * 1024;
/// How long the body of an answer is waited for; the head has said all that counts.
const ANSWER_DEADLINE: Duration = Duration::from_secs(2);
/// The fewest octets of a key, as the standard has it.
const KEY_OCTETS: usize = 24;

/// A key that signs. Its `Debug` does not show it.
#[derive(Clone)]
pub struct SigningKey(Vec<u8>);

/// Why a secret is no key. It does not repeat the secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAKey {
    /// Not of the form.
    #[error("a webhook's secret is whsec_ and then base64")]
    Malformed,
    /// Too easy to guess.
    #[error("a webhook's secret holds 24 octets at least; make one with: echo whsec_$(openssl rand -base64 32)")]
    TooShort,
}

impl SigningKey {
    /// Reads `whsec_<base64>`.
    ///
    /// # Errors
    /// [`NotAKey`], without the secret.
    pub fn parse(secret: &Secret) -> Result<Self, NotAKey> {
        let coded = secret.reveal().trim().strip_prefix("whsec_").ok_or(NotAKey::Malformed)?;
        let key = STANDARD.decode(coded).map_err(|_| NotAKey::Malformed)?;
        if key.len() < KEY_OCTETS { Err(NotAKey::TooShort) } else { Ok(Self(key)) }
    }

    /// `v1,<base64>` over `id.timestamp.body`.
    #[must_use]
    pub fn sign(&self, id: &str, seconds: i64, body: &[u8]) -> String {
        // HMAC takes keys of any length; a refusal cannot happen, and an empty signature would verify nowhere.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.0) else { return String::new() };
        mac.update(format!("{id}.{seconds}.").as_bytes());
        mac.update(body);
        format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey(…)")
    }
}

/// Where a webhook goes.
#[derive(Clone)]
pub struct Endpoint {
    /// The address. It often holds a token, so it is never shown whole.
    pub url: Url,
    /// The keys, the newest first.
    pub keys: Vec<SigningKey>,
    /// Whether it may stand at an address that is not public.
    pub allow_private: bool,
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Endpoint({})", self.url.host_str().unwrap_or("?"))
    }
}

/// The way to all webhooks.
pub struct Hooks {
    public: Client,
    private: Client,
    deadline: Duration,
}

impl Hooks {
    /// Makes the two clients: one for public addresses (and the networks that `options` allow), one for all.
    ///
    /// # Errors
    /// [`ClientError`] for what the configuration or the machine lacks.
    pub fn new(options: Options, deadline: Duration) -> Result<Self, ClientError> {
        let everything = ["0.0.0.0/0", "::/0"].iter().filter_map(|net| net.parse::<AllowedNetwork>().ok()).collect();
        let private = Client::new(Options { allow_private: everything, ..options.clone() })?;
        Ok(Self { public: Client::new(options)?, private, deadline })
    }

    /// Asks a service and reads its answer, to a cap. `now` is the time of this try.
    ///
    /// # Errors
    /// What is to be done where no answer came.
    pub(super) async fn ask(&self, request: Request, allow_private: bool, now: Timestamp) -> Result<Answer, Attempt> {
        let client = if allow_private { &self.private } else { &self.public };
        let host = request.url().host_str().unwrap_or_default().to_owned();
        let end = Instant::now() + self.deadline;
        match timeout_at(end, client.send(request)).await {
            Ok(Ok(response)) => Ok(read(response, now, end).await),
            Ok(Err(failure)) => Err(failed(&failure)),
            Err(_) => Err(late(&host, self.deadline)),
        }
    }

    /// Sends a frozen body to `endpoint`. `now` is the time of this try.
    pub async fn send(&self, endpoint: &Endpoint, id: &NotificationId, body: &[u8], now: Timestamp) -> Attempt {
        let request = match request(endpoint, id, body, now) {
            Ok(request) => request,
            Err(reason) => return Attempt::Permanent { reason, receiver_gone: false },
        };
        let client = if endpoint.allow_private { &self.private } else { &self.public };
        let end = Instant::now() + self.deadline;
        match timeout_at(end, client.send(request)).await {
            Ok(Ok(response)) => answered(response, now, end).await,
            Ok(Err(failure)) => failed(&failure),
            Err(_) => late(endpoint.url.host_str().unwrap_or_default(), self.deadline),
        }
    }
}

fn request(endpoint: &Endpoint, id: &NotificationId, body: &[u8], now: Timestamp) -> Result<Request, String> {
    let seconds = now.as_second();
    let signatures: Vec<String> = endpoint.keys.iter().map(|key| key.sign(&id.0, seconds, body)).collect();
    let mut request = Request::new(Method::POST, endpoint.url.clone());
    let headers = request.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    set(headers, "webhook-id", &id.0)?;
    set(headers, "webhook-timestamp", &seconds.to_string())?;
    if !signatures.is_empty() {
        set(headers, "webhook-signature", &signatures.join(" "))?;
    }
    *request.body_mut() = Some(body.to_vec().into());
    Ok(request)
}

fn set(headers: &mut HeaderMap, name: &'static str, value: &str) -> Result<(), String> {
    let value = HeaderValue::from_str(value).map_err(|_| format!("{name} cannot be written as a header"))?;
    headers.insert(HeaderName::from_static(name), value);
    Ok(())
}

/// What a far side answered.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    /// How long it asks to be left alone.
    pub(super) after: Option<Duration>,
    /// Where a redirect leads: its host, for people.
    pub(super) leads: String,
    /// The body, as far as it was read.
    pub(super) body: String,
}

impl Answer {
    /// What it said, on one line.
    pub(super) fn said(&self) -> String {
        let (status, said) = (self.status.as_u16(), text::line(&self.body, 200));
        if said.is_empty() { format!("HTTP {status}") } else { format!("HTTP {status}: {said}") }
    }
}

async fn read(mut response: Response, now: Timestamp, end: Instant) -> Answer {
    let (status, after, leads) = (response.status(), asked(&response, now), redirect(&response));
    let mut body = Vec::new();
    // A body that drips, lies or never ends changes nothing about what the head said.
    let end = end.min(Instant::now() + ANSWER_DEADLINE);
    let _ = timeout_at(end, capped::read(&mut response, ANSWER_CAP, &mut body)).await;
    Answer { status, after, leads, body: String::from_utf8_lossy(&body).into_owned() }
}

async fn answered(response: Response, now: Timestamp, end: Instant) -> Attempt {
    let answer = read(response, now, end).await;
    match answer.status {
        status if status.is_success() => Attempt::Delivered { answer: answer.said() },
        StatusCode::GONE => gone(&answer),
        status if status.is_redirection() => redirected(&answer),
        _ => Attempt::Retry { reason: answer.said(), after: answer.after, ambiguous: false, broken: false },
    }
}

/// What to make of a far side that wants never to be called again.
pub(super) fn gone(answer: &Answer) -> Attempt {
    let reason = format!("{}; the endpoint asks never to be called again: take the receiver out", answer.said());
    Attempt::Permanent { reason, receiver_gone: true }
}

/// What to make of a redirect: who is led elsewhere may be led anywhere.
pub(super) fn redirected(answer: &Answer) -> Attempt {
    Attempt::later(format!("{}; redirects are not followed{}", answer.said(), answer.leads))
}

/// How long an endpoint that is too busy asks to be left alone. Its own clock is used where it gives one.
fn asked(response: &Response, now: Timestamp) -> Option<Duration> {
    let busy = matches!(response.status(), StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE);
    let header = |name| response.headers().get(name).and_then(|value| value.to_str().ok());
    let theirs = header(reqwest::header::DATE).and_then(retry_after::date).unwrap_or(now);
    header(RETRY_AFTER).filter(|_| busy).and_then(|value| retry_after::parse(value, theirs))
}

/// Where a redirect leads: its host alone, for the rest may be a secret.
fn redirect(response: &Response) -> String {
    let location = response.headers().get(LOCATION).and_then(|value| value.to_str().ok());
    let url = location.and_then(|location| response.url().join(location).ok());
    url.and_then(|url| url.host_str().map(|host| format!(": it leads to {}", text::line(host, 100))))
        .unwrap_or_default()
}

fn failed(failure: &Failure) -> Attempt {
    let (reason, ambiguous) = match failure {
        Failure::NotAllowed(NotAllowed::Address { host, address, why }) => {
            (format!("{host} leads to {address}, {why}; to allow it: allow_private = true at the receiver"), false)
        }
        Failure::NotAllowed(_) | Failure::Tls(_) | Failure::Refused(_) => (failure.to_string(), false),
        Failure::Unreachable(why) => (why.clone(), false),
        // A connection that was made and ended can have taken the body.
        Failure::Dropped(why) => (why.clone(), true),
        Failure::CutShort(why) | Failure::Unexpected(why) => (why.clone(), true),
    };
    Attempt::Retry { reason, after: None, ambiguous, broken: false }
}

fn late(host: &str, deadline: Duration) -> Attempt {
    let reason = format!("{host} did not answer within {} s", deadline.as_secs_f64());
    Attempt::Retry { reason, after: None, ambiguous: true, broken: false }
}
