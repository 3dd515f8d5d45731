//! The documents of one look at a Statuspage, made into one snapshot.

use std::collections::HashSet;

use jiff::Timestamp;

use super::entry::{self, Groups};
use super::{ACTIVE, COMPONENTS, Got, INCIDENTS, MAINTENANCES, SUMMARY, UNRESOLVED, UPCOMING, wire};
use crate::model::incident::KnownOpen;
use crate::model::phase::{Kind, Phase};
use crate::model::snapshot::{Coverage, Covers, SeenComponent, SeenIncident, Snapshot, Unreadable};
use crate::normalize::field::{Field, List, Place};
use crate::normalize::keyed::Keyed;

/// What a good summary's silence means, as long as nothing in it is broken or capped.
pub const SUMMARY_COVERS: Coverage = Coverage::of_all(Covers::AllOpen);

/// The summary lists only so many scheduled maintenances: the nearest. Measured at Cloudflare, whose 35 recorded
/// bodies of 2025-11-18 hold exactly 50 each while others come and go behind the last one.
pub const SCHEDULED_CAP: usize = 50;

const SUMMARY_SIGN: &str = "page.id, page.url, status.indicator, components[] and incidents[]";
const INCIDENTS_SIGN: &str = "page.id, page.url and incidents[]";
const COMPONENTS_SIGN: &str = "page.id, page.url and components[]";
const MAINTENANCES_SIGN: &str = "page.id, page.url and scheduled_maintenances[]";

/// The rows of one list: its name for warnings, and each row with its number.
type Rows<'d, 'a> = (&'d str, Vec<(usize, &'d wire::Component<'a>)>);

/// One thing for each role of a look.
pub struct Roles<T> {
    pub summary: T,
    pub incidents: T,
    pub components: T,
    pub maintenances: T,
    pub unresolved: T,
    pub active: T,
    pub upcoming: T,
}

impl<T> Roles<T> {
    /// Made for each role by its name.
    pub fn of(make: impl Fn(&'static str) -> T) -> Self {
        Self {
            summary: make(SUMMARY),
            incidents: make(INCIDENTS),
            components: make(COMPONENTS),
            maintenances: make(MAINTENANCES),
            unresolved: make(UNRESOLVED),
            active: make(ACTIVE),
            upcoming: make(UPCOMING),
        }
    }

    /// All of them with their names and signs, the best first.
    fn each(&self) -> [(&'static str, &'static str, &T); 7] {
        [
            (SUMMARY, SUMMARY_SIGN, &self.summary),
            (UNRESOLVED, INCIDENTS_SIGN, &self.unresolved),
            (INCIDENTS, INCIDENTS_SIGN, &self.incidents),
            (COMPONENTS, COMPONENTS_SIGN, &self.components),
            (ACTIVE, MAINTENANCES_SIGN, &self.active),
            (UPCOMING, MAINTENANCES_SIGN, &self.upcoming),
            (MAINTENANCES, MAINTENANCES_SIGN, &self.maintenances),
        ]
    }

    /// Each made into something else.
    pub fn map<'t, U>(&'t self, make: impl Fn(&'static str, &'t T) -> U) -> Roles<U> {
        Roles {
            summary: make(SUMMARY, &self.summary),
            incidents: make(INCIDENTS, &self.incidents),
            components: make(COMPONENTS, &self.components),
            maintenances: make(MAINTENANCES, &self.maintenances),
            unresolved: make(UNRESOLVED, &self.unresolved),
            active: make(ACTIVE, &self.active),
            upcoming: make(UPCOMING, &self.upcoming),
        }
    }
}

/// What came of each role of one look.
pub struct Documents<'a> {
    pub roles: Roles<Got<wire::Document<'a>>>,
    pub open: &'a KnownOpen,
    pub now: Timestamp,
}

/// One snapshot of them all; unreadable only when none could be read, and then for the summary's reason.
pub fn merged(documents: &Documents<'_>) -> Result<Snapshot, Unreadable> {
    let roles = documents.roles.each();
    let Some((_, sign, _)) = roles.iter().find(|(_, _, got)| matches!(got, Got::Read(_))) else {
        let why = roles.iter().find_map(|(_, _, got)| match got {
            Got::Lost(why) => Some(why.clone()),
            Got::Nothing | Got::Read(_) => None,
        });
        return Err(why.unwrap_or_else(|| Unreadable::Unexpected("there is no answer of any role to read".to_owned())));
    };
    let mut snapshot = Snapshot::recognised(sign, Coverage::of_all(Covers::Delta));
    name_the_blind(&documents.roles, &mut snapshot);
    let groups = components(&documents.roles, &mut snapshot);
    incidents(documents, &groups, &mut snapshot);
    Ok(snapshot)
}

