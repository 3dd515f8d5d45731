//! OpenStatus: a page's JSON feed, `{page}/feed/json`, with its monitors, its components, and every report and
//! maintenance that there ever was. The feed is made anew once a minute and says when, which is its clock.
//!
//! The API's one word for a page (`api.openstatus.dev/public/status/SLUG`) is the page's overall word, which the feed
//! repeats; it says nothing of any one part, and is not asked for. Reports have no impact: the monitors show it.

mod wire;

use std::collections::{HashMap, HashSet};

use jiff::{SignedDuration, Timestamp};

use super::field::{Field, Ids, List, Place};
use super::listed::{self, Gathered};
use super::{About, Body, Reader, Reading, answered, document, keyed};
use crate::model::format::{Evidence, Format};
use crate::model::impact::Impact;
use crate::model::incident::hurts;
use crate::model::phase::{Kind, Phase};
use crate::model::snapshot::{
    ComponentRef, Coverage, Covers, GoneAfter, Planned, SeenComponent, SeenIncident, SeenUpdate, Snapshot, Unreadable,
};
use crate::model::text;

const FEED: &str = "feed";
const SIGN: &str = "title, status, updatedAt, monitors[], statusReports[] and maintenances[]";

/// What this format is.
const ABOUT: About = About {
    format: Format::OpenStatus,
    evidence: Evidence::Documented,
    summary: "OpenStatus, {page}/feed/json (github.com/openstatusHQ/openstatus, its route)",
    says: "components with groups and status, reports with updates and ends but no impact, maintenances with plans; no regions",
    roles: &[FEED],
    gone_after: GoneAfter::USUAL,
    perishable_keys: false,
};

/// How it is read.
pub const READER: Reader = Reader {
    about: ABOUT,
    plan: |asked| vec![asked.below(FEED, "/feed/json", "application/json")],
    read: |asked, answers| Reading::Done(answered::first(answers).and_then(|body| read(body, asked.now))),
    find: |page| vec![page.at("/")],
};

/// The words for monitors and for the page.
const STATUSES: [(&str, Impact); 4] = [
    ("success", Impact::Operational),
    ("degraded", Impact::Degraded),
    ("error", Impact::MajorOutage),
    ("info", Impact::Maintenance),
];

/// No maintenance is announced longer ahead.
const FARTHEST: SignedDuration = SignedDuration::from_hours(10 * 366 * 24);

const PHASES: [(&str, Phase); 4] = [
    ("investigating", Phase::Investigating),
    ("identified", Phase::Identified),
    ("monitoring", Phase::Monitoring),
    ("resolved", Phase::Resolved),
];

/// Reads the feed.
///
/// # Errors
/// [`Unreadable`] where it is not that document.
fn read(body: &Body, now: Timestamp) -> Result<Snapshot, Unreadable> {
    let text = document::text(body)?;
    let feed: wire::Feed<'_> = document::object(&text, body, "OpenStatus's feed")?;
    let signs = [
        ("title", feed.title.as_str().is_some()),
        ("status", feed.status.as_str().is_some()),
        ("updatedAt", feed.updated_at.as_str().is_some()),
        ("monitors[]", listed::is_list(&feed.monitors)),
        ("statusReports[]", listed::is_list(&feed.reports)),
        ("maintenances[]", listed::is_list(&feed.maintenances)),
    ];
    document::signed("OpenStatus's feed", &signs)?;
    let mut snapshot = Snapshot::recognised(SIGN, Coverage::of_all(Covers::Delta));
    snapshot.refreshed = feed.updated_at.time(Place::of(FEED, 0), "updatedAt", &mut snapshot).and_then(|time| time.at);
    let shown = Shown::of(&feed, &mut snapshot);
    let mut incidents = Gathered::default();
    incidents.list(&feed.reports, None, "statusReports", &mut snapshot, |row, at, into| report(row, &shown, at, into));
    let mut maintenances = Gathered::default();
    maintenances.list(&feed.maintenances, None, "maintenances", &mut snapshot, |row, at, into| {
        maintenance(row, &shown, now, at, into)
    });
    snapshot.covers.incidents = incidents.covers();
    snapshot.covers.maintenances = maintenances.covers();
    snapshot.incidents = incidents.into_entries();
    snapshot.incidents.extend(maintenances.into_entries());
    components(shown, &feed, &mut snapshot);
    Ok(snapshot)
}

/// What the page shows: its components, and of each the monitor's word, where it has a monitor.
struct Shown {
    components: Gathered<SeenComponent>,
    /// The components by their monitors' ids.
    by_monitor: HashMap<String, ComponentRef>,
    /// Whether nothing that is open may be about a component that is kept by hand without saying so.
    is_clear: bool,
}

/// A monitor's own id.
fn monitor_id(one: &SeenComponent) -> &str {
    one.component.key.trim_start_matches("monitor-")
}

