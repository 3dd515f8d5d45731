//! What Microsoft's words mean (`serviceHealthStatus`, `serviceHealthClassificationType`), in either spelling. A word
//! never seen is unknown, and that is said.

use crate::model::impact::Impact;
use crate::model::phase::Phase;

/// The phase of an issue; `None` for a word never seen.
pub fn phase(word: &str) -> Option<Phase> {
    Some(match word.to_ascii_lowercase().as_str() {
        "investigating" | "reported" | "investigationsuspended" => Phase::Investigating,
        "servicedegradation" | "serviceinterruption" | "restoringservice" | "extendedrecovery" | "confirmed" => {
            Phase::Identified
        }
        "verifyingservice" | "mitigated" | "mitigatedexternal" => Phase::Monitoring,
        "servicerestored" | "serviceoperational" | "resolved" | "resolvedexternal" => Phase::Resolved,
        "postincidentreviewpublished" => Phase::Postmortem,
        // It never was: withdrawn, and not resolved.
        "falsepositive" => Phase::Cancelled,
        _ => return None,
    })
}

/// The status of a service; `None` for a word never seen.
///
/// While Microsoft only looks into something, nobody knows whether the service is hurt.
pub fn status(word: &str) -> Option<Impact> {
    Some(match word.to_ascii_lowercase().as_str() {
        "serviceoperational"
        | "servicerestored"
        | "postincidentreviewpublished"
        | "falsepositive"
        | "resolved"
        | "resolvedexternal" => Impact::Operational,
        "servicedegradation" | "restoringservice" | "extendedrecovery" | "verifyingservice" | "confirmed"
        | "mitigated" | "mitigatedexternal" => Impact::Degraded,
        "serviceinterruption" => Impact::MajorOutage,
        "investigating" | "reported" | "investigationsuspended" => Impact::Unknown,
        _ => return None,
    })
}

/// The impact of an issue by its class and its status; `None` for a class never seen.
///
/// Nearly every issue stands as "service degradation", be it a colour in a menu or a day without mail; what tells them
/// apart is the class. An advisory is of limited scope, and a tenant has a dozen open on any day.
pub fn impact(class: &str, status: &str) -> Option<Impact> {
    let is_interrupted = status.eq_ignore_ascii_case("serviceInterruption");
    Some(match (class.to_ascii_lowercase().as_str(), is_interrupted) {
        ("incident", true) => Impact::MajorOutage,
        ("incident", false) | ("advisory", true) => Impact::PartialOutage,
        ("advisory", false) => Impact::Degraded,
        _ => return None,
    })
}
