//! One incident of Google's.

use url::Url;

use super::wire;
use crate::model::impact::Impact;
use crate::model::phase::{Kind, Phase};
use crate::model::snapshot::{ComponentRef, SeenIncident, SeenUpdate, Snapshot};
use crate::model::stated::Stated;
use crate::model::text;
use crate::normalize::document;
use crate::normalize::field::{Field, List, Place};
use crate::normalize::keyed::{self, Keyed, UpdateKeys};
use crate::normalize::region;

/// Reads an incident. It never fails: what is missing from it is said in `into`.
pub fn incident(
    row: &wire::Incident<'_>,
    key: String,
    url: Option<&Url>,
    at: Place<'_>,
    into: &mut Snapshot,
) -> SeenIncident {
    let description = row.external_desc.need(at, "external_desc", into).map_or("", |said| said.0.as_ref());
    let (vendor_impact, impact) = impact(row, at, into);
    let updates = updates(row, at, into);
    let vendor_phase = updates.last().map_or_else(String::new, |update| update.vendor_phase.clone());
    let ended = row.end.time(at, "end", into);
    SeenIncident {
        key,
        kind: Kind::Incident,
        title: title(description),
        vendor_impact,
        impact,
        phase: phase(ended.as_ref(), &vendor_phase),
        vendor_phase,
        components: products(row, at, into),
        regions: regions(row, description, at, into),
        started: row.begin.need(at, "begin", into).and_then(|_| row.begin.time(at, "begin", into)),
        ended: ended.filter(|ended| ended.at.is_some()),
        planned: None,
        updates,
        link: link(row, url),
    }
}

/// One line of the description. Workspace writes a whole text there, its paragraphs under headings (`**Title:**`, read
/// 2026-09); the first of them is the title.
fn title(description: &str) -> String {
    let plain = unescaped(description);
    let mut said: Vec<&str> = Vec::new();
    for line in plain.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (heading, rest) = heading(line);
        if heading.is_some() && !said.is_empty() {
            break;
        }
        said.extend(Some(rest).filter(|rest| !rest.is_empty()));
    }
    text::title(&said.join(" ").replace("**", ""))
}

/// The heading that a line begins with, and what follows it on the line.
fn heading(line: &str) -> (Option<&str>, &str) {
    let found = line.strip_prefix("**").and_then(|inside| inside.split_once("**"));
    let is_heading = |word: &&str| {
        let word = word.trim().trim_end_matches(':');
        ["title", "summary", "description"].iter().any(|known| word.eq_ignore_ascii_case(known))
    };
    match found.filter(|(word, _)| is_heading(word)) {
        Some((word, rest)) => (Some(word), rest.trim().trim_start_matches(':').trim_start()),
        None => (None, line),
    }
}

/// Over is what states an end that is a time. What else stands there (which was said) ends nothing.
fn phase(ended: Option<&Stated>, vendor_phase: &str) -> Phase {
    match (ended.and_then(|ended| ended.at), vendor_phase) {
        (Some(_), _) => Phase::Resolved,
        (None, "AVAILABLE") => Phase::Monitoring,
        (None, _) => Phase::Investigating,
    }
}

fn impact(row: &wire::Incident<'_>, at: Place<'_>, into: &mut Snapshot) -> (String, Impact) {
    let (name, word) = match row.severity.read(at, "severity", into) {
        Some(severity) => ("severity", Some(severity)),
        None => ("status_impact", row.status_impact.need(at, "status_impact", into)),
    };
    let Some(word) = word.map(|word| text::title(&word.0)) else { return (String::new(), Impact::Unknown) };
    let impact = match word.as_str() {
        "low" | "SERVICE_INFORMATION" => Impact::Degraded,
        "medium" | "SERVICE_DISRUPTION" => Impact::PartialOutage,
        "high" | "SERVICE_OUTAGE" => Impact::MajorOutage,
        _ => {
            at.never_seen(name, &word, into);
            Impact::Unknown
        }
    };
    (word, impact)
}

fn products(row: &wire::Incident<'_>, at: Place<'_>, into: &mut Snapshot) -> Vec<ComponentRef> {
    let mut products = Keyed::default();
    for (index, product) in row.affected_products.entries(Some(at), "affected_products", into) {
        let place = at.entry("affected_products", index);
        let Some(key) = product.id.key(place, "id", into) else { continue };
        let name = product.current_title.as_str().or_else(|| product.title.as_str()).unwrap_or(&key);
        products.put(&key, reference(&key, name));
    }
    if products.is_empty() && matches!(row.affected_products, Field::Absent) {
        return lone_service(row).into_iter().collect();
    }
    products.into_entries()
}

