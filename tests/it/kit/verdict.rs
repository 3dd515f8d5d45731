//! What was known before a damaged document came, and whether what is known after half a day of it may be so.

use std::panic::{AssertUnwindSafe, catch_unwind};

use bellwether::alerting::diff::{Habits, diff};
use bellwether::model::id::Ids;
use bellwether::model::impact::Impact;
use bellwether::model::incident::{Known, KnownOpen, hurts};
use bellwether::model::phase::Kind;
use bellwether::model::snapshot::{Covers, Look, SeenIncident, Snapshot, Unreadable};
use bellwether::model::vendor::Source;
use bellwether::normalize::{self, Answer, Outcome, Reading};
use jiff::{SignedDuration, Timestamp};

use super::damage::Says;
use crate::support::samples::Case;

/// When the whole sample is looked at. The samples tell of days before.
const BEGAN: &str = "2026-11-22T12:00:00Z";
/// The damaged one is looked at so often, an hour apart: longer than any format waits.
const LOOKS: i32 = 5;

/// What is known after a look at the whole sample.
pub struct Before {
    /// What the sample came to.
    read: Result<Snapshot, Unreadable>,
    known: Known,
}

impl Before {
    /// After a look at the case as it is.
    pub fn of(case: &Case) -> Self {
        let now: Timestamp = BEGAN.parse().unwrap();
        let read = look(&case.source, case.answers.clone(), &KnownOpen::default(), now);
        let read = read.unwrap_or_else(|panic| panic!("{}: {panic}", case.name));
        let nothing = Known::nothing(case.source.id.clone());
        let known = diff(&nothing, &as_look(&read), habits(&case.source), &ids(), now).known;
        Self { read, known }
    }

    /// What sort of sample it is: the kit needs one of each.
    pub fn kind(&self) -> &'static str {
        match &self.read {
            Err(_) => "unreadable",
            Ok(_) if self.open() > 0 => "open",
            Ok(snapshot) if snapshot.warnings.is_empty() => "quiet",
            Ok(_) => "strange",
        }
    }

    /// How much it tells of that is open or not well.
    pub fn open(&self) -> usize {
        let open = self.known.reports.values().filter(|report| report.standing.is_open()).count();
        open + self.known.components.values().filter(|component| is_unwell(component.status)).count()
    }

    /// Whether it could be read, and nothing was open and all was well: damage can hardly make that better.
    pub fn has_little_to_lose(&self) -> bool {
        self.read.is_ok() && self.open() == 0
    }

    /// Looks at other answers for half a day. Whether they could be read.
    ///
    /// # Errors
    /// What is believed that must not be.
    pub fn after(&self, case: &Case, answers: Vec<Answer>, says: Says) -> Result<bool, String> {
        let began: Timestamp = BEGAN.parse().unwrap();
        let mut known = self.known.clone();
        let read = look(&case.source, answers, &known.open(), began + SignedDuration::from_mins(1))?;
        self.may_be_read(&read, says)?;
        for hour in 0..LOOKS {
            let now = began + SignedDuration::from_mins(1) + SignedDuration::from_hours(hour.into());
            known = diff(&known, &as_look(&read), habits(&case.source), &ids(), now).known;
        }
        self.may_be_known(&known, says)?;
        Ok(read.is_ok())
    }

    fn may_be_read(&self, read: &Result<Snapshot, Unreadable>, says: Says) -> Result<(), String> {
        let Ok(snapshot) = read else { return Ok(()) };
        // A feed bears no sign of whose it is: without a title in the vendor's file it is read, as a window that ends
        // nothing.
        let is_believed = says == Says::AnotherFeed && snapshot.covers.incidents != Covers::AllOpen;
        if !is_believed && self.read.is_err() && snapshot.warnings.is_empty() && snapshot.blind.is_empty() {
            return Err(format!("what was unreadable is read, by the sign {:?}", snapshot.sign));
        }
        let mut keys: Vec<&str> = snapshot.incidents.iter().map(|one| one.key.as_str()).collect();
        keys.sort_unstable();
        if keys.iter().any(|key| key.is_empty()) || keys.windows(2).any(|pair| pair[0] == pair[1]) {
            return Err(format!("a key is empty or stands twice: {keys:?}"));
        }
        let well = snapshot.incidents.iter().find(|one| !one.phase.is_end() && one.impact == Impact::Operational);
        well.map_or(Ok(()), |one| Err(format!("{} is open and operational", one.key)))
    }

    /// Another key for the same thing is another thing: the vendor may say so, and nobody is told that all is well.
    fn may_be_known(&self, known: &Known, says: Says) -> Result<(), String> {
        let open = |known: &Known, kind| {
            let open = known.reports.values().filter(|report| report.standing.is_open() && report.seen.kind == kind);
            open.count()
        };
        for (key, report) in self.known.reports.iter().filter(|(_, report)| report.standing.is_open()) {
            let now = known.reports.get(key).map(|report| report.standing);
            let kind = report.seen.kind;
            if says == Says::OtherHours && known.reports.get(key).is_some_and(|report| has_run_out(&report.seen)) {
                continue;
            }
            if now.is_none_or(|standing| !standing.is_open()) && open(known, kind) < open(&self.known, kind) {
                return Err(format!("{key} ({:?}) was open and is {now:?}", report.seen.title));
            }
        }
        let well = |known: &Known| known.components.values().filter(|one| one.status == Impact::Operational).count();
        for (key, before) in self.known.components.iter().filter(|(_, component)| is_unwell(component.status)) {
            let now = known.components.get(key).map(|component| component.status);
            // What is kept by hand has no word of its own: where the exchange says that the open thing about it is another,
            // it is well.
            let is_let_go = says == Says::Exchange
                && hurting(&self.known, Some(key)) > 0
                && hurting(known, Some(key)) == 0
                && hurting(known, None) >= hurting(&self.known, None);
            if now == Some(Impact::Operational) && !is_let_go && well(known) > well(&self.known) {
                let name = &before.component.name;
                return Err(format!("the component {key} ({name}) was {} and is well", before.status));
            }
        }
        Ok(())
    }
}

