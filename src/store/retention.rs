//! What is let go of when it is old. What waits to be delivered is never among it, nor what is open, nor what anybody has
//! been told of and not yet told the end of.
//!
//! What is old is looked for beside the writer and removed a few rows at a time, so that no look waits for it. Of every
//! list that counts its rows the newest stays: the next number must be a new one.

use jiff::Timestamp;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::past::OLD_WATCHED;
use super::{Store, StoreError, Writing, ms, to_text};

/// How many rows one transaction removes.
const AT_ONCE: i64 = 500;
/// How many incidents: each has many rows.
const INCIDENTS_AT_ONCE: i64 = 50;

const BODIES: Old = Old {
    find: "SELECT rowid FROM body WHERE at < $1 LIMIT $2",
    remove: &["DELETE FROM body WHERE rowid IN (SELECT value FROM json_each($1))"],
    at_once: AT_ONCE,
};
const TRIES: Old = Old {
    find: "SELECT a.rowid FROM notification n JOIN attempt a ON a.notification = n.id WHERE n.state IN ('delivered', 'dead', 'left') AND n.ended < $1 LIMIT $2",
    remove: &["DELETE FROM attempt WHERE rowid IN (SELECT value FROM json_each($1))"],
    at_once: AT_ONCE,
};
const BYTES: Old = Old {
    find: "SELECT rowid FROM notification WHERE state IN ('delivered', 'dead', 'left') AND ended < $1 AND frozen IS NOT NULL LIMIT $2",
    remove: &[
        "UPDATE notification SET frozen = NULL WHERE rowid IN (SELECT value FROM json_each($1)) AND state <> 'pending'",
    ],
    at_once: AT_ONCE,
};
const MESSAGES: Old = Old {
    find: "SELECT n.id FROM notification n WHERE n.state IN ('delivered', 'dead', 'left') AND n.ended < $1 AND n.seq < (SELECT MAX(seq) FROM notification) AND NOT EXISTS (SELECT 1 FROM topic t JOIN told ON told.cause = t.cause AND told.address = t.address WHERE t.notification = n.id) LIMIT $2",
    remove: &[
        "DELETE FROM attempt WHERE notification IN (SELECT value FROM json_each($1))",
        "DELETE FROM topic WHERE notification IN (SELECT value FROM json_each($1))",
        "DELETE FROM notification WHERE id IN (SELECT value FROM json_each($1)) AND state <> 'pending'",
    ],
    at_once: AT_ONCE,
};
const DECISIONS: Old = Old {
    find: "SELECT d.seq FROM decision d WHERE d.at < $1 AND d.seq < (SELECT MAX(seq) FROM decision) AND NOT EXISTS (SELECT 1 FROM told t WHERE t.cause = d.cause) LIMIT $2",
    remove: &["DELETE FROM decision WHERE seq IN (SELECT value FROM json_each($1))"],
    at_once: AT_ONCE,
};
/// Silences that have been over for as long as what they kept back is kept.
const SILENCES: Old = Old {
    find: "SELECT rowid FROM silence WHERE ends < $1 LIMIT $2",
    remove: &["DELETE FROM silence WHERE rowid IN (SELECT value FROM json_each($1))"],
    at_once: AT_ONCE,
};
/// Incidents no report of which is open or has changed since, that hurt nothing, of which nobody waits for the end, and of
/// which no message waits to be delivered.
const INCIDENTS: Old = Old {
    find: "SELECT DISTINCT r.incident FROM report r WHERE r.is_open = FALSE AND r.changed < $1 AND NOT EXISTS (SELECT 1 FROM report o WHERE o.incident = r.incident AND (o.is_open = TRUE OR o.changed >= $1)) AND NOT EXISTS (SELECT 1 FROM told t WHERE t.cause = r.incident) AND NOT EXISTS (SELECT 1 FROM hurt h WHERE h.cause = r.incident) AND NOT EXISTS (SELECT 1 FROM topic t JOIN notification n ON n.id = t.notification WHERE t.cause = r.incident AND n.state = 'pending') LIMIT $2",
    remove: &[
        "DELETE FROM report WHERE incident IN (SELECT value FROM json_each($1)) AND is_open = FALSE",
        "DELETE FROM said WHERE incident IN (SELECT value FROM json_each($1)) AND NOT EXISTS (SELECT 1 FROM report r WHERE r.incident = said.incident)",
        "DELETE FROM change WHERE incident IN (SELECT value FROM json_each($1)) AND seq < (SELECT MAX(seq) FROM change) AND NOT EXISTS (SELECT 1 FROM report r WHERE r.incident = change.incident)",
        "DELETE FROM effect WHERE cause IN (SELECT value FROM json_each($1)) AND seq < (SELECT MAX(seq) FROM effect) AND NOT EXISTS (SELECT 1 FROM report r WHERE r.incident = effect.cause)",
        "DELETE FROM joint WHERE incident IN (SELECT value FROM json_each($1)) AND NOT EXISTS (SELECT 1 FROM report r WHERE r.incident = joint.incident)",
        "DELETE FROM acknowledgement WHERE incident IN (SELECT value FROM json_each($1)) AND NOT EXISTS (SELECT 1 FROM report r WHERE r.incident = acknowledgement.incident)",
        "DELETE FROM deed WHERE incident IN (SELECT value FROM json_each($1)) AND NOT EXISTS (SELECT 1 FROM report r WHERE r.incident = deed.incident)",
    ],
    at_once: INCIDENTS_AT_ONCE,
};
/// What became of components and of sources.
const CHANGES: Old = Old {
    find: "SELECT seq FROM change WHERE at < $1 AND incident IS NULL AND seq < (SELECT MAX(seq) FROM change) LIMIT $2",
    remove: &["DELETE FROM change WHERE seq IN (SELECT value FROM json_each($1))"],
    at_once: AT_ONCE,
};
const EFFECTS: Old = Old {
    find: "SELECT e.seq FROM effect e WHERE e.at < $1 AND e.seq < (SELECT MAX(seq) FROM effect) AND NOT EXISTS (SELECT 1 FROM report r WHERE r.incident = e.cause) AND NOT EXISTS (SELECT 1 FROM hurt h WHERE h.service = e.service AND h.cause = e.cause) LIMIT $2",
    remove: &["DELETE FROM effect WHERE seq IN (SELECT value FROM json_each($1))"],
    at_once: AT_ONCE,
};

