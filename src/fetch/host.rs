//! What is kept of each host: how many requests are under way, and whether its connection stays open afterwards.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;
use url::Url;

use crate::outgoing::failure::authority;

/// The most requests to one host at once.
pub const AT_ONCE: usize = 2;

/// The hosts that are being asked, or were asked a moment ago.
pub struct Hosts {
    turns: Mutex<HashMap<Box<str>, Weak<Semaphore>>>,
    kept: Mutex<HashMap<Box<str>, Instant>>,
    most_kept: usize,
    idle: Duration,
}

/// What counts as one host: its name and port, in one spelling.
#[must_use]
pub fn key(url: &Url) -> String {
    authority(url).replace(".:", ":")
}

impl Hosts {
    /// Keeps connections to `most_kept` hosts at most, each for `idle` after its last use.
    #[must_use]
    pub fn new(most_kept: usize, idle: Duration) -> Self {
        Self { turns: Mutex::default(), kept: Mutex::default(), most_kept, idle }
    }

    /// Waits for a turn at a host. The turn is over when the permit is dropped.
    pub async fn turn(&self, key: &str) -> Option<OwnedSemaphorePermit> {
        let semaphore = self.semaphore(key);
        // It is never closed.
        semaphore.acquire_owned().await.ok()
    }

    fn semaphore(&self, key: &str) -> Arc<Semaphore> {
        let mut turns = locked(&self.turns);
        if let Some(semaphore) = turns.get(key).and_then(Weak::upgrade) {
            return semaphore;
        }
        // Tidied only when the map would have to grow, so that the cost is shared by many.
        if turns.len() == turns.capacity() {
            turns.retain(|_, semaphore| semaphore.strong_count() > 0);
        }
        let semaphore = Arc::new(Semaphore::new(AT_ONCE));
        turns.insert(key.into(), Arc::downgrade(&semaphore));
        semaphore
    }

    /// Whether the connection of a request that begins now stays open. The first hosts keep theirs as long as they
    /// are asked again in time; further ones are closed, since each would push out another before its next use.
    pub fn keeps_connection(&self, key: &str, now: Instant) -> bool {
        let mut kept = locked(&self.kept);
        if let Some(last) = kept.get_mut(key) {
            *last = now;
            return true;
        }
        if kept.len() >= self.most_kept {
            kept.retain(|_, last| now.duration_since(*last) < self.idle);
        }
        let has_room = kept.len() < self.most_kept;
        if has_room {
            kept.insert(key.into(), now);
        }
        has_room
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_third_request_to_a_host_waits_and_another_host_does_not() {
        let hosts = Hosts::new(0, Duration::ZERO);
        let first = hosts.turn("a:443").await;
        let _second = hosts.turn("a:443").await;
        assert!(futures_util::FutureExt::now_or_never(hosts.turn("a:443")).is_none());
        assert!(futures_util::FutureExt::now_or_never(hosts.turn("b:443")).is_some());
        drop(first);
        assert!(futures_util::FutureExt::now_or_never(hosts.turn("a:443")).is_some());
    }

    #[tokio::test]
    async fn hosts_that_nobody_asks_any_more_are_forgotten() {
        let hosts = Hosts::new(0, Duration::ZERO);
        for n in 0..10_000 {
            drop(hosts.turn(&n.to_string()).await);
        }
        assert!(locked(&hosts.turns).len() < 100);
    }

    #[test]
    fn only_so_many_hosts_keep_a_connection() {
        let hosts = Hosts::new(1, Duration::from_secs(90));
        let now = Instant::now();
        assert!(hosts.keeps_connection("a:443", now));
        assert!(!hosts.keeps_connection("b:443", now));
        assert!(hosts.keeps_connection("a:443", now + Duration::from_secs(80)));
        assert!(!hosts.keeps_connection("b:443", now + Duration::from_secs(160)));
        assert!(hosts.keeps_connection("b:443", now + Duration::from_secs(171)));
    }

    #[test]
    fn a_trailing_dot_makes_no_other_host() {
        let key = |url: &str| key(&Url::parse(url).unwrap());
        assert_eq!(key("https://Status.Example./x"), key("https://status.example:443/y"));
    }
}
