//! What nobody sees: vendors without a source, lines of the inventory that pick nothing, services that nobody measures;
//! and what to do about each.

use askama::Template;
use askama::filters::HtmlSafe;

use crate::alerting::idle::{Idle, wanted};
use crate::model::doubt::Doubt;
use crate::model::incident::Health;
use crate::model::inventory::{Service, Tier};
use crate::model::snapshot::Unreadable;
use crate::web::now::Now;
use crate::web::sight::{self, Dim};
use crate::web::view::{Away, Badge, Theirs, When, list, tier};

/// Names that are offered instead of one that matches nothing.
const OFFERED: usize = 6;
/// Reasons that a row spells out.
const REASONS: usize = 3;

/// What nobody sees.
#[derive(Template)]
#[template(path = "page/blind_spots.html")]
pub struct BlindSpots {
    unspoken: Vec<Unspoken>,
    idle: Vec<IdleRow>,
    unmeasured: Vec<DimRow>,
    in_part: Vec<DimRow>,
}

impl HtmlSafe for BlindSpots {}

/// A vendor that no source speaks for.
struct Unspoken {
    id: String,
    vendor: String,
    needed_by: String,
    notifies: Option<Theirs>,
    phone: Option<String>,
    home: Option<Away>,
}

/// A line of the inventory that picks nothing.
struct IdleRow {
    id: String,
    vendor: String,
    wanted: String,
    services: String,
    lost: Option<(Theirs, When)>,
    offered: Vec<Theirs>,
    more: usize,
}

/// A service that is not wholly measured.
struct DimRow {
    id: String,
    name: String,
    tier: &'static str,
    badge: Badge,
    measured_by: String,
    unseen: Vec<Theirs>,
    more: usize,
}

impl BlindSpots {
    pub fn of(now: &Now) -> Self {
        let mut unspoken: Vec<(Tier, Unspoken)> = now
            .unspoken()
            .into_iter()
            .map(|(id, services)| {
                let first = services.iter().map(|s| s.tier).min().unwrap_or(Tier::BackOffice);
                (first, Unspoken::of(now, id, &services))
            })
            .collect();
        unspoken.sort_by_key(|(tier, row)| (*tier, row.vendor.to_lowercase()));
        let (unmeasured, in_part) = sight::dim(now).into_iter().partition::<Vec<_>, _>(|d| d.measured_by.is_empty());
        let rows = |dim: Vec<Dim<'_>>| dim.iter().map(|dim| DimRow::of(now, dim)).collect();
        Self {
            unspoken: unspoken.into_iter().map(|(_, row)| row).collect(),
            idle: now.idle.iter().map(|idle| IdleRow::of(now, idle)).collect(),
            unmeasured: rows(unmeasured),
            in_part: rows(in_part),
        }
    }
}

impl Unspoken {
    fn of(now: &Now, id: &crate::model::id::VendorId, services: &[&Service]) -> Self {
        let vendor = now.compiled.vendors.get(id);
        Self {
            id: id.to_string(),
            vendor: now.compiled.graph.vendor_name(id).to_owned(),
            needed_by: list(&services.iter().map(|s| s.name.as_str()).collect::<Vec<_>>(), 5),
            notifies: now.how_it_tells(id).map(|told| Theirs::line(&told)),
            phone: vendor.and_then(|v| v.support.phone.clone()),
            home: vendor.and_then(|v| Away::to(v.homepage.as_ref()?.as_str(), "")),
        }
    }
}

impl IdleRow {
    fn of(now: &Now, idle: &Idle) -> Self {
        let names: Vec<&str> = idle
            .services
            .iter()
            .filter_map(|id| now.compiled.inventory.service(id))
            .map(|service| service.name.as_str())
            .collect();
        Self {
            id: idle.selector.vendor.to_string(),
            vendor: now.compiled.graph.vendor_name(&idle.selector.vendor).to_owned(),
            wanted: wanted(&idle.selector),
            services: list(&names, 5),
            lost: idle.lost.as_ref().map(|(name, at)| (Theirs::line(name), When::of(now, *at))),
            offered: idle.candidates.iter().take(OFFERED).map(|name| Theirs::line(name)).collect(),
            more: idle.candidates.len().saturating_sub(OFFERED),
        }
    }
}

impl DimRow {
    fn of(now: &Now, dim: &Dim<'_>) -> Self {
        let state = now.effects.states.get(&dim.service.id).cloned().unwrap_or_default();
        let impact = if dim.service.needs.is_empty() { crate::model::impact::Impact::Unknown } else { state.shown() };
        Self {
            id: dim.service.id.to_string(),
            name: dim.service.name.clone(),
            tier: tier(dim.service.tier),
            badge: Badge::of(impact),
            measured_by: list(&dim.measured_by, 4),
            unseen: dim.unseen.iter().take(REASONS).map(|why| Theirs::line(why)).collect(),
            more: dim.unseen.len().saturating_sub(REASONS),
        }
    }
}

/// What to do about a source that cannot be read; empty where nothing needs doing.
pub fn advice(health: &Health) -> &'static str {
    match health {
        Health::NeverRead => "",
        Health::Readable { stale: Some(_), .. } => {
            "The vendor has stopped refreshing its document. Ask the vendor; until then its word is old."
        }
        Health::Readable { blind, .. } if !blind.is_empty() => "The rest is read. Look at what is missing by hand.",
        Health::Readable { doubts, .. } if !doubts.is_empty() && !doubts.iter().any(Doubt::is_about_all) => {
            "Write what it is called now into config/inventory.toml."
        }
        Health::Readable { doubts, .. } if !doubts.is_empty() => {
            "Look at the page by hand. What is right is confirmed; else mend the vendor’s file or the inventory."
        }
        Health::Readable { .. } => "",
        Health::Unreadable { why, .. } => match why {
            Unreadable::Unreachable(_) => {
                "Open the page from another network. If it opens there, the fault is ours: firewall, proxy, DNS."
            }
            Unreadable::Failing(_) => "The vendor’s own server fails: wait, and ask the vendor by phone meanwhile.",
            Unreadable::Refused(_) => "The credentials are missing or wrong: look at them in the vendor’s vendor.toml.",
            Unreadable::Blocked(_) => {
                "The vendor does not want our requests: set polling.user_agent_contact, then ask the vendor to let us in."
            }
            Unreadable::Moved(_) => {
                "The page has moved: find the new address and write it as url into the vendor’s vendor.toml."
            }
            Unreadable::Unexpected(_) | Unreadable::CutShort(_) => {
                "Something else came than was expected. See it with bellwether poll, and look at the page by hand."
            }
            Unreadable::NotAllowed(_) => {
                "Our own rules forbid the address: for a source of ours, name its network in polling.allow_private."
            }
        },
    }
}
