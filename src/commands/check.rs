//! `check`: everything that is wrong with the configuration, at once. It never touches the network.

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::process::ExitCode;

use anyhow::Result;

use super::load::{self, Folders, Loaded};
use super::{guess, owner};
use crate::config::check::{selectors, unbelieved};
use crate::config::problem::{Problem, Severity};
use crate::model::id::SourceId;
use crate::store::{Store, StoreError};

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
    loaded.problems.extend(as_last_seen(&loaded)?);
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

/// Dependencies that match nothing that the vendor lists, and those that rest on a source which is not to be believed, as
/// far as a look has ever been had.
fn as_last_seen(loaded: &Loaded) -> Result<Vec<Problem>> {
    let (Some(settings), Some(inventory)) = (&loaded.settings, &loaded.inventory) else { return Ok(Vec::new()) };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (listed, doubted) = runtime.block_on(async {
        match Store::open_to_read(&settings.database.folder).await? {
            Some(store) => Ok((store.listed_components().await?, doubted(Some(&store), loaded).await)),
            None => Ok::<_, StoreError>((BTreeMap::new(), doubted(None, loaded).await)),
        }
    })?;
    let places = &loaded.inventory_places;
    let mut problems = selectors(inventory, places, &loaded.vendors, &listed);
    problems.extend(unbelieved(inventory, places, &doubted));
    Ok(problems)
}

/// Why each source that is not to be believed is not, and the way out. A database that an older Bellwether has written
/// knows of none; what was only guessed is not believed before the first look either.
async fn doubted(store: Option<&Store>, loaded: &Loaded) -> BTreeMap<SourceId, (String, String)> {
    let mut doubted = BTreeMap::new();
    let watches = match store {
        Some(store) => store.watches().await.unwrap_or_default(),
        None => Default::default(),
    };
    for (source, watch) in watches.watch {
        let doubts: Vec<String> = watch.doubts().iter().map(ToString::to_string).collect();
        if !doubts.is_empty() {
            let way_out = format!("look at the page; if it is right, `bellwether vendors confirm {source}`");
            doubted.insert(source, (format!("is not what it was: {}", doubts.join("; ")), way_out));
        }
    }
    let sources = loaded.vendors.values().flatten().flat_map(|vendor| &vendor.sources);
    for (source, way_out) in guess::unconfirmed(store, sources).await {
        let what = "is read as was guessed: it is never shown as well and tells nobody".to_owned();
        doubted.entry(source).or_insert((what, way_out));
    }
    doubted
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
