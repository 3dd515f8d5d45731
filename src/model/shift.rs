//! The message at the change of shifts: what is known, what nobody can see, what is about to begin or to end. It is sent
//! also when nothing is wrong, so that its absence means something.

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::ahead::Window;
use super::id::{ReceiverId, ShiftId};
use super::impact::Impact;
use super::inventory::Tier;

/// When a message about how everything stands is sent, and to whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Shift {
    /// Its key.
    pub id: ShiftId,
    /// The hours of each day, in the organisation's zone, in order.
    pub at: Vec<Time>,
    /// Where to.
    pub receivers: Vec<ReceiverId>,
}

/// The most days that are looked through: what lies further back need not be counted.
const MOST_DAYS: i32 = 400;

/// The hours of a shift from one moment to another, both included, in order. An hour that the clocks leave out comes when
/// they have gone forward; one that they bring twice comes the first time.
#[must_use]
pub fn hours(at: &[Time], zone: &TimeZone, from: Timestamp, to: Timestamp) -> Vec<Timestamp> {
    let last = to.to_zoned(zone.clone()).date();
    let first = from.to_zoned(zone.clone()).date();
    let days = (-1..MOST_DAYS).map_while(|back| last.checked_sub(jiff::Span::new().days(back)).ok());
    // A day more at either end, since an hour may move over midnight with the clocks.
    let days = days.take_while(|day| first.checked_sub(jiff::Span::new().days(1)).is_ok_and(|first| *day >= first));
    let mut hours: Vec<Timestamp> =
        days.flat_map(|day| on(day, at, zone)).filter(|hour| *hour >= from && *hour <= to).collect();
    hours.sort_unstable();
    hours.dedup();
    hours
}

fn on(day: Date, at: &[Time], zone: &TimeZone) -> impl Iterator<Item = Timestamp> {
    at.iter().filter_map(move |time| day.to_datetime(*time).to_zoned(zone.clone()).ok()).map(|zoned| zoned.timestamp())
}

/// What a shift message tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShiftFacts {
    /// Which shift.
    pub shift: ShiftId,
    /// The hour that it belongs to.
    pub due: Timestamp,
    /// It could not be made at its hour.
    pub is_late: bool,
    /// So many before it were never made.
    pub missed: u32,
    /// When the shift that ends began.
    pub since: Timestamp,
    /// When the next one is due.
    pub until: Timestamp,
    /// Vendors that our services need.
    pub vendors: u32,
    /// Those of them that can be seen just now.
    pub measured: u32,
    /// What hurts services of ours, the most needed first.
    pub hurting: Vec<ShiftHurt>,
    /// How many services those are.
    pub hurt_services: u32,
    /// Services in all.
    pub services: u32,
    /// Open incidents that hurt no service of ours.
    pub elsewhere: u32,
    /// What nobody can see.
    pub unseen: Vec<ShiftUnseen>,
    /// Vendors that publish nothing which can be read.
    pub silent: Vec<String>,
    /// Since when our own network is gone.
    pub offline_since: Option<Timestamp>,
    /// Maintenances that begin or end before the next message.
    pub ahead: Vec<ShiftAhead>,
    /// What hurt us since the last message, and is over or goes on.
    pub happened: Vec<ShiftHappened>,
    /// Messages delivered since the last one.
    pub delivered: u32,
    /// Messages that wait to be delivered.
    pub waiting: u32,
    /// When the oldest of those was made.
    pub oldest_waiting: Option<Timestamp>,
    /// Messages given up since the last one.
    pub dead: u32,
}

/// A service that is hurt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShiftHurt {
    /// Its name.
    pub service: String,
    /// Its tier.
    pub tier: Tier,
    /// How badly.
    pub impact: Impact,
    /// Since when, as far as is known.
    pub since: Option<Timestamp>,
    /// By what.
    pub by: String,
    /// A maintenance past its planned end.
    pub overrun: bool,
    /// The organisation's own sentence.
    pub say: Option<String>,
}

/// A place that cannot be seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShiftUnseen {
    /// The vendor.
    pub vendor: String,
    /// Why.
    pub why: String,
    /// Since when.
    pub since: Option<Timestamp>,
    /// The services that need the vendor.
    pub services: Vec<String>,
}

/// A maintenance that begins or ends soon.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShiftAhead {
    /// The vendor.
    pub vendor: String,
    /// The vendor's title.
    pub title: String,
    /// When it is planned.
    pub planned: Window,
    /// It runs already.
    pub is_running: bool,
    /// The services of ours that it hurts.
    pub services: Vec<String>,
}

/// What one cause did to one service since the last message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShiftHappened {
    /// The service.
    pub service: String,
    /// By what.
    pub by: String,
    /// The worst of it.
    pub impact: Impact,
    /// When it began, if within the shift.
    pub began: Option<Timestamp>,
    /// When it was over, if it is.
    pub ended: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The hours of a shift within twenty hours of `now`.
    fn check(zone: &str, at: &[&str], now: &str, expected: &[&str]) {
        let (zone, now): (_, Timestamp) = (TimeZone::get(zone).unwrap(), now.parse().unwrap());
        let at: Vec<Time> = at.iter().map(|time| time.parse().unwrap()).collect();
        let span = jiff::SignedDuration::from_hours(20);
        let hours: Vec<String> = hours(&at, &zone, now - span, now + span).iter().map(ToString::to_string).collect();
        assert_eq!(hours, expected);
    }

    #[test]
    fn hours_are_those_of_the_wall() {
        let shifts = ["07:00", "19:00"];
        check(
            "America/Chicago",
            &shifts,
            "2026-07-17T22:41:09Z",
            &["2026-07-17T12:00:00Z", "2026-07-18T00:00:00Z", "2026-07-18T12:00:00Z"],
        );
    }

    #[test]
    fn years_are_not_counted_through() {
        let at = ["07:00".parse().unwrap()];
        let (from, to) = ("1999-01-01T00:00:00Z".parse().unwrap(), "2026-07-17T22:41:09Z".parse().unwrap());
        assert_eq!(hours(&at, &TimeZone::UTC, from, to).len(), 400);
    }

    #[test]
    fn an_hour_that_is_left_out_comes_once_and_one_that_comes_twice_comes_once() {
        check("America/Chicago", &["02:30"], "2026-03-08T12:00:00Z", &["2026-03-08T08:30:00Z", "2026-03-09T07:30:00Z"]);
        check("America/Chicago", &["01:30"], "2026-11-01T12:00:00Z", &["2026-11-01T06:30:00Z", "2026-11-02T07:30:00Z"]);
    }
}
