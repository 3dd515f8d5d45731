//! One incident, whole: the five answers, everything that happened to it, every version of what was said, and who was
//! told.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use serde_json::Value;

use super::deliveries::DeliveryRow;
use super::edits::{Edit, edits};
use super::tables::{how_ended, lasts};
use super::timeline::{Entry, impact, log};
use crate::model::clock_text::{between, span};
use crate::model::effect::Cause;
use crate::model::id::ServiceId;
use crate::model::impact::Impact;
use crate::model::incident::{Report, Standing, is_overrun};
use crate::model::phase::{Kind, Phase};
use crate::model::text;
use crate::store::StoreError;
use crate::store::story::Story;
use crate::web::fault::{self, Fault};
use crate::web::now::{Now, Trouble, began, ended};
use crate::web::router::Site;
use crate::web::view::acts::Acts;
use crate::web::view::card::{By, Card};
use crate::web::view::graph::{Graph, Way};
use crate::web::view::ruler::{Ruler, ruler};
use crate::web::view::said::LastWord;
use crate::web::view::{Away, Badge, Frame, Theirs, When, class, list, tier};

#[derive(Template)]
#[template(path = "page/incident.html")]
struct Incident {
    frame: Frame,
    title: String,
    vendor: String,
    vendor_id: String,
    key: Theirs,
    /// The address of this page, whole where the organisation's own is known.
    permanent: String,
    /// While it hurts us.
    card: Option<Card>,
    /// Otherwise.
    other: Option<Other>,
    graph: Option<Graph>,
    log: Vec<Entry>,
    reports: Vec<ReportRow>,
    edits: Vec<Edit>,
    deliveries: Vec<DeliveryRow>,
    not_sent: Vec<(When, String, Theirs)>,
    /// Where it is said why.
    why: String,
}

/// An incident that is over, or not ours.
struct Other {
    class: &'static str,
    badge: Badge,
    heading: Theirs,
    by: By,
    lasts: String,
    /// "since", or "from" for what lies ahead.
    since_word: &'static str,
    since: When,
    until: Option<When>,
    how: String,
    ruler: Option<Ruler>,
    said: LastWord,
    /// For a maintenance: its planned time, and what it takes away.
    planned: Option<Planned>,
    acts: Acts,
}

