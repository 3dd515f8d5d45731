//! A folder of recorded bodies: `DIR/<source>[/<role>]/<UTC time>.<ext>`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::model::format::Format;
use crate::normalize;

/// The successive bodies of one source.
#[derive(Debug, Clone)]
pub struct Recording {
    /// The folder's name: the source, and the vendor too.
    pub name: String,
    /// How it was published.
    pub format: Format,
    /// The files of each recorded role, by the time of their recording.
    pub roles: BTreeMap<&'static str, BTreeMap<Timestamp, PathBuf>>,
}

impl Recording {
    /// All times at which a body of any role was recorded.
    #[must_use]
    pub fn times(&self) -> Vec<Timestamp> {
        let mut times: Vec<Timestamp> = self.roles.values().flat_map(BTreeMap::keys).copied().collect();
        times.sort_unstable();
        times.dedup();
        times
    }

    /// The file of a role that stands at a time; `None` if the role had no body yet.
    #[must_use]
    pub fn standing(&self, role: &str, now: Timestamp) -> Option<&PathBuf> {
        self.roles.get(role)?.range(..=now).next_back().map(|(_, path)| path)
    }

    /// How many bodies were recorded.
    #[must_use]
    pub fn bodies(&self) -> usize {
        self.roles.values().map(BTreeMap::len).sum()
    }
}

/// Reads the folder of one source.
pub fn open(folder: &Path, name: &str, format: Format) -> Result<Recording> {
    let known = normalize::about(format).roles;
    let Some(first) = known.first() else {
        bail!("the format {} is not read from bodies, so nothing of it can be replayed", format.name())
    };
    let mut roles = BTreeMap::new();
    let own = bodies(folder)?;
    if !own.is_empty() {
        roles.insert(*first, own);
    }
    for sub in folders(folder)? {
        let word = file_name(&sub);
        let Some(role) = known.iter().find(|role| **role == word) else {
            bail!(
                "{}: the format {} has no role {word:?}; its roles are {}",
                sub.display(),
                format.name(),
                known.join(", ")
            )
        };
        if roles.insert(*role, bodies(&sub)?).is_some() {
            bail!("{}: bodies of the role {role} lie both in this folder and in the one above", sub.display())
        }
    }
    Ok(Recording { name: name.to_owned(), format, roles })
}

/// The folders in a folder, by name.
pub fn folders(folder: &Path) -> Result<Vec<PathBuf>> {
    Ok(entries(folder)?.into_iter().filter(|path| path.is_dir()).collect())
}

/// The bodies that lie in a folder itself, by the time in their names.
pub fn bodies(folder: &Path) -> Result<BTreeMap<Timestamp, PathBuf>> {
    let mut found = BTreeMap::new();
    for path in entries(folder)?.into_iter().filter(|path| path.is_file()) {
        found.insert(time_of(&path)?, path);
    }
    Ok(found)
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let listed = std::fs::read_dir(folder).with_context(|| format!("cannot read the folder {}", folder.display()))?;
    let mut paths: Vec<PathBuf> = listed
        .map(|entry| Ok(entry?.path()))
        .collect::<std::io::Result<_>>()
        .with_context(|| folder.display().to_string())?;
    paths.retain(|path| !file_name(path).starts_with('.'));
    paths.sort();
    Ok(paths)
}

/// The last part of a path, as text.
pub fn file_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

fn time_of(path: &Path) -> Result<Timestamp> {
    let name = file_name(path);
    let stem = name.split('.').next().unwrap_or_default();
    let time = DateTime::strptime("%Y-%m-%dT%H%M%SZ", stem)
        .with_context(|| format!("{}: a body is named by its UTC time, as 2025-11-18T092432Z.json", path.display()))?;
    Ok(time.to_zoned(TimeZone::UTC)?.timestamp())
}
