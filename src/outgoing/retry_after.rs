//! How long a server asks to be left alone.

use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;

/// Nobody makes us wait longer than this.
pub const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// Reads a `Retry-After`: seconds, or an HTTP date as seen from `now` (best the `Date` of the same answer, so that
/// two clocks need not agree). Ten years become a day, what is past becomes none, garbage says nothing.
#[must_use]
pub fn parse(value: &str, now: Timestamp) -> Option<Duration> {
    let value = value.trim();
    if !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit()) {
        // More digits than fit are a long time, not nonsense.
        return Some(value.parse().map_or(LONGEST, Duration::from_secs).min(LONGEST));
    }
    let until = date(value)?;
    let wait = Duration::try_from(until.duration_since(now)).unwrap_or(Duration::ZERO);
    Some(wait.min(LONGEST))
}

/// A wrong day of the week spoils no date.
static DATES: DateTimeParser = DateTimeParser::new().relaxed_weekday(true);

/// An HTTP date, as in `Date`, `Last-Modified` and `Retry-After`.
#[must_use]
pub fn date(value: &str) -> Option<Timestamp> {
    DATES.parse_timestamp(value.trim()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait(value: &str) -> Option<u64> {
        parse(value, "2026-11-22T12:00:00Z".parse().unwrap()).map(|wait| wait.as_secs())
    }

    #[test]
    fn seconds_and_dates_are_obeyed() {
        assert_eq!(wait("120"), Some(120));
        assert_eq!(wait(" 0 "), Some(0));
        assert_eq!(wait("Sun, 22 Nov 2026 12:01:30 GMT"), Some(90));
    }

    #[test]
    fn absurd_waits_are_a_day_at_most_and_past_ones_none() {
        assert_eq!(wait("315360000"), Some(86_400));
        assert_eq!(wait("99999999999999999999999999"), Some(86_400));
        assert_eq!(wait("Sun, 22 Nov 2036 12:00:00 GMT"), Some(86_400));
        assert_eq!(wait("Sun, 22 Nov 2020 12:00:00 GMT"), Some(0));
    }

    #[test]
    fn garbage_says_nothing() {
        for garbage in ["", "-5", "1.5", "soon", "12 seconds", "Sun, 99 Nov 2026 12:00:00 GMT", "٣"] {
            assert_eq!(wait(garbage), None, "{garbage}");
        }
    }
}
