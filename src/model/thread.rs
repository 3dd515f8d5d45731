//! What the far sides call what we told them of: the message that a thread hangs on, the number of a ticket. Kept by the
//! thing that it is about, so that what comes later follows it there.

use std::collections::{BTreeMap, BTreeSet};

/// What a far side calls a thing of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handle {
    /// The thing: a cause.
    pub thread: String,
    /// The far side's name for it.
    pub name: String,
}

/// What a delivery taught us: a new name, or that an old one is of no more use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Learned {
    /// The thing: a cause.
    pub thread: String,
    /// The far side's name for it; `None` forgets it.
    pub name: Option<String>,
}

/// What is known of an address when a message to it is worded and sent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Known {
    /// The names of each cause: its own, and those of what has become a part of it since.
    pub handles: BTreeMap<String, Vec<Handle>>,
    /// The causes of which the address has been told and has not been told the end.
    pub open: BTreeSet<String>,
}

impl Known {
    /// The names of a cause, its own first.
    #[must_use]
    pub fn of(&self, cause: &str) -> &[Handle] {
        self.handles.get(cause).map_or(&[], Vec::as_slice)
    }

    /// Takes in what was learned on the way.
    pub fn learn(&mut self, learned: &Learned) {
        let handles = self.handles.entry(learned.thread.clone()).or_default();
        handles.retain(|handle| handle.thread != learned.thread);
        if let Some(name) = &learned.name {
            handles.insert(0, Handle { thread: learned.thread.clone(), name: name.clone() });
        }
    }
}
