//! The shapes of sources and their health.

use jiff::Timestamp;
use serde::Serialize;

use super::VERSION;
use crate::model::incident::Health;
use crate::model::published::time;
use crate::model::snapshot::Warning;
use crate::store::drift::AllWatched;
use crate::web::api::looked_after::Documents;
use crate::web::now::Now;
use crate::web::page::sources::every;

#[derive(Serialize)]
pub struct Sources {
    version: u32,
    at: String,
    sources: Vec<SourceShape>,
    /// Sources that nobody looks at, and what to do about it.
    not_looked_at: Vec<NotLookedAt>,
    /// Vendors that a service needs and that no source speaks for.
    without_source: Vec<String>,
}

/// A source that nobody looks at for lack of credentials.
#[derive(Serialize)]
struct NotLookedAt {
    id: String,
    vendor: String,
    format: &'static str,
    way_out: String,
}

impl NotLookedAt {
    fn of(source: &crate::model::vendor::Source, way_out: &str) -> Self {
        Self {
            id: source.id.to_string(),
            vendor: source.id.vendor().to_string(),
            format: source.format.name(),
            way_out: way_out.to_owned(),
        }
    }
}

#[derive(Serialize)]
pub struct SourceShape {
    id: String,
    vendor: String,
    format: &'static str,
    /// When it was found out how it publishes, where its file says `auto`; empty while it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    found_out: Option<String>,
    every: String,
    health: &'static str,
    in_time: bool,
    why: Option<String>,
    since: Option<String>,
    first_look: Option<String>,
    last_look: Option<String>,
    last_good: Option<String>,
    warnings: Vec<Warning>,
    #[serde(flatten)]
    documents: Documents,
}

/// The sources and their health.
pub fn sources(now: &Now, watches: &AllWatched) -> Sources {
    let shape = |source: &crate::model::vendor::Source| {
        let mark = now.scene.marks.get(&source.id).cloned().unwrap_or_default();
        let since = match &mark.health {
            Health::Unreadable { since, .. } => Some(*since),
            Health::Readable { stale, .. } => *stale,
            Health::NeverRead => None,
        };
        let written = |at: Option<Timestamp>| at.map(time);
        SourceShape {
            id: source.id.to_string(),
            vendor: source.id.vendor().to_string(),
            format: source.format.name(),
            found_out: source
                .auto
                .as_ref()
                .map(|auto| auto.found.as_ref().map_or_else(String::new, |(_, at)| time(*at))),
            every: every(&source.every),
            health: mark.health.word(),
            in_time: now.is_in_time(source),
            why: mark.health.why(),
            since: written(since),
            first_look: written(mark.first_look),
            last_look: written(mark.last_look),
            last_good: written(mark.last_good),
            warnings: mark.warnings,
            documents: Documents::of(now, watches, &source.id),
        }
    };
    Sources {
        version: VERSION,
        at: time(now.at),
        sources: now.compiled.sources.values().map(shape).collect(),
        not_looked_at: now.compiled.unread().map(|(source, why)| NotLookedAt::of(source, why)).collect(),
        without_source: now.unspoken().keys().map(ToString::to_string).collect(),
    }
}
