//! What somebody sets by hand against a vendor's word for a while, and why.
//!
//! An override speaks of what was known when it was put, each with how bad it was then, and of nothing that came after:
//! what gets worse than it was, and what is new, counts by the vendor's own word.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::effect::Cause;
use super::id::{IncidentId, SourceId, VendorId};
use super::impact::Impact;
use super::published::time;
use super::silence::Silence;

/// What an override is about: all of a vendor, one of its components, or one incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// The vendor.
    pub vendor: VendorId,
    /// Only its component of this name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub component: Option<String>,
    /// Only this incident.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incident: Option<IncidentId>,
}

impl Part {
    /// Whether a component of this name is meant.
    #[must_use]
    pub fn means(&self, component: &str) -> bool {
        self.component.as_deref().is_none_or(|only| is_named(component, only))
    }
}

/// Whether a component goes by this name. Vendors are not strict about capitals, and people less.
#[must_use]
pub fn is_named(component: &str, name: &str) -> bool {
    component.trim().to_lowercase() == name.trim().to_lowercase()
}

impl fmt::Display for Part {
    /// In words: `vendor okta; component SSO`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "vendor {}", self.vendor)?;
        if let Some(component) = &self.component {
            write!(f, "; component {component}")?;
        }
        if let Some(incident) = &self.incident {
            write!(f, "; incident {incident}")?;
        }
        Ok(())
    }
}

/// One thing that was known when an override was put.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    /// The incident, or the component that no incident needs to name.
    pub cause: Cause,
    /// Whose word it was.
    pub source: SourceId,
    /// What to call it.
    pub title: String,
    /// The component, by its name; none for an incident that does not say which.
    pub component: Option<String>,
    /// How bad the incident was as a whole.
    pub whole: Impact,
    /// How bad it was for this component.
    pub impact: Impact,
    /// It was a maintenance past its planned end already.
    pub overrun: bool,
    /// Why the override speaks of it no longer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gone: Option<Gone>,
}

/// Why an override speaks of something no longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gone {
    /// It is over.
    Over,
    /// It became worse than it was.
    Worse,
}

/// How an override came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EndedHow {
    /// Its time was up.
    Time,
    /// Somebody ended it.
    ByHand,
    /// The vendor said something else, and it was to hold until then.
    VendorChanged,
    /// All of what it spoke of is over, or became worse than it was.
    NothingLeft,
}

impl EndedHow {
    /// The word in the model, as in JSON.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Time => "time",
            Self::ByHand => "by_hand",
            Self::VendorChanged => "vendor_changed",
            Self::NothingLeft => "nothing_left",
        }
    }

    /// Why, for people.
    #[must_use]
    pub const fn why(self) -> &'static str {
        match self {
            Self::Time => "its time was up",
            Self::ByHand => "it was ended by hand",
            Self::VendorChanged => "the vendor said something else",
            Self::NothingLeft => "nothing that it spoke of is as it was",
        }
    }
}

/// When an override came to its end, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// When.
    pub at: Timestamp,
    /// How.
    pub how: EndedHow,
}

/// A person's word in the place of the vendor's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Override {
    /// Its id.
    pub id: String,
    /// What it is about.
    pub of: Part,
    /// How bad it is held to be.
    pub impact: Impact,
    /// Who says so.
    pub author: String,
    /// Why.
    pub reason: String,
    /// From when.
    pub from: Timestamp,
    /// Until when at the latest.
    pub until: Timestamp,
    /// The next change of what it is about ends it too.
    pub until_change: bool,
    /// What was known when it was put.
    pub known: Vec<Known>,
    /// Set when it is over.
    pub ended: Option<Ended>,
}

impl Override {
    /// The longest that one may hold: as long as a silence.
    pub const LONGEST: jiff::SignedDuration = Silence::LONGEST;
    /// What may be said.
    pub const IMPACTS: [Impact; 4] =
        [Impact::Operational, Impact::Degraded, Impact::PartialOutage, Impact::MajorOutage];

    /// Whether it holds at a time: from its beginning, up to but not at its end.
    #[must_use]
    pub fn holds(&self, now: Timestamp) -> bool {
        self.ended.is_none() && self.from <= now && now < self.until
    }

    /// What it speaks of still.
    pub fn standing(&self) -> impl Iterator<Item = &Known> {
        self.known.iter().filter(|known| known.gone.is_none())
    }

    /// Whether it ever spoke of this cause.
    #[must_use]
    pub fn spoke_of(&self, cause: &Cause) -> bool {
        self.known.iter().any(|known| known.cause == *cause)
    }

    /// Whether nothing of it is of use any more: it is over, and so is all that it spoke of.
    #[must_use]
    pub fn is_history(&self) -> bool {
        self.ended.is_some() && self.known.iter().all(|known| known.gone == Some(Gone::Over))
    }

    /// What it speaks of, by name, each once.
    #[must_use]
    pub fn titles(&self) -> Vec<&str> {
        let mut titles: Vec<&str> = Vec::new();
        for known in &self.known {
            if !titles.contains(&known.title.as_str()) {
                titles.push(&known.title);
            }
        }
        titles
    }

    /// It, as it is published: by the API, by `override list --json`.
    #[must_use]
    pub fn published(&self, now: Timestamp) -> Value {
        let known: Vec<Value> = self.known.iter().map(Known::published).collect();
        json!({
            "id": self.id, "vendor": self.of.vendor, "component": self.of.component, "incident": self.of.incident,
            "impact": self.impact, "author": self.author, "reason": self.reason, "from": time(self.from),
            "until": time(self.until), "until_next_change": self.until_change, "holds": self.holds(now),
            "ended": self.ended.map(|ended| json!({"at": time(ended.at), "how": ended.how.word()})), "known": known,
        })
    }
}

impl Known {
    fn published(&self) -> Value {
        let incident = match &self.cause {
            Cause::Incident(id) => Some(id),
            Cause::Component { .. } | Cause::Blind(_) | Cause::Offline | Cause::Sight(_) => None,
        };
        json!({
            "source": self.source, "incident": incident, "title": self.title, "component": self.component,
            "impact_then": self.impact, "no_longer": self.gone,
        })
    }
}
