//! The outbox: rows that are pending until the far side took them. Delivery runs from these rows: send, then mark.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::{Store, StoreError, Writing, at, from_text, ms, to_text};
use crate::alerting::facts;
use crate::alerting::second::is_grave;
use crate::model::effect::Cause;
use crate::model::id::{NotificationId, ReceiverId};
use crate::model::notification::{Facts, Notification, NotificationState};
use crate::model::own;
use crate::model::thread::{Known, Learned};

const PUT: &str = "INSERT INTO notification (id, seq, made, receiver, address, thread, tier, state, tries, due, ready, facts, gather, grave) VALUES ($1, (SELECT COALESCE(MAX(seq), 0) + 1 FROM notification), $2, $3, $4, $5, $6, 'pending', 0, $7, $7, $8, $9, $10) ON CONFLICT (id) DO NOTHING";
/// What tells several causes because they came together hangs on none of their threads.
const MERGE: &str = "UPDATE notification SET facts = $2, tier = $3, due = MIN(due, $4), ready = MIN(ready, $4), grave = $5, thread = CASE WHEN $6 AND gather LIKE 'soon %' THEN 'together ' || id ELSE thread END, receiver = COALESCE($7, receiver) WHERE id = $1";
/// The row in which all is gathered that one address is told at one time.
const GATHERING: &str = "SELECT id, facts FROM notification WHERE address = $1 AND gather = $2 AND state = 'pending' AND frozen IS NULL AND leased_by IS NULL ORDER BY seq DESC LIMIT 1";
const PUT_TOPIC: &str = "INSERT INTO topic (notification, address, cause, seq) SELECT id, address, $2, seq FROM notification WHERE id = $1 ON CONFLICT DO NOTHING";
/// What the address was told last of a cause. What was given up told it nothing.
const TOLD_LAST: &str = "SELECT n.facts FROM topic t JOIN notification n ON n.id = t.notification WHERE t.address = $1 AND t.cause = $2 AND n.state <> 'dead' ORDER BY t.seq DESC LIMIT 1";
/// The newest row to the same address about the same thing that no try has frozen yet, and that no second way has told.
const UNTRIED: &str = "SELECT n.id, n.facts FROM topic t JOIN notification n ON n.id = t.notification WHERE t.address = $1 AND t.cause IN (SELECT value FROM json_each($2)) AND n.state = 'pending' AND n.frozen IS NULL AND n.leased_by IS NULL AND n.second IS NULL ORDER BY n.seq DESC LIMIT 1";
/// Rows that may be tried: due, not leased, no earlier row about the same thing to the same address pending, and two to
/// one address at the most. Of each address only its first rows are looked at, so that a long queue costs no more: the
/// plus keeps SQLite from going through all that is due for each address.
const DUE: &str = "WITH ready AS (SELECT n.id, n.tier, n.seq FROM (SELECT DISTINCT address FROM notification WHERE state = 'pending' AND due <= $1 AND address NOT IN (SELECT value FROM json_each($3))) a JOIN notification n ON n.id IN (SELECT m.id FROM notification m WHERE m.state = 'pending' AND m.address = a.address AND +m.due <= $1 AND (m.leased_until IS NULL OR m.leased_until <= $1) AND NOT EXISTS (SELECT 1 FROM topic mine JOIN topic other ON other.address = mine.address AND other.cause = mine.cause AND other.seq < mine.seq JOIN notification earlier ON earlier.id = other.notification WHERE mine.notification = m.id AND earlier.state = 'pending') ORDER BY m.tier, m.seq LIMIT 2) ORDER BY n.tier, n.seq LIMIT $2) SELECT n.id, n.receiver, n.address, n.thread, n.facts, n.frozen, n.tries, n.due, n.shortened FROM ready JOIN notification n ON n.id = ready.id ORDER BY ready.tier, ready.seq";
const CLAIM: &str = "UPDATE notification SET leased_until = $2, leased_by = $3 WHERE id IN (SELECT value FROM json_each($1)) AND state = 'pending' AND (leased_until IS NULL OR leased_until <= $4) RETURNING id";
const FREEZE: &str = "UPDATE notification SET subject = $2, frozen = $3 WHERE id = $1 AND frozen IS NULL";
const MARK: &str = "UPDATE notification SET state = $2, due = $3, tries = tries + 1, leased_until = NULL, leased_by = NULL, ended = $4, answer = $5, broken = $6 WHERE id = $1";
const LEAVE: &str = "UPDATE notification SET state = 'left', leased_until = NULL, leased_by = NULL, ended = $2, answer = $3 WHERE id = $1";
/// The far side has not taken the bytes, so others may follow them under the same id.
const SHORTEN: &str = "UPDATE notification SET frozen = NULL, shortened = TRUE WHERE id = $1";
const PUT_ATTEMPT: &str = "INSERT INTO attempt (notification, number, at, outcome, detail) VALUES ($1, (SELECT COALESCE(MAX(number), 0) + 1 FROM attempt WHERE notification = $1), $2, $3, $4)";

