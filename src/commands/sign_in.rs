//! From `[credentials.…]` to what signs requests: which sources have what they want, at which hosts, with which secret.

use std::collections::BTreeMap;

use anyhow::{Context, Result};

use super::secrets;
use crate::config::bellwether::Settings;
use crate::config::credentials::{Credentials, CredentialsName, Kind};
use crate::model::credentials::Access;
use crate::model::vendor::{Source, Vendor};
use crate::normalize::entra;
use crate::scheduler::keyring::{App, Keyring};

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
    let apps: BTreeMap<_, _> = settings
        .credentials
        .iter()
        .map(|(name, credentials)| (name.0.clone(), app(credentials).map_err(|error| format!("{error:#}"))))
        .collect();
    Keyring::new(apps)
}

fn app(credentials: &Credentials) -> Result<App> {
    match credentials.kind {
        Kind::Entra => {
            let authority = credentials.authority.as_ref();
            let token_url = entra::token_url(credentials.cloud, authority, credentials.tenant.as_str());
            Ok(App {
                token_url: token_url.context("`authority` is no address to sign in at")?,
                client_id: credentials.client_id.as_str().to_owned(),
                secret: secrets::resolve(&credentials.client_secret.0)?,
            })
        }
    }
}
