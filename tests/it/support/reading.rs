//! What several tests need: a source without a vendor's file, and the answers of a look from saved bytes.

use bellwether::model::format::Format;
use bellwether::model::id::SourceId;
use bellwether::model::incident::KnownOpen;
use bellwether::model::snapshot::{Snapshot, Unreadable};
use bellwether::model::vendor::Source;
use bellwether::normalize::{self, Answer, Body, Outcome, Reading};

/// A source of that format at a well-known address.
pub fn source(format: Format) -> Source {
    Source::at(
        SourceId::parse("somebody/status").unwrap(),
        format,
        Some("https://status.example.org/".parse().unwrap()),
    )
}

/// Reads a lone body of that format as a look that knows of nothing.
pub fn read(format: Format, bytes: &[u8]) -> Result<Snapshot, Unreadable> {
    let role = normalize::about(format).roles[0];
    read_role(format, role, bytes)
}

/// Reads a lone body of that role; what else the format asks for then has no recording.
pub fn read_role(format: Format, role: &'static str, bytes: &[u8]) -> Result<Snapshot, Unreadable> {
    let mut answers = vec![Answer { role, outcome: Outcome::Body(Body::saved(bytes.to_vec())) }];
    let now = "2026-11-22T12:00:00Z".parse().unwrap();
    for _ in 0..8 {
        match normalize::read(&source(format), &answers, &KnownOpen::default(), now) {
            Reading::Done(done) => return done,
            Reading::Need(more) => {
                answers.extend(more.iter().map(|asked| Answer { role: asked.role, outcome: Outcome::NotRecorded }));
            }
        }
    }
    panic!("{} asks for ever more", format.name());
}
