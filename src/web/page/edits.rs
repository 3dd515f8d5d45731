//! What was changed after it had been said: each thing of more than one version, from each version to the next.

use std::collections::BTreeMap;

use crate::model::text;
use crate::store::story::Said;
use crate::web::now::Now;
use crate::web::view::difference::Difference;
use crate::web::view::{Theirs, When};

/// The most edits that are shown, the newest.
const EDITS: usize = 40;

/// One edit.
pub struct Edit {
    /// The version that it made.
    pub number: usize,
    pub of: usize,
    pub source: Theirs,
    pub seen: When,
    /// The time that the text bears, where the edit left it as it was.
    pub kept_its_date: Option<When>,
    /// The vendor's word for the phase, where only that, or the time, was changed.
    pub other: String,
    pub difference: Option<Difference>,
}

/// The edits, the newest first.
pub fn edits(now: &Now, said: &[Said]) -> Vec<Edit> {
    let mut things: BTreeMap<(&str, &str), Vec<&Said>> = BTreeMap::new();
    for one in said {
        things.entry((&one.source, &one.update.key)).or_default().push(one);
    }
    let mut edits: Vec<(jiff::Timestamp, Edit)> = Vec::new();
    for mut versions in things.into_values() {
        versions.sort_by_key(|v| v.seen_at);
        for (n, pair) in versions.windows(2).enumerate() {
            if let [before, after] = pair {
                edits.push((after.seen_at, edit(now, before, after, n + 2, versions.len())));
            }
        }
    }
    edits.sort_by_key(|(seen, _)| std::cmp::Reverse(*seen));
    edits.into_iter().take(EDITS).map(|(_, edit)| edit).collect()
}

fn edit(now: &Now, before: &Said, after: &Said, number: usize, of: usize) -> Edit {
    let (old, new) = (text::body(&before.update.text), text::body(&after.update.text));
    let stated = |said: &Said| said.update.at.as_ref().and_then(|s| s.at);
    let raw = |said: &Said| said.update.at.as_ref().map(|s| s.raw.clone()).unwrap_or_default();
    let mut other = Vec::new();
    if before.update.vendor_phase != after.update.vendor_phase {
        let word = |said: &Said| text::line(&said.update.vendor_phase, 80);
        other.push(format!("Its word for the phase went from “{}” to “{}”.", word(before), word(after)));
    }
    if raw(before) != raw(after) {
        other.push(format!("Its time went from {} to {}.", text::line(&raw(before), 60), text::line(&raw(after), 60)));
    }
    Edit {
        number,
        of,
        source: Theirs::line(&after.source),
        seen: When::of(now, after.seen_at),
        kept_its_date: stated(after).filter(|_| raw(before) == raw(after)).map(|at| When::without_age(now, at)),
        other: other.join(" "),
        difference: (old != new).then(|| Difference::between(&old, &new)),
    }
}
