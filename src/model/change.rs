//! What a vendor's word did.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::id::SourceId;
use super::impact::Impact;
use super::incident::{Component, Health, Report, ResolvedHow};

/// What happened to an incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// It is new, and open.
    Opened,
    /// It is worse: a higher rung, or a rung after unknown.
    Escalated,
    /// Something else was said.
    Updated,
    /// It is less bad: a lower rung.
    Eased,
    /// It is over.
    Resolved,
    /// It was over and is open again.
    Reopened,
    /// It never was, or will not be.
    Withdrawn,
}

impl ChangeKind {
    /// The word in the model, as in JSON.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Escalated => "escalated",
            Self::Updated => "updated",
            Self::Eased => "eased",
            Self::Resolved => "resolved",
            Self::Reopened => "reopened",
            Self::Withdrawn => "withdrawn",
        }
    }
}

/// What one look, or the passing of time, did to what is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// To an incident.
    Incident(Box<IncidentChange>),
    /// To a component's status.
    Component(Box<ComponentChange>),
    /// To a source: it went blind, or sees again.
    Source(SourceChange),
}

/// A change of an incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncidentChange {
    /// When we saw it.
    pub at: Timestamp,
    /// What happened.
    pub kind: ChangeKind,
    /// The report as it now stands.
    pub report: Report,
    /// How it ended, where it did.
    pub resolved_how: Option<ResolvedHow>,
    /// It was there already at the first look at its source.
    pub first_look: bool,
    /// It was over already when it was first seen: told as reported late, never as open.
    pub reported_late: bool,
}

/// A change of a component's status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComponentChange {
    /// When we saw it.
    pub at: Timestamp,
    /// Whose component.
    pub source: SourceId,
    /// The component as it now stands.
    pub component: Component,
    /// The status before; unknown at the first look.
    pub from: Impact,
}

/// A change of a source's health.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceChange {
    /// When we saw it.
    pub at: Timestamp,
    /// Which source.
    pub source: SourceId,
    /// Its health now.
    pub health: Health,
}
