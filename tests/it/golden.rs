//! Every sample in `sources/` against the result that stands beside it. `BELLWETHER_BLESS=1` writes the results anew.
//!
//! `sources/<vendor>/<case>.sample.<ext>` is one body; `<case>.<role>.sample.<ext>` names the role that it answers.
//! All samples of one case are the answers of one look, and `<case>.expected.json` is what they come to. A format that no
//! vendor of ours uses has its samples in `tests/formats/<format>/`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use bellwether::model::credentials::Access;
use bellwether::model::format::Format;
use bellwether::model::id::{SourceId, VendorId};
use bellwether::model::incident::KnownOpen;
use bellwether::model::phase::Kind;
use bellwether::model::snapshot::{ComponentRef, SeenComponent, SeenIncident, SeenUpdate, Snapshot, Unreadable};
use bellwether::model::stated::Stated;
use bellwether::model::vendor::{Schedule, Source};
use bellwether::normalize::{self, Answer, Body, Outcome, Reading};
use serde_json::{Map, Value, json};

/// The samples are read as if it were this time.
const NOW: &str = "2026-11-22T12:00:00Z";

#[test]
fn every_sample_comes_to_what_stands_beside_it() {
    let bless = std::env::var_os("BELLWETHER_BLESS").is_some();
    let (mut checked, mut wrong) = (0, Vec::new());
    for vendor in places() {
        let cases = cases(&vendor);
        let sources = if cases.is_empty() { Vec::new() } else { sources(&vendor) };
        for (case, samples) in cases {
            let came = pretty(&outcome(&sources, &samples));
            let expected = vendor.join(format!("{case}.expected.json"));
            checked += 1;
            if bless {
                fs::write(&expected, came).unwrap();
            } else if fs::read_to_string(&expected).unwrap_or_default() != came {
                wrong.push(format!("{}: it came to\n{came}", expected.display()));
            }
        }
    }
    println!("{checked} cases");
    assert!(checked > 0, "there are no samples at all");
    assert!(wrong.is_empty(), "BELLWETHER_BLESS=1 writes these, if they are right:\n{}", wrong.join("\n"));
}

#[test]
fn every_expected_result_has_its_sample() {
    for vendor in places() {
        let cases = cases(&vendor);
        for path in files(&vendor) {
            if let Some(case) = name(&path).strip_suffix(".expected.json") {
                assert!(cases.contains_key(case), "{} is left over", path.display());
            }
        }
    }
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

/// The folders of vendors, and those of formats that no vendor of ours uses.
fn places() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    ["sources", "tests/formats"].iter().flat_map(|of| files(&root.join(of))).filter(|path| path.is_dir()).collect()
}

/// The samples of a vendor by case, each with the role that its name gives.
fn cases(vendor: &Path) -> BTreeMap<String, Vec<(Option<String>, PathBuf)>> {
    let mut cases: BTreeMap<String, Vec<_>> = BTreeMap::new();
    for path in files(vendor) {
        let name = name(&path);
        if let Some((before, _)) = name.split_once(".sample.") {
            let (case, role) = before.split_once('.').map_or((before, None), |(case, role)| (case, Some(role)));
            cases.entry(case.to_owned()).or_default().push((role.map(str::to_owned), path));
        }
    }
    cases
}

/// The sources in a vendor's file that have a body to read, in its order.
fn sources(vendor: &Path) -> Vec<Source> {
    let file = vendor.join("vendor.toml");
    if let (false, Some(format)) = (file.exists(), Format::named(&name(vendor))) {
        return vec![crate::support::reading::source(format)];
    }
    let text = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let table: toml::Table = text.parse().unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let word = |source: &toml::Value, key: &str| source.get(key).and_then(|v| v.as_str()).map(str::to_owned);
    let read = |source: &toml::Value| Source {
        id: SourceId::of(&VendorId::parse(&name(vendor)).unwrap(), &word(source, "id").unwrap()).unwrap(),
        format: Format::named(&word(source, "format").unwrap()).unwrap_or_else(|| panic!("a format of {vendor:?}")),
        url: word(source, "url").map(|url| url.parse().unwrap()),
        every: Schedule::USUAL,
        roles: Vec::new(),
        access: Access::Open,
        auto: None,
        probed: None,
        feed: source.get("feed").map(|rules| rules.clone().try_into().unwrap()),
    };
    table["source"].as_array().unwrap().iter().map(read).collect()
}

/// Reads one look: by the first source whose format knows the role, or by the first of all.
fn outcome(sources: &[Source], samples: &[(Option<String>, PathBuf)]) -> Value {
    let mut reader = &sources[0];
    let mut answers = Vec::new();
    for (role, path) in samples {
        let roles = |source: &Source| normalize::about(source.format).roles;
        let mut known = sources.iter().flat_map(|source| roles(source).iter().map(move |role| (source, *role)));
        let (source, role) = match role {
            None => (reader, roles(reader)[0]),
            Some(role) => known.find(|(_, known)| known == role).unwrap_or_else(|| panic!("{path:?}: no role {role}")),
        };
        reader = source;
        answers.push(Answer { role, outcome: Outcome::Body(Body::saved(fs::read(path).unwrap())) });
    }
    match normalize::read(reader, &answers, &KnownOpen::default(), NOW.parse().unwrap()) {
        Reading::Done(Ok(snapshot)) => snapshot_in_words(&snapshot),
        Reading::Done(Err(why)) => json!({"unreadable": unreadable_in_words(&why)}),
        Reading::Need(more) => json!({"need": more.iter().map(|request| request.role).collect::<Vec<_>>()}),
    }
}

/// Stable, and without what is empty, so that a person reads it at one glance.
fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap() + "\n"
}

fn object(fields: Vec<(&str, Value)>) -> Value {
    let is_said = |value: &Value| match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(list) => !list.is_empty(),
        _ => true,
    };
    Value::Object(fields.into_iter().filter(|(_, v)| is_said(v)).map(|(k, v)| (k.to_owned(), v)).collect::<Map<_, _>>())
}

fn unreadable_in_words(why: &Unreadable) -> Value {
    json!(format!("{}: {why}", why.word()))
}

fn snapshot_in_words(snapshot: &Snapshot) -> Value {
    let warnings = snapshot.warnings.iter().map(|warning| format!("{}: {}", warning.path, warning.what));
    let blind = snapshot.blind.iter().map(|(role, why)| json!({ *role: unreadable_in_words(why) }));
    object(vec![
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
    ])
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
