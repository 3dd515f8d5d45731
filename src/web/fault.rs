//! What is answered when something cannot be: a page for people, an object with a message for programs. The cause of
//! a failure of ours stands in the log, under a number that the answer names, and never in the answer.

use std::any::Any;

use askama::Template;
use axum::Json;
use axum::body::Body;
use axum::http::{StatusCode, Uri, header};
use axum::response::{Html, IntoResponse, Response};
use serde_json::json;

use super::page::sign_in::Gone;
use crate::store::StoreError;

/// Why there is no answer.
#[derive(Debug, Clone)]
pub struct Fault {
    pub status: StatusCode,
    pub what: String,
}

impl Fault {
    pub fn new(status: StatusCode, what: impl Into<String>) -> Self {
        Self { status, what: what.into() }
    }

    /// Nothing is there.
    pub fn nothing(what: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, what)
    }

    /// For a program.
    pub fn json(&self) -> Response {
        (self.status, Json(json!({"version": 1, "error": {"status": self.status.as_u16(), "message": self.what}})))
            .into_response()
    }

    /// For a person.
    pub fn page(&self) -> Response {
        let mut response = html(&Gone::new(self.what.clone()));
        *response.status_mut() = self.status;
        response
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        let number = uuid::Uuid::now_v7().simple().to_string();
        let number = number.get(20..).unwrap_or("?").to_owned();
        tracing::error!(%error, number, "the store could not be read for a page");
        let what = format!("The store could not be read. The log says why, under {number}.");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, what)
    }
}

/// Whether programs ask at this address.
pub fn is_for_programs(uri: &Uri) -> bool {
    uri.path().starts_with("/api/")
        || matches!(uri.path(), "/events" | "/wall/events" | "/metrics" | "/healthz" | "/readyz")
}

/// The fault in the form that fits the address.
pub fn answer(uri: &Uri, fault: &Fault) -> Response {
    if is_for_programs(uri) { fault.json() } else { fault.page() }
}

/// There is no such page.
pub async fn not_found(uri: Uri) -> Response {
    answer(&uri, &Fault::nothing("There is nothing at this address."))
}

/// The address is there, and does something else.
pub async fn wrong_method(uri: Uri) -> Response {
    answer(&uri, &Fault::new(StatusCode::METHOD_NOT_ALLOWED, "This address is not asked like that."))
}

/// A mistake of ours: it must not take the program with it.
#[expect(clippy::needless_pass_by_value, reason = "the layer hands it over")]
pub fn panicked(panic: Box<dyn Any + Send>) -> Response<Body> {
    let why = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    tracing::error!(why = why.unwrap_or("?"), "a page could not be made");
    Fault::new(StatusCode::INTERNAL_SERVER_ERROR, "This page could not be made. The log says why.").page()
}

/// A page.
pub fn html(page: &impl Template) -> Response {
    match page.render() {
        Ok(text) => Html(text).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page could not be rendered");
            (StatusCode::INTERNAL_SERVER_ERROR, [(header::CONTENT_TYPE, "text/plain")], "This page could not be made.")
                .into_response()
        }
    }
}
