//! Who asks, and what he may: by a session's cookie, a token, the token of the configuration, or nobody at all. Decided
//! once for each request, before anything else; what is not allowed here is denied.

use std::net::SocketAddr;

use axum::extract::Request;
use axum::http::header::{self, HeaderMap};

use super::cookie;
use super::router::Site;
use crate::model::account::{Role, Scope};
use crate::model::audit::By;
use crate::model::hash::Hasher;
use crate::pipeline::{accounts, own};
use crate::store::StoreError;

/// What somebody may. Each may what the one before it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum May {
    /// Nothing but sign in.
    Nothing,
    Read,
    /// Act on incidents.
    Act,
    /// Look after accounts, tokens and the audit.
    Govern,
}

/// How somebody came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// By nothing.
    None,
    /// By the token of the configuration, which is nobody's own.
    Shared,
    /// By an account, in a browser.
    Session,
    /// By a token of its own: a program.
    Token,
}

/// Where a connection comes from.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub SocketAddr);

/// Who asks.
#[derive(Debug, Clone)]
pub struct Viewer {
    /// The name of the account or the token.
    pub name: String,
    pub may: May,
    pub way: Way,
    /// By what things of his own are known; empty for who has none.
    pub owner: String,
    /// The network address.
    pub origin: String,
    /// What a form must bring along, made from the browser's own cookie; none where it has no cookie yet.
    pub form: Option<String>,
}

tokio::task_local! {
    /// Who asks, for as long as one answer is made. Every page shows it, and none takes it along.
    static VIEWER: Viewer;
}

impl Viewer {
    /// Whoever asks now; nobody, outside of an answer.
    pub fn now() -> Self {
        VIEWER.try_with(Clone::clone).unwrap_or_else(|_| Self::nobody(May::Nothing, String::new()))
    }

    /// Makes an answer to this viewer.
    pub async fn answered<F: Future>(self, answer: F) -> F::Output {
        VIEWER.scope(self, answer).await
    }

    /// As the audit names it.
    pub fn by(&self) -> By {
        By { who: self.name.clone(), origin: self.origin.clone() }
    }

    fn nobody(may: May, origin: String) -> Self {
        Self { name: String::new(), may, way: Way::None, owner: String::new(), origin, form: None }
    }
}

/// Why nobody is let in: what came along is no longer good.
pub enum Unknown {
    /// The token after `Bearer` opens nothing.
    Token,
    /// The store cannot say.
    Store(StoreError),
}

impl From<StoreError> for Unknown {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// Finds out who asks.
pub async fn who(site: &Site, headers: &HeaderMap, origin: String) -> Result<Viewer, Unknown> {
    let nobody = Viewer::nobody(if site.app.token.is_some() { May::Nothing } else { May::Read }, origin);
    if let Some(given) = bearer(headers) {
        return by_token(site, given, nobody).await;
    }
    let is_tls = cookie::is_tls(site, headers);
    let form = cookie::secret(headers, is_tls).map(|secret| form_token(&secret));
    let nobody = Viewer { form, ..nobody };
    if let Some(secret) = cookie::read(headers, cookie::SESSION, is_tls)
        && let Some(session) = accounts::session(&site.app.store, &secret, site.app.now()).await?
    {
        let may = match session.account.role {
            Role::Viewer => May::Read,
            Role::Operator => May::Act,
            Role::Admin => May::Govern,
        };
        let (name, owner) = (session.account.name.to_string(), own::account_key(&session.account.id));
        return Ok(Viewer { name, may, way: Way::Session, owner, ..nobody });
    }
    let passes = cookie::all(headers, cookie::PASS);
    let is_pass = site.app.token.as_ref().is_some_and(|token| passes.iter().any(|pass| token.is_pass(pass)));
    if is_pass { Ok(Viewer { may: May::Read, way: Way::Shared, ..nobody }) } else { Ok(nobody) }
}

async fn by_token(site: &Site, given: &str, nobody: Viewer) -> Result<Viewer, Unknown> {
    if site.app.token.as_ref().is_some_and(|token| token.is(given)) {
        // It is nobody's own, and an act needs an author.
        return Ok(Viewer { may: May::Read, way: Way::Shared, ..nobody });
    }
    let token = accounts::token(&site.app.store, given.trim(), site.app.now()).await?.ok_or(Unknown::Token)?;
    let may = match token.scope {
        Scope::Read => May::Read,
        Scope::Write => May::Act,
    };
    let owner = own::token_key(&token.id);
    Ok(Viewer { name: token.name.to_string(), may, way: Way::Token, owner, ..nobody })
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let given = headers.get(header::AUTHORIZATION)?.to_str().unwrap_or("");
    Some(given.split_once(' ').filter(|(way, _)| way.eq_ignore_ascii_case("bearer")).map_or("", |(_, token)| token))
}

/// What a form must bring along that was made for the browser with this secret in its cookie.
pub fn form_token(secret: &str) -> String {
    Hasher::default().part("bellwether form 1").part(secret).hex(64)
}

/// The address that somebody asks from. A proxy on this machine says whom it asks for; nobody else is believed.
pub fn origin(request: &Request) -> String {
    let Some(Peer(peer)) = request.extensions().get::<Peer>() else { return "unknown".to_owned() };
    let forwarded = request.headers().get("x-forwarded-for").and_then(|v| v.to_str().ok());
    let last = forwarded.and_then(|all| all.rsplit(',').next()).and_then(|one| one.trim().parse().ok());
    let ip: std::net::IpAddr = last.filter(|_| peer.ip().to_canonical().is_loopback()).unwrap_or_else(|| peer.ip());
    ip.to_canonical().to_string()
}
