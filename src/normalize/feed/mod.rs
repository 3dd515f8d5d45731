//! Any feed, RSS, Atom or JSON Feed, whose vendor has nothing better.
//!
//! It is recognised by its root, its end and, where the vendor's file says it, its title; without that title an empty
//! one is unreadable, since any empty feed looks like any other. The state of an incident is read from words in status,
//! title, category and text, which the vendor's file may replace, and never from the age of an item. An item without
//! such a word is open. A feed is a window: what is missing from it may have been pushed out, so only the vendor's word
//! ends an incident, unless the file says that the feed lists all that is open. Its impact is unknown unless a word says
//! it, and it names no component unless the file says that its categories are some.
//!
//! Statuspage's `history.atom` and `history.rss` were read in recorded bodies; RSS 2.0, RFC 4287 and JSON Feed 1.1 in
//! their specifications (2026-11). The crate `feed-rs` takes a feed that is cut behind its last item for a whole one, keeps
//! no raw times, and refuses an `rss` without a version, as Oracle's; so feeds are read by `channel`.

mod chain;
mod document;
mod item;
mod words;

use jiff::Timestamp;
use url::Url;

use self::item::Read;
use super::field::Place;
use super::markup::head;
use super::{About, Body, Page, Reader, Reading, Request, answered};
use crate::model::feed::{FeedRules, Lists};
use crate::model::format::{Evidence, Format};
use crate::model::incident::KnownOpen;
use crate::model::snapshot::{Coverage, Covers, GoneAfter, Snapshot, Unreadable};
use crate::model::text;
use crate::model::vendor::Source;

const FEED: &str = "feed";

/// More items than any feed of incidents has; what is beyond them is left, and said.
const MOST_ITEMS: usize = 2_000;

/// What this format is.
const ABOUT: About = About {
    format: Format::Feed,
    evidence: Evidence::Documented,
    summary: "Any RSS, Atom or JSON Feed; [source.feed] in the vendor's file says which words mean what (sources/README.md)",
    says: "incidents and maintenances with their ends as far as words say them; no impact unless a word says it, no component's own status",
    roles: &[FEED],
    gone_after: GoneAfter { looks: 5, minutes: 30 },
    perishable_keys: false,
};

/// How it is read.
pub const READER: Reader = Reader {
    about: ABOUT,
    plan: |asked| plan(asked.url),
    read: |asked, answers| {
        Reading::Done(answered::first(answers).and_then(|body| read(body, asked.source, asked.open, asked.now)))
    },
    find,
};

/// The names that platforms give to the feed of their incidents. A feed bears no sign of what it is about: where any site
/// has its news (`/feed`, `/rss`) is tried only where the page names it.
const USUAL: [&str; 4] = ["/history.atom", "/history.rss", "/feed.rss", "/feed.atom"];

/// The address itself where a feed stands there, the feeds that the page names, and then the usual ones.
fn find(page: &Page<'_>) -> Vec<Url> {
    let html = page.html.unwrap_or_default();
    let begin = html.trim_start().get(..html.trim_start().floor_char_boundary(200)).unwrap_or_default();
    let is_feed = ["<?xml", "<rss", "<feed", "<rdf:RDF"].iter().any(|root| begin.starts_with(root))
        || (begin.starts_with('{') && begin.contains("jsonfeed.org"));
    if is_feed {
        return vec![page.url.clone()];
    }
    let named = head::feeds(html, page.url).into_iter().take(4);
    named.chain(USUAL.iter().map(|path| page.at(path))).collect()
}

/// One document holds everything.
fn plan(url: &Url) -> Vec<Request> {
    let accept =
        "application/atom+xml, application/rss+xml, application/feed+json, application/xml, text/xml, application/json";
    vec![Request { role: FEED, url: url.clone(), accept }]
}

/// Reads the feed.
///
/// # Errors
/// [`Unreadable`] where it is no feed, not the vendor's, cut short, or empty without a sign.
fn read(body: &Body, source: &Source, open: &KnownOpen, now: Timestamp) -> Result<Snapshot, Unreadable> {
    let usual = FeedRules::default();
    let rules = source.feed.as_deref().unwrap_or(&usual);
    let mut snapshot = Snapshot::recognised("a feed, up to its end", Coverage::of_all(Covers::Delta));
    let (channel, mut is_whole) = document::read(body, &mut snapshot)?;
    signed(&channel.title, channel.items.is_empty(), rules)?;
    if rules.titled.is_some() {
        snapshot.sign = "a feed with the vendor's title, up to its end";
    }
    if let Some(what) = &channel.strange {
        snapshot.warn("channel", format!("{what} is not known"));
        is_whole = false;
    }
    if channel.items.len() > MOST_ITEMS {
        snapshot.warn("item", format!("there are {}; the first {MOST_ITEMS} are read", channel.items.len()));
        is_whole = false;
    }
    let (mut told, mut neither) = (Vec::new(), 0);
    for (index, item) in channel.items.iter().take(MOST_ITEMS).enumerate() {
        match item::read(item, rules, now, Place::of("item", index), &mut snapshot) {
            Read::Told(one) => told.push(*one),
            Read::Neither => neither += 1,
            Read::Lost => is_whole = false,
        }
    }
    if neither > 0 {
        snapshot.warn("item", format!("{neither} say that they are neither an incident nor a maintenance"));
    }
    let oldest = told.iter().filter_map(|told| told.at).min();
    let covers = match rules.lists {
        Lists::AllOpen if is_whole => Covers::AllOpen,
        Lists::AllOpen => Covers::Delta,
        Lists::Latest => oldest.map_or(Covers::Delta, |since| Covers::Window { since }),
    };
    snapshot.covers = Coverage { incidents: covers, maintenances: covers, components: Covers::Delta };
    snapshot.incidents = chain::incidents(told, rules, open);
    Ok(snapshot)
}

/// What a feed calls itself, where it is one.
#[must_use]
pub fn title(body: &Body) -> Option<String> {
    let mut unheard = Snapshot::recognised("", Coverage::of_all(Covers::Delta));
    let (channel, _) = document::read(body, &mut unheard).ok()?;
    Some(text::title(&channel.title)).filter(|title| !title.is_empty())
}

/// Whether it is the vendor's feed, as far as its title can prove it.
fn signed(title: &str, is_empty: bool, rules: &FeedRules) -> Result<(), Unreadable> {
    let title = text::title(title);
    match &rules.titled {
        Some(wanted) if !title.to_lowercase().contains(&wanted.to_lowercase()) => {
            Err(Unreadable::Unexpected(format!("a feed titled “{title}”, which does not hold “{wanted}”")))
        }
        None if is_empty => Err(Unreadable::Unexpected(format!(
            "a feed titled “{title}” without any item: write `titled` in [source.feed] if the vendor's is empty when all is well"
        ))),
        Some(_) | None => Ok(()),
    }
}

#[cfg(test)]
mod tests;
