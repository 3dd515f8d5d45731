//! The first lines: what of ours is hurt, how badly, where, by whom, since when.

use super::changed::changed;
use super::words::{self, did, does, is_over, lead, list, now, place};
use super::{ahead, keeping};
use crate::model::clock_text::{Times, between, span};
use crate::model::effect::{Cause, EffectKind};
use crate::model::impact::Impact;
use crate::model::incident::ResolvedHow;
use crate::model::notification::{Facts, HurtService, OpenEnd, Topic};
use crate::model::phase::Kind;
use crate::model::restless::FlappingWord;

/// One sentence that answers the first questions.
pub fn headline(facts: &Facts, topic: &Topic, times: &Times) -> String {
    if let Some(lies_ahead) = &topic.ahead {
        return ahead::headline(facts, topic, lies_ahead, times);
    }
    if let Some(kept) = &topic.keeping {
        return keeping::headline(topic, kept, times);
    }
    match (&topic.cause, is_over(topic)) {
        (Cause::Offline, false) => offline(topic, times),
        (Cause::Offline, true) => online_again(topic, times),
        (Cause::Blind(_) | Cause::Sight(_), false) => blind(facts, topic, times),
        (Cause::Blind(_) | Cause::Sight(_), true) => seen_again(topic, times),
        (Cause::Incident(_) | Cause::Component { .. }, false) => hurt(facts, topic, times),
        (Cause::Incident(_) | Cause::Component { .. }, true) => over(facts, topic, times),
    }
}

fn hurt(facts: &Facts, topic: &Topic, times: &Times) -> String {
    let impact = lead(topic).map_or(topic.impact, |s| s.impact);
    let turn = match (topic.flapping, now(topic)) {
        (Some(FlappingWord::Restless(_)), _) => "Comes and goes, now: ",
        (Some(FlappingWord::Steady), _) => "Steady now: ",
        (None, EffectKind::Worse) => "Worse: ",
        (None, EffectKind::Better) => "Better: ",
        (None, EffectKind::Hurt | EffectKind::Over) => "",
    };
    let because = if lead(topic).is_some() { format!(" because of {}", topic.vendor) } else { String::new() };
    let doubt = if impact == Impact::Unknown { "; nobody says how badly" } else { "" };
    let overrun = if topic.overrun { ", past its planned end" } else { "" };
    format!(
        "{turn}{} {}{}{because}{overrun}, {}{doubt}.",
        who(topic),
        does(impact),
        at(facts, topic),
        since(topic, times)
    )
}

fn over(facts: &Facts, topic: &Topic, times: &Times) -> String {
    let impact = lead(topic).map_or(topic.impact, |s| s.impact);
    let ended = ended(topic);
    let unnamed = lead(topic).is_some() && !ended.contains(&topic.vendor);
    let because = if unnamed { format!(" because of {}", topic.vendor) } else { String::new() };
    let turn = match topic.flapping {
        Some(FlappingWord::Restless(_)) => "Comes and goes, now over. ",
        Some(FlappingWord::Steady) => "Steady. ",
        None => "",
    };
    format!("{turn}{ended}: {} {}{}{because} {}.", who(topic), did(impact), at(facts, topic), from_to(topic, times))
}

/// The word that begins a sentence about an end: never more than is known.
fn ended(topic: &Topic) -> String {
    let vendor = &topic.vendor;
    let goes_on = topic.vendor_word.as_ref().map_or("trouble", |word| match word.kind {
        Kind::Incident => "incident",
        Kind::Maintenance => "maintenance",
    });
    match topic.resolved_how {
        _ if topic.open_end == Some(OpenEnd::GoesOn) => {
            format!("No longer counted, though {vendor}’s {goes_on} goes on")
        }
        _ if topic.open_end == Some(OpenEnd::Unwatched) => {
            format!("{vendor} is no longer watched there, and nobody knows whether it has ended")
        }
        _ if topic.reported_late => "Over before we first saw it".to_owned(),
        Some(ResolvedHow::VendorSaid) => format!("Over, says {vendor}"),
        Some(ResolvedHow::NoLongerListed) => format!("No longer listed by {vendor}, which did not say that it ended"),
        Some(ResolvedHow::ByHand) => "Closed by hand".to_owned(),
        None => "Over".to_owned(),
    }
}

fn blind(facts: &Facts, topic: &Topic, times: &Times) -> String {
    let needed =
        lead(topic).map_or(String::new(), |s| format!(": {} may be hurt {}, nobody knows", s.name, place(s, facts)));
    format!("We cannot see {} {}{needed}.", topic.vendor, since(topic, times))
}

fn seen_again(topic: &Topic, times: &Times) -> String {
    if topic.open_end.is_some() {
        return format!(
            "{}, which we could not see {}, counts no longer for {}.",
            topic.vendor,
            from_to(topic, times),
            who(topic)
        );
    }
    format!("We can see {} again; we could not {}.", topic.vendor, from_to(topic, times))
}

