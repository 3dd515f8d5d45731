//! One thing that is wrong in a file, and the way out of it.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use super::places::Places;
use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents, SourceCode,
    SourceSpan, SpanContents,
};

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
    /// One in a file that is not TOML, at a place in octets.
    #[must_use]
    pub fn in_text(
        severity: Severity,
        file: &str,
        text: &str,
        place: Range<usize>,
        what: String,
        way_out: String,
    ) -> Self {
        Places::of_text(file, text).problem_at(severity, String::new(), place, what, way_out)
    }

    /// Several lines for a terminal: the problem, the line of the file with the place underlined, the way out.
    #[must_use]
    pub fn render(&self, colour: bool) -> String {
        let theme = if colour { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
        let handler = GraphicalReportHandler::new_themed(theme).with_width(110).with_links(false);
        let mut out = String::new();
        match handler.render_report(&mut out, &Report(self)) {
            Ok(()) => out,
            Err(fmt::Error) => self.to_string(),
        }
    }

    /// The lines of the place and no others: a neighbour has nothing to do with the problem.
    fn lines(&self) -> Range<usize> {
        let text: &str = &self.shown;
        let start = text.get(..self.span.start).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
        let rest = text.get(self.span.end..).and_then(|rest| rest.find('\n'));
        start..rest.map_or(text.len(), |at| self.span.end + at)
    }

    fn headline(&self) -> String {
        if self.key.is_empty() { self.what.clone() } else { format!("{}: {}", self.key, self.what) }
    }
}

impl SourceCode for Problem {
    fn read_span<'a>(
        &'a self,
        _: &SourceSpan,
        _: usize,
        _: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let lines = self.lines();
        let data = self.shown.as_bytes().get(lines.clone()).ok_or(MietteError::OutOfBounds)?;
        let count = data.iter().filter(|byte| **byte == b'\n').count() + 1;
        let contents =
            MietteSpanContents::new_named(self.file.clone(), data, lines.into(), self.line.saturating_sub(1), 0, count);
        Ok(Box::new(contents))
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
struct Report<'a>(&'a Problem);

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

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(self.0)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(std::iter::once(LabeledSpan::new_with_span(Some("here".to_owned()), self.0.span.clone()))))
    }
}
