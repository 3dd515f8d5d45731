//! Azure's public status feed: an RSS channel that is empty when all is well.
//!
//! It has no severity, no phase and no end: what is over vanishes, or says so in its title. One of its instances
//! served an empty channel for hours in the middle of the outage of 2026-07-23, so absence counts only after two hours.

use jiff::Timestamp;
use url::Url;

use super::channel::{self, Channel, Item};
use super::field::Place;
use super::keyed::{self, Keyed};
use super::{About, Body, Reader, Reading, Request, answered, document, moment, region};
use crate::model::format::{Evidence, Format};
use crate::model::impact::Impact;
use crate::model::phase::{Kind, Phase};
use crate::model::snapshot::{
    ComponentRef, Coverage, Covers, GoneAfter, SeenIncident, SeenUpdate, Snapshot, Unreadable,
};
use crate::model::text;

const FEED: &str = "feed";

/// The links in the feed name hosts of Microsoft's own that are not for readers.
const PAGE: &str = "https://azure.status.microsoft/en-us/status";

/// What this format is.
const ABOUT: About = About {
    format: Format::AzureRss,
    evidence: Evidence::Recorded,
    summary: "Azure's public status feed, https://rssfeed.azure.status.microsoft/en-us/status/feed/ (RSS 2.0)",
    says: "wide incidents with their services and regions; no impact, hardly an end, no maintenances",
    roles: &[FEED],
    gone_after: GoneAfter { looks: 3, minutes: 120 },
    perishable_keys: true,
};

/// How it is read.
pub const READER: Reader = Reader {
    about: ABOUT,
    plan: |asked| plan(asked.url),
    read: |_, answers| Reading::Done(answered::first(answers).and_then(read)),
    find: |page| {
        let hosts = ["azure.status.microsoft", "status.azure.com", "rssfeed.azure.status.microsoft"];
        page.only_at(&hosts, &["https://rssfeed.azure.status.microsoft/en-us/status/feed/"])
    },
};

/// One document holds everything.
fn plan(url: &Url) -> Vec<Request> {
    vec![Request { role: FEED, url: url.clone(), accept: "application/rss+xml, application/xml, text/xml" }]
}

/// Reads the feed.
///
/// # Errors
/// [`Unreadable`] where it is not Azure's channel, or does not reach its end.
fn read(body: &Body) -> Result<Snapshot, Unreadable> {
    let text = document::text(body)?;
    let channel = channel::read(channel::recognised(&text, body)?)?;
    if channel.root != "rss" {
        return Err(Unreadable::Unexpected(format!("an XML document of <{}>, not of <rss>", channel.root)));
    }
    if !channel.title.trim().eq_ignore_ascii_case("Azure Status") {
        let title = text::line(&channel.title, 60);
        return Err(Unreadable::Unexpected(format!("a feed titled “{title}”, not “Azure Status”")));
    }
    let covers = Coverage { incidents: Covers::AllOpen, maintenances: Covers::Delta, components: Covers::Delta };
    let mut snapshot = Snapshot::recognised("an RSS channel titled “Azure Status”, up to its end", covers);
    snapshot.refreshed = refreshed(&channel, &mut snapshot);
    if let Some(what) = &channel.strange {
        snapshot.warn("channel", format!("{what} is not known"));
        snapshot.covers.incidents = Covers::Delta;
    }
    let mut seen = Keyed::default();
    for (index, item) in channel.items.iter().enumerate() {
        let at = Place::of("item", index);
        let Some(key) = keyed::key(&item.id) else {
            snapshot.warn(at.field("guid"), "is missing");
            // It may be one that is known, so nothing's absence proves anything.
            snapshot.covers.incidents = Covers::Delta;
            continue;
        };
        let one = incident(item, key, at, &mut snapshot);
        seen.add(one, at, &mut snapshot);
    }
    snapshot.incidents = seen.into_entries();
    Ok(snapshot)
}

/// `lastBuildDate` is the clock of the instance that answers: it was the time of the request in all that was
/// recorded, in an empty channel too. An instance that stands still shows by it.
fn refreshed(channel: &Channel, into: &mut Snapshot) -> Option<Timestamp> {
    let raw = channel.built.as_ref()?;
    let stated = moment::stated(raw);
    if stated.at.is_none() {
        into.warn("lastBuildDate", format!("is no time: {:?}", stated.raw));
    }
    stated.at
}

