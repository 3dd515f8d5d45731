//! What Instatus's words mean. The page's own word and those of groups say how many are hurt before saying how badly
//! (`SOMEPARTIALOUTAGE`), so they are known by their ends.

use crate::model::impact::Impact;
use crate::model::phase::{Kind, Phase};

/// How badly: of a component, an incident, a group or a page. `None` for a word never seen. The vendor's own list puts
/// the minor outage between the partial and the major one.
pub fn impact(word: &str) -> Option<Impact> {
    let bare = ["ALL", "SOME", "ONE"].iter().find_map(|many| word.strip_prefix(many)).unwrap_or(word);
    Some(match bare {
        "OPERATIONAL" => Impact::Operational,
        "UNDERMAINTENANCE" => Impact::Maintenance,
        "DEGRADEDPERFORMANCE" => Impact::Degraded,
        "PARTIALOUTAGE" | "MINOROUTAGE" => Impact::PartialOutage,
        "MAJOROUTAGE" => Impact::MajorOutage,
        _ => return None,
    })
}

/// Whether that is a word that Instatus has for a page as a whole. Checkly's has an underscore.
pub fn is_of_page(word: &str) -> bool {
    matches!(word, "UP" | "HASISSUES") || (word != "OPERATIONAL" && impact(word).is_some())
}

/// The phase; `None` for a word never seen.
pub fn phase(kind: Kind, word: &str) -> Option<Phase> {
    Some(match (kind, word) {
        (Kind::Incident, "INVESTIGATING") => Phase::Investigating,
        (Kind::Incident, "IDENTIFIED") => Phase::Identified,
        (Kind::Incident, "MONITORING") => Phase::Monitoring,
        (Kind::Incident, "RESOLVED") => Phase::Resolved,
        (Kind::Maintenance, "NOTSTARTEDYET") => Phase::Scheduled,
        (Kind::Maintenance, "INPROGRESS") => Phase::InProgress,
        (Kind::Maintenance, "VERIFYING") => Phase::Verifying,
        (Kind::Maintenance, "COMPLETED" | "RESOLVED") => Phase::Completed,
        _ => return None,
    })
}
