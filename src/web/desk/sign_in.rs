//! Signing in and out, and one-time links. A name that nobody has takes as long as one that somebody has, and is
//! answered the same.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use serde::Deserialize;

use super::fields::Wrong;
use super::password::{self, Busy};
use super::posted::Posted;
use super::shell::Shell;
use super::{go, is_tls, with_cookie, with_status};
use crate::model::account::{Account, Name};
use crate::model::audit::{By, Deed, Entry};
use crate::pipeline::accounts::{self, SESSION_LASTS};
use crate::pipeline::hand::NotTaken;
use crate::store::account::LinkFor;
use crate::web::cookie;
use crate::web::fault::{self, Fault};
use crate::web::gate::local;
use crate::web::router::Site;
use crate::web::who::{Viewer, form_token};

const WRONG: &str = "This name and this password do not belong together.";
const BUSY: &str = "Too many people sign in at this moment. Try again in a few seconds.";

#[derive(Template)]
#[template(path = "desk/sign_in.html")]
struct Page {
    shell: Shell,
    then: String,
    name: String,
    wrong: String,
    wrong_token: String,
    has_token: bool,
    has_accounts: bool,
}

#[derive(Template)]
#[template(path = "desk/link.html")]
struct LinkPage {
    shell: Shell,
    link: String,
    /// Whose password it sets; nobody's for the first account.
    account: Option<String>,
    name: String,
    wrong: Vec<Wrong>,
}

impl LinkPage {
    fn why(&self, field: &str) -> Option<&str> {
        self.wrong.iter().find(|wrong| wrong.field == field).map(|wrong| wrong.why.as_str())
    }
}

/// Where to go afterwards.
#[derive(Debug, Deserialize)]
pub struct Asked {
    #[serde(default)]
    then: String,
}

/// What went wrong before, if anything did.
#[derive(Debug, Default)]
pub struct Said {
    pub status: Option<StatusCode>,
    pub name: String,
    pub wrong: String,
    pub wrong_token: String,
}

/// The page on which one signs in.
pub async fn page(State(site): State<Arc<Site>>, headers: HeaderMap, Query(asked): Query<Asked>) -> Response {
    form(&site, &headers, local(&asked.then), Said::default()).await
}

/// The same, after something went wrong or in place of a page that one may not see.
pub async fn form(site: &Site, headers: &HeaderMap, then: String, said: Said) -> Response {
    let (viewer, cookie) = with_form(site, headers);
    let has_accounts = match site.app.store.has_accounts().await {
        Ok(has) => has,
        Err(error) => return Fault::from(error).page(),
    };
    let page = Page {
        shell: Shell::new(site, &viewer, &then),
        then,
        name: said.name,
        wrong: said.wrong,
        wrong_token: said.wrong_token,
        has_token: site.app.token.is_some(),
        has_accounts,
    };
    let mut response = fault::html(&page);
    if let Some(status) = said.status {
        response = with_status(response, status);
    }
    match cookie {
        Some(cookie) => with_cookie(response, &cookie),
        None => response,
    }
}

/// Somebody who has no cookie yet gets one, so that his form is known to be his.
fn with_form(site: &Site, headers: &HeaderMap) -> (Viewer, Option<String>) {
    let viewer = Viewer::now();
    if viewer.form.is_some() {
        return (viewer, None);
    }
    let drawn: [u8; 32] = rand::random();
    let secret: String = drawn.iter().map(|byte| format!("{byte:02x}")).collect();
    let cookie = cookie::set(cookie::VISITOR, &secret, is_tls(site, headers), None);
    (Viewer { form: Some(form_token(&secret)), ..viewer }, Some(cookie))
}

/// Signs in with a name and a password.
pub async fn sign_in(State(site): State<Arc<Site>>, headers: HeaderMap, mut posted: Posted) -> Response {
    let (name, password) = (posted.fields.take("name"), posted.fields.take_exactly("password"));
    let then = local(&posted.fields.take("then"));
    let said = |status, wrong: &str| Said {
        status: Some(status),
        name: crate::model::text::line(&name, 64),
        wrong: wrong.to_owned(),
        wrong_token: String::new(),
    };
    match check(&site, &posted.viewer, &name, password).await {
        Ok(account) => begin(&site, &headers, &account, &posted.viewer, &then).await,
        Err(Refused::Wrong) => form(&site, &headers, then, said(StatusCode::UNAUTHORIZED, WRONG)).await,
        Err(Refused::Busy) => form(&site, &headers, then, said(StatusCode::SERVICE_UNAVAILABLE, BUSY)).await,
        Err(Refused::TooOften(seconds)) => {
            let wrong = format!("Too many tries. Wait {seconds} seconds, or ask an admin for a link.");
            let response = form(&site, &headers, then, said(StatusCode::TOO_MANY_REQUESTS, &wrong)).await;
            let mut response = response;
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
            response
        }
        Err(Refused::Fault(fault)) => fault.page(),
    }
}

enum Refused {
    Wrong,
    Busy,
    TooOften(i64),
    Fault(Fault),
}

impl From<Busy> for Refused {
    fn from(_: Busy) -> Self {
        Self::Busy
    }
}

