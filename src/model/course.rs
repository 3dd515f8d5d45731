//! How a message came to be sent the way it is: by a second way, late, as a trial, or about our own ways.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::id::{IncidentId, NotificationId, ReceiverId};

/// What is said beside the facts of a message. Most messages have nothing of it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Course {
    /// Set where it comes by a second way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub second: Option<SecondWay>,
    /// Set where it goes out late. Known only when it is worded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub late: Option<Late>,
    /// Which message about each cause this is to its address, from 1. Known only when it is worded.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub numbers: BTreeMap<String, u32>,
    /// Set where it is about a way of ours; then there are no topics.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trouble: Option<WayTrouble>,
    /// Set where it says that somebody takes care of something, for a far side that keeps that; then there are no topics.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub taken: Option<Taken>,
    /// It was refused whole, and goes in the short form. The store keeps it beside the facts.
    #[serde(skip)]
    pub shortened: bool,
    /// It is the daily trial of a way.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub trial: bool,
}

impl Course {
    /// Whether there is nothing to be said of it.
    #[must_use]
    pub fn is_usual(&self) -> bool {
        *self == Self::default()
    }
}

/// Why a message comes by a second way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecondWay {
    /// The ways that did not take it, the first of them first. Never empty.
    pub ways: Vec<ReceiverId>,
    /// Since when the last of them has not taken it.
    pub since: Timestamp,
    /// What it answered last.
    pub reason: String,
    /// The message that it did not take.
    pub of: NotificationId,
}

/// Somebody takes care of an incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    /// The incident.
    pub incident: IncidentId,
    /// What it is called.
    pub title: String,
    /// Who takes care of it.
    pub who: String,
}

/// How late a message is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Late {
    /// When it should have gone out.
    pub since: Timestamp,
    /// How late it is, in seconds.
    pub seconds: i64,
    /// What kept it, as far as is known.
    pub why: Option<String>,
}

/// Something is wrong with a way of ours, or no longer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WayTrouble {
    /// What.
    pub kind: TroubleKind,
    /// Which way: a receiver, `mail` for the relay that all mail goes by, or the file of a template.
    pub way: String,
    /// Since when.
    pub since: Timestamp,
    /// What the far side answered.
    pub reason: String,
    /// The subject of the message that it happened to.
    pub subject: Option<String>,
    /// Since when it is over.
    pub over: Option<Timestamp>,
}

/// What may be wrong with a way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TroubleKind {
    /// A message was given up.
    GivenUp,
    /// The endpoint asks never to be called again.
    Gone,
    /// No message can pass until a person has mended it: a login that is refused.
    Broken,
    /// The daily trial was not accepted in time.
    Trial,
    /// A template could not be used, and messages went out in the shipped words.
    Template,
}

impl TroubleKind {
    /// The word by which it is stored.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::GivenUp => "given_up",
            Self::Gone => "gone",
            Self::Broken => "broken",
            Self::Trial => "trial",
            Self::Template => "template",
        }
    }

    /// What that word means.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        [Self::GivenUp, Self::Gone, Self::Broken, Self::Trial, Self::Template]
            .into_iter()
            .find(|kind| kind.word() == word)
    }
}
