//! What the message at the change of shifts needs of the store: for which hour it was made last, and what happened since.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;
use sqlx::Row;

use super::{StoreError, Writing, at, from_text, ms};
use crate::alerting::shift::{Logged, Mail};
use crate::model::effect::EffectKind;
use crate::model::id::{ServiceId, ShiftId, SourceId};
use crate::model::impact::Impact;

const TOLD: &str = "SELECT told FROM shift WHERE shift = $1 AND address = $2 AND hours = $3";
const PUT_TOLD: &str = "INSERT INTO shift (shift, address, hours, told) VALUES ($1, $2, $3, $4) ON CONFLICT (shift, address) DO UPDATE SET hours = excluded.hours, told = excluded.told";
const LOOKS: &str = "SELECT id, last_look FROM source WHERE last_look IS NOT NULL";
const EFFECTS: &str = "SELECT at, service, cause, doc FROM effect WHERE at > $1 ORDER BY seq LIMIT $2";
const MAIL: &str = "SELECT (SELECT COUNT(*) FROM notification WHERE state = 'delivered' AND ended > $1), (SELECT COUNT(*) FROM notification WHERE state = 'pending' AND made <= $2), (SELECT MIN(made) FROM notification WHERE state = 'pending' AND made <= $2), (SELECT COUNT(*) FROM notification WHERE state = 'dead' AND ended > $1)";
/// The most effects that are read of one shift.
const MOST: i64 = 5_000;

/// What the log's document says beside its columns.
#[derive(Deserialize)]
struct Doc {
    kind: EffectKind,
    impact: Impact,
    path: Vec<String>,
}

impl Writing {
    /// The hour for which an address got a shift's message last; `None` while there was none for these hours.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn shift_told(
        &mut self,
        shift: &ShiftId,
        address: &str,
        hours: &str,
    ) -> Result<Option<Timestamp>, StoreError> {
        let query = sqlx::query(TOLD).bind(shift.as_str()).bind(address).bind(hours);
        Ok(query.fetch_optional(&mut *self.tx).await?.map(|row| at(row.get(0))))
    }

    /// Remembers the hour for which an address got it.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn put_shift_told(
        &mut self,
        shift: &ShiftId,
        address: &str,
        hours: &str,
        told: Timestamp,
    ) -> Result<(), StoreError> {
        let query = sqlx::query(PUT_TOLD).bind(shift.as_str()).bind(address).bind(hours).bind(ms(told));
        query.execute(&mut *self.tx).await?;
        Ok(())
    }

    /// When each source was looked at last.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn last_looks(&mut self) -> Result<BTreeMap<SourceId, Timestamp>, StoreError> {
        let rows = sqlx::query(LOOKS).fetch_all(&mut *self.tx).await?;
        Ok(rows.iter().filter_map(|row| Some((SourceId::parse(row.get(0)).ok()?, at(row.get(1))))).collect())
    }

    /// What happened to services of ours since then, the oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn effects_since(&mut self, since: Timestamp) -> Result<Vec<Logged>, StoreError> {
        let rows = sqlx::query(EFFECTS).bind(ms(since)).bind(MOST).fetch_all(&mut *self.tx).await?;
        let mut all = Vec::new();
        for row in rows {
            let Doc { kind, impact, path } = from_text("effect", row.get(3))?;
            let Ok(service) = ServiceId::parse(row.get(1)) else { continue };
            all.push(Logged { at: at(row.get(0)), service, cause: row.get(2), kind, impact, path });
        }
        Ok(all)
    }

    /// How the outbox did since then. What was made after `settled` has hardly had its turn and is not waiting yet.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn mail_since(&mut self, since: Timestamp, settled: Timestamp) -> Result<Mail, StoreError> {
        let row = sqlx::query(MAIL).bind(ms(since)).bind(ms(settled)).fetch_one(&mut *self.tx).await?;
        let count = |index: usize| u32::try_from(row.get::<i64, _>(index)).unwrap_or(u32::MAX);
        let oldest = row.get::<Option<i64>, _>(2).map(at);
        Ok(Mail { delivered: count(0), waiting: count(1), oldest, dead: count(3) })
    }
}
