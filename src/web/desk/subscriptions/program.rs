//! Subscriptions for programs: what a token made is its own; an admin who is signed in reads all.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::super::api::{Sent, refused};
use super::super::fields::Wrong;
use super::form::Draft;
use super::{actor, gone, is_own, means};
use crate::model::own::Own;
use crate::model::published::time;
use crate::pipeline::compiled::Compiled;
use crate::pipeline::hand::NotTaken;
use crate::pipeline::own::{self, Act};
use crate::web::fault::Fault;
use crate::web::router::Site;
use crate::web::who::Viewer;

fn published(own: &Own, compiled: &Compiled, now: jiff::Timestamp) -> Value {
    json!({
        "id": own.id, "address": own.address.as_str(), "owner": own.owner.as_ref().map(|owner| owner.name.as_str()),
        "state": own.standing(now).word(), "choice": own.choice, "means": means(compiled, &own.choice),
        "gone": gone(compiled, &own.choice), "asked": time(own.asked), "confirmed": own.confirmed.map(time),
        "paused": own.paused.map(time), "left": own.left.map(time),
        "locked_by": own.locked.as_ref().map(|(who, _)| who.as_str()), "wants_out": own.wants_out.map(time),
    })
}

/// One's own; all for an admin.
pub async fn list(State(site): State<Arc<Site>>) -> Response {
    let viewer = Viewer::now();
    let is_admin = actor(&viewer).is_admin;
    if viewer.owner.is_empty() {
        let what = "Only who has an account or a token of its own has subscriptions of its own.";
        return Fault::new(StatusCode::FORBIDDEN, what).json();
    }
    let (compiled, now) = (site.app.compiled(), site.app.now());
    match site.app.store.owns().await {
        Ok(all) => {
            let shown = all.iter().filter(|own| is_admin || is_own(own, &viewer));
            let shown: Vec<Value> = shown.map(|own| published(own, &compiled, now)).collect();
            Json(json!({"version": 1, "subscriptions": shown})).into_response()
        }
        Err(error) => Fault::from(error).json(),
    }
}

/// Makes one; its address is written to, to be confirmed.
pub async fn make(State(site): State<Arc<Site>>, mut sent: Sent) -> Response {
    let (compiled, now) = (site.app.compiled(), site.app.now());
    let draft = Draft::read(&mut sent.fields, &compiled);
    let (address, choice) = match (sent.must_be_known(), draft.address(), draft.choice(&compiled)) {
        (Ok(()), Ok(address), Ok(choice)) => (address, choice),
        (known, address, choice) => {
            let choice = choice.err().unwrap_or_default();
            let wrong: Vec<Wrong> = known.err().into_iter().chain(address.err()).chain(choice).collect();
            return refused(&wrong);
        }
    };
    let made = own::ask(&site.app.store, &compiled, &address, &choice, &actor(&sent.viewer), now).await;
    answered(&compiled, made, StatusCode::CREATED, now)
}

/// Changes what one chooses: all of it, as it is made.
pub async fn change(State(site): State<Arc<Site>>, Path(id): Path<String>, mut sent: Sent) -> Response {
    let (compiled, now) = (site.app.compiled(), site.app.now());
    let draft = Draft::read(&mut sent.fields, &compiled);
    let choice = match (sent.must_be_known(), draft.choice(&compiled)) {
        (Ok(()), Ok(choice)) => choice,
        (known, choice) => {
            let choice = choice.err().unwrap_or_default();
            return refused(&known.err().into_iter().chain(choice).collect::<Vec<_>>());
        }
    };
    let act = Act::Change(Box::new(choice));
    let changed = own::act(&site.app.store, &id, act, &actor(&sent.viewer), now).await;
    answered(&compiled, changed, StatusCode::OK, now)
}

/// Leaves one.
pub async fn leave(State(site): State<Arc<Site>>, Path(id): Path<String>, sent: Sent) -> Response {
    let (compiled, now) = (site.app.compiled(), site.app.now());
    let left = own::act(&site.app.store, &id, Act::Leave, &actor(&sent.viewer), now).await;
    answered(&compiled, left, StatusCode::OK, now)
}

fn answered(compiled: &Compiled, came: Result<Own, NotTaken>, status: StatusCode, now: jiff::Timestamp) -> Response {
    match came {
        Ok(own) => {
            (status, Json(json!({"version": 1, "subscription": published(&own, compiled, now)}))).into_response()
        }
        Err(NotTaken::Senseless(why)) if why.starts_with("there is no subscription") => Fault::nothing(&why).json(),
        Err(why) => Fault::from(why).json(),
    }
}
