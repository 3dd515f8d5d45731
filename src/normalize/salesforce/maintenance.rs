//! The maintenances of Salesforce's, in as many pages as it takes.

use super::instance::Instances;
use super::{MAINTENANCES, MOST_PAGES, Named, PAGE, incident, wire};
use crate::model::impact::Impact;
use crate::model::phase::{Kind, Phase};
use crate::model::snapshot::{Covers, Planned, SeenIncident, SeenUpdate, Snapshot, Unreadable};
use crate::model::text;
use crate::normalize::field::{Field, List, Place};
use crate::normalize::keyed::Keyed;
use crate::normalize::listed::is_whole;
use crate::normalize::{Answer, Asked, Body, Outcome, document};

/// Where the next page begins, if the last one was full.
pub fn next_page(answers: &[Answer]) -> Option<usize> {
    let pages: Vec<&Answer> = answers.iter().filter(|answer| answer.role == MAINTENANCES).collect();
    let Outcome::Body(last) = &pages.last()?.outcome else { return None };
    let is_full = pages.len() < MOST_PAGES && count(last).is_some_and(|count| count >= PAGE);
    is_full.then_some(pages.len() * PAGE)
}

fn count(body: &Body) -> Option<usize> {
    let text = document::text(body).ok()?;
    let rows: wire::Maintenances<'_> = document::typed(&text, body).ok()?;
    rows.get().map(|list| list.0.len())
}

/// Reads all pages. What cannot be read of them is a role that nobody sees.
pub fn all(
    asked: &Asked<'_>,
    answers: &[Answer],
    instances: &Instances,
    seen: &mut Keyed<SeenIncident>,
    snapshot: &mut Snapshot,
) {
    let (mut is_all, mut is_last) = (instances.is_whole, false);
    for answer in answers.iter().filter(|answer| answer.role == MAINTENANCES) {
        let body = match &answer.outcome {
            Outcome::Body(body) => body,
            Outcome::Unreadable(why) => {
                snapshot.blind.push((MAINTENANCES, why.clone()));
                return;
            }
            Outcome::NotRecorded => return,
        };
        // Some of these addresses were seen to answer 200 with nothing at all where there is nothing to say. It proves
        // nothing, so nothing is taken for gone by it; and it is no reason to call the whole source half blind.
        if body.status == 200 && body.bytes.iter().all(u8::is_ascii_whitespace) {
            snapshot.warn(MAINTENANCES, "is answered with nothing: no maintenance is known by it, and none gone");
            return;
        }
        match page(asked, body, instances, seen, snapshot) {
            Ok(page) => {
                is_all &= page.is_whole;
                is_last = !page.is_full;
            }
            Err(why) => {
                snapshot.blind.push((MAINTENANCES, why));
                return;
            }
        }
    }
    snapshot.covers.maintenances = if is_all && is_last { Covers::AllOpen } else { Covers::Delta };
}

/// What came of a page: whether nothing of it was lost, and whether there may be another one.
struct Page {
    is_whole: bool,
    is_full: bool,
}

fn page(
    asked: &Asked<'_>,
    body: &Body,
    instances: &Instances,
    seen: &mut Keyed<SeenIncident>,
    snapshot: &mut Snapshot,
) -> Result<Page, Unreadable> {
    let text = document::text(body)?;
    let rows: wire::Maintenances<'_> = document::typed(&text, body)?;
    let Field::Is(List(list)) = &rows else {
        return Err(Unreadable::Unexpected("Salesforce's maintenances are a bare list; this is none".to_owned()));
    };
    let mut page = Page { is_whole: is_whole(&rows), is_full: list.len() >= PAGE };
    for (index, row) in rows.entries(None, MAINTENANCES, snapshot) {
        let at = Place::of(MAINTENANCES, index);
        let Some((one, names)) = maintenance(row, instances, at, snapshot) else {
            // It may be one that is known, so its absence proves nothing.
            page.is_whole = false;
            continue;
        };
        if instances.are_named_by(&names) || asked.open.keys.contains_key(&one.key) {
            seen.add(one, at, snapshot);
        }
    }
    Ok(page)
}

/// Reads a maintenance; `None` where it has nothing to know it by.
fn maintenance(
    row: &wire::Maintenance<'_>,
    instances: &Instances,
    at: Place<'_>,
    into: &mut Snapshot,
) -> Option<Named> {
    let key = row.id.key(at, "id", into)?;
    let names = incident::names(&row.instances);
    let word = row.message.get().and_then(|message| message.0.status.as_str()).map(text::title).unwrap_or_default();
    let from = row
        .planned_start
        .need(at, "plannedStartTime", into)
        .and_then(|_| row.planned_start.time(at, "plannedStartTime", into));
    let until = row.planned_end.time(at, "plannedEndTime", into);
    let phase = phase(&word, at, into);
    let components = incident::components(&names, &row.services, Some(instances));
    let one = SeenIncident {
        link: Some(format!("https://status.salesforce.com/maintenances/{key}")),
        // Incidents and maintenances count apart, so that two of them may have one number.
        key: format!("maintenance/{key}"),
        kind: Kind::Maintenance,
        title: row.name.line(at, "name", into),
        impact: Impact::Maintenance,
        vendor_impact: String::new(),
        phase,
        vendor_phase: word,
        regions: incident::regions(&components),
        components,
        started: from.clone(),
        ended: until.clone().filter(|_| phase.is_end()),
        planned: from.map(|from| Planned { from, until }),
        updates: said(row, at, into),
    };
    Some((one, names))
}

fn phase(word: &str, at: Place<'_>, into: &mut Snapshot) -> Phase {
    let plain: String = word.chars().filter(char::is_ascii_alphanumeric).collect();
    match plain.to_ascii_lowercase().as_str() {
        "scheduled" | "confirmed" | "planned" | "rescheduled" => Phase::Scheduled,
        "inprogress" | "started" | "active" => Phase::InProgress,
        "completed" | "resolved" | "closed" => Phase::Completed,
        "cancelled" | "canceled" => Phase::Cancelled,
        _ => {
            at.never_seen("message.eventStatus", word, into);
            Phase::Scheduled
        }
    }
}

/// What is said of it, after what it is.
fn said(row: &wire::Maintenance<'_>, at: Place<'_>, into: &mut Snapshot) -> Vec<SeenUpdate> {
    let about = row.information.as_str().map(document::plain).filter(|text| !text.is_empty());
    let mut said: Vec<SeenUpdate> = about
        .map(|text| SeenUpdate {
            key: "additionalInformation".to_owned(),
            at: None,
            vendor_phase: String::new(),
            text,
            author: None,
        })
        .into_iter()
        .collect();
    said.extend(incident::events(&row.events, at, "MaintenanceEvents", into));
    said
}
