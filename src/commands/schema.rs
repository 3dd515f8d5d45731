//! `schema`: the JSON Schemas of our files and of the webhook's body, for editors and receivers.

use std::process::ExitCode;

use anyhow::{Result, bail};
use serde_json::Value;

use crate::alerting::message::webhook;
use crate::config::schema::schemas;

/// Prints one schema, or the names of all.
///
/// # Errors
/// No schema has that name.
pub fn run(name: Option<&str>) -> Result<ExitCode> {
    let mut all: Vec<(String, Value)> = schemas().into_iter().map(|(name, schema)| (short(name), schema)).collect();
    all.push(("webhook".to_owned(), webhook::schema().into()));
    let names: Vec<&str> = all.iter().map(|(name, _)| name.as_str()).collect();
    match name {
        None => say!("{}", names.join("\n")),
        Some(name) => match all.iter().find(|(known, _)| known == name) {
            Some((_, schema)) => say!("{schema:#}"),
            None => bail!("there is no schema {name:?}; there are {}", names.join(", ")),
        },
    }
    Ok(ExitCode::SUCCESS)
}

/// The name without folder and ending.
fn short(name: &str) -> String {
    name.rsplit('/').next().unwrap_or(name).trim_end_matches(".schema.json").to_owned()
}
