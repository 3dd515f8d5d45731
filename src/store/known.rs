//! What is known of the sources: read and written in the same transaction as what it leads to.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::{Store, StoreError, Writing, at, from_text, ms, past, to_text};
use crate::model::effect::World;
use crate::model::id::{IncidentId, SourceId, VendorId};
use crate::model::impact::Impact;
use crate::model::incident::{Component, Health, Known, Report};
use crate::model::phase::Kind;
use crate::model::snapshot::{ComponentRef, Warning};

/// How long ago a source was looked at: written in batches, since it changes nothing that anybody is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Which source.
    pub source: SourceId,
    /// The last look.
    pub look: Timestamp,
    /// The last look at which a document was read.
    pub good: Option<Timestamp>,
    /// When it is looked at next, where that is known.
    pub next: Option<Timestamp>,
    /// Whether its bytes were others than at the look before.
    pub moved: bool,
}

/// What the memory of a source must be filled with at the start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remembered {
    /// Which source.
    pub source: SourceId,
    /// When the history was read last.
    pub history_read: Option<Timestamp>,
    /// The last look.
    pub look: Option<Timestamp>,
    /// What is open. One that ended while nobody looked is missed, and looked up, by the first look.
    pub open: BTreeMap<String, Kind>,
}

/// Beside what is known: what a look leaves at its source.
#[derive(Debug, Clone, Default)]
pub struct Marks<'a> {
    /// When the history was read last.
    pub history_read: Option<Timestamp>,
    /// What was strange in the document.
    pub warnings: &'a [Warning],
}

/// All of it in one row: a source has hundreds of components, and each row costs a way between two threads.
const KNOWN: &str = "SELECT s.first_look, s.health, s.warnings, (SELECT '[' || COALESCE(string_agg(doc, ',' ORDER BY generation), '') || ']' FROM report WHERE source = $1 AND (is_open = TRUE OR key IN (SELECT value FROM json_each($2)))), (SELECT '[' || COALESCE(string_agg(doc, ','), '') || ']' FROM component WHERE source = $1) FROM (SELECT 1) AS one LEFT JOIN source s ON s.id = $1";
const PUT_REPORT: &str = "INSERT INTO report (source, key, generation, incident, is_open, kind, first_seen, changed, doc) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (source, key, generation) DO UPDATE SET is_open = excluded.is_open, kind = excluded.kind, changed = excluded.changed, doc = excluded.doc";
const PUT_COMPONENTS: &str = "INSERT INTO component (source, key, status, doc) SELECT $1, value ->> 'key', value ->> 'status', value FROM json_each($2) WHERE TRUE ON CONFLICT (source, key) DO UPDATE SET status = excluded.status, doc = excluded.doc";
const PUT_SAID: &str = "INSERT INTO said (source, key, generation, update_key, hash, incident, seen_at, doc) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING";
const PUT_SOURCE: &str = "INSERT INTO source (id, first_look, health, last_look, last_good, history_read, warnings) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO UPDATE SET first_look = excluded.first_look, health = excluded.health, last_look = excluded.last_look, last_good = COALESCE(excluded.last_good, source.last_good), history_read = COALESCE(excluded.history_read, source.history_read), warnings = excluded.warnings";

/// What belongs to one of these vendors: a source is named after its vendor, alone or with a slash behind it.
const OPEN_OF: &str = "SELECT r.doc FROM json_each($1) v JOIN report r ON r.source BETWEEN v.value AND v.value || '/~' WHERE r.is_open = TRUE AND (r.source = v.value OR r.source > v.value || '/') ORDER BY r.source, r.key";
const UNWELL_OF: &str = "SELECT c.source, c.doc FROM json_each($1) v JOIN component c ON c.source BETWEEN v.value AND v.value || '/~' WHERE c.status <> 'operational' AND (c.source = v.value OR c.source > v.value || '/') ORDER BY c.source, c.key";
const REPORTS_OF: &str =
    "SELECT doc FROM report WHERE incident = $1 ORDER BY is_open DESC, changed DESC, source DESC, key DESC";
