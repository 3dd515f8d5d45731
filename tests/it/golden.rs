//! Every sample in `sources/` against the result that stands beside it. `BELLWETHER_BLESS=1` writes the results anew.
//!
//! `sources/<vendor>/<case>.sample.<ext>` is one body; `<case>.<role>.sample.<ext>` names the role that it answers.
//! All samples of one case are the answers of one look, and `<case>.expected.json` is what they come to. A format that no
//! vendor of ours uses has its samples in `tests/formats/<format>/`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use bellwether::commands::sample::{self, Sample};
use bellwether::model::credentials::Access;
use bellwether::model::format::Format;
use bellwether::model::id::{SourceId, VendorId};
use bellwether::model::vendor::{Schedule, Source};

#[test]
fn every_sample_comes_to_what_stands_beside_it() {
    let bless = std::env::var_os("BELLWETHER_BLESS").is_some();
    let (mut checked, mut wrong) = (0, Vec::new());
    for vendor in places() {
        let cases = cases(&vendor);
        let sources = if cases.is_empty() { Vec::new() } else { sources(&vendor) };
        for (case, samples) in cases {
            let expected = sample::expected_file(&vendor, &case);
            let recorded = sample::read_at(&fs::read_to_string(&expected).unwrap_or_default());
            let (source, answers) = sample::answers(&sources, &samples).unwrap();
            let came = sample::outcome(source, &answers, recorded);
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

/// The samples of a vendor by case.
fn cases(vendor: &Path) -> BTreeMap<String, Vec<Sample>> {
    sample::cases(vendor).unwrap()
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
        map: source.get("map").map(|rules| rules.clone().try_into().unwrap()),
    };
    table["source"].as_array().unwrap().iter().map(read).collect()
}
