//! What a look, a person's word or the passing of time leads to, in one transaction: changes, effects, decisions and
//! notifications.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::Timestamp;

use super::ahead;
use super::compiled::Compiled;
use super::drift;
use super::keep;
use super::kill_point;
use super::look::Looked;
use super::overrides;
use super::shift;
use super::stage::{Stage, remember};
use crate::alerting::about::reported_late;
use crate::alerting::diff::{self, Diff, Habits};
use crate::alerting::effects::effects_on;
use crate::alerting::graph::Graph;
use crate::alerting::kin::kin;
use crate::alerting::route::Ground;
use crate::alerting::step::{
    Remembered, Scene, Stepped, Turned, next_after as next_after_alone, step, unreachable_since,
};
use crate::model::change::{Change, ChangeKind};
use crate::model::detected::Detected;
use crate::model::effect::{Cause, Effect, EffectKind, World};
use crate::model::id::{ReceiverId, ServiceId, SourceId, VendorId};
use crate::model::incident::{Known, Report};
use crate::model::inquiry::Inquiry;
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
    /// Set where the page of a source was asked anew how it publishes.
    pub inquiry: Option<Box<Inquiry>>,
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
    /// The rule by which that was decided, in one word.
    pub rule: &'static str,
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
    let mut diff = diff.doubting(&before.health, judged.watch.doubts(), now);
    as_kin(&mut tx, &mut diff).await?;
    let is_news = !diff.changes.is_empty();
    put_look(&mut tx, &before, &diff.known, looked, is_news || judged.has_begun, now).await?;
    if diff.known.health.is_readable() && !before.health.is_readable() {
        tx.end_inquiry(&source.id).await?;
    }
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

/// What opens and is known already from another page of the vendor is told as another word on that.
async fn as_kin(tx: &mut Writing, diff: &mut Diff) -> Result<(), StoreError> {
    let opens =
        |c: &Change| matches!(c, Change::Incident(c) if c.kind == ChangeKind::Opened && c.report.standing.is_open());
    if !diff.changes.iter().any(opens) {
        return Ok(());
    }
    let open = tx.open_of(&diff.known.source.vendor()).await?;
    for change in &mut diff.changes {
        let Change::Incident(c) = change else { continue };
        if c.kind != ChangeKind::Opened || !c.report.standing.is_open() {
            continue;
        }
        let Some(incident) = kin(&c.report, &open) else { continue };
        (c.kind, c.report.incident) = (ChangeKind::Updated, incident.clone());
        if let Some(known) = diff.known.reports.get_mut(&c.report.seen.key) {
            known.incident = incident.clone();
        }
    }
    Ok(())
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
    let told_ahead = ahead::next(world, compiled).into_iter();
    let later = told_ahead.chain(shift::next(compiled, now)).filter(|at| *at > now);
    later.chain(next_after_alone(world, compiled.effect_rules, now)).min()
}

/// Our own network is gone when every source that is polled, and there are three at least, is unreachable.
async fn mark_our_network(
    tx: &mut Writing,
    world: &mut World,
    now: Timestamp,
) -> Result<Option<OurNetwork>, StoreError> {
    match (world.offline_since, unreachable_since(world)) {
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
    overrides::settle(tx, &mut world, &changes, now).await?;
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
    let mut told = tx.told(matches!(scope, Scope::Vendors(_)).then_some(ids.as_slice())).await?;
    told.retain(|(_, _, cause), _| scope.judges(cause));
    let vendors = match scope {
        Scope::Everything => None,
        Scope::Vendors(vendors) => Some(vendors),
    };
    let told_ahead = tx.told_ahead(vendors).await?;
    let silences = tx.silences(now).await?;
    let ground = Ground { rules: &compiled.rules, manner: compiled.manner, silences: &silences, now };
    let upstream = compiled.inventory.upstream.as_slice();
    let scene = Scene { graph: &compiled.graph, upstream, world: &world, changes: &changes, ground };
    let hurting = tx.hurting(&ids).await?;
    let told_of = told.keys().map(|(_, _, cause)| cause.clone()).chain(ahead::causes(&told_ahead));
    let causes = effects.hurts.keys().map(|(_, cause)| cause.clone()).chain(told_of).collect();
    let known = Remembered { causes, hurting, told, ..Remembered::default() };
    let mut remembered = remember(tx, &scene, known).await?;
    let Stepped { turned, about, routed } = step(&effects, &scene, &mut remembered);
    put_turned(tx, &turned, now).await?;
    let stage = Stage::new(compiled, &effects, &scene, remembered, about);
    let mut notices = stage.tell(tx, &routed.decisions, is_first_look, now).await?;
    tx.put_told(&routed.told).await?;
    for change in reported_late(&changes) {
        notices.extend(stage.tell_late(tx, &world, change, now).await?);
    }
    notices.extend(ahead::settle(tx, &stage, &world, vendors, &told_ahead, now).await?);
    notices.extend(keep::settle(tx, &stage, &world, vendors, now).await?);
    Ok(Happened { changes, effects: turned.logged, notices, next_tick: routed.again, ..Happened::default() })
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

/// Logs what turned.
async fn put_turned(tx: &mut Writing, turned: &Turned, now: Timestamp) -> Result<(), StoreError> {
    tx.put_hurts(&turned.hurting).await?;
    tx.drop_hurts(&turned.over).await?;
    tx.put_effects(&turned.logged, &turned.by_hand, now).await
}