const HEALTH_OF: &str = "SELECT id, health FROM source WHERE id IN (SELECT value FROM json_each($1))";
const PUT_SEEN: &str = "UPDATE source SET last_look = seen.value ->> 1, last_good = COALESCE(seen.value ->> 2, last_good), next_look = seen.value ->> 3, stillest_ms = CASE WHEN seen.value ->> 4 THEN MAX(stillest_ms, (seen.value ->> 1) - COALESCE(moved, seen.value ->> 1)) ELSE stillest_ms END, moves = moves + (seen.value ->> 4), moved = CASE WHEN seen.value ->> 4 THEN seen.value ->> 1 ELSE moved END FROM json_each($1) seen WHERE source.id = seen.value ->> 0";

impl Writing {
    /// What is known of a source, as far as a look that lists `keys` can concern it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn known(&mut self, source: &SourceId, keys: &[&str]) -> Result<Known, StoreError> {
        let row = sqlx::query(KNOWN).bind(source.as_str()).bind(to_text("keys", &keys)?);
        Ok(known(source, &row.fetch_one(&mut *self.tx).await?)?.0)
    }

    /// Writes what differs between two states of knowledge.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn put_known(
        &mut self,
        before: &Known,
        after: &Known,
        marks: &Marks<'_>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let is_good = matches!(after.health, Health::Readable { .. });
        sqlx::query(PUT_SOURCE)
            .bind(after.source.as_str())
            .bind(after.first_look.map(ms))
            .bind(to_text("health", &after.health)?)
            .bind(ms(now))
            .bind(is_good.then(|| ms(now)))
            .bind(marks.history_read.map(ms))
            .bind(to_text("warnings", &marks.warnings)?)
            .execute(&mut *self.tx)
            .await?;
        for (key, report) in &after.reports {
            if before.reports.get(key) != Some(report) {
                self.put_report(report, now).await?;
            }
        }
        let is_new = |(key, component): &(&String, &Component)| before.components.get(*key) != Some(component);
        let components: Vec<&Component> = after.components.iter().filter(is_new).map(|(_, c)| c).collect();
        if !components.is_empty() {
            let components = to_text("components", &components)?;
            sqlx::query(PUT_COMPONENTS).bind(after.source.as_str()).bind(components).execute(&mut *self.tx).await?;
        }
        Ok(())
    }

    async fn put_report(&mut self, report: &Report, now: Timestamp) -> Result<(), StoreError> {
        let seen = &report.seen;
        sqlx::query(PUT_REPORT)
            .bind(report.source.as_str())
            .bind(&seen.key)
            .bind(i64::from(report.generation))
            .bind(&report.incident.0)
            .bind(report.standing.is_open())
            .bind(seen.kind.word())
            .bind(ms(report.first_seen))
            .bind(ms(report.changed))
            .bind(to_text("report", report)?)
            .execute(&mut *self.tx)
            .await?;
        for update in &seen.updates {
            sqlx::query(PUT_SAID)
                .bind(report.source.as_str())
                .bind(&seen.key)
                .bind(i64::from(report.generation))
                .bind(&update.key)
                .bind(update.said())
                .bind(&report.incident.0)
                .bind(ms(now))
                .bind(to_text("update", update)?)
                .execute(&mut *self.tx)
                .await?;
        }
        Ok(())
    }

    /// The world as it stands for all sources that are polled, and for whatever was entered by hand.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn world(&mut self, polled: &BTreeSet<SourceId>) -> Result<World, StoreError> {
        let reports = sqlx::query("SELECT doc FROM report WHERE is_open = TRUE ORDER BY source, key");
        let reports = reports.fetch_all(&mut *self.tx).await?;
        let unwell =
            sqlx::query("SELECT source, doc FROM component WHERE status <> 'operational' ORDER BY source, key");
        let unwell = unwell.fetch_all(&mut *self.tx).await?;
        let sources = sqlx::query("SELECT id, health FROM source ORDER BY id").fetch_all(&mut *self.tx).await?;
        let world = self.composed(polled, &reports, &unwell, &sources).await?;
        Ok(World { overrides: self.overrides(None).await?, ..world })
    }

    /// The part of the world that these vendors are: `polled` are their sources.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn world_of(
        &mut self,
        vendors: &BTreeSet<VendorId>,
        polled: &BTreeSet<SourceId>,
    ) -> Result<World, StoreError> {
        let overrides = self.overrides(Some(vendors)).await?;
        let (vendors, sources) = (to_text("vendors", vendors)?, to_text("sources", polled)?);
        let reports = sqlx::query(OPEN_OF).bind(&vendors).fetch_all(&mut *self.tx).await?;
        let unwell = sqlx::query(UNWELL_OF).bind(&vendors).fetch_all(&mut *self.tx).await?;
        let sources = sqlx::query(HEALTH_OF).bind(&sources).fetch_all(&mut *self.tx).await?;
        let world = self.composed(polled, &reports, &unwell, &sources).await?;
        Ok(World { overrides, ..world })
    }

    /// What sources of a vendor say is open.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn open_of(&mut self, vendor: &VendorId) -> Result<Vec<Report>, StoreError> {
        let rows = sqlx::query(OPEN_OF).bind(to_text("vendors", &[vendor])?).fetch_all(&mut *self.tx).await?;
        rows.iter().map(|row| from_text("report", row.get(0))).collect()
    }

    async fn composed(
        &mut self,
        polled: &BTreeSet<SourceId>,
        reports: &[SqliteRow],
        unwell: &[SqliteRow],
        sources: &[SqliteRow],
    ) -> Result<World, StoreError> {
        let mut world = World::default();
        for row in reports {
            world.reports.push(from_text("report", row.get(0))?);
        }
        for row in unwell {
            if let Ok(source) = SourceId::parse(row.get(0))
                && polled.contains(&source)
            {
                world.unwell.entry(source).or_default().push(from_text("component", row.get(1))?);
            }
        }
        world.sources = polled.iter().map(|id| (id.clone(), Health::NeverRead)).collect();
        let (mut text, mut health) = (String::new(), Health::NeverRead);
        for row in sources {
            // Nearly all of them say the same.
            if row.get::<&str, _>(1) != text {
                text = row.get(1);
                health = from_text("health", &text)?;
            }
            let Ok(source) = SourceId::parse(row.get(0)) else { continue };
            match world.sources.get_mut(&source) {
                Some(known) => known.clone_from(&health),
                None if source.is_by_hand() => {}
                None => world.unwatched.push(source),
            }
        }
        world.offline_since = self.note("offline_since").await?.and_then(|at| at.parse().ok());
        world.online_again = self.note("online_again").await?.and_then(|at| at.parse().ok());
        world.told_blind = self.told_blind().await?;
        Ok(world)
    }

    /// Writes how a source stands, and nothing else of it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn put_health(&mut self, source: &SourceId, health: &Health) -> Result<(), StoreError> {
        let put = sqlx::query("UPDATE source SET health = $2 WHERE id = $1").bind(source.as_str());
        put.bind(to_text("health", health)?).execute(&mut *self.tx).await?;
        Ok(())
    }

    /// Forgets how a source stands, so that the next look at it is a first one. Its reports stay, as history.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn forget(&mut self, source: &SourceId) -> Result<(), StoreError> {
        for query in [
            "DELETE FROM component WHERE source = $1",
            "DELETE FROM detected WHERE source = $1",
            "DELETE FROM watch WHERE source = $1",
            "DELETE FROM inquiry WHERE source = $1",
            "DELETE FROM source WHERE id = $1",
        ] {
            sqlx::query(query).bind(source.as_str()).execute(&mut *self.tx).await?;
        }
        Ok(())
    }

    /// The reports of an incident, open or over: the one that speaks for it first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn reports_of(&mut self, incident: &IncidentId) -> Result<Vec<Report>, StoreError> {
        let rows = sqlx::query(REPORTS_OF).bind(&incident.0).fetch_all(&mut *self.tx).await?;
        rows.iter().map(|row| from_text("report", row.get(0))).collect()
    }

    /// One component.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn component(&mut self, source: &SourceId, key: &str) -> Result<Option<Component>, StoreError> {
        let row = sqlx::query("SELECT doc FROM component WHERE source = $1 AND key = $2")
            .bind(source.as_str())
            .bind(key)
            .fetch_optional(&mut *self.tx)
            .await?;
        row.map(|row| from_text("component", row.get(0))).transpose()
    }

    /// Keeps a body, since what it said was news.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn put_body(
        &mut self,
        source: &SourceId,
        role: &str,
        hash: &str,
        bytes: &[u8],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO body (source, at, role, hash, bytes) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
        )
        .bind(source.as_str())
        .bind(ms(now))
        .bind(role)
        .bind(hash)
        .bind(bytes)
        .execute(&mut *self.tx)
        .await?;
        Ok(())
    }
}

