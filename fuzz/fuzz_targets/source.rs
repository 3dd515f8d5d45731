//! Whatever a server answers: read as each document of the source that `BELLWETHER_SOURCE` names (`vendor/source`, as in
//! `sources/`), so that formats and mappings are reached alike. Nothing may panic, and what is read must make sense.
#![no_main]

use std::sync::LazyLock;

use bellwether::model::impact::Impact;
use bellwether::model::incident::KnownOpen;
use bellwether::model::snapshot::{Snapshot, Unreadable};
use bellwether::model::vendor::Source;
use bellwether::normalize::{self, Answer, Body, Outcome, Reading};
use libfuzzer_sys::fuzz_target;

static SOURCE: LazyLock<Source> = LazyLock::new(|| {
    let id = std::env::var("BELLWETHER_SOURCE").expect("BELLWETHER_SOURCE names a source: vendor/source");
    let (vendor, _) = id.split_once('/').expect("vendor/source");
    let file = format!("{}/../sources/{vendor}/vendor.toml", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{file}: {error}"));
    let vendor = bellwether::config::vendor::parse(vendor, &file, &text).value.expect("a vendor's file without mistakes");
    vendor.sources.into_iter().find(|source| source.id.to_string() == id).expect("the vendor has that source")
});

fuzz_target!(|bytes: &[u8]| {
    for role in normalize::about(SOURCE.format).roles {
        let answers = vec![Answer { role, outcome: Outcome::Body(Body::saved(bytes.to_vec())) }];
        if let Ok(snapshot) = look(answers) {
            makes_sense(&snapshot);
        }
    }
});

fn look(mut answers: Vec<Answer>) -> Result<Snapshot, Unreadable> {
    let now = "2026-11-22T12:00:00Z".parse().expect("a time");
    for _ in 0..8 {
        match normalize::read(&SOURCE, &answers, &KnownOpen::default(), now) {
            Reading::Done(done) => return done,
            Reading::Need(more) => answers.extend(more.into_iter().map(|request| Answer {
                role: request.role,
                outcome: Outcome::Unreadable(Unreadable::Failing("nothing more is had here".to_owned())),
            })),
        }
    }
    panic!("it asks without end");
}

fn makes_sense(snapshot: &Snapshot) {
    let mut keys: Vec<&str> = snapshot.incidents.iter().map(|one| one.key.as_str()).collect();
    keys.sort_unstable();
    assert!(keys.iter().all(|key| !key.is_empty()), "an empty key");
    assert!(keys.windows(2).all(|pair| pair[0] != pair[1]), "a key stands twice");
    let well = |one: &&bellwether::model::snapshot::SeenIncident| !one.phase.is_end() && one.impact == Impact::Operational;
    assert!(!snapshot.incidents.iter().any(|one| well(&one)), "an open incident is operational");
    for one in &snapshot.incidents {
        assert!(!one.title.contains(['\n', '\u{0}', '\u{202e}']), "a title that is no line: {:?}", one.title);
    }
}
