//! What the organisation runs for its people, and what that needs.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use url::Url;

use super::id::{ServiceId, SiteId, SourceId, VendorId};
use super::say::Say;
use super::snapshot::ComponentRef;

/// How much depends on a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Tier {
    /// Somebody may die without it.
    LifeSafety,
    /// Patients are treated worse without it.
    Clinical,
    /// The organisation works worse without it.
    Business,
    /// It can wait.
    BackOffice,
}

impl Tier {
    /// All of them, the most needed first.
    pub const ALL: [Self; 4] = [Self::LifeSafety, Self::Clinical, Self::Business, Self::BackOffice];

    /// The tier of that name.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tier| tier.word() == word)
    }

    /// The word, as in configuration and JSON.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::LifeSafety => "life-safety",
            Self::Clinical => "clinical",
            Self::Business => "business",
            Self::BackOffice => "back-office",
        }
    }
}

/// A place where the organisation works.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Site {
    /// Its key.
    pub id: SiteId,
    /// Its name for people.
    pub name: String,
}

/// What the organisation does while a service is down.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Procedure {
    /// Its number and name.
    #[serde(default)]
    pub name: String,
    /// Its first steps, as text: a link may be down with the vendor.
    #[serde(default)]
    pub first_steps: Vec<String>,
    /// Whom to call, as text.
    #[serde(default)]
    pub contacts: Vec<String>,
    /// The whole procedure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<Url>,
}

/// What the organisation runs for its people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Service {
    /// Its key.
    pub id: ServiceId,
    /// Its name for people.
    pub name: String,
    /// How much depends on it.
    pub tier: Tier,
    /// Where it is used; empty means everywhere.
    pub sites: Vec<SiteId>,
    /// Who answers for it, for people.
    pub owner: String,
    /// What people do with it: "charting, orders".
    pub workflow: String,
    /// How long the organisation can bear to be without it.
    pub bears: Option<Duration>,
    /// The sentence that every message about it says, in the organisation's own words.
    pub say: Say,
    /// What to do without it.
    pub procedure: Procedure,
    /// What it needs: every one of these.
    pub needs: Vec<Need>,
}

/// One thing that a service needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Need {
    /// A part of a vendor's product, or another service of ours.
    One(Dependency),
    /// Any one of these is enough.
    AnyOf(Vec<Dependency>),
}

impl Need {
    /// The dependencies it is made of.
    #[must_use]
    pub fn dependencies(&self) -> &[Dependency] {
        match self {
            Self::One(dependency) => std::slice::from_ref(dependency),
            Self::AnyOf(all) => all,
        }
    }
}

/// One line of the inventory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Dependency {
    /// On what.
    pub on: On,
    /// What happens to the service without it.
    pub without: Without,
}

/// What a dependency is on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum On {
    /// Another service of ours.
    Service(ServiceId),
    /// A vendor, or some of its components.
    Vendor(Selector),
}

/// Which of a vendor's components are meant. With neither names, ids nor regions: the vendor as a whole,
/// and then a component's own status counts only where an incident goes with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Selector {
    /// The vendor.
    pub vendor: VendorId,
    /// Only this source of the vendor.
    pub source: Option<SourceId>,
    /// Names, with `*` and `?`, compared without regard to case; `group/name` where a group matters.
    pub components: Vec<String>,
    /// The vendor's keys.
    pub ids: Vec<String>,
    /// Regions, with `*` and `?`.
    pub regions: Vec<String>,
}

impl Selector {
    /// All of a vendor.
    #[must_use]
    pub const fn whole(vendor: VendorId) -> Self {
        Self { vendor, source: None, components: Vec::new(), ids: Vec::new(), regions: Vec::new() }
    }

    /// Whether components are picked at all.
    #[must_use]
    pub const fn picks_components(&self) -> bool {
        !self.components.is_empty() || !self.ids.is_empty() || !self.regions.is_empty()
    }

    /// Whether this component of the vendor is meant. A component of no known region passes every region,
    /// for nobody knows that it stands elsewhere.
    #[must_use]
    pub fn picks(&self, component: &ComponentRef) -> bool {
        let named = self.components.is_empty() && self.ids.is_empty()
            || self.ids.contains(&component.key)
            || self.components.iter().any(|pattern| names(pattern, component));
        named && component.region.as_deref().is_none_or(|region| self.covers_region(region))
    }

    /// Whether `region` is among the regions meant (any, if none is given).
    #[must_use]
    pub fn covers_region(&self, region: &str) -> bool {
        self.regions.is_empty() || self.regions.iter().any(|pattern| wild(pattern, region))
    }
}

fn names(pattern: &str, component: &ComponentRef) -> bool {
    wild(pattern, &component.name)
        || component.group.as_ref().is_some_and(|group| wild(pattern, &format!("{group}/{}", component.name)))
}

fn wild(pattern: &str, text: &str) -> bool {
    wildmatch::WildMatch::new_case_insensitive(pattern).matches(text)
}

/// What happens to a service without one of its dependencies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Without {
    /// The service is hurt as badly as the dependency.
    Stops,
    /// The service is degraded at the most.
    Degrades,
}

/// The inventory: what the organisation runs, in the order of the file.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Inventory {
    /// The sites.
    pub sites: Vec<Site>,
    /// The services.
    pub services: Vec<Service>,
    /// Which vendors stand on others.
    pub upstream: Vec<Edge>,
}

/// A vendor whose product stands on another vendor's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Edge {
    /// The vendor above.
    pub vendor: VendorId,
    /// The one that it stands on.
    pub on: VendorId,
    /// Whether who was told of trouble below need not be told of what hurts the vendor above meanwhile. Life-safety is
    /// told all the same.
    pub mutes: bool,
}

impl Inventory {
    /// The service of that key.
    #[must_use]
    pub fn service(&self, id: &ServiceId) -> Option<&Service> {
        self.services.iter().find(|s| &s.id == id)
    }

    /// The name of a site for people.
    #[must_use]
    pub fn site_name<'a>(&'a self, id: &'a SiteId) -> &'a str {
        self.sites.iter().find(|s| &s.id == id).map_or(id.as_str(), |s| s.name.as_str())
    }
}
