//! Who tells of a story what arrived where.

use std::sync::Arc;

use serde_json::json;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::far::{Arrival, Came};
use super::pace::Progress;
use super::story::Story;
use super::telling::{Line, Telling, after};
use crate::model::clock_text::between;
use crate::store::Store;

/// Tells what arrived where, and how long after the vendor's word.
pub struct Announcer {
    /// What the program knows.
    pub store: Store,
    /// What vendors said, and when.
    pub story: Arc<Story>,
    /// Where it is told.
    pub telling: Arc<Telling>,
    /// What waits for arrivals.
    pub progress: Arc<Progress>,
    /// The subject that was told last.
    pub last: String,
}

impl Announcer {
    /// Tells until it is to stop, or nothing arrives any more.
    pub async fn announce(mut self, mut arrivals: mpsc::Receiver<Arrival>, stop: CancellationToken) {
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                arrival = arrivals.recv() => match arrival {
                    Some(arrival) => self.tell(&arrival).await,
                    None => return,
                },
            }
        }
    }

    async fn tell(&mut self, arrival: &Arrival) {
        let facts = self.store.facts_of(&arrival.id).await.ok().flatten();
        let (facts, subject) = facts.map_or((None, None), |(facts, subject)| (Some(facts), subject));
        let subject = subject.unwrap_or_default();
        let vendor = facts.as_ref().and_then(|facts| facts.topics.first()?.source.as_ref().map(|s| s.vendor()));
        let word = vendor.and_then(|vendor| self.story.last_word(&vendor, arrival.at));
        let later = word.map(|word| between(word, arrival.at));
        let to = facts.map_or_else(|| arrival.to.clone(), |facts| facts.receiver.to_string());
        let (kind, label) = match arrival.came {
            Came::Mail => ("mail", "mail"),
            Came::Webhook => ("webhook", "webhook"),
            Came::Unverified => ("unverified", "!! forged"),
        };
        let when = later.map(|seconds| format!(", {} after the word", after(seconds))).unwrap_or_default();
        let is_same = std::mem::replace(&mut self.last, subject.clone()) == subject;
        let what = if is_same { "the same" } else { subject.trim_start_matches("[DRILL] ") };
        let words = format!("{to}{when}: {what}");
        let facts = json!({ "to": to, "id": arrival.id, "subject": subject, "after_seconds": later });
        self.telling.tell(arrival.at, &Line { kind, label, words, facts });
        self.progress.stir(arrival.at);
    }
}
