//! The cookies that we set. Over TLS their names begin with `__Host-`, which no other host and no page without TLS can
//! set; a cookie under the other name is not believed there.

use axum::http::header::{self, HeaderMap};

use super::router::Site;

/// The pass of a browser that signed in with the token of the configuration.
pub const PASS: &str = "bellwether";
/// A session.
pub const SESSION: &str = "bellwether-session";
/// A browser that has not signed in, so that a form is known to be its own.
pub const VISITOR: &str = "bellwether-visitor";

/// Whether this request comes to us through TLS: our page is `https`, and it was asked for by its name.
pub fn is_tls(site: &Site, headers: &HeaderMap) -> bool {
    let Some(page) = site.app.compiled().page.as_deref().and_then(|page| url::Url::parse(page).ok()) else {
        return false;
    };
    let host = headers.get(header::HOST).and_then(|h| h.to_str().ok());
    let host = host.and_then(|host| url::Url::parse(&format!("https://{host}/")).ok());
    page.scheme() == "https" && host.is_some_and(|host| host.host_str() == page.host_str())
}

fn named(name: &str, is_tls: bool) -> String {
    if is_tls { format!("__Host-{name}") } else { name.to_owned() }
}

/// The values of every cookie of this name.
pub fn all(headers: &HeaderMap, name: &str) -> Vec<String> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|v| v.to_str().ok());
    let pairs = cookies.flat_map(|c| c.split(';')).filter_map(|c| c.trim().split_once('='));
    pairs.filter(|(given, _)| *given == name).map(|(_, value)| value.to_owned()).collect()
}

/// The value of a cookie of ours. Two of them are none: one was put there by somebody else.
pub fn read(headers: &HeaderMap, name: &str, is_tls: bool) -> Option<String> {
    match all(headers, &named(name, is_tls)).as_slice() {
        [one] if one.len() == 64 => Some(one.clone()),
        _ => None,
    }
}

/// The secret that tells this browser from others: its session, its pass, or what was drawn for it.
pub fn secret(headers: &HeaderMap, is_tls: bool) -> Option<String> {
    let pass = || all(headers, PASS).into_iter().next();
    read(headers, SESSION, is_tls).or_else(pass).or_else(|| read(headers, VISITOR, is_tls))
}

/// What sets a cookie until the browser is closed, or for so long.
pub fn set(name: &str, value: &str, is_tls: bool, seconds: Option<i64>) -> String {
    let age = seconds.map(|seconds| format!("; Max-Age={seconds}")).unwrap_or_default();
    let secure = if is_tls { "; Secure" } else { "" };
    format!("{}={value}; Path=/; HttpOnly; SameSite=Lax{age}{secure}", named(name, is_tls))
}
