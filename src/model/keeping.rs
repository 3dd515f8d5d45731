//! How a source is read, as it is told to those who look after sources. It is never about the vendor's health.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::doubt::Doubt;
use super::inquiry::Inquiry;

/// What is wrong with the reading of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Plight {
    /// It cannot be read.
    Unreadable,
    /// The vendor has stopped refreshing it.
    Stale,
    /// It is read, and is not what it was.
    Doubtful,
}

impl Plight {
    /// The word, as in JSON.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::Stale => "stale",
            Self::Doubtful => "doubtful",
        }
    }
}

/// One thing that was found about a source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The role of the document, where it is about one.
    pub role: Option<String>,
    /// Where in the document.
    pub path: Option<String>,
    /// What, in words.
    pub what: String,
}

impl From<&Doubt> for Finding {
    fn from(doubt: &Doubt) -> Self {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        Self { role: owned(doubt.role()), path: owned(doubt.path()), what: doubt.to_string() }
    }
}

/// A document that is kept and shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sample {
    /// The role of the document.
    pub role: String,
    /// When it was read.
    pub at: Timestamp,
    /// The hash of its bytes.
    pub hash: String,
}

/// What a message says of a source to those who look after it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Keeping {
    /// What is wrong; after the end, what was.
    pub plight: Plight,
    /// What was found.
    pub findings: Vec<Finding>,
    /// The documents that show it.
    pub samples: Vec<Sample>,
    /// How it is read.
    pub format: String,
    /// Where it is read.
    pub url: Option<String>,
    /// The services whose state rests on it, the most needed first.
    pub needed_by: Vec<String>,
    /// What asking its page anew came to, if it was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inquiry: Option<Inquiry>,
}
