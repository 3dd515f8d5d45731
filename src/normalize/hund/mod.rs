//! A page of Hund, by its Atom feed: `{page}/state_feed/feed.atom`. Its interface answers 401 without a key, and its live
//! stream never ends, so that it cannot be asked for as a document.
//!
//! The feed is recognised by the ids that Hund gives its entries (`State::FeedNotifier::Entry/…`) or, without any entry, by
//! its own. The state of an issue stands in brackets before its title, in the page's language; an issue is known by its
//! page. A feed is a window: an issue is over when the vendor says so. Everything else is read as in any feed. No body
//! was seen; the feed is taken from a reader's description of it (an adapter of 2026-05 to 2026-09 for
//! `status.bitwarden.com` and another page), and its own id from how Rails makes it. Read 2026-11.

use super::channel::Channel;
use super::{About, Answer, Asked, Body, Page, Reader, Reading, answered, channel, document, feed, moment};
use crate::model::feed::{FeedRules, FeedWords, ItemIs, Same};
use crate::model::format::{Evidence, Format};
use crate::model::impact::Impact;
use crate::model::phase::{Kind, Phase};
use crate::model::snapshot::{GoneAfter, SeenIncident, Snapshot, Unreadable};

const FEED: &str = "feed";
/// What stands in the id of each entry.
const ENTRY: &str = ":State::FeedNotifier::Entry/";
/// How the feed's own id ends.
const OWN: &str = ":/state_feed/feed</id>";

/// What this format is.
const ABOUT: About = About {
    format: Format::Hund,
    evidence: Evidence::Documented,
    summary: "A page of Hund, {page}/state_feed/feed.atom (its interface wants a key)",
    says: "issues and maintenances with their ends as far as the feed reaches; no impact, no component's own status",
    roles: &[FEED],
    gone_after: GoneAfter { looks: 5, minutes: 30 },
    perishable_keys: false,
};

/// How it is read.
pub const READER: Reader = Reader {
    about: ABOUT,
    plan: |asked| vec![asked.request(FEED, "/state_feed/feed.atom", "application/atom+xml, application/xml")],
    read,
    find: |page| if is_hund_s(page) { vec![page.at("/")] } else { Vec::new() },
};

/// A page says somewhere that Hund hosts it. One that nobody could read may be anybody's.
fn is_hund_s(page: &Page<'_>) -> bool {
    let names_it = |html: &str| ["hund.io", "state_feed", "hundio"].iter().any(|name| html.contains(name));
    page.url.host_str().is_some_and(|host| host.ends_with(".hund.io")) || page.html.is_none_or(names_it)
}

fn read(asked: &Asked<'_>, answers: &[Answer]) -> Reading {
    let channel = match answered::first(answers).and_then(signed) {
        Ok(channel) => channel,
        Err(why) => return Reading::Done(Err(why)),
    };
    let mut source = asked.source.clone();
    source.feed = Some(Box::new(rules()));
    match (feed::READER.read)(&Asked { source: &source, ..*asked }, answers) {
        Reading::Done(Ok(snapshot)) => Reading::Done(Ok(finished(snapshot, &channel))),
        other => other,
    }
}

/// The feed, if it is Hund's.
fn signed(body: &Body) -> Result<Channel, Unreadable> {
    let text = document::text(body)?;
    let channel = channel::read(channel::recognised(&text, body)?)?;
    let is_hund_s = match channel.items.as_slice() {
        [] => text.contains(OWN),
        items => items.iter().all(|item| item.id.contains(ENTRY)),
    };
    let other = || Unreadable::Unexpected("a feed whose ids are not those of Hund's".to_owned());
    if is_hund_s { Ok(channel) } else { Err(other()) }
}

/// How any feed of Hund's is read.
fn rules() -> FeedRules {
    let mut words = FeedWords::default();
    let ends = ["ended", "gelöst", "beendet", "behoben", "abgeschlossen"];
    words.resolved.extend(ends.map(str::to_owned));
    words.completed.push("complete".to_owned());
    FeedRules {
        // The ids were proven above, so any title is the vendor's.
        titled: Some(String::new()),
        item: ItemIs::Incident,
        same: Same::Link,
        words,
        ..FeedRules::default()
    }
}

fn finished(mut snapshot: Snapshot, channel: &Channel) -> Snapshot {
    snapshot.sign = "an Atom feed with Hund's ids, up to its end";
    for one in &mut snapshot.incidents {
        planned(one);
        // An entry is published when its issue begins, and keeps that time.
        let of_it = channel.items.iter().filter(|item| item.link.as_deref() == one.link.as_deref());
        let began =
            of_it.filter_map(|item| item.published.as_deref()).map(moment::stated).filter(|began| began.at.is_some());
        one.started = began.min_by_key(|began| began.at).or_else(|| one.started.take());
    }
    snapshot
}

/// A maintenance says what it is behind the brackets: "[Ended] Maintenance Window: …".
fn planned(one: &mut SeenIncident) {
    let bare = one.title.rsplit(']').next().unwrap_or_default().trim().to_lowercase();
    let is_planned = ["maintenance", "scheduled maintenance", "wartung"].iter().any(|word| bare.starts_with(word));
    if one.kind == Kind::Maintenance || !is_planned {
        return;
    }
    one.kind = Kind::Maintenance;
    one.impact = Impact::Maintenance;
    one.phase = match one.phase {
        Phase::Resolved | Phase::Postmortem | Phase::Completed => Phase::Completed,
        Phase::Cancelled => Phase::Cancelled,
        Phase::Monitoring | Phase::Verifying => Phase::Verifying,
        // Without a word for how far it has come, nobody knows that it began.
        Phase::Investigating if one.vendor_phase.is_empty() => Phase::Scheduled,
        Phase::Scheduled => Phase::Scheduled,
        Phase::Investigating | Phase::Identified | Phase::InProgress => Phase::InProgress,
    };
}

#[cfg(test)]
mod tests;
