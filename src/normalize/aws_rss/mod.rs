//! AWS's feeds, `rss/all.rss` of everything and one for each service in each region: each item is an update, and names the
//! service by its key, not the incident.
//!
//! The items of a service are one incident until one says that the service operates normally, and after a day of silence
//! if the title is another one then. (Silence alone parts nothing: two recorded incidents of 2026 paused for 58 days and
//! are one event each on the dashboard.) The feed holds the last fifty updates, of which one incident may take twenty, so
//! it is only a window: what is missing was pushed out, and an incident is over when AWS says so.

mod chain;
mod item;

use std::collections::BTreeMap;

use self::item::Told;
use super::field::Place;
use super::{About, Asked, Body, Reader, Reading, Request, answered, channel, document};
use crate::model::format::{Evidence, Format};
use crate::model::snapshot::{Coverage, Covers, GoneAfter, Snapshot, Unreadable};
use crate::model::text;

const UPDATES: &str = "updates";
/// As many updates as a feed holds.
const FULL: usize = 50;

/// What this format is.
const ABOUT: About = About {
    format: Format::AwsRss,
    evidence: Evidence::Recorded,
    summary: "AWS's feeds, https://status.aws.amazon.com/rss/all.rss and one for each service and region (not documented by AWS any more)",
    says: "incidents with their ends and impact, service and region; a window of fifty updates, so silence proves nothing; no maintenances",
    roles: &[UPDATES],
    gone_after: GoneAfter::USUAL,
    perishable_keys: false,
};

/// How it is read.
pub const READER: Reader = Reader {
    about: ABOUT,
    plan: |asked| {
        vec![Request {
            role: UPDATES,
            url: asked.url.clone(),
            accept: "application/rss+xml, application/xml, text/xml",
        }]
    },
    read: |asked, answers| Reading::Done(answered::first(answers).and_then(|body| read(body, asked))),
    // The feed of one service is a page of its own: AWS's dashboard is better read by its list.
    find: |page| {
        let is_feed = page.url.host_str() == Some("status.aws.amazon.com") && page.url.path().starts_with("/rss/");
        if is_feed { vec![page.url.clone()] } else { Vec::new() }
    },
};

/// Reads the feed.
///
/// # Errors
/// [`Unreadable`] where it is no feed, cut short, or not one of AWS's.
fn read(body: &Body, asked: &Asked<'_>) -> Result<Snapshot, Unreadable> {
    let text = document::text(body)?;
    let channel = channel::read(channel::recognised(&text, body)?)?;
    if !is_signed(&channel) {
        let what = "a feed of AWS's is RSS by the “AWS Service Health Dashboard RSS Generator” and titled “… Service Status”; this is not";
        return Err(Unreadable::Unexpected(what.to_owned()));
    }
    let sign = "RSS by AWS's own generator, up to its end";
    let covers = Coverage { incidents: Covers::Delta, maintenances: Covers::Delta, components: Covers::Delta };
    let mut snapshot = Snapshot::recognised(sign, covers);
    if let Some(what) = &channel.strange {
        snapshot.warn("channel", format!("{what} is not known"));
    }
    let service = service_of(&channel.title);
    let mut by_key: BTreeMap<String, Vec<Told>> = BTreeMap::new();
    for (index, item) in channel.items.iter().enumerate() {
        if let Some(told) = item::read(item, service.as_deref(), Place::of("item", index), &mut snapshot) {
            by_key.entry(told.service.clone()).or_default().push(told);
        }
    }
    let oldest = by_key.values().flatten().filter_map(|told| told.at.at).min();
    snapshot.covers.incidents = oldest.map_or(Covers::Delta, |since| Covers::Window { since });
    // Of a feed that is not full nothing was pushed out.
    let cut_at = oldest.filter(|_| channel.items.len() >= FULL);
    for (service, items) in by_key {
        snapshot.incidents.extend(chain::incidents(&service, items, cut_at, asked.open));
    }
    Ok(snapshot)
}

fn is_signed(channel: &channel::Channel) -> bool {
    channel.generator.as_deref().is_some_and(|by| by.contains("AWS Service Health Dashboard"))
        && text::title(&channel.title).ends_with("Service Status")
}

/// The service that a feed is of, as its title names it: "Amazon Connect (N. Virginia) Service Status". The feed of
/// everything is titled by AWS's own name.
fn service_of(title: &str) -> Option<String> {
    let title = text::title(title);
    let name = title.strip_suffix("Service Status")?.trim();
    let name = name.split(" (").next().unwrap_or(name);
    (!name.is_empty() && name != "Amazon Web Services").then(|| name.to_owned())
}

#[cfg(test)]
mod tests;
