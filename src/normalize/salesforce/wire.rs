//! Salesforce's Trust API, version 1, as far as it is read. From `heroku/cli`, `src/commands/status.ts` with its fixtures
//! (2026-08), a body of `/products/Tableau` (2026-09) and other clients of the same addresses, read 2026-11.

use serde::Deserialize;

use crate::normalize::field::{Field, List, Object, Text, Truth, Word, Words};

pub type Instances<'a> = Field<List<Instance<'a>>>;
pub type Incidents<'a> = Field<List<Incident<'a>>>;
pub type Maintenances<'a> = Field<List<Maintenance<'a>>>;

/// Where a customer's org lives.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Instance<'a> {
    #[serde(borrow)]
    pub key: Field<Word<'a>>,
    /// `NA`, `EMEA`, `APAC`.
    #[serde(borrow)]
    pub location: Field<Text<'a>>,
    /// `production`, `sandbox`.
    #[serde(borrow)]
    pub environment: Field<Text<'a>>,
    #[serde(borrow)]
    pub status: Field<Text<'a>>,
    #[serde(rename = "isActive")]
    pub is_active: Field<Truth>,
}

/// An incident. It has no title.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Incident<'a> {
    #[serde(borrow)]
    pub id: Field<Word<'a>>,
    /// `Active`, `Resolved`; some bodies have none.
    #[serde(borrow)]
    pub status: Field<Text<'a>>,
    /// `Degradation`, `Disruption`; some bodies have none.
    #[serde(borrow, rename = "type")]
    pub kind: Field<Text<'a>>,
    #[serde(rename = "isCore")]
    pub is_core: Field<Truth>,
    #[serde(borrow)]
    pub message: Field<Object<Message<'a>>>,
    #[serde(borrow, rename = "createdAt")]
    pub created: Field<Text<'a>>,
    #[serde(borrow, rename = "IncidentImpacts")]
    pub impacts: Field<List<Hurt<'a>>>,
    #[serde(borrow, rename = "IncidentEvents")]
    pub events: Field<List<Event<'a>>>,
    #[serde(borrow, rename = "instanceKeys")]
    pub instances: Field<Words<'a>>,
    #[serde(borrow, rename = "serviceKeys")]
    pub services: Field<Words<'a>>,
}

/// A maintenance.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Maintenance<'a> {
    #[serde(borrow)]
    pub id: Field<Word<'a>>,
    #[serde(borrow)]
    pub name: Field<Text<'a>>,
    #[serde(borrow)]
    pub message: Field<Object<Message<'a>>>,
    #[serde(borrow, rename = "plannedStartTime")]
    pub planned_start: Field<Text<'a>>,
    #[serde(borrow, rename = "plannedEndTime")]
    pub planned_end: Field<Text<'a>>,
    #[serde(borrow, rename = "additionalInformation")]
    pub information: Field<Text<'a>>,
    #[serde(borrow, rename = "MaintenanceEvents")]
    pub events: Field<List<Event<'a>>>,
    #[serde(borrow, rename = "instanceKeys")]
    pub instances: Field<Words<'a>>,
    #[serde(borrow, rename = "serviceKeys")]
    pub services: Field<Words<'a>>,
}

/// What is said beside it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Message<'a> {
    #[serde(borrow)]
    pub subject: Field<Text<'a>>,
    #[serde(borrow, rename = "eventStatus")]
    pub status: Field<Text<'a>>,
    #[serde(borrow, rename = "rootCause")]
    pub root_cause: Field<Text<'a>>,
    #[serde(borrow, rename = "actionPlan")]
    pub action_plan: Field<Text<'a>>,
}

/// How an incident hurts, from when to when.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Hurt<'a> {
    #[serde(borrow, rename = "startTime")]
    pub start: Field<Text<'a>>,
    /// `null`, or empty, while it does.
    #[serde(borrow, rename = "endTime")]
    pub end: Field<Text<'a>>,
    /// `serviceDisruption`, `featurePerfDegradation` and dozens more.
    #[serde(borrow, rename = "type")]
    pub kind: Field<Text<'a>>,
    #[serde(borrow)]
    pub severity: Field<Text<'a>>,
}

/// One thing said of it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Event<'a> {
    #[serde(borrow)]
    pub id: Field<Word<'a>>,
    #[serde(borrow, rename = "type")]
    pub kind: Field<Text<'a>>,
    #[serde(borrow)]
    pub message: Field<Text<'a>>,
    #[serde(borrow, rename = "createdAt")]
    pub created: Field<Text<'a>>,
}
