//! What a look, a person's word or the passing of time leads to, in one transaction: changes, effects, decisions and
//! notifications.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::ahead;
use super::compiled::Compiled;
use super::drift;
use super::keep;
use super::kill_point;
use super::look::Looked;
use super::shift;
use super::stage::{Stage, reported_late};
use crate::alerting::diff::{self, Habits};
use crate::alerting::effects::effects_on;
use crate::alerting::graph::Graph;
use crate::alerting::route;
use crate::model::change::{Change, ChangeKind};
use crate::model::detected::Detected;
use crate::model::effect::{Cause, Effect, EffectKind, Effects, World};
use crate::model::id::{ReceiverId, ServiceId, SourceId, VendorId};
use crate::model::impact::Step;
use crate::model::incident::{Health, Known, Report};
use crate::model::inventory::Service;
use crate::model::phase::Kind;
use crate::model::snapshot::{Look, SeenIncident};
use crate::model::vendor::Source;
use crate::normalize;
use crate::store::known::Marks;
use crate::store::{Store, StoreError, Writing};

/// What happened, for the terminal, the stream of the page and a replay's lines.
#[derive(Debug, Clone, Default)]
pub struct Happened {
    /// What the vendor's word did.
    pub changes: Vec<Change>,
    /// What that did to services of ours.
    pub effects: Vec<(EffectKind, Effect)>,
    /// Who is told, and who is not and why.
    pub notices: Vec<Notice>,
    /// What is open at the source after a look.
    pub open: BTreeMap<String, Kind>,
    /// Whether something open is missing at the source, so that equal bodies must be counted.
    pub counts_looks: bool,
    /// Whether the look went through the store at all.
    pub was_taken_in: bool,
    /// Set when our own network went or came back.
    pub our_network: Option<OurNetwork>,
    /// How long the source's server asks to be left alone.
    pub leave_alone: Option<Duration>,
    /// Set where a look found out how a source publishes: from then on it is read so.
    pub detected: Option<Box<Detected>>,
    /// After a tick: when time alone will next change anything, as things stand.
    pub next_tick: Option<Timestamp>,
}

/// What became of our own network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OurNetwork {
    /// No source at all can be reached.
    Gone,
    /// Something can be reached again.
    Back,
}

/// One message, or the decision not to send one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// When.
    pub at: Timestamp,
    /// To whom.
    pub receiver: ReceiverId,
    /// About which services.
    pub services: Vec<ServiceId>,
    /// The subject it has, or would have had.
    pub subject: String,
    /// Whether it goes out.
    pub sent: bool,
    /// Why, or why not.
    pub why: String,
}

impl Happened {
    /// A look that went through the store and found nothing new, after which this is known.
    fn taken_in(known: &Known) -> Self {
        let (open, counts_looks) = (known.open().keys, known.counts_looks());
        Self { open, counts_looks, was_taken_in: true, ..Self::default() }
    }

    /// The same, where something else may have to be counted too.
    fn counting(self, counts: bool) -> Self {
        Self { counts_looks: self.counts_looks || counts, ..self }
    }
}

/// Takes a look in. Most documents that differ from the last one differ in nothing that matters: that is found out
/// beside the writer, and costs nobody's turn and no write.
///
/// # Errors
/// [`StoreError`]; then nothing of it happened.
pub async fn take_in(
    store: &Store,
    compiled: &Compiled,
    source: &Source,
    looked: &Looked,
    now: Timestamp,
) -> Result<Happened, StoreError> {
    let keys: Vec<&str> = match &looked.look {
        Look::Snapshot(snapshot) => snapshot.incidents.iter().map(|i| i.key.as_str()).collect(),
        Look::SameAsBefore | Look::Unreadable(_) => Vec::new(),
    };
    let about = normalize::about(source.format);
    let habits = Habits { gone_after: about.gone_after, perishable_keys: about.perishable_keys };
    let compare = |known: &Known| diff::diff(known, &looked.look, habits, &compiled.ids, now);
    let (just_now, warnings) = store.known_just_now(&source.id, &keys).await?;
    let seen = compare(&just_now);
    let is_known = seen.changes.is_empty() && seen.known == just_now && looked.warnings() == warnings;
    if is_known && looked.history_read.is_none() {
        if !drift::is_looked_at(looked) {
            return Ok(Happened::taken_in(&just_now));
        }
        let watch = store.watch(&source.id).await?.of(&drift::about(source));
        let judged = drift::judge(compiled, &watch, &just_now, &seen.known, looked, now);
        if judged.watch == watch && watch.doubts() == just_now.health.doubts() {
            return Ok(Happened::taken_in(&just_now).counting(judged.watch.is_pending()));
        }
    }
    let mut tx = store.write().await?;
    tx.under(compiled.edition)?;
    kill_point("tx_open");
    let before = tx.known(&source.id, &keys).await?;
    let diff = compare(&before);
    let watch = tx.watch(&source.id).await?.of(&drift::about(source));
    let judged = drift::judge(compiled, &watch, &before, &diff.known, looked, now);
    let diff = diff.doubting(&before.health, judged.watch.doubts(), now);
    let is_news = !diff.changes.is_empty();
    put_look(&mut tx, &before, &diff.known, looked, is_news || judged.has_begun, now).await?;
    if judged.watch != watch {
        tx.put_watch(&source.id, &judged.watch).await?;
    }
    kill_point("tx_mid");
    let mut happened = Happened::taken_in(&diff.known).counting(judged.watch.is_pending());
    if is_news {
        let is_first_look = before.first_look.is_none();
        let led_to = settle_vendor(&mut tx, compiled, &source.id, diff.changes, is_first_look, now).await?;
        let Happened { changes, effects, notices, next_tick, .. } = led_to;
        happened = Happened { changes, effects, notices, next_tick, ..happened };
    }
    tx.commit().await?;
    kill_point("committed");
    Ok(happened)
}

