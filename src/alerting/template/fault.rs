//! What is wrong with a template, and where: for whoever wrote it.

use std::collections::BTreeMap;
use std::ops::Range;

use minijinja::{Error, ErrorKind};

use super::File;

/// What is wrong with a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Its file, below the folder.
    pub file: String,
    /// The line, from 1; 0 where it is about the whole.
    pub line: usize,
    /// The octets of the file.
    pub place: Option<Range<usize>>,
    /// Of which kind it is.
    pub kind: Kind,
    /// It in words.
    pub what: String,
}

/// What kind of fault it is, for who looks for a way out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// Nothing of that name is given: the expression as it stands there.
    Value(String),
    /// There is no such filter.
    Filter(String),
    /// There is no such function.
    Function(String),
    /// There is nothing of that name to be worded.
    Piece(String),
    /// There is no such file to include.
    Include(String),
    /// It did not come to an end in time.
    Fuel,
    /// It wrote too much.
    TooLong,
    /// It wrote nothing.
    Empty,
    /// It wrote no JSON.
    Json,
    /// Its JSON is not what the service wants.
    Shape,
    /// It wants no escapes.
    Escapes,
    /// It cannot be understood.
    Syntax,
    /// Anything else.
    Other,
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.line > 0 { write!(f, "line {}: {}", self.line, self.what) } else { f.write_str(&self.what) }
    }
}

impl Fault {
    /// One about the whole of a file.
    #[must_use]
    pub fn of_file(file: &str, kind: Kind, what: String) -> Self {
        Self { file: file.to_owned(), line: 0, place: None, kind, what }
    }

    /// One that the engine found. `names` are the files by the names that templates use, `main` is the file that was
    /// asked for.
    pub(super) fn of(error: &Error, names: &BTreeMap<String, String>, main: &str) -> Self {
        // What went wrong in an included file is told of that file.
        let inner = std::error::Error::source(error).and_then(|source| source.downcast_ref::<Error>());
        if let Some(inner) = inner.filter(|inner| inner.line().is_some()) {
            return Self::of(inner, names, main);
        }
        let file = error.name().and_then(|name| names.get(name)).map_or(main, String::as_str).to_owned();
        let place = error.range().filter(|place| place.start < place.end);
        let stands = place.clone().and_then(|place| error.template_source()?.get(place)).unwrap_or_default();
        let (kind, what) = said(error, stands);
        Self { file, line: error.line().unwrap_or(0), place, kind, what }
    }
}

fn said(error: &Error, stands: &str) -> (Kind, String) {
    let detail = error.detail().unwrap_or_default();
    let quoted = detail.split(['"', '`', '\'']).nth(1).unwrap_or(stands).to_owned();
    match error.kind() {
        ErrorKind::UndefinedError => {
            let name = detail.split(['`', '\'']).nth(1).unwrap_or(stands.trim()).to_owned();
            (Kind::Value(name.clone()), format!("`{name}` is nothing here"))
        }
        ErrorKind::UnknownFilter => {
            let name = detail.split_whitespace().nth(1).unwrap_or_default().to_owned();
            (Kind::Filter(name.clone()), format!("there is no filter `{name}`"))
        }
        ErrorKind::UnknownFunction => {
            let name = detail.split_whitespace().next().unwrap_or_default().to_owned();
            (Kind::Function(name.clone()), format!("there is no function `{name}`"))
        }
        ErrorKind::TemplateNotFound => {
            (Kind::Include(quoted.clone()), format!("there is no file `{quoted}` that it could include"))
        }
        ErrorKind::OutOfFuel => (Kind::Fuel, "it does not come to an end, or does too much: it was stopped".to_owned()),
        ErrorKind::SyntaxError => (Kind::Syntax, format!("this cannot be understood: {detail}")),
        _ if detail.is_empty() => (Kind::Other, error.kind().to_string()),
        _ => (Kind::Other, detail.to_owned()),
    }
}

/// A template that switches escapes off or to something else. What vendors wrote would be markup then.
pub(super) fn escapes(file: &File) -> Option<Fault> {
    let at = file.text.match_indices("{%").find_map(|(at, _)| {
        let inside = file.text[at + 2..].trim_start_matches(['-', '+']).trim_start();
        inside.starts_with("autoescape").then(|| file.text.len() - inside.len())
    })?;
    let line = file.text[..at].matches('\n').count() + 1;
    let what = "escapes cannot be switched: what vendors write would be taken for markup".to_owned();
    let place = Some(at..at + "autoescape".len());
    Some(Fault { file: file.name.clone(), line, place, kind: Kind::Escapes, what })
}
