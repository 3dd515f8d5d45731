//! How Bellwether itself fares, for those who look at its pages and figures: which configuration holds, and whether the
//! watch outside is called.

use jiff::Timestamp;

/// How Bellwether itself fares at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Condition {
    /// What holds of the files.
    pub configuration: Configuration,
    /// The watch outside; `None` where there is none.
    pub heartbeat: Option<Heartbeat>,
    /// What the last look at ourselves found; `None` before the first.
    pub audited: Option<Audited>,
}

/// What a look at ourselves found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audited {
    /// When.
    pub at: Timestamp,
    /// What is not well; nothing, if all is.
    pub wrong: Vec<String>,
}

/// What holds of the configuration's files.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Configuration {
    /// Since when the one that holds does.
    pub since: Option<Timestamp>,
    /// When the files were last read to be taken up.
    pub tried: Option<Timestamp>,
    /// Why the files as they lie are not taken up; empty where they are.
    pub refused: Vec<Refusal>,
    /// Since when they are not.
    pub refused_since: Option<Timestamp>,
    /// Keys that were changed and hold only after a restart.
    pub after_restart: Vec<String>,
}

/// One thing that keeps the files from being taken up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The file; empty where it is none of them.
    pub file: String,
    /// The line, from 1; 0 where there is none.
    pub line: usize,
    /// The whole of it, word for word as `check` says it.
    pub message: String,
}

/// How it stands with the watch outside, which raises the alarm when it is not called any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heartbeat {
    /// The host that is called.
    pub host: String,
    /// When it last heard us.
    pub heard: Option<Timestamp>,
    /// Why it was not called the last time: what is not well with ourselves.
    pub withheld: Vec<String>,
    /// Why the last call was not heard.
    pub failed: Option<String>,
}

impl Configuration {
    /// Whether the files as they lie hold.
    #[must_use]
    pub const fn is_as_it_lies(&self) -> bool {
        self.refused.is_empty()
    }
}
