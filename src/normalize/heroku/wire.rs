//! Heroku's `current-status`, as far as it is read. From `heroku/cli`, `src/commands/status.ts` and its tests (2026-08),
//! and other clients of the same address, read 2026-11.

use serde::Deserialize;

use crate::normalize::field::{Field, List, Text, Truth, Word};

/// The whole document.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Current<'a> {
    #[serde(borrow)]
    pub status: Field<List<System<'a>>>,
    #[serde(borrow)]
    pub incidents: Field<List<Incident<'a>>>,
    #[serde(borrow)]
    pub scheduled: Field<List<Incident<'a>>>,
}

/// A part of Heroku, with a colour.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct System<'a> {
    #[serde(borrow)]
    pub system: Field<Text<'a>>,
    #[serde(borrow)]
    pub status: Field<Text<'a>>,
}

/// An incident, or a maintenance, which has the same fields.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Incident<'a> {
    /// A number. The clients that are quoted above know an incident by its address instead.
    #[serde(borrow)]
    pub id: Field<Word<'a>>,
    #[serde(borrow)]
    pub title: Field<Text<'a>>,
    #[serde(borrow)]
    pub created_at: Field<Text<'a>>,
    #[serde(borrow)]
    pub updated_at: Field<Text<'a>>,
    pub resolved: Field<Truth>,
    #[serde(borrow)]
    pub full_url: Field<Text<'a>>,
    /// The colours that it gave the systems; another client reads a word here.
    #[serde(borrow)]
    pub status: Field<List<System<'a>>>,
    #[serde(borrow)]
    pub updates: Field<List<Update<'a>>>,
}

/// One thing said of an incident.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Update<'a> {
    #[serde(borrow)]
    pub id: Field<Word<'a>>,
    #[serde(borrow)]
    pub update_type: Field<Text<'a>>,
    #[serde(borrow)]
    pub contents: Field<Text<'a>>,
    #[serde(borrow)]
    pub created_at: Field<Text<'a>>,
    #[serde(borrow)]
    pub updated_at: Field<Text<'a>>,
}
