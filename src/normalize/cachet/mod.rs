//! Cachet, versions 2.4 and 3: one program whose API changed its paths, its envelope and its names on the way, and kept
//! its numbers. The source's address says which it is (`…/api/v1` or `…/api`; version 2 if neither); each document is
//! read by the envelope that it has.
//!
//! Lists are paged. The newest fifty incidents are asked for, so absence proves something only where a list is whole; a
//! component list that is not whole says so. Cachet gives no impact for an incident: how bad it is, its components say.
//! Times are in the site's own zone, which no document names: they are read as UTC and are not certain.

mod entry;
mod wire;

use std::collections::HashMap;

use jiff::Timestamp;

use self::entry::{Mention, When};
use super::field::{Field, List, Place, Text};
use super::listed::{self, Gathered};
use super::{About, Answer, Asked, Body, Reader, Reading, Request, answered, document, keyed, moment};
use crate::model::format::{Evidence, Format};
use crate::model::impact::Impact;
use crate::model::phase::{Kind, Phase};
use crate::model::snapshot::{
    ComponentRef, Coverage, Covers, GoneAfter, Planned, SeenComponent, SeenIncident, SeenUpdate, Snapshot, Unreadable,
};
use crate::model::stated::Stated;
use crate::model::text;

const COMPONENTS: &str = "components";
const GROUPS: &str = "groups";
const INCIDENTS: &str = "incidents";
const SCHEDULES: &str = "schedules";
const SIGN: &str = "a page of Cachet's with components of id, name and status 0 to 5";

/// What this format is.
const ABOUT: About = About {
    format: Format::Cachet,
    evidence: Evidence::Documented,
    summary: "Cachet 2.4, {page}/api/v1/components, /incidents, /schedules, and 3, {page}/api/… (docs.cachethq.io)",
    says: "components with groups and status, incidents with updates and ends but no impact, maintenances; times whose zone is not certain; no regions",
    roles: &[COMPONENTS, INCIDENTS, SCHEDULES, GROUPS],
    gone_after: GoneAfter::USUAL,
    perishable_keys: false,
};

/// How it is read.
pub const READER: Reader = Reader {
    about: ABOUT,
    plan,
    read: |asked, answers| Reading::Done(read(answers, asked.now)),
    find: |page| vec![page.at("/api"), page.at("/api/v1")],
};

/// All lists, at each look. Version 3 brings groups and updates along.
fn plan(asked: &Asked<'_>) -> Vec<Request> {
    let folder = asked.url.path().trim_end_matches('/');
    let of = |role: &'static str, base: &str, file: &str, query: &str| {
        let mut request = asked.request(role, &format!("{base}{file}"), "application/json");
        if asked.named(role).is_none() {
            request.url.set_query(Some(query));
        }
        request
    };
    if folder.ends_with("/api") {
        let newest = "sort=-id&per_page=50&include=components,updates";
        return vec![
            of(COMPONENTS, folder, "/components", "per_page=200&include=group"),
            of(INCIDENTS, folder, "/incidents", newest),
            of(SCHEDULES, folder, "/schedules", newest),
        ];
    }
    let base = if folder.ends_with("/api/v1") { folder.to_owned() } else { format!("{folder}/api/v1") };
    let newest = "sort=id&order=desc&per_page=50";
    vec![
        of(COMPONENTS, &base, "/components", "per_page=200"),
        of(GROUPS, &base, "/components/groups", "per_page=200"),
        of(INCIDENTS, &base, "/incidents", newest),
        of(SCHEDULES, &base, "/schedules", newest),
    ]
}

