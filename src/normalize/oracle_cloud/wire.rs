//! `components.json` of Oracle's dashboard, as far as it is read. From
//! `https://docs.oracle.com/en-us/iaas/Content/General/Concepts/status-service.htm` (2024-07-19), read 2026-11.

use serde::Deserialize;

use crate::normalize::field::{Field, List, Text};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Components<'a> {
    /// `OC1`; the government's are others.
    #[serde(borrow)]
    pub realm: Field<Text<'a>>,
    #[serde(borrow, rename = "regionHealthReports")]
    pub regions: Field<List<Region<'a>>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Region<'a> {
    /// `US East (Ashburn)`.
    #[serde(borrow, rename = "regionName")]
    pub name: Field<Text<'a>>,
    /// `us-ashburn-1`.
    #[serde(borrow, rename = "regionCanonicalName")]
    pub canonical: Field<Text<'a>>,
    #[serde(borrow, rename = "serviceHealthReports")]
    pub services: Field<List<Service<'a>>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Service<'a> {
    #[serde(borrow, rename = "serviceName")]
    pub name: Field<Text<'a>>,
    #[serde(borrow, rename = "serviceCanonicalName")]
    pub canonical: Field<Text<'a>>,
    #[serde(borrow, rename = "serviceCategoryName")]
    pub category: Field<Text<'a>>,
    /// `NormalPerformance`; printed `Normal Performance` in the documentation.
    #[serde(borrow, rename = "serviceStatus")]
    pub status: Field<Text<'a>>,
    /// The open ones.
    #[serde(borrow)]
    pub incidents: Field<List<Incident<'a>>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Incident<'a> {
    /// `ocid1.oraclecloudincident.…`
    #[serde(borrow, rename = "incidentId")]
    pub id: Field<Text<'a>>,
    #[serde(borrow)]
    pub severity: Field<Text<'a>>,
}
