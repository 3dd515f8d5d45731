//! The documents of a Statuspage, as far as they are read. Field sets from `{page}/api` (the page's own documentation)
//! and from some thirty recorded pages of 2022 to 2026, read 2026-11. incident.io's compatible pages lack many of them.

use serde::Deserialize;

use crate::normalize::field::{Field, List, Object, Text, Truth, Word};

/// `summary.json`, `incidents.json` and `components.json`: one envelope, of which each fills its own lists.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Document<'a> {
    #[serde(borrow)]
    pub page: Field<Object<Page<'a>>>,
    #[serde(borrow)]
    pub status: Field<Object<Status<'a>>>,
    #[serde(borrow)]
    pub components: Field<List<Component<'a>>>,
    #[serde(borrow)]
    pub incidents: Field<List<Incident<'a>>>,
    #[serde(borrow)]
    pub scheduled_maintenances: Field<List<Incident<'a>>>,
}

/// Whose page it is.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Page<'a> {
    #[serde(borrow)]
    pub id: Field<Text<'a>>,
    #[serde(borrow)]
    pub url: Field<Text<'a>>,
}

/// The page's overall colour: looked at only to recognise the document, since it says nothing of any one part.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Status<'a> {
    #[serde(borrow)]
    pub indicator: Field<Text<'a>>,
}

/// A component, or a group of them.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Component<'a> {
    #[serde(borrow)]
    pub id: Field<Word<'a>>,
    #[serde(borrow)]
    pub name: Field<Text<'a>>,
    #[serde(borrow)]
    pub status: Field<Text<'a>>,
    #[serde(borrow)]
    pub group_id: Field<Word<'a>>,
    pub group: Field<Truth>,
}

/// An incident or a scheduled maintenance.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Incident<'a> {
    #[serde(borrow)]
    pub id: Field<Word<'a>>,
    #[serde(borrow)]
    pub name: Field<Text<'a>>,
    #[serde(borrow)]
    pub status: Field<Text<'a>>,
    #[serde(borrow)]
    pub impact: Field<Text<'a>>,
    /// Only the pages that expose what a person set over the computed impact.
    #[serde(borrow)]
    pub impact_override: Field<Text<'a>>,
    #[serde(borrow)]
    pub created_at: Field<Text<'a>>,
    #[serde(borrow)]
    pub started_at: Field<Text<'a>>,
    #[serde(borrow)]
    pub resolved_at: Field<Text<'a>>,
    #[serde(borrow)]
    pub scheduled_for: Field<Text<'a>>,
    #[serde(borrow)]
    pub scheduled_until: Field<Text<'a>>,
    #[serde(borrow)]
    pub shortlink: Field<Text<'a>>,
    #[serde(borrow)]
    pub components: Field<List<Component<'a>>>,
    #[serde(borrow)]
    pub incident_updates: Field<List<Update<'a>>>,
}

/// One thing said of an incident.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Update<'a> {
    #[serde(borrow)]
    pub id: Field<Word<'a>>,
    #[serde(borrow)]
    pub status: Field<Text<'a>>,
    #[serde(borrow)]
    pub body: Field<Text<'a>>,
    #[serde(borrow)]
    pub created_at: Field<Text<'a>>,
    #[serde(borrow)]
    pub display_at: Field<Text<'a>>,
}
