//! `index.json` of a Better Stack status page, in the shape of JSON:API. From
//! `https://betterstack.com/docs/uptime/status-pages/subscribing-to-status-updates/subscribing-to-api/` and the parameters
//! of reports in its API, read 2026-11; no recorded body was at hand.

use serde::Deserialize;

use crate::normalize::field::{Field, List, Object, Text, Word};

/// The whole document.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Index<'a> {
    #[serde(borrow)]
    pub data: Field<Object<Page<'a>>>,
    #[serde(borrow)]
    pub included: Field<List<Included<'a>>>,
}

/// The page.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Page<'a> {
    #[serde(borrow, rename = "type")]
    pub kind: Field<Text<'a>>,
    #[serde(borrow)]
    pub attributes: Field<Object<PageAttributes<'a>>>,
}

/// What is looked at of the page: only to recognise it, since one failing monitor of 28 turns its state.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct PageAttributes<'a> {
    #[serde(borrow)]
    pub aggregate_state: Field<Text<'a>>,
}

/// A section, a resource, a report or an update, told apart by its type.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Included<'a> {
    #[serde(borrow)]
    pub id: Field<Word<'a>>,
    #[serde(borrow, rename = "type")]
    pub kind: Field<Text<'a>>,
    #[serde(borrow)]
    pub attributes: Field<Object<Attributes<'a>>>,
    #[serde(borrow)]
    pub relationships: Field<Object<Relationships<'a>>>,
}

/// The attributes of all of them; each has its own.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Attributes<'a> {
    /// Of a section.
    #[serde(borrow)]
    pub name: Field<Text<'a>>,
    /// Of a resource, as are the next two.
    #[serde(borrow)]
    pub public_name: Field<Text<'a>>,
    #[serde(borrow)]
    pub status: Field<Text<'a>>,
    #[serde(borrow)]
    pub status_page_section_id: Field<Word<'a>>,
    /// Of a report, as are the next four; the affected ones of an update too.
    #[serde(borrow)]
    pub title: Field<Text<'a>>,
    #[serde(borrow)]
    pub report_type: Field<Text<'a>>,
    #[serde(borrow)]
    pub starts_at: Field<Text<'a>>,
    #[serde(borrow)]
    pub ends_at: Field<Text<'a>>,
    #[serde(borrow)]
    pub aggregate_state: Field<Text<'a>>,
    #[serde(borrow)]
    pub affected_resources: Field<List<Affected<'a>>>,
    /// Of an update, as are the next two.
    #[serde(borrow)]
    pub message: Field<Text<'a>>,
    #[serde(borrow)]
    pub published_at: Field<Text<'a>>,
    #[serde(borrow)]
    pub status_report_id: Field<Word<'a>>,
}

/// A resource as a report names it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Affected<'a> {
    #[serde(borrow)]
    pub status_page_resource_id: Field<Word<'a>>,
    #[serde(borrow)]
    pub status: Field<Text<'a>>,
}

/// What belongs to a report.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Relationships<'a> {
    #[serde(borrow)]
    pub status_updates: Field<Object<Linked<'a>>>,
}

/// Links to others by their ids.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Linked<'a> {
    #[serde(borrow)]
    pub data: Field<List<Link<'a>>>,
}

/// One of them.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Link<'a> {
    #[serde(borrow)]
    pub id: Field<Word<'a>>,
}
