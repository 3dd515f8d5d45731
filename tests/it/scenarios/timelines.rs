//! Recorded outages, as one who is on shift in a NOC would have been told of them: how many messages, and why so many, stand in
//! `tests/scenarios/timelines.toml`. No text of a vendor does.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use async_trait::async_trait;
use bellwether::commands::replay::player::Tape;
use bellwether::commands::replay::recording;
use bellwether::model::format::Format;
use bellwether::model::id::{SourceId, VendorId};
use bellwether::model::vendor::{Source, Vendor};
use bellwether::normalize::Request;
use bellwether::pipeline::look::{Ask, Asked};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use super::file::folder;
use super::organisation::Organisation;
use super::play::Play;
use crate::support::recorded;

/// How often a source is looked at, and for how long after a body.
const EVERY: SignedDuration = SignedDuration::from_mins(1);
const AFTERWARDS: SignedDuration = SignedDuration::from_hours(1);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Timelines {
    subscriptions: String,
    timeline: Vec<Timeline>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Timeline {
    recording: String,
    /// The sources, each with the folder of its bodies.
    sources: BTreeMap<String, Recorded>,
    /// Lines of bellwether.toml.
    #[serde(default)]
    settings: Option<String>,
    inventory: String,
    /// How many messages the subscriber gets.
    messages: usize,
    /// Why that is right.
    why: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Recorded {
    folder: String,
    format: Format,
}

/// What the recordings answer.
struct Tapes(BTreeMap<SourceId, Tape>);

#[async_trait]
impl Ask for Tapes {
    async fn ask(&self, source: &Source, request: &Request, may_be_same: bool) -> Asked {
        self.0[&source.id].ask(source, request, may_be_same).await
    }
}

fn timelines() -> Timelines {
    let text = fs::read_to_string(folder().join("timelines.toml")).unwrap();
    toml::from_str(&text).unwrap_or_else(|error| panic!("timelines.toml: {error}"))
}

fn vendors(timeline: &Timeline) -> Vec<Vendor> {
    let mut vendors: BTreeMap<VendorId, Vec<Source>> = BTreeMap::new();
    for (id, recorded) in &timeline.sources {
        let id = SourceId::parse(id).unwrap();
        let url = format!("https://{}.recorded.invalid/", recorded.folder).parse().ok();
        vendors.entry(id.vendor()).or_default().push(Source::at(id, recorded.format, url));
    }
    vendors.into_iter().map(|(id, sources)| Vendor::named(id.clone(), id.as_str(), sources)).collect()
}

/// When a source is looked at: every minute for an hour after each body, and then, since nothing changes any more, each
/// hour until the next.
fn looks(recording: &recording::Recording) -> Vec<Timestamp> {
    let times = recording.times();
    let mut looks = Vec::new();
    for (n, body) in times.iter().enumerate() {
        let next = times.get(n + 1).copied().unwrap_or(*body + AFTERWARDS);
        let mut at = *body;
        while at < next {
            looks.push(at);
            at += if at < *body + AFTERWARDS { EVERY } else { AFTERWARDS };
        }
    }
    looks
}

async fn played(timeline: &Timeline, subscriptions: &str, folder: &Path) -> Vec<String> {
    let mut agenda: BTreeMap<Timestamp, Vec<SourceId>> = BTreeMap::new();
    let mut tapes = BTreeMap::new();
    for (id, one) in &timeline.sources {
        let id = SourceId::parse(id).unwrap();
        let recording = recording::open(&folder.join(&one.folder), &one.folder, one.format).unwrap();
        looks(&recording).into_iter().for_each(|at| agenda.entry(at).or_default().push(id.clone()));
        tapes.insert(id, Tape::new(recording));
    }
    let organisation =
        Organisation::among(vendors(timeline), timeline.settings.as_deref(), &timeline.inventory, subscriptions);
    let mut play = Play::new(&organisation, &timeline.recording, Tapes(tapes)).await;
    for (at, ids) in agenda {
        pass(&mut play, at).await;
        play.pages.0.values().for_each(|tape| tape.wind_to(at));
        let sources = ids.iter().map(|id| play.compiled.sources[id].clone()).collect();
        if play.look_at(sources, at).await {
            play.tick(at).await;
            play.deliver(at).await;
        }
    }
    play.letters.iter().map(|letter| format!("{}  {}", letter.at, letter.subject)).collect()
}

/// What time alone brings before `at`.
async fn pass(play: &mut Play<Tapes>, at: Timestamp) {
    while let Some(due) = play.next_tick.filter(|due| *due < at) {
        play.deliver_before(due).await;
        play.tick(due).await;
        play.deliver(due).await;
    }
    play.deliver_before(at).await;
}

fn check(recording: &str) {
    let Some(recorded) = recorded::folder() else { return };
    let all = timelines();
    let timeline = all.timeline.iter().find(|one| one.recording == recording).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let folder = recorded.join("timelines").join(recording);
    let came = runtime.block_on(played(timeline, &all.subscriptions, &folder));
    println!("{recording}: {} messages. {}\n{}", came.len(), timeline.why, came.join("\n"));
    assert_eq!(came.len(), timeline.messages, "{recording}:\n{}", came.join("\n"));
    assert!(timeline.why.split_whitespace().count() > 10, "{recording}: why so many?");
}

macro_rules! timelines {
    ($($name:ident: $recording:literal,)*) => {
        const ALL: &[&str] = &[$($recording),*];
        mod tells_as_many_messages_as_can_be_defended {
            $(#[test] fn $name() { super::check($recording); })*
        }
    };
}

timelines! {
    atlassian: "atlassian-2022-04",
    aws: "aws-me-central-1-2026-03-derived",
    cloudflare: "cloudflare-2025-11-18",
    github: "github-2024-01-21",
    google_cloud: "google-cloud-2025-06-12",
    slack: "slack-2022-02-22",
    trello: "trello-2023-05",
}

#[test]
fn every_recorded_timeline_is_told() {
    let Some(recorded) = recorded::folder() else { return };
    let entries = fs::read_dir(recorded.join("timelines")).unwrap().map(|entry| entry.unwrap());
    let mut there: Vec<String> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    there.sort();
    assert_eq!(there, ALL);
}