fn offline(topic: &Topic, times: &Times) -> String {
    format!(
        "Bellwether itself is offline {}: it reaches no vendor, and nobody knows how they are.",
        since(topic, times)
    )
}

fn online_again(topic: &Topic, times: &Times) -> String {
    format!("Bellwether itself is online again; it was offline {}.", from_to(topic, times))
}

fn who(topic: &Topic) -> &str {
    lead(topic).map_or(topic.vendor.as_str(), |s| s.name.as_str())
}

fn at(facts: &Facts, topic: &Topic) -> String {
    lead(topic).map_or(String::new(), |s| format!(" {}", place(s, facts)))
}

fn since(topic: &Topic, times: &Times) -> String {
    let moment = times.moment(topic.since);
    match times.age(topic.since) {
        Some(age) => format!("since {moment}, for {age}"),
        None => format!("since {moment}"),
    }
}

fn from_to(topic: &Topic, times: &Times) -> String {
    let began = times.moment(topic.since);
    match topic.until {
        // An end without a beginning: nobody saw how long it lasted.
        Some(until) if until <= topic.since => format!("until {}", times.moment(until)),
        Some(until) => format!("for {}, from {began} to {}", span(between(topic.since, until)), times.moment(until)),
        None => format!("since {began}"),
    }
}

/// How bad it is, or was, and for the most needed of whom.
pub fn kicker(topic: &Topic) -> String {
    let (tier, impact) =
        lead(topic).map_or((String::new(), topic.impact), |s| (format!(", {}", s.tier.word()), s.impact));
    if let Some(lies_ahead) = &topic.ahead {
        return format!("{}{tier}", ahead::kicker(lies_ahead.kind));
    }
    if topic.keeping.is_some() {
        return keeping::kicker(topic).to_owned();
    }
    match (words::is_unseen(topic), is_over(topic)) {
        (true, false) => format!("Unknown{tier}"),
        (true, true) => format!("Was unknown{tier}"),
        (false, false) => format!("{}{tier}", impact.label()),
        (false, true) => format!("Was: {}{tier}", impact.label().to_lowercase()),
    }
}

/// What else must be known at once: what still hurts, what was late, who else is hurt.
pub fn leads(topic: &Topic, times: &Times) -> Vec<String> {
    let mut leads: Vec<String> = changed(topic, times).into_iter().collect();
    leads.extend(topic.escalation.filter(|_| !is_over(topic)).map(|_| "Nobody has acknowledged it.".to_owned()));
    leads.extend(topic.services.iter().filter(|s| !s.still.is_empty()).map(|s| still(topic, s)));
    if is_over(topic)
        && topic.ahead.is_none()
        && topic.told.len() > 1
        && !topic.reported_late
        && topic.open_end.is_none()
    {
        leads.push("It began and ended before we could tell you: this message was delayed.".to_owned());
    }
    if topic.reported_late {
        leads.push(format!("{} told of it only afterwards, so nothing was sent while it lasted.", topic.vendor));
    }
    leads.extend(others(topic));
    leads
}

fn still(topic: &Topic, service: &HurtService) -> String {
    match service.effect {
        _ if topic.ahead.is_some() => {
            format!("{} is hurt now, by something else: {}.", service.name, list(&service.still))
        }
        EffectKind::Over => format!("{} is still hurt: {}.", service.name, list(&service.still)),
        EffectKind::Hurt | EffectKind::Worse | EffectKind::Better => {
            format!("{} is hurt by something else too: {}.", service.name, list(&service.still))
        }
    }
}

/// The other services: those that this hurts, then those that it hurts no longer.
fn others(topic: &Topic) -> Vec<String> {
    let Some(first) = lead(topic) else { return Vec::new() };
    let others = || topic.services.iter().filter(|s| s.id != first.id);
    let (unseen, all_over) = (words::is_unseen(topic), is_over(topic));
    let hurt = match (unseen, all_over) {
        _ if topic.ahead.is_some() => "The same holds for",
        (true, _) => "The same holds for",
        (false, false) => "Also hurt:",
        (false, true) => "Still hurt by this:",
    };
    let free = if unseen || topic.ahead.is_some() { "The same held for" } else { "No longer hurt by this:" };
    [
        named(hurt, others().filter(|s| s.effect != EffectKind::Over)),
        named(free, others().filter(|s| s.effect == EffectKind::Over)),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn named<'a>(words: &str, services: impl Iterator<Item = &'a HurtService>) -> Option<String> {
    let names: Vec<&str> = services.map(|s| s.name.as_str()).collect();
    (!names.is_empty()).then(|| format!("{words} {}.", list(&names)))
}
