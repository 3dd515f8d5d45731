//! What is known of the sources themselves: what each lists, how late its word is, what is kept as evidence. Read for
//! the pages of our own path.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use sqlx::Row;

use super::{Store, StoreError, Writing, at, from_text, ms, to_text};
use crate::alerting::idle::{Listed, Lists};
use crate::model::id::{ServiceId, SourceId};
use crate::model::impact::Impact;
use crate::model::incident::{Missing, Report};
use crate::model::snapshot::ComponentRef;

/// The most reports that lateness is judged by.
const JUDGED: i64 = 2_000;

const LATE: &str = "SELECT r.doc, s.first_look FROM report r JOIN source s ON s.id = r.source WHERE r.changed >= $1 AND r.kind = 'incident' ORDER BY r.changed DESC LIMIT $2";
const EVIDENCE: &str = "SELECT s.id, b.at, b.role, b.hash FROM source s JOIN body b ON b.source = s.id AND b.at = (SELECT MAX(at) FROM body WHERE source = s.id) ORDER BY s.id, b.role";
const HAD_HURT: &str = "SELECT DISTINCT cause, service FROM effect WHERE cause IN (SELECT value FROM json_each($1))";
const ENDED_WORKS: &str = "SELECT r.doc FROM report r WHERE r.is_open = FALSE AND r.kind = 'maintenance' AND r.changed >= $1 AND NOT EXISTS (SELECT 1 FROM report o WHERE o.incident = r.incident AND (o.is_open, o.changed, o.source, o.key) > (r.is_open, r.changed, r.source, r.key)) ORDER BY r.changed DESC LIMIT $2";

/// How late a source told of its incidents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Lateness {
    /// How many incidents it is judged by.
    pub incidents: usize,
    /// The middle of the times from the start that the vendor states to our first sight.
    pub median: SignedDuration,
    /// The longest of them.
    pub worst: SignedDuration,
}

/// The newest document of a source that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// When it was read.
    pub at: Timestamp,
    /// What it was read for.
    pub role: String,
    /// The hash of its bytes.
    pub hash: String,
}

impl Store {
    /// What the sources say of their incidents since `since`: how late each of them was. What was open at the first
    /// look is left out, since nobody was looking when it began.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn lateness(&self, since: Timestamp) -> Result<BTreeMap<SourceId, Lateness>, StoreError> {
        let rows = sqlx::query(LATE).bind(ms(since)).bind(JUDGED).fetch_all(&self.reads).await?;
        let mut waits: BTreeMap<SourceId, Vec<SignedDuration>> = BTreeMap::new();
        for row in rows {
            let report: Report = from_text("report", row.get(0))?;
            let first_look = row.get::<Option<i64>, _>(1).map(at);
            let started = report.seen.started.as_ref().and_then(|s| s.at);
            let is_news = first_look.is_some_and(|first| report.first_seen > first);
            if let Some(started) = started.filter(|at| is_news && *at <= report.first_seen) {
                waits.entry(report.source).or_default().push(report.first_seen.duration_since(started));
            }
        }
        Ok(waits.into_iter().map(|(source, waits)| (source, Lateness::of(waits))).collect())
    }

    /// The newest document that is kept of each source, one for each of its roles.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn evidence(&self) -> Result<BTreeMap<SourceId, Vec<Kept>>, StoreError> {
        let mut kept: BTreeMap<SourceId, Vec<Kept>> = BTreeMap::new();
        for row in sqlx::query(EVIDENCE).fetch_all(&self.reads).await? {
            let Ok(source) = SourceId::parse(row.get(0)) else { continue };
            kept.entry(source).or_default().push(Kept { at: at(row.get(1)), role: row.get(2), hash: row.get(3) });
        }
        Ok(kept)
    }

    /// The maintenances that ended, or were called off, since `since`, the latest first, with the services of ours that
    /// each hurt.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn ended_maintenances(
        &self,
        since: Timestamp,
        limit: i64,
    ) -> Result<Vec<(Report, BTreeSet<ServiceId>)>, StoreError> {
        let mut view = self.view().await?;
        let rows = sqlx::query(ENDED_WORKS).bind(ms(since)).bind(limit).fetch_all(&mut *view.tx).await?;
        let reports = rows.iter().map(|row| from_text("report", row.get(0))).collect::<Result<Vec<Report>, _>>()?;
        let ids: Vec<&str> = reports.iter().map(|r| r.incident.0.as_str()).collect();
        let rows = sqlx::query(HAD_HURT).bind(to_text("ids", &ids)?).fetch_all(&mut *view.tx).await?;
        let mut hurt: BTreeMap<String, BTreeSet<ServiceId>> = BTreeMap::new();
        for row in rows {
            if let Ok(service) = ServiceId::parse(row.get(1)) {
                hurt.entry(row.get(0)).or_default().insert(service);
            }
        }
        Ok(reports
            .into_iter()
            .map(|r| (hurt.remove(&r.incident.0).unwrap_or_default(), r))
            .map(|(h, r)| (r, h))
            .collect())
    }
}

impl Lateness {
    fn of(mut waits: Vec<SignedDuration>) -> Self {
        waits.sort();
        Self {
            incidents: waits.len(),
            median: waits.get(waits.len() / 2).copied().unwrap_or_default(),
            worst: waits.last().copied().unwrap_or_default(),
        }
    }
}

/// The parts of a stored component that say whether it is listed. A vendor has hundreds, and every page asks.
#[derive(Deserialize)]
struct ListedDoc {
    #[serde(flatten)]
    component: ComponentRef,
    #[serde(default)]
    missing: Option<Missing>,
    absent: Impact,
    status: Impact,
    since: Timestamp,
}

impl Writing {
    /// The components of the sources that list all of theirs. A source that lists only some is not in it: what it does
    /// not list proves nothing.
    pub(super) async fn lists(&mut self) -> Result<Lists, StoreError> {
        let rows = sqlx::query("SELECT source, doc FROM component ORDER BY source").fetch_all(&mut *self.tx).await?;
        let mut lists = Lists::new();
        for row in rows {
            let doc: ListedDoc = from_text("component", row.get(1))?;
            if let Ok(source) = SourceId::parse(row.get(0))
                && doc.absent == Impact::Unknown
            {
                let unknown_since = (doc.status == Impact::Unknown).then_some(doc.since);
                let lost_since = doc.missing.filter(|m| m.evident).map(|m| m.since).or(unknown_since);
                lists.entry(source).or_default().push(Listed { component: doc.component, lost_since });
            }
        }
        Ok(lists)
    }
}
