//! One incident, whole: the five answers, everything that happened to it, every version of what was said, and who was
//! told.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use jiff::Timestamp;
use serde_json::Value;

use super::deliveries::DeliveryRow;
use super::tables::how_ended;
use crate::model::clock_text::{between, span};
use crate::model::effect::Cause;
use crate::model::impact::Impact;
use crate::model::incident::{Report, Standing};
use crate::model::text;
use crate::store::StoreError;
use crate::store::story::{Said, Story};
use crate::web::fault::{self, Fault};
use crate::web::now::{Now, began, ended};
use crate::web::router::Site;
use crate::web::view::acts::Acts;
use crate::web::view::card::{By, Card};
use crate::web::view::ruler::{Ruler, ruler};
use crate::web::view::said::LastWord;
use crate::web::view::{Away, Badge, Frame, Theirs, When, class};

/// The longest text in the timeline; what is cut stands below, whole.
const QUOTE_CHARS: usize = 2_000;

#[derive(Template)]
#[template(path = "page/incident.html")]
struct Incident {
    frame: Frame,
    title: String,
    vendor: String,
    key: Theirs,
    /// While it hurts us.
    card: Option<Card>,
    /// Otherwise.
    other: Option<Other>,
    log: Vec<Entry>,
    reports: Vec<ReportRow>,
    versions: Vec<Version>,
    deliveries: Vec<DeliveryRow>,
    not_sent: Vec<(When, String, Theirs)>,
}

/// An incident that is over, or not ours.
struct Other {
    class: &'static str,
    badge: Badge,
    heading: Theirs,
    by: By,
    lasts: String,
    since: When,
    until: Option<When>,
    how: String,
    ruler: Option<Ruler>,
    said: LastWord,
    acts: Acts,
}

/// A line of the timeline.
struct Entry {
    at: Timestamp,
    when: When,
    /// The shape of a state that began here.
    class: &'static str,
    is_ours: bool,
    head: String,
    words: String,
    who: Theirs,
}

/// What one source says.
struct ReportRow {
    source: String,
    badge: Badge,
    theirs: Theirs,
    first: When,
    standing: &'static str,
    link: Option<Away>,
}

/// A thing that was said, and how it was changed.
struct Version {
    number: usize,
    of: usize,
    seen: When,
    words: String,
}

/// The page of an incident.
pub async fn page(State(site): State<Arc<Site>>, Path(id): Path<String>) -> Response {
    match gather(&site, &id).await {
        Ok(Some(page)) => fault::html(&page),
        Ok(None) => Fault::nothing("There is no such incident.").page(),
        Err(error) => Fault::from(error).page(),
    }
}

async fn gather(site: &Site, id: &str) -> Result<Option<Incident>, StoreError> {
    let Some(story) = site.app.store.story(id).await? else { return Ok(None) };
    let now = Now::gather(&site.app).await?;
    let Some(report) = story.reports.first() else { return Ok(None) };
    let troubles = now.troubles();
    let trouble = troubles.iter().find(|t| matches!(t.cause, Cause::Incident(i) if i.0 == id));
    let card = trouble.and_then(|t| Card::of(&now, t, true));
    let heading = text::title(&report.seen.title);
    let vendor = now.compiled.graph.vendor_name(&report.source.vendor()).to_owned();
    Ok(Some(Incident {
        frame: Frame::new(&now, "incident", format!("/incidents/{id}"), site.app.token.is_some()),
        title: card.as_ref().map_or_else(|| format!("{vendor}: {heading}"), |card| card.sentence.clone()),
        key: Theirs::line(&report.seen.key),
        other: card.is_none().then(|| other(&now, report, &vendor)),
        card,
        log: log(&now, &story),
        reports: story.reports.iter().map(|r| report_row(&now, r)).collect(),
        versions: versions(&now, &story.said),
        deliveries: story.deliveries.iter().map(|d| DeliveryRow::of(&now, d)).collect(),
        not_sent: story
            .not_sent
            .iter()
            .map(|n| (When::of(&now, n.at), n.receiver.clone(), Theirs::line(&n.why)))
            .collect(),
        vendor,
    }))
}

fn other(now: &Now, report: &Report, vendor: &str) -> Other {
    let since = began(report, now.at);
    let until = ended(report);
    let phone = now.compiled.vendors.get(&report.source.vendor()).and_then(|v| v.support.phone.as_deref());
    let how = match report.standing {
        Standing::Open if report.old => {
            "Set aside: it had been silent for 15 days or more when we first looked.".to_owned()
        }
        Standing::Open => "Open, and it hurts no service of ours.".to_owned(),
        Standing::Resolved(_) | Standing::Withdrawn => format!("Over. {}.", how_ended(report.standing)),
    };
    Other {
        class: class(report.seen.impact),
        badge: Badge::of(report.seen.impact),
        heading: Theirs::line(&report.seen.title),
        by: By { title: None, ..By::report(now, report) },
        lasts: span(between(since, until.unwrap_or(now.at))),
        since: When::without_age(now, since),
        until: until.map(|at| When::of(now, at)),
        how,
        ruler: ruler(now, report, since, None),
        said: LastWord::of_report(now, report, vendor, phone, true),
        acts: Acts::of(now, report, true),
    }
}

fn report_row(now: &Now, report: &Report) -> ReportRow {
    let seen = &report.seen;
    ReportRow {
        source: report.source.to_string(),
        badge: Badge::of(seen.impact),
        theirs: Theirs::line(&format!("{} / {}", or_dash(&seen.vendor_impact), or_dash(&seen.vendor_phase))),
        first: When::of(now, report.first_seen),
        standing: how_ended(report.standing),
        link: seen.link.as_deref().and_then(|link| Away::to(link, "on")),
    }
}

