//! Times as feeds write them: RFC 3339, or as in a mail with whatever name of a zone the vendor's clock has. And times
//! without a zone, and as Go prints them.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::fmt::rfc2822::DateTimeParser;
use jiff::tz::{Offset, TimeZone};

use super::field::TIME_CHARS;
use crate::model::stated::Stated;
use crate::model::text;

/// Names of zones, their offset, and whether no other zone is called so. "CST" is China's too, "IST" is Ireland's and
/// Israel's: such a time is read, and says that it is not certain.
const ZONES: &[(&str, &str, bool)] = &[
    ("UTC", "+0000", true),
    ("UT", "+0000", true),
    ("GMT", "+0000", true),
    ("Z", "+0000", true),
    ("EST", "-0500", true),
    ("EDT", "-0400", true),
    ("CST", "-0600", false),
    ("CDT", "-0500", false),
    ("MST", "-0700", true),
    ("MDT", "-0600", true),
    ("PST", "-0800", true),
    ("PDT", "-0700", true),
    ("AKST", "-0900", true),
    ("AKDT", "-0800", true),
    ("HST", "-1000", true),
    ("WET", "+0000", true),
    ("WEST", "+0100", true),
    ("CET", "+0100", true),
    ("CEST", "+0200", true),
    ("EET", "+0200", true),
    ("EEST", "+0300", true),
    ("BST", "+0100", false),
    ("IST", "+0530", false),
    ("JST", "+0900", true),
    ("AEST", "+1000", true),
    ("AEDT", "+1100", true),
];

/// The offset of a zone by its name, and whether no other zone is called so. An offset names itself.
#[must_use]
pub fn zone(name: &str) -> Option<(String, bool)> {
    let is_offset =
        name.starts_with(['+', '-']) && name.len() > 2 && name[1..].bytes().all(|b| b.is_ascii_digit() || b == b':');
    if is_offset {
        return Some((name.replace(':', ""), true));
    }
    ZONES
        .iter()
        .find(|(known, ..)| name.eq_ignore_ascii_case(known))
        .map(|(_, offset, certain)| ((*offset).to_owned(), *certain))
}

/// Reads a time. What cannot be read keeps its text and has no time.
#[must_use]
pub fn stated(raw: &str) -> Stated {
    let raw = raw.trim();
    if let Ok(at) = raw.parse::<Timestamp>() {
        return Stated::certain(at, raw);
    }
    mail(raw).unwrap_or_else(|| Stated { at: None, raw: text::line(raw, TIME_CHARS), certain: false })
}

/// A time as in a mail. A wrong weekday is forgiven: vendors' pages have them.
fn mail(raw: &str) -> Option<Stated> {
    let (before, name) = raw.rsplit_once(' ')?;
    let (offset, certain) = zone(name)?;
    let parser = DateTimeParser::new().relaxed_weekday(true);
    let at = parser.parse_timestamp(format!("{before} {offset}")).ok()?;
    Some(Stated { at: Some(at), raw: raw.to_owned(), certain })
}

/// Reads a time that gives no zone, `2026-11-22 10:00:00` or with a `T`, as of that zone: a name or an offset. Without one,
/// or with one that nobody knows, it is taken for UTC and says that it is not certain. One that gives its offset all the
/// same is read by it.
#[must_use]
pub fn civil(raw: &str, of: Option<&str>) -> Stated {
    let raw = raw.trim();
    if let Ok(at) = raw.parse::<Timestamp>() {
        return Stated::certain(at, raw);
    }
    let known = of.and_then(zone_of);
    let certain = known.is_some();
    let civil = raw.parse::<DateTime>().ok();
    let at = civil.and_then(|civil| known.unwrap_or(TimeZone::UTC).to_timestamp(civil).ok());
    Stated { certain: certain && at.is_some(), at, raw: text::line(raw, TIME_CHARS) }
}

/// A zone by its name, `Europe/Berlin`, or by its offset, `+02:00`.
fn zone_of(name: &str) -> Option<TimeZone> {
    if matches!(name, "UTC" | "Etc/UTC" | "Z") {
        return Some(TimeZone::UTC);
    }
    let Some(digits) = name.strip_prefix(['+', '-']) else { return TimeZone::get(name).ok() };
    let (hours, minutes) =
        digits.split_once(':').unwrap_or_else(|| digits.split_at_checked(2).unwrap_or((digits, "0")));
    let seconds = i32::from(hours.parse::<i8>().ok()?) * 3600 + i32::from(minutes.parse::<i8>().unwrap_or(0)) * 60;
    Some(TimeZone::fixed(Offset::from_seconds(if name.starts_with('-') { -seconds } else { seconds }).ok()?))
}

