//! Whether the documents of a source are still what they were: what a look saw of their shape, against what is usual.
//!
//! What is new weighs nothing: vendors add fields when something happens, and a first maintenance brings many. What
//! ceased and what changed its kind weighs, where it had always been there for days. A list that ceases may only be
//! empty, unless the vendor writes empty lists too, or never had fewer than two in it.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::model::doubt::{Doubt, StrangeWord, Suspicion, Usual, Watch, is_within};
use crate::model::shape::{Kinds, Place, Shape, above, depth, is_among_items, items_of};
use crate::model::snapshot::{Warning, strange_word};

/// What has been there for so long is usual: longer than most incidents last.
const USUAL_AFTER: SignedDuration = SignedDuration::from_hours(72);
/// How long something must be off, and at how many looks, before it is said: servers behind one name may differ.
const SAID_AFTER: SignedDuration = SignedDuration::from_mins(10);
const SAID_AFTER_LOOKS: u32 = 2;
/// How many items of a list must have had a field before it counts as one that all have.
const ENOUGH_ITEMS: u8 = 5;
/// How many items must lack a field now: one alone may be of another sort.
const LACKING: u32 = 2;
/// The same in a list that is sometimes empty, as those of incidents are.
const LACKING_OF_EVENTS: u32 = 3;
/// Of a page for people more than this part of the landmarks must be gone.
const REMADE_PART: usize = 3;
/// The fewest landmarks by which a page is judged.
const FEWEST_LANDMARKS: usize = 6;
/// The most that is kept of anything that a hostile page could make many of.
const MOST_SUSPICIONS: usize = 20;
const MOST_WORDS: usize = 50;

/// What a look saw of the documents themselves, beside what they say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outlook {
    /// The shapes of the documents that were read, by role.
    pub shapes: BTreeMap<String, Shape>,
    /// The hosts that answered, by role.
    pub hosts: BTreeMap<String, String>,
}

/// What is to be thought of a source after a look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// What is kept.
    pub watch: Watch,
    /// Whether something is off that was not before: the document that shows it must be kept.
    pub has_begun: bool,
}

/// Judges a look at which documents were read anew.
#[must_use]
pub fn judge(before: &Watch, outlook: &Outlook, warnings: &[Warning], lost: &[Doubt], now: Timestamp) -> Judged {
    let mut watch = before.clone();
    let mut found = lost.to_vec();
    for (role, shape) in &outlook.shapes {
        let usual = watch.usual.entry(role.clone()).or_default();
        let off = off(role, usual, shape, now);
        if off.is_empty() {
            learn(usual, shape, now);
        }
        found.extend(off);
    }
    for (role, host) in &outlook.hosts {
        let was = watch.hosts.entry(role.clone()).or_insert_with(|| host.clone());
        if was != host {
            found.push(Doubt::Elsewhere { role: role.clone(), was: was.clone(), is: host.clone() });
        }
    }
    hear(&mut watch.words, warnings, now);
    let is_judged = |doubt: &Doubt| match doubt {
        Doubt::Elsewhere { role, .. } => outlook.hosts.contains_key(role),
        Doubt::Lost { .. } => true,
        Doubt::Ceased { role, .. } | Doubt::Retyped { role, .. } | Doubt::Remade { role, .. } => {
            outlook.shapes.contains_key(role)
        }
    };
    suspect(watch, before, found, is_judged, now)
}

/// Judges a look at which nothing was read anew: what was off is off still.
#[must_use]
pub fn judge_same(before: &Watch, lost: &[Doubt], now: Timestamp) -> Judged {
    let is_judged = |doubt: &Doubt| matches!(doubt, Doubt::Lost { .. });
    suspect(before.clone(), before, lost.to_vec(), is_judged, now)
}

/// Keeps what is suspected: what was found, and what could not be looked at.
fn suspect(
    mut watch: Watch,
    before: &Watch,
    found: Vec<Doubt>,
    is_judged: impl Fn(&Doubt) -> bool,
    now: Timestamp,
) -> Judged {
    let unjudged = before.suspicions.iter().filter(|s| !is_judged(&s.doubt)).map(|s| s.doubt.clone());
    let all: Vec<Doubt> = found.into_iter().chain(unjudged).take(MOST_SUSPICIONS).collect();
    let has_begun = all.iter().any(|doubt| !before.suspicions.iter().any(|s| s.doubt.is_same(doubt)));
    watch.suspicions = all.into_iter().map(|doubt| once_more(doubt, before, now)).collect();
    Judged { watch, has_begun }
}

