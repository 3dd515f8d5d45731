//! Confirming how a source is read: by who may act, with a line in the audit.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::posted::Posted;
use super::{announce, go};
use crate::model::id::SourceId;
use crate::pipeline::confirm::confirm;
use crate::web::fault::Fault;
use crate::web::router::Site;

/// Says that what a source is read as is right.
pub async fn post_confirm(State(site): State<Arc<Site>>, mut posted: Posted) -> Response {
    let Ok(source) = SourceId::parse(&posted.fields.take("source")) else {
        return Fault::new(StatusCode::UNPROCESSABLE_ENTITY, "No source is named.").page();
    };
    let compiled = site.app.compiled();
    match confirm(&site.app.store, &compiled, &source, &posted.viewer.by(), site.app.now()).await {
        Ok(happened) => {
            announce(&site.app, happened).await;
            go(&format!("/sources#{}", source.to_string().replace('/', "-")))
        }
        Err(why) => Fault::from(why).page(),
    }
}
