//! One vendor: what is open of it, how it stood for ninety days, its components by region, how late its word was, where
//! we read it, and whom to call.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;

use super::asked_anew::AskedAnew;
use super::component_grid::Grid;
use super::sources::{every, found_out};
use super::tables::{EndedRow, PlannedRow, Row};
use super::vendors::{needed, standing};
use crate::model::clock_text::span;
use crate::model::format::Evidence;
use crate::model::id::{SourceId, VendorId};
use crate::model::impact::Impact;
use crate::model::incident::{Component, Health, Report};
use crate::model::inquiry::Inquiry;
use crate::model::inventory::{On, Selector, Service};
use crate::model::overrides::Override;
use crate::model::phase::Kind;
use crate::model::silence::Silence;
use crate::model::vendor::Source;
use crate::normalize::evidence;
use crate::store::StoreError;
use crate::store::past::SourcePast;
use crate::web::by_hand;
use crate::web::fault::{self, Fault};
use crate::web::hush;
use crate::web::now::Now;
use crate::web::past::{self, Past, Track};
use crate::web::router::Site;
use crate::web::view::days::Bars;
use crate::web::view::lateness::Lateness;
use crate::web::view::{Away, Badge, Frame, Theirs, When, list};
use crate::web::who::{May, Viewer, Way};

/// Components with bars of their own; the grid holds the rest.
const TRACKS: usize = 12;
/// Incidents that are over.
const ENDED: usize = 15;
/// Days that were not clean.
const UNCLEAN: usize = 30;

#[derive(Template)]
#[template(path = "page/vendor.html")]
struct One {
    frame: Frame,
    name: String,
    badge: Badge,
    is_ours: bool,
    is_needed: bool,
    needed: Theirs,
    unseen: Option<Theirs>,
    /// The silences that name it: what, by whom until when, and why.
    silences: Vec<(Theirs, String, Theirs)>,
    /// What is set of it by hand, and why.
    by_hand: Vec<(Theirs, Theirs)>,
    id: String,
    can_act: bool,
    /// The lowest share of the tracks, of which, and how long nobody knows.
    up: Option<(String, String)>,
    unknown: String,
    late: Lateness,
    open: Vec<Row>,
    planned: Vec<PlannedRow>,
    ended: Vec<EndedRow>,
    first_day: String,
    since: Option<When>,
    tracks: Vec<TrackRow>,
    unclean: Vec<Unclean>,
    more_unclean: usize,
    grid: Grid,
    sources: Vec<SourceRow>,
    support: Support,
    notifies: Option<Theirs>,
}

/// A component's ninety days.
struct TrackRow {
    name: Theirs,
    note: Theirs,
    bars: Bars,
    up: String,
    unknown: String,
}

/// A day that was not clean.
struct Unclean {
    day: String,
    part: Theirs,
    badge: Badge,
    lasted: String,
    incidents: Vec<(String, Theirs)>,
}

/// What asking pages anew came to.
type Inquiries = BTreeMap<SourceId, Inquiry>;

struct SourceRow {
    id: String,
    badge: Badge,
    read: Option<When>,
    every: String,
    format: &'static str,
    evidence: &'static str,
    auto: Option<String>,
    why: Option<Theirs>,
    asked: Option<AskedAnew>,
    link: Option<Away>,
}

struct Support {
    phone: Option<(String, String)>,
    portal: Option<Away>,
    account: Option<String>,
    home: Option<Away>,
}

/// The page.
pub async fn page(State(site): State<Arc<Site>>, Path(id): Path<String>) -> Response {
    let compiled = site.app.compiled();
    let known = VendorId::parse(&id).ok().filter(|id| compiled.knows(id) || compiled.graph.needs(id));
    let Some(vendor) = known else { return Fault::nothing("There is no such vendor in sources/.").page() };
    match gather(&site, &vendor).await {
        Ok(page) => fault::html(&page),
        Err(error) => Fault::from(error).page(),
    }
}

async fn gather(site: &Site, vendor: &VendorId) -> Result<One, StoreError> {
    let now = Now::gather(&site.app).await?;
    let sources = site.app.store.past(vendor, past::since(&now)).await?;
    let inquiries = site.app.store.inquiries().await?;
    Ok(describe(&now, vendor, &sources, &inquiries, site.app.token.is_some()))
}

fn silenced(now: &Now, silence: &Silence) -> (Theirs, String, Theirs) {
    let by = format!("by {} until {}", silence.author, now.times.local(silence.until));
    (Theirs::line(&silence.about.to_string()), by, Theirs::line(&silence.reason))
}

fn set(now: &Now, one: &Override) -> (Theirs, Theirs) {
    (Theirs::line(&by_hand::said(now, one)), Theirs::line(&one.reason))
}

