//! Times as a page writes them: by the formats and the zone that its mapping says, else by what can be told.

use jiff::civil::DateTime;
use jiff::fmt::strtime::{self, BrokenDownTime};
use jiff::tz::{AmbiguousOffset, Offset, TimeZone, TimeZoneDatabase};
use jiff::{SignedDuration, Timestamp};

use super::wrong::Fault;
use crate::model::mapping::TimeRules;
use crate::model::stated::Stated;
use crate::model::text;
use crate::normalize::field::TIME_CHARS;
use crate::normalize::moment;

/// Beyond these a number is no time: 2001 and 2100 in seconds.
const SECONDS: std::ops::Range<i64> = 978_307_200..4_102_444_800;
/// Tried where the mapping says no format; the first of them are the usual.
const USUAL: [&str; 9] = [
    "%Y-%m-%d %H:%M:%S %Z",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%d %H:%M %Z",
    "%Y-%m-%d %H:%M",
    "%b %d, %Y, %H:%M %Z",
    "%b %d, %H:%M %Z",
    "%b %d, %Y - %H:%M %Z",
    "%B %d, %Y %H:%M %Z",
];

/// Which year is meant where it is not said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Year {
    /// The latest that does not lie ahead by more than a day.
    Past,
    /// The nearest.
    Nearest,
}

/// A zone, and whether it is certain that this one is meant.
type Zone = (TimeZone, bool);

/// How a page's times are read, ready.
#[derive(Debug)]
pub struct When {
    formats: Vec<String>,
    zone: Option<Zone>,
}

/// What is wrong: the key, and the fault in its value.
pub type Wrong = (String, Fault);

impl When {
    /// Makes the rules ready.
    ///
    /// # Errors
    /// All that is wrong with them.
    pub fn compile(rules: &TimeRules) -> Result<Self, Vec<Wrong>> {
        let mut wrong = Vec::new();
        for (n, format) in rules.formats.iter().enumerate() {
            let names_day = format.contains("%d") || format.contains("%e") || format.contains('s');
            if let Err(why) = probe(format) {
                let fault = Fault {
                    what: format!("this is no format of times: {why}"),
                    way_out: HOW.into(),
                    place: 0..format.len(),
                };
                wrong.push((format!("formats[{n}]"), fault));
            } else if !names_day && !["%F", "%D", "%c", "%Q"].iter().any(|whole| format.contains(whole)) {
                let what = "this format names no day, so no time can be told".to_owned();
                wrong.push((format!("formats[{n}]"), Fault { what, way_out: HOW.into(), place: 0..format.len() }));
            }
        }
        let zone = rules.zone.as_ref().map(|name| {
            zone_named(name).ok_or_else(|| {
                let what = format!("there is no time zone `{name}`");
                let way_out = "write an IANA name, as \"America/Chicago\", or \"UTC\", \"PST\", \"-05:00\"".to_owned();
                ("zone".to_owned(), Fault { what, way_out, place: 0..name.len() })
            })
        });
        match zone.transpose() {
            Ok(zone) if wrong.is_empty() => Ok(Self { formats: rules.formats.clone(), zone }),
            Ok(_) => Err(wrong),
            Err(zone) => Err(wrong.into_iter().chain([zone]).collect()),
        }
    }

    /// What to do about a time that cannot be read.
    #[must_use]
    pub fn way_out(&self) -> String {
        match self.formats.as_slice() {
            [] => "say how it is written in [source.map.time]".to_owned(),
            [only] => format!("{only:?}, the format in [source.map.time], does not fit it"),
            _ => "none of the formats in [source.map.time] fits it".to_owned(),
        }
    }

