//! One event of Zscaler's, and what is said of it: a text in which each part has its time.

use std::collections::HashMap;

use url::Url;

use super::{Severity, wire};
use crate::model::impact::Impact;
use crate::model::phase::{Kind, Phase};
use crate::model::snapshot::{SeenIncident, SeenUpdate, Snapshot};
use crate::model::stated::Stated;
use crate::model::text;
use crate::normalize::field::{Field, Place, Text};
use crate::normalize::keyed::{self, UpdateKeys};
use crate::normalize::{document, listed, moment};

/// What a part of the text has its time in.
const TIME: &str = "class=\"report-time\">";
/// More parts than any event has.
const MOST: usize = 500;

/// What an event does to the service that it stands at.
pub struct Event {
    pub impact: Impact,
    pub severity: String,
    is_told: bool,
}

impl Event {
    /// Whether it is trouble, or may be.
    pub const fn is_told(&self) -> bool {
        self.is_told
    }
}

/// Whether that word says that it is over.
pub fn is_over(word: &str) -> bool {
    matches!(word.trim().to_lowercase().as_str(), "resolved" | "closed" | "completed")
}

/// What an event is known by: its number, or its page's.
pub fn key(row: &wire::Event<'_>) -> Option<String> {
    let alias = row.alias.as_str().and_then(|alias| alias.rsplit('/').next());
    row.id.as_str().or(alias).and_then(keyed::key)
}

/// Reads an event; `None` where it has nothing to know it by. Its components are left to whoever lists it. The same event
/// stands at each of its services: its text is read once, since rendering is what takes time.
pub fn read(
    row: &wire::Event<'_>,
    known: Option<&SeenIncident>,
    legend: &HashMap<String, Severity>,
    url: &Url,
    at: Place<'_>,
    into: &mut Snapshot,
) -> Option<(SeenIncident, Event)> {
    let Some(key) = key(row) else {
        into.warn(at.to_string(), "has neither an id nor an alias to know it by");
        return None;
    };
    let event = severity(row, legend, at, into);
    let vendor_phase = row.status.line(at, "status", into);
    let phase = phase(&vendor_phase, at, into);
    let started = time(&row.from, at, "from", into);
    let one = SeenIncident {
        link: row.alias.as_str().and_then(|alias| url.join(alias).ok()).map(Into::into),
        key,
        kind: Kind::Incident,
        title: row.title.line(at, "title", into),
        impact: event.impact,
        vendor_impact: event.severity.clone(),
        phase,
        vendor_phase,
        components: Vec::new(),
        regions: Vec::new(),
        ended: time(&row.to, at, "to", into).filter(|_| phase.is_end()),
        planned: None,
        updates: match (known, row.description.as_str()) {
            (Some(known), _) => known.updates.clone(),
            (None, Some(html)) => updates(html, started.as_ref()),
            (None, None) => Vec::new(),
        },
        started,
    };
    Some((one, event))
}

/// The severity by the legend of the document. What the legend does not hold may be anything.
fn severity(row: &wire::Event<'_>, legend: &HashMap<String, Severity>, at: Place<'_>, into: &mut Snapshot) -> Event {
    let number = row.severity.line(at, "severityTid", into);
    let Some(severity) = legend.get(&number) else {
        into.warn(at.field("severityTid"), format!("is not in the legend: {number:?}"));
        return Event { impact: Impact::Unknown, severity: number, is_told: true };
    };
    if !severity.is_known() {
        into.warn(at.field("severityTid"), format!("is a severity never seen: {:?}", severity.name));
    }
    Event {
        impact: severity.impact.unwrap_or(Impact::Unknown),
        severity: severity.name.clone(),
        is_told: severity.is_told(),
    }
}

fn phase(word: &str, at: Place<'_>, into: &mut Snapshot) -> Phase {
    match word.to_lowercase().as_str() {
        word if is_over(word) => Phase::Resolved,
        "monitoring" => Phase::Monitoring,
        "identified" => Phase::Identified,
        "in progress" | "investigating" | "under investigation" | "open" | "new" => Phase::Investigating,
        _ => {
            at.never_seen("status", word, into);
            Phase::Investigating
        }
    }
}

fn time(field: &Field<Text<'_>>, at: Place<'_>, name: &str, into: &mut Snapshot) -> Option<Stated> {
    listed::time(field, at, name, into, moment::stated)
}

/// What was said, the oldest first: the text before the first time, said when it began, then each part. The latest part
/// stands twice, at the top and at its place.
fn updates(html: &str, started: Option<&Stated>) -> Vec<SeenUpdate> {
    let mut parts = html.split(TIME);
    let head = parts.next().unwrap_or_default();
    let mut said: Vec<SeenUpdate> = Vec::new();
    for part in parts.take(MOST) {
        let (time, rest) = part.split_once("</span>").unwrap_or((part, ""));
        let stated = moment::stated(&text::line(&document::plain(time), 60));
        let text = document::plain(before_heading(rest));
        let is_known = |update: &SeenUpdate| update.text == text && update.at.as_ref().is_some_and(|at| *at == stated);
        if !said.iter().any(is_known) {
            said.push(SeenUpdate {
                key: String::new(),
                at: Some(stated),
                vendor_phase: String::new(),
                text,
                author: None,
            });
        }
    }
    said.sort_by_key(|update| update.at.as_ref().and_then(|at| at.at));
    let first = document::plain(before_heading(head));
    if !first.is_empty() {
        let first = SeenUpdate {
            key: String::new(),
            at: started.cloned(),
            vendor_phase: String::new(),
            text: first,
            author: None,
        };
        said.insert(0, first);
    }
    let mut keys = UpdateKeys::default();
    for update in &mut said {
        update.key = keys.next(update.at.as_ref().map_or("", |at| at.raw.as_str()));
    }
    said
}

/// A part without the beginning of the next one, whose heading ("Update -") stands before its time.
fn before_heading(part: &str) -> &str {
    let heading = part.rfind("class=\"zs-update\"").and_then(|at| part.get(..at)?.rfind('<'));
    part.get(..heading.unwrap_or(part.len())).unwrap_or(part)
}
