//! What a message can say of its own course only when it is worded: how late it is, and which one it is.

use jiff::{SignedDuration, Timestamp};
use sqlx::Row;

use super::{StoreError, Writing, at, ms};
use crate::model::course::Late;
use crate::model::notification::Notification;

/// A message that goes out so much later than it should says so.
const LATE_AFTER: SignedDuration = SignedDuration::from_mins(2);

const NUMBERS: &str = "SELECT t.cause, (SELECT COUNT(*) FROM topic o WHERE o.address = t.address AND o.cause = t.cause AND o.seq <= t.seq) FROM topic t WHERE t.notification = $1";
const READY: &str = "SELECT ready FROM notification WHERE id = $1";
/// What went wrong last at this address since then. A message is tried for five days.
const WHY: &str = "SELECT a.detail FROM notification n JOIN attempt a ON a.notification = n.id WHERE n.address = $1 AND n.ready > $2 AND a.at >= $3 AND a.outcome <> 'delivered' ORDER BY a.at DESC LIMIT 1";
const TRIED_FOR: SignedDuration = SignedDuration::from_hours(5 * 24);

impl Writing {
    /// Learns what is to be said of the course of a message that was never tried.
    pub(super) async fn learn_course(&mut self, row: &mut Notification, now: Timestamp) -> Result<(), StoreError> {
        for number in sqlx::query(NUMBERS).bind(&row.id.0).fetch_all(&mut *self.tx).await? {
            let count = u32::try_from(number.get::<i64, _>(1)).unwrap_or(u32::MAX);
            row.facts.course.numbers.insert(number.get(0), count);
        }
        let ready = sqlx::query(READY).bind(&row.id.0).fetch_one(&mut *self.tx).await?;
        let Some(since) = ready.get::<Option<i64>, _>(0).map(at) else { return Ok(()) };
        let late = now.duration_since(since);
        if late >= LATE_AFTER {
            let why = sqlx::query(WHY).bind(&row.address).bind(ms(since - TRIED_FOR)).bind(ms(since));
            let why = why.fetch_optional(&mut *self.tx).await?.map(|row| row.get(0));
            row.facts.course.late = Some(Late { since, seconds: late.as_secs(), why });
        }
        Ok(())
    }
}
