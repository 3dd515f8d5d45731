//! A vendor's report that belongs to an incident opened by hand: one incident from then on, and two again once it is
//! parted. What was logged and told of it goes along, so that nothing is told twice and no end is forgotten.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::told::ToldDoc;
use super::{Store, StoreError, Writing, at, from_text, ms, to_text};
use crate::alerting::route::{Told, ToldKey};
use crate::model::effect::{Cause, Effect};
use crate::model::id::{IncidentId, ServiceId, SourceId};
use crate::model::impact::Step;
use crate::model::incident::{Acknowledged, Report};

const PUT_JOINT: &str =
    "INSERT INTO joint (source, key, generation, own, incident, at, who, told) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
const JOINT: &str =
    "SELECT source, key, generation, own, incident, at, who, told FROM joint WHERE incident = $1 ORDER BY at, own";
const MOVE_REPORT: &str =
    "UPDATE report SET incident = $4, doc = $5 WHERE source = $1 AND key = $2 AND generation = $3";
const MOVE_SAID: &str = "UPDATE said SET incident = $4 WHERE source = $1 AND key = $2 AND generation = $3";
const MOVE_CHANGES: &str =
    "UPDATE change SET incident = $4 WHERE incident = $3 AND source = $1 AND doc -> 'incident' ->> 'vendor_key' = $2";
/// Of what still waits, so that nothing about the whole overtakes it.
const ADD_TOPICS: &str = "INSERT INTO topic (notification, address, cause, seq) SELECT t.notification, t.address, $2, t.seq FROM topic t JOIN notification n ON n.id = t.notification WHERE t.cause = $1 AND n.state = 'pending' ON CONFLICT DO NOTHING";

/// A report that was joined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Joint {
    /// Whose report it is.
    pub source: SourceId,
    /// The vendor's key.
    pub key: String,
    /// The generation of the key.
    pub generation: u32,
    /// The incident that it is when it is parted.
    pub own: IncidentId,
    /// By whom, and when.
    pub by: Acknowledged,
    told: Vec<Kept>,
}

/// What an address had been told of both, and what that came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Kept {
    address: String,
    service: ServiceId,
    whole: Option<ToldDoc>,
    own: ToldDoc,
    merged: ToldDoc,
}

impl Store {
    /// The reports that were joined to an incident.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn joints(&self, incident: &IncidentId) -> Result<Vec<Joint>, StoreError> {
        self.view().await?.joints(incident).await
    }
}

impl Writing {
    /// The incident that this one was joined to.
    pub(super) async fn joined_to(&mut self, own: &IncidentId) -> Result<Option<IncidentId>, StoreError> {
        let row = sqlx::query("SELECT incident FROM joint WHERE own = $1").bind(&own.0);
        Ok(row.fetch_optional(&mut *self.tx).await?.map(|row| IncidentId(row.get(0))))
    }

