//! The shapes that others read. They only grow: a field is never renamed, removed or given another meaning.

pub mod delivery;
pub mod incident;
pub mod service;
pub mod source;

use serde::Serialize;
use serde_json::Value;

use crate::store::feed::Line;

/// The version of all of them.
pub const VERSION: u32 = 1;

#[derive(Serialize)]
pub struct Feed {
    version: u32,
    changes: Vec<Value>,
    /// What to ask `after` next.
    next: i64,
    /// Whether there is more already.
    more: bool,
}

/// Changes, each with its number in the feed.
pub fn feed(lines: Vec<Line>, after: i64, limit: i64) -> Feed {
    let more = i64::try_from(lines.len()).unwrap_or(i64::MAX) >= limit;
    let next = lines.last().map_or(after, |line| line.seq);
    let numbered = |line: Line| {
        let mut doc = serde_json::Map::from_iter([("seq".to_owned(), Value::from(line.seq))]);
        if let Value::Object(rest) = line.doc {
            doc.extend(rest);
        }
        Value::Object(doc)
    };
    Feed { version: VERSION, changes: lines.into_iter().map(numbered).collect(), next, more }
}
