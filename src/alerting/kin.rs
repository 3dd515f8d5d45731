//! One trouble of a vendor on several of its pages: which report that opens tells of an incident that is known already.
//!
//! Vendors post one incident on the page of each product, under an id of each page. To take two for one hides the second,
//! so they must say the same: the same title, of more than a word or two, and begin at nearly the same time. What people
//! enter by hand is joined by people.

use jiff::{SignedDuration, Timestamp};

use crate::model::id::IncidentId;
use crate::model::incident::Report;

/// How far apart the beginnings may lie: a vendor's pages are written one after the other.
const APART: SignedDuration = SignedDuration::from_mins(90);
/// Titles shorter than this are said of many troubles: "Service disruption".
const LEAST_CHARS: usize = 20;
/// And so are those of fewer words.
const LEAST_WORDS: usize = 4;

/// The incident that a report which has just opened tells of too, if one of the `open` reports of its vendor is about the
/// same.
#[must_use]
pub fn kin<'a>(opened: &Report, open: &'a [Report]) -> Option<&'a IncidentId> {
    let title = plain(&opened.seen.title);
    if opened.source.is_by_hand() || title.len() < LEAST_CHARS || title.split(' ').count() < LEAST_WORDS {
        return None;
    }
    let is_same = |other: &&Report| {
        other.source != opened.source
            && other.source.vendor() == opened.source.vendor()
            && !other.source.is_by_hand()
            && other.standing.is_open()
            && other.seen.kind == opened.seen.kind
            && begun(other).duration_since(begun(opened)).abs() <= APART
            && plain(&other.seen.title) == title
    };
    open.iter().filter(is_same).min_by_key(|other| other.first_seen).map(|other| &other.incident)
}

fn begun(report: &Report) -> Timestamp {
    let planned = report.seen.planned.as_ref().and_then(|planned| planned.from.at);
    planned.or_else(|| report.seen.started.as_ref()?.at).unwrap_or(report.first_seen)
}

/// A title without what pages write differently: signs, capitals, blanks.
fn plain(title: &str) -> String {
    let words = title.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join(" ")
}