/// Names the roles that could not be read. A summary whose parts were read is no loss, and neither is the list of
/// maintenances, which is only asked for what has left the summary.
fn name_the_blind(roles: &Roles<Got<wire::Document<'_>>>, snapshot: &mut Snapshot) {
    let is_in_parts = [&roles.unresolved, &roles.components].iter().all(|part| matches!(part, Got::Read(_)));
    for (role, _, got) in roles.each() {
        match got {
            Got::Lost(why) if role == MAINTENANCES || (role == SUMMARY && is_in_parts) => {
                snapshot.warn(role, format!("cannot be read: {why}"));
            }
            Got::Lost(why) => snapshot.blind.push((role, why.clone())),
            Got::Nothing | Got::Read(_) => {}
        }
    }
}

/// Reads the components of both documents that list them. The list of the role `components`, where a source has one,
/// is the whole one: HashiCorp's summary held 25 of 62.
fn components(documents: &Roles<Got<wire::Document<'_>>>, snapshot: &mut Snapshot) -> Groups {
    let mut rows: Vec<Rows<'_, '_>> = Vec::new();
    let mut covers = Covers::Delta;
    let beyond = "components.json:components";
    for (name, got) in [(beyond, &documents.components), ("components", &documents.summary)] {
        if let Got::Read(document) = got {
            let (list, is_whole) = entries(&document.components, name, snapshot);
            let is_the_whole_list = name == beyond || matches!(documents.components, Got::Nothing);
            // A page that lists none has been seen where a vendor had moved away: that says nothing of those known.
            if is_the_whole_list && is_whole && !list.is_empty() {
                covers = Covers::AllOpen;
            }
            rows.push((name, list));
        }
    }
    let groups: Groups = rows.iter().flat_map(|(_, list)| entry::groups(list)).collect();
    if !components_of(&rows, &groups, snapshot) {
        covers = Covers::Delta;
    }
    snapshot.covers.components = covers;
    groups
}

/// Reads the rows, those of the summary over those of the list; false when one had no key.
fn components_of(lists: &[Rows<'_, '_>], groups: &Groups, snapshot: &mut Snapshot) -> bool {
    let mut all: Keyed<SeenComponent> = Keyed::default();
    let mut is_whole = true;
    for (name, rows) in lists {
        let mut keys = HashSet::new();
        for (index, row) in rows.iter().filter(|(_, row)| !row.group.is_true()) {
            let at = Place::of(name, *index);
            let Some(seen) = entry::component(row, at, groups, snapshot) else {
                is_whole = false;
                continue;
            };
            let key = seen.component.key.clone();
            all.put(&key, seen);
            if keys.contains(&key) {
                snapshot.warn(at.to_string(), format!("has the key of another, {key}; this one counts"));
            }
            keys.insert(key);
        }
    }
    snapshot.components = all.into_entries();
    is_whole
}

/// Reads incidents and maintenances of the summary, or of the parts that stand for it, then what the lists of the
/// newest know beyond it.
fn incidents(documents: &Documents<'_>, groups: &Groups, snapshot: &mut Snapshot) {
    let mut all = Keyed::default();
    let reader = Reader { now: documents.now, groups };
    let roles = &documents.roles;
    match &roles.summary {
        Got::Read(summary) => {
            let field = &summary.incidents;
            let (seen, is_whole) = reader.list(Kind::Incident, field, "incidents", snapshot);
            snapshot.covers.incidents = if is_whole { Covers::AllOpen } else { Covers::Delta };
            add(seen, &mut all, snapshot);
            let field = &summary.scheduled_maintenances;
            let (seen, is_whole) = reader.list(Kind::Maintenance, field, "scheduled_maintenances", snapshot);
            // incident.io's compatible pages have no such list at all: their silence says nothing.
            let is_there = matches!(field, Field::Is(_));
            snapshot.covers.maintenances = if is_whole && is_there { maintenances_cover(&seen) } else { Covers::Delta };
            add(seen, &mut all, snapshot);
        }
        Got::Nothing | Got::Lost(_) => parts(roles, &reader, &mut all, snapshot),
    }
    let has_open = [&roles.summary, &roles.unresolved].iter().any(|got| matches!(got, Got::Read(_)));
    if let Got::Read(document) = &roles.incidents {
        let field = &document.incidents;
        let (seen, is_whole) = reader.list(Kind::Incident, field, "incidents.json:incidents", snapshot);
        if !has_open {
            snapshot.covers.incidents = if is_whole { list_covers(field) } else { Covers::Delta };
        }
        add_missing(seen.into_entries(), has_open.then_some("incidents.json:incidents"), &mut all, snapshot);
    }
    if let Got::Read(document) = &roles.maintenances {
        let field = &document.scheduled_maintenances;
        let name = "scheduled-maintenances.json:scheduled_maintenances";
        let (seen, _) = reader.list(Kind::Maintenance, field, name, snapshot);
        // What is far ahead stands here and not in a full summary, so the two do not disagree. Beside a summary, what was
        // over before anybody knew of it is no news.
        let is_known = |one: &SeenIncident| documents.open.keys.contains_key(&one.key);
        let is_news = |one: &SeenIncident| !has_open || !one.phase.is_end() || is_known(one);
        add_missing(seen.into_entries().into_iter().filter(is_news), None, &mut all, snapshot);
    }
    snapshot.incidents = all.into_entries();
}

