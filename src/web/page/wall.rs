//! The wallboard: five to nine things for a screen on the wall, read from five metres, with nothing to press. It goes
//! stale by itself: every good reading of it starts the wait anew, and nothing else does.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::path::broken;
use crate::model::clock_text::{between, span};
use crate::model::effect::{Cause, Effect};
use crate::model::impact::Impact;
use crate::model::inventory::Service;
use crate::web::asset;
use crate::web::fault::{self, Fault};
use crate::web::now::{Now, weight};
use crate::web::router::Site;
use crate::web::view::way::sites;
use crate::web::view::{Badge, When, class, count};

/// The most rows. More cannot be read from five metres.
const ROWS: usize = 9;

#[derive(Template)]
#[template(path = "page/wall.html")]
struct Wall {
    organisation: String,
    version: &'static str,
    is_drill: bool,
    /// Hours and minutes: local, then UTC.
    clock: When,
    /// The same with seconds, for the moment since which nothing was heard.
    heard: String,
    rows: Vec<Row>,
    polling: Badge,
    polled: String,
    alerting: Badge,
    alerted: String,
}

/// One thing.
struct Row {
    class: &'static str,
    /// It needs action now.
    is_now: bool,
    name: String,
    word: String,
    note: String,
    time: String,
    /// Under the time: what is left to bear.
    left: String,
    is_over: bool,
}

/// Where a row of a service stands: what is not well, then what nobody knows, then what is well.
type Place = (u8, crate::model::inventory::Tier, u8);

/// The page.
pub async fn page(State(site): State<Arc<Site>>) -> Response {
    match Now::gather(&site.app).await {
        Ok(now) => fault::html(&wall(&now)),
        Err(error) => Fault::from(error).page(),
    }
}

fn wall(now: &Now) -> Wall {
    let mut clock = When::without_age(now, now.at);
    clock.local = now.times.written(now.at, "%H:%M %Z");
    let path = broken(now);
    let mut rows: Vec<Row> = path.broken.iter().map(|(what, badge, words)| own(what, badge, words)).collect();
    rows.extend(services(now, ROWS.saturating_sub(rows.len())));
    Wall {
        organisation: now.compiled.organisation.clone(),
        version: &asset::VERSION,
        is_drill: now.compiled.is_drill,
        clock,
        heard: now.times.written(now.at, "%H:%M:%S %Z"),
        rows,
        polling: path.polling,
        polled: path.polled,
        alerting: path.alerting,
        alerted: path.alerted,
    }
}

/// Our own path, where it is broken: nothing below is worth more than it.
fn own(what: &str, badge: &Badge, words: &str) -> Row {
    Row {
        class: badge.class(),
        is_now: true,
        name: what.to_owned(),
        word: badge.word().to_owned(),
        note: words.to_owned(),
        time: "ourselves".to_owned(),
        left: "mend this first".to_owned(),
        is_over: false,
    }
}

/// The services, in as many rows as there are; what does not fit is counted in the last one.
fn services(now: &Now, most: usize) -> Vec<Row> {
    let since: BTreeMap<&Cause, _> = now.troubles().into_iter().map(|t| (t.cause, t.since)).collect();
    let mut all: Vec<(Place, Impact, &Service)> = now
        .services()
        .into_iter()
        .map(|service| {
            let impact = shown(now, service);
            (place(impact, service), impact, service)
        })
        .collect();
    if all.is_empty() {
        return vec![nothing_known()];
    }
    all.sort_by_key(|(place, ..)| *place);
    let fit = if all.len() > most { most.saturating_sub(1) } else { all.len() };
    let rest = all.split_off(fit);
    let mut rows: Vec<Row> = all.iter().map(|(_, impact, service)| row(now, service, *impact, &since)).collect();
    if !rest.is_empty() {
        rows.push(others(&rest.iter().map(|(_, impact, _)| *impact).collect::<Vec<_>>()));
    }
    rows
}

fn shown(now: &Now, service: &Service) -> Impact {
    let is_seen = !service.needs.is_empty();
    let state = now.effects.states.get(&service.id).filter(|_| is_seen);
    state.map_or(Impact::Unknown, crate::model::impact::State::shown)
}

fn place(impact: Impact, service: &Service) -> Place {
    let group = match impact {
        Impact::Operational => 2,
        Impact::Unknown => 1,
        Impact::Maintenance | Impact::Degraded | Impact::PartialOutage | Impact::MajorOutage => 0,
    };
    (group, service.tier, u8::MAX - weight(impact))
}

