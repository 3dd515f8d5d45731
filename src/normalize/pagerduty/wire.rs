//! A PagerDuty status page's own documents, as far as they are read. From the code of five clients of such pages
//! (`status.pagerduty.com`, `status.kick.com` and others, 2026-06 to 2026-10), read 2026-11.

use serde::Deserialize;

use crate::normalize::field::{Field, List, Object, Text, Truth, Word};

/// `/api/services`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Services<'a> {
    #[serde(borrow)]
    pub services: Field<List<Service<'a>>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Service<'a> {
    #[serde(borrow)]
    pub id: Field<Text<'a>>,
    #[serde(borrow)]
    pub display_name: Field<Text<'a>>,
    #[serde(borrow)]
    pub name: Field<Text<'a>>,
    pub is_active: Field<Truth>,
}

/// `/api/impacted_services`: those that are not well.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Impacts<'a> {
    #[serde(borrow)]
    pub impacted_services: Field<List<Impact<'a>>>,
}

/// What hurts a service.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Impact<'a> {
    #[serde(borrow)]
    pub service_id: Field<Text<'a>>,
    #[serde(borrow)]
    pub impact_severity_id: Field<Text<'a>>,
}

/// `/api/post_enums`: the words behind the ids, which each page has of its own.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Enums<'a> {
    #[serde(borrow)]
    pub post_enums: Field<List<Enum<'a>>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Enum<'a> {
    #[serde(borrow)]
    pub id: Field<Text<'a>>,
    #[serde(borrow)]
    pub name: Field<Text<'a>>,
    #[serde(borrow)]
    pub description: Field<Text<'a>>,
}

/// `/api/posts`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Posts<'a> {
    #[serde(borrow)]
    pub posts: Field<List<Post<'a>>>,
    /// Set where there are more.
    #[serde(borrow, rename = "continuationToken")]
    pub continuation: Field<Text<'a>>,
}

/// `/api/posts/{id}`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Detail<'a> {
    #[serde(borrow)]
    pub post: Field<Object<Post<'a>>>,
}

/// An incident, or a maintenance. Times are milliseconds since 1970.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Post<'a> {
    #[serde(borrow)]
    pub id: Field<Text<'a>>,
    #[serde(borrow)]
    pub post_type: Field<Text<'a>>,
    #[serde(borrow)]
    pub title: Field<Text<'a>>,
    #[serde(borrow)]
    pub first_update_at: Field<Word<'a>>,
    #[serde(borrow)]
    pub last_update_at: Field<Word<'a>>,
    #[serde(borrow)]
    pub starts_at: Field<Word<'a>>,
    #[serde(borrow)]
    pub ends_at: Field<Word<'a>>,
    #[serde(borrow)]
    pub latest_update: Field<Object<Update<'a>>>,
    /// Only in the post itself; the list cuts what was said.
    #[serde(borrow)]
    pub updates: Field<List<Update<'a>>>,
}

/// One thing said of it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Update<'a> {
    #[serde(borrow)]
    pub id: Field<Text<'a>>,
    #[serde(borrow)]
    pub message: Field<Text<'a>>,
    #[serde(borrow)]
    pub status_id: Field<Text<'a>>,
    #[serde(borrow)]
    pub severity_id: Field<Text<'a>>,
    #[serde(borrow)]
    pub reported_at: Field<Word<'a>>,
    #[serde(borrow)]
    pub impacts: Field<List<Impact<'a>>>,
}
