//! What the watch over ourselves asks the store. Every question is cheap, however much is stored.

use jiff::Timestamp;
use sqlx::Row;

use super::{Store, StoreError, at, from_text, ms};
use crate::model::id::{ServiceId, SourceId};
use crate::model::incident::Health;

/// Rows that could have been tried for so long and were not: due, not held by a try, and waiting for no earlier one.
const OVERDUE: &str = "SELECT COUNT(*) FROM (SELECT 1 FROM notification m WHERE m.state = 'pending' AND m.due <= $1 AND (m.leased_until IS NULL OR m.leased_until <= $1) AND NOT EXISTS (SELECT 1 FROM topic mine JOIN topic other ON other.address = mine.address AND other.cause = mine.cause AND other.seq < mine.seq JOIN notification earlier ON earlier.id = other.notification WHERE mine.notification = m.id AND earlier.state = 'pending') LIMIT 1000)";

/// What is about the worst, should have gone out by then, and was taken neither by its own way nor by a second one.
const UNTAKEN: &str = "SELECT COUNT(*) FROM (SELECT 1 FROM notification n WHERE n.state = 'pending' AND n.grave = TRUE AND n.ready <= $1 AND NOT EXISTS (SELECT 1 FROM notification s WHERE s.id = n.second AND s.state = 'delivered') LIMIT 1000)";
/// Services that something began to hurt, of which nobody was told and nobody was decided not to be told.
const UNDECIDED: &str = "SELECT DISTINCT e.service, e.cause FROM effect e WHERE e.at > $1 AND e.at <= $2 AND e.kind = 'hurt' AND NOT EXISTS (SELECT 1 FROM decision d WHERE d.cause = e.cause) AND NOT EXISTS (SELECT 1 FROM told t WHERE t.cause = e.cause) AND NOT EXISTS (SELECT 1 FROM joint j WHERE j.own = e.cause) LIMIT 1000";

/// When a source was looked at last, and how it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Looked {
    /// The source.
    pub source: SourceId,
    /// The last look.
    pub at: Option<Timestamp>,
    /// How it stands.
    pub health: Health,
}

impl Store {
    /// When each source was looked at last.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn last_looks(&self) -> Result<Vec<Looked>, StoreError> {
        let rows = sqlx::query("SELECT id, last_look, health FROM source").fetch_all(&self.reads).await?;
        let mut all = Vec::with_capacity(rows.len());
        for row in rows {
            let Ok(source) = SourceId::parse(row.get(0)) else { continue };
            let health = from_text("health", row.get(2))?;
            all.push(Looked { source, at: row.get::<Option<i64>, _>(1).map(at), health });
        }
        Ok(all)
    }

    /// How many messages have been due since `since` and nobody tries them; a thousand at the most.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn overdue(&self, since: Timestamp) -> Result<i64, StoreError> {
        Ok(sqlx::query(OVERDUE).bind(ms(since)).fetch_one(&self.reads).await?.get(0))
    }

    /// How many messages about the worst should have gone out by then and were taken by no way.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn untaken(&self, before: Timestamp) -> Result<i64, StoreError> {
        Ok(sqlx::query(UNTAKEN).bind(ms(before)).fetch_one(&self.reads).await?.get(0))
    }

    /// Services and what began to hurt them in that time, where no decision about it is known.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn undecided(&self, since: Timestamp, until: Timestamp) -> Result<Vec<(ServiceId, String)>, StoreError> {
        let rows = sqlx::query(UNDECIDED).bind(ms(since)).bind(ms(until)).fetch_all(&self.reads).await?;
        let parsed = rows.iter().filter_map(|row| Some((ServiceId::parse(row.get(0)).ok()?, row.get(1))));
        Ok(parsed.collect())
    }

    /// Writes something, to the disk: that it can be done is the answer.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn prove_writable(&self, now: Timestamp) -> Result<(), StoreError> {
        let mut writing = self.write().await?;
        writing.set_note("audited", Some(&now.to_string())).await?;
        writing.commit().await
    }

    /// How many octets the database takes.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn size(&self) -> Result<i64, StoreError> {
        let size = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()";
        Ok(sqlx::query(size).fetch_one(&self.reads).await?.get(0))
    }
}
