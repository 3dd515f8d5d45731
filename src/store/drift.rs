//! What is kept of the documents of each source, and which guesses a person has confirmed.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use sqlx::Row;

use super::{Store, StoreError, Writing, at, from_text, ms, to_text};
use crate::model::doubt::Watch;
use crate::model::format::Format;
use crate::model::id::SourceId;
use crate::model::inquiry::Inquiry;

const PUT: &str =
    "INSERT INTO watch (source, doc) VALUES ($1, $2) ON CONFLICT (source) DO UPDATE SET doc = excluded.doc";
const CONFIRM: &str = "INSERT INTO confirmation (source, format, at, who) VALUES ($1, $2, $3, $4) ON CONFLICT (source) DO UPDATE SET format = excluded.format, at = excluded.at, who = excluded.who";

/// A person's word that what a source is read as is right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confirmation {
    /// The format as which it was read.
    pub format: String,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub who: String,
}

/// Since when the bytes of a source are as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stillness {
    /// When they last changed.
    pub moved: Option<Timestamp>,
    /// How often they have.
    pub moves: i64,
    /// The longest time between two changes, in milliseconds.
    pub stillest_ms: i64,
}

impl Writing {
    /// What is kept of the documents of a source.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn watch(&mut self, source: &SourceId) -> Result<Watch, StoreError> {
        let row = sqlx::query("SELECT doc FROM watch WHERE source = $1").bind(source.as_str());
        let row = row.fetch_optional(&mut *self.tx).await?;
        row.map_or_else(|| Ok(Watch::default()), |row| from_text("watch", row.get(0)))
    }

    /// Keeps it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn put_watch(&mut self, source: &SourceId, watch: &Watch) -> Result<(), StoreError> {
        let put = sqlx::query(PUT).bind(source.as_str()).bind(to_text("watch", watch)?);
        put.execute(&mut *self.tx).await?;
        Ok(())
    }

    /// What people have confirmed.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn confirmations(&mut self) -> Result<BTreeMap<SourceId, Confirmation>, StoreError> {
        let rows = sqlx::query("SELECT source, format, at, who FROM confirmation").fetch_all(&mut *self.tx).await?;
        let one = |row: &sqlx::sqlite::SqliteRow| {
            let confirmation = Confirmation { format: row.get(1), at: at(row.get(2)), who: row.get(3) };
            Some((SourceId::parse(row.get(0)).ok()?, confirmation))
        };
        Ok(rows.iter().filter_map(one).collect())
    }

    /// Those of the sources of guessed formats that nobody has confirmed as what they are read as now.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn unconfirmed(
        &mut self,
        guessed: &BTreeMap<SourceId, Format>,
    ) -> Result<BTreeSet<SourceId>, StoreError> {
        if guessed.is_empty() {
            return Ok(BTreeSet::new());
        }
        let confirmed = self.confirmations().await?;
        let is_confirmed =
            |id: &SourceId, format: Format| confirmed.get(id).is_some_and(|word| word.format == format.name());
        Ok(guessed.iter().filter(|(id, format)| !is_confirmed(id, **format)).map(|(id, _)| id.clone()).collect())
    }

    /// Keeps a person's word.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn put_confirmation(&mut self, source: &SourceId, word: &Confirmation) -> Result<(), StoreError> {
        let put = sqlx::query(CONFIRM).bind(source.as_str()).bind(&word.format).bind(ms(word.at)).bind(&word.who);
        put.execute(&mut *self.tx).await?;
        Ok(())
    }

    /// The documents of the newest look that are kept of a source: when, and of each role its name and hash.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn newest_kept(&mut self, source: &SourceId) -> Result<Vec<(Timestamp, String, String)>, StoreError> {
        let newest = "SELECT at, role, hash FROM body WHERE source = $1 AND at = (SELECT MAX(at) FROM body WHERE source = $1) ORDER BY role";
        let rows = sqlx::query(newest).bind(source.as_str()).fetch_all(&mut *self.tx).await?;
        Ok(rows.iter().map(|row| (at(row.get(0)), row.get(1), row.get(2))).collect())
    }
}

impl Store {
    /// What is kept of the documents of a source, as it stands just now.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn watch(&self, source: &SourceId) -> Result<Watch, StoreError> {
        self.view().await?.watch(source).await
    }

    /// What is kept of the documents of all sources, who has confirmed which, and which stand still since when.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn watches(&self) -> Result<AllWatched, StoreError> {
        let mut view = self.view().await?;
        let (confirmed, inquiries) = (view.confirmations().await?, view.inquiries().await?);
        let mut all = AllWatched { confirmed, inquiries, ..AllWatched::default() };
        for row in sqlx::query("SELECT source, doc FROM watch").fetch_all(&mut *view.tx).await? {
            if let Ok(source) = SourceId::parse(row.get(0)) {
                all.watch.insert(source, from_text("watch", row.get(1))?);
            }
        }
        let stillness = "SELECT id, moved, moves, stillest_ms FROM source";
        for row in sqlx::query(stillness).fetch_all(&mut *view.tx).await? {
            if let Ok(source) = SourceId::parse(row.get(0)) {
                let moved = row.get::<Option<i64>, _>(1).map(at);
                all.still.insert(source, Stillness { moved, moves: row.get(2), stillest_ms: row.get(3) });
            }
        }
        Ok(all)
    }

    /// The sources of `guessed` that nobody has confirmed.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn unconfirmed(&self, guessed: &BTreeMap<SourceId, Format>) -> Result<BTreeSet<SourceId>, StoreError> {
        self.view().await?.unconfirmed(guessed).await
    }
}

/// What is kept of all sources.
#[derive(Debug, Clone, Default)]
pub struct AllWatched {
    /// Of their documents.
    pub watch: BTreeMap<SourceId, Watch>,
    /// Who has confirmed which.
    pub confirmed: BTreeMap<SourceId, Confirmation>,
    /// What asking their pages anew came to, of those that cannot be read.
    pub inquiries: BTreeMap<SourceId, Inquiry>,
    /// Since when each stands still.
    pub still: BTreeMap<SourceId, Stillness>,
}
