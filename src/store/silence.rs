//! What somebody does not want to be told for a while.

use jiff::Timestamp;
use sqlx::Row;

use super::{Store, StoreError, Writing, from_text, ms, to_text};
use crate::model::silence::Silence;

const HOLDING: &str = "SELECT doc FROM silence WHERE ends > $1 ORDER BY begins, id";
const OVER: &str = "SELECT doc FROM silence WHERE ends <= $1 ORDER BY ends DESC, id LIMIT $2";
const PUT: &str = "INSERT INTO silence (id, begins, ends, doc) VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO UPDATE SET begins = excluded.begins, ends = excluded.ends, doc = excluded.doc";

impl Writing {
    /// The silences that hold now or will.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn silences(&mut self, now: Timestamp) -> Result<Vec<Silence>, StoreError> {
        let rows = sqlx::query(HOLDING).bind(ms(now)).fetch_all(&mut *self.tx).await?;
        rows.iter().map(|row| from_text("silence", row.get(0))).collect()
    }

    /// A silence, be it over or not.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn silence(&mut self, id: &str) -> Result<Option<Silence>, StoreError> {
        let row = sqlx::query("SELECT doc FROM silence WHERE id = $1").bind(id).fetch_optional(&mut *self.tx).await?;
        row.map(|row| from_text("silence", row.get(0))).transpose()
    }

    /// Remembers a silence, as it stands now.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn put_silence(&mut self, silence: &Silence) -> Result<(), StoreError> {
        let query = sqlx::query(PUT).bind(&silence.id).bind(ms(silence.from)).bind(ms(silence.until));
        query.bind(to_text("silence", silence)?).execute(&mut *self.tx).await?;
        Ok(())
    }
}

impl Store {
    /// The newest of the silences that are over, for pages.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn silences_over(&self, now: Timestamp, most: i64) -> Result<Vec<Silence>, StoreError> {
        let rows = sqlx::query(OVER).bind(ms(now)).bind(most).fetch_all(&self.reads).await?;
        rows.iter().map(|row| from_text("silence", row.get(0))).collect()
    }

    /// The silences that hold now or will, for pages.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn silences(&self, now: Timestamp) -> Result<Vec<Silence>, StoreError> {
        let rows = sqlx::query(HOLDING).bind(ms(now)).fetch_all(&self.reads).await?;
        rows.iter().map(|row| from_text("silence", row.get(0))).collect()
    }
}
