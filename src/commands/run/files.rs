//! The files of the configuration as they lie: whether they are others than those that were read last.
//!
//! The system tells of changes, in whatever way an editor or a cluster makes them: written in place, renamed over, or a
//! link that is turned to another folder. What it tells is only a reason to look; what counts is what stands in the
//! files, so that a change that it does not tell of is found too, a little later.

use std::path::{Path, PathBuf};
use std::time::Duration;

use notify::{RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc;

use crate::commands::load::{Folders, own_table};
use crate::model::hash;
use crate::model::template::ENDING;

/// Files are left alone until nothing has been written for so long.
pub const QUIET: Duration = Duration::from_millis(400);
/// However much is written, they are looked at after so long.
pub const AT_MOST: Duration = Duration::from_secs(5);
/// Where the system tells nothing, as on some network drives, they are looked at this often.
pub const LOOK_EVERY: Duration = Duration::from_secs(20);

/// What stands in all files, as one hash. Files that cannot be read count as such.
#[must_use]
pub fn print_of(folders: &Folders) -> String {
    let mut all = String::new();
    for path in files(folders) {
        let text = std::fs::read(&path).map_or_else(|error| error.kind().to_string(), |bytes| hash::of(&bytes));
        all.push_str(&format!("{}\n{text}\n", path.display()));
    }
    hash::of(all.as_bytes())
}

/// The files that a configuration is read from.
fn files(folders: &Folders) -> Vec<PathBuf> {
    let named = ["bellwether.toml", "inventory.toml", "subscriptions.toml"].map(|name| folders.config.join(name));
    let mut vendors: Vec<PathBuf> = std::fs::read_dir(&folders.sources)
        .map(|entries| entries.flatten().map(|entry| entry.path().join("vendor.toml")).collect())
        .unwrap_or_default();
    vendors.retain(|path| path.is_file());
    vendors.extend(own_table(&folders.sources));
    vendors.extend(templates(&folders.config, TEMPLATES_DEEP));
    vendors.sort();
    named.into_iter().chain(vendors).collect()
}

/// Folders of templates lie so deep below the configuration.
const TEMPLATES_DEEP: usize = 4;

/// Whatever the folder is called: it lies below the configuration.
fn templates(folder: &Path, deep: usize) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let is_hidden = |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
    let (folders, files): (Vec<PathBuf>, Vec<PathBuf>) =
        entries.filter(|path| !is_hidden(path)).partition(|path| path.is_dir());
    let mut found: Vec<PathBuf> = files;
    found.retain(|path| path.to_string_lossy().ends_with(ENDING));
    if deep > 0 {
        found.extend(folders.iter().flat_map(|folder| templates(folder, deep - 1)));
    }
    found
}

/// Told of by the system when something may have changed. It watches for as long as it lives.
pub struct Watching {
    watcher: Option<RecommendedWatcher>,
    folders: Folders,
    /// Something may have changed.
    pub hints: mpsc::Receiver<()>,
}

impl Watching {
    /// Begins to watch. Where that cannot be, no hint ever comes, and the files are only looked at from time to time.
    #[must_use]
    pub fn begin(folders: &Folders) -> Self {
        let (hint, hints) = mpsc::channel(1);
        let names: Vec<_> =
            [&folders.config, &folders.sources].iter().filter_map(|f| f.file_name()).map(Into::into).collect();
        let inside = [folders.config.clone(), folders.sources.clone()].map(|f| std::path::absolute(&f).unwrap_or(f));
        let tell = move |event: notify::Result<notify::Event>| {
            if event.is_ok_and(|event| concerns(&event, &inside, &names)) {
                // One hint that waits is as good as many.
                let _ = hint.try_send(());
            }
        };
        let watcher = notify::recommended_watcher(tell);
        let watcher = watcher.inspect_err(
            |error| tracing::warn!(%error, "changed files are found by looking every {} s only", LOOK_EVERY.as_secs()),
        );
        let mut watching = Self { watcher: watcher.ok(), folders: folders.clone(), hints };
        watching.again();
        watching
    }

    /// Watches what lies there now: a folder that was replaced is another one to the system.
    pub fn again(&mut self) {
        let Some(watcher) = &mut self.watcher else { return };
        let folders = [self.folders.config.clone(), self.folders.sources.clone()];
        for folder in folders.map(|folder| std::path::absolute(&folder).unwrap_or(folder)) {
            // What is not there is not watched; its parent tells when it comes. What was there is let go of first.
            let _ = watcher.unwatch(&folder);
            let _ = watcher.watch(&folder, RecursiveMode::Recursive);
            let _ = folder.parent().map(|parent| watcher.watch(parent, RecursiveMode::NonRecursive));
        }
    }
}

/// Whether it happened in one of the folders, or to one of them.
fn concerns(event: &notify::Event, inside: &[PathBuf], names: &[std::ffi::OsString]) -> bool {
    let is_read = matches!(event.kind, notify::EventKind::Access(_));
    let is_ours = |path: &Path| {
        inside.iter().any(|folder| path.starts_with(folder))
            || path.file_name().is_some_and(|name| names.iter().any(|ours| ours == name))
    };
    !is_read && event.paths.iter().any(|path| is_ours(path))
}

/// Waits until the files have been left alone for a moment.
pub async fn until_quiet(hints: &mut mpsc::Receiver<()>) {
    let end = tokio::time::Instant::now() + AT_MOST;
    let quiet = async { while let Ok(Some(())) = tokio::time::timeout(QUIET, hints.recv()).await {} };
    let _ = tokio::time::timeout_at(end, quiet).await;
}

/// The names of files that are empty now although what holds was read from something: such a file is being written, or
/// was cut off. To hold nothing, it may hold a comment.
#[must_use]
pub fn emptied(folders: &Folders, held_something: &[(&str, bool)]) -> Vec<PathBuf> {
    let is_empty = |path: &PathBuf| std::fs::read_to_string(path).is_ok_and(|text| text.trim().is_empty());
    let held = held_something.iter().filter(|(_, held)| *held).map(|(name, _)| folders.config.join(name));
    held.filter(is_empty).collect()
}
