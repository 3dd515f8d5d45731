//! Another configuration while running: built whole, checked whole, and then taken up, or not at all.
//!
//! The files are read when they change, at SIGHUP, and when `bellwether reload` asks. A file that is broken leaves what
//! holds as it is. Nothing here waits for the network: what a new configuration means is worked out by the next tick.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Result;
use jiff::Timestamp;
use tokio::sync::watch;

use super::files::{self, Watching};
use crate::commands::errand::Answer;
use crate::commands::load::{self, Folders, Loaded};
use crate::commands::setup::Sound;
use crate::config::bellwether::Settings;
use crate::config::operation::Retention;
use crate::config::problem::{Problem, Severity};
use crate::delivery::heart::Heart;
use crate::model::condition::{Condition, Refusal};
use crate::model::detected::Detected;
use crate::model::id::{Ids, SourceId};
use crate::model::own::Own;
use crate::pipeline::compiled::Compiled;
use crate::pipeline::deliver::Ways;
use crate::pipeline::look::Ask;

/// What was found out of the sources whose files leave their format open.
pub type Formats = BTreeMap<SourceId, Detected>;

/// All that is made of the files, for those who work with it.
pub struct Made {
    /// For the looks, the pages and the words of people.
    pub compiled: Arc<Compiled>,
    /// Carries requests out.
    pub ask: Arc<dyn Ask>,
    /// Reaches receivers.
    pub ways: Arc<Ways>,
    /// Calls the watch outside.
    pub heart: Option<Arc<Heart>>,
    /// What is let go of, and when.
    pub retention: Retention,
}

/// Where it is handed out.
pub struct Outlets {
    /// The configuration.
    pub compiled: watch::Sender<Arc<Compiled>>,
    /// Carries requests out.
    pub ask: watch::Sender<Arc<dyn Ask>>,
    /// Reaches receivers.
    pub ways: watch::Sender<Arc<Ways>>,
    /// Calls the watch outside.
    pub heart: watch::Sender<Option<Arc<Heart>>>,
    /// What is let go of, and when.
    pub retention: watch::Sender<Retention>,
    /// How Bellwether itself fares.
    pub condition: Arc<watch::Sender<Condition>>,
}

/// What came of reading the files once more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reloaded {
    /// When.
    pub at: Timestamp,
    /// Why they were not taken up; empty where they were.
    pub refused: Vec<Refusal>,
    /// Keys that hold only after a restart.
    pub after_restart: Vec<String>,
    /// What is doubtful in them, as `check` says it.
    pub warnings: Vec<String>,
    /// Sources that are looked at from now on, and those that are no more.
    pub sources: (usize, usize),
}

/// Takes up other configurations.
pub struct Reloader {
    folders: Folders,
    ids: Ids,
    process: String,
    /// The settings that the process was started with: some of them hold until it ends.
    started: Settings,
    outlets: Outlets,
    /// What stood in the files when they were read last.
    print: String,
    /// Why they were not taken up then.
    refused: Vec<Refusal>,
    edition: u64,
    detected: Formats,
    /// The subscriptions that people made themselves.
    owns: Vec<Own>,
}

impl Made {
    /// Makes everything of sound files.
    ///
    /// # Errors
    /// A secret, a certificate or a proxy that cannot be used.
    pub fn of(sound: &Sound, ids: Ids, edition: u64, process: String, detected: &Formats) -> Result<Self> {
        Ok(Self {
            compiled: Arc::new(sound.compiled(ids).knowing(detected).of_edition(edition)),
            ask: Arc::new(sound.network()?),
            ways: Arc::new(sound.ways(process)?),
            heart: sound.heart()?.map(Arc::new),
            retention: sound.settings.retention.clone(),
        })
    }

    /// The same, with the subscriptions that people made themselves.
    #[must_use]
    pub fn telling(self, owns: &[Own]) -> Self {
        Self { compiled: Arc::new(Compiled::clone(&self.compiled).with_owns(owns)), ..self }
    }

