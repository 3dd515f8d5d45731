//! Somebody says by hand how bad something is, in the place of the vendor. Each override has an author, a reason and an
//! end, and a line in the audit; it speaks of what is known when it is put, and of nothing that comes after.
//!
//! What it changes is judged where it is put, or by the next tick of the Bellwether that runs; what its end changes, by
//! the very run that finds it over.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::compiled::Compiled;
use super::hand::NotTaken;
use super::settle::{Happened, settle_vendor};
use super::silence::{Problem, REASON, reason_and_end};
use crate::alerting::effects::effects_on;
use crate::alerting::overrides::{is_about, known, standing};
use crate::model::audit::{By, Deed, Entry};
use crate::model::change::Change;
use crate::model::effect::{Effect, Effects, World};
use crate::model::hash::Hasher;
use crate::model::id::{IncidentId, SourceId, VendorId};
use crate::model::impact::Impact;
use crate::model::incident::Health;
use crate::model::overrides::{Ended, EndedHow, Gone, Known, Override, Part};
use crate::model::published::time;
use crate::model::text;
use crate::store::{Store, StoreError, Writing};

/// The longest name of a component.
const NAME: usize = 200;

/// What somebody wants to set by hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// Its own key, so that it counts once.
    pub key: String,
    /// Of what.
    pub of: Part,
    /// How bad it is to be held.
    pub impact: Impact,
    /// Why.
    pub reason: String,
    /// Until when; `None`: until the vendor's next change, and no longer than anything may hold.
    pub until: Option<Timestamp>,
    /// The vendor's next change ends it too.
    pub until_change: bool,
}

/// Who judges what it changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judged {
    /// Whoever puts it, at once: he has the whole configuration that runs.
    AtOnce,
    /// The Bellwether that runs, with its next tick.
    ByTheTick,
}

/// An override that was put, and what it makes of what hurts at this moment.
#[derive(Debug)]
pub struct Put {
    /// It.
    pub one: Override,
    /// What it changes, in words: `EHR, because Okta SSO: major outage → operational`.
    pub changes: Vec<String>,
    /// What that led to.
    pub happened: Happened,
}

impl Wish {
    /// All that is wrong with it, as far as it can be said without the store.
    #[must_use]
    pub fn problems(&self, compiled: &Compiled, now: Timestamp) -> Vec<Problem> {
        let instead = "What lasts longer belongs into the inventory.";
        let mut problems = reason_and_end(&self.reason, self.until(now), now, instead);
        let mut wrong = |field: &'static str, why: &str| problems.push(Problem { field, why: why.to_owned() });
        if !compiled.knows(&self.of.vendor) {
            wrong("vendor", &format!("No vendor is called {}.", self.of.vendor));
        }
        if !Override::IMPACTS.contains(&self.impact) {
            wrong("impact", "Say operational, degraded, partial_outage or major_outage.");
        }
        if self.until.is_none() && !self.until_change {
            wrong("until", "Say until when, or until the vendor's next change.");
        }
        match &self.of.component {
            Some(name) if name.trim().is_empty() => wrong("component", "Name the component, as the vendor does."),
            Some(name) if name.chars().count() > NAME => wrong("component", "The name is too long."),
            Some(_) if self.of.incident.is_some() => {
                wrong("component", "Say a component or an incident, not both.");
            }
            Some(_) | None => {}
        }
        problems
    }

    fn until(&self, now: Timestamp) -> Timestamp {
        self.until.unwrap_or_else(|| now.checked_add(Override::LONGEST).unwrap_or(Timestamp::MAX))
    }
}

/// Puts an override. Put twice by one key, it stands once.
///
/// # Errors
/// [`NotTaken`]; the person is told what would be of use instead.
pub async fn put(
    store: &Store,
    compiled: &Compiled,
    wish: &Wish,
    by: &By,
    judged: Judged,
    now: Timestamp,
) -> Result<Put, NotTaken> {
    let mut tx = store.write().await?;
    if let Some(one) = tx.one_override(&id(wish, by)).await? {
        return Ok(Put { one, changes: Vec::new(), happened: Happened::default() });
    }
    let (one, changes) = made(&mut tx, compiled, wish, by, now).await?;
    tx.put_override(&one).await?;
    let detail = format!("{}: {}, {}: {}", one.of, one.impact, lasts(&one), one.reason);
    tx.put_audit(&Entry::of(now, by, Deed::Overridden, &*one.id).with(text::line(&detail, 300))).await?;
    let happened = match judged {
        Judged::AtOnce => judge(&mut tx, compiled, &one.of.vendor, now).await?,
        Judged::ByTheTick => Happened::default(),
    };
    tx.commit().await?;
    Ok(Put { one, changes, happened })
}

