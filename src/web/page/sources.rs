//! The sources and the blind spots: what each source saw last and when it is looked at next, why one cannot be read, what
//! nobody sees at all, and what to do about each.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use jiff::SignedDuration;

use super::asked_anew::AskedAnew;
use super::blind_spots::{BlindSpots, advice};
use super::looked_after::{Documents, Waits};
use super::spots::Spots;
use crate::model::clock_text::span;
use crate::model::format::Evidence;
use crate::model::id::SourceId;
use crate::model::impact::Impact;
use crate::model::incident::Health;
use crate::model::snapshot::{Warning, strange_word};
use crate::model::vendor::{Schedule, Source};
use crate::normalize::evidence;
use crate::store::StoreError;
use crate::store::drift::AllWatched;
use crate::store::feed::SourceMark;
use crate::store::watched::{Kept, Lateness};
use crate::web::fault::{self, Fault};
use crate::web::now::Now;
use crate::web::router::Site;
use crate::web::view::{Away, Badge, Frame, Theirs, When, count, list};

/// Warnings that a row spells out.
const WARNINGS: usize = 3;
/// How far back lateness is judged.
const JUDGED: SignedDuration = SignedDuration::from_hours(90 * 24);

#[derive(Template)]
#[template(path = "page/sources.html")]
struct Sources {
    frame: Frame,
    in_time: usize,
    in_all: usize,
    is_offline: Option<When>,
    rows: Vec<SourceRow>,
    blind: Spots,
    spots: BlindSpots,
}

struct SourceRow {
    id: String,
    anchor: String,
    vendor: String,
    needed_by: String,
    badge: Badge,
    last_look: Option<When>,
    last_good: Option<When>,
    next: Option<Next>,
    why: Option<Theirs>,
    since: Option<When>,
    todo: &'static str,
    asked: Option<AskedAnew>,
    format: &'static str,
    evidence: &'static str,
    auto: Option<String>,
    kept: Vec<KeptRow>,
    late: Option<String>,
    every: String,
    link: Option<Away>,
    warnings: Vec<(Theirs, Theirs)>,
    more: usize,
    documents: Documents,
    waits: Waits,
}

/// When a source is looked at next.
enum Next {
    At(When),
    /// It is due, or being looked at now.
    Due,
}

/// A document that is kept as evidence.
struct KeptRow {
    role: String,
    at: When,
    hash: String,
}

/// What is known of the sources beside how things stand.
struct Past {
    late: BTreeMap<SourceId, Lateness>,
    kept: BTreeMap<SourceId, Vec<Kept>>,
    watches: AllWatched,
}

/// The page.
pub async fn page(State(site): State<Arc<Site>>) -> Response {
    let gathered = async {
        let now = Now::gather(&site.app).await?;
        let late = site.app.store.lateness(now.at - JUDGED).await?;
        let kept = site.app.store.evidence().await?;
        let watches = site.app.store.watches().await?;
        Ok::<_, StoreError>((now, Past { late, kept, watches }))
    };
    match gathered.await {
        Ok((now, past)) => fault::html(&sources(&now, &past, site.app.token.is_some())),
        Err(error) => Fault::from(error).page(),
    }
}

fn sources(now: &Now, past: &Past, is_guarded: bool) -> Sources {
    let mut rows: Vec<(u8, SourceRow)> = now.compiled.sources.values().map(|source| row(now, past, source)).collect();
    rows.extend(now.compiled.unread().map(|(source, way_out)| (2, unread(now, past, source, way_out))));
    rows.sort_by(|(a, x), (b, y)| (a, &x.id).cmp(&(b, &y.id)));
    Sources {
        frame: Frame::new(now, "sources", "/sources", is_guarded),
        in_time: now.compiled.sources.values().filter(|s| now.is_in_time(s)).count(),
        in_all: now.compiled.sources.len(),
        is_offline: now.scene.world.offline_since.map(|at| When::of(now, at)),
        rows: rows.into_iter().map(|(_, row)| row).collect(),
        blind: Spots::of(now),
        spots: BlindSpots::of(now),
    }
}

