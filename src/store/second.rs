//! What did not arrive by its first way in time, and what has gone by a second one.

use jiff::Timestamp;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::{Store, StoreError, Writing, at, from_text, ms, to_text};
use crate::model::id::{NotificationId, ReceiverId};
use crate::model::notification::Facts;

/// What is not delivered in time, what was given up lately, and what is on a way that is broken. The last two reasons ask
/// for no waiting.
const LATE: &str = "WITH late AS (SELECT n.id FROM notification n WHERE n.second IS NULL AND n.state <> 'delivered' AND n.receiver IN (SELECT value FROM json_each($1)) AND (n.grave = TRUE OR $2) AND (n.ready <= $3 OR n.broken = TRUE OR n.state = 'dead') AND (n.state = 'pending' OR n.ended >= $4) ORDER BY n.tier, n.seq LIMIT 50) SELECT n.id, n.receiver, n.address, n.thread, n.facts, n.seq, n.made, COALESCE((SELECT MIN(a.at) FROM attempt a WHERE a.notification = n.id), n.ready), COALESCE(n.answer, (SELECT e.answer FROM notification e WHERE e.address = n.address AND e.state = 'pending' AND e.answer IS NOT NULL ORDER BY e.seq LIMIT 1)) FROM late JOIN notification n ON n.id = late.id ORDER BY n.tier, n.seq";
/// What was told later of something that a second way was told of.
const FOLLOWING: &str = "SELECT n.id, w.receiver, n.address, n.thread, n.facts, n.seq, n.made, n.made, NULL FROM notification n JOIN (SELECT t.notification, MIN(w.receiver) AS receiver FROM second_way w JOIN topic t ON t.address = w.address AND t.cause = w.cause AND t.seq > w.seq GROUP BY t.notification) w ON w.notification = n.id WHERE n.second IS NULL ORDER BY n.seq LIMIT 50";
const CAUSES: &str = "SELECT cause FROM second_way WHERE address = $1";
const PUT: &str = "INSERT INTO second_way (address, cause, receiver, notification, seq) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (address, cause) DO UPDATE SET receiver = excluded.receiver, notification = excluded.notification, seq = excluded.seq";
const SEEN: &str = "UPDATE second_way SET seq = MAX(seq, $2) WHERE address = $1 AND cause IN (SELECT t.cause FROM topic t WHERE t.notification = $3)";
/// A message to that address, made with this one, that tells all of it. What waits for a person's own address may
/// be left before it goes.
const ITSELF: &str = "SELECT 1 FROM notification n WHERE n.address = $1 AND n.made = $2 AND (n.state = 'delivered' OR n.state = 'pending' AND n.receiver NOT LIKE 'own-%') AND NOT EXISTS (SELECT 1 FROM json_each($3) c WHERE c.value NOT IN (SELECT t.cause FROM topic t WHERE t.notification = n.id)) LIMIT 1";

/// A message that is to go by a second way too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stuck {
    /// The message.
    pub id: NotificationId,
    /// Whom it does not reach; of one that follows, who was told instead.
    pub receiver: ReceiverId,
    /// Where that leads.
    pub address: String,
    /// What its thread hangs on.
    pub thread: String,
    /// What it tells.
    pub facts: Facts,
    /// Its place in the outbox.
    pub seq: i64,
    /// When it was made.
    pub made: Timestamp,
    /// Since when it has not arrived.
    pub since: Timestamp,
    /// What the far side said.
    pub reason: Option<String>,
}

/// Whom is to be asked for by a second way.
#[derive(Debug, Clone)]
pub struct Stuckness<'a> {
    /// The receivers that have a second way.
    pub receivers: &'a [&'a str],
    /// Also what is not about the worst.
    pub all: bool,
    /// What should have gone out by then and did not arrive.
    pub before: Timestamp,
    /// What was given up before is not told again.
    pub given_up_since: Timestamp,
}