/// What freezing a row keeps: the words for the list, and the exact bytes that every try sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frozen {
    /// The subject, for people.
    pub subject: String,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// A row that this process may try now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimed {
    /// The row.
    pub notification: Notification,
    /// The bytes, if an earlier try froze them.
    pub bytes: Option<Vec<u8>>,
    /// What is known of its address, where the way there needs it.
    pub known: Known,
}

/// When a message goes out, and with what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gather {
    /// At once and by itself.
    No,
    /// With all else that its address is told at this time.
    Until(Timestamp),
    /// At once, unless its address got something about another cause just now: then with all that comes meanwhile.
    Soon {
        /// For so long.
        wait: SignedDuration,
        /// At the most so many messages in ten minutes.
        burst: Option<u32>,
    },
}

impl Writing {
    /// Puts a notification into the outbox, or merges it into one to the same address that was never tried: one about the
    /// same thing, or the one in which all is gathered. The id of the row that now tells it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn put_notification(
        &mut self,
        id: &NotificationId,
        address: &str,
        thread: &str,
        facts: &Facts,
        gather: Gather,
        now: Timestamp,
    ) -> Result<NotificationId, StoreError> {
        let causes: Vec<String> = facts.topics.iter().map(|t| t.cause.to_string()).collect();
        let causes = to_text("causes", &causes)?;
        let (key, due) = match gather {
            Gather::No => (None, now),
            Gather::Until(until) => (Some(until.to_string()), until),
            Gather::Soon { wait, burst } => self.soon(address, &causes, wait, burst, now).await?,
        };
        let same = sqlx::query(UNTRIED).bind(address).bind(&causes);
        let mut row = same.fetch_optional(&mut *self.tx).await?;
        if let Some(key) = key.as_deref().filter(|_| row.is_none()) {
            row = sqlx::query(GATHERING).bind(address).bind(key).fetch_optional(&mut *self.tx).await?;
        }
        if let Some(row) = row {
            let (earlier, told): (String, Facts) = (row.get(0), from_text("facts", row.get(1))?);
            // What the configuration tells too is its receiver's, with the second way that one has.
            let becomes =
                (own::is_receiver(&told.receiver) && !own::is_receiver(&facts.receiver)).then_some(&facts.receiver);
            self.merge(&earlier, &facts::merged(&told, facts), becomes, due).await?;
            return Ok(NotificationId(earlier));
        }
        sqlx::query(PUT)
            .bind(&id.0)
            .bind(ms(now))
            .bind(facts.receiver.as_str())
            .bind(address)
            .bind(thread)
            .bind(tier(facts))
            .bind(ms(due))
            .bind(to_text("facts", facts)?)
            .bind(key)
            .bind(is_grave(facts))
            .execute(&mut *self.tx)
            .await?;
        self.put_topics(&id.0, facts).await?;
        Ok(id.clone())
    }

    /// What an address was told last of a cause.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn told_last(&mut self, address: &str, cause: &Cause) -> Result<Option<Facts>, StoreError> {
        let row = sqlx::query(TOLD_LAST).bind(address).bind(cause.to_string()).fetch_optional(&mut *self.tx).await?;
        row.map(|row| from_text("facts", row.get(0))).transpose()
    }

    /// What is to be told at once takes with it what was gathered for later.
    async fn merge(
        &mut self,
        id: &str,
        facts: &Facts,
        becomes: Option<&ReceiverId>,
        due: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query(MERGE)
            .bind(id)
            .bind(to_text("facts", facts)?)
            .bind(tier(facts))
            .bind(ms(due))
            .bind(is_grave(facts))
            .bind(facts.topics.len() > 1)
            .bind(becomes.map(ReceiverId::as_str))
            .execute(&mut *self.tx)
            .await?;
        self.put_topics(id, facts).await
    }

    async fn put_topics(&mut self, id: &str, facts: &Facts) -> Result<(), StoreError> {
        for cause in facts.topics.iter().map(|t| &t.cause) {
            sqlx::query(PUT_TOPIC).bind(id).bind(cause.to_string()).execute(&mut *self.tx).await?;
        }
        Ok(())
    }

    /// Claims up to `most` rows that are due, for as long as the lease holds, but none to a `busy` address.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn claim(
        &mut self,
        by: &str,
        most: i64,
        busy: &[String],
        lease_until: Timestamp,
        now: Timestamp,
    ) -> Result<Vec<Claimed>, StoreError> {
        let busy = to_text("addresses", &busy)?;
        let rows = sqlx::query(DUE).bind(ms(now)).bind(most).bind(busy).fetch_all(&mut *self.tx).await?;
        let due = rows.iter().map(claimed).collect::<Result<Vec<_>, _>>()?;
        if due.is_empty() {
            return Ok(due);
        }
        let ids: Vec<&NotificationId> = due.iter().map(|row| &row.notification.id).collect();
        let leased = sqlx::query(CLAIM).bind(to_text("ids", &ids)?).bind(ms(lease_until)).bind(by).bind(ms(now));
        let leased = leased.fetch_all(&mut *self.tx).await?;
        let leased: BTreeSet<&str> = leased.iter().map(|row| row.get(0)).collect();
        let is_ours = |row: &Claimed| leased.contains(row.notification.id.0.as_str());
        let mut ours: Vec<Claimed> = due.into_iter().filter(is_ours).collect();
        for row in ours.iter_mut().filter(|row| row.bytes.is_none()) {
            self.learn_course(&mut row.notification, now).await?;
        }
        Ok(ours)
    }

    /// Freezes a row at its first try. What was frozen before stays.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn freeze(&mut self, id: &NotificationId, frozen: &Frozen) -> Result<(), StoreError> {
        let query = sqlx::query(FREEZE).bind(&id.0).bind(&frozen.subject).bind(&frozen.bytes);
        query.execute(&mut *self.tx).await?;
        Ok(())
    }

    /// A row is not sent any more: who would get it has left.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn let_be(&mut self, id: &NotificationId, why: &str, now: Timestamp) -> Result<(), StoreError> {
        sqlx::query(LEAVE).bind(&id.0).bind(ms(now)).bind(why).execute(&mut *self.tx).await?;
        Ok(())
    }

    /// Marks what came of a try, as [`Store::mark`].
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn mark(&mut self, id: &NotificationId, tried: &Tried, now: Timestamp) -> Result<(), StoreError> {
        let (state, due, outcome, detail) = match tried {
            Tried::Delivered { answer } => ("delivered", now, "delivered", answer),
            Tried::Again { due, reason } | Tried::Broken { due, reason } => ("pending", *due, "failed", reason),
            Tried::Shorter { reason } => ("pending", now, "failed", reason),
            Tried::Dead { reason } | Tried::Gone { reason, .. } => ("dead", now, "dead", reason),
        };
        let ended = (state != "pending").then(|| ms(now));
        let query = sqlx::query(MARK).bind(&id.0).bind(state).bind(ms(due)).bind(ended).bind(detail);
        query.bind(matches!(tried, Tried::Broken { .. })).execute(&mut *self.tx).await?;
        let query = sqlx::query(PUT_ATTEMPT).bind(&id.0).bind(ms(now)).bind(outcome).bind(detail);
        query.execute(&mut *self.tx).await?;
        if matches!(tried, Tried::Shorter { .. }) {
            sqlx::query(SHORTEN).bind(&id.0).execute(&mut *self.tx).await?;
        }
        self.learn_trouble(id, tried, now).await
    }
}

