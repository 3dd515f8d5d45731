//! What Okta's page embeds, as far as it is read: objects of Salesforce. From pages of 2024 and readers of the live
//! page of 2026-07, read 2026-11.

use serde::Deserialize;

use crate::normalize::field::{Field, List, Text};

/// An incident, or a planned outage, which has the same fields.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Incident<'a> {
    #[serde(borrow, rename = "Id")]
    pub id: Field<Text<'a>>,
    #[serde(borrow, rename = "Status__c")]
    pub status: Field<Text<'a>>,
    #[serde(borrow, rename = "Category__c")]
    pub category: Field<Text<'a>>,
    #[serde(borrow, rename = "Incident_Title__c")]
    pub title: Field<Text<'a>>,
    #[serde(borrow, rename = "Title__c")]
    pub planned_title: Field<Text<'a>>,
    #[serde(borrow, rename = "Start_Time__c")]
    pub start: Field<Text<'a>>,
    #[serde(borrow, rename = "End_Time__c")]
    pub end: Field<Text<'a>>,
    /// A day only.
    #[serde(borrow, rename = "End_Date__c")]
    pub end_day: Field<Text<'a>>,
    #[serde(borrow, rename = "CreatedDate")]
    pub created: Field<Text<'a>>,
    /// What was said first.
    #[serde(borrow, rename = "Log__c")]
    pub log: Field<Text<'a>>,
    #[serde(borrow, rename = "Service_Feature__c")]
    pub feature: Field<Text<'a>>,
    #[serde(borrow, rename = "Okta_Sub_Service__c")]
    pub service: Field<Text<'a>>,
    /// Cells, parted by semicolons: `okta.com:1`.
    #[serde(borrow, rename = "Impacted_Cells__c")]
    pub cells: Field<Text<'a>>,
}

/// One thing said later of an incident.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Update<'a> {
    #[serde(borrow, rename = "Id")]
    pub id: Field<Text<'a>>,
    #[serde(borrow, rename = "IncidentId__c")]
    pub incident: Field<Text<'a>>,
    #[serde(borrow, rename = "UpdateLog__c")]
    pub text: Field<Text<'a>>,
    #[serde(borrow, rename = "CreatedDate")]
    pub created: Field<Text<'a>>,
}

pub type Incidents<'a> = Field<List<Incident<'a>>>;
pub type Updates<'a> = Field<List<Update<'a>>>;
