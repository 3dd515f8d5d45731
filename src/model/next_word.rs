//! When a vendor promised its next word, out of its own text: "next update within two hours", "by 03:00 UTC". A time
//! whose zone the text does not say is no promise that anybody can be held to, and is left out.

use jiff::civil::{Date, Time};
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};

/// What announces a promise. Each stood in what vendors really wrote (Azure, Google Cloud, Microsoft 365 and pages by
/// Statuspage, read in November 2026).
const BEGINNINGS: [&str; 10] = [
    "next update",
    "next communication",
    "an update by",
    "an update in",
    "an update within",
    "another update",
    "further update",
    "more information by",
    "update you again",
    "update again",
];
/// How far behind its beginning a promise is read.
const REACH_CHARS: usize = 120;
/// A promise for later than this was read wrongly.
const FARTHEST: SignedDuration = SignedDuration::from_hours(7 * 24);

/// When the next word is due, by a text that was said at `said`; the last promise counts.
#[must_use]
pub fn due(text: &str, said: Timestamp) -> Option<Timestamp> {
    let text = text.to_lowercase();
    let begins = BEGINNINGS.iter().filter_map(|words| text.rfind(words)).max()?;
    let sentence = sentence(text.get(begins..)?);
    let words: Vec<&str> =
        sentence.split(|c: char| c.is_whitespace() || ",;()".contains(c)).filter(|w| !w.is_empty()).collect();
    let at = span(&words).and_then(|span| said.checked_add(span).ok()).or_else(|| moment(&words, said))?;
    (at > said && at.duration_since(said) <= FARTHEST).then_some(at)
}

/// Up to the end of the sentence: a full stop before white space, or a new line.
fn sentence(text: &str) -> &str {
    let end = text.char_indices().zip(text.chars().skip(1).chain([' '])).enumerate().find(|(n, ((_, c), next))| {
        *n >= REACH_CHARS || *c == '\n' || (matches!(c, '.' | '!' | '?') && next.is_whitespace())
    });
    end.map_or(text, |(_, ((at, _), _))| text.get(..at).unwrap_or(text))
}

/// "60 minutes", "two hours", "half an hour", "30-60 minutes" (the longer).
fn span(words: &[&str]) -> Option<SignedDuration> {
    words.windows(2).find_map(|pair| {
        let [number, unit] = pair else { return None };
        let minutes = match unit.trim_end_matches(['.', 's']) {
            "minute" | "min" => 1,
            "hour" | "hr" => 60,
            _ => return None,
        };
        let is_half = minutes == 60 && *number == "an" && words.windows(2).any(|w| matches!(w, ["half", "an"]));
        Some(SignedDuration::from_mins(if is_half { 30 } else { counted(number)? * minutes }))
    })
}

fn counted(word: &str) -> Option<i64> {
    const WORDS: [&str; 12] =
        ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
    let last = word.rsplit(['-', '–']).next()?;
    let named = WORDS.iter().zip(1..).find(|(name, _)| **name == word).map(|(_, n)| n);
    named.or_else(|| last.parse().ok().filter(|n| (1..=10_000).contains(n))).or(match word {
        "a" | "an" => Some(1),
        "fifteen" => Some(15),
        "twenty" => Some(20),
        "thirty" => Some(30),
        "forty-five" => Some(45),
        "sixty" => Some(60),
        "ninety" => Some(90),
        _ => None,
    })
}

/// "03:00 UTC", "9:00 AM UTC", with a date before it, or the first such moment after the text was said.
fn moment(words: &[&str], said: Timestamp) -> Option<Timestamp> {
    let (place, time, used) = (0..words.len()).find_map(|n| {
        let (time, used) = clock(words.get(n..)?)?;
        Some((n, time, used))
    })?;
    let zone = zone(words.get(place + used)?)?;
    let today = said.to_zoned(zone.clone()).date();
    let on = |date: Date| date.to_datetime(time).to_zoned(zone.clone()).ok().map(|z| z.timestamp());
    match words.iter().find_map(|w| date(w)).or_else(|| named_date(words, today)) {
        Some(date) => on(date),
        None => on(today).filter(|at| *at > said).or_else(|| on(today.tomorrow().ok()?)),
    }
}

