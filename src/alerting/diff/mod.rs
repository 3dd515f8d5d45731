//! What a look at a source changed. Found by comparing what is said with what was said, never by counting or by dates.

mod component;

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use crate::model::change::{Change, ChangeKind, IncidentChange, SourceChange};
use crate::model::doubt::Doubt;
use crate::model::id::Ids;
use crate::model::impact::{Impact, Step};
use crate::model::incident::{Health, Known, Missing, Report, ResolvedHow, Standing};
use crate::model::phase::{Kind, Phase};
use crate::model::snapshot::{Covers, GoneAfter, Look, SeenIncident, Snapshot, Unreadable};

/// Silent for this long at the first look: listed, marked old, alerts nobody.
const OLD_AFTER: SignedDuration = SignedDuration::from_hours(15 * 24);
/// What ended so long before it was first seen is history, and no news that comes late. A list of the last fifty may go
/// back for years, further than what is kept.
const HISTORY_AFTER: SignedDuration = SignedDuration::from_hours(30 * 24);
/// A refresh clock that stands still for this long makes a source stale.
const STALE_AFTER: SignedDuration = SignedDuration::from_hours(2);

/// What a format says of its own documents, as far as `diff` needs it.
#[derive(Debug, Clone, Copy)]
pub struct Habits {
    /// When a missing incident counts as over.
    pub gone_after: GoneAfter,
    /// Whether a key may be used again for another incident after its end.
    pub perishable_keys: bool,
}

/// What a look changed, and what is known after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diff {
    /// The changes, incidents first.
    pub changes: Vec<Change>,
    /// What is known now. Replaces what was known before.
    pub known: Known,
}

impl Diff {
    /// The same with what is doubted of the source now. Doubts that come or go are a change of its health.
    #[must_use]
    pub fn doubting(mut self, before: &Health, now_doubted: Vec<Doubt>, now: Timestamp) -> Self {
        let Health::Readable { doubts, .. } = &mut self.known.health else { return self };
        *doubts = now_doubted;
        let health = self.known.health.clone();
        let told = self.changes.iter_mut().find_map(|change| match change {
            Change::Source(change) => Some(change),
            Change::Incident(_) | Change::Component(_) => None,
        });
        match told {
            Some(change) => change.health = health,
            None if before.doubts() != health.doubts() => {
                self.changes.push(Change::Source(SourceChange { at: now, source: self.known.source.clone(), health }));
            }
            None => {}
        }
        self
    }
}

/// Compares a look with what was known.
#[must_use]
pub fn diff(known: &Known, look: &Look, habits: Habits, ids: &Ids, now: Timestamp) -> Diff {
    let mut work = Work { known: known.clone(), changes: Vec::new(), habits, ids, now };
    match look {
        Look::Snapshot(snapshot) => work.snapshot(snapshot),
        Look::SameAsBefore => work.same_as_before(),
        Look::Unreadable(why) => work.unreadable(why),
    }
    Diff { changes: work.changes, known: work.known }
}

/// A change made by a person, at the report's own source.
#[must_use]
pub fn by_hand(known: &Known, seen: &SeenIncident, ids: &Ids, now: Timestamp) -> Diff {
    let habits = Habits { gone_after: GoneAfter::USUAL, perishable_keys: false };
    let mut work = Work { known: known.clone(), changes: Vec::new(), habits, ids, now };
    work.known.first_look.get_or_insert(now);
    work.seen(seen, false);
    for change in &mut work.changes {
        if let Change::Incident(change) = change
            && change.kind == ChangeKind::Resolved
        {
            change.resolved_how = Some(ResolvedHow::ByHand);
            change.report.standing = Standing::Resolved(ResolvedHow::ByHand);
            work.known.reports.insert(seen.key.clone(), change.report.clone());
        }
    }
    Diff { changes: work.changes, known: work.known }
}

/// A source that was taken out of the configuration: what it had open is withdrawn, since nobody looks any more. What
/// it said stays as it was.
#[must_use]
pub fn unwatched(known: &Known, ids: &Ids, now: Timestamp) -> Diff {
    let habits = Habits { gone_after: GoneAfter::USUAL, perishable_keys: false };
    let mut work = Work { known: known.clone(), changes: Vec::new(), habits, ids, now };
    for report in known.reports.values().filter(|r| r.standing.is_open()) {
        let report = Report { standing: Standing::Withdrawn, changed: now, missing: None, ..report.clone() };
        work.tell(ChangeKind::Withdrawn, report, false, false);
    }
    Diff { changes: work.changes, known: work.known }
}

struct Work<'a> {
    known: Known,
    changes: Vec<Change>,
    habits: Habits,
    ids: &'a Ids,
    now: Timestamp,
}

