//! What the pages and the API read. Nothing here writes, and each answer is one view of the store: what a page shows
//! together was true together.

use std::collections::{BTreeMap, BTreeSet};

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;
use sqlx::Row;

use super::{Store, StoreError, Writing, at, from_text, ms, to_text};
use crate::alerting::idle::Lists;
use crate::model::effect::World;
use crate::model::id::{IncidentId, ServiceId, SourceId};
use crate::model::incident::{Acknowledged, Health, Report};
use crate::model::snapshot::Warning;

/// The most incidents that ended which a scene holds.
const ENDED: i64 = 100;

/// From the newest ends to their reports, never from all that is over: there may be a hundred thousand of those. Of the
/// reports of one incident the one that speaks for it is read, as `speaker` in the model chooses it.
const LATELY_ENDED: &str = "SELECT r.doc FROM (SELECT incident FROM change WHERE kind IN ('resolved', 'withdrawn') AND at >= $1 GROUP BY incident ORDER BY MAX(at) DESC LIMIT $2 * 4) ended CROSS JOIN report r ON r.incident = ended.incident WHERE r.is_open = FALSE AND NOT EXISTS (SELECT 1 FROM report o WHERE o.incident = r.incident AND (o.is_open, o.changed, o.source, o.key) > (r.is_open, r.changed, r.source, r.key)) ORDER BY r.changed DESC LIMIT $2";
const OUTBOX: &str = "SELECT (SELECT COUNT(*) FROM notification WHERE state = 'pending'), (SELECT MIN(made) FROM notification WHERE state = 'pending'), (SELECT COUNT(*) FROM notification WHERE state = 'dead'), (SELECT MAX(ended) FROM notification WHERE state = 'delivered')";
const INCIDENTS: &str = "SELECT r.doc FROM report r WHERE (r.is_open = TRUE OR $1 = FALSE) AND ($2 IS NULL OR r.source = $2 OR r.source LIKE $2 || '/%') AND ($3 IS NULL OR r.incident IN (SELECT cause FROM effect WHERE service = $3)) AND NOT EXISTS (SELECT 1 FROM report o WHERE o.incident = r.incident AND (o.is_open, o.changed, o.source, o.key) > (r.is_open, r.changed, r.source, r.key)) ORDER BY r.changed DESC, r.incident LIMIT $4";

/// Everything that the first page is made of.
#[derive(Debug, Clone, Default)]
pub struct Scene {
    /// What is open, not well or unseen.
    pub world: World,
    /// When the sources were looked at, and what was strange in their documents.
    pub marks: BTreeMap<SourceId, SourceMark>,
    /// What the sources list that list all of their components.
    pub lists: Lists,
    /// How the outbox stands.
    pub outbox: OutboxCount,
    /// What ended lately, the newest first.
    pub ended: Vec<Report>,
    /// Which services each of those had hurt.
    pub had_hurt: BTreeMap<String, BTreeSet<ServiceId>>,
    /// Who takes care of what is open.
    pub acknowledged: BTreeMap<IncidentId, Acknowledged>,
    /// When anything last happened to a service of ours.
    pub last_effect: Option<Timestamp>,
}

/// When a source was looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SourceMark {
    /// How it stands.
    pub health: Health,
    /// The first look.
    pub first_look: Option<Timestamp>,
    /// The last look.
    pub last_look: Option<Timestamp>,
    /// The last look at which a document was read.
    pub last_good: Option<Timestamp>,
    /// When it is looked at next.
    pub next_look: Option<Timestamp>,
    /// What was strange in it.
    pub warnings: Vec<Warning>,
}

/// How the outbox stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OutboxCount {
    /// Rows that wait.
    pub pending: i64,
    /// When the oldest of them was made.
    pub oldest: Option<Timestamp>,
    /// Rows that were given up.
    pub dead: i64,
    /// When a row was last delivered.
    pub last_delivered: Option<Timestamp>,
}

/// A line of the feed.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// Its number.
    pub seq: i64,
    /// When we saw it.
    pub at: Timestamp,
    /// What is published of it.
    pub doc: Value,
}

/// Which incidents are wanted.
#[derive(Debug, Clone, Default)]
pub struct Wanted<'a> {
    /// Only those that are open.
    pub open_only: bool,
    /// Only this vendor's.
    pub vendor: Option<&'a str>,
    /// Only those that ever hurt this service.
    pub service: Option<&'a str>,
    /// At the most so many.
    pub limit: i64,
}

impl Store {
    /// One view of the store, for reading.
    pub(super) async fn view(&self) -> Result<Writing, StoreError> {
        Ok(Writing { tx: self.reads.begin().await?, edition: Arc::clone(&self.edition) })
    }