impl Shown {
    fn of(feed: &wire::Feed<'_>, into: &mut Snapshot) -> Self {
        let mut monitors: Gathered<SeenComponent> = Gathered::default();
        monitors.list(&feed.monitors, None, "monitors", into, |row, at, into| {
            let id = row.id.key(at, "id", into)?;
            let (vendor_status, status) = listed::status(&row.status, &STATUSES, at, "status", into);
            let name = row.name.line(at, "name", into);
            let component = listed::component(format!("monitor-{id}"), name, None);
            Some(SeenComponent { component, vendor_status, status })
        });
        if !listed::is_list(&feed.components) {
            // Before 2026 the monitors were all that a page showed.
            let by_monitor = monitors.iter().map(|one| (monitor_id(one).to_owned(), one.component.clone())).collect();
            return Self { components: monitors, by_monitor, is_clear: true };
        }
        let groups = names(feed, into);
        let mut by_monitor: HashMap<String, ComponentRef> = HashMap::new();
        let mut components = Gathered::default();
        components.list(&feed.components, None, "pageComponents", into, |row, at, into| {
            let key = row.id.key(at, "id", into)?;
            let group = row.group.as_str().and_then(|id| groups.get(id)).cloned();
            let component = listed::component(key, row.name.line(at, "name", into), group);
            if matches!(row.monitor, Field::Absent) {
                return Some(SeenComponent { component, vendor_status: BY_HAND.to_owned(), status: Impact::Unknown });
            }
            let monitor = row.monitor.read(at, "monitorId", into).and_then(|id| keyed::key(&id.0)).unwrap_or_default();
            let seen = monitors.get(&format!("monitor-{monitor}"));
            if seen.is_none() {
                into.warn(at.field("monitorId"), "names no monitor that is there");
            }
            by_monitor.insert(monitor, component.clone());
            let (vendor_status, status) =
                seen.map_or_else(|| (String::new(), Impact::Unknown), |one| (one.vendor_status.clone(), one.status));
            Some(SeenComponent { component, vendor_status, status })
        });
        if monitors.covers() != Covers::AllOpen {
            components.lose();
        }
        // A monitor that nothing shows may be that of a component which has lost its name.
        let is_clear = monitors.iter().all(|one| by_monitor.contains_key(monitor_id(one)));
        Self { components, by_monitor, is_clear }
    }

    /// The components that a report names: by themselves, or before 2026 by their monitors.
    fn named(&self, ids: &Field<Ids<'_>>, monitors: &Field<Ids<'_>>) -> Vec<ComponentRef> {
        let list = |field: &Field<Ids<'_>>| -> Vec<String> {
            field.get().map_or(&[][..], |ids| &ids.ids).iter().filter_map(|id| keyed::key(id)).collect()
        };
        let by_id = list(ids).into_iter().map(|id| {
            let known = self.components.get(&id).map(|one| one.component.clone());
            known.unwrap_or_else(|| listed::component(id.clone(), id, None))
        });
        let by_monitor = list(monitors).into_iter().filter_map(|id| self.by_monitor.get(&id).cloned());
        let mut named = keyed::Keyed::default();
        for one in by_id.chain(by_monitor) {
            named.put(&one.key.clone(), one);
        }
        named.into_entries()
    }
}

/// What stands for the status of a component that has no monitor, until it is known what is told of it.
const BY_HAND: &str = "kept by hand";

fn names(feed: &wire::Feed<'_>, into: &mut Snapshot) -> HashMap<String, String> {
    let rows = feed.groups.entries(None, "pageComponentGroups", into);
    let named = |row: &wire::Group<'_>| Some((row.id.as_str()?.to_owned(), text::title(row.name.as_str()?)));
    rows.into_iter().filter_map(|(_, row)| named(row)).collect()
}

/// A component that is kept by hand is well unless something open names it: so the page shows it. How bad it is then,
/// the feed does not say.
fn components(shown: Shown, feed: &wire::Feed<'_>, snapshot: &mut Snapshot) {
    snapshot.covers.components = shown.components.covers();
    let is_clear = shown.is_clear
        && snapshot.covers.incidents == Covers::AllOpen
        && snapshot.covers.maintenances == Covers::AllOpen
        && is_clear(feed, &shown, snapshot);
    let hurting = |kind: Kind| -> HashSet<&str> {
        let open = snapshot.incidents.iter().filter(|one| one.kind == kind && hurts(one.phase));
        open.flat_map(|one| &one.components).map(|one| one.key.as_str()).collect()
    };
    let (hurt, maintained) = (hurting(Kind::Incident), hurting(Kind::Maintenance));
    let mut all = shown.components.into_entries();
    for one in all.iter_mut().filter(|one| one.vendor_status == BY_HAND) {
        let key = one.component.key.as_str();
        one.status = match (hurt.contains(key), maintained.contains(key), is_clear) {
            (true, ..) | (false, false, false) => Impact::Unknown,
            (false, true, _) => Impact::Maintenance,
            (false, false, true) => Impact::Operational,
        };
    }
    snapshot.components = all;
}

