//! The running log of a story on the terminal: what vendors say, what people enter, whom it hurts, what arrived where and
//! how long after the word. For people lines of at most 80 characters; for scripts one JSON object a line.

use std::io::Write;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};

use crate::commands::run::log::plain;
use crate::model::clock_text::span;

/// The longest line.
const WIDTH: usize = 80;
/// Where the words of a line begin: behind the times and the kind.
const INDENT: usize = 28;

/// Where a story is told.
pub struct Telling {
    zone: TimeZone,
    as_json: bool,
    inner: Mutex<Inner>,
}

struct Inner {
    out: Box<dyn Write + Send>,
    day: Option<Date>,
}

/// One thing to tell.
pub struct Line<'a> {
    /// What kind of thing it is, in one word: the key of a script.
    pub kind: &'static str,
    /// The same for people.
    pub label: &'a str,
    /// In words.
    pub words: String,
    /// For scripts, beside the time, the kind and the words.
    pub facts: Value,
}

impl Telling {
    /// Tells to `out`, with the times of `zone`.
    #[must_use]
    pub fn new(zone: &str, as_json: bool, out: Box<dyn Write + Send>) -> Self {
        let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
        Self { zone, as_json, inner: Mutex::new(Inner { out, day: None }) }
    }

    /// Words between the lines, for people alone.
    pub fn say(&self, words: &str) {
        if !self.as_json {
            self.write(&format!("{words}\n"));
        }
    }

    /// One JSON object, for scripts alone.
    pub fn object(&self, object: &Value) {
        if self.as_json {
            self.write(&format!("{object}\n"));
        }
    }

    /// Whether it is told to a script.
    #[must_use]
    pub const fn is_json(&self) -> bool {
        self.as_json
    }

    /// Tells what happened at `at`.
    pub fn tell(&self, at: Timestamp, line: &Line<'_>) {
        if self.as_json {
            let mut object = Map::new();
            object.insert("at".to_owned(), json!(at.to_string()));
            object.insert("kind".to_owned(), json!(line.kind));
            object.insert("words".to_owned(), json!(line.words));
            if let Value::Object(facts) = &line.facts {
                object.extend(facts.clone());
            }
            self.write(&format!("{}\n", Value::Object(object)));
            return;
        }
        let local = at.to_zoned(self.zone.clone());
        let utc = at.to_zoned(TimeZone::UTC);
        let lead = format!("{} {}Z  {:<9} ", local.strftime("%H:%M %Z"), utc.strftime("%H:%M"), line.label);
        let lead = format!("{lead:<INDENT$}");
        // Far sides' answers come this way: what a terminal would obey is shown instead.
        let text = wrapped(&lead, &plain(&line.words));
        let is_new_day = {
            let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
            inner.day.replace(local.date()) != Some(local.date())
        };
        let day = if is_new_day { format!("\n---- {}\n", local.strftime("%A %-d %B %Y")) } else { String::new() };
        self.write(&format!("{day}{text}\n"));
    }

    /// A terminal that is gone stops nothing.
    fn write(&self, text: &str) {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = inner.out.write_all(text.as_bytes());
        let _ = inner.out.flush();
    }
}

/// Lines that end where the terminal does; the later ones stand below the words of the first.
#[must_use]
pub fn wrapped(lead: &str, words: &str) -> String {
    let next = " ".repeat(lead.chars().count());
    let (mut out, mut line, mut is_empty) = (String::new(), lead.to_owned(), true);
    for word in words.split_whitespace() {
        if !is_empty && line.chars().count() + 1 + word.chars().count() > WIDTH {
            out.push_str(line.trim_end());
            out.push('\n');
            line.clone_from(&next);
            is_empty = true;
        }
        if !is_empty {
            line.push(' ');
        }
        line.push_str(word);
        is_empty = false;
    }
    out + line.trim_end()
}

/// How long after, for people: `52 s`, `3 min 05 s`, `2 h 04 min`.
#[must_use]
pub fn after(seconds: i64) -> String {
    match seconds.max(0) {
        s @ 60..600 => format!("{} min {:02} s", s / 60, s % 60),
        s => span(s),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    fn told(as_json: bool) -> String {
        let kept = Kept::default();
        let telling = Telling::new("America/Chicago", as_json, Box::new(kept.clone()));
        let words = "word ".repeat(30);
        let line = Line { kind: "post", label: "says", words, facts: json!({ "vendor": "azure" }) };
        telling.tell("2024-07-19T04:30:00Z".parse().unwrap(), &line);
        let bytes = kept.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn lines_fit_a_terminal_and_begin_with_both_times() {
        let text = told(false);
        assert!(text.contains("---- Thursday 18 July 2024\n23:30 CDT 04:30Z  says      word"), "{text}");
        assert!(text.lines().all(|line| line.chars().count() <= WIDTH), "{text}");
    }

    #[test]
    fn a_script_gets_one_object_a_line() {
        let object: Value = serde_json::from_str(told(true).trim_end()).unwrap();
        assert_eq!((&object["kind"], &object["vendor"]), (&json!("post"), &json!("azure")));
        assert_eq!(object["at"], "2024-07-19T04:30:00Z");
    }

    #[test]
    fn how_long_after_is_told_to_the_second_while_it_is_short() {
        assert_eq!([after(52), after(185), after(7440), after(-1)], ["52 s", "3 min 05 s", "2 h 04 min", "0 s"]);
    }
}
