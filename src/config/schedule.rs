//! Cron lines of five fields, as people write them, in UTC.
//!
//! The `cron` crate and its time type appear here and nowhere else. It wants a field for seconds, counts the days of
//! the week from Sunday = 1, takes day of month *and* day of week together, and accepts days that never come. All four
//! are put right here. It is only ever asked in UTC: in a local zone it goes back in time when summer ends.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use jiff::Timestamp;

/// A cron line that has been understood.
#[derive(Debug, Clone)]
pub struct CronLine {
    text: String,
    /// Two where either of two kinds of day will do.
    schedules: Vec<cron::Schedule>,
}

/// Why a text is not a cron line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotACronLine {
    /// Not five fields.
    #[error("a cron line has 5 fields, this one has {0}; write minute, hour, day, month, weekday, as \"*/5 * * * *\"")]
    Fields(usize),
    /// A field that says nothing.
    #[error("`{text}` is no {field}; write {wanted}, `*`, lists, ranges and steps of them")]
    Field {
        /// What stands there.
        text: String,
        /// Which field it is.
        field: &'static str,
        /// What it may be.
        wanted: &'static str,
    },
    /// A day that does not exist, as the 30th of February.
    #[error("this time never comes; check the day and the month")]
    Never,
}

const WEEKDAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// Reads a line of five fields.
///
/// # Errors
/// [`NotACronLine`] says which field, and what may stand there.
pub fn parse(text: &str) -> Result<CronLine, NotACronLine> {
    let fields: Vec<&str> = text.split_whitespace().collect();
    let [minute, hour, day, month, weekday] = fields[..] else { return Err(NotACronLine::Fields(fields.len())) };
    let minutes = MINUTE.set(minute)?;
    let hours = HOUR.set(hour)?;
    let days = DAY.set(day)?;
    let months = MONTH.set(month)?;
    // Sunday may be 0 or 7.
    let weekdays: BTreeSet<u8> = WEEKDAY.set(weekday)?.into_iter().map(|number| number % 7).collect();
    let named = weekdays.iter().filter_map(|number| WEEKDAYS.get(usize::from(*number)).copied());
    let (days, weekdays) = (listed(&days), named.collect::<Vec<_>>().join(","));
    let line = |days: &str, weekdays: &str| {
        schedule(&format!("0 {} {} {days} {} {weekdays}", listed(&minutes), listed(&hours), listed(&months)))
    };
    // As in every Unix: two kinds of day are alternatives, unless one of them begins with a star.
    let schedules = match (day.starts_with('*'), weekday.starts_with('*')) {
        (false, false) => vec![line(&days, "*")?, line("*", &weekdays)?],
        _ => vec![line(&days, &weekdays)?],
    };
    let parsed = CronLine { text: fields.join(" "), schedules };
    next_after(&parsed, Timestamp::UNIX_EPOCH).map(|_| parsed).ok_or(NotACronLine::Never)
}

/// The first time after `now` that the line means, in UTC. `None` past the end of the century, where no line reaches.
#[must_use]
pub fn next_after(line: &CronLine, now: Timestamp) -> Option<Timestamp> {
    let now_there = DateTime::<Utc>::from_timestamp_millis(now.as_millisecond())?;
    line.schedules
        .iter()
        .filter_map(|schedule| schedule.after(&now_there).next())
        .filter_map(|next| Timestamp::from_millisecond(next.timestamp_millis()).ok())
        .filter(|next| *next > now)
        .min()
}

fn schedule(translated: &str) -> Result<cron::Schedule, NotACronLine> {
    cron::Schedule::from_str(translated).map_err(|_| NotACronLine::Never)
}

fn listed(numbers: &BTreeSet<u8>) -> String {
    numbers.iter().map(u8::to_string).collect::<Vec<_>>().join(",")
}

impl CronLine {
    /// The line as it was written, with single spaces.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for CronLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl PartialEq for CronLine {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for CronLine {}

/// What one of the five fields may hold.
struct Field {
    name: &'static str,
    wanted: &'static str,
    least: u8,
    most: u8,
    /// Three letters, standing for `least` and onwards.
    names: &'static [&'static str],
}

const MINUTE: Field = Field { name: "minute", wanted: "0 to 59", least: 0, most: 59, names: &[] };
const HOUR: Field = Field { name: "hour", wanted: "0 to 23", least: 0, most: 23, names: &[] };
const DAY: Field = Field { name: "day of the month", wanted: "1 to 31", least: 1, most: 31, names: &[] };
const MONTH: Field = Field { name: "month", wanted: "1 to 12, jan to dec", least: 1, most: 12, names: &MONTHS };
const WEEKDAY: Field =
    Field { name: "day of the week", wanted: "0 to 7, sun to sat", least: 0, most: 7, names: &WEEKDAYS };

impl Field {
    /// The numbers that the text stands for.
    fn set(&self, text: &str) -> Result<BTreeSet<u8>, NotACronLine> {
        let parts: Option<Vec<Vec<u8>>> = text.split(',').map(|part| self.part(part)).collect();
        let numbers = parts.map(|parts| parts.into_iter().flatten().collect());
        numbers.ok_or_else(|| NotACronLine::Field { text: text.to_owned(), field: self.name, wanted: self.wanted })
    }

