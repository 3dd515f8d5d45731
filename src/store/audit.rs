//! The audit: what people did, each line bound to the one before by a hash. Lines are added in the transaction of what
//! they tell of, and never changed or removed.

use jiff::Timestamp;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::{Store, StoreError, Writing, at, ms};
use crate::model::audit::Entry;
use crate::model::hash::Hasher;

const PUT: &str =
    "INSERT INTO audit (seq, at, who, origin, deed, about, detail, hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
const LINES: &str = "SELECT seq, at, who, origin, deed, about, detail, hash FROM audit WHERE seq < $1 AND ($2 IS NULL OR about = $2) ORDER BY seq DESC LIMIT $3";
const IN_ORDER: &str =
    "SELECT seq, at, who, origin, deed, about, detail, hash FROM audit WHERE seq > $1 ORDER BY seq LIMIT $2";
/// Lines that are verified at once.
const AT_ONCE: i64 = 1_000;
/// What the first line stands on.
const BEGINNING: &str = "";

/// A line as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditLine {
    /// Its number: 1, 2, 3 and so on, without a gap.
    pub seq: i64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub who: String,
    /// From where.
    pub origin: String,
    /// What.
    pub deed: String,
    /// To what.
    pub about: String,
    /// More.
    pub detail: String,
    /// The hash of all of it and of the line before.
    pub hash: String,
}

/// What came of reading the whole audit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verified {
    /// All lines stand as they were written.
    Whole {
        /// How many there are.
        lines: i64,
        /// The last one's hash. Written down elsewhere, it shows later whether lines were cut off the end.
        head: String,
    },
    /// Something was changed, taken out or put in.
    Broken {
        /// The first line that does not stand on the one before.
        at: i64,
    },
}

impl Writing {
    /// Adds a line to the audit.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn put_audit(&mut self, entry: &Entry) -> Result<(), StoreError> {
        let last = sqlx::query("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1");
        let last = last.fetch_optional(&mut *self.tx).await?;
        let (seq, before) = last.map_or((0, BEGINNING.to_owned()), |row| (row.get(0), row.get(1)));
        let mut line = AuditLine {
            seq: seq + 1,
            at: entry.at,
            who: entry.by.who.clone(),
            origin: entry.by.origin.clone(),
            deed: entry.deed.word().to_owned(),
            about: entry.about.clone(),
            detail: entry.detail.clone(),
            hash: String::new(),
        };
        line.hash = line.standing_on(&before);
        sqlx::query(PUT)
            .bind(line.seq)
            .bind(ms(line.at))
            .bind(&line.who)
            .bind(&line.origin)
            .bind(&line.deed)
            .bind(&line.about)
            .bind(&line.detail)
            .bind(&line.hash)
            .execute(&mut *self.tx)
            .await?;
        Ok(())
    }
}

impl AuditLine {
    fn standing_on(&self, before: &str) -> String {
        let hash = Hasher::default().part(before).part(self.seq.to_le_bytes()).part(ms(self.at).to_le_bytes());
        let hash = hash.part(&self.who).part(&self.origin).part(&self.deed);
        hash.part(&self.about).part(&self.detail).hex(64)
    }

    fn of(row: &SqliteRow) -> Self {
        Self {
            seq: row.get(0),
            at: at(row.get(1)),
            who: row.get(2),
            origin: row.get(3),
            deed: row.get(4),
            about: row.get(5),
            detail: row.get(6),
            hash: row.get(7),
        }
    }
}

impl Store {
    /// Adds a line in a transaction of its own.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn put_audit(&self, entry: &Entry) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        tx.put_audit(entry).await?;
        tx.commit().await
    }

    /// The lines before `before`, the newest first; only those about one thing, if asked.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn audit(&self, before: i64, about: Option<&str>, limit: i64) -> Result<Vec<AuditLine>, StoreError> {
        let rows = sqlx::query(LINES).bind(before).bind(about).bind(limit).fetch_all(&self.reads).await?;
        Ok(rows.iter().map(AuditLine::of).collect())
    }

    /// Reads the whole audit and says whether each line stands on the one before.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn verify_audit(&self) -> Result<Verified, StoreError> {
        let (mut seq, mut head) = (0, BEGINNING.to_owned());
        loop {
            let rows = sqlx::query(IN_ORDER).bind(seq).bind(AT_ONCE).fetch_all(&self.reads).await?;
            if rows.is_empty() {
                return Ok(Verified::Whole { lines: seq, head });
            }
            for line in rows.iter().map(AuditLine::of) {
                if line.seq != seq + 1 || line.hash != line.standing_on(&head) {
                    return Ok(Verified::Broken { at: line.seq });
                }
                (seq, head) = (line.seq, line.hash);
            }
        }
    }
}
