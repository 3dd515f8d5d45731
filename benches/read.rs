//! What it costs to read one look: for each format its richest sample, its lists made longer to some 60 KB.
//!
//! `cargo bench --bench read`
#![allow(clippy::unwrap_used, missing_docs, reason = "a bench that cannot go on must fail")]

use std::hint::black_box;

use bellwether::model::incident::KnownOpen;
use bellwether::normalize::{self, Answer, Outcome, Reading};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use support::samples::Case;

#[path = "../tests/it/kit/mod.rs"]
#[allow(dead_code, unused_imports, reason = "only its larger samples are wanted here")]
mod kit;

/// What the kit stands on.
mod support {
    #[path = "../../tests/it/support/samples.rs"]
    #[allow(dead_code, reason = "other tests use the rest")]
    pub mod samples;
}

/// As much as a large status page answers.
const OCTETS: usize = 60_000;

fn read(case: &Case, answers: &[Answer]) -> usize {
    let now = "2026-11-22T12:00:00Z".parse().unwrap();
    match normalize::read(&case.source, answers, &KnownOpen::default(), now) {
        Reading::Done(Ok(snapshot)) => snapshot.incidents.len() + snapshot.components.len(),
        Reading::Done(Err(why)) => panic!("{}: {why}", case.name),
        Reading::Need(_) => 0,
    }
}

fn octets(answer: &Answer) -> u64 {
    match &answer.outcome {
        Outcome::Body(body) => body.bytes.len() as u64,
        Outcome::Unreadable(_) | Outcome::NotRecorded => 0,
    }
}

fn looks(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("read");
    for case in kit::grown(OCTETS) {
        let told = read(&case, &case.answers);
        println!("{} reads {}: {told} incidents and components", case.source.format.name(), case.name);
        group.throughput(Throughput::Bytes(case.answers.iter().map(octets).sum()));
        group.bench_function(case.source.format.name(), |bencher| {
            bencher.iter(|| read(&case, black_box(&case.answers)));
        });
    }
    group.finish();
}

criterion_group! { name = benches; config = Criterion::default().sample_size(20); targets = looks }
criterion_main!(benches);
