//! A short run at each test run. `cargo bench --bench simulate` runs as many days as are wanted.
#![cfg(test)]

use super::{DAYS, Tally, run};

/// The lives of a test run.
const SEEDS: std::ops::RangeInclusive<u64> = 1..=20;

#[test]
fn lives_drawn_by_chance_keep_all_promises() {
    let mut tally = Tally::default();
    for seed in SEEDS {
        tally.merge(&run(seed, DAYS).unwrap_or_else(|story| panic!("{story}")));
    }
    println!("{tally}");
    for what in ["messages", "reason quiet", "reason held", "reason flapping", "reason not_yet", "gathered for later"] {
        assert!(tally.of(what) > 0, "never reached: {what}");
    }
}
