//! Accounts: one's own password, and for an admin those of all. In the page nobody removes himself or takes his own role
//! away, so that an admin always stays.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use jiff::Timestamp;

use super::fields::Wrong;
use super::posted::Posted;
use super::shell::Shell;
use super::sign_in::fit;
use super::{go, is_tls, with_cookie, with_status};
use crate::model::account::{Account, Name, Role, Scope};
use crate::pipeline::accounts::{self, Once};
use crate::pipeline::hand::NotTaken;
use crate::store::StoreError;
use crate::web::cookie;
use crate::web::fault::{self, Fault};
use crate::web::router::Site;
use crate::web::view::When;
use crate::web::who::Viewer;

/// What was made just now and is shown this once.
pub struct Made {
    pub what: String,
    pub secret: String,
    pub note: &'static str,
}

/// What went wrong, or came of it.
#[derive(Default)]
pub struct Came {
    pub made: Option<Made>,
    pub wrong: Vec<Wrong>,
    pub name: String,
    pub token: String,
}

struct Row {
    name: String,
    role: &'static str,
    is_self: bool,
    state: &'static str,
    made: When,
    signed_in: Option<When>,
}

struct TokenRow {
    id: String,
    name: String,
    scope: &'static str,
    made: When,
    made_by: String,
    ends: Option<When>,
    is_over: bool,
    used: Option<When>,
}

#[derive(Template)]
#[template(path = "desk/accounts.html")]
struct Page {
    shell: Shell,
    rows: Vec<Row>,
    tokens: Vec<TokenRow>,
    came: Came,
}

impl Page {
    fn why(&self, field: &str) -> Option<&str> {
        self.came.wrong.iter().find(|wrong| wrong.field == field).map(|wrong| wrong.why.as_str())
    }
}

#[derive(Template)]
#[template(path = "desk/account.html")]
struct OwnPage {
    shell: Shell,
    name: String,
    role: &'static str,
    wrong: Vec<Wrong>,
}

impl OwnPage {
    fn why(&self, field: &str) -> Option<&str> {
        self.wrong.iter().find(|wrong| wrong.field == field).map(|wrong| wrong.why.as_str())
    }
}

/// All accounts and tokens.
pub async fn page(State(site): State<Arc<Site>>) -> Response {
    shown(&site, &Viewer::now(), Came::default()).await
}

/// The page, with what came of an act.
pub async fn shown(site: &Site, viewer: &Viewer, came: Came) -> Response {
    let status = if came.wrong.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    match gather(site, viewer, came).await {
        Ok(page) => with_status(fault::html(&page), status),
        Err(error) => Fault::from(error).page(),
    }
}

async fn gather(site: &Site, viewer: &Viewer, came: Came) -> Result<Page, StoreError> {
    let shell = Shell::new(site, viewer, "/accounts");
    let now = site.app.now();
    let rows = site.app.store.accounts().await?;
    let tokens = site.app.store.api_tokens().await?;
    let over = |ends: Option<Timestamp>| ends.is_some_and(|at| at <= now);
    Ok(Page {
        rows: rows.iter().map(|account| row(&shell, account, viewer)).collect(),
        tokens: tokens
            .into_iter()
            .map(|token| TokenRow {
                id: token.id,
                name: token.name.to_string(),
                scope: token.scope.word(),
                made: shell.when(token.made),
                made_by: token.made_by,
                is_over: over(token.ends),
                ends: token.ends.map(|at| shell.when(at)),
                used: token.used.map(|at| shell.when(at)),
            })
            .collect(),
        shell,
        came,
    })
}

fn row(shell: &Shell, account: &Account, viewer: &Viewer) -> Row {
    Row {
        name: account.name.to_string(),
        role: account.role.word(),
        is_self: account.name.as_str() == viewer.name,
        state: if account.has_password { "has a password" } else { "has not set a password yet" },
        made: shell.when(account.made),
        signed_in: account.signed_in.map(|at| shell.when(at)),
    }
}

/// The address of a one-time link, as people reach us.
pub fn address(page: Option<&str>, host: Option<&str>, link: &Once) -> String {
    let here = host.map(|host| format!("http://{host}"));
    let base = page.map(str::to_owned).or(here).unwrap_or_default();
    format!("{base}/link/{}", link.reveal())
}

fn with_link(site: &Site, headers: &HeaderMap, name: &Name, link: &Once) -> Came {
    let host = headers.get("host").and_then(|h| h.to_str().ok());
    let secret = address(site.app.compiled().page.as_deref(), host, link);
    let note = "It is good for a day and for one use, and is shown only now. Send it to nobody but its owner.";
    Came {
        made: Some(Made { what: format!("The link with which {name} sets a password"), secret, note }),
        ..Came::default()
    }
}

/// Adds an account.
pub async fn add(State(site): State<Arc<Site>>, headers: HeaderMap, mut posted: Posted) -> Response {
    let (given, role) = (posted.fields.take("name"), Role::named(&posted.fields.take("role")));
    let viewer = &posted.viewer;
    let refuse =
        |field: &str, why: String| Came { wrong: vec![Wrong::new(field, why)], name: given.clone(), ..Came::default() };
    let (name, role) = match (Name::parse(&given), role) {
        (Err(why), _) => return shown(&site, viewer, refuse("name", format!("{why}."))).await,
        (Ok(_), None) => return shown(&site, viewer, refuse("role", "Choose a role.".to_owned())).await,
        (Ok(name), Some(role)) => (name, role),
    };
    let came = match accounts::add(&site.app.store, &name, role, &viewer.by(), site.app.now()).await {
        Ok(link) => with_link(&site, &headers, &name, &link),
        Err(NotTaken::Senseless(why)) => refuse("name", why),
        Err(NotTaken::Store(error)) => return Fault::from(error).page(),
    };
    shown(&site, viewer, came).await
}