    /// The outlets that hand it out from the beginning.
    #[must_use]
    pub fn outlets(self, now: Timestamp) -> Outlets {
        let mut condition = Condition::default();
        condition.configuration.since = Some(now);
        condition.configuration.tried = Some(now);
        Outlets {
            compiled: watch::channel(self.compiled).0,
            ask: watch::channel(self.ask).0,
            ways: watch::channel(self.ways).0,
            heart: watch::channel(self.heart).0,
            retention: watch::channel(self.retention).0,
            condition: Arc::new(watch::channel(condition).0),
        }
    }
}

impl Reloader {
    /// One that has taken up what the process was started with.
    #[must_use]
    pub fn new(folders: Folders, sound: &Sound, ids: Ids, process: String, outlets: Outlets) -> Self {
        let (print, started) = (files::print_of(&folders), sound.settings.clone());
        let (refused, detected, owns) = (Vec::new(), Formats::new(), Vec::new());
        Self { folders, ids, process, started, outlets, print, refused, edition: 0, detected, owns }
    }

    /// Takes up what was found out of sources whose files leave their format open. No file is read for it, so that it
    /// holds beside files that are refused.
    pub fn know(&mut self, detected: Formats) {
        self.detected = detected;
        let before = self.outlets.compiled.borrow().clone();
        let knowing = Compiled::clone(&before).knowing(&self.detected);
        if knowing.vendors != before.vendors {
            self.edition += 1;
            self.outlets.compiled.send_replace(Arc::new(knowing.of_edition(self.edition)));
        }
    }

    /// Takes up the subscriptions that people made themselves; no file is read for it either.
    pub fn tell(&mut self, owns: Vec<Own>) {
        if owns == self.owns {
            return;
        }
        self.owns = owns;
        self.edition += 1;
        let before = self.outlets.compiled.borrow().clone();
        let telling = Compiled::clone(&before).with_owns(&self.owns).of_edition(self.edition);
        self.outlets.compiled.send_replace(Arc::new(telling));
    }

    /// Where everything is handed out.
    #[must_use]
    pub const fn outlets(&self) -> &Outlets {
        &self.outlets
    }

    /// Watches the files.
    #[must_use]
    pub fn watching(&self) -> Watching {
        Watching::begin(&self.folders)
    }

    /// Reads the files if they are others than those that were read last, or if those were refused: a secret or a
    /// certificate that they name may have come meanwhile. What is refused as before is not said again.
    pub fn look(&mut self, now: Timestamp) -> Option<Reloaded> {
        let print = files::print_of(&self.folders);
        let is_other = print != self.print;
        if !is_other && self.refused.is_empty() {
            return None;
        }
        let before = self.refused.clone();
        let reloaded = self.reload(now);
        // What was written while it was read is read again at the next look.
        self.print = print;
        (is_other || reloaded.refused != before).then_some(reloaded)
    }

    /// Reads the files, secrets and certificates, and takes them up if nothing is wrong with them.
    pub fn reload(&mut self, now: Timestamp) -> Reloaded {
        self.print = files::print_of(&self.folders);
        let mut reloaded =
            Reloaded { at: now, refused: Vec::new(), after_restart: Vec::new(), warnings: Vec::new(), sources: (0, 0) };
        match self.made(&mut reloaded) {
            Ok(made) => self.take_up(made, &mut reloaded),
            Err(refused) => reloaded.refused = refused,
        }
        self.refused.clone_from(&reloaded.refused);
        self.note(&reloaded);
        reloaded
    }

