//! Okta's status page: HTML that holds its incidents as JSON in hidden elements.
//!
//! The page is recognised when it reaches `</html>` and holds its list of incidents together with a second list of its
//! own (planned outages, or the uptime of the years). That list is all that the page has to show from, over and open,
//! so an open one that leaves it is over. An empty list is good, and no evidence of anything: it has never been seen,
//! since Okta's past stands in it. `/api/v2` and `/history.atom` answer 401, and the old feed at FeedBurner stands
//! still (newest entry 456 days old in 2026-07) while it answers 200. Read 2026-11 from pages of 2024 and from what
//! readers of the live page say of it in 2026-07; no page of today is at hand.

mod incident;
mod page;
mod wire;

use url::Url;

use self::page::Marker;
use super::field::{Field, List, Place};
use super::keyed::Keyed;
use super::{About, Body, Reader, Reading, Request, answered, document};
use crate::model::format::{Evidence, Format};
use crate::model::phase::Kind;
use crate::model::snapshot::{Coverage, Covers, GoneAfter, SeenIncident, Snapshot, Unreadable};

const PAGE: &str = "page";
const INCIDENTS: Marker = Marker { now: "incidents", before: "StringJSON" };
const PLANNED: Marker = Marker { now: "planned-outages", before: "PlannedJSON" };
const UPDATES: Marker = Marker { now: "updates", before: "UpdatesJSON" };
const UPTIME: Marker = Marker { now: "uptime", before: "UptimeJSON" };

/// What this format is.
const ABOUT: About = About {
    format: Format::Okta,
    evidence: Evidence::Documented,
    summary: "Okta's status page, https://status.okta.com (HTML with embedded JSON; there is no API)",
    says: "incidents with their ends, the services and cells (as regions) they affect, planned outages; no component's own status",
    roles: &[PAGE],
    gone_after: GoneAfter { looks: 5, minutes: 30 },
    perishable_keys: false,
};

/// How it is read.
pub const READER: Reader = Reader {
    about: ABOUT,
    plan: |asked| plan(asked.url),
    read: |asked, answers| Reading::Done(answered::first(answers).and_then(|body| read(body, Some(asked.url)))),
    // The markers are tried for beside the host: the page has been copied under other names.
    find: |page| {
        let is_marked = page.html.is_some_and(|html| html.contains("planned-outages") && html.contains("data-id"));
        let urls = page.only_at(&["status.okta.com"], &["https://status.okta.com/"]);
        if urls.is_empty() && is_marked { vec![page.at("/")] } else { urls }
    },
};

/// One page holds everything.
fn plan(url: &Url) -> Vec<Request> {
    vec![Request { role: PAGE, url: url.clone(), accept: "text/html" }]
}

/// Reads the page. `url` is where it stands, for the links.
///
/// # Errors
/// [`Unreadable`] where it is cut short, or is not Okta's page.
fn read(body: &Body, url: Option<&Url>) -> Result<Snapshot, Unreadable> {
    let html = document::page(body, "Okta")?;
    let incidents = page::element(&html, INCIDENTS)?;
    let planned = page::element(&html, PLANNED)?;
    let is_okta_s = planned.is_some() || page::element(&html, UPTIME)?.is_some();
    let (Some(incidents), true) = (incidents, is_okta_s) else {
        return Err(Unreadable::Unexpected(
            "a page without the lists that Okta's page shows its incidents from".to_owned(),
        ));
    };
    let incidents: wire::Incidents<'_> = list(&incidents, "incidents", body)?;
    let planned = planned.unwrap_or_default();
    let planned: wire::Incidents<'_> = list(&planned, "planned-outages", body)?;
    let updates = page::element(&html, UPDATES)?.unwrap_or_default();
    let updates: wire::Updates<'_> = list(&updates, "updates", body)?;

    let covers = Coverage { incidents: Covers::AllOpen, maintenances: Covers::Delta, components: Covers::Delta };
    let sign = "the lists of incidents and of planned outages or uptime in a page that reaches </html>";
    let mut snapshot = Snapshot::recognised(sign, covers);
    let mut said = incident::updates(&updates, &mut snapshot);
    let mut seen = Seen { all: Keyed::default(), is_whole: true };
    for (kind, rows, name) in [(Kind::Incident, &incidents, INCIDENTS.now), (Kind::Maintenance, &planned, PLANNED.now)]
    {
        for (index, row) in rows.entries(None, name, &mut snapshot) {
            let at = Place::of(name, index);
            let one = incident::incident(kind, row, &mut said, url.or(body.final_url.as_ref()), at, &mut snapshot);
            seen.add(one, at, &mut snapshot);
        }
    }
    let is_all =
        matches!(&incidents, Field::Is(List(list)) if !list.is_empty() && list.iter().all(|row| row.get().is_some()));
    if !is_all || !seen.is_whole {
        // One of the lost may be one that is known, so its absence proves nothing.
        snapshot.covers.incidents = Covers::Delta;
    }
    snapshot.incidents = seen.all.into_entries();
    Ok(snapshot)
}

/// A list of the page's. An element without any text at all is an empty list for those that the page may lack.
fn list<'a, T: serde::Deserialize<'a>>(json: &'a str, name: &str, body: &Body) -> Result<Field<List<T>>, Unreadable> {
    if json.trim().is_empty() && name != INCIDENTS.now {
        return Ok(Field::Absent);
    }
    let found: Field<List<T>> = document::typed(json, body)
        .map_err(|why| Unreadable::Unexpected(format!("the list of {name} in Okta's page is no JSON ({why})")))?;
    match found {
        Field::Is(_) => Ok(found),
        Field::Absent | Field::Odd(_) => {
            Err(Unreadable::Unexpected(format!("what Okta's page keeps as {name} is no list")))
        }
    }
}

/// What was read, each key once.
struct Seen {
    all: Keyed<SeenIncident>,
    is_whole: bool,
}

impl Seen {
    fn add(&mut self, one: Option<SeenIncident>, at: Place<'_>, into: &mut Snapshot) {
        let Some(one) = one else {
            self.is_whole = false;
            return;
        };
        self.all.add(one, at, into);
    }
}

#[cfg(test)]
mod tests;
