//! The sources: when each was last looked at, when it was last read, and why not.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use crate::model::clock_text::span;
use crate::model::impact::Impact;
use crate::model::incident::Health;
use crate::model::vendor::{Evidence, Schedule, Source};
use crate::normalize::about;
use crate::web::fault::{self, Fault};
use crate::web::now::Now;
use crate::web::router::Site;
use crate::web::view::{Away, Badge, Frame, Theirs, When, list};

/// Warnings that a row spells out.
const WARNINGS: usize = 3;

#[derive(Template)]
#[template(path = "page/sources.html")]
struct Sources {
    frame: Frame,
    in_time: usize,
    in_all: usize,
    rows: Vec<SourceRow>,
    unspoken: Vec<Unspoken>,
}

struct SourceRow {
    id: String,
    vendor: String,
    needed_by: String,
    badge: Badge,
    last_look: Option<When>,
    last_good: Option<When>,
    why: Option<Theirs>,
    since: Option<When>,
    format: &'static str,
    evidence: &'static str,
    every: String,
    link: Option<Away>,
    warnings: Vec<(Theirs, Theirs)>,
    more: usize,
}

struct Unspoken {
    vendor: String,
    needed_by: String,
    notifies: Theirs,
    home: Option<Away>,
}

/// The page.
pub async fn page(State(site): State<Arc<Site>>) -> Response {
    match Now::gather(&site.app).await {
        Ok(now) => fault::html(&sources(&now, site.app.token.is_some())),
        Err(error) => Fault::from(error).page(),
    }
}

fn sources(now: &Now, is_guarded: bool) -> Sources {
    let mut rows: Vec<(u8, SourceRow)> = now.compiled.sources.values().map(|source| row(now, source)).collect();
    rows.extend(now.compiled.unread().map(|(source, way_out)| (2, unread(now, source, way_out))));
    rows.sort_by(|(a, x), (b, y)| (a, &x.id).cmp(&(b, &y.id)));
    let unspoken = now.unspoken().into_iter().map(|(id, services)| {
        let vendor = now.compiled.vendors.get(id);
        Unspoken {
            vendor: now.compiled.graph.vendor_name(id).to_owned(),
            needed_by: list(&services.iter().map(|s| s.name.as_str()).collect::<Vec<_>>(), 5),
            notifies: Theirs::line(&now.how_it_tells(id).unwrap_or_else(|| "nobody has written down how".to_owned())),
            home: vendor.and_then(|v| Away::to(v.homepage.as_ref()?.as_str(), "")),
        }
    });
    Sources {
        frame: Frame::new(now, "sources", "/sources", is_guarded),
        in_time: now.compiled.sources.values().filter(|s| now.is_in_time(s)).count(),
        in_all: now.compiled.sources.len(),
        rows: rows.into_iter().map(|(_, row)| row).collect(),
        unspoken: unspoken.collect(),
    }
}

/// A row, and where it stands: what cannot be read stands first.
fn row(now: &Now, source: &Source) -> (u8, SourceRow) {
    let mark = now.scene.marks.get(&source.id).cloned().unwrap_or_default();
    let is_in_time = now.is_in_time(source);
    let (place, impact, word) = match &mark.health {
        Health::Unreadable { .. } => (0, Impact::Unknown, "Cannot be read"),
        Health::Readable { stale: Some(_), .. } => (1, Impact::Unknown, "Stands still"),
        Health::Readable { blind, .. } if !blind.is_empty() => (1, Impact::Unknown, "Read in part"),
        Health::NeverRead => (2, Impact::Unknown, "Not looked at yet"),
        Health::Readable { .. } if !is_in_time => (1, Impact::Unknown, "Not read in time"),
        Health::Readable { .. } => (3, Impact::Operational, "Read"),
    };
    let since = match &mark.health {
        Health::Unreadable { since, .. } => Some(When::of(now, *since)),
        Health::Readable { stale, .. } => stale.map(|at| When::of(now, at)),
        Health::NeverRead => None,
    };
    let needing = now.reading(&source.id);
    let row = SourceRow {
        id: source.id.to_string(),
        vendor: now.compiled.graph.vendor_name(&source.id.vendor()).to_owned(),
        needed_by: list(&needing.iter().map(|s| s.name.as_str()).collect::<Vec<_>>(), 3),
        badge: Badge::saying(impact, word),
        last_look: mark.last_look.map(|at| When::age_of(now, at)),
        last_good: mark.last_good.map(|at| When::of(now, at)),
        why: mark.health.why().filter(|_| mark.health != Health::NeverRead).map(|why| Theirs::line(&why)),
        since,
        format: source.format.name(),
        evidence: match about(source.format).evidence {
            Evidence::Recorded => "",
            Evidence::Documented => "read by its documentation only",
            Evidence::Guessed => "guessed: it is never shown as well",
        },
        every: every(&source.every),
        link: source.url.as_ref().and_then(|url| Away::to(url.as_str(), "")),
        more: mark.warnings.len().saturating_sub(WARNINGS),
        warnings: mark.warnings.iter().take(WARNINGS).map(|w| (Theirs::line(&w.path), Theirs::line(&w.what))).collect(),
    };
    (place, row)
}

/// The row of a source that nobody looks at.
fn unread(now: &Now, source: &Source, way_out: &str) -> SourceRow {
    let (_, row) = row(now, source);
    SourceRow {
        badge: Badge::saying(Impact::Unknown, "Not looked at: no credentials"),
        why: Some(Theirs::line(way_out)),
        since: None,
        ..row
    }
}

/// How often, in words.
pub fn every(schedule: &Schedule) -> String {
    match schedule {
        Schedule::Every(every) => format!("every {}", span(i64::try_from(every.as_secs()).unwrap_or(i64::MAX))),
        Schedule::Cron(line) => format!("cron {line}"),
    }
}