/// Does something to the account that the form names.
async fn on_another(posted: &mut Posted) -> Result<Name, Fault> {
    let name = Name::parse(&posted.fields.take("name"));
    let name = name.map_err(|why| Fault::new(StatusCode::UNPROCESSABLE_ENTITY, why.to_string()))?;
    if name.folded() == posted.viewer.name.to_lowercase() {
        let what = "You cannot do this to your own account; another admin can, or `bellwether accounts`.";
        return Err(Fault::new(StatusCode::CONFLICT, what));
    }
    Ok(name)
}

/// Makes a link for an account, with which its owner sets another password.
pub async fn reset(State(site): State<Arc<Site>>, headers: HeaderMap, mut posted: Posted) -> Response {
    let made = async {
        let name = on_another(&mut posted).await?;
        let link = accounts::reset(&site.app.store, &name, &posted.viewer.by(), site.app.now()).await?;
        Ok::<_, Fault>(with_link(&site, &headers, &name, &link))
    };
    match made.await {
        Ok(came) => shown(&site, &Viewer::now(), came).await,
        Err(fault) => fault.page(),
    }
}

/// Gives an account another role.
pub async fn set_role(State(site): State<Arc<Site>>, mut posted: Posted) -> Response {
    let done = async {
        let role = Role::named(&posted.fields.take("role"));
        let role = role.ok_or_else(|| Fault::new(StatusCode::UNPROCESSABLE_ENTITY, "There is no such role."))?;
        let name = on_another(&mut posted).await?;
        Ok::<_, Fault>(accounts::set_role(&site.app.store, &name, role, &posted.viewer.by(), site.app.now()).await?)
    };
    done.await.map_or_else(|fault| fault.page(), |()| go("/accounts"))
}

/// Removes an account.
pub async fn remove(State(site): State<Arc<Site>>, mut posted: Posted) -> Response {
    let done = async {
        let name = on_another(&mut posted).await?;
        Ok::<_, Fault>(accounts::remove(&site.app.store, &name, &posted.viewer.by(), site.app.now()).await?)
    };
    done.await.map_or_else(|fault| fault.page(), |()| go("/accounts"))
}

/// One's own account.
pub async fn own(State(site): State<Arc<Site>>) -> Response {
    own_page(&site, &Viewer::now(), Vec::new()).await
}

async fn own_page(site: &Site, viewer: &Viewer, wrong: Vec<Wrong>) -> Response {
    let known = site.app.store.account_to_sign_in(&viewer.name.to_lowercase()).await;
    let (account, _) = match known {
        Ok(Some(known)) => known,
        Ok(None) => return Fault::nothing("This is the page of an account, and you have none.").page(),
        Err(error) => return Fault::from(error).page(),
    };
    let status = if wrong.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let shell = Shell::new(site, viewer, "/account");
    let page = OwnPage { shell, name: account.name.to_string(), role: account.role.word(), wrong };
    with_status(fault::html(&page), status)
}

/// Sets another password of one's own. All sessions end, and this browser goes on in a new one.
pub async fn set_password(State(site): State<Arc<Site>>, headers: HeaderMap, mut posted: Posted) -> Response {
    let [before, password, again] = ["before", "password", "again"].map(|name| posted.fields.take_exactly(name));
    let viewer = &posted.viewer;
    let folded = viewer.name.to_lowercase();
    let now = site.app.now();
    let busy = || Fault::new(StatusCode::SERVICE_UNAVAILABLE, "Too many people sign in at this moment.").page();
    if site.desk.limits.try_once(&folded, &viewer.origin, now).is_err() {
        return Fault::new(StatusCode::TOO_MANY_REQUESTS, "Too many tries. Wait a minute.").page();
    }
    let (account, kept) = match site.app.store.account_to_sign_in(&folded).await {
        Ok(Some((account, kept))) => (account, kept),
        Ok(None) => return Fault::nothing("This account is gone.").page(),
        Err(error) => return Fault::from(error).page(),
    };
    let Ok(is_right) = site.desk.passwords.are_equal(before, kept).await else { return busy() };
    let mut wrong = fit(&password, &again, account.name.as_str());
    if !is_right {
        wrong.insert(0, Wrong::new("before", "This is not your password."));
    }
    if !wrong.is_empty() {
        return own_page(&site, viewer, wrong).await;
    }
    site.desk.limits.give_back(&folded, &viewer.origin);
    let Ok(hash) = site.desk.passwords.hash(password).await else { return busy() };
    let done = async {
        accounts::set_password(&site.app.store, &account, &hash, &viewer.by(), now).await?;
        accounts::begin_session(&site.app.store, &account, None, &viewer.by(), now).await
    };
    match done.await {
        Ok(session) => {
            let age = Some(accounts::SESSION_LASTS.as_secs());
            let cookie = cookie::set(cookie::SESSION, session.reveal(), is_tls(&site, &headers), age);
            with_cookie(go("/"), &cookie)
        }
        Err(error) => Fault::from(error).page(),
    }
}

/// The scope and the end that a form asks for.
pub fn scope_and_days(posted: &mut Posted) -> Result<(Scope, Option<i64>), Wrong> {
    let scope =
        Scope::named(&posted.fields.take("scope")).ok_or_else(|| Wrong::new("scope", "Choose what it may do."))?;
    let days = posted.fields.take("days");
    match days.parse::<i64>() {
        Ok(days) if (1..=3_650).contains(&days) => Ok((scope, Some(days))),
        Ok(_) | Err(_) if !days.is_empty() => Err(Wrong::new("days", "Write a number of days from 1 to 3650.")),
        Ok(_) | Err(_) => Ok((scope, None)),
    }
}
