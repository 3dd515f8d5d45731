//! The way in for a screen on a wall: a link with a token of its own, which opens the wallboard and its stream, to read,
//! and nothing else.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{self, HeaderMap, HeaderValue};
use axum::http::{StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};

use super::fault::{self, Fault};
use super::gate;
use super::router::Site;
use super::token::Token;

const COOKIE: &str = "bellwether-wall";

/// Answers a screen that shows the kiosk token, or has shown it; and everybody who may see the other pages.
pub async fn demand(State(site): State<Arc<Site>>, request: Request, next: Next) -> Response {
    let Some(kiosk) = site.app.token.as_ref().and_then(Token::kiosk) else {
        return gate::demand_read(State(site), request, next).await;
    };
    if let Some(given) = given(request.uri()) {
        return if kiosk.is(&given) { let_in(&site, kiosk) } else { wrong(&site, request.uri()) };
    }
    if has_pass(request.headers(), kiosk) {
        return next.run(request).await;
    }
    gate::demand_read(State(site), request, next).await
}

/// The token in the address: `/wall?kiosk=…`.
fn given(uri: &Uri) -> Option<String> {
    let mut pairs = url::form_urlencoded::parse(uri.query()?.as_bytes());
    pairs.find(|(key, _)| key == "kiosk").map(|(_, value)| value.into_owned())
}

fn has_pass(headers: &HeaderMap, kiosk: &Token) -> bool {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|v| v.to_str().ok());
    let mut pairs = cookies.flat_map(|c| c.split(';')).filter_map(|c| c.trim().split_once('='));
    pairs.any(|(name, value)| name == COOKIE && kiosk.is_pass(value))
}

/// The token leaves the address at once: it must not stand on the wall, nor in what a proxy logs of later requests.
/// `Lax`, since the link may be followed from a mail or a signage system of another site.
fn let_in(site: &Site, kiosk: &Token) -> Response {
    let is_tls = site.app.compiled().page.as_deref().is_some_and(|page| page.starts_with("https://"));
    let secure = if is_tls { "; Secure" } else { "" };
    let pass = kiosk.pass();
    let cookie = format!("{COOKIE}={pass}; Path=/wall; HttpOnly; SameSite=Lax; Max-Age=31536000{secure}");
    let mut response = Redirect::to("/wall").into_response();
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}

fn wrong(site: &Site, uri: &Uri) -> Response {
    let is_too_many = site.kiosk_tries.is_one_too_many(site.app.now().as_second() / 60);
    let fault = if is_too_many {
        Fault::new(StatusCode::TOO_MANY_REQUESTS, "Too many wrong tokens. Wait a minute.")
    } else {
        Fault::new(StatusCode::UNAUTHORIZED, "That is not the token of the wallboard, [server] kiosk.")
    };
    fault::answer(uri, &fault)
}
