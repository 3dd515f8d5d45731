//! What somebody set by hand against a vendor's word.

use std::collections::BTreeSet;

use jiff::Timestamp;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::{Store, StoreError, Writing, from_text, ms, to_text};
use crate::model::id::VendorId;
use crate::model::overrides::Override;

const COUNTING: &str = "SELECT doc FROM override WHERE is_history = FALSE AND ($1 IS NULL OR vendor IN (SELECT value FROM json_each($1))) ORDER BY begins, id";
const HOLDING: &str = "SELECT doc FROM override WHERE ends > $1 ORDER BY begins, id";
const OVER: &str = "SELECT doc FROM override WHERE ends <= $1 ORDER BY ends DESC, id LIMIT $2";
pub(super) const SINCE: &str = "SELECT doc FROM override WHERE ends >= $1 ORDER BY begins, id";
const PUT: &str = "INSERT INTO override (id, vendor, begins, ends, is_history, doc) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (id) DO UPDATE SET ends = excluded.ends, is_history = excluded.is_history, doc = excluded.doc";

impl Writing {
    /// Those of which anything counts: they hold, or something that they spoke of is still open. `None`: of all vendors.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn overrides(&mut self, vendors: Option<&BTreeSet<VendorId>>) -> Result<Vec<Override>, StoreError> {
        let vendors = vendors.map(|vendors| to_text("vendors", vendors)).transpose()?;
        read(&sqlx::query(COUNTING).bind(vendors).fetch_all(&mut *self.tx).await?)
    }

    /// An override, be it over or not.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn one_override(&mut self, id: &str) -> Result<Option<Override>, StoreError> {
        let row = sqlx::query("SELECT doc FROM override WHERE id = $1").bind(id).fetch_optional(&mut *self.tx).await?;
        row.map(|row| from_text("override", row.get(0))).transpose()
    }

    /// Remembers an override, as it stands now.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn put_override(&mut self, one: &Override) -> Result<(), StoreError> {
        let ends = one.ended.map_or(one.until, |ended| ended.at);
        let query = sqlx::query(PUT).bind(&one.id).bind(one.of.vendor.as_str()).bind(ms(one.from)).bind(ms(ends));
        query.bind(one.is_history()).bind(to_text("override", one)?).execute(&mut *self.tx).await?;
        Ok(())
    }
}

impl Store {
    /// The newest of those that are over, for pages.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn overrides_over(&self, now: Timestamp, most: i64) -> Result<Vec<Override>, StoreError> {
        read(&sqlx::query(OVER).bind(ms(now)).bind(most).fetch_all(&self.reads).await?)
    }

    /// Those that hold now, for pages.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn overrides(&self, now: Timestamp) -> Result<Vec<Override>, StoreError> {
        read(&sqlx::query(HOLDING).bind(ms(now)).fetch_all(&self.reads).await?)
    }
}

pub(super) fn read(rows: &[SqliteRow]) -> Result<Vec<Override>, StoreError> {
    rows.iter().map(|row| from_text("override", row.get(0))).collect()
}
