//! What is kept of a vendor's past: what its sources said, and when anybody read them. Every statement reads one
//! vendor's rows of a stated time, by an index, and at the most so many.

use std::collections::BTreeMap;

use jiff::Timestamp;
use sqlx::Row;

use super::feed::{Line, line};
use super::{Store, StoreError, Writing, at, from_text, ms, to_text};
use crate::model::id::{SourceId, VendorId};
use crate::model::incident::{Component, Report};

/// The most changes of one source that are read, the newest.
const LINES: i64 = 4_000;
/// The most reports of one source that are read, those that changed last.
const REPORTS: i64 = 100;
/// Milliseconds of a day and of a half hour.
const DAY_MS: i64 = 86_400_000;
const HALF_HOUR_MS: i64 = 1_800_000;

const SOURCES: &str =
    "SELECT id, first_look FROM source WHERE id BETWEEN $1 AND $1 || '/~' AND (id = $1 OR id > $1 || '/') ORDER BY id";
const CHANGES: &str =
    "SELECT seq, at, doc FROM change WHERE source = $1 AND at >= $2 ORDER BY at DESC, seq DESC LIMIT $3";
const REPORTS_OF: &str = "SELECT doc FROM report WHERE source = $1 ORDER BY changed DESC LIMIT $2";
const PUT_WATCHED: &str = "INSERT INTO watched (source, day, seen) SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each($1) WHERE TRUE ON CONFLICT (source, day) DO UPDATE SET seen = watched.seen | excluded.seen WHERE watched.seen & excluded.seen <> excluded.seen";
/// Kept are 400 days from the newest: the longest time that a page draws, and a year to compare with.
pub(super) const OLD_WATCHED: &str = "DELETE FROM watched WHERE day < (SELECT MAX(day) FROM watched) - 400";

/// What is kept of one source.
#[derive(Debug, Clone)]
pub struct SourcePast {
    /// Which.
    pub source: SourceId,
    /// The first look at it.
    pub first_look: Option<Timestamp>,
    /// What it said and how it stood, the oldest first.
    pub changes: Vec<Line>,
    /// Before this moment its changes are not among them, though there may be some.
    pub changes_since: Timestamp,
    /// Its reports, those that changed last first.
    pub reports: Vec<Report>,
    /// Its components as they stand.
    pub components: Vec<Component>,
    /// The half hours in which it was read, by their beginning, in order.
    pub watched: Vec<Timestamp>,
}

impl Store {
    /// What is kept of a vendor since `since`, source by source.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn past(&self, vendor: &VendorId, since: Timestamp) -> Result<Vec<SourcePast>, StoreError> {
        let mut view = self.view().await?;
        let mut all = Vec::new();
        for row in sqlx::query(SOURCES).bind(vendor.as_str()).fetch_all(&mut *view.tx).await? {
            let Ok(source) = SourceId::parse(row.get(0)) else { continue };
            all.push(view.past_of(source, row.get::<Option<i64>, _>(1).map(at), since).await?);
        }
        Ok(all)
    }
}

impl Writing {
    async fn past_of(
        &mut self,
        source: SourceId,
        first_look: Option<Timestamp>,
        since: Timestamp,
    ) -> Result<SourcePast, StoreError> {
        let id = source.as_str();
        let rows = sqlx::query(CHANGES).bind(id).bind(ms(since)).bind(LINES).fetch_all(&mut *self.tx).await?;
        let is_cut = i64::try_from(rows.len()).unwrap_or(LINES) >= LINES;
        let mut changes: Vec<Line> = rows.iter().map(line).collect::<Result<_, _>>()?;
        changes.reverse();
        let rows = sqlx::query(REPORTS_OF).bind(id).bind(REPORTS).fetch_all(&mut *self.tx).await?;
        let reports = rows.iter().map(|row| from_text("report", row.get(0))).collect::<Result<_, _>>()?;
        let rows = sqlx::query("SELECT doc FROM component WHERE source = $1 ORDER BY key").bind(id);
        let rows = rows.fetch_all(&mut *self.tx).await?;
        let components = rows.iter().map(|row| from_text("component", row.get(0))).collect::<Result<_, _>>()?;
        let rows = sqlx::query("SELECT day, seen FROM watched WHERE source = $1 AND day >= $2 ORDER BY day")
            .bind(id)
            .bind(ms(since).div_euclid(DAY_MS))
            .fetch_all(&mut *self.tx)
            .await?;
        let watched = rows.iter().flat_map(|row| half_hours(row.get(0), row.get(1))).collect();
        let changes_since = changes.first().filter(|_| is_cut).map_or(since, |line| line.at);
        Ok(SourcePast { source, first_look, changes, changes_since, reports, components, watched })
    }
}

/// Remembers in which half hours sources were read. Nothing is written while the half hour is known already.
pub(super) async fn put_watched(store: &Store, good: &[(&SourceId, Timestamp)]) -> Result<(), StoreError> {
    // One row for each day: a statement cannot meet the same row twice.
    let mut days: BTreeMap<(&SourceId, i64), i64> = BTreeMap::new();
    for (source, at) in good {
        let (day, bit) = place(*at);
        *days.entry((source, day)).or_default() |= bit;
    }
    let rows: Vec<_> = days.into_iter().map(|((source, day), seen)| (source, day, seen)).collect();
    if !rows.is_empty() {
        sqlx::query(PUT_WATCHED).bind(to_text("half hours", &rows)?).execute(&store.writes).await?;
    }
    Ok(())
}

/// The day of a moment, and the bit of its half hour.
pub(super) fn place(at: Timestamp) -> (i64, i64) {
    let ms = ms(at);
    (ms.div_euclid(DAY_MS), 1 << (ms.rem_euclid(DAY_MS) / HALF_HOUR_MS))
}

pub(super) fn half_hours(day: i64, seen: i64) -> impl Iterator<Item = Timestamp> {
    (0..48).filter(move |n| seen & (1 << n) != 0).map(move |n| at(day * DAY_MS + n * HALF_HOUR_MS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_half_hour_is_found_again_at_its_beginning() {
        for (moment, begins) in [
            ("2026-07-17T22:41:00Z", "2026-07-17T22:30:00Z"),
            ("2026-07-17T00:00:00Z", "2026-07-17T00:00:00Z"),
            ("2026-07-17T23:59:59Z", "2026-07-17T23:30:00Z"),
            ("1969-12-31T23:59:59Z", "1969-12-31T23:30:00Z"),
        ] {
            let (day, seen) = place(moment.parse().unwrap());
            assert_eq!(half_hours(day, seen).collect::<Vec<_>>(), [begins.parse().unwrap()], "{moment}");
        }
    }
}
