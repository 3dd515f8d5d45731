//! The log: one line for each thing, as text or as JSON, to standard error. Whatever others wrote stays within its line.

use std::fmt::Write as _;
use std::io::Write;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

use crate::config::operation::{Log, LogFormat, LogLevel};

/// Says as text how the log looks, whatever the file says.
const FORMAT: &str = "BELLWETHER_LOG_FORMAT";
/// Says how much of it there is, whatever the file says.
const LEVEL: &str = "BELLWETHER_LOG_LEVEL";

/// Begins the log. What the environment says counts more than the file; `RUST_LOG` chooses by parts of the program.
pub fn begin(log: Log) {
    let level = std::env::var(LEVEL).unwrap_or_else(|_| log.level.word().to_owned());
    let others = if level == LogLevel::Error.word() { "error" } else { "warn" };
    let usual = || EnvFilter::new(format!("{others},bellwether={level},sqlx=error"));
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| usual());
    // What watches the files tells of every line that is written to a log beside them: a log of it would feed itself.
    let filter = "notify=warn".parse().map_or_else(|_| usual(), |quiet| filter.add_directive(quiet));
    let is_json = match std::env::var(FORMAT).as_deref() {
        Ok("json") => true,
        Ok("text") => false,
        Ok(_) | Err(_) => log.format == LogFormat::Json,
    };
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false).with_writer(Lines);
    let lines = lines.log_internal_errors(false);
    // A log that has begun already goes on.
    let _ = match (is_json, std::env::var_os("JOURNAL_STREAM").is_some()) {
        (true, _) => lines.json().flatten_event(true).with_current_span(false).with_span_list(false).try_init(),
        // journald keeps the time by itself.
        (false, true) => lines.without_time().try_init(),
        (false, false) => lines.try_init(),
    };
}

/// Standard error, a whole line at a time.
struct Lines;

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Self;
    fn make_writer(&'a self) -> Self {
        Self
    }
}

impl Write for Lines {
    /// What comes is one event and its end of line.
    fn write(&mut self, event: &[u8]) -> std::io::Result<usize> {
        let text = String::from_utf8_lossy(event);
        let line = plain(text.strip_suffix('\n').unwrap_or(&text));
        // Nobody who listens is no reason to stop.
        let _ = writeln!(std::io::stderr().lock(), "{line}");
        Ok(event.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// One line that moves no cursor: whatever a terminal or a reader of logs would obey is written out.
#[must_use]
pub fn plain(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => line.push_str("\\n"),
            '\t' => line.push_str("\\t"),
            '\r' => line.push_str("\\r"),
            c if c.is_control() || is_unseen(c) => drop(write!(line, "\\u{:04x}", u32::from(c))),
            c => line.push(c),
        }
    }
    line
}

/// What ends a line for some, turns the direction of writing, or is not there to the eye.
const fn is_unseen(c: char) -> bool {
    matches!(c, '\u{2028}' | '\u{2029}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_leaves_its_line_or_moves_the_cursor() {
        let hostile = "a\nb\r\u{1b}[31mc\u{9b}2J\u{7f}\u{2028}d\u{202e}e";
        let line = plain(hostile);
        assert_eq!(line, "a\\nb\\r\\u001b[31mc\\u009b2J\\u007f\\u2028d\\u202ee");
        assert_eq!(plain("Ünïcode stays: 日本"), "Ünïcode stays: 日本");
    }
}
