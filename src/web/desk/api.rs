//! The acts for programs: JSON, a token that may write, and an answer that names the field that is wrong. A browser's
//! cookie opens nothing here.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{FromRequest, Path, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, post};
use axum::{Json, Router};
use serde_json::{Value, json};

use super::fields::{Fields, Wrong};
use super::incident::led_to;
use super::subscriptions::program;
use super::word::Draft;
use super::{announce, silence};
use crate::model::audit::By;
use crate::model::id::IncidentId;
use crate::pipeline::acknowledge::acknowledge;
use crate::pipeline::hand::{self, NotTaken, Word};
use crate::pipeline::join;
use crate::pipeline::settle::Happened;
use crate::pipeline::silence::{end as end_of_silence, put as put_silence};
use crate::web::api::silences::SilenceShape;
use crate::web::fault::Fault;
use crate::web::router::Site;
use crate::web::who::Viewer;

/// What a program sent, and which.
pub struct Sent {
    pub viewer: Viewer,
    pub fields: Fields,
}

impl FromRequest<Arc<Site>> for Sent {
    type Rejection = Response;

    async fn from_request(request: Request, state: &Arc<Site>) -> Result<Self, Response> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
        let is_json = kind.split(';').next().map(str::trim) == Some("application/json");
        let body = Bytes::from_request(request, state).await;
        let body = body.map_err(|_| Fault::new(StatusCode::PAYLOAD_TOO_LARGE, "this is too much text").json())?;
        if !is_json && !body.is_empty() {
            let what = "send JSON, and Content-Type: application/json";
            return Err(Fault::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, what).json());
        }
        let fields = Fields::of_json(&body).map_err(|wrong| refused(&[wrong]))?;
        Ok(Self { viewer: Viewer::now(), fields })
    }
}

impl Sent {
    pub fn must_be_known(&self) -> Result<(), Wrong> {
        self.fields.unknown().map_or(Ok(()), Err)
    }
}

/// All of them.
pub fn routes() -> Router<Arc<Site>> {
    Router::new()
        .route("/incidents", post(open))
        .route("/incidents/{id}/updates", post(update))
        .route("/incidents/{id}/end", post(end))
        .route("/incidents/{id}/acknowledge", post(take).delete(let_go))
        .route("/incidents/{id}/join", post(join))
        .route("/incidents/{id}/part", post(part))
        .route("/silences", post(silence))
        .route("/silences/{id}", delete(end_silence))
        .route("/subscriptions", post(program::make))
        .route("/subscriptions/{id}", delete(program::leave).put(program::change))
}

/// What is wrong with what was sent; the first of it by itself too.
pub fn refused(wrong: &[Wrong]) -> Response {
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    let first = wrong.first().map_or(("", ""), |w| (w.field.as_str(), w.why.as_str()));
    let fields: Vec<Value> = wrong.iter().map(|w| json!({"field": w.field, "message": w.why})).collect();
    let message = if first.0.is_empty() { first.1.to_owned() } else { format!("{}: {}", first.0, first.1) };
    let error = json!({"status": status.as_u16(), "message": message, "field": first.0, "fields": fields});
    (status, Json(json!({"version": 1, "error": error}))).into_response()
}

async fn open(State(site): State<Arc<Site>>, mut sent: Sent) -> Response {
    let draft = Draft::to_open(&mut sent.fields);
    let word = draft.open(&site.app.compiled(), &sent.viewer.name, site.app.now());
    say(&site, &sent, word, StatusCode::CREATED).await
}

async fn update(State(site): State<Arc<Site>>, Path(id): Path<String>, mut sent: Sent) -> Response {
    let draft = Draft::to_go_on(&mut sent.fields);
    let word = draft.update(&IncidentId(id), &sent.viewer.name, site.app.now());
    say(&site, &sent, word, StatusCode::OK).await
}

async fn end(State(site): State<Arc<Site>>, Path(id): Path<String>, mut sent: Sent) -> Response {
    let draft = Draft::to_go_on(&mut sent.fields);
    let word = draft.end(&IncidentId(id), &sent.viewer.name, site.app.now());
    say(&site, &sent, word, StatusCode::OK).await
}

async fn say(site: &Site, sent: &Sent, word: Result<Word, Vec<Wrong>>, status: StatusCode) -> Response {
    if let Err(wrong) = sent.must_be_known() {
        return refused(&[wrong]);
    }
    let word = match word {
        Ok(word) => word,
        Err(wrong) => return refused(&wrong),
    };
    let (compiled, by, now) = (site.app.compiled(), sent.viewer.by(), site.app.now());
    match hand::take_word_by(&site.app.store, &compiled, &word, &by, now).await {
        Ok((incident, happened)) => answer(site, &incident, happened, status).await,
        Err(why) => not_taken(why),
    }
}

