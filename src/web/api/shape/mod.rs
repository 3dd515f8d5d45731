//! The shapes that others read. They only grow: a field is never renamed, removed or given another meaning.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use super::looked_after::Documents;
use crate::model::effect::{Cause, Effect};
use crate::model::impact::Impact;
use crate::model::incident::{Health, Report, ResolvedHow, Standing, is_overrun};
use crate::model::inventory::Tier;
use crate::model::phase::{Kind, Phase};
use crate::model::published::time;
use crate::model::snapshot::Warning;
use crate::store::drift::AllWatched;
use crate::store::feed::{Line, OutboxCount};
use crate::store::story::{Delivery, Story};
use crate::web::now::{Now, began, ended};
use crate::web::page::deliveries::masked;
use crate::web::page::sources::every;

/// The version of all of them.
pub(super) const VERSION: u32 = 1;

#[derive(Serialize)]
pub struct Feed {
    version: u32,
    changes: Vec<Value>,
    /// What to ask `after` next.
    next: i64,
    /// Whether there is more already.
    more: bool,
}

/// Changes, each with its number in the feed.
pub fn feed(lines: Vec<Line>, after: i64, limit: i64) -> Feed {
    let more = i64::try_from(lines.len()).unwrap_or(i64::MAX) >= limit;
    let next = lines.last().map_or(after, |line| line.seq);
    let numbered = |line: Line| {
        let mut doc = serde_json::Map::from_iter([("seq".to_owned(), Value::from(line.seq))]);
        if let Value::Object(rest) = line.doc {
            doc.extend(rest);
        }
        Value::Object(doc)
    };
    Feed { version: VERSION, changes: lines.into_iter().map(numbered).collect(), next, more }
}

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

#[derive(Serialize)]
pub struct Services {
    version: u32,
    at: String,
    services: Vec<ServiceShape>,
}

#[derive(Serialize)]
pub struct ServiceShape {
    id: String,
    name: String,
    tier: Tier,
    owner: String,
    /// The organisation's own sentence about it, for how badly it is hurt now.
    say: Option<String>,
    sites: Vec<String>,
    /// What is shown: unknown is never operational.
    shown: Impact,
    worst: Option<Impact>,
    unseen: Vec<String>,
    hurts: Vec<HurtBy>,
}

#[derive(Serialize)]
pub struct HurtBy {
    cause: String,
    impact: Impact,
    overrun: bool,
    path: Vec<String>,
}

/// The services and their states.
pub fn services(now: &Now) -> Services {
    let shape = |service: &crate::model::inventory::Service| {
        let state = now.effects.states.get(&service.id).cloned().unwrap_or_default();
        let shown = if service.needs.is_empty() { Impact::Unknown } else { state.shown() };
        let say = if shown == Impact::Operational { None } else { service.say.when(shown) };
        let by = |e: &Effect| HurtBy {
            cause: e.cause.to_string(),
            impact: e.impact,
            overrun: e.overrun,
            path: e.path.clone(),
        };
        ServiceShape {
            id: service.id.to_string(),
            name: service.name.clone(),
            tier: service.tier,
            owner: service.owner.clone(),
            sites: service.sites.iter().map(ToString::to_string).collect(),
            say: say.map(str::to_owned),
            shown,
            worst: state.worst,
            unseen: state.unseen,
            hurts: now.hurting(&service.id).into_iter().map(by).collect(),
        }
    };
    Services { version: VERSION, at: time(now.at), services: now.services().into_iter().map(shape).collect() }
}

#[derive(Serialize)]
pub struct Sources {
    version: u32,
    at: String,
    sources: Vec<SourceShape>,
    /// Sources that nobody looks at, and what to do about it.
    not_looked_at: Vec<NotLookedAt>,
    /// Vendors that a service needs and that no source speaks for.
    without_source: Vec<String>,
}

