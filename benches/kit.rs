//! The conformance kit with nothing left out: every byte to cut at, every place of every sample. Prints for each format
//! what was tried, the slowest reading and the one that took most memory (time of five looks and what they change).
//!
//! `cargo bench --bench kit`
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

use kit::tally::{Memory, Meter};
use peak_alloc::PeakAlloc;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

fn main() {
    let begin = || MEMORY.reset_peak_usage();
    let most = || MEMORY.peak_usage().saturating_sub(MEMORY.current_usage());
    let meter = Meter { memory: Some(Memory { begin, most }) };
    let (tallies, wrong) = kit::run(kit::Extent::All, 1, meter);
    println!("{tallies}");
    println!("{} were believed", wrong.len());
    wrong.iter().for_each(|wrong| println!("{wrong}"));
}
