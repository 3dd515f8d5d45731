//! The ways out: a mail server and a webhook. Layer 2.
//!
//! Each way gets bytes that are frozen and answers with an [`Attempt`]. It keeps nothing about notifications: what
//! is pending, tried or dead is the store's to know. No call here lasts longer than its deadline.

mod by_line;
mod gate;
pub mod heart;
pub mod mail;
pub mod mailer;
pub mod pager;
pub mod preset;
pub mod retry;
mod smtp;
pub mod webhook;

use std::time::Duration;

/// What came of one try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attempt {
    /// The far side took it.
    Delivered {
        /// What it said: `250 2.0.0 Ok: queued as 4F2`, `HTTP 204`.
        answer: String,
    },
    /// It may work later.
    Retry {
        /// What happened, for people.
        reason: String,
        /// The far side, or the kind of failure, asks for at least this long a wait.
        after: Option<Duration>,
        /// Nobody knows whether it was taken: the next try may make a double, with the same id and the same bytes.
        ambiguous: bool,
        /// It lies with the whole way, and a person must mend it: waiting alone will not.
        broken: bool,
    },
    /// It was refused for its size or its words: a shorter one may pass.
    TooMuch {
        /// What happened, for people.
        reason: String,
    },
    /// It will never work for this notification and this receiver.
    Permanent {
        /// What happened, for people.
        reason: String,
        /// The receiver asks never to be called again (HTTP 410): no other notification should go there either.
        receiver_gone: bool,
    },
}

impl Attempt {
    /// A failure that is certain, and may pass.
    fn later(reason: impl Into<String>) -> Self {
        Self::Retry { reason: reason.into(), after: None, ambiguous: false, broken: false }
    }

    /// A failure that is certain and lies with the whole way, not with this notification: a person must mend it,
    /// and trying often would lock an account.
    fn broken(reason: impl Into<String>) -> Self {
        Self::Retry { reason: reason.into(), after: Some(BROKEN_WAIT), ambiguous: false, broken: true }
    }
}

/// How long a way that is broken as a whole is left alone.
const BROKEN_WAIT: Duration = Duration::from_secs(300);
