//! A person's word on an incident, for vendors that publish nothing or say it too late.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::compiled::Compiled;
use super::settle::{self, Happened};
use crate::model::id::{IncidentId, SourceId, VendorId};
use crate::model::impact::Impact;
use crate::model::incident::Report;
use crate::model::phase::{Kind, Phase};
use crate::model::published::time;
use crate::model::snapshot::{ComponentRef, SeenIncident, SeenUpdate};
use crate::model::stated::Stated;
use crate::model::text;
use crate::store::{Store, StoreError};

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

/// Takes a word in: the incident it is about, and what it led to.
///
/// # Errors
/// [`NotTaken`].
pub async fn take_word(
    store: &Store,
    compiled: &Compiled,
    word: &Word,
    now: Timestamp,
) -> Result<(IncidentId, Happened), NotTaken> {
    let (source, seen) = match &word.act {
        Act::Open { vendor, .. } => {
            if !compiled.vendors.contains_key(vendor) {
                return Err(NotTaken::Senseless(format!(
                    "no vendor is called {vendor}; `bellwether vendors list` shows all"
                )));
            }
            (SourceId::by_hand(vendor), opened(word))
        }
        Act::Update { incident } | Act::Resolve { incident } => {
            let report = by_hand(store, incident).await?;
            refuse_after_the_end(word, &report)?;
            (report.source.clone(), continued(word, &report))
        }
    };
    let incident = match &word.act {
        Act::Open { .. } => compiled.ids.incident(&source, &seen.key, 0),
        Act::Update { incident } | Act::Resolve { incident } => incident.clone(),
    };
    let happened = settle::by_hand(store, compiled, &source, &seen, now).await?;
    Ok((incident, happened))
}

async fn by_hand(store: &Store, incident: &IncidentId) -> Result<Report, NotTaken> {
    let mut tx = store.write().await?;
    let report = tx.report_of(incident).await?;
    let report = report.ok_or_else(|| NotTaken::Senseless(format!("there is no incident {incident}")))?;
    if report.source.is_by_hand() {
        Ok(report)
    } else {
        let why = format!(
            "{incident} is the word of {}; only what was opened by hand is updated or ended by hand",
            report.source
        );
        Err(NotTaken::Senseless(why))
    }
}

/// What is over is not ended again, nor quietly added to; but the word that ended it may come twice.
fn refuse_after_the_end(word: &Word, report: &Report) -> Result<(), NotTaken> {
    let ended = report.seen.ended.as_ref().and_then(|e| e.at);
    if report.standing.is_open() || ended == Some(word.at) {
        return Ok(());
    }
    let since = ended.map(|at| format!(" since {}", time(at))).unwrap_or_default();
    let why =
        format!("{} is over{since}; if it is back, open another with `bellwether incident open`", report.incident);
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
