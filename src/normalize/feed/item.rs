//! One item of a feed: what it says of an incident, by its words.

use jiff::Timestamp;
use url::Url;

use super::words::{self, Found};
use crate::model::feed::{FeedRules, ItemIs, Same};
use crate::model::impact::Impact;
use crate::model::phase::{Kind, Phase};
use crate::model::snapshot::{ComponentRef, Planned, SeenIncident, SeenUpdate, Snapshot};
use crate::model::stated::Stated;
use crate::model::text;
use crate::normalize::channel::Item;
use crate::normalize::field::Place;
use crate::normalize::keyed::{self, Keyed, UpdateKeys};
use crate::normalize::{dated, document, moment, region};

/// What one item says.
#[derive(Debug, Clone)]
pub struct Told {
    /// What it has in common with the other items of its incident.
    pub base: String,
    /// The newest time that it states.
    pub at: Option<Timestamp>,
    /// Whether a word for its phase was found in it.
    pub says_phase: bool,
    /// The incident as this item alone tells it. Its key is the common part.
    pub seen: SeenIncident,
}

/// What reading an item came to.
pub enum Read {
    Told(Box<Told>),
    /// It is neither an incident nor a maintenance.
    Neither,
    /// It cannot be known again.
    Lost,
}

/// Reads an item. What is missing from it is said in `into`.
pub fn read(item: &Item, rules: &FeedRules, now: Timestamp, at: Place<'_>, into: &mut Snapshot) -> Read {
    let title = text::title(&document::plain(&item.title));
    let mut labels: Vec<&str> = item.categories.iter().map(String::as_str).chain(item.status.as_deref()).collect();
    labels.extend(words::labels(&title));
    if words::is_neither(&labels, &rules.words) {
        return Read::Neither;
    }
    let Some(base) = base(item, &title, rules) else {
        into.warn(at.to_string(), "has nothing to know it by: no id and no link");
        return Read::Lost;
    };
    let published = time(item.published.as_ref(), at, "published", into);
    let updated = time(item.updated.as_ref(), at, "updated", into);
    let last = updated.clone().or_else(|| published.clone());
    let (updates, found) = said(item, &base, rules, last.as_ref(), now);
    let found = status(item, &title, &rules.words).or(found).or_else(|| of_whole(item, &title, rules));
    let kind = kind(item, &title, &labels, &updates, rules);
    let phase = found.as_ref().map(|found| words::of_kind(kind, found.phase));
    let phase = phase.unwrap_or(if kind == Kind::Incident { Phase::Investigating } else { Phase::Scheduled });
    let (vendor_impact, impact) = impact(kind, &title, &labels, &updates, rules);
    let started = updates.first().and_then(|update| update.at.clone()).or_else(|| published.clone());
    let newest = updates.last().and_then(|update| update.at.clone()).or(last);
    let seen = SeenIncident {
        key: base.clone(),
        kind,
        vendor_impact,
        impact,
        phase,
        components: components(item, rules),
        regions: regions(&title),
        planned: planned(item, kind, published.as_ref(), now),
        ended: if phase.is_end() { newest.clone() } else { None },
        link: link(item),
        vendor_phase: found.as_ref().map_or_else(String::new, |found| text::title(&found.word)),
        title,
        started,
        updates,
    };
    Read::Told(Box::new(Told { base, at: newest.and_then(|at| at.at), says_phase: found.is_some(), seen }))
}

fn time(raw: Option<&String>, at: Place<'_>, name: &str, into: &mut Snapshot) -> Option<Stated> {
    let stated = moment::stated(raw?);
    if stated.at.is_none() {
        into.warn(at.field(name), format!("is no time: {:?}", stated.raw));
    }
    Some(stated)
}

/// What the items of one incident have in common.
fn base(item: &Item, title: &str, rules: &FeedRules) -> Option<String> {
    let id = Some(item.id.as_str()).filter(|id| !id.is_empty());
    let whole = match rules.same {
        Same::Id => id.or(item.link.as_deref())?.to_owned(),
        Same::Link => item.link.clone()?,
        Same::Title => words::bare_title(title, &rules.words),
    };
    let common = rules.before.as_deref().and_then(|mark| whole.rsplit_once(mark)).map(|(common, _)| common);
    keyed::key(common.unwrap_or(&whole))
}

