//! How a page that no format knows is to be read: what a vendor's file says in `[source.map]`. The comments here are
//! its manual, and the schema for editors is made of them.
//!
//! Only what was written is kept here. `normalize::mapping` makes it ready once, when the configuration is made.

use std::any::Any;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Serialize};

use super::format::Evidence;
use super::impact::Impact;
use super::phase::Phase;

/// How one page is to be read. An expression is, with `format = "json"`, a text in jq; with `format = "html"`, a CSS
/// selector, or a table `{ select, attribute, regex }`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// What proves that it is this page, whole, whether all is well or not. JSON: an expression that must be `true`.
    /// HTML: `{ select = "h1", text = "Acme Status" }`, an element that must be there and hold this text. Without its
    /// sign a page is unreadable, and never quiet.
    pub sign: Expression,
    /// JSON only: one expression that makes of the whole document `{incidents: […], maintenances: […], components: […]}`
    /// with the fields named as the keys here. Items and fields that are not given are then found by these names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub everything: Option<Expression>,
    /// HTML only: what the page must hold near its end, or it is cut short. Usual is "</html>".
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ends: Option<String>,
    /// Finds the address of the next page of the list, on the same host. At most five pages are read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<Expression>,
    /// How its times are written.
    #[serde(default)]
    pub time: TimeRules,
    /// Its incidents.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub incidents: Option<EntryRules>,
    /// Its maintenances.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub maintenances: Option<EntryRules>,
    /// Its components.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub components: Option<ComponentRules>,
    /// How well it is known. It is guessed, unless the vendor's own folder holds a sample with its result beside it.
    #[serde(skip, default = "guessed")]
    pub evidence: Evidence,
    /// What was made of it.
    #[serde(skip)]
    pub ready: Slot,
}

const fn guessed() -> Evidence {
    Evidence::Guessed
}

/// How incidents or maintenances are found, and what is read of each. Fields are found inside the item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EntryRules {
    /// Finds the items, one for each incident: jq `.incidents[]`, CSS "div.incident". With `everything` it may be left
    /// out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub items: Option<Expression>,
    /// What it means that something is not listed.
    pub covers: ListCovers,
    /// What the page shows instead when there is no item. JSON: an expression that must be true. HTML: an element,
    /// with `text` if that tells it. Without it a page that was rebuilt looks like a quiet one, so for HTML it must be
    /// there where `covers` is "all-open".
    #[serde(skip_serializing_if = "Option::is_none")]
    pub none: Option<Expression>,
    /// The vendor's own key: an id, the address of the incident's page. The same as long as the incident lives, so
    /// never a title or a time. With `everything`: `.key`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<Expression>,
    /// The title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<Expression>,
    /// The vendor's word for how bad it is. Without it the impact is unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub impact: Option<Expression>,
    /// The vendor's word for how far it has come. Without it an incident is open until it has an `ended`, and a
    /// maintenance goes by its times.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phase: Option<Expression>,
    /// When it began; of a maintenance, its planned beginning.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started: Option<Expression>,
    /// When it ended; of a maintenance, its planned end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended: Option<Expression>,
    /// When the vendor last said anything of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updated: Option<Expression>,
    /// The names (or keys) of the components that it hurts. Those that `components` lists are taken from there. In
    /// JSON also objects `{key, name, group, region}`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub components: Option<Expression>,
    /// The regions that it names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub regions: Option<Expression>,
    /// The address of its own page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<Expression>,
    /// What the vendor says of it, where that is one text and no list of `updates`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<Expression>,
    /// Finds the address of a page with the details of one item, on the same host. Fields that the item itself lacks
    /// are looked for there. At most twenty are read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub details: Option<Expression>,
    /// The vendor's words one after another.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updates: Option<UpdateRules>,
    /// The vendor's words for how bad it is, and ours: { "Service Down" = "major_outage" }. Any case; `*` stands for any
    /// letters; "" for no word at all. A word that is not here is unknown and a warning, unless it is one of ours.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub impacts: BTreeMap<String, Impact>,
    /// The vendor's words for how far it has come, and ours: { "Fixed" = "resolved" }, written as in `impacts`. A word
    /// that is not here counts as open, and is a warning.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub phases: BTreeMap<String, Phase>,
}

/// How the updates of an incident are found inside its item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateRules {
    /// Finds the updates. With `everything` it may be left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub items: Option<Expression>,
    /// The vendor's key for it; without one it is known by its time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<Expression>,
    /// When it was said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<Expression>,
    /// The vendor's word for the phase it tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phase: Option<Expression>,
    /// The text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<Expression>,
}

