//! Incidents and the reports that make them, as Bellwether knows them between two looks.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::doubt::Doubt;
use super::id::{IncidentId, SourceId};
use super::impact::Impact;
use super::phase::{Kind, Phase};
use super::snapshot::{ComponentRef, SeenIncident, Unreadable};

/// How an incident came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ResolvedHow {
    /// The vendor said so.
    VendorSaid,
    /// It is no longer in a list that holds all open ones.
    NoLongerListed,
    /// A person said so.
    ByHand,
}

impl ResolvedHow {
    /// The word in the model, as in JSON.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::VendorSaid => "vendor_said",
            Self::NoLongerListed => "no_longer_listed",
            Self::ByHand => "by_hand",
        }
    }
}

/// A known report is missing from a list that should hold it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missing {
    /// When a good look first saw the list without it.
    pub since: Timestamp,
    /// Good looks without it, so far.
    pub looks: u32,
    /// Whether the last list would have held it, so that an equal list counts again.
    pub evident: bool,
}

/// How a report stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Open.
    Open,
    /// Over, and how.
    Resolved(ResolvedHow),
    /// Never was, or will not be.
    Withdrawn,
}

impl Standing {
    /// Whether it is open.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Open)
    }
}

/// What one source says of an incident, as last seen. The vendor's key belongs to the report, not to the incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Whose word it is.
    pub source: SourceId,
    /// The generation of the key, counted from 0: perishable keys are used again for other incidents.
    pub generation: u32,
    /// The incident of ours that it tells of.
    pub incident: IncidentId,
    /// What was said last.
    pub seen: SeenIncident,
    /// The hash of it ([`SeenIncident::said`]).
    pub said: String,
    /// How it stands.
    pub standing: Standing,
    /// When we first saw it.
    pub first_seen: Timestamp,
    /// When what it says last changed before our eyes.
    pub changed: Timestamp,
    /// Set while it is missing from a list that should hold it.
    pub missing: Option<Missing>,
    /// Silent for 15 days already when first seen: listed and marked old, alerts nobody until a new word comes.
    pub old: bool,
    /// The components that it names, by key, that were not well by their own status and are again while it goes on, since
    /// vendors set them back before they close it; and what it does to each at the most from then on.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub recovered: BTreeMap<String, Impact>,
}

/// Somebody takes care of an incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acknowledged {
    /// Since when.
    pub at: Timestamp,
    /// Who.
    pub who: String,
}

/// Of the reports of one incident the one that speaks for it: one that is open, and of those the one whose word is the
/// newest.
pub fn speaker<'a>(reports: impl IntoIterator<Item = &'a Report>) -> Option<&'a Report> {
    reports.into_iter().max_by_key(|r| (r.standing.is_open(), r.changed, &r.source, &r.seen.key))
}

/// A component as last seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Component {
    /// Which.
    #[serde(flatten)]
    pub component: ComponentRef,
    /// The vendor's own word.
    pub vendor_status: String,
    /// Our word.
    pub status: Impact,
    /// Since when it has that status, as we saw it.
    pub since: Timestamp,
    /// Set while it is missing from a list that should hold it.
    pub missing: Option<Missing>,
    /// What it counts as once it has been missing for long enough.
    pub absent: Impact,
}

/// Whether a source can be read.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(tag = "health", rename_all = "snake_case")]
pub enum Health {
    /// Nobody has looked yet.
    #[default]
    NeverRead,
    /// The last look was good.
    Readable {
        /// Roles that could not be read while others could: role and reason.
        blind: Vec<(String, Unreadable)>,
        /// The document's own refresh clock, where it stands still for too long.
        stale: Option<Timestamp>,
        /// Why it may not be saying what it used to.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        doubts: Vec<Doubt>,
    },
    /// The last look saw nothing.
    Unreadable {
        /// Since when no look was good.
        since: Timestamp,
        /// Why.
        why: Unreadable,
    },
}

impl Health {
    /// Read whole, and nothing strange about it.
    #[must_use]
    pub const fn readable() -> Self {
        Self::Readable { blind: Vec::new(), stale: None, doubts: Vec::new() }
    }

    /// Whether the last look was good, whatever is thought of what it saw.
    #[must_use]
    pub const fn is_readable(&self) -> bool {
        matches!(self, Self::Readable { .. })
    }

    /// Why it may not be saying what it used to, though it can be read.
    #[must_use]
    pub fn doubts(&self) -> &[Doubt] {
        match self {
            Self::Readable { doubts, .. } => doubts,
            Self::NeverRead | Self::Unreadable { .. } => &[],
        }
    }
}

/// What is known of one source, as `diff` needs it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    /// Which source.
    pub source: SourceId,
    /// When the first good look was had. What ended before it is history, not news.
    pub first_look: Option<Timestamp>,
    /// Whether it can be read.
    pub health: Health,
    /// The reports by the vendor's key: the newest generation of each.
    pub reports: BTreeMap<String, Report>,
    /// The components by the vendor's key.
    pub components: BTreeMap<String, Component>,
}

impl Known {
    /// Nothing is known.
    #[must_use]
    pub const fn nothing(source: SourceId) -> Self {
        Self {
            source,
            first_look: None,
            health: Health::NeverRead,
            reports: BTreeMap::new(),
            components: BTreeMap::new(),
        }
    }

    /// The keys of what is open, by kind: what `plan` and `read` may have to look up.
    #[must_use]
    pub fn open(&self) -> KnownOpen {
        KnownOpen {
            keys: self
                .reports
                .values()
                .filter(|r| r.standing.is_open())
                .map(|r| (r.seen.key.clone(), r.seen.kind))
                .collect(),
            history_due: true,
        }
    }

    /// Whether something open is missing from its list, so that even an equal body must be counted.
    #[must_use]
    pub fn counts_looks(&self) -> bool {
        self.reports.values().any(|r| r.missing.is_some() && r.standing.is_open())
            || self.components.values().any(|c| c.missing.is_some())
    }
}

/// What `plan` and `read` know of a source's open incidents.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KnownOpen {
    /// The vendor's keys of what is open.
    pub keys: BTreeMap<String, Kind>,
    /// Whether the history list has not been read for a while and should be.
    pub history_due: bool,
}

/// A maintenance that runs past its planned end.
#[must_use]
pub fn is_overrun(seen: &SeenIncident, now: Timestamp) -> bool {
    matches!(seen.phase, Phase::InProgress | Phase::Verifying)
        && seen
            .planned
            .as_ref()
            .and_then(|p| p.until.as_ref())
            .and_then(|until| until.at)
            .is_some_and(|until| now > until)
}

/// Whether a maintenance or incident in this phase takes something away from its users now.
#[must_use]
pub const fn hurts(phase: Phase) -> bool {
    match phase {
        Phase::Investigating | Phase::Identified | Phase::Monitoring | Phase::InProgress | Phase::Verifying => true,
        Phase::Resolved | Phase::Postmortem | Phase::Scheduled | Phase::Completed | Phase::Cancelled => false,
    }
}
