//! The status of one of Zscaler's clouds, as far as it is read. From bodies of 2026-08 and their reader
//! (github.com/bjgreenberg/vendor-dashboard), read 2026-11.

use serde::Deserialize;

use crate::normalize::field::{Field, List, Object, Text, Word};

/// The whole document.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Document<'a> {
    #[serde(borrow)]
    pub data: Field<Object<Data<'a>>>,
}

/// What the cloud says.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Data<'a> {
    /// What the numbers of severities mean, in each document anew.
    #[serde(borrow)]
    pub severity: Field<List<Severity<'a>>>,
    #[serde(borrow)]
    pub category: Field<List<Category<'a>>>,
}

/// One line of the legend.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Severity<'a> {
    #[serde(borrow)]
    pub tid: Field<Word<'a>>,
    #[serde(borrow)]
    pub name: Field<Text<'a>>,
    /// `1` where Zscaler's own page paints it as trouble.
    #[serde(borrow)]
    pub visible: Field<Word<'a>>,
}

/// A group of services.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Category<'a> {
    #[serde(borrow, rename = "subCategory")]
    pub services: Field<List<Service<'a>>>,
}

/// A service. Its `status` is `true` whatever happens, and is not read.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Service<'a> {
    #[serde(borrow)]
    pub tid: Field<Word<'a>>,
    #[serde(borrow)]
    pub name: Field<Text<'a>>,
    /// What goes on now; absent when nothing does.
    #[serde(borrow, rename = "category_status")]
    pub active: Field<List<Event<'a>>>,
    /// What went on in the last week, and goes on.
    #[serde(borrow)]
    pub issues: Field<List<Event<'a>>>,
}

/// Something that happens to a service.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Event<'a> {
    /// Stands in what goes on now only.
    #[serde(borrow)]
    pub id: Field<Word<'a>>,
    /// `/posts/31106`.
    #[serde(borrow)]
    pub alias: Field<Text<'a>>,
    #[serde(borrow)]
    pub title: Field<Text<'a>>,
    /// HTML: what is said of it, each part with its time.
    #[serde(borrow)]
    pub description: Field<Text<'a>>,
    #[serde(borrow, rename = "severityTid")]
    pub severity: Field<Word<'a>>,
    /// `In Progress`, `Resolved`.
    #[serde(borrow)]
    pub status: Field<Text<'a>>,
    #[serde(borrow)]
    pub from: Field<Text<'a>>,
    #[serde(borrow)]
    pub to: Field<Text<'a>>,
}
