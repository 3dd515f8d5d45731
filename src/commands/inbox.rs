//! Words of people on their way to the running Bellwether: files in the folder `inbox` beside the database.
//!
//! `run` holds the database for itself, so `incident` leaves its word here and waits for the answer. A word is taken in
//! once, however often its file is found.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::pipeline::compiled::Compiled;
use crate::pipeline::hand::{self, NotTaken, Word};
use crate::pipeline::settle::Happened;
use crate::store::Store;

/// What became of a word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// It was taken in.
    Taken {
        /// The incident it is about.
        incident: String,
        /// The services of ours that it hurts or frees, in words.
        effects: Vec<String>,
        /// Who is told, by their keys.
        told: Vec<String>,
    },
    /// It makes no sense.
    Refused(String),
}

impl Answer {
    /// The answer to a word that was taken in.
    #[must_use]
    pub fn of(incident: &crate::model::id::IncidentId, happened: &Happened) -> Self {
        let effects = happened.effects.iter().map(|(kind, effect)| {
            format!("{}: {} ({})", kind.word(), effect.path.join(", because "), effect.impact.label().to_lowercase())
        });
        let told = happened.notices.iter().filter(|n| n.sent).map(|n| n.receiver.to_string());
        Self::Taken { incident: incident.to_string(), effects: effects.collect(), told: told.collect() }
    }
}

/// The inbox of a data folder.
#[derive(Debug, Clone)]
pub struct Inbox {
    folder: PathBuf,
}

impl Inbox {
    /// The inbox in the data folder `data`.
    #[must_use]
    pub fn of(data: &Path) -> Self {
        Self { folder: data.join("inbox") }
    }

    /// Leaves a word.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn leave(&self, word: &Word) -> Result<()> {
        std::fs::create_dir_all(&self.folder).with_context(|| self.folder.display().to_string())?;
        write_whole(&self.file(&word.key, "word"), &serde_json::to_vec(word)?)
    }

    /// Takes the answer to a word, if it has come.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn take_answer(&self, key: &str) -> Result<Option<Answer>> {
        let path = self.file(key, "answer");
        match std::fs::read(&path) {
            Ok(bytes) => {
                std::fs::remove_file(&path).with_context(|| path.display().to_string())?;
                Ok(Some(serde_json::from_slice(&bytes)?))
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).with_context(|| path.display().to_string()),
        }
    }

    /// Takes in every word that waits, and answers it.
    ///
    /// # Errors
    /// The folder cannot be read, or the store cannot be written; then the words go on waiting.
    pub async fn take_in(&self, store: &Store, compiled: &Compiled, now: Timestamp) -> Result<Vec<Happened>> {
        let mut all = Vec::new();
        for path in self.words()? {
            let bytes = std::fs::read(&path).with_context(|| path.display().to_string())?;
            let key = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
            let answer = match serde_json::from_slice::<Word>(&bytes) {
                Err(error) => Answer::Refused(format!("{} is no word: {error}", path.display())),
                Ok(word) => match hand::take_word(store, compiled, &word, now).await {
                    Ok((incident, happened)) => {
                        let answer = Answer::of(&incident, &happened);
                        all.push(happened);
                        answer
                    }
                    Err(NotTaken::Senseless(why)) => Answer::Refused(why),
                    Err(NotTaken::Store(error)) => return Err(error.into()),
                },
            };
            write_whole(&self.file(&key, "answer"), &serde_json::to_vec(&answer)?)?;
            std::fs::remove_file(&path).with_context(|| path.display().to_string())?;
        }
        Ok(all)
    }

    fn words(&self) -> Result<Vec<PathBuf>> {
        let entries = match std::fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error).with_context(|| self.folder.display().to_string()),
        };
        let paths = entries.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>();
        let mut words = paths.with_context(|| self.folder.display().to_string())?;
        words.retain(|path| path.extension().is_some_and(|ending| ending == "word"));
        words.sort();
        Ok(words)
    }

    fn file(&self, key: &str, ending: &str) -> PathBuf {
        self.folder.join(format!("{key}.{ending}"))
    }
}

/// Writes a file so that nobody ever sees half of it.
fn write_whole(path: &Path, bytes: &[u8]) -> Result<()> {
    let half = path.with_extension("half");
    std::fs::write(&half, bytes).with_context(|| format!("cannot write {}", half.display()))?;
    std::fs::rename(&half, path).with_context(|| format!("cannot write {}", path.display()))
}
