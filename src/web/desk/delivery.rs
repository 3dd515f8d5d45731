//! Having messages that were given up tried once more: by who may act, with a line in the audit.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;

use super::go;
use super::posted::Posted;
use crate::pipeline::replay::replay;
use crate::web::fault::Fault;
use crate::web::router::Site;

/// Tries one message once more, or, where none is named, all that were given up.
pub async fn post_retry(State(site): State<Arc<Site>>, mut posted: Posted) -> Response {
    let id = posted.fields.take("id");
    let (ids, since) = if id.is_empty() { (Vec::new(), Some(jiff::Timestamp::UNIX_EPOCH)) } else { (vec![id], None) };
    match replay(&site.app.store, &ids, since, &posted.viewer.by(), site.app.now()).await {
        Ok(_) => go("/deliveries"),
        Err(why) => Fault::from(why).page(),
    }
}
