//! The first page: what of ours is hurt, and everything that one must know beside it, in one order.

use std::collections::BTreeSet;
use std::sync::Arc;

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::filter::{Asked, Filter, Form, Subject};
use super::path::OurPath;
use super::standing::ServiceRow;
use super::tables::{EndedRow, PlannedRow, Row};
use super::vendors::Vendors;
use crate::model::impact::Impact;
use crate::model::incident::Report;
use crate::model::inventory::{Service, Tier};
use crate::model::overrides::Override;
use crate::model::silence::Silence;
use crate::web::by_hand;
use crate::web::fault::{self, Fault};
use crate::web::now::{Now, Trouble};
use crate::web::router::Site;
use crate::web::view::card::Card;
use crate::web::view::{Frame, Theirs, When, count};

/// Whole cards.
const CARDS: usize = 10;
/// Whole cards for what life depends on: beyond these a page would pass 100 kB.
const LIFE_SAFETY_CARDS: usize = 14;
/// Rows of incidents on one page.
const ROWS: usize = 50;
/// How many rows a whole card takes the place of: with all its files a page stays under 100 kB.
const ROWS_OF_A_CARD: usize = 3;
/// Beside so many cards the situation stands ready to be copied; beside more a link leads to it.
const SITUATIONS: usize = 5;
/// Services that a quiet page lists.
const SERVICES: usize = 20;

#[derive(Template)]
#[template(path = "page/first.html")]
struct First {
    frame: Frame,
    title: String,
    path: OurPath,
    /// What is silenced, in short.
    silences: Vec<(Theirs, String)>,
    /// What is set by hand, in short.
    by_hand: Vec<(Theirs, String)>,
    form: Form,
    /// What the filter leaves out, of what hurts us.
    left_out: usize,
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
    vendors: Vendors,
    planned: Vec<PlannedRow>,
    planned_in_all: usize,
    ended: Vec<EndedRow>,
    ended_in_all: usize,
}

struct Pager {
    page: usize,
    pages: usize,
    in_all: usize,
    before: String,
    next: String,
}

/// How our services stand, in counts; the rows where the page is quiet.
struct Services {
    hurt: usize,
    grey: usize,
    well: usize,
    in_part: String,
    rows: Vec<ServiceRow>,
    more: usize,
}

/// The first page.
pub async fn page(State(site): State<Arc<Site>>, asked: Result<Query<Asked>, QueryRejection>) -> Response {
    let filter = match asked {
        Ok(Query(asked)) => asked.filter(),
        Err(_) => Err("This page knows ?vendor=, service=, tier=, impact=, q= and page=.".to_owned()),
    };
    let filter = match filter {
        Ok(filter) => filter,
        Err(what) => return Fault::new(StatusCode::BAD_REQUEST, what).page(),
    };
    match Now::gather(&site.app).await {
        Ok(now) => fault::html(&first(&now, &filter, site.app.token.is_some())).into_response(),
        Err(error) => Fault::from(error).page(),
    }
}

