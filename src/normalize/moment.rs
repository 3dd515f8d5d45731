//! Times as feeds write them: RFC 3339, or as in a mail with whatever name of a zone the vendor's clock has.

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;

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
}
