//! Status pages of Checkly: `summary.json` with what is open, `services.json` with the services and their status.
//!
//! The summary looks like Instatus's and is told from it by its words, which have underscores. A custom domain may stand
//! behind a challenge for bots where `{slug}.checkly-status-page.com` does not: then the latter is the address to name.
//! What is over leaves the list, and that is its end.

mod incident;
mod wire;
mod words;

use super::field::{Field, Object, Place};
use super::keyed::Keyed;
use super::{About, Answer, Asked, Body, Reader, Reading, Request, answered, document, listed};
use crate::model::format::{Evidence, Format};
use crate::model::impact::Impact;
use crate::model::phase::Kind;
use crate::model::snapshot::{Coverage, Covers, GoneAfter, SeenComponent, Snapshot, Unreadable};

const SUMMARY: &str = "summary";
const SERVICES: &str = "services";

/// What this format is.
const ABOUT: About = About {
    format: Format::Checkly,
    evidence: Evidence::Documented,
    summary: "Checkly's status pages, by {page}/summary.json and /services.json (as open readers of live pages know them)",
    says: "incidents and maintenances without texts, the services they affect, ends by absence, services with groups and their own status",
    roles: &[SUMMARY, SERVICES],
    gone_after: GoneAfter::USUAL,
    perishable_keys: false,
};

/// How it is read.
pub const READER: Reader = Reader { about: ABOUT, plan, read, find: |page| vec![page.at("/")] };

fn plan(asked: &Asked<'_>) -> Vec<Request> {
    vec![
        asked.request(SUMMARY, "/summary.json", "application/json"),
        asked.request(SERVICES, "/services.json", "application/json"),
    ]
}

fn read(_: &Asked<'_>, answers: &[Answer]) -> Reading {
    let services = answered::of(answers, SERVICES);
    let mut snapshot = match (answered::read(answers, SUMMARY, read_summary), &services) {
        (Some(Ok(snapshot)), _) => snapshot,
        (Some(Err(why)), _) => return Reading::Done(Err(why)),
        (None, Some(_)) => {
            let mut alone =
                Snapshot::recognised("a list of services with id and status", Coverage::of_all(Covers::Delta));
            let read = services.and_then(Result::ok).map(|body| read_services(body, &mut alone));
            let why = || Err(Unreadable::Unexpected("there is no summary to read".to_owned()));
            return Reading::Done(read.unwrap_or_else(why).map(|()| alone));
        }
        (None, None) => {
            let why = "there is no answer of any role to read".to_owned();
            return Reading::Done(Err(Unreadable::Unexpected(why)));
        }
    };
    match services.map(|got| got.and_then(|body| read_services(body, &mut snapshot))) {
        None | Some(Ok(())) => {}
        Some(Err(why)) => snapshot.blind.push((SERVICES, why)),
    }
    Reading::Done(Ok(snapshot))
}

fn read_summary(body: &Body) -> Result<Snapshot, Unreadable> {
    let text = document::text(body)?;
    let found: Field<Object<wire::Summary<'_>>> = document::typed(&text, body)?;
    let Field::Is(Object(summary)) = found else {
        return Err(Unreadable::Unexpected("Checkly's summary is an object; this is none".to_owned()));
    };
    let word = summary.page.get().and_then(|page| page.0.status.as_str()).unwrap_or_default();
    let has_lists = summary.active_incidents.get().is_some() && summary.active_maintenances.get().is_some();
    if !words::is_of_page(word) || !has_lists {
        return Err(Unreadable::Unexpected(format!(
            "Checkly's summary has one of its words as page.status, activeIncidents[] and activeMaintenances[]; this has {word:?}"
        )));
    }
    let covers = Coverage { incidents: Covers::AllOpen, maintenances: Covers::AllOpen, components: Covers::Delta };
    let mut snapshot = Snapshot::recognised(
        "one of Checkly's words as page.status, activeIncidents[] and activeMaintenances[]",
        covers,
    );
    let mut all = Keyed::default();
    let incidents =
        listed::put_all(&mut all, &summary.active_incidents, "activeIncidents", &mut snapshot, |row, at, into| {
            incident::incident(Kind::Incident, row, at, into)
        });
    let maintenances = listed::put_all(
        &mut all,
        &summary.active_maintenances,
        "activeMaintenances",
        &mut snapshot,
        |row, at, into| incident::incident(Kind::Maintenance, row, at, into),
    );
    let contradicts = word == "HAS_ISSUES" && all.is_empty();
    if contradicts {
        snapshot.warn("page.status", "is HAS_ISSUES, and nothing is listed");
    }
    // The page's word contradicts an empty list, so that one proves nothing.
    if !incidents || contradicts {
        snapshot.covers.incidents = Covers::Delta;
    }
    if !maintenances {
        snapshot.covers.maintenances = Covers::Delta;
    }
    snapshot.incidents = all.into_entries();
    Ok(snapshot)
}

fn read_services(body: &Body, snapshot: &mut Snapshot) -> Result<(), Unreadable> {
    let text = document::text(body)?;
    let services: wire::Services<'_> = document::typed(&text, body)?;
    let Field::Is(list) = &services else {
        return Err(Unreadable::Unexpected("Checkly's services are a list; this is none".to_owned()));
    };
    let is_one = |row: &wire::Service<'_>| row.id.as_str().is_some() && row.status.as_str().is_some();
    if !list.0.iter().any(|row| row.get().is_some_and(|row| is_one(&row.0))) {
        return Err(Unreadable::Unexpected("Checkly's services have an id and a status; these have not".to_owned()));
    }
    let rows = services.entries(None, SERVICES, snapshot);
    let mut is_whole = list.0.len() == rows.len();
    let mut all: Keyed<SeenComponent> = Keyed::default();
    for (index, row) in rows {
        let at = Place::of(SERVICES, index);
        let Some(component) = incident::component(row, at, snapshot) else {
            is_whole = false;
            continue;
        };
        let vendor_status = row.status.line(at, "status", snapshot);
        let status = words::impact(&vendor_status).unwrap_or_else(|| {
            at.never_seen("status", &vendor_status, snapshot);
            Impact::Unknown
        });
        // A service may stand on several cards of a page: it is the same one.
        all.put(&component.key.clone(), SeenComponent { component, vendor_status, status });
    }
    if is_whole {
        snapshot.covers.components = Covers::AllOpen;
    }
    snapshot.components = all.into_entries();
    Ok(())
}

#[cfg(test)]
mod tests;
