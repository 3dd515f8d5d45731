//! One issue, and one service of the overviews.

use jiff::Timestamp;

use super::{wire, words};
use crate::model::impact::Impact;
use crate::model::phase::{Kind, Phase};
use crate::model::snapshot::{ComponentRef, SeenComponent, SeenIncident, SeenUpdate, Snapshot};
use crate::model::text;
use crate::normalize::document;
use crate::normalize::field::{Place, Truth};
use crate::normalize::keyed::{self, UpdateKeys};

/// Where administrators read of an issue.
const PAGE: &str = "https://admin.microsoft.com/Adminportal/Home#/servicehealth/:/alerts/";

/// An issue; `None` where it has no key. `is_public`: it is one of the public cloud, whose page is known.
pub fn issue(row: &wire::Row<'_>, at: Place<'_>, is_public: bool, into: &mut Snapshot) -> Option<SeenIncident> {
    let key = row.id.key(at, "id", into)?;
    let vendor_phase = row.status.line(at, "status", into);
    let phase = phase(row, &vendor_phase, at, into);
    let vendor_impact = row.classification.line(at, "classification", into);
    let impact = words::impact(&vendor_impact, &vendor_phase).unwrap_or_else(|| {
        at.never_seen_if_any("classification", &vendor_impact, into);
        Impact::Unknown
    });
    let ended = row.end_date_time.time(at, "endDateTime", into);
    Some(SeenIncident {
        kind: Kind::Incident,
        title: row.title.line(at, "title", into),
        vendor_impact,
        impact,
        vendor_phase,
        phase,
        components: components(row, at, into),
        // An issue is of the whole tenant, wherever its people are.
        regions: Vec::new(),
        started: row.start_date_time.time(at, "startDateTime", into),
        ended: ended.filter(|_| phase.is_end()),
        planned: None,
        updates: updates(row, at, into),
        link: is_public.then(|| format!("{PAGE}{key}")),
        key,
    })
}

/// Over is what is said to be resolved; the word says which kind of end. Where the two do not agree it is open.
fn phase(row: &wire::Row<'_>, word: &str, at: Place<'_>, into: &mut Snapshot) -> Phase {
    let said = words::phase(word);
    if said.is_none() {
        at.never_seen_if_any("status", word, into);
    }
    match (row.is_resolved.read(at, "isResolved", into), said) {
        (Some(Truth(true)), Some(end)) if end.is_end() => end,
        (Some(Truth(true)), _) => Phase::Resolved,
        (Some(Truth(false)), Some(end)) if end.is_end() => {
            into.warn(at.field("isResolved"), format!("is false, yet the status is {word:?}; it counts as open"));
            Phase::Monitoring
        }
        (_, Some(said)) => said,
        (_, None) => Phase::Investigating,
    }
}

/// The service, known by its name alone: an issue knows no other. And its feature, as a part of it.
fn components(row: &wire::Row<'_>, at: Place<'_>, into: &mut Snapshot) -> Vec<ComponentRef> {
    let Some(service) = row.service.need(at, "service", into).and_then(|name| service(&name.0)) else {
        return Vec::new();
    };
    let feature = row.feature.read(at, "feature", into).map(|name| text::title(&name.0));
    let feature = feature.filter(|name| !name.is_empty() && *name != service.name).map(|name| ComponentRef {
        key: format!("{}/{name}", service.key),
        name,
        group: Some(service.name.clone()),
        region: None,
    });
    std::iter::once(service).chain(feature).collect()
}

fn service(name: &str) -> Option<ComponentRef> {
    let name = text::title(name);
    Some(ComponentRef { key: keyed::key(&name)?, name, group: None, region: None })
}

/// The posts, oldest first; an issue without any has a line that says what it does to people.
fn updates(row: &wire::Row<'_>, at: Place<'_>, into: &mut Snapshot) -> Vec<SeenUpdate> {
    let mut keys = UpdateKeys::default();
    let mut updates = Vec::new();
    for (index, post) in row.posts.entries(Some(at), "posts", into) {
        let place = at.entry("posts", index);
        let written = post.created_date_time.time(place, "createdDateTime", into);
        let content = post.description.read(place, "description", into).and_then(|said| said.0.content.as_str());
        updates.push(SeenUpdate {
            key: keys.next(written.as_ref().map_or("", |at| at.raw.as_str())),
            at: written,
            vendor_phase: String::new(),
            text: document::plain(content.unwrap_or_default()),
            author: None,
        });
    }
    let time = |update: &SeenUpdate| -> Option<Timestamp> { update.at.as_ref()?.at };
    if updates.iter().all(|update| time(update).is_some()) {
        updates.sort_by_key(time);
    }
    let description = row.impact_description.read(at, "impactDescription", into).filter(|_| updates.is_empty());
    updates.extend(description.map(|said| SeenUpdate {
        key: "impactDescription".to_owned(),
        at: row.last_modified_date_time.time(at, "lastModifiedDateTime", into),
        vendor_phase: String::new(),
        text: document::plain(&said.0),
        author: None,
    }));
    updates
}

/// A service with its status; `None` where it has no name.
pub fn overview(row: &wire::Row<'_>, at: Place<'_>, into: &mut Snapshot) -> Option<SeenComponent> {
    let component = row.service.need(at, "service", into).and_then(|name| service(&name.0))?;
    let vendor_status = row.status.line(at, "status", into);
    let status = words::status(&vendor_status).unwrap_or_else(|| {
        at.never_seen_if_any("status", &vendor_status, into);
        Impact::Unknown
    });
    Some(SeenComponent { component, vendor_status, status })
}
