//! What scenarios must reach, and what they did: read from decisions and messages, never from what a scenario says of itself.

use std::collections::{BTreeMap, BTreeSet};

use bellwether::model::ahead::AheadKind;
use bellwether::model::effect::{Cause, EffectKind};
use bellwether::model::incident::ResolvedHow;
use bellwether::model::notification::{Facts, OpenEnd, Topic};
use bellwether::model::reason::Reason;
use bellwether::model::restless::FlappingWord;
use bellwether::model::silence::Matcher;
use bellwether::model::subscription::{MaintenanceWish, Subscription, Watches};

/// How many scenarios must reach each.
pub const LEAST: usize = 2;

/// A function that has a word for each of a closed set, and the list of them: one cannot be left out of the other.
macro_rules! words {
    ($name:ident, $all:ident, $of:ty, { $($one:pat => $word:literal,)* }) => {
        const fn $name(one: &$of) -> &'static str {
            match one { $($one => $word,)* }
        }
        const $all: &[&str] = &[$($word),*];
    };
}

words!(cause, CAUSES, Cause, {
    Cause::Incident(_) => "about an incident",
    Cause::Component { .. } => "about a component alone",
    Cause::Blind(_) => "about a blind source",
    Cause::Offline => "about our own network",
    Cause::Sight(_) => "about how a source is read",
});
words!(effect, EFFECTS, EffectKind, {
    EffectKind::Hurt => "effect hurt",
    EffectKind::Worse => "effect worse",
    EffectKind::Better => "effect better",
    EffectKind::Over => "effect over",
});
words!(ahead, AHEADS, AheadKind, {
    AheadKind::Announced => "ahead announced",
    AheadKind::Rescheduled => "ahead rescheduled",
    AheadKind::Cancelled => "ahead cancelled",
    AheadKind::NoLongerListed => "ahead no longer listed",
    AheadKind::Unwatched => "ahead unwatched",
    AheadKind::NotOurs => "ahead not ours",
});
words!(ended, ENDS, ResolvedHow, {
    ResolvedHow::VendorSaid => "ended by the vendor's word",
    ResolvedHow::NoLongerListed => "ended as no longer listed",
    ResolvedHow::ByHand => "ended by hand",
});
words!(open_end, OPEN_ENDS, OpenEnd, {
    OpenEnd::GoesOn => "ended for us alone",
    OpenEnd::Unwatched => "ended as unwatched",
    OpenEnd::ByHand => "ended by an override",
});
words!(flaps, FLAPS, FlappingWord, {
    FlappingWord::Restless(_) => "comes and goes",
    FlappingWord::Steady => "steady again",
});

/// What a message may say beside.
const SAID: &[&str] = &[
    "overrun",
    "reported late",
    "escalated",
    "names what is open below",
    "several causes in one message",
    "several effects of one cause in one message",
    "by a second way",
    "at the change of shifts",
    "still hurt by something else",
];
/// By what a subscription chose what it was told.
const RULES: &[&str] = &[
    "chosen by services",
    "chosen by tiers",
    "chosen by sites",
    "chosen by vendors",
    "chosen by tags",
    "chosen by components",
    "chosen by regions",
    "chosen by words",
    "chosen without words",
    "chosen by least",
    "chosen by effects",
    "chosen without blind sources",
    "chosen ahead of maintenance",
    "chosen with the beginning of maintenance",
    "chosen without overruns",
    "chosen with the end of maintenance",
    "told though it has quiet hours",
    "told by a digest",
    "told by a step of an escalation",
    "told who looks after sources",
];
/// By what a silence chose what it kept silent.
const SILENCES: &[&str] = &[
    "silenced by service",
    "silenced by tier",
    "silenced by vendor",
    "silenced by component",
    "silenced by region",
    "silenced by words",
    "silenced by incident",
];

/// The rule of a decision.
pub fn decided(rule: &str) -> String {
    format!("decided: {rule}")
}

/// All that must be reached.
pub fn all() -> Vec<String> {
    let rules = ["sent", "gathered", "shift"].into_iter().chain(Reason::WORDS).map(decided);
    let lists = [EFFECTS, CAUSES, AHEADS, ENDS, OPEN_ENDS, FLAPS, SAID, RULES, SILENCES];
    rules.chain(lists.into_iter().flatten().map(|word| (*word).to_owned())).collect()
}

/// What a message that arrived shows.
pub fn told(facts: &Facts, subscriptions: &[Subscription]) -> BTreeSet<String> {
    let mut words: BTreeSet<&str> = facts.topics.iter().flat_map(said).collect();
    let wanted = subscriptions.iter().filter(|subscription| facts.subscriptions.contains(&subscription.id));
    words.extend(wanted.flat_map(chosen));
    let mut also = |is_so: bool, word: &'static str| words.extend(is_so.then_some(word));
    also(facts.topics.len() > 1, "several causes in one message");
    also(facts.course.second.is_some(), "by a second way");
    also(facts.shift.is_some(), "at the change of shifts");
    words.into_iter().map(str::to_owned).collect()
}

