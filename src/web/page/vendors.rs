//! The vendors: how each stands, what we need of it, when it last spoke and when it was last read.

use std::collections::BTreeSet;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;
use url::Url;

use crate::config::catalogue::search::{Hit, search};
use crate::model::effect::Cause;
use crate::model::id::VendorId;
use crate::model::impact::Impact;
use crate::model::incident::{Report, hurts};
use crate::model::inventory::On;
use crate::model::phase::Kind;
use crate::model::text;
use crate::model::vendor::Vendor;
use crate::web::fault::{self, Fault};
use crate::web::now::{Now, weight};
use crate::web::router::Site;
use crate::web::view::{Badge, Frame, Theirs, When, list};

/// Parts that a row names.
const PARTS: usize = 3;

/// A vendor as one row.
pub struct VendorRow {
    pub id: String,
    pub name: String,
    pub impact: Impact,
    pub badge: Badge,
    /// Whether what it has hurts us.
    pub is_ours: bool,
    pub needed: Theirs,
    /// What is not well of it, where no incident says so.
    pub note: String,
    pub last_word: Option<When>,
    pub last_read: Option<When>,
    pub is_by_hand: bool,
    /// Why nobody can speak for it, or for a part of it.
    pub why: Option<Theirs>,
}

/// How a vendor stands.
pub struct Standing<'a> {
    /// What is open of it and takes something away, the worst first.
    pub open: Vec<&'a Report>,
    /// Components that are not well, by their own status.
    pub unwell: usize,
    pub worst: Option<Impact>,
    pub is_ours: bool,
    /// Why it is not wholly seen.
    pub unseen: Option<String>,
    pub has_source: bool,
}

impl Standing<'_> {
    /// The word for all of it: trouble that is known, else unknown where anything is unseen, else well.
    pub fn shown(&self) -> Impact {
        match self.worst {
            Some(worst) => worst,
            None if self.unseen.is_some() => Impact::Unknown,
            None => Impact::Operational,
        }
    }
}

/// How a vendor stands now.
pub fn standing<'a>(now: &'a Now, vendor: &VendorId) -> Standing<'a> {
    let world = &now.scene.world;
    let is_open = |r: &&Report| r.source.is_of(vendor) && hurts(r.seen.phase) && !r.old;
    let mut open: Vec<&Report> = world.reports.iter().filter(is_open).collect();
    open.sort_by_key(|r| std::cmp::Reverse(weight(taken(r))));
    let unwell = || world.unwell.iter().filter(|(source, _)| source.is_of(vendor)).flat_map(|(_, all)| all);
    let known = |impact: &Impact| !matches!(impact, Impact::Operational | Impact::Unknown);
    let statuses = unwell().map(|c| c.status).filter(known);
    let worst = open.iter().map(|r| taken(r)).chain(statuses).max_by_key(|i| weight(*i));
    let is_its = |cause: &Cause| match cause {
        Cause::Incident(id) => open.iter().any(|r| r.incident == *id),
        Cause::Component { source, .. } => source.is_of(vendor),
        Cause::Blind(_) | Cause::Offline | Cause::Sight(_) => false,
    };
    let sources = || world.sources.iter().filter(|(id, _)| id.is_of(vendor));
    let told = || now.how_it_tells(vendor);
    let guessed = || world.unconfirmed.iter().find(|id| id.is_of(vendor));
    let unconfirmed = || guessed().map(|id| format!("unseen: {id} is not confirmed, how it is read was guessed"));
    let unseen = match sources().find_map(|(_, health)| health.why()).or_else(unconfirmed) {
        Some(why) => Some(why),
        None if !now.compiled.speaks_for(vendor) => {
            Some(told().unwrap_or_else(|| "no source is known; what is heard of it is entered by hand".to_owned()))
        }
        None => None,
    };
    Standing {
        unwell: unwell().filter(|c| known(&c.status)).count(),
        worst,
        is_ours: now.effects.hurts.keys().any(|(_, cause)| is_its(cause)),
        unseen,
        has_source: sources().next().is_some(),
        open,
    }
}

/// What a report takes away while it is open.
fn taken(report: &Report) -> Impact {
    if report.seen.kind == Kind::Maintenance { Impact::Maintenance } else { report.seen.impact }
}

impl VendorRow {
    pub fn of(now: &Now, vendor: &VendorId) -> Self {
        let standing = standing(now, vendor);
        let impact = standing.shown();
        let read = now.compiled.sources.keys().filter(|id| id.is_of(vendor));
        let read = read.filter_map(|id| now.scene.marks.get(id)?.last_good).max();
        let word = standing.open.iter().filter_map(|r| r.seen.last_word()).max();
        let word_of =
            if impact == Impact::Unknown && standing.worst.is_some() { "Not said how bad" } else { impact.label() };
        let parts = if standing.unwell == 1 { "component is" } else { "components are" };
        Self {
            id: vendor.to_string(),
            name: now.compiled.vendor_name(vendor),
            impact,
            badge: Badge::saying(impact, word_of),
            is_ours: standing.is_ours,
            needed: Theirs::line(&needed(now, vendor)),
            note: match (standing.open.is_empty(), standing.unwell) {
                (_, 0) | (false, _) => String::new(),
                (true, n) if standing.is_ours => format!("{n} {parts} not well, without an incident"),
                (true, n) => format!("{n} {parts} not well; none that we need"),
            },
            last_word: word.map(|at| When::age_of(now, at)),
            last_read: read.map(|at| When::age_of(now, at)),
            is_by_hand: !standing.has_source,
            why: standing.unseen.map(|why| Theirs::line(&text::line(&why, 200))),
        }
    }
}

