//! The details about our services. What several services share is told once.

use super::advice::{do_first, owner};
use super::vendor::{how_bad, how_ended, is_by_hand, planned_end, source_state, support, which_part, word};
use super::words::{is_over, is_unseen, list, state};
use super::{ahead, circumstance, keeping};
use crate::model::card::{Line, Row};
use crate::model::clock_text::{Times, between, span};
use crate::model::effect::EffectKind;
use crate::model::inventory::Tier;
use crate::model::notification::{Facts, HurtService, Topic};

/// How many services are told with all their details; life-safety always.
const WHOLE_SERVICES: usize = 5;

/// All rows of a topic, in the order in which they are needed. Rows that would be empty are left out.
pub fn rows(facts: &Facts, topic: &Topic, times: &Times) -> Vec<Row> {
    if let Some(kept) = &topic.keeping {
        return keeping::rows(topic, kept, times);
    }
    let services = whole(topic);
    let rows = [
        row(if is_over(topic) { "Sight" } else { "Why unseen" }, source_state(topic)),
        row("Planned", ahead::planned(topic, times)),
        row("Nobody yet", circumstance::escalation(topic, super::letter::page(facts, topic).as_deref())),
        row("Comes and goes", circumstance::flapping(topic, times)),
        row(hurt_label(topic), hurt(topic, &services)),
        row("Sites", sites(facts, &services)),
        row("By this way", way(&services)),
        row(if is_over(topic) { "We could bear" } else { "We can bear it" }, bear(topic, &services, times)),
        row("Planned end", planned_end(topic, times)),
        row("How it ended", how_ended(topic, times)),
        row(if is_over(topic) { "Procedure" } else { "Do first" }, do_first(topic, &services)),
        row("Owner", owner(&services)),
        row("Vendor support", support(topic)),
        row(if is_by_hand(topic) { "By hand" } else { "They say" }, word(topic, times)),
        row("Next word", circumstance::next_word(topic, times)),
        row("It stands on", circumstance::below(topic)),
        row("Which part", which_part(topic)),
        row("How bad", how_bad(topic)),
        row("How we know", circumstance::witnesses(topic)),
    ];
    rows.into_iter().flatten().collect()
}

fn hurt_label(topic: &Topic) -> &'static str {
    match (is_unseen(topic), is_over(topic)) {
        (_, false) if topic.ahead.is_some() => "Will be hurt",
        (_, true) if topic.ahead.is_some() => "Would have been",
        (true, false) => "May be hurt",
        (true, true) => "May have been",
        (false, false) => "Hurt",
        (false, true) => "Was hurt",
    }
}

fn row(label: &'static str, lines: Vec<Line>) -> Option<Row> {
    (!lines.is_empty()).then_some(Row { label, lines })
}

/// The services that are told in full.
fn whole(topic: &Topic) -> Vec<&HurtService> {
    let counted = topic.services.iter().enumerate();
    counted.filter(|(n, s)| *n < WHOLE_SERVICES || s.tier == Tier::LifeSafety).map(|(_, s)| s).collect()
}

/// The same words for several services, with the names of those that they hold for. One service needs no name.
pub fn grouped(services: &[&HurtService], words: impl Fn(&HurtService) -> String) -> Vec<(String, String)> {
    let mut groups: Vec<(Vec<&str>, String)> = Vec::new();
    for service in services {
        let said = words(service);
        match groups.iter_mut().find(|(_, same)| *same == said) {
            _ if said.is_empty() => {}
            Some((names, _)) => names.push(&service.name),
            None => groups.push((vec![&service.name], said)),
        }
    }
    let alone = services.len() == 1;
    groups
        .into_iter()
        .map(|(names, said)| (if alone { String::new() } else { format!("{}: ", list(&names)) }, said))
        .collect()
}

fn lines(groups: Vec<(String, String)>) -> Vec<Line> {
    groups.into_iter().map(|(names, said)| Line::Says(names, said)).collect()
}

