//! The conformance kit: every sample of every vendor, and each of them damaged by machine in every way that we know of.
//!
//! It lists no format and no vendor: whoever adds a sample has it tested. What must hold, whatever the damage:
//! nobody panics; **nothing unreadable becomes healthy; nothing that is open is over; nothing that is not well is
//! well**. A sample is looked at first, then its damaged self is looked at again and again for half a day, and what is
//! known after it is compared with what was known before (`verdict`).
//!
//! A place that was damaged in one sample of a source is left alone in its quiet ones, which have little to lose, and a
//! document that is made huge is tried once. `cargo bench --bench kit` leaves nothing out, and prints what each format
//! takes. `BELLWETHER_KIT_SEED` repeats a random damage.

mod damage;
mod markup;
pub mod tally;
mod tree;
mod verdict;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use bellwether::model::format::Format;

use crate::support::samples::{Case, cases};
pub use damage::Extent;
use damage::{Says, damages};
use tally::{Meter, Tallies};
use verdict::Before;

/// What is larger is a trial of patience, which one sample of a source stands for.
const LARGE: usize = 100_000;

/// Does `work` with each case, by so many threads.
fn each_case(cases: &[Case], threads: usize, work: impl Fn(&Case) + Sync) {
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    work(case);
                }
            });
        }
    });
}

/// How many threads this machine bears.
pub fn processors() -> usize {
    std::thread::available_parallelism().map_or(2, usize::from)
}

/// Every damage to every sample, or to those of one format; what was tried, and what was believed though it must not be.
pub fn run(only: Option<Format>, extent: Extent, threads: usize, meter: Meter) -> (Tallies, Vec<String>) {
    let (wrong, tallies) = (Mutex::new(Vec::new()), Mutex::new(Tallies::default()));
    let tried: Mutex<BTreeSet<String>> = Mutex::default();
    let cases = cases();
    let (foreign, said) = (damage::foreign(&cases), damage::said(&cases));
    each_case(&cases, threads, |case| {
        if only.is_some_and(|format| format != case.source.format) {
            return;
        }
        let before = Before::of(case);
        tallies.lock().unwrap().sample(case.source.format);
        for document in 0..case.answers.len() {
            for damage in damages(case, document, &foreign, extent) {
                let place = format!("{} {} {}", case.source.id, case.answers[document].role, damage.name);
                let is_new = tried.lock().unwrap().insert(place);
                let is_again = extent == Extent::Some && damage.is_alike_elsewhere && !is_new;
                let is_done = is_again && (before.has_little_to_lose() || damage.bytes.len() > LARGE);
                if is_done || said.contains(&(case.source.format, damage.bytes.trim_ascii().to_vec())) {
                    continue;
                }
                let what = format!("{} [{}] {}", case.name, case.answers[document].role, damage.name);
                let answers = case.with(document, damage.bytes);
                let (after, cost) = meter.measure(|| before.after(case, answers, damage.says));
                let was_read = after.as_ref().is_ok_and(|was_read| *was_read);
                tallies.lock().unwrap().damage(case.source.format, was_read, cost, &what);
                if let Err(why) = after {
                    wrong.lock().unwrap().push(format!("{what}: {why}"));
                }
            }
        }
    });
    (tallies.into_inner().unwrap(), wrong.into_inner().unwrap())
}

/// For each format its richest look, with so many octets in each document as far as it has lists to make longer.
pub fn grown(octets: usize) -> Vec<Case> {
    let mut richest: BTreeMap<Format, (usize, Case)> = BTreeMap::new();
    for case in cases() {
        let open = Before::of(&case).open();
        if richest.get(&case.source.format).is_none_or(|(most, _)| *most < open) {
            richest.insert(case.source.format, (open, case));
        }
    }
    richest.into_values().map(|(_, case)| larger(case, octets)).collect()
}

fn larger(mut case: Case, octets: usize) -> Case {
    for document in 0..case.answers.len() {
        let bytes = case.bytes(document);
        let more = tree::grown(bytes, octets)
            .or_else(|| Some(markup::grown(std::str::from_utf8(bytes).ok()?, octets).into_bytes()));
        if let Some(more) = more {
            case.answers = case.with(document, more);
        }
    }
    case
}

#[test]
fn no_damage_makes_anything_well_or_over() {
    let (tallies, wrong) = run(None, Extent::Some, processors(), Meter::default());
    println!("{tallies}");
    assert!(wrong.is_empty(), "{} damages were believed:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn what_is_long_is_read_as_what_is_short() {
    for case in grown(60_000) {
        let format = case.source.format.name();
        assert!(Before::of(&case).open() > 0, "{format}: {} grown to 60 KB tells nothing that is open", case.name);
    }
}

/// Damage upon damage, at random places. The seed stands in the message.
#[test]
fn no_heap_of_random_damages_makes_anything_well_or_over() {
    let seed = std::env::var("BELLWETHER_KIT_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed = seed.unwrap_or_else(|| std::process::id().into());
    println!("BELLWETHER_KIT_SEED={seed}");
    let wrong = Mutex::new(Vec::new());
    each_case(&cases(), processors(), |case| {
        let before = Before::of(case);
        for round in 0..25 {
            let mut dice = damage::Dice::of(seed, &case.name, round);
            let document = dice.below(case.answers.len());
            let bytes = damage::at_random(case.bytes(document), &mut dice);
            if let Err(why) = before.after(case, case.with(document, bytes.clone()), Says::Nothing) {
                let bytes = String::from_utf8_lossy(&bytes);
                wrong.lock().unwrap().push(format!("{} round {round}: {why}\n{bytes}", case.name));
            }
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "BELLWETHER_KIT_SEED={seed} repeats it:\n{}", wrong.join("\n"));
}

/// What the kit lives on: every format that is polled has a quiet sample, one with something open, and one that is not
/// its document.
#[test]
fn every_format_has_a_quiet_an_ill_and_a_foreign_sample() {
    let needed = BTreeSet::from(["quiet", "open", "unreadable"]);
    let polled = Format::ALL.into_iter().filter(|format| !matches!(format, Format::Manual | Format::Auto));
    let mut lacking: BTreeMap<Format, BTreeSet<&str>> = polled.map(|format| (format, needed.clone())).collect();
    for case in cases() {
        let kind = Before::of(&case).kind();
        if let Some(lacks) = lacking.get_mut(&case.source.format) {
            lacks.remove(kind);
        }
    }
    lacking.retain(|_, lacks| !lacks.is_empty());
    assert!(lacking.is_empty(), "samples are missing: {lacking:?}");
}
