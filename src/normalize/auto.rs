//! A page of which nobody knows yet how it publishes. Nothing is read by this name: `detect` finds out which format it
//! is, and from then on the source is of that one.

use super::{About, Reader, Reading};
use crate::model::format::{Evidence, Format};
use crate::model::snapshot::{GoneAfter, Unreadable};

/// How it is read: not before it is known what it is.
pub const READER: Reader = Reader {
    about: About {
        format: Format::Auto,
        evidence: Evidence::Guessed,
        summary: "Any page whose format is found out at the first look, as `bellwether vendors add` does, and remembered",
        says: "what the format can say that it turns out to be; until then nothing, and it is never green",
        roles: &[],
        gone_after: GoneAfter::USUAL,
        perishable_keys: false,
    },
    plan: |_| Vec::new(),
    read: |_, _| {
        let why = "no format has read this page yet; `bellwether vendors add` with its address shows what each saw";
        Reading::Done(Err(Unreadable::Unexpected(why.to_owned())))
    },
    find: |_| Vec::new(),
};
