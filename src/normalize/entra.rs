//! Microsoft Entra, as far as an app signs in to it: how a token is asked for, and what is answered.
//!
//! The secret is none of this module's affair: who sends the form puts it in. From the OAuth 2.0 client credentials
//! flow of Microsoft's identity platform (`learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow`)
//! and RFC 6749, read 2026-11.

use std::time::Duration;

use serde::Deserialize;
use url::Url;

use super::field::{Field, Object, Text, Word};
use super::{Body, document, markup};
use crate::model::credentials::Cloud;
use crate::model::secret::Secret;
use crate::model::snapshot::Unreadable;
use crate::model::text;

/// The field of the form that the secret goes into.
pub const SECRET_FIELD: &str = "client_secret";

/// Longer than any real token, and what a header may hold.
const LONGEST_TOKEN: usize = 16 << 10;
/// What holds where the answer does not say how long the token lasts, and what no token is believed to outlast.
const USUAL_LIFE: Duration = Duration::from_secs(300);
const LONGEST_LIFE: Duration = Duration::from_secs(86_400);

/// The hosts of a cloud: where apps sign in, Microsoft Graph, Azure Resource Manager.
const fn hosts(cloud: Cloud) -> [&'static str; 3] {
    match cloud {
        Cloud::Public => ["login.microsoftonline.com", "graph.microsoft.com", "management.azure.com"],
        Cloud::UsGovernment => ["login.microsoftonline.us", "graph.microsoft.us", "management.usgovcloudapi.net"],
        Cloud::UsGovernmentDod => {
            ["login.microsoftonline.us", "dod-graph.microsoft.us", "management.usgovcloudapi.net"]
        }
        Cloud::China => {
            ["login.partner.microsoftonline.cn", "microsoftgraph.chinacloudapi.cn", "management.chinacloudapi.cn"]
        }
    }
}

/// The same address in another cloud. One that is none of Microsoft's public ones stays as it is.
#[must_use]
pub fn in_cloud(cloud: Cloud, url: &Url) -> Url {
    let place = hosts(Cloud::Public).iter().position(|host| url.host_str() == Some(host));
    let mut moved = url.clone();
    if let Some(host) = place.and_then(|place| hosts(cloud).get(place).copied()) {
        // Refused only for addresses that have no host.
        let _ = moved.set_host(Some(host));
    }
    moved
}

/// Where a tenant's apps sign in. `None` for an address that can have no path.
#[must_use]
pub fn token_url(cloud: Cloud, authority: Option<&Url>, tenant: &str) -> Option<Url> {
    let usual = || Url::parse(&format!("https://{}", hosts(cloud)[0])).ok();
    let mut url = authority.cloned().or_else(usual)?;
    url.path_segments_mut().ok()?.pop_if_empty().extend([tenant, "oauth2", "v2.0", "token"]);
    Some(url)
}

/// What a token for `url` is asked for: it is good for the host of that very address and for no other, so that no
/// vendor's file can lead a token to a host that it was not made for.
#[must_use]
pub fn scope(url: &Url) -> String {
    format!("{}/.default", url.origin().ascii_serialization())
}

/// The form by which a token is asked for, but for the secret.
#[must_use]
pub fn form(client_id: &str, scope: String) -> [(&'static str, String); 3] {
    [("grant_type", "client_credentials".to_owned()), ("client_id", client_id.to_owned()), ("scope", scope)]
}

/// A token, and how long it lasts from now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// The token.
    pub token: Secret,
    /// How long it lasts.
    pub lasts: Duration,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Answer<'a> {
    #[serde(borrow)]
    access_token: Field<Text<'a>>,
    #[serde(borrow)]
    token_type: Field<Text<'a>>,
    /// Seconds; a text at older addresses.
    #[serde(borrow)]
    expires_in: Field<Word<'a>>,
    #[serde(borrow)]
    error: Field<Text<'a>>,
    #[serde(borrow)]
    error_description: Field<Text<'a>>,
}

