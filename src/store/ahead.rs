//! What each address has been told of maintenances before they began.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sqlx::Row;

use super::{StoreError, Writing, from_text, to_text};
use crate::alerting::ahead::{AheadKey, ToldAhead};
use crate::model::ahead::Window;
use crate::model::id::{IncidentId, ReceiverId, ServiceId, VendorId};

#[derive(Serialize, Deserialize)]
struct Doc {
    receiver: ReceiverId,
    planned: Window,
    services: BTreeSet<ServiceId>,
    has_begun: bool,
    #[serde(default)]
    moved: Option<Timestamp>,
}

const ALL: &str = "SELECT address, incident, doc FROM told_ahead";
const OF: &str = "SELECT address, incident, doc FROM told_ahead WHERE vendor IN (SELECT value FROM json_each($1))";
const PUT: &str = "INSERT INTO told_ahead (address, incident, vendor, doc) VALUES ($1, $2, $3, $4) ON CONFLICT (address, incident) DO UPDATE SET doc = excluded.doc";

impl Writing {
    /// What was told ahead of maintenances of these vendors; of all of them for `None`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn told_ahead(
        &mut self,
        vendors: Option<&BTreeSet<VendorId>>,
    ) -> Result<BTreeMap<AheadKey, ToldAhead>, StoreError> {
        let rows = match vendors {
            None => sqlx::query(ALL).fetch_all(&mut *self.tx).await?,
            Some(vendors) => sqlx::query(OF).bind(to_text("vendors", &vendors)?).fetch_all(&mut *self.tx).await?,
        };
        let mut all = BTreeMap::new();
        for row in rows {
            let Doc { receiver, planned, services, has_begun, moved } = from_text("told_ahead", row.get(2))?;
            let key = (row.get(0), IncidentId(row.get(1)));
            all.insert(key, ToldAhead { receiver, planned, services, has_begun, moved });
        }
        Ok(all)
    }

    /// Remembers what an address has been told ahead of a vendor's maintenance.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn put_told_ahead(
        &mut self,
        (address, incident): &AheadKey,
        vendor: &VendorId,
        told: &ToldAhead,
    ) -> Result<(), StoreError> {
        let (receiver, services) = (told.receiver.clone(), told.services.clone());
        let doc = Doc { receiver, planned: told.planned, services, has_begun: told.has_begun, moved: told.moved };
        let query = sqlx::query(PUT).bind(address).bind(&incident.0).bind(vendor.as_str());
        query.bind(to_text("told_ahead", &doc)?).execute(&mut *self.tx).await?;
        Ok(())
    }

    /// Forgets it.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn forget_told_ahead(&mut self, (address, incident): &AheadKey) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM told_ahead WHERE address = $1 AND incident = $2")
            .bind(address)
            .bind(&incident.0)
            .execute(&mut *self.tx)
            .await?;
        Ok(())
    }
}
