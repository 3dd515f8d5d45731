//! What Status.io's numbers mean.

use crate::model::impact::Impact;
use crate::model::phase::Phase;

/// How badly, and the vendor's word for the number; `None` for one never seen. A security event is told as the worst:
/// nobody knows what it reaches.
pub fn status(code: &str) -> Option<(&'static str, Impact)> {
    Some(match code {
        "100" => ("Operational", Impact::Operational),
        "200" => ("Planned Maintenance", Impact::Maintenance),
        "300" => ("Degraded Performance", Impact::Degraded),
        "400" => ("Partial Service Disruption", Impact::PartialOutage),
        "500" => ("Service Disruption", Impact::MajorOutage),
        "600" => ("Security Event", Impact::MajorOutage),
        _ => return None,
    })
}

/// How far an incident has come, and the vendor's word for the number; `None` for one never seen.
pub fn state(code: &str) -> Option<(&'static str, Phase)> {
    Some(match code {
        "100" => ("Investigating", Phase::Investigating),
        "200" => ("Identified", Phase::Identified),
        "300" => ("Monitoring", Phase::Monitoring),
        "400" => ("Resolved", Phase::Resolved),
        _ => return None,
    })
}

/// The same of a maintenance, whose numbers mean something else.
pub fn state_of_maintenance(code: &str) -> Option<(&'static str, Phase)> {
    Some(match code {
        "100" => ("Scheduled", Phase::Scheduled),
        "200" => ("In progress", Phase::InProgress),
        "300" => ("Completed", Phase::Completed),
        _ => return None,
    })
}
