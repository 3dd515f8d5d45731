//! What those who look after sources are told, within the transaction of a look or a tick.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::inquire::is_of;
use super::settle::Notice;
use super::stage::Stage;
use crate::alerting::facts;
use crate::alerting::keep::{Ours, SightDecision, route_sight, sight};
use crate::model::effect::{EffectKind, World};
use crate::model::id::{SourceId, VendorId};
use crate::model::incident::Health;
use crate::model::inquiry::Inquiry;
use crate::model::inventory::Service;
use crate::model::keeping::{Finding, Keeping, Sample};
use crate::store::{StoreError, Writing};

/// Tells what is to be told of the sources of these vendors; of all sources for `None`.
pub(super) async fn settle(
    tx: &mut Writing,
    stage: &Stage<'_>,
    world: &World,
    vendors: Option<&BTreeSet<VendorId>>,
    now: Timestamp,
) -> Result<Vec<Notice>, StoreError> {
    let told = tx.told_sight(vendors).await?;
    if told.is_empty() && stage.compiled.rules.keepers().is_empty() {
        return Ok(Vec::new());
    }
    let ours = Ours {
        blind_after: stage.compiled.effect_rules.blind_after.usual(),
        is_offline: world.offline_since.is_some(),
        online_again: world.online_again,
    };
    let inquiries = tx.inquiries().await?;
    let inquiry = |source: &SourceId| {
        let read = stage.compiled.sources.get(source)?;
        inquiries.get(source).filter(|inquiry| is_of(inquiry, read))
    };
    let mut notices = Vec::new();
    let is_meant = |source: &SourceId| vendors.is_none_or(|all| all.contains(&source.vendor()));
    for (source, health) in world.sources.iter().filter(|(source, _)| is_meant(source)) {
        let needing = needing(stage, source);
        let reading = Reading { health, inquiry: inquiry(source) };
        let sight = sight(health, reading.inquiry, ours, now);
        let kept = route_sight(source, &sight, &needing, &told, &stage.compiled.rules, now);
        tx.put_told_sight(&kept.told).await?;
        for one in &kept.decisions {
            notices.extend(tell(tx, stage, source, reading, &needing, one, now).await?);
        }
    }
    // Of what nobody looks at any more there is nothing to be told.
    let gone = told.keys().filter(|(_, source)| !world.sources.contains_key(source));
    let gone: Vec<_> = gone.map(|key| (key.clone(), None)).collect();
    tx.put_told_sight(&gone).await?;
    Ok(notices)
}

/// What is known of the reading of a source.
#[derive(Clone, Copy)]
struct Reading<'a> {
    health: &'a Health,
    inquiry: Option<&'a Inquiry>,
}

/// The services that rest on a source's vendor, the most needed first.
fn needing<'a>(stage: &'a Stage<'_>, source: &SourceId) -> Vec<&'a Service> {
    let mut needing: Vec<&Service> = stage.compiled.graph.needing(&source.vendor()).collect();
    needing.sort_by_key(|service| service.tier);
    needing
}

async fn tell(
    tx: &mut Writing,
    stage: &Stage<'_>,
    source: &SourceId,
    Reading { health, inquiry }: Reading<'_>,
    needing: &[&Service],
    one: &SightDecision,
    now: Timestamp,
) -> Result<Option<Notice>, StoreError> {
    let Some(mut facts) = facts::facts(&[&one.decision], &stage.background(), false, now) else { return Ok(None) };
    let found = stage.compiled.sources.get(source);
    let findings = match health {
        Health::Unreadable { why, .. } => vec![Finding { role: None, path: None, what: why.to_string() }],
        Health::Readable { .. } | Health::NeverRead => one.doubts.iter().map(Finding::from).collect(),
    };
    let samples = tx.newest_kept(source).await?.into_iter();
    let keeping = Keeping {
        plight: one.plight,
        findings,
        samples: samples.map(|(at, role, hash)| Sample { role, at, hash }).collect(),
        format: found.map(|s| s.format.name().to_owned()).unwrap_or_default(),
        url: found.and_then(|s| s.url.as_ref()).map(ToString::to_string),
        needed_by: needing.iter().map(|service| service.name.clone()).collect(),
        inquiry: inquiry.filter(|_| one.kind != EffectKind::Over).cloned(),
    };
    for topic in &mut facts.topics {
        topic.told = vec![one.kind];
        topic.until = (one.kind == EffectKind::Over).then_some(now);
        topic.keeping = Some(keeping.clone());
    }
    let what = format!("sight {source} {} {}", one.kind.word(), one.plight.word());
    stage.put_out(tx, &[&one.decision], facts, &what, now).await
}
