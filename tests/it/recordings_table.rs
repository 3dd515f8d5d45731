//! What each format makes of everything that was recorded: which bodies it reads, and what they tell.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use bellwether::model::format::Format;
use bellwether::model::incident::KnownOpen;
use bellwether::model::phase::Kind;
use bellwether::model::snapshot::Snapshot;
use bellwether::normalize::{self, Answer, Body, Outcome, Reading};

use crate::support::reading::source;
use crate::support::recorded;

#[derive(Default)]
struct Row {
    bodies: usize,
    incidents: usize,
    maintenances: usize,
    components: usize,
    warnings: usize,
}

/// Every body is tried as every document of every format. What is empty, an error or a mere excerpt is read by none.
#[test]
fn every_recording_is_read_by_some_format_or_is_no_document() {
    let Some(folder) = recorded::folder() else { return };
    let mut table: BTreeMap<(Format, &str), Row> = BTreeMap::new();
    let (mut read, mut unread) = (0, Vec::new());
    for path in files(&folder).into_iter().filter(|path| path.extension().is_some_and(|ext| ext != "tsv")) {
        let bytes = fs::read(&path).unwrap();
        let mut is_read = false;
        for (format, role) in documents() {
            if let Some(snapshot) = as_document(format, role, &bytes) {
                table.entry((format, role)).or_default().add(&snapshot);
                is_read = true;
            }
        }
        read += usize::from(is_read);
        if !is_read {
            unread.push(path.strip_prefix(&folder).unwrap().display().to_string());
        }
    }
    println!(
        "{:<22}{:<14}{:>7}{:>11}{:>14}{:>12}{:>10}",
        "format", "document", "bodies", "incidents", "maintenances", "components", "warnings"
    );
    for ((format, role), row) in &table {
        let Row { bodies, incidents, maintenances, components, warnings } = row;
        println!(
            "{:<22}{role:<14}{bodies:>7}{incidents:>11}{maintenances:>14}{components:>12}{warnings:>10}",
            format.name()
        );
    }
    println!("{read} bodies are read, {} are not:", unread.len());
    unread.iter().for_each(|name| println!("  {name}"));
    assert!(read > 400, "only {read} recordings are read");
}

impl Row {
    fn add(&mut self, snapshot: &Snapshot) {
        self.bodies += 1;
        self.incidents += snapshot.incidents.iter().filter(|one| one.kind == Kind::Incident).count();
        self.maintenances += snapshot.incidents.iter().filter(|one| one.kind == Kind::Maintenance).count();
        self.components += snapshot.components.len();
        self.warnings += snapshot.warnings.len();
    }
}

fn documents() -> impl Iterator<Item = (Format, &'static str)> {
    Format::ALL.into_iter().flat_map(|format| normalize::about(format).roles.iter().map(move |role| (format, *role)))
}

fn as_document(format: Format, role: &'static str, bytes: &[u8]) -> Option<Snapshot> {
    let answers = [Answer { role, outcome: Outcome::Body(Body::saved(bytes.to_vec())) }];
    let now = "2026-11-22T12:00:00Z".parse().unwrap();
    match normalize::read(&source(format), &answers, &KnownOpen::default(), now) {
        Reading::Done(done) => done.ok(),
        Reading::Need(_) => None,
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { all.extend(files(&path)) } else { all.push(path) }
    }
    all.sort();
    all
}
