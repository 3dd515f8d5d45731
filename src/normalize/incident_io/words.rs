//! What incident.io's words mean. A word never seen is unknown, and that is said by who reads it.

use crate::model::impact::Impact;
use crate::model::phase::{Kind, Phase};

/// The status of a component; `None` for a word never seen. Here the worst is `full_outage`, not Statuspage's
/// `major_outage`, which pages that came from there have been seen with.
pub fn status(word: &str) -> Option<Impact> {
    Some(match word {
        "operational" => Impact::Operational,
        "under_maintenance" => Impact::Maintenance,
        "degraded_performance" => Impact::Degraded,
        "partial_outage" => Impact::PartialOutage,
        "full_outage" | "major_outage" => Impact::MajorOutage,
        _ => return None,
    })
}

/// The phase; `None` for a word never seen.
pub fn phase(word: &str) -> Option<Phase> {
    Some(match word {
        "investigating" => Phase::Investigating,
        "identified" => Phase::Identified,
        "monitoring" => Phase::Monitoring,
        "resolved" => Phase::Resolved,
        "maintenance_scheduled" => Phase::Scheduled,
        "maintenance_in_progress" => Phase::InProgress,
        "maintenance_complete" => Phase::Completed,
        _ => return None,
    })
}

/// Incident or maintenance: its type says it, else its status, else the list that it stands in.
pub fn kind(word: &str, status: &str, list: Kind) -> Kind {
    match word {
        "maintenance" => Kind::Maintenance,
        _ if status.starts_with("maintenance_") => Kind::Maintenance,
        "incident" => Kind::Incident,
        _ => list,
    }
}