/// Reads the documents that together say as much as a summary.
fn parts(
    roles: &Roles<Got<wire::Document<'_>>>,
    reader: &Reader<'_>,
    all: &mut Keyed<SeenIncident>,
    snapshot: &mut Snapshot,
) {
    if let Got::Read(document) = &roles.unresolved {
        let (seen, is_whole) = reader.list(Kind::Incident, &document.incidents, "unresolved.json:incidents", snapshot);
        snapshot.covers.incidents = if is_whole { Covers::AllOpen } else { Covers::Delta };
        add(seen, all, snapshot);
    }
    let mut cover = Covers::AllOpen;
    for (role, got) in [("active.json", &roles.active), ("upcoming.json", &roles.upcoming)] {
        let Got::Read(document) = got else {
            cover = Covers::Delta;
            continue;
        };
        let name = format!("{role}:scheduled_maintenances");
        let (seen, is_whole) = reader.list(Kind::Maintenance, &document.scheduled_maintenances, &name, snapshot);
        // A full list may have pushed some out.
        if !is_whole || seen.len() >= SCHEDULED_CAP {
            cover = Covers::Delta;
        }
        add(seen, all, snapshot);
    }
    snapshot.covers.maintenances = cover;
}

/// A full list of scheduled maintenances reaches only as far as its last one.
fn maintenances_cover(seen: &Keyed<SeenIncident>) -> Covers {
    let scheduled = || seen.iter().filter(|one| one.phase == Phase::Scheduled);
    if scheduled().count() < SCHEDULED_CAP {
        return Covers::AllOpen;
    }
    let horizon = scheduled().filter_map(|one| one.planned.as_ref().and_then(|planned| planned.from.at)).max();
    horizon.map_or(Covers::Delta, |horizon| Covers::PlannedBefore { horizon })
}

/// The list of incidents reaches back to the oldest one in it, by the time when they were written.
fn list_covers(field: &Field<List<wire::Incident<'_>>>) -> Covers {
    let mut unheard = Snapshot::recognised(INCIDENTS_SIGN, SUMMARY_COVERS);
    let written = |incident: &wire::Incident<'_>| incident.created_at.as_str()?.parse::<Timestamp>().ok();
    let oldest = field.entries(None, "", &mut unheard).iter().filter_map(|(_, incident)| written(incident)).min();
    oldest.map_or(Covers::Delta, |since| Covers::Window { since })
}

/// What reading any list of a look needs.
struct Reader<'r> {
    now: Timestamp,
    groups: &'r Groups,
}

impl Reader<'_> {
    /// The entries of a list, each key once; false when one was lost, so that absence from the list is no evidence.
    fn list(
        &self,
        kind: Kind,
        field: &Field<List<wire::Incident<'_>>>,
        name: &str,
        snapshot: &mut Snapshot,
    ) -> (Keyed<SeenIncident>, bool) {
        let (rows, mut is_whole) = entries(field, name, snapshot);
        let mut seen = Keyed::default();
        for (index, row) in rows {
            let at = Place::of(name, index);
            let Some(one) = entry::incident(kind, row, at, self.groups, self.now, snapshot) else {
                is_whole = false;
                continue;
            };
            seen.add(one, at, snapshot);
        }
        (seen, is_whole)
    }
}

fn entries<'d, T>(field: &'d Field<List<T>>, name: &str, snapshot: &mut Snapshot) -> (Vec<(usize, &'d T)>, bool) {
    let rows = field.entries(None, name, snapshot);
    let is_whole = match field {
        Field::Is(list) => list.0.len() == rows.len(),
        Field::Absent => true,
        Field::Odd(_) => false,
    };
    (rows, is_whole)
}

/// Adds them; a key that stands in both lists of a summary is said.
fn add(seen: Keyed<SeenIncident>, all: &mut Keyed<SeenIncident>, snapshot: &mut Snapshot) {
    for one in seen.into_entries() {
        let key = one.key.clone();
        if all.put(&key, one) {
            snapshot.warn("scheduled_maintenances", format!("{key} stands among the incidents too"));
        }
    }
}

/// Adds what the summary does not have: the summary's word counts for what is open. `list` is the list's name where an
/// open one that is not in the summary is a contradiction.
fn add_missing(
    seen: impl IntoIterator<Item = SeenIncident>,
    list: Option<&str>,
    all: &mut Keyed<SeenIncident>,
    snapshot: &mut Snapshot,
) {
    for one in seen {
        if all.get(&one.key).is_some() {
            continue;
        }
        if let Some(list) = list
            && !one.phase.is_end()
        {
            snapshot.warn(list, format!("{} is open in the list and not in the summary", one.key));
        }
        all.put(&one.key.clone(), one);
    }
}
