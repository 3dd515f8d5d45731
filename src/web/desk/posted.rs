//! A form that a browser of ours sent: of the right kind, with the token that we put into it. Anything else is refused
//! before it is read.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{StatusCode, header};
use axum::response::Response;

use super::fields::Fields;
use crate::model::hash;
use crate::web::fault::Fault;
use crate::web::router::Site;
use crate::web::who::Viewer;

/// The name of the field that shows that a form is our own.
pub const FORM: &str = "form";

/// What was filled in, and who did.
pub struct Posted {
    pub viewer: Viewer,
    pub fields: Fields,
}

impl FromRequest<Arc<Site>> for Posted {
    type Rejection = Response;

    async fn from_request(request: Request, state: &Arc<Site>) -> Result<Self, Response> {
        let viewer = Viewer::now();
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
        if kind.split(';').next().map(str::trim) != Some("application/x-www-form-urlencoded") {
            return Err(Fault::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "This address takes a form.").page());
        }
        let body = Bytes::from_request(request, state).await;
        let body = body.map_err(|_| Fault::new(StatusCode::PAYLOAD_TOO_LARGE, "This is too much text.").page())?;
        let mut fields = Fields::of_form(&body);
        let given = fields.take(FORM);
        if !viewer.form.as_ref().is_some_and(|form| are_equal(form, &given)) {
            let what = "This form is too old, or is not ours. Go back, load the page again, and send it once more.";
            return Err(Fault::new(StatusCode::FORBIDDEN, what).page());
        }
        Ok(Self { viewer, fields })
    }
}

/// Compares hashes: how long it takes says nothing about where the texts differ.
pub(super) fn are_equal(a: &str, b: &str) -> bool {
    hash::of(a.as_bytes()) == hash::of(b.as_bytes())
}
