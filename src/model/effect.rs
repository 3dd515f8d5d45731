//! What the vendors' words mean for the services of ours.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::id::{IncidentId, ServiceId, SourceId};
use super::impact::{Impact, State};
use super::incident::{Component, Health, Report};
use super::inventory::Selector;
use super::overrides::Override;

/// What happened to a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EffectKind {
    /// It is hurt now.
    Hurt,
    /// It is hurt worse.
    Worse,
    /// It is hurt less.
    Better,
    /// It is hurt no longer by this.
    Over,
}

impl EffectKind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Hurt, Self::Worse, Self::Better, Self::Over];

    /// The word in the model, as in JSON.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Hurt => "hurt",
            Self::Worse => "worse",
            Self::Better => "better",
            Self::Over => "over",
        }
    }
}

/// What a service is hurt by.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// A vendor's incident.
    Incident(IncidentId),
    /// A vendor's component that is not well while no incident names it.
    Component {
        /// Whose.
        source: SourceId,
        /// The vendor's key.
        key: String,
    },
    /// A source that cannot be read: the service may be well or not, nobody knows.
    Blind(SourceId),
    /// No source at all can be reached: our own network is gone.
    Offline,
    /// How a source is read, whoever needs it: for those who look after sources. It hurts no service.
    Sight(SourceId),
}

impl Cause {
    /// What stands before every other cause in their order, to look up all causes of a service.
    #[must_use]
    pub const fn least() -> Self {
        Self::Incident(IncidentId(String::new()))
    }

    /// The source that it comes from, where it is not an incident.
    #[must_use]
    pub const fn source(&self) -> Option<&SourceId> {
        match self {
            Self::Component { source, .. } | Self::Blind(source) | Self::Sight(source) => Some(source),
            Self::Incident(_) | Self::Offline => None,
        }
    }
}

impl std::fmt::Display for Cause {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Incident(id) => write!(f, "{id}"),
            Self::Component { source, key } => write!(f, "component:{source}#{key}"),
            Self::Blind(source) => write!(f, "blind:{source}"),
            Self::Offline => f.write_str("offline"),
            Self::Sight(source) => write!(f, "sight:{source}"),
        }
    }
}

/// One service hurt by one cause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Effect {
    /// Which service.
    pub service: ServiceId,
    /// By what.
    pub cause: Cause,
    /// How badly the service is hurt by it.
    pub impact: Impact,
    /// A maintenance that runs past its planned end.
    pub overrun: bool,
    /// How the cause reaches the service, the service first: `["EHR", "Sign-in", "Okta SSO"]`.
    pub path: Vec<String>,
}

/// All that hurts, by service and cause.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Effects {
    /// One effect for each service and cause.
    pub hurts: BTreeMap<(ServiceId, Cause), Effect>,
    /// The state of each service that depends on anything.
    pub states: BTreeMap<ServiceId, State>,
    /// Where something set by hand makes a difference: how badly the service would be hurt by the vendors' own words.
    /// [`Impact::Unknown`] where nobody would know.
    pub by_hand: BTreeMap<(ServiceId, Cause), Impact>,
}

/// What is open, not well or unseen at a moment: all that effects are made of.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct World {
    /// The open reports of all sources.
    pub reports: Vec<Report>,
    /// The components, by source, that are not operational.
    pub unwell: BTreeMap<SourceId, Vec<Component>>,
    /// The health of every source that is polled, and since when it has been unreadable for effects
    /// (an outage of our own network does not count).
    pub sources: BTreeMap<SourceId, Health>,
    /// Since when no source at all could be reached.
    pub offline_since: Option<Timestamp>,
    /// When our own network last came back.
    pub online_again: Option<Timestamp>,
    /// The sources that were looked at once and are not polled any more. What people entered by hand is not among them.
    pub unwatched: Vec<SourceId>,
    /// The sources that somebody has been told of as blind, for which service: they stay so until they can be read.
    pub told_blind: BTreeSet<(SourceId, ServiceId)>,
    /// The sources whose format was guessed and whose reading nobody has confirmed.
    pub unconfirmed: BTreeSet<SourceId>,
    /// What is set by hand against the vendors' words, and what was, for as long as anything that it spoke of is open.
    pub overrides: Vec<Override>,
    /// Selectors of the inventory that pick nothing of what their vendor lists, with what to say of each. Pages know
    /// them; who is told does not hang on them.
    pub idle: Vec<(Selector, String)>,
}
