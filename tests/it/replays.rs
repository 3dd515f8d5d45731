//! Recorded timelines through the built program. What must come out stands in `tests/replays`, written from the
//! recordings by somebody who had not seen the code; it holds facts only, none of the vendors' texts.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use jiff::Timestamp;
use serde_json::Value;
use tempfile::TempDir;

use crate::support::recorded;

/// Bodies that a source hands out when it is not well: none of them may be taken for "nothing is open".
const DAMAGES: usize = 4;

fn damaged(kind: usize, good: &[u8]) -> Vec<u8> {
    match kind % DAMAGES {
        0 => Vec::new(),
        1 => good[..good.len() / 2].to_vec(),
        2 => b"<!doctype html><html><head><title>Sorry</title></head><body><h1>Be right back.</h1></body></html>"
            .to_vec(),
        _ => br#"{"status":500,"error":"Internal Server Error"}"#.to_vec(),
    }
}

/// The changes of incidents that a replay of `folder` prints, in order, and the summary.
fn replay(folder: &Path) -> (Vec<String>, Value) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bellwether"));
    let done = command.arg("replay").arg(folder).arg("--json").assert().success();
    let lines: Vec<Value> =
        String::from_utf8_lossy(&done.get_output().stdout).lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    let changes = lines.iter().filter(|line| line["type"] == "change").map(in_short).collect();
    (in_order(changes), lines.last().unwrap().clone())
}

fn in_short(line: &Value) -> String {
    let incident = &line["incident"];
    let of = |key: &str| incident[key].clone();
    let parts = [
        line["at"].clone(),
        line["source"].clone(),
        of("vendor_key"),
        line["kind"].clone(),
        of("kind"),
        of("vendor_impact"),
        of("impact"),
        of("vendor_phase"),
        of("phase"),
        line["resolved_how"].clone(),
    ];
    parts.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

fn expected(timeline: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/replays/{timeline}.changes.jsonl"));
    let text = fs::read_to_string(&path).unwrap();
    let keys = ["at", "source", "vendor_key", "kind", "incident_kind", "vendor_impact", "impact", "vendor_phase"];
    let line = |line: &str| {
        let line: Value = serde_json::from_str(line).unwrap();
        let all = keys.iter().chain(&["phase", "resolved_how"]);
        all.map(|key| line[key].to_string()).collect::<Vec<_>>().join(" ")
    };
    in_order(text.lines().map(line).collect())
}

/// By time; what happened at one look has no order of its own.
fn in_order(mut lines: Vec<String>) -> Vec<String> {
    lines.sort();
    lines
}

fn check_same(what: &str, came: &[String], expected: &[String]) {
    let missing: Vec<_> = expected.iter().filter(|line| !came.contains(line)).collect();
    let surplus: Vec<_> = came.iter().filter(|line| !expected.contains(line)).collect();
    assert!(missing.is_empty() && surplus.is_empty(), "{what}\nmissing: {missing:#?}\nnot expected: {surplus:#?}");
    assert_eq!(came.len(), expected.len(), "{what}: a line came twice");
}

fn check_timeline(timeline: &str) {
    let Some(folder) = recorded::folder() else { return };
    let expected = expected(timeline);
    let (came, summary) = replay(&folder.join("timelines").join(timeline));
    check_same(timeline, &came, &expected);
    println!("{timeline}: {} bodies, {} changes", summary["bodies"], came.len());
}

/// The same with a damaged body before and after every good one, each standing for one look, the kinds in turn.
fn check_damaged(timeline: &str) {
    let Some(folder) = recorded::folder() else { return };
    let expected = expected(timeline);
    for first_kind in 0..DAMAGES {
        let (copy, put_in) = damaged_copy(&folder.join("timelines").join(timeline), first_kind);
        let (came, summary) = replay(copy.path());
        check_same(&format!("{timeline}, damaged, beginning with kind {first_kind}"), &came, &expected);
        let unreadable = summary["unreadable"].as_u64().unwrap();
        assert!(unreadable >= put_in, "{unreadable} of {put_in} damaged bodies were unreadable");
    }
}

/// A copy with damaged bodies between the good ones, and how many.
///
/// The looks must stay where they were, or an end that is told by absence would come at another time: a damaged body
/// stands from 1 s after a good one, which stands again at the next minute; and another from shortly before the next
/// good one, at which the looks begin anew.
fn damaged_copy(timeline: &Path, first_kind: usize) -> (TempDir, u64) {
    let copy = tempfile::tempdir().unwrap();
    let mut put_in = 0;
    for source in fs::read_dir(timeline).unwrap().map(|entry| entry.unwrap().path()) {
        let to = copy.path().join(source.file_name().unwrap());
        fs::create_dir(&to).unwrap();
        let bodies = bodies(&source);
        for (place, (&at, path)) in bodies.iter().enumerate() {
            let next = bodies.range(at..).nth(1).map(|(next, _)| *next);
            let good = fs::read(path).unwrap();
            let mut spoil = |seconds: i64, kind: usize| {
                fs::write(to.join(name(at, seconds)), damaged(kind, &good)).unwrap();
                put_in += 1;
            };
            if place == 0 {
                spoil(-1, first_kind);
            }
            let stands = next.map(|next| next.duration_since(at).as_secs());
            if stands.is_none_or(|seconds| seconds > 120) {
                spoil(1, first_kind + place);
                link(path, &to.join(name(at, 60)));
            }
            if let Some(stands) = stands {
                // Never in the place of a look.
                let before = if (stands - 1) % 60 == 0 { 2 } else { 1 };
                spoil(stands - before, first_kind + place + 1);
            }
            link(path, &to.join(name(at, 0)));
        }
    }
    (copy, put_in)
}

fn bodies(source: &Path) -> BTreeMap<Timestamp, PathBuf> {
    let files = fs::read_dir(source).unwrap().map(|entry| entry.unwrap().path());
    files.map(|path| (time_of(&path), path)).collect()
}

fn time_of(path: &Path) -> Timestamp {
    let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
    jiff::civil::DateTime::strptime("%Y-%m-%dT%H%M%SZ", &stem)
        .unwrap()
        .to_zoned(jiff::tz::TimeZone::UTC)
        .unwrap()
        .timestamp()
}

fn name(at: Timestamp, seconds: i64) -> String {
    format!("{}.json", (at + jiff::SignedDuration::from_secs(seconds)).strftime("%Y-%m-%dT%H%M%SZ"))
}

#[cfg(unix)]
fn link(from: &Path, to: &Path) {
    std::os::unix::fs::symlink(fs::canonicalize(from).unwrap(), to).unwrap();
}

#[cfg(not(unix))]
fn link(from: &Path, to: &Path) {
    fs::copy(from, to).unwrap();
}

macro_rules! timelines {
    ($($name:ident: $timeline:literal,)*) => {
        mod gives_the_expected_changes {
            $(#[test] fn $name() { super::check_timeline($timeline); })*
        }
        mod gives_the_same_with_damaged_bodies_at_every_position {
            $(#[test] fn $name() { super::check_damaged($timeline); })*
        }
    };
}

timelines! {
    atlassian: "atlassian-2022-04",
    cloudflare: "cloudflare-2025-11-18",
    github: "github-2024-01-21",
    trello: "trello-2023-05",
    google_cloud: "google-cloud-2025-06-12",
    aws: "aws-me-central-1-2026-03-derived",
}
