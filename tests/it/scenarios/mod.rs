//! The table of scenarios: what vendors say and people do, in time, against the messages that come of it, in order. All of it
//! is data, in `tests/scenarios/`; `tests/scenarios/README.md` says how one is written.
//!
//! `BELLWETHER_BLESS=1` writes what came into the files; read the difference as carefully as code.

mod bless;
mod coverage;
mod file;
mod organisation;
mod page;
mod play;
mod timelines;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use similar::TextDiff;

use self::coverage::Coverage;
use self::file::{Scenario, Theme};
use self::page::Pages;
use self::play::Play;

/// The bugs of others that are named: those of the study beside the project.
const BUGS: std::ops::RangeInclusive<u8> = 1..=12;

/// A scenario that takes longer is named: a look every few minutes may be enough for it.
const SLOW: Duration = Duration::from_secs(3);

/// What came of a scenario, as its lists write it.
pub struct Came {
    told: Vec<String>,
    not_told: Vec<String>,
    reached: BTreeSet<String>,
    wrong: Vec<String>,
}

async fn came(theme: &Theme, scenario: &Scenario) -> Came {
    let play = play::play(theme, scenario).await;
    let letters = play.letters.iter();
    let told: Vec<String> = letters
        .map(|letter| format!("{}  {}  {}", scenario.written(letter.at), letter.receiver, letter.subject))
        .collect();
    let withheld = play.withheld.iter();
    let not_told =
        withheld.map(|(at, receiver, rule, why)| format!("{}  {receiver}  {rule}: {why}", scenario.written(*at)));
    let (not_told, wrong) = (not_told.collect(), wrong(scenario, &play));
    Came { told, not_told, reached: play.reached, wrong }
}

/// What a scenario says of itself and its messages that is not so.
fn wrong(scenario: &Scenario, play: &Play<Pages>) -> Vec<String> {
    let mut wrong = Vec::new();
    for (number, words) in &scenario.says {
        match number.checked_sub(1).and_then(|at| play.letters.get(at)) {
            None => wrong.push(format!("there is no message {number}")),
            Some(letter) if !letter.text.contains(words) => {
                wrong.push(format!("message {number} does not say {words:?}:\n{}", letter.text));
            }
            Some(_) => {}
        }
    }
    for (number, words) in &scenario.says_not {
        if number.checked_sub(1).and_then(|at| play.letters.get(at)).is_some_and(|letter| letter.text.contains(words)) {
            wrong.push(format!("message {number} says {words:?}"));
        }
    }
    let known: BTreeSet<String> = coverage::all().into_iter().collect();
    for word in &scenario.shows {
        if !known.contains(word) {
            wrong.push(format!("nothing is called {word:?}; the words are those of the coverage"));
        } else if !play.reached.contains(word) {
            wrong.push(format!("it does not show {word:?}"));
        }
    }
    wrong
}

/// Which scenarios are played: all, or those whose name holds the words in `SCENARIO`.
fn is_asked(scenario: &Scenario) -> bool {
    std::env::var("SCENARIO").map_or(true, |words| scenario.name.contains(&words))
}

fn play_file(theme: &Theme) -> Vec<Came> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let asked = theme.scenario.iter().filter(|scenario| is_asked(scenario));
    let play = |scenario: &Scenario| {
        let begun = Instant::now();
        let came = runtime.block_on(came(theme, scenario));
        let took = begun.elapsed();
        if took > SLOW {
            println!("{:.1} s: {}", took.as_secs_f64(), scenario.name);
        }
        came
    };
    asked.map(play).collect()
}

/// All scenarios of all files, played; two files at a time.
fn play_all() -> Vec<(PathBuf, Theme, Vec<Came>)> {
    let all = file::files().into_iter().map(|path| (path.clone(), file::read(&path)));
    let waiting = Mutex::new(all.collect::<Vec<_>>());
    let played = Mutex::new(Vec::new());
    let next = || waiting.lock().unwrap().pop();
    let worker = || {
        while let Some((path, theme)) = next() {
            let came = play_file(&theme);
            played.lock().unwrap().push((path, theme, came));
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(worker);
        scope.spawn(worker);
    });
    let mut played = played.into_inner().unwrap();
    played.sort_by(|a, b| a.0.cmp(&b.0));
    played
}

fn difference(what: &str, expected: &[String], came: &[String]) -> Option<String> {
    if expected == came {
        return None;
    }
    let of = |lines: &[String]| lines.iter().map(|line| format!("{line:?},\n")).collect::<String>();
    let (expected, came) = (of(expected), of(came));
    let diff = TextDiff::from_lines(&expected, &came);
    Some(format!("{what} (- expected, + came):\n{}", diff.unified_diff().context_radius(2)))
}

#[test]
fn every_scenario_comes_out_as_written_and_every_rule_is_reached_by_two() {
    let played = play_all();
    let is_part = std::env::var_os("SCENARIO").is_some();
    let is_blessed = std::env::var_os("BELLWETHER_BLESS").is_some() && !is_part;
    let (mut failures, mut coverage, mut bugs) = (Vec::new(), Coverage::default(), BTreeMap::new());
    let mut met: BTreeMap<String, &str> = BTreeMap::new();
    for (path, theme, all) in &played {
        if is_blessed {
            bless::write(path, all);
        }
        for (scenario, came) in theme.scenario.iter().filter(|scenario| is_asked(scenario)).zip(all) {
            let mut wrong = came.wrong.clone();
            if !is_blessed {
                wrong.extend(difference("told", &scenario.told, &came.told));
                wrong.extend(difference("not_told", &scenario.not_told, &came.not_told));
            }
            if let Some(same) = met.insert(made_of(theme, scenario), &scenario.name) {
                wrong.push(format!("it is the same as {same:?}"));
            }
            if !wrong.is_empty() {
                failures.push(failure(path, theme, scenario, &wrong));
            }
            coverage.add(&scenario.name, &came.reached);
            for bug in &scenario.bugs {
                bugs.entry(*bug).or_insert_with(Vec::new).push(scenario.name.as_str());
            }
        }
    }
    let (table, few) = coverage.table();
    let named = bugs.iter().map(|(bug, by)| format!("bug {bug:>2}  {}\n", by.join(" | "))).collect::<String>();
    println!("{table}\n{named}\n{} scenarios in {} files", met.len(), played.len());
    assert!(failures.is_empty(), "{} scenarios failed\n\n{}", failures.len(), failures.join("\n\n"));
    if !is_part {
        assert!(few.is_empty(), "too few scenarios reach\n{}", few.join("\n"));
        assert!(bugs.keys().copied().eq(BUGS), "the bugs {:?} are named, and {BUGS:?} there are", bugs.keys());
    }
}

fn failure(path: &Path, theme: &Theme, scenario: &Scenario, wrong: &[String]) -> String {
    let file = path.file_name().unwrap().to_string_lossy();
    let why = scenario.why.as_ref().map(|why| format!("  {why}\n")).unwrap_or_default();
    format!("{file} ({}): {}\n{why}{}", theme.about.trim(), scenario.name, wrong.join("\n"))
}

/// What makes a scenario another than the rest: who wants what, and what happens.
fn made_of(theme: &Theme, scenario: &Scenario) -> String {
    format!("{} {:?}", organisation::Organisation::of(theme, scenario).texts(), scenario.steps)
}
