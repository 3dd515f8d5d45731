//! Where each key of a file stands, so that a problem found late still names its line.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use toml::de::{DeTable, DeValue};

use super::problem::{Problem, Severity};
use super::{inside, struck};

/// Where the keys of one file stand.
#[derive(Debug, Clone)]
pub struct Places {
    file: String,
    shown: Arc<str>,
    line_starts: Vec<usize>,
    /// By the path in the value that was made of the file.
    known: BTreeMap<String, Place>,
    /// Paths in the file whose values were left out, since they could not be read.
    unread: BTreeSet<String>,
}

#[derive(Debug, Clone)]
struct Place {
    /// The path in the file; it differs where entries before it could not be read.
    path: String,
    span: Range<usize>,
}

impl Places {
    /// The places of a file of which only the text is known.
    pub(super) fn of_text(file: &str, text: &str) -> Self {
        let line_starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        let shown = struck::lines(text).into();
        Self { file: file.to_owned(), shown, line_starts, known: BTreeMap::new(), unread: BTreeSet::new() }
    }

    /// The places of a file: `tree` is what was read, `written` what stands in the file.
    pub(super) fn of_tree(
        file: &str,
        text: &str,
        tree: &DeTable<'_>,
        written: &DeTable<'_>,
        unread: BTreeSet<String>,
    ) -> Self {
        let mut places = Self::of_text(file, text);
        places.shown = struck::values(text, written).into();
        places.unread = unread;
        add_table(&mut places.known, &Path::default(), tree, written);
        places
    }

    /// A problem at `path`, or at the nearest table round it that stands in the file.
    #[must_use]
    pub fn problem(&self, severity: Severity, path: &str, what: impl Into<String>, way_out: &str) -> Problem {
        let (key, span) = self.locate(path);
        self.problem_at(severity, key, span, what.into(), way_out.to_owned())
    }

    /// A problem at a place inside the text at `path`, in bytes of the text as it is meant.
    #[must_use]
    pub fn problem_inside(&self, path: &str, place: Range<usize>, what: &str, way_out: &str) -> Problem {
        let (key, span) = self.locate(path);
        let inside = inside::place(self.shown.get(span.clone()).unwrap_or_default(), place);
        let span = inside.map_or(span.clone(), |inside| span.start + inside.start..span.start + inside.end);
        self.problem_at(Severity::Error, key, span, what.to_owned(), way_out.to_owned())
    }

    pub(super) fn problem_at(
        &self,
        severity: Severity,
        key: String,
        span: Range<usize>,
        what: String,
        way_out: String,
    ) -> Problem {
        let (line, column) = self.line_and_column(span.start);
        let (file, shown) = (self.file.clone(), Arc::clone(&self.shown));
        Problem { severity, file, line, column, key, what, way_out, span, shown }
    }

    /// The line of a path, for "the first one is in line 7".
    #[must_use]
    pub fn line(&self, path: &str) -> usize {
        self.line_and_column(self.locate(path).1.start).0
    }

    pub(super) fn was_unread(&self, path: &str) -> bool {
        self.unread.contains(&self.locate(path).0)
    }

    fn locate(&self, path: &str) -> (String, Range<usize>) {
        let mut round = path;
        loop {
            if let Some(place) = self.known.get(round) {
                return (format!("{}{}", place.path, &path[round.len()..]), place.span.clone());
            }
            match round.rfind(['.', '[']) {
                Some(end) => round = &round[..end],
                None => return (path.to_owned(), 0..0),
            }
        }
    }

    fn line_and_column(&self, offset: usize) -> (usize, usize) {
        let line = self.line_starts.partition_point(|start| *start <= offset).max(1);
        let start = self.line_starts.get(line - 1).copied().unwrap_or_default();
        let before = self.shown.get(start..offset).unwrap_or_default();
        (line, before.chars().count() + 1)
    }
}

/// A path twice: as the value counts entries, and as the file does.
#[derive(Default, Clone)]
struct Path {
    read: String,
    written: String,
}

impl Path {
    fn key(&self, key: &str) -> Self {
        Self { read: join(&self.read, key), written: join(&self.written, key) }
    }

    fn index(&self, read: usize, written: usize) -> Self {
        Self { read: format!("{}[{read}]", self.read), written: format!("{}[{written}]", self.written) }
    }
}

/// `table.key`, or `key` alone at the top.
pub(super) fn join(table: &str, key: &str) -> String {
    if table.is_empty() { key.to_owned() } else { format!("{table}.{key}") }
}

fn add_table(known: &mut BTreeMap<String, Place>, at: &Path, read: &DeTable<'_>, written: &DeTable<'_>) {
    for (key, value) in read {
        let (Some(original), path) = (written.get(key), at.key(key.get_ref())) else { continue };
        // A table and a list are pointed at by their key, anything else by itself.
        let span = if is_container(value.get_ref()) { key.span() } else { value.span() };
        known.insert(path.read.clone(), Place { path: path.written.clone(), span });
        add_inside(known, &path, value.get_ref(), original.get_ref());
    }
}

