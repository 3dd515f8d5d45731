//! The outbox and the decisions as a page shows them: chosen, in parts, with the vendor's word that each message tells.

use jiff::Timestamp;
use serde::Deserialize;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::feed::OutboxCount;
use super::story::{Delivery, delivery};
use super::{Store, StoreError, at, from_text, to_text};
use crate::model::course::Course;
use crate::model::id::IncidentId;
use crate::model::incident::Report;

/// The ids come from the index alone; the rows with their facts are read for one page.
const CHOSEN: &str = "SELECT id FROM notification WHERE ($1 IS NULL OR state = $1) AND ($2 IS NULL OR receiver = $2) AND ($3 IS NULL OR id IN (SELECT notification FROM topic WHERE cause = $3)) ORDER BY CASE state WHEN 'dead' THEN 0 WHEN 'pending' THEN 1 ELSE 2 END, seq DESC LIMIT $4 OFFSET $5";
const IN_ALL: &str = "SELECT COUNT(*) FROM notification WHERE ($1 IS NULL OR state = $1) AND ($2 IS NULL OR receiver = $2) AND ($3 IS NULL OR id IN (SELECT notification FROM topic WHERE cause = $3))";
const ROWS: &str = "SELECT n.id, n.receiver, n.address, n.state, n.tries, n.made, n.due, n.ended, n.answer, n.subject, n.facts, n.second FROM json_each($1) chosen JOIN notification n ON n.id = chosen.value ORDER BY chosen.key";
const WITHHELD: &str = "SELECT at, receiver, cause, why, rule FROM decision WHERE is_sent = FALSE AND ($1 IS NULL OR receiver = $1) AND ($2 IS NULL OR cause = $2) AND ($3 IS NULL OR rule = $3) ORDER BY seq DESC LIMIT $4 OFFSET $5";
const WITHHELD_IN_ALL: &str = "SELECT COUNT(*) FROM decision WHERE is_sent = FALSE AND ($1 IS NULL OR receiver = $1) AND ($2 IS NULL OR cause = $2) AND ($3 IS NULL OR rule = $3)";
const TITLES: &str = "SELECT doc FROM report WHERE incident IN (SELECT value FROM json_each($1)) ORDER BY changed";

/// Which of them are wanted.
#[derive(Debug, Clone, Default)]
pub struct Chosen<'a> {
    /// `pending`, `delivered` or `dead`.
    pub state: Option<&'a str>,
    /// To this receiver.
    pub receiver: Option<&'a str>,
    /// Of this incident.
    pub incident: Option<&'a str>,
    /// Decided not to be told by this rule.
    pub rule: Option<&'a str>,
    /// So many are left out before.
    pub skip: i64,
    /// At the most so many.
    pub limit: i64,
}

/// A row of the outbox and what it tells of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// The row.
    pub delivery: Delivery,
    /// The vendor's newest word that it tells; none where no vendor said anything.
    pub word_at: Option<Timestamp>,
    /// The vendor and its title, for a row that no try has worded yet.
    pub about: String,
    /// The incidents that it tells of.
    pub incidents: Vec<IncidentId>,
    /// It is a test or a drill.
    pub test: bool,
    /// How it came to be sent this way.
    pub course: Course,
    /// The message by which it went a second way too.
    pub second: Option<String>,
}

/// A part of the outbox.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SentPart {
    /// The rows, what was given up first, then what waits, then the newest.
    pub rows: Vec<Sent>,
    /// How many are chosen in all.
    pub in_all: i64,
    /// How the whole outbox stands.
    pub outbox: OutboxCount,
}

/// What was decided not to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withheld {
    /// When.
    pub at: Timestamp,
    /// To whom it would have gone.
    pub receiver: String,
    /// What it would have told of: an incident's id, or another cause in words of ours.
    pub cause: String,
    /// The newest report of that incident.
    pub report: Option<Box<Report>>,
    /// Why it did not go.
    pub why: String,
    /// The rule, in one word; none in rows of older versions.
    pub rule: Option<String>,
}

