//! Several causes in one message: a first line that names each with its vendor, the worst first, so that none hides
//! behind another.

use super::words::{count, did, does, is_over, is_unseen, lead};
use crate::model::clock_text::{Times, between, span};
use crate::model::effect::Cause;
use crate::model::notification::{Facts, Topic};
use crate::model::text;

/// Causes that the first line names; the others are counted.
const NAMED: usize = 6;
/// Vendors that the subject names beside the first.
const VENDORS: usize = 3;
const VENDOR_CHARS: usize = 28;

/// The first line of a message about several causes, and of every digest.
pub fn overview(facts: &Facts, times: &Times) -> Option<String> {
    let is_one = facts.topics.len() < 2;
    let begins = match facts.gathered {
        None if is_one => return None,
        None => String::new(),
        Some(_) if facts.topics.is_empty() => return None,
        Some(until) => format!("Digest, gathered until {}. ", times.moment(until)),
    };
    if is_one {
        return Some(format!("{begins}It waited for this hour, as your subscription asks."));
    }
    let clauses: Vec<String> = facts.topics.iter().take(NAMED).map(|topic| clause(topic, times)).collect();
    let more = match facts.topics.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!("; and {}", count(more, "more cause")),
    };
    let open = facts.topics.iter().filter(|topic| !is_over(topic)).count();
    let over = facts.topics.len() - open;
    let counts = match (open, over) {
        (open, 0) => count(open, "cause"),
        (0, over) => format!("{}, all over", count(over, "cause")),
        (open, over) => format!("{open} open, {over} over"),
    };
    Some(format!("{begins}{}{more} ({counts}, the worst first).", clauses.join("; ")))
}

/// `EHR is down because of CrowdStrike since 23:09 CDT`.
fn clause(topic: &Topic, times: &Times) -> String {
    let vendor = &topic.vendor;
    let name = lead(topic).map_or(vendor.as_str(), |s| s.name.as_str());
    let impact = lead(topic).map_or(topic.impact, |s| s.impact);
    let since = times.local(topic.since);
    match (is_over(topic), is_unseen(topic)) {
        (false, _) if topic.cause == Cause::Offline => format!("our own network is gone since {since}"),
        (true, _) if topic.cause == Cause::Offline => "our own network is back".to_owned(),
        _ if topic.ahead.is_some() => format!("{vendor} plans a maintenance, for {name}"),
        _ if topic.keeping.is_some() => format!("how {vendor} is read"),
        (false, true) => format!("we cannot see {vendor} since {since}"),
        (true, true) => format!("we can see {vendor} again"),
        (false, false) => format!("{name} {} because of {vendor} since {since}", does(impact)),
        (true, false) => format!("{name} {} because of {vendor}{}, over", did(impact), lasted(topic)),
    }
}

/// How long it was, where that is known.
fn lasted(topic: &Topic) -> String {
    let until = topic.until.filter(|until| *until > topic.since);
    until.map(|until| format!(" for {}", span(between(topic.since, until)))).unwrap_or_default()
}

/// Whose trouble it is.
fn whose(topic: &Topic) -> &str {
    if topic.cause == Cause::Offline { "our own network" } else { &topic.vendor }
}

/// The vendors of the causes behind the first, for the subject: `; also Okta, Azure`.
pub fn also(facts: &Facts) -> String {
    let mut vendors: Vec<String> = Vec::new();
    let first = facts.topics.first().map(whose);
    for topic in facts.topics.iter().skip(1).filter(|topic| Some(whose(topic)) != first) {
        let vendor = text::line(whose(topic), VENDOR_CHARS);
        if !vendors.contains(&vendor) {
            vendors.push(vendor);
        }
    }
    let more = vendors.len().saturating_sub(VENDORS);
    vendors.truncate(VENDORS);
    match (vendors.is_empty(), more) {
        (true, _) => String::new(),
        (false, 0) => format!("; also {}", vendors.join(", ")),
        (false, more) => format!("; also {} and {more} more", vendors.join(", ")),
    }
}
