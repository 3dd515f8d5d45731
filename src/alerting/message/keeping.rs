//! The words for who looks after sources: how one is read, never how its vendor is.

use super::words::{is_over, list, now};
use crate::model::card::{Line, Row};
use crate::model::clock_text::{Times, between, span};
use crate::model::effect::EffectKind;
use crate::model::keeping::{Keeping, Plight};
use crate::model::notification::Topic;

/// The longest part of a hash that is shown.
const HASH: usize = 12;

/// For the tag of a subject.
pub fn tag(topic: &Topic, keeping: &Keeping) -> &'static str {
    match (is_over(topic), keeping.plight) {
        (true, _) => "Source as usual again",
        (false, Plight::Unreadable) => "Source cannot be read",
        (false, Plight::Stale) => "Source stands still",
        (false, Plight::Doubtful) => "Source doubtful",
    }
}

/// For a pager.
pub fn shouted(topic: &Topic, keeping: &Keeping) -> &'static str {
    match (is_over(topic), keeping.plight) {
        (true, _) => "SOURCE AS USUAL",
        (false, Plight::Unreadable) => "SOURCE UNREAD",
        (false, Plight::Stale) => "SOURCE STANDS STILL",
        (false, Plight::Doubtful) => "SOURCE DOUBTFUL",
    }
}

/// How it stands, in a word.
pub fn kicker(topic: &Topic) -> &'static str {
    if is_over(topic) { "As usual, for who looks after sources" } else { "Unknown, for who looks after sources" }
}

/// Which source: its key, or what stands for it.
pub fn name(topic: &Topic) -> String {
    topic.source.as_ref().map_or_else(|| topic.vendor.clone(), ToString::to_string)
}

/// The first sentence.
pub fn headline(topic: &Topic, keeping: &Keeping, times: &Times) -> String {
    let (name, vendor) = (name(topic), &topic.vendor);
    let since = format!("since {}", times.moment(topic.since));
    let more = if now(topic) == EffectKind::Worse { "More: " } else { "" };
    if is_over(topic) {
        let lasted = topic.until.map(|until| span(between(topic.since, until))).unwrap_or_default();
        let was = match keeping.plight {
            Plight::Unreadable => "it could not be read",
            Plight::Stale => "it stood still",
            Plight::Doubtful => "it was doubtful",
        };
        return format!("{name} is read as usual again; {was} for {lasted}, {since}.");
    }
    let is_inventorys = keeping.findings.iter().all(|finding| finding.role.is_none());
    match keeping.plight {
        Plight::Doubtful if is_inventorys => {
            format!("{more}{name} is read, but no longer lists all that the inventory means of {vendor}, {since}.")
        }
        Plight::Unreadable => format!("{more}{name} cannot be read {since}: nobody sees by it how {vendor} is."),
        Plight::Stale => {
            format!("{more}{name} is answered, but has not been refreshed {since}: what it says of {vendor} is old.")
        }
        Plight::Doubtful => {
            format!(
                "{more}{name} is still read, but is not what it was, {since}: {vendor} is shown as unknown until somebody has looked."
            )
        }
    }
}

/// All rows.
pub fn rows(topic: &Topic, keeping: &Keeping, times: &Times) -> Vec<Row> {
    let found = keeping.findings.iter().map(|finding| Line::Says(String::new(), finding.what.clone())).collect();
    let rows = [
        ("What is wrong", if is_over(topic) { Vec::new() } else { found }),
        ("Rests on it", needed_by(keeping)),
        ("Do first", if is_over(topic) { Vec::new() } else { todo(topic, keeping) }),
        ("Kept", kept(keeping, times)),
        ("The page", page(keeping)),
    ];
    let rows = rows.into_iter().filter(|(_, lines)| !lines.is_empty());
    rows.map(|(label, lines)| Row { label, lines }).collect()
}

fn needed_by(keeping: &Keeping) -> Vec<Line> {
    if keeping.needed_by.is_empty() {
        return Vec::new();
    }
    vec![Line::Says(String::new(), list(&keeping.needed_by))]
}

/// What to do about it.
fn todo(topic: &Topic, keeping: &Keeping) -> Vec<Line> {
    let name = name(topic);
    let is_inventorys = keeping.findings.iter().all(|finding| finding.role.is_none());
    let steps = match keeping.plight {
        Plight::Doubtful if is_inventorys => vec![
            format!("See what it lists now: bellwether poll {name}"),
            "Write what the inventory means by its name of today into inventory.toml".to_owned(),
        ],
        Plight::Unreadable => vec![
            "Open the page from another network: if it opens there, the fault is ours".to_owned(),
            format!("See what comes: bellwether poll {name}"),
        ],
        Plight::Stale => vec!["Look at the page by hand, and ask the vendor".to_owned()],
        Plight::Doubtful => vec![
            format!("See what is understood: bellwether poll {name}; compare it with the page"),
            format!("If it is right: bellwether vendors confirm {name}, or the button under Sources"),
            "If it is not: mend the vendor’s file or the inventory, and report the format".to_owned(),
        ],
    };
    steps.into_iter().enumerate().map(|(n, step)| Line::Step(n + 1, step)).collect()
}

/// The documents that show it.
fn kept(keeping: &Keeping, times: &Times) -> Vec<Line> {
    let one = |sample: &crate::model::keeping::Sample| {
        let hash: String = sample.hash.chars().take(HASH).collect();
        Line::Says(String::new(), format!("{} of {}, {hash}", sample.role, times.moment(sample.at)))
    };
    keeping.samples.iter().take(4).map(one).collect()
}

fn page(keeping: &Keeping) -> Vec<Line> {
    let how = format!("read as {}", keeping.format);
    match &keeping.url {
        Some(url) => vec![Line::Link(url.clone(), how)],
        None => vec![Line::Says(String::new(), how)],
    }
}