impl Work<'_> {
    fn snapshot(&mut self, snapshot: &Snapshot) {
        let first_look = self.known.first_look.is_none();
        self.recoveries(snapshot);
        for seen in &snapshot.incidents {
            self.seen(seen, first_look);
        }
        let listed: BTreeSet<&str> = snapshot.incidents.iter().map(|seen| seen.key.as_str()).collect();
        self.missing(&listed, |report| is_covered(report, snapshot));
        self.components(snapshot);
        self.known.first_look.get_or_insert(self.now);
        let stale = snapshot.refreshed.filter(|at| self.now.duration_since(*at) > STALE_AFTER);
        let blind = snapshot.blind.iter().map(|(role, why)| ((*role).to_owned(), why.clone())).collect();
        let doubts = self.known.health.doubts().to_vec();
        self.health(Health::Readable { blind, stale, doubts });
    }

    fn same_as_before(&mut self) {
        let here: BTreeSet<String> =
            self.known.reports.values().filter(|r| r.missing.is_none()).map(|r| r.seen.key.clone()).collect();
        let here: BTreeSet<&str> = here.iter().map(String::as_str).collect();
        self.missing(&here, |report| report.missing.is_some_and(|m| m.evident));
        self.missing_components(&BTreeSet::new(), None);
        let before = match &self.known.health {
            Health::Readable { .. } => self.known.health.clone(),
            Health::NeverRead | Health::Unreadable { .. } => Health::readable(),
        };
        self.health(before);
    }

    fn unreadable(&mut self, why: &Unreadable) {
        let since = match &self.known.health {
            Health::Unreadable { since, .. } => *since,
            Health::NeverRead | Health::Readable { .. } => self.now,
        };
        self.health(Health::Unreadable { since, why: why.clone() });
    }

    fn health(&mut self, health: Health) {
        let is_news = match (&self.known.health, &health) {
            (Health::NeverRead, Health::Readable { blind, stale, .. }) => !blind.is_empty() || stale.is_some(),
            (Health::Unreadable { why: before, .. }, Health::Unreadable { why, .. }) => before.word() != why.word(),
            (Health::Readable { blind: before, stale: was, .. }, Health::Readable { blind, stale, .. }) => {
                roles(before) != roles(blind) || was.is_some() != stale.is_some()
            }
            _ => true,
        };
        if is_news {
            let (source, health) = (self.known.source.clone(), health.clone());
            self.changes.push(Change::Source(SourceChange { at: self.now, source, health }));
        }
        self.known.health = health;
    }

    /// One incident as a document tells it.
    fn seen(&mut self, seen: &SeenIncident, first_look: bool) {
        match self.known.reports.get_mut(&seen.key) {
            None => self.new_key(seen, first_look, 0),
            // Word for word the same, as nearly always: what was said need not be hashed again.
            Some(before) if before.standing.is_open() && before.seen == *seen => before.missing = None,
            Some(before) => {
                let before = before.clone();
                self.known_key(before, seen);
            }
        }
    }

    fn new_key(&mut self, seen: &SeenIncident, first_look: bool, generation: u32) {
        let report = Report {
            source: self.known.source.clone(),
            generation,
            incident: self.ids.incident(&self.known.source, &seen.key, generation),
            said: seen.said(),
            standing: standing(seen.phase),
            first_seen: self.now,
            changed: self.now,
            missing: None,
            old: first_look && self.is_old(seen),
            recovered: BTreeMap::new(),
            seen: seen.clone(),
        };
        let is_open = report.standing.is_open();
        let is_history =
            first_look
                || report.standing == Standing::Withdrawn
                || seen.ended.as_ref().and_then(|e| e.at).is_some_and(|end| {
                    self.now.duration_since(end) > HISTORY_AFTER || self.known.first_look > Some(end)
                });
        if is_open || !is_history {
            let kind = if is_open { ChangeKind::Opened } else { ChangeKind::Resolved };
            self.tell(kind, report, first_look, !is_open);
        } else {
            self.known.reports.insert(seen.key.clone(), report);
        }
    }

    fn known_key(&mut self, before: Report, seen: &SeenIncident) {
        let said = seen.said();
        let is_open = !seen.phase.is_end();
        if !before.standing.is_open() && is_open && self.habits.perishable_keys {
            return self.new_key(seen, false, before.generation + 1);
        }
        let kind = match (before.standing.is_open(), is_open) {
            (true, true) | (false, false) if said == before.said => None,
            (true, true) => Some(step(before.seen.impact, seen.impact)),
            (true, false) if seen.phase == Phase::Cancelled => Some(ChangeKind::Withdrawn),
            (true, false) => Some(ChangeKind::Resolved),
            (false, true) => Some(ChangeKind::Reopened),
            (false, false) => Some(ChangeKind::Updated),
        };
        let Some(kind) = kind else {
            if let Some(report) = self.known.reports.get_mut(&seen.key) {
                report.missing = None;
                // What is not part of what was said (a link, an end) may still have become known.
                report.seen = seen.clone();
            }
            return;
        };
        let standing = if is_open || before.standing.is_open() { standing(seen.phase) } else { before.standing };
        let mut report =
            Report { seen: seen.clone(), said, standing, changed: self.now, missing: None, old: false, ..before };
        if matches!(kind, ChangeKind::Escalated | ChangeKind::Reopened) {
            report.recovered.clear();
        }
        self.tell(kind, report, false, false);
    }

    fn tell(&mut self, kind: ChangeKind, report: Report, first_look: bool, reported_late: bool) {
        self.known.reports.insert(report.seen.key.clone(), report.clone());
        let resolved_how = match (kind, report.standing) {
            (ChangeKind::Resolved, Standing::Resolved(how)) => Some(how),
            _ => None,
        };
        let change = IncidentChange { at: self.now, kind, report, resolved_how, first_look, reported_late };
        self.changes.push(Change::Incident(Box::new(change)));
    }

    fn is_old(&self, seen: &SeenIncident) -> bool {
        let lies_ahead = seen
            .planned
            .as_ref()
            .is_some_and(|p| p.until.as_ref().and_then(|u| u.at).or(p.from.at).is_some_and(|end| end > self.now));
        !lies_ahead && seen.last_word().is_some_and(|word| self.now.duration_since(word) > OLD_AFTER)
    }

    /// Counts the looks at which an open incident is missing, and ends what has been missing for long enough.
    fn missing(&mut self, listed: &BTreeSet<&str>, covered: impl Fn(&Report) -> bool) {
        let keys: Vec<String> = self
            .known
            .reports
            .values()
            .filter(|r| r.standing.is_open() && !listed.contains(r.seen.key.as_str()))
            .map(|r| r.seen.key.clone())
            .collect();
        for key in keys {
            let Some(report) = self.known.reports.get_mut(&key) else { continue };
            if !covered(report) {
                if let Some(missing) = &mut report.missing {
                    missing.evident = false;
                }
                continue;
            }
            let missing = once_more(report.missing, self.now);
            report.missing = Some(missing);
            if is_gone(missing, self.habits.gone_after, self.now) {
                let report = report.clone();
                self.gone(report, missing);
            }
        }
    }

    fn gone(&mut self, mut report: Report, missing: Missing) {
        let never_began = report.seen.kind == Kind::Maintenance
            && report.seen.phase == Phase::Scheduled
            && report.seen.planned.as_ref().and_then(|p| p.from.at).is_some_and(|from| from > missing.since);
        (report.standing, report.seen.phase) = match (never_began, report.seen.kind) {
            (true, _) => (Standing::Withdrawn, Phase::Cancelled),
            (false, Kind::Maintenance) => (Standing::Resolved(ResolvedHow::NoLongerListed), Phase::Completed),
            (false, Kind::Incident) => (Standing::Resolved(ResolvedHow::NoLongerListed), Phase::Resolved),
        };
        report.changed = self.now;
        report.missing = None;
        let kind = if never_began { ChangeKind::Withdrawn } else { ChangeKind::Resolved };
        self.tell(kind, report, false, false);
    }
}

