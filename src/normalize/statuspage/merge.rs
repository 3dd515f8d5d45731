//! The documents of one look at a Statuspage, made into one snapshot.

use std::collections::HashSet;

use jiff::Timestamp;

use super::entry::{self, Groups};
use super::{COMPONENTS, Got, INCIDENTS, SUMMARY, wire};
use crate::model::phase::{Kind, Phase};
use crate::model::snapshot::{Coverage, Covers, SeenComponent, SeenIncident, Snapshot, Unreadable};
use crate::normalize::field::{Field, List, Place};
use crate::normalize::keyed::Keyed;

/// What a good summary's silence means, as long as nothing in it is broken or capped.
pub const SUMMARY_COVERS: Coverage = Coverage::of_all(Covers::AllOpen);

/// The summary lists only so many scheduled maintenances: the nearest. Measured at Cloudflare, whose 35 recorded
/// bodies of 2025-11-18 hold exactly 50 each while others come and go behind the last one.
const SCHEDULED_CAP: usize = 50;

const SUMMARY_SIGN: &str = "page.id, page.url, status.indicator, components[] and incidents[]";
const INCIDENTS_SIGN: &str = "page.id, page.url and incidents[]";
const COMPONENTS_SIGN: &str = "page.id, page.url and components[]";

/// The rows of one list: its name for warnings, and each row with its number.
type Rows<'d, 'a> = (&'d str, Vec<(usize, &'d wire::Component<'a>)>);

/// What came of each role of one look.
pub struct Documents<'a> {
    pub summary: Got<wire::Document<'a>>,
    pub incidents: Got<wire::Document<'a>>,
    pub components: Got<wire::Document<'a>>,
    pub now: Timestamp,
}

/// One snapshot of them all; unreadable only when none could be read, and then for the summary's reason.
pub fn merged(documents: Documents<'_>) -> Result<Snapshot, Unreadable> {
    let sign = match (&documents.summary, &documents.incidents, &documents.components) {
        (Got::Read(_), _, _) => SUMMARY_SIGN,
        (_, Got::Read(_), _) => INCIDENTS_SIGN,
        (_, _, Got::Read(_)) => COMPONENTS_SIGN,
        (Got::Lost(why), _, _) | (Got::Nothing, Got::Lost(why), _) | (Got::Nothing, Got::Nothing, Got::Lost(why)) => {
            return Err(why.clone());
        }
        (Got::Nothing, Got::Nothing, Got::Nothing) => {
            return Err(Unreadable::Unexpected("there is no answer of any role to read".to_owned()));
        }
    };
    let mut snapshot = Snapshot::recognised(sign, Coverage::of_all(Covers::Delta));
    name_the_blind(&documents, &mut snapshot);
    let groups = components(&documents, &mut snapshot);
    incidents(&documents, &groups, &mut snapshot);
    Ok(snapshot)
}

fn name_the_blind(documents: &Documents<'_>, snapshot: &mut Snapshot) {
    let roles = [(SUMMARY, &documents.summary), (INCIDENTS, &documents.incidents), (COMPONENTS, &documents.components)];
    for (role, got) in roles {
        if let Got::Lost(why) = got {
            snapshot.blind.push((role, why.clone()));
        }
    }
}

/// Reads the components of both documents that list them. The list of the role `components`, where a source has one,
/// is the whole one: HashiCorp's summary held 25 of 62.
fn components(documents: &Documents<'_>, snapshot: &mut Snapshot) -> Groups {
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

/// Reads incidents and maintenances of the summary, then what the list of incidents knows beyond it.
fn incidents(documents: &Documents<'_>, groups: &Groups, snapshot: &mut Snapshot) {
    let mut all = Keyed::default();
    let reader = Reader { now: documents.now, groups };
    if let Got::Read(summary) = &documents.summary {
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
    if let Got::Read(document) = &documents.incidents {
        let field = &document.incidents;
        let (seen, is_whole) = reader.list(Kind::Incident, field, "incidents.json:incidents", snapshot);
        let beside_summary = matches!(documents.summary, Got::Read(_));
        if !beside_summary {
            snapshot.covers.incidents = if is_whole { list_covers(field) } else { Covers::Delta };
        }
        add_missing(seen, beside_summary, &mut all, snapshot);
    }
    snapshot.incidents = all.into_entries();
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
            let key = one.key.clone();
            if seen.put(&key, one) {
                snapshot.warn(at.to_string(), format!("has the key of another, {key}; this one counts"));
            }
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

/// Adds what the summary does not have: the summary's word counts for what is open.
fn add_missing(
    seen: Keyed<SeenIncident>,
    beside_summary: bool,
    all: &mut Keyed<SeenIncident>,
    snapshot: &mut Snapshot,
) {
    for one in seen.into_entries() {
        if all.get(&one.key).is_some() {
            continue;
        }
        if beside_summary && !one.phase.is_end() {
            let what = format!("{} is open in the list and not in the summary", one.key);
            snapshot.warn("incidents.json:incidents", what);
        }
        all.put(&one.key.clone(), one);
    }
}
