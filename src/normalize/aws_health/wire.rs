//! The events of the AWS Health Dashboard, as far as they are read. AWS documents none of it: read from the body of
//! `https://health.aws.amazon.com/public/currentevents` as recorded 2026-08-01, read 2026-11. The same number is a text
//! in one place and a number in another.

use serde::Deserialize;

use crate::normalize::field::{Field, List, Lists, Named, Text, Word};

/// The whole document.
pub type Events<'a> = Field<List<Event<'a>>>;

/// The archive of a year, `historyevents.json`: the events of each service. An entry may lack `service`, and its `status` is
/// how bad it was at its worst; that it is over says its log alone. (From clients that read it, 2026-11.)
pub type Archive<'a> = Field<Lists<'a, Event<'a>>>;

/// One event.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Event<'a> {
    #[serde(borrow)]
    pub arn: Field<Text<'a>>,
    /// Seconds since 1970.
    #[serde(borrow)]
    pub date: Field<Word<'a>>,
    #[serde(borrow)]
    pub region_name: Field<Text<'a>>,
    #[serde(borrow)]
    pub status: Field<Word<'a>>,
    #[serde(borrow)]
    pub service: Field<Text<'a>>,
    #[serde(borrow)]
    pub service_name: Field<Text<'a>>,
    #[serde(borrow)]
    pub summary: Field<Text<'a>>,
    #[serde(borrow)]
    pub event_log: Field<List<Entry<'a>>>,
    #[serde(borrow)]
    pub impacted_services: Field<Named<'a, Impacted<'a>>>,
}

/// One thing said of an event. They stand oldest first, unlike other vendors'.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Entry<'a> {
    #[serde(borrow)]
    pub summary: Field<Text<'a>>,
    #[serde(borrow)]
    pub message: Field<Text<'a>>,
    #[serde(borrow)]
    pub status: Field<Word<'a>>,
    /// Seconds since 1970. (The times of `impacted_service_status_changes` are milliseconds, and back-dated.)
    #[serde(borrow)]
    pub timestamp: Field<Word<'a>>,
}

/// A service that an event impairs, named by its key.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Impacted<'a> {
    #[serde(borrow)]
    pub service_name: Field<Text<'a>>,
    #[serde(borrow)]
    pub current: Field<Word<'a>>,
}
