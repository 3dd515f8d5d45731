//! The samples of vendors, as looks: each case with the source that reads it and the answers of its documents.

use std::fs;
use std::path::{Path, PathBuf};

use bellwether::commands::sample;
use bellwether::config;
use bellwether::model::format::Format;
use bellwether::model::id::SourceId;
use bellwether::model::vendor::Source;
use bellwether::normalize::{Answer, Body, Outcome};

/// One look from samples.
pub struct Case {
    /// `vendor/case`.
    pub name: String,
    /// The file that says what it comes to.
    pub expected: PathBuf,
    /// Who reads it.
    pub source: Source,
    /// What was answered, one for each document of the case.
    pub answers: Vec<Answer>,
}

impl Case {
    /// The bytes of the document that answered that request.
    pub fn bytes(&self, document: usize) -> &[u8] {
        match &self.answers[document].outcome {
            Outcome::Body(body) => &body.bytes,
            other => panic!("a sample is a body: {other:?}"),
        }
    }

    /// The same look, with other bytes for one of its documents.
    pub fn with(&self, document: usize, bytes: Vec<u8>) -> Vec<Answer> {
        let mut answers = self.answers.clone();
        answers[document].outcome = Outcome::Body(Body::saved(bytes));
        answers
    }
}

/// The folders that hold samples: of vendors, of the formats that no vendor of ours uses, and of the guide, since no vendor
/// that we ship has a page of HTML that is read by a mapping.
pub fn folders() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let below = ["sources", "tests/formats", "tests/guide"];
    below.iter().flat_map(|below| files(&root.join(below))).filter(|path| path.is_dir()).collect()
}

/// Every case, in the order of folders and names.
pub fn cases() -> Vec<Case> {
    folders().iter().flat_map(|folder| cases_of(folder)).collect()
}

fn cases_of(folder: &Path) -> Vec<Case> {
    let vendor = name(folder);
    let cases = sample::cases(folder).unwrap();
    let sources = if cases.is_empty() { Vec::new() } else { sources(folder, &vendor) };
    let one = |(case, samples): (String, Vec<sample::Sample>)| {
        let (source, answers) = sample::answers(&sources, &samples).unwrap();
        let expected = sample::expected_file(folder, &case);
        Case { name: format!("{vendor}/{case}"), expected, source: source.clone(), answers }
    };
    cases.into_iter().map(one).collect()
}

/// The sources in a vendor's file that have a body to read, in its order.
fn sources(folder: &Path, vendor: &str) -> Vec<Source> {
    if let (false, Some(format)) = (folder.join("vendor.toml").exists(), Format::named(vendor)) {
        let id = SourceId::parse(&format!("{vendor}/samples")).unwrap();
        return vec![Source::at(id, format, Some("https://status.example.org/".parse().unwrap()))];
    }
    let text = fs::read_to_string(folder.join("vendor.toml")).unwrap();
    let parsed = config::vendor::parse(vendor, "vendor.toml", &text);
    let sources = parsed.value.unwrap_or_else(|| panic!("{vendor}: its file has mistakes")).sources;
    sources.into_iter().filter(|source| source.format != Format::Manual).collect()
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

/// What a folder holds, in the order of the names.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}