/// What is read of a notification's facts here. Every version of them has it.
#[derive(Deserialize)]
struct Told {
    #[serde(default)]
    test: bool,
    #[serde(default)]
    course: Course,
    topics: Vec<ToldTopic>,
}

#[derive(Deserialize)]
struct ToldTopic {
    incident: Option<IncidentId>,
    vendor: String,
    vendor_word: Option<ToldWord>,
}

#[derive(Deserialize)]
struct ToldWord {
    title: String,
    said_at: Option<Timestamp>,
}

impl Store {
    /// A part of the outbox, each row with its tries.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn sent(&self, chosen: &Chosen<'_>) -> Result<SentPart, StoreError> {
        let mut view = self.view().await?;
        let ids = sqlx::query(CHOSEN).bind(chosen.state).bind(chosen.receiver).bind(chosen.incident);
        let ids = ids.bind(chosen.limit).bind(chosen.skip).fetch_all(&mut *view.tx).await?;
        let ids: Vec<String> = ids.iter().map(|row| row.get(0)).collect();
        let rows = sqlx::query(ROWS).bind(to_text("ids", &ids)?).fetch_all(&mut *view.tx).await?;
        let told = rows.iter().map(|row| from_text("facts", row.get(10))).collect::<Result<Vec<Told>, _>>()?;
        let deliveries = view.with_attempts(rows.iter().map(delivery).collect()).await?;
        let in_all = sqlx::query(IN_ALL).bind(chosen.state).bind(chosen.receiver).bind(chosen.incident);
        let in_all = in_all.fetch_one(&mut *view.tx).await?.get(0);
        let seconds = rows.iter().map(|row| row.get::<Option<String>, _>(11));
        let rows = deliveries.into_iter().zip(told).zip(seconds);
        let rows = rows.map(|((delivery, told), second)| Sent::of(delivery, told, second)).collect();
        Ok(SentPart { rows, in_all, outbox: view.outbox().await? })
    }

    /// What was decided not to be told, the newest first, and how much of it there is.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn withheld(&self, chosen: &Chosen<'_>) -> Result<(Vec<Withheld>, i64), StoreError> {
        let mut view = self.view().await?;
        let rows = sqlx::query(WITHHELD).bind(chosen.receiver).bind(chosen.incident).bind(chosen.rule);
        let rows = rows.bind(chosen.limit).bind(chosen.skip).fetch_all(&mut *view.tx).await?;
        let mut all: Vec<Withheld> = rows.iter().map(withheld).collect();
        let causes: Vec<&str> = all.iter().map(|w| w.cause.as_str()).collect();
        for row in sqlx::query(TITLES).bind(to_text("causes", &causes)?).fetch_all(&mut *view.tx).await? {
            let report: Report = from_text("report", row.get(0))?;
            for one in all.iter_mut().filter(|w| w.cause == report.incident.0) {
                one.report = Some(Box::new(report.clone()));
            }
        }
        let in_all = sqlx::query(WITHHELD_IN_ALL).bind(chosen.receiver).bind(chosen.incident).bind(chosen.rule);
        let in_all = in_all.fetch_one(&mut *view.tx).await?.get(0);
        Ok((all, in_all))
    }
}

impl Sent {
    fn of(delivery: Delivery, told: Told, second: Option<String>) -> Self {
        let word_at = told.topics.iter().filter_map(|t| t.vendor_word.as_ref()?.said_at).max();
        let about = told.topics.first().map(|t| match &t.vendor_word {
            Some(word) => format!("{}: {}", t.vendor, word.title),
            None => t.vendor.clone(),
        });
        Self {
            delivery,
            word_at,
            about: about.unwrap_or_default(),
            incidents: told.topics.into_iter().filter_map(|t| t.incident).collect(),
            test: told.test,
            course: told.course,
            // A word for why none went has spaces; an id has none.
            second: second.filter(|second| !second.contains(' ')),
        }
    }
}

fn withheld(row: &SqliteRow) -> Withheld {
    Withheld {
        at: at(row.get(0)),
        receiver: row.get(1),
        cause: row.get(2),
        report: None,
        why: row.get(3),
        rule: row.get(4),
    }
}
