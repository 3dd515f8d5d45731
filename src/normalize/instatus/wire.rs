//! The documents of an Instatus page. From `https://instatus.com/help/api/public-data` and from open readers of live pages,
//! read 2026-11; no recorded body was at hand.

use serde::Deserialize;
use serde_json::Value;

use crate::normalize::field::{Field, List, Object, Text, Truth, Word};

/// `summary.json`. A list without entries is left out.
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

/// Whose page it is, and its overall word.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Page<'a> {
    #[serde(borrow)]
    pub url: Field<Text<'a>>,
    #[serde(borrow)]
    pub status: Field<Text<'a>>,
}

/// An incident, which has `started`, or a maintenance, which has `start` and `duration`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Incident<'a> {
    /// Newer pages only.
    #[serde(borrow)]
    pub id: Field<Word<'a>>,
    #[serde(borrow)]
    pub name: Field<Text<'a>>,
    #[serde(borrow)]
    pub status: Field<Text<'a>>,
    #[serde(borrow)]
    pub impact: Field<Text<'a>>,
    #[serde(borrow)]
    pub started: Field<Text<'a>>,
    #[serde(borrow)]
    pub start: Field<Text<'a>>,
    /// Minutes, as a text or as a number.
    #[serde(borrow)]
    pub duration: Field<Word<'a>>,
    #[serde(borrow)]
    pub updated_at: Field<Text<'a>>,
    #[serde(borrow)]
    pub url: Field<Text<'a>>,
}

/// `v3/components.json` or `v2/components.json`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Components<'a> {
    #[serde(borrow)]
    pub components: Field<List<Component<'a>>>,
}

/// A component, or a group of some.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Component<'a> {
    #[serde(borrow)]
    pub id: Field<Word<'a>>,
    #[serde(borrow)]
    pub name: Field<Text<'a>>,
    #[serde(borrow)]
    pub status: Field<Text<'a>>,
    /// The group as an object with id and name, or as its id or name alone.
    pub group: Value,
    pub is_parent: Field<Truth>,
    #[serde(borrow)]
    pub children: Field<List<Component<'a>>>,
}
