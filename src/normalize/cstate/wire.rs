//! cState's documents, as far as they are read. From its templates `layouts/index.json` and `layouts/_default/list.json`
//! (github.com/cstate/cstate), read 2026-11. They print texts between quotes as they are, so that a title with a quote
//! in it breaks the document.

use serde::Deserialize;

use crate::normalize::field::{Field, List, Text, Truth, Word, Words};

/// `/index.json`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Index<'a> {
    /// `index`.
    #[serde(borrow)]
    pub is: Field<Word<'a>>,
    #[serde(borrow, rename = "cStateVersion")]
    pub version: Field<Word<'a>>,
    /// The worst of all that is open, with or without a system.
    #[serde(borrow, rename = "summaryStatus")]
    pub summary: Field<Word<'a>>,
    #[serde(borrow)]
    pub systems: Field<List<System<'a>>>,
    /// `2026-11-22`.
    #[serde(borrow, rename = "buildDate")]
    pub build_date: Field<Text<'a>>,
    /// `15:04`.
    #[serde(borrow, rename = "buildTime")]
    pub build_time: Field<Text<'a>>,
    /// `UTC`, `CET`, `+03`.
    #[serde(borrow, rename = "buildTimezone")]
    pub build_zone: Field<Text<'a>>,
}

/// One system. Its name is all that it is known by.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct System<'a> {
    #[serde(borrow)]
    pub name: Field<Word<'a>>,
    #[serde(borrow)]
    pub category: Field<Text<'a>>,
    #[serde(borrow)]
    pub status: Field<Word<'a>>,
    #[serde(borrow, rename = "unresolvedIssues")]
    pub unresolved: Field<List<Issue<'a>>>,
}

/// `/issues/index.json`: every issue that there ever was.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Issues<'a> {
    /// `issues`.
    #[serde(borrow)]
    pub is: Field<Word<'a>>,
    #[serde(borrow)]
    pub pages: Field<List<Issue<'a>>>,
}

/// One issue. Neither document has its text.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Issue<'a> {
    /// `issue`; a list may hold a `page` too.
    #[serde(borrow)]
    pub is: Field<Word<'a>>,
    #[serde(borrow)]
    pub title: Field<Text<'a>>,
    /// As Go prints times.
    #[serde(borrow, rename = "createdAt")]
    pub created_at: Field<Text<'a>>,
    #[serde(borrow)]
    pub permalink: Field<Text<'a>>,
    #[serde(borrow)]
    pub severity: Field<Word<'a>>,
    pub resolved: Field<Truth>,
    pub informational: Field<Truth>,
    #[serde(borrow, rename = "resolvedAt")]
    pub resolved_at: Field<Text<'a>>,
    /// Names of systems.
    #[serde(borrow)]
    pub affected: Field<Words<'a>>,
    /// The file that it was written in, `2026-11-22-mail.md`.
    #[serde(borrow)]
    pub filename: Field<Word<'a>>,
}