/// One kind of what grows old: how it is found, and how it is removed.
struct Old {
    find: &'static str,
    remove: &'static [&'static str],
    at_once: i64,
}

/// Up to when each is let go of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Before {
    /// What vendors' servers answered.
    pub bodies: Timestamp,
    /// Tries, and the bytes that were sent.
    pub tries: Timestamp,
    /// Incidents that are over, and what became of components and sources.
    pub incidents: Timestamp,
    /// Messages that were delivered or given up, and decisions.
    pub messages: Timestamp,
}

impl Store {
    /// Lets go of what is older. How many rows that were, an incident counted as one.
    ///
    /// # Errors
    /// [`StoreError`]; what was let go of until then is gone.
    pub async fn let_go(&self, before: &Before) -> Result<u64, StoreError> {
        let all = [
            (BODIES, before.bodies),
            (TRIES, before.tries),
            (BYTES, before.tries),
            (MESSAGES, before.messages),
            (DECISIONS, before.messages),
            (SILENCES, before.messages),
            (INCIDENTS, before.incidents),
            (CHANGES, before.incidents),
            (EFFECTS, before.incidents),
        ];
        let mut gone = sqlx::query(OLD_WATCHED).execute(&self.writes).await?.rows_affected();
        for (old, before) in all {
            gone += self.let_go_of(&old, before).await?;
        }
        Ok(gone)
    }

    async fn let_go_of(&self, old: &Old, before: Timestamp) -> Result<u64, StoreError> {
        let mut gone = 0;
        loop {
            let rows = sqlx::query(old.find).bind(ms(before)).bind(old.at_once).fetch_all(&self.reads).await?;
            if rows.is_empty() {
                return Ok(gone);
            }
            let keys = to_text("keys", &rows.iter().map(key).collect::<Vec<_>>())?;
            let mut writing = self.write().await?;
            let removed = writing.remove(old, &keys).await?;
            writing.commit().await?;
            // What became open again meanwhile stays, and would be found for ever.
            if removed == 0 {
                return Ok(gone);
            }
            gone += rows.len() as u64;
            // Whoever waits for the writer comes first.
            tokio::task::yield_now().await;
        }
    }
}

impl Writing {
    async fn remove(&mut self, old: &Old, keys: &str) -> Result<u64, StoreError> {
        let mut removed = 0;
        for statement in old.remove {
            removed += sqlx::query(*statement).bind(keys).execute(&mut *self.tx).await?.rows_affected();
        }
        Ok(removed)
    }
}

/// A key as JSON has it: a number or a text.
fn key(row: &SqliteRow) -> serde_json::Value {
    row.try_get::<i64, _>(0).map_or_else(|_| row.get::<String, _>(0).into(), Into::into)
}
