//! An answer, or why there is none.

use axum::Json;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::web::fault::Fault;

/// As JSON, either way.
pub fn json<T: Serialize>(answer: Result<T, Fault>) -> Response {
    match answer {
        Ok(answer) => Json(answer).into_response(),
        Err(fault) => fault.json(),
    }
}
