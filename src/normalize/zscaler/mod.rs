//! Zscaler's Trust portal, a document for each of its clouds:
//! `https://trust.zscaler.com/api/cloud-status?cloud=zsn&requestType=core_cloud_services`. A customer lives on one of
//! them, and the document does not name it, so that the source does.
//!
//! It is recognised by its legend of severities beside its services. Each service has a `status` that was seen to stay
//! `true` while a service degradation was open on it; it is never read. What counts are the events that go on
//! (`category_status`), and what their severity is called in the legend: the numbers are rows of a database, and the legend
//! says too which of them are painted as trouble. Information is what is neither painted nor called trouble. A service
//! without any other event is well, as the portal shows it. The events of the last week stand beside them and bring the
//! ends in Zscaler's own word. "Under investigation" is told as an incident whose impact nobody knows, and so is a severity
//! whose name was never seen. Maintenances stand elsewhere. The portal's interface is not documented by Zscaler; bodies of
//! 2026-08 and the code of their reader are, read 2026-11.

mod event;
mod wire;

use std::collections::HashMap;

use url::Url;

use self::event::Event;
use super::field::{Field, List, Object, Place};
use super::keyed::{self, Keyed};
use super::listed::is_whole;
use super::{About, Body, Page, Reader, Reading, Request, answered, document};
use crate::model::format::{Evidence, Format};
use crate::model::impact::Impact;
use crate::model::snapshot::{
    ComponentRef, Coverage, Covers, GoneAfter, SeenComponent, SeenIncident, Snapshot, Unreadable,
};
use crate::model::text;

const CLOUD: &str = "cloud";

/// What this format is.
const ABOUT: About = About {
    format: Format::Zscaler,
    evidence: Evidence::Documented,
    summary: "A cloud of Zscaler's, https://trust.zscaler.com/api/cloud-status?cloud=…&requestType=core_cloud_services",
    says: "services with what goes on there, incidents with their ends and severity; one cloud a source, no maintenances",
    roles: &[CLOUD],
    gone_after: GoneAfter::USUAL,
    perishable_keys: false,
};

/// How it is read.
pub const READER: Reader = Reader {
    about: ABOUT,
    plan: |asked| vec![Request { role: CLOUD, url: asked.url.clone(), accept: "application/json" }],
    read: |asked, answers| Reading::Done(answered::first(answers).and_then(|body| read(body, asked.url))),
    find,
};

/// The clouds that most customers live on: the portal's page does not say which one somebody asks about.
fn find(page: &Page<'_>) -> Vec<Url> {
    if page.url.host_str() != Some("trust.zscaler.com") {
        return Vec::new();
    }
    let address =
        |cloud| format!("https://trust.zscaler.com/api/cloud-status?cloud={cloud}&requestType=core_cloud_services");
    ["zsn", "zs1", "zs2", "zs3", "zsc", "zpa", "zpatwo", "zdx"]
        .iter()
        .filter_map(|cloud| address(cloud).parse().ok())
        .collect()
}

/// Reads the document. `url` is where it stands, for the links in it.
///
/// # Errors
/// [`Unreadable`] where it is not Zscaler's.
fn read(body: &Body, url: &Url) -> Result<Snapshot, Unreadable> {
    let text = document::text(body)?;
    let found: Field<Object<wire::Document<'_>>> = document::typed(&text, body)?;
    let Field::Is(Object(wire::Document { data: Field::Is(Object(data)) })) = found else {
        return Err(Unreadable::Unexpected("the status of a cloud of Zscaler's has data; this has none".to_owned()));
    };
    let mut snapshot = Snapshot::recognised("a legend of severities and services", Coverage::of_all(Covers::Delta));
    let legend = legend(&data);
    let mut reading = Seen {
        legend: &legend,
        url,
        services: Keyed::default(),
        events: Keyed::default(),
        is_whole: is_whole(&data.category),
    };
    for (index, category) in data.category.entries(None, "category", &mut snapshot) {
        let at = Place::of("category", index);
        reading.is_whole &= is_whole(&category.services);
        for (index, service) in category.services.entries(Some(at), "subCategory", &mut snapshot) {
            reading.service(service, at.entry("subCategory", index), &mut snapshot);
        }
    }
    if legend.is_empty() || reading.services.is_empty() {
        return Err(Unreadable::Unexpected(
            "a cloud of Zscaler's has a legend named severity and services in its category; this has not".to_owned(),
        ));
    }
    if reading.is_whole {
        snapshot.covers.incidents = Covers::AllOpen;
        snapshot.covers.components = Covers::AllOpen;
    }
    snapshot.components = reading.services.into_entries();
    snapshot.incidents = reading.events.into_entries();
    Ok(snapshot)
}

/// What the numbers of severities mean. One that stands twice and means two things means nothing.
fn legend(data: &wire::Data<'_>) -> HashMap<String, Severity> {
    let rows = data.severity.get().map_or(&[][..], |list| &list.0).iter().filter_map(Field::get);
    let mut legend: HashMap<String, Severity> = HashMap::new();
    let mut ambiguous = Vec::new();
    for row in rows {
        let name = row.0.name.as_str().map(text::title).filter(|name| !name.is_empty());
        let (Some(name), Some(number)) = (name, row.0.tid.as_str().and_then(keyed::key)) else { continue };
        let severity = Severity { impact: impact(&name), is_hidden: row.0.visible.as_str() == Some("0"), name };
        if legend.get(&number).is_some_and(|known| *known != severity) {
            ambiguous.push(number.clone());
        }
        legend.insert(number, severity);
    }
    for number in ambiguous {
        legend.remove(&number);
    }
    legend
}