/// "SQL Database, Central US: e-Prescribing; Object storage: Payroll".
pub fn needed(now: &Now, vendor: &VendorId) -> String {
    let mut needs: Vec<(String, Vec<&str>)> = Vec::new();
    for service in now.needing(vendor) {
        for dependency in service.needs.iter().flat_map(|n| n.dependencies()) {
            let On::Vendor(selector) = &dependency.on else { continue };
            if selector.vendor != *vendor {
                continue;
            }
            let parts = [&selector.components, &selector.ids, &selector.regions].into_iter().flatten();
            let parts = list(&parts.map(|p| p.trim_end_matches('*')).collect::<Vec<_>>(), PARTS);
            match needs.iter_mut().find(|(known, _)| *known == parts) {
                Some((_, services)) => services.push(&service.name),
                None => needs.push((parts, vec![&service.name])),
            }
        }
    }
    let words = needs.iter().take(PARTS).map(|(parts, services)| {
        let services = list(services, 4);
        if parts.is_empty() { services } else { format!("{parts}: {services}") }
    });
    let words = words.collect::<Vec<_>>().join("; ");
    match needs.len().saturating_sub(PARTS) {
        0 => words,
        more => format!("{words}; and {more} more"),
    }
}

/// So many of those that were found are shown.
const FOUND: usize = 60;
/// Nobody looks for more characters than this.
const WANTED: usize = 100;

/// All vendors that we need, by how they stand.
pub struct Vendors {
    pub in_all: usize,
    /// Not well: ours first, then the worst.
    pub hurt: Vec<VendorRow>,
    /// Nobody can speak for them.
    pub grey: Vec<VendorRow>,
    pub well: Vec<VendorRow>,
}

impl Vendors {
    pub fn of(now: &Now) -> Self {
        let needed: BTreeSet<&VendorId> = now.compiled.graph.vendors().collect();
        let mut rows: Vec<VendorRow> = needed.iter().map(|id| VendorRow::of(now, id)).collect();
        rows.sort_by_key(|r| (!r.is_ours, std::cmp::Reverse(weight(r.impact)), r.name.to_lowercase()));
        let in_all = rows.len();
        let is_grey = |r: &VendorRow| r.impact == Impact::Unknown && r.why.is_some() && !r.is_ours;
        let (grey, rest): (Vec<_>, Vec<_>) = rows.into_iter().partition(is_grey);
        let (well, hurt): (Vec<_>, Vec<_>) = rest.into_iter().partition(|r| r.impact == Impact::Operational);
        Self { in_all, hurt, grey, well }
    }

    /// The heading.
    pub fn headline(&self) -> String {
        let unseen = match self.grey.len() {
            0 => String::new(),
            grey => format!("; {grey} of {} nobody can speak for", self.in_all),
        };
        match self.hurt.len() {
            0 => {
                format!("Vendors not well: none{}{unseen}", if self.grey.is_empty() { "" } else { " that we can see" })
            }
            hurt => format!("Vendors not well: {hurt} of {}{unseen}", self.in_all),
        }
    }
}

#[derive(Template)]
#[template(path = "page/vendors.html")]
struct All {
    frame: Frame,
    vendors: Vendors,
    /// How many are known.
    known: usize,
    /// What was looked for among them.
    wanted: String,
    /// What was found; `None` where nothing was looked for.
    found: Option<FoundVendors>,
}

/// Vendors that were looked for among all that are known.
struct FoundVendors {
    is_guess: bool,
    rows: Vec<FoundRow>,
    more: usize,
}

struct FoundRow {
    id: String,
    name: String,
    by: String,
    /// Whether anybody looks, or could.
    known: String,
}

/// What is looked for.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    find: String,
}

impl FoundVendors {
    fn of(now: &Now, wanted: &str) -> Self {
        let found = search(&now.compiled.catalogue, wanted);
        let known = |vendor: &Vendor| match vendor.homepage.as_ref().and_then(Url::host_str).unwrap_or_default() {
            _ if now.compiled.graph.needs(&vendor.id) => "needed by our services".to_owned(),
            _ if vendor.sources.is_empty() => vendor.notifies.clone().unwrap_or_default(),
            host if vendor.sources.iter().any(|s| s.probed.is_some()) => format!("can be read, confirmed: {host}"),
            host => format!("can be read, as others list it: {host}"),
        };
        let row = |hit: &Hit| FoundRow {
            id: hit.vendor.id.to_string(),
            name: hit.vendor.name.clone(),
            by: hit.by.to_string(),
            known: known(&hit.vendor),
        };
        let rows = found.hits.iter().take(FOUND).map(row).collect();
        Self { is_guess: found.is_guess, rows, more: found.hits.len().saturating_sub(FOUND) }
    }
}

/// The page.
pub async fn page(State(site): State<Arc<Site>>, Query(asked): Query<Asked>) -> Response {
    let now = match Now::gather(&site.app).await {
        Ok(now) => now,
        Err(error) => return Fault::from(error).page(),
    };
    let wanted: String = asked.find.trim().chars().take(WANTED).collect();
    fault::html(&All {
        frame: Frame::new(&now, "vendors", "/vendors", site.app.token.is_some()),
        vendors: Vendors::of(&now),
        known: now.compiled.catalogue.len(),
        found: (!wanted.is_empty()).then(|| FoundVendors::of(&now, &wanted)),
        wanted,
    })
}
