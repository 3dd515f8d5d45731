//! One event.

use jiff::Timestamp;

use super::wire;
use super::words::{self, Status, Type};
use crate::model::impact::Impact;
use crate::model::phase::{Kind, Phase};
use crate::model::snapshot::{ComponentRef, Planned, SeenIncident, SeenUpdate, Snapshot};
use crate::model::stated::Stated;
use crate::model::text;
use crate::normalize::document;
use crate::normalize::field::Place;
use crate::normalize::keyed::{self, Keyed, UpdateKeys};

/// Where people of the public cloud read of their events.
const PAGE: &str = "https://portal.azure.com/#blade/Microsoft_Azure_Health/AzureHealthBrowseBlade/serviceIssues";

/// What came of an entry.
pub enum Read {
    /// It tells of this.
    Told(Box<SeenIncident>),
    /// It is the review of what was over before.
    Review(Box<SeenIncident>),
    /// It is advice, which is neither an incident nor a maintenance.
    Advice,
    /// It has no key, or nothing in it.
    Lost,
}

/// Reads an entry. `is_public`: it is one of the public cloud, whose page is known.
pub fn event(row: &wire::Event<'_>, at: Place<'_>, is_public: bool, now: Timestamp, into: &mut Snapshot) -> Read {
    let name = row.name.need(at, "name", into);
    let key = name.and_then(|name| keyed::key(&name.0));
    if name.is_some() && key.is_none() {
        into.warn(at.field("name"), "is empty");
    }
    let said = row.properties.need(at, "properties", into).map(|properties| &properties.0);
    let (Some(key), Some(said)) = (key, said) else { return Read::Lost };
    let word = said.event_type.line(at, "eventType", into);
    let meant = words::event_type(&word);
    if meant.is_none() {
        at.never_seen_if_any("eventType", &word, into);
    }
    let kind = match meant {
        Some(Type::Advice) => return Read::Advice,
        Some(Type::Told(kind)) => kind,
        Some(Type::Review) | None => Kind::Incident,
    };
    let mut one = told(said, kind, key, at, now, into);
    one.link = is_public.then(|| PAGE.to_owned());
    if meant == Some(Type::Review) {
        one.phase = Phase::Postmortem;
        return Read::Review(Box::new(one));
    }
    Read::Told(Box::new(one))
}

fn told(
    said: &wire::Properties<'_>,
    kind: Kind,
    key: String,
    at: Place<'_>,
    now: Timestamp,
    into: &mut Snapshot,
) -> SeenIncident {
    let vendor_phase = said.status.line(at, "status", into);
    let status = words::status(&vendor_phase).unwrap_or_else(|| {
        at.never_seen_if_any("status", &vendor_phase, into);
        Status::Active
    });
    let started = said.impact_start_time.time(at, "impactStartTime", into);
    let mitigated = said.impact_mitigation_time.time(at, "impactMitigationTime", into);
    let (vendor_impact, impact) = impact(said, kind, at, into);
    let touched = touched(said, status, at, into);
    let phase = match kind {
        Kind::Incident => incident_phase(status, &touched),
        Kind::Maintenance => maintenance_phase(status, &touched, started.as_ref(), now),
    };
    let title = said.title.read(at, "title", into).or_else(|| said.header.need(at, "header", into));
    SeenIncident {
        kind,
        title: title.map_or_else(String::new, |title| text::title(&title.0)),
        vendor_impact,
        impact,
        vendor_phase,
        phase,
        components: touched.components,
        regions: touched.regions,
        ended: mitigated.clone().filter(|_| phase.is_end()),
        planned: started.clone().filter(|_| kind == Kind::Maintenance).map(|from| Planned { from, until: mitigated }),
        started,
        updates: updates(said, &key, at, into),
        link: None,
        key,
    }
}

fn impact(said: &wire::Properties<'_>, kind: Kind, at: Place<'_>, into: &mut Snapshot) -> (String, Impact) {
    let (name, level) = match said.event_level.read(at, "eventLevel", into) {
        Some(level) => ("eventLevel", Some(level)),
        None => ("level", said.level.need(at, "level", into)),
    };
    let level = level.map_or_else(String::new, |level| text::title(&level.0));
    if kind == Kind::Maintenance {
        return (level, Impact::Maintenance);
    }
    let impact = words::impact(&level).unwrap_or_else(|| {
        at.never_seen_if_any(name, &level, into);
        Impact::Unknown
    });
    (level, impact)
}

fn incident_phase(status: Status, touched: &Touched) -> Phase {
    match status {
        Status::Over => Phase::Resolved,
        Status::Cancelled => Phase::Cancelled,
        // Every region is well again, and Azure still watches.
        Status::Active | Status::Planned | Status::InProgress if touched.is_over_everywhere => Phase::Monitoring,
        Status::Active | Status::Planned | Status::InProgress => Phase::Investigating,
    }
}

/// Azure has mostly one word for a maintenance from its announcement to its end, so its times decide.
fn maintenance_phase(status: Status, touched: &Touched, from: Option<&Stated>, now: Timestamp) -> Phase {
    let has_begun = from.and_then(|from| from.at).is_none_or(|from| from <= now);
    match status {
        Status::Over => Phase::Completed,
        Status::Cancelled => Phase::Cancelled,
        Status::Active if touched.is_over_everywhere => Phase::Verifying,
        Status::InProgress => Phase::InProgress,
        Status::Active if has_begun => Phase::InProgress,
        Status::Active | Status::Planned => Phase::Scheduled,
    }
}

/// What an event touches.
struct Touched {
    /// Each service in each region where it is not over, as the public page and its feed name them.
    components: Vec<ComponentRef>,
    regions: Vec<String>,
    /// No region is left.
    is_over_everywhere: bool,
}

