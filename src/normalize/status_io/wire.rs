//! `/1.0/status/{page}` of Status.io, as open readers of live pages know it (New Relic's status pages, readers of Docker's,
//! GitLab's and Dynatrace's pages), read 2026-11; no recorded body was at hand.

use serde::Deserialize;
use serde_json::Value;

use crate::normalize::field::{Field, List, Object, Text, Word};

/// The whole document.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Document<'a> {
    #[serde(borrow)]
    pub result: Field<Object<Report<'a>>>,
}

/// What it says.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Report<'a> {
    /// Looked at only to recognise the document.
    #[serde(borrow)]
    pub status_overall: Field<Object<Overall<'a>>>,
    #[serde(borrow)]
    pub status: Field<List<Component<'a>>>,
    #[serde(borrow)]
    pub incidents: Field<List<Incident<'a>>>,
    #[serde(borrow)]
    pub maintenance: Field<Object<Maintenance<'a>>>,
}

/// The page as a whole. Its `updated` is its last change and no refresh clock: one stood at 2019 and was right.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Overall<'a> {
    #[serde(borrow)]
    pub status_code: Field<Word<'a>>,
}

/// A component, with the containers (data centres, regions) that it runs in.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Component<'a> {
    #[serde(borrow)]
    pub id: Field<Text<'a>>,
    #[serde(borrow)]
    pub name: Field<Text<'a>>,
    #[serde(borrow)]
    pub status: Field<Text<'a>>,
    #[serde(borrow)]
    pub status_code: Field<Word<'a>>,
    #[serde(borrow)]
    pub containers: Field<List<Container<'a>>>,
}

/// A component in one place.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Container<'a> {
    #[serde(borrow)]
    pub id: Field<Text<'a>>,
    #[serde(borrow)]
    pub name: Field<Text<'a>>,
    #[serde(borrow)]
    pub status: Field<Text<'a>>,
    #[serde(borrow)]
    pub status_code: Field<Word<'a>>,
}

/// The maintenances that run, and those ahead.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Maintenance<'a> {
    #[serde(borrow)]
    pub active: Field<List<Incident<'a>>>,
    #[serde(borrow)]
    pub upcoming: Field<List<Incident<'a>>>,
}

/// An incident or a maintenance.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Incident<'a> {
    #[serde(borrow)]
    pub _id: Field<Text<'a>>,
    /// Some readers know it by this name.
    #[serde(borrow)]
    pub id: Field<Text<'a>>,
    #[serde(borrow)]
    pub name: Field<Text<'a>>,
    #[serde(borrow)]
    pub datetime_open: Field<Text<'a>>,
    #[serde(borrow)]
    pub datetime_planned_start: Field<Text<'a>>,
    #[serde(borrow)]
    pub datetime_planned_end: Field<Text<'a>>,
    #[serde(borrow)]
    pub messages: Field<List<Message<'a>>>,
    /// Objects with an id and a name, or ids alone.
    pub components_affected: Value,
    pub containers_affected: Value,
}

/// One thing said, with how far it has come and how bad it is by then.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Message<'a> {
    #[serde(borrow)]
    pub _id: Field<Text<'a>>,
    #[serde(borrow)]
    pub details: Field<Text<'a>>,
    #[serde(borrow)]
    pub state: Field<Word<'a>>,
    #[serde(borrow)]
    pub status: Field<Word<'a>>,
    #[serde(borrow)]
    pub datetime: Field<Text<'a>>,
}
