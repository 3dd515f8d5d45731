//! The subject of a message that tells of several vendors at once: it names each, and no one stands for the others.

use super::words::{self, count, is_over};
use crate::model::notification::{Facts, Topic};
use crate::model::text;

/// Vendors that are named; of the others there is the number.
const NAMED: usize = 3;
/// The longest name of a vendor.
const NAME_CHARS: usize = 20;

/// The subject without what stands before it, where several vendors are told of; nothing lies ahead in it.
pub fn subject(facts: &Facts) -> Option<String> {
    let vendors = vendors(facts.topics.iter());
    if vendors.len() < 2 || facts.topics.iter().any(|topic| topic.ahead.is_some() || topic.keeping.is_some()) {
        return None;
    }
    let open: Vec<&Topic> = facts.topics.iter().filter(|topic| !is_over(topic)).collect();
    let Some(worst) = open.iter().max_by_key(|topic| topic.impact.rung().unwrap_or(2)) else {
        let services = count(services(facts.topics.iter()), "service");
        return Some(format!("[Over] {}: {} for {services}", count(vendors.len(), "vendor"), names(&vendors)));
    };
    let state = words::state(worst.impact);
    let hurting = self::vendors(open.iter().copied());
    let services = count(services(open.iter().copied()), "service");
    let verb = if hurting.len() == 1 { "hurts" } else { "hurt" };
    let over = vendors.iter().filter(|vendor| !hurting.contains(vendor)).count();
    let over = if over > 0 { format!("; over at {over} more") } else { String::new() };
    Some(format!("[{state}] {}: {} {verb} {services}{over}", count(hurting.len(), "vendor"), names(&hurting)))
}

fn vendors<'a>(topics: impl Iterator<Item = &'a Topic>) -> Vec<&'a str> {
    let mut all: Vec<&str> = Vec::new();
    for topic in topics {
        if !all.contains(&topic.vendor.as_str()) {
            all.push(&topic.vendor);
        }
    }
    all
}

fn services<'a>(topics: impl Iterator<Item = &'a Topic>) -> usize {
    let mut all: Vec<_> = topics.flat_map(|topic| &topic.services).map(|service| &service.id).collect();
    all.sort_unstable();
    all.dedup();
    all.len()
}

fn names(vendors: &[&str]) -> String {
    let named: Vec<String> = vendors.iter().take(NAMED).map(|name| text::line(name, NAME_CHARS)).collect();
    let more = vendors.len().saturating_sub(NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{more}", named.join(", "))
}
