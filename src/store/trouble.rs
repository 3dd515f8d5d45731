//! What is wrong with our own ways, from the first failure that a person must know of until a message passes again.

use jiff::Timestamp;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::outbox::Tried;
use super::{Store, StoreError, Writing, at, ms, to_text};
use crate::model::course::{TroubleKind, WayTrouble};
use crate::model::id::NotificationId;

/// The name of the way that all mail goes by.
const RELAY: &str = "mail";

const ALL: &str = "SELECT way, receiver, kind, since, reason, subject, over, made_of, told FROM trouble ORDER BY since";
/// Where somebody's word leads who only asked for a subscription is no way of ours.
/// One that was over and has not been told so begins anew; what is known already stays as it was.
const BEGIN: &str = "INSERT INTO trouble (way, receiver, kind, since, reason, subject, made_of) SELECT COALESCE($2, receiver), receiver, $3, $4, $5, subject, $6 FROM notification WHERE id = $1 AND ($2 IS NOT NULL OR facts ->> 'asks' IS NULL) ON CONFLICT (way) DO UPDATE SET kind = excluded.kind, since = excluded.since, reason = excluded.reason, subject = excluded.subject, made_of = excluded.made_of, over = NULL, told = NULL WHERE trouble.over IS NOT NULL OR excluded.kind = 'gone' AND trouble.kind <> 'gone'";
const END: &str = "UPDATE trouble SET over = $2 WHERE over IS NULL AND kind <> 'gone' AND (way = (SELECT receiver FROM notification WHERE id = $1) OR way = 'mail' AND (SELECT address FROM notification WHERE id = $1) LIKE 'mailto:%')";
const REPLAY: &str = "UPDATE notification SET state = 'pending', tries = 0, due = $3, ended = NULL, broken = FALSE WHERE state = 'dead' AND (id IN (SELECT value FROM json_each($1)) OR ended >= $2) RETURNING receiver";
const LIFT: &str = "UPDATE trouble SET over = $2 WHERE kind = 'gone' AND over IS NULL AND receiver IN (SELECT value FROM json_each($1))";

/// A trouble as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// What is told of it.
    pub trouble: WayTrouble,
    /// The receiver at which it was found.
    pub receiver: String,
    /// How that receiver was configured.
    pub made_of: Option<String>,
    /// When it was told.
    pub told: Option<Timestamp>,
}

impl Writing {
    /// Learns from what came of a try whether its way works.
    pub(super) async fn learn_trouble(
        &mut self,
        id: &NotificationId,
        tried: &Tried,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let (way, kind, reason, made_of) = match tried {
            Tried::Delivered { .. } => {
                sqlx::query(END).bind(&id.0).bind(ms(now)).execute(&mut *self.tx).await?;
                return Ok(());
            }
            Tried::Again { .. } | Tried::Shorter { .. } => return Ok(()),
            Tried::Broken { reason, .. } => (Some(RELAY), TroubleKind::Broken, reason, None),
            Tried::Dead { reason } => (None, TroubleKind::GivenUp, reason, None),
            Tried::Gone { reason, made_of } => (None, TroubleKind::Gone, reason, Some(made_of)),
        };
        let query = sqlx::query(BEGIN).bind(&id.0).bind(way).bind(kind.word()).bind(ms(now)).bind(reason);
        query.bind(made_of).execute(&mut *self.tx).await?;
        Ok(())
    }

    /// Says that the daily trial of a way was not accepted.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn begin_trial_trouble(
        &mut self,
        id: &NotificationId,
        reason: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let query = sqlx::query(BEGIN).bind(&id.0).bind(None::<&str>).bind(TroubleKind::Trial.word());
        query.bind(ms(now)).bind(reason).bind(None::<&str>).execute(&mut *self.tx).await?;
        Ok(())
    }

    /// All that is wrong with our ways.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn troubles(&mut self) -> Result<Vec<Kept>, StoreError> {
        Ok(sqlx::query(ALL).fetch_all(&mut *self.tx).await?.iter().map(kept).collect())
    }

    /// Remembers that a trouble was told, or forgets it after its end was.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn put_trouble_told(&mut self, kept: &Kept, now: Timestamp) -> Result<(), StoreError> {
        let query = if kept.trouble.over.is_some() {
            sqlx::query("DELETE FROM trouble WHERE way = $1").bind(&kept.trouble.way)
        } else {
            sqlx::query("UPDATE trouble SET told = $2 WHERE way = $1").bind(&kept.trouble.way).bind(ms(now))
        };
        query.execute(&mut *self.tx).await?;
        Ok(())
    }

    /// An endpoint that asked never to be called again is another one now.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn lift_gone(&mut self, receivers: &[&str], now: Timestamp) -> Result<(), StoreError> {
        let query = sqlx::query(LIFT).bind(to_text("receivers", &receivers)?).bind(ms(now));
        query.execute(&mut *self.tx).await?;
        Ok(())
    }

    /// Tries messages that were given up once more, from the beginning of their schedule: those of these ids, and all
    /// that were given up since then. Endpoints that are gone are called again for it. How many messages that are.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn replay(
        &mut self,
        ids: &[String],
        since: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<usize, StoreError> {
        let query = sqlx::query(REPLAY).bind(to_text("ids", &ids)?).bind(since.map(ms)).bind(ms(now));
        let rows = query.fetch_all(&mut *self.tx).await?;
        let receivers: Vec<&str> = rows.iter().map(|row| row.get(0)).collect();
        self.lift_gone(&receivers, now).await?;
        Ok(rows.len())
    }
}

impl Store {
    /// All that is wrong with our ways, for pages and for who looks whether there is anything to tell.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn troubles(&self) -> Result<Vec<Kept>, StoreError> {
        Ok(sqlx::query(ALL).fetch_all(&self.reads).await?.iter().map(kept).collect())
    }
}

fn kept(row: &SqliteRow) -> Kept {
    let trouble = WayTrouble {
        way: row.get(0),
        kind: TroubleKind::of_word(row.get(2)).unwrap_or(TroubleKind::GivenUp),
        since: at(row.get(3)),
        reason: row.get(4),
        subject: row.get(5),
        over: row.get::<Option<i64>, _>(6).map(at),
    };
    Kept { trouble, receiver: row.get(1), made_of: row.get(7), told: row.get::<Option<i64>, _>(8).map(at) }
}