/// Reads all lists into one snapshot.
///
/// # Errors
/// [`Unreadable`] where the components cannot be read: the other lists may be empty, and bear no sign then.
fn read(answers: &[Answer], now: Timestamp) -> Result<Snapshot, Unreadable> {
    let mut snapshot = Snapshot::recognised(SIGN, Coverage::of_all(Covers::Delta));
    let groups = match answered::read(answers, GROUPS, groups) {
        Some(Err(why)) => {
            snapshot.blind.push((GROUPS, why));
            HashMap::new()
        }
        Some(Ok(groups)) => groups,
        None => HashMap::new(),
    };
    components(answered::needed(answers, COMPONENTS)?, groups, &mut snapshot)?;
    let known = snapshot.components.iter().map(|one| (one.component.key.clone(), one.component.clone())).collect();
    let reader = Told { known, now };
    let (mut incidents, mut maintenances) = (Vec::new(), Vec::new());
    for (role, list) in [(INCIDENTS, &mut incidents), (SCHEDULES, &mut maintenances)] {
        match answered::read(answers, role, |body| reader.list(role, body, &mut snapshot)) {
            Some(Ok((seen, covers))) => {
                *list = seen;
                if role == INCIDENTS {
                    snapshot.covers.incidents = covers
                } else {
                    snapshot.covers.maintenances = covers
                }
            }
            Some(Err(why)) => snapshot.blind.push((role, why)),
            None => {}
        }
    }
    snapshot.incidents = incidents;
    snapshot.incidents.extend(maintenances);
    Ok(snapshot)
}

/// A list of Cachet's by its envelope: version 2 counts its pages, version 3 links to the next one.
fn opened<'a>(json: &'a str, body: &Body, role: &str) -> Result<wire::Document<'a>, Unreadable> {
    let document: wire::Document<'_> = document::object(json, body, "a list of Cachet's")?;
    let meta = document.meta.get().map(|meta| &meta.0);
    let is_2 = meta.and_then(|meta| meta.pagination.get()).is_some_and(|pages| pages.0.total.as_str().is_some());
    let is_3 = meta.is_some_and(|meta| meta.current_page.as_str().is_some() && meta.per_page.as_str().is_some());
    let whose = format!("Cachet's list of {role}");
    document::signed(&whose, &[("meta with its pages", is_2 || is_3), ("data[]", listed::is_list(&document.data))])?;
    Ok(document)
}

/// Whether no page follows.
fn is_last(document: &wire::Document<'_>) -> bool {
    let pages = document.meta.get().and_then(|meta| meta.0.pagination.get());
    match pages {
        Some(pages) => pages.0.total_pages.as_str().is_some_and(|pages| matches!(pages, "0" | "1")),
        None => document.links.get().is_some_and(|links| matches!(links.0.next, Field::Absent)),
    }
}

/// The names of the groups by their ids.
fn groups(body: &Body) -> Result<HashMap<String, String>, Unreadable> {
    let text = document::text(body)?;
    let document = opened(&text, body, GROUPS)?;
    Ok(names(&document.data, None))
}

fn names(list: &Field<List<wire::Entry<'_>>>, kind: Option<&str>) -> HashMap<String, String> {
    let rows = list.get().map_or(&[][..], |list| &list.0).iter().filter_map(Field::get).map(|row| &row.0);
    rows.filter(|row| kind.is_none() || row.kind.as_str() == kind)
        .filter_map(|row| Some((keyed::key(row.id.as_str()?)?, text::title(row.name().as_str()?))))
        .collect()
}

/// Reads the components into the snapshot.
fn components(body: &Body, mut groups: HashMap<String, String>, snapshot: &mut Snapshot) -> Result<(), Unreadable> {
    let text = document::text(body)?;
    let document = opened(&text, body, COMPONENTS)?;
    groups.extend(names(&document.included, Some("componentGroups")));
    groups.extend(names(&document.included, Some("component-groups")));
    let is_one = |row: &wire::Entry<'_>| {
        row.id.as_str().is_some()
            && row.name().as_str().is_some()
            && row.status().as_str().is_some_and(|status| STATUSES.iter().any(|(known, ..)| *known == status))
    };
    let rows = document.data.get().map_or(&[][..], |list| &list.0);
    let is_any = rows.iter().filter_map(Field::get).any(|row| is_one(&row.0));
    document::signed("Cachet's list of components", &[("one with id, name and status", is_any)])?;
    let mut seen = Gathered::default();
    seen.list(&document.data, None, COMPONENTS, snapshot, |row, at, into| {
        let key = row.id.key(at, "id", into)?;
        let name = row.name().line(at, "name", into);
        let number = row.status().line(at, "status", into);
        let known = STATUSES.iter().find(|(known, ..)| *known == number);
        if known.is_none() && !number.is_empty() {
            at.never_seen("status", &number, into);
        }
        let vendor_status = row.status_word().map(text::title).or_else(|| known.map(|(_, word, _)| (*word).to_owned()));
        Some(SeenComponent {
            component: listed::component(key, name, row.group().and_then(|id| groups.get(&id)).cloned()),
            vendor_status: vendor_status.unwrap_or(number),
            status: known.map_or(Impact::Unknown, |(_, _, status)| *status),
        })
    });
    snapshot.covers.components = if is_last(&document) { seen.covers() } else { Covers::Delta };
    snapshot.components = seen.into_entries();
    Ok(())
}