/// Whether it is a maintenance whose planned end, as it is stated, has come.
fn has_run_out(seen: &SeenIncident) -> bool {
    let until = seen.planned.as_ref().and_then(|planned| planned.until.as_ref()?.at);
    seen.kind == Kind::Maintenance && until.is_some_and(|until| until <= BEGAN.parse().unwrap())
}

/// How much is open that hurts by now: anything, or that component.
fn hurting(known: &Known, component: Option<&str>) -> usize {
    let names = |seen: &SeenIncident| component.is_none_or(|key| seen.components.iter().any(|named| named.key == key));
    let open = known.reports.values().filter(|report| report.standing.is_open());
    open.filter(|report| hurts(report.seen.phase) && names(&report.seen)).count()
}

fn is_unwell(status: Impact) -> bool {
    status != Impact::Operational
}

fn ids() -> Ids {
    Ids::salted("kit")
}

fn habits(source: &Source) -> Habits {
    let about = normalize::about(source.format);
    Habits { gone_after: about.gone_after, perishable_keys: about.perishable_keys }
}

fn as_look(read: &Result<Snapshot, Unreadable>) -> Look {
    match read {
        Ok(snapshot) => Look::Snapshot(Box::new(snapshot.clone())),
        Err(why) => Look::Unreadable(why.clone()),
    }
}

/// Reads; whatever else is asked for cannot be had.
fn look(
    source: &Source,
    mut answers: Vec<Answer>,
    open: &KnownOpen,
    now: Timestamp,
) -> Result<Result<Snapshot, Unreadable>, String> {
    for _ in 0..8 {
        let reading = catch_unwind(AssertUnwindSafe(|| normalize::read(source, &answers, open, now)));
        match reading.map_err(|_| "it panics".to_owned())? {
            Reading::Done(done) => return Ok(done),
            Reading::Need(more) => answers.extend(more.into_iter().map(|request| Answer {
                role: request.role,
                outcome: Outcome::Unreadable(Unreadable::Failing("there is nothing more in a sample".to_owned())),
            })),
        }
    }
    Err("it asks without end".to_owned())
}