    /// Everything that the first page is made of; what ended since `since` is in it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn scene(&self, polled: &BTreeSet<SourceId>, since: Timestamp) -> Result<Scene, StoreError> {
        let mut view = self.view().await?;
        let mut scene = Scene { world: view.world(polled).await?, marks: view.marks().await?, ..Scene::default() };
        scene.outbox = view.outbox().await?;
        scene.acknowledged = view.all_acknowledged().await?;
        scene.lists = view.lists().await?;
        let rows = sqlx::query(LATELY_ENDED).bind(ms(since)).bind(ENDED).fetch_all(&mut *view.tx).await?;
        for row in rows {
            scene.ended.push(from_text("report", row.get(0))?);
        }
        let ids: Vec<&str> = scene.ended.iter().map(|r| r.incident.0.as_str()).collect();
        let rows =
            sqlx::query("SELECT DISTINCT cause, service FROM effect WHERE cause IN (SELECT value FROM json_each($1))")
                .bind(to_text("ids", &ids)?)
                .fetch_all(&mut *view.tx)
                .await?;
        for row in rows {
            if let Ok(service) = ServiceId::parse(row.get(1)) {
                scene.had_hurt.entry(row.get(0)).or_default().insert(service);
            }
        }
        let row = sqlx::query("SELECT at FROM effect ORDER BY seq DESC LIMIT 1").fetch_optional(&mut *view.tx).await?;
        scene.last_effect = row.map(|row| at(row.get(0)));
        Ok(scene)
    }

    /// The feed after the line `after`, the oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn changes_after(&self, after: i64, limit: i64) -> Result<Vec<Line>, StoreError> {
        let rows = sqlx::query("SELECT seq, at, doc FROM change WHERE seq > $1 ORDER BY seq LIMIT $2")
            .bind(after)
            .bind(limit)
            .fetch_all(&self.reads)
            .await?;
        rows.iter().map(line).collect()
    }

    /// The number of the newest line of the feed; 0 while there is none.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn last_change(&self) -> Result<i64, StoreError> {
        let row = sqlx::query("SELECT COALESCE(MAX(seq), 0) FROM change").fetch_one(&self.reads).await?;
        Ok(row.get(0))
    }

    /// Reports of incidents, those that changed last first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn incidents(&self, wanted: &Wanted<'_>) -> Result<Vec<Report>, StoreError> {
        let rows = sqlx::query(INCIDENTS)
            .bind(wanted.open_only)
            .bind(wanted.vendor)
            .bind(wanted.service)
            .bind(wanted.limit)
            .fetch_all(&self.reads)
            .await?;
        rows.iter().map(|row| from_text("report", row.get(0))).collect()
    }
}

impl Writing {
    pub(super) async fn outbox(&mut self) -> Result<OutboxCount, StoreError> {
        let row = sqlx::query(OUTBOX).fetch_one(&mut *self.tx).await?;
        Ok(OutboxCount {
            pending: row.get(0),
            oldest: row.get::<Option<i64>, _>(1).map(at),
            dead: row.get(2),
            last_delivered: row.get::<Option<i64>, _>(3).map(at),
        })
    }

    pub(super) async fn marks(&mut self) -> Result<BTreeMap<SourceId, SourceMark>, StoreError> {
        let rows = sqlx::query("SELECT id, first_look, last_look, last_good, health, warnings, next_look FROM source");
        let mut marks = BTreeMap::new();
        for row in rows.fetch_all(&mut *self.tx).await? {
            let Ok(id) = SourceId::parse(row.get(0)) else { continue };
            let time = |index: usize| row.get::<Option<i64>, _>(index).map(at);
            let mark = SourceMark {
                health: from_text("health", row.get(4))?,
                first_look: time(1),
                last_look: time(2),
                last_good: time(3),
                next_look: time(6),
                warnings: from_text("warnings", row.get(5))?,
            };
            marks.insert(id, mark);
        }
        Ok(marks)
    }
}

pub(super) fn line(row: &sqlx::sqlite::SqliteRow) -> Result<Line, StoreError> {
    Ok(Line { seq: row.get(0), at: at(row.get(1)), doc: from_text("change", row.get(2))? })
}

#[cfg(test)]
mod tests {
    use sqlx::AssertSqlSafe;

    use super::*;

    /// A hundred thousand incidents may lie in the past, and the first page is read at 3 a.m.
    #[tokio::test]
    async fn the_first_page_walks_through_nothing_that_is_over() {
        let store = Store::in_memory().await.unwrap();
        let statements = [
            LATELY_ENDED,
            OUTBOX,
            "SELECT doc FROM report WHERE is_open = TRUE ORDER BY source, key",
            "SELECT DISTINCT cause, service FROM effect WHERE cause IN (SELECT value FROM json_each($1))",
            "SELECT at FROM effect ORDER BY seq DESC LIMIT 1",
        ];
        for statement in statements {
            let explained = sqlx::query(AssertSqlSafe(format!("EXPLAIN QUERY PLAN {statement}")));
            for row in explained.fetch_all(&store.reads).await.unwrap() {
                let step: String = row.get(3);
                let walks = ["SCAN r", "SCAN report", "SCAN change", "SCAN effect", "SCAN notification"];
                let is_bounded = step.contains("report_open") || statement.contains("ORDER BY seq DESC LIMIT 1");
                assert!(is_bounded || !walks.iter().any(|walk| step.starts_with(walk)), "{statement}: {step}");
            }
        }
    }
}
