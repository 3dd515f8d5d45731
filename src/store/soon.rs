//! Messages that come close together: the first goes at once, the others wait a little and go as one.

use jiff::{SignedDuration, Timestamp};
use sqlx::Row;

use super::{StoreError, Writing, at, ms};

/// The row that gathers what comes close together, where one is open.
const OPEN: &str = "SELECT gather, due FROM notification WHERE address = $1 AND state = 'pending' AND gather LIKE 'soon %' AND due > $2 AND frozen IS NULL AND leased_by IS NULL AND second IS NULL ORDER BY seq DESC LIMIT 1";
/// Whether the address got anything else just now, or will at once.
const JUST_NOW: &str = "SELECT 1 FROM notification n WHERE n.address = $1 AND n.ready > $2 AND n.ready <= $3 AND EXISTS (SELECT 1 FROM topic t WHERE t.notification = n.id AND t.cause NOT IN (SELECT value FROM json_each($4))) LIMIT 1";
/// The message that must grow old before another may go.
const BURST: &str =
    "SELECT ready FROM notification WHERE address = $1 AND ready > $2 ORDER BY ready DESC LIMIT 1 OFFSET $3";

/// What comes within this time after a message to the same address comes close to it.
const CLOSE: SignedDuration = SignedDuration::from_mins(1);
/// The time in which a receiver's `burst` is counted.
const BURST_IN: SignedDuration = SignedDuration::from_mins(10);

impl Writing {
    /// With what a message about these causes goes out, and when.
    pub(super) async fn soon(
        &mut self,
        address: &str,
        causes: &str,
        wait: SignedDuration,
        burst: Option<u32>,
        now: Timestamp,
    ) -> Result<(Option<String>, Timestamp), StoreError> {
        let open = sqlx::query(OPEN).bind(address).bind(ms(now)).fetch_optional(&mut *self.tx).await?;
        if let Some(row) = open {
            return Ok((Some(row.get(0)), at(row.get(1))));
        }
        let close = sqlx::query(JUST_NOW).bind(address).bind(ms(now - CLOSE)).bind(ms(now + wait)).bind(causes);
        let mut due = if close.fetch_optional(&mut *self.tx).await?.is_some() { now + wait } else { now };
        if let Some(burst) = burst {
            let oldest = sqlx::query(BURST).bind(address).bind(ms(now - BURST_IN)).bind(i64::from(burst) - 1);
            let free = oldest.fetch_optional(&mut *self.tx).await?.map(|row| at(row.get(0)) + BURST_IN);
            due = free.into_iter().chain([due]).max().unwrap_or(due);
        }
        Ok(((due > now).then(|| format!("soon {due}")), due))
    }
}
