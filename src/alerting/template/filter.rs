//! What templates can do with values, beside what every template of this kind can.

use jiff::Timestamp;
use minijinja::value::Value;
use minijinja::{Environment, Error, ErrorKind, State};

use crate::alerting::message::parts::{loud, wrapped};
use crate::alerting::message::words;
use crate::model::clock_text::{Times, span};
use crate::model::impact::Impact;
use crate::model::text;

/// The longest pattern of a time, and the widest lead of a paragraph, in characters.
const PATTERN_CHARS: usize = 60;

/// Adds them all.
pub fn add(environment: &mut Environment<'static>) {
    environment.add_filter("local", local);
    environment.add_filter("utc", utc);
    environment.add_filter("age", age);
    environment.add_filter("span", in_words);
    environment.add_filter("state", state);
    environment.add_filter("line", line);
    environment.add_filter("wrap", wrap);
    environment.add_filter("loud", |kicker: String| loud(&kicker));
}

/// The names of all filters, to tell a slip by.
pub const NAMES: &[&str] = &[
    "local",
    "utc",
    "age",
    "span",
    "state",
    "line",
    "wrap",
    "loud",
    "abs",
    "attr",
    "batch",
    "bool",
    "capitalize",
    "chain",
    "count",
    "default",
    "dictsort",
    "escape",
    "first",
    "float",
    "format",
    "groupby",
    "indent",
    "int",
    "items",
    "join",
    "last",
    "length",
    "lines",
    "list",
    "lower",
    "map",
    "max",
    "min",
    "pprint",
    "reject",
    "rejectattr",
    "replace",
    "reverse",
    "round",
    "select",
    "selectattr",
    "slice",
    "sort",
    "split",
    "string",
    "sum",
    "title",
    "tojson",
    "trim",
    "unique",
    "upper",
    "zip",
];

fn wrong(what: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidOperation, what.into())
}

fn moment(value: &Value) -> Result<Timestamp, Error> {
    let text =
        value.as_str().ok_or_else(|| wrong("a time is wanted here, and there is none: ask first with {% if … %}"))?;
    text.parse().map_err(|_| wrong(format!("`{}` is no time", text::line(text, PATTERN_CHARS))))
}

/// The organisation's zone, and when the message was decided.
fn times(state: &State<'_, '_>) -> Times {
    let told = |name: &str| state.lookup(name).and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default();
    Times::new(&told("time_zone"), told("at").parse().unwrap_or_default())
}

/// `17:03 CDT (22:03 UTC)`; with a pattern as `"%d %b %H:%M"` only what that says, in local time.
fn local(state: &State<'_, '_>, value: &Value, pattern: Option<String>) -> Result<String, Error> {
    let (moment, times) = (moment(value)?, times(state));
    match pattern {
        None => Ok(times.moment(moment)),
        Some(pattern) if pattern.chars().count() > PATTERN_CHARS => Err(wrong("this pattern is too long")),
        Some(pattern) => times.by_pattern(moment, &pattern).map_err(|why| wrong(format!("`{pattern}`: {why}"))),
    }
}

fn utc(value: &Value) -> Result<String, Error> {
    Ok(moment(value)?.strftime("%Y-%m-%d %H:%M UTC").to_string())
}

/// How long before the message: `38 min`.
fn age(state: &State<'_, '_>, value: &Value) -> Result<String, Error> {
    let moment = moment(value)?;
    Ok(times(state).age(moment).unwrap_or_else(|| span(0)))
}

/// Seconds in words: `4 h`.
fn in_words(value: &Value) -> Result<String, Error> {
    let seconds = value.as_i64().ok_or_else(|| wrong("a number of seconds is wanted here"))?;
    Ok(span(seconds))
}

/// An impact in a word or two: `Partly down`.
fn state(value: &Value) -> Result<String, Error> {
    let word = value.as_str().unwrap_or_default();
    let impact: Impact = serde_json::from_value(word.into()).map_err(|_| wrong("an impact is wanted here"))?;
    Ok(words::state(impact).to_owned())
}

fn line(value: String, most: Option<usize>) -> String {
    text::line(&value, most.unwrap_or(text::TITLE_CHARS))
}

fn wrap(value: String, lead: Option<String>) -> Result<String, Error> {
    let lead = lead.unwrap_or_default();
    if lead.chars().count() > PATTERN_CHARS {
        return Err(wrong("this is too wide to stand before a paragraph"));
    }
    Ok(wrapped(&value, &lead))
}