    /// Which zone was taken where none was said for certain.
    #[must_use]
    pub fn zone_taken(&self) -> &'static str {
        if self.zone.is_some() {
            "`zone` in [source.map.time] leaves it open too; an IANA name, as \"America/Chicago\", does not"
        } else {
            "without `zone` in [source.map.time] it counts as UTC, or as the zone that is mostly meant"
        }
    }

    /// Reads a time. What cannot be read keeps its text and has no time.
    #[must_use]
    pub fn read(&self, raw: &str, year: Year, now: Timestamp) -> Stated {
        let raw = text::line(raw, TIME_CHARS);
        let usual = self.formats.is_empty();
        let formats: Vec<&str> = if usual { USUAL.to_vec() } else { self.formats.iter().map(String::as_str).collect() };
        if usual {
            let plain = number(&raw).map(|at| Stated::certain(at, &raw)).unwrap_or_else(|| moment::stated(&raw));
            if plain.at.is_some() {
                return plain;
            }
        }
        let found = formats.iter().find_map(|format| self.by(format, &raw, year, now));
        match found {
            Some((at, certain)) => Stated { at: Some(at), raw, certain },
            None => Stated { at: None, raw, certain: false },
        }
    }

    /// The time by one format, and whether its zone is certain.
    fn by(&self, format: &str, raw: &str, year: Year, now: Timestamp) -> Option<(Timestamp, bool)> {
        let (format, written, named) = without_zone(format, raw)?;
        let mut parts = BrokenDownTime::parse(&format, &written).ok()?;
        if let Some(at) = parts.timestamp() {
            return Some((at, true));
        }
        let said = named.or_else(|| parts.offset().map(|offset| (TimeZone::fixed(offset), true)));
        let (zone, is_said) = said.or_else(|| self.zone.clone()).unwrap_or((TimeZone::UTC, false));
        let in_year = |parts: &mut BrokenDownTime, year: i16| {
            parts.set_year(Some(year)).ok()?;
            instant(parts, &zone)
        };
        let (at, is_clear) = if parts.year().is_some() {
            instant(&mut parts, &zone)?
        } else {
            let this = now.to_zoned(zone.clone()).year();
            let all = [this + 1, this, this - 1].into_iter().filter_map(|year| in_year(&mut parts, year));
            match year {
                Year::Past => {
                    let latest = now.saturating_add(SignedDuration::from_hours(24)).ok()?;
                    all.into_iter().find(|(at, _)| *at <= latest)?
                }
                Year::Nearest => all.into_iter().min_by_key(|(at, _)| at.duration_since(now).unsigned_abs())?,
            }
        };
        Some((at, is_said && is_clear))
    }
}

const HOW: &str = "as \"%b %d, %Y %H:%M %Z\"; see `man strptime`";

/// Whether a format can be used at all: it is asked to write a time, since reading would stop at its first letter.
fn probe(format: &str) -> Result<(), String> {
    let some = Timestamp::UNIX_EPOCH.to_zoned(TimeZone::UTC);
    let format = format.replace("%Z", "%z");
    strtime::format(&format, &some).map(drop).map_err(|error| text::line(&error.to_string(), 120))
}

fn zone_named(name: &str) -> Option<Zone> {
    if let Some((offset, certain)) = moment::zone(name) {
        return Some((TimeZone::fixed(offset_of(&offset)?), certain));
    }
    TimeZoneDatabase::bundled().get(name).ok().map(|zone| (zone, true))
}

fn offset_of(text: &str) -> Option<Offset> {
    BrokenDownTime::parse("%z", text).ok()?.offset()
}

/// jiff refuses `%Z`, and others ignore it silently. So the zone's name is taken out of the text, and read by itself.
fn without_zone(format: &str, raw: &str) -> Option<(String, String, Option<Zone>)> {
    if !format.contains("%Z") {
        return Some((format.to_owned(), raw.to_owned(), None));
    }
    let is_name = |word: &str| word.len() > 1 && word.bytes().all(|b| b.is_ascii_alphabetic());
    let bare = |word: &str| word.trim_matches(|c: char| !c.is_ascii_alphanumeric() && !"+-:".contains(c)).to_owned();
    let word = raw
        .split_whitespace()
        .map(bare)
        .rev()
        .find(|word| (is_name(word) || word.starts_with(['+', '-'])) && moment::zone(word).is_some())?;
    let zone = zone_named(&word)?;
    let squeeze = |text: String| text.split_whitespace().collect::<Vec<_>>().join(" ");
    Some((squeeze(format.replace("%Z", "")), squeeze(raw.replacen(&word, "", 1)), Some(zone)))
}

/// The instant, and whether the clock of the zone shows that time once only.
fn instant(parts: &mut BrokenDownTime, zone: &TimeZone) -> Option<(Timestamp, bool)> {
    // Vendors' pages have wrong weekdays.
    parts.set_weekday(None);
    let at = parts.to_datetime().ok().or_else(|| parts.to_date().ok().map(DateTime::from))?;
    let ambiguous = zone.to_ambiguous_timestamp(at);
    let is_clear = matches!(ambiguous.offset(), AmbiguousOffset::Unambiguous { .. });
    Some((ambiguous.compatible().ok()?, is_clear))
}

