//! Which address is answered by what, and what holds for every answer.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::timeout::TimeoutLayer;

use super::{App, api, asset, desk, fault, gate, health, kiosk, metric, page, stream};

/// How long an answer may take to begin.
const DEADLINE: Duration = Duration::from_secs(15);
/// The longest body that is taken: four thousand characters of any script, as a form writes them.
const BODY_OCTETS: usize = 64 * 1024;
/// Live streams at the same time.
const STREAMS: usize = 128;

/// What every handler can reach.
pub struct Site {
    pub app: Arc<App>,
    pub stop: CancellationToken,
    pub streams: Arc<Semaphore>,
    pub sign_ins: gate::SignIns,
    pub desk: desk::Desk,
    pub kiosk_tries: gate::SignIns,
}

/// Everything that is answered.
pub fn router(app: Arc<App>, stop: CancellationToken) -> Router {
    let streams = Arc::new(Semaphore::new(STREAMS));
    let (sign_ins, kiosk_tries) = (gate::SignIns::default(), gate::SignIns::default());
    let site = Arc::new(Site { app, stop, streams, sign_ins, kiosk_tries, desk: desk::Desk::default() });
    let guarded = Router::new()
        .route("/", get(page::first::page))
        .route("/incidents/{id}", get(page::incident::page))
        .route("/services", get(page::service::all))
        .route("/services/{id}", get(page::service::one))
        .route("/vendors", get(page::vendors::page))
        .route("/vendors/{id}", get(page::vendor::page))
        .route("/sources", get(page::sources::page))
        .route("/maintenance", get(page::maintenance::page))
        .route("/deliveries", get(page::deliveries::page))
        .route("/why", get(page::why::page))
        .route("/silences", get(page::silences::page))
        .route("/events", get(stream::events))
        .route("/metrics", get(metric::metrics))
        .nest("/api/v1", api::routes())
        .fallback(fault::not_found)
        .layer(from_fn_with_state(site.clone(), gate::demand_read));
    let wall = Router::new()
        .route("/wall", get(page::wall::page))
        .route("/wall/events", get(stream::beats))
        .layer(from_fn_with_state(site.clone(), kiosk::demand));
    Router::new()
        .merge(guarded)
        .merge(wall)
        .merge(desk::routes(&site))
        .route("/sign-in", get(desk::sign_in::page).post(gate::sign_in))
        .route("/sign-in/account", post(desk::sign_in::sign_in))
        .route("/sign-out", post(desk::sign_in::sign_out))
        .route("/acknowledge/{incident}/{receiver}/{ends}/{seal}", get(desk::care::page).post(desk::care::post))
        .route("/link/{link}", get(desk::sign_in::link).post(desk::sign_in::use_link))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/assets/{name}", get(asset::asset))
        .method_not_allowed_fallback(fault::wrong_method)
        .layer(from_fn_with_state(site.clone(), gate::admit))
        .layer(from_fn(gate::refuse_foreign))
        .layer(from_fn_with_state(site.clone(), gate::refuse_strange_host))
        .layer(RequestBodyLimitLayer::new(BODY_OCTETS))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, DEADLINE))
        .layer(CompressionLayer::new())
        .layer(CatchPanicLayer::custom(fault::panicked))
        .layer(from_fn(gate::head))
        .with_state(site)
}
