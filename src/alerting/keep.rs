//! Who looks after sources is told that one is not read as it was, once, and once that it is again. It is decided apart
//! from effects: no service is hurt by how a page is made.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::route::{Decision, Verdict};
use super::rules::Rules;
use crate::model::doubt::Doubt;
use crate::model::effect::{Cause, EffectKind};
use crate::model::id::{ReceiverId, SourceId, SubscriptionId};
use crate::model::incident::Health;
use crate::model::inquiry::{Inquiry, Proposal};
use crate::model::inventory::Service;
use crate::model::keeping::Plight;

/// An address and a source.
pub type SightKey = (String, SourceId);

/// What an address has been told of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToldSight {
    /// By which receiver.
    pub receiver: ReceiverId,
    /// What was wrong.
    pub plight: Plight,
    /// What was doubted.
    pub doubts: Vec<Doubt>,
    /// Since when.
    pub since: Timestamp,
    /// Which other way to read it was proposed last, by its key.
    pub proposed: Option<String>,
}

/// How a source stands, as far as whoever looks after it is concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sight {
    /// It is read as usual.
    AsUsual,
    /// It is not, since then.
    Off {
        /// What is wrong.
        plight: Plight,
        /// Since when.
        since: Option<Timestamp>,
        /// What is doubted.
        doubts: Vec<Doubt>,
        /// Which other way to read it is proposed, by its key.
        proposed: Option<String>,
    },
    /// It cannot be said yet: what was told holds on.
    Open,
}

/// How our own sight is.
#[derive(Debug, Clone, Copy)]
pub struct Ours {
    /// How long a source is blind before that is told.
    pub blind_after: SignedDuration,
    /// Our own network is gone: then no source's fault is known.
    pub is_offline: bool,
    /// When it last came back.
    pub online_again: Option<Timestamp>,
}

/// How a source of this health stands. `inquiry` is what asking its page anew came to, if it was asked.
#[must_use]
pub fn sight(health: &Health, inquiry: Option<&Inquiry>, ours: Ours, now: Timestamp) -> Sight {
    let off = |plight, since, doubts| Sight::Off { plight, since, doubts, proposed: None };
    match health {
        Health::NeverRead => Sight::Open,
        Health::Unreadable { since, .. } => {
            let since = ours.online_again.map_or(*since, |again| again.max(*since));
            let is_due = !ours.is_offline && now.duration_since(since) >= ours.blind_after;
            let proposed = inquiry.and_then(Inquiry::proposal).map(Proposal::key);
            let off = Sight::Off { plight: Plight::Unreadable, since: Some(since), doubts: Vec::new(), proposed };
            if is_due { off } else { Sight::Open }
        }
        Health::Readable { doubts, .. } if !doubts.is_empty() => off(Plight::Doubtful, None, doubts.clone()),
        Health::Readable { stale: Some(at), .. } => off(Plight::Stale, Some(*at), Vec::new()),
        Health::Readable { .. } => Sight::AsUsual,
    }
}

/// One decision about a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SightDecision {
    /// To whom, about which source.
    pub decision: Decision,
    /// What is told: that it is off, that it is off otherwise, that it is over.
    pub kind: EffectKind,
    /// What is wrong, or was.
    pub plight: Plight,
    /// What is doubted, or was.
    pub doubts: Vec<Doubt>,
}

/// What was decided about sources, and what to remember: `None` to forget.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Kept {
    /// The decisions.
    pub decisions: Vec<SightDecision>,
    /// What each address has been told.
    pub told: Vec<(SightKey, Option<ToldSight>)>,
}

/// Decides what those who look after a source are told of it. `needing` are the services that rest on it.
#[must_use]
pub fn route_sight(
    source: &SourceId,
    sight: &Sight,
    needing: &[&Service],
    told: &BTreeMap<SightKey, ToldSight>,
    rules: &Rules,
    now: Timestamp,
) -> Kept {
    let mut kept = Kept::default();
    let keepers = keepers(source, needing, rules);
    for (address, (receiver, subscriptions)) in &keepers {
        let key = ((*address).to_owned(), source.clone());
        let decided = |kind, plight, doubts: &[Doubt], since| SightDecision {
            decision: Decision {
                receiver: (*receiver).clone(),
                address: (*address).to_owned(),
                cause: Cause::Sight(source.clone()),
                services: Vec::new(),
                subscriptions: subscriptions.clone(),
                verdict: Verdict::Send,
                since: Some(since),
                flapping: None,
                escalation: None,
            },
            kind,
            plight,
            doubts: doubts.to_vec(),
        };
        match (told.get(&key), sight) {
            (None, Sight::AsUsual) | (_, Sight::Open) => {}
            (Some(before), Sight::AsUsual) => {
                kept.decisions.push(decided(EffectKind::Over, before.plight, &before.doubts, before.since));
                kept.told.push((key, None));
            }
            (before, Sight::Off { plight, since, doubts, proposed }) => {
                let is_known = |before: &ToldSight| {
                    before.plight == *plight
                        && doubts.iter().all(|d| before.doubts.iter().any(|b| b.is_same(d)))
                        && (proposed.is_none() || before.proposed == *proposed)
                };
                if before.is_some_and(is_known) {
                    continue;
                }
                let since = before.map_or_else(|| since.unwrap_or(now), |before| before.since);
                let kind = if before.is_some() { EffectKind::Worse } else { EffectKind::Hurt };
                kept.decisions.push(decided(kind, *plight, doubts, since));
                // What was proposed once is not proposed again, though nothing was found in between.
                let proposed = proposed.clone().or_else(|| before.and_then(|before| before.proposed.clone()));
                let (receiver, doubts) = ((*receiver).clone(), doubts.clone());
                kept.told.push((key, Some(ToldSight { receiver, plight: *plight, doubts, since, proposed })));
            }
        }
    }
    let is_gone = |(address, of): &&SightKey| of == source && !keepers.contains_key(address.as_str());
    kept.told.extend(told.keys().filter(is_gone).map(|key| (key.clone(), None)));
    kept
}

/// Who looks after a source: by address, the receiver and the subscriptions that lead there.
fn keepers<'a>(
    source: &SourceId,
    needing: &[&Service],
    rules: &'a Rules,
) -> BTreeMap<&'a str, (&'a ReceiverId, Vec<SubscriptionId>)> {
    let mut keepers: BTreeMap<&str, (&ReceiverId, Vec<SubscriptionId>)> = BTreeMap::new();
    for subscription in rules.keepers() {
        let is_vendors = subscription.vendors.is_empty() || subscription.vendors.iter().any(|v| source.is_of(v));
        let suits = |service: &&&Service| {
            (subscription.services.is_empty() || subscription.services.contains(&service.id))
                && (subscription.tiers.is_empty() || subscription.tiers.contains(&service.tier))
        };
        let is_any = subscription.services.is_empty() && subscription.tiers.is_empty();
        if !is_vendors || !is_any && needing.iter().find(suits).is_none() {
            continue;
        }
        for receiver in &subscription.receivers {
            if let Some(address) = rules.address(receiver) {
                keepers.entry(address).or_insert((receiver, Vec::new())).1.push(subscription.id.clone());
            }
        }
    }
    keepers
}
