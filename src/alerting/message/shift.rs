//! The message at the change of shifts in words. It is sent when nothing is wrong too, and says how far anybody can see:
//! what is not measured is never counted as well.

use super::words::{count, list, state};
use crate::model::ahead::Window;
use crate::model::card::{Line, Row, Section, Tone};
use crate::model::clock_text::{Times, between, span};
use crate::model::impact::Impact;
use crate::model::notification::Facts;
use crate::model::shift::{ShiftAhead, ShiftFacts, ShiftHappened, ShiftHurt, ShiftUnseen};

/// How many sentences of the organisation's own stand at the top.
const SENTENCES: usize = 3;
/// How many lines one list spells out.
const LINES: usize = 15;

/// The subject: whether anybody must act, and how far is seen.
pub fn subject(told: &ShiftFacts, times: &Times) -> String {
    let late = if told.is_late { ", late" } else { "" };
    format!("[Shift {}{late}] {}; {}", times.moment(told.due), hurt(told), measured(told))
}

/// Who it goes to, and why.
pub fn why(facts: &Facts) -> String {
    let shift = facts.shift.as_ref().map_or_else(String::new, |told| format!(", by the shift {}", told.shift));
    format!("To the receiver {}{shift}.", facts.receiver)
}

/// How many services are hurt; never "all is well".
pub fn hurt(told: &ShiftFacts) -> String {
    match told.hurt_services {
        _ if told.offline_since.is_some() => "Bellwether is offline, nobody knows".to_owned(),
        0 => "nothing known to hurt us".to_owned(),
        n => format!("{} hurt", count(n as usize, "service")),
    }
}

/// How far is seen.
pub fn measured(told: &ShiftFacts) -> String {
    let (measured, vendors) = (told.measured, told.vendors);
    match vendors.saturating_sub(measured) {
        0 => format!("all {vendors} vendors measured"),
        unseen => format!("{measured} of {vendors} vendors measured, {unseen} nobody can see"),
    }
}

/// The message as one section.
pub fn section(facts: &Facts, told: &ShiftFacts, times: &Times) -> Section {
    Section {
        tone: tone(told),
        headline: headline(told, times),
        kicker: kicker(told),
        says: says(told),
        leads: leads(told, facts, times),
        rows: rows(told, times),
        page: facts.page.as_ref().map(|root| format!("{root}/")),
        acknowledge: None,
    }
}

/// Green needs that everything is measured and nothing hurts.
fn tone(told: &ShiftFacts) -> Tone {
    let known = told.hurting.iter().map(|hurt| hurt.impact).filter(|impact| impact.rung().is_some());
    let worst = known.max_by_key(|impact| impact.rung());
    let blind = told.offline_since.is_some() || told.measured < told.vendors || !told.unseen.is_empty();
    match worst {
        Some(impact) => Tone::Of(impact),
        None if blind || told.hurt_services > 0 || told.vendors == 0 => Tone::Of(Impact::Unknown),
        None => Tone::Of(Impact::Operational),
    }
}

fn headline(told: &ShiftFacts, times: &Times) -> String {
    let due = times.moment(told.due);
    match (told.offline_since, told.hurt_services) {
        (Some(since), _) => format!(
            "Shift of {due}: Bellwether itself is offline since {}; it reaches no vendor, and nobody knows how they are.",
            times.moment(since)
        ),
        (None, 0) => format!("Shift of {due}: nothing that anybody can see hurts us; {}.", measured(told)),
        (None, n) => {
            let are = if n == 1 { "is" } else { "are" };
            format!("Shift of {due}: {n} of {} services {are} hurt; {}.", told.services, measured(told))
        }
    }
}

fn kicker(told: &ShiftFacts) -> String {
    let unseen = told.vendors.saturating_sub(told.measured);
    let sight = if unseen == 0 { "all measured".to_owned() } else { format!("{unseen} unseen") };
    let worst = told.hurting.first();
    match (told.offline_since, worst) {
        (Some(_), _) => "Offline, nobody knows".to_owned(),
        (None, Some(hurt)) => format!("{}, {}; {sight}", hurt.impact.label(), hurt.tier.word()),
        (None, None) => format!("Nothing known to hurt us, {sight}"),
    }
}

fn says(told: &ShiftFacts) -> Vec<(String, String)> {
    let mut said: Vec<(String, String)> = Vec::new();
    for hurt in &told.hurting {
        let Some(sentence) = &hurt.say else { continue };
        let line = (format!("{}: ", hurt.service), sentence.clone());
        if !said.contains(&line) {
            said.push(line);
        }
    }
    said.truncate(SENTENCES);
    said
}

fn leads(told: &ShiftFacts, facts: &Facts, times: &Times) -> Vec<String> {
    let mut leads = Vec::new();
    if told.is_late {
        leads.push(format!(
            "It was due at {} and comes {} late, since Bellwether could not make it at that hour. It tells how things \
             stand at {}.",
            times.moment(told.due),
            span(between(told.due, facts.at)),
            times.moment(facts.at)
        ));
    }
    if told.missed > 0 {
        let were = if told.missed == 1 { "was" } else { "were" };
        leads.push(format!("Before it, {} {were} never sent.", count(told.missed as usize, "shift message")));
    }
    leads
}

fn rows(told: &ShiftFacts, times: &Times) -> Vec<Row> {
    let row = |label, lines| Row { label, lines };
    vec![
        row("Hurting us", hurting(told, times)),
        row("Unseen", unseen(told, times)),
        row("Soon", soon(told, times)),
        row("Last shift", happened(told, times)),
        row("Messages", messages(told, times)),
        row("Next", next(told, times)),
    ]
}

