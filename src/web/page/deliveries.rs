//! The outbox: what waits, what was given up, what was delivered, with every try.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use crate::model::impact::Impact;
use crate::store::story::Delivery;
use crate::web::fault::{self, Fault};
use crate::web::now::Now;
use crate::web::router::Site;
use crate::web::view::{Badge, Frame, Theirs, When};

/// Rows on the page; the API holds more.
const ROWS: i64 = 100;
/// Tries that a row spells out, the newest.
const TRIES: usize = 5;

/// A row of the outbox.
pub struct DeliveryRow {
    pub id: String,
    pub subject: Theirs,
    pub receiver: String,
    pub address: Theirs,
    pub badge: Badge,
    pub made: When,
    pub ended: Option<When>,
    pub next: Option<When>,
    pub tries: Vec<(When, String, Theirs)>,
    pub earlier: usize,
}

impl DeliveryRow {
    pub fn of(now: &Now, delivery: &Delivery) -> Self {
        let (impact, word) = match delivery.state.as_str() {
            "delivered" => (Impact::Operational, "Delivered"),
            "dead" => (Impact::MajorOutage, "Given up"),
            _ if delivery.tries > 0 => (Impact::Degraded, "Waits, was tried"),
            _ => (Impact::Unknown, "Waits"),
        };
        let earlier = delivery.attempts.len().saturating_sub(TRIES);
        let tries = delivery.attempts.iter().skip(earlier);
        Self {
            id: delivery.id.clone(),
            subject: Theirs::line(delivery.subject.as_deref().unwrap_or("not worded yet")),
            receiver: delivery.receiver.clone(),
            address: Theirs::line(&masked(&delivery.address)),
            badge: Badge::saying(impact, word),
            made: When::of(now, delivery.made),
            ended: delivery.ended.map(|at| When::of(now, at)),
            next: (delivery.state == "pending").then(|| When::of(now, delivery.due)),
            tries: tries.map(|t| (When::without_age(now, t.at), t.outcome.clone(), Theirs::line(&t.detail))).collect(),
            earlier,
        }
    }
}

/// An address without what may be a token: a mail address whole, of a webhook only the host.
pub fn masked(address: &str) -> String {
    if let Some(mail) = address.strip_prefix("mailto:") {
        return mail.to_owned();
    }
    let host = url::Url::parse(address).ok().and_then(|url| url.host_str().map(str::to_owned));
    host.map_or_else(|| "a webhook whose address is a secret".to_owned(), |host| format!("webhook at {host}"))
}

#[derive(Template)]
#[template(path = "page/deliveries.html")]
struct Deliveries {
    frame: Frame,
    pending: i64,
    dead: i64,
    last_delivered: Option<When>,
    nobody_is_told: bool,
    rows: Vec<DeliveryRow>,
}

/// The page.
pub async fn page(State(site): State<Arc<Site>>) -> Response {
    let gathered = async {
        let now = Now::gather(&site.app).await?;
        Ok::<_, crate::store::StoreError>((now, site.app.store.deliveries(None, ROWS).await?))
    };
    match gathered.await {
        Ok((now, (deliveries, count))) => fault::html(&Deliveries {
            frame: Frame::new(&now, "deliveries", "/deliveries", site.app.token.is_some()),
            pending: count.pending,
            dead: count.dead,
            last_delivered: count.last_delivered.map(|at| When::of(&now, at)),
            nobody_is_told: !now.compiled.rules.tells_anybody(),
            rows: deliveries.iter().map(|d| DeliveryRow::of(&now, d)).collect(),
        }),
        Err(error) => Fault::from(error).page(),
    }
}

#[cfg(test)]
mod tests {
    use super::masked;

    #[test]
    fn the_token_in_a_webhooks_address_is_not_shown() {
        assert_eq!(masked("https://hooks.example.org/services/T0/s3cret?k=s3cret"), "webhook at hooks.example.org");
        assert_eq!(masked("Env(\"HOOK\")"), "a webhook whose address is a secret");
        assert_eq!(masked("mailto:noc@example.org"), "noc@example.org");
    }
}
