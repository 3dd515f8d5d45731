//! All that the log holds of one cause, or of a time: what `why` is answered from. Nothing here writes.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::feed::{Line, SourceMark, line};
use super::past::{half_hours, place};
use super::story::{Delivery, delivery};
use super::{Store, StoreError, Writing, at, from_text, ms, to_text};
use crate::model::effect::EffectKind;
use crate::model::id::{IncidentId, ServiceId, SourceId, SubscriptionId, VendorId};
use crate::model::impact::Impact;
use crate::model::incident::{Acknowledged, Report};
use crate::model::silence::Silence;

/// The most rows of each kind that are read, the newest.
const ROWS: i64 = 500;
/// How long before the first word a source's health is of interest.
const BEFORE: SignedDuration = SignedDuration::from_hours(6);

const CHANGES: &str = "SELECT seq, at, doc FROM (SELECT seq, at, doc FROM change WHERE incident = $1 ORDER BY seq DESC LIMIT $2) ORDER BY seq";
const HEALTH: &str = "SELECT seq, at, doc FROM change WHERE kind = 'source' AND at BETWEEN $1 AND $2 AND source IN (SELECT value FROM json_each($3)) ORDER BY seq DESC LIMIT $4";
const EFFECTS: &str = "SELECT seq, at, doc FROM effect WHERE cause IN (SELECT $1 UNION ALL SELECT own FROM joint WHERE incident = $1) ORDER BY seq DESC LIMIT $2";
const DECISIONS: &str = "SELECT at, receiver, is_sent, why, rule, notification, doc, cause FROM decision WHERE cause IN (SELECT $1 UNION ALL SELECT own FROM joint WHERE incident = $1) ORDER BY seq DESC LIMIT $2";
const DECIDED_THEN: &str = "SELECT at, receiver, is_sent, why, rule, notification, doc, cause FROM decision WHERE at BETWEEN $1 AND $2 ORDER BY seq DESC LIMIT $3";
const DELIVERIES: &str = "SELECT id, receiver, address, state, tries, made, due, ended, answer, subject FROM notification WHERE id IN (SELECT value FROM json_each($1)) ORDER BY seq";
const BODIES: &str = "SELECT at, role, hash, LENGTH(bytes) FROM body WHERE source = $1 AND at IN (SELECT value FROM json_each($2)) ORDER BY at, role";
const SILENCES: &str = "SELECT doc FROM silence WHERE begins <= $2 AND ends >= $1 ORDER BY begins, id";
const OF_SERVICE: &str = "SELECT seq, at, doc FROM effect WHERE service = $1 AND at <= $2 ORDER BY seq DESC LIMIT $3";
const OPEN_THEN: &str = "SELECT r.doc FROM json_each($1) v JOIN report r ON r.source BETWEEN v.value AND v.value || '/~' WHERE r.first_seen <= $2 AND (r.is_open = TRUE OR r.changed >= $2) AND (r.source = v.value OR r.source > v.value || '/') ORDER BY r.first_seen DESC LIMIT $3";

/// What the log holds of one cause.
#[derive(Debug, Clone, Default)]
pub struct Trace {
    /// The reports, the one that speaks first; none where the cause is no incident.
    pub reports: Vec<Report>,
    /// What happened to it, the oldest first.
    pub changes: Vec<Line>,
    /// How its sources went blind and saw again about that time, the oldest first.
    pub health: Vec<Line>,
    /// What it did to services, the oldest first.
    pub effects: Vec<Line>,
    /// Every decision about it, the oldest first.
    pub decisions: Vec<Decided>,
    /// The notifications that those became.
    pub deliveries: BTreeMap<String, Delivery>,
    /// The documents that are kept of the moments of its changes.
    pub bodies: Vec<KeptBody>,
    /// How its sources stand.
    pub marks: BTreeMap<SourceId, SourceMark>,
    /// The silences that held at any time since it was first seen.
    pub silences: Vec<Silence>,
    /// Who takes care of it.
    pub acknowledged: Option<Acknowledged>,
}