fn incident(item: &Item, key: String, at: Place<'_>, into: &mut Snapshot) -> SeenIncident {
    let title = text::title(&item.title);
    let vendor_phase = end_in(&title).map_or_else(String::new, str::to_owned);
    let started = item.published.as_deref().map(moment::stated);
    match &started {
        None => into.warn(at.field("pubDate"), "is missing"),
        Some(stated) if stated.at.is_none() => {
            into.warn(at.field("pubDate"), format!("is no time: {:?}", stated.raw));
        }
        Some(_) => {}
    }
    let text = document::plain(&item.text);
    SeenIncident {
        kind: Kind::Incident,
        vendor_impact: String::new(),
        impact: impact_in(&title),
        phase: if vendor_phase.is_empty() { Phase::Investigating } else { Phase::Resolved },
        components: services(item),
        regions: regions(item, &title, &text),
        ended: None,
        planned: None,
        // The feed holds one text for each incident and edits it in place, its date unchanged.
        updates: vec![SeenUpdate {
            key: key.clone(),
            at: started.clone(),
            vendor_phase: vendor_phase.clone(),
            text,
            author: None,
        }],
        started,
        vendor_phase,
        title,
        link: Some(PAGE.to_owned()),
        key,
    }
}

/// Categories that say "everywhere".
fn is_everywhere(category: &str) -> bool {
    ["global", "non-regional", "worldwide"].iter().any(|word| category.trim().eq_ignore_ascii_case(word))
}

/// The categories that are no regions: the services.
fn services(item: &Item) -> Vec<ComponentRef> {
    let mut services = Keyed::default();
    for category in &item.categories {
        let name = text::title(category);
        if !name.is_empty() && !is_everywhere(&name) && region::azure(&name).is_none() {
            let service = ComponentRef { key: name.clone(), name: name.clone(), group: None, region: None };
            services.put(&name, service);
        }
    }
    services.into_entries()
}

/// The regions among the categories and in the title; failing both, those in the text. What is everywhere is named
/// as no region at all, so that it counts for all of them.
fn regions(item: &Item, title: &str, text: &str) -> Vec<String> {
    if item.categories.iter().any(|category| is_everywhere(category)) {
        return Vec::new();
    }
    let categories = item.categories.iter().filter_map(|category| region::azure(category)).map(str::to_owned);
    let mut regions = Keyed::default();
    for region in categories.chain(region::azure_in(title)) {
        regions.put(&region.clone(), region);
    }
    if regions.is_empty() { region::azure_in(text) } else { regions.into_entries() }
}

/// The impact, where the title says it in so many words.
fn impact_in(title: &str) -> Impact {
    let title = title.to_lowercase();
    if title.contains("major outage") {
        Impact::MajorOutage
    } else if title.contains("partial outage") {
        Impact::PartialOutage
    } else if title.contains("degraded") || title.contains("degradation") {
        Impact::Degraded
    } else {
        Impact::Unknown
    }
}

/// The word for an end, where the title begins with it ("Resolved: …", "[Mitigated] …") or closes with it without
/// taking it back. "Not yet resolved" and "being mitigated" are no ends: a false end is worse than a late one.
fn end_in(title: &str) -> Option<&'static str> {
    let lower = title.to_lowercase();
    let words: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let takes_back = |word: &&str| {
        matches!(*word, "not" | "no" | "yet" | "partially" | "partly" | "being" | "be" | "until" | "longer" | "un")
    };
    ["resolved", "mitigated"].into_iter().find(|end| {
        let begins = lower.trim_start_matches(|c: char| !c.is_alphanumeric()).strip_prefix(end).is_some_and(|rest| {
            rest.trim_start().is_empty() || rest.trim_start().starts_with([':', ']', ')', '-', '–', '—', '|'])
        });
        let closes = words.last() == Some(end) && !words.iter().any(takes_back);
        begins || closes
    })
}

#[cfg(test)]
mod tests;
