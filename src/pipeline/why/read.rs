//! One cause, whole: its chain, then what became of it for each receiver.

use std::collections::BTreeSet;

use super::branch;
use super::chain;
use super::judge::Judged;
use super::{Branch, Ground, NoAnswer, OneCause, Outcome};
use crate::model::text;
use crate::store::Store;
use crate::store::why::Trace;

/// Receivers that the first sentence names; the others are counted.
const NAMED: usize = 3;

/// `None` where nothing is known of it.
pub(super) async fn one(store: &Store, ground: &Ground<'_>, cause: &str) -> Result<Option<OneCause>, NoAnswer> {
    let trace = store.trace(cause).await?;
    if trace.reports.is_empty() && trace.decisions.is_empty() && trace.effects.is_empty() {
        return Ok(None);
    }
    let unconfirmed = store.unconfirmed(&ground.compiled.guessed).await?;
    let judged = Judged::of(ground, &trace, &unconfirmed);
    let branches = branches(ground, &trace, judged.as_ref());
    Ok(Some(OneCause {
        cause: trace.reports.first().map_or_else(|| cause.to_owned(), |report| report.incident.to_string()),
        title: title(ground, &trace, cause),
        is_incident: !trace.reports.is_empty(),
        answer: answer(&branches, judged.as_ref()),
        steps: chain::steps(ground, &trace, judged.as_ref()),
        branches,
    }))
}

fn title(ground: &Ground<'_>, trace: &Trace, cause: &str) -> String {
    if let Some(report) = trace.reports.first() {
        let vendor = ground.compiled.vendor_name(&report.source.vendor());
        return format!("{vendor}: {}", text::line(&report.seen.title, 200));
    }
    match cause.split_once(':') {
        Some(("blind", source)) => format!("{source} cannot be read"),
        Some(("component", which)) => format!("a component that no incident names: {which}"),
        _ if cause == "offline" => "our own network is gone".to_owned(),
        _ => cause.to_owned(),
    }
}

/// Those of the log, then those that the configuration has beside them.
fn branches(ground: &Ground<'_>, trace: &Trace, judged: Option<&Judged<'_>>) -> Vec<Branch> {
    let logged: BTreeSet<&str> =
        trace.decisions.iter().map(|d| d.receiver.as_str()).filter(|id| ground.wants_receiver(id)).collect();
    let mut branches: Vec<Branch> = logged.iter().filter_map(|id| branch::logged(ground, trace, id)).collect();
    let configured = ground.compiled.rules.receivers().keys().filter(|id| ground.wants_receiver(id.as_str()));
    for id in configured {
        if !branches.iter().any(|branch| branch.receiver == id.as_str()) {
            branches.extend(judged.map(|judged| judged.branch(ground, id)));
        }
    }
    branches.sort_by(|a, b| (a.outcome, &a.receiver).cmp(&(b.outcome, &b.receiver)));
    branches
}

/// The first line: what is bad first, then who was told, then who was not.
fn answer(branches: &[Branch], judged: Option<&Judged<'_>>) -> String {
    let (concerned, others): (Vec<&Branch>, Vec<&Branch>) =
        branches.iter().partition(|branch| branch.outcome != Outcome::NotConcerned);
    if concerned.is_empty() {
        return match (others.as_slice(), judged.and_then(Judged::nobody)) {
            ([one], _) => one.answer.clone(),
            (_, Some(why)) => format!("Nobody was told: {why}."),
            ([], None) => "Nobody was told: no subscription leads to any receiver.".to_owned(),
            ([first, ..], None) => format!("Nobody was told. {}", first.answer),
        };
    }
    let mut sentences: Vec<String> = concerned.iter().take(NAMED).map(|branch| branch.answer.clone()).collect();
    if concerned.len() > NAMED {
        sentences.push(format!("And {} more below.", concerned.len() - NAMED));
    }
    sentences.join(" ")
}
