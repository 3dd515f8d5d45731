//! What the vendor says, and how bad that is: its own words beside ours, never ours in its place.

use super::by_hand;
use super::words::{is_over, is_unseen, list};
use crate::model::card::Line;
use crate::model::clock_text::{Times, between, span};
use crate::model::effect::Cause;
use crate::model::impact::Impact;
use crate::model::incident::ResolvedHow;
use crate::model::notification::{OpenEnd, Topic, VendorWord};
use crate::model::phase::Kind;

/// Whether the words are a person's and none of the vendor's.
pub fn is_by_hand(topic: &Topic) -> bool {
    topic.vendor_word.as_ref().is_some_and(|word| word.author.is_some())
}

/// Whom to call at the vendor.
pub fn support(topic: &Topic) -> Vec<Line> {
    let support = &topic.support;
    let account = support.account.as_ref().map(|account| format!("account {account}"));
    let call: Vec<String> = [support.phone.clone(), account].into_iter().flatten().collect();
    let mut lines = Vec::new();
    if !call.is_empty() {
        lines.push(Line::Says(String::new(), format!("{}, {}", topic.vendor, call.join(", "))));
    }
    lines.extend(support.portal.as_ref().map(|url| Line::Link(url.to_string(), host(url.as_str()))));
    lines
}

/// The vendor's words, their age and where they stand. Never left out for an incident: silence is told as silence.
pub fn word(topic: &Topic, times: &Times) -> Vec<Line> {
    let Some(word) = &topic.vendor_word else {
        return component(topic);
    };
    let mut lines = vec![Line::Says(word.title.clone(), String::new())];
    match &word.text {
        Some(text) => lines.push(Line::Quote(text.clone())),
        None if is_by_hand(topic) => lines.push(Line::Says(String::new(), "No more than that.".to_owned())),
        None => lines.push(Line::Says(String::new(), format!("No more than that: {} gives no text.", topic.vendor))),
    }
    lines.push(Line::Note(provenance(topic, word, times)));
    lines.extend(word.link.as_ref().map(|link| Line::Link(link.clone(), format!("on {}", host(link)))));
    lines
}

fn component(topic: &Topic) -> Vec<Line> {
    let (Some(component), Cause::Component { source, .. }) = (&topic.component, &topic.cause) else {
        return Vec::new();
    };
    let word = if component.vendor_status.is_empty() { "not well" } else { &component.vendor_status };
    let listed = format!("{} lists {} as “{word}”, and has opened no incident for it.", topic.vendor, component.name);
    vec![Line::Says(String::new(), listed), Line::Note(format!("read at {source}"))]
}

fn provenance(topic: &Topic, word: &VendorWord, times: &Times) -> String {
    let source = topic.source.as_ref().map(|source| format!("; read at {source}")).unwrap_or_default();
    let age_of = |at| times.age(at).map(|age| format!(", {age} before this message")).unwrap_or_default();
    if let Some(author) = &word.author {
        let when = word.said_at.map(|at| format!(", {}{}", times.moment(at), age_of(at))).unwrap_or_default();
        return format!("Entered by {author}{when}; {} itself has not said it here", topic.vendor);
    }
    match word.said_at {
        None => format!("said at a time that {} does not give{source}", topic.vendor),
        Some(at) => {
            format!("said {}{}{source}", times.moment(at), age_of(at))
        }
    }
}

/// Which of the vendor's components and regions it speaks of.
pub fn which_part(topic: &Topic) -> Vec<Line> {
    let Some(word) = &topic.vendor_word else {
        return Vec::new();
    };
    let parts = match word.components.as_slice() {
        [] if is_by_hand(topic) => "it is not said which component".to_owned(),
        [] => format!("{} does not say which component", topic.vendor),
        some => list(some),
    };
    let regions = if word.regions.is_empty() { String::new() } else { format!("; in {}", list(&word.regions)) };
    vec![Line::Says(String::new(), format!("{parts}{regions}"))]
}

