//! A person's word on an incident, for vendors that publish nothing or say it too late.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::compiled::Compiled;
use super::settle::{self, Happened};
use crate::model::audit::{By, Deed, Entry};
use crate::model::id::{IncidentId, SourceId, VendorId};
use crate::model::impact::Impact;
use crate::model::incident::Report;
use crate::model::phase::{Kind, Phase};
use crate::model::published::time;
use crate::model::snapshot::{ComponentRef, SeenIncident, SeenUpdate};
use crate::model::stated::Stated;
use crate::model::text;
use crate::store::{Store, StoreError, Writing};

/// What a person says. Taken in twice, it changes nothing the second time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Word {
    /// Its own key, so that it counts once.
    pub key: String,
    /// When it was said.
    pub at: Timestamp,
    /// Who says it.
    pub author: String,
    /// What it does.
    pub act: Act,
    /// How bad it is, where it says so.
    pub impact: Option<Impact>,
    /// What is said, for people.
    pub text: Option<String>,
}

/// What a word does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// Opens an incident.
    Open {
        /// Of which vendor.
        vendor: VendorId,
        /// What is wrong, in one line.
        title: String,
        /// Which parts of the vendor's product, if known.
        components: Vec<String>,
        /// Where, if known.
        regions: Vec<String>,
        /// Since when, if not since it was said.
        since: Option<Timestamp>,
    },
    /// Adds to an incident that was opened by hand.
    Update {
        /// Which.
        incident: IncidentId,
    },
    /// Ends an incident that was opened by hand.
    Resolve {
        /// Which.
        incident: IncidentId,
    },
}