/// The services and regions. While the event goes on, a region that is said to be well again is not named any more; once
/// none is left, or the event is over, all are.
fn touched(said: &wire::Properties<'_>, status: Status, at: Place<'_>, into: &mut Snapshot) -> Touched {
    let (mut all, mut left) = (Vec::new(), Vec::new());
    for (index, service) in said.impact.entries(Some(at), "impact", into) {
        let place = at.entry("impact", index);
        let name = service.impacted_service.need(place, "impactedService", into).map(|name| text::title(&name.0));
        let Some(name) = name.filter(|name| !name.is_empty()) else { continue };
        let rows = service.impacted_regions.entries(Some(place), "impactedRegions", into);
        if rows.is_empty() {
            all.push((name.clone(), None));
            left.push((name, None));
            continue;
        }
        for (number, row) in rows {
            let place = place.entry("impactedRegions", number);
            let region = region(row);
            if !is_over(row, place, into) {
                left.push((name.clone(), region.clone()));
            }
            all.push((name.clone(), region));
        }
    }
    let is_over_everywhere = left.is_empty() && !all.is_empty();
    let goes_on = !matches!(status, Status::Over | Status::Cancelled);
    let named = if goes_on && !is_over_everywhere { left } else { all };
    let mut regions = Keyed::default();
    for region in named.iter().filter_map(|(_, region)| region.clone()) {
        regions.put(&region.clone(), region);
    }
    let is_everywhere = named.iter().any(|(_, region)| region.is_none());
    let regions = if is_everywhere { Vec::new() } else { regions.into_entries() };
    Touched { components: components(named), regions, is_over_everywhere }
}

/// One component for each service and region; a service that is touched everywhere has one alone.
fn components(named: Vec<(String, Option<String>)>) -> Vec<ComponentRef> {
    let everywhere: Vec<String> =
        named.iter().filter(|(_, region)| region.is_none()).map(|(service, _)| service.clone()).collect();
    let mut components = Keyed::default();
    for (name, region) in named {
        let region = region.filter(|_| !everywhere.contains(&name));
        let whole = region.as_ref().map_or_else(|| name.clone(), |region| format!("{name}/{region}"));
        let Some(key) = keyed::key(&whole) else { continue };
        components.put(&key.clone(), ComponentRef { key, name, group: None, region });
    }
    components.into_entries()
}

/// `None` for what is everywhere, so that it counts for all regions.
fn region(row: &wire::Region<'_>) -> Option<String> {
    let name = text::title(row.impacted_region.as_str()?);
    let is_everywhere = ["global", "non-regional", "worldwide"].iter().any(|word| name.eq_ignore_ascii_case(word));
    (!is_everywhere && !name.is_empty()).then_some(name)
}

fn is_over(row: &wire::Region<'_>, at: Place<'_>, into: &mut Snapshot) -> bool {
    let Some(word) = row.status.read(at, "status", into).map(|word| text::title(&word.0)) else { return false };
    let status = words::status(&word);
    if status.is_none() {
        at.never_seen_if_any("status", &word, into);
    }
    matches!(status, Some(Status::Over | Status::Cancelled))
}

/// What was said, oldest first: the same text stands at each region, and counts once. An event without any has its
/// summary, which is edited in place.
fn updates(said: &wire::Properties<'_>, key: &str, at: Place<'_>, into: &mut Snapshot) -> Vec<SeenUpdate> {
    let mut told: Vec<(Option<Stated>, String)> = Vec::new();
    for (index, service) in said.impact.entries(Some(at), "impact", &mut unheard()) {
        let place = at.entry("impact", index);
        for (number, row) in service.impacted_regions.entries(Some(place), "impactedRegions", &mut unheard()) {
            let place = place.entry("impactedRegions", number);
            for (number, update) in row.updates.entries(Some(place), "updates", into) {
                let place = place.entry("updates", number);
                let when = update.update_date_time.time(place, "updateDateTime", into);
                let text = update.summary.need(place, "summary", into);
                let one = (when, text.map_or_else(String::new, |text| document::plain(&text.0)));
                if !told.contains(&one) {
                    told.push(one);
                }
            }
        }
    }
    told.reverse();
    if told.iter().all(|(when, _)| when.as_ref().is_some_and(|when| when.at.is_some())) {
        told.sort_by_key(|(when, _)| when.as_ref().and_then(|when| when.at));
    }
    if told.is_empty() {
        return vec![summary(said, key, at, into)];
    }
    let mut keys = UpdateKeys::default();
    let update = |(at, text): (Option<Stated>, String)| SeenUpdate {
        key: keys.next(at.as_ref().map_or("", |at| at.raw.as_str())),
        at,
        vendor_phase: String::new(),
        text,
        author: None,
    };
    told.into_iter().map(update).collect()
}

/// What is broken in a list is said where the list is read first.
fn unheard() -> Snapshot {
    Snapshot::recognised("", crate::model::snapshot::Coverage::of_all(crate::model::snapshot::Covers::Delta))
}

fn summary(said: &wire::Properties<'_>, key: &str, at: Place<'_>, into: &mut Snapshot) -> SeenUpdate {
    let article =
        || said.article.read(at, "article", &mut unheard()).and_then(|article| article.0.article_content.get());
    let text = said.summary.read(at, "summary", into).filter(|text| !text.0.trim().is_empty()).or_else(article);
    SeenUpdate {
        key: key.to_owned(),
        at: said.last_update_time.time(at, "lastUpdateTime", into),
        vendor_phase: String::new(),
        text: text.map_or_else(String::new, |text| document::plain(&text.0)),
        author: None,
    }
}