/// Whose name and password these are. Each try counts until it is known to be right.
async fn check(site: &Site, viewer: &Viewer, given: &str, password: String) -> Result<Account, Refused> {
    let now = site.app.now();
    let name = Name::parse(given).ok();
    let folded = name.as_ref().map(Name::folded).unwrap_or_default();
    let limits = &site.desk.limits;
    limits.try_once(&folded, &viewer.origin, now).map_err(|wait| Refused::TooOften(wait.as_secs().max(1)))?;
    let known = site.app.store.account_to_sign_in(&folded).await;
    let known = known.map_err(|error| Refused::Fault(error.into()))?;
    let (account, kept) = known.map_or((None, None), |(account, kept)| (Some(account), kept));
    let is_right = site.desk.passwords.are_equal(password, kept).await?;
    if let Some(account) = account.clone().filter(|_| is_right) {
        limits.give_back(&folded, &viewer.origin);
        return Ok(account);
    }
    if limits.is_audited(now) {
        // Who mistypes may have typed his password for his name: only names that there are are written down.
        let about = account.map_or_else(|| "a name that nobody has".to_owned(), |account| account.name.to_string());
        let by = By { who: "somebody".to_owned(), origin: viewer.origin.clone() };
        let line = Entry::of(now, &by, Deed::SignInFailed, about);
        site.app.store.put_audit(&line).await.map_err(|error| Refused::Fault(error.into()))?;
    }
    Err(Refused::Wrong)
}

/// Begins a session under a new secret, whatever the browser came with.
async fn begin(site: &Site, headers: &HeaderMap, account: &Account, viewer: &Viewer, then: &str) -> Response {
    let is_tls = is_tls(site, headers);
    let before = cookie::read(headers, cookie::SESSION, is_tls);
    let by = By { who: account.name.to_string(), origin: viewer.origin.clone() };
    let now = site.app.now();
    match accounts::begin_session(&site.app.store, account, before.as_deref(), &by, now).await {
        Ok(session) => {
            let age = Some(SESSION_LASTS.as_secs());
            let response = with_cookie(go(then), &cookie::set(cookie::SESSION, session.reveal(), is_tls, age));
            with_cookie(response, &cookie::set(cookie::VISITOR, "", is_tls, Some(0)))
        }
        Err(error) => Fault::from(error).page(),
    }
}

/// Ends the session, here and in the browser.
pub async fn sign_out(State(site): State<Arc<Site>>, headers: HeaderMap, posted: Posted) -> Response {
    let is_tls = is_tls(&site, &headers);
    if let Some(secret) = cookie::read(&headers, cookie::SESSION, is_tls)
        && let Err(error) = accounts::end_session(&site.app.store, &secret, &posted.viewer.by(), site.app.now()).await
    {
        return Fault::from(error).page();
    }
    let pass = format!("{}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0", cookie::PASS);
    with_cookie(with_cookie(go("/"), &cookie::set(cookie::SESSION, "", is_tls, Some(0))), &pass)
}

/// The page behind a one-time link. To look at it does not use it: mail programs look too.
pub async fn link(State(site): State<Arc<Site>>, headers: HeaderMap, Path(link): Path<String>) -> Response {
    link_page(&site, &headers, link, String::new(), Vec::new()).await
}

async fn link_page(site: &Site, headers: &HeaderMap, link: String, name: String, wrong: Vec<Wrong>) -> Response {
    let (viewer, cookie) = with_form(site, headers);
    let good_for = match accounts::look_at_link(&site.app.store, &link, site.app.now()).await {
        Ok(Some(good_for)) => good_for,
        Ok(None) => return gone(),
        Err(error) => return Fault::from(error).page(),
    };
    let account = match good_for {
        LinkFor::First => None,
        LinkFor::Password(account) => Some(account.name.to_string()),
    };
    let status = if wrong.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = LinkPage { shell: Shell::new(site, &viewer, "/"), link, account, name, wrong };
    let response = with_status(fault::html(&page), status);
    match cookie {
        Some(cookie) => with_cookie(response, &cookie),
        None => response,
    }
}

fn gone() -> Response {
    let what = "This link was used already, or is older than a day. `bellwether accounts link` makes the first one anew, \
                `bellwether accounts reset NAME` one for an account.";
    Fault::new(StatusCode::GONE, what).page()
}

/// Uses a one-time link, and signs in.
pub async fn use_link(
    State(site): State<Arc<Site>>,
    headers: HeaderMap,
    Path(link): Path<String>,
    mut posted: Posted,
) -> Response {
    let (given, password) = (posted.fields.take("name"), posted.fields.take_exactly("password"));
    let again = posted.fields.take_exactly("again");
    let good_for = match accounts::look_at_link(&site.app.store, &link, site.app.now()).await {
        Ok(Some(good_for)) => good_for,
        Ok(None) => return gone(),
        Err(error) => return Fault::from(error).page(),
    };
    let first = matches!(good_for, LinkFor::First).then(|| Name::parse(&given));
    let name = match &good_for {
        LinkFor::First => given.clone(),
        LinkFor::Password(account) => account.name.to_string(),
    };
    let mut wrong = fit(&password, &again, &name);
    if let Some(Err(why)) = &first {
        wrong.insert(0, Wrong::new("name", format!("{why}.")));
    }
    if !wrong.is_empty() {
        return link_page(&site, &headers, link, given, wrong).await;
    }
    let Ok(hash) = site.desk.passwords.hash(password).await else {
        return Fault::new(StatusCode::SERVICE_UNAVAILABLE, BUSY).page();
    };
    let (store, origin, now) = (&site.app.store, &posted.viewer.origin, site.app.now());
    let first = first.and_then(Result::ok);
    match accounts::use_link(store, &link, first.as_ref(), &hash, origin, now).await {
        Ok(account) => begin(&site, &headers, &account, &posted.viewer, "/").await,
        Err(NotTaken::Senseless(_)) => gone(),
        Err(NotTaken::Store(error)) => Fault::from(error).page(),
    }
}

/// What is wrong with a new password.
pub fn fit(password: &str, again: &str, name: &str) -> Vec<Wrong> {
    let mut wrong = Vec::new();
    if let Err(why) = password::must_be_fit(password, name) {
        wrong.push(Wrong::new("password", why));
    } else if password != again {
        wrong.push(Wrong::new("again", "This is not the same as above."));
    }
    wrong
}