/// Why a word was not taken in.
#[derive(Debug, thiserror::Error)]
pub enum NotTaken {
    /// It makes no sense; the person can mend it.
    #[error("{0}")]
    Senseless(String),
    /// It could not be written; it is worth trying again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Takes a word in that was typed: the incident it is about, and what it led to.
///
/// # Errors
/// [`NotTaken`].
pub async fn take_word(
    store: &Store,
    compiled: &Compiled,
    word: &Word,
    now: Timestamp,
) -> Result<(IncidentId, Happened), NotTaken> {
    take_word_by(store, compiled, word, &By::terminal(&*word.author), now).await
}

/// Takes a word in, from whoever says it.
///
/// # Errors
/// [`NotTaken`].
pub async fn take_word_by(
    store: &Store,
    compiled: &Compiled,
    word: &Word,
    by: &By,
    now: Timestamp,
) -> Result<(IncidentId, Happened), NotTaken> {
    let mut tx = store.write().await?;
    let taken = say(&mut tx, compiled, word, by, now).await?;
    tx.commit().await?;
    Ok(taken)
}

/// What a word would lead to. Nothing of it happens.
///
/// # Errors
/// [`NotTaken`].
pub async fn foresee(
    store: &Store,
    compiled: &Compiled,
    word: &Word,
    now: Timestamp,
) -> Result<(IncidentId, Happened), NotTaken> {
    let mut tx = store.write().await?;
    // Dropped without a commit: it never was.
    say(&mut tx, compiled, word, &By::terminal(&*word.author), now).await
}

async fn say(
    tx: &mut Writing,
    compiled: &Compiled,
    word: &Word,
    by: &By,
    now: Timestamp,
) -> Result<(IncidentId, Happened), NotTaken> {
    if let Some(incident) = tx.deed(&word.key).await? {
        return Ok((incident, Happened::default()));
    }
    let (incident, source, seen) = match &word.act {
        Act::Open { vendor, .. } => {
            if !compiled.knows(vendor) {
                return Err(NotTaken::Senseless(format!(
                    "no vendor is called {vendor}; `bellwether vendors search {vendor}` may find it"
                )));
            }
            let (source, seen) = (SourceId::by_hand(vendor), opened(word));
            (compiled.ids.incident(&source, &seen.key, 0), source, seen)
        }
        Act::Update { incident } | Act::Resolve { incident } => {
            let report = by_hand(tx, incident).await?;
            refuse_after_the_end(&report)?;
            (report.incident.clone(), report.source.clone(), continued(word, &report))
        }
    };
    let happened = settle::by_hand(tx, compiled, &source, &seen, now).await?;
    tx.put_deed(&word.key, &incident, now).await?;
    let deed = match &word.act {
        Act::Open { .. } => Deed::IncidentOpened,
        Act::Update { .. } => Deed::IncidentUpdated,
        Act::Resolve { .. } => Deed::IncidentEnded,
    };
    tx.put_audit(&Entry::of(now, by, deed, &*incident.0).with(text::line(&seen.title, 120))).await?;
    Ok((incident, happened))
}

/// The report of an incident that was entered by hand.
async fn by_hand(tx: &mut Writing, incident: &IncidentId) -> Result<Report, NotTaken> {
    let whole = tx.whole(incident).await?;
    let reports = tx.reports_of(&whole).await?;
    if let Some(report) = reports.iter().find(|r| r.source.is_by_hand()) {
        return Ok(report.clone());
    }
    Err(NotTaken::Senseless(match reports.first() {
        None => format!("there is no incident {incident}"),
        Some(report) => format!(
            "{incident} is the word of {}; only what was opened by hand is updated or ended by hand",
            report.source
        ),
    }))
}

/// What is over is not ended again, nor quietly added to.
fn refuse_after_the_end(report: &Report) -> Result<(), NotTaken> {
    let ended = report.seen.ended.as_ref().and_then(|e| e.at);
    if report.standing.is_open() {
        return Ok(());
    }
    let since = ended.map(|at| format!(" since {}", time(at))).unwrap_or_default();
    let why = format!(
        "what was entered by hand on {} is over{since}; if it is back, open another with `bellwether incident open`",
        report.incident
    );
    Err(NotTaken::Senseless(why))
}

fn opened(word: &Word) -> SeenIncident {
    let Act::Open { title, components, regions, since, .. } = &word.act else { return nothing(word) };
    let named = components.iter().map(|name| text::title(name));
    SeenIncident {
        title: text::title(title),
        components: named.map(|name| ComponentRef { key: name.clone(), name, group: None, region: None }).collect(),
        regions: regions.iter().map(|r| text::title(r)).collect(),
        started: Some(stated(since.unwrap_or(word.at))),
        ..nothing(word)
    }
}

fn nothing(word: &Word) -> SeenIncident {
    SeenIncident {
        key: word.key.clone(),
        kind: Kind::Incident,
        title: String::new(),
        vendor_impact: String::new(),
        impact: word.impact.unwrap_or(Impact::Unknown),
        vendor_phase: String::new(),
        phase: Phase::Investigating,
        components: Vec::new(),
        regions: Vec::new(),
        started: None,
        ended: None,
        planned: None,
        updates: update(word).into_iter().collect(),
        link: None,
    }
}

fn continued(word: &Word, report: &Report) -> SeenIncident {
    let mut seen = report.seen.clone();
    if let Some(impact) = word.impact {
        seen.impact = impact;
    }
    if let Some(update) = update(word)
        && !seen.updates.iter().any(|u| u.key == update.key)
    {
        seen.updates.push(update);
    }
    if matches!(word.act, Act::Resolve { .. }) {
        seen.phase = Phase::Resolved;
        seen.ended = Some(stated(word.at));
    }
    seen
}

fn update(word: &Word) -> Option<SeenUpdate> {
    let said = text::body(word.text.as_deref()?);
    Some(SeenUpdate {
        key: word.key.clone(),
        at: Some(stated(word.at)),
        vendor_phase: String::new(),
        text: said,
        author: Some(text::line(&word.author, 80)),
    })
}

fn stated(at: Timestamp) -> Stated {
    Stated::certain(at, at.to_string())
}