/// A time of day, and how many words it took.
fn clock(words: &[&str]) -> Option<(Time, usize)> {
    let first = words.first()?.trim_end_matches('.');
    let (digits, half) = match first.strip_suffix("am").map(|d| (d, "am")) {
        Some(split) => split,
        None => first.strip_suffix("pm").map_or((first, ""), |d| (d, "pm")),
    };
    let (hour, minute) = digits.split_once(':')?;
    let (hour, minute): (i8, i8) = (hour.parse().ok()?, minute.get(..2)?.parse().ok()?);
    let (half, used) = match words.get(1) {
        Some(next) if half.is_empty() && matches!(*next, "am" | "pm") => (*next, 2),
        _ => (half, 1),
    };
    let hour = match half {
        "am" => hour % 12,
        "pm" => hour % 12 + 12,
        _ => hour,
    };
    Some((Time::new(hour, minute, 0, 0).ok()?, used))
}

fn zone(word: &str) -> Option<TimeZone> {
    let hours = match word.trim_end_matches(['.', ':']) {
        "utc" | "gmt" | "z" => 0,
        "bst" | "cet" => 1,
        "cest" => 2,
        "edt" => -4,
        "est" | "cdt" => -5,
        "cst" | "mdt" => -6,
        "mst" | "pdt" => -7,
        "pst" => -8,
        "pt" | "us/pacific" => return TimeZone::get("America/Los_Angeles").ok(),
        "et" | "us/eastern" => return TimeZone::get("America/New_York").ok(),
        _ => return None,
    };
    Some(TimeZone::fixed(Offset::from_hours(hours).ok()?))
}

/// `2025-06-12`.
fn date(word: &str) -> Option<Date> {
    word.parse().ok()
}

/// `july 19 2024`, `19 july`: the year of the text where none is said.
fn named_date(words: &[&str], today: Date) -> Option<Date> {
    const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let (place, month) = words.iter().enumerate().find_map(|(n, word)| {
        let month = MONTHS.iter().position(|m| word.len() >= 3 && word.starts_with(m))?;
        Some((n, i8::try_from(month + 1).ok()?))
    })?;
    let number = |n: usize| words.get(n)?.trim_end_matches(['.', 's', 't', 'n', 'd', 'r', 'h']).parse::<i16>().ok();
    let day = [place.checked_add(1), place.checked_sub(1)].into_iter().flatten().find_map(number)?;
    let year = words.iter().filter_map(|w| w.parse::<i16>().ok()).find(|y| *y > 2000).unwrap_or(today.year());
    Date::new(year, month, i8::try_from(day).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<&str>) {
        let said = "2024-07-19T05:40:00Z".parse().unwrap();
        assert_eq!(due(text, said).map(|at| at.to_string()).as_deref(), expected, "{text}");
    }

    #[test]
    fn spans_are_counted_from_the_word() {
        check("We look. Next update within two hours.", Some("2024-07-19T07:40:00Z"));
        check(
            "The next update will be provided within 60 minutes, or as events warrant.",
            Some("2024-07-19T06:40:00Z"),
        );
        check("Expect another update in the next 30-45 min", Some("2024-07-19T06:25:00Z"));
        check("Next update in half an hour", Some("2024-07-19T06:10:00Z"));
        check("Next update in an hour", Some("2024-07-19T06:40:00Z"));
    }

    #[test]
    fn moments_need_a_zone() {
        check("We will provide an update by Friday, 2024-07-19 02:30 PDT with details.", Some("2024-07-19T09:30:00Z"));
        check("Next update by: Friday, July 19, 2024, at 9:00 AM UTC", Some("2024-07-19T09:00:00Z"));
        check("Next update at 03:00 UTC.", Some("2024-07-20T03:00:00Z"));
        check("More information by 2024-07-19 00:15 US/Pacific.", Some("2024-07-19T07:15:00Z"));
        check("Next update by 9:00 AM", None);
    }

    #[test]
    fn what_is_no_promise_is_none() {
        check("In our last update 20 minutes ago we said that it works.", None);
        check("We will update this page as we learn more. It took 20 minutes.", None);
        check("Next update when we know more. Errors lasted 20 minutes.", None);
        check("Next update by Thursday, 2024-07-18 02:30 UTC", None);
        check("Next update in 400 hours", None);
        check("", None);
        check("next update", None);
        check("next update 99999999999999999999 hours ünï 99:99 utc", None);
        check("Next update within 9223372036854775807 minutes", None);
    }
}