fn known(source: &SourceId, row: &SqliteRow) -> Result<(Known, Vec<Warning>), StoreError> {
    let mut known = Known::nothing(source.clone());
    let mut warnings = Vec::new();
    if let Some(health) = row.get::<Option<&str>, _>(1) {
        known.first_look = row.get::<Option<i64>, _>(0).map(at);
        known.health = from_text("health", health)?;
        warnings = from_text("warnings", row.get(2))?;
    }
    let reports: Vec<Report> = from_text("reports", row.get(3))?;
    known.reports = reports.into_iter().map(|r| (r.seen.key.clone(), r)).collect();
    let components: Vec<Component> = from_text("components", row.get(4))?;
    known.components = components.into_iter().map(|c| (c.component.key.clone(), c)).collect();
    Ok((known, warnings))
}

impl Store {
    /// What is known of a source just now, and the warnings of its last document: enough to see that a look brings
    /// nothing new. What is written is compared with what [`Writing::known`] reads.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn known_just_now(&self, source: &SourceId, keys: &[&str]) -> Result<(Known, Vec<Warning>), StoreError> {
        let row = sqlx::query(KNOWN).bind(source.as_str()).bind(to_text("keys", &keys)?);
        known(source, &row.fetch_one(&self.reads).await?)
    }

    /// Writes when sources were looked at, in one go.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn put_seen(&self, seen: &[Seen]) -> Result<(), StoreError> {
        let row = |seen: &'_ Seen| {
            (seen.source.clone(), ms(seen.look), seen.good.map(ms), seen.next.map(ms), u8::from(seen.moved))
        };
        let rows: Vec<_> = seen.iter().map(row).collect();
        sqlx::query(PUT_SEEN).bind(to_text("looks", &rows)?).execute(&self.writes).await?;
        let good: Vec<_> = seen.iter().filter_map(|seen| Some((&seen.source, seen.good?))).collect();
        past::put_watched(self, &good).await
    }

    /// The components that each source lists, for the sources that list any.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn listed_components(&self) -> Result<BTreeMap<SourceId, Vec<ComponentRef>>, StoreError> {
        let rows = sqlx::query("SELECT source, doc FROM component").fetch_all(&self.reads).await?;
        let mut listed: BTreeMap<SourceId, Vec<ComponentRef>> = BTreeMap::new();
        for row in rows {
            let component: Component = from_text("component", row.get(1))?;
            if let Ok(source) = SourceId::parse(row.get(0))
                && component.absent == Impact::Unknown
            {
                listed.entry(source).or_default().push(component.component);
            }
        }
        Ok(listed)
    }

    /// What is remembered of all sources, for the start.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn remembered(&self) -> Result<Vec<Remembered>, StoreError> {
        let reports = sqlx::query("SELECT doc FROM report WHERE is_open = TRUE").fetch_all(&self.reads).await?;
        let mut open: BTreeMap<SourceId, BTreeMap<String, Kind>> = BTreeMap::new();
        for row in &reports {
            let report: Report = from_text("report", row.get(0))?;
            open.entry(report.source).or_default().insert(report.seen.key, report.seen.kind);
        }
        let rows = sqlx::query("SELECT id, history_read, last_look FROM source");
        let rows = rows.fetch_all(&self.reads).await?;
        Ok(rows.iter().filter_map(|row| remembered(row, &mut open)).collect())
    }
}

fn remembered(row: &SqliteRow, open: &mut BTreeMap<SourceId, BTreeMap<String, Kind>>) -> Option<Remembered> {
    let source = SourceId::parse(row.get(0)).ok()?;
    Some(Remembered {
        open: open.remove(&source).unwrap_or_default(),
        source,
        history_read: row.get::<Option<i64>, _>(1).map(at),
        look: row.get::<Option<i64>, _>(2).map(at),
    })
}
