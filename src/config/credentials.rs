//! `[credentials.NAME]` in `config/bellwether.toml`: what vendors let us in with. The comments here are its manual.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use url::Url;

use super::places::{Findings, Places};
use super::problem::{Problem, Severity};
use super::secret::Secret;
use super::suggest::did_you_mean;
use super::value::{has_credentials, is_surely_private, text_value};
use crate::model::credentials::Cloud;
use crate::model::id::CredentialsId;
use crate::model::vendor::Vendor;

/// All credentials, by the names that sources call them by.
pub type AllCredentials = BTreeMap<CredentialsName, Credentials>;

/// What a vendor lets us in with: an app registration of Microsoft Entra.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Credentials {
    /// How it is signed in. There is only "entra" so far: the client credentials of an app registration.
    pub kind: Kind,
    /// The tenant: its id, or one of its domains, as "example.onmicrosoft.com".
    pub tenant: Tenant,
    /// The app registration's Application (client) ID.
    pub client_id: ClientId,
    /// Where the value of the app registration's client secret is found.
    pub client_secret: Secret,
    /// Which of Microsoft's clouds the tenant lives in: "public" (also GCC), "us-government" (GCC High),
    /// "us-government-dod" or "china".
    #[serde(default)]
    pub cloud: Cloud,
    /// Another place to get tokens from than the cloud's own, for tests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authority: Option<Url>,
}

/// How it is signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Client credentials of an app registration of Microsoft Entra.
    Entra,
}

/// The name of credentials: lower-case letters, digits and '-'.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CredentialsName(pub CredentialsId);
text_value!(CredentialsName, "CredentialsName", "^[a-z0-9-]{1,64}$");

impl CredentialsName {
    fn parse(text: &str) -> Result<Self, String> {
        let why = "this is not a name for credentials; use lower-case letters, digits and '-'";
        CredentialsId::parse(text).map(Self).map_err(|_| why.to_owned())
    }
}

impl From<CredentialsName> for String {
    fn from(name: CredentialsName) -> Self {
        name.0.into()
    }
}

/// A tenant of Entra: its id or one of its domains.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Tenant(String);
text_value!(Tenant, "Tenant", "^[A-Za-z0-9.-]+$");

impl Tenant {
    fn parse(text: &str) -> Result<Self, String> {
        let is_name = !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.' || b == b'-');
        // An app signs in to a tenant; these stand for any, which only a person's sign-in can have.
        let is_anybodys = ["common", "organizations", "consumers"].contains(&text.to_ascii_lowercase().as_str());
        match () {
            () if is_anybodys => Err("an app signs in to one tenant; write your tenant's id or domain".to_owned()),
            () if !is_name || text.starts_with('.') || text.len() > 253 => {
                Err("this is no tenant; write its id, or a domain as \"example.onmicrosoft.com\"".to_owned())
            }
            () => Ok(Self(text.to_owned())),
        }
    }

    /// As it stands in addresses.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<Tenant> for String {
    fn from(tenant: Tenant) -> Self {
        tenant.0
    }
}

/// The id of an app registration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ClientId(String);
text_value!(ClientId, "ClientId", "^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$");

impl ClientId {
    /// A message never repeats what stands there: people paste the secret in its place.
    fn parse(text: &str) -> Result<Self, String> {
        match uuid::Uuid::try_parse(text) {
            Ok(id) if text.len() == 36 => Ok(Self(id.to_string())),
            _ => Err(
                "this is not the id of an app registration; write its Application (client) ID, 32 hex digits with dashes"
                    .to_owned(),
            ),
        }
    }

    /// As it is sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<ClientId> for String {
    fn from(id: ClientId) -> Self {
        id.0
    }
}

/// What is wrong with the credentials of a file.
pub(super) fn check(all: &AllCredentials, findings: &mut Findings) {
    for (name, credentials) in all {
        let Some(authority) = &credentials.authority else { continue };
        let key = format!("credentials.{}.authority", name.0);
        let is_safe = authority.scheme() == "https" || authority.scheme() == "http" && is_surely_private(authority);
        if !is_safe {
            findings.error(&key, "a secret is sent there, in the clear", "write an https:// address, or leave it out");
        }
        if has_credentials(authority) {
            findings.error(&key, "a password does not belong into this file", "leave it out");
        }
    }
}

/// Credentials that no source calls by their name: mostly a name typed wrong.
#[must_use]
pub fn unused(all: &AllCredentials, places: &Places, vendors: &[Vendor]) -> Vec<Problem> {
    let sources = || vendors.iter().flat_map(|vendor| &vendor.sources);
    let named: Vec<&str> = sources().filter_map(|s| s.access.wants()).map(CredentialsId::as_str).collect();
    let idle = all.keys().filter(|name| !named.contains(&name.0.as_str()));
    idle.map(|name| {
        let what = format!("no source names the credentials `{}`", name.0);
        let way_out = did_you_mean(name.0.as_str(), named.iter().copied(), "sources name");
        places.problem(Severity::Warning, &format!("credentials.{}", name.0), what, &way_out)
    })
    .collect()
}
