//! What far sides call what they were told of. A name that is lost costs a new thread or a look-up, never a message.

use jiff::{SignedDuration, Timestamp};
use sqlx::Row;

use super::{StoreError, Writing, ms};
use crate::model::effect::Cause;
use crate::model::notification::Facts;
use crate::model::thread::{Handle, Known, Learned};

/// The names of a cause at an address: its own first, then those of the incidents that were joined to it, and those of
/// its source's components of which nothing is told any more, since the incident names them now.
const HANDLES: &str = "SELECT h.thread, h.name FROM handle h WHERE h.address = $1 AND (h.thread = $2 OR h.thread IN (SELECT j.own FROM joint j WHERE j.incident = $2) OR ($3 IS NOT NULL AND substr(h.thread, 1, length($3)) = $3 AND NOT EXISTS (SELECT 1 FROM told t WHERE t.address = h.address AND t.cause = h.thread) AND NOT EXISTS (SELECT 1 FROM topic p JOIN notification n ON n.id = p.notification WHERE p.address = h.address AND p.cause = h.thread AND n.state = 'pending'))) ORDER BY h.thread <> $2, h.at, h.thread";
const IS_OPEN: &str = "SELECT 1 FROM told WHERE address = $1 AND cause = $2 AND doc ->> 'sent' LIMIT 1";
const PUT: &str = "INSERT INTO handle (address, thread, name, at) VALUES ($1, $2, $3, $4) ON CONFLICT (address, thread) DO UPDATE SET name = excluded.name, at = excluded.at";
/// Of what nobody has spoken for so long nobody will follow it; what is still told as open stays.
const FORGET_OLD: &str = "DELETE FROM handle WHERE at < $1 AND NOT EXISTS (SELECT 1 FROM told t WHERE t.address = handle.address AND t.cause = handle.thread)";
/// How long a name is kept that nobody used.
const KEPT: SignedDuration = SignedDuration::from_hours(180 * 24);

impl Writing {
    /// What is known of an address for a message that tells `facts`.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn known_of(&mut self, address: &str, facts: &Facts) -> Result<Known, StoreError> {
        let mut known = Known::default();
        let told = facts.topics.iter().map(|topic| {
            let components = match (&topic.cause, &topic.source) {
                (Cause::Incident(_), Some(source)) => Some(format!("component:{source}#")),
                _ => None,
            };
            (topic.cause.to_string(), components)
        });
        let taken = facts.course.taken.iter().map(|taken| (Cause::Incident(taken.incident.clone()).to_string(), None));
        for (cause, components) in told.chain(taken) {
            let rows = sqlx::query(HANDLES).bind(address).bind(&cause).bind(components);
            let rows = rows.fetch_all(&mut *self.tx).await?;
            let handles = rows.iter().map(|row| Handle { thread: row.get(0), name: row.get(1) }).collect();
            known.handles.insert(cause.clone(), handles);
            let open = sqlx::query(IS_OPEN).bind(address).bind(&cause).fetch_optional(&mut *self.tx).await?;
            if open.is_some() {
                known.open.insert(cause);
            }
        }
        Ok(known)
    }

    /// Keeps, or forgets, what far sides call things.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn put_learned(&mut self, address: &str, learned: &[Learned], now: Timestamp) -> Result<(), StoreError> {
        for one in learned {
            let query = match &one.name {
                Some(name) => sqlx::query(PUT).bind(address).bind(&one.thread).bind(name).bind(ms(now)),
                None => {
                    let forget = "DELETE FROM handle WHERE address = $1 AND thread = $2";
                    sqlx::query(forget).bind(address).bind(&one.thread)
                }
            };
            query.execute(&mut *self.tx).await?;
        }
        if !learned.is_empty() {
            sqlx::query(FORGET_OLD).bind(ms(now - KEPT)).execute(&mut *self.tx).await?;
        }
        Ok(())
    }
}
