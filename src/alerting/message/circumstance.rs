//! What else bears on a topic: that it comes and goes, that nobody takes care of it, what is open below its vendor.

use super::words::is_over;
use crate::model::card::Line;
use crate::model::clock_text::Times;
use crate::model::notification::Topic;
use crate::model::restless::FlappingWord;

/// That it comes and goes, or has come to rest.
pub fn flapping(topic: &Topic, times: &Times) -> Vec<Line> {
    let says = match topic.flapping {
        None => return Vec::new(),
        Some(FlappingWord::Restless(restless)) => format!(
            "it comes and goes: {} times since {}. Nothing more is told until it has been steady; that is at {} if nothing \
             happens until then",
            restless.turns,
            times.moment(restless.since),
            times.moment(restless.until),
        ),
        Some(FlappingWord::Steady) if is_over(topic) => "it came and went, and has been well for a while".to_owned(),
        Some(FlappingWord::Steady) => "it came and went, and has stayed for a while".to_owned(),
    };
    vec![Line::Says(String::new(), says)]
}

/// That nobody takes care of it yet.
pub fn escalation(topic: &Topic) -> Vec<Line> {
    let step = topic.escalation.filter(|_| !is_over(topic));
    let says = step.map(|step| format!("nobody has acknowledged it yet, so it comes to you (step {step})"));
    says.into_iter().map(|says| Line::Says(String::new(), says)).collect()
}

/// What is open at the vendors that this one stands on.
pub fn below(topic: &Topic) -> Vec<Line> {
    topic.below.iter().map(|below| Line::Says(below.vendor.clone(), format!(": {}", below.title))).collect()
}
