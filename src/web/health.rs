//! Whether the process lives, and whether it knows enough to be asked.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::SignedDuration;
use serde_json::json;

use super::router::Site;
use super::who::{May, Viewer};
use crate::model::incident::Health;

/// After so long it is ready although a source has not been read: it will say which.
const LONG_ENOUGH: SignedDuration = SignedDuration::from_mins(5);

/// The process lives. That says nothing about what it can see.
pub async fn alive() -> &'static str {
    "ok\n"
}

/// The store can be read, and every source has been looked at once. Which sources are missing is told only to those
/// who may see the pages.
pub async fn ready(State(site): State<Arc<Site>>) -> Response {
    let compiled = site.app.compiled();
    let now = site.app.now();
    let scene = match site.app.store.scene(&compiled.polled(), now).await {
        Ok(scene) => scene,
        Err(error) => {
            tracing::error!(%error, "the store cannot be read");
            return answer(false, &["the store cannot be read".to_owned()]);
        }
    };
    let unread: Vec<String> = scene
        .world
        .sources
        .iter()
        .filter(|(_, health)| **health == Health::NeverRead)
        .map(|(id, _)| format!("{id} has not been looked at yet"))
        .collect();
    let is_ready = unread.is_empty() || now.duration_since(site.app.started) >= LONG_ENOUGH;
    let told = if Viewer::now().may >= May::Read || unread.is_empty() {
        unread
    } else {
        vec![format!("{} sources have not been looked at yet", unread.len())]
    };
    let wrong = site.app.condition.borrow().audited.as_ref().map(|a| a.wrong.clone()).unwrap_or_default();
    let wrong = if Viewer::now().may >= May::Read || wrong.is_empty() {
        wrong
    } else {
        vec![format!("{} things are not well with Bellwether itself", wrong.len())]
    };
    answer_with(is_ready, &told, &wrong)
}

fn answer(is_ready: bool, missing: &[String]) -> Response {
    answer_with(is_ready, missing, &[])
}

/// `wrong` is what the last look at ourselves found: it answers all the same, so it is ready.
fn answer_with(is_ready: bool, missing: &[String], wrong: &[String]) -> Response {
    let status = if is_ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let mut body = json!({"ready": is_ready, "missing": missing});
    if !wrong.is_empty() {
        body["wrong"] = json!(wrong);
    }
    (status, Json(body)).into_response()
}