/// A maintenance.
struct Planned {
    from: Option<When>,
    until: String,
    services: String,
    is_ahead: bool,
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

/// Said where nothing is: the link may be mistyped, from before a restore, or to something let go of.
const GONE: &str = "No incident has this address. The link may be cut short or from another Bellwether, or the incident is over for longer than [retention] keeps it. What is open, and what ended lately, stands in the feed.";

/// The page of an incident.
pub async fn page(State(site): State<Arc<Site>>, Path(id): Path<String>) -> Response {
    match gather(&site, &id).await {
        Ok(Some(page)) => fault::html(&page),
        Ok(None) => Fault::nothing(GONE).page(),
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
    let vendor = now.compiled.vendor_name(&report.source.vendor());
    Ok(Some(Incident {
        frame: Frame::new(&now, "incident", format!("/incidents/{id}"), site.app.token.is_some()),
        title: card.as_ref().map_or_else(|| format!("{vendor}: {heading}"), |card| card.sentence.clone()),
        // The key of what was entered by hand says nothing to people.
        key: Theirs::line(if report.source.is_by_hand() { "" } else { &report.seen.key }),
        vendor_id: report.source.vendor().to_string(),
        permanent: format!("{}/incidents/{id}", now.compiled.page.as_deref().unwrap_or_default()),
        other: card.is_none().then(|| other(&now, report, &vendor)),
        card,
        graph: graph(&now, &story, trouble, &vendor),
        log: log(&now, &story, trouble),
        reports: story.reports.iter().map(|r| report_row(&now, r)).collect(),
        edits: edits(&now, &story.said),
        deliveries: story.deliveries.iter().map(|d| DeliveryRow::of(&now, d)).collect(),
        not_sent: story
            .not_sent
            .iter()
            .map(|n| (When::of(&now, n.at), n.receiver.clone(), Theirs::line(&n.why)))
            .collect(),
        why: format!("/why?incident={id}"),
        vendor,
    }))
}

fn other(now: &Now, report: &Report, vendor: &str) -> Other {
    let ahead = report.seen.planned.as_ref().and_then(|p| p.from.at).filter(|_| report.seen.phase == Phase::Scheduled);
    let ahead = ahead.filter(|at| *at > now.at && report.standing.is_open());
    let since = ahead.unwrap_or_else(|| began(report, now.at));
    let until = ended(report);
    let phone = now.compiled.vendors.get(&report.source.vendor()).and_then(|v| v.support.phone.as_deref());
    let how = match report.standing {
        Standing::Open if report.old => {
            "Set aside: it had been silent for 15 days or more when we first looked.".to_owned()
        }
        Standing::Open if report.seen.phase == Phase::Scheduled => "Planned, and not begun.".to_owned(),
        Standing::Open if report.seen.kind == Kind::Maintenance => {
            format!(
                "{}, and it hurts no service of ours.",
                if is_overrun(&report.seen, now.at) { "Past its planned end" } else { "Running" }
            )
        }
        Standing::Open => "Open, and it hurts no service of ours.".to_owned(),
        Standing::Resolved(_) | Standing::Withdrawn => format!("Over. {}.", how_ended(report.standing)),
    };
    // A maintenance is one, whatever else the vendor calls its weight.
    let impact = if report.seen.kind == Kind::Maintenance { Impact::Maintenance } else { report.seen.impact };
    Other {
        class: class(impact),
        badge: Badge::of(impact),
        heading: Theirs::line(&report.seen.title),
        by: By { title: None, ..By::report(now, report) },
        lasts: match ahead {
            Some(at) => format!("in {}", span(between(now.at, at))),
            None => span(between(since, until.unwrap_or(now.at))),
        },
        since_word: if ahead.is_some() { "from" } else { "since" },
        since: When::without_age(now, since),
        until: until.map(|at| When::of(now, at)),
        how,
        ruler: if ahead.is_some() { None } else { ruler(now, report, since, None) },
        said: LastWord::of_report(now, report, vendor, phone, true),
        planned: planned(now, report),
        acts: Acts::of(now, report, true),
    }
}

fn planned(now: &Now, report: &Report) -> Option<Planned> {
    let planned = report.seen.planned.as_ref().filter(|_| report.seen.kind == Kind::Maintenance)?;
    let services = now.taken_by(report);
    let names: Vec<String> = services.iter().map(|s| format!("{} ({})", s.name, tier(s.tier).to_lowercase())).collect();
    let until = planned.until.as_ref().and_then(|u| u.at);
    Some(Planned {
        from: planned.from.at.map(|at| When { is_certain: planned.from.certain, ..When::of(now, at) }),
        until: lasts(now, planned.from.at, until),
        services: if names.is_empty() { "no service of ours".to_owned() } else { list(&names, 12) },
        is_ahead: report.seen.phase == Phase::Scheduled,
    })
}

/// The ways as they are, or, for what is over, as they were last.
fn graph(now: &Now, story: &Story, trouble: Option<&Trouble<'_>>, vendor: &str) -> Option<Graph> {
    let ways: Vec<Way<'_>> = match trouble {
        Some(trouble) => trouble
            .hurts
            .iter()
            .map(|(service, effect)| Way { service, impact: effect.impact, path: effect.path.clone() })
            .collect(),
        None => past_ways(now, story),
    };
    Graph::of(&now.compiled.inventory, vendor, &ways)
}

fn past_ways<'a>(now: &'a Now, story: &Story) -> Vec<Way<'a>> {
    let mut ways: Vec<Way<'a>> = Vec::new();
    for line in &story.effects {
        let word = |path: &str| line.doc.pointer(path).and_then(Value::as_str).unwrap_or_default();
        let id = ServiceId::parse(word("/service")).ok();
        let Some(service) = id.and_then(|id| now.compiled.graph.service(&id)) else { continue };
        let path = line.doc.pointer("/path").and_then(Value::as_array).into_iter().flatten();
        let path: Vec<String> = path.filter_map(|name| name.as_str().map(str::to_owned)).collect();
        if word("/kind") != "over" && path.len() > 1 {
            ways.retain(|way| way.service.id != service.id);
            ways.push(Way { service, impact: impact(word("/impact")), path });
        }
    }
    ways
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
