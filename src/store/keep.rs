//! What those who look after sources have been told of each.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sqlx::Row;

use super::{StoreError, Writing, from_text, to_text};
use crate::alerting::keep::{SightKey, ToldSight};
use crate::model::doubt::Doubt;
use crate::model::id::{ReceiverId, SourceId, VendorId};
use crate::model::keeping::Plight;

#[derive(Serialize, Deserialize)]
struct Doc {
    receiver: ReceiverId,
    plight: Plight,
    doubts: Vec<Doubt>,
    since: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    proposed: Option<String>,
}

const ALL: &str = "SELECT address, source, doc FROM told_sight";
const OF: &str = "SELECT address, source, doc FROM told_sight WHERE vendor IN (SELECT value FROM json_each($1))";
const PUT: &str = "INSERT INTO told_sight (address, source, vendor, doc) VALUES ($1, $2, $3, $4) ON CONFLICT (address, source) DO UPDATE SET doc = excluded.doc";

impl Writing {
    /// What was told of the sources of these vendors; of all sources for `None`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn told_sight(
        &mut self,
        vendors: Option<&BTreeSet<VendorId>>,
    ) -> Result<BTreeMap<SightKey, ToldSight>, StoreError> {
        let rows = match vendors {
            None => sqlx::query(ALL).fetch_all(&mut *self.tx).await?,
            Some(vendors) => sqlx::query(OF).bind(to_text("vendors", &vendors)?).fetch_all(&mut *self.tx).await?,
        };
        let mut all = BTreeMap::new();
        for row in rows {
            let Doc { receiver, plight, doubts, since, proposed } = from_text("told_sight", row.get(2))?;
            let Ok(source) = SourceId::parse(row.get(1)) else { continue };
            all.insert((row.get(0), source), ToldSight { receiver, plight, doubts, since, proposed });
        }
        Ok(all)
    }

    /// Remembers, or forgets, what addresses have been told of sources.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn put_told_sight(&mut self, told: &[(SightKey, Option<ToldSight>)]) -> Result<(), StoreError> {
        for ((address, source), told) in told {
            let query = match told {
                None => sqlx::query("DELETE FROM told_sight WHERE address = $1 AND source = $2")
                    .bind(address)
                    .bind(source.as_str()),
                Some(told) => {
                    let ToldSight { receiver, plight, doubts, since, proposed } = told.clone();
                    let doc = to_text("told_sight", &Doc { receiver, plight, doubts, since, proposed })?;
                    sqlx::query(PUT).bind(address).bind(source.as_str()).bind(source.vendor().to_string()).bind(doc)
                }
            };
            query.execute(&mut *self.tx).await?;
        }
        Ok(())
    }
}
