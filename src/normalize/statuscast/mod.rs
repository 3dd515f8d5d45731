//! A page of StatusCast: HTML in which each component stands with its status as a class of its own.
//!
//! The page is recognised when it reaches `</html>` and holds at least one element `status-list-component-status-text`
//! with a class `component-…`. Both stand there on the quietest day; a page that a browser has yet to fill has neither,
//! and is unreadable. The page is never parsed as a whole: nested HTML takes a parser the square of its depth. The class
//! and its words are taken from the code of two readers (`inket/stts`, of 2021 to 2026, which looks at nothing else of
//! the page). What was not seen is a page: where the component's name stands is a guess, the last line before its
//! status, which is why the whole format counts as guessed. Incidents are not read. Read 2026-11.

use scraper::{Html, Selector};
use url::Url;

use super::keyed::{self, Keyed};
use super::{About, Body, Page, Reader, Reading, Request, answered, document};
use crate::model::format::{Evidence, Format};
use crate::model::impact::Impact;
use crate::model::snapshot::{ComponentRef, Coverage, Covers, GoneAfter, SeenComponent, Snapshot, Unreadable};
use crate::model::text;

const PAGE: &str = "page";
/// The class that every status bears.
const MARK: &str = "status-list-component-status-text";
/// What the class of a status begins with.
const CLASS: &str = "component-";

/// More components than any page has.
const MOST: usize = 500;
/// How far before its status a component's name may stand.
const REACH: usize = 2_000;
/// What the classes of a list of components begin with.
const OWN: &str = "status-list-component";
/// Longer than the element of any status.
const LONGEST: usize = 1_000;

/// What this format is.
const ABOUT: About = About {
    format: Format::StatusCast,
    evidence: Evidence::Guessed,
    summary: "A page of StatusCast, HTML (github.com/inket/stts, StatusCastService.swift)",
    says: "components with their status; no incidents, no maintenances, no regions",
    roles: &[PAGE],
    gone_after: GoneAfter { looks: 5, minutes: 30 },
    perishable_keys: false,
};

/// How it is read.
pub const READER: Reader = Reader {
    about: ABOUT,
    plan: |asked| vec![Request { role: PAGE, url: asked.url.clone(), accept: "text/html" }],
    read: |_, answers| Reading::Done(answered::first(answers).and_then(read)),
    find,
};

fn find(page: &Page<'_>) -> Vec<Url> {
    let is_marked = page.html.is_some_and(|html| html.contains(MARK));
    if is_marked { vec![page.url.clone()] } else { Vec::new() }
}

/// Reads the page.
///
/// # Errors
/// [`Unreadable`] where it is cut short, or is no page of StatusCast.
fn read(body: &Body) -> Result<Snapshot, Unreadable> {
    let html = document::page(body, "StatusCast")?;
    let covers = Coverage { incidents: Covers::Delta, maintenances: Covers::Delta, components: Covers::AllOpen };
    let mut snapshot = Snapshot::recognised("components with their status as a class, up to </html>", covers);
    let mut seen = Keyed::default();
    let mut before = 0;
    let (elements, is_all) = elements(&html);
    if !is_all {
        snapshot.warn(MARK, format!("stands there more than {MOST} times; the others are left"));
        snapshot.covers.components = Covers::Delta;
    }
    for (index, element) in elements.into_iter().enumerate() {
        let at = format!("component[{index}]");
        let reach = html.floor_char_boundary(element.from.saturating_sub(REACH)).max(before);
        before = element.until;
        let name = html.get(reach..element.from).filter(|between| !is_torn(between)).and_then(name);
        let Some(component) = name.and_then(|name| reference(name, &seen)) else {
            snapshot.warn(at, "has no name before it");
            snapshot.covers.components = Covers::Delta;
            continue;
        };
        let status = word(&element.class).unwrap_or_else(|| {
            snapshot.warn(at, format!("has a class never seen: {:?}", element.class));
            Impact::Unknown
        });
        seen.put(&component.key.clone(), SeenComponent { component, vendor_status: element.class, status });
    }
    if seen.is_empty() {
        return Err(Unreadable::Unexpected("a page without any component of StatusCast's".to_owned()));
    }
    snapshot.components = seen.into_entries();
    Ok(snapshot)
}

/// The element of a status.
struct Element {
    from: usize,
    until: usize,
    /// What its class says: `available`.
    class: String,
}

/// The elements of all statuses, and whether there are no more. Scripts and styles name the class too, outside of tags.
fn elements(html: &str) -> (Vec<Element>, bool) {
    let mut elements = Vec::new();
    for (at, _) in html.match_indices(MARK) {
        if elements.len() == MOST {
            return (elements, false);
        }
        elements.extend(element(html, at));
    }
    (elements, true)
}

fn element(html: &str, at: usize) -> Option<Element> {
    let near = html.floor_char_boundary(at.saturating_sub(LONGEST));
    let from = near + html.get(near..at)?.rfind('<')?;
    let tag = html.get(from + 1..at)?;
    if tag.contains('>') || !tag.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    let far = html.floor_char_boundary(at.saturating_add(LONGEST).min(html.len()));
    let until = at + html.get(at..far)?.find("</")?;
    let fragment = Html::parse_fragment(html.get(from..until)?);
    let marked = Selector::parse(&format!(".{MARK}")).ok()?;
    let found = fragment.select(&marked).next();
    let class = found.and_then(|found| found.value().classes().find_map(|class| class.strip_prefix(CLASS)));
    // One without a class, or whose tag is broken, is a status all the same: not known, and not its neighbour's.
    Some(Element { from, until, class: class.map(text::title).unwrap_or_default() })
}

/// Whether a tag of StatusCast's is torn: its quotes are not closed where it ends, or where another begins. The status of
/// that name may have stood in it, and what comes next may be another's.
fn is_torn(between: &str) -> bool {
    let tags = between.split('<').skip(1).map(|tag| tag.split_once('>').map_or(tag, |(tag, _)| tag));
    let mut own = tags.filter(|tag| tag.contains(OWN));
    own.any(|tag| tag.matches('"').count() % 2 == 1)
}

/// The last line of what stands before a status.
fn name(before: &str) -> Option<String> {
    // It may begin inside of a tag that ends there.
    let whole = before.split_once('>').filter(|(head, _)| !head.contains('<')).map_or(before, |(_, rest)| rest);
    let plain = document::plain(whole);
    let line = plain.lines().rev().map(str::trim).find(|line| !line.is_empty())?;
    let name = text::title(line.trim_matches(|c: char| c.is_whitespace() || "|•·:-–—*".contains(c)));
    (!name.is_empty()).then_some(name)
}

/// A component by its name; the second of one name is another one (one for each region, say).
fn reference(name: String, seen: &Keyed<SeenComponent>) -> Option<ComponentRef> {
    let first = keyed::key(&name)?;
    let mut key = first.clone();
    let mut count = 1;
    while seen.get(&key).is_some() {
        count += 1;
        key = format!("{first}#{count}");
    }
    Some(ComponentRef { key, name, group: None, region: None })
}

/// StatusCast's classes. Those that are phases say that something is wrong, and not how much.
fn word(class: &str) -> Option<Impact> {
    Some(match class {
        "available" => Impact::Operational,
        "maintenance" => Impact::Maintenance,
        "degraded" | "performance" | "informational" => Impact::Degraded,
        "unavailable" => Impact::MajorOutage,
        "investigating" | "identified" | "monitored" => Impact::Unknown,
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
