//! The daily trials of the ways: for which hour each receiver got its newest one, and whether it was accepted.

use jiff::Timestamp;
use sqlx::Row;

use super::{Store, StoreError, Writing, at, ms};
use crate::model::id::{NotificationId, ReceiverId};

const PUT: &str = "INSERT INTO trial (receiver, hour, notification) VALUES ($1, $2, $3) ON CONFLICT (receiver) DO UPDATE SET hour = excluded.hour, notification = excluded.notification";
/// Trials that nobody has accepted, of ways that nobody was told of.
const UNACCEPTED: &str = "SELECT n.id, COALESCE(n.answer, 'it was not tried') FROM trial t JOIN notification n ON n.id = t.notification WHERE n.state <> 'delivered' AND n.made <= $1 AND NOT EXISTS (SELECT 1 FROM trouble w WHERE w.way = t.receiver)";

impl Store {
    /// The hour for which each receiver got its newest trial.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn trials(&self) -> Result<Vec<(String, Timestamp)>, StoreError> {
        let rows = sqlx::query("SELECT receiver, hour FROM trial").fetch_all(&self.reads).await?;
        Ok(rows.iter().map(|row| (row.get(0), at(row.get(1)))).collect())
    }

    /// Trials made before then that nobody has accepted, and what the far side said.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn unaccepted_trials(&self, before: Timestamp) -> Result<Vec<(NotificationId, String)>, StoreError> {
        let rows = sqlx::query(UNACCEPTED).bind(ms(before)).fetch_all(&self.reads).await?;
        Ok(rows.iter().map(|row| (NotificationId(row.get(0)), row.get(1))).collect())
    }
}

impl Writing {
    /// Remembers the newest trial of a receiver; without a message where the trials only begin.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn put_trial(
        &mut self,
        receiver: &ReceiverId,
        hour: Timestamp,
        id: Option<&NotificationId>,
    ) -> Result<(), StoreError> {
        let id = id.map(|id| id.0.as_str()).unwrap_or_default();
        sqlx::query(PUT).bind(receiver.as_str()).bind(ms(hour)).bind(id).execute(&mut *self.tx).await?;
        Ok(())
    }
}
