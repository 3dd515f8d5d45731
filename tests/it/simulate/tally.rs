//! How often each thing happened.

use std::collections::BTreeMap;
use std::fmt;

use bellwether::model::effect::EffectKind;
use bellwether::model::reason::Reason;

/// What a long run must have reached, beside every reason and every kind of effect.
const REACHED: [&str; 28] = [
    "component taken over by its incident",
    "deliveries by themselves",
    "gathered for later",
    "held: a blind source told after its time",
    "held: an end after its beginning",
    "held: an escalation that nobody stopped",
    "held: an escalation that waits for its time",
    "held: an escalation told again after its time, and only then",
    "held: better than what was told",
    "held: delivered once, whole and in order",
    "held: gathered for an hour that is not quiet",
    "held: muted by what it follows from",
    "held: only what is small is kept back to see whether it stays",
    "held: quiet in quiet hours",
    "held: silent while it is silenced",
    "held: the worst first of several",
    "held: untold while how it is read is a guess",
    "held: what comes and goes counts as that",
    "held: what is needed and not well hurts",
    "held: worse than what was told",
    "merged in the outbox",
    "messages",
    "ticks",
    "ticks between",
    "deed Clock",
    "deed Confirm",
    "word: it comes and goes",
    "word: it is steady",
];

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally(pub BTreeMap<String, u64>);

impl Tally {
    pub fn count(&mut self, what: &str) {
        self.add(what, 1);
    }

    pub fn add(&mut self, what: &str, times: u64) {
        match self.0.get_mut(what) {
            Some(known) => *known += times,
            None => {
                self.0.insert(what.to_owned(), times);
            }
        }
    }

    pub fn merge(&mut self, other: &Self) {
        for (what, times) in &other.0 {
            self.add(what, *times);
        }
    }

    /// What a long run must have reached, and this one has not.
    pub fn missing(&self) -> Vec<String> {
        let reasons = Reason::WORDS.map(|word| format!("reason {word}"));
        let kinds =
            EffectKind::ALL.into_iter().flat_map(|kind| ["turned", "told"].map(|of| format!("{of} {}", kind.word())));
        let rest = REACHED.into_iter().map(str::to_owned);
        reasons.into_iter().chain(kinds).chain(rest).filter(|what| self.of(what) == 0).collect()
    }

    fn of(&self, what: &str) -> u64 {
        self.0.get(what).copied().unwrap_or_default()
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|(what, times)| writeln!(f, "{times:>12}  {what}"))
    }
}
