//! What became of a cause for one receiver, by the log: each decision, the message that it became, each try.

use std::collections::BTreeSet;

use super::{Branch, Ground, Link, Outcome, Step};
use crate::store::story::Delivery;
use crate::store::why::{Decided, Trace};

/// Tries of one message that are spelt out, the newest.
const TRIES: usize = 5;

/// `None` where no decision of the log is about what is asked.
pub(super) fn logged(ground: &Ground<'_>, trace: &Trace, receiver: &str) -> Option<Branch> {
    let is_asked = |d: &&Decided| {
        d.receiver == receiver
            && ground.service.as_ref().is_none_or(|only| d.doc.services.iter().any(|s| s.service == *only))
            && ground.subscription.as_ref().is_none_or(|only| d.doc.subscriptions.contains(only))
    };
    let decisions: Vec<&Decided> = trace.decisions.iter().filter(is_asked).collect();
    let last = decisions.last()?;
    let mut messages: Vec<&Delivery> = Vec::new();
    for delivery in decisions.iter().filter_map(|d| trace.deliveries.get(d.notification.as_deref()?)) {
        if !messages.iter().any(|known| known.id == delivery.id) {
            messages.push(delivery);
        }
    }
    let has = |state: &str| messages.iter().any(|m| m.state == state);
    let outcome = match () {
        () if has("dead") => Outcome::GivenUp,
        () if has("pending") => Outcome::Waits,
        () if has("delivered") => Outcome::Told,
        () => Outcome::KeptBack,
    };
    let answer = sentence(ground, receiver, &messages, last);
    Some(Branch { receiver: receiver.to_owned(), outcome, answer, steps: steps(ground, trace, &decisions) })
}

/// `noc was told at 03:12 CST (250 2.0.0 Ok): “[DOWN] EHR …”. Then kept back: …`
fn sentence(ground: &Ground<'_>, receiver: &str, messages: &[&Delivery], last: &Decided) -> String {
    let mut words: Vec<String> = Vec::new();
    let delivered: Vec<&&Delivery> = messages.iter().filter(|m| m.state == "delivered").collect();
    if let Some(dead) = messages.iter().rev().find(|m| m.state == "dead") {
        let said = last_word(dead);
        words.push(format!(
            "{receiver} was NOT told: the message of {} was given up ({said}).",
            ground.local(dead.made)
        ));
    }
    if let Some(first) = delivered.first() {
        let at = first.ended.unwrap_or(first.made);
        let subject = first.subject.as_deref().map(|subject| format!(": “{subject}”")).unwrap_or_default();
        words.push(format!("{receiver} was told at {} ({}){subject}.", ground.local(at), last_word(first)));
    }
    if let [_, .., latest] = delivered.as_slice() {
        let subject = latest.subject.as_deref().unwrap_or("a message");
        let at = latest.ended.unwrap_or(latest.made);
        words.push(format!("Last told at {}: “{subject}”.", ground.local(at)));
    }
    if let Some(waiting) = messages.iter().rev().find(|m| m.state == "pending") {
        words.push(waits(ground, receiver, waiting));
    }
    if !last.is_sent {
        let begins =
            if messages.is_empty() { format!("{receiver} was not told:") } else { "Then kept back:".to_owned() };
        words.push(format!("{begins} {}.", reason(ground, last)));
    }
    words.join(" ")
}

fn waits(ground: &Ground<'_>, receiver: &str, message: &Delivery) -> String {
    match message.attempts.last() {
        Some(attempt) => format!(
            "A message to {receiver} waits after {} tries: {}. Next try at {}.",
            message.tries,
            attempt.detail,
            ground.local(message.due)
        ),
        None if message.due > ground.now => {
            format!("{receiver} is told at {}, together with all else until then.", ground.local(message.due))
        }
        None => format!("A message to {receiver} waits since {}, not tried yet.", ground.local(message.made)),
    }
}

fn last_word(message: &Delivery) -> String {
    let tried = || message.attempts.last().map(|attempt| attempt.detail.clone());
    message.answer.clone().or_else(tried).unwrap_or_else(|| "no answer was kept".to_owned())
}

/// The reason as it was logged, with its time as people read it, and what comes after it.
fn reason(ground: &Ground<'_>, decided: &Decided) -> String {
    let Some(until) = decided.doc.until else { return decided.why.clone() };
    let why = decided.why.replace(&until.to_string(), &ground.local(until));
    if until > ground.now { format!("{why}; it will be told then if it still holds") } else { why }
}

fn steps(ground: &Ground<'_>, trace: &Trace, decisions: &[&Decided]) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut shown: BTreeSet<&str> = BTreeSet::new();
    for decided in decisions {
        steps.extend(subscriptions(ground, decided));
        let rule = decided.rule.as_deref().unwrap_or("not kept");
        let said = if decided.is_sent { decided.why.clone() } else { format!("not told: {}", reason(ground, decided)) };
        steps.push(Step::logged(Link::Rule, decided.at, format!("{rule}: {said}")));
        steps.extend(silence(ground, trace, decided));
        let message = decided.notification.as_deref().and_then(|id| trace.deliveries.get(id));
        match message {
            Some(message) if shown.insert(&message.id) => route(ground, message, &mut steps),
            Some(message) => {
                let told = format!("told with message {}", message.id);
                steps.push(Step::logged(Link::Route, decided.at, told));
            }
            None => {}
        }
    }
    steps
}

fn subscriptions(ground: &Ground<'_>, decided: &Decided) -> Option<Step> {
    let services: Vec<String> = decided
        .doc
        .services
        .iter()
        .map(|s| format!("{} {} ({})", ground.service_name(&s.service), s.kind.word(), s.impact))
        .collect();
    let names: Vec<&str> = decided.doc.subscriptions.iter().map(|s| s.as_str()).collect();
    let names = if names.is_empty() { "no subscription any more".to_owned() } else { names.join(", ") };
    let what = format!("{names}, for {}", services.join(", "));
    (!services.is_empty()).then(|| Step::logged(Link::Subscription, decided.at, what))
}

fn silence(ground: &Ground<'_>, trace: &Trace, decided: &Decided) -> Option<Step> {
    let id = decided.doc.silence.as_ref()?;
    let silence = trace.silences.iter().find(|s| s.id == *id)?;
    let (from, until) = (ground.local(silence.from), ground.local(silence.until));
    let what = format!("{} by {} from {from} until {until}: {}", silence.id, silence.author, silence.reason);
    Some(Step::logged(Link::Silence, silence.from, what))
}

fn route(ground: &Ground<'_>, message: &Delivery, steps: &mut Vec<Step>) {
    let subject = message.subject.as_deref().map_or_else(|| "not worded yet".to_owned(), |s| format!("“{s}”"));
    let state = match message.state.as_str() {
        "pending" => format!("waits, due at {}", ground.local(message.due)),
        "dead" => "given up".to_owned(),
        other => other.to_owned(),
    };
    steps.push(Step::logged(Link::Route, message.made, format!("message {} {subject}: {state}", message.id)));
    let earlier = message.attempts.len().saturating_sub(TRIES);
    if earlier > 0 {
        steps.push(Step::logged(Link::Try, message.made, format!("{earlier} earlier tries are not shown")));
    }
    for attempt in message.attempts.iter().skip(earlier) {
        steps.push(Step::logged(Link::Try, attempt.at, format!("{}: {}", attempt.outcome, attempt.detail)));
    }
}
