//! From text to rows, with every problem on the way.
//!
//! serde stops at the first thing that it does not like. So what it did not like is noted, left out of the tree, and
//! the rest is read again, until all of it is liked.

use std::collections::BTreeSet;
use std::ops::Range;

use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeTable, DeValue, Deserializer, Error};

use super::places::{Findings, Places, join};
use super::problem::Severity;
use super::suggest::{did_you_mean, nearest};

/// More than these in one file and the rest can wait: each costs another reading of the whole.
const MOST_PROBLEMS: usize = 100;

/// A file as rows: `None` if nothing could be made of it.
pub(super) struct Draft<T> {
    pub(super) rows: Option<T>,
    pub(super) findings: Findings,
}

/// Reads `text` as `T`, leaving out what cannot be read.
pub(super) fn read<T: DeserializeOwned>(file: &str, text: &str) -> Draft<T> {
    let (written, errors) = DeTable::parse_recoverable(text);
    // The first one only: what follows a syntax error is mostly its echo.
    if let Some(error) = errors.into_iter().min_by_key(|error| error.span().map_or(0, |span| span.start)) {
        return not_toml(file, text, &error);
    }
    let mut pruner =
        Pruner { tree: written.clone(), written: written.get_ref(), unread: BTreeSet::new(), told: vec![] };
    let rows = pruner.read_all();
    let Pruner { tree, unread, told, .. } = pruner;
    let places = Places::of_tree(file, text, tree.get_ref(), written.get_ref(), unread);
    let problems =
        told.into_iter().map(|it| places.problem_at(Severity::Error, it.key, it.span, it.what, it.way_out)).collect();
    Draft { rows, findings: Findings::new(places, problems, written.get_ref()) }
}

fn not_toml<T>(file: &str, text: &str, error: &Error) -> Draft<T> {
    let places = Places::of_text(file, text);
    let span = error.span().unwrap_or_default();
    let what = format!("this is not TOML: {}", error.message().replace('\n', ", "));
    let way_out = "see https://toml.io/en/v1.0.0 for the syntax".to_owned();
    let problem = places.problem_at(Severity::Error, String::new(), span, what, way_out);
    Draft { rows: None, findings: Findings::new(places, vec![problem], &DeTable::new()) }
}

/// A problem whose line is not counted yet.
struct Told {
    key: String,
    span: Range<usize>,
    what: String,
    way_out: String,
}

struct Pruner<'t, 's> {
    tree: Spanned<DeTable<'s>>,
    written: &'t DeTable<'s>,
    unread: BTreeSet<String>,
    told: Vec<Told>,
}

impl Pruner<'_, '_> {
    fn read_all<T: DeserializeOwned>(&mut self) -> Option<T> {
        loop {
            let error = match T::deserialize(Deserializer::from(self.tree.clone())) {
                Ok(rows) => return Some(rows),
                Err(error) => error,
            };
            let node = error.span().and_then(|span| Node::with_span(self.tree.get_ref(), &span));
            let node = node.map(|node| self.first_bad_entry::<T>(&node, &error).unwrap_or(node));
            self.tell(&error, node.as_ref());
            let (Some(node), true) = (node, self.told.len() < MOST_PROBLEMS) else { return None };
            self.leave_out(&node);
        }
    }

    /// Notes the problem, unless it is only the echo of something that was left out.
    fn tell(&mut self, error: &Error, node: Option<&Node>) {
        let table = node.map_or_else(String::new, |node| node.path_in(self.tree.get_ref(), self.written));
        let Explained { key, what, way_out, meant } = explain(error.message(), &table);
        let inside = format!("{table}.");
        let is_echo = self.unread.contains(&key)
            || (key == table && !table.is_empty() && self.unread.iter().any(|path| path.starts_with(&inside)));
        if !is_echo {
            let span = node.and_then(|node| node.entry_span(self.tree.get_ref())).or_else(|| error.span());
            self.told.push(Told { key, span: span.unwrap_or_default(), what, way_out });
        }
        // A key that is only misspelt is not missing.
        self.unread.extend(meant);
    }

    /// toml does not say which entry of a list one of our own types refused. It is the last one of the shortest
    /// beginning of the list that is refused in the same words.
    fn first_bad_entry<T: DeserializeOwned>(&self, list: &Node, error: &Error) -> Option<Node> {
        let entries = list.value_in(self.tree.get_ref())?.as_array()?.len();
        (0..entries).map(|index| list.entry(index)).find(|bad| {
            let mut shorter = self.tree.clone();
            (0..entries).rev().map(|index| list.entry(index)).take_while(|later| later.0 != bad.0).for_each(|later| {
                later.remove_from(shorter.get_mut());
            });
            let again = T::deserialize(Deserializer::from(shorter)).err();
            again.is_some_and(|again| again.message() == error.message() && again.span() == error.span())
        })
    }

