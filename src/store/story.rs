//! The whole of one incident, and of what was sent: for an incident's page and the page of deliveries.

use jiff::Timestamp;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::feed::{Line, OutboxCount, line};
use super::{Store, StoreError, Writing, at, from_text, to_text};
use crate::model::id::IncidentId;
use crate::model::incident::Report;
use crate::model::snapshot::SeenUpdate;

/// The most lines of each kind that a story holds, the newest.
const LINES: i64 = 500;

const CHANGES: &str = "SELECT seq, at, doc FROM (SELECT seq, at, doc FROM change WHERE incident = $1 ORDER BY seq DESC LIMIT $2) ORDER BY seq";
const SAID: &str = "SELECT source, seen_at, doc FROM said WHERE incident = $1 ORDER BY seen_at DESC LIMIT $2";

/// Everything that is stored of an incident.
#[derive(Debug, Clone)]
pub struct Story {
    /// Its reports, the one that changed last first. Never empty.
    pub reports: Vec<Report>,
    /// What happened to it, the oldest first.
    pub changes: Vec<Line>,
    /// Every version of everything that was said of it, the newest first.
    pub said: Vec<Said>,
    /// What it did to services of ours, the oldest first.
    pub effects: Vec<Line>,
    /// Who was told.
    pub deliveries: Vec<Delivery>,
    /// Who was not, and why not, the newest first.
    pub not_sent: Vec<NotSent>,
}

/// One version of one thing that was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// Where it was read.
    pub source: String,
    /// When it stood before our eyes first.
    pub seen_at: Timestamp,
    /// What it says.
    pub update: SeenUpdate,
}

/// A decision not to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotSent {
    /// When.
    pub at: Timestamp,
    /// To whom it would have gone.
    pub receiver: String,
    /// Why it did not.
    pub why: String,
}

/// A row of the outbox with every try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Its id.
    pub id: String,
    /// To whom.
    pub receiver: String,
    /// Where to, whole: it may hold a token and is never shown like this.
    pub address: String,
    /// `pending`, `delivered` or `dead`.
    pub state: String,
    /// Tries so far.
    pub tries: i64,
    /// When it was made.
    pub made: Timestamp,
    /// When it may be tried.
    pub due: Timestamp,
    /// When it came to its end.
    pub ended: Option<Timestamp>,
    /// What the far side said last.
    pub answer: Option<String>,
    /// Its subject, once a first try has frozen it.
    pub subject: Option<String>,
    /// The tries, the oldest first.
    pub attempts: Vec<Attempt>,
}

/// One try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// When.
    pub at: Timestamp,
    /// `delivered`, `failed` or `dead`.
    pub outcome: String,
    /// What happened, in words.
    pub detail: String,
}

impl Store {
    /// Everything that is stored of an incident; `None` when there is no such incident.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn story(&self, incident: &str) -> Result<Option<Story>, StoreError> {
        let mut view = self.view().await?;
        // What was joined is read at both of its names.
        let whole = view.joined_to(&IncidentId(incident.to_owned())).await?;
        let incident = whole.as_ref().map_or(incident, |whole| whole.0.as_str());
        let reports = view.reports_of(&IncidentId(incident.to_owned())).await?;
        if reports.is_empty() {
            return Ok(None);
        }
        let changes = sqlx::query(CHANGES).bind(incident).bind(LINES).fetch_all(&mut *view.tx).await?;
        let said = sqlx::query(SAID).bind(incident).bind(LINES).fetch_all(&mut *view.tx).await?;
        let effects = sqlx::query(
            "SELECT seq, at, doc FROM effect WHERE cause IN (SELECT $1 UNION ALL SELECT own FROM joint WHERE incident = $1) ORDER BY seq LIMIT $2",
        );
        let effects = effects.bind(incident).bind(LINES).fetch_all(&mut *view.tx).await?;
        Ok(Some(Story {
            reports,
            changes: changes.iter().map(line).collect::<Result<_, _>>()?,
            said: said.iter().map(self::said).collect::<Result<_, _>>()?,
            effects: effects.iter().map(line).collect::<Result<_, _>>()?,
            deliveries: view.deliveries_about(incident).await?,
            not_sent: view.not_sent(incident).await?,
        }))
    }

    /// The newest rows of the outbox, those that wait and those that were given up first; and how many there are.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn deliveries(
        &self,
        state: Option<&str>,
        limit: i64,
    ) -> Result<(Vec<Delivery>, OutboxCount), StoreError> {
        const NEWEST: &str = "SELECT id, receiver, address, state, tries, made, due, ended, answer, subject FROM notification WHERE $1 IS NULL OR state = $1 ORDER BY CASE state WHEN 'dead' THEN 0 WHEN 'pending' THEN 1 ELSE 2 END, seq DESC LIMIT $2";
        let mut view = self.view().await?;
        let rows = sqlx::query(NEWEST).bind(state).bind(limit).fetch_all(&mut *view.tx).await?;
        let count = view.outbox().await?;
        Ok((view.with_attempts(rows.iter().map(delivery).collect()).await?, count))
    }
}

