//! What people do with incidents beside words: they take care of them; and what is done once is not done twice.

use std::collections::BTreeMap;

use jiff::Timestamp;
use sqlx::Row;

use super::{StoreError, Writing, at, ms, to_text};
use crate::model::id::IncidentId;
use crate::model::incident::Acknowledged;

impl Writing {
    /// The incident that the deed of this key was about, if it was done.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn deed(&mut self, key: &str) -> Result<Option<IncidentId>, StoreError> {
        let row = sqlx::query("SELECT incident FROM deed WHERE key = $1").bind(key);
        Ok(row.fetch_optional(&mut *self.tx).await?.map(|row| IncidentId(row.get(0))))
    }

    /// Remembers that it was done.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn put_deed(&mut self, key: &str, incident: &IncidentId, now: Timestamp) -> Result<(), StoreError> {
        let put = sqlx::query("INSERT INTO deed (key, at, incident) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING");
        put.bind(key).bind(ms(now)).bind(&incident.0).execute(&mut *self.tx).await?;
        Ok(())
    }

    /// Who takes care of an incident.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn acknowledged(&mut self, incident: &IncidentId) -> Result<Option<Acknowledged>, StoreError> {
        let row = sqlx::query("SELECT at, who FROM acknowledgement WHERE incident = $1").bind(&incident.0);
        let row = row.fetch_optional(&mut *self.tx).await?;
        Ok(row.map(|row| Acknowledged { at: at(row.get(0)), who: row.get(1) }))
    }

    /// Who takes care of those of these causes that are incidents, by the cause's name.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn acknowledged_among(&mut self, causes: &[String]) -> Result<BTreeMap<String, String>, StoreError> {
        if causes.is_empty() {
            return Ok(BTreeMap::new());
        }
        let rows = sqlx::query(
            "SELECT incident, who FROM acknowledgement WHERE incident IN (SELECT value FROM json_each($1))",
        );
        let rows = rows.bind(to_text("causes", &causes)?).fetch_all(&mut *self.tx).await?;
        Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
    }

    /// Writes who takes care of an incident; `None`: nobody.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn put_acknowledged(
        &mut self,
        incident: &IncidentId,
        acknowledged: Option<&Acknowledged>,
    ) -> Result<(), StoreError> {
        let query = match acknowledged {
            None => sqlx::query("DELETE FROM acknowledgement WHERE incident = $1").bind(&incident.0),
            Some(one) => sqlx::query("INSERT INTO acknowledgement (incident, at, who) VALUES ($1, $2, $3) ON CONFLICT (incident) DO UPDATE SET at = excluded.at, who = excluded.who")
                .bind(&incident.0)
                .bind(ms(one.at))
                .bind(&one.who),
        };
        query.execute(&mut *self.tx).await?;
        Ok(())
    }

    /// Who takes care of what.
    pub(super) async fn all_acknowledged(&mut self) -> Result<BTreeMap<IncidentId, Acknowledged>, StoreError> {
        let rows = sqlx::query(
            "SELECT a.incident, a.at, a.who FROM acknowledgement a WHERE a.incident IN (SELECT incident FROM report WHERE is_open = TRUE)",
        );
        let rows = rows.fetch_all(&mut *self.tx).await?;
        let one = |row: &sqlx::sqlite::SqliteRow| {
            (IncidentId(row.get(0)), Acknowledged { at: at(row.get(1)), who: row.get(2) })
        };
        Ok(rows.iter().map(one).collect())
    }
}