/// A source that nobody looks at for lack of credentials.
#[derive(Serialize)]
struct NotLookedAt {
    id: String,
    vendor: String,
    format: &'static str,
    way_out: String,
}

impl NotLookedAt {
    fn of(source: &crate::model::vendor::Source, way_out: &str) -> Self {
        Self {
            id: source.id.to_string(),
            vendor: source.id.vendor().to_string(),
            format: source.format.name(),
            way_out: way_out.to_owned(),
        }
    }
}

#[derive(Serialize)]
pub struct SourceShape {
    id: String,
    vendor: String,
    format: &'static str,
    /// When it was found out how it publishes, where its file says `auto`; empty while it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    found_out: Option<String>,
    every: String,
    health: &'static str,
    in_time: bool,
    why: Option<String>,
    since: Option<String>,
    first_look: Option<String>,
    last_look: Option<String>,
    last_good: Option<String>,
    warnings: Vec<Warning>,
    #[serde(flatten)]
    documents: Documents,
}

/// The sources and their health.
pub fn sources(now: &Now, watches: &AllWatched) -> Sources {
    let shape = |source: &crate::model::vendor::Source| {
        let mark = now.scene.marks.get(&source.id).cloned().unwrap_or_default();
        let since = match &mark.health {
            Health::Unreadable { since, .. } => Some(*since),
            Health::Readable { stale, .. } => *stale,
            Health::NeverRead => None,
        };
        let written = |at: Option<Timestamp>| at.map(time);
        SourceShape {
            id: source.id.to_string(),
            vendor: source.id.vendor().to_string(),
            format: source.format.name(),
            found_out: source
                .auto
                .as_ref()
                .map(|auto| auto.found.as_ref().map_or_else(String::new, |(_, at)| time(*at))),
            every: every(&source.every),
            health: mark.health.word(),
            in_time: now.is_in_time(source),
            why: mark.health.why(),
            since: written(since),
            first_look: written(mark.first_look),
            last_look: written(mark.last_look),
            last_good: written(mark.last_good),
            warnings: mark.warnings,
            documents: Documents::of(now, watches, &source.id),
        }
    };
    Sources {
        version: VERSION,
        at: time(now.at),
        sources: now.compiled.sources.values().map(shape).collect(),
        not_looked_at: now.compiled.unread().map(|(source, why)| NotLookedAt::of(source, why)).collect(),
        without_source: now.unspoken().keys().map(ToString::to_string).collect(),
    }
}

#[derive(Serialize)]
pub struct Deliveries {
    version: u32,
    pending: i64,
    dead: i64,
    oldest_pending: Option<String>,
    deliveries: Vec<DeliveryShape>,
}

#[derive(Serialize)]
pub struct DeliveryShape {
    id: String,
    receiver: String,
    /// A mail address whole; of a webhook only the host, since its address may hold a token.
    address: String,
    state: String,
    subject: Option<String>,
    made: String,
    due: String,
    ended: Option<String>,
    answer: Option<String>,
    tries: Vec<Try>,
}

#[derive(Serialize)]
pub struct Try {
    at: String,
    outcome: String,
    detail: String,
}

fn delivery(row: Delivery) -> DeliveryShape {
    let tries =
        row.attempts.into_iter().map(|t| Try { at: time(t.at), outcome: t.outcome, detail: t.detail }).collect();
    DeliveryShape {
        id: row.id,
        receiver: row.receiver,
        address: masked(&row.address),
        state: row.state,
        subject: row.subject,
        made: time(row.made),
        due: time(row.due),
        ended: row.ended.map(time),
        answer: row.answer,
        tries,
    }
}

/// The outbox.
pub fn deliveries(rows: Vec<Delivery>, count: &OutboxCount) -> Deliveries {
    Deliveries {
        version: VERSION,
        pending: count.pending,
        dead: count.dead,
        oldest_pending: count.oldest.map(time),
        deliveries: rows.into_iter().map(delivery).collect(),
    }
}
