//! What a command asks of the running Bellwether, beside words about incidents: to read its files again.
//!
//! `run` holds the data for itself, so the command leaves a file in the folder `inbox` beside the database and waits for
//! the answer.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use super::load::{self, Folders};
use super::owner;
use crate::store;

/// How long a running Bellwether may take to answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(20);

/// What came of reading the files again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Why they were not taken up; empty where they were.
    pub refused: Vec<String>,
    /// What is doubtful in them.
    pub warnings: Vec<String>,
    /// What holds only after a restart.
    pub after_restart: Vec<String>,
}

fn inbox(data: &Path) -> PathBuf {
    data.join("inbox")
}

/// The keys of those who ask for a reload and have no answer yet.
#[must_use]
pub fn asked(data: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(inbox(data)) else { return Vec::new() };
    let paths = entries.flatten().map(|entry| entry.path());
    let asks = paths.filter(|path| path.extension().is_some_and(|ending| ending == "reload"));
    asks.filter_map(|path| Some(path.file_stem()?.to_string_lossy().into_owned())).collect()
}

/// Answers one of them.
///
/// # Errors
/// The folder cannot be written.
pub fn answer(data: &Path, key: &str, answer: &Answer) -> Result<()> {
    let (asked, half) = (inbox(data).join(format!("{key}.reload")), inbox(data).join(format!("{key}.half")));
    let bytes = serde_json::to_vec(answer)?;
    std::fs::write(&half, bytes).with_context(|| half.display().to_string())?;
    std::fs::rename(&half, inbox(data).join(format!("{key}.reloaded"))).with_context(|| half.display().to_string())?;
    std::fs::remove_file(&asked).with_context(|| asked.display().to_string())
}

/// Asks the running Bellwether to read its files again, and says what came of it.
///
/// # Errors
/// None runs on this data, or it does not answer.
pub fn reload(folders: &Folders) -> Result<ExitCode> {
    // The folder of the data is read even from files that are otherwise broken: that is what this is to find out.
    let loaded = load::load(folders)?;
    let Some(settings) = &loaded.settings else {
        super::check::print(&loaded.problems);
        return Ok(ExitCode::from(super::cli::BAD_CONFIGURATION));
    };
    let data = &settings.database.folder;
    owner::act_as_owner_of(data)?;
    if !store::is_in_use(data) {
        bail!("no Bellwether runs on {}; what it starts with is what lies there then", data.display());
    }
    let answer = ask(data)?;
    for warning in &answer.warnings {
        eprintln!("{warning}");
    }
    for key in &answer.after_restart {
        eprintln!("{key} was changed; it holds after a restart");
    }
    if answer.refused.is_empty() {
        say!("the configuration was read again and holds");
        return Ok(ExitCode::SUCCESS);
    }
    for refused in &answer.refused {
        eprintln!("{refused}");
    }
    eprintln!("error: the configuration that held before goes on");
    Ok(ExitCode::from(super::cli::BAD_CONFIGURATION))
}

fn ask(data: &Path) -> Result<Answer> {
    let key = uuid::Uuid::now_v7().to_string();
    let folder = inbox(data);
    std::fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
    let (asked, answered) = (folder.join(format!("{key}.reload")), folder.join(format!("{key}.reloaded")));
    std::fs::write(&asked, "").with_context(|| asked.display().to_string())?;
    let end = Instant::now() + ANSWER_WITHIN;
    while Instant::now() < end {
        if let Ok(bytes) = std::fs::read(&answered) {
            std::fs::remove_file(&answered).with_context(|| answered.display().to_string())?;
            return Ok(serde_json::from_slice(&bytes)?);
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    let _ = std::fs::remove_file(&asked);
    bail!("the running Bellwether has not answered within {} s", ANSWER_WITHIN.as_secs())
}