/// Reads what was answered to the form.
///
/// # Errors
/// [`Unreadable`], with Entra's own number of the error where it says one and the way out where it is known. Neither
/// the token nor anything but the first sentence of the answer is part of it.
pub fn grant(body: &Body) -> Result<Grant, Unreadable> {
    if let Some(refused) = refused(body) {
        return Err(refused);
    }
    let text = document::text(body)?;
    let answer: Field<Object<Answer<'_>>> = serde_json::from_str(&text).map_err(|_| no_token(&text, body))?;
    let Some(Object(answer)) = answer.get() else { return Err(no_token(&text, body)) };
    let is_bearer = answer.token_type.as_str().is_none_or(|kind| kind.eq_ignore_ascii_case("bearer"));
    let fits = |token: &&str| {
        !token.is_empty() && token.len() <= LONGEST_TOKEN && token.bytes().all(|byte| byte.is_ascii_graphic())
    };
    let Some(token) = answer.access_token.as_str().filter(fits).filter(|_| is_bearer) else {
        return Err(no_token(&text, body));
    };
    let lasts = answer.expires_in.as_str().and_then(|seconds| seconds.parse().ok()).map(Duration::from_secs);
    Ok(Grant { token: Secret::new(token.to_owned()), lasts: lasts.unwrap_or(USUAL_LIFE).min(LONGEST_LIFE) })
}

/// The body is not quoted: it may hold half a token.
fn no_token(text: &str, body: &Body) -> Unreadable {
    if markup::is_markup(text) {
        return document::page_instead(text, body);
    }
    Unreadable::Unexpected("the answer holds no bearer token".to_owned())
}

/// A refusal in Entra's own words. 400 and 401 are both used for it.
fn refused(body: &Body) -> Option<Unreadable> {
    if !(400..=499).contains(&body.status) || body.status == 429 {
        return None;
    }
    let text = String::from_utf8_lossy(&body.bytes);
    let answer: Field<Object<Answer<'_>>> = serde_json::from_str(&text).unwrap_or_default();
    let answer = &answer.get()?.0;
    let error = text::line(answer.error.as_str()?, 60);
    let said = answer.error_description.as_str().unwrap_or_default();
    let number = said.split(|c: char| !c.is_ascii_alphanumeric()).find(|word| word.starts_with("AADSTS"));
    let number = text::line(number.unwrap_or(&error), 30);
    let meant = match meaning(&number) {
        "" => first_sentence(said),
        known => known.to_owned(),
    };
    Some(Unreadable::Refused(format!("{number}: {}", if meant.is_empty() { error } else { meant })))
}

/// What follows are numbers of the request, which differ each time.
fn first_sentence(said: &str) -> String {
    let said = said.split_once(": ").map_or(said, |(_, rest)| rest);
    let end = [". ", "\r", "\n", "Trace ID"].iter().filter_map(|end| said.find(end)).min().unwrap_or(said.len());
    text::line(said.get(..end).unwrap_or_default(), 160)
}

/// The way out of what happens most, from `learn.microsoft.com/entra/identity-platform/reference-error-codes`.
fn meaning(number: &str) -> &'static str {
    match number {
        "AADSTS7000215" => "the client secret is wrong; take the secret's value, not its ID",
        "AADSTS7000222" => "the client secret has expired; make a new one in the app registration",
        "AADSTS700016" => "the tenant has no app with this client_id; look at both, and at `cloud`",
        "AADSTS90002" | "AADSTS900023" => "there is no such tenant; look at `tenant`, and at `cloud`",
        "AADSTS500011" | "AADSTS500014" => "the tenant does not know the host that is asked; look at `cloud`",
        "AADSTS7000112" | "AADSTS700005" => "the app is disabled in the tenant",
        "AADSTS53003" | "AADSTS530035" => "a Conditional Access policy of the tenant keeps the app out",
        _ => "",
    }
}