/// The word that an item states of itself, apart from its text.
fn status(item: &Item, title: &str, words: &crate::model::feed::FeedWords) -> Option<Found> {
    let of = |label: &String| words::label(label, words);
    item.status.as_ref().and_then(of).or_else(|| {
        // A title that is nothing but a phase is a label too.
        let is_bare = words::label(title, words).is_some();
        is_bare.then(|| words::label(title, words)).flatten()
    })
}

/// What was said, the oldest first, and the phase that it comes to: each paragraph is an update where the text has
/// dated ones, else the whole text is one.
fn said(
    item: &Item,
    base: &str,
    rules: &FeedRules,
    last: Option<&Stated>,
    now: Timestamp,
) -> (Vec<SeenUpdate>, Option<Found>) {
    let paragraphs = dated::paragraphs(&item.text, last.and_then(|stated| stated.at), now);
    if paragraphs.is_empty() {
        let own = if item.id.is_empty() { item.link.as_deref().unwrap_or(base) } else { &item.id };
        let key = if rules.item == ItemIs::Update { own } else { base };
        let text = document::plain(&item.text);
        let key = keyed::key(key).unwrap_or_default();
        return (vec![SeenUpdate { key, at: last.cloned(), vendor_phase: String::new(), text, author: None }], None);
    }
    // "Update" is no phase: the last word that is one counts.
    let found = paragraphs.iter().rev().find_map(|said| words::label(&said.word, &rules.words));
    let mut keys = UpdateKeys::default();
    let update = |said: dated::Said| SeenUpdate {
        key: keys.next(said.at.as_ref().map_or("", |at| at.raw.as_str())),
        at: said.at,
        vendor_phase: said.word,
        text: said.text,
        author: None,
    };
    (paragraphs.into_iter().map(update).collect(), found)
}

/// The phase by the title, the categories, or, last, by what the text says.
fn of_whole(item: &Item, title: &str, rules: &FeedRules) -> Option<Found> {
    let words = &rules.words;
    words::title(title, words)
        .or_else(|| item.categories.iter().find_map(|category| words::label(category, words)))
        .or_else(|| words::text(&document::plain(&item.text), words))
}

/// A maintenance says so in a label or at the beginning of its title, or was scheduled in so many words.
fn kind(item: &Item, title: &str, labels: &[&str], updates: &[SeenUpdate], rules: &FeedRules) -> Kind {
    let is_scheduled =
        |word: &str| words::label(word, &rules.words).is_some_and(|found| found.phase == Phase::Scheduled);
    let is_planned = words::is_maintenance(labels, title, &rules.words)
        || labels.iter().any(|label| is_scheduled(label))
        || updates.iter().any(|update| is_scheduled(&update.vendor_phase))
        || item.text.contains("THIS IS A SCHEDULED EVENT");
    if is_planned { Kind::Maintenance } else { Kind::Incident }
}

fn impact(kind: Kind, title: &str, labels: &[&str], updates: &[SeenUpdate], rules: &FeedRules) -> (String, Impact) {
    if kind == Kind::Maintenance {
        return (String::new(), Impact::Maintenance);
    }
    let newest = updates.last().map_or("", |update| update.text.as_str());
    words::impact(labels, &[title, newest], &rules.words).unwrap_or((String::new(), Impact::Unknown))
}

fn components(item: &Item, rules: &FeedRules) -> Vec<ComponentRef> {
    let mut components = Keyed::default();
    let names = item.categories.iter().filter(|_| rules.categories_are_components).map(|name| text::title(name));
    for name in names.filter(|name| !words::is_known(name, &rules.words)) {
        if let Some(key) = keyed::key(&name) {
            components.put(&key.clone(), ComponentRef { key, name, group: None, region: None });
        }
    }
    components.into_entries()
}

/// The regions of the large clouds that the title names.
fn regions(title: &str) -> Vec<String> {
    let mut regions = region::codes(title);
    regions.extend(region::azure_in(title));
    regions
}

fn planned(item: &Item, kind: Kind, published: Option<&Stated>, now: Timestamp) -> Option<Planned> {
    let around = published.and_then(|stated| stated.at).unwrap_or(now);
    (kind == Kind::Maintenance).then(|| dated::planned(&item.text, around)).flatten()
}

fn link(item: &Item) -> Option<String> {
    let link = item.link.as_deref().or(Some(item.id.as_str()))?;
    let url = Url::parse(link).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    (url.as_str().len() <= 2_000).then(|| url.into())
}
