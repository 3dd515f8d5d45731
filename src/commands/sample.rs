//! Samples: saved bodies of a look, in the vendor's folder, with what they come to beside them.
//!
//! `<case>.sample.<ext>` is one body. Between the case and `sample` may stand, with dots, the source's id, the role that
//! the body answers, and its number where one role has several: `incident.page.2.sample.html`. All samples of a case are
//! the answers of one look, and `<case>.expected.json` is what they come to. A sample that was recorded says there when
//! it was (`read_at`); all others are read as if it were one set time.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::model::id::SourceId;
use crate::model::incident::KnownOpen;
use crate::model::phase::Kind;
use crate::model::snapshot::{ComponentRef, SeenComponent, SeenIncident, SeenUpdate, Snapshot, Unreadable};
use crate::model::stated::Stated;
use crate::model::vendor::Source;
use crate::normalize::{self, Answer, Body, Outcome, Reading};

/// When samples are read that do not say when they were recorded: 2026-11-22T12:00:00Z.
const SET_TIME: i64 = 1_795_348_800;

/// One body of a case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sample {
    /// Which of several of one role.
    pub number: usize,
    /// The words between the case and `sample`, without the number: a source's id, a role.
    pub words: Vec<String>,
    /// The file.
    pub path: PathBuf,
}

/// The samples of a folder by case, those of a case in the order of their roles and numbers.
///
/// # Errors
/// A folder that cannot be read.
pub fn cases(folder: &Path) -> Result<BTreeMap<String, Vec<Sample>>> {
    let mut cases: BTreeMap<String, Vec<Sample>> = BTreeMap::new();
    for entry in fs::read_dir(folder).with_context(|| format!("cannot read the folder {}", folder.display()))? {
        let path = entry.with_context(|| folder.display().to_string())?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let Some((before, _)) = name.split_once(".sample.") else { continue };
        let mut words = before.split('.').map(str::to_owned);
        let case = words.next().unwrap_or_default();
        let (numbers, words): (Vec<String>, Vec<String>) = words.partition(|word| word.parse::<usize>().is_ok());
        let number = numbers.first().and_then(|number| number.parse().ok()).unwrap_or(1);
        cases.entry(case).or_default().push(Sample { number, words, path });
    }
    cases.values_mut().for_each(|samples| samples.sort_by(|a, b| (&a.words, a.number).cmp(&(&b.words, b.number))));
    Ok(cases)
}

/// Where the expected result of a case stands.
#[must_use]
pub fn expected_file(folder: &Path, case: &str) -> PathBuf {
    folder.join(format!("{case}.expected.json"))
}

/// When a case is read as if it were: when it was recorded, or the set time.
#[must_use]
pub fn read_at(expected: &str) -> Option<Timestamp> {
    let expected: Value = serde_json::from_str(expected).ok()?;
    expected.get("read_at")?.as_str()?.parse().ok()
}

/// Whether a folder holds a sample that was recorded and could be read.
#[must_use]
pub fn is_recorded(folder: &Path) -> bool {
    let Ok(entries) = fs::read_dir(folder) else { return false };
    let results = entries.flatten().map(|entry| entry.path());
    let mut results = results.filter(|path| path.to_string_lossy().ends_with(".expected.json"));
    results.any(|path| was_read(&path))
}

/// The sources of which a folder holds such a sample: one that was tried says nothing of its neighbours.
#[must_use]
pub fn recorded(folder: &Path, sources: &[Source]) -> BTreeSet<SourceId> {
    if sources.is_empty() {
        return BTreeSet::new();
    }
    let cases = cases(folder).unwrap_or_default();
    let read = cases.iter().filter(|(case, _)| was_read(&expected_file(folder, case)));
    read.filter_map(|(_, samples)| Some(answers(sources, samples).ok()?.0.id.clone())).collect()
}

/// Whether a result says when it was recorded, and that it could be read.
fn was_read(expected: &Path) -> bool {
    let text = fs::read_to_string(expected).unwrap_or_default();
    read_at(&text).is_some() && !text.contains("\"unreadable\":")
}

/// The answers of a case, and the source that reads them: the one that is named, or whose format knows the role, or
/// the first.
///
/// # Errors
/// A file that cannot be read, or a word that is neither a source nor a role.
pub fn answers<'a>(sources: &'a [Source], samples: &[Sample]) -> Result<(&'a Source, Vec<Answer>)> {
    let mut reader = sources.first().context("the vendor has no source that could read a sample")?;
    let mut answers = Vec::new();
    for sample in samples {
        let mut role = None;
        for word in &sample.words {
            let named = sources.iter().find(|source| source.id.as_str().ends_with(&format!("/{word}")));
            let of = |source: &Source| normalize::about(source.format).roles.iter().find(|role| *role == word).copied();
            match (of(reader), named) {
                (Some(known), _) => role = Some(known),
                (None, Some(source)) => reader = source,
                (None, None) => {
                    let known = sources.iter().find_map(|source| Some((source, of(source)?)));
                    let (source, known) = known.with_context(|| {
                        format!("{}: {word:?} is neither a source of the vendor nor a role", sample.path.display())
                    })?;
                    (reader, role) = (source, Some(known));
                }
            }
        }
        let Some(role) = role.or_else(|| normalize::about(reader.format).roles.first().copied()) else {
            bail!("{} is read from no document", reader.id);
        };
        let bytes = fs::read(&sample.path).with_context(|| format!("cannot read {}", sample.path.display()))?;
        answers.push(Answer { role, outcome: Outcome::Body(Body::saved(bytes)) });
    }
    Ok((reader, answers))
}

