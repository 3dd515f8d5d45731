//! What the vendors cost that come with the binary: at the start, when all are read, when one is looked for, and in memory.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a bench that cannot go on must fail")]

use std::hint::black_box;
use std::path::Path;

use bellwether::commands::load;
use bellwether::config::catalogue::Catalogue;
use bellwether::config::catalogue::search::search;
use bellwether::model::id::VendorId;
use bellwether::model::vendor::Schedule;
use criterion::{Criterion, criterion_group, criterion_main};

fn catalogue() -> Catalogue {
    load::catalogue(&Schedule::USUAL, Path::new(""), &mut Vec::new()).unwrap()
}

fn loads(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("catalogue");
    group.sample_size(20);
    group.bench_function("load, as every start does", |b| b.iter(|| black_box(catalogue())));
    group.bench_function("load and read every vendor", |b| b.iter(|| black_box(catalogue().all().count())));
    let known = catalogue();
    let (folder, line) = (VendorId::parse("datadog").unwrap(), VendorId::parse("6sense").unwrap());
    group.bench_function("read one folder", |b| b.iter(|| black_box(known.vendor(&folder))));
    group.bench_function("read one line", |b| b.iter(|| black_box(known.vendor(&line))));
    group.bench_function("search a name", |b| b.iter(|| black_box(search(&known, "palo alto"))));
    group.bench_function("search what is spelled wrong", |b| b.iter(|| black_box(search(&known, "cloudfare"))));
    group.finish();
    memory();
}

/// What a hundred of them take, by what the system says of this process. The texts are a part of the binary.
fn memory() {
    let Some(before) = resident_kib() else { return };
    let many: Vec<Catalogue> = (0..100).map(|_| catalogue()).collect();
    let after = resident_kib().unwrap_or(before);
    let vendors = black_box(&many).first().map_or(0, Catalogue::len);
    println!("catalogue: {vendors} vendors take {} KiB until they are asked for", after.saturating_sub(before) / 100);
}

fn resident_kib() -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

criterion_group!(benches, loads);
criterion_main!(benches);
