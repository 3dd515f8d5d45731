//! Zendesk's status documents, as far as they are read: JSON:API, whose entries are joined by their ids. The page's own
//! interface (`/api/ssp`) writes `startedAt`, the documented one `started_at`. From
//! `https://developer.zendesk.com/api-reference/status_api/status_api/` and the code of several clients of
//! `/api/ssp` (2026-05 to 2026-09), read 2026-11.

use serde::Deserialize;

use crate::normalize::field::{Field, List, Object, Text, Truth, Word};

/// Any of the documents.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Document<'a> {
    #[serde(borrow)]
    pub data: Field<List<Row<'a>>>,
    #[serde(borrow)]
    pub included: Field<List<Row<'a>>>,
}

/// An entry of any type.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Row<'a> {
    #[serde(borrow)]
    pub id: Field<Word<'a>>,
    #[serde(borrow, rename = "type")]
    pub kind: Field<Text<'a>>,
    #[serde(borrow)]
    pub attributes: Field<Object<Attributes<'a>>>,
    #[serde(borrow)]
    pub relationships: Field<Object<Relationships<'a>>>,
}

/// What an entry says: an incident, an update of one, a service, or what an incident does to a service.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Attributes<'a> {
    #[serde(borrow)]
    pub name: Field<Text<'a>>,
    /// What the documented interface calls the name.
    #[serde(borrow)]
    pub title: Field<Text<'a>>,
    #[serde(borrow)]
    pub impact: Field<Text<'a>>,
    #[serde(borrow)]
    pub status: Field<Text<'a>>,
    pub outage: Field<Truth>,
    pub degradation: Field<Truth>,
    #[serde(borrow, rename = "startedAt", alias = "started_at")]
    pub started: Field<Text<'a>>,
    #[serde(borrow, rename = "resolvedAt", alias = "resolved_at")]
    pub resolved: Field<Text<'a>>,
    #[serde(borrow, rename = "createdAt", alias = "created_at")]
    pub created: Field<Text<'a>>,
    #[serde(borrow, rename = "maintenanceStartTime", alias = "maintenance_start_time")]
    pub maintenance_start: Field<Text<'a>>,
    #[serde(borrow, rename = "maintenanceEndTime", alias = "maintenance_end_time")]
    pub maintenance_end: Field<Text<'a>>,
    #[serde(borrow)]
    pub description: Field<Text<'a>>,
    #[serde(borrow, rename = "serviceId", alias = "service_id")]
    pub service_id: Field<Word<'a>>,
    #[serde(borrow, rename = "serviceName", alias = "service_name")]
    pub service_name: Field<Text<'a>>,
}

/// What an incident leads to.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Relationships<'a> {
    #[serde(borrow, rename = "incidentUpdates", alias = "incident_updates")]
    pub updates: Field<Object<References<'a>>>,
    #[serde(borrow, rename = "incidentServices", alias = "incident_services")]
    pub services: Field<Object<References<'a>>>,
}

/// Entries that stand among the included ones.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct References<'a> {
    #[serde(borrow)]
    pub data: Field<List<Reference<'a>>>,
}

/// One of them.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Reference<'a> {
    #[serde(borrow)]
    pub id: Field<Word<'a>>,
}