    /// `*`, `a`, `a-b`, and with a step `*/n`, `a-b/n`.
    fn part(&self, text: &str) -> Option<Vec<u8>> {
        let (range, step) = match text.split_once('/') {
            Some((range, step)) => (range, Some(number(step).filter(|step| *step > 0)?)),
            None => (text, None),
        };
        let (from, to) = match range.split_once('-') {
            _ if range == "*" => (self.least, if self.most == 7 { 6 } else { self.most }),
            Some((from, to)) => (self.one(from)?, self.one(to)?),
            // A step without a range means something else in every cron.
            None if step.is_some() => return None,
            None => (self.one(range)?, self.one(range)?),
        };
        (from <= to).then(|| (from..=to).step_by(usize::from(step.unwrap_or(1))).collect())
    }

    fn one(&self, text: &str) -> Option<u8> {
        let named = self.names.iter().position(|name| name.eq_ignore_ascii_case(text));
        let value = match named {
            Some(index) => u8::try_from(index).ok()? + self.least,
            None => number(text)?,
        };
        (self.least..=self.most).contains(&value).then_some(value)
    }
}

fn number(text: &str) -> Option<u8> {
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first times after Wednesday, 2026-07-01 12:02:30 UTC.
    fn times(line: &str, count: usize) -> Vec<String> {
        let line = parse(line).unwrap();
        let mut now: Timestamp = "2026-07-01T12:02:30Z".parse().unwrap();
        let mut all = Vec::new();
        for _ in 0..count {
            now = next_after(&line, now).unwrap();
            all.push(now.strftime("%a %m-%d %H:%M:%S").to_string());
        }
        all
    }

    #[test]
    fn five_fields_are_minutes_first() {
        assert_eq!(times("*/5 * * * *", 2), ["Wed 07-01 12:05:00", "Wed 07-01 12:10:00"]);
        assert_eq!(
            times("7,9-11/2 3 * jan,AUG *", 3),
            ["Sat 08-01 03:07:00", "Sat 08-01 03:09:00", "Sat 08-01 03:11:00"]
        );
    }

    #[test]
    fn days_of_the_week_are_those_of_unix() {
        assert_eq!(
            times("0 0 * * 1-5", 4),
            ["Thu 07-02 00:00:00", "Fri 07-03 00:00:00", "Mon 07-06 00:00:00", "Tue 07-07 00:00:00"]
        );
        for sunday in ["0", "7", "sun", "SUN"] {
            assert_eq!(times(&format!("0 0 * * {sunday}"), 1), ["Sun 07-05 00:00:00"], "{sunday}");
        }
        assert_eq!(times("0 0 * * 5-7", 3), ["Fri 07-03 00:00:00", "Sat 07-04 00:00:00", "Sun 07-05 00:00:00"]);
        assert_eq!(times("0 0 * * */3", 3), ["Sat 07-04 00:00:00", "Sun 07-05 00:00:00", "Wed 07-08 00:00:00"]);
    }

    #[test]
    fn either_kind_of_day_will_do_as_in_unix() {
        assert_eq!(times("0 0 13 * fri", 3), ["Fri 07-03 00:00:00", "Fri 07-10 00:00:00", "Mon 07-13 00:00:00"]);
        assert_eq!(times("0 0 */2 * fri", 2), ["Fri 07-03 00:00:00", "Fri 07-17 00:00:00"]);
    }

    #[test]
    fn the_next_time_is_always_later_across_the_change_of_clocks() {
        let line = parse("*/20 * * * *").unwrap();
        let mut now: Timestamp = "2026-10-25T00:00:00Z".parse().unwrap();
        for _ in 0..20 {
            let next = next_after(&line, now).unwrap();
            assert_eq!(next.duration_since(now).as_secs(), 20 * 60);
            now = next;
        }
    }

    #[test]
    fn a_day_that_never_comes_is_an_error_and_a_leap_day_is_none() {
        assert_eq!(parse("0 0 30 2 *"), Err(NotACronLine::Never));
        assert_eq!(times("0 0 29 2 *", 1).len(), 1);
    }

    #[test]
    fn what_is_no_cron_line_says_which_field() {
        for (line, field) in [
            ("60 * * * *", "minute"),
            ("* 24 * * *", "hour"),
            ("* * 0 * *", "day of the month"),
            ("* * L * *", "day of the month"),
            ("* * ? * *", "day of the month"),
            ("* * * 13 *", "month"),
            ("* * * * 8", "day of the week"),
            ("* * * * fri#2", "day of the week"),
            ("5/15 * * * *", "minute"),
            ("*/0 * * * *", "minute"),
            ("9-3 * * * *", "minute"),
            ("1,,2 * * * *", "minute"),
            ("+1 * * * *", "minute"),
        ] {
            let why = parse(line).unwrap_err();
            assert!(matches!(&why, NotACronLine::Field { field: f, .. } if *f == field), "{line}: {why}");
        }
        assert_eq!(parse("0 */5 * * * *"), Err(NotACronLine::Fields(6)));
        assert_eq!(parse("@hourly"), Err(NotACronLine::Fields(1)));
        assert_eq!(parse(""), Err(NotACronLine::Fields(0)));
    }
}
