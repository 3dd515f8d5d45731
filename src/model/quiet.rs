//! When somebody does not want to be woken, and when what can wait is gathered for him.

use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, Timestamp};
use serde::Serialize;

use super::shift::hours;

/// The hours of a day in which only what is needed to save lives is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quiet {
    /// When they begin.
    pub from: Time,
    /// When they end: the next day, where it is not later than `from`.
    pub until: Time,
    /// The days on which they begin; empty means every day.
    pub days: Vec<Weekday>,
    /// The zone of the person.
    pub zone: TimeZone,
}

impl Quiet {
    /// When the quiet hours end in which `now` lies, if it does.
    #[must_use]
    pub fn until(&self, now: Timestamp) -> Option<Timestamp> {
        let today = now.to_zoned(self.zone.clone()).date();
        let begins = [today.checked_sub(Span::new().days(1)).ok(), Some(today)];
        begins
            .into_iter()
            .flatten()
            .filter_map(|day| self.beginning(day))
            .find_map(|(from, until)| (from <= now && now < until).then_some(until))
    }

    fn beginning(&self, day: Date) -> Option<(Timestamp, Timestamp)> {
        if !self.days.is_empty() && !self.days.contains(&day.weekday()) {
            return None;
        }
        let last = if self.until > self.from { day } else { day.tomorrow().ok()? };
        let at = |day: Date, time: Time| Some(day.to_datetime(time).to_zoned(self.zone.clone()).ok()?.timestamp());
        Some((at(day, self.from)?, at(last, self.until)?))
    }
}

/// When what a subscription wants is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Digest {
    /// Together, at each full hour.
    Hourly,
    /// Together, at these hours of each day in this zone.
    At {
        /// The hours.
        hours: Vec<Time>,
        /// The zone.
        zone: TimeZone,
    },
}

/// The furthest that two hours lie apart, with a day to spare.
const AROUND: SignedDuration = SignedDuration::from_hours(49);

impl Digest {
    /// When what comes now is told.
    #[must_use]
    pub fn next(&self, now: Timestamp) -> Timestamp {
        match self {
            Self::Hourly => {
                let over = now.as_second().rem_euclid(3_600);
                let seconds = now.as_second().saturating_add(3_600 - over);
                Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX)
            }
            Self::At { hours: at, zone } => {
                let until = now.checked_add(AROUND).unwrap_or(Timestamp::MAX);
                hours(at, zone, now, until).into_iter().find(|hour| *hour > now).unwrap_or(until)
            }
        }
    }
}

impl Serialize for Quiet {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let zone = self.zone.iana_name().unwrap_or("UTC");
        serializer.collect_str(&format_args!(
            "{} to {} {zone}",
            self.from.strftime("%H:%M"),
            self.until.strftime("%H:%M")
        ))
    }
}

impl Serialize for Digest {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Hourly => serializer.serialize_str("hourly"),
            Self::At { hours, .. } => {
                serializer.collect_seq(hours.iter().map(|hour| hour.strftime("%H:%M").to_string()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn night(zone: &str, days: &[Weekday]) -> Quiet {
        let zone = jiff::tz::TimeZoneDatabase::bundled().get(zone).unwrap();
        Quiet { from: Time::constant(22, 0, 0, 0), until: Time::constant(6, 30, 0, 0), days: days.to_vec(), zone }
    }

    #[test]
    fn a_night_goes_over_midnight_in_the_persons_own_zone() {
        let chicago = night("America/Chicago", &[]);
        assert_eq!(chicago.until(at("2026-01-10T04:00:00Z")), Some(at("2026-01-10T12:30:00Z")));
        assert_eq!(chicago.until(at("2026-01-10T03:59:59Z")), None);
        assert_eq!(chicago.until(at("2026-01-10T12:29:59Z")), Some(at("2026-01-10T12:30:00Z")));
        assert_eq!(chicago.until(at("2026-01-10T12:30:00Z")), None, "the end is not within");
    }

    #[test]
    fn the_clocks_may_change_within() {
        let berlin = night("Europe/Berlin", &[]);
        // The night of 2026-03-29 is an hour shorter, that of 2026-10-25 an hour longer.
        assert_eq!(berlin.until(at("2026-03-28T23:00:00Z")), Some(at("2026-03-29T04:30:00Z")));
        assert_eq!(berlin.until(at("2026-10-24T23:00:00Z")), Some(at("2026-10-25T05:30:00Z")));
    }

    #[test]
    fn a_night_belongs_to_the_day_on_which_it_begins() {
        let fridays = night("UTC", &[Weekday::Friday]);
        assert!(fridays.until(at("2026-01-10T02:00:00Z")).is_some(), "Saturday morning is Friday's night");
        assert!(fridays.until(at("2026-01-10T23:00:00Z")).is_none(), "Saturday's night is not");
    }

    #[test]
    fn hours_within_one_day_are_quiet_too() {
        let noon = Quiet { from: Time::constant(12, 0, 0, 0), until: Time::constant(13, 0, 0, 0), ..night("UTC", &[]) };
        assert_eq!(noon.until(at("2026-01-10T12:30:00Z")), Some(at("2026-01-10T13:00:00Z")));
        assert_eq!(noon.until(at("2026-01-10T13:30:00Z")), None);
    }

    #[test]
    fn a_digest_has_a_next_time_always_later_than_now() {
        assert_eq!(Digest::Hourly.next(at("2026-01-10T12:00:00Z")), at("2026-01-10T13:00:00Z"));
        assert_eq!(Digest::Hourly.next(at("2026-01-10T12:59:59.9Z")), at("2026-01-10T13:00:00Z"));
        let daily = Digest::At { hours: vec![Time::constant(7, 0, 0, 0)], zone: TimeZone::UTC };
        assert_eq!(daily.next(at("2026-01-10T07:00:00Z")), at("2026-01-11T07:00:00Z"));
        assert_eq!(daily.next(at("2026-01-10T06:59:00Z")), at("2026-01-10T07:00:00Z"));
    }
}
