//! The subscriptions that people make themselves: one's own, with what each means and what it would have told; and for an
//! admin those of all. There is no script: "what does it mean" is a button that shows the form again.

pub mod act;
pub mod form;
pub mod key;
pub mod program;

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use self::form::{Draft, Offer};
use super::fields::Wrong;
use super::shell::Shell;
use super::with_status;
use crate::alerting::wish;
use crate::model::own::{Choice, KEY_LASTS, Own, Owner, Standing};
use crate::pipeline::compiled::Compiled;
use crate::pipeline::own::{Actor, past};
use crate::store::StoreError;
use crate::web::fault::{self, Fault};
use crate::web::router::Site;
use crate::web::view::When;
use crate::web::who::{May, Viewer, Way};

/// Subscriptions of others that an admin is shown.
const MOST: usize = 500;

/// One subscription, for its owner or an admin.
struct Card {
    id: String,
    address: String,
    owner: String,
    state: &'static str,
    tells: bool,
    means: Vec<String>,
    gone: Vec<String>,
    past: usize,
    asked: When,
    until: When,
    locked: Option<(String, When)>,
    wants_out: Option<When>,
    is_left: bool,
    is_waiting: bool,
    is_paused: bool,
}

/// What a draft means, for who asked to see it.
pub struct Seen {
    pub means: Vec<String>,
    pub past: usize,
}

#[derive(Template)]
#[template(path = "desk/subscriptions.html")]
struct Page {
    shell: Shell,
    mine: Vec<Card>,
    others: Vec<Card>,
    is_admin: bool,
    has_page: bool,
    offer: Offer,
    draft: Draft,
    seen: Option<Seen>,
    wrong: Vec<Wrong>,
}

#[derive(Template)]
#[template(path = "desk/subscription.html")]
struct One {
    shell: Shell,
    card: Card,
    may_change: bool,
    offer: Offer,
    draft: Draft,
    seen: Option<Seen>,
    wrong: Vec<Wrong>,
}

impl Page {
    fn why(&self, field: &str) -> Option<&str> {
        why(&self.wrong, field)
    }
}

impl One {
    fn why(&self, field: &str) -> Option<&str> {
        why(&self.wrong, field)
    }
}

fn why<'a>(wrong: &'a [Wrong], field: &str) -> Option<&'a str> {
    wrong.iter().find(|wrong| wrong.field == field).map(|wrong| wrong.why.as_str())
}

/// Who acts, as the steps know it.
pub fn actor(viewer: &Viewer) -> Actor {
    let owner = (!viewer.owner.is_empty()).then(|| Owner { key: viewer.owner.clone(), name: viewer.name.clone() });
    Actor { by: viewer.by(), owner, is_admin: viewer.way == Way::Session && viewer.may >= May::Govern }
}

/// Whether a subscription is this viewer's own.
pub fn is_own(own: &Own, viewer: &Viewer) -> bool {
    own.owner.as_ref().is_some_and(|owner| owner.key == viewer.owner)
}

/// What a choice means.
pub fn means(compiled: &Compiled, choice: &Choice) -> Vec<String> {
    wish::summary(choice, &compiled.inventory, |id| compiled.vendor_name(id), &compiled.time_zone, true)
}

/// What a choice names that the inventory does not know any more.
pub fn gone(compiled: &Compiled, choice: &Choice) -> Vec<String> {
    wish::gone(choice, &compiled.inventory, |vendor| compiled.graph.needs(vendor))
}

/// What a draft means, and what it would have told.
pub async fn see(site: &Site, choice: &Choice) -> Result<Seen, StoreError> {
    let compiled = site.app.compiled();
    let told = past::would_have_told(&site.app.store, &compiled, &[choice], site.app.now()).await?;
    Ok(Seen { means: means(&compiled, choice), past: told.first().copied().unwrap_or(0) })
}

/// One's own, and for an admin all.
pub async fn page(State(site): State<Arc<Site>>) -> Response {
    let draft = Draft::empty(&site.app.compiled());
    shown(&site, &Viewer::now(), draft, Vec::new(), None).await
}

