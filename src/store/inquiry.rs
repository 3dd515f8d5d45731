//! What asking pages anew came to.

use std::collections::BTreeMap;

use sqlx::Row;

use super::{Store, StoreError, Writing, from_text, ms, to_text};
use crate::model::id::SourceId;
use crate::model::inquiry::Inquiry;

const PUT: &str = "INSERT INTO inquiry (source, about, at, doc) VALUES ($1, $2, $3, $4) ON CONFLICT (source) DO UPDATE SET about = excluded.about, at = excluded.at, doc = excluded.doc";
const ALL: &str = "SELECT source, doc FROM inquiry WHERE doc IS NOT NULL";

/// When, and as what, a source was asked anew last; and what came of it, unless it was read well since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// As what, and where, it was read then.
    pub about: String,
    /// When.
    pub at: jiff::Timestamp,
    /// What came of it.
    pub inquiry: Option<Inquiry>,
}

impl Writing {
    /// Keeps what asking came to.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn put_inquiry(&mut self, source: &SourceId, inquiry: &Inquiry) -> Result<(), StoreError> {
        let put = sqlx::query(PUT).bind(source.as_str()).bind(&inquiry.about).bind(ms(inquiry.at));
        put.bind(to_text("inquiry", inquiry)?).execute(&mut *self.tx).await?;
        Ok(())
    }

    /// A source is read well again: what was found out of it is of no use any more.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn end_inquiry(&mut self, source: &SourceId) -> Result<(), StoreError> {
        let end = sqlx::query("UPDATE inquiry SET doc = NULL WHERE source = $1").bind(source.as_str());
        end.execute(&mut *self.tx).await?;
        Ok(())
    }

    /// What asking came to, of all sources that have not been read well since. What this Bellwether cannot make anything
    /// of (a format that only a newer one knows) is left out.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn inquiries(&mut self) -> Result<BTreeMap<SourceId, Inquiry>, StoreError> {
        let rows = sqlx::query(ALL).fetch_all(&mut *self.tx).await?;
        let one = |row: &sqlx::sqlite::SqliteRow| {
            Some((SourceId::parse(row.get(0)).ok()?, from_text("inquiry", row.get(1)).ok()?))
        };
        Ok(rows.iter().filter_map(one).collect())
    }

    /// When a source was asked anew last.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn asked_anew(&mut self, source: &SourceId) -> Result<Option<Asked>, StoreError> {
        let row = sqlx::query("SELECT about, at, doc FROM inquiry WHERE source = $1").bind(source.as_str());
        let row = row.fetch_optional(&mut *self.tx).await?;
        Ok(row.map(|row| Asked {
            about: row.get(0),
            at: super::at(row.get(1)),
            inquiry: row.get::<Option<&str>, _>(2).and_then(|doc| from_text("inquiry", doc).ok()),
        }))
    }
}

impl Store {
    /// [`Writing::asked_anew`], as it stands just now.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn asked_anew(&self, source: &SourceId) -> Result<Option<Asked>, StoreError> {
        self.view().await?.asked_anew(source).await
    }

    /// [`Writing::inquiries`], as they stand just now.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn inquiries(&self) -> Result<BTreeMap<SourceId, Inquiry>, StoreError> {
        self.view().await?.inquiries().await
    }
}
