//! The keys of `[alerting]` that make it certain that a message arrives.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::bellwether::Alerting;
use super::places::Findings;
use super::value::Period;

/// Which messages go by a second way where the first does not take them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SecondRouteFor {
    /// Those about life-safety, about a major outage, and about our own ways.
    #[default]
    Worst,
    /// All of them.
    All,
}

pub(super) fn check(alerting: &Alerting, findings: &mut Findings) {
    let after = alerting.second_route_after;
    if after < Period::seconds(30) || after > Period::seconds(3_600) {
        let way_out = "write a time from 30s to 1h, as \"2m\"";
        findings.error("alerting.second_route_after", "this is too short or too long", way_out);
    }
    if alerting.gather.is_some_and(|gather| gather > Period::seconds(300)) {
        findings.error("alerting.gather", "nobody would learn of it for that long", "write at most 5m, as \"20s\"");
    }
}
