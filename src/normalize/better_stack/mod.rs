//! Status pages of Better Stack (Better Uptime): `index.json`, in the shape of JSON:API.
//!
//! A page answers every address with 200 and the same HTML, so only `data.type` counts. Its state as a whole is never
//! used: one failing monitor of 28 turned it. Each resource's own status is told, so a monitor that flaps is seen as that
//! component; what is not monitored is unknown and never green. A report has no word for its phase: it is over when its
//! end has come or its state says `resolved`. The document lists reports of the last weeks, open and over.

mod report;
mod wire;

use std::collections::HashMap;

use jiff::Timestamp;

use super::field::{Field, List, Object, Place};
use super::keyed::Keyed;
use super::{About, Asked, Body, Reader, Reading, answered, document};
use crate::model::format::{Evidence, Format};
use crate::model::impact::Impact;
use crate::model::snapshot::{
    ComponentRef, Coverage, Covers, GoneAfter, SeenComponent, SeenUpdate, Snapshot, Unreadable,
};
use crate::model::text;

const INDEX: &str = "index";

const SECTION: &str = "status_page_section";
const RESOURCE: &str = "status_page_resource";
const REPORT: &str = "status_report";
const UPDATE: &str = "status_update";
const KINDS: [&str; 4] = [SECTION, RESOURCE, REPORT, UPDATE];

/// What a snapshot covers that is only there to take warnings that nobody needs.
const NOTHING: Coverage = Coverage::of_all(Covers::Delta);

/// What this format is.
const ABOUT: About = About {
    format: Format::BetterStack,
    evidence: Evidence::Documented,
    summary: "Better Stack's status pages, by {page}/index.json (https://betterstack.com/docs/uptime/status-pages/)",
    says: "incidents with their ends, maintenances with their plans, resources with sections and their own status; no phases, regions only in titles",
    roles: &[INDEX],
    gone_after: GoneAfter { looks: 5, minutes: 30 },
    perishable_keys: false,
};

/// How it is read.
pub const READER: Reader = Reader {
    about: ABOUT,
    plan: |asked: &Asked<'_>| vec![asked.request(INDEX, "/index.json", "application/json")],
    read: |asked, answers| Reading::Done(answered::first(answers).and_then(|body| read(body, asked.now))),
    find: |page| vec![page.at("/")],
};

/// Reads the document.
///
/// # Errors
/// [`Unreadable`] where it is cut short, not Better Stack's, or of a page without resources.
fn read(body: &Body, now: Timestamp) -> Result<Snapshot, Unreadable> {
    let text = document::text(body)?;
    let found: Field<Object<wire::Index<'_>>> = document::typed(&text, body)?;
    let Field::Is(Object(index)) = found else {
        return Err(Unreadable::Unexpected("Better Stack's index is an object; this is none".to_owned()));
    };
    let page = index.data.get().map(|Object(page)| page);
    let state = page.and_then(|page| page.attributes.get()?.0.aggregate_state.as_str());
    let is_page = page.and_then(|page| page.kind.as_str()) == Some("status_page");
    let (true, Some(_), Field::Is(List(list))) = (is_page, state, &index.included) else {
        let what =
            "Better Stack's index has data.type \"status_page\", an aggregate_state and included[]; this has not";
        return Err(Unreadable::Unexpected(what.to_owned()));
    };
    let mut snapshot = Snapshot::recognised(
        "data.type \"status_page\", aggregate_state and included[]",
        Coverage::of_all(Covers::AllOpen),
    );
    let rows = index.included.entries(None, "included", &mut snapshot);
    let mut gathered = Gathered { is_whole: list.len() == rows.len(), ..Gathered::default() };
    for (index, row) in &rows {
        let at = Place::of("included", *index);
        let kind = row.kind.need(at, "type", &mut snapshot).map(|kind| kind.0.as_ref());
        // What is of no kind that is known may be a report that is.
        gathered.is_whole &= kind.is_some_and(|kind| KINDS.contains(&kind));
        if let Some(kind) = kind.filter(|kind| !KINDS.contains(kind)) {
            snapshot.warn(at.field("type"), format!("is a word never seen: {:?}", text::title(kind)));
        }
    }
    gathered.sections(&rows);
    gathered.resources(&rows, &mut snapshot);
    gathered.updates(&rows, &mut snapshot);
    if gathered.all.is_empty() {
        let what = "a page of Better Stack without resources: its silence says nothing of any service";
        return Err(Unreadable::Unexpected(what.to_owned()));
    }
    gathered.reports(&rows, now, &mut snapshot);
    if !gathered.is_whole {
        // One of the lost may be one that is known, of whatever kind it was.
        snapshot.covers = NOTHING;
    }
    snapshot.components = gathered.all.into_entries();
    Ok(snapshot)
}

