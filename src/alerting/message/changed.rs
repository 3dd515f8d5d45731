//! What changed since the last message about the same thing to the same address.

use super::words::{is_over, is_unseen, lead, list, state};
use crate::model::clock_text::Times;
use crate::model::effect::EffectKind;
use crate::model::notification::{Before, Topic};

/// One sentence; nothing for a first message, for an end, and where nothing else changed.
pub fn changed(topic: &Topic, times: &Times) -> Option<String> {
    let before = topic.before.as_ref().filter(|_| !is_over(topic) && !is_unseen(topic) && topic.ahead.is_none())?;
    let word = topic.vendor_word.as_ref();
    let components = word.map(|word| word.components.as_slice()).unwrap_or_default();
    let regions = word.map(|word| word.regions.as_slice()).unwrap_or_default();
    let parts = [
        turned(topic, before),
        more("now hurt too:", &newly_hurt(topic, before)),
        more("it now names", &beyond(components, &before.components)),
        more("it names no more", &beyond(&before.components, components)),
        more("it is now in", &beyond(regions, &before.regions)),
        more("it is no more in", &beyond(&before.regions, regions)),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    (!parts.is_empty())
        .then(|| format!("Since our last message, at {}: {}.", times.moment(before.at), parts.join("; ")))
}

/// `EHR was degraded, now DOWN`.
fn turned(topic: &Topic, before: &Before) -> Option<String> {
    let service = lead(topic)?;
    let (_, was) = before.services.iter().find(|(id, _)| *id == service.id)?;
    (*was != service.impact)
        .then(|| format!("{} was {}, now {}", service.name, state(*was).to_lowercase(), state(service.impact)))
}

fn newly_hurt<'a>(topic: &'a Topic, before: &Before) -> Vec<&'a str> {
    let is_new = |id| !before.services.iter().any(|(known, _)| known == id);
    let services = topic.services.iter().filter(|s| s.effect != EffectKind::Over && is_new(&s.id));
    services.map(|s| s.name.as_str()).collect()
}

/// Those of `names` that were not said `before`. Where nothing was said, nothing was added.
fn beyond<'a>(names: &'a [String], before: &[String]) -> Vec<&'a str> {
    if before.is_empty() {
        return Vec::new();
    }
    names.iter().filter(|name| !before.contains(name)).map(String::as_str).collect()
}

fn more(words: &str, names: &[&str]) -> Option<String> {
    (!names.is_empty()).then(|| format!("{words} {}", list(names)))
}
