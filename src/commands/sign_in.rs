//! From `[credentials.…]` to what signs requests: which sources have what they want, at which hosts, with which secret.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};

use super::secrets;
use crate::config::bellwether::Settings;
use crate::config::credentials::{Credentials, CredentialsName};
use crate::model::credentials::{Access, Kind};
use crate::model::vendor::{Source, Vendor};
use crate::normalize::entra;
use crate::scheduler::keyring::{App, Keyring};
use crate::scheduler::sigv4::AccessKey;

/// The vendors with the credentials of the configuration: a source whose credentials are there is signed, at the hosts
/// of the cloud that they are for.
#[must_use]
pub fn with_credentials(vendors: Vec<Vendor>, settings: &Settings) -> Vec<Vendor> {
    let source = |source: Source| match source.access.wants() {
        Some(name) => match settings.credentials.get(&CredentialsName(name.clone())) {
            Some(credentials) => signed(source, credentials),
            None => source,
        },
        None => source,
    };
    let vendor = |vendor: Vendor| Vendor { sources: vendor.sources.into_iter().map(source).collect(), ..vendor };
    vendors.into_iter().map(vendor).collect()
}

fn signed(source: Source, credentials: &Credentials) -> Source {
    let access = source.access.wants().cloned().map_or(Access::Open, Access::Signed);
    let place = |url| entra::in_cloud(credentials.cloud, &url);
    let roles = source.roles.into_iter().map(|(role, url)| (role, place(url))).collect();
    Source { url: source.url.map(place), roles, access, ..source }
}

/// The keyring of a configuration. A secret that cannot be found is no error of the whole: the reason is kept with it.
#[must_use]
pub fn keyring(settings: &Settings) -> Keyring {
    let (mut apps, mut keys) = (BTreeMap::new(), BTreeMap::new());
    for (CredentialsName(name), credentials) in &settings.credentials {
        match credentials.kind {
            Kind::Entra => drop(apps.insert(name.clone(), app(credentials).map_err(|error| format!("{error:#}")))),
            Kind::Aws => drop(keys.insert(name.clone(), key(credentials).map_err(|error| format!("{error:#}")))),
        }
    }
    Keyring::new(apps).with_keys(keys)
}

fn app(credentials: &Credentials) -> Result<App> {
    let (Some(tenant), Some(id), Some(secret)) =
        (&credentials.tenant, &credentials.client_id, &credentials.client_secret)
    else {
        bail!("`tenant`, `client_id` or `client_secret` is missing");
    };
    let token_url = entra::token_url(credentials.cloud, credentials.authority.as_ref(), tenant.as_str());
    Ok(App {
        token_url: token_url.context("`authority` is no address to sign in at")?,
        client_id: id.as_str().to_owned(),
        secret: secrets::resolve(&secret.0)?,
    })
}

fn key(credentials: &Credentials) -> Result<AccessKey> {
    let (Some(id), Some(secret)) = (&credentials.access_key_id, &credentials.secret_access_key) else {
        bail!("`access_key_id` or `secret_access_key` is missing");
    };
    Ok(AccessKey { id: id.as_str().to_owned(), secret: secrets::resolve(&secret.0)? })
}
