//! The log of what happened: every change and every effect, in the order in which they were committed.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use sqlx::Row;

use super::{StoreError, Writing, at, from_text, ms, to_text};
use crate::model::change::Change;
use crate::model::effect::{Cause, Effect, EffectKind};
use crate::model::id::ServiceId;

const PUT_CHANGE: &str = "INSERT INTO change (seq, at, source, kind, incident, doc) VALUES ((SELECT COALESCE(MAX(seq), 0) + 1 FROM change), $1, $2, $3, $4, $5) RETURNING seq";
const PUT_EFFECTS: &str = "INSERT INTO effect (seq, at, service, cause, kind, doc) SELECT (SELECT COALESCE(MAX(seq), 0) FROM effect) + 1 + key, $2, value ->> 0, value ->> 1, value ->> 2, value -> 3 FROM json_each($1)";
const PUT_HURTS: &str = "INSERT INTO hurt (service, cause, doc) SELECT value ->> 0, value ->> 1, value -> 2 FROM json_each($1) WHERE TRUE ON CONFLICT (service, cause) DO UPDATE SET doc = excluded.doc";
/// Several services that one cause hurts at once are one turn.
const TURNS: &str = "SELECT DISTINCT cause, at FROM effect WHERE cause IN (SELECT value FROM json_each($1)) AND at >= $2 AND kind IN ('hurt', 'over') AND doc ->> 'by_hand' IS NULL ORDER BY cause, at";
const DROP_HURTS: &str =
    "DELETE FROM hurt WHERE (service, cause) IN (SELECT value ->> 0, value ->> 1 FROM json_each($1))";

impl Writing {
    /// Logs a change. Its number in the feed.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn put_change(&mut self, change: &Change) -> Result<i64, StoreError> {
        let doc = change.published();
        let (at, source, kind, incident) = match change {
            Change::Incident(c) => (c.at, &c.report.source, c.kind.word(), Some(c.report.incident.0.as_str())),
            Change::Component(c) => (c.at, &c.source, "component", None),
            Change::Source(c) => (c.at, &c.source, "source", None),
        };
        let row = sqlx::query(PUT_CHANGE)
            .bind(ms(at))
            .bind(source.as_str())
            .bind(kind)
            .bind(incident)
            .bind(doc.to_string())
            .fetch_one(&mut *self.tx)
            .await?;
        Ok(row.get(0))
    }

    /// Logs effects, in this order.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn put_effects(
        &mut self,
        effects: &[(EffectKind, Effect)],
        by_hand: &BTreeSet<(ServiceId, Cause)>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let row = |(kind, effect): &(EffectKind, Effect)| {
            let mut doc = effect.published(*kind, now);
            if by_hand.contains(&(effect.service.clone(), effect.cause.clone())) {
                doc["by_hand"] = true.into();
            }
            (effect.service.clone(), effect.cause.to_string(), kind.word(), doc)
        };
        let rows: Vec<_> = effects.iter().map(row).collect();
        if !rows.is_empty() {
            sqlx::query(PUT_EFFECTS).bind(to_text("effects", &rows)?).bind(ms(now)).execute(&mut *self.tx).await?;
        }
        Ok(())
    }

    /// When each of these causes came or went since a time, in order; not what a person's word did.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn turns(
        &mut self,
        causes: &[String],
        since: Timestamp,
    ) -> Result<BTreeMap<String, Vec<Timestamp>>, StoreError> {
        let mut turns: BTreeMap<String, Vec<Timestamp>> = BTreeMap::new();
        if causes.is_empty() {
            return Ok(turns);
        }
        let rows = sqlx::query(TURNS).bind(to_text("causes", &causes)?).bind(ms(since));
        for row in rows.fetch_all(&mut *self.tx).await? {
            turns.entry(row.get(0)).or_default().push(at(row.get(1)));
        }
        Ok(turns)
    }

    /// Has each of these causes come or gone by now, where a clock that was set back says that it lies ahead.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn turned_by(&mut self, causes: &[String], now: Timestamp) -> Result<(), StoreError> {
        sqlx::query("UPDATE effect SET at = $2 WHERE cause IN (SELECT value FROM json_each($1)) AND at > $2")
            .bind(to_text("causes", &causes)?)
            .bind(ms(now))
            .execute(&mut *self.tx)
            .await?;
        Ok(())
    }

    /// What hurt these services until now.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn hurting(
        &mut self,
        services: &[ServiceId],
    ) -> Result<BTreeMap<(ServiceId, Cause), Effect>, StoreError> {
        let rows = sqlx::query("SELECT doc FROM hurt WHERE service IN (SELECT value FROM json_each($1))")
            .bind(to_text("services", &services)?)
            .fetch_all(&mut *self.tx)
            .await?;
        let mut hurting = BTreeMap::new();
        for row in rows {
            let effect: Effect = from_text("effect", row.get(0))?;
            hurting.insert((effect.service.clone(), effect.cause.clone()), effect);
        }
        Ok(hurting)
    }

    /// Remembers what hurts which services now.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn put_hurts(&mut self, effects: &[Effect]) -> Result<(), StoreError> {
        let rows: Vec<_> = effects.iter().map(|e| (&e.service, e.cause.to_string(), e)).collect();
        if !rows.is_empty() {
            sqlx::query(PUT_HURTS).bind(to_text("effects", &rows)?).execute(&mut *self.tx).await?;
        }
        Ok(())
    }

    /// Forgets it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn drop_hurts(&mut self, effects: &[Effect]) -> Result<(), StoreError> {
        let rows: Vec<_> = effects.iter().map(|e| (&e.service, e.cause.to_string())).collect();
        if !rows.is_empty() {
            sqlx::query(DROP_HURTS).bind(to_text("effects", &rows)?).execute(&mut *self.tx).await?;
        }
        Ok(())
    }

    /// The services that anything has hurt until now, whether the inventory still knows them or not.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn hurt_services(&mut self) -> Result<Vec<ServiceId>, StoreError> {
        let rows = sqlx::query("SELECT DISTINCT service FROM hurt").fetch_all(&mut *self.tx).await?;
        Ok(rows.iter().filter_map(|row| ServiceId::parse(row.get(0)).ok()).collect())
    }
}
