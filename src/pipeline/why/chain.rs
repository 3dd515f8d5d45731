//! From the body to the services: what was read, what it said, what changed, and what that does to whom.

use serde_json::Value;

use super::judge::Judged;
use super::{Ground, Link, Step};
use crate::model::clock_text::{between, span};
use crate::model::incident::{Health, Report};
use crate::model::text;
use crate::store::why::Trace;

/// How long after its stated beginning a first sight counts as late.
const LATE_SECONDS: i64 = 120;

pub(super) fn steps(ground: &Ground<'_>, trace: &Trace, judged: Option<&Judged<'_>>) -> Vec<Step> {
    let mut steps: Vec<Step> = trace.reports.iter().flat_map(|report| report_steps(ground, trace, report)).collect();
    steps.extend(trace.bodies.iter().map(|body| {
        let what = format!("{} of {}: {} octets, hash {}", body.role, body.source, body.octets, short(&body.hash));
        Step::logged(Link::Body, body.at, what)
    }));
    steps.extend(trace.health.iter().map(|line| Step::logged(Link::Source, line.at, health(&line.doc))));
    steps.extend(trace.changes.iter().map(|line| Step::logged(Link::Change, line.at, change(&line.doc))));
    steps.extend(
        trace
            .effects
            .iter()
            .filter(|line| is_asked(ground, &line.doc))
            .map(|line| Step::logged(Link::Service, line.at, effect(&line.doc))),
    );
    if let Some(acknowledged) = &trace.acknowledged {
        steps.push(Step::logged(Link::Incident, acknowledged.at, format!("{} takes care of it", acknowledged.who)));
    }
    // The sort is stable: of one moment, in the order of the chain.
    steps.sort_by_key(|step| (step.at.map(|at| at.as_millisecond()), step.link as u8));
    steps.extend(judged.into_iter().flat_map(|judged| judged.steps(ground)));
    steps
}

fn is_asked(ground: &Ground<'_>, doc: &Value) -> bool {
    let service = doc.pointer("/service").and_then(Value::as_str).unwrap_or_default();
    ground.service.as_ref().is_none_or(|only| only.as_str() == service)
}

fn report_steps(ground: &Ground<'_>, trace: &Trace, report: &Report) -> Vec<Step> {
    let seen = &report.seen;
    let mut steps = Vec::new();
    if let Some(mark) = trace.marks.get(&report.source) {
        let now = match &mark.health {
            Health::NeverRead => "never read".to_owned(),
            health => health.why().unwrap_or_else(|| "can be read".to_owned()),
        };
        let good = mark.last_good.map(|at| format!(", last read at {}", ground.local(at))).unwrap_or_default();
        if let Some(first) = mark.first_look {
            let what = if report.source.is_by_hand() {
                format!("{}: entered by hand", report.source)
            } else {
                format!("{}: first look; now: {now}{good}", report.source)
            };
            steps.push(Step::logged(Link::Source, first, what));
        }
    }
    let names: Vec<&str> = seen.components.iter().map(|c| c.name.as_str()).collect();
    let names = if names.is_empty() { "no component".to_owned() } else { names.join(", ") };
    let regions = if seen.regions.is_empty() { String::new() } else { format!(", in {}", seen.regions.join(", ")) };
    let theirs = text::line(&seen.vendor_impact, 40);
    let theirs = if theirs.is_empty() { theirs } else { format!(" (theirs: {theirs})") };
    let what = format!(
        "{} says “{}”: {}{theirs}, {}; it names {names}{regions}{}",
        report.source,
        text::line(&seen.title, 200),
        seen.impact,
        seen.phase.word(),
        late(ground, report),
    );
    steps.push(Step::logged(Link::Incident, report.first_seen, text::line(&what, 600)));
    steps
}

/// How long after the beginning that the vendor states we first saw it.
fn late(ground: &Ground<'_>, report: &Report) -> String {
    let Some(started) = report.seen.started.as_ref().and_then(|s| s.at) else { return String::new() };
    let late = between(started, report.first_seen);
    if late < LATE_SECONDS {
        return String::new();
    }
    format!("; it began at {} by its word, {} before we saw it", ground.local(started), span(late))
}

fn change(doc: &Value) -> String {
    let word = |path: &str| doc.pointer(path).and_then(Value::as_str).unwrap_or_default();
    let how = match word("/resolved_how") {
        "" => String::new(),
        how => format!(" ({})", how.replace('_', " ")),
    };
    format!("{}{how}: {}, {}", word("/kind"), word("/incident/impact"), word("/incident/phase").replace('_', " "))
}

fn health(doc: &Value) -> String {
    let word = |path: &str| doc.pointer(path).and_then(Value::as_str).unwrap_or_default();
    let why = word("/why");
    let why = if why.is_empty() { String::new() } else { format!(": {}", text::line(why, 200)) };
    format!("{} is {}{why}", word("/source"), word("/health").replace('_', " "))
}

fn effect(doc: &Value) -> String {
    let word = |path: &str| doc.pointer(path).and_then(Value::as_str).unwrap_or_default();
    let path: Vec<&str> =
        doc.pointer("/path").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    let name = path.first().copied().unwrap_or_else(|| word("/service"));
    let way = path.get(1..).unwrap_or_default().join(", because ");
    format!("{name}: {} ({}), because {}", word("/kind"), word("/impact"), text::line(&way, 200))
}

/// Enough of a hash to find the document by.
fn short(hash: &str) -> &str {
    hash.get(..12).unwrap_or(hash)
}