/// What an override would be, and what it would change at this moment. Nothing of it happens.
///
/// # Errors
/// [`NotTaken`].
pub async fn foresee(
    store: &Store,
    compiled: &Compiled,
    wish: &Wish,
    by: &By,
    now: Timestamp,
) -> Result<Put, NotTaken> {
    let mut tx = store.write().await?;
    // Dropped without a commit: it never was.
    let (one, changes) = made(&mut tx, compiled, wish, by, now).await?;
    Ok(Put { one, changes, happened: Happened::default() })
}

/// Ends an override before its time: the vendor's word counts again.
///
/// # Errors
/// [`NotTaken`].
pub async fn end(
    store: &Store,
    compiled: Option<&Compiled>,
    id: &str,
    by: &By,
    now: Timestamp,
) -> Result<(Override, Happened), NotTaken> {
    let mut tx = store.write().await?;
    let Some(one) = tx.one_override(id).await? else {
        return Err(NotTaken::Senseless(format!("there is no override {}", text::line(id, 60))));
    };
    if let Some(since) = one.ended.map(|ended| ended.at).or_else(|| (one.until <= now).then_some(one.until)) {
        return Err(NotTaken::Senseless(format!("{} is over since {}", one.id, time(since))));
    }
    let one = Override { ended: Some(Ended { at: now, how: EndedHow::ByHand }), ..one };
    tx.put_override(&one).await?;
    let detail = format!("it was {}: {}, by {}: {}", one.of, one.impact, one.author, one.reason);
    tx.put_audit(&Entry::of(now, by, Deed::OverrideEnded, &*one.id).with(text::line(&detail, 300))).await?;
    let happened = match compiled {
        Some(compiled) => judge(&mut tx, compiled, &one.of.vendor, now).await?,
        None => Happened::default(),
    };
    tx.commit().await?;
    Ok((one, happened))
}

/// Judges anew what stands on a vendor.
async fn judge(
    tx: &mut Writing,
    compiled: &Compiled,
    vendor: &VendorId,
    now: Timestamp,
) -> Result<Happened, StoreError> {
    settle_vendor(tx, compiled, &SourceId::by_hand(vendor), Vec::new(), false, now).await
}

/// Finds out which overrides have come to their end, by time or by what has just changed, and which of what they spoke
/// of they speak of no longer. Those whose end this run finds stay in the world, so that its messages can name them.
pub(super) async fn settle(
    tx: &mut Writing,
    world: &mut World,
    changes: &[Change],
    now: Timestamp,
) -> Result<(), StoreError> {
    let all = std::mem::take(&mut world.overrides);
    let mut after = Vec::with_capacity(all.len());
    for before in all {
        let known = standing(&before, world, now);
        // What becomes worse after the end has not become worse in spite of it.
        let known = if before.ended.is_some() { only_over(&before.known, known) } else { known };
        let one = Override { known, ..before.clone() };
        let ended = one.ended.or_else(|| ended(&one, changes, now));
        let one = Override { ended, ..one };
        if one != before {
            tx.put_override(&one).await?;
        }
        after.push(one);
    }
    world.overrides = after;
    Ok(())
}

fn only_over(before: &[Known], after: Vec<Known>) -> Vec<Known> {
    let pairs = before.iter().zip(after);
    pairs.map(|(before, after)| if after.gone == Some(Gone::Over) { after } else { before.clone() }).collect()
}

fn ended(one: &Override, changes: &[Change], now: Timestamp) -> Option<Ended> {
    if one.until <= now {
        return Some(Ended { at: one.until, how: EndedHow::Time });
    }
    let how = if one.until_change && changes.iter().any(|change| is_about(one, change)) {
        EndedHow::VendorChanged
    } else if one.standing().next().is_none() {
        EndedHow::NothingLeft
    } else {
        return None;
    };
    Some(Ended { at: now, how })
}

/// One person's key is not another's.
fn id(wish: &Wish, by: &By) -> String {
    format!("override-{}", Hasher::default().part(&by.who).part(&wish.key).hex(12))
}