fn roles(blind: &[(String, Unreadable)]) -> Vec<(&str, &str)> {
    blind.iter().map(|(role, why)| (role.as_str(), why.word())).collect()
}

const fn standing(phase: Phase) -> Standing {
    match phase {
        Phase::Cancelled => Standing::Withdrawn,
        Phase::Resolved | Phase::Postmortem | Phase::Completed => Standing::Resolved(ResolvedHow::VendorSaid),
        Phase::Investigating
        | Phase::Identified
        | Phase::Monitoring
        | Phase::Scheduled
        | Phase::InProgress
        | Phase::Verifying => Standing::Open,
    }
}

fn step(before: Impact, now: Impact) -> ChangeKind {
    match before.step_to(now) {
        Step::Up => ChangeKind::Escalated,
        Step::Down => ChangeKind::Eased,
        Step::Same | Step::Lost => ChangeKind::Updated,
    }
}

/// Whether the snapshot would have listed this report, were it still open.
fn is_covered(report: &Report, snapshot: &Snapshot) -> bool {
    match snapshot.covers.of(report.seen.kind) {
        Covers::AllOpen => true,
        Covers::AllUnwell | Covers::Window { .. } | Covers::Delta => false,
        Covers::PlannedBefore { horizon } => {
            report.seen.phase != Phase::Scheduled
                || report.seen.planned.as_ref().and_then(|p| p.from.at).is_some_and(|from| from < horizon)
        }
    }
}

fn once_more(missing: Option<Missing>, now: Timestamp) -> Missing {
    match missing {
        None => Missing { since: now, looks: 1, evident: true },
        Some(Missing { since, looks, .. }) => Missing { since, looks: looks.saturating_add(1), evident: true },
    }
}

fn is_gone(missing: Missing, after: GoneAfter, now: Timestamp) -> bool {
    missing.looks >= after.looks && now.duration_since(missing.since) >= SignedDuration::from_mins(after.minutes.into())
}