fn describe(now: &Now, vendor: &VendorId, sources: &[SourcePast], inquiries: &Inquiries, is_guarded: bool) -> One {
    let (standing, viewer) = (standing(now, vendor), Viewer::now());
    let its = |r: &&Report| r.source.is_of(vendor);
    let is_incident = |r: &&&Report| r.seen.kind == Kind::Incident;
    let troubles = now.troubles();
    let ours = troubles.iter().filter(|t| t.report.is_some_and(|r| its(&r) && r.seen.kind == Kind::Incident));
    let elsewhere: Vec<&Report> = now.elsewhere();
    let elsewhere = elsewhere.iter().filter(|r| its(r)).filter(|r| is_incident(r));
    let mut ended: Vec<&Report> = sources.iter().flat_map(|p| &p.reports).filter(|r| !r.standing.is_open()).collect();
    ended.sort_by_key(|r| std::cmp::Reverse(r.changed));
    let tracks = tracks(now, vendor, sources);
    let (unclean, more_unclean) = unclean(now, &tracks);
    let looked = sources.iter().filter(|p| !p.source.is_by_hand()).filter_map(|p| p.first_look).min();
    One {
        frame: Frame::new(now, "vendors", format!("/vendors/{vendor}"), is_guarded),
        id: vendor.to_string(),
        can_act: viewer.way == Way::Session && viewer.may >= May::Act,
        silences: hush::at_vendor(now, vendor).into_iter().map(|s| silenced(now, s)).collect(),
        by_hand: by_hand::at_vendor(now, vendor).into_iter().map(|one| set(now, one)).collect(),
        name: now.compiled.vendor_name(vendor),
        badge: Badge::of(standing.shown()),
        is_ours: standing.is_ours,
        is_needed: now.compiled.graph.needs(vendor),
        needed: Theirs::line(&needed(now, vendor)),
        unseen: standing.unseen.as_deref().map(Theirs::line),
        up: worst(&tracks),
        unknown: span(tracks.iter().map(|(_, _, t)| t.unknown).max().unwrap_or(0)),
        late: Lateness::of(sources),
        open: ours.filter_map(|t| Row::ours(now, t)).chain(elsewhere.map(|r| Row::elsewhere(now, r))).collect(),
        planned: now
            .maintenances()
            .iter()
            .filter(|(r, _)| its(r))
            .map(|(r, services)| PlannedRow::of(now, r, services))
            .collect(),
        ended: ended.iter().take(ENDED).filter_map(|r| EndedRow::of(now, r)).collect(),
        first_day: now.times.written(past::since(now), "%a %-d %B"),
        since: looked.map(|at| When::of(now, at)),
        tracks: tracks.iter().map(|(name, note, track)| track_row(name, note, track)).collect(),
        unclean,
        more_unclean,
        grid: Grid::of(now, vendor, sources),
        sources: source_rows(now, vendor, inquiries),
        support: support(now, vendor),
        notifies: now.how_it_tells(vendor).map(|told| Theirs::line(&told)),
    }
}

/// Name, what needs it, and the days: of the components that we need, else of the vendor as a whole.
type Named = (String, String, Track);

fn tracks(now: &Now, vendor: &VendorId, sources: &[SourcePast]) -> Vec<Named> {
    let past = Past::of(now, sources);
    let mut tracks: Vec<Named> = Vec::new();
    let whole = whole_needed(now, vendor);
    let mut needed: Vec<(&SourceId, &Component, Vec<&str>)> = Vec::new();
    for one in sources {
        for component in &one.components {
            let services = needing(now, vendor, &one.source, component);
            if !services.is_empty() {
                needed.push((&one.source, component, services));
            }
        }
    }
    if !whole.is_empty() || needed.is_empty() {
        let note = if whole.is_empty() { "every incident of it".to_owned() } else { list(&whole, 3) };
        tracks.push(("The vendor as a whole".to_owned(), note, past.whole()));
    }
    for (source, component, services) in needed.into_iter().take(TRACKS) {
        let region = component.component.region.as_deref().map_or_else(String::new, |r| format!("{r}: "));
        let note = format!("{region}{}", list(&services, 3));
        tracks.push((component.component.name.clone(), note, past.component(source, component)));
    }
    tracks
}

/// The services that need a component of this vendor.
pub fn needing<'a>(now: &'a Now, vendor: &VendorId, source: &SourceId, component: &Component) -> Vec<&'a str> {
    let picks = |s: &Selector| {
        let is_meant = s.source.as_ref().is_none_or(|only| only == source);
        s.picks_components() && is_meant && s.picks(&component.component)
    };
    services(now, vendor, picks)
}

/// The services that need the vendor as a whole.
fn whole_needed<'a>(now: &'a Now, vendor: &VendorId) -> Vec<&'a str> {
    services(now, vendor, |s| !s.picks_components())
}

