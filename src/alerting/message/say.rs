//! The organisation's own sentences in a message: high up, each once, and never as if they still held after an end.

use super::rows::grouped;
use super::words::{is_over, is_unseen};
use crate::model::effect::EffectKind;
use crate::model::notification::{HurtService, Topic};

/// The most sentences that one message says; those of the services that are needed most.
const MOST: usize = 3;

/// Of which services, and what is said: `("Sign-in: ", "Use the bypass group.")`. One service alone is not named.
pub fn says(topic: &Topic) -> Vec<(String, String)> {
    if topic.ahead.is_some_and(|ahead| ahead.kind.is_off()) {
        return Vec::new();
    }
    let with: Vec<&HurtService> = topic.services.iter().filter(|s| s.say.is_some()).collect();
    let now: Vec<&HurtService> = with.iter().copied().filter(|s| holds(s)).collect();
    if is_over(topic) && now.is_empty() {
        return grouped(&with, |s| s.say.clone().unwrap_or_default())
            .into_iter()
            .take(MOST)
            .map(|(names, said)| (format!("{names}Said meanwhile: "), said))
            .collect();
    }
    let sentences = named(&now, topic.services.len()).into_iter().take(MOST);
    sentences.map(|(names, said)| (condition(topic, &names), said)).collect()
}

/// Whether the service is hurt now, by this or by something else.
fn holds(service: &HurtService) -> bool {
    service.effect != EffectKind::Over || !service.still.is_empty()
}

fn named(services: &[&HurtService], in_all: usize) -> Vec<(String, String)> {
    let mut said = grouped(services, |s| s.say.clone().unwrap_or_default());
    if let ([one], [(names, _)]) = (services, said.as_mut_slice())
        && in_all > 1
    {
        *names = format!("{}: ", one.name);
    }
    said
}

fn condition(topic: &Topic, names: &str) -> String {
    match (is_unseen(topic) || topic.ahead.is_some(), names) {
        (false, names) => names.to_owned(),
        (true, "") => "In case: ".to_owned(),
        (true, names) => format!("{}, in case: ", names.trim_end_matches(": ")),
    }
}

/// The sentence for a pager: that of the service which leads, while it is hurt.
pub fn of_lead(lead: &HurtService) -> Option<&str> {
    lead.say.as_deref().filter(|_| holds(lead))
}
