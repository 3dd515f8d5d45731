//! The shapes of the outbox.

use serde::Serialize;

use super::VERSION;
use crate::model::published::time;
use crate::store::feed::OutboxCount;
use crate::store::story::Delivery;
use crate::web::page::deliveries::masked;

#[derive(Serialize)]
pub struct Deliveries {
    version: u32,
    pending: i64,
    dead: i64,
    oldest_pending: Option<String>,
    deliveries: Vec<DeliveryShape>,
}

#[derive(Serialize)]
pub struct DeliveryShape {
    id: String,
    receiver: String,
    /// A mail address whole; of a webhook only the host, since its address may hold a token.
    address: String,
    state: String,
    subject: Option<String>,
    made: String,
    due: String,
    ended: Option<String>,
    answer: Option<String>,
    tries: Vec<Try>,
}

#[derive(Serialize)]
pub struct Try {
    at: String,
    outcome: String,
    detail: String,
}

/// One message and its tries.
pub fn delivery(row: Delivery) -> DeliveryShape {
    let tries =
        row.attempts.into_iter().map(|t| Try { at: time(t.at), outcome: t.outcome, detail: t.detail }).collect();
    DeliveryShape {
        id: row.id,
        receiver: row.receiver,
        address: masked(&row.address),
        state: row.state,
        subject: row.subject,
        made: time(row.made),
        due: time(row.due),
        ended: row.ended.map(time),
        answer: row.answer,
        tries,
    }
}

/// The outbox.
pub fn deliveries(rows: Vec<Delivery>, count: &OutboxCount) -> Deliveries {
    Deliveries {
        version: VERSION,
        pending: count.pending,
        dead: count.dead,
        oldest_pending: count.oldest.map(time),
        deliveries: rows.into_iter().map(delivery).collect(),
    }
}