fn first(now: &Now, filter: &Filter, is_guarded: bool) -> First {
    let all = now.troubles();
    let troubles: Vec<&Trouble<'_>> = all.iter().filter(|t| keeps_trouble(now, filter, t)).collect();
    let is_whole =
        |(at, t): &(usize, &&Trouble<'_>)| *at < CARDS || (t.tier() == Tier::LifeSafety && *at < LIFE_SAFETY_CARDS);
    let (whole, rest): (Vec<_>, Vec<_>) = troubles.iter().enumerate().partition(is_whole);
    let beside = ROWS.saturating_sub(whole.len() * ROWS_OF_A_CARD);
    let pages = rest.len().saturating_sub(beside).div_ceil(ROWS) + 1;
    let page = filter.page.clamp(1, pages);
    let cards = if page == 1 { cards(now, &whole) } else { Vec::new() };
    let (before, here) = if page == 1 { (0, beside) } else { (beside + (page - 2) * ROWS, ROWS) };
    let on_page = rest.iter().skip(before).take(here);
    let wanted = |r: &&Report| keeps_report(now, filter, r, &[]);
    let elsewhere: Vec<&Report> = now.elsewhere().into_iter().filter(wanted).collect();
    let zombies: Vec<&Report> = now.zombies().into_iter().filter(wanted).collect();
    let mut planned = now.maintenances();
    planned.retain(|(report, services)| keeps_report(now, filter, report, services));
    let ended: Vec<&Report> =
        now.scene.ended.iter().filter(|r| keeps_report(now, filter, r, &had_hurt(now, r))).collect();
    let is_quiet = all.is_empty();
    // Beside 200 troubles of our own, those of others are counted, and listed by the API.
    let others = if rest.is_empty() { ROWS } else { CARDS };
    First {
        frame: Frame::new(now, "feed", filter.address(page), is_guarded),
        title: title(now, &all),
        path: OurPath::of(now),
        silences: now.silences.iter().map(|s| silenced(now, s)).collect(),
        by_hand: by_hand::holding(now).into_iter().map(|one| set(now, one)).collect(),
        form: filter.form(now),
        left_out: all.len() - troubles.len(),
        headline: headline(now, &all),
        quiet_since: now.scene.last_effect.filter(|_| is_quiet).map(|at| When::of(now, at)),
        has_trouble: !is_quiet,
        causes: causes(now, &all),
        cards,
        rows: on_page.filter_map(|(_, t)| Row::ours(now, t)).collect(),
        pager: Pager {
            page,
            pages,
            in_all: troubles.len(),
            before: filter.address(page.saturating_sub(1)),
            next: filter.address(page + 1),
        },
        elsewhere: elsewhere.iter().take(others).map(|r| Row::elsewhere(now, r)).collect(),
        elsewhere_in_all: elsewhere.len(),
        zombies: zombies.iter().take(CARDS).map(|r| Row::zombie(now, r)).collect(),
        zombies_in_all: zombies.len(),
        services: services(now, is_quiet),
        vendors: Vendors::of(now),
        planned: planned.iter().take(CARDS * 2).map(|(r, services)| PlannedRow::of(now, r, services)).collect(),
        planned_in_all: planned.len(),
        ended: ended.iter().take(CARDS).filter_map(|r| EndedRow::of(now, r)).collect(),
        ended_in_all: ended.len(),
    }
}

/// What a silence is about, and by whom until when.
fn silenced(now: &Now, silence: &Silence) -> (Theirs, String) {
    let about = Theirs::line(&silence.about.to_string());
    (about, format!("by {} until {}", silence.author, now.times.local(silence.until)))
}

/// What an override is about, and what it is held to be, by whom until when.
fn set(now: &Now, one: &Override) -> (Theirs, String) {
    let is = one.impact.label().to_lowercase();
    (Theirs::line(&one.of.to_string()), format!("{is}, by {} {}", one.author, by_hand::lasts(now, one)))
}

fn cards(now: &Now, whole: &[(usize, &&Trouble<'_>)]) -> Vec<Card> {
    let mut cards: Vec<Card> = whole.iter().filter_map(|(_, t)| Card::of(now, t, false)).collect();
    if cards.len() > SITUATIONS {
        cards.iter_mut().for_each(|card| card.situation = None);
    }
    cards
}

fn keeps_trouble(now: &Now, filter: &Filter, trouble: &Trouble<'_>) -> bool {
    let services: Vec<&Service> = trouble.hurts.iter().map(|(service, _)| *service).collect();
    match (trouble.report, trouble.component) {
        (Some(report), _) => {
            let impact = trouble.hurts.first().map_or(report.seen.impact, |(_, effect)| effect.impact);
            keeps(now, filter, report, &services, impact)
        }
        (None, Some((source, component))) => {
            let vendor = source.vendor();
            let words = vec![component.component.name.as_str()];
            filter.keeps(now, &Subject { vendor: &vendor, services: &services, impact: component.status, words })
        }
        (None, None) => true,
    }
}

fn keeps_report(now: &Now, filter: &Filter, report: &Report, services: &[&Service]) -> bool {
    keeps(now, filter, report, services, report.seen.impact)
}

fn keeps(now: &Now, filter: &Filter, report: &Report, services: &[&Service], impact: Impact) -> bool {
    let seen = &report.seen;
    let mut words = vec![seen.title.as_str(), seen.key.as_str()];
    words.extend(seen.components.iter().map(|c| c.name.as_str()));
    words.extend(seen.regions.iter().map(String::as_str));
    words.extend(seen.updates.last().map(|u| u.text.as_str()));
    filter.keeps(now, &Subject { vendor: &report.source.vendor(), services, impact, words })
}

/// The services that an incident that is over had hurt.
fn had_hurt<'a>(now: &'a Now, report: &Report) -> Vec<&'a Service> {
    let ids = now.scene.had_hurt.get(&report.incident.0);
    ids.into_iter().flatten().filter_map(|id| now.compiled.inventory.service(id)).collect()
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

fn services(now: &Now, is_quiet: bool) -> Services {
    let mut rows: Vec<ServiceRow> = now.services().into_iter().map(|s| ServiceRow::of(now, s)).collect();
    let is = |impact: Impact| rows.iter().filter(move |row| row.impact == impact);
    let (grey, well) = (is(Impact::Unknown).count(), is(Impact::Operational).count());
    let names: Vec<&str> = is(Impact::Unknown).map(|row| row.name.as_str()).collect();
    let (hurt, in_part) = (rows.len() - grey - well, crate::web::view::list(&names, 5));
    let more = rows.len().saturating_sub(SERVICES);
    if is_quiet {
        // What nobody knows first, where not all can be shown.
        rows.sort_by_key(|row| more > 0 && row.impact == Impact::Operational);
        rows.truncate(SERVICES);
    } else {
        rows.clear();
    }
    Services { hurt, grey, well, in_part, rows, more }
}
