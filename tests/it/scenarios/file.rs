//! Scenarios as they are written in `tests/scenarios/*.toml`: an organisation, steps in time, and what came of them.

use std::fs;
use std::path::{Path, PathBuf};

use bellwether::model::silence::Matcher;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde::Deserialize;

/// Where they lie.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios")
}

/// The files of scenarios, by name.
pub fn files() -> Vec<PathBuf> {
    let all = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    let is_one = |path: &PathBuf| path.extension().is_some_and(|e| e == "toml") && !path.ends_with("timelines.toml");
    let mut files: Vec<PathBuf> = all.filter(is_one).collect();
    files.sort();
    files
}

/// One file: scenarios about one thing, and what their organisation is unless they say otherwise.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Theme {
    pub about: String,
    #[serde(default)]
    pub settings: Option<String>,
    #[serde(default)]
    pub inventory: Option<String>,
    #[serde(default)]
    pub subscriptions: Option<String>,
    pub scenario: Vec<Scenario>,
}

/// One scenario. Its name is a sentence.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    pub name: String,
    /// Why it must be so, where the name does not say it.
    #[serde(default)]
    pub why: Option<String>,
    /// What it shows, in the words of the coverage: each must really be reached.
    #[serde(default)]
    pub shows: Vec<String>,
    /// The bugs of others that it is about.
    #[serde(default)]
    pub bugs: Vec<u8>,
    /// Lines of bellwether.toml.
    #[serde(default)]
    pub settings: Option<String>,
    /// The whole of inventory.toml, or lines more.
    #[serde(default)]
    pub inventory: Option<String>,
    #[serde(default)]
    pub more_inventory: Option<String>,
    /// The whole of subscriptions.toml, or lines more.
    #[serde(default)]
    pub subscriptions: Option<String>,
    #[serde(default)]
    pub more_subscriptions: Option<String>,
    /// When it begins; at noon of a Monday if not said.
    #[serde(default)]
    pub begins: Option<Timestamp>,
    pub until: String,
    /// How many minutes pass between two looks.
    #[serde(default = "one")]
    pub every: i64,
    pub steps: Vec<Step>,
    /// What must stand in a message: its number in `told`, from 1, and the words.
    #[serde(default)]
    pub says: Vec<(usize, String)>,
    /// And what must not.
    #[serde(default)]
    pub says_not: Vec<(usize, String)>,
    #[serde(default)]
    pub told: Vec<String>,
    #[serde(default)]
    pub not_told: Vec<String>,
}

const fn one() -> i64 {
    1
}

/// Something that happens. `at` is a time of the first day, `12:10`, or of a later one, `2 06:30`, by a true clock.
#[derive(Debug, Clone, Default, Deserialize, PartialEq, Eq)]
#[serde(default, deny_unknown_fields)]
pub struct Step {
    pub at: String,
    /// A vendor with one page, or a source: its page says something from now on.
    pub page: Option<String>,
    /// The key of an incident there, or at `hand`.
    pub incident: Option<String>,
    /// The key of a maintenance there.
    pub maintenance: Option<String>,
    pub title: Option<String>,
    /// The vendor's word for how bad it is.
    pub impact: Option<String>,
    /// The vendor's word for how far it is.
    pub phase: Option<String>,
    pub says: Option<String>,
    pub components: Option<Vec<String>>,
    /// When it began, in the vendor's word; when it was posted, if not said.
    pub began: Option<String>,
    /// The window of a maintenance; `until` is also the end of a silence.
    pub from: Option<String>,
    pub until: Option<String>,
    /// It leaves the page without a word.
    pub vanishes: bool,
    /// A component there, and its own status.
    pub component: Option<String>,
    pub status: Option<String>,
    /// The component is no longer listed.
    pub dropped: bool,
    /// What the server answers instead: `nothing`, `empty`, `html`, `error`, `cut short`; or `the page` again.
    pub answers: Option<String>,
    /// The very bytes that it answers.
    pub body: Option<String>,
    /// A person takes care of an incident: `keyring a`.
    pub acknowledge: Option<String>,
    pub by: Option<String>,
    pub silence: Option<Matcher>,
    pub reason: Option<String>,
    /// The newest silence is ended.
    pub end_silence: bool,
    /// A person sets all that is open at this vendor to `impact`, for a while or until the vendor's next change.
    pub override_of: Option<String>,
    /// The newest override is ended.
    pub end_override: bool,
    /// A person enters an incident of this vendor.
    pub hand: Option<String>,
    /// A person says that these two are one: `carechart x`, `keyring a`.
    pub join: Option<[String; 2]>,
    /// A person says that a source is read right.
    pub confirm: Option<String>,
    /// The files are others from now on.
    pub settings: Option<String>,
    pub inventory: Option<String>,
    pub subscriptions: Option<String>,
    pub more_subscriptions: Option<String>,
    /// A receiver does not take anything, and what it answers; or takes all again.
    pub receiver: Option<String>,
    pub refuses: Option<String>,
    pub accepts: bool,
    /// Our own network: `gone` or `back`.
    pub network: Option<String>,
    /// The machine's clock is set to this.
    pub clock: Option<String>,
    /// The process ends and begins anew.
    pub restart: bool,
}

impl Scenario {
    pub fn begins(&self) -> Timestamp {
        self.begins.unwrap_or_else(|| "2026-03-02T12:00:00Z".parse().unwrap())
    }

    /// The time that a text means.
    pub fn time(&self, text: &str) -> Timestamp {
        let first = self.begins().to_zoned(TimeZone::UTC).date();
        let (day, time) = text.split_once(' ').unwrap_or(("1", text));
        let day: i64 = day.parse().unwrap_or_else(|_| panic!("{}: {text:?} is no time", self.name));
        let time: Time = time.parse().unwrap_or_else(|_| panic!("{}: {text:?} is no time", self.name));
        let date: Date = first.checked_add((day - 1).days()).unwrap();
        date.to_datetime(time).to_zoned(TimeZone::UTC).unwrap().timestamp()
    }

    /// A time as the lines write it.
    pub fn written(&self, at: Timestamp) -> String {
        let (first, at) = (self.begins().to_zoned(TimeZone::UTC).date(), at.to_zoned(TimeZone::UTC));
        let day = (at.date() - first).get_days() + 1;
        let time = at.strftime(if at.second() == 0 { "%H:%M" } else { "%H:%M:%S" }).to_string();
        if day == 1 { time } else { format!("{day} {time}") }
    }
}

/// The scenarios of a file.
pub fn read(path: &Path) -> Theme {
    let text = fs::read_to_string(path).unwrap();
    toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
