//! Hears what the loops do while a story goes on, and tells it.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::json;

use super::pace::Progress;
use super::telling::{Line, Telling};
use crate::clock::Clock;
use crate::commands::run::reload::Reloaded;
use crate::commands::run::say::Ear;
use crate::model::change::Change;
use crate::model::effect::{Effect, EffectKind};
use crate::model::id::ReceiverId;
use crate::model::impact::Impact;
use crate::model::incident::{Health, ResolvedHow};
use crate::pipeline::deliver::Delivery;
use crate::pipeline::settle::Happened;
use crate::scheduler::watch::Told;
use crate::store::StoreError;
use crate::store::outbox::Tried;

/// An ear that tells what it hears.
pub struct Listener {
    /// Where it tells.
    pub telling: Arc<Telling>,
    /// What the pace of the story hangs on.
    pub progress: Arc<Progress>,
    /// The story's time.
    pub clock: Clock,
    /// Whether a message that was taken is told here; where the far side is ours, it tells itself.
    pub tells_deliveries: bool,
    /// Why it did not work last, for those for whom it did not.
    pub failing: BTreeMap<ReceiverId, String>,
}

impl Ear for Listener {
    fn look(&mut self, told: &Told) {
        match &told.happened {
            Ok(happened) => self.happened(told, happened),
            Err(error) => self.tell("failed", "!! failed", format!("nothing could be written: {error}")),
        }
        if let Some(source) = &told.source {
            self.progress.looked(source, told.at);
        }
    }

    fn delivery(&mut self, delivery: &Result<Delivery, StoreError>) {
        match delivery {
            Err(error) => self.tell("failed", "!! failed", format!("a delivery could not be marked: {error}")),
            Ok(Delivery { receiver, tried, .. }) => match tried {
                Tried::Delivered { answer } if self.tells_deliveries => {
                    self.tell("delivered", "delivered", format!("{receiver}: {answer}"));
                }
                Tried::Delivered { .. } => {}
                // What fails for hours is told once.
                Tried::Again { reason, .. } | Tried::Broken { reason, .. } | Tried::Shorter { reason } => {
                    if self.failing.insert(receiver.clone(), reason.clone()).as_ref() != Some(reason) {
                        self.tell("not_yet", "NOT YET", format!("{receiver}: {reason}; it is tried again"));
                    }
                }
                Tried::Dead { reason } | Tried::Gone { reason, .. } => {
                    self.tell("given_up", "GIVEN UP", format!("{receiver}: {reason}"))
                }
            },
        }
    }

    /// A story's files never change.
    fn reloaded(&mut self, _: &Reloaded) {}
}

impl Listener {
    fn happened(&self, told: &Told, happened: &Happened) {
        for change in &happened.changes {
            match change {
                Change::Incident(c) => {
                    if c.resolved_how == Some(ResolvedHow::NoLongerListed) {
                        let words = format!(
                            "{} lists it no longer, and said nothing of an end: {}",
                            c.report.source, c.report.seen.title
                        );
                        self.tell_at(told.at, "gone", "vanished", words);
                    }
                }
                Change::Source(c) => {
                    if let Health::Unreadable { why, .. } = &c.health {
                        self.tell_at(told.at, "unreadable", "unseen", format!("{}: {why}", c.source));
                    }
                }
                Change::Component(_) => {}
            }
        }
        for (kind, effect) in &happened.effects {
            self.effect(told, *kind, effect);
        }
        let is_news = happened.changes.iter().any(|change| matches!(change, Change::Incident(_)));
        if is_news && happened.effects.is_empty() && !happened.notices.iter().any(|notice| notice.sent) {
            let words = "nothing of ours is worse or better by it: nobody is told again".to_owned();
            self.tell_at(told.at, "quiet", "seen", words);
        }
    }

    fn effect(&self, told: &Told, kind: EffectKind, effect: &Effect) {
        let label = match kind {
            EffectKind::Hurt => "HURT",
            EffectKind::Worse => "WORSE",
            EffectKind::Better => "better",
            EffectKind::Over => "over",
        };
        let how = match (kind, effect.impact) {
            (EffectKind::Over, _) => String::new(),
            (_, Impact::Unknown) => ": how badly is not known".to_owned(),
            (_, impact) => format!(": {}", impact.label().to_lowercase()),
        };
        let words = format!("{}{how}", effect.path.join(", because "));
        let facts = json!({ "service": effect.service.as_str(), "impact": effect.impact.word() });
        self.telling.tell(told.at, &Line { kind: kind.word(), label, words, facts });
        self.progress.stir(told.at);
    }

    fn tell(&self, kind: &'static str, label: &str, words: String) {
        self.tell_at(self.clock.now(), kind, label, words);
    }

    fn tell_at(&self, at: Timestamp, kind: &'static str, label: &str, words: String) {
        self.telling.tell(at, &Line { kind, label, words, facts: json!({}) });
        self.progress.stir(at);
    }
}
