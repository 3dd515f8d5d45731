//! The first page: what of ours is hurt, and everything that one must know beside it, in one order.

use std::collections::BTreeSet;
use std::sync::Arc;

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::path::OurPath;
use super::standing::{ServiceRow, UnknownRow, unknown};
use super::tables::{EndedRow, PlannedRow, Row};
use crate::model::impact::Impact;
use crate::model::inventory::Tier;
use crate::web::fault::{self, Fault};
use crate::web::now::{Now, Trouble};
use crate::web::router::Site;
use crate::web::view::card::Card;
use crate::web::view::{Frame, When, count};

/// Whole cards.
const CARDS: usize = 10;
/// Whole cards for what life depends on: beyond these a page would pass 100 kB.
const LIFE_SAFETY_CARDS: usize = 14;
/// Rows of a table on one page.
const ROWS: usize = 50;

/// Which page of the rows.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    page: Option<usize>,
}

#[derive(Template)]
#[template(path = "page/first.html")]
struct First {
    frame: Frame,
    title: String,
    path: OurPath,
    headline: String,
    quiet_since: Option<When>,
    has_trouble: bool,
    causes: Option<String>,
    cards: Vec<Card>,
    rows: Vec<Row>,
    pager: Pager,
    elsewhere: Vec<Row>,
    elsewhere_in_all: usize,
    zombies: Vec<Row>,
    zombies_in_all: usize,
    services: Services,
    unknown: Vec<UnknownRow>,
    planned: Vec<PlannedRow>,
    planned_in_all: usize,
    ended: Vec<EndedRow>,
    ended_in_all: usize,
}

struct Pager {
    page: usize,
    pages: usize,
    in_all: usize,
}

struct Services {
    headline: String,
    /// Not well, the worst first.
    hurt: Vec<ServiceRow>,
    /// Nobody knows.
    grey: Vec<ServiceRow>,
    well: Vec<ServiceRow>,
    in_part: String,
}

/// The first page.
pub async fn page(State(site): State<Arc<Site>>, asked: Result<Query<Asked>, QueryRejection>) -> Response {
    let Ok(Query(asked)) = asked else {
        return Fault::new(StatusCode::BAD_REQUEST, "This page knows only ?page=NUMBER.").page();
    };
    match Now::gather(&site.app).await {
        Ok(now) => fault::html(&first(&now, asked.page.unwrap_or(1), site.app.token.is_some())).into_response(),
        Err(error) => Fault::from(error).page(),
    }
}

fn first(now: &Now, page: usize, is_guarded: bool) -> First {
    let troubles = now.troubles();
    let is_whole =
        |(at, t): &(usize, &Trouble<'_>)| *at < CARDS || (t.tier() == Tier::LifeSafety && *at < LIFE_SAFETY_CARDS);
    let (whole, rest): (Vec<_>, Vec<_>) = troubles.iter().enumerate().partition(is_whole);
    let pages = rest.len().div_ceil(ROWS).max(1);
    let page = page.clamp(1, pages);
    let cards =
        if page == 1 { whole.iter().filter_map(|(_, t)| Card::of(now, t, false)).collect() } else { Vec::new() };
    let on_page = rest.iter().skip((page - 1) * ROWS).take(ROWS);
    let (elsewhere, zombies, planned) = (now.elsewhere(), now.zombies(), now.maintenances());
    let is_quiet = troubles.is_empty();
    // Beside 200 troubles of our own, those of others are counted, and listed by the API.
    let others = if rest.is_empty() { ROWS } else { CARDS };
    First {
        frame: Frame::new(now, "feed", if page == 1 { "/".to_owned() } else { format!("/?page={page}") }, is_guarded),
        title: title(now, &troubles),
        path: OurPath::of(now),
        headline: headline(now, &troubles),
        quiet_since: now.scene.last_effect.filter(|_| is_quiet).map(|at| When::of(now, at)),
        has_trouble: !is_quiet,
        causes: causes(now, &troubles),
        cards,
        rows: on_page.filter_map(|(_, t)| Row::ours(now, t)).collect(),
        pager: Pager { page, pages, in_all: rest.len() },
        elsewhere: elsewhere.iter().take(others).map(|r| Row::elsewhere(now, r)).collect(),
        elsewhere_in_all: elsewhere.len(),
        zombies: zombies.iter().take(CARDS).map(|r| Row::zombie(now, r)).collect(),
        zombies_in_all: zombies.len(),
        services: services(now),
        unknown: unknown(now),
        planned: planned.iter().take(CARDS * 2).map(|(r, services)| PlannedRow::of(now, r, services)).collect(),
        planned_in_all: planned.len(),
        ended: now.scene.ended.iter().take(CARDS).filter_map(|r| EndedRow::of(now, r)).collect(),
        ended_in_all: now.scene.ended.len(),
    }
}

fn title(now: &Now, troubles: &[Trouble<'_>]) -> String {
    match troubles.len() {
        // Where nobody can see, "nothing" would be said too much.
        0 if now.effects.states.values().any(|s| s.shown() == Impact::Unknown) => "Nothing known hurts us".to_owned(),
        0 => "Nothing of ours is hurt".to_owned(),
        1 => "1 incident hurts us".to_owned(),
        some => format!("{some} incidents hurt us"),
    }
}

fn headline(now: &Now, troubles: &[Trouble<'_>]) -> String {
    if troubles.is_empty() {
        return "Hurting us: none that we can see".to_owned();
    }
    let services: BTreeSet<_> = troubles.iter().flat_map(|t| &t.hurts).map(|(s, _)| &s.id).collect();
    let all = now.compiled.inventory.services.len();
    format!("Hurting us: {}, {} of {}", count(troubles.len(), "incident"), services.len(), count(all, "service"))
}

/// Two causes in the same hours are two causes.
fn causes(now: &Now, troubles: &[Trouble<'_>]) -> Option<String> {
    let vendors: BTreeSet<_> = troubles
        .iter()
        .filter_map(|t| t.report.map(|r| r.source.vendor()).or_else(|| t.component.map(|(s, _)| s.vendor())))
        .collect();
    let names: Vec<&str> = vendors.iter().map(|v| now.compiled.graph.vendor_name(v)).collect();
    (names.len() > 1).then(|| crate::web::view::list(&names, 4))
}

fn services(now: &Now) -> Services {
    let rows: Vec<ServiceRow> = now.services().into_iter().map(|s| ServiceRow::of(now, s)).collect();
    let all = rows.len();
    let (grey, rest): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.impact == Impact::Unknown);
    let (well, hurt): (Vec<_>, Vec<_>) = rest.into_iter().partition(|row| row.impact == Impact::Operational);
    let headline = match (hurt.len(), grey.len()) {
        (0, 0) => format!("Services not well: none of {all}"),
        (0, grey) => format!("Services not well: none that we can see; {grey} of {all} nobody can speak for"),
        (hurt, 0) => format!("Services not well: {hurt} of {all}"),
        (hurt, grey) => format!("Services not well: {hurt} of {all}; {grey} nobody can speak for"),
    };
    let names: Vec<&str> = grey.iter().map(|row| row.name.as_str()).collect();
    let in_part = crate::web::view::list(&names, 5);
    Services { headline, hurt, grey, well, in_part }
}
