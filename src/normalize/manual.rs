//! A person's word. Nothing is asked for it and nothing read; it is a format so that a source can say so.

use super::{About, Reader, Reading};
use crate::model::format::{Evidence, Format};
use crate::model::snapshot::{GoneAfter, Unreadable};

/// How it is read: never.
pub const READER: Reader = Reader {
    about: About {
        format: Format::Manual,
        evidence: Evidence::Recorded,
        summary: "A person's word, for vendors that publish nothing: `bellwether incident open`",
        says: "incidents, components, regions, ends",
        roles: &[],
        gone_after: GoneAfter::USUAL,
        perishable_keys: false,
    },
    plan: |_| Vec::new(),
    read: |_, _| Reading::Done(Err(Unreadable::NotAllowed("a person's word is not polled".to_owned()))),
    find: |_| Vec::new(),
};