impl Writing {
    async fn deliveries_about(&mut self, cause: &str) -> Result<Vec<Delivery>, StoreError> {
        const ABOUT: &str = "SELECT n.id, n.receiver, n.address, n.state, n.tries, n.made, n.due, n.ended, n.answer, n.subject FROM topic t JOIN notification n ON n.id = t.notification WHERE t.cause IN (SELECT $1 UNION ALL SELECT own FROM joint WHERE incident = $1) GROUP BY n.id ORDER BY n.seq DESC LIMIT $2";
        let rows = sqlx::query(ABOUT).bind(cause).bind(LINES).fetch_all(&mut *self.tx).await?;
        self.with_attempts(rows.iter().map(delivery).collect()).await
    }

    pub(super) async fn with_attempts(&mut self, mut deliveries: Vec<Delivery>) -> Result<Vec<Delivery>, StoreError> {
        let ids: Vec<&str> = deliveries.iter().map(|d| d.id.as_str()).collect();
        let rows = sqlx::query("SELECT notification, at, outcome, detail FROM attempt WHERE notification IN (SELECT value FROM json_each($1)) ORDER BY notification, number")
            .bind(to_text("ids", &ids)?)
            .fetch_all(&mut *self.tx)
            .await?;
        for row in rows {
            let id: String = row.get(0);
            if let Some(delivery) = deliveries.iter_mut().find(|d| d.id == id) {
                delivery.attempts.push(Attempt { at: at(row.get(1)), outcome: row.get(2), detail: row.get(3) });
            }
        }
        Ok(deliveries)
    }

    async fn not_sent(&mut self, cause: &str) -> Result<Vec<NotSent>, StoreError> {
        let rows = sqlx::query(
            "SELECT at, receiver, why FROM decision WHERE cause IN (SELECT $1 UNION ALL SELECT own FROM joint WHERE incident = $1) AND is_sent = FALSE ORDER BY seq DESC LIMIT $2",
        )
        .bind(cause)
        .bind(LINES)
        .fetch_all(&mut *self.tx)
        .await?;
        let one = |row: &SqliteRow| NotSent { at: at(row.get(0)), receiver: row.get(1), why: row.get(2) };
        Ok(rows.iter().map(one).collect())
    }
}

fn said(row: &SqliteRow) -> Result<Said, StoreError> {
    Ok(Said { source: row.get(0), seen_at: at(row.get(1)), update: from_text("update", row.get(2))? })
}

pub(super) fn delivery(row: &SqliteRow) -> Delivery {
    Delivery {
        id: row.get(0),
        receiver: row.get(1),
        address: row.get(2),
        state: row.get(3),
        tries: row.get(4),
        made: at(row.get(5)),
        due: at(row.get(6)),
        ended: row.get::<Option<i64>, _>(7).map(at),
        answer: row.get(8),
        subject: row.get(9),
        attempts: Vec::new(),
    }
}
