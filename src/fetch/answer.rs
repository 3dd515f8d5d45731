//! An answer as the rest of the program wants it: the headers that matter, the validators.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use reqwest::Response;
use reqwest::header::{DATE, ETAG, HeaderMap, HeaderName, LAST_MODIFIED, RETRY_AFTER};
use url::Url;

use super::{Fetched, Validators};
use crate::model::snapshot::Unreadable;
use crate::normalize::Body;
use crate::outgoing::retry_after;

/// The headers that formats and people look at. All others stay with the client.
const KEPT: [&str; 7] = ["content-type", "last-modified", "date", "age", "etag", "retry-after", "server"];

/// A header longer than this is not what it says it is.
const LONGEST_HEADER: usize = 1024;

/// A 304, which only means something where we asked by validators.
///
/// # Errors
/// [`Unreadable::Unexpected`] for a 304 that nobody asked for.
pub fn not_modified(asked: Option<&Validators>) -> Result<Fetched, Unreadable> {
    match asked {
        Some(_) => Ok(Fetched::NotModified),
        None => Err(Unreadable::Unexpected("HTTP 304 (not modified), though the whole was asked for".to_owned())),
    }
}

/// An answer with a body.
///
/// # Errors
/// [`Unreadable::CutShort`] for a part (206), which nobody asked for.
pub fn fetched(url: &Url, is_first: bool, response: &Response, bytes: Vec<u8>) -> Result<Fetched, Unreadable> {
    let status = response.status().as_u16();
    if status == 206 {
        return Err(Unreadable::CutShort(
            "the server sent a part (HTTP 206) though the whole was asked for".to_owned(),
        ));
    }
    let headers = response.headers();
    Ok(Fetched::Body {
        validators: if is_first && status == 200 { validators(headers) } else { None },
        retry_after: if status >= 400 { wait(headers) } else { None },
        body: Body { status, final_url: Some(url.clone()), headers: kept(headers), bytes },
    })
}

fn kept(headers: &HeaderMap) -> Vec<(String, String)> {
    let known = KEPT.iter().filter_map(|name| headers.get(*name).map(|value| (*name, value)));
    known
        .filter(|(_, value)| value.len() <= LONGEST_HEADER)
        .map(|(name, value)| (name.to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect()
}

fn validators(headers: &HeaderMap) -> Option<Validators> {
    let etag = word(headers, &ETAG);
    let last_modified = word(headers, &LAST_MODIFIED).filter(|date| is_settled(date, headers));
    (etag.is_some() || last_modified.is_some()).then_some(Validators { etag, last_modified })
}

/// A document may change twice in a second. A date that was so fresh when it was given cannot tell the two apart,
/// and would hide the second for ever.
fn is_settled(last_modified: &str, headers: &HeaderMap) -> bool {
    let modified = retry_after::date(last_modified);
    let answered = word(headers, &DATE).and_then(|date| retry_after::date(&date));
    match (modified, answered) {
        (Some(modified), Some(answered)) => answered.duration_since(modified) > SignedDuration::from_secs(1),
        (None, _) => false,
        (Some(_), None) => true,
    }
}

fn wait(headers: &HeaderMap) -> Option<Duration> {
    let now = word(headers, &DATE).and_then(|date| retry_after::date(&date)).unwrap_or_else(Timestamp::now);
    retry_after::parse(&word(headers, &RETRY_AFTER)?, now)
}

fn word(headers: &HeaderMap, name: &HeaderName) -> Option<Box<str>> {
    let text = headers.get(name)?.to_str().ok()?.trim();
    (!text.is_empty() && text.len() <= LONGEST_HEADER).then(|| text.into())
}