fn or_dash(word: &str) -> &str {
    if word.is_empty() { "–" } else { word }
}

/// Everything that happened, the newest first: what the vendor did, what it said, and what that did to us.
fn log(now: &Now, story: &Story) -> Vec<Entry> {
    let changes = story.changes.iter().map(|line| change(now, line.at, &line.doc));
    let effects = story.effects.iter().map(|line| effect(now, line.at, &line.doc));
    let told = story.deliveries.iter().filter_map(|d| {
        let at = d.ended.filter(|_| d.state == "delivered")?;
        Some(entry(now, at, None, true, format!("{} was told.", d.receiver), String::new(), &d.id))
    });
    // The sort is stable: of one moment, the words stand first, then what they changed, then what that did.
    let mut log: Vec<Entry> = words(now, &story.said).chain(changes).chain(effects).chain(told).collect();
    log.sort_by_key(|entry| entry.at);
    log.reverse();
    log
}

fn change(now: &Now, at: Timestamp, doc: &Value) -> Entry {
    let word = |path: &str| doc.pointer(path).and_then(Value::as_str).unwrap_or_default();
    let (kind, impact) = (word("/kind"), impact(word("/incident/impact")));
    let phase = word("/incident/phase").replace('_', " ");
    let how = match word("/resolved_how") {
        "vendor_said" => ": the vendor said so",
        "no_longer_listed" => ": no longer listed; the vendor did not say that it ended",
        "by_hand" => ": closed by hand",
        _ => "",
    };
    let label = impact.label().to_lowercase();
    let (head, shape) = match kind {
        "opened" => (format!("Opened, {label}. Phase: {phase}."), Some(impact)),
        "escalated" => (format!("Escalated to {label}. Phase: {phase}."), Some(impact)),
        "eased" => (format!("Eased to {label}. Phase: {phase}."), Some(impact)),
        "reopened" => (format!("Reopened, {label}. Phase: {phase}."), Some(impact)),
        "resolved" => (format!("Resolved{how}."), None),
        "withdrawn" => ("Withdrawn: it never was, or will not be.".to_owned(), None),
        _ => (format!("Updated. Phase: {phase}."), None),
    };
    entry(now, at, shape, false, head, String::new(), word("/source"))
}

fn effect(now: &Now, at: Timestamp, doc: &Value) -> Entry {
    let word = |path: &str| doc.pointer(path).and_then(Value::as_str).unwrap_or_default();
    let path: Vec<&str> =
        doc.pointer("/path").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    let service = path.first().copied().unwrap_or_else(|| word("/service"));
    let label = impact(word("/impact")).label().to_lowercase();
    let head = match word("/kind") {
        "hurt" => format!("{service} is hurt: {label}."),
        "worse" => format!("{service} is hurt worse: {label}."),
        "better" => format!("{service} is hurt less: {label}."),
        _ => format!("{service} is no longer hurt by this."),
    };
    let way = path.get(1..).unwrap_or_default().join(", because ");
    let who = if way.is_empty() { String::new() } else { format!("because {way}") };
    entry(now, at, None, true, head, String::new(), &who)
}

/// The words, at the time at which they stood before our eyes first.
fn words<'a>(now: &'a Now, said: &'a [Said]) -> impl Iterator<Item = Entry> + 'a {
    said.iter().filter(|one| !one.update.text.is_empty()).map(|one| {
        let stated = one.update.at.as_ref();
        let at = stated.and_then(|s| s.at).unwrap_or(one.seen_at);
        let late = between(at, one.seen_at);
        let seen = if late >= 60 { format!(", seen {} later", span(late)) } else { String::new() };
        let unsure = if stated.is_none_or(|s| s.certain) { "" } else { "; time not certain" };
        let phase = text::line(&one.update.vendor_phase, 80);
        let head = if let Some(author) = &one.update.author {
            format!("{} entered:", text::line(author, 80))
        } else if phase.is_empty() {
            "The vendor said:".to_owned()
        } else {
            format!("The vendor said, as “{phase}”:")
        };
        entry(now, at, None, false, head, cut(&text::body(&one.update.text)), &format!("{}{seen}{unsure}", one.source))
    })
}

fn entry(
    now: &Now,
    at: Timestamp,
    shape: Option<Impact>,
    is_ours: bool,
    head: String,
    words: String,
    who: &str,
) -> Entry {
    Entry { at, when: When::of(now, at), class: shape.map_or("", class), is_ours, head, words, who: Theirs::line(who) }
}

fn impact(word: &str) -> Impact {
    serde_json::from_value(Value::String(word.to_owned())).unwrap_or(Impact::Unknown)
}

fn cut(words: &str) -> String {
    match words.char_indices().nth(QUOTE_CHARS) {
        None => words.to_owned(),
        Some((end, _)) => format!("{}… (cut here)", words.get(..end).unwrap_or_default().trim_end()),
    }
}

/// What the vendor changed after it had said it: only things of more than one version.
fn versions(now: &Now, said: &[Said]) -> Vec<Version> {
    let mut versions = Vec::new();
    for one in said {
        let same: Vec<&Said> =
            said.iter().filter(|o| o.source == one.source && o.update.key == one.update.key).collect();
        if same.len() < 2 {
            continue;
        }
        let number = same.iter().filter(|o| o.seen_at < one.seen_at).count() + 1;
        let words = cut(&text::body(&one.update.text));
        versions.push(Version { number, of: same.len(), seen: When::of(now, one.seen_at), words });
    }
    versions
}