fn said(topic: &Topic) -> BTreeSet<&'static str> {
    let mut words = BTreeSet::from([cause(&topic.cause)]);
    let is_ours = !matches!(topic.cause, Cause::Sight(_)) && topic.ahead.is_none();
    words.extend(topic.told.iter().filter(|_| is_ours).map(effect));
    words.extend(topic.ahead.iter().map(|one| ahead(&one.kind)));
    words.extend(topic.resolved_how.iter().map(ended));
    words.extend(topic.open_end.iter().map(open_end));
    words.extend(topic.flapping.iter().map(flaps));
    let mut also = |is_so: bool, word| words.extend(is_so.then_some(word));
    also(topic.overrun, "overrun");
    also(topic.reported_late, "reported late");
    also(topic.escalation.is_some(), "escalated");
    also(!topic.below.is_empty(), "names what is open below");
    also(topic.told.len() > 1, "several effects of one cause in one message");
    also(topic.services.iter().any(|service| !service.still.is_empty()), "still hurt by something else");
    words
}

/// By what a subscription chooses. A new key cannot be left out here.
fn chosen(subscription: &Subscription) -> BTreeSet<&'static str> {
    let Subscription {
        id: _,
        watches,
        services,
        tiers,
        sites,
        vendors,
        tags,
        components,
        regions,
        with_words,
        without_words,
        least,
        effects,
        blind,
        maintenance,
        receivers: _,
        // Nobody is told by it: that is a reason.
        shows_only: _,
        quiet,
        digest,
        step,
    } = subscription;
    let MaintenanceWish { ahead, begin, overrun, end } = maintenance;
    let usual = Subscription::to_all(subscription.id.clone(), Vec::new());
    let is_step = step.is_some();
    let all = [
        (!services.is_empty(), "chosen by services"),
        (!tiers.is_empty(), "chosen by tiers"),
        (!sites.is_empty(), "chosen by sites"),
        (!vendors.is_empty(), "chosen by vendors"),
        (!tags.is_empty(), "chosen by tags"),
        (!components.is_empty(), "chosen by components"),
        (!regions.is_empty(), "chosen by regions"),
        (!with_words.is_empty(), "chosen by words"),
        (!without_words.is_empty(), "chosen without words"),
        (*least != usual.least, "chosen by least"),
        (*effects != usual.effects, "chosen by effects"),
        (!*blind && !is_step, "chosen without blind sources"),
        (ahead.is_some(), "chosen ahead of maintenance"),
        (*begin, "chosen with the beginning of maintenance"),
        (!*overrun && !is_step, "chosen without overruns"),
        (*end, "chosen with the end of maintenance"),
        (quiet.is_some(), "told though it has quiet hours"),
        (digest.is_some(), "told by a digest"),
        (is_step, "told by a step of an escalation"),
        (*watches == Watches::Sources, "told who looks after sources"),
    ];
    all.into_iter().filter(|(is_so, _)| *is_so).map(|(_, word)| word).collect()
}

/// By what a silence chooses. A new list cannot be left out here.
pub fn silenced_by(matcher: &Matcher) -> Vec<String> {
    let Matcher { services, tiers, vendors, components, regions, words, incidents } = matcher;
    let all = [
        (services.is_empty(), "silenced by service"),
        (tiers.is_empty(), "silenced by tier"),
        (vendors.is_empty(), "silenced by vendor"),
        (components.is_empty(), "silenced by component"),
        (regions.is_empty(), "silenced by region"),
        (words.is_empty(), "silenced by words"),
        (incidents.is_empty(), "silenced by incident"),
    ];
    all.into_iter().filter(|(is_empty, _)| !is_empty).map(|(_, word)| word.to_owned()).collect()
}

/// Which scenarios reached what.
#[derive(Default)]
pub struct Coverage(BTreeMap<String, Vec<String>>);

impl Coverage {
    pub fn add(&mut self, scenario: &str, reached: &BTreeSet<String>) {
        for word in reached {
            self.0.entry(word.clone()).or_default().push(scenario.to_owned());
        }
    }

    pub fn of(&self, word: &str) -> &[String] {
        self.0.get(word).map_or(&[], Vec::as_slice)
    }

    /// The table, and what too few have reached.
    pub fn table(&self) -> (String, Vec<String>) {
        let (mut table, mut few) = (String::new(), Vec::new());
        for word in all() {
            let by = self.of(&word);
            let two: Vec<&str> = by.iter().take(LEAST).map(String::as_str).collect();
            table.push_str(&format!("{:>4}  {word:<46} {}\n", by.len(), two.join(" | ")));
            if by.len() < LEAST {
                few.push(format!("{word}: {}", by.len()));
            }
        }
        (table, few)
    }
}
