//! Slack's status API, as far as it is read. From `https://api.slack.com/docs/slack-status` and recorded bodies of
//! 2022 to 2026, read 2026-11.

use serde::Deserialize;

use crate::normalize::field::{Field, List, Text, Word, Words};

/// `/api/v2.0.0/current`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Current<'a> {
    /// `ok` or `active`.
    #[serde(borrow)]
    pub status: Field<Text<'a>>,
    #[serde(borrow)]
    pub date_updated: Field<Text<'a>>,
    #[serde(borrow)]
    pub active_incidents: Field<List<Incident<'a>>>,
}

/// `/api/v2.0.0/history`, the newest first.
pub type History<'a> = Field<List<Incident<'a>>>;

/// One incident. There is no severity.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Incident<'a> {
    /// A number.
    #[serde(borrow)]
    pub id: Field<Word<'a>>,
    #[serde(borrow)]
    pub title: Field<Text<'a>>,
    #[serde(borrow, rename = "type")]
    pub kind: Field<Text<'a>>,
    #[serde(borrow)]
    pub status: Field<Text<'a>>,
    #[serde(borrow)]
    pub url: Field<Text<'a>>,
    #[serde(borrow)]
    pub date_created: Field<Text<'a>>,
    #[serde(borrow)]
    pub date_updated: Field<Text<'a>>,
    /// In an order of chance.
    #[serde(borrow)]
    pub services: Field<Words<'a>>,
    /// The newest first in `current`, the oldest first in `history`.
    #[serde(borrow)]
    pub notes: Field<List<Note<'a>>>,
}

/// One thing said. It has no key of its own.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Note<'a> {
    #[serde(borrow)]
    pub date_created: Field<Text<'a>>,
    /// HTML, or text with line breaks.
    #[serde(borrow)]
    pub body: Field<Text<'a>>,
}
