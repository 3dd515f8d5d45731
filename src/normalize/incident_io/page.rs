//! The page for people: its HTML carries what it shows, as text pushed in pieces to `self.__next_f`.
//!
//! The pieces together are lines of React's own format, not one JSON document. Only the objects that are wanted are
//! read out of it, each from its name to its end.

use jiff::Timestamp;
use serde_json::Value;

use super::summary;
use crate::model::snapshot::Unreadable;
use crate::normalize::{Body, document};

const PIECE: &str = "self.__next_f.push(";
/// How often an object of one name is looked at; a page of 2026-03 has its summary three times.
const MOST_TRIES: usize = 20;

/// What a page carries.
#[derive(Debug)]
pub struct Carried {
    /// The summary, cleaned.
    pub summary: Value,
    /// Its links to incidents of the last months, open or over; null where it has none.
    pub links: Value,
    /// When the page was made.
    pub made: Option<Timestamp>,
}

/// Reads what a page carries.
///
/// # Errors
/// [`Unreadable`] where it is cut short, or carries no summary of incident.io's.
pub fn read(body: &Body) -> Result<Carried, Unreadable> {
    let html = document::page(body, "incident.io")?;
    let carried = carried(&html)?;
    let Some(summary) = object(&carried, "\"summary\":", summary::is_signed) else {
        return Err(match document::page_instead(&html, body) {
            Unreadable::Blocked(why) => Unreadable::Blocked(why),
            _ => Unreadable::Unexpected("a page that carries no summary of incident.io's".to_owned()),
        });
    };
    let clock = object(&carried, "\"initialNow\":", |value| value.get("isoDate").is_some());
    let made = clock.and_then(|clock| clock.get("isoDate")?.as_str()?.parse().ok());
    let links = object(&carried, "\"incident_links\":", Value::is_array).unwrap_or_default();
    Ok(Carried { summary, links, made })
}

/// All pieces of text, one behind the other.
fn carried(html: &str) -> Result<String, Unreadable> {
    let mut all = String::new();
    for (at, _) in html.match_indices(PIECE) {
        let rest = html.get(at + PIECE.len()..).unwrap_or_default();
        if !rest.starts_with('[') {
            continue;
        }
        let piece = serde_json::Deserializer::from_str(rest).into_iter::<Value>().next();
        let Some(Ok(piece)) = piece else {
            return Err(Unreadable::Unexpected("a piece of what the page carries is no JSON".to_owned()));
        };
        all.push_str(piece.get(1).and_then(Value::as_str).unwrap_or_default());
    }
    Ok(all)
}

/// The first value of that name which is the right one, cleaned.
fn object(carried: &str, name: &str, is_right: impl Fn(&Value) -> bool) -> Option<Value> {
    carried.match_indices(name).take(MOST_TRIES).find_map(|(at, _)| {
        let rest = carried.get(at + name.len()..)?;
        let value = serde_json::Deserializer::from_str(rest).into_iter::<Value>().next()?.ok()?;
        is_right(&value).then(|| summary::cleaned(value))
    })
}
