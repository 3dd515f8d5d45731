//! The documents of a Checkly status page, as open readers of a live page of 2026-09 know them; read 2026-11, and no
//! recorded body was at hand. What a maintenance looks like was not seen.

use serde::Deserialize;

use crate::normalize::field::{Field, List, Object, Text};

/// `summary.json`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Summary<'a> {
    #[serde(borrow)]
    pub page: Field<Object<Page<'a>>>,
    #[serde(borrow)]
    pub active_incidents: Field<List<Incident<'a>>>,
    #[serde(borrow)]
    pub active_maintenances: Field<List<Incident<'a>>>,
}

/// The page as a whole.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Page<'a> {
    #[serde(borrow)]
    pub status: Field<Text<'a>>,
}

/// An incident or a maintenance. It has no texts.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Incident<'a> {
    #[serde(borrow)]
    pub id: Field<Text<'a>>,
    #[serde(borrow)]
    pub name: Field<Text<'a>>,
    #[serde(borrow)]
    pub status: Field<Text<'a>>,
    #[serde(borrow)]
    pub severity: Field<Text<'a>>,
    #[serde(borrow)]
    pub started_at: Field<Text<'a>>,
    #[serde(borrow)]
    pub ends_at: Field<Text<'a>>,
    #[serde(borrow)]
    pub updated_at: Field<Text<'a>>,
    #[serde(borrow)]
    pub affected_services: Field<List<Service<'a>>>,
    #[serde(borrow)]
    pub url: Field<Text<'a>>,
}

/// `services.json` is a list of these, with their status; an incident names them without.
pub type Services<'a> = Field<List<Service<'a>>>;

/// A service.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Service<'a> {
    #[serde(borrow)]
    pub id: Field<Text<'a>>,
    #[serde(borrow)]
    pub name: Field<Text<'a>>,
    #[serde(borrow)]
    pub status: Field<Text<'a>>,
    #[serde(borrow)]
    pub group: Field<Text<'a>>,
}
