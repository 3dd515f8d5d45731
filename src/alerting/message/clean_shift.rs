//! The facts of a shift message, cleaned like all others.

use super::clean::{advice, name, names};
use crate::model::shift::{ShiftAhead, ShiftFacts, ShiftHappened, ShiftHurt, ShiftUnseen};

/// The same facts, cleaned.
pub fn shift(raw: &ShiftFacts) -> ShiftFacts {
    ShiftFacts {
        hurting: raw.hurting.iter().map(hurting).collect(),
        unseen: raw.unseen.iter().map(unseen).collect(),
        silent: names(&raw.silent),
        ahead: raw.ahead.iter().map(ahead).collect(),
        happened: raw.happened.iter().map(happened).collect(),
        ..raw.clone()
    }
}

fn hurting(raw: &ShiftHurt) -> ShiftHurt {
    let say = raw.say.as_deref().map(advice).filter(|say| !say.is_empty());
    ShiftHurt { service: name(&raw.service), by: advice(&raw.by), say, ..raw.clone() }
}

fn unseen(raw: &ShiftUnseen) -> ShiftUnseen {
    let services = names(&raw.services);
    ShiftUnseen { vendor: name(&raw.vendor), why: advice(&raw.why), services, since: raw.since }
}

fn ahead(raw: &ShiftAhead) -> ShiftAhead {
    let services = names(&raw.services);
    ShiftAhead { vendor: name(&raw.vendor), title: crate::model::text::title(&raw.title), services, ..raw.clone() }
}

fn happened(raw: &ShiftHappened) -> ShiftHappened {
    ShiftHappened { service: name(&raw.service), by: advice(&raw.by), ..raw.clone() }
}
