//! The deciding core through simulated days, as many as asked for: `cargo bench --bench simulate -- --days 100000`, or one
//! life: `-- --seed 7`. Prints how often each thing happened; a failure prints its seed and the shortest story to it.
#![allow(clippy::unwrap_used, missing_docs, reason = "a bench that cannot go on must fail")]

#[path = "../tests/it/simulate/mod.rs"]
#[allow(dead_code, unused_imports, reason = "what its tests use is left out here")]
mod simulate;

use std::process::ExitCode;

/// In so many days everything must have happened.
const LONG: u64 = 20_000;

fn number(name: &str) -> Option<u64> {
    let words: Vec<String> = std::env::args().collect();
    let at = words.iter().position(|word| word == name)?;
    words.get(at + 1)?.parse().ok()
}

fn main() -> ExitCode {
    let days = i64::try_from(number("--days").unwrap_or(2_000)).unwrap_or(i64::MAX);
    let first = number("--seed").unwrap_or(1);
    let lives = number("--seed").map_or((days / simulate::DAYS).max(1).unsigned_abs(), |_| 1);
    let most_failures = number("--failures").unwrap_or(1);
    let (mut tally, mut failures, mut lived) = (simulate::Tally::default(), 0, 0);
    for seed in first..first + lives {
        lived += 1;
        match simulate::run(seed, simulate::DAYS) {
            Ok(life) => tally.merge(&life),
            Err(story) => {
                println!("{story}\n");
                failures += 1;
                if failures >= most_failures {
                    break;
                }
            }
        }
    }
    println!("{tally}");
    let lived = lived * simulate::DAYS.unsigned_abs();
    let missing = if lived >= LONG && failures == 0 { tally.missing() } else { Vec::new() };
    missing.iter().for_each(|what| println!("never reached: {what}"));
    println!("{lived} days were simulated, {failures} lives failed");
    if failures == 0 && missing.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
