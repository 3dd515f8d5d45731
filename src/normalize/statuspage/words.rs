//! What a Statuspage's words mean. A word never seen is unknown, and that is said: a table without `critical` once
//! showed a 229-minute outage as green.

use crate::model::impact::Impact;
use crate::model::phase::{Kind, Phase};

/// The impact of an incident or maintenance; `None` for a word never seen.
///
/// `none` is no claim that all is well (it often becomes `major` later), and `maintenance` stands on real incidents
/// too (Jira Service Management's of April 2022 began so): both are unknown.
pub fn impact(kind: Kind, word: &str) -> Option<Impact> {
    let impact = match word {
        "minor" => Impact::Degraded,
        "major" => Impact::PartialOutage,
        "critical" => Impact::MajorOutage,
        "none" | "maintenance" => Impact::Unknown,
        _ => return None,
    };
    Some(match kind {
        Kind::Incident => impact,
        Kind::Maintenance => Impact::Maintenance,
    })
}

/// The status of a component; `None` for a word never seen.
pub fn status(word: &str) -> Option<Impact> {
    Some(match word {
        "operational" => Impact::Operational,
        "under_maintenance" => Impact::Maintenance,
        "degraded_performance" => Impact::Degraded,
        "partial_outage" => Impact::PartialOutage,
        // The second is incident.io's.
        "major_outage" | "full_outage" => Impact::MajorOutage,
        _ => return None,
    })
}

/// The phase; `None` for a word never seen.
pub fn phase(kind: Kind, word: &str) -> Option<Phase> {
    Some(match (kind, word) {
        (Kind::Incident, "investigating") => Phase::Investigating,
        (Kind::Incident, "identified") => Phase::Identified,
        (Kind::Incident, "monitoring") => Phase::Monitoring,
        (Kind::Incident, "resolved") => Phase::Resolved,
        (Kind::Incident, "postmortem") => Phase::Postmortem,
        (Kind::Maintenance, "scheduled") => Phase::Scheduled,
        (Kind::Maintenance, "in_progress") => Phase::InProgress,
        (Kind::Maintenance, "verifying") => Phase::Verifying,
        (Kind::Maintenance, "completed" | "resolved") => Phase::Completed,
        (Kind::Maintenance, "cancelled" | "canceled") => Phase::Cancelled,
        _ => return None,
    })
}