/// Reads a time as Go prints one, `2026-11-22 10:00:00.5 +0100 CET`. One without an offset is not certain; Go's first
/// moment, the year 1, is what a field that was never set holds, and is no time.
#[must_use]
pub fn go(raw: &str) -> Stated {
    let raw = raw.trim();
    let mut words = raw.split_whitespace();
    let (date, time, offset) = (words.next(), words.next(), words.next());
    let at = match (date, time, offset) {
        (Some(date), Some(time), Some(offset)) => format!("{date}T{time}{offset}").parse::<Timestamp>().ok(),
        _ => return civil(raw, None),
    };
    let at = at.filter(|at| at.as_second() > 0);
    Stated { certain: at.is_some(), at, raw: text::line(raw, TIME_CHARS) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utc(raw: &str) -> (Option<String>, bool) {
        let stated = stated(raw);
        (stated.at.map(|at| at.to_string()), stated.certain)
    }

    #[test]
    fn zones_are_read_by_name_and_the_ambiguous_say_so() {
        let read = |at: &str, certain| (Some(at.to_owned()), certain);
        assert_eq!(utc("Mon, 17 Aug 2026 21:01:19 PDT"), read("2026-08-18T04:01:19Z", true));
        assert_eq!(utc("Sat, 04 Oct 2026 09:12:00 UTC"), read("2026-10-04T09:12:00Z", true));
        assert_eq!(utc("Thu, 23 Jul 2026 16:49:55 Z"), read("2026-07-23T16:49:55Z", true));
        assert_eq!(utc("Sun, 22 Nov 2026 10:00:00 -0500"), read("2026-11-22T15:00:00Z", true));
        assert_eq!(utc("22 Nov 2026 10:00 CST"), read("2026-11-22T16:00:00Z", false));
        assert_eq!(utc("2026-11-22T10:00:00.000+0000"), read("2026-11-22T10:00:00Z", true));
        assert_eq!(utc("yesterday"), (None, false));
        assert_eq!(utc("Sun, 22 Nov 2026 10:00:00 XYZ"), (None, false));
    }

    #[test]
    fn a_time_without_a_zone_is_read_in_the_one_that_is_named_and_else_not_certain() {
        let utc = |stated: Stated| (stated.at.map(|at| at.to_string()), stated.certain);
        let read = |at: &str, certain| (Some(at.to_owned()), certain);
        assert_eq!(utc(civil("2026-11-22 10:00:00", None)), read("2026-11-22T10:00:00Z", false));
        assert_eq!(utc(civil("2026-11-22T10:00:00.5", Some("Europe/Berlin"))), read("2026-11-22T09:00:00.5Z", true));
        assert_eq!(utc(civil("2026-11-22 10:00", Some("+05:30"))), read("2026-11-22T04:30:00Z", true));
        assert_eq!(utc(civil("2026-11-22 10:00", Some("-0330"))), read("2026-11-22T13:30:00Z", true));
        assert_eq!(utc(civil("2026-11-22 10:00:00", Some("Nowhere/At-All"))), read("2026-11-22T10:00:00Z", false));
        assert_eq!(utc(civil("2026-11-22T10:00:00+01:00", None)), read("2026-11-22T09:00:00Z", true));
        for odd in ["", "yesterday", "2026-11-22T99:00:00", "99999-01-01 00:00:00", "+", "2026-11-22 10:00:00 x"] {
            assert_eq!(utc(civil(odd, Some("+"))), (None, false), "{odd:?}");
        }
    }

    #[test]
    fn times_as_go_prints_them_are_read_by_their_offset() {
        let utc = |stated: Stated| (stated.at.map(|at| at.to_string()), stated.certain);
        let read = |at: &str, certain| (Some(at.to_owned()), certain);
        assert_eq!(utc(go("2020-01-01 10:00:00 +0000 UTC")), read("2020-01-01T10:00:00Z", true));
        assert_eq!(utc(go("2026-07-01 10:00:00.25 +0200 CEST")), read("2026-07-01T08:00:00.25Z", true));
        assert_eq!(utc(go("2026-11-22 10:00:00")), read("2026-11-22T10:00:00Z", false));
        assert_eq!(utc(go("0001-01-01 00:00:00 +0000 UTC")), (None, false));
        assert_eq!(utc(go("<nil>")), (None, false));
    }
}
