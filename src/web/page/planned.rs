//! Maintenances as rows and days: what runs, what lies ahead and whom of ours it takes something from, what ended.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::tables::how_ended;
use crate::model::clock_text::{between, span};
use crate::model::id::{IncidentId, ServiceId};
use crate::model::impact::Impact;
use crate::model::incident::{Report, Standing, hurts, is_overrun, speaker};
use crate::model::inventory::Service;
use crate::model::phase::{Kind, Phase};
use crate::web::now::{Now, began, ended};
use crate::web::view::way::place;
use crate::web::view::{Badge, Theirs, When, list, tier};

/// The services that a row names.
const SERVICES: usize = 4;
/// The works of one day that hurt nobody of ours and are named all the same.
const OTHERS: usize = 10;

/// A maintenance that runs or lies ahead.
pub struct Work {
    pub link: String,
    pub vendor: String,
    pub title: Theirs,
    pub badge: Badge,
    pub from: Option<When>,
    pub until: Option<When>,
    /// How long it is to last, or by how much it is over.
    pub lasts: String,
    pub is_overrun: bool,
    pub hurts: Vec<Ours>,
    pub more: usize,
    begins: Option<Timestamp>,
}

/// A service of ours that it takes something from.
pub struct Ours {
    pub id: String,
    pub name: String,
    /// Its tier, and where.
    pub note: String,
    pub stops: String,
}

/// The works that begin on one day of ours.
pub struct Day {
    pub name: String,
    /// Where its fold can be found again.
    pub anchor: String,
    pub ours: Vec<Work>,
    pub others: Vec<Work>,
    pub others_in_all: usize,
}

/// A maintenance that is over.
pub struct Past {
    pub link: String,
    pub vendor: String,
    pub title: Theirs,
    pub badge: Badge,
    pub ended: When,
    pub lasted: String,
    pub services: String,
    pub how: &'static str,
}

/// What runs, then what lies ahead, each with whom of ours it takes something from.
pub fn works(now: &Now) -> (Vec<Work>, Vec<Work>) {
    let is_planned = |r: &&Report| {
        let may_come = hurts(r.seen.phase) || r.seen.phase == Phase::Scheduled;
        r.seen.kind == Kind::Maintenance && !r.old && may_come
    };
    let mut reports: Vec<&Report> = Vec::new();
    for report in now.scene.world.reports.iter().filter(is_planned) {
        // Two sources may tell of one maintenance: the one that speaks for it is shown.
        match reports.iter_mut().find(|known| known.incident == report.incident) {
            Some(known) => *known = speaker([*known, report]).unwrap_or(report),
            None => reports.push(report),
        }
    }
    let taken = now.taken_away(&reports);
    let mut works: Vec<Work> = reports.iter().map(|report| Work::of(now, report, &taken)).collect();
    works.sort_by_key(|w| (!w.is_overrun, w.hurts.is_empty(), w.begins));
    works.into_iter().partition(|work| work.begins.is_some_and(|at| at <= now.at))
}

impl Work {
    fn of(now: &Now, report: &Report, taken: &BTreeMap<IncidentId, Vec<&Service>>) -> Self {
        let seen = &report.seen;
        let planned = seen.planned.as_ref();
        let from = planned.and_then(|p| p.from.at);
        let until = planned.and_then(|p| p.until.as_ref()?.at);
        let begins = if hurts(seen.phase) { Some(from.unwrap_or(report.first_seen).min(now.at)) } else { from };
        let services = taken.get(&report.incident).map(Vec::as_slice).unwrap_or_default();
        let is_certain = planned.is_none_or(|p| p.from.certain);
        Self {
            link: format!("/incidents/{}", report.incident),
            vendor: now.compiled.vendor_name(&report.source.vendor()),
            title: Theirs::line(&seen.title),
            badge: state(now, report, begins),
            from: from.map(|at| When { is_certain, ..When::without_age(now, at) }),
            until: until.map(|at| When::without_age(now, at)),
            lasts: lasts(now, from, until, is_overrun(seen, now.at)),
            is_overrun: is_overrun(seen, now.at),
            hurts: services.iter().take(SERVICES).map(|service| Ours::of(now, service)).collect(),
            more: services.len().saturating_sub(SERVICES),
            begins,
        }
    }

    /// Whether it begins before so much time has passed. What says no time may begin at any.
    pub fn is_within(&self, now: &Now, span: SignedDuration) -> bool {
        self.begins.is_none_or(|at| at.duration_since(now.at) <= span)
    }
}

