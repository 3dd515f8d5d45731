//! What stands before every answer: who may ask, from where, and the headers that keep a browser from being misled.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};

use axum::Form;
use axum::extract::{Request, State};
use axum::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use axum::http::{Method, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::cookie::PASS;
use super::desk::sign_in::{self, Said};
use super::fault::{self, Fault};
use super::router::Site;
use super::who::{self, May, Unknown, Viewer, Way};

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'";
/// Wrong tokens that are looked at in a minute; after them, nobody is let in until the minute is over.
const WRONG_A_MINUTE: u32 = 20;

/// The headers of every answer, whatever went wrong.
pub async fn head(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// Without a token, only this machine's own names are answered to: a foreign name that leads here is a page elsewhere
/// trying to read ours through the browser.
pub async fn refuse_strange_host(State(site): State<Arc<Site>>, request: Request, next: Next) -> Response {
    if site.app.token.is_some() || is_ours(host(&request), site.app.compiled().page.as_deref()) {
        return next.run(request).await;
    }
    let what = "This name is not answered to. Ask for 127.0.0.1 or localhost, or set organisation.page in config/bellwether.toml.";
    fault::answer(request.uri(), &Fault::new(StatusCode::MISDIRECTED_REQUEST, what))
}

fn host(request: &Request) -> Option<&str> {
    let named = request.headers().get(header::HOST).and_then(|h| h.to_str().ok());
    request.uri().authority().map(|a| a.as_str()).or(named)
}

fn is_ours(host: Option<&str>, page: Option<&str>) -> bool {
    let Some(url) = host.and_then(|host| url::Url::parse(&format!("http://{host}/")).ok()) else { return false };
    let ours = page.and_then(|page| url::Url::parse(page).ok());
    match url.host() {
        Some(url::Host::Ipv4(_) | url::Host::Ipv6(_)) => true,
        Some(url::Host::Domain(name)) => {
            name == "localhost" || name.ends_with(".localhost") || ours.is_some_and(|o| o.host_str() == Some(name))
        }
        None => false,
    }
}

/// Refuses what another site's page makes a browser ask: anything but looking at a page.
pub async fn refuse_foreign(request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let is_a_page = matches!(*request.method(), Method::GET | Method::HEAD)
        && !path.starts_with("/api/")
        && !matches!(path, "/events" | "/wall/events" | "/metrics");
    // Whoever has the key in a mail may leave, from wherever it is sent (RFC 8058); no cookie counts there.
    let is_one_click = path.starts_with("/subscriptions/leave/");
    if is_a_page || is_one_click || is_same_origin(&request) {
        return next.run(request).await;
    }
    let what = "A page of another site may not ask this.";
    fault::answer(request.uri(), &Fault::new(StatusCode::FORBIDDEN, what))
}

/// A browser says where a request comes from. A program says nothing, and no browser's cookie comes with it.
fn is_same_origin(request: &Request) -> bool {
    let text = |name: &str| request.headers().get(name).map(|v| v.to_str().unwrap_or("?"));
    match (text("sec-fetch-site"), text("origin")) {
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        (None, None) => true,
        (None, Some(origin)) => {
            let origin = origin.split_once("://").map(|(_, host)| host);
            origin.is_some() && origin == host(request)
        }
    }
}

/// Finds out who asks, for everything that is answered.
pub async fn admit(State(site): State<Arc<Site>>, request: Request, next: Next) -> Response {
    let origin = who::origin(&request);
    let headers = request.headers().clone();
    match who::who(&site, &headers, origin).await {
        Ok(viewer) => viewer.answered(next.run(request)).await,
        Err(Unknown::Token) => unknown(request.uri(), "This token opens nothing: it is wrong, over, or was removed."),
        Err(Unknown::Store(error)) => fault::answer(request.uri(), &error.into()),
    }
}

/// Answers only those who may read.
pub async fn demand_read(State(site): State<Arc<Site>>, request: Request, next: Next) -> Response {
    demand(&site, May::Read, request, next).await
}

/// Answers only people who may act.
pub async fn demand_act(State(site): State<Arc<Site>>, request: Request, next: Next) -> Response {
    demand(&site, May::Act, request, next).await
}

/// Answers only people who may look after accounts.
pub async fn demand_govern(State(site): State<Arc<Site>>, request: Request, next: Next) -> Response {
    demand(&site, May::Govern, request, next).await
}

/// Answers only people, whatever they may.
pub async fn demand_account(State(site): State<Arc<Site>>, request: Request, next: Next) -> Response {
    if Viewer::now().way == Way::Session {
        return next.run(request).await;
    }
    ask_to_sign_in(&site, request).await
}

/// Answers only programs with a token that may write: no browser sends one by itself.
pub async fn demand_writing_token(request: Request, next: Next) -> Response {
    let viewer = Viewer::now();
    match (viewer.way, viewer.may >= May::Act) {
        (Way::Token, true) => next.run(request).await,
        (Way::Token, false) => {
            let what = "This token may only read. `bellwether tokens add NAME --scope write` makes one that may act.";
            fault::answer(request.uri(), &Fault::new(StatusCode::FORBIDDEN, what))
        }
        (Way::None | Way::Shared | Way::Session, _) => {
            unknown(request.uri(), "A token of its own is needed to act: Authorization: Bearer bw_…")
        }
    }
}

async fn demand(site: &Site, least: May, request: Request, next: Next) -> Response {
    let viewer = Viewer::now();
    if viewer.may >= least {
        return next.run(request).await;
    }
    if viewer.way == Way::Session || viewer.way == Way::Token {
        let what = "Your account may not do this. An admin can give it another role.";
        return fault::answer(request.uri(), &Fault::new(StatusCode::FORBIDDEN, what));
    }
    if fault::is_for_programs(request.uri()) {
        return unknown(request.uri(), "A token is needed: Authorization: Bearer …");
    }
    ask_to_sign_in(site, request).await
}

/// The form to sign in, in place of the page. What was sent to it is gone, so one comes back to where it was sent from.
async fn ask_to_sign_in(site: &Site, request: Request) -> Response {
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    let then = if is_read { local(&request.uri().to_string()) } else { "/".to_owned() };
    let said = Said { status: Some(StatusCode::UNAUTHORIZED), ..Said::default() };
    let (parts, _) = request.into_parts();
    sign_in::form(site, &parts.headers, then, said).await
}

fn unknown(uri: &Uri, what: &str) -> Response {
    let mut response = fault::answer(uri, &Fault::new(StatusCode::UNAUTHORIZED, what));
    response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    response
}

/// What the small form sends.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    token: String,
    #[serde(default)]
    then: String,
}

/// Counts wrong tokens, for nobody should be able to try many.
#[derive(Debug, Default)]
pub struct SignIns {
    minute: AtomicI64,
    wrong: AtomicU32,
}

impl SignIns {
    /// Counts one that was wrong; whether there have been too many.
    pub fn is_one_too_many(&self, minute: i64) -> bool {
        let is_too_many = self.are_too_many(minute);
        self.wrong.fetch_add(1, Ordering::Relaxed);
        is_too_many
    }

    fn are_too_many(&self, minute: i64) -> bool {
        if self.minute.swap(minute, Ordering::Relaxed) != minute {
            self.wrong.store(0, Ordering::Relaxed);
        }
        self.wrong.load(Ordering::Relaxed) >= WRONG_A_MINUTE
    }
}

/// Gives a browser that knows the token a cookie.
pub async fn sign_in(State(site): State<Arc<Site>>, headers: HeaderMap, Form(asked): Form<Asked>) -> Response {
    let then = local(&asked.then);
    let Some(token) = &site.app.token else { return Redirect::to(&then).into_response() };
    let said = |status, wrong: &str| Said { status: Some(status), wrong_token: wrong.to_owned(), ..Said::default() };
    if site.sign_ins.are_too_many(site.app.now().as_second() / 60) {
        let said = said(StatusCode::TOO_MANY_REQUESTS, "Too many wrong tokens. Wait a minute.");
        return sign_in::form(&site, &headers, then, said).await;
    }
    if !token.is(&asked.token) {
        site.sign_ins.wrong.fetch_add(1, Ordering::Relaxed);
        let said = said(StatusCode::UNAUTHORIZED, "That is not the token.");
        return sign_in::form(&site, &headers, then, said).await;
    }
    let is_tls = site.app.compiled().page.as_deref().is_some_and(|page| page.starts_with("https://"));
    let secure = if is_tls { "; Secure" } else { "" };
    let pass = token.pass();
    set_cookie(&format!("{PASS}={pass}; Path=/; HttpOnly; SameSite=Strict; Max-Age=2592000{secure}"), &then)
}

fn set_cookie(cookie: &str, then: &str) -> Response {
    let mut response = Redirect::to(then).into_response();
    if let Ok(cookie) = HeaderValue::from_str(cookie) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}

/// A path of ours to go on to, never another site: what does not look like one is the first page.
pub fn local(then: &str) -> String {
    let is_a_path = then.starts_with('/') && !then.starts_with("//") && !then.contains('\\');
    let path = then.parse::<Uri>().ok().filter(|uri| is_a_path && uri.authority().is_none());
    path.filter(|uri| !uri.path().starts_with("/sign-")).map_or_else(|| "/".to_owned(), |uri| uri.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_goes_on_to_our_own_pages_only() {
        assert_eq!(local("/incidents/x?a=b"), "/incidents/x?a=b");
        for elsewhere in ["//evil.example", "https://evil.example", "/\\evil.example", "", "x", "/a\r\nb"] {
            assert_eq!(local(elsewhere), "/", "{elsewhere:?}");
        }
    }

    #[test]
    fn a_name_that_only_leads_here_is_strange() {
        for ours in ["127.0.0.1:8080", "localhost", "[::1]:8080", "10.1.2.3", "status.hospital.example:8080"] {
            assert!(is_ours(Some(ours), Some("https://status.hospital.example")), "{ours}");
        }
        for strange in ["evil.example", "localhost.evil.example", "", "a b"] {
            assert!(!is_ours(Some(strange), Some("https://status.hospital.example")), "{strange}");
        }
        assert!(!is_ours(None, None));
    }
}
