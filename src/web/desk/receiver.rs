//! Trying a receiver from the page: by who may act, not too often, with a line in the audit, and with the answer of the
//! far side on the page that comes back.

use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::posted::Posted;
use super::shell::Shell;
use crate::model::id::ReceiverId;
use crate::pipeline::trial::{self, Outcome, Sender};
use crate::web::App;
use crate::web::fault::{self, Fault};
use crate::web::router::Site;

/// How long the page waits for the far side: a little less than the browser is kept waiting at the most.
const PATIENCE: Duration = Duration::from_secs(12);

#[derive(Template)]
#[template(path = "desk/tried.html")]
struct Tried {
    shell: Shell,
    receiver: String,
    place: String,
    is_taken: bool,
    what: String,
    said: String,
}

/// Sends a test message and says what came of it.
pub async fn post_test(State(site): State<Arc<Site>>, mut posted: Posted) -> Response {
    let Ok(receiver) = ReceiverId::parse(&posted.fields.take("receiver")) else {
        return Fault::new(StatusCode::UNPROCESSABLE_ENTITY, "No receiver is named.").page();
    };
    let ways = site.app.ways.borrow().clone();
    let Some(known) = ways.receivers.get(&receiver) else {
        let what = format!("subscriptions.toml has no receiver {receiver}.");
        return Fault::new(StatusCode::NOT_FOUND, what).page();
    };
    let by = posted.viewer.by();
    if let Err(wait) = site.desk.trials.try_once(receiver.as_str(), &by.origin, site.app.now()) {
        let what = format!("{receiver} was tried often enough: wait {} s, for it reaches people.", wait.as_secs() + 1);
        return Fault::new(StatusCode::TOO_MANY_REQUESTS, what).page();
    }
    if let Err(error) = trial::audit(&site.app.store, &receiver, &by, site.app.now()).await {
        return Fault::from(error).page();
    }
    let (sender, salt) = (sender(&site.app), uuid::Uuid::now_v7().simple().to_string());
    // The time outside: it is a far side's clock that judges signatures.
    let tried = trial::try_receiver(&ways, &sender, &receiver, &salt, jiff::Timestamp::now());
    let (is_taken, what, said) = match tokio::time::timeout(PATIENCE, tried).await {
        Ok(outcome) => words(outcome),
        Err(_) => (false, "No answer yet. It may have arrived all the same.", too_slow()),
    };
    let place = super::super::page::deliveries::masked(&known.address());
    let shell = Shell::new(&site, &posted.viewer, "/deliveries");
    fault::html(&Tried { shell, receiver: receiver.to_string(), place, is_taken, what: what.to_owned(), said })
}

fn too_slow() -> String {
    format!("It took longer than {} s; `bellwether receivers test` waits to the end.", PATIENCE.as_secs())
}

fn words(outcome: Outcome) -> (bool, &'static str, String) {
    match outcome {
        Outcome::Delivered(answer) => (true, "The far side took it.", answer),
        Outcome::Later(why) => (false, "It was not delivered. A real message would be tried again.", why),
        Outcome::Never(why) => (false, "It was not delivered. A real message would be given up.", why),
        Outcome::Unmade(why) => (false, "No message could be made.", why),
    }
}

fn sender(app: &App) -> Sender {
    let compiled = app.compiled();
    Sender {
        organisation: compiled.organisation.clone(),
        time_zone: compiled.time_zone.clone(),
        page: compiled.page.clone(),
        sites: compiled.inventory.sites.len(),
    }
}