/// The override of a wish, if it makes sense, and what it changes.
async fn made(
    tx: &mut Writing,
    compiled: &Compiled,
    wish: &Wish,
    by: &By,
    now: Timestamp,
) -> Result<(Override, Vec<String>), NotTaken> {
    if let Some(problem) = wish.problems(compiled, now).into_iter().next() {
        return Err(NotTaken::Senseless(format!("{}: {}", problem.field, problem.why)));
    }
    let mut of = wish.of.clone();
    if let Some(incident) = &of.incident {
        of.incident = Some(whole(tx, &of.vendor, incident).await?);
    }
    let mut world = tx.world(&compiled.polled()).await?;
    world.unconfirmed = tx.unconfirmed(&compiled.guessed).await?;
    let known = known(&world, &of, now);
    if known.is_empty() {
        return Err(NotTaken::Senseless(nothing_open(&world, &of, now)));
    }
    let one = Override {
        id: id(wish, by),
        of,
        impact: wish.impact,
        author: by.who.clone(),
        reason: text::line(&wish.reason, REASON),
        from: now,
        until: wish.until(now),
        until_change: wish.until_change,
        known,
        ended: None,
    };
    let before = judged(compiled, &world, now);
    world.overrides.push(one.clone());
    let after = judged(compiled, &world, now);
    Ok((one, differing(&before, &after)))
}

async fn whole(tx: &mut Writing, vendor: &VendorId, incident: &IncidentId) -> Result<IncidentId, NotTaken> {
    let whole = tx.whole(incident).await?;
    match tx.reports_of(&whole).await?.first() {
        None => Err(NotTaken::Senseless(format!("there is no incident {}", text::line(&incident.0, 80)))),
        Some(report) if !report.source.is_of(vendor) => {
            let whose = report.source.vendor();
            Err(NotTaken::Senseless(format!("{whole} is an incident of {whose}, not of {vendor}")))
        }
        Some(_) => Ok(whole),
    }
}

/// Why there is nothing to speak of, and what to do instead.
fn nothing_open(world: &World, of: &Part, now: Timestamp) -> String {
    let what = match (&of.component, &of.incident) {
        (Some(name), _) => {
            let all = Part { component: None, ..of.clone() };
            let mut others: Vec<String> = known(world, &all, now).into_iter().filter_map(|k| k.component).collect();
            others.sort();
            others.dedup();
            let others = if others.is_empty() { String::new() } else { format!(", but with {}", others.join(", ")) };
            format!("nothing is known to be wrong with the component {name} of {}{others}", of.vendor)
        }
        (None, Some(incident)) => format!("{incident} hurts nobody now: it is over, or has not begun"),
        (None, None) => format!("nothing of {} is known to be wrong", of.vendor),
    };
    let is_blind = |(source, health): (&SourceId, &Health)| {
        (source.is_of(&of.vendor) && !health.is_readable()).then(|| source.to_string())
    };
    let unseen = match world.sources.iter().find_map(is_blind) {
        Some(source) => format!(" ({source} cannot be read, and what nobody sees cannot be set to anything)"),
        None => String::new(),
    };
    format!(
        "{what}{unseen}: only what is known is set to something else. To say that it is hurt, open an incident: bellwether incident open {} \"WHAT IS WRONG\"",
        of.vendor
    )
}

fn judged(compiled: &Compiled, world: &World, now: Timestamp) -> Effects {
    let services: Vec<_> = compiled.graph.services().iter().collect();
    effects_on(&compiled.graph, world, compiled.effect_rules, now, &services)
}

fn differing(before: &Effects, after: &Effects) -> Vec<String> {
    let all: BTreeMap<_, _> = after.hurts.iter().chain(&before.hurts).collect();
    let word = |effects: &Effects, key| {
        let impact = effects.hurts.get(key).map_or(Impact::Operational, |effect| effect.impact);
        impact.label().to_lowercase()
    };
    let one = |(key, effect): (_, &Effect)| {
        let (was, is) = (word(before, key), word(after, key));
        (was != is).then(|| format!("{}: {was} → {is}", effect.path.join(", because ")))
    };
    all.into_iter().filter_map(one).collect()
}

/// How long it lasts, in words.
#[must_use]
pub fn lasts(one: &Override) -> String {
    let change = if one.until_change { "until the vendor's next change, and no longer than " } else { "" };
    let until = if one.until_change { "" } else { "until " };
    format!("{change}{until}{}", time(one.until))
}
