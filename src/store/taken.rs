//! Who takes care of what is open, and which addresses were told of it.

use jiff::Timestamp;
use sqlx::Row;

use super::{Store, StoreError, at, from_text, to_text};
use crate::model::id::{IncidentId, NotificationId, ReceiverId};
use crate::model::incident::Report;

/// What was told, has arrived, and is taken care of; with a row of the outbox there is nothing to add to as yet.
const TAKEN: &str = "SELECT DISTINCT a.incident, a.at, a.who, n.receiver, (SELECT r.doc FROM report r WHERE r.incident = a.incident AND r.is_open = TRUE LIMIT 1) FROM acknowledgement a JOIN topic t ON t.cause = a.incident JOIN notification n ON n.id = t.notification WHERE a.incident IN (SELECT incident FROM report WHERE is_open = TRUE) AND n.state = 'delivered' AND n.receiver IN (SELECT value FROM json_each($1)) AND NOT EXISTS (SELECT 1 FROM topic o JOIN notification p ON p.id = o.notification WHERE o.address = t.address AND o.cause = t.cause AND p.state = 'pending')";

/// Somebody takes care of an incident that a receiver was told of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Untold {
    /// The incident.
    pub incident: IncidentId,
    /// What it is called.
    pub title: String,
    /// Who takes care of it.
    pub who: String,
    /// Since when.
    pub at: Timestamp,
    /// Who was told of the incident.
    pub receiver: ReceiverId,
}

impl Store {
    /// What these receivers were told of, that is still open, and that somebody takes care of.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn untold_taken(&self, receivers: &[&ReceiverId]) -> Result<Vec<Untold>, StoreError> {
        let rows = sqlx::query(TAKEN).bind(to_text("receivers", &receivers)?).fetch_all(&self.reads).await?;
        let mut all = Vec::with_capacity(rows.len());
        for row in rows {
            let report: Report = from_text("report", row.get(4))?;
            let Ok(receiver) = ReceiverId::parse(row.get(3)) else { continue };
            let (incident, title) = (IncidentId(row.get(0)), report.seen.title);
            all.push(Untold { incident, title, who: row.get(2), at: at(row.get(1)), receiver });
        }
        Ok(all)
    }

    /// Whether the outbox holds a message, sent or not.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn is_in_outbox(&self, id: &NotificationId) -> Result<bool, StoreError> {
        let found = sqlx::query("SELECT 1 FROM notification WHERE id = $1").bind(&id.0);
        Ok(found.fetch_optional(&self.reads).await?.is_some())
    }
}