/// What stands in the document, by kind.
#[derive(Default)]
struct Gathered {
    sections: HashMap<String, String>,
    components: HashMap<String, ComponentRef>,
    all: Keyed<SeenComponent>,
    updates: HashMap<String, SeenUpdate>,
    of_report: HashMap<String, Vec<String>>,
    is_whole: bool,
}

type Rows<'d, 'a> = [(usize, &'d wire::Included<'a>)];

fn of<'r, 'd, 'a>(rows: &'r Rows<'d, 'a>, kind: &'r str) -> impl Iterator<Item = (usize, &'d wire::Included<'a>)> + 'r {
    rows.iter().filter(move |(_, row)| row.kind.as_str() == Some(kind)).copied()
}

impl Gathered {
    fn sections(&mut self, rows: &Rows<'_, '_>) {
        for (_, row) in of(rows, SECTION) {
            let name = row.attributes.get().and_then(|Object(attributes)| attributes.name.as_str());
            if let (Some(id), Some(name)) = (row.id.as_str(), name) {
                self.sections.insert(id.to_owned(), text::title(name));
            }
        }
    }

    fn resources(&mut self, rows: &Rows<'_, '_>, snapshot: &mut Snapshot) {
        for (index, row) in of(rows, RESOURCE) {
            let at = Place::of("included", index);
            let Some(seen) = self.resource(row, at, snapshot) else {
                self.is_whole = false;
                continue;
            };
            let key = seen.component.key.clone();
            self.components.insert(key.clone(), seen.component.clone());
            self.all.add(seen, at, snapshot);
        }
    }

    fn resource(&self, row: &wire::Included<'_>, at: Place<'_>, into: &mut Snapshot) -> Option<SeenComponent> {
        let key = row.id.key(at, "id", into)?;
        let Object(attributes) = row.attributes.need(at, "attributes", into)?;
        let name = attributes.public_name.need(at, "public_name", into);
        let name = name.map_or_else(|| key.clone(), |name| text::title(&name.0));
        let section = attributes.status_page_section_id.as_str();
        let group = section.and_then(|id| self.sections.get(id)).filter(|name| !name.is_empty()).cloned();
        let vendor_status = attributes.status.line(at, "status", into);
        let status = report::impact(&vendor_status).filter(|_| vendor_status != "resolved").unwrap_or_else(|| {
            at.never_seen("status", &vendor_status, into);
            Impact::Unknown
        });
        Some(SeenComponent { component: ComponentRef { key, name, group, region: None }, vendor_status, status })
    }

    fn updates(&mut self, rows: &Rows<'_, '_>, snapshot: &mut Snapshot) {
        for (index, row) in of(rows, UPDATE) {
            if let Some((report, update)) = report::update(row, Place::of("included", index), snapshot) {
                if let Some(report) = report {
                    self.of_report.entry(report).or_default().push(update.key.clone());
                }
                self.updates.insert(update.key.clone(), update);
            }
        }
    }

    fn reports(&mut self, rows: &Rows<'_, '_>, now: Timestamp, snapshot: &mut Snapshot) {
        let mut all = Keyed::default();
        let Self { components, of_report, updates, .. } = self;
        let reader = report::Reader { components, of_report, updates, now };
        let mut is_whole = true;
        for (index, row) in of(rows, REPORT) {
            let at = Place::of("included", index);
            let Some(one) = reader.report(row, at, snapshot) else {
                is_whole = false;
                continue;
            };
            all.add(one, at, snapshot);
        }
        self.is_whole &= is_whole;
        snapshot.incidents = all.into_entries();
    }
}

#[cfg(test)]
mod tests;
