//! OpenStatus's JSON feed, as far as it is read. From `apps/status-page/…/feed/json/route.ts` and
//! `packages/api/src/router/statusPage.ts` (github.com/openstatusHQ/openstatus), read 2026-11.

use serde::Deserialize;

use crate::normalize::field::{Field, Ids, List, Text, Word, not_there};

/// `/feed/json`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Feed<'a> {
    #[serde(borrow)]
    pub title: Field<Text<'a>>,
    /// The page's overall word, a part of the sign and never more.
    #[serde(borrow)]
    pub status: Field<Word<'a>>,
    /// When the document was made: once a minute, if somebody asks.
    #[serde(borrow, rename = "updatedAt")]
    pub updated_at: Field<Text<'a>>,
    #[serde(borrow)]
    pub monitors: Field<List<Monitor<'a>>>,
    /// Since 2026: what the page shows, by monitors or by hand. It has no status of its own.
    #[serde(borrow, rename = "pageComponents")]
    pub components: Field<List<Component<'a>>>,
    #[serde(borrow, rename = "pageComponentGroups")]
    pub groups: Field<List<Group<'a>>>,
    /// All that there ever were.
    #[serde(borrow, rename = "statusReports")]
    pub reports: Field<List<Report<'a>>>,
    /// All that there ever were.
    #[serde(borrow)]
    pub maintenances: Field<List<Maintenance<'a>>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Monitor<'a> {
    #[serde(borrow)]
    pub id: Field<Word<'a>>,
    #[serde(borrow)]
    pub name: Field<Text<'a>>,
    #[serde(borrow)]
    pub status: Field<Word<'a>>,
}

#[derive(Debug, Deserialize)]
#[serde(default)]
pub struct Component<'a> {
    #[serde(borrow)]
    pub id: Field<Word<'a>>,
    #[serde(borrow)]
    pub name: Field<Text<'a>>,
    /// `null` for one that is kept by hand.
    #[serde(borrow, rename = "monitorId")]
    pub monitor: Field<Word<'a>>,
    #[serde(borrow, rename = "groupId")]
    pub group: Field<Word<'a>>,
}

impl Default for Component<'_> {
    fn default() -> Self {
        Self { id: Field::Absent, name: Field::Absent, monitor: not_there(), group: Field::Absent }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Group<'a> {
    #[serde(borrow)]
    pub id: Field<Word<'a>>,
    #[serde(borrow)]
    pub name: Field<Text<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Report<'a> {
    #[serde(borrow)]
    pub id: Field<Word<'a>>,
    #[serde(borrow)]
    pub title: Field<Text<'a>>,
    #[serde(borrow)]
    pub status: Field<Word<'a>>,
    #[serde(borrow)]
    pub monitors: Field<Ids<'a>>,
    #[serde(borrow, rename = "pageComponents")]
    pub components: Field<Ids<'a>>,
    #[serde(borrow, rename = "statusReportUpdates")]
    pub updates: Field<List<Update<'a>>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Maintenance<'a> {
    #[serde(borrow)]
    pub id: Field<Word<'a>>,
    #[serde(borrow)]
    pub name: Field<Text<'a>>,
    #[serde(borrow)]
    pub message: Field<Text<'a>>,
    #[serde(borrow)]
    pub from: Field<Text<'a>>,
    #[serde(borrow)]
    pub to: Field<Text<'a>>,
    #[serde(borrow)]
    pub monitors: Field<Ids<'a>>,
    #[serde(borrow, rename = "pageComponents")]
    pub components: Field<Ids<'a>>,
    #[serde(borrow, rename = "maintenanceUpdates")]
    pub updates: Field<List<Update<'a>>>,
}

/// The newest first.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Update<'a> {
    #[serde(borrow)]
    pub id: Field<Word<'a>>,
    #[serde(borrow)]
    pub status: Field<Word<'a>>,
    #[serde(borrow)]
    pub message: Field<Text<'a>>,
    #[serde(borrow)]
    pub date: Field<Text<'a>>,
}