fn hurt(topic: &Topic, whole: &[&HurtService]) -> Vec<Line> {
    let mut lines: Vec<Line> = whole.iter().map(|s| Line::Says(s.name.clone(), how(topic, s))).collect();
    let rest: Vec<String> = topic
        .services
        .iter()
        .filter(|s| !whole.iter().any(|told| told.id == s.id))
        .map(|s| format!("{} ({})", s.name, s.tier.word()))
        .collect();
    if !rest.is_empty() {
        lines.push(Line::Says("Also".to_owned(), format!(" {}", list(&rest))));
    }
    lines
}

fn how(topic: &Topic, service: &HurtService) -> String {
    let state = match (is_unseen(topic), service.effect) {
        (_, EffectKind::Over) if topic.ahead.is_some() => "not by this".to_owned(),
        _ if topic.ahead.is_some() => "maintenance".to_owned(),
        (true, EffectKind::Over) => "nobody saw it".to_owned(),
        (true, _) => "nobody knows".to_owned(),
        (false, EffectKind::Over) if topic.open_end.is_some() => {
            format!("no longer counted, was {}", state(service.impact).to_lowercase())
        }
        (false, EffectKind::Over) => format!("over, was {}", state(service.impact).to_lowercase()),
        (false, EffectKind::Hurt) => state(service.impact).to_lowercase(),
        (false, EffectKind::Worse) => format!("worse, now {}", state(service.impact).to_lowercase()),
        (false, EffectKind::Better) => format!("better, now {}", state(service.impact).to_lowercase()),
    };
    let workflow = if service.workflow.is_empty() { String::new() } else { format!(": {}", service.workflow) };
    format!(" ({}), {state}{workflow}", service.tier.word())
}

fn sites(facts: &Facts, services: &[&HurtService]) -> Vec<Line> {
    let words = |service: &HurtService| match (service.sites.len(), facts.sites_in_all as usize) {
        (0, _) => "everywhere".to_owned(),
        (here, all) if here == all => format!("all {all}: {}", list(&service.sites)),
        (here, all) if all > here => format!("{here} of {all}: {}", list(&service.sites)),
        _ => list(&service.sites),
    };
    lines(grouped(services, words))
}

fn way(services: &[&HurtService]) -> Vec<Line> {
    let indirect = services.iter().filter(|s| s.path.len() > 1);
    indirect.map(|s| Line::Says(String::new(), s.path.join(", because "))).collect()
}

fn bear(topic: &Topic, services: &[&HurtService], times: &Times) -> Vec<Line> {
    if is_unseen(topic) || topic.ahead.is_some_and(|ahead| ahead.kind.is_off()) {
        return Vec::new();
    }
    lines(grouped(services, |s| s.bears_seconds.map_or(String::new(), |bears| borne(topic, bears, times))))
}

fn borne(topic: &Topic, bears: u64, times: &Times) -> String {
    let bears = i64::try_from(bears).unwrap_or(i64::MAX);
    if let Some(ahead) = &topic.ahead {
        let lasts = ahead.planned.until.map(|until| between(ahead.planned.from, until));
        let longer = lasts.filter(|lasts| *lasts > bears).map(|_| ", less than it is planned to last");
        return format!("{}{}", span(bears), longer.unwrap_or_default());
    }
    let limit = topic.since.checked_add(jiff::SignedDuration::from_secs(bears));
    let moment = limit.map_or(String::new(), |at| times.moment(at));
    if topic.until.is_some_and(|until| until <= topic.since) {
        return String::new();
    }
    let used = topic.until.map_or_else(|| times.used(topic.since), |until| between(topic.since, until));
    match (is_over(topic), used > bears) {
        (_, true) => format!("passed by {} of {}, at {moment}", span(used - bears), span(bears)),
        (true, false) => format!("{}; it lasted {}", span(bears), span(used)),
        (false, false) => {
            format!("{} of {} used, {} left, until {moment}", span(used.max(0)), span(bears), span(bears - used.max(0)))
        }
    }
}