/// The statuses of components: number, word, meaning. 0 is version 2's unknown, 5 version 3's.
const STATUSES: [(&str, &str, Impact); 6] = [
    ("0", "Unknown", Impact::Unknown),
    ("1", "Operational", Impact::Operational),
    ("2", "Performance Issues", Impact::Degraded),
    ("3", "Partial Outage", Impact::PartialOutage),
    ("4", "Major Outage", Impact::MajorOutage),
    ("5", "Unknown", Impact::Unknown),
];

/// The phases of incidents. 0 is how versions before 2.4 planned a maintenance.
const INCIDENT_PHASES: [(&str, Phase); 5] = [
    ("0", Phase::Scheduled),
    ("1", Phase::Investigating),
    ("2", Phase::Identified),
    ("3", Phase::Monitoring),
    ("4", Phase::Resolved),
];

/// The phases of schedules.
const SCHEDULE_PHASES: [(&str, Phase); 3] =
    [("0", Phase::Scheduled), ("1", Phase::InProgress), ("2", Phase::Completed)];

/// What reading incidents and schedules needs.
struct Told {
    known: HashMap<String, ComponentRef>,
    now: Timestamp,
}

impl Told {
    /// Reads a list, and says what its silence means.
    fn list(
        &self,
        role: &'static str,
        body: &Body,
        snapshot: &mut Snapshot,
    ) -> Result<(Vec<SeenIncident>, Covers), Unreadable> {
        let text = document::text(body)?;
        let document = opened(&text, body, role)?;
        let included = document.included.get().map_or(&[][..], |list| &list.0);
        let updates = included.iter().filter_map(Field::get).map(|row| &row.0);
        let updates = updates.filter(|row| row.kind.as_str() == Some("updates"));
        let included = updates.filter_map(|row| Some((keyed::key(row.id.as_str()?)?, row))).collect();
        let mut seen = Gathered::default();
        seen.list(&document.data, None, role, snapshot, |row, at, into| self.one(role, row, &included, at, into));
        let covers = if is_last(&document) { seen.covers() } else { window(seen.iter()) };
        Ok((seen.into_entries(), covers))
    }

    fn one(
        &self,
        role: &str,
        row: &wire::Entry<'_>,
        included: &HashMap<String, &wire::Entry<'_>>,
        at: Place<'_>,
        into: &mut Snapshot,
    ) -> Option<SeenIncident> {
        let id = row.id.key(at, "id", into)?;
        let number = row.status().line(at, "status", into);
        let is_planned = role == SCHEDULES || number == "0";
        let table = if role == SCHEDULES { &SCHEDULE_PHASES[..] } else { &INCIDENT_PHASES[..] };
        let phase = listed::meaning(&number, table, at, "status", into);
        let time = |when, name: &str, into: &mut Snapshot| listed::time(row.time(when), at, name, into, stated);
        let planned = if is_planned { planned(row, at, into) } else { None };
        let phase = phase.unwrap_or_else(|| self.unsaid(is_planned, planned.as_ref()));
        let occurred = time(When::Occurred, "occurred", into).or_else(|| time(When::Created, "created", into));
        let started = if is_planned { planned.as_ref().map(|planned| planned.from.clone()) } else { occurred.clone() };
        let updates = updates(row, occurred, included, at, into);
        let ended = if phase.is_end() { ended(row, is_planned, &updates, at, into) } else { None };
        Some(SeenIncident {
            // Incidents and schedules are counted apart.
            key: if role == SCHEDULES { format!("schedule-{id}") } else { id },
            kind: if is_planned { Kind::Maintenance } else { Kind::Incident },
            title: row.name().line(at, "name", into),
            vendor_impact: String::new(),
            impact: if is_planned { Impact::Maintenance } else { Impact::Unknown },
            vendor_phase: row.status_word().map_or(number, text::title),
            phase,
            components: self.components(row),
            regions: Vec::new(),
            started,
            ended,
            planned,
            updates,
            link: row.permalink.link(at, "permalink", into),
        })
    }

