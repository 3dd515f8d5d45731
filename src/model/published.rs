//! What is published of changes and effects: the lines of `replay --json`, of the feed and of the API. A shape that
//! others read, so it only grows.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::change::Change;
use super::effect::{Effect, EffectKind};
use super::incident::Health;

/// A time to the second, as it is published.
#[must_use]
pub fn time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

impl Change {
    /// The change as it is published.
    #[must_use]
    pub fn published(&self) -> Value {
        match self {
            Self::Incident(c) => {
                let seen = &c.report.seen;
                json!({
                    "type": "change", "at": time(c.at), "source": c.report.source, "kind": c.kind,
                    "incident": {
                        "id": c.report.incident, "vendor_key": seen.key, "kind": seen.kind, "title": seen.title,
                        "vendor_impact": seen.vendor_impact, "impact": seen.impact,
                        "vendor_phase": seen.vendor_phase, "phase": seen.phase,
                        "components": seen.components.iter().map(|c| &c.name).collect::<Vec<_>>(),
                    },
                    "resolved_how": c.resolved_how,
                })
            }
            Self::Component(c) => {
                let component = &c.component.component;
                json!({
                    "type": "component", "at": time(c.at), "source": c.source,
                    "component": {"key": component.key, "name": component.name, "group": component.group},
                    "from": c.from, "to": c.component.status,
                })
            }
            Self::Source(c) => {
                json!({"type": "source", "at": time(c.at), "source": c.source, "health": c.health.word(), "why": c.health.why()})
            }
        }
    }
}

impl Health {
    /// The word for it.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::NeverRead => "never_read",
            Self::Readable { stale: Some(_), .. } => "stale",
            Self::Readable { doubts, .. } if !doubts.is_empty() => "doubtful",
            Self::Readable { .. } => "readable",
            Self::Unreadable { .. } => "unreadable",
        }
    }

    /// Why it is not wholly seen; `None` when it is.
    #[must_use]
    pub fn why(&self) -> Option<String> {
        match self {
            Self::NeverRead => Some("nobody has looked yet".to_owned()),
            Self::Unreadable { why, .. } => Some(why.to_string()),
            Self::Readable { blind, stale, doubts } => {
                let roles = blind.iter().map(|(role, why)| format!("its {role} cannot be read: {why}"));
                let stale = stale.map(|at| format!("it has not been refreshed since {}", time(at)));
                let all = roles.chain(stale).chain(doubts.iter().map(ToString::to_string)).collect::<Vec<_>>();
                (!all.is_empty()).then(|| all.join("; "))
            }
        }
    }
}

impl Effect {
    /// The effect as it is published.
    #[must_use]
    pub fn published(&self, kind: EffectKind, at: Timestamp) -> Value {
        json!({
            "type": "effect", "at": time(at), "service": self.service, "kind": kind, "impact": self.impact,
            "incident": self.cause.to_string(), "path": self.path,
        })
    }
}
