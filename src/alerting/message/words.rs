//! The words for impacts, places and lists.

use crate::model::effect::{Cause, EffectKind};
use crate::model::impact::Impact;
use crate::model::notification::{Facts, HurtService, Topic};

/// The most names that one list spells out.
const NAMES: usize = 12;

/// What a service does now, for a sentence: "EHR *is down*".
#[must_use]
pub const fn does(impact: Impact) -> &'static str {
    match impact {
        Impact::Operational => "is hurt",
        Impact::Maintenance => "is under maintenance",
        Impact::Degraded => "works badly",
        Impact::PartialOutage => "is partly down",
        Impact::MajorOutage => "is down",
        Impact::Unknown => "may be hurt",
    }
}

/// What a service did, for the sentence about an end: "EHR *was down*".
#[must_use]
pub const fn did(impact: Impact) -> &'static str {
    match impact {
        Impact::Operational => "was hurt",
        Impact::Maintenance => "was under maintenance",
        Impact::Degraded => "worked badly",
        Impact::PartialOutage => "was partly down",
        Impact::MajorOutage => "was down",
        Impact::Unknown => "may have been hurt",
    }
}

/// How a service is, in a word or two: for the tag of a subject and for lists.
#[must_use]
pub const fn state(impact: Impact) -> &'static str {
    match impact {
        Impact::Operational => "Hurt",
        Impact::Maintenance => "Maintenance",
        Impact::Degraded => "Degraded",
        Impact::PartialOutage => "Partly down",
        Impact::MajorOutage => "DOWN",
        Impact::Unknown => "Impact unknown",
    }
}

/// Where a service is used, with its preposition: "at 6 of 7 sites".
#[must_use]
pub fn place(service: &HurtService, facts: &Facts) -> String {
    let (here, all) = (service.sites.len(), facts.sites_in_all as usize);
    match service.sites.as_slice() {
        [] => "at all sites".to_owned(),
        [one] => format!("at {one}"),
        [_, _] if all == 2 => "at both sites".to_owned(),
        _ if here == all => format!("at all {all} sites"),
        _ if all > here => format!("at {here} of {all} sites"),
        _ => format!("at {here} sites"),
    }
}

/// A list for people: twelve names, then "and 19 more".
#[must_use]
pub fn list<S: AsRef<str>>(names: &[S]) -> String {
    let shown = names.iter().take(NAMES).map(AsRef::as_ref).collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(NAMES) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// The service that a message is named after: the most needed one of those that the message is about.
#[must_use]
pub fn lead(topic: &Topic) -> Option<&HurtService> {
    let over = is_over(topic);
    topic.services.iter().find(|s| over || s.effect != EffectKind::Over).or_else(|| topic.services.first())
}

/// What the message tells: what happened last. What grew or eased before its beginning was told has only begun for whoever
/// reads it.
#[must_use]
pub fn now(topic: &Topic) -> EffectKind {
    let last = topic.told.last().copied().unwrap_or(EffectKind::Hurt);
    let mut since_over = topic.told.iter().rev().take_while(|kind| **kind != EffectKind::Over);
    let begins = since_over.any(|kind| *kind == EffectKind::Hurt);
    if begins { EffectKind::Hurt } else { last }
}

/// Whether the topic is at its end.
#[must_use]
pub fn is_over(topic: &Topic) -> bool {
    match &topic.ahead {
        Some(ahead) => ahead.kind.is_off(),
        None => now(topic) == EffectKind::Over,
    }
}

/// Whether the topic tells that nobody can see, rather than that something is wrong.
#[must_use]
pub const fn is_unseen(topic: &Topic) -> bool {
    match topic.cause {
        Cause::Blind(_) | Cause::Offline | Cause::Sight(_) => true,
        Cause::Incident(_) | Cause::Component { .. } => false,
    }
}

/// Whether one of the services is hurt although this is over: by something else, or by this after all.
#[must_use]
pub fn still_hurt(topic: &Topic) -> bool {
    topic.services.iter().any(|s| !s.still.is_empty() || s.effect != EffectKind::Over)
}

/// "1 service", "3 services".
#[must_use]
pub fn count(n: usize, one: &str) -> String {
    format!("{n} {one}{}", if n == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_names_twelve() {
        let names: Vec<String> = (1..=31).map(|n| format!("s{n}")).collect();
        assert!(list(&names).ends_with("s11, s12 and 19 more"));
        assert_eq!(list(&names[..12]).matches(',').count(), 11);
        assert_eq!(list::<&str>(&[]), "");
    }

    #[test]
    fn unknown_is_never_worded_as_fine() {
        assert!(does(Impact::Unknown).contains("may be hurt"));
        assert!(did(Impact::Unknown).contains("may have been hurt"));
        assert_eq!(state(Impact::Unknown), "Impact unknown");
    }
}