impl Store {
    /// What is to go by a second way now.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn stuck(&self, asked: &Stuckness<'_>) -> Result<Vec<Stuck>, StoreError> {
        let query = sqlx::query(LATE).bind(to_text("receivers", &asked.receivers)?).bind(asked.all);
        let query = query.bind(ms(asked.before)).bind(ms(asked.given_up_since));
        query.fetch_all(&self.reads).await?.iter().map(stuck).collect()
    }

    /// What was told, by the first way or not yet, of what a second way was told of.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn following(&self) -> Result<Vec<Stuck>, StoreError> {
        sqlx::query(FOLLOWING).fetch_all(&self.reads).await?.iter().map(stuck).collect()
    }
}

impl Writing {
    /// Whether a message still is to be looked at for a second way.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn is_unseconded(&mut self, id: &NotificationId) -> Result<bool, StoreError> {
        let query = sqlx::query("SELECT 1 FROM notification WHERE id = $1 AND second IS NULL").bind(&id.0);
        Ok(query.fetch_optional(&mut *self.tx).await?.is_some())
    }

    /// Whether an address got all of it by itself, in the same moment.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn is_told_itself(&mut self, address: &str, row: &Stuck) -> Result<bool, StoreError> {
        let query = sqlx::query(ITSELF).bind(address).bind(ms(row.made)).bind(to_text("causes", &causes(&row.facts))?);
        Ok(!row.facts.topics.is_empty() && query.fetch_optional(&mut *self.tx).await?.is_some())
    }

    /// The causes of which a second way was told in the place of this address.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn seconded(&mut self, address: &str) -> Result<Vec<String>, StoreError> {
        let rows = sqlx::query(CAUSES).bind(address).fetch_all(&mut *self.tx).await?;
        Ok(rows.iter().map(|row| row.get(0)).collect())
    }

    /// Remembers by what message a row went a second way too, or the word for why it does not.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn put_second(&mut self, id: &NotificationId, second: &str) -> Result<(), StoreError> {
        let query = sqlx::query("UPDATE notification SET second = $2 WHERE id = $1").bind(&id.0).bind(second);
        query.execute(&mut *self.tx).await?;
        Ok(())
    }

    /// Remembers that a second way was told of these causes, so that it is told their ends.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn put_seconded(
        &mut self,
        row: &Stuck,
        open: &[String],
        to: &ReceiverId,
        by: &NotificationId,
    ) -> Result<(), StoreError> {
        for cause in open {
            let query = sqlx::query(PUT).bind(&row.address).bind(cause).bind(to.as_str()).bind(&by.0).bind(row.seq);
            query.execute(&mut *self.tx).await?;
        }
        Ok(())
    }

    /// Forgets causes whose end has been told.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn drop_seconded(&mut self, address: &str, ended: &[String]) -> Result<(), StoreError> {
        let text = "DELETE FROM second_way WHERE address = $1 AND cause IN (SELECT value FROM json_each($2))";
        sqlx::query(text).bind(address).bind(to_text("causes", &ended)?).execute(&mut *self.tx).await?;
        Ok(())
    }

    /// Remembers that a row was looked at for an end.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn pass_seconded(&mut self, row: &Stuck) -> Result<(), StoreError> {
        sqlx::query(SEEN).bind(&row.address).bind(row.seq).bind(&row.id.0).execute(&mut *self.tx).await?;
        Ok(())
    }
}

/// The causes of a message, as they are stored.
#[must_use]
pub fn causes(facts: &Facts) -> Vec<String> {
    facts.topics.iter().map(|topic| topic.cause.to_string()).collect()
}

fn stuck(row: &SqliteRow) -> Result<Stuck, StoreError> {
    let facts: Facts = from_text("facts", row.get(4))?;
    let receiver = ReceiverId::parse(row.get(1)).unwrap_or_else(|_| facts.receiver.clone());
    Ok(Stuck {
        id: NotificationId(row.get(0)),
        receiver,
        address: row.get(2),
        thread: row.get(3),
        facts,
        seq: row.get(5),
        made: at(row.get(6)),
        since: at(row.get(7)),
        reason: row.get(8),
    })
}
