//! From items to incidents: the items that have something in common, put together.

use std::collections::HashSet;

use jiff::Timestamp;

use super::item::Told;
use crate::model::feed::{FeedRules, ItemIs};
use crate::model::incident::KnownOpen;
use crate::model::snapshot::{SeenIncident, SeenUpdate};

/// Makes incidents of the items, in the order in which the feed names them first.
pub fn incidents(items: Vec<Told>, rules: &FeedRules, open: &KnownOpen) -> Vec<SeenIncident> {
    let oldest = items.iter().filter_map(|told| told.at).min();
    let mut groups: Vec<(String, Vec<Told>)> = Vec::new();
    let mut places = std::collections::HashMap::new();
    for told in items {
        let place = *places.entry(told.base.clone()).or_insert_with(|| {
            groups.push((told.base.clone(), Vec::new()));
            groups.len() - 1
        });
        if let Some((_, group)) = groups.get_mut(place) {
            group.push(told);
        }
    }
    let mut incidents = Vec::new();
    for (base, group) in groups {
        let group = oldest_first(group);
        match rules.item {
            ItemIs::Incident => incidents.extend(merged(group)),
            ItemIs::Update => incidents.extend(chains(&base, group, oldest, open)),
        }
    }
    incidents
}

/// By their times; where one has none, in the reverse of the feed's order, which is the newest first.
fn oldest_first(mut group: Vec<Told>) -> Vec<Told> {
    group.reverse();
    if group.iter().all(|told| told.at.is_some()) {
        group.sort_by_key(|told| told.at);
    }
    group
}

/// The incidents of one common part, one after the other: what comes after an end is another one. Each is known by the
/// time of its first item, and an open one keeps that name when its first items have been pushed out of the feed. One
/// that is over and may have begun before the feed does has no name that would stay, and is left to what is known.
fn chains(base: &str, group: Vec<Told>, oldest: Option<Timestamp>, open: &KnownOpen) -> Vec<SeenIncident> {
    let mut chains: Vec<Vec<Told>> = Vec::new();
    for told in group {
        let is_over = |chain: &Vec<Told>| chain.last().is_some_and(|last| last.seen.phase.is_end() && last.says_phase);
        let continues = chains.last().is_some_and(|chain| !is_over(chain) || told.seen.phase.is_end());
        match chains.last_mut().filter(|_| continues) {
            Some(chain) => chain.push(told),
            None => chains.push(vec![told]),
        }
    }
    let mut known = known(base, open);
    let mut incidents = Vec::new();
    for chain in chains {
        let began = chain.first().and_then(|told| told.at);
        let ends = chain.last().and_then(|told| told.at);
        let is_older_listed = began > oldest;
        let goes_on = known.take_if(|(_, since)| ends >= *since).map(|(key, _)| key);
        let Some(mut one) = merged(chain) else { continue };
        match (goes_on, began) {
            (Some(key), _) => one.key = key,
            (None, Some(began)) if is_older_listed || !one.phase.is_end() => one.key = format!("{base} {began}"),
            (None, Some(_)) => continue,
            (None, None) => {}
        }
        incidents.push(one);
    }
    incidents
}

/// The incident of this common part that is known as open: its key, and when it began.
fn known(base: &str, open: &KnownOpen) -> Option<(String, Option<Timestamp>)> {
    let began = |key: &String| key.strip_prefix(base)?.strip_prefix(' ')?.parse::<Timestamp>().ok();
    open.keys.keys().filter_map(|key| Some((key.clone(), Some(began(key)?)))).max_by_key(|(_, began)| *began)
}

/// One incident of its items, the oldest first. What the newest says counts; an item without a word for the phase
/// leaves it as it was.
fn merged(group: Vec<Told>) -> Option<SeenIncident> {
    let mut group = group.into_iter();
    let first = group.next()?;
    let (mut one, mut says_phase) = (first.seen, first.says_phase);
    let mut updates = std::mem::take(&mut one.updates);
    let said = |update: &SeenUpdate| (update.key.clone(), update.text.clone());
    let mut known: HashSet<(String, String)> = updates.iter().map(said).collect();
    for told in group {
        let mut next = told.seen;
        updates.extend(std::mem::take(&mut next.updates).into_iter().filter(|update| known.insert(said(update))));
        if !told.says_phase && says_phase {
            (next.phase, next.vendor_phase, next.ended) = (one.phase, one.vendor_phase, one.ended);
        }
        if next.vendor_impact.is_empty() {
            (next.impact, next.vendor_impact) = (one.impact, one.vendor_impact);
        }
        next.kind = one.kind;
        next.phase = super::words::of_kind(next.kind, next.phase);
        next.started = one.started.or(next.started);
        next.planned = next.planned.or(one.planned);
        next.components =
            [one.components, next.components].into_iter().rev().find(|list| !list.is_empty()).unwrap_or_default();
        says_phase |= told.says_phase;
        one = next;
    }
    one.updates = keyed_apart(updates);
    Some(one)
}

/// No key twice: items of one id are told apart by their times.
fn keyed_apart(mut updates: Vec<SeenUpdate>) -> Vec<SeenUpdate> {
    let mut keys = crate::normalize::keyed::UpdateKeys::default();
    let mut taken = HashSet::new();
    for update in &mut updates {
        let mut key = keys.next(&update.key);
        // An item may have marked its own second already.
        while !taken.insert(key.clone()) {
            key = keys.next(&update.key);
        }
        update.key = key;
    }
    updates
}
