//! Any page of JSON or HTML, read as `[source.map]` in the vendor's file says.
//!
//! A mapping is data: jq expressions or CSS selectors for the items and their fields, tables from the vendor's words to
//! ours, and a *sign* without which a document is unreadable, never quiet. What its silence covers it says itself. An
//! expression that fails on the document as a whole makes it unreadable; one that fails on an item costs that item, and
//! with it the proof of absence. Items that all lack a key, and components that are all gone, are a page that was rebuilt.
//!
//! Expressions are the user's own and trusted, but a look must end: what jq runs is counted, what HTML is parsed was
//! weighed before, lists and pages are capped.

mod cut;
mod entry;
mod finder;
mod jq;
mod pages;
mod program;
mod ready;
pub mod trace;
mod when;
mod words;
pub mod wrong;

use url::Url;

use self::entry::Listed;
use self::finder::{Finder, Item};
use self::jq::Budget;
use self::pages::{Document, Got, MOST_DETAILS, PAGE, Pages, unexpected};
use self::program::{MOST_ITEMS, Node};
use self::ready::{Components, Entries, Ready};
use self::trace::Trace;
use self::wrong::Wrong;
use super::keyed::Keyed;
use super::{About, Answer, Asked, Reader, Reading, Request};
use crate::model::format::{Evidence, Format};
use crate::model::mapping::{ComponentCovers, ListCovers};
use crate::model::phase::Kind;
use crate::model::snapshot::{Coverage, Covers, GoneAfter, SeenIncident, Snapshot, Unreadable};
use crate::model::text;
use crate::model::vendor::Source;

const SAYS: &str = "what its mapping says: incidents, maintenances, components, regions, ends";
const GONE_AFTER: GoneAfter = GoneAfter { looks: 5, minutes: 30 };

/// What a mapping of JSON is.
const JSON: About = About {
    format: Format::Json,
    evidence: Evidence::Guessed,
    summary: "Any JSON, by the jq expressions of [source.map] in the vendor's file (sources/README.md)",
    says: SAYS,
    roles: &[PAGE],
    gone_after: GONE_AFTER,
    perishable_keys: false,
};

/// What a mapping of HTML is.
const HTML: About = About {
    format: Format::Html,
    summary: "Any HTML page, by the CSS selectors of [source.map] in the vendor's file (sources/README.md)",
    ..JSON
};

/// How JSON is read.
pub const JSON_READER: Reader = reader(JSON);
/// How HTML is read.
pub const HTML_READER: Reader = reader(HTML);

const fn reader(about: About) -> Reader {
    Reader {
        about,
        plan: |asked| vec![pages::request(asked.url.clone(), asked.source.format)],
        read: |asked, answers| read(asked, answers, &mut Trace::default()),
        // Nothing but a person can say how such a page is read.
        find: |_| Vec::new(),
    }
}

/// All that is wrong with a source's mapping. It is compiled here, once for all looks.
#[must_use]
pub fn wrong(source: &Source) -> Vec<Wrong> {
    ready::of(source).and_then(|ready| ready.as_ref().as_ref().err().cloned()).unwrap_or_default()
}

/// Reads the pages of a look, and notes in `trace` what came from where.
#[must_use]
pub fn read(asked: &Asked<'_>, answers: &[Answer], trace: &mut Trace) -> Reading {
    let Some(ready) = ready::of(asked.source) else {
        let why = "nothing says how the page is read: [source.map] is missing in the vendor's file".to_owned();
        return Reading::Done(Err(Unreadable::NotAllowed(why)));
    };
    let Ok(ready) = ready.as_ref() else {
        let why = "its mapping has mistakes; `bellwether check` shows them".to_owned();
        return Reading::Done(Err(Unreadable::NotAllowed(why)));
    };
    let look = Look { asked, answers, ready, budget: Budget::new(asked.now) };
    match look.take(trace) {
        Ok(Taken::Need(requests)) => Reading::Need(requests),
        Ok(Taken::Seen(snapshot)) => Reading::Done(Ok(*snapshot)),
        Err(why) => {
            trace.step(|| format!("UNREADABLE: {why}"));
            Reading::Done(Err(why))
        }
    }
}

