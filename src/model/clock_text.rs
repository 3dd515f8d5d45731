//! Moments in the organisation's time and in UTC, and spans in words.

use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

/// How moments are told: in which zone, and seen from when.
#[derive(Debug, Clone)]
pub struct Times {
    zone: TimeZone,
    at: Timestamp,
}

impl Times {
    /// Times as seen at `at` in the zone of that name. A zone that nobody knows leaves UTC alone, which is never wrong.
    #[must_use]
    pub fn new(zone: &str, at: Timestamp) -> Self {
        Self { zone: TimeZone::get(zone).unwrap_or(TimeZone::UTC), at }
    }

    /// The same zone, seen from another moment: a day that was named just before need not be named again.
    #[must_use]
    pub fn seen_from(&self, at: Timestamp) -> Self {
        Self { zone: self.zone.clone(), at }
    }

    /// `17:03 CDT (22:03 UTC)`, with the day where it is not the day of the message.
    #[must_use]
    pub fn moment(&self, moment: Timestamp) -> String {
        match self.utc(moment) {
            None => self.local(moment),
            Some(utc) => format!("{} ({utc})", self.local(moment)),
        }
    }

    /// `17:03 CDT`, with the day where it is not the day it is seen from.
    #[must_use]
    pub fn local(&self, moment: Timestamp) -> String {
        let local = moment.to_zoned(self.zone.clone());
        format!("{}{}", self.day(&local), local.strftime("%H:%M %Z"))
    }

    /// `22:03 UTC`, with the day where it is not the local one; nothing where local time is UTC already.
    #[must_use]
    pub fn utc(&self, moment: Timestamp) -> Option<String> {
        let local = moment.to_zoned(self.zone.clone());
        if local.offset().seconds() == 0 && local.strftime("%Z").to_string() == "UTC" {
            return None;
        }
        let utc = moment.to_zoned(TimeZone::UTC);
        let other_day = if utc.date() == local.date() { "" } else { "%a " };
        Some(utc.strftime(&format!("{other_day}%H:%M UTC")).to_string())
    }

    /// A moment as any pattern wants it, in local time.
    #[must_use]
    pub fn written(&self, moment: Timestamp, pattern: &str) -> String {
        moment.to_zoned(self.zone.clone()).strftime(pattern).to_string()
    }

    /// The same where a person wrote the pattern, which may be wrong.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn by_pattern(&self, moment: Timestamp, pattern: &str) -> Result<String, String> {
        let local = moment.to_zoned(self.zone.clone());
        jiff::fmt::strtime::format(pattern, &local).map_err(|error| error.to_string())
    }

    /// When the day began that was so many days before the one it is seen from, in local time.
    #[must_use]
    pub fn day_began(&self, days_before: i64) -> Timestamp {
        let today = self.at.to_zoned(self.zone.clone()).date();
        let day = jiff::Span::new().try_days(days_before).and_then(|span| today.checked_sub(span));
        day.and_then(|day| day.to_zoned(self.zone.clone())).map_or(self.at, |began| began.timestamp())
    }

    /// The hour of the day at a moment, in local time, and the minutes past it.
    #[must_use]
    pub fn hour(&self, moment: Timestamp) -> (i8, i8) {
        let local = moment.to_zoned(self.zone.clone());
        (local.hour(), local.minute())
    }

    fn day(&self, local: &Zoned) -> String {
        let today = self.at.to_zoned(self.zone.clone()).date();
        match local.date() {
            same if same == today => String::new(),
            other if other.year() == today.year() => local.strftime("%a %-d %b ").to_string(),
            _ => local.strftime("%a %-d %b %Y ").to_string(),
        }
    }

    /// Seconds from `moment` to the message.
    #[must_use]
    pub fn used(&self, moment: Timestamp) -> i64 {
        between(moment, self.at)
    }

    /// How long before the message, in words; nothing for what lies ahead of it (clocks differ).
    #[must_use]
    pub fn age(&self, moment: Timestamp) -> Option<String> {
        let seconds = between(moment, self.at);
        (seconds >= 0).then(|| span(seconds))
    }
}

/// Seconds from `from` to `to`.
#[must_use]
pub fn between(from: Timestamp, to: Timestamp) -> i64 {
    to.as_second() - from.as_second()
}

/// A span in words: `38 s`, `38 min`, `1 h 45 min`, `5 d 3 h`. Less than nothing is nothing.
#[must_use]
pub fn span(seconds: i64) -> String {
    let seconds = seconds.max(0);
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{minutes} min"),
        _ if hours < 48 && minutes % 60 == 0 => format!("{hours} h"),
        _ if hours < 48 => format!("{hours} h {:02} min", minutes % 60),
        _ if hours % 24 == 0 => format!("{days} d"),
        _ => format!("{days} d {} h", hours % 24),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(zone: &str, at: &str, moment: &str, expected: &str) {
        let times = Times::new(zone, at.parse().unwrap());
        assert_eq!(times.moment(moment.parse().unwrap()), expected, "{moment} seen from {at} in {zone}");
    }

    #[test]
    fn local_time_then_utc_and_the_day_where_it_is_another() {
        let at = "2025-07-18T22:41:09Z";
        check("America/Chicago", at, "2025-07-18T22:03:00Z", "17:03 CDT (22:03 UTC)");
        check("America/Chicago", at, "2025-07-19T04:59:00Z", "23:59 CDT (Sat 04:59 UTC)");
        check("America/Chicago", at, "2025-07-19T06:03:00Z", "Sat 19 Jul 01:03 CDT (06:03 UTC)");
        check("America/Chicago", at, "2024-12-31T22:03:00Z", "Tue 31 Dec 2024 16:03 CST (22:03 UTC)");
        check("Asia/Kathmandu", at, "2025-07-18T22:03:00Z", "03:48 +0545 (Fri 22:03 UTC)");
    }

    #[test]
    fn utc_is_not_told_twice_and_an_unknown_zone_is_utc() {
        for zone in ["UTC", "Etc/UTC", "Mars/Olympus"] {
            check(zone, "2025-07-18T22:41:09Z", "2025-07-18T22:03:00Z", "22:03 UTC");
        }
    }

    #[test]
    fn a_day_of_25_hours_is_told_right() {
        let at = "2025-11-02T08:00:00Z";
        check("America/Chicago", at, "2025-11-02T06:30:00Z", "01:30 CDT (06:30 UTC)");
        check("America/Chicago", at, "2025-11-02T07:30:00Z", "01:30 CST (07:30 UTC)");
    }

    #[test]
    fn days_begin_at_local_midnight_though_clocks_change() {
        let times = Times::new("America/Chicago", "2025-11-03T08:00:00Z".parse().unwrap());
        let began: Vec<String> = (0..3).map(|n| times.day_began(n).to_string()).collect();
        assert_eq!(began, ["2025-11-03T06:00:00Z", "2025-11-02T05:00:00Z", "2025-11-01T05:00:00Z"]);
    }

    #[test]
    fn spans_in_words() {
        for (seconds, words) in [
            (-5, "0 s"),
            (59, "59 s"),
            (60, "1 min"),
            (6_300, "1 h 45 min"),
            (3_900, "1 h 05 min"),
            (14_400, "4 h"),
            (172_799, "47 h 59 min"),
            (172_800, "2 d"),
            (442_800, "5 d 3 h"),
        ] {
            assert_eq!(span(seconds), words);
        }
    }
}