fn add_inside(known: &mut BTreeMap<String, Place>, at: &Path, read: &DeValue<'_>, written: &DeValue<'_>) {
    match (read, written) {
        (DeValue::Table(read), DeValue::Table(written)) => add_table(known, at, read, written),
        (DeValue::Array(read), DeValue::Array(written)) => {
            for (index, entry) in read.iter().enumerate() {
                // Entries that were left out moved the later ones up; each is known by where it stands.
                let Some(original) = written.iter().position(|other| other.span() == entry.span()) else { continue };
                let path = at.index(index, original);
                known.insert(path.read.clone(), Place { path: path.written.clone(), span: entry.span() });
                add_inside(known, &path, entry.get_ref(), written[original].get_ref());
            }
        }
        _ => {}
    }
}

const fn is_container(value: &DeValue<'_>) -> bool {
    matches!(value, DeValue::Table(_) | DeValue::Array(_))
}

/// What is found in one file after it was read.
#[derive(Debug)]
pub(super) struct Findings {
    places: Places,
    problems: Vec<Problem>,
    /// The ids of each list of tables as they stand in the file, those of unreadable entries included.
    ids: BTreeMap<String, Vec<String>>,
}

impl Findings {
    pub(super) fn new(places: Places, problems: Vec<Problem>, written: &DeTable<'_>) -> Self {
        Self { places, problems, ids: written_ids(written) }
    }

    pub(super) fn into_parts(self) -> (Places, Vec<Problem>) {
        (self.places, self.problems)
    }

    pub(super) fn error(&mut self, path: &str, what: impl Into<String>, way_out: &str) {
        self.problems.push(self.places.problem(Severity::Error, path, what, way_out));
    }

    pub(super) fn warning(&mut self, path: &str, what: impl Into<String>, way_out: &str) {
        self.problems.push(self.places.problem(Severity::Warning, path, what, way_out));
    }

    /// Reports a key that must be there and is not. One that stands there but cannot be read has its own problem.
    pub(super) fn missing(&mut self, table: &str, key: &str, what: impl Into<String>, way_out: &str) {
        let path = join(table, key);
        if !self.places.was_unread(&path) {
            self.error(&path, what, way_out);
        }
    }

    /// The same for a key without which the file can be used.
    pub(super) fn lacking(&mut self, table: &str, key: &str, what: &str, way_out: &str) {
        let path = join(table, key);
        if !self.places.was_unread(&path) {
            self.warning(&path, what, way_out);
        }
    }

    /// The same where either of several keys would do.
    pub(super) fn either_missing(&mut self, table: &str, keys: [&str; 2], what: &str, way_out: &str) {
        if !keys.iter().any(|key| self.places.was_unread(&join(table, key))) {
            self.error(table, what, way_out);
        }
    }

    /// The value of a key that must be there.
    pub(super) fn required<T>(&mut self, table: &str, key: &str, value: Option<T>) -> Option<T> {
        if value.is_none() {
            self.missing(table, key, "this key is missing", "add it");
        }
        value
    }

    /// Reports every id that was used before.
    pub(super) fn unique<'a>(&mut self, list: &str, ids: impl Iterator<Item = Option<&'a str>>) {
        let mut first: BTreeMap<&str, usize> = BTreeMap::new();
        for (index, id) in ids.enumerate() {
            let Some(id) = id else { continue };
            let Some(earlier) = first.get(id) else {
                first.insert(id, index);
                continue;
            };
            let line = self.places.line(&format!("{list}[{earlier}].id"));
            let what = format!("the id `{id}` is used twice");
            self.error(&format!("{list}[{index}].id"), what, &format!("the first one is in line {line}"));
        }
    }

    /// Reports `id` if no entry of `list` has it.
    pub(super) fn known(&mut self, path: &str, list: &str, id: &str) {
        let ids = self.ids.get(list).cloned().unwrap_or_default();
        if !ids.iter().any(|known| known == id) {
            let way_out = super::suggest::did_you_mean(id, ids.iter().map(String::as_str), "there is");
            self.error(path, format!("there is no {list} `{id}`"), &way_out);
        }
    }
}

fn written_ids(tree: &DeTable<'_>) -> BTreeMap<String, Vec<String>> {
    let id = |entry: &DeValue<'_>| Some(entry.as_table()?.get("id")?.get_ref().as_str()?.to_owned());
    tree.iter()
        .filter_map(|(key, value)| Some((key.get_ref().to_string(), value.get_ref().as_array()?)))
        .map(|(key, list)| (key, list.iter().filter_map(|entry| id(entry.get_ref())).collect()))
        .collect()
}
