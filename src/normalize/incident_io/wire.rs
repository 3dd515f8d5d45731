//! What a page of incident.io says of itself: the object `summary`, which `{page}/proxy/{host}` answers and which stands
//! in the page's HTML. Field sets from a recorded page of 2026-03 and from what open readers of live pages read of it
//! (OneUptime's `ExternalStatusPageMonitor.ts` and others, read 2026-11).

use serde::Deserialize;
use serde_json::Value;

use crate::normalize::field::{Field, List, Object, Text, Truth};

/// The page: what it has, what of it is hurt, what is open.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Summary<'a> {
    #[serde(borrow)]
    pub id: Field<Text<'a>>,
    #[serde(borrow)]
    pub public_url: Field<Text<'a>>,
    #[serde(borrow)]
    pub components: Field<List<Component<'a>>>,
    /// Those that are not well, and no others.
    #[serde(borrow)]
    pub affected_components: Field<List<Affected<'a>>>,
    #[serde(borrow)]
    pub ongoing_incidents: Field<List<Incident<'a>>>,
    #[serde(borrow)]
    pub scheduled_maintenances: Field<List<Incident<'a>>>,
    #[serde(borrow)]
    pub structure: Field<Object<Structure<'a>>>,
}

/// A component, without its status and its group.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Component<'a> {
    #[serde(borrow)]
    pub id: Field<Text<'a>>,
    #[serde(borrow)]
    pub name: Field<Text<'a>>,
}

/// How a component is hurt.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Affected<'a> {
    #[serde(borrow)]
    pub component_id: Field<Text<'a>>,
    /// In an incident, the worst that it was; on the page, how it is.
    #[serde(borrow)]
    pub status: Field<Text<'a>>,
    /// In an incident, how it is now.
    #[serde(borrow)]
    pub current_status: Field<Text<'a>>,
}

/// How the page is laid out.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Structure<'a> {
    #[serde(borrow)]
    pub items: Field<List<Item<'a>>>,
}

/// A group, or a component that stands alone.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Item<'a> {
    #[serde(borrow)]
    pub group: Field<Object<Group<'a>>>,
}

/// A group of components.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Group<'a> {
    #[serde(borrow)]
    pub name: Field<Text<'a>>,
    pub hidden: Field<Truth>,
    #[serde(borrow)]
    pub components: Field<List<Member<'a>>>,
}

/// A component in a group.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Member<'a> {
    #[serde(borrow)]
    pub component_id: Field<Text<'a>>,
}

/// `{page}/proxy/{host}/incidents`: the newest ones, open or over.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct History<'a> {
    #[serde(borrow)]
    pub incidents: Field<List<Incident<'a>>>,
}

/// An incident or a maintenance. In the list of links of a page it has neither updates nor components.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Incident<'a> {
    #[serde(borrow)]
    pub id: Field<Text<'a>>,
    #[serde(borrow)]
    pub name: Field<Text<'a>>,
    #[serde(borrow)]
    pub status: Field<Text<'a>>,
    #[serde(borrow, rename = "type")]
    pub kind: Field<Text<'a>>,
    #[serde(borrow)]
    pub published_at: Field<Text<'a>>,
    #[serde(borrow)]
    pub permalink: Field<Text<'a>>,
    #[serde(borrow)]
    pub affected_components: Field<List<Affected<'a>>>,
    #[serde(borrow)]
    pub component_impacts: Field<List<Span<'a>>>,
    #[serde(borrow)]
    pub updates: Field<List<Update<'a>>>,
}

/// From when to when something was hurt, or will be worked on.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Span<'a> {
    #[serde(borrow)]
    pub start_at: Field<Text<'a>>,
    #[serde(borrow)]
    pub end_at: Field<Text<'a>>,
}

/// One thing said.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Update<'a> {
    #[serde(borrow)]
    pub id: Field<Text<'a>>,
    #[serde(borrow)]
    pub to_status: Field<Text<'a>>,
    /// When it was said. People date it back: it may be earlier than the incident itself.
    #[serde(borrow)]
    pub published_at: Field<Text<'a>>,
    #[serde(borrow)]
    pub message_string: Field<Text<'a>>,
    /// The same as a tree of ProseMirror, the editor's.
    pub message: Value,
}