/// Seconds or milliseconds since 1970.
fn number(raw: &str) -> Option<Timestamp> {
    let whole: i64 = raw.split_once('.').map_or(raw, |(whole, _)| whole).parse().ok()?;
    if SECONDS.contains(&whole) {
        return Timestamp::from_second(whole).ok();
    }
    SECONDS.contains(&(whole / 1000)).then(|| Timestamp::from_millisecond(whole).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(formats: &[&str], zone: Option<&str>) -> TimeRules {
        TimeRules { formats: formats.iter().map(ToString::to_string).collect(), zone: zone.map(str::to_owned) }
    }

    #[track_caller]
    fn reads(formats: &[&str], zone: Option<&str>, raw: &str, expected: &str, certain: bool) {
        let now = "2026-01-02T12:00:00Z".parse().unwrap();
        let stated = When::compile(&rules(formats, zone)).unwrap().read(raw, Year::Past, now);
        assert_eq!(
            (stated.at.map(|at| at.to_string()).unwrap_or_default().as_str(), stated.certain),
            (expected, certain)
        );
    }

    #[test]
    fn usual_times_are_read_by_themselves() {
        reads(&[], None, "2026-01-01T10:00:00.123-05:00", "2026-01-01T15:00:00.123Z", true);
        reads(&[], None, "1767261600", "2026-01-01T10:00:00Z", true);
        reads(&[], None, "1767261600000", "2026-01-01T10:00:00Z", true);
        reads(&[], None, "2026-01-01 10:00:00", "2026-01-01T10:00:00Z", false);
        reads(&[], Some("America/Chicago"), "2026-01-01 10:00", "2026-01-01T16:00:00Z", true);
        reads(&[], None, "Dec 31, 23:50 PST", "2026-01-01T07:50:00Z", true);
        reads(&[], None, "Jan 1, 2026 - 10:00 CST", "2026-01-01T16:00:00Z", false);
        reads(&[], None, "42", "", false);
        reads(&[], None, "soon", "", false);
        reads(&[], None, "9999-99-99T99:99:99Z", "", false);
    }

    #[test]
    fn a_format_is_gone_by_and_a_missing_year_does_not_lie_ahead() {
        reads(&["%d.%m. %H:%M Uhr"], Some("Europe/Berlin"), "31.12. 09:05 Uhr", "2025-12-31T08:05:00Z", true);
        reads(&["%A, %B %d at %I:%M %p %Z"], None, "Monday, January 1 at 01:30 PM EST", "2026-01-01T18:30:00Z", true);
        reads(&["%H:%M %Z on %d %b %Y"], None, "10:00 IST on 01 Jan 2026", "2026-01-01T04:30:00Z", false);
        reads(&["%m/%d/%Y", "%d %B %Y"], Some("UTC"), "1 January 2026", "2026-01-01T00:00:00Z", true);
        reads(&["%Y-%m-%d %H:%M"], Some("America/New_York"), "2025-11-02 01:30", "2025-11-02T05:30:00Z", false);
    }

    #[test]
    fn a_maintenance_without_a_year_is_the_nearest() {
        let now = "2026-12-30T12:00:00Z".parse().unwrap();
        let when = When::compile(&rules(&["%b %d, %H:%M %Z"], None)).unwrap();
        let at = |year| when.read("Jan 3, 02:00 UTC", year, now).at.unwrap().to_string();
        assert_eq!(at(Year::Nearest), "2027-01-03T02:00:00Z");
        assert_eq!(at(Year::Past), "2026-01-03T02:00:00Z");
    }

    #[test]
    fn what_is_no_format_and_no_zone_is_refused() {
        let wrong = |formats: &[&str], zone| {
            When::compile(&rules(formats, zone)).unwrap_err().into_iter().map(|(key, _)| key).collect::<Vec<_>>()
        };
        assert_eq!(wrong(&["%Y-%m-%d", "%K"], Some("Chicago")), ["formats[1]", "zone"]);
        assert_eq!(wrong(&["%H:%M"], None), ["formats[0]"]);
    }
}
