//! What a message does at a far side that keeps a state for each cause: it opens, says more, closes. An end closes only
//! what nothing else of it is told as open; what was told of a component goes on under the incident that names it by
//! now, and ends with it.

use serde_json::Value;

use super::{Act, Call, own};
use crate::model::card::{Card, Part, Turn};
use crate::model::hash;
use crate::model::thread::Known;

/// One thing to do.
pub struct Step<'a> {
    /// The cause; `None` for a test, which has none, and for a shift.
    pub part: Option<&'a Part>,
    /// What to do.
    pub act: Act,
    /// The cause as a text.
    pub thread: String,
    /// The far side's key for it: the one it was opened with, else one made of the cause.
    pub key: String,
    /// Causes that have become a part of it, and end with it.
    pub threads: Vec<String>,
}

impl Step<'_> {
    /// The call that does it.
    pub fn call(&self, body: Value, bare: Option<Value>) -> Call {
        let (thread, key, threads) = (self.thread.clone(), self.key.clone(), self.threads.clone());
        Call { act: self.act, thread, key, body, bare, threads }
    }
}

/// All that a message does, in order. Keys made here are at most `most` octets long.
pub fn course<'a>(card: &'a Card, known: &Known, most: usize) -> Vec<Step<'a>> {
    if card.shift.is_some() {
        return vec![step(None, Act::Mention, "", key(card, &card.id, most))];
    }
    if card.parts.is_empty() {
        // A test opens something and closes it: nothing is left behind, and both were tried.
        let thread = format!("test:{}", card.id);
        return [Act::Open, Act::Close].map(|act| step(None, act, &thread, key(card, &thread, most))).into();
    }
    card.parts.iter().flat_map(|part| steps(card, part, known, most)).collect()
}

fn step<'a>(part: Option<&'a Part>, act: Act, thread: &str, key: String) -> Step<'a> {
    Step { part, act, thread: thread.to_owned(), key, threads: Vec::new() }
}

fn steps<'a>(card: &Card, part: &'a Part, known: &Known, most: usize) -> Vec<Step<'a>> {
    let handle = known.of(&part.cause).first();
    let own = handle.map_or_else(|| key(card, &part.cause, most), |handle| handle.name.clone());
    let one = |act| step(Some(part), act, &part.cause, own.clone());
    match part.turn {
        Turn::Ahead => vec![one(Act::Mention)],
        Turn::Opened => vec![one(Act::Open)],
        Turn::Worse | Turn::Better => vec![one(Act::Update)],
        Turn::Over if known.open.contains(&part.cause) => vec![one(Act::Update)],
        Turn::Over => {
            let opening = part.begins.then(|| one(Act::Open));
            opening.into_iter().chain(closings(part, known, one(Act::Close))).collect()
        }
    }
}

/// One for each name that it has at the far side: its own, and those of what has become a part of it.
fn closings<'a>(part: &'a Part, known: &Known, own: Step<'a>) -> Vec<Step<'a>> {
    let mut closings = vec![own];
    for handle in known.of(&part.cause) {
        match closings.iter_mut().find(|closing| closing.key == handle.name) {
            Some(closing) if closing.thread == handle.thread => {}
            Some(closing) => closing.threads.push(handle.thread.clone()),
            None => closings.push(step(Some(part), Act::Close, &handle.thread, handle.name.clone())),
        }
    }
    closings
}

/// What tells that somebody takes care of a cause.
pub fn acknowledging(cause: &str, known: &Known, most: usize) -> Step<'static> {
    let handle = known.of(cause).first();
    let key = handle.map_or_else(|| key_of("bellwether", cause, most), |handle| handle.name.clone());
    step(None, Act::Acknowledge, cause, key)
}

/// A key that is always the same for one cause, and no drill's is one of the real thing.
fn key(card: &Card, thread: &str, most: usize) -> String {
    key_of(if card.is_test { "bellwether-test" } else { "bellwether" }, thread, most)
}

fn key_of(prefix: &str, thread: &str, most: usize) -> String {
    let key = format!("{prefix}:{thread}");
    if key.len() <= most && key.chars().all(|c| !c.is_control()) { key } else { hashed(prefix, thread) }
}

/// A key of letters, digits and '-' alone, for where others mean something.
pub fn hashed(prefix: &str, thread: &str) -> String {
    format!("{prefix}-{}", hash::of(thread.as_bytes()))
}

/// The headline, with what must stand before it.
pub fn headline(card: &Card, part: Option<&Part>) -> String {
    if let Some(own) = card.own(part).and_then(|own| own.summary.as_deref()) {
        return own::marked(card, own);
    }
    let headline = match (part, &card.shift) {
        (Some(part), _) => part.section.headline.clone(),
        (None, Some(shift)) => shift.headline.clone(),
        (None, None) => card.subject.clone(),
    };
    if card.is_test && part.is_some() { format!("TEST, nothing of it is happening: {headline}") } else { headline }
}

/// All of it in plain text, with what must stand before it.
pub fn text(card: &Card, part: Option<&Part>) -> String {
    if let Some(own) = card.own(part).and_then(|own| own.description.as_deref()) {
        return own::bannered(card, own);
    }
    let section = part.map(|part| &part.section).or(card.shift.as_ref());
    let mut blocks: Vec<String> = card.banner.iter().cloned().collect();
    blocks.extend(section.map(|section| format!("{}\n{}", section.headline, section.plain())));
    blocks.push(card.footer.join("\n"));
    blocks.join("\n\n")
}