    /// The name that an incident goes by: the one it was joined to, if it was.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn whole(&mut self, incident: &IncidentId) -> Result<IncidentId, StoreError> {
        Ok(self.joined_to(incident).await?.unwrap_or_else(|| incident.clone()))
    }

    /// The reports that were joined to an incident.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn joints(&mut self, incident: &IncidentId) -> Result<Vec<Joint>, StoreError> {
        let rows = sqlx::query(JOINT).bind(&incident.0).fetch_all(&mut *self.tx).await?;
        rows.iter().filter_map(|row| joint(row).transpose()).collect()
    }

    /// Makes a report one of an incident, with all that was logged and told of it. The report as it is then.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn join(
        &mut self,
        report: &Report,
        incident: &IncidentId,
        by: &Acknowledged,
    ) -> Result<Report, StoreError> {
        let own = report.incident.clone();
        let joined = self.move_report(report, incident).await?;
        sqlx::query(ADD_TOPICS).bind(&own.0).bind(&incident.0).execute(&mut *self.tx).await?;
        self.merge_hurts(&own, incident).await?;
        let told = self.merge_told(&own, incident).await?;
        sqlx::query(PUT_JOINT)
            .bind(report.source.as_str())
            .bind(&report.seen.key)
            .bind(i64::from(report.generation))
            .bind(&own.0)
            .bind(&incident.0)
            .bind(ms(by.at))
            .bind(&by.who)
            .bind(to_text("what was told", &told)?)
            .execute(&mut *self.tx)
            .await?;
        if self.acknowledged(incident).await?.is_none()
            && let Some(theirs) = self.acknowledged(&own).await?
        {
            self.put_acknowledged(incident, Some(&theirs)).await?;
        }
        self.put_acknowledged(&own, None).await?;
        Ok(joined)
    }

    /// Makes a report an incident of its own again. The report as it is then.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn part(&mut self, joint: &Joint, report: &Report) -> Result<Report, StoreError> {
        let whole = report.incident.clone();
        let parted = self.move_report(report, &joint.own).await?;
        sqlx::query("DELETE FROM joint WHERE own = $1").bind(&joint.own.0).execute(&mut *self.tx).await?;
        let now = self.told_of(&whole).await?;
        let (of_whole, of_own) = (Cause::Incident(whole), Cause::Incident(joint.own.clone()));
        let mut told: Vec<(ToldKey, Option<Told>)> = Vec::new();
        for kept in &joint.told {
            let place = (kept.address.clone(), kept.service.clone());
            told.push(((place.0.clone(), place.1.clone(), of_own.clone()), Some(kept.own.clone().into())));
            let is_as_merged = now.get(&place).is_some_and(|doc| *doc == kept.merged);
            // What was told since of the whole stays told of it; what came from this report alone goes with it.
            if kept.whole.is_none() || is_as_merged {
                told.push(((place.0, place.1, of_whole.clone()), kept.whole.clone().map(Into::into)));
            }
        }
        self.put_told(&told).await?;
        Ok(parted)
    }

    /// Whether the end of an incident was ever logged.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn has_end(&mut self, incident: &IncidentId) -> Result<bool, StoreError> {
        let row = sqlx::query("SELECT COUNT(*) FROM change WHERE incident = $1 AND kind IN ('resolved', 'withdrawn')");
        Ok(row.bind(&incident.0).fetch_one(&mut *self.tx).await?.get::<i64, _>(0) > 0)
    }

    async fn move_report(&mut self, report: &Report, to: &IncidentId) -> Result<Report, StoreError> {
        let moved = Report { incident: to.clone(), ..report.clone() };
        let (source, key, generation) = (report.source.as_str(), &report.seen.key, i64::from(report.generation));
        let row = sqlx::query(MOVE_REPORT).bind(source).bind(key).bind(generation).bind(&to.0);
        row.bind(to_text("report", &moved)?).execute(&mut *self.tx).await?;
        sqlx::query(MOVE_SAID).bind(source).bind(key).bind(generation).bind(&to.0).execute(&mut *self.tx).await?;
        let changes = sqlx::query(MOVE_CHANGES).bind(source).bind(key).bind(&report.incident.0).bind(&to.0);
        changes.execute(&mut *self.tx).await?;
        Ok(moved)
    }

    /// What hurts by the one hurts by the other from now on: the worse of both.
    async fn merge_hurts(&mut self, own: &IncidentId, whole: &IncidentId) -> Result<(), StoreError> {
        let mut before: BTreeMap<ServiceId, Effect> =
            self.hurt_by(whole).await?.into_iter().map(|effect| (effect.service.clone(), effect)).collect();
        let moved = self.hurt_by(own).await?;
        let mut kept = Vec::new();
        for effect in &moved {
            let other = before.remove(&effect.service);
            if other.is_none_or(|other| other.impact.step_to(effect.impact) == Step::Up) {
                kept.push(Effect { cause: Cause::Incident(whole.clone()), ..effect.clone() });
            }
        }
        self.drop_hurts(&moved).await?;
        self.put_hurts(&kept).await
    }

    async fn hurt_by(&mut self, incident: &IncidentId) -> Result<Vec<Effect>, StoreError> {
        let rows = sqlx::query("SELECT doc FROM hurt WHERE cause = $1").bind(&incident.0);
        let rows = rows.fetch_all(&mut *self.tx).await?;
        rows.iter().map(|row| from_text("effect", row.get(0))).collect()
    }

    async fn merge_told(&mut self, own: &IncidentId, whole: &IncidentId) -> Result<Vec<Kept>, StoreError> {
        let mut before = self.told_of(whole).await?;
        let (of_whole, of_own) = (Cause::Incident(whole.clone()), Cause::Incident(own.clone()));
        let (mut kept, mut told) = (Vec::new(), Vec::new());
        for ((address, service), doc) in self.told_of(own).await? {
            let other = before.remove(&(address.clone(), service.clone()));
            let mine = Told::from(doc.clone());
            let merged = match other.clone() {
                Some(other) => Told::from(other).together_with(mine),
                None => mine,
            };
            told.push(((address.clone(), service.clone(), of_own.clone()), None));
            told.push(((address.clone(), service.clone(), of_whole.clone()), Some(merged.clone())));
            kept.push(Kept { address, service, whole: other, own: doc, merged: ToldDoc::of(&merged, &of_whole) });
        }
        self.put_told(&told).await?;
        Ok(kept)
    }

    async fn told_of(&mut self, incident: &IncidentId) -> Result<BTreeMap<(String, ServiceId), ToldDoc>, StoreError> {
        let rows = sqlx::query("SELECT address, service, doc FROM told WHERE cause = $1").bind(&incident.0);
        let mut told = BTreeMap::new();
        for row in rows.fetch_all(&mut *self.tx).await? {
            if let Ok(service) = ServiceId::parse(row.get(1)) {
                told.insert((row.get(0), service), from_text("told", row.get(2))?);
            }
        }
        Ok(told)
    }
}

fn joint(row: &SqliteRow) -> Result<Option<Joint>, StoreError> {
    let Ok(source) = SourceId::parse(row.get(0)) else { return Ok(None) };
    Ok(Some(Joint {
        source,
        key: row.get(1),
        generation: u32::try_from(row.get::<i64, _>(2)).unwrap_or(0),
        own: IncidentId(row.get(3)),
        by: Acknowledged { at: at(row.get(5)), who: row.get(6) },
        told: from_text("what was told", row.get(7))?,
    }))
}