fn row(now: &Now, service: &Service, impact: Impact, since: &BTreeMap<&Cause, jiff::Timestamp>) -> Row {
    let lead = now.hurting(&service.id).into_iter().find(|effect| since.contains_key(&effect.cause));
    let began = lead.and_then(|effect| since.get(&effect.cause)).copied();
    let (where_, _) = sites(&now.compiled.inventory, service);
    let unseen = now.effects.states.get(&service.id).map(|state| state.unseen.as_slice()).unwrap_or_default();
    let (note, time) = match (impact, began) {
        (Impact::Operational, _) => ("all that it needs is well".to_owned(), "measured".to_owned()),
        (_, Some(began)) => {
            let by = lead.map(|effect| by(now, effect)).unwrap_or_default();
            let sites = if where_ == "everywhere" { "" } else { " sites" };
            let dim = if unseen.is_empty() { String::new() } else { format!(", {} unseen", unseen.len()) };
            (format!("{by}, {where_}{sites}{dim}"), span(between(began, now.at)))
        }
        (_, None) => {
            (unseen.first().cloned().unwrap_or_else(|| "nothing is known that it needs".to_owned()), String::new())
        }
    };
    let (left, is_over) = match (impact, began) {
        (Impact::Operational, _) => (oldest_look(now, service), false),
        (_, Some(began)) => left(now, service, began),
        (_, None) => ("nobody can see it".to_owned(), false),
    };
    let word = impact.label().to_owned();
    let is_now = impact == Impact::MajorOutage;
    Row { class: class(impact), is_now, name: service.name.clone(), word, note, time, left, is_over }
}

/// Whose trouble it is.
fn by(now: &Now, effect: &Effect) -> String {
    let report = now.scene.world.reports.iter().find(|r| Cause::Incident(r.incident.clone()) == effect.cause);
    let source = report.map(|r| &r.source).or_else(|| effect.cause.source());
    source.map(|source| now.compiled.vendor_name(&source.vendor())).unwrap_or_default()
}

fn left(now: &Now, service: &Service, began: jiff::Timestamp) -> (String, bool) {
    let Some(bears) = service.bears.and_then(|bears| i64::try_from(bears.as_secs()).ok()) else {
        return (String::new(), false);
    };
    match bears - between(began, now.at) {
        left if left > 0 => (format!("{} left", span(left)), false),
        over => (format!("over by {}", span(-over)), true),
    }
}

/// How old the oldest of the looks is that this is known by.
fn oldest_look(now: &Now, service: &Service) -> String {
    let vendors = crate::alerting::graph::Graph::vendors_of(&[service]);
    let of_it = |id: &crate::model::id::SourceId| vendors.iter().any(|vendor| id.is_of(vendor));
    let sources = now.compiled.sources.keys().filter(|id| of_it(id));
    let oldest = sources.filter_map(|id| now.scene.marks.get(id)?.last_good).min();
    oldest.map_or_else(|| "by what it builds on".to_owned(), |at| format!("{} ago", span(between(at, now.at))))
}

/// What does not fit, with the worst of it.
fn others(impacts: &[Impact]) -> Row {
    let worst = impacts.iter().copied().max_by_key(|impact| weight(*impact)).unwrap_or(Impact::Unknown);
    let of = |group: fn(Impact) -> bool| impacts.iter().filter(|impact| group(**impact)).count();
    let well = of(|i| i == Impact::Operational);
    let grey = of(|i| i == Impact::Unknown);
    let parts = [(impacts.len() - well - grey, "not well"), (grey, "not known"), (well, "well")];
    let words: Vec<String> = parts.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}")).collect();
    Row {
        class: class(worst),
        is_now: worst == Impact::MajorOutage,
        name: format!("and {} more", impacts.len()),
        word: words.join(", "),
        note: "services that this board has no room for".to_owned(),
        time: count(impacts.len(), "service"),
        left: String::new(),
        is_over: false,
    }
}

fn nothing_known() -> Row {
    Row {
        class: class(Impact::Unknown),
        is_now: false,
        name: "No service".to_owned(),
        word: "Unknown".to_owned(),
        note: "config/inventory.toml names none".to_owned(),
        time: String::new(),
        left: String::new(),
        is_over: false,
    }
}
