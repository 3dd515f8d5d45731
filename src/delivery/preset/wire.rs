//! What every service's requests and answers have in common.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::{Method, Request, StatusCode};
use serde_json::Value;
use url::Url;

use super::Party;
use crate::delivery::Attempt;
use crate::delivery::webhook::{Answer, gone, redirected};

/// The type of a body of JSON. Slack wants the coding named.
pub const JSON: &str = "application/json; charset=utf-8";

/// What a far side's answer means.
pub enum Verdict {
    /// It took it. `name` is what it calls the thing.
    Taken {
        /// What it said.
        answer: String,
        /// Its name for the thing.
        name: Option<String>,
    },
    /// It will never take this body; another one it might.
    Refused {
        /// What it said.
        why: String,
    },
    /// It did not work.
    Failed(Attempt),
}

/// A request with a body of JSON.
pub fn json(method: Method, url: Url, body: &Value) -> Result<Request, String> {
    let bytes = serde_json::to_vec(body).map_err(|error| error.to_string())?;
    Ok(with_body(method, url, JSON, bytes))
}

/// A request with a body.
pub fn with_body(method: Method, url: Url, content: &'static str, bytes: Vec<u8>) -> Request {
    let mut request = Request::new(method, url);
    request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content));
    request.headers_mut().insert(ACCEPT, HeaderValue::from_static("application/json"));
    *request.body_mut() = Some(bytes.into());
    request
}

/// A request without a body.
pub fn get(url: Url) -> Request {
    let mut request = Request::new(Method::GET, url);
    request.headers_mut().insert(ACCEPT, HeaderValue::from_static("application/json"));
    request
}

/// Adds who we are. The value is never shown.
pub fn authorise(headers: &mut HeaderMap, scheme: &str, credentials: &str) -> Result<(), String> {
    let value = HeaderValue::from_str(&format!("{scheme} {credentials}"));
    let mut value = value.map_err(|_| "its secret holds what no header can hold, such as a line break".to_owned())?;
    value.set_sensitive(true);
    headers.insert(AUTHORIZATION, value);
    Ok(())
}

/// Adds a name and a password.
pub fn authorise_basic(headers: &mut HeaderMap, name: &str, password: &str) -> Result<(), String> {
    authorise(headers, "Basic", &basic(name, password))
}

/// A name and a password as they stand in a header.
pub fn basic(name: &str, password: &str) -> String {
    STANDARD.encode(format!("{name}:{password}"))
}

/// An address with more of a path. Each piece is one segment, whatever it holds.
pub fn below(base: &Url, pieces: &[&str]) -> Url {
    let mut url = base.clone();
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.pop_if_empty().extend(pieces);
    }
    url
}

impl Party {
    /// Where the API is: as configured, else at its usual place.
    pub(super) fn base(&self, usual: &str) -> Result<Url, String> {
        match &self.preset.base {
            Some(base) => Ok(base.clone()),
            None => Url::parse(usual).map_err(|error| error.to_string()),
        }
    }

    /// A secret that is a whole address.
    pub(super) fn address(&self, key: &str) -> Result<Url, String> {
        let url = Url::parse(self.secret(key)?).map_err(|_| format!("its `{key}` holds no web address"))?;
        match url.scheme() {
            "https" => Ok(url),
            "http" if self.preset.allow_private => Ok(url),
            _ => Err(format!("its `{key}` holds no https:// address; a server of our own wants allow_private = true")),
        }
    }
}

/// What an answer means where a service has no words of its own for it.
pub fn usual(answer: &Answer) -> Verdict {
    let said = answer.said();
    match answer.status {
        status if status.is_success() => Verdict::Taken { answer: said, name: None },
        status if status.is_redirection() => Verdict::Failed(redirected(answer)),
        StatusCode::GONE => Verdict::Failed(gone(answer)),
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::NOT_FOUND => {
            Verdict::Failed(Attempt::broken(said))
        }
        StatusCode::BAD_REQUEST
        | StatusCode::PAYLOAD_TOO_LARGE
        | StatusCode::UNSUPPORTED_MEDIA_TYPE
        | StatusCode::UNPROCESSABLE_ENTITY => Verdict::Refused { why: said },
        _ => Verdict::Failed(Attempt::Retry { reason: said, after: answer.after, ambiguous: false, broken: false }),
    }
}

/// A body of JSON, or nothing where it is none.
pub fn parsed(answer: &Answer) -> Value {
    serde_json::from_str(&answer.body).unwrap_or(Value::Null)
}