async fn answer(site: &Site, incident: &IncidentId, happened: Happened, status: StatusCode) -> Response {
    let (effects, told) = led_to(&happened);
    announce(&site.app, happened).await;
    let body = json!({"version": 1, "incident": incident, "effects": effects, "told": told});
    (status, Json(body)).into_response()
}

fn not_taken(why: NotTaken) -> Response {
    let fault = Fault::from(why);
    let is_missing = ["there is no incident", "there is no silence"].iter().any(|words| fault.what.starts_with(words));
    if is_missing { Fault::nothing(&fault.what).json() } else { fault.json() }
}

async fn take(State(site): State<Arc<Site>>, Path(id): Path<String>, sent: Sent) -> Response {
    care(&site, IncidentId(id), sent, true).await
}

async fn let_go(State(site): State<Arc<Site>>, Path(id): Path<String>, sent: Sent) -> Response {
    care(&site, IncidentId(id), sent, false).await
}

async fn care(site: &Site, incident: IncidentId, sent: Sent, is_taken: bool) -> Response {
    if let Err(wrong) = sent.must_be_known() {
        return refused(&[wrong]);
    }
    match acknowledge(&site.app.store, &incident, is_taken, &sent.viewer.by(), site.app.now()).await {
        Ok(_) => answer(site, &incident, Happened::default(), StatusCode::OK).await,
        Err(why) => not_taken(why),
    }
}

async fn join(State(site): State<Arc<Site>>, Path(id): Path<String>, sent: Sent) -> Response {
    let (incident, report, by) = match which(id, sent) {
        Ok(which) => which,
        Err(wrong) => return refused(&[wrong]),
    };
    let compiled = site.app.compiled();
    match join::join(&site.app.store, &compiled, &incident, &report, &by, site.app.now()).await {
        Ok(happened) => answer(&site, &incident, happened, StatusCode::OK).await,
        Err(why) => not_taken(why),
    }
}

async fn part(State(site): State<Arc<Site>>, Path(id): Path<String>, sent: Sent) -> Response {
    let (incident, report, by) = match which(id, sent) {
        Ok(which) => which,
        Err(wrong) => return refused(&[wrong]),
    };
    let compiled = site.app.compiled();
    match join::part(&site.app.store, &compiled, &incident, &report, &by, site.app.now()).await {
        Ok(happened) => answer(&site, &incident, happened, StatusCode::OK).await,
        Err(why) => not_taken(why),
    }
}

async fn silence(State(site): State<Arc<Site>>, mut sent: Sent) -> Response {
    let (compiled, now) = (site.app.compiled(), site.app.now());
    let wish = silence::Draft::of(&mut sent.fields).wish(&compiled, now);
    if let Err(wrong) = sent.must_be_known() {
        return refused(&[wrong]);
    }
    let wish = match wish {
        Ok(wish) => wish,
        Err(wrong) => return refused(&wrong),
    };
    match put_silence(&site.app.store, &compiled, &wish, &sent.viewer.by(), now).await {
        Ok((silence, effects)) => {
            announce(&site.app, Happened::default()).await;
            let shape = SilenceShape::of(&silence, now);
            let body = json!({"version": 1, "silence": shape, "silences_now": silence::lines(&effects)});
            (StatusCode::CREATED, Json(body)).into_response()
        }
        Err(why) => not_taken(why),
    }
}

async fn end_silence(State(site): State<Arc<Site>>, Path(id): Path<String>, sent: Sent) -> Response {
    if let Err(wrong) = sent.must_be_known() {
        return refused(&[wrong]);
    }
    match end_of_silence(&site.app.store, &id, &sent.viewer.by(), site.app.now()).await {
        Ok(silence) => {
            announce(&site.app, Happened::default()).await;
            Json(json!({"version": 1, "silence": SilenceShape::of(&silence, site.app.now())})).into_response()
        }
        Err(why) => not_taken(why),
    }
}

fn which(id: String, mut sent: Sent) -> Result<(IncidentId, IncidentId, By), Wrong> {
    let report = sent.fields.take("report");
    sent.must_be_known()?;
    if report.is_empty() {
        return Err(Wrong::new("report", "name the vendor’s incident"));
    }
    Ok((IncidentId(id), IncidentId(report), sent.viewer.by()))
}