/// The vendor's word for how bad it is and how far it has come, beside ours.
pub fn how_bad(topic: &Topic) -> Vec<Line> {
    let Some(word) = &topic.vendor_word else {
        return Vec::new();
    };
    let theirs = match word.vendor_impact.as_str() {
        _ if is_by_hand(topic) => format!("{} has not said it here", topic.vendor),
        "" => format!("{} does not say how bad it is", topic.vendor),
        said => format!("{}’s word is “{said}”", topic.vendor),
    };
    let mut lines =
        vec![Line::Says(String::new(), format!("{theirs}; ours is {}", word.impact.label().to_lowercase()))];
    if word.impact == Impact::Unknown {
        lines.push(Line::Note("unknown is not harmless: nobody has said how bad it is".to_owned()));
    }
    lines.push(Line::Note(phase(topic, word)));
    lines
}

fn phase(topic: &Topic, word: &VendorWord) -> String {
    let kind = match word.kind {
        Kind::Incident => "the incident",
        Kind::Maintenance => "the maintenance",
    };
    let ours = word.phase.word().replace('_', " ");
    // After an end that the vendor did not tell, its last word is history.
    let is_known_to_go_on = topic.open_end == Some(OpenEnd::ByHand);
    let is = if is_over(topic) && !word.phase.is_end() && !is_known_to_go_on { "was last told as" } else { "is" };
    match word.vendor_phase.as_str() {
        "" => format!("{kind} {is} {ours}"),
        said if said.to_lowercase().replace('_', " ") == ours => format!("{kind} {is} {ours}"),
        said => format!("{kind} {is} “{said}”, in our words {ours}"),
    }
}

/// When a maintenance was to end.
pub fn planned_end(topic: &Topic, times: &Times) -> Vec<Line> {
    let planned = topic.vendor_word.as_ref().and_then(|word| word.planned_until).filter(|_| topic.ahead.is_none());
    let late = |at| times.age(at).filter(|_| topic.overrun).map(|age| format!(", {age} before this message"));
    let said = planned.map(|at| format!("{}{}", times.moment(at), late(at).unwrap_or_default()));
    said.map(|said| Line::Says(String::new(), said)).into_iter().collect()
}

/// How it ended, in the words that it deserves.
pub fn how_ended(topic: &Topic, times: &Times) -> Vec<Line> {
    if !is_over(topic) || topic.ahead.is_some() {
        return Vec::new();
    }
    let vendor = &topic.vendor;
    let said = match topic.resolved_how {
        _ if topic.open_end == Some(OpenEnd::Unwatched) => {
            "nobody knows whether it has: its source is no longer watched".to_owned()
        }
        _ if topic.open_end == Some(OpenEnd::GoesOn) => {
            "it has not: it goes on, but what it names, or what our services need, has changed".to_owned()
        }
        _ if topic.open_end == Some(OpenEnd::ByHand) => by_hand::how_ended(topic, times),
        Some(ResolvedHow::VendorSaid) => format!("{vendor} says it is resolved"),
        Some(ResolvedHow::NoLongerListed) => {
            format!("no longer listed by {vendor}{}; {vendor} did not say that it ended", unlisted_for(topic, times))
        }
        Some(ResolvedHow::ByHand) => "closed by hand".to_owned(),
        None if is_unseen(topic) => return Vec::new(),
        None => "it no longer hurts a service of ours".to_owned(),
    };
    let mut lines = vec![Line::Says(String::new(), said)];
    if let Some(until) = topic.until.filter(|until| *until > topic.since) {
        let lasted = span(between(topic.since, until));
        let said = format!("began {}, over {}: {lasted}", times.moment(topic.since), times.moment(until));
        lines.push(Line::Note(said));
    }
    lines
}

fn unlisted_for(topic: &Topic, times: &Times) -> String {
    let age = topic.until.filter(|until| times.used(*until) >= 60).and_then(|until| times.age(until));
    age.map(|age| format!(" for {age}")).unwrap_or_default()
}

/// Why nobody can see.
pub fn source_state(topic: &Topic) -> Vec<Line> {
    let why = topic.why.clone().map(|why| Line::Says(String::new(), why));
    let source = match &topic.cause {
        Cause::Blind(source) => Some(Line::Note(format!("the source is {source}"))),
        Cause::Offline | Cause::Sight(_) | Cause::Incident(_) | Cause::Component { .. } => None,
    };
    why.into_iter().chain(source).collect()
}

/// The host of an address, so that people see where a link leads.
fn host(url: &str) -> String {
    let parsed = url::Url::parse(url).ok();
    parsed.and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
}
