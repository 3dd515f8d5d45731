//! What Azure's words mean, in whatever case and with whatever spaces. A word never seen is unknown, and that is said.

use crate::model::impact::Impact;
use crate::model::phase::Kind;

/// What an event is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    /// Something that is wrong, or is planned.
    Told(Kind),
    /// The review of something that was wrong.
    Review,
    /// Neither: advice, retirements, security, bills.
    Advice,
}

fn plain(word: &str) -> String {
    word.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase()
}

/// What an event is; `None` for a word never seen.
pub fn event_type(word: &str) -> Option<Type> {
    Some(match plain(word).as_str() {
        "serviceissue" | "incident" | "emergingissues" => Type::Told(Kind::Incident),
        "plannedmaintenance" | "maintenance" => Type::Told(Kind::Maintenance),
        "rca" => Type::Review,
        "healthadvisory" | "securityadvisory" | "billing" | "informational" | "information" | "actionrequired"
        | "security" => Type::Advice,
        _ => return None,
    })
}

/// How far it has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// It goes on, or is planned.
    Active,
    /// It was put off or is being done: the words of a maintenance.
    Planned,
    InProgress,
    /// It is over.
    Over,
    /// It will not be.
    Cancelled,
}

/// How far it has come; `None` for a word never seen.
pub fn status(word: &str) -> Option<Status> {
    Some(match plain(word).as_str() {
        "active" => Status::Active,
        "planned" | "scheduled" | "rescheduled" => Status::Planned,
        "inprogress" => Status::InProgress,
        "resolved" | "mitigated" | "complete" | "completed" => Status::Over,
        "canceled" | "cancelled" => Status::Cancelled,
        _ => return None,
    })
}

/// How bad it is; `None` for a word never seen.
///
/// Microsoft's page on Service Health's notifications: an error is widespread, over several services and regions; a
/// warning is of certain services or regions; informational is management and latency. "Critical" is in the enumeration
/// alone. The public page's three severities are these, without "critical".
pub fn impact(level: &str) -> Option<Impact> {
    Some(match plain(level).as_str() {
        "critical" | "error" => Impact::MajorOutage,
        "warning" => Impact::PartialOutage,
        "informational" | "information" => Impact::Degraded,
        _ => return None,
    })
}
