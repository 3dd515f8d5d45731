//! The samples of vendors, as looks: each case with the source that reads it and the answers of its documents.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use bellwether::config;
use bellwether::model::format::Format;
use bellwether::model::vendor::Source;
use bellwether::normalize::{self, Answer, Body, Outcome};

/// One look from samples.
pub struct Case {
    /// `vendor/case`.
    pub name: String,
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

/// Every case below `sources/`, in the order of vendors and names.
pub fn cases() -> Vec<Case> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("sources");
    files(&root).into_iter().filter(|path| path.is_dir()).flat_map(|folder| cases_of(&folder)).collect()
}

fn cases_of(folder: &Path) -> Vec<Case> {
    let vendor = name(folder);
    let mut samples: BTreeMap<String, Vec<(Option<String>, PathBuf)>> = BTreeMap::new();
    for path in files(folder) {
        let name = name(&path);
        if let Some((before, _)) = name.split_once(".sample.") {
            let (case, role) = before.split_once('.').map_or((before, None), |(case, role)| (case, Some(role)));
            samples.entry(case.to_owned()).or_default().push((role.map(str::to_owned), path));
        }
    }
    if samples.is_empty() {
        return Vec::new();
    }
    let sources = sources(folder, &vendor);
    samples.into_iter().map(|(case, samples)| one(format!("{vendor}/{case}"), &sources, &samples)).collect()
}

fn sources(folder: &Path, vendor: &str) -> Vec<Source> {
    let text = fs::read_to_string(folder.join("vendor.toml")).unwrap();
    let parsed = config::vendor::parse(vendor, "vendor.toml", &text);
    let sources = parsed.value.unwrap_or_else(|| panic!("{vendor}: its file has mistakes")).sources;
    sources.into_iter().filter(|source| source.format != Format::Manual).collect()
}

/// Read by the first source whose format knows the role, or by the first of all.
fn one(name: String, sources: &[Source], samples: &[(Option<String>, PathBuf)]) -> Case {
    let roles = |source: &Source| normalize::about(source.format).roles;
    let mut reader = &sources[0];
    let mut answers = Vec::new();
    for (role, path) in samples {
        let mut known = sources.iter().flat_map(|source| roles(source).iter().map(move |role| (source, *role)));
        let (source, role) = match role {
            None => (reader, roles(reader)[0]),
            Some(role) => known.find(|(_, known)| known == role).unwrap_or_else(|| panic!("{path:?}: no role {role}")),
        };
        reader = source;
        answers.push(Answer { role, outcome: Outcome::Body(Body::saved(fs::read(path).unwrap())) });
    }
    Case { name, source: reader.clone(), answers }
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}
