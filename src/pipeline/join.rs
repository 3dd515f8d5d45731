//! One incident out of two: what a person opened by hand and what the vendor said of it later. And two again.
//!
//! The incident opened by hand keeps its name and its thread. Never is anything of two vendors joined.

use jiff::Timestamp;

use super::compiled::Compiled;
use super::hand::NotTaken;
use super::settle::{self, Happened};
use crate::model::audit::{By, Deed, Entry};
use crate::model::change::{Change, ChangeKind, IncidentChange};
use crate::model::id::IncidentId;
use crate::model::incident::{Acknowledged, Report, ResolvedHow, Standing};
use crate::model::phase::Kind;
use crate::store::{Store, Writing};

/// Joins the vendor's incident `vendors` to `incident`, which was opened by hand. Joined already, it changes nothing.
///
/// # Errors
/// [`NotTaken`].
pub async fn join(
    store: &Store,
    compiled: &Compiled,
    incident: &IncidentId,
    vendors: &IncidentId,
    by: &By,
    now: Timestamp,
) -> Result<Happened, NotTaken> {
    let mut tx = store.write().await?;
    if tx.whole(vendors).await? == *incident && vendors != incident {
        return Ok(Happened::default());
    }
    let ours = tx.reports_of(incident).await?;
    let theirs = tx.reports_of(vendors).await?;
    let report = joinable(incident, &ours, vendors, &theirs)?;
    let who = Acknowledged { at: now, who: by.who.clone() };
    let joined = tx.join(report, incident, &who).await?;
    let line = Entry::of(now, by, Deed::Joined, &*incident.0).with(format!("{vendors} of {}", report.source));
    tx.put_audit(&line).await?;
    let source = joined.source.clone();
    let changes = vec![changed(ChangeKind::Updated, joined, now)];
    let happened = settle::settle_vendor(&mut tx, compiled, &source, changes, false, now).await?;
    tx.commit().await?;
    Ok(happened)
}

/// The report that can be joined, or why there is none.
fn joinable<'a>(
    incident: &IncidentId,
    ours: &[Report],
    vendors: &IncidentId,
    theirs: &'a [Report],
) -> Result<&'a Report, NotTaken> {
    let no = |why: String| Err(NotTaken::Senseless(why));
    let Some(mine) = ours.iter().find(|r| r.source.is_by_hand()) else {
        return no(format!("{incident} was not opened by hand; a vendor's report is joined to one that was"));
    };
    let Some(report) = theirs.first() else { return no(format!("there is no incident {vendors}")) };
    if theirs.iter().any(|r| r.source.is_by_hand()) {
        return no(format!("{vendors} was opened by hand too; end the one that is too many"));
    }
    if report.source.vendor() != mine.source.vendor() {
        let (a, b) = (mine.source.vendor(), report.source.vendor());
        return no(format!("{incident} is of {a} and {vendors} of {b}: incidents of two vendors are never one"));
    }
    if report.seen.kind != Kind::Incident {
        return no(format!("{vendors} is a planned maintenance, not an incident"));
    }
    if !report.standing.is_open() || !ours.iter().any(|r| r.standing.is_open()) {
        return no("only what is open on both sides is joined".to_owned());
    }
    Ok(report)
}

/// Parts the vendor's incident `own` from `incident` again. Parted already, it changes nothing.
///
/// # Errors
/// [`NotTaken`].
pub async fn part(
    store: &Store,
    compiled: &Compiled,
    incident: &IncidentId,
    own: &IncidentId,
    by: &By,
    now: Timestamp,
) -> Result<Happened, NotTaken> {
    let mut tx = store.write().await?;
    let joints = tx.joints(incident).await?;
    let Some(joint) = joints.into_iter().find(|joint| joint.own == *own) else {
        if !tx.reports_of(own).await?.is_empty() && !tx.reports_of(incident).await?.is_empty() && own != incident {
            // They are two already.
            return Ok(Happened::default());
        }
        return Err(NotTaken::Senseless(format!("{own} is not joined to {incident}")));
    };
    let reports = tx.reports_of(incident).await?;
    let is_it = |r: &&Report| (&r.source, &r.seen.key, r.generation) == (&joint.source, &joint.key, joint.generation);
    let Some(report) = reports.iter().find(is_it) else {
        return Err(NotTaken::Senseless(format!("the report of {own} is gone")));
    };
    let parted = tx.part(&joint, report).await?;
    let line = Entry::of(now, by, Deed::Parted, &*incident.0).with(format!("{own} of {}", joint.source));
    tx.put_audit(&line).await?;
    let source = parted.source.clone();
    let mut changes = ends(&mut tx, incident, now).await?;
    let of_own = ends(&mut tx, own, now).await?;
    if of_own.is_empty() {
        changes.push(changed(ChangeKind::Updated, parted, now));
    }
    changes.extend(of_own);
    let happened = settle::settle_vendor(&mut tx, compiled, &source, changes, false, now).await?;
    tx.commit().await?;
    Ok(happened)
}

/// What ended while the other half went on was no end then. It is one now.
async fn ends(tx: &mut Writing, incident: &IncidentId, now: Timestamp) -> Result<Vec<Change>, NotTaken> {
    let reports = tx.reports_of(incident).await?;
    let Some(report) = reports.into_iter().next().filter(|r| !r.standing.is_open()) else { return Ok(Vec::new()) };
    if tx.has_end(incident).await? {
        return Ok(Vec::new());
    }
    let kind = match report.standing {
        Standing::Withdrawn => ChangeKind::Withdrawn,
        Standing::Resolved(_) | Standing::Open => ChangeKind::Resolved,
    };
    Ok(vec![changed(kind, report, now)])
}

fn changed(kind: ChangeKind, report: Report, now: Timestamp) -> Change {
    let resolved_how: Option<ResolvedHow> = match (kind, report.standing) {
        (ChangeKind::Resolved, Standing::Resolved(how)) => Some(how),
        _ => None,
    };
    Change::Incident(Box::new(IncidentChange {
        at: now,
        kind,
        report,
        resolved_how,
        first_look: false,
        reported_late: false,
    }))
}