async fn put_look(
    tx: &mut Writing,
    before: &Known,
    after: &Known,
    looked: &Looked,
    is_news: bool,
    now: Timestamp,
) -> Result<(), StoreError> {
    let warnings = looked.warnings();
    let marks = Marks { history_read: looked.history_read, warnings };
    tx.put_known(before, after, &marks, now).await?;
    if is_news || !warnings.is_empty() {
        let mut pages: BTreeMap<&str, usize> = BTreeMap::new();
        for (role, hash, bytes) in &looked.bodies {
            let page = pages.entry(role).and_modify(|page| *page += 1).or_insert(1);
            let name = if *page == 1 { (*role).to_owned() } else { format!("{role}.{page}") };
            tx.put_body(&after.source, &name, hash, bytes, now).await?;
        }
    }
    Ok(())
}

/// A person's word on an incident of a vendor. Whoever calls this commits.
///
/// # Errors
/// [`StoreError`]; then nothing of it happened.
pub async fn by_hand(
    tx: &mut Writing,
    compiled: &Compiled,
    source: &SourceId,
    seen: &SeenIncident,
    now: Timestamp,
) -> Result<Happened, StoreError> {
    let before = tx.known(source, &[&seen.key]).await?;
    let diff = diff::by_hand(&before, seen, &compiled.ids, now);
    tx.put_known(&before, &diff.known, &Marks::default(), now).await?;
    settle_vendor(tx, compiled, source, diff.changes, false, now).await
}

/// What only time brings, and what a new configuration brings: everything is judged anew.
///
/// # Errors
/// [`StoreError`]; then nothing of it happened.
pub async fn tick_once(store: &Store, compiled: &Compiled, now: Timestamp) -> Result<Happened, StoreError> {
    let mut tx = store.write().await?;
    tx.under(compiled.edition)?;
    let mut world = tx.world(&compiled.polled()).await?;
    let our_network = mark_our_network(&mut tx, &mut world, now).await?;
    let removed = std::mem::take(&mut world.unwatched);
    let mut changes = Vec::new();
    for source in &removed {
        let before = tx.known(source, &[]).await?;
        let diff = diff::unwatched(&before, &compiled.ids, now);
        tx.put_known(&before, &diff.known, &Marks::default(), now).await?;
        changes.extend(diff.changes);
    }
    if !changes.is_empty() {
        world = tx.world(&compiled.polled()).await?;
    }
    let next_tick = next_after(&world, compiled, now);
    let happened = settle(&mut tx, compiled, &Scope::Everything, world, changes, false, now).await?;
    let mut happened = Happened { our_network, ..happened };
    happened.notices.extend(shift::settle(&mut tx, compiled, now).await?);
    for source in &removed {
        tx.forget(source).await?;
    }
    tx.commit().await?;
    let next_tick = next_tick.into_iter().chain(happened.next_tick).min();
    Ok(Happened { next_tick, ..happened })
}

/// When time alone will next change anything, as things stand: a source blind for long enough, a maintenance past its
/// end, one that lies ahead near enough, our own network gone for long enough. A tick at that time is enough.
///
/// # Errors
/// [`StoreError`].
pub async fn next_tick(store: &Store, compiled: &Compiled, now: Timestamp) -> Result<Option<Timestamp>, StoreError> {
    let mut tx = store.write().await?;
    let world = tx.world(&compiled.polled()).await?;
    drop(tx);
    Ok(next_after(&world, compiled, now))
}

