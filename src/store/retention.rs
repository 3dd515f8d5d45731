//! What is let go of when it is old. What is not delivered is never among it, nor is anything that is open.

use jiff::Timestamp;

use super::past::OLD_WATCHED;
use super::{Store, StoreError, ms};

/// How many rows one statement removes, so that no look waits for it.
const AT_ONCE: i64 = 500;

const OLD_BODIES: &str = "DELETE FROM body WHERE rowid IN (SELECT rowid FROM body WHERE at < $1 LIMIT $2)";
const OLD_ATTEMPTS: &str = "DELETE FROM attempt WHERE rowid IN (SELECT a.rowid FROM attempt a JOIN notification n ON n.id = a.notification WHERE n.state <> 'pending' AND a.at < $1 LIMIT $2)";
const OLD_BYTES: &str = "UPDATE notification SET frozen = NULL WHERE id IN (SELECT id FROM notification WHERE state <> 'pending' AND frozen IS NOT NULL AND ended < $1 LIMIT $2)";

impl Store {
    /// Removes the bodies from before `bodies_before`, and the tries, with the bytes that were sent, of what ended
    /// before `tries_before`. How many rows that were.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn let_go(&self, bodies_before: Timestamp, tries_before: Timestamp) -> Result<u64, StoreError> {
        let mut gone = sqlx::query(OLD_WATCHED).execute(&self.writes).await?.rows_affected();
        for (text, before) in [(OLD_BODIES, bodies_before), (OLD_ATTEMPTS, tries_before), (OLD_BYTES, tries_before)] {
            loop {
                let done = sqlx::query(text).bind(ms(before)).bind(AT_ONCE).execute(&self.writes).await?;
                gone += done.rows_affected();
                if done.rows_affected() < u64::try_from(AT_ONCE).unwrap_or(0) {
                    break;
                }
            }
        }
        Ok(gone)
    }
}
