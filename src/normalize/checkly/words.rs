//! What Checkly's words mean.

use crate::model::impact::Impact;
use crate::model::phase::{Kind, Phase};

/// How badly, of an incident or of a service; `None` for a word never seen.
pub fn impact(word: &str) -> Option<Impact> {
    Some(match word {
        "OPERATIONAL" => Impact::Operational,
        "MAINTENANCE" | "UNDER_MAINTENANCE" => Impact::Maintenance,
        "MINOR" | "MEDIUM" => Impact::Degraded,
        "MAJOR" => Impact::PartialOutage,
        "CRITICAL" => Impact::MajorOutage,
        _ => return None,
    })
}

/// Whether that is a word that Checkly has for a page as a whole. Instatus has no underscore, and never `OPERATIONAL`.
pub fn is_of_page(word: &str) -> bool {
    matches!(word, "OPERATIONAL" | "HAS_ISSUES" | "MAINTENANCE" | "UNDER_MAINTENANCE")
}

/// The phase; `None` for a word never seen.
pub fn phase(kind: Kind, word: &str) -> Option<Phase> {
    Some(match (kind, word) {
        (Kind::Incident, "INVESTIGATING") => Phase::Investigating,
        (Kind::Incident, "IDENTIFIED") => Phase::Identified,
        (Kind::Incident, "MONITORING") => Phase::Monitoring,
        (Kind::Incident, "RESOLVED") => Phase::Resolved,
        (Kind::Maintenance, "SCHEDULED") => Phase::Scheduled,
        (Kind::Maintenance, "IN_PROGRESS") => Phase::InProgress,
        (Kind::Maintenance, "COMPLETED" | "RESOLVED") => Phase::Completed,
        _ => return None,
    })
}
