//! References to secrets, as they stand in files.
//!
//! A message about one never repeats what stands there: people paste the secret itself.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, de};
use url::Url;

use crate::model::subscription::{SecretRef, WebhookUrl};

/// What may stand where a secret is meant.
#[derive(Debug)]
pub(super) enum Written {
    Plain(String),
    Reference(SecretRef),
}

/// `{ env = "NAME" }` or `{ file = "/path" }`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ReferenceRow {
    env: Option<String>,
    file: Option<String>,
}

const HOW_TO_REFER: &str = "write { env = \"NAME\" } or { file = \"/path\" }";

impl TryFrom<ReferenceRow> for SecretRef {
    type Error = String;
    fn try_from(row: ReferenceRow) -> Result<Self, String> {
        match (row.env, row.file) {
            (Some(name), None) if is_variable(&name) => Ok(Self::Env(name)),
            (Some(_), None) => Err(format!("`env` wants the name of an environment variable; {HOW_TO_REFER}")),
            (None, Some(path)) if !path.trim().is_empty() => Ok(Self::File(path)),
            _ => Err(format!("a secret is found in one place, `env` or `file`; {HOW_TO_REFER}")),
        }
    }
}

/// Whether it is a name. A signing secret in its place would end in messages.
fn is_variable(name: &str) -> bool {
    let ok = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    ok && !name.is_empty() && !name.starts_with(|c: char| c.is_ascii_digit()) && !name.starts_with("whsec_")
}

impl<'de> Deserialize<'de> for Written {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> de::Visitor<'de> for Either {
            type Value = Written;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("{ env = \"NAME\" } or { file = \"/path\" }")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Written, E> {
                Ok(Written::Plain(text.to_owned()))
            }
            fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<Written, A::Error> {
                let row = ReferenceRow::deserialize(de::value::MapAccessDeserializer::new(map))?;
                SecretRef::try_from(row).map(Written::Reference).map_err(de::Error::custom)
            }
        }
        deserializer.deserialize_any(Either)
    }
}

/// A reference to a secret, as it stands in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(try_from = "Written")]
#[schemars(!try_from)]
pub struct Secret(#[schemars(with = "SecretRef")] pub SecretRef);

impl TryFrom<Written> for Secret {
    type Error = String;
    fn try_from(written: Written) -> Result<Self, String> {
        match written {
            Written::Reference(reference) => Ok(Self(reference)),
            Written::Plain(_) => Err(format!("a secret stands here in plain text; {HOW_TO_REFER}")),
        }
    }
}

/// Where a webhook goes to, as it stands in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(try_from = "Written")]
#[schemars(!try_from)]
pub struct WebhookAddress(#[schemars(with = "UrlOrReference")] pub WebhookUrl);

/// A web address, or where it can be found.
#[derive(schemars::JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "the schema is all there is to it")]
enum UrlOrReference {
    /// The address itself.
    Url(Url),
    /// Where the address can be found.
    Reference(SecretRef),
}

impl TryFrom<Written> for WebhookAddress {
    type Error = String;
    fn try_from(written: Written) -> Result<Self, String> {
        match written {
            Written::Reference(reference) => Ok(Self(WebhookUrl::Secret(reference))),
            // The text is not repeated: such addresses often hold a token.
            Written::Plain(text) => match Url::parse(&text) {
                Ok(url) if ["http", "https"].contains(&url.scheme()) => Ok(Self(WebhookUrl::Plain(url))),
                _ => Err("this is not a web address; write \"https://…\"".to_owned()),
            },
        }
    }
}

/// Where a proxy is, as it stands in a file: its address, or where an address with a password can be found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(try_from = "Written")]
#[schemars(!try_from)]
pub struct ProxyAddress(#[schemars(with = "UrlOrReference")] pub WebhookUrl);

impl TryFrom<Written> for ProxyAddress {
    type Error = String;
    fn try_from(written: Written) -> Result<Self, String> {
        match written {
            Written::Reference(reference) => Ok(Self(WebhookUrl::Secret(reference))),
            // The text is not repeated: people paste the password with it.
            Written::Plain(text) => match Url::parse(&text) {
                Ok(url) => Ok(Self(WebhookUrl::Plain(url))),
                Err(_) => Err("this is not a URL; write it whole, as \"http://proxy.example.org:3128\"".to_owned()),
            },
        }
    }
}
