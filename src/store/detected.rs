//! What was found out about the pages of sources whose file leaves their format open.

use std::collections::BTreeMap;

use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::{Store, StoreError, Writing, at, from_text, ms, to_text};
use crate::model::detected::Detected;
use crate::model::format::Format;
use crate::model::id::SourceId;

const PUT: &str = "INSERT INTO detected (source, page, format, url, roles, sign, at) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (source) DO UPDATE SET page = excluded.page, format = excluded.format, url = excluded.url, roles = excluded.roles, sign = excluded.sign, at = excluded.at";

impl Writing {
    /// Remembers what a page turned out to be.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn put_detected(&mut self, source: &SourceId, detected: &Detected) -> Result<(), StoreError> {
        sqlx::query(PUT)
            .bind(source.as_str())
            .bind(detected.page.as_str())
            .bind(detected.format.name())
            .bind(detected.url.as_str())
            .bind(to_text("roles", &detected.roles)?)
            .bind(&detected.sign)
            .bind(ms(detected.at))
            .execute(&mut *self.tx)
            .await?;
        Ok(())
    }
}

impl Store {
    /// What is remembered of all such sources. What this Bellwether cannot make anything of (a format that only a newer
    /// one knows) is left out, and found out anew.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn detected(&self) -> Result<BTreeMap<SourceId, Detected>, StoreError> {
        let rows = sqlx::query("SELECT source, page, format, url, roles, sign, at FROM detected");
        let rows = rows.fetch_all(&self.reads).await?;
        Ok(rows.iter().filter_map(|row| Some((SourceId::parse(row.get(0)).ok()?, detected(row)?))).collect())
    }
}

fn detected(row: &SqliteRow) -> Option<Detected> {
    Some(Detected {
        page: row.get::<&str, _>(1).parse().ok()?,
        format: Format::named(row.get(2))?,
        url: row.get::<&str, _>(3).parse().ok()?,
        roles: from_text("roles", row.get(4)).ok()?,
        sign: row.get(5),
        at: at(row.get(6)),
    })
}