/// How components are found, and what is read of each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ComponentRules {
    /// Finds the items, one for each component. A page without any is unreadable. With `everything` it may be left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub items: Option<Expression>,
    /// What it means that a component is not listed.
    pub covers: ComponentCovers,
    /// The vendor's own key; without it the name is the key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<Expression>,
    /// The name, as the inventory will choose it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Expression>,
    /// The product or group that it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<Expression>,
    /// The region that it stands in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<Expression>,
    /// The vendor's word for how it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<Expression>,
    /// The vendor's words for it, and ours: { "Up" = "operational" }. Any case; `*` stands for any letters; "" for no
    /// word at all. A word that is not here is unknown and a warning, unless it is one of ours.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub statuses: BTreeMap<String, Impact>,
}

/// What it means that an incident or a maintenance is not listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ListCovers {
    /// All that are open are listed: what is missing for half an hour and five looks is over.
    AllOpen,
    /// The latest ones are listed: what is older than all of them may have been pushed out.
    Window,
    /// What is missing proves nothing. An incident is over only when the vendor says so.
    Delta,
}

/// What it means that a component is not listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ComponentCovers {
    /// All components are listed, well or not.
    All,
    /// Only those are listed that are not well: one that is missing is well again.
    AllUnwell,
    /// What is missing proves nothing.
    Delta,
}

/// How a page writes its times. Without any of it, what can be told by itself is read: RFC 3339, times as in mails,
/// seconds and milliseconds since 1970, "Aug 21, 00:37 UTC", "2026-08-21 00:37:10".
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TimeRules {
    /// As in `date` and `strptime`: "%b %d, %Y %H:%M %Z". Several are tried in their order. Where the year is missing it
    /// is the latest that does not lie ahead, and for maintenances the nearest.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub formats: Vec<String>,
    /// The zone of times that do not say theirs: an IANA name, "America/Chicago", or an abbreviation or offset. Without
    /// it they count as UTC, and each says that this is not certain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
}

/// How one thing is found: a text (jq or a CSS selector), or what is cut out of an element.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Expression {
    /// jq, or a selector whose element's text is meant.
    Short(String),
    /// What is cut out of an element.
    Cut(Cut),
}

/// What is cut out of an HTML element.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Cut {
    /// A CSS selector. Without it: the item itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub select: Option<String>,
    /// Then the nearest element beside it, further down, that this CSS selector fits: "dd" of a `dt`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// Or the nearest one beside it, further up: the heading above a list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// This attribute's value instead of the text: "href", "datetime", "class".
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attribute: Option<String>,
    /// Only what this regular expression matches; its first group, if it has one. What it does not match counts as
    /// absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub regex: Option<String>,
    /// For `sign` and `none`: a part of the text that must stand there, in any case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

impl<'de> Deserialize<'de> for Expression {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> serde::de::Visitor<'de> for Either {
            type Value = Expression;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text in quotes, or a table { select = …, attribute = …, regex = … }")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Expression, E> {
                Ok(Expression::Short(text.to_owned()))
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(self, map: A) -> Result<Expression, A::Error> {
                Cut::deserialize(serde::de::value::MapAccessDeserializer::new(map)).map(Expression::Cut)
            }
        }
        deserializer.deserialize_any(Either)
    }
}

impl schemars::JsonSchema for Expression {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Expression".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let cut = generator.subschema_for::<Cut>();
        schemars::json_schema!({
            "description": "With format = \"json\": jq, as `.name`. With format = \"html\": a CSS selector, or a table.",
            "anyOf": [{ "type": "string" }, cut]
        })
    }
}

/// Room for what was made of a mapping. It is filled once, from the mapping alone, and clones share it; so it is no
/// part of what two mappings are compared by.
#[derive(Clone, Default)]
pub struct Slot(Arc<OnceLock<Arc<dyn Any + Send + Sync>>>);

impl Slot {
    /// What was made of the mapping; `make` makes it the first time.
    #[must_use]
    pub fn filled<T: Any + Send + Sync>(&self, make: impl FnOnce() -> T) -> Option<Arc<T>> {
        Arc::clone(self.0.get_or_init(|| Arc::new(make()))).downcast().ok()
    }
}

impl PartialEq for Slot {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Slot {}

impl fmt::Debug for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Slot")
    }
}
