//! Which sources are not to be believed, and the lines of the inventory whose state rests on one: the blind spots.

use super::now::Now;
use crate::alerting::idle::wanted;
use crate::model::doubt::Doubt;
use crate::model::id::SourceId;
use crate::model::incident::Health;
use crate::model::inventory::{On, Selector, Service};
use crate::model::vendor::Vendor;

/// A line of the inventory of which nobody knows how it is.
pub struct Spot<'a> {
    pub service: &'a Service,
    pub selector: &'a Selector,
    /// Why, a reason for each source.
    pub whys: Vec<Why>,
    /// The vendor's sources that can be believed.
    pub believed: Vec<&'a SourceId>,
    pub vendor: Option<&'a Vendor>,
}

/// Why a source, or all of them, is not to be believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Why {
    /// In a word: `unreadable`, `stale`, `doubtful`, `unconfirmed`, `in_part`, `late`, `never_read`, `no_source`, `no_match`.
    pub kind: &'static str,
    pub what: String,
    pub source: Option<SourceId>,
}

/// The blind spots, the most needed service first.
pub fn spots(now: &Now) -> Vec<Spot<'_>> {
    let mut spots = Vec::new();
    for service in now.services() {
        for dependency in service.needs.iter().flat_map(|need| need.dependencies()) {
            let On::Vendor(selector) = &dependency.on else { continue };
            let spot = spot(now, service, selector);
            let is_double = |other: &Spot<'_>| other.service.id == service.id && other.selector == selector;
            if !spot.whys.is_empty() && !spots.iter().any(is_double) {
                spots.push(spot);
            }
        }
    }
    spots.sort_by_key(|spot| (spot.service.tier, !spot.believed.is_empty()));
    spots
}

fn spot<'a>(now: &'a Now, service: &'a Service, selector: &'a Selector) -> Spot<'a> {
    let graph = &now.compiled.graph;
    let (mut whys, mut believed, mut has_source) = (Vec::new(), Vec::new(), false);
    for source in now.compiled.sources.keys().filter(|source| graph.speaks(source, selector)) {
        has_source = true;
        match why(now, source) {
            Some(why) => whys.push(why),
            None => believed.push(source),
        }
    }
    if !has_source {
        whys.push(Why { kind: "no_source", what: graph.why_unspoken(selector), source: None });
    }
    if let Some(idle) = now.idle.iter().find(|idle| idle.selector == *selector) {
        let what = match &idle.lost {
            Some((name, _)) => format!("{name} is no longer listed with a status that we know"),
            None => format!("nothing that is listed is {}", wanted(selector)),
        };
        whys.push(Why { kind: "no_match", what, source: None });
    }
    Spot { service, selector, whys, believed, vendor: now.compiled.vendors.get(&selector.vendor) }
}

/// Why a source is not to be believed; `None` where it is.
pub fn why(now: &Now, source: &SourceId) -> Option<Why> {
    let health = now.scene.world.sources.get(source)?;
    let because = |kind, what: String| Some(Why { kind, what, source: Some(source.clone()) });
    match health {
        Health::NeverRead => because("never_read", format!("{source} has not been read yet")),
        Health::Unreadable { since, why } => {
            because("unreadable", format!("{source} cannot be read since {}: {why}", now.times.moment(*since)))
        }
        Health::Readable { .. } if now.scene.world.unconfirmed.contains(source) => {
            because("unconfirmed", format!("how {source} is read was guessed, and nobody has confirmed it"))
        }
        Health::Readable { doubts, .. } if doubts.iter().any(Doubt::is_about_all) => {
            let all: Vec<String> = doubts.iter().filter(|d| d.is_about_all()).map(ToString::to_string).collect();
            because("doubtful", format!("{source} is not what it was: {}", all.join("; ")))
        }
        Health::Readable { stale: Some(at), .. } => {
            because("stale", format!("{source} has not been refreshed since {}", now.times.moment(*at)))
        }
        Health::Readable { blind, .. } if !blind.is_empty() => {
            let roles: Vec<&str> = blind.iter().map(|(role, _)| role.as_str()).collect();
            because("in_part", format!("of {source}, {} cannot be read", roles.join(", ")))
        }
        Health::Readable { .. } => {
            let is_late = now.compiled.sources.get(source).is_some_and(|polled| !now.is_in_time(polled));
            if is_late { because("late", format!("{source} was not read in time")) } else { None }
        }
    }
}
