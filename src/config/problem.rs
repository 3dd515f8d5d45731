//! One thing that is wrong in a file, and the way out of it.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, NamedSource};

/// How bad a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// The file cannot be used.
    Error,
    /// The file is used, and somebody should know.
    Warning,
}

/// One thing that is wrong in a file. It never holds a secret: neither its texts nor the line that it shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Whether the file can be used all the same.
    pub severity: Severity,
    /// The file, as it was named by the caller.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// The key with its path, as `service[2].needs[0].vendor`; entries are counted from 0. Empty: the file as a whole.
    pub key: String,
    /// What is wrong.
    pub what: String,
    /// What to do about it; may be empty.
    pub way_out: String,
    /// Where in the text, in bytes.
    pub span: Range<usize>,
    /// The text of the file with whatever may be a secret struck out.
    pub(super) shown: Arc<str>,
}

impl Problem {
    /// Several lines for a terminal: the problem, the line of the file with the place underlined, the way out.
    #[must_use]
    pub fn render(&self, colour: bool) -> String {
        let theme = if colour { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
        // No lines around: a neighbouring line has nothing to do with the problem and may hold what is nobody's business.
        let handler = GraphicalReportHandler::new_themed(theme).with_context_lines(0).with_width(110).with_links(false);
        let mut out = String::new();
        match handler.render_report(&mut out, &Report(self, self.named_text())) {
            Ok(()) => out,
            Err(fmt::Error) => self.to_string(),
        }
    }

    fn named_text(&self) -> NamedSource<Arc<str>> {
        NamedSource::new(&self.file, Arc::clone(&self.shown)).with_language("TOML")
    }

    fn headline(&self) -> String {
        if self.key.is_empty() { self.what.clone() } else { format!("{}: {}", self.key, self.what) }
    }
}

/// One line: `file:line:column: key: what; way out`.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = match self.severity {
            Severity::Error => "",
            Severity::Warning => "warning: ",
        };
        write!(f, "{}:{}:{}: {mark}{}", self.file, self.line, self.column, self.headline())?;
        if self.way_out.is_empty() { Ok(()) } else { write!(f, "; {}", self.way_out) }
    }
}

/// A problem as miette wants it.
#[derive(Debug)]
struct Report<'a>(&'a Problem, NamedSource<Arc<str>>);

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.headline())
    }
}

impl std::error::Error for Report<'_> {}

impl Diagnostic for Report<'_> {
    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.0.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
        })
    }

    fn help(&self) -> Option<Box<dyn fmt::Display + '_>> {
        if self.0.way_out.is_empty() { None } else { Some(Box::new(&self.0.way_out)) }
    }

    fn source_code(&self) -> Option<&dyn miette::SourceCode> {
        Some(&self.1)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(std::iter::once(LabeledSpan::new_with_span(Some("here".to_owned()), self.0.span.clone()))))
    }
}
