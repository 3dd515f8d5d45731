//! What each address has been told, and what was decided.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sqlx::Row;

use super::{StoreError, Writing, from_text, ms, to_text};
use crate::alerting::route::{Decision, Told, ToldKey, Verdict};
use crate::model::effect::Cause;
use crate::model::id::{NotificationId, ServiceId, SourceId};
use crate::model::reason::Reason;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ToldDoc {
    cause: Cause,
    #[serde(flatten)]
    told: Told,
}

impl ToldDoc {
    pub(super) fn of(told: &Told, cause: &Cause) -> Self {
        Self { cause: cause.clone(), told: told.clone() }
    }
}

impl From<ToldDoc> for Told {
    fn from(doc: ToldDoc) -> Self {
        doc.told
    }
}

const PUT_TOLD: &str = "INSERT INTO told (address, service, cause, doc) SELECT value ->> 0, value ->> 1, value ->> 2, value -> 3 FROM json_each($1) WHERE TRUE ON CONFLICT (address, service, cause) DO UPDATE SET doc = excluded.doc";
/// Times are texts that are in order but for parts of a second.
const FIRST_TOLD: &str = "SELECT cause, json_quote(MIN(COALESCE(doc ->> 'first', doc ->> 'noticed'))) FROM told WHERE cause IN (SELECT value FROM json_each($1)) AND doc ->> 'sent' GROUP BY cause";
const FORGET_TOLD: &str = "DELETE FROM told WHERE (address, service, cause) IN (SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each($1))";
const PUT_DECISION: &str = "INSERT INTO decision (seq, at, receiver, address, cause, is_sent, why, notification, doc, rule) VALUES ((SELECT COALESCE(MAX(seq), 0) + 1 FROM decision), $1, $2, $3, $4, $5, $6, $7, $8, $9)";

impl Writing {
    /// What was told about these services; about all of them for `None`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn told(&mut self, services: Option<&[ServiceId]>) -> Result<BTreeMap<ToldKey, Told>, StoreError> {
        let rows = match services {
            None => sqlx::query("SELECT address, service, doc FROM told").fetch_all(&mut *self.tx).await?,
            Some(services) => {
                sqlx::query("SELECT address, service, doc FROM told WHERE service IN (SELECT value FROM json_each($1))")
                    .bind(to_text("services", &services)?)
                    .fetch_all(&mut *self.tx)
                    .await?
            }
        };
        let mut all = BTreeMap::new();
        for row in rows {
            let doc: ToldDoc = from_text("told", row.get(2))?;
            let Ok(service) = ServiceId::parse(row.get(1)) else { continue };
            let cause = doc.cause.clone();
            all.insert((row.get(0), service, cause), doc.into());
        }
        Ok(all)
    }

    /// The sources that any address has been told of, or was decided not to be told of, as blind, for which service.
    pub(super) async fn told_blind(&mut self) -> Result<BTreeSet<(SourceId, ServiceId)>, StoreError> {
        let rows = sqlx::query("SELECT DISTINCT cause, service FROM told WHERE cause >= 'blind:' AND cause < 'blind;'");
        let rows = rows.fetch_all(&mut *self.tx).await?;
        let told = |row: &sqlx::sqlite::SqliteRow| {
            let source = row.get::<&str, _>(0).strip_prefix("blind:")?;
            Some((SourceId::parse(source).ok()?, ServiceId::parse(row.get(1)).ok()?))
        };
        Ok(rows.iter().filter_map(told).collect())
    }

    /// The addresses that were told of each of these causes.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn told_to(
        &mut self,
        causes: &BTreeSet<Cause>,
    ) -> Result<BTreeMap<String, BTreeSet<String>>, StoreError> {
        let causes: Vec<String> = causes.iter().map(ToString::to_string).collect();
        let mut all: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        if causes.is_empty() {
            return Ok(all);
        }
        let rows = sqlx::query(
            "SELECT DISTINCT cause, address FROM told WHERE cause IN (SELECT value FROM json_each($1)) AND doc ->> 'sent'",
        );
        for row in rows.bind(to_text("causes", &causes)?).fetch_all(&mut *self.tx).await? {
            all.entry(row.get(0)).or_default().insert(row.get(1));
        }
        Ok(all)
    }

    /// When each of these causes was first told to anybody, of whatever service.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn first_told(&mut self, causes: &[String]) -> Result<BTreeMap<String, Timestamp>, StoreError> {
        let mut all = BTreeMap::new();
        if causes.is_empty() {
            return Ok(all);
        }
        let rows = sqlx::query(FIRST_TOLD).bind(to_text("causes", &causes)?);
        for row in rows.fetch_all(&mut *self.tx).await? {
            let first: Option<Timestamp> = from_text("told", row.get(1))?;
            all.extend(first.map(|first| (row.get(0), first)));
        }
        Ok(all)
    }

    /// Remembers, or forgets, what addresses have been told.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn put_told(&mut self, told: &[(ToldKey, Option<Told>)]) -> Result<(), StoreError> {
        let (mut kept, mut forgotten) = (Vec::new(), Vec::new());
        for ((address, service, cause), told) in told {
            match told {
                None => forgotten.push((address, service, cause.to_string())),
                Some(told) => kept.push((address, service, cause.to_string(), ToldDoc::of(told, cause))),
            }
        }
        if !forgotten.is_empty() {
            sqlx::query(FORGET_TOLD).bind(to_text("told", &forgotten)?).execute(&mut *self.tx).await?;
        }
        if !kept.is_empty() {
            sqlx::query(PUT_TOLD).bind(to_text("told", &kept)?).execute(&mut *self.tx).await?;
        }
        Ok(())
    }

    /// Logs a decision, to send as well as not to.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn put_decision(
        &mut self,
        decision: &Decision,
        why: &str,
        notification: Option<&NotificationId>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let services: Vec<_> = decision
            .services
            .iter()
            .map(|s| serde_json::json!({"service": s.service, "kind": s.kind, "impact": s.impact, "path": s.path}))
            .collect();
        let until = match &decision.verdict {
            Verdict::Send => None,
            Verdict::Gather(until) => Some(*until),
            Verdict::NotSent(reason) => reason.until(),
        };
        let silence = match &decision.verdict {
            Verdict::NotSent(Reason::Silenced { silence, .. }) => Some(silence),
            Verdict::Send | Verdict::Gather(_) | Verdict::NotSent(_) => None,
        };
        let doc = serde_json::json!({"services": services, "subscriptions": decision.subscriptions, "until": until, "silence": silence});
        sqlx::query(PUT_DECISION)
            .bind(ms(now))
            .bind(decision.receiver.as_str())
            .bind(&decision.address)
            .bind(decision.cause.to_string())
            .bind(decision.verdict.is_told())
            .bind(why)
            .bind(notification.map(|id| id.0.as_str()))
            .bind(doc.to_string())
            .bind(decision.verdict.rule())
            .execute(&mut *self.tx)
            .await?;
        Ok(())
    }
}
