//! Secrets from where they are kept: the environment or a file. Nowhere else are they looked up.

use anyhow::{Context, Result, anyhow, bail};

use crate::delivery::secret::Secret;
use crate::model::subscription::SecretRef;

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

/// Where a secret is kept, for people.
#[must_use]
pub fn place(reference: &SecretRef) -> String {
    match reference {
        SecretRef::Env(name) => format!("the environment variable {name}"),
        SecretRef::File(path) => format!("the file {path}"),
    }
}
