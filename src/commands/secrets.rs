//! Secrets from where they are kept: the environment or a file. Nowhere else are they looked up.

use anyhow::{Context, Result, anyhow, bail};

use crate::config::Parsed;
use crate::config::bellwether::Settings;
use crate::config::places::Places;
use crate::config::problem::{Problem, Severity};
use crate::config::subscriptions::Subscriptions;
use crate::model::secret::Secret;
use crate::model::subscription::{SecretRef, Way, WebhookUrl};

/// The value that a reference leads to.
///
/// # Errors
/// Where it was looked for and not found. The value is never part of it.
pub fn resolve(reference: &SecretRef) -> Result<Secret> {
    let value = match reference {
        SecretRef::Env(name) => {
            std::env::var(name).map_err(|_| anyhow!("the environment variable {name} is not set, or is no text"))?
        }
        SecretRef::File(path) => {
            std::fs::read_to_string(path).with_context(|| format!("the secret's file {path} cannot be read"))?
        }
    };
    let value = value.trim_end();
    if value.is_empty() {
        bail!("{} is empty", place(reference));
    }
    Ok(Secret::new(value.to_owned()))
}

/// A warning for each secret that a file refers to and that is not there, or that everybody on this machine may read: told
/// before the first message needs it. It is no error, since a configuration may be checked where its secrets are not.
#[must_use]
pub fn doubts(settings: &Parsed<Settings>, subscriptions: &Parsed<Subscriptions>) -> Vec<Problem> {
    let mut problems = Vec::new();
    if let Some(settings_read) = &settings.value {
        let token = settings_read.server.token.as_ref().map(|secret| ("server.token", &secret.0));
        let kiosk = settings_read.server.kiosk.as_ref().map(|secret| ("server.kiosk", &secret.0));
        let password = settings_read.mail.as_ref().and_then(|mail| mail.password.as_ref());
        let password = password.map(|secret| ("mail.password", &secret.0));
        let proxy = settings_read.polling.proxy.as_ref().map(|proxy| ("polling.proxy", &proxy.0));
        let heartbeat = settings_read.heartbeat.as_ref().map(|heartbeat| ("heartbeat.url", &heartbeat.url.0));
        let addresses = [proxy, heartbeat].into_iter().flatten().filter_map(|(key, address)| match address {
            WebhookUrl::Secret(secret) => Some((key, secret)),
            WebhookUrl::Plain(_) => None,
        });
        let all = [token, kiosk, password].into_iter().flatten().chain(addresses);
        problems.extend(all.filter_map(|(key, secret)| doubt(&settings.places, key, secret, NO_START)));
        for (name, credentials) in &settings_read.credentials {
            problems.extend(credentials.secrets().filter_map(|(key, secret)| {
                doubt(&settings.places, &format!("credentials.{}.{key}", name.0), &secret.0, UNREAD)
            }));
        }
    }
    for (n, receiver) in subscriptions.value.iter().flat_map(|read| &read.receivers).enumerate() {
        if let Way::Preset(preset) = &receiver.way {
            let all = preset.service.secrets().into_iter().map(|(key, secret)| (preset.service.word(), key, secret));
            problems.extend(all.filter_map(|(word, key, secret)| {
                doubt(&subscriptions.places, &format!("receiver[{n}].{word}.{key}"), secret, UNDELIVERED)
            }));
        }
        let Way::Webhook { url, secrets, .. } = &receiver.way else { continue };
        if let WebhookUrl::Secret(secret) = url {
            problems.extend(doubt(&subscriptions.places, &format!("receiver[{n}].webhook"), secret, UNDELIVERED));
        }
        let keys = secrets.iter().enumerate();
        problems.extend(keys.filter_map(|(k, key)| {
            doubt(&subscriptions.places, &format!("receiver[{n}].secrets[{k}]"), key, UNDELIVERED)
        }));
    }
    problems
}

const NO_START: &str = "Bellwether needs it where it runs, and does not start without it";
const UNDELIVERED: &str = "Bellwether needs it where it runs; without it nothing is delivered this way";
const UNREAD: &str = "Bellwether needs it where it runs; without it the sources that want it cannot be read";

fn doubt(places: &Places, key: &str, secret: &SecretRef, without: &str) -> Option<Problem> {
    let (what, way_out) = match resolve(secret) {
        Err(why) => (format!("{why:#}"), without.to_owned()),
        Ok(_) => exposed(secret)?,
    };
    Some(places.problem(Severity::Warning, key, what, &way_out))
}

/// What is wrong with a secret's file that every user of this machine may read, and the way out. A file that lies in a
/// folder which others may not enter is safe whatever its own mode is.
#[cfg(unix)]
fn exposed(secret: &SecretRef) -> Option<(String, String)> {
    use std::os::unix::fs::PermissionsExt;

    let SecretRef::File(named) = secret else { return None };
    let path = std::fs::canonicalize(named).ok()?;
    let mode = |path: &std::path::Path| std::fs::metadata(path).ok().map(|about| about.permissions().mode() & 0o7777);
    let of_file = mode(&path)?;
    let is_open = path.ancestors().skip(1).all(|folder| mode(folder).is_some_and(|mode| mode & 0o001 != 0));
    (is_open && of_file & 0o004 != 0).then(|| {
        let what = format!("every user of this machine may read the secret's file {named} (mode {of_file:04o})");
        (what, format!("`chmod o-rwx {named}`; the user that Bellwether runs as must still be able to read it"))
    })
}

/// Elsewhere modes are another matter.
#[cfg(not(unix))]
fn exposed(_secret: &SecretRef) -> Option<(String, String)> {
    None
}

/// Where a secret is kept, for people.
#[must_use]
pub fn place(reference: &SecretRef) -> String {
    match reference {
        SecretRef::Env(name) => format!("the environment variable {name}"),
        SecretRef::File(path) => format!("the file {path}"),
    }
}