impl Store {
    /// Claims rows in a transaction of its own, as [`Writing::claim`].
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn claim(
        &self,
        by: &str,
        most: i64,
        busy: &[String],
        lease_until: Timestamp,
        now: Timestamp,
    ) -> Result<Vec<Claimed>, StoreError> {
        let mut writing = self.write().await?;
        let claimed = writing.claim(by, most, busy, lease_until, now).await?;
        writing.commit().await?;
        Ok(claimed)
    }

    /// Freezes a row in a transaction of its own, as [`Writing::freeze`].
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn freeze(&self, id: &NotificationId, frozen: &Frozen) -> Result<(), StoreError> {
        let mut writing = self.write().await?;
        writing.freeze(id, frozen).await?;
        writing.commit().await
    }

    /// Marks what came of a try.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn mark(&self, id: &NotificationId, tried: &Tried, now: Timestamp) -> Result<(), StoreError> {
        self.mark_all([Marked { id, tried, address: "", learned: &[] }], now).await
    }

    /// Marks what came of several tries, in one transaction: each commit waits for the disk.
    ///
    /// # Errors
    /// [`StoreError::Statement`]; then none of them is marked.
    pub async fn mark_all<'a>(
        &self,
        tries: impl IntoIterator<Item = Marked<'a>> + Send,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut writing = self.write().await?;
        let tries: Vec<_> = tries.into_iter().collect();
        for Marked { id, tried, address, learned } in tries {
            writing.mark(id, tried, now).await?;
            writing.put_learned(address, learned, now).await?;
        }
        writing.commit().await
    }

    /// Voids all leases: at the start nobody else can hold one, since the data folder is locked.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn void_leases(&self) -> Result<u64, StoreError> {
        let done =
            sqlx::query("UPDATE notification SET leased_until = NULL, leased_by = NULL WHERE leased_until IS NOT NULL")
                .execute(&self.writes)
                .await?;
        Ok(done.rows_affected())
    }

    /// Marks all that is pending as taken: in a replay the far side takes everything at once.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn take_all_pending(&self, now: Timestamp) -> Result<(), StoreError> {
        sqlx::query("UPDATE notification SET state = 'delivered', ended = $1 WHERE state = 'pending'")
            .bind(ms(now))
            .execute(&self.writes)
            .await?;
        Ok(())
    }

    /// When the next pending row is due; `None` when nothing waits.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn next_due(&self) -> Result<Option<Timestamp>, StoreError> {
        let row =
            sqlx::query("SELECT MIN(due) FROM notification WHERE state = 'pending'").fetch_one(&self.reads).await?;
        Ok(row.get::<Option<i64>, _>(0).map(at))
    }
}

