//! What systemd wants to hear: ready, reloading, stopping, alive. Without it, all of this does nothing.

use std::time::Duration;

use sd_notify::NotifyState;

fn tell(state: &[NotifyState<'_>]) {
    // Whoever does not listen, does not listen.
    let _ = sd_notify::notify(state);
}

/// All loops turn, and the pages are served.
pub fn ready(status: &str) {
    tell(&[NotifyState::Ready, NotifyState::Status(status)]);
}

/// The files are read again; [`ready`] follows.
pub fn reloading() {
    match NotifyState::monotonic_usec_now() {
        Ok(now) => tell(&[NotifyState::Reloading, now]),
        Err(_) => tell(&[NotifyState::Reloading]),
    }
}

/// What has begun may end.
pub fn stopping() {
    tell(&[NotifyState::Stopping, NotifyState::Status("stopping: what has begun may end")]);
}

/// We live.
pub fn alive() {
    tell(&[NotifyState::Watchdog]);
}

/// Within which time systemd wants to hear that, if it does.
#[must_use]
pub fn watchdog() -> Option<Duration> {
    std::env::var_os("NOTIFY_SOCKET")?;
    sd_notify::watchdog_enabled().filter(|within| !within.is_zero())
}

/// SIGHUP, by which people and programs ask for the files to be read again.
pub struct HangUp {
    #[cfg(unix)]
    signal: Option<tokio::signal::unix::Signal>,
}

impl HangUp {
    /// Listens from now on.
    #[must_use]
    pub fn begin() -> Self {
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};
            Self { signal: signal(SignalKind::hangup()).ok() }
        }
        #[cfg(not(unix))]
        Self {}
    }

    /// Resolves when it comes.
    pub async fn comes(&mut self) {
        #[cfg(unix)]
        if let Some(signal) = &mut self.signal
            && signal.recv().await.is_some()
        {
            return;
        }
        std::future::pending().await
    }
}