fn once_more(doubt: Doubt, before: &Watch, now: Timestamp) -> Suspicion {
    match before.suspicions.iter().find(|s| s.doubt.is_same(&doubt)) {
        None => Suspicion { doubt, since: now, looks: 1, stands: false },
        // What counts otherwise by now is said as it was first seen: it is one doubt.
        Some(known) if known.stands => known.clone(),
        Some(known) => {
            let looks = known.looks.saturating_add(1);
            let stands = looks >= SAID_AFTER_LOOKS && now.duration_since(known.since) >= SAID_AFTER;
            Suspicion { looks, stands, ..known.clone() }
        }
    }
}

/// What of the usual is not in this document, or is another kind of value in it.
fn off(role: &str, usual: &BTreeMap<String, Usual>, shape: &Shape, now: Timestamp) -> Vec<Doubt> {
    let mut off: Vec<Doubt> = Vec::new();
    let landmarks: Vec<&String> =
        usual.iter().filter(|(path, place)| path.starts_with('<') && is_usual(path, place, now)).map(|x| x.0).collect();
    let gone = landmarks.iter().filter(|path| !shape.places.contains_key(**path)).count();
    if landmarks.len() >= FEWEST_LANDMARKS && gone * REMADE_PART > landmarks.len() {
        off.push(Doubt::Remade { role: role.to_owned(), gone, of: landmarks.len() });
    }
    for (path, place) in usual.iter().filter(|(path, place)| !path.starts_with('<') && is_usual(path, place, now)) {
        let is_told = off.iter().filter_map(Doubt::path).any(|told| is_within(path, told));
        if !is_told && is_judged_by(path, usual, shape) {
            off.extend(off_at(role, path, *place, usual, shape.places.get(path)));
        }
    }
    off
}

/// Whether a place has been there always, for long enough, and often enough.
fn is_usual(path: &str, place: &Usual, now: Timestamp) -> bool {
    let enough = if is_among_items(path) { ENOUGH_ITEMS } else { 1 };
    let for_ms = i128::from(now.as_millisecond() - place.since_ms);
    place.always && place.of >= enough && for_ms >= USUAL_AFTER.as_millis()
}

/// Whether this document can say anything of a place: what could have it is there, and not by a single odd item.
fn is_judged_by(path: &str, usual: &BTreeMap<String, Usual>, shape: &Shape) -> bool {
    if shape.cut_at.is_some_and(|cut| depth(path) >= cut) {
        return false;
    }
    let Some(above) = above(path) else { return true };
    let Some(holder) = shape.places.get(above).filter(|holder| holder.kinds.has(Kinds::OBJECT)) else { return false };
    // Several elements of one name are a list too, though XML does not say so.
    let is_item = is_among_items(path) || holder.count > 1;
    let list = above.strip_suffix("[]").and_then(|list| usual.get(list));
    let is_of_events = list.is_some_and(|list| list.kinds.has(Kinds::EMPTY_LIST));
    let wanted = match (is_item, is_of_events) {
        (false, _) => 1,
        (true, false) => LACKING,
        (true, true) => LACKING_OF_EVENTS,
    };
    holder.count >= wanted
}

fn off_at(role: &str, path: &str, was: Usual, usual: &BTreeMap<String, Usual>, is: Option<&Place>) -> Option<Doubt> {
    let (role, path) = (role.to_owned(), path.to_owned());
    match is {
        Some(is) if was.kinds.is_another(is.kinds) => {
            let (was, is) = (was.kinds.to_string(), is.kinds.to_string());
            Some(Doubt::Retyped { role, path, was, is })
        }
        // A list that holds nothing has no items; that is no news.
        None if are_items(&path) => None,
        None => may_not_cease(&path, was, usual).then_some(Doubt::Ceased { role, path }),
        Some(is) if !is.kinds.is_something() && was.kinds.has(Kinds::LIST.with(Kinds::EMPTY_LIST)) => {
            let is_nothing_new = was.kinds.has(Kinds::NOTHING);
            (!is_nothing_new && may_not_cease(&path, was, usual)).then_some(Doubt::Ceased { role, path })
        }
        Some(_) => None,
    }
}