fn says_only(words: String) -> Vec<Line> {
    vec![Line::Says(String::new(), words)]
}

/// So many lines, then how many more there are.
fn lines<T>(all: &[T], in_all: usize, line: impl Fn(&T) -> Line) -> Vec<Line> {
    let mut lines: Vec<Line> = all.iter().take(LINES).map(line).collect();
    if in_all > lines.len() && !lines.is_empty() {
        lines.push(Line::Note(format!("and {} more", in_all - lines.len())));
    }
    lines
}

fn hurting(told: &ShiftFacts, times: &Times) -> Vec<Line> {
    let mut lines = match told.hurting.as_slice() {
        [] => says_only("Nothing that we know of.".to_owned()),
        some => lines(some, told.hurting.len(), |hurt| one_hurt(hurt, times)),
    };
    if told.elsewhere > 0 {
        let open = count(told.elsewhere as usize, "other incident");
        let verb = if told.elsewhere == 1 { "hurts" } else { "hurt" };
        lines.push(Line::Note(format!("{open} open at our vendors {verb} no service of ours")));
    }
    lines
}

fn one_hurt(hurt: &ShiftHurt, times: &Times) -> Line {
    let since = hurt.since.map_or_else(String::new, |since| format!(" since {}", times.moment(since)));
    let overrun = if hurt.overrun { ", maintenance past its planned end" } else { "" };
    let (tier, how) = (hurt.tier.word(), state(hurt.impact).to_lowercase());
    Line::Says(hurt.service.clone(), format!(" ({tier}), {how}{since}, because of {}{overrun}", hurt.by))
}

fn unseen(told: &ShiftFacts, times: &Times) -> Vec<Line> {
    let mut all = lines(&told.unseen, told.unseen.len(), |unseen| one_unseen(unseen, times));
    if !told.silent.is_empty() {
        let publish = if told.silent.len() == 1 { "publishes" } else { "publish" };
        let said = format!(" {publish} nothing that can be read: only what people enter by hand tells of them");
        all.push(Line::Says(list(&told.silent), said));
    }
    match all.as_slice() {
        [] if told.vendors == 0 => {
            says_only("No service of the inventory needs a vendor, so nothing is measured.".to_owned())
        }
        [] => says_only("Nothing: every vendor that we need could be read.".to_owned()),
        _ => all,
    }
}

fn one_unseen(unseen: &ShiftUnseen, times: &Times) -> Line {
    let since = unseen.since.map_or_else(String::new, |since| format!(", since {}", times.moment(since)));
    let needed = match unseen.services.as_slice() {
        [] => String::new(),
        some => format!("; needed by {}", list(some)),
    };
    Line::Says(unseen.vendor.clone(), format!(": {}{since}{needed}", unseen.why))
}

fn soon(told: &ShiftFacts, times: &Times) -> Vec<Line> {
    match told.ahead.as_slice() {
        [] => says_only(format!(
            "No maintenance that is announced begins or ends for us before {}.",
            times.moment(told.until)
        )),
        some => lines(some, some.len(), |ahead| one_soon(ahead, times)),
    }
}

fn one_soon(ahead: &ShiftAhead, times: &Times) -> Line {
    let Window { from, until } = ahead.planned;
    let planned = match (ahead.is_running, until) {
        (true, Some(until)) => format!("runs, and is to end {}", times.moment(until)),
        (true, None) => "runs; its end is not said".to_owned(),
        (false, Some(until)) => {
            let end = times.seen_from(from).moment(until);
            format!("is to begin {} and to end {end}", times.moment(from))
        }
        (false, None) => format!("is to begin {}; its end is not said", times.moment(from)),
    };
    let title = if ahead.title.is_empty() { String::new() } else { format!(", “{}”", ahead.title) };
    Line::Says(ahead.vendor.clone(), format!("{title}: maintenance {planned}, for {}", list(&ahead.services)))
}

fn happened(told: &ShiftFacts, times: &Times) -> Vec<Line> {
    match told.happened.as_slice() {
        [] => says_only(format!("Nothing that we know of hurt us anew since {}.", times.moment(told.since))),
        some => lines(some, some.len(), |happened| one_happened(happened, times)),
    }
}

fn one_happened(happened: &ShiftHappened, times: &Times) -> Line {
    let how = state(happened.impact).to_lowercase();
    let when = match (happened.began, happened.ended) {
        (Some(began), Some(ended)) => {
            format!("from {} to {}, {}", times.moment(began), times.moment(ended), span(between(began, ended)))
        }
        (Some(began), None) => format!("since {}, goes on", times.moment(began)),
        (None, Some(ended)) => format!("over {}", times.moment(ended)),
        (None, None) => "changed, goes on".to_owned(),
    };
    Line::Says(happened.service.clone(), format!(", {how}, because of {}: {when}", happened.by))
}

fn messages(told: &ShiftFacts, times: &Times) -> Vec<Line> {
    let delivered = format!("{} delivered since {}", told.delivered, times.moment(told.since));
    let mut lines = says_only(delivered);
    if told.waiting > 0 {
        let oldest =
            told.oldest_waiting.map_or_else(String::new, |at| format!(", the oldest since {}", times.moment(at)));
        lines.push(Line::Says(format!("{} not delivered yet", told.waiting), oldest));
    }
    if told.dead > 0 {
        let said = ": somebody was not told; see Deliveries".to_owned();
        lines.push(Line::Says(format!("{} given up", told.dead), said));
    }
    lines
}

fn next(told: &ShiftFacts, times: &Times) -> Vec<Line> {
    says_only(format!("{}. If no message comes then, Bellwether itself is not well.", times.moment(told.until)))
}
