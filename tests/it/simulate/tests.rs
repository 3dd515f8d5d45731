//! A short run at each test run, and the seeds that found something.
#![cfg(test)]

use super::{DAYS, Tally, run};

/// Seeds that once failed, each with what it found.
const FOUND: [(u64, &str); 0] = [];

#[test]
fn lives_drawn_by_chance_keep_all_promises() {
    let seed = std::process::id() as u64 * 1_000_003;
    println!("seeds from {seed}");
    let mut tally = Tally::default();
    for seed in (seed..seed + 20).chain(FOUND.map(|(seed, _)| seed)) {
        tally.merge(&run(seed, DAYS).unwrap_or_else(|story| panic!("{story}")));
    }
    println!("{tally}");
    assert!(tally.of("messages") > 0);
}