/// A decision as it was logged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    /// When.
    pub at: Timestamp,
    /// About what.
    pub cause: String,
    /// For which receiver.
    pub receiver: String,
    /// Whether it is told.
    pub is_sent: bool,
    /// Why, or why not.
    pub why: String,
    /// The rule, in one word; none in rows of older versions.
    pub rule: Option<String>,
    /// What it became.
    pub notification: Option<String>,
    /// The services, the subscriptions, and until when it holds.
    pub doc: DecidedDoc,
}

/// The parts of a decision.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
pub struct DecidedDoc {
    /// The services, and what happened to each.
    pub services: Vec<DecidedFor>,
    /// The subscriptions that lead there.
    pub subscriptions: Vec<SubscriptionId>,
    /// When time lifts the reason, or until when it is gathered.
    pub until: Option<Timestamp>,
    /// The silence by which it is not told.
    pub silence: Option<String>,
}

/// One service in a decision.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct DecidedFor {
    /// Which.
    pub service: ServiceId,
    /// What happened to it.
    pub kind: EffectKind,
    /// How badly it was hurt.
    pub impact: Impact,
    /// By which way.
    #[serde(default)]
    pub path: Vec<String>,
}

/// A document that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptBody {
    /// Whose.
    pub source: SourceId,
    /// When it was read.
    pub at: Timestamp,
    /// What it was read for.
    pub role: String,
    /// The hash of its bytes.
    pub hash: String,
    /// How many they are.
    pub octets: i64,
}

impl Store {
    /// All that the log holds of one cause: an incident's id, or another cause as it is logged.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn trace(&self, cause: &str) -> Result<Trace, StoreError> {
        let mut view = self.view().await?;
        let cause = view.whole(&IncidentId(cause.to_owned())).await?.0;
        let mut trace = Trace { reports: view.reports_of(&IncidentId(cause.clone())).await?, ..Trace::default() };
        trace.changes = view.lines(CHANGES, &cause).await?;
        trace.effects = view.lines(EFFECTS, &cause).await?;
        trace.effects.reverse();
        let rows = sqlx::query(DECISIONS).bind(&cause).bind(ROWS).fetch_all(&mut *view.tx).await?;
        trace.decisions = rows.iter().rev().map(decided).collect::<Result<_, _>>()?;
        trace.deliveries = view.deliveries_of(&trace.decisions).await?;
        view.trace_sources(&mut trace).await?;
        trace.acknowledged = view.acknowledged(&IncidentId(cause)).await?;
        let times = || trace.decisions.iter().map(|d| d.at).chain(trace.changes.iter().map(|line| line.at));
        if let (Some(first), Some(last)) = (times().min(), times().max()) {
            trace.silences = view.silences_between(first, last).await?;
        }
        Ok(trace)
    }

    /// The causes that any decision of this time is about, the newest first, for a receiver or a subscription.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn decided_between(&self, from: Timestamp, until: Timestamp) -> Result<Vec<Decided>, StoreError> {
        let rows = sqlx::query(DECIDED_THEN).bind(ms(from)).bind(ms(until)).bind(ROWS * 4);
        rows.fetch_all(&self.reads).await?.iter().map(decided).collect()
    }

    /// What happened to a service until a time, the newest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn effects_until(&self, service: &ServiceId, until: Timestamp) -> Result<Vec<Line>, StoreError> {
        let rows = sqlx::query(OF_SERVICE).bind(service.as_str()).bind(ms(until)).bind(ROWS);
        rows.fetch_all(&self.reads).await?.iter().map(line).collect()
    }

    /// What was known, and not over yet, of these vendors at a time.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn open_then(&self, vendors: &BTreeSet<VendorId>, then: Timestamp) -> Result<Vec<Report>, StoreError> {
        let rows = sqlx::query(OPEN_THEN).bind(to_text("vendors", vendors)?).bind(ms(then)).bind(ROWS / 10);
        rows.fetch_all(&self.reads).await?.iter().map(|row| from_text("report", row.get(0))).collect()
    }

    /// How all sources stand, and in which of them somebody read something in the half hour of a time.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn sight_at(
        &self,
        then: Timestamp,
    ) -> Result<(BTreeMap<SourceId, SourceMark>, BTreeSet<SourceId>), StoreError> {
        let mut view = self.view().await?;
        let (day, _) = place(then);
        let rows = sqlx::query("SELECT source, seen FROM watched WHERE day = $1").bind(day);
        let mut read = BTreeSet::new();
        for row in rows.fetch_all(&mut *view.tx).await? {
            let is_then = |begins: Timestamp| begins <= then && then < begins + SignedDuration::from_mins(30);
            if let Ok(source) = SourceId::parse(row.get(0))
                && half_hours(day, row.get(1)).any(is_then)
            {
                read.insert(source);
            }
        }
        Ok((view.marks().await?, read))
    }
}