/// Whether all that is open names components that are there, and at least one.
fn is_clear(feed: &wire::Feed<'_>, shown: &Shown, snapshot: &Snapshot) -> bool {
    let open: HashSet<&str> =
        snapshot.incidents.iter().filter(|one| hurts(one.phase)).map(|one| one.key.as_str()).collect();
    let is_known = |ids: &Field<Ids<'_>>| {
        ids.get().is_some_and(|list| {
            list.is_whole && !list.ids.is_empty() && list.ids.iter().all(|id| shown.components.get(id).is_some())
        })
    };
    let rows = feed.reports.get().map_or(&[][..], |list| &list.0).iter().filter_map(Field::get);
    let reports = rows.filter(|row| row.0.id.as_str().is_some_and(|id| open.contains(id)));
    let rows = feed.maintenances.get().map_or(&[][..], |list| &list.0).iter().filter_map(Field::get);
    let is_open = |id: &str| open.contains(format!("maintenance-{id}").as_str());
    let maintenances = rows.filter(|row| row.0.id.as_str().is_some_and(is_open));
    reports.map(|row| &row.0.components).chain(maintenances.map(|row| &row.0.components)).all(is_known)
}

fn report(row: &wire::Report<'_>, shown: &Shown, at: Place<'_>, into: &mut Snapshot) -> Option<SeenIncident> {
    let key = row.id.key(at, "id", into)?;
    let vendor_phase = row.status.line(at, "status", into);
    let phase = listed::meaning(&vendor_phase, &PHASES, at, "status", into).unwrap_or(Phase::Investigating);
    let updates = updates(&row.updates, "statusReportUpdates", at, into);
    Some(SeenIncident {
        key,
        kind: Kind::Incident,
        title: row.title.line(at, "title", into),
        vendor_impact: String::new(),
        impact: Impact::Unknown,
        vendor_phase,
        phase,
        components: shown.named(&row.components, &row.monitors),
        regions: Vec::new(),
        started: updates.first().and_then(|update| update.at.clone()),
        ended: updates.last().and_then(|update| update.at.clone()).filter(|_| phase.is_end()),
        planned: None,
        updates,
        link: None,
    })
}

/// A maintenance has no word for how far it has come; its times say it. It is counted apart from the reports.
fn maintenance(
    row: &wire::Maintenance<'_>,
    shown: &Shown,
    now: Timestamp,
    at: Place<'_>,
    into: &mut Snapshot,
) -> Option<SeenIncident> {
    let key = format!("maintenance-{}", row.id.key(at, "id", into)?);
    row.from.need(at, "from", into)?;
    let from = row.from.time(at, "from", into)?;
    if from.at.is_some_and(|from| from.duration_since(now) > FARTHEST) {
        // It may be one that goes on. Nobody plans so far ahead, so it has not gone back to being planned.
        into.warn(at.field("from"), format!("is no time that a maintenance begins at: {:?}", from.raw));
        return None;
    }
    let until = row.to.time(at, "to", into);
    // An end in the year 1 is a field that nobody set.
    let end = until.as_ref().and_then(|until| until.at).filter(|end| end.as_second() > 0);
    let phase = match from.at {
        Some(from) if from > now => Phase::Scheduled,
        _ if end.is_some_and(|end| end <= now) => Phase::Completed,
        _ => Phase::InProgress,
    };
    let message = row.message.plain(at, "message", into);
    let mut updates = updates(&row.updates, "maintenanceUpdates", at, into);
    if updates.is_empty() && !message.is_empty() {
        let key = "message".to_owned();
        updates.push(SeenUpdate { key, at: None, vendor_phase: String::new(), text: message, author: None });
    }
    Some(SeenIncident {
        key,
        kind: Kind::Maintenance,
        title: row.name.line(at, "name", into),
        vendor_impact: String::new(),
        impact: Impact::Maintenance,
        vendor_phase: String::new(),
        phase,
        components: shown.named(&row.components, &row.monitors),
        regions: Vec::new(),
        started: Some(from.clone()),
        ended: until.clone().filter(|_| phase.is_end()),
        planned: Some(Planned { from, until }),
        updates,
        link: None,
    })
}

fn updates(field: &Field<List<wire::Update<'_>>>, name: &str, at: Place<'_>, into: &mut Snapshot) -> Vec<SeenUpdate> {
    let mut all = Gathered::default();
    all.list(field, Some(at), name, into, |row, at, into| {
        Some(SeenUpdate {
            key: row.id.key(at, "id", into)?,
            at: row.date.time(at, "date", into),
            vendor_phase: row.status.as_str().map(text::title).unwrap_or_default(),
            text: row.message.plain(at, "message", into),
            author: None,
        })
    });
    let mut updates = all.into_entries();
    updates.reverse();
    listed::oldest_first(updates)
}

#[cfg(test)]
mod tests;
