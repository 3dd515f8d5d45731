//! The words for who looks after sources: how one is read, never how its vendor is.

use super::words::{is_over, list, now};
use crate::model::card::{Line, Row};
use crate::model::clock_text::{Times, between, span};
use crate::model::effect::EffectKind;
use crate::model::format::Format;
use crate::model::inquiry::{Came, Inquiry, Proposal, quoted};
use crate::model::keeping::{Keeping, Plight};
use crate::model::notification::Topic;

/// The longest part of a hash that is shown.
const HASH: usize = 12;

/// For the tag of a subject.
pub fn tag(topic: &Topic, keeping: &Keeping) -> &'static str {
    match (is_over(topic), keeping.plight) {
        (true, _) => "Source as usual again",
        (false, _) if proposal(keeping).is_some() => "Source moved",
        (false, Plight::Unreadable) => "Source cannot be read",
        (false, Plight::Stale) => "Source stands still",
        (false, Plight::Doubtful) => "Source doubtful",
    }
}

/// For a pager.
pub fn shouted(topic: &Topic, keeping: &Keeping) -> &'static str {
    match (is_over(topic), keeping.plight) {
        (true, _) => "SOURCE AS USUAL",
        (false, _) if proposal(keeping).is_some() => "SOURCE MOVED",
        (false, Plight::Unreadable) => "SOURCE UNREAD",
        (false, Plight::Stale) => "SOURCE STANDS STILL",
        (false, Plight::Doubtful) => "SOURCE DOUBTFUL",
    }
}

/// How it could be read instead, as far as a person is to write that.
fn proposal(keeping: &Keeping) -> Option<&Proposal> {
    keeping.inquiry.as_ref().and_then(Inquiry::proposal)
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
        Plight::Unreadable if let Some(found) = proposal(keeping) => {
            let is_same = found.format.name() == keeping.format;
            let now = if is_same { "lies elsewhere".to_owned() } else { format!("reads as {}", found.format.name()) };
            format!(
                "{name} has moved: its page {now} now. It cannot be read {since}, and until its file says so nobody sees by it how {vendor} is."
            )
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
    let found = keeping.findings.iter().map(|finding| Line::Says(String::new(), finding.what.clone()));
    let found = found.chain(keeping.inquiry.as_ref().map(|inquiry| asked(inquiry, times))).collect();
    let rows = [
        ("What is wrong", if is_over(topic) { Vec::new() } else { found }),
        ("Write", if is_over(topic) { Vec::new() } else { to_write(topic, keeping) }),
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

/// What asking the page came to.
fn asked(inquiry: &Inquiry, times: &Times) -> Line {
    Line::Says(String::new(), format!("Asked how it publishes, {}: {}", times.moment(inquiry.at), inquiry.said()))
}

/// The lines for the vendor's file.
fn to_write(topic: &Topic, keeping: &Keeping) -> Vec<Line> {
    let Some(found) = proposal(keeping) else { return Vec::new() };
    let lines = found.lines().into_iter().map(|line| Line::Says(line, String::new()));
    let was = Format::named(&keeping.format).unwrap_or(found.format);
    lines.chain(topic.source.as_ref().map(|source| Line::Note(found.place(source, was)))).collect()
}

/// What to do about it.
fn todo(topic: &Topic, keeping: &Keeping) -> Vec<Line> {
    let name = name(topic);
    let is_inventorys = keeping.findings.iter().all(|finding| finding.role.is_none());
    let came = keeping.inquiry.as_ref().map(|inquiry| &inquiry.came);
    let steps = match keeping.plight {
        Plight::Doubtful if is_inventorys => vec![
            format!("See what it lists now: bellwether poll {name}"),
            "Write what the inventory means by its name of today into inventory.toml".to_owned(),
        ],
        Plight::Unreadable if let Some(found) = proposal(keeping) => vec![
            format!("Open {} and see that it is {}’s own", found.url, topic.vendor),
            format!(
                "Write those lines; they hold at once, without a restart. If you have no such file yet, it begins with name = {}, and takes the place of ours: bellwether vendors show {} lists what else that reads",
                quoted(&topic.vendor),
                vendor(topic)
            ),
            format!(
                "See what is understood: bellwether poll {name}. Its components may be called otherwise there: then inventory.toml must name them anew"
            ),
        ],
        Plight::Unreadable if let Some(Came::Nothing { why: None, .. }) = came => vec![
            "Open the page by hand: is it another one now, or does a notice or a sign-in stand before it?".to_owned(),
            format!(
                "If it is there to stay, describe it by a mapping (sources/README.md), and try that: bellwether vendors test {}",
                vendor(topic)
            ),
            format!("Until then, enter by hand what is heard: bellwether incident open {}", vendor(topic)),
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

/// The key of whose source it is.
fn vendor(topic: &Topic) -> String {
    topic.source.as_ref().map_or_else(|| topic.vendor.clone(), |source| source.vendor().to_string())
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
