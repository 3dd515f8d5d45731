//! `check`: everything that is wrong with the configuration, at once. It never touches the network.

use std::io::IsTerminal;
use std::process::ExitCode;

use anyhow::Result;

use super::load::{self, Folders, Loaded};
use super::owner;
use crate::config::check::selectors;
use crate::config::problem::{Problem, Severity};
use crate::store::Store;

/// Checks the configuration, the inventory, the subscriptions and the vendors.
///
/// # Errors
/// A file that cannot be read at all.
pub fn run(folders: &Folders, json: bool) -> Result<ExitCode> {
    let mut loaded = load::load(folders)?;
    if let Some(settings) = &loaded.settings {
        // Root can read every secret; what counts is whether the user who runs it can.
        owner::act_as_owner_of(&settings.database.folder)?;
    }
    loaded.problems.extend(idle_selectors(&loaded)?);
    if json {
        let all: Vec<_> = loaded.problems.iter().map(as_json).collect();
        say!("{}", serde_json::Value::Array(all));
    } else {
        print(&loaded.problems);
        let (errors, warnings) = counts(&loaded.problems);
        let (errors, warnings) = (counted(errors, "error"), counted(warnings, "warning"));
        say!("{errors}, {warnings}; {} vendors are known", loaded.catalogue.len());
    }
    Ok(if loaded.has_errors() { ExitCode::from(super::cli::BAD_CONFIGURATION) } else { ExitCode::SUCCESS })
}

/// Dependencies that match nothing that the vendor lists, as far as a look has ever been had.
fn idle_selectors(loaded: &Loaded) -> Result<Vec<Problem>> {
    let (Some(settings), Some(inventory)) = (&loaded.settings, &loaded.inventory) else { return Ok(Vec::new()) };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let listed = runtime.block_on(async {
        match Store::open_to_read(&settings.database.folder).await? {
            Some(store) => store.listed_components().await,
            None => Ok(std::collections::BTreeMap::new()),
        }
    })?;
    Ok(selectors(inventory, &loaded.inventory_places, &loaded.vendors, &listed))
}

/// Prints problems to where errors go: in colour for a person, a line each for a script.
pub fn print(problems: &[Problem]) {
    let colour = std::io::stderr().is_terminal();
    for problem in problems {
        if colour {
            eprintln!("{}", problem.render(true));
        } else {
            eprintln!("{problem}");
        }
    }
}

fn counts(problems: &[Problem]) -> (usize, usize) {
    let errors = problems.iter().filter(|p| p.severity == Severity::Error).count();
    (errors, problems.len() - errors)
}

fn counted(number: usize, of: &str) -> String {
    format!("{number} {of}{}", if number == 1 { "" } else { "s" })
}

fn as_json(problem: &Problem) -> serde_json::Value {
    serde_json::json!({
        "severity": match problem.severity { Severity::Error => "error", Severity::Warning => "warning" },
        "file": problem.file, "line": problem.line, "column": problem.column,
        "key": problem.key, "what": problem.what, "way_out": problem.way_out,
    })
}
