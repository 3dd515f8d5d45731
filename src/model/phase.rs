//! How far an incident or a maintenance has come. Vendors move both ways, so nothing here is monotone.

use serde::{Deserialize, Serialize};

/// An incident or a maintenance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Something is wrong.
    Incident,
    /// Something is done on purpose.
    Maintenance,
}

impl Kind {
    /// The word, as in JSON.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Incident => "incident",
            Self::Maintenance => "maintenance",
        }
    }
}

/// The phase of an incident (the first five) or of a maintenance (the others).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// The vendor looks for the cause, or says nothing of it.
    Investigating,
    /// The vendor knows the cause.
    Identified,
    /// The vendor has mended it and watches.
    Monitoring,
    /// Over.
    Resolved,
    /// Over, and the vendor has told how it came about.
    Postmortem,
    /// A maintenance that lies ahead.
    Scheduled,
    /// A maintenance that runs.
    InProgress,
    /// A maintenance that is done and is being checked.
    Verifying,
    /// A maintenance that is over.
    Completed,
    /// A maintenance that will not be.
    Cancelled,
}

impl Phase {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Investigating,
        Self::Identified,
        Self::Monitoring,
        Self::Resolved,
        Self::Postmortem,
        Self::Scheduled,
        Self::InProgress,
        Self::Verifying,
        Self::Completed,
        Self::Cancelled,
    ];

    /// The phase of that word.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|phase| phase.word() == word)
    }

    /// Whether something of that kind can be in it. Both can be cancelled.
    #[must_use]
    pub const fn is_of(self, kind: Kind) -> bool {
        match self {
            Self::Cancelled => true,
            Self::Investigating | Self::Identified | Self::Monitoring | Self::Resolved | Self::Postmortem => {
                matches!(kind, Kind::Incident)
            }
            Self::Scheduled | Self::InProgress | Self::Verifying | Self::Completed => {
                matches!(kind, Kind::Maintenance)
            }
        }
    }

    /// Whether this phase is an end.
    #[must_use]
    pub const fn is_end(self) -> bool {
        match self {
            Self::Resolved | Self::Postmortem | Self::Completed | Self::Cancelled => true,
            Self::Investigating
            | Self::Identified
            | Self::Monitoring
            | Self::Scheduled
            | Self::InProgress
            | Self::Verifying => false,
        }
    }

    /// The word in the model, as in JSON.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Investigating => "investigating",
            Self::Identified => "identified",
            Self::Monitoring => "monitoring",
            Self::Resolved => "resolved",
            Self::Postmortem => "postmortem",
            Self::Scheduled => "scheduled",
            Self::InProgress => "in_progress",
            Self::Verifying => "verifying",
            Self::Completed => "completed",
            Self::Cancelled => "cancelled",
        }
    }
}

impl std::fmt::Display for Phase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.word())
    }
}