    fn leave_out(&mut self, node: &Node) {
        self.unread.insert(node.path_in(self.tree.get_ref(), self.written));
        node.remove_from(self.tree.get_mut());
    }
}

/// A step down into the tree.
#[derive(Debug, Clone, PartialEq)]
enum Step {
    Key(String),
    Entry(usize),
}

/// A place in the tree.
#[derive(Debug, Clone, Default)]
struct Node(Vec<Step>);

impl Node {
    /// The innermost place that is, or whose key is, exactly at `span`.
    fn with_span(table: &DeTable<'_>, span: &Range<usize>) -> Option<Self> {
        let mut found = None;
        search_table(table, span, &mut Vec::new(), &mut found);
        found.map(Self)
    }

    fn entry(&self, index: usize) -> Self {
        let mut steps = self.0.clone();
        steps.push(Step::Entry(index));
        Self(steps)
    }

    fn value_in<'t, 's>(&self, tree: &'t DeTable<'s>) -> Option<&'t DeValue<'s>> {
        self.spanned_in(tree).map(Spanned::get_ref)
    }

    /// The span of an entry of a list; other places are known by the error's own span.
    fn entry_span(&self, tree: &DeTable<'_>) -> Option<Range<usize>> {
        matches!(self.0.last(), Some(Step::Entry(_))).then(|| self.spanned_in(tree).map(Spanned::span)).flatten()
    }

    fn spanned_in<'t, 's>(&self, tree: &'t DeTable<'s>) -> Option<&'t Spanned<DeValue<'s>>> {
        let (Step::Key(first), rest) = self.0.split_first()? else { return None };
        rest.iter().try_fold(tree.get(first.as_str())?, |value, step| match step {
            Step::Key(key) => value.get_ref().as_table()?.get(key.as_str()),
            Step::Entry(index) => value.get_ref().as_array()?.get(*index),
        })
    }

    /// The path as the file counts entries.
    fn path_in(&self, tree: &DeTable<'_>, written: &DeTable<'_>) -> String {
        let mut path = String::new();
        let mut at: Option<(&DeValue<'_>, &DeValue<'_>)> = None;
        for step in &self.0 {
            let next = match step {
                Step::Key(key) => {
                    path = join(&path, key);
                    let (read, original) = match at {
                        None => (Some(tree), Some(written)),
                        Some((read, original)) => (read.as_table(), original.as_table()),
                    };
                    read.and_then(|t| t.get(key.as_str())).zip(original.and_then(|t| t.get(key.as_str())))
                }
                Step::Entry(index) => at.and_then(|(read, original)| {
                    let entry = read.as_array()?.get(*index)?;
                    let number = original.as_array()?.iter().position(|other| other.span() == entry.span())?;
                    path = format!("{path}[{number}]");
                    Some((entry, original.as_array()?.get(number)?))
                }),
            };
            at = next.map(|(read, original)| (read.get_ref(), original.get_ref()));
        }
        path
    }

    fn remove_from(&self, table: &mut DeTable<'_>) {
        match self.0.split_first() {
            Some((Step::Key(key), [])) => drop(table.remove(key.as_str())),
            Some((Step::Key(key), rest)) => {
                if let Some(value) = table.get_mut(key.as_str()) {
                    remove_inside(value.get_mut(), rest);
                }
            }
            Some((Step::Entry(_), _)) | None => {}
        }
    }
}

fn remove_inside(value: &mut DeValue<'_>, steps: &[Step]) {
    match (value, steps) {
        (DeValue::Table(table), _) => Node(steps.to_vec()).remove_from(table),
        (DeValue::Array(list), [Step::Entry(gone)]) => {
            let all = std::mem::replace(list, std::iter::empty().collect());
            let kept = all.into_iter().enumerate().filter(|(index, _)| index != gone);
            *list = kept.map(|(_, entry)| entry).collect();
        }
        (DeValue::Array(list), [Step::Entry(index), rest @ ..]) => {
            if let Some(entry) = list.get_mut(*index) {
                remove_inside(entry.get_mut(), rest);
            }
        }
        _ => {}
    }
}

fn search_table(table: &DeTable<'_>, span: &Range<usize>, at: &mut Vec<Step>, found: &mut Option<Vec<Step>>) {
    for (key, value) in table {
        at.push(Step::Key(key.get_ref().to_string()));
        if key.span() == *span {
            *found = Some(at.clone());
        }
        search_value(value, span, at, found);
        at.pop();
    }
}

