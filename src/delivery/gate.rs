//! What keeps a login that was refused from being tried too often: accounts are locked after a few tries, and then the
//! right password opens nothing either.

use std::time::Duration;

use tokio::sync::{Mutex, MutexGuard};
use tokio::time::Instant;

/// How long a login that was refused is left alone.
const CLOSED_FOR: Duration = Duration::from_secs(5 * 60);

/// Lets one login through at a time, and none for a while after one was refused.
#[derive(Debug, Default)]
pub struct Gate(Mutex<Option<(Instant, String)>>);

/// The turn of one login.
pub struct Turn<'a>(MutexGuard<'a, Option<(Instant, String)>>);

impl Gate {
    /// Waits for a turn.
    pub async fn turn(&self) -> Turn<'_> {
        Turn(self.0.lock().await)
    }
}

impl Turn<'_> {
    /// Why no login is tried now, if none is.
    pub fn closed(&self) -> Option<String> {
        let (since, why) = self.0.as_ref()?;
        let left = CLOSED_FOR.checked_sub(since.elapsed())?;
        Some(format!("{why}; the login is not tried again for {} s, so that the account is not locked", left.as_secs()))
    }

    /// The login was refused.
    pub fn close(&mut self, why: String) {
        *self.0 = Some((Instant::now(), why));
    }
}