/// Whether a place that is gone is missed. A vendor that leaves out a list while there is nothing in it writes no empty
/// one; what always held two or more is no list of events. An element of XML that holds others may be one of several.
fn may_not_cease(path: &str, was: Usual, usual: &BTreeMap<String, Usual>) -> bool {
    let fewest = |items: String| usual.get(&items).is_some_and(|items| items.fewest >= 2);
    if was.kinds.has(Kinds::LIST.with(Kinds::EMPTY_LIST)) {
        return was.kinds.has(Kinds::EMPTY_LIST) || items_of(path).into_iter().any(fewest);
    }
    !(path.contains('/') && was.kinds.has(Kinds::OBJECT))
}

/// Takes a document's places in as usual.
fn learn(usual: &mut BTreeMap<String, Usual>, shape: &Shape, now: Timestamp) {
    let is_first = usual.is_empty();
    for (path, place) in usual.iter_mut() {
        let could_have =
            above(path).is_none_or(|above| shape.places.get(above).is_some_and(|holder| holds(holder.kinds)));
        let was_cut = shape.cut_at.is_some_and(|cut| depth(path) >= cut);
        if could_have && !was_cut && !shape.places.contains_key(path) {
            place.always &= are_items(path);
            place.fewest = 0;
        }
    }
    let new: Vec<(String, Usual)> = shape
        .places
        .iter()
        .filter(|(path, _)| !usual.contains_key(*path))
        .map(|(path, seen)| {
            // What could have had it until now, and had it not, may lose it again.
            let was_without = above(path).map_or(!is_first, |above| usual.contains_key(above));
            let fewest = if was_without { 0 } else { capped(seen.count, 2) };
            let always = are_items(path) || !was_without;
            (path.clone(), Usual { kinds: seen.kinds, always, of: 0, fewest, since_ms: now.as_millisecond() })
        })
        .collect();
    usual.extend(new);
    for (path, seen) in &shape.places {
        let Some(known) = usual.get_mut(path) else { continue };
        known.kinds = known.kinds.with(seen.kinds);
        known.always &= are_items(path) || seen.had == seen.of;
        known.of = known.of.saturating_add(capped(seen.of, ENOUGH_ITEMS)).min(ENOUGH_ITEMS);
        known.fewest = known.fewest.min(capped(seen.count, 2));
    }
}

/// Whether a value of these kinds holds others.
const fn holds(kinds: Kinds) -> bool {
    kinds.has(Kinds::OBJECT.with(Kinds::LIST).with(Kinds::EMPTY_LIST))
}

/// Whether the place is that of the items of a list.
fn are_items(path: &str) -> bool {
    path.ends_with("[]") || path.ends_with("{}")
}

fn capped(n: u32, most: u8) -> u8 {
    u8::try_from(n).unwrap_or(u8::MAX).min(most)
}

/// Notes the words that the format did not know, once an hour each.
fn hear(words: &mut Vec<StrangeWord>, warnings: &[Warning], now: Timestamp) {
    for (warning, word) in warnings.iter().filter_map(|w| Some((w, strange_word(w)?))) {
        let path = without_numbers(&warning.path);
        match words.iter_mut().find(|known| known.path == path && known.word == word) {
            Some(known) if now.duration_since(known.last) >= SignedDuration::from_hours(1) => {
                known.hours = known.hours.saturating_add(1);
                known.last = now;
            }
            Some(_) => {}
            None => {
                words.truncate(MOST_WORDS - 1);
                words.push(StrangeWord { path, word: word.to_owned(), hours: 1, first: now, last: now });
            }
        }
    }
}

/// `incidents[3].impact` as `incidents[].impact`.
fn without_numbers(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    let mut is_inside = false;
    for c in path.chars() {
        match c {
            '[' => is_inside = true,
            ']' => is_inside = false,
            c if is_inside && c.is_ascii_digit() => continue,
            _ => {}
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests;