/// One look, while it is read.
struct Look<'l> {
    asked: &'l Asked<'l>,
    answers: &'l [Answer],
    ready: &'l Ready,
    budget: Budget,
}

enum Taken {
    Need(Vec<Request>),
    Seen(Box<Snapshot>),
}

/// The items of a block, with the page that each stands on and the address of its details.
struct Found<'d> {
    items: Vec<(Node<'d>, &'d Url)>,
    is_whole: bool,
}

impl Look<'_> {
    fn take(&self, trace: &mut Trace) -> Result<Taken, Unreadable> {
        let pages = match pages::of_list(self.asked, self.answers, self.ready, &self.budget, trace)? {
            Got::Pages(pages) => pages,
            Got::Need(request) => return Ok(Taken::Need(vec![request])),
        };
        let sign = "the sign that its mapping names";
        let mut snapshot = Snapshot::recognised(sign, Coverage::of_all(Covers::Delta));
        if let Some(lacks) = &pages.lacks {
            snapshot.warn("next", lacks.clone());
        }
        let mut found = Vec::new();
        for rules in &self.ready.entries {
            found.push((rules, self.items(&pages, rules, &mut snapshot, trace)?));
        }
        let details = match self.details(&pages, &found, &mut snapshot, trace) {
            Ok(details) => details,
            Err(requests) => return Ok(Taken::Need(requests)),
        };
        let listed = match &self.ready.components {
            Some(rules) => self.components(rules, &pages, &mut snapshot, trace)?,
            None => Listed::default(),
        };
        let mut all = Vec::new();
        let mut details = details.iter();
        for (rules, found) in found {
            let (seen, covers) = self.entries(rules, &found, &mut details, &listed, &mut snapshot, trace)?;
            match rules.kind {
                Kind::Incident => snapshot.covers.incidents = covers,
                Kind::Maintenance => snapshot.covers.maintenances = covers,
            }
            all.extend(seen);
        }
        if self.budget.is_out_of_visits() {
            return Err(Unreadable::Unexpected("there is more in it than any status page holds".to_owned()));
        }
        snapshot.incidents = each_once(all, &mut snapshot);
        snapshot.components = listed.into_entries();
        Ok(Taken::Seen(Box::new(snapshot)))
    }

    /// The items of a block on all pages.
    fn items<'d>(
        &self,
        pages: &'d Pages,
        rules: &Entries,
        into: &mut Snapshot,
        trace: &mut Trace,
    ) -> Result<Found<'d>, Unreadable> {
        let name = block(rules.kind);
        let mut items = Vec::new();
        for document in &pages.documents {
            let found = rules.items.items(&document.node(), &self.budget);
            let found = found.map_err(|why| unexpected(&format!("{name}.items"), &why))?;
            items.extend(found.into_iter().map(|node| (node, &document.url)));
        }
        trace.step(|| format!("{name}.items: {} found by {}", items.len(), short(rules.items.text())));
        if items.is_empty() {
            self.is_really_empty(pages, rules, trace)?;
            self.may_be_lost(rules, into, trace);
        }
        let is_whole = items.len() <= MOST_ITEMS && pages.lacks.is_none();
        items.truncate(MOST_ITEMS);
        Ok(Found { items, is_whole })
    }

    /// No item, and nothing that says so: perhaps the expression finds nothing any more. The latest entries of a page are
    /// there even when all is well, so without any the look says it.
    fn may_be_lost(&self, rules: &Entries, into: &mut Snapshot, trace: &mut Trace) {
        let (name, by) = (block(rules.kind), short(rules.items.text()));
        if rules.none.is_some() || self.ready.everything.is_some() {
            return;
        }
        match rules.covers {
            ListCovers::Window => into.warn(
                format!("{name}.items"),
                format!(
                    "nothing matches {by}, and a list of the latest is hardly ever empty; `none` can say that it is"
                ),
            ),
            ListCovers::AllOpen | ListCovers::Delta => {
                trace.doubt(|| format!("{name}.items: {by} finds nothing, which is right only if the page shows none"));
            }
        }
    }

    /// A page without any item must say so, where the mapping knows what it says.
    fn is_really_empty(&self, pages: &Pages, rules: &Entries, trace: &mut Trace) -> Result<(), Unreadable> {
        let (Some(none), name) = (&rules.none, block(rules.kind)) else { return Ok(()) };
        let mut holds = false;
        for document in &pages.documents {
            let is_there = none.holds(&document.node(), &self.budget);
            holds |= is_there.map_err(|why| unexpected(&format!("{name}.none"), &why))?;
        }
        trace.step(|| {
            format!("{name}.none: {} ({})", if holds { "there is none, it says" } else { "NOT THERE" }, none.text())
        });
        if holds {
            return Ok(());
        }
        let why = format!("no item matches {}, and what `none` names is not there either", rules.items.text());
        Err(unexpected(&format!("{name}.items"), &why))
    }

    /// The pages with details, one for each item of each block; what is to be asked for as an error.
    fn details(
        &self,
        pages: &Pages,
        found: &[(&Entries, Found<'_>)],
        into: &mut Snapshot,
        trace: &mut Trace,
    ) -> Result<Vec<Option<Document>>, Vec<Request>> {
        let mut links: Vec<Option<Url>> = Vec::new();
        for (rules, found) in found {
            let before = links.len();
            links.extend(found.items.iter().map(|(node, base)| self.detail_of(rules, node, base)));
            let is_none = links.iter().skip(before).all(Option::is_none);
            if let Some(details) = rules.details.as_ref().filter(|_| is_none && !found.items.is_empty()) {
                let (name, count) = (block(rules.kind), found.items.len());
                let by = short(details.text());
                trace.doubt(|| format!("{name}.details: {by} finds no address on this host in any of {count}"));
            }
        }
        let mut left = MOST_DETAILS;
        for link in links.iter_mut().filter(|link| link.is_some()) {
            if left == 0 {
                *link = None;
            }
            left = left.saturating_sub(1);
        }
        let wanted: Vec<Url> = links.iter().flatten().cloned().collect();
        let answers = self.answers.get(pages.answers..).unwrap_or_default();
        if answers.len() < wanted.len() {
            let missing = wanted.into_iter().skip(answers.len());
            return Err(missing.map(|url| pages::request(url, self.asked.source.format)).collect());
        }
        let mut answers = answers.iter();
        let mut read = |url: &Url| {
            trace.step(|| format!("details: {url}"));
            match pages::detail(answers.next()?, url, self.ready, self.asked.source.format) {
                Ok(document) => Some(document),
                Err(why) => {
                    into.warn("details", format!("{url} cannot be read: {why}"));
                    None
                }
            }
        };
        Ok(links.iter().map(|link| link.as_ref().and_then(&mut read)).collect())
    }

    /// The address of an item's page with details, on the same host.
    fn detail_of(&self, rules: &Entries, node: &Node<'_>, base: &Url) -> Option<Url> {
        let link = rules.details.as_ref()?.lines(node, &self.budget).ok()?.into_iter().next()?;
        base.join(&link).ok().filter(|link| link.host_str() == self.asked.url.host_str())
    }

    fn entries<'d>(
        &self,
        rules: &Entries,
        found: &Found<'_>,
        details: &mut impl Iterator<Item = &'d Option<Document>>,
        listed: &Listed,
        into: &mut Snapshot,
        trace: &mut Trace,
    ) -> Result<(Vec<SeenIncident>, Covers), Unreadable> {
        let name = block(rules.kind);
        let mut seen = Vec::new();
        let quiet = self.ready.everything.is_some();
        for (index, (node, base)) in found.items.iter().enumerate() {
            let mut nodes = vec![node.clone()];
            nodes.extend(details.next().and_then(Option::as_ref).map(Document::node));
            let item = Item { path: format!("{name}[{index}]"), nodes, base };
            let mut with = self.finder(into, trace);
            seen.extend(entry::entry(rules, &item, listed, quiet, &mut with));
        }
        let lost = found.items.len() - seen.len();
        if lost > 0 {
            let by = rules.key.as_ref().map_or("", |key| key.text());
            trace.step(|| format!("{name}.key: NOT FOUND in {lost} of {} by {by}", found.items.len()));
            if seen.is_empty() {
                let why = format!("not found in any of {} items", found.items.len());
                return Err(unexpected(&format!("{name}.key"), &why));
            }
        }
        if found.items.len() == MOST_ITEMS {
            into.warn(name, format!("there are more than {MOST_ITEMS}; the first of them are read"));
        }
        let oldest = seen.iter().filter_map(|one| one.started.as_ref()?.at).min();
        let covers = match rules.covers {
            ListCovers::AllOpen if found.is_whole && lost == 0 => Covers::AllOpen,
            ListCovers::Window => oldest.map_or(Covers::Delta, |since| Covers::Window { since }),
            ListCovers::AllOpen | ListCovers::Delta => Covers::Delta,
        };
        Ok((seen, covers))
    }

    fn finder<'f>(&'f self, into: &'f mut Snapshot, trace: &'f mut Trace) -> Finder<'f> {
        Finder { budget: &self.budget, when: &self.ready.when, now: self.asked.now, into, trace }
    }

    /// The components of all pages, each once. None at all is a page that was rebuilt, unless only what is unwell is
    /// listed.
    fn components(
        &self,
        rules: &Components,
        pages: &Pages,
        into: &mut Snapshot,
        trace: &mut Trace,
    ) -> Result<Listed, Unreadable> {
        let (mut listed, mut count, mut lost) = (Listed::default(), 0, 0);
        for document in &pages.documents {
            let items = rules.items.items(&document.node(), &self.budget);
            let items = items.map_err(|why| unexpected("components.items", &why))?;
            for node in items.into_iter().take(MOST_ITEMS) {
                let item = Item { path: format!("components[{count}]"), nodes: vec![node], base: &document.url };
                count += 1;
                let quiet = self.ready.everything.is_some();
                match entry::component(rules, &item, quiet, &mut self.finder(into, trace)) {
                    Some(one) => {
                        listed.add(one, &item.path, into);
                    }
                    None => lost += 1,
                }
            }
        }
        trace.step(|| format!("components.items: {count} found by {}", short(rules.items.text())));
        if listed.is_empty() && (count > 0 || rules.covers != ComponentCovers::AllUnwell) {
            let by = rules.items.text();
            let why =
                if count > 0 { format!("none of {count} items has a name") } else { format!("nothing matches {by}") };
            return Err(unexpected("components.items", &why));
        }
        let is_whole = lost == 0 && pages.lacks.is_none() && count <= MOST_ITEMS;
        into.covers.components = match rules.covers {
            ComponentCovers::All if is_whole => Covers::AllOpen,
            ComponentCovers::AllUnwell if is_whole => Covers::AllUnwell,
            ComponentCovers::All | ComponentCovers::AllUnwell | ComponentCovers::Delta => Covers::Delta,
        };
        Ok(listed)
    }
}

/// An expression on a line of a message.
fn short(expression: &str) -> String {
    text::line(expression, 100)
}

const fn block(kind: Kind) -> &'static str {
    match kind {
        Kind::Incident => "incidents",
        Kind::Maintenance => "maintenances",
    }
}

/// Each key once; the last one counts. An incident and a maintenance of one key are two things, of which one is lost: it
/// may be any, so that absence proves nothing.
fn each_once(all: Vec<SeenIncident>, into: &mut Snapshot) -> Vec<SeenIncident> {
    let mut once: Keyed<SeenIncident> = Keyed::default();
    for one in all {
        let (key, kind) = (one.key.clone(), one.kind);
        if once.get(&key).is_some_and(|known| known.kind != kind) {
            (into.covers.incidents, into.covers.maintenances) = (Covers::Delta, Covers::Delta);
        }
        if once.put(&key, one) {
            into.warn(block(kind), format!("two have the key {key}; the last one counts"));
        }
    }
    once.into_entries()
}

#[cfg(test)]
mod tests;