/// Only what the vendor says is said: a beginning that has passed without its word is not known.
fn state(now: &Now, report: &Report, begins: Option<Timestamp>) -> Badge {
    match report.seen.phase {
        Phase::Scheduled if begins.is_some_and(|at| at <= now.at) => {
            Badge::saying(Impact::Unknown, "Should have begun; the vendor does not say")
        }
        Phase::Scheduled => Badge::saying(Impact::Maintenance, "Planned"),
        _ if is_overrun(&report.seen, now.at) => Badge::saying(Impact::Maintenance, "Past its planned end"),
        Phase::Verifying => Badge::saying(Impact::Maintenance, "Running, being verified"),
        _ => Badge::saying(Impact::Maintenance, "Running"),
    }
}

fn lasts(now: &Now, from: Option<Timestamp>, until: Option<Timestamp>, is_overrun: bool) -> String {
    match (from, until) {
        (_, Some(until)) if is_overrun => format!("over by {}", span(between(until, now.at))),
        (Some(from), Some(until)) if from <= now.at => {
            format!("{} of {} left", span(between(now.at, until)), span(between(from, until)))
        }
        (Some(from), Some(until)) => span(between(from, until)),
        (None, Some(_)) => String::new(),
        (_, None) => "its end is not said".to_owned(),
    }
}

impl Ours {
    fn of(now: &Now, service: &Service) -> Self {
        Self {
            id: service.id.to_string(),
            name: service.name.clone(),
            note: format!("{}, {}", tier(service.tier).to_lowercase(), place(&now.compiled.inventory, service)),
            stops: service.workflow.clone(),
        }
    }
}

/// The works by the local day on which they begin, the next day first; what says no time comes last.
pub fn days(now: &Now, works: Vec<Work>) -> Vec<Day> {
    let mut days: BTreeMap<String, Day> = BTreeMap::new();
    for work in works {
        let key = work.begins.map_or_else(|| "unsaid".to_owned(), |at| now.times.written(at, "%Y-%m-%d"));
        let day = days.entry(key.clone()).or_insert_with(|| Day::of(now, work.begins, key));
        if work.hurts.is_empty() {
            day.others_in_all += 1;
            day.others.push(work);
        } else {
            day.ours.push(work);
        }
    }
    let mut days: Vec<Day> = days.into_values().collect();
    for day in &mut days {
        day.ours.sort_by_key(|work| work.begins);
        day.others.sort_by_key(|work| work.begins);
        day.others.truncate(OTHERS);
    }
    days
}

impl Day {
    fn of(now: &Now, at: Option<Timestamp>, key: String) -> Self {
        let name = at.map_or_else(|| "On a day that is not said".to_owned(), |at| day_name(now, at));
        Self { name, anchor: format!("d-{key}"), ours: Vec::new(), others: Vec::new(), others_in_all: 0 }
    }
}

fn day_name(now: &Now, at: Timestamp) -> String {
    let day = |at: Timestamp| now.times.written(at, "%Y-%m-%d");
    let tomorrow = now.at + SignedDuration::from_hours(24);
    let near = match day(at) {
        same if same == day(now.at) => "Today, ",
        next if next == day(tomorrow) => "Tomorrow, ",
        _ => "",
    };
    let is_this_year = now.times.written(at, "%Y") == now.times.written(now.at, "%Y");
    format!("{near}{}", now.times.written(at, if is_this_year { "%A %-d %B" } else { "%A %-d %B %Y" }))
}

impl Past {
    pub fn of(now: &Now, report: &Report, services: &BTreeSet<ServiceId>) -> Option<Self> {
        let over = ended(report)?;
        let names: Vec<&str> = services
            .iter()
            .map(|id| now.compiled.inventory.service(id).map_or(id.as_str(), |s| s.name.as_str()))
            .collect();
        let never_ran = report.standing == Standing::Withdrawn || report.seen.phase == Phase::Cancelled;
        let until = report.seen.planned.as_ref().and_then(|p| p.until.as_ref()?.at);
        let late = until.map_or(0, |until| between(until, over));
        let ran = span(between(began(report, now.at), over));
        Some(Self {
            link: format!("/incidents/{}", report.incident),
            vendor: now.compiled.vendor_name(&report.source.vendor()),
            title: Theirs::line(&report.seen.title),
            badge: Badge::saying(Impact::Maintenance, if never_ran { "Called off" } else { "Over" }),
            ended: When::of(now, over),
            lasted: match late {
                _ if never_ran => "did not run".to_owned(),
                late if late >= 60 => format!("{ran}, {} past its planned end", span(late)),
                _ => ran,
            },
            services: if names.is_empty() { "none".to_owned() } else { list(&names, SERVICES) },
            how: how_ended(report.standing),
        })
    }
}
