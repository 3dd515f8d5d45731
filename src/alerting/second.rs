//! The second way: what did not arrive by the first goes by another, as a message of its own that says why.

use jiff::Timestamp;

use super::message::words::is_over;
use crate::model::course::SecondWay;
use crate::model::id::ReceiverId;
use crate::model::impact::Impact;
use crate::model::inventory::Tier;
use crate::model::notification::{Facts, Topic};

/// Whether a message is about the worst, which must arrive: life-safety, a major outage, or a way of our own that fails.
#[must_use]
pub fn is_grave(facts: &Facts) -> bool {
    let is_now = |topic: &&Topic| topic.ahead.is_none() && topic.keeping.is_none();
    let is_worst = |topic: &Topic| {
        topic.impact == Impact::MajorOutage || topic.services.iter().any(|s| s.tier == Tier::LifeSafety)
    };
    facts.course.trouble.is_some() || facts.topics.iter().filter(is_now).any(is_worst)
}

/// Whether a message may not be gathered: somebody's life hangs on it.
#[must_use]
pub fn goes_at_once(facts: &Facts) -> bool {
    let is_worst =
        |topic: &Topic| topic.services.iter().any(|s| s.tier == Tier::LifeSafety && s.impact == Impact::MajorOutage);
    facts.topics.iter().any(is_worst)
}

/// The same message for another receiver.
#[must_use]
pub fn by_second_way(facts: &Facts, to: &ReceiverId, second: SecondWay, now: Timestamp) -> Facts {
    let mut facts = facts.clone();
    facts.receiver = to.clone();
    facts.at = now;
    facts.course.second = Some(second);
    facts
}

/// What of a message tells an end, for who was told of its beginning by a second way.
#[must_use]
pub fn ends(facts: &Facts, causes: &[String]) -> Option<Facts> {
    let is_end = |topic: &&Topic| is_over(topic) && causes.contains(&topic.cause.to_string());
    let topics: Vec<Topic> = facts.topics.iter().filter(is_end).cloned().collect();
    (!topics.is_empty()).then(|| Facts { topics, ..facts.clone() })
}
