//! The conformance kit with nothing left out: every byte to cut at, every place of every sample. Prints for each format
//! what was tried, the slowest reading and the one that took most memory (time of five looks and what they change).
//!
//! `cargo bench --bench kit` tries everything; `cargo bench --bench kit -- okta` one format's samples, and `-- some okta`
//! as much of it as the test does. It fails where a damage was believed.
#![allow(clippy::unwrap_used, missing_docs, reason = "a bench that cannot go on must fail")]

#[path = "../tests/it/kit/mod.rs"]
#[allow(dead_code, unused_imports, reason = "what its tests use is left out here")]
mod kit;

/// What the kit stands on.
mod support {
    #[path = "../../tests/it/support/samples.rs"]
    #[allow(dead_code, reason = "other tests use the rest")]
    pub mod samples;
}

use std::process::ExitCode;

use bellwether::model::format::Format;
use kit::tally::{Memory, Meter};
use peak_alloc::PeakAlloc;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let only = words.iter().find_map(|word| Format::named(word));
    let (tallies, wrong) = if words.iter().any(|word| word == "some") {
        kit::run(only, kit::Extent::Some, kit::processors(), Meter::default())
    } else {
        let begin = || MEMORY.reset_peak_usage();
        let most = || MEMORY.peak_usage().saturating_sub(MEMORY.current_usage());
        kit::run(only, kit::Extent::All, 1, Meter { memory: Some(Memory { begin, most }) })
    };
    println!("{tallies}");
    println!("{} were believed", wrong.len());
    wrong.iter().for_each(|wrong| println!("{wrong}"));
    if wrong.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
