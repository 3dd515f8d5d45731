//! Looks from end to end on loopback: what a thousand of them cost, what ten thousand sources keep in memory, how long
//! it takes from an answer to the webhook's acceptance, how long a start takes.
//!
//! `cargo bench --bench looks -- [cost SOURCES EVERY_S WINDOW_S [MODE]] [delay] [burst] [queued] [start]`; without words, all
//! of it in about ten minutes. Loopback and the disk are real, the vendors are a process of their own.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a bench that cannot go on must fail")]

mod delay;
mod installation;
mod mock;
#[path = "../support/mod.rs"]
mod support;

use std::time::{Duration, Instant};

use installation::Installation;
use mock::{Mock, Mode};
use support::{Size, Wants};

fn main() {
    // cargo adds its own.
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    if let Ok(n) = std::env::var("THREADS") {
        builder.worker_threads(n.parse().unwrap());
    }
    let runtime = builder.enable_all().build().unwrap();
    let _ = rustls::crypto::ring::default_provider().install_default();
    runtime.block_on(async {
        match words.as_slice() {
            ["mock"] => mock::serve().await,
            ["cost", sources, every, window, modes @ ..] => {
                let [every, window] = [every, window].map(|s| Duration::from_secs_f64(s.parse().unwrap()));
                cost(sources.parse().unwrap(), every, window, modes).await;
            }
            ["delay"] => delay::one_by_one().await,
            ["burst"] => delay::at_once().await,
            ["queued"] => delay::queued().await,
            ["start"] => start(10_000).await,
            _ => {
                cost(1_000, Duration::from_secs(10), Duration::from_secs(30), &[]).await;
                cost(10_000, Duration::from_secs(60), Duration::from_secs(60), &[]).await;
                delay::one_by_one().await;
                delay::at_once().await;
                delay::queued().await;
                start(10_000).await;
            }
        }
    });
}

/// An organisation that needs all of these sources.
const fn large(sources: usize) -> Size {
    Size { vendors: sources, services: 1_000, subscriptions: 5_000, wants: Wants::Mixed }
}

/// CPU and memory of the steady state, apart for each thing that pages do.
async fn cost(sources: usize, every: Duration, window: Duration, only: &[&str]) {
    let mock = Mock::start();
    let installation = Installation::new(&mock, large(sources), 50, every).await;
    let running = installation.watch();
    let modes = [(Mode::Etag, "etag"), (Mode::Equal, "equal"), (Mode::Changed, "changed"), (Mode::News, "news")];
    for (mode, name) in modes.into_iter().filter(|(_, name)| only.is_empty() || only.contains(name)) {
        mock.set(mode).await;
        running.all_were_looked_at(sources, every).await;
        let (before, looks, began) = (cpu_s(), running.looks(), Instant::now());
        tokio::time::sleep(window).await;
        let (used, looks) = (cpu_s() - before, running.looks() - looks);
        println!(
            "{sources:>6} sources every {:>2} s, {name:<8} {:.3} s of CPU per 1,000 looks ({looks} looks, {:.1} % of a core, {} MiB resident, {} at most)",
            every.as_secs(),
            used * 1_000.0 / looks as f64,
            100.0 * used / began.elapsed().as_secs_f64(),
            memory_mib("VmRSS"),
            memory_mib("VmHWM"),
        );
    }
    running.stop().await;
}

/// From a store that knows all of its sources to the first look.
async fn start(sources: usize) {
    let mock = Mock::start();
    let first = Installation::new(&mock, large(sources), 50, Duration::from_secs(3_600)).await;
    let running = first.watch();
    running.all_were_looked_at(sources, Duration::from_secs(5)).await;
    running.stop().await;
    let folder = first.close().await;
    let began = Instant::now();
    let again =
        Installation::at(folder, delay::Far::Hooks, &mock, large(sources), 50, Duration::from_secs(3_600)).await;
    let opened = began.elapsed();
    let running = again.watch();
    running.all_were_looked_at(1, Duration::ZERO).await;
    println!("start with {sources} sources: ready after {opened:?}, first look taken in after {:?}", began.elapsed());
    running.stop().await;
}

/// What this process has used so far, in its own and the system's name.
fn cpu_s() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<&str> = stat.rsplit(") ").next().unwrap().split(' ').collect();
    let ticks: u64 = fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap();
    ticks as f64 / 100.0
}

fn memory_mib(what: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with(what)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
}