fn next_after(world: &World, compiled: &Compiled, now: Timestamp) -> Option<Timestamp> {
    let blind_after = compiled.effect_rules.blind_after;
    // Vendors write times at the edge of what a time can be; what lies beyond it never comes.
    let later = |at: Timestamp, by: SignedDuration| at.checked_add(by).unwrap_or(Timestamp::MAX);
    let blind_since = world.sources.values().filter_map(|health| match health {
        Health::Unreadable { since, .. } => Some(world.online_again.map_or(*since, |again| again.max(*since))),
        Health::NeverRead | Health::Readable { .. } => None,
    });
    let times = blind_after.times();
    let blind = blind_since.flat_map(|since| times.iter().map(move |after| later(since, *after)));
    let planned = world.reports.iter().filter_map(|r| r.seen.planned.as_ref()?.until.as_ref()?.at);
    // Past its end means later than its end, be it by a millisecond.
    let overrun = planned.map(|until| later(until, SignedDuration::from_millis(1)));
    let offline = world.offline_since.map(|since| later(since, blind_after.shortest()));
    let told_ahead = ahead::next(world, compiled);
    blind.chain(overrun).chain(offline).chain(told_ahead).chain(shift::next(compiled, now)).filter(|at| *at > now).min()
}

/// Our own network is gone when every source that is polled, and there are three at least, is unreachable.
async fn mark_our_network(
    tx: &mut Writing,
    world: &mut World,
    now: Timestamp,
) -> Result<Option<OurNetwork>, StoreError> {
    let silent: Vec<Option<Timestamp>> = world
        .sources
        .values()
        .map(|health| match health {
            Health::Unreadable { since, why } if why.may_be_our_network() => Some(*since),
            Health::Unreadable { .. } | Health::Readable { .. } | Health::NeverRead => None,
        })
        .collect();
    let gone_since = silent.iter().copied().collect::<Option<Vec<_>>>().filter(|all| all.len() >= 3);
    match (world.offline_since, gone_since.and_then(|all| all.into_iter().max())) {
        (None, Some(since)) => {
            world.offline_since = Some(since);
            tx.set_note("offline_since", Some(&since.to_string())).await?;
            Ok(Some(OurNetwork::Gone))
        }
        (Some(_), None) => {
            (world.offline_since, world.online_again) = (None, Some(now));
            tx.set_note("offline_since", None).await?;
            tx.set_note("online_again", Some(&now.to_string())).await?;
            Ok(Some(OurNetwork::Back))
        }
        (None, None) | (Some(_), Some(_)) => Ok(None),
    }
}

/// Which services must be judged anew.
enum Scope {
    Everything,
    Vendors(BTreeSet<VendorId>),
}

impl Scope {
    /// Whether all that a cause hurts is in view. Our own network reaches beyond the services of a vendor, and one
    /// message must tell it of all of them.
    const fn judges(&self, cause: &Cause) -> bool {
        match self {
            Self::Everything => true,
            Self::Vendors(_) => !matches!(cause, Cause::Offline),
        }
    }

    fn services<'a>(&self, compiled: &'a Compiled) -> Vec<&'a Service> {
        match self {
            Self::Everything => compiled.graph.services().iter().collect(),
            Self::Vendors(vendors) => compiled.graph.reached_by(vendors),
        }
    }
}

/// What changes at one source lead to. Only the services that its vendor reaches are judged, and only what those need
/// is read, so that the cost does not grow with what is open elsewhere.
pub(super) async fn settle_vendor(
    tx: &mut Writing,
    compiled: &Compiled,
    source: &SourceId,
    changes: Vec<Change>,
    is_first_look: bool,
    now: Timestamp,
) -> Result<Happened, StoreError> {
    tx.under(compiled.edition)?;
    let scope = Scope::Vendors(BTreeSet::from([source.vendor()]));
    let vendors = below(compiled, Graph::vendors_of(&scope.services(compiled)));
    let world = tx.world_of(&vendors, &compiled.polled_of(&vendors)).await?;
    settle(tx, compiled, &scope, world, changes, is_first_look, now).await
}

/// These vendors and those that they stand on.
fn below(compiled: &Compiled, mut vendors: BTreeSet<VendorId>) -> BTreeSet<VendorId> {
    let edges = compiled.inventory.upstream.iter().filter(|edge| vendors.contains(&edge.vendor));
    let below: Vec<VendorId> = edges.map(|edge| edge.on.clone()).collect();
    vendors.extend(below);
    vendors
}

