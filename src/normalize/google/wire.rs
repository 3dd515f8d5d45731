//! Google's `incidents.json`, as far as it is read. From `https://status.cloud.google.com/incidents.schema.json` and
//! recorded bodies of 2022, 2025 and 2026, read 2026-11. Workspace, Maps and Ads publish the same shape. Before 2021
//! entries had no `id`, no `status_impact` and a `most-recent-update`.

use serde::Deserialize;

use crate::normalize::field::{Field, List, Object, Text, Word};

/// The whole document.
pub type Incidents<'a> = Field<List<Incident<'a>>>;

/// One incident.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Incident<'a> {
    #[serde(borrow)]
    pub id: Field<Text<'a>>,
    /// A number of 64 bits, as a text in newer documents.
    #[serde(borrow)]
    pub number: Field<Word<'a>>,
    #[serde(borrow)]
    pub begin: Field<Text<'a>>,
    /// Absent while it is open.
    #[serde(borrow)]
    pub end: Field<Text<'a>>,
    #[serde(borrow)]
    pub external_desc: Field<Text<'a>>,
    #[serde(borrow)]
    pub updates: Field<List<Update<'a>>>,
    #[serde(borrow, rename = "most-recent-update")]
    pub most_recent_update_before_2021: Field<Object<Update<'a>>>,
    #[serde(borrow)]
    pub status_impact: Field<Text<'a>>,
    #[serde(borrow)]
    pub severity: Field<Text<'a>>,
    #[serde(borrow)]
    pub service_key: Field<Text<'a>>,
    #[serde(borrow)]
    pub service_name: Field<Text<'a>>,
    #[serde(borrow)]
    pub affected_products: Field<List<Product<'a>>>,
    #[serde(borrow)]
    pub currently_affected_locations: Field<List<Location<'a>>>,
    /// Relative to the address of the document.
    #[serde(borrow)]
    pub uri: Field<Text<'a>>,
}

/// One thing said of an incident. It has no key of its own.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Update<'a> {
    #[serde(borrow)]
    pub created: Field<Text<'a>>,
    #[serde(borrow)]
    pub when: Field<Text<'a>>,
    /// Markdown.
    #[serde(borrow)]
    pub text: Field<Text<'a>>,
    #[serde(borrow)]
    pub status: Field<Text<'a>>,
    #[serde(borrow)]
    pub affected_locations: Field<List<Location<'a>>>,
}

/// A product: its id is stable, its titles are not.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Product<'a> {
    #[serde(borrow)]
    pub id: Field<Text<'a>>,
    #[serde(borrow)]
    pub title: Field<Text<'a>>,
    #[serde(borrow)]
    pub current_title: Field<Text<'a>>,
}

/// A region, as `us-west1` and `Oregon (us-west1)`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Location<'a> {
    #[serde(borrow)]
    pub id: Field<Text<'a>>,
    #[serde(borrow)]
    pub title: Field<Text<'a>>,
}
