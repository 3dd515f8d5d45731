//! Service Health's events, as far as they are read. From `Microsoft.ResourceHealth/events`, its reference
//! (`learn.microsoft.com/rest/api/resourcehealth/events`) and the sample of api-version 2026-07-01, read 2026-11. The
//! words are compared without their case: activity logs, samples and answers spell them differently.

use serde::Deserialize;

use crate::normalize::field::{Field, List, Object, Text};

/// One page of events.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Document<'a> {
    #[serde(borrow)]
    pub value: Field<List<Event<'a>>>,
    /// Where the rest is.
    #[serde(borrow, rename = "nextLink")]
    pub next: Field<Text<'a>>,
}

/// One event; alone it is the whole document.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Event<'a> {
    /// The tracking id, the same as on the public page.
    #[serde(borrow)]
    pub name: Field<Text<'a>>,
    /// What the entry is; the sign.
    #[serde(borrow, rename = "type")]
    pub kind: Field<Text<'a>>,
    #[serde(borrow)]
    pub properties: Field<Object<Properties<'a>>>,
}

/// What an event says.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Properties<'a> {
    #[serde(borrow)]
    pub event_type: Field<Text<'a>>,
    #[serde(borrow)]
    pub event_level: Field<Text<'a>>,
    /// Older than `eventLevel`, with fewer words.
    #[serde(borrow)]
    pub level: Field<Text<'a>>,
    #[serde(borrow)]
    pub status: Field<Text<'a>>,
    #[serde(borrow)]
    pub title: Field<Text<'a>>,
    /// The title of an event that has no other.
    #[serde(borrow)]
    pub header: Field<Text<'a>>,
    #[serde(borrow)]
    pub summary: Field<Text<'a>>,
    #[serde(borrow)]
    pub article: Field<Object<Article<'a>>>,
    #[serde(borrow)]
    pub impact_start_time: Field<Text<'a>>,
    #[serde(borrow)]
    pub impact_mitigation_time: Field<Text<'a>>,
    #[serde(borrow)]
    pub last_update_time: Field<Text<'a>>,
    #[serde(borrow)]
    pub impact: Field<List<Service<'a>>>,
}

/// The long text, in HTML.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Article<'a> {
    #[serde(borrow)]
    pub article_content: Field<Text<'a>>,
}

/// A service that is touched.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Service<'a> {
    #[serde(borrow)]
    pub impacted_service: Field<Text<'a>>,
    #[serde(borrow)]
    pub impacted_regions: Field<List<Region<'a>>>,
}

/// One of its regions, which has a status of its own.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Region<'a> {
    #[serde(borrow)]
    pub impacted_region: Field<Text<'a>>,
    #[serde(borrow)]
    pub status: Field<Text<'a>>,
    #[serde(borrow)]
    pub updates: Field<List<Update<'a>>>,
}

/// One thing said of a service in a region. It has no key, and stands at each region that it is said of.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Update<'a> {
    #[serde(borrow)]
    pub summary: Field<Text<'a>>,
    #[serde(borrow)]
    pub update_date_time: Field<Text<'a>>,
}