/// Effects, decisions and notifications, after the changes have been written.
async fn settle(
    tx: &mut Writing,
    compiled: &Compiled,
    scope: &Scope,
    mut world: World,
    mut changes: Vec<Change>,
    is_first_look: bool,
    now: Timestamp,
) -> Result<Happened, StoreError> {
    world.unconfirmed = tx.unconfirmed(&compiled.guessed).await?;
    as_one(&mut changes, &world);
    for change in &changes {
        tx.put_change(change).await?;
        if let Change::Incident(c) = change
            && c.kind == ChangeKind::Reopened
        {
            // Whoever took care of it did so before it was over.
            tx.put_acknowledged(&c.report.incident, None).await?;
        }
    }
    let services = scope.services(compiled);
    let mut effects = effects_on(&compiled.graph, &world, compiled.effect_rules, now, &services);
    effects.hurts.retain(|(_, cause), _| scope.judges(cause));
    let ids: Vec<ServiceId> = match scope {
        Scope::Everything => all_services(tx, &services).await?,
        Scope::Vendors(_) => services.iter().map(|s| s.id.clone()).collect(),
    };
    let logged = log_effects(tx, &effects, &ids, now).await?;
    let mut told = tx.told(matches!(scope, Scope::Vendors(_)).then_some(ids.as_slice())).await?;
    told.retain(|(_, _, cause), _| scope.judges(cause));
    let vendors = match scope {
        Scope::Everything => None,
        Scope::Vendors(vendors) => Some(vendors),
    };
    let told_ahead = tx.told_ahead(vendors).await?;
    let causes = told.keys().map(|(_, _, cause)| cause.clone()).chain(ahead::causes(&told_ahead)).collect();
    let stage = Stage::gather(tx, compiled, &world, &effects, &changes, causes, now).await?;
    let routed = route::route(&effects, &told, &stage.about, stage.ground(now));
    let mut notices = stage.tell(tx, &routed.decisions, is_first_look, now).await?;
    tx.put_told(&routed.told).await?;
    for change in reported_late(&changes) {
        notices.extend(stage.tell_late(tx, &world, change, now).await?);
    }
    notices.extend(ahead::settle(tx, &stage, &world, vendors, &told_ahead, now).await?);
    notices.extend(keep::settle(tx, &stage, &world, vendors, now).await?);
    Ok(Happened { changes, effects: logged, notices, next_tick: routed.again, ..Happened::default() })
}

/// An incident of several reports is over when all of them are, and is not opened again while one is open.
fn as_one(changes: &mut [Change], world: &World) {
    for change in changes {
        let Change::Incident(c) = change else { continue };
        let (source, key) = (&c.report.source, &c.report.seen.key);
        let goes_on = |r: &Report| {
            r.incident == c.report.incident && r.standing.is_open() && (&r.source, &r.seen.key) != (source, key)
        };
        let is_turn = match c.kind {
            ChangeKind::Resolved | ChangeKind::Withdrawn | ChangeKind::Reopened => true,
            ChangeKind::Opened | ChangeKind::Escalated | ChangeKind::Updated | ChangeKind::Eased => false,
        };
        if is_turn && world.reports.iter().any(goes_on) {
            (c.kind, c.resolved_how) = (ChangeKind::Updated, None);
        }
    }
}

/// The services of the inventory, and those that it no longer knows but that are still held to be hurt.
async fn all_services(tx: &mut Writing, services: &[&Service]) -> Result<Vec<ServiceId>, StoreError> {
    let mut ids: BTreeSet<ServiceId> = services.iter().map(|s| s.id.clone()).collect();
    ids.extend(tx.hurt_services().await?);
    Ok(ids.into_iter().collect())
}

/// Compares what hurts now with what hurt until now, and logs the difference.
async fn log_effects(
    tx: &mut Writing,
    effects: &Effects,
    services: &[ServiceId],
    now: Timestamp,
) -> Result<Vec<(EffectKind, Effect)>, StoreError> {
    let mut before = tx.hurting(services).await?;
    let (mut hurting, mut logged) = (Vec::new(), Vec::new());
    for (key, effect) in effects.hurts.iter().filter(|((_, cause), _)| is_vendors(cause)) {
        let kind = match before.remove(key) {
            None => Some(EffectKind::Hurt),
            Some(old) if old == *effect => continue,
            Some(old) => match old.impact.step_to(effect.impact) {
                Step::Up => Some(EffectKind::Worse),
                Step::Down => Some(EffectKind::Better),
                Step::Same | Step::Lost => None,
            },
        };
        hurting.push(effect);
        logged.extend(kind.map(|kind| (kind, effect.clone())));
    }
    tx.put_hurts(&hurting).await?;
    let over: Vec<Effect> = before.into_values().collect();
    tx.drop_hurts(&over).await?;
    logged.extend(over.into_iter().map(|effect| (EffectKind::Over, effect)));
    tx.put_effects(&logged, now).await?;
    Ok(logged)
}

/// What a vendor did, not what we cannot see.
const fn is_vendors(cause: &Cause) -> bool {
    match cause {
        Cause::Incident(_) | Cause::Component { .. } => true,
        Cause::Blind(_) | Cause::Offline | Cause::Sight(_) => false,
    }
}