impl Writing {
    async fn lines(&mut self, statement: &'static str, cause: &str) -> Result<Vec<Line>, StoreError> {
        let rows = sqlx::query(statement).bind(cause).bind(ROWS).fetch_all(&mut *self.tx).await?;
        rows.iter().map(line).collect()
    }

    async fn deliveries_of(&mut self, decisions: &[Decided]) -> Result<BTreeMap<String, Delivery>, StoreError> {
        let ids: BTreeSet<&str> = decisions.iter().filter_map(|d| d.notification.as_deref()).collect();
        let rows = sqlx::query(DELIVERIES).bind(to_text("ids", &ids)?).fetch_all(&mut *self.tx).await?;
        let all = self.with_attempts(rows.iter().map(delivery).collect()).await?;
        Ok(all.into_iter().map(|one| (one.id.clone(), one)).collect())
    }

    /// How the sources of its reports stood, and which of their documents are kept.
    async fn trace_sources(&mut self, trace: &mut Trace) -> Result<(), StoreError> {
        let sources: BTreeSet<&SourceId> = trace.reports.iter().map(|r| &r.source).collect();
        let moments: BTreeSet<i64> = trace.changes.iter().map(|line| ms(line.at)).collect();
        for source in &sources {
            let rows = sqlx::query(BODIES).bind(source.as_str()).bind(to_text("moments", &moments)?);
            for row in rows.fetch_all(&mut *self.tx).await? {
                let (at, source) = (at(row.get(0)), (*source).clone());
                trace.bodies.push(KeptBody { source, at, role: row.get(1), hash: row.get(2), octets: row.get(3) });
            }
        }
        let first = trace.reports.iter().map(|r| r.first_seen).min();
        let last = trace.reports.iter().map(|r| r.changed).max();
        if let (Some(first), Some(last)) = (first, last) {
            let rows = sqlx::query(HEALTH).bind(ms(first.checked_sub(BEFORE).unwrap_or(first))).bind(ms(last));
            let rows = rows.bind(to_text("sources", &sources)?).bind(ROWS / 10).fetch_all(&mut *self.tx).await?;
            trace.health = rows.iter().rev().map(line).collect::<Result<_, _>>()?;
        }
        let mut marks = self.marks().await?;
        marks.retain(|source, _| sources.contains(source));
        trace.marks = marks;
        Ok(())
    }

    async fn silences_between(&mut self, from: Timestamp, until: Timestamp) -> Result<Vec<Silence>, StoreError> {
        let rows = sqlx::query(SILENCES).bind(ms(from)).bind(ms(until)).fetch_all(&mut *self.tx).await?;
        rows.iter().map(|row| from_text("silence", row.get(0))).collect()
    }
}

fn decided(row: &SqliteRow) -> Result<Decided, StoreError> {
    Ok(Decided {
        at: at(row.get(0)),
        receiver: row.get(1),
        is_sent: row.get(2),
        why: row.get(3),
        rule: row.get(4),
        notification: row.get(5),
        doc: from_text("decision", row.get(6))?,
        cause: row.get(7),
    })
}
