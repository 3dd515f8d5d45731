//! When the next try is: schedules of days, as pure functions. The store keeps the number of tries, so a restart
//! goes on where it was.

use std::time::Duration;

use crate::model::subscription::Way;

/// Waits before each try of a webhook, the first included: 76 hours in all.
const WEBHOOK_SECONDS: [u64; 11] = [0, 5, 60, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];
/// Waits before the first tries of a mail.
const MAIL_SECONDS: [u64; 5] = [0, 30, 120, 300, 900];
/// The wait before each further try of a mail.
const MAIL_STEADY_SECONDS: u64 = 1_800;
/// How long a mail is tried in all: as long as mail servers themselves do.
const MAIL_DAYS: u64 = 5;
/// The longest wait that a far side can ask for.
const LONGEST: Duration = Duration::from_secs(86_400);

/// The wait before the next try after `tries` tries, spread by ±20 %, or `None` when it is given up.
/// `jitter_unit` is a random number from 0 to 1. A receiver that is gone from the configuration (`None`) is waited for
/// as long as a webhook: somebody may put it back.
#[must_use]
pub fn next_try(way: Option<&Way>, tries: u32, jitter_unit: f64) -> Option<Duration> {
    let spread = 0.4f64.mul_add(jitter_unit.clamp(0.0, 1.0), 0.8);
    let base = match way {
        Some(Way::Webhook { .. } | Way::Preset(_)) | None => webhook(tries),
        Some(Way::Email(_)) => mail(tries),
    };
    base.map(|seconds| Duration::from_secs(seconds).mul_f64(spread))
}

/// The wait that holds where the far side asked for one of its own: never sooner than planned, a day at the most.
#[must_use]
pub fn honouring(planned: Duration, asked: Option<Duration>) -> Duration {
    asked.map_or(planned, |asked| asked.min(LONGEST).max(planned))
}

fn webhook(tries: u32) -> Option<u64> {
    WEBHOOK_SECONDS.get(usize::try_from(tries).ok()?).copied()
}

fn mail(tries: u32) -> Option<u64> {
    let first = usize::try_from(tries).ok()?;
    if let Some(seconds) = MAIL_SECONDS.get(first) {
        return Some(*seconds);
    }
    let steady = u64::from(tries) + 1 - MAIL_SECONDS.len() as u64;
    let waited = MAIL_SECONDS.iter().sum::<u64>() + steady * MAIL_STEADY_SECONDS;
    (waited <= MAIL_DAYS * 86_400).then_some(MAIL_STEADY_SECONDS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::subscription::{Email, WebhookUrl};

    fn email() -> Way {
        Way::Email(Email::parse("noc@example.org").unwrap())
    }

    fn hook() -> Way {
        let url = WebhookUrl::Plain("https://hook.example/".parse().unwrap());
        Way::Webhook { url, secrets: Vec::new(), allow_private: false }
    }

    /// All waits without jitter, until it is given up.
    fn waits(way: &Way) -> Vec<u64> {
        (0..10_000).map_while(|tries| next_try(Some(way), tries, 0.5)).map(|wait| wait.as_secs()).collect()
    }

    #[test]
    fn a_webhook_is_tried_eleven_times_in_more_than_three_days() {
        let waits = waits(&hook());
        assert_eq!(waits, WEBHOOK_SECONDS);
        assert!(waits.iter().sum::<u64>() >= 75 * 3_600);
    }

    #[test]
    fn a_mail_is_tried_for_five_days_and_no_longer() {
        let waits = waits(&email());
        assert_eq!(waits[..7], [0, 30, 120, 300, 900, 1_800, 1_800]);
        let total = waits.iter().sum::<u64>();
        assert!(total <= 5 * 86_400 && total > 5 * 86_400 - 1_800, "{total}");
    }

    #[test]
    fn jitter_spreads_by_a_fifth_and_makes_nothing_of_nonsense() {
        assert_eq!(next_try(Some(&hook()), 2, 0.0), Some(Duration::from_secs(48)));
        assert_eq!(next_try(Some(&hook()), 2, 1.0), Some(Duration::from_secs(72)));
        assert_eq!(next_try(Some(&hook()), 2, 99.0), Some(Duration::from_secs(72)));
        assert_eq!(next_try(Some(&hook()), 0, 1.0), Some(Duration::ZERO));
        assert_eq!(next_try(Some(&hook()), u32::MAX, 0.5), None);
        assert_eq!(next_try(Some(&email()), u32::MAX, 0.5), None);
    }

    #[test]
    fn a_wait_that_is_asked_for_is_never_shorter_than_planned_nor_longer_than_a_day() {
        let s = Duration::from_secs;
        assert_eq!(honouring(s(60), None), s(60));
        assert_eq!(honouring(s(60), Some(s(5))), s(60));
        assert_eq!(honouring(s(60), Some(s(600))), s(600));
        assert_eq!(honouring(s(60), Some(s(10 * 365 * 86_400))), LONGEST);
    }
}
