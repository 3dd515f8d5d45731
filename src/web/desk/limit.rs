//! How often somebody may try: a bucket for each account and for each address, which fills again slowly. Nobody learns
//! from it whether a name exists, since every name has one.

use std::collections::BTreeMap;
use std::sync::Mutex;

use jiff::{SignedDuration, Timestamp};

/// Tries at one account that are there at first, and how long one more takes.
const ACCOUNT: Rate = Rate { most: 10, every: SignedDuration::from_secs(60) };
/// The same from one address: a whole ward may sit behind it.
const ADDRESS: Rate = Rate { most: 30, every: SignedDuration::from_secs(20) };
/// Wrong tries that the audit spells out in a minute; the rest of a flood is only counted.
const AUDITED: Rate = Rate { most: 60, every: SignedDuration::from_secs(1) };
/// Buckets at the same time.
const BUCKETS: usize = 20_000;

#[derive(Debug, Clone, Copy)]
struct Rate {
    most: u32,
    every: SignedDuration,
}

/// When a bucket will be full again: that is all there is to it.
type Full = Timestamp;

/// The buckets.
#[derive(Debug, Default)]
pub struct Limits {
    full: Mutex<BTreeMap<String, Full>>,
}

impl Limits {
    /// Takes one try at an account from an address. How long to wait, where there is none left.
    ///
    /// # Errors
    /// The wait.
    pub fn try_once(&self, account: &str, origin: &str, now: Timestamp) -> Result<(), SignedDuration> {
        let keys = keys(account, origin);
        let Ok(mut full) = self.full.lock() else { return Err(ADDRESS.every) };
        let waits = keys.iter().filter_map(|(key, rate)| wait(full.get(key), *rate, now));
        if let Some(wait) = waits.max() {
            return Err(wait);
        }
        for (key, rate) in keys {
            fill_later(&mut full, key, rate, now);
        }
        make_room(&mut full, now);
        Ok(())
    }

    /// It was the right one: it did not count.
    pub fn give_back(&self, account: &str, origin: &str) {
        let Ok(mut full) = self.full.lock() else { return };
        for (key, rate) in keys(account, origin) {
            if let Some(at) = full.get_mut(&key) {
                *at -= rate.every;
            }
        }
    }

    /// Whether one more wrong try should stand in the audit.
    pub fn is_audited(&self, now: Timestamp) -> bool {
        let Ok(mut full) = self.full.lock() else { return false };
        let is_left = wait(full.get("audit"), AUDITED, now).is_none();
        if is_left {
            fill_later(&mut full, "audit".to_owned(), AUDITED, now);
        }
        is_left
    }
}

fn keys(account: &str, origin: &str) -> [(String, Rate); 2] {
    [(format!("account {account}"), ACCOUNT), (format!("address {}", network(origin)), ADDRESS)]
}

/// Whoever has one address of IPv6 has the whole of its network.
fn network(origin: &str) -> String {
    match origin.parse::<std::net::Ipv6Addr>() {
        Ok(address) => format!("{:?}", address.segments().get(..4)),
        Err(_) => origin.to_owned(),
    }
}

impl Rate {
    fn room(self) -> SignedDuration {
        self.every * i32::try_from(self.most).unwrap_or(i32::MAX)
    }

    /// When a bucket is full. No try fills it further than its room: what lies beyond was written by a clock that was
    /// wrong and has been set since, and must lock nobody out.
    fn full(self, at: Full, now: Timestamp) -> Full {
        if at.duration_since(now) > self.room() { now } else { at.max(now) }
    }
}

fn wait(full: Option<&Full>, rate: Rate, now: Timestamp) -> Option<SignedDuration> {
    let over = rate.full(*full?, now).duration_since(now) + rate.every - rate.room();
    (over > SignedDuration::ZERO).then_some(over)
}

fn fill_later(full: &mut BTreeMap<String, Full>, key: String, rate: Rate, now: Timestamp) {
    let at = full.entry(key).or_insert(now);
    *at = rate.full(*at, now) + rate.every;
}

/// Full buckets are forgotten; if too many are left, those go that would be full soonest.
fn make_room(full: &mut BTreeMap<String, Full>, now: Timestamp) {
    if full.len() < BUCKETS {
        return;
    }
    full.retain(|_, at| *at > now);
    while full.len() >= BUCKETS {
        let Some(soonest) = full.iter().min_by_key(|(_, at)| **at).map(|(key, _)| key.clone()) else { return };
        full.remove(&soonest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn second(n: i64) -> Timestamp {
        Timestamp::from_second(n).unwrap()
    }

    #[test]
    fn ten_tries_at_an_account_then_one_a_minute_from_wherever() {
        let limits = Limits::default();
        for n in 0..10 {
            assert!(limits.try_once("ada", &format!("10.0.0.{n}"), second(0)).is_ok());
        }
        assert_eq!(limits.try_once("ada", "10.0.0.99", second(0)), Err(SignedDuration::from_secs(60)));
        assert!(limits.try_once("bob", "10.0.0.1", second(0)).is_ok());
        assert!(limits.try_once("ada", "10.0.0.99", second(60)).is_ok());
        assert!(limits.try_once("ada", "10.0.0.99", second(60)).is_err());
    }

    #[test]
    fn thirty_tries_from_an_address_whatever_the_account() {
        let limits = Limits::default();
        for n in 0..30 {
            assert!(limits.try_once(&format!("name {n}"), "2001:db8::1", second(0)).is_ok());
        }
        assert!(limits.try_once("another", "2001:db8::2", second(0)).is_err(), "the same network");
        limits.give_back("another", "2001:db8::2");
        assert!(limits.try_once("another", "2001:db8::2", second(0)).is_ok());
    }

    #[test]
    fn a_flood_of_names_keeps_its_bounds() {
        let limits = Limits::default();
        for n in 0..10_500 {
            let _ = limits.try_once(&format!("name {n}"), &format!("10.{}.{}.1", n / 250, n % 250), second(0));
        }
        assert!(limits.full.lock().unwrap().len() <= BUCKETS);
    }

    #[test]
    fn a_clock_that_stood_years_ahead_for_a_moment_locks_nobody_out() {
        let limits = Limits::default();
        let in_years = second(400_000_000);
        assert!(limits.try_once("ada", "10.0.0.1", in_years).is_ok() && limits.is_audited(in_years));
        assert!(limits.try_once("ada", "10.0.0.1", second(0)).is_ok());
        assert!(limits.is_audited(second(0)));
    }
}
