//! Why something does not concern somebody: a line of the inventory an incident, a subscription an effect.
//!
//! For people who ask why nobody was told. It says in words by what `effects` and `route` judge, and decides nothing.

use std::fmt;

use super::idle::wanted;
use super::route::{About, is_among, is_there};
use super::rules::{Rules, Unsuited, Whose};
use crate::model::effect::{Cause, Effect};
use crate::model::id::{SourceId, VendorId};
use crate::model::incident::{Report, Standing, hurts};
use crate::model::inventory::Selector;
use crate::model::subscription::{Subscription, Watches};

/// The most names that are listed.
const NAMES: usize = 6;

/// Why a line of the inventory is not concerned by what a source says of an incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Untouched {
    /// It needs another vendor.
    OtherVendor(VendorId),
    /// It means another source of that vendor.
    OtherSource(SourceId),
    /// It needs components that the incident does not name.
    OtherComponents {
        /// What it asks for.
        wanted: String,
        /// What the incident names.
        named: Vec<String>,
    },
    /// It needs regions in which the incident is not.
    OtherRegions {
        /// What it asks for.
        wanted: Vec<String>,
        /// Where the incident is.
        named: Vec<String>,
    },
}

impl fmt::Display for Untouched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OtherVendor(vendor) => write!(f, "it needs {vendor}, another vendor"),
            Self::OtherSource(source) => write!(f, "it goes by {source} alone, which does not say this"),
            Self::OtherComponents { wanted, named } => {
                write!(f, "it needs {wanted}; the incident names {}", listed(named))
            }
            Self::OtherRegions { wanted, named } => {
                write!(f, "it needs the region {}; the incident is in {}", wanted.join(" or "), listed(named))
            }
        }
    }
}

/// Why a line of the inventory is not concerned by a report, as [`super::effects`] judges it; `None` where it is.
#[must_use]
pub fn untouched(selector: &Selector, report: &Report) -> Option<Untouched> {
    let seen = &report.seen;
    if !report.source.is_of(&selector.vendor) {
        return Some(Untouched::OtherVendor(selector.vendor.clone()));
    }
    if let Some(only) = selector.source.as_ref().filter(|only| **only != report.source) {
        return Some(Untouched::OtherSource(only.clone()));
    }
    let is_here = seen.regions.is_empty() || seen.regions.iter().any(|region| selector.covers_region(region));
    let mut regions = seen.regions.clone();
    regions.extend(seen.components.iter().filter_map(|c| c.region.clone()));
    let elsewhere = || Untouched::OtherRegions { wanted: selector.regions.clone(), named: regions.clone() };
    if seen.components.is_empty() {
        return (!is_here).then(elsewhere);
    }
    if seen.components.iter().any(|c| selector.picks(c) && (c.region.is_some() || is_here)) {
        return None;
    }
    let anywhere = Selector { regions: Vec::new(), ..selector.clone() };
    if seen.components.iter().any(|c| anywhere.picks(c)) {
        return Some(elsewhere());
    }
    let named = seen.components.iter().map(|c| c.name.clone()).collect();
    Some(Untouched::OtherComponents { wanted: wanted(&anywhere), named })
}

/// Why what is said hurts nobody, whatever anybody needs; `None` where it can hurt.
#[must_use]
pub fn harmless(report: &Report) -> Option<&'static str> {
    match report.standing {
        Standing::Resolved(_) => Some("it is over"),
        Standing::Withdrawn => Some("it was withdrawn: it never was, or will not be"),
        Standing::Open if report.old => {
            Some("it had been silent for 15 days or more when it was first seen: it is listed, and told to nobody")
        }
        Standing::Open if !hurts(report.seen.phase) => Some("it has not begun"),
        Standing::Open => None,
    }
}

/// Why a subscription is not about an effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotAbout {
    /// It is for those who look after sources.
    OnlySources,
    /// It is about other services.
    Service(Unsuited),
    /// It is about other vendors.
    Vendor(Vec<VendorId>),
    /// It is about vendors with other tags.
    Tags(Vec<String>),
    /// It is about other regions.
    Regions(Vec<String>),
    /// It is about other components.
    Components(Vec<String>),
    /// It is a step of an escalation, and nobody can take care of what is no incident.
    NoIncident,
}

impl fmt::Display for NotAbout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OnlySources => f.write_str("it is about sources, not about services"),
            Self::Service(why) => write!(f, "{why}"),
            Self::Vendor(vendors) => write!(f, "it is about the vendors {}", listed(vendors)),
            Self::Tags(tags) => write!(f, "it is about vendors with the tag {}", tags.join(" or ")),
            Self::Regions(regions) => write!(f, "it is about the region {}", regions.join(" or ")),
            Self::Components(names) => write!(f, "it is about the component {}", names.join(" or ")),
            Self::NoIncident => f.write_str("it is a step of an escalation, which only incidents have"),
        }
    }
}

/// Why a subscription is not about an effect, as [`super::route`] judges it; `None` where it is.
#[must_use]
pub fn not_about(rules: &Rules, subscription: &Subscription, effect: &Effect, about: &About) -> Option<NotAbout> {
    if subscription.watches == Watches::Sources || matches!(effect.cause, Cause::Sight(_)) {
        return Some(NotAbout::OnlySources);
    }
    if let Some(why) = rules.unsuited(subscription, &effect.service) {
        return Some(NotAbout::Service(why));
    }
    let is_everybodys = effect.cause == Cause::Offline;
    let is_theirs = about.vendor.as_ref().is_some_and(|vendor| subscription.vendors.contains(vendor));
    if !subscription.vendors.is_empty() && !is_theirs && !is_everybodys {
        return Some(NotAbout::Vendor(subscription.vendors.clone()));
    }
    let whose = if is_everybodys { Whose::Everybodys } else { Whose::Vendor(about.vendor.as_ref()) };
    if !rules.is_tagged(subscription, whose) {
        return Some(NotAbout::Tags(subscription.tags.clone()));
    }
    if !is_there(subscription, &about.regions) {
        return Some(NotAbout::Regions(subscription.regions.clone()));
    }
    if !is_among(&subscription.components, &about.components) {
        return Some(NotAbout::Components(subscription.components.clone()));
    }
    let is_step = subscription.step.is_some() && !matches!(effect.cause, Cause::Incident(_));
    is_step.then_some(NotAbout::NoIncident)
}

/// Names for people: so many, then how many more.
fn listed<T: fmt::Display>(names: &[T]) -> String {
    let shown: Vec<String> = names.iter().take(NAMES).map(ToString::to_string).collect();
    match names.len().saturating_sub(NAMES) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
