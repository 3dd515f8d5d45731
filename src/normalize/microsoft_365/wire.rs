//! Microsoft Graph's service announcements, as far as they are read. From the reference of the resources
//! `serviceHealthIssue` and `serviceHealth` (`learn.microsoft.com/graph/api/resources/servicehealthissue`), read 2026-11.
//! Words come in both spellings: the reference has `serviceDegradation`, its own examples `ServiceDegradation`.

use serde::Deserialize;

use crate::normalize::field::{Field, List, Object, Text, Truth};

/// One page of issues or of overviews: one envelope. One issue alone is its row beside its context.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Document<'a> {
    /// What the document is; the sign.
    #[serde(borrow, rename = "@odata.context")]
    pub context: Field<Text<'a>>,
    #[serde(borrow)]
    pub value: Field<List<Row<'a>>>,
    /// Where the rest is.
    #[serde(borrow, rename = "@odata.nextLink")]
    pub next: Field<Text<'a>>,
}

/// One issue alone.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Alone<'a> {
    #[serde(borrow, rename = "@odata.context")]
    pub context: Field<Text<'a>>,
    #[serde(borrow, flatten)]
    pub row: Row<'a>,
}

/// An issue; and an overview, which has `service` and `status` of it.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Row<'a> {
    #[serde(borrow)]
    pub id: Field<Text<'a>>,
    #[serde(borrow)]
    pub service: Field<Text<'a>>,
    #[serde(borrow)]
    pub status: Field<Text<'a>>,
    #[serde(borrow)]
    pub title: Field<Text<'a>>,
    #[serde(borrow)]
    pub feature: Field<Text<'a>>,
    #[serde(borrow)]
    pub classification: Field<Text<'a>>,
    pub is_resolved: Field<Truth>,
    #[serde(borrow)]
    pub start_date_time: Field<Text<'a>>,
    #[serde(borrow)]
    pub end_date_time: Field<Text<'a>>,
    #[serde(borrow)]
    pub last_modified_date_time: Field<Text<'a>>,
    #[serde(borrow)]
    pub impact_description: Field<Text<'a>>,
    #[serde(borrow)]
    pub posts: Field<List<Post<'a>>>,
}

/// One thing said of an issue. It has no key of its own.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Post<'a> {
    #[serde(borrow)]
    pub created_date_time: Field<Text<'a>>,
    #[serde(borrow)]
    pub description: Field<Object<Content<'a>>>,
}

/// The text of a post.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Content<'a> {
    /// HTML, whatever `contentType` says: plain text has been seen to hold tags.
    #[serde(borrow)]
    pub content: Field<Text<'a>>,
}