/// Why an address that wants a token did not let us in, for a status that says so. Only the code of the error is
/// shown: its text names the app, and differs each time.
#[must_use]
pub fn denied(body: &Body, permission: &str) -> Option<Unreadable> {
    let why = match body.status {
        401 => "the token is not accepted; look at `tenant` and `cloud` of the credentials".to_owned(),
        403 => format!("the app may not read this; it needs {permission}, granted by an administrator"),
        _ => return None,
    };
    let code = code(body).map(|code| format!(" ({code})")).unwrap_or_default();
    Some(Unreadable::Refused(format!("HTTP {}{code}: {why}", body.status)))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Failed<'a> {
    #[serde(borrow)]
    error: Field<Object<Code<'a>>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Code<'a> {
    #[serde(borrow)]
    code: Field<Text<'a>>,
}

fn code(body: &Body) -> Option<String> {
    let text = str::from_utf8(&body.bytes).ok()?;
    let failed: Field<Object<Failed<'_>>> = serde_json::from_str(text).ok()?;
    let code = failed.get()?.0.error.get()?.0.code.as_str()?;
    let is_word = (1..=60).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    is_word.then(|| code.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, text: &str) -> Body {
        Body { status, ..Body::saved(text.as_bytes().to_vec()) }
    }

    #[test]
    fn a_token_is_read_and_never_shown() {
        let body = answer(200, r#"{"token_type":"Bearer","expires_in":3599,"access_token":"canary.token"}"#);
        let grant = grant(&body).unwrap();
        assert_eq!((grant.token.reveal(), grant.lasts), ("canary.token", Duration::from_secs(3599)));
        assert!(!format!("{grant:?}").contains("canary"));
    }

    #[test]
    fn lives_are_believed_within_reason() {
        let lasts = |expires: &str| {
            grant(&answer(200, &format!(r#"{{"access_token":"t"{expires}}}"#))).unwrap().lasts.as_secs()
        };
        assert_eq!(lasts(""), 300);
        assert_eq!(lasts(r#","expires_in":"60""#), 60);
        assert_eq!(lasts(r#","expires_in":99999999"#), 86_400);
        assert_eq!(lasts(r#","expires_in":-1"#), 300);
    }

    #[test]
    fn what_holds_no_token_is_not_quoted() {
        for text in [
            r#"{"token":"canary"}"#,
            r#"{"access_token":"can ary"}"#,
            r#"{"access_token":"canary","token_type":"pop"}"#,
            "\"canary\"",
            "canary",
            r#"{"access_token":"canar"#,
        ] {
            let why = grant(&answer(200, text)).unwrap_err();
            assert!(matches!(why, Unreadable::Unexpected(_)) && !why.to_string().contains("canar"), "{text}: {why}");
        }
        let page = grant(&answer(200, "<html><head><title>Sign in</title></head></html>")).unwrap_err();
        assert!(page.to_string().contains("“Sign in”"), "{page}");
    }

    #[test]
    fn a_refusal_names_the_number_and_the_way_out() {
        let said = r#"{"error":"invalid_client","error_description":"AADSTS7000215: Invalid client secret provided. Ensure … for app 'x'. Trace ID: 1 Correlation ID: 2"}"#;
        let why = grant(&answer(401, said)).unwrap_err();
        assert_eq!(
            why,
            Unreadable::Refused(
                "AADSTS7000215: the client secret is wrong; take the secret's value, not its ID".into()
            )
        );
        let other = r#"{"error":"invalid_request","error_description":"AADSTS12345: Something new. Trace ID: 7"}"#;
        assert_eq!(grant(&answer(400, other)).unwrap_err(), Unreadable::Refused("AADSTS12345: Something new".into()));
        assert!(matches!(grant(&answer(429, "{}")), Err(Unreadable::Failing(_))));
        assert!(matches!(grant(&answer(503, "")), Err(Unreadable::Failing(_))));
        assert!(matches!(grant(&answer(404, "<html></html>")), Err(Unreadable::Moved(_))));
    }

    #[test]
    fn a_token_is_for_the_host_that_is_asked_and_no_other() {
        let of = |url: &str| scope(&Url::parse(url).unwrap());
        assert_eq!(of("https://graph.microsoft.com/v1.0/x?y"), "https://graph.microsoft.com/.default");
        assert_eq!(of("https://evil.example:8443/"), "https://evil.example:8443/.default");
    }

    #[test]
    fn each_cloud_has_its_own_hosts() {
        let url = Url::parse("https://graph.microsoft.com/v1.0/x").unwrap();
        assert_eq!(in_cloud(Cloud::UsGovernment, &url).as_str(), "https://graph.microsoft.us/v1.0/x");
        assert_eq!(in_cloud(Cloud::Public, &url), url);
        let ours = Url::parse("http://127.0.0.1:9/x").unwrap();
        assert_eq!(in_cloud(Cloud::China, &ours), ours);
        let of = |authority: Option<&str>| {
            let authority = authority.map(|url| Url::parse(url).unwrap());
            token_url(Cloud::China, authority.as_ref(), "t.example").unwrap().to_string()
        };
        assert_eq!(of(None), "https://login.partner.microsoftonline.cn/t.example/oauth2/v2.0/token");
        assert_eq!(of(Some("http://127.0.0.1:9/")), "http://127.0.0.1:9/t.example/oauth2/v2.0/token");
        assert_eq!(of(Some("http://127.0.0.1:9/base")), "http://127.0.0.1:9/base/t.example/oauth2/v2.0/token");
    }

    #[test]
    fn a_denial_shows_the_code_and_no_text() {
        let body = answer(403, r#"{"error":{"code":"Authorization_RequestDenied","message":"app 1234 canary"}}"#);
        let why = denied(&body, "X").unwrap().to_string();
        assert!(why.contains("HTTP 403 (Authorization_RequestDenied)") && !why.contains("canary"), "{why}");
        assert_eq!(denied(&answer(500, ""), "X"), None);
    }
}
