//! The shapes of incidents.

use serde::Serialize;
use serde_json::Value;

use super::delivery::{DeliveryShape, delivery};
use super::{VERSION, feed};
use crate::model::effect::Cause;
use crate::model::impact::Impact;
use crate::model::incident::{Report, ResolvedHow, Standing, is_overrun};
use crate::model::inventory::Tier;
use crate::model::phase::{Kind, Phase};
use crate::model::published::time;
use crate::store::story::Story;
use crate::web::now::{Now, began, ended};

#[derive(Serialize)]
pub struct Incidents {
    version: u32,
    at: String,
    incidents: Vec<Incident>,
}

#[derive(Serialize)]
pub struct Incident {
    id: String,
    kind: Kind,
    state: &'static str,
    /// Open and silent for long when it was first seen.
    old: bool,
    vendor: String,
    source: String,
    vendor_key: String,
    title: String,
    vendor_impact: String,
    impact: Impact,
    vendor_phase: String,
    phase: Phase,
    components: Vec<String>,
    regions: Vec<String>,
    began: String,
    first_seen: String,
    changed: String,
    ended: Option<String>,
    resolved_how: Option<ResolvedHow>,
    overrun: bool,
    link: Option<String>,
    last_word: Option<Word>,
    /// Who of ours takes care of it, and since when.
    acknowledged: Option<AcknowledgedShape>,
    hurts: Vec<Hurt>,
}

#[derive(Serialize)]
pub struct AcknowledgedShape {
    at: String,
    by: String,
}

#[derive(Serialize)]
pub struct Word {
    said_at: Option<String>,
    certain: bool,
    vendor_phase: String,
    text: String,
}

#[derive(Serialize)]
pub struct Hurt {
    pub service: String,
    name: String,
    tier: Tier,
    impact: Impact,
    path: Vec<String>,
}

/// What an incident hurts now.
pub fn hurts(now: &Now, report: &Report) -> Vec<Hurt> {
    let cause = Cause::Incident(report.incident.clone());
    let mut hurts: Vec<Hurt> = now
        .effects
        .hurts
        .iter()
        .filter(|((_, other), _)| *other == cause)
        .filter_map(|((id, _), effect)| {
            let service = now.compiled.graph.service(id)?;
            let (name, path) = (service.name.clone(), effect.path.clone());
            Some(Hurt { service: id.to_string(), name, tier: service.tier, impact: effect.impact, path })
        })
        .collect();
    hurts.sort_by_key(|h| h.tier);
    hurts
}

fn incident(now: &Now, report: &Report) -> Incident {
    let seen = &report.seen;
    Incident {
        id: report.incident.0.clone(),
        kind: seen.kind,
        state: state(report.standing),
        old: report.old,
        vendor: report.source.vendor().to_string(),
        source: report.source.to_string(),
        vendor_key: seen.key.clone(),
        title: seen.title.clone(),
        vendor_impact: seen.vendor_impact.clone(),
        impact: seen.impact,
        vendor_phase: seen.vendor_phase.clone(),
        phase: seen.phase,
        components: seen.components.iter().map(|c| c.name.clone()).collect(),
        regions: seen.regions.clone(),
        began: time(began(report, now.at)),
        first_seen: time(report.first_seen),
        changed: time(report.changed),
        ended: ended(report).map(time),
        resolved_how: match report.standing {
            Standing::Resolved(how) => Some(how),
            Standing::Open | Standing::Withdrawn => None,
        },
        overrun: is_overrun(seen, now.at),
        link: seen.link.clone(),
        last_word: seen.updates.last().map(word),
        acknowledged: now
            .scene
            .acknowledged
            .get(&report.incident)
            .map(|one| AcknowledgedShape { at: time(one.at), by: one.who.clone() }),
        hurts: hurts(now, report),
    }
}

const fn state(standing: Standing) -> &'static str {
    match standing {
        Standing::Open => "open",
        Standing::Resolved(_) => "resolved",
        Standing::Withdrawn => "withdrawn",
    }
}

fn word(update: &crate::model::snapshot::SeenUpdate) -> Word {
    Word {
        said_at: update.at.as_ref().and_then(|s| s.at).map(time),
        certain: update.at.as_ref().is_some_and(|s| s.certain),
        vendor_phase: update.vendor_phase.clone(),
        text: update.text.clone(),
    }
}

/// Incidents, in the order in which they changed last.
pub fn incidents(now: &Now, reports: &[Report]) -> Incidents {
    let incidents = reports.iter().map(|r| incident(now, r)).collect();
    Incidents { version: VERSION, at: time(now.at), incidents }
}

#[derive(Serialize)]
pub struct OneIncident {
    version: u32,
    at: String,
    incident: Incident,
    /// What each source says of it.
    reports: Vec<Incident>,
    changes: Vec<Value>,
    effects: Vec<Value>,
    /// Every version of everything that was said, the newest first.
    said: Vec<Version>,
    deliveries: Vec<DeliveryShape>,
    not_sent: Vec<NotSentShape>,
}

#[derive(Serialize)]
pub struct Version {
    source: String,
    key: String,
    seen_at: String,
    #[serde(flatten)]
    word: Word,
}

#[derive(Serialize)]
pub struct NotSentShape {
    at: String,
    receiver: String,
    why: String,
}

/// One incident, whole.
pub fn story(now: &Now, story: Story) -> Option<OneIncident> {
    let first = story.reports.first()?;
    Some(OneIncident {
        version: VERSION,
        at: time(now.at),
        incident: incident(now, first),
        reports: story.reports.iter().map(|r| incident(now, r)).collect(),
        changes: feed(story.changes, 0, i64::MAX).changes,
        effects: story.effects.into_iter().map(|line| line.doc).collect(),
        said: story
            .said
            .iter()
            .map(|s| Version {
                source: s.source.clone(),
                key: s.update.key.clone(),
                seen_at: time(s.seen_at),
                word: word(&s.update),
            })
            .collect(),
        deliveries: story.deliveries.into_iter().map(delivery).collect(),
        not_sent: story
            .not_sent
            .into_iter()
            .map(|n| NotSentShape { at: time(n.at), receiver: n.receiver, why: n.why })
            .collect(),
    })
}
