//! `components.json`: each service of each region with its status, and the open incidents that it names.

use std::collections::BTreeMap;

use super::wire;
use crate::model::impact::Impact;
use crate::model::snapshot::{ComponentRef, SeenComponent, Snapshot, Unreadable};
use crate::model::text;
use crate::normalize::field::{Field, List, Object, Place};
use crate::normalize::keyed::{self, Keyed};
use crate::normalize::{Body, document};

/// What the document says.
#[derive(Debug, Default)]
pub struct Report {
    pub components: Vec<SeenComponent>,
    /// The regions: name and canonical name.
    pub regions: Vec<(String, String)>,
    /// The open incidents by id.
    pub open: BTreeMap<String, Open>,
    /// Whether nothing of it was lost, so that what it does not list is not open.
    pub is_whole: bool,
}

/// An open incident, as the services name it.
#[derive(Debug, Default)]
pub struct Open {
    pub severity: String,
    pub impact: Option<Impact>,
    pub components: Vec<ComponentRef>,
    /// Names of regions, each beside its canonical name.
    pub regions: Vec<String>,
}

/// Reads the document; what is broken in it is said in `into`.
///
/// # Errors
/// [`Unreadable`] where it is not Oracle's.
pub fn read(body: &Body, into: &mut Snapshot) -> Result<Report, Unreadable> {
    let text = document::text(body)?;
    let found: Field<Object<wire::Components<'_>>> = document::typed(&text, body)?;
    let Field::Is(Object(document)) = found else {
        return Err(Unreadable::Unexpected("Oracle's components are an object; this is none".to_owned()));
    };
    let is_there = matches!(&document.regions, Field::Is(List(list)) if !list.is_empty());
    if document.realm.as_str().is_none() || !is_there {
        let what = "Oracle's components have a realm and regionHealthReports[]; this has not, or none";
        return Err(Unreadable::Unexpected(what.to_owned()));
    }
    let mut reading = Reading { report: Report { is_whole: true, ..Report::default() }, ..Reading::default() };
    let rows = document.regions.entries(None, "regionHealthReports", into);
    reading.report.is_whole = matches!(&document.regions, Field::Is(List(list)) if list.len() == rows.len());
    for (index, region) in rows {
        reading.region(region, Place::of("regionHealthReports", index), into);
    }
    if reading.all.is_empty() {
        return Err(Unreadable::Unexpected("Oracle's components name no service of any region".to_owned()));
    }
    reading.report.is_whole &= reading.is_told_of_each();
    reading.report.components = reading.all.into_entries();
    Ok(reading.report)
}

#[derive(Default)]
struct Reading {
    report: Report,
    all: Keyed<SeenComponent>,
    /// Whether any service has a list of incidents, be it empty.
    any_lists: bool,
    /// Whether any has none, and whether one of those is not well.
    any_silent: bool,
    any_silent_unwell: bool,
}

impl Reading {
    /// Whether each service says which incidents it has. A document may leave out what is empty, but then it does so
    /// everywhere, and not at a service that is not well.
    const fn is_told_of_each(&self) -> bool {
        !self.any_silent || (!self.any_lists && !self.any_silent_unwell)
    }

    fn region(&mut self, region: &wire::Region<'_>, at: Place<'_>, into: &mut Snapshot) {
        let canonical = region.canonical.key(at, "regionCanonicalName", into);
        let Some(canonical) = canonical else {
            self.report.is_whole = false;
            return;
        };
        let name =
            region.name.need(at, "regionName", into).map_or_else(|| canonical.clone(), |name| text::title(&name.0));
        let rows = region.services.entries(Some(at), "serviceHealthReports", into);
        self.report.is_whole &= matches!(&region.services, Field::Is(List(list)) if list.len() == rows.len());
        for (index, service) in rows {
            self.service(service, (&canonical, &name), at.entry("serviceHealthReports", index), into);
        }
        self.report.regions.push((name, canonical));
    }

    fn service(&mut self, row: &wire::Service<'_>, region: (&str, &str), at: Place<'_>, into: &mut Snapshot) {
        let name = row.name.read(at, "serviceName", into).map(|name| text::title(&name.0));
        let canonical = row.canonical.as_str().and_then(keyed::key).or_else(|| name.as_deref().and_then(keyed::key));
        let Some(canonical) = canonical else {
            into.warn(at.field("serviceCanonicalName"), "is missing");
            self.report.is_whole = false;
            return;
        };
        let vendor_status = row.status.line(at, "serviceStatus", into);
        let component = ComponentRef {
            key: format!("{}/{canonical}", region.0),
            name: name.unwrap_or(canonical),
            group: row.category.as_str().map(text::title),
            region: Some(region.0.to_owned()),
        };
        let status = word(&vendor_status).unwrap_or_else(|| {
            at.never_seen("serviceStatus", &vendor_status, into);
            Impact::Unknown
        });
        let rows = row.incidents.entries(Some(at), "incidents", into);
        match &row.incidents {
            Field::Is(List(list)) => {
                self.any_lists = true;
                self.report.is_whole &= list.len() == rows.len();
            }
            Field::Absent => {
                self.any_silent = true;
                self.any_silent_unwell |= status != Impact::Operational;
            }
            Field::Odd(_) => self.report.is_whole = false,
        }
        for (index, incident) in rows {
            self.incident(incident, &component, region, at.entry("incidents", index), into);
        }
        self.all.add(SeenComponent { component, vendor_status, status }, at, into);
    }

    /// An incident that a service names. The worst severity of all counts.
    fn incident(
        &mut self,
        row: &wire::Incident<'_>,
        component: &ComponentRef,
        region: (&str, &str),
        at: Place<'_>,
        into: &mut Snapshot,
    ) {
        let Some(id) = row.id.key(at, "incidentId", into) else {
            self.report.is_whole = false;
            return;
        };
        let severity = row.severity.read(at, "severity", into).map_or_else(String::new, |word| text::title(&word.0));
        let impact = word(&severity);
        if impact.is_none() && !severity.is_empty() {
            at.never_seen("severity", &severity, into);
        }
        let open = self.report.open.entry(id).or_default();
        let rung = |impact: Option<Impact>| impact.and_then(Impact::rung);
        if open.severity.is_empty() || rung(impact) > rung(open.impact) {
            (open.severity, open.impact) = (severity, impact);
        }
        open.components.push(component.clone());
        if !open.regions.iter().any(|known| known == region.0) {
            open.regions.extend([region.0.to_owned(), region.1.to_owned()]);
        }
    }
}

/// Oracle's four words, with spaces between their parts or without.
fn word(word: &str) -> Option<Impact> {
    let together: String = word.chars().filter(char::is_ascii_alphanumeric).collect();
    match together.to_ascii_lowercase().as_str() {
        "normalperformance" => Some(Impact::Operational),
        "informational" => Some(Impact::Degraded),
        "servicedisruption" => Some(Impact::PartialOutage),
        "servicedown" => Some(Impact::MajorOutage),
        _ => None,
    }
}
