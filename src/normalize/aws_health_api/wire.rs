//! The answers of the AWS Health API, as far as they are read. From its model of 2016-08-04 as botocore 1.44.5 carries it
//! (`health/2016-08-04/service-2.json`, JSON 1.1), read 2026-11. Times are seconds since 1970, often with a fraction.

use serde::Deserialize;

use crate::normalize::field::{Field, List, Number, Object, Text, Words};

/// A page of `DescribeEvents` or `DescribeEventsForOrganization`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Events<'a> {
    #[serde(borrow)]
    pub events: Field<List<Event<'a>>>,
    /// What the next page is asked for by.
    #[serde(borrow)]
    pub next_token: Field<Text<'a>>,
}

/// One event. It has no title and no text: those are asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Event<'a> {
    #[serde(borrow)]
    pub arn: Field<Text<'a>>,
    /// `EC2`.
    #[serde(borrow)]
    pub service: Field<Text<'a>>,
    /// `AWS_EC2_OPERATIONAL_ISSUE`.
    #[serde(borrow)]
    pub event_type_code: Field<Text<'a>>,
    /// `issue`, `investigation`, `scheduledChange`, `accountNotification`.
    #[serde(borrow)]
    pub event_type_category: Field<Text<'a>>,
    /// `PUBLIC`, `ACCOUNT_SPECIFIC`, `NONE`.
    #[serde(borrow)]
    pub event_scope_code: Field<Text<'a>>,
    /// `us-east-1`, `global`.
    #[serde(borrow)]
    pub region: Field<Text<'a>>,
    #[serde(borrow)]
    pub availability_zone: Field<Text<'a>>,
    pub start_time: Field<Number>,
    pub end_time: Field<Number>,
    pub last_updated_time: Field<Number>,
    /// `open`, `upcoming`, `closed`.
    #[serde(borrow)]
    pub status_code: Field<Text<'a>>,
}

/// `DescribeEventDetails` or `DescribeEventDetailsForOrganization`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Details<'a> {
    #[serde(borrow)]
    pub successful_set: Field<List<Detail<'a>>>,
    #[serde(borrow)]
    pub failed_set: Field<List<Failed<'a>>>,
}

/// What an event says.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Detail<'a> {
    #[serde(borrow)]
    pub event: Field<Object<Event<'a>>>,
    #[serde(borrow)]
    pub event_description: Field<Object<Description<'a>>>,
}

/// The text, edited in place: the newest word stands first in it, or alone.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Description<'a> {
    #[serde(borrow)]
    pub latest_description: Field<Text<'a>>,
}

/// An event whose details were not given.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Failed<'a> {
    #[serde(borrow)]
    pub error_name: Field<Text<'a>>,
}

/// `DescribeAffectedAccountsForOrganization`, which does not repeat the event that it was asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Accounts<'a> {
    #[serde(borrow)]
    pub affected_accounts: Field<Words<'a>>,
    #[serde(borrow)]
    pub next_token: Field<Text<'a>>,
}

/// `DescribeAffectedEntities`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Entities<'a> {
    #[serde(borrow)]
    pub entities: Field<List<Entity<'a>>>,
    #[serde(borrow)]
    pub next_token: Field<Text<'a>>,
}

/// Something of ours that is touched.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Entity<'a> {
    #[serde(borrow)]
    pub event_arn: Field<Text<'a>>,
    /// `i-0123…`, a name, an account's number.
    #[serde(borrow)]
    pub entity_value: Field<Text<'a>>,
    /// `IMPAIRED`, `UNIMPAIRED`, `UNKNOWN`, `PENDING`, `RESOLVED`.
    #[serde(borrow)]
    pub status_code: Field<Text<'a>>,
}

/// An error, in the body of a failing status.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Refusal<'a> {
    /// The name of the error, perhaps behind its namespace and a `#`.
    #[serde(borrow, rename = "__type")]
    pub kind: Field<Text<'a>>,
    #[serde(borrow)]
    pub message: Field<Text<'a>>,
    #[serde(borrow, rename = "Message")]
    pub message_in_capitals: Field<Text<'a>>,
}