fn services<'a>(now: &'a Now, vendor: &VendorId, is_meant: impl Fn(&Selector) -> bool) -> Vec<&'a str> {
    let means = |service: &&&Service| {
        let mut all = service.needs.iter().flat_map(|n| n.dependencies());
        all.any(|d| matches!(&d.on, On::Vendor(s) if s.vendor == *vendor && is_meant(s)))
    };
    let naming = now.needing(vendor);
    naming.iter().filter(means).map(|s| s.name.as_str()).collect()
}

fn track_row(name: &str, note: &str, track: &Track) -> TrackRow {
    TrackRow {
        name: Theirs::line(name),
        note: Theirs::line(note),
        bars: Bars::of(&track.days),
        up: track.up.map_or_else(|| "–".to_owned(), percent),
        unknown: span(track.unknown),
    }
}

/// Never rounded up to a hundred.
fn percent(share: f64) -> String {
    let hundredths = (share * 10_000.0).floor() / 100.0;
    if hundredths >= 100.0 { "100 %".to_owned() } else { format!("{hundredths:.2} %") }
}

fn worst(tracks: &[Named]) -> Option<(String, String)> {
    let known = tracks.iter().filter_map(|(name, _, track)| Some((name, track.up?)));
    let (name, up) = known.min_by(|(_, a), (_, b)| a.total_cmp(b))?;
    Some((percent(up), if tracks.len() > 1 { format!("{name}, the worst of ours") } else { name.clone() }))
}

fn unclean(now: &Now, tracks: &[Named]) -> (Vec<Unclean>, usize) {
    let mut all: Vec<(jiff::Timestamp, Unclean)> = Vec::new();
    for (name, _, track) in tracks {
        for day in &track.days {
            let Some(worst) = day.worst else { continue };
            let incidents = day.incidents.iter().map(|(id, title)| (id.to_string(), Theirs::line(title)));
            let unclean = Unclean {
                day: now.times.written(day.began, "%a %-d %B"),
                part: Theirs::line(name),
                badge: Badge::of(worst),
                lasted: span(day.trouble),
                incidents: incidents.take(3).collect(),
            };
            all.push((day.began, unclean));
        }
    }
    all.sort_by_key(|(began, _)| std::cmp::Reverse(*began));
    let more = all.len().saturating_sub(UNCLEAN);
    (all.into_iter().take(UNCLEAN).map(|(_, unclean)| unclean).collect(), more)
}

fn source_rows(now: &Now, vendor: &VendorId, inquiries: &Inquiries) -> Vec<SourceRow> {
    let vendor = now.compiled.vendor(vendor);
    let all = vendor.as_ref().map(|v| v.sources.as_slice()).unwrap_or_default();
    all.iter().map(|source| source_row(now, source, inquiries)).collect()
}

fn source_row(now: &Now, source: &Source, inquiries: &Inquiries) -> SourceRow {
    let mark = now.scene.marks.get(&source.id);
    let is_polled = now.compiled.sources.contains_key(&source.id);
    let health = mark.map_or(&Health::NeverRead, |m| &m.health);
    let (impact, word) = match health {
        _ if !is_polled => (Impact::Unknown, "Not looked at"),
        Health::Unreadable { .. } => (Impact::Unknown, "Cannot be read"),
        Health::NeverRead => (Impact::Unknown, "Not looked at yet"),
        Health::Readable { .. } if health.why().is_some() => (Impact::Unknown, "Read in part"),
        Health::Readable { .. } if now.is_in_time(source) => (Impact::Operational, "Read"),
        Health::Readable { .. } => (Impact::Unknown, "Not read in time"),
    };
    let why = health.why().filter(|_| is_polled && *health != Health::NeverRead);
    SourceRow {
        id: source.id.to_string(),
        badge: Badge::saying(impact, word),
        read: mark.and_then(|m| m.last_good).map(|at| When::of(now, at)),
        every: every(&source.every),
        format: source.format.name(),
        evidence: match evidence(source) {
            Evidence::Recorded => "tried on what real servers answered",
            Evidence::Documented => "written from its documentation only",
            Evidence::Guessed => "guessed: never shown as well until a person confirms it",
        },
        auto: found_out(now, source),
        why: why.map(|why| Theirs::line(&why)),
        asked: AskedAnew::of(now, source, inquiries.get(&source.id)),
        link: source.url.as_ref().and_then(|url| Away::to(url.as_str(), "")),
    }
}

fn support(now: &Now, vendor: &VendorId) -> Support {
    let vendor = now.compiled.vendor(vendor);
    let vendor = vendor.as_deref();
    let support = vendor.map(|v| &v.support);
    let dial = |number: &str| number.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect::<String>();
    Support {
        phone: support.and_then(|s| s.phone.clone()).map(|number| (dial(&number), number)),
        portal: support.and_then(|s| Away::to(s.portal.as_ref()?.as_str(), "")),
        account: support.and_then(|s| s.account.clone()),
        home: vendor.and_then(|v| Away::to(v.homepage.as_ref()?.as_str(), "")),
    }
}