/// The service of an entry older than the list of products. `zall` stands for "multiple products".
fn lone_service(row: &wire::Incident<'_>) -> Option<ComponentRef> {
    let key = row.service_key.as_str().filter(|key| !matches!(*key, "" | "zall"))?;
    let key = &keyed::key(key)?;
    Some(reference(key, row.service_name.as_str().unwrap_or(key)))
}

fn reference(key: &str, name: &str) -> ComponentRef {
    ComponentRef { key: key.to_owned(), name: text::title(name), group: None, region: None }
}

/// The regions of the field, else of the newest update, else of the text: the fields are empty in two of three.
fn regions(row: &wire::Incident<'_>, description: &str, at: Place<'_>, into: &mut Snapshot) -> Vec<String> {
    let now = locations(&row.currently_affected_locations, at, "currently_affected_locations", into);
    if !now.is_empty() {
        return now;
    }
    let newest = row.updates.get().and_then(|updates| updates.0.first()).and_then(Field::get);
    let said = newest
        .map(|newest| locations(&newest.0.affected_locations, at.entry("updates", 0), "affected_locations", into));
    said.filter(|said| !said.is_empty()).unwrap_or_else(|| region::codes(description))
}

fn locations(field: &Field<List<wire::Location<'_>>>, at: Place<'_>, name: &str, into: &mut Snapshot) -> Vec<String> {
    let mut regions = Keyed::default();
    for (_, location) in field.entries(Some(at), name, into) {
        for word in [location.id.as_str(), location.title.as_str()].into_iter().flatten() {
            let word = text::title(word);
            regions.put(&word.clone(), word);
        }
    }
    regions.into_entries()
}

fn updates(row: &wire::Incident<'_>, at: Place<'_>, into: &mut Snapshot) -> Vec<SeenUpdate> {
    let mut rows: Vec<(Place<'_>, &wire::Update<'_>)> = row
        .updates
        .entries(Some(at), "updates", into)
        .into_iter()
        .map(|(index, update)| (at.entry("updates", index), update))
        .collect();
    if let (true, Some(newest)) = (rows.is_empty(), row.most_recent_update_before_2021.get()) {
        rows.push((at.entry("most-recent-update", 0), &newest.0));
    }
    // Google lists the newest first.
    let mut keys = UpdateKeys::default();
    let mut updates: Vec<SeenUpdate> =
        rows.iter().rev().map(|(place, update)| self::update(update, *place, &mut keys, into)).collect();
    if updates.iter().all(|update| update.at.as_ref().is_some_and(|at| at.at.is_some())) {
        updates.sort_by_key(|update| update.at.as_ref().and_then(|at| at.at));
    }
    updates
}

/// An update's key is the time when it was written, which stays while its text is edited.
fn update(row: &wire::Update<'_>, at: Place<'_>, keys: &mut UpdateKeys, into: &mut Snapshot) -> SeenUpdate {
    let written = row.created.time(at, "created", into);
    let when = row.when.time(at, "when", into).or_else(|| written.clone());
    let key = written.as_ref().or(when.as_ref()).map_or("", |time| time.raw.as_str());
    SeenUpdate {
        author: None,
        key: keys.next(key),
        vendor_phase: row.status.read(at, "status", into).map_or_else(String::new, |word| text::title(&word.0)),
        text: row.text.read(at, "text", into).map_or_else(String::new, |text| document::plain(&unescaped(&text.0))),
        at: when,
    }
}

/// Markdown without its backslashes: Google escapes `\#` and the like in what are plain sentences.
fn unescaped(markdown: &str) -> String {
    let mut text = String::with_capacity(markdown.len());
    let mut chars = markdown.chars().peekable();
    while let Some(c) = chars.next() {
        if c == '\\' && chars.peek().is_some_and(char::is_ascii_punctuation) {
            text.extend(chars.next());
        } else {
            text.push(c);
        }
    }
    text
}

fn link(row: &wire::Incident<'_>, url: Option<&Url>) -> Option<String> {
    let link = url?.join(row.uri.as_str()?).ok()?;
    matches!(link.scheme(), "http" | "https").then(|| link.into())
}
