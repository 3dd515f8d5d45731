//! From the desk: who works here signs in, opens and ends incidents, joins and parts them, takes care of them; and looks
//! after accounts, tokens and the audit. Every act has a person or a token behind it, and leaves a line in the audit.
//!
//! Nothing here changes the store by itself: all of it goes through the pipeline, as the commands do.

pub mod account;
pub mod api;
pub mod audit;
pub mod care;
pub mod corner;
pub mod delivery;
pub mod fields;
pub mod incident;
pub mod join;
pub mod limit;
pub mod password;
pub mod posted;
pub mod receiver;
pub mod shell;
pub mod sign_in;
pub mod silence;
pub mod source;
pub mod subscriptions;
pub mod token;
pub mod word;

use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use axum::http::header::{self, HeaderValue};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};

use self::password::Passwords;
use super::fault::Fault;
use super::gate;
use super::router::Site;
use super::{App, Beat};
use crate::pipeline::hand::NotTaken;
use crate::pipeline::settle::Happened;

/// Everything that acts, each behind what it demands.
pub fn routes(site: &Arc<Site>) -> Router<Arc<Site>> {
    let acting = Router::new()
        .route("/incidents/new", get(incident::new).post(incident::post_new))
        .route("/incidents/{id}/update", get(incident::update).post(incident::post_update))
        .route("/incidents/{id}/end", get(incident::end).post(incident::post_end))
        .route("/incidents/{id}/acknowledge", post(incident::post_acknowledge))
        .route("/incidents/{id}/join", get(join::page).post(join::post_join))
        .route("/incidents/{id}/part", post(join::post_part))
        .route("/sources/confirm", post(source::post_confirm))
        .route("/silences/new", get(silence::new).post(silence::post_new))
        .route("/silences/{id}/end", post(silence::post_end))
        .route("/receivers/test", post(receiver::post_test))
        .route("/deliveries/retry", post(delivery::post_retry))
        .route_layer(from_fn_with_state(site.clone(), gate::demand_act));
    let governing = Router::new()
        .route("/accounts", get(account::page).post(account::add))
        .route("/accounts/reset", post(account::reset))
        .route("/accounts/role", post(account::set_role))
        .route("/accounts/remove", post(account::remove))
        .route("/tokens", post(token::add))
        .route("/tokens/remove", post(token::remove))
        .route("/audit", get(audit::page))
        .route("/subscriptions/{id}/lock", post(subscriptions::act::lock))
        .route("/subscriptions/{id}/unlock", post(subscriptions::act::unlock))
        .route_layer(from_fn_with_state(site.clone(), gate::demand_govern));
    let own = Router::new()
        .route("/account", get(account::own).post(account::set_password))
        .route("/subscriptions", get(subscriptions::page).post(subscriptions::act::make))
        .route("/subscriptions/{id}", get(subscriptions::one).post(subscriptions::act::change))
        .route("/subscriptions/{id}/pause", post(subscriptions::act::pause))
        .route("/subscriptions/{id}/resume", post(subscriptions::act::resume))
        .route("/subscriptions/{id}/leave", post(subscriptions::act::leave))
        .route_layer(from_fn_with_state(site.clone(), gate::demand_account));
    let programs = Router::new().nest("/api/v1", api::routes()).route_layer(from_fn(gate::demand_writing_token));
    let by_link = Router::new()
        .route("/subscriptions/confirm/{key}", get(subscriptions::key::question).post(subscriptions::key::answer))
        .route("/subscriptions/leave/{key}", get(subscriptions::key::way_out).post(subscriptions::key::leave));
    acting.merge(governing).merge(own).merge(programs).merge(by_link)
}

/// What signing in needs, for as long as the pages are served.
#[derive(Debug, Default)]
pub struct Desk {
    pub passwords: Passwords,
    pub limits: limit::Limits,
    /// How often receivers may be tried.
    pub trials: limit::Limits,
}

impl From<NotTaken> for Fault {
    fn from(why: NotTaken) -> Self {
        match why {
            NotTaken::Senseless(why) => Self::new(StatusCode::CONFLICT, why),
            NotTaken::Store(error) => error.into(),
        }
    }
}

/// Lets the rest of the program know what an act led to, so that whoever must be told is told at once.
pub async fn announce(app: &App, happened: Happened) {
    // Nobody listens only while the program ends, and then it is told at the next start.
    let _ = app.acts.send(happened).await;
    // A beat that nobody hears is none.
    let _ = app.beat.send(Beat::Change);
}

/// Where a browser goes after an act.
fn go(to: &str) -> Response {
    Redirect::to(to).into_response()
}

fn with_cookie(mut response: Response, cookie: &str) -> Response {
    if let Ok(cookie) = HeaderValue::from_str(cookie) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

fn with_status(mut response: Response, status: StatusCode) -> Response {
    *response.status_mut() = status;
    response
}

fn is_tls(site: &Site, headers: &axum::http::HeaderMap) -> bool {
    super::cookie::is_tls(site, headers)
}