    /// The phase where the vendor's word for it says nothing.
    fn unsaid(&self, is_planned: bool, planned: Option<&Planned>) -> Phase {
        let lies_ahead = planned.and_then(|planned| planned.from.at).is_some_and(|from| from > self.now);
        match (is_planned, lies_ahead) {
            (false, _) => Phase::Investigating,
            (true, true) => Phase::Scheduled,
            (true, false) => Phase::InProgress,
        }
    }

    /// The components that it names, each once; one that the list does not know keeps its number for a name.
    fn components(&self, row: &wire::Entry<'_>) -> Vec<ComponentRef> {
        let mut named = keyed::Keyed::default();
        for id in row.components() {
            let known = self.known.get(&id).cloned();
            named.put(&id, known.unwrap_or_else(|| listed::component(id.clone(), id.clone(), None)));
        }
        named.into_entries()
    }
}

/// A time of the site's: without an offset, in a zone that nobody names.
fn stated(raw: &str) -> Stated {
    moment::civil(raw, None)
}

/// A list that is not whole reaches back to the oldest in it.
fn window<'s>(seen: impl Iterator<Item = &'s SeenIncident>) -> Covers {
    let oldest = seen.filter_map(|one| one.started.as_ref().and_then(|started| started.at)).min();
    oldest.map_or(Covers::Delta, |since| Covers::Window { since })
}

/// From when to when. Both versions say the end that is planned and the one that came in one field.
fn planned(row: &wire::Entry<'_>, at: Place<'_>, into: &mut Snapshot) -> Option<Planned> {
    let from = listed::time(row.time(When::Scheduled), at, "scheduled", into, stated)?;
    Some(Planned { from, until: listed::time(row.time(When::Completed), at, "completed", into, stated) })
}

fn ended(
    row: &wire::Entry<'_>,
    is_planned: bool,
    updates: &[SeenUpdate],
    at: Place<'_>,
    into: &mut Snapshot,
) -> Option<Stated> {
    if is_planned {
        return listed::time(row.time(When::Completed), at, "completed", into, stated);
    }
    let last = updates.last().filter(|update| update.key != MESSAGE).and_then(|update| update.at.clone());
    last.or_else(|| listed::time(row.time(When::Updated), at, "updated", into, stated))
}

/// The key of what an incident said at first, which is no update of its own.
const MESSAGE: &str = "message";

/// What it said at first, and its updates.
fn updates(
    row: &wire::Entry<'_>,
    first: Option<Stated>,
    included: &HashMap<String, &wire::Entry<'_>>,
    at: Place<'_>,
    into: &mut Snapshot,
) -> Vec<SeenUpdate> {
    let text = row.message().plain(at, "message", into);
    let message = SeenUpdate { key: MESSAGE.to_owned(), at: first, vendor_phase: String::new(), text, author: None };
    let mut later = Gathered::default();
    for (index, mention) in row.updates().into_iter().enumerate() {
        let place = at.entry("updates", index);
        let found = match &mention {
            Mention::Whole(update) => Some(*update),
            Mention::Id(id) => included.get(id).copied(),
        };
        match found {
            Some(found) => later.add(update(found, place, into), place, into),
            None => into.warn(place.to_string(), "is named and not there"),
        }
    }
    let message = Some(message).filter(|message| !message.text.is_empty());
    message.into_iter().chain(listed::oldest_first(later.into_entries())).collect()
}

fn update(row: &wire::Entry<'_>, at: Place<'_>, into: &mut Snapshot) -> Option<SeenUpdate> {
    let created: &Field<Text<'_>> = row.time(When::Created);
    Some(SeenUpdate {
        key: row.id.key(at, "id", into)?,
        at: listed::time(created, at, "created", into, stated),
        vendor_phase: row.status_word().map(text::title).unwrap_or_default(),
        text: row.message().plain(at, "message", into),
        author: None,
    })
}

#[cfg(test)]
mod tests;
