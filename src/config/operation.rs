//! The parts of `config/bellwether.toml` that are about how the program lives: what it keeps, what it says of itself, and
//! who outside notices when it is gone.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::places::Findings;
use super::secret::WebhookAddress;
use super::value::Period;

/// How long things are kept. What is open, what waits to be delivered and what was told of something open is kept however
/// old it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Retention {
    /// What vendors' servers answered.
    pub bodies: Period,
    /// The tries to deliver a message, and the bytes that were sent. One that is not delivered yet is kept however old it
    /// is.
    pub tries: Period,
    /// Incidents that are over: what was said of them in every version, what changed, and what that did to services.
    pub incidents: Period,
    /// Messages that were delivered or given up, and the decisions to send and not to send.
    pub messages: Period,
}

const fn days(days: u64) -> Period {
    Period::seconds(days * 86_400)
}

impl Default for Retention {
    fn default() -> Self {
        Self { bodies: days(90), tries: days(90), incidents: days(400), messages: days(400) }
    }
}

/// What Bellwether says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Log {
    /// How a line looks.
    pub format: LogFormat,
    /// The least that is said.
    pub level: LogLevel,
}

/// How a line of the log looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// One line of text, for people and for journald.
    #[default]
    Text,
    /// One JSON object a line, for programs.
    Json,
}

/// The least that is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LogLevel {
    /// What did not work and is lost without a person.
    Error,
    /// And what did not work and is tried again.
    Warn,
    /// And what happened.
    #[default]
    Info,
    /// And how.
    Debug,
}

impl LogLevel {
    /// As it is written.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
        }
    }
}

/// A watch outside that raises the alarm when it is not called any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Heartbeat {
    /// The address that is called, or where that can be found. Such addresses often hold a token.
    pub url: WebhookAddress,
    /// How often it is called while all is well, 10s to 1h.
    #[serde(default = "Heartbeat::usual")]
    pub every: Period,
    /// Whether it may be a server of our own: an address that is not public.
    #[serde(default)]
    pub allow_private: bool,
}

impl Heartbeat {
    const fn usual() -> Period {
        Period::seconds(60)
    }

    pub(super) fn check(&self, findings: &mut Findings) {
        if self.every < Period::seconds(10) || self.every > Period::seconds(3600) {
            let what = format!("every {} is too often or too seldom", self.every);
            findings.error("heartbeat.every", what, "write a time from 10s to 1h, as \"60s\"");
        }
    }
}
