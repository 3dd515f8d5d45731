//! Statuspal's summary, as far as it is read. From `https://statuspal.io/api-docs/v2` and from what clients of it read,
//! 2026-11.

use serde::Deserialize;

use crate::normalize::field::{Field, Ids, List, Object, Text, Word, not_there};

/// `/api/v2/status_pages/{subdomain}/summary`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Summary<'a> {
    #[serde(borrow)]
    pub status_page: Field<Object<Page<'a>>>,
    #[serde(borrow)]
    pub services: Field<List<Service<'a>>>,
    /// The active ones.
    #[serde(borrow)]
    pub incidents: Field<List<Incident<'a>>>,
    /// Those under way.
    #[serde(borrow)]
    pub maintenances: Field<List<Incident<'a>>>,
    #[serde(borrow)]
    pub upcoming_maintenances: Field<List<Incident<'a>>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Page<'a> {
    #[serde(borrow)]
    pub name: Field<Text<'a>>,
    #[serde(borrow)]
    pub time_zone: Field<Text<'a>>,
}

/// A service, or one that others belong to.
#[derive(Debug, Deserialize)]
#[serde(default)]
pub struct Service<'a> {
    #[serde(borrow)]
    pub id: Field<Word<'a>>,
    #[serde(borrow)]
    pub name: Field<Text<'a>>,
    /// `null` is well. A field that is missing is not.
    #[serde(borrow)]
    pub current_incident_type: Field<Word<'a>>,
    #[serde(borrow)]
    pub children: Field<List<Self>>,
}

impl Default for Service<'_> {
    fn default() -> Self {
        Self { id: Field::Absent, name: Field::Absent, current_incident_type: not_there(), children: Field::Absent }
    }
}

/// An incident or a maintenance.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Incident<'a> {
    #[serde(borrow)]
    pub id: Field<Word<'a>>,
    #[serde(borrow)]
    pub title: Field<Text<'a>>,
    #[serde(borrow, rename = "type")]
    pub kind: Field<Word<'a>>,
    /// `2026-11-22T10:00:00`, without an offset.
    #[serde(borrow)]
    pub starts_at: Field<Text<'a>>,
    #[serde(borrow)]
    pub ends_at: Field<Text<'a>>,
    #[serde(borrow)]
    pub service_ids: Field<Ids<'a>>,
    #[serde(borrow)]
    pub updates: Field<List<Update<'a>>>,
    #[serde(borrow)]
    pub url: Field<Text<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Update<'a> {
    #[serde(borrow)]
    pub id: Field<Word<'a>>,
    /// `issue`, `identified`, `monitoring`, `resolved`.
    #[serde(borrow, rename = "type")]
    pub kind: Field<Word<'a>>,
    #[serde(borrow)]
    pub description: Field<Text<'a>>,
    #[serde(borrow)]
    pub posted_at: Field<Text<'a>>,
    #[serde(borrow)]
    pub inserted_at: Field<Text<'a>>,
    #[serde(borrow)]
    pub updated_at: Field<Text<'a>>,
}
