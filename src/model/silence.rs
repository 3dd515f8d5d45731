//! What somebody does not want to be told for a while, and why.

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::id::{ServiceId, VendorId};
use super::inventory::Tier;

/// What a silence is about. An empty list means "any"; one where all lists are empty would silence everything and is
/// refused.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Matcher {
    /// Effects on these services.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Vec<String>")]
    pub services: Vec<ServiceId>,
    /// Effects on services of these tiers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tiers: Vec<Tier>,
    /// What comes from these vendors.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Vec<String>")]
    pub vendors: Vec<VendorId>,
    /// What names one of these components, with `*` and `?`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub components: Vec<String>,
    /// What is in one of these regions, with `*` and `?`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub regions: Vec<String>,
    /// What says one of these words.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub words: Vec<String>,
    /// These incidents, by our ids.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub incidents: Vec<String>,
}

impl Matcher {
    /// Whether it would match everything.
    #[must_use]
    pub const fn is_everything(&self) -> bool {
        self.services.is_empty()
            && self.tiers.is_empty()
            && self.vendors.is_empty()
            && self.components.is_empty()
            && self.regions.is_empty()
            && self.words.is_empty()
            && self.incidents.is_empty()
    }
}

impl fmt::Display for Matcher {
    /// In words: `vendor okta; component SSO* or MFA`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fn named<T: fmt::Display>(what: &str, all: impl Iterator<Item = T>) -> Option<String> {
            let all: Vec<String> = all.map(|one| one.to_string()).collect();
            (!all.is_empty()).then(|| format!("{what} {}", all.join(" or ")))
        }
        let parts = [
            named("service", self.services.iter()),
            named("tier", self.tiers.iter().map(|tier| tier.word())),
            named("vendor", self.vendors.iter()),
            named("component", self.components.iter()),
            named("region", self.regions.iter()),
            named("the word", self.words.iter()),
            named("incident", self.incidents.iter()),
        ];
        f.write_str(&parts.into_iter().flatten().collect::<Vec<_>>().join("; "))
    }
}

/// A silence: from its beginning to its end, what it is about is not told. The end of what was told before it began is
/// told all the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Silence {
    /// Its id.
    pub id: String,
    /// What it is about.
    pub about: Matcher,
    /// Who silenced it.
    pub author: String,
    /// Why.
    pub reason: String,
    /// From when.
    #[schemars(with = "String")]
    pub from: Timestamp,
    /// Until when.
    #[schemars(with = "String")]
    pub until: Timestamp,
}

impl Silence {
    /// The longest that anything may be silenced: what lasts longer belongs into a subscription.
    pub const LONGEST: SignedDuration = SignedDuration::from_hours(30 * 24);

    /// Whether it holds at a time: from its beginning, up to but not at its end.
    #[must_use]
    pub fn holds(&self, now: Timestamp) -> bool {
        self.from <= now && now < self.until
    }
}