fn search_value(value: &Spanned<DeValue<'_>>, span: &Range<usize>, at: &mut Vec<Step>, found: &mut Option<Vec<Step>>) {
    if value.span() == *span {
        *found = Some(at.clone());
    }
    match value.get_ref() {
        DeValue::Table(table) => search_table(table, span, at, found),
        DeValue::Array(list) => {
            for (index, entry) in list.iter().enumerate() {
                at.push(Step::Entry(index));
                search_value(entry, span, at, found);
                at.pop();
            }
        }
        DeValue::String(_) | DeValue::Integer(_) | DeValue::Float(_) | DeValue::Boolean(_) | DeValue::Datetime(_) => {}
    }
}

/// A message of serde's in our words.
struct Explained {
    key: String,
    what: String,
    way_out: String,
    /// The path of the key that was probably meant.
    meant: Option<String>,
}

/// What to do about a key that is missing. Those of a mapping do not say by their names what is wanted.
fn missing(table: &str, key: &str) -> &'static str {
    match key {
        "covers" if table.ends_with("components") => {
            "say what the list holds: covers = \"all\" components, \"all-unwell\" ones, or \"delta\" if that is not certain"
        }
        "covers" => {
            "say what the list holds: covers = \"all-open\" entries, a \"window\" of the latest, or \"delta\" if that is not certain"
        }
        "sign" => {
            "say what stands on this page whether all is well or not, and on no other: without it a login page would be green"
        }
        _ => "add it",
    }
}

/// Puts serde's message about the value at `path` in our words. A value of a wrong type is not repeated: it might be
/// a secret.
fn explain(message: &str, path: &str) -> Explained {
    let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    let found = quoted.first().copied().unwrap_or_default();
    let others = quoted.iter().skip(1).copied();
    let say = |key: String, what: String, way_out: String| Explained { key, what, way_out, meant: None };
    if message.starts_with("unknown field") {
        let table = path.rfind('.').map_or("", |end| &path[..end]);
        let meant = nearest(found, others.clone()).map(|key| join(table, key));
        let way_out = did_you_mean(found, others, "here may stand");
        Explained { key: path.to_owned(), what: "no such key".to_owned(), way_out, meant }
    } else if message.starts_with("missing field") {
        say(join(path, found), "this key is missing".to_owned(), missing(path, found).to_owned())
    } else if message.starts_with("unknown variant") {
        say(path.to_owned(), format!("`{found}` is not a word for this"), did_you_mean(found, others, "it may be"))
    } else if let Some((found, expected)) = wrong_type(message) {
        say(path.to_owned(), format!("{found} stands here"), format!("write {expected}"))
    } else {
        let (what, way_out) = own_words(message);
        say(path.to_owned(), what, way_out)
    }
}

/// The kind that was found and the kind that is wanted.
fn wrong_type(message: &str) -> Option<(String, String)> {
    let rest = message.strip_prefix("invalid type: ").or_else(|| message.strip_prefix("invalid value: "))?;
    let (found, expected) = rest.rsplit_once(", expected ")?;
    let kind = found.split([' ', '`', '"']).next().unwrap_or_default();
    let kind = match kind {
        "map" => "a table",
        "sequence" => "a list",
        "string" if !expected.starts_with('a') => "a text that does not fit",
        "string" => "a text",
        "integer" if expected.starts_with(['u', 'i']) => "a number that does not fit",
        "integer" | "floating" => "a number",
        "boolean" => "true or false",
        _ => "something else",
    };
    let expected = match expected {
        "a sequence" => "a list: [ … ]",
        "a map" => "a table: { … }",
        "a boolean" => "true or false",
        "a string" => "a text in quotes",
        "u16" => "a whole number from 0 to 65535",
        "u32" | "u64" | "usize" => "a whole number",
        other if other.contains("URL") || other.contains("host") || other.contains("port") => "a URL: https://…",
        other if other.starts_with("struct ") => "a table: { … }",
        other => other,
    };
    Some((kind.to_owned(), expected.to_owned()))
}

/// Our own types say `what; way out`, those of the model `what: way out`, and URLs `why: "text"`.
pub(super) fn own_words(message: &str) -> (String, String) {
    if let Some((what, way_out)) = message.split_once("; ") {
        return (what.to_owned(), way_out.to_owned());
    }
    if message.ends_with('"') {
        // The text is not repeated: addresses hold tokens and passwords.
        return ("this is not a URL".to_owned(), "write it whole, as \"https://…\"".to_owned());
    }
    let (what, way_out) = message.rsplit_once(": ").unwrap_or((message, ""));
    (what.to_owned(), way_out.to_owned())
}
