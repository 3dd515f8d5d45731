//! `vendors record`: the bodies of a live look become a sample, with what they come to beside it, for a person to read.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use jiff::Timestamp;

use super::load::{self, Folders};
use super::setup::Sound;
use super::{recorder, sample};
use crate::model::snapshot::Look;
use crate::model::vendor::Source;
use crate::normalize::{Answer, Outcome};

/// What is to be recorded.
#[derive(Debug, Clone)]
pub struct Record {
    /// `vendor` or `vendor/source`.
    pub what: String,
    /// Where the sample goes: the vendor's folder of the user's own, unless it is said.
    pub into: Option<PathBuf>,
    /// The name of the case: the time, unless it is said.
    pub case: Option<String>,
}

/// Records each source of what is named. The exit code is 1 if any could not be read; what came is kept all the same.
///
/// # Errors
/// A configuration that cannot be used, a vendor that is not known, a case that exists.
pub fn run(folders: &Folders, record: &Record) -> Result<ExitCode> {
    let loaded = load::load(folders)?;
    let Some(sound) = Sound::of(&loaded) else {
        super::check::print(&loaded.problems);
        return Ok(ExitCode::from(super::cli::BAD_CONFIGURATION));
    };
    let vendor = sound.vendor(record.what.split('/').next().unwrap_or_default())?;
    let chosen = vendor.sources.iter().filter(|s| !record.what.contains('/') || s.id.as_str() == record.what);
    let chosen: Vec<&Source> = chosen.filter(|source| source.url.is_some()).collect();
    if chosen.is_empty() {
        bail!("{} has no source {} that can be read", vendor.name, record.what);
    }
    let folder = record.into.clone().unwrap_or_else(|| folders.sources.join(vendor.id.as_str()));
    fs::create_dir_all(&folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
    let network = sound.network()?;
    let mut all_read = true;
    for source in chosen {
        let now = Timestamp::now();
        let now = Timestamp::from_second(now.as_second()).unwrap_or(now);
        let name = source.id.as_str().rsplit('/').next().unwrap_or_default();
        let several = vendor.sources.len() > 1;
        let mut case = record.case.clone().unwrap_or_else(|| now.strftime("%Y-%m-%dT%H%M%SZ").to_string());
        if several && !record.what.contains('/') {
            case = format!("{case}-{name}");
        }
        let expected = sample::expected_file(&folder, &case);
        if case.is_empty() || case.contains(['.', '/', '\\']) || case.contains(char::is_whitespace) {
            bail!("{case:?} is no name of a case: it becomes part of a file's name; write letters, digits and '-'");
        }
        if expected.exists() {
            let file = expected.display();
            bail!("there is a case {case:?} already ({file}); say another with --case NAME, or delete its files first");
        }
        let (looked, answers) = recorder::look_once(&network, source, now)?;
        let saved = save(&folder, &case, several.then_some(name), &answers)?;
        if saved.is_empty() {
            if let Look::Unreadable(why) = &looked.look {
                say!("{}: nothing came that could be kept: {why}", source.id);
            }
            all_read = false;
            continue;
        }
        let came = sample::outcome(source, &answers, Some(now));
        fs::write(&expected, &came).with_context(|| format!("cannot write {}", expected.display()))?;
        all_read &= matches!(looked.look, Look::Snapshot(_));
        saved.iter().for_each(|path| say!("{}", path.display()));
        say!("{}  what it comes to:\n{came}", expected.display());
        match &looked.look {
            Look::Unreadable(_) => say!(
                "It could not be read, and so it proves nothing. Delete these files, unless it is to stay unreadable.\n"
            ),
            Look::Snapshot(_) | Look::SameAsBefore => say_what_follows(source, &folder, &folders.sources),
        }
    }
    Ok(if all_read { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// That it is to be read, and what comes of it.
fn say_what_follows(source: &Source, folder: &Path, sources: &Path) {
    let id = &source.id;
    say!(
        "Read it beside the page. If it is not what the page says, mend vendor.toml; `bellwether vendors test` then shows"
    );
    say!("what changed, and with --accept keeps it.");
    if source.map.is_some() && folder.starts_with(sources) {
        say!("With this sample {id} is no guess any more: it is shown as well, and tells whoever depends on it.");
    }
    say!();
}

/// Writes each body that came into a file of its own.
fn save(folder: &Path, case: &str, source: Option<&str>, answers: &[Answer]) -> Result<Vec<PathBuf>> {
    let mut saved: Vec<PathBuf> = Vec::new();
    for (index, answer) in answers.iter().enumerate() {
        let Outcome::Body(body) = &answer.outcome else { continue };
        let before = answers.iter().take(index).filter(|other| other.role == answer.role).count();
        let number = if before == 0 { String::new() } else { format!(".{}", before + 1) };
        let source = source.map(|source| format!("{source}.")).unwrap_or_default();
        let name = format!("{case}.{source}{}{number}.sample.{}", answer.role, ending(&body.bytes));
        let path = folder.join(name);
        fs::write(&path, &body.bytes).with_context(|| format!("cannot write {}", path.display()))?;
        saved.push(path);
    }
    Ok(saved)
}

/// The ending of a file, by what is in it.
fn ending(bytes: &[u8]) -> &'static str {
    let start = String::from_utf8_lossy(bytes.get(..bytes.len().min(512)).unwrap_or_default()).to_lowercase();
    let start = start.trim_start_matches('\u{feff}').trim_start();
    if start.starts_with(['{', '[']) {
        "json"
    } else if start.contains("<html") || start.contains("<!doctype html") {
        "html"
    } else if start.starts_with('<') {
        "xml"
    } else {
        "txt"
    }
}
