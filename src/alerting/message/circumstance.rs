//! What else bears on a topic: that it comes and goes, that nobody takes care of it, what is open below its vendor.

use super::words::is_over;
use crate::model::card::Line;
use crate::model::clock_text::{Times, span};
use crate::model::next_word;
use crate::model::notification::{Testimony, Topic, Witness};
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
pub fn escalation(topic: &Topic, page: Option<&str>) -> Vec<Line> {
    let step = topic.escalation.filter(|_| !is_over(topic));
    let says = step.map(|step| format!("nobody has acknowledged it, so it comes to you (step {step})"));
    let mut lines: Vec<Line> = says.into_iter().map(|says| Line::Says(String::new(), says)).collect();
    if !lines.is_empty() {
        let how = match page {
            Some(page) => Line::Link(page.to_owned(), "press “Acknowledge” there, signed in".to_owned()),
            None => Line::Note("acknowledge it on its page in Bellwether".to_owned()),
        };
        lines.push(how);
    }
    lines
}

/// What each source of the vendor says, where there are several.
pub fn witnesses(topic: &Topic) -> Vec<Line> {
    let line = |witness: &Witness| match &witness.says {
        Testimony::Says { impact, phase } => {
            let said = format!(" says so: {}, {}", impact.label().to_lowercase(), phase.word().replace('_', " "));
            Line::Says(witness.source.to_string(), said)
        }
        Testimony::Silent => Line::Says(witness.source.to_string(), " can be read, and says nothing of it".to_owned()),
        Testimony::Blind(why) => Line::Says(witness.source.to_string(), format!(" cannot be read: {why}")),
    };
    topic.witnesses.iter().map(line).collect()
}

/// When the vendor's next word is due, where it promised one.
pub fn next_word(topic: &Topic, times: &Times) -> Vec<Line> {
    let word = topic.vendor_word.as_ref().filter(|word| word.author.is_none());
    let word = word.filter(|_| !is_over(topic) && topic.ahead.is_none());
    let due = word.and_then(|word| next_word::due(word.text.as_deref()?, word.said_at?));
    let says = due.map(|due| match times.used(due) {
        late if late >= 0 => format!("was due {}, and has not come for {}", times.moment(due), span(late)),
        ahead => format!("due {}, in {}", times.moment(due), span(-ahead)),
    });
    says.into_iter().map(|says| Line::Says(String::new(), says)).collect()
}

/// What is open at the vendors that this one stands on.
pub fn below(topic: &Topic) -> Vec<Line> {
    topic.below.iter().map(|below| Line::Says(below.vendor.clone(), format!(": {}", below.title))).collect()
}
