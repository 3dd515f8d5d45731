//! `Microsoft.ResourceHealth/emergingIssues/default` of Azure Resource Manager, as far as it is read. From
//! `azure-rest-api-specs`, ResourceHealth 2026-07-01 and its example, read 2026-11.

use serde::Deserialize;

use crate::normalize::field::{Field, List, Object, Text, Truth};

/// The whole document.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Document<'a> {
    /// `/providers/Microsoft.ResourceHealth/emergingissues`; the sign.
    #[serde(borrow, rename = "type")]
    pub kind: Field<Text<'a>>,
    #[serde(borrow)]
    pub properties: Field<Object<Properties<'a>>>,
}

/// What the public page shows.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Properties<'a> {
    #[serde(borrow)]
    pub refresh_timestamp: Field<Text<'a>>,
    #[serde(borrow)]
    pub status_active_events: Field<List<Event<'a>>>,
    #[serde(borrow)]
    pub status_banners: Field<List<Banner<'a>>>,
}

/// One incident.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Event<'a> {
    #[serde(borrow)]
    pub tracking_id: Field<Text<'a>>,
    #[serde(borrow)]
    pub title: Field<Text<'a>>,
    /// HTML.
    #[serde(borrow)]
    pub description: Field<Text<'a>>,
    #[serde(borrow)]
    pub start_time: Field<Text<'a>>,
    #[serde(borrow)]
    pub last_modified_time: Field<Text<'a>>,
    #[serde(borrow)]
    pub severity: Field<Text<'a>>,
    #[serde(borrow)]
    pub stage: Field<Text<'a>>,
    pub published: Field<Truth>,
    #[serde(borrow)]
    pub impacts: Field<List<Impacted<'a>>>,
}

/// A service, and where it is hurt.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Impacted<'a> {
    #[serde(borrow)]
    pub id: Field<Text<'a>>,
    #[serde(borrow)]
    pub name: Field<Text<'a>>,
    #[serde(borrow)]
    pub regions: Field<List<Region<'a>>>,
}

/// A region.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Region<'a> {
    #[serde(borrow)]
    pub id: Field<Text<'a>>,
    #[serde(borrow)]
    pub name: Field<Text<'a>>,
}

/// A line across the page. It has no key.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Banner<'a> {
    #[serde(borrow)]
    pub title: Field<Text<'a>>,
    #[serde(borrow)]
    pub message: Field<Text<'a>>,
    #[serde(borrow)]
    pub last_modified_time: Field<Text<'a>>,
}