/// A severity, by its name.
#[derive(PartialEq)]
struct Severity {
    name: String,
    impact: Option<Impact>,
    /// Whether Zscaler's page does not paint it as trouble, and says so.
    is_hidden: bool,
}

impl Severity {
    /// Whether what has it is told at all. Not told is only what is both: not painted as trouble, and known by its name to
    /// be none. Either mark alone may be missing or be another's, and an outage must not be hidden by that.
    fn is_told(&self) -> bool {
        !self.is_hidden || !INFORMATION.contains(&self.name.to_lowercase().as_str())
    }

    /// Whether its name was seen before.
    fn is_known(&self) -> bool {
        let name = self.name.to_lowercase();
        self.impact.is_some() || name == INVESTIGATED || INFORMATION.contains(&name.as_str())
    }
}

/// The severities that are no trouble.
const INFORMATION: [&str; 2] = ["informational", "security advisory"];
/// The severity of what may be trouble.
const INVESTIGATED: &str = "under investigation";

/// The two severities that are trouble; another one is unknown.
fn impact(name: &str) -> Option<Impact> {
    match name.to_lowercase().as_str() {
        "service disruption" => Some(Impact::MajorOutage),
        "service degradation" => Some(Impact::Degraded),
        _ => None,
    }
}

/// What was read so far.
struct Seen<'a> {
    legend: &'a HashMap<String, Severity>,
    url: &'a Url,
    services: Keyed<SeenComponent>,
    /// One event may stand at several services.
    events: Keyed<SeenIncident>,
    is_whole: bool,
}

impl Seen<'_> {
    fn service(&mut self, row: &wire::Service<'_>, at: Place<'_>, into: &mut Snapshot) {
        let name = row.name.need(at, "name", into).map(|name| text::title(&name.0)).filter(|name| !name.is_empty());
        let key = row.tid.as_str().and_then(keyed::key).or_else(|| name.as_deref().and_then(keyed::key));
        let (Some(key), Some(name)) = (key, name) else {
            self.is_whole = false;
            return;
        };
        let component = ComponentRef { key, name, group: None, region: None };
        let unread = || (Impact::Unknown, "an event that cannot be read".to_owned());
        let is_read = matches!(row.active, Field::Absent) || is_whole(&row.active);
        let (mut status, mut vendor_status) =
            if is_read { (Impact::Operational, "no event".to_owned()) } else { unread() };
        // What goes on stands in both lists; it counts from wherever it is read.
        for (list, name) in [(&row.active, "category_status"), (&row.issues, "issues")] {
            for (index, event) in self.listed(list, name, at, into) {
                let is_over = name == "issues" && event.status.as_str().is_some_and(event::is_over);
                let read = self.event(event, &component, at.entry(name, index), into);
                match read {
                    _ if is_over => {}
                    Some(event) if event.is_told() && worse(event.impact, status) => {
                        (status, vendor_status) = (event.impact, event.severity);
                    }
                    // Something goes on, and nobody knows what.
                    None if status == Impact::Operational => (status, vendor_status) = unread(),
                    Some(_) | None => {}
                }
            }
        }
        self.services.put(&component.key.clone(), SeenComponent { component, vendor_status, status });
    }

    /// The good entries of a list that may be absent.
    fn listed<'b>(
        &mut self,
        list: &'b Field<List<wire::Event<'b>>>,
        name: &str,
        at: Place<'_>,
        into: &mut Snapshot,
    ) -> Vec<(usize, &'b wire::Event<'b>)> {
        self.is_whole &= matches!(list, Field::Absent) || is_whole(list);
        list.entries(Some(at), name, into)
    }

    /// Reads an event and keeps its incident; `None` where it has nothing to know it by.
    fn event(
        &mut self,
        row: &wire::Event<'_>,
        component: &ComponentRef,
        at: Place<'_>,
        into: &mut Snapshot,
    ) -> Option<Event> {
        let known = event::key(row).and_then(|key| self.events.get(&key));
        let Some((mut one, event)) = event::read(row, known, self.legend, self.url, at, into) else {
            self.is_whole = false;
            return None;
        };
        if !event.is_told() {
            return Some(event);
        }
        if let Some(known) = self.events.get(&one.key) {
            // What goes on counts, whichever service says it; and all services that say it are its own.
            let mut components = known.components.clone();
            if known.phase.is_end() <= one.phase.is_end() {
                one = known.clone();
            }
            components.retain(|named| named.key != component.key);
            one.components = components;
        }
        one.components.push(component.clone());
        self.events.put(&one.key.clone(), one);
        Some(event)
    }
}

/// Whether an impact counts before another one: unknown before well, trouble before unknown.
fn worse(impact: Impact, than: Impact) -> bool {
    match (impact.rung(), than.rung()) {
        (None, Some(rung)) => rung == 0,
        (Some(_), None) => true,
        (Some(rung), Some(known)) => rung > known,
        (None, None) => false,
    }
}

#[cfg(test)]
mod tests;