    fn made(&self, reloaded: &mut Reloaded) -> Result<Made, Vec<Refusal>> {
        let all = |error: anyhow::Error| vec![refusal(format!("{error:#}"))];
        let loaded = load::load(&self.folders).map_err(all)?;
        let emptied = self.emptied();
        if !emptied.is_empty() {
            return Err(emptied);
        }
        reloaded.warnings = of_severity(&loaded, Severity::Warning).map(ToString::to_string).collect();
        let Some(sound) = Sound::of(&loaded) else { return Err(errors(&loaded)) };
        reloaded.after_restart = after_restart(&self.started, &sound.settings);
        let made = Made::of(&sound, self.ids.clone(), self.edition + 1, self.process.clone(), &self.detected);
        made.map(|made| made.telling(&self.owns)).map_err(all)
    }

    /// A file that lost all it held is being written, or was cut off.
    fn emptied(&self) -> Vec<Refusal> {
        let compiled = self.outlets.compiled.borrow().clone();
        let held = [
            ("inventory.toml", !compiled.inventory.services.is_empty()),
            ("subscriptions.toml", compiled.has_receivers_of_its_own()),
        ];
        let refused = |path: PathBuf| Refusal {
            file: path.display().to_string(),
            line: 1,
            message: format!(
                "{}:1:1: the file is empty, and what holds was read from it; if nothing is meant, write a comment into it",
                path.display()
            ),
        };
        files::emptied(&self.folders, &held).into_iter().map(refused).collect()
    }

    /// Receivers first: what the new configuration decides to tell must find its way.
    fn take_up(&mut self, made: Made, reloaded: &mut Reloaded) {
        self.edition += 1;
        let (before, after) = (self.outlets.compiled.borrow().polled(), made.compiled.polled());
        reloaded.sources = (after.difference(&before).count(), before.difference(&after).count());
        self.outlets.ways.send_replace(made.ways);
        self.outlets.ask.send_replace(made.ask);
        self.outlets.compiled.send_replace(made.compiled);
        self.outlets.heart.send_replace(made.heart);
        self.outlets.retention.send_replace(made.retention);
    }

    fn note(&self, reloaded: &Reloaded) {
        self.outlets.condition.send_modify(|condition| {
            let configuration = &mut condition.configuration;
            configuration.tried = Some(reloaded.at);
            configuration.refused.clone_from(&reloaded.refused);
            if reloaded.refused.is_empty() {
                configuration.since = Some(reloaded.at);
                configuration.refused_since = None;
                configuration.after_restart.clone_from(&reloaded.after_restart);
            } else {
                configuration.refused_since.get_or_insert(reloaded.at);
            }
        });
    }
}

impl Reloaded {
    /// What a command that asked is answered.
    #[must_use]
    pub fn answer(&self) -> Answer {
        Answer {
            refused: self.refused.iter().map(|refusal| refusal.message.clone()).collect(),
            warnings: self.warnings.clone(),
            after_restart: self.after_restart.clone(),
        }
    }
}

fn of_severity(loaded: &Loaded, severity: Severity) -> impl Iterator<Item = &Problem> {
    loaded.problems.iter().filter(move |problem| problem.severity == severity)
}

fn errors(loaded: &Loaded) -> Vec<Refusal> {
    let refusal =
        |problem: &Problem| Refusal { file: problem.file.clone(), line: problem.line, message: problem.to_string() };
    of_severity(loaded, Severity::Error).map(refusal).collect()
}

fn refusal(message: String) -> Refusal {
    Refusal { file: String::new(), line: 0, message }
}

/// The keys that hold only after a restart, where they were changed.
fn after_restart(started: &Settings, now: &Settings) -> Vec<String> {
    let changed = [
        ("[server] listen", started.server.listen != now.server.listen),
        ("[server] token", started.server.token != now.server.token),
        ("[server] kiosk", started.server.kiosk != now.server.kiosk),
        ("[database] folder", started.database != now.database),
        ("[polling] workers", started.polling.workers != now.polling.workers),
        ("[log]", started.log != now.log),
    ];
    changed.into_iter().filter(|(_, is_changed)| *is_changed).map(|(key, _)| key.to_owned()).collect()
}