/// What answers come to, in words: stable, and without what is empty, so that a person reads it at one glance.
#[must_use]
pub fn outcome(source: &Source, answers: &[Answer], recorded: Option<Timestamp>) -> String {
    let now = recorded.or_else(|| Timestamp::from_second(SET_TIME).ok()).unwrap_or_default();
    let came = normalize::read(source, answers, &KnownOpen::default(), now);
    in_words(&came, recorded)
}

/// What a reading came to, in words.
#[must_use]
pub fn in_words(reading: &Reading, recorded: Option<Timestamp>) -> String {
    let came = match reading {
        Reading::Done(Ok(snapshot)) => snapshot_in_words(snapshot),
        Reading::Done(Err(why)) => vec![("unreadable", unreadable_in_words(why))],
        Reading::Need(more) => vec![("need", json!(more.iter().map(|request| request.role).collect::<Vec<_>>()))],
    };
    let at = recorded.map(|at| ("read_at", json!(at.to_string())));
    format!("{:#}\n", object(at.into_iter().chain(came).collect()))
}

fn object(fields: Vec<(&str, Value)>) -> Value {
    let is_said = |value: &Value| match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(list) => !list.is_empty(),
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => true,
    };
    Value::Object(fields.into_iter().filter(|(_, v)| is_said(v)).map(|(k, v)| (k.to_owned(), v)).collect::<Map<_, _>>())
}

fn unreadable_in_words(why: &Unreadable) -> Value {
    json!(format!("{}: {why}", why.word()))
}

fn snapshot_in_words(snapshot: &Snapshot) -> Vec<(&'static str, Value)> {
    let warnings = snapshot.warnings.iter().map(|warning| format!("{}: {}", warning.path, warning.what));
    let blind = snapshot.blind.iter().map(|(role, why)| json!({ *role: unreadable_in_words(why) }));
    vec![
        ("sign", json!(snapshot.sign)),
        (
            "covers",
            json!({
                "incidents": snapshot.covers.incidents,
                "maintenances": snapshot.covers.maintenances,
                "components": snapshot.covers.components,
            }),
        ),
        ("refreshed", json!(snapshot.refreshed)),
        ("incidents", snapshot.incidents.iter().map(incident).collect()),
        ("components", snapshot.components.iter().map(component).collect()),
        ("warnings", warnings.collect::<Vec<_>>().into()),
        ("blind", blind.collect()),
    ]
}

fn incident(seen: &SeenIncident) -> Value {
    let planned = seen.planned.as_ref();
    object(vec![
        (if seen.kind == Kind::Incident { "incident" } else { "maintenance" }, json!(seen.key)),
        ("title", json!(seen.title)),
        ("impact", json!(format!("{} ({:?})", seen.impact, seen.vendor_impact))),
        ("phase", json!(format!("{} ({:?})", seen.phase, seen.vendor_phase))),
        ("components", seen.components.iter().map(reference).collect()),
        ("regions", json!(seen.regions)),
        ("started", time(seen.started.as_ref())),
        ("ended", time(seen.ended.as_ref())),
        ("planned_from", time(planned.map(|planned| &planned.from))),
        ("planned_until", time(planned.and_then(|planned| planned.until.as_ref()))),
        ("updates", seen.updates.iter().map(update).collect()),
        ("link", json!(seen.link)),
    ])
}

fn update(seen: &SeenUpdate) -> Value {
    object(vec![
        ("key", json!(seen.key)),
        ("at", time(seen.at.as_ref())),
        ("phase", json!(seen.vendor_phase)),
        ("text", json!(seen.text)),
    ])
}

fn component(seen: &SeenComponent) -> Value {
    json!(format!("{} is {} ({:?})", words(&seen.component), seen.status, seen.vendor_status))
}

fn reference(component: &ComponentRef) -> Value {
    json!(words(component))
}

fn words(component: &ComponentRef) -> String {
    let group = component.group.as_ref().map(|group| format!("{group} / ")).unwrap_or_default();
    let region = component.region.as_ref().map(|region| format!(" in {region}")).unwrap_or_default();
    format!("{group}{} [{}]{region}", component.name, component.key)
}

fn time(stated: Option<&Stated>) -> Value {
    let Some(stated) = stated else { return Value::Null };
    let at = stated.at.map_or_else(|| "?".to_owned(), |at| at.to_string());
    let doubt = if stated.certain { "" } else { ", not certain" };
    if at == stated.raw { json!(at) } else { json!(format!("{at} ({:?}{doubt})", stated.raw)) }
}
