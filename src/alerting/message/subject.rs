//! The subject: one line for a lock screen.
//!
//! All that varies within a thread stands in brackets at the front; the rest is a stem that the messages of a thread
//! share. Clients that group by subject leave out what is bracketed (RFC 5256, "base subject").

use super::words::{self, count};
use super::{ahead, asking, clean, digest, keeping, shift, trouble};
use crate::model::clock_text::Times;
use crate::model::effect::{Cause, EffectKind};
use crate::model::impact::Impact;
use crate::model::incident::ResolvedHow;
use crate::model::notification::{Facts, OpenEnd, Topic};
use crate::model::phase::Kind;
use crate::model::restless::FlappingWord;
use crate::model::text;

/// The longest subject, in characters.
pub const SUBJECT_CHARS: usize = 120;
const SERVICE_CHARS: usize = 44;
const VENDOR_CHARS: usize = 28;
const BY_CHARS: usize = 40;

/// The subject of a message that tells `facts`.
#[must_use]
pub fn subject(facts: &Facts) -> String {
    let facts = &clean::facts(facts);
    let test = match (facts.drill, facts.test) {
        (true, _) => "[DRILL] ",
        (false, true) => "[TEST] ",
        (false, false) => "",
    };
    let line = match (&facts.shift, facts.topics.first()) {
        (Some(told), _) => format!("{test}{}", shift::subject(told, &Times::new(&facts.time_zone, facts.at))),
        (None, None) if facts.asks.is_some() => format!("{test}{}", asking::SUBJECT),
        (None, None) if let Some(trouble) = &facts.course.trouble => format!("{test}{}", trouble::subject(trouble)),
        (None, None) if facts.course.trial => format!("{test}CANARY: Bellwether can reach you here"),
        (None, None) => format!("{test}Bellwether can reach you here"),
        (None, Some(topic)) => {
            format!("{test}[{}] {}{}", tag(facts, topic), stem(facts, topic), digest::also(facts))
        }
    };
    text::line(&line, SUBJECT_CHARS)
}

/// What varies: how it stands, how many services and causes.
fn tag(facts: &Facts, topic: &Topic) -> String {
    let times = Times::new(&facts.time_zone, facts.at);
    let mut tag = match &topic.ahead {
        Some(lies_ahead) => ahead::tag(lies_ahead, &times),
        None if let Some(kept) = &topic.keeping => keeping::tag(topic, kept).to_owned(),
        None if let Some(flapping) = topic.flapping => comes_and_goes(topic, flapping),
        None if words::is_over(topic) => over(topic),
        None => open(topic),
    };
    if topic.escalation.is_some() && !words::is_over(topic) {
        tag += ", not acknowledged";
    }
    if facts.gathered.is_some() {
        tag = format!("Digest: {tag}");
    }
    if topic.services.len() > 1 {
        tag += &format!(", {}", count(topic.services.len(), "service"));
    }
    if facts.topics.len() > 1 {
        tag += &format!(", {}", count(facts.topics.len(), "cause"));
    }
    tag
}

/// What comes and goes is told as that once, and how it stands when it rests.
fn comes_and_goes(topic: &Topic, flapping: FlappingWord) -> String {
    match flapping {
        FlappingWord::Restless(_) => "Comes and goes".to_owned(),
        FlappingWord::Steady if words::is_over(topic) => {
            let still = if words::still_hurt(topic) { ", still hurt" } else { "" };
            format!("Steady, {}{still}", end(topic).to_lowercase())
        }
        FlappingWord::Steady => {
            format!("Steady: {}", words::state(words::lead(topic).map_or(topic.impact, |s| s.impact)))
        }
    }
}

fn open(topic: &Topic) -> String {
    match topic.cause {
        Cause::Offline => return "Offline".to_owned(),
        Cause::Blind(_) | Cause::Sight(_) => return "Cannot see".to_owned(),
        Cause::Incident(_) | Cause::Component { .. } => {}
    }
    let impact = words::lead(topic).map_or(topic.impact, |s| s.impact);
    let state = if topic.overrun { "Maintenance overrun" } else { words::state(impact) };
    match words::now(topic) {
        EffectKind::Hurt | EffectKind::Over => state.to_owned(),
        EffectKind::Worse => format!("Worse: {state}"),
        EffectKind::Better => format!("Better: {state}"),
    }
}

fn over(topic: &Topic) -> String {
    match topic.cause {
        Cause::Offline => return "Online again".to_owned(),
        Cause::Blind(_) if topic.open_end.is_none() => return "Seen again".to_owned(),
        Cause::Blind(_) | Cause::Sight(_) | Cause::Incident(_) | Cause::Component { .. } => {}
    }
    let end = if topic.reported_late { "Over, told late" } else { end(topic) };
    if words::still_hurt(topic) { format!("{end}, still hurt") } else { end.to_owned() }
}

fn end(topic: &Topic) -> &'static str {
    match topic.open_end {
        Some(OpenEnd::GoesOn) => return "No longer counted",
        Some(OpenEnd::Unwatched) => return "No longer watched",
        None => {}
    }
    match topic.resolved_how {
        Some(ResolvedHow::NoLongerListed) => "No longer listed",
        Some(ResolvedHow::ByHand) => "Closed by hand",
        Some(ResolvedHow::VendorSaid) | None => "Over",
    }
}

/// What the messages of a thread share: the service, where, and by whom.
#[must_use]
pub fn stem(facts: &Facts, topic: &Topic) -> String {
    let vendor = text::line(&topic.vendor, VENDOR_CHARS);
    let needed = words::lead(topic).map(|s| {
        let place = text::line(&words::place(s, facts), SERVICE_CHARS);
        (text::line(&s.name, SERVICE_CHARS), place)
    });
    match (&topic.cause, needed) {
        (Cause::Offline, _) => "Bellwether itself, not the vendors".to_owned(),
        (Cause::Sight(_), _) => format!("{}, by which {vendor} is read", keeping::name(topic)),
        (Cause::Blind(_), Some((service, place))) => format!("{vendor}, which {service} needs {place}"),
        (Cause::Incident(_) | Cause::Component { .. }, Some((service, place))) => {
            format!("{service} {place}: {}", by(topic, &vendor))
        }
        (_, None) => format!("{vendor}: {}", what(topic)),
    }
}

/// The vendor, and the first of its components that reach us: two incidents of one vendor are told apart by it.
fn by(topic: &Topic, vendor: &str) -> String {
    let label = words::lead(topic).and_then(|s| s.path.last()).filter(|label| label.contains(&topic.vendor));
    let Some(label) = label else { return vendor.to_owned() };
    let first = match label.rsplit_once(" and ") {
        Some((first, more)) if more.ends_with(" more") => first,
        _ => label,
    };
    text::line(first, BY_CHARS)
}

/// What to call a topic that hurts no service of ours.
fn what(topic: &Topic) -> &str {
    match (&topic.vendor_word, &topic.component) {
        (Some(word), _) if !word.title.is_empty() => &word.title,
        (Some(word), _) => match word.kind {
            Kind::Incident => "an incident",
            Kind::Maintenance => "a maintenance",
        },
        (None, Some(component)) => &component.name,
        (None, None) if topic.impact == Impact::Unknown => "nobody knows",
        (None, None) => "not well",
    }
}
