//! `[credentials.NAME]` in `config/bellwether.toml`: what vendors let us in with. The comments here are its manual.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use url::Url;

use super::places::{Findings, Places, join};
use super::problem::{Problem, Severity};
use super::secret::Secret;
use super::suggest::did_you_mean;
use super::value::{has_credentials, is_surely_private, text_value};
use crate::model::credentials::{Cloud, Kind};
use crate::model::id::{CredentialsId, VendorId};
use crate::model::vendor::{Source, Vendor};

/// All credentials, by the names that sources call them by.
pub type AllCredentials = BTreeMap<CredentialsName, Credentials>;

/// What a vendor lets us in with: an app registration of Microsoft Entra, or an access key of AWS.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Credentials {
    /// How it is signed in: "entra", the client credentials of an app registration, or "aws", an access key.
    pub kind: Kind,
    /// Of "entra": the tenant: its id, or one of its domains, as "example.onmicrosoft.com".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant: Option<Tenant>,
    /// Of "entra": the app registration's Application (client) ID.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<ClientId>,
    /// Of "entra": where the value of the app registration's client secret is found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_secret: Option<Secret>,
    /// Of "entra": which of Microsoft's clouds the tenant lives in: "public" (also GCC), "us-government" (GCC High),
    /// "us-government-dod" or "china".
    #[serde(default)]
    pub cloud: Cloud,
    /// Of "entra": another place to get tokens from than the cloud's own, for tests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authority: Option<Url>,
    /// Of "aws": the id of the access key, as "AKIA…". It is no secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_key_id: Option<AccessKeyId>,
    /// Of "aws": where the access key's secret is found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret_access_key: Option<Secret>,
}

impl Credentials {
    /// The secrets that they refer to, each with its key.
    pub fn secrets(&self) -> impl Iterator<Item = (&'static str, &Secret)> {
        let all = [("client_secret", &self.client_secret), ("secret_access_key", &self.secret_access_key)];
        all.into_iter().filter_map(|(key, secret)| Some((key, secret.as_ref()?)))
    }
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

/// The id of an access key of AWS.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AccessKeyId(String);
text_value!(AccessKeyId, "AccessKeyId", "^A[A-Z0-9]{15,127}$");

impl AccessKeyId {
    /// A message never repeats what stands there: people paste the secret in its place.
    fn parse(text: &str) -> Result<Self, String> {
        let is_id = (16..=128).contains(&text.len()) && text.starts_with('A');
        if is_id && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()) {
            return Ok(Self(text.to_owned()));
        }
        Err("this is not the id of an access key; write the one that begins with AKIA, never the secret".to_owned())
    }

    /// As it is sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<AccessKeyId> for String {
    fn from(id: AccessKeyId) -> Self {
        id.0
    }
}

/// Each kind wants its own keys, and has no use for the other's.
fn check_keys(table: &str, of: &Credentials, findings: &mut Findings) {
    let entra = [
        ("tenant", of.tenant.is_some()),
        ("client_id", of.client_id.is_some()),
        ("client_secret", of.client_secret.is_some()),
    ];
    let aws = [("access_key_id", of.access_key_id.is_some()), ("secret_access_key", of.secret_access_key.is_some())];
    let (wanted, others) = match of.kind {
        Kind::Entra => (&entra[..], &aws[..]),
        Kind::Aws => (&aws[..], &entra[..]),
    };
    for (key, is_there) in wanted {
        findings.required(table, key, is_there.then_some(()));
    }
    for (key, _) in others.iter().filter(|(_, is_there)| *is_there) {
        let what = format!("credentials of the kind {} have no use for it", of.kind.name());
        findings.error(&join(table, key), what, "leave it out");
    }
}

/// What is wrong with the credentials of a file.
pub(super) fn check(all: &AllCredentials, findings: &mut Findings) {
    for (name, credentials) in all {
        check_keys(&format!("credentials.{}", name.0), credentials, findings);
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

/// Credentials of one kind where a source wants another: nobody would be let in by them.
#[must_use]
pub fn mismatched(all: &AllCredentials, places: &Places, vendors: &BTreeMap<VendorId, Option<Vendor>>) -> Vec<Problem> {
    let sources = || vendors.values().flatten().flat_map(|vendor| &vendor.sources);
    let problem = |(name, credentials): (&CredentialsName, &Credentials)| {
        let wants = |source: &&Source| source.access.wants() == Some(&name.0);
        let kind = |source: &Source| source.format.credentials().filter(|kind| *kind != credentials.kind);
        let (source, kind) = sources().filter(wants).find_map(|source| Some((source, kind(source)?)))?;
        let what = format!("{} wants credentials of the kind {}", source.id, kind.name());
        let way_out = format!("write kind = \"{}\", or let the source name others", kind.name());
        Some(places.problem(Severity::Error, &format!("credentials.{}.kind", name.0), what, &way_out))
    };
    all.iter().filter_map(problem).collect()
}
