//! Tokens of programs, made and removed by an admin. A token is shown once, when it is made.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use jiff::SignedDuration;

use super::account::{Came, Made, scope_and_days, shown};
use super::fields::Wrong;
use super::go;
use super::posted::Posted;
use crate::model::account::Name;
use crate::pipeline::accounts;
use crate::web::fault::Fault;
use crate::web::router::Site;

/// Makes a token.
pub async fn add(State(site): State<Arc<Site>>, mut posted: Posted) -> Response {
    let given = posted.fields.take("token");
    let asked = scope_and_days(&mut posted);
    let name = Name::parse(&given).map_err(|why| Wrong::new("token", format!("{why}.")));
    let (name, (scope, days)) = match (name, asked) {
        (Ok(name), Ok(asked)) => (name, asked),
        (name, asked) => {
            let wrong = name.err().into_iter().chain(asked.err()).collect();
            return shown(&site, &posted.viewer, Came { wrong, token: given, ..Came::default() }).await;
        }
    };
    let now = site.app.now();
    let ends = days.map(|days| now + SignedDuration::from_hours(24 * days));
    match accounts::add_token(&site.app.store, &name, scope, ends, &posted.viewer.by(), now).await {
        Ok((_, secret)) => {
            let note = "It is shown only now. Programs send it as: Authorization: Bearer …";
            let what = format!("The token of {name}");
            let made = Some(Made { what, secret: secret.reveal().to_owned(), note });
            shown(&site, &posted.viewer, Came { made, ..Came::default() }).await
        }
        Err(error) => Fault::from(error).page(),
    }
}

/// Removes a token.
pub async fn remove(State(site): State<Arc<Site>>, mut posted: Posted) -> Response {
    let id = posted.fields.take("id");
    match accounts::remove_token(&site.app.store, &id, &posted.viewer.by(), site.app.now()).await {
        Ok(_) => go("/accounts"),
        Err(error) => Fault::from(error).page(),
    }
}
