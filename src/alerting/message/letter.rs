//! A message in parts, before it is plain text or HTML: so that both say the same.

use super::course;
use super::digest::overview;
use super::headline::{headline, kicker, leads};
use super::rows::rows;
use super::say::says;
use super::shift;
use super::subject::subject;
use super::trouble;
use super::words::{is_over, is_unseen, still_hurt};
use crate::model::card::{Section, Tone};
use crate::model::clock_text::Times;
use crate::model::id::NotificationId;
use crate::model::impact::Impact;
use crate::model::incident::ResolvedHow;
use crate::model::notification::{Facts, Topic};

/// How many causes are told with all their details; the others with their headline.
const WHOLE_SECTIONS: usize = 5;

/// A message in parts.
pub struct Letter {
    /// The subject.
    pub subject: String,
    /// It is a drill.
    pub is_drill: bool,
    /// Said before all else.
    pub banner: Option<String>,
    /// The first line of a message about several causes: each of them, with its vendor.
    pub overview: Option<String>,
    /// One for each cause, the worst first.
    pub sections: Vec<Section>,
    /// The headlines of the causes that have no section of their own.
    pub others: Vec<String>,
    /// Why this came, and its number.
    pub footer: Vec<String>,
}

/// `facts` in parts.
pub fn letter(id: &NotificationId, facts: &Facts) -> Letter {
    let times = Times::new(&facts.time_zone, facts.at);
    let whole = facts.topics.iter().take(WHOLE_SECTIONS).map(|topic| section(facts, topic, &times));
    let told = facts.shift.iter().map(|told| shift::section(facts, told, &times));
    let trouble = facts.course.trouble.iter().map(|one| trouble::section(facts, one, &times));
    let rest = facts.topics.iter().skip(WHOLE_SECTIONS);
    Letter {
        subject: subject(facts),
        is_drill: facts.drill,
        banner: banner(facts),
        overview: overview(facts, &times),
        sections: trouble.chain(told).chain(whole).collect(),
        others: rest.map(|topic| headline(facts, topic, &times)).collect(),
        footer: footer(id, facts, &times),
    }
}

pub(super) fn banner(facts: &Facts) -> Option<String> {
    if facts.drill {
        return Some("DRILL. This is an exercise: nothing below is happening.".to_owned());
    }
    if facts.course.trial {
        return Some(
            "CANARY: the daily trial of this way. Nothing is wrong; that you got it is all that it says.".to_owned(),
        );
    }
    match (facts.test, facts.topics.len()) {
        (true, 0) if facts.shift.is_none() => {
            Some("This is a test. Nothing is wrong; messages to you arrive by this way.".to_owned())
        }
        (true, _) => Some("THIS IS A TEST. Nothing below is happening.".to_owned()),
        (false, _) => None,
    }
}

pub(super) fn section(facts: &Facts, topic: &Topic, times: &Times) -> Section {
    let mut leads = leads(topic, times);
    if facts.topics.first() == Some(topic) {
        leads.splice(0..0, course::says(facts, times));
    }
    Section {
        tone: tone(topic),
        headline: headline(facts, topic, times),
        kicker: kicker(topic),
        says: says(topic),
        leads,
        rows: rows(facts, topic, times),
        page: page(facts, topic),
        // Two messages may have become one, and what was open then is over now.
        acknowledge: topic.acknowledge.clone().filter(|_| !is_over(topic)),
    }
}

/// The colour and shape of a topic.
pub fn tone(topic: &Topic) -> Tone {
    let is_known = topic.resolved_how != Some(ResolvedHow::NoLongerListed) && topic.open_end.is_none();
    let confirmed = is_known && !still_hurt(topic);
    match is_over(topic) {
        _ if topic.ahead.is_some() => Tone::Of(Impact::Maintenance),
        _ if is_unseen(topic) => Tone::Of(Impact::Unknown),
        true if confirmed => Tone::Over,
        true => Tone::Of(Impact::Unknown),
        false => Tone::Of(topic.impact),
    }
}

/// Our page about a topic.
pub fn page(facts: &Facts, topic: &Topic) -> Option<String> {
    let root = facts.page.as_ref()?;
    match &topic.incident {
        Some(id) => url::Url::parse(&format!("{root}/incidents/{id}")).ok().map(|url| url.to_string()),
        None if topic.keeping.is_some() => {
            let anchor = topic.source.as_ref().map(|source| source.to_string().replace('/', "-")).unwrap_or_default();
            Some(format!("{root}/sources#{anchor}"))
        }
        None => Some(format!("{root}/")),
    }
}

pub(super) fn footer(id: &NotificationId, facts: &Facts, times: &Times) -> Vec<String> {
    let subscriptions: Vec<&str> = facts.subscriptions.iter().map(|s| s.as_str()).collect();
    let why = match subscriptions.as_slice() {
        [] if facts.shift.is_some() => shift::why(facts),
        [] if facts.course.trouble.is_some() => {
            format!("To the receiver {}, for who looks after our ways.", facts.receiver)
        }
        [] => format!("To the receiver {}.", facts.receiver),
        [one] => format!("To the receiver {}, by the subscription {one}.", facts.receiver),
        many => format!("To the receiver {}, by the subscriptions {}.", facts.receiver, many.join(", ")),
    };
    let at = if facts.organisation.is_empty() { String::new() } else { format!(" at {}", facts.organisation) };
    vec![why, format!("Bellwether{at}. Number {id}, {}.", times.moment(facts.at))]
}
