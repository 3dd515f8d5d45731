//! The documents of a status page of Uptime Kuma's, as far as they are read. From `server/routers/status-page-router.js`
//! and `server/model/{status_page,incident,maintenance,heartbeat}.js` (github.com/louislam/uptime-kuma), read 2026-11.

use serde::Deserialize;

use crate::normalize::field::{Field, List, Named, Object, Text, Truth, Word, not_there};

/// `/api/status-page/{slug}`.
#[derive(Debug, Deserialize)]
#[serde(default)]
pub struct Page<'a> {
    #[serde(borrow)]
    pub config: Field<Object<Config<'a>>>,
    /// Up to 2.0 the one that is pinned, or `null`.
    #[serde(borrow)]
    pub incident: Field<Object<Incident<'a>>>,
    /// Since then all that are pinned and active.
    #[serde(borrow)]
    pub incidents: Field<List<Incident<'a>>>,
    #[serde(borrow, rename = "publicGroupList")]
    pub groups: Field<List<Group<'a>>>,
    /// Only what is under way.
    #[serde(borrow, rename = "maintenanceList")]
    pub maintenances: Field<List<Maintenance<'a>>>,
}

impl Default for Page<'_> {
    fn default() -> Self {
        Self {
            config: Field::Absent,
            incident: not_there(),
            incidents: not_there(),
            groups: Field::Absent,
            maintenances: Field::Absent,
        }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Config<'a> {
    #[serde(borrow)]
    pub slug: Field<Text<'a>>,
    #[serde(borrow)]
    pub title: Field<Text<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Group<'a> {
    #[serde(borrow)]
    pub name: Field<Text<'a>>,
    #[serde(borrow, rename = "monitorList")]
    pub monitors: Field<List<Monitor<'a>>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Monitor<'a> {
    #[serde(borrow)]
    pub id: Field<Word<'a>>,
    #[serde(borrow)]
    pub name: Field<Text<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Incident<'a> {
    #[serde(borrow)]
    pub id: Field<Word<'a>>,
    /// The colour of the box: `info`, `warning`, `danger`, `primary`, `light`, `dark`.
    #[serde(borrow)]
    pub style: Field<Word<'a>>,
    #[serde(borrow)]
    pub title: Field<Text<'a>>,
    /// Markdown.
    #[serde(borrow)]
    pub content: Field<Text<'a>>,
    /// Since 2.1.
    pub active: Field<Truth>,
    /// `2026-11-22 10:00:00`, in UTC.
    #[serde(borrow, rename = "createdDate")]
    pub created: Field<Text<'a>>,
    #[serde(borrow, rename = "lastUpdatedDate")]
    pub updated: Field<Text<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Maintenance<'a> {
    #[serde(borrow)]
    pub id: Field<Word<'a>>,
    #[serde(borrow)]
    pub title: Field<Text<'a>>,
    #[serde(borrow)]
    pub description: Field<Text<'a>>,
    /// `under-maintenance`.
    #[serde(borrow)]
    pub status: Field<Word<'a>>,
    /// `Europe/Berlin`.
    #[serde(borrow)]
    pub timezone: Field<Text<'a>>,
    #[serde(borrow, rename = "timeslotList")]
    pub slots: Field<List<Slot<'a>>>,
}

/// When a maintenance is, in its zone, or in UTC with a `Z`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Slot<'a> {
    #[serde(borrow, rename = "startDate")]
    pub start: Field<Text<'a>>,
    #[serde(borrow, rename = "endDate")]
    pub end: Field<Text<'a>>,
}

/// `/api/status-page/heartbeat/{slug}`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Heartbeats<'a> {
    /// The beats by the monitors' ids.
    #[serde(borrow, rename = "heartbeatList")]
    pub list: Field<Beats<'a>>,
    #[serde(borrow, rename = "uptimeList")]
    pub uptime: Field<Named<'a, serde::de::IgnoredAny>>,
}

/// A monitor's last beats, the oldest first. One that stands for a span without any is a bare `0`.
pub type Beats<'a> = crate::normalize::field::Lists<'a, Beat<'a>>;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Beat<'a> {
    /// 0 down, 1 up, 2 pending (it failed and is tried again), 3 under maintenance.
    #[serde(borrow)]
    pub status: Field<Word<'a>>,
    /// `2026-11-22 10:00:00.123` in UTC; with `T` and `Z` for a beat that stands for a span.
    #[serde(borrow)]
    pub time: Field<Text<'a>>,
    /// Both are named for this alone: a beat in which one of them stands twice was torn together from two, and is none.
    pub msg: serde::de::IgnoredAny,
    pub ping: serde::de::IgnoredAny,
}
