//! A maintenance that lies ahead, as it is told before it begins.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// From when to when something is planned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// When it is to begin.
    pub from: Timestamp,
    /// When it is to end, where the vendor says so.
    pub until: Option<Timestamp>,
}

/// What is told of a maintenance that has not begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AheadKind {
    /// It is planned.
    Announced,
    /// Its times are others than those that were told.
    Rescheduled,
    /// The vendor says that it will not be.
    Cancelled,
    /// It is no longer listed, and its time had not come.
    NoLongerListed,
    /// Its source was taken out of the configuration, so nobody looks any more.
    Unwatched,
    /// It goes on as planned, but no longer concerns a service of ours.
    NotOurs,
}

impl AheadKind {
    /// The word, as in JSON.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Announced => "announced",
            Self::Rescheduled => "rescheduled",
            Self::Cancelled => "cancelled",
            Self::NoLongerListed => "no_longer_listed",
            Self::Unwatched => "unwatched",
            Self::NotOurs => "not_ours",
        }
    }

    /// Whether nobody need expect it any more.
    #[must_use]
    pub const fn is_off(self) -> bool {
        match self {
            Self::Cancelled | Self::NoLongerListed | Self::Unwatched | Self::NotOurs => true,
            Self::Announced | Self::Rescheduled => false,
        }
    }
}

/// A maintenance that lies ahead, in a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ahead {
    /// What is told of it.
    pub kind: AheadKind,
    /// When it is planned now; when it was, where it is off.
    pub planned: Window,
    /// The times that were told before, where they were others.
    pub before: Option<Window>,
}
