//! Facts into the parts of a message, for receivers that lay it out themselves and keep a state for each cause.

use super::{clean, letter, shift, short, subject, webhook, words};
use crate::model::ahead::Ahead;
use crate::model::card::{Card, Part, Turn};
use crate::model::clock_text::Times;
use crate::model::effect::EffectKind;
use crate::model::id::NotificationId;
use crate::model::notification::{Facts, Topic};

/// The message that tells `facts`, in parts.
#[must_use]
pub fn card(id: &NotificationId, facts: &Facts) -> Card {
    let facts = &clean::facts(facts);
    let times = Times::new(&facts.time_zone, facts.at);
    let (letter, short) = (letter::letter(id, facts), short::short(facts));
    let json = serde_json::to_value(webhook::body(id, facts, &letter, &short)).unwrap_or_default();
    Card {
        id: id.to_string(),
        at: facts.at,
        organisation: facts.organisation.clone(),
        root: facts.page.clone(),
        subject: subject::subject(facts),
        short,
        banner: letter::banner(facts),
        overview: letter.overview,
        is_test: facts.test || facts.drill,
        shift: facts.shift.as_ref().map(|told| shift::section(facts, told, &times)),
        parts: facts.topics.iter().map(|topic| part(facts, topic, &times)).collect(),
        footer: letter::footer(id, facts, &times),
        json,
    }
}

fn part(facts: &Facts, topic: &Topic, times: &Times) -> Part {
    Part {
        cause: topic.cause.to_string(),
        source: topic.source.as_ref().map(ToString::to_string),
        turn: turn(topic),
        begins: topic.reported_late || topic.told.contains(&EffectKind::Hurt),
        is_unseen: words::is_unseen(topic),
        vendor: topic.vendor.clone(),
        tier: topic.services.iter().map(|service| service.tier).min(),
        impact: topic.impact,
        services: topic.services.iter().map(|service| service.name.clone()).collect(),
        since: topic.since,
        until: topic.ahead.as_ref().map(|ahead: &Ahead| ahead.planned.from).or(topic.until),
        vendor_page: topic.vendor_word.as_ref().and_then(|word| word.link.clone()),
        section: letter::section(facts, topic, times),
    }
}

fn turn(topic: &Topic) -> Turn {
    match words::now(topic) {
        _ if topic.ahead.is_some() => Turn::Ahead,
        EffectKind::Hurt => Turn::Opened,
        EffectKind::Worse => Turn::Worse,
        EffectKind::Better => Turn::Better,
        EffectKind::Over => Turn::Over,
    }
}
