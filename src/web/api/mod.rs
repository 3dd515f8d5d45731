//! The same for programs: JSON under `/api/v1`. Its shapes only grow. What it does not understand it refuses.

mod answer;
mod looked_after;
mod shape;
pub mod silences;
mod status;

use std::sync::Arc;

use axum::Router;
use axum::extract::rejection::QueryRejection;
use axum::extract::{FromRequestParts, Path, Query, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use axum::routing::get;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use self::answer::json;
use super::fault::{self, Fault};
use super::now::Now;
use super::page::why::Question;
use super::router::Site;
use crate::store::feed::Wanted;

/// Lines or incidents at once, unless asked otherwise.
const USUAL: i64 = 100;
/// At the most.
const MOST: i64 = 500;

/// What is asked beside the address. What is not known is refused, since it was meant to do something.
pub struct Asked<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Asked<T> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let asked: Result<Query<T>, QueryRejection> = Query::from_request_parts(parts, state).await;
        asked.map(|Query(asked)| Self(asked)).map_err(|error| {
            let what = crate::model::text::line(&error.body_text(), 300);
            Fault::new(StatusCode::BAD_REQUEST, what).json()
        })
    }
}

/// No parameters at all.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Feed {
    #[serde(default)]
    after: i64,
    limit: Option<i64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Which {
    #[default]
    Open,
    All,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Incidents {
    #[serde(default)]
    state: Which,
    service: Option<String>,
    vendor: Option<String>,
    limit: Option<i64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Held {
    #[default]
    Holding,
    All,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Silences {
    #[serde(default)]
    state: Held,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Outcome {
    Pending,
    Delivered,
    Dead,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Deliveries {
    state: Option<Outcome>,
    limit: Option<i64>,
}

/// All of it.
pub fn routes() -> Router<Arc<Site>> {
    Router::new()
        .route("/feed", get(feed))
        .route("/incidents", get(incidents))
        .route("/incidents/{id}", get(incident))
        .route("/services", get(services))
        .route("/sources", get(sources))
        .route("/blind-spots", get(blind_spots))
        .route("/status", get(status))
        .route("/subscriptions", get(super::desk::subscriptions::program::list))
        .route("/deliveries", get(deliveries))
        .route("/why", get(why))
        .route("/silences", get(silences_now))
        .fallback(fault::not_found)
}

fn limit(asked: Option<i64>) -> Result<i64, Fault> {
    let limit = asked.unwrap_or(USUAL);
    if (1..=MOST).contains(&limit) {
        Ok(limit)
    } else {
        Err(Fault::new(StatusCode::BAD_REQUEST, format!("limit is a number from 1 to {MOST}")))
    }
}

async fn feed(State(site): State<Arc<Site>>, Asked(asked): Asked<Feed>) -> Response {
    let read = async {
        let limit = limit(asked.limit)?;
        let lines = site.app.store.changes_after(asked.after, limit).await?;
        Ok(shape::feed(lines, asked.after, limit))
    };
    json(read.await)
}

async fn incidents(State(site): State<Arc<Site>>, Asked(asked): Asked<Incidents>) -> Response {
    let read = async {
        let limit = limit(asked.limit)?;
        let now = Now::gather(&site.app).await?;
        let wanted = Wanted {
            open_only: asked.state == Which::Open,
            vendor: asked.vendor.as_deref(),
            service: asked.service.as_deref(),
            limit,
        };
        let mut reports = site.app.store.incidents(&wanted).await?;
        if let (Which::Open, Some(service)) = (asked.state, &asked.service) {
            reports.retain(|report| shape::incident::hurts(&now, report).iter().any(|h| h.service == *service));
        }
        Ok(shape::incident::incidents(&now, &reports))
    };
    json(read.await)
}

async fn incident(
    State(site): State<Arc<Site>>,
    Path(id): Path<String>,
    Asked(Nothing {}): Asked<Nothing>,
) -> Response {
    let read = async {
        let story = site.app.store.story(&id).await?.ok_or_else(|| Fault::nothing("There is no such incident."))?;
        let now = Now::gather(&site.app).await?;
        shape::incident::story(&now, story).ok_or_else(|| Fault::nothing("There is no such incident."))
    };
    json(read.await)
}

async fn services(State(site): State<Arc<Site>>, Asked(Nothing {}): Asked<Nothing>) -> Response {
    json(async { Ok(shape::service::services(&Now::gather(&site.app).await?)) }.await)
}

async fn status(State(site): State<Arc<Site>>, Asked(Nothing {}): Asked<Nothing>) -> Response {
    json(async { Ok(status::status(&Now::gather(&site.app).await?, site.app.started)) }.await)
}

async fn sources(State(site): State<Arc<Site>>, Asked(Nothing {}): Asked<Nothing>) -> Response {
    let read = async {
        let (now, watches) = (Now::gather(&site.app).await?, site.app.store.watches().await?);
        Ok(shape::source::sources(&now, &watches))
    };
    json(read.await)
}

async fn blind_spots(State(site): State<Arc<Site>>, Asked(Nothing {}): Asked<Nothing>) -> Response {
    json(async { Ok(looked_after::blind_spots(&Now::gather(&site.app).await?)) }.await)
}

async fn why(State(site): State<Arc<Site>>, Asked(question): Asked<Question>) -> Response {
    let read = async {
        let asked = question.asked()?;
        Ok(crate::pipeline::why::why(&site.app.store, &site.app.compiled(), &asked, site.app.now()).await?)
    };
    json(read.await)
}

async fn silences_now(State(site): State<Arc<Site>>, Asked(asked): Asked<Silences>) -> Response {
    json(silences::silences(&site, asked.state == Held::All).await)
}

async fn deliveries(State(site): State<Arc<Site>>, Asked(asked): Asked<Deliveries>) -> Response {
    let read = async {
        let state = asked.state.map(|state| match state {
            Outcome::Pending => "pending",
            Outcome::Delivered => "delivered",
            Outcome::Dead => "dead",
        });
        let (rows, count) = site.app.store.deliveries(state, limit(asked.limit)?).await?;
        Ok(shape::delivery::deliveries(rows, &count))
    };
    json(read.await)
}