/// The page, with what was filled in and what came of it.
pub async fn shown(site: &Site, viewer: &Viewer, draft: Draft, wrong: Vec<Wrong>, seen: Option<Seen>) -> Response {
    let status = if wrong.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let compiled = site.app.compiled();
    let is_admin = actor(viewer).is_admin;
    let read = async {
        let all = site.app.store.owns().await?;
        let (mine, others): (Vec<Own>, Vec<Own>) = all.into_iter().partition(|own| is_own(own, viewer));
        let others: Vec<Own> = others.into_iter().filter(|_| is_admin).take(MOST).collect();
        let shell = Shell::new(site, viewer, "/subscriptions");
        let mine = cards(site, &compiled, &shell, &mine).await?;
        let others = cards(site, &compiled, &shell, &others).await?;
        Ok::<_, StoreError>((shell, mine, others))
    };
    match read.await {
        Ok((shell, mine, others)) => {
            let offer = Offer::of(&compiled, &draft);
            let has_page = compiled.page.is_some();
            let page = Page { shell, mine, others, is_admin, has_page, offer, draft, seen, wrong };
            with_status(fault::html(&page), status)
        }
        Err(error) => Fault::from(error).page(),
    }
}

async fn cards(site: &Site, compiled: &Compiled, shell: &Shell, owns: &[Own]) -> Result<Vec<Card>, StoreError> {
    let choices: Vec<&Choice> = owns.iter().map(|own| &own.choice).collect();
    let told = past::would_have_told(&site.app.store, compiled, &choices, site.app.now()).await?;
    Ok(owns.iter().zip(told).map(|(own, past)| card(site, compiled, shell, own, past)).collect())
}

fn card(site: &Site, compiled: &Compiled, shell: &Shell, own: &Own, past: usize) -> Card {
    let standing = own.standing(site.app.now());
    Card {
        id: own.id.to_string(),
        address: own.address.to_string(),
        owner: own.owner.as_ref().map_or_else(|| "an address alone".to_owned(), |owner| owner.name.clone()),
        state: match standing {
            Standing::Unconfirmed => "waits to be confirmed",
            Standing::Expired => "was not confirmed in time",
            Standing::Holds => "tells",
            Standing::Paused => "paused: tells nothing",
            Standing::Left => "left",
        },
        tells: standing == Standing::Holds,
        means: means(compiled, &own.choice),
        gone: gone(compiled, &own.choice),
        past,
        asked: shell.when(own.asked),
        until: shell.when(own.asked + KEY_LASTS),
        locked: own.locked.as_ref().map(|(who, since)| (who.clone(), shell.when(*since))),
        wants_out: own.wants_out.map(|at| shell.when(at)),
        is_left: matches!(standing, Standing::Left | Standing::Expired),
        is_waiting: standing == Standing::Unconfirmed,
        is_paused: standing == Standing::Paused,
    }
}

/// One of them, to be changed.
pub async fn one(State(site): State<Arc<Site>>, Path(id): Path<String>) -> Response {
    one_page(&site, &Viewer::now(), &id, None, Vec::new(), None).await
}

/// That page, with what was filled in and what came of it.
pub async fn one_page(
    site: &Site,
    viewer: &Viewer,
    id: &str,
    draft: Option<Draft>,
    wrong: Vec<Wrong>,
    seen: Option<Seen>,
) -> Response {
    let status = if wrong.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let compiled = site.app.compiled();
    let is_admin = actor(viewer).is_admin;
    let read = async {
        let all = site.app.store.owns().await?;
        let own = all.into_iter().find(|own| own.id.as_str() == id && (is_admin || is_own(own, viewer)));
        let Some(own) = own else { return Ok(None) };
        let shell = Shell::new(site, viewer, &format!("/subscriptions/{id}"));
        let card = cards(site, &compiled, &shell, std::slice::from_ref(&own)).await?.pop();
        Ok::<_, StoreError>(card.map(|card| (shell, card, own)))
    };
    match read.await {
        Ok(Some((shell, card, own))) => {
            let draft = draft.unwrap_or_else(|| Draft::of(&own, &compiled));
            let offer = Offer::of(&compiled, &draft);
            let may_change = !card.is_left && (is_admin || card.locked.is_none());
            with_status(fault::html(&One { shell, card, may_change, offer, draft, seen, wrong }), status)
        }
        Ok(None) => Fault::nothing("There is no such subscription of yours.").page(),
        Err(error) => Fault::from(error).page(),
    }
}