/// A row, and where it stands: what cannot be read stands first.
fn row(now: &Now, past: &Past, source: &Source) -> (u8, SourceRow) {
    let mark = now.scene.marks.get(&source.id).cloned().unwrap_or_default();
    let (place, badge) = state(now, source, &mark);
    let since = match &mark.health {
        Health::Unreadable { since, .. } => Some(When::of(now, *since)),
        Health::Readable { stale, .. } => stale.map(|at| When::of(now, at)),
        Health::NeverRead => None,
    };
    let needing = now.reading(&source.id);
    let evidence = evidence(source);
    let asked = AskedAnew::of(now, source, past.watches.inquiries.get(&source.id));
    let warnings = warnings(past, source, &mark);
    let proposes = asked.as_ref().is_some_and(AskedAnew::proposes);
    let row = SourceRow {
        id: source.id.to_string(),
        anchor: source.id.to_string().replace('/', "-"),
        vendor: now.compiled.vendor_name(&source.id.vendor()),
        needed_by: list(&needing.iter().map(|s| s.name.as_str()).collect::<Vec<_>>(), 3),
        badge,
        last_look: mark.last_look.map(|at| When::age_of(now, at)),
        last_good: mark.last_good.map(|at| When::of(now, at)),
        next: mark.next_look.map(|at| if at > now.at { Next::At(When::age_of(now, at)) } else { Next::Due }),
        why: why(now, source, &mark).map(|why| Theirs::line(&why)),
        documents: Documents::of(now, &past.watches, &source.id),
        waits: Waits::of(now, &past.watches, &source.id),
        since,
        todo: if proposes { "Write down where it is read now, below." } else { advice(&mark.health) },
        asked,
        format: source.format.name(),
        evidence: match evidence {
            Evidence::Recorded => "read against real documents",
            Evidence::Documented => "read by its documentation only",
            Evidence::Guessed => "guessed",
        },
        auto: found_out(now, source),
        kept: past.kept.get(&source.id).into_iter().flatten().map(|kept| KeptRow::of(now, kept)).collect(),
        late: past.late.get(&source.id).map(late),
        every: every(&source.every),
        link: source.url.as_ref().and_then(|url| Away::to(url.as_str(), "")),
        more: warnings.len().saturating_sub(WARNINGS),
        warnings: warnings.iter().take(WARNINGS).map(|w| (Theirs::line(&w.path), Theirs::line(&w.what))).collect(),
    };
    (place, row)
}

/// The row of a source that nobody looks at.
fn unread(now: &Now, past: &Past, source: &Source, way_out: &str) -> SourceRow {
    let (_, row) = row(now, past, source);
    SourceRow {
        badge: Badge::saying(Impact::Unknown, "Not looked at: no credentials"),
        why: Some(Theirs::line(way_out)),
        since: None,
        ..row
    }
}

/// How a source stands. Only what was read, whole and in time is green.
fn state(now: &Now, source: &Source, mark: &SourceMark) -> (u8, Badge) {
    let is_unconfirmed = now.scene.world.unconfirmed.contains(&source.id);
    let (place, impact, word) = match &mark.health {
        Health::Unreadable { .. } => (0, Impact::Unknown, "Cannot be read"),
        Health::Readable { stale: Some(_), .. } => (1, Impact::Unknown, "Stands still"),
        Health::Readable { blind, .. } if !blind.is_empty() => (1, Impact::Unknown, "Read in part"),
        Health::NeverRead => (2, Impact::Unknown, "Not looked at yet"),
        Health::Readable { .. } if !now.is_in_time(source) => (1, Impact::Unknown, "Not read in time"),
        Health::Readable { .. } if is_unconfirmed => (1, Impact::Unknown, "Read by guess, not confirmed"),
        Health::Readable { doubts, .. } if !doubts.is_empty() => (1, Impact::Unknown, "Read, but doubtful"),
        Health::Readable { .. } => (3, Impact::Operational, "Read"),
    };
    (place, Badge::saying(impact, word))
}

/// Why a source is not, or not wholly, to be believed.
fn why(now: &Now, source: &Source, mark: &SourceMark) -> Option<String> {
    let guessed =
        || "how it is read was guessed: it shows nothing as well and tells nobody until it is confirmed".to_owned();
    let is_unconfirmed = now.scene.world.unconfirmed.contains(&source.id);
    match mark.health {
        Health::NeverRead => None,
        Health::Readable { .. } | Health::Unreadable { .. } => {
            mark.health.why().or_else(|| is_unconfirmed.then(guessed))
        }
    }
}

/// What was strange in the last document, without the words that stand below with where and since when.
fn warnings<'a>(past: &Past, source: &Source, mark: &'a SourceMark) -> Vec<&'a Warning> {
    let words = past.watches.watch.get(&source.id).map(|watch| watch.words.as_slice()).unwrap_or_default();
    let is_told =
        |warning: &&Warning| strange_word(warning).is_some_and(|word| words.iter().any(|known| known.word == word));
    mark.warnings.iter().filter(|warning| !is_told(warning)).collect()
}

impl KeptRow {
    fn of(now: &Now, kept: &Kept) -> Self {
        let hash = kept.hash.chars().take(12).collect();
        Self { role: kept.role.clone(), at: When::without_age(now, kept.at), hash }
    }
}

/// How late its word was.
fn late(lateness: &Lateness) -> String {
    let middle = span(lateness.median.as_secs());
    match lateness.incidents {
        1 => format!("{middle} after the start that it states; 1 incident"),
        many => {
            let worst = span(lateness.worst.as_secs());
            format!("in the middle {middle}, at worst {worst}; {}", count(many, "incident"))
        }
    }
}

/// Whether and when it was found out how a source publishes, where its file leaves that open.
pub fn found_out(now: &Now, source: &Source) -> Option<String> {
    let auto = source.auto.as_ref()?;
    Some(match &auto.found {
        None => "Its file says auto: how it publishes is not found out yet".to_owned(),
        Some((sign, at)) => {
            let at = now.times.written(*at, "%-d %B %Y, %H:%M");
            format!("Its file says auto: found out on {at} by {sign}")
        }
    })
}

/// How often, in words.
pub fn every(schedule: &Schedule) -> String {
    match schedule {
        Schedule::Every(every) => format!("every {}", span(i64::try_from(every.as_secs()).unwrap_or(i64::MAX))),
        Schedule::Cron(line) => format!("cron {line}"),
    }
}