/// What came of a try, and what it taught us: both are kept, or neither.
#[derive(Debug, Clone, Copy)]
pub struct Marked<'a> {
    /// The row.
    pub id: &'a NotificationId,
    /// What came of it.
    pub tried: &'a Tried,
    /// The address it went to.
    pub address: &'a str,
    /// What the far side calls things now.
    pub learned: &'a [Learned],
}

/// What came of a try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tried {
    /// The far side took it and said this.
    Delivered {
        /// What it said.
        answer: String,
    },
    /// It will be tried again.
    Again {
        /// When.
        due: Timestamp,
        /// What happened.
        reason: String,
    },
    /// It will be tried again, but its way is broken as a whole: a person must mend it.
    Broken {
        /// When.
        due: Timestamp,
        /// What happened.
        reason: String,
    },
    /// It was refused for its size or its words, and goes once more in the short form.
    Shorter {
        /// What happened.
        reason: String,
    },
    /// It is given up, and its endpoint asks never to be called again.
    Gone {
        /// What happened.
        reason: String,
        /// How the receiver is configured: with another configuration it is called again.
        made_of: String,
    },
    /// It is given up, and people are shown it.
    Dead {
        /// What happened.
        reason: String,
    },
}

/// What goes first when much is due: the most needed tier.
fn tier(facts: &Facts) -> i64 {
    facts::most_needed(facts).map_or(9, |tier| tier as i64)
}

fn claimed(row: &SqliteRow) -> Result<Claimed, StoreError> {
    let receiver: String = row.get(1);
    let mut facts: Facts = from_text("facts", row.get(4))?;
    facts.course.shortened = row.get(8);
    let receiver = ReceiverId::parse(&receiver).unwrap_or_else(|_| facts.receiver.clone());
    let notification = Notification {
        id: NotificationId(row.get(0)),
        receiver,
        address: row.get(2),
        thread: row.get(3),
        facts,
        frozen: None,
        state: NotificationState::Pending,
        tries: u32::try_from(row.get::<i64, _>(6)).unwrap_or(0),
        due: at(row.get(7)),
    };
    Ok(Claimed { notification, bytes: row.get(5), known: Known::default() })
}

/// What the thread of a message hangs on.
#[must_use]
pub fn thread(facts: &Facts) -> String {
    match facts.topics.as_slice() {
        [one] => one.cause.to_string(),
        all => all
            .first()
            .and_then(|t| t.source.as_ref())
            .map_or_else(|| Cause::Offline.to_string(), |source| format!("first-look:{source}:{}", facts.at)),
    }
}

#[cfg(test)]
mod tests {
    use sqlx::AssertSqlSafe;

    use super::*;

    /// Ten thousand rows may wait, and each claim holds the one writer.
    #[tokio::test]
    async fn a_claim_looks_at_the_rows_of_each_address_alone() {
        let store = Store::in_memory().await.unwrap();
        let explained = sqlx::query(AssertSqlSafe(format!("EXPLAIN QUERY PLAN {DUE}")));
        let steps: Vec<String> =
            explained.fetch_all(&store.reads).await.unwrap().iter().map(|row| row.get(3)).collect();
        let of_one = steps.iter().find(|step| step.starts_with("SEARCH m ")).unwrap();
        assert!(of_one.contains("(address=?"), "{steps:#?}");
    }
}
