//! One post of a PagerDuty page: an incident, or a maintenance.

use jiff::Timestamp;

use super::{Context, wire};
use crate::model::impact::Impact;
use crate::model::phase::{Kind, Phase};
use crate::model::snapshot::{ComponentRef, Planned, SeenIncident, SeenUpdate, Snapshot};
use crate::model::stated::Stated;
use crate::model::text;
use crate::normalize::field::{Field, Place, TIME_CHARS, Word};
use crate::normalize::keyed::{self, Keyed, UpdateKeys};
use crate::normalize::{document, moment};

/// Reads a post; `None` where it has no id, or says nothing yet.
pub fn post(row: &wire::Post<'_>, context: &Context<'_>, at: Place<'_>, into: &mut Snapshot) -> Option<SeenIncident> {
    let key = row.id.key(at, "id", into)?;
    let Some(latest) = latest(row) else {
        into.warn(at.field("latest_update"), "is missing");
        return None;
    };
    if let Some(id) = latest.status_id.as_str().filter(|id| !context.knows(id)) {
        // What is over and what is not cannot be told apart without the word: it is lost rather than open again.
        into.warn(at.field("status_id"), format!("is an id without a word: {:?}", text::title(id)));
        return None;
    }
    let kind = kind(row, at, into);
    let word = |field: &Field<crate::normalize::field::Text<'_>>| {
        field.as_str().map(|id| context.word(id)).unwrap_or_default()
    };
    let vendor_phase = word(&latest.status_id);
    let phase = phase(kind, &vendor_phase, at, into);
    let (impact, vendor_impact) = impact(row, latest, phase, context, at, into);
    let first = time(&row.first_update_at, at, "first_update_at", into);
    let from = time(&row.starts_at, at, "starts_at", into);
    let until = time(&row.ends_at, at, "ends_at", into);
    let said = time(&latest.reported_at, at, "reported_at", into)
        .or_else(|| time(&row.last_update_at, at, "last_update_at", into));
    Some(SeenIncident {
        link: context.url.join(&format!("/posts/details/{key}")).ok().map(Into::into),
        key,
        title: row.title.line(at, "title", into),
        impact: match (kind, impact) {
            (Kind::Maintenance, _) => Impact::Maintenance,
            // "All good" of what is open says that it hurts nobody, not that it is over.
            (Kind::Incident, Impact::Operational) => Impact::Unknown,
            (Kind::Incident, impact) => impact,
        },
        vendor_impact,
        phase,
        vendor_phase,
        components: components(row, latest, context),
        regions: Vec::new(),
        started: if kind == Kind::Maintenance { from.clone().or(first) } else { first.or_else(|| from.clone()) },
        ended: if phase.is_end() { said } else { None },
        planned: from.filter(|_| kind == Kind::Maintenance).map(|from| Planned { from, until }),
        kind,
        updates: updates(row, latest, context, at, into),
    })
}

/// The newest update: the one that is named so, else the last that was reported.
fn latest<'a>(row: &'a wire::Post<'a>) -> Option<&'a wire::Update<'a>> {
    let listed = row.updates.get().map_or(&[][..], |list| &list.0).iter().filter_map(|update| update.get());
    let newest = listed.max_by_key(|update| update.0.reported_at.as_str().and_then(|at| at.parse::<i64>().ok()));
    row.latest_update.get().or(newest).map(|update| &update.0)
}

fn kind(row: &wire::Post<'_>, at: Place<'_>, into: &mut Snapshot) -> Kind {
    let word = row.post_type.need(at, "post_type", into).map_or("", |word| word.0.as_ref());
    match word.to_lowercase().as_str() {
        "maintenance" => Kind::Maintenance,
        "incident" | "" => Kind::Incident,
        _ => {
            into.warn(at.field("post_type"), format!("is a word never seen: {:?}", text::title(word)));
            Kind::Incident
        }
    }
}

fn phase(kind: Kind, word: &str, at: Place<'_>, into: &mut Snapshot) -> Phase {
    match (kind, word.to_lowercase().as_str()) {
        (Kind::Incident, "resolved" | "completed") => Phase::Resolved,
        (Kind::Incident, "postmortem") => Phase::Postmortem,
        (Kind::Incident, "monitoring") => Phase::Monitoring,
        (Kind::Incident, "identified") => Phase::Identified,
        (Kind::Incident, "investigating" | "detected") => Phase::Investigating,
        (Kind::Maintenance, "completed" | "resolved") => Phase::Completed,
        (Kind::Maintenance, "in progress") => Phase::InProgress,
        (Kind::Maintenance, "verifying") => Phase::Verifying,
        (Kind::Maintenance, "scheduled") => Phase::Scheduled,
        (_, "cancelled" | "canceled") => Phase::Cancelled,
        (kind, _) => {
            at.never_seen("status_id", word, into);
            if kind == Kind::Incident { Phase::Investigating } else { Phase::Scheduled }
        }
    }
}

/// What its newest word says; of one that is over, the worst that was said: its last word is "all good".
fn impact(
    row: &wire::Post<'_>,
    latest: &wire::Update<'_>,
    phase: Phase,
    context: &Context<'_>,
    at: Place<'_>,
    into: &mut Snapshot,
) -> (Impact, String) {
    let word = |update: &wire::Update<'_>| update.severity_id.as_str().map(|id| context.word(id)).unwrap_or_default();
    let now = (severity(&word(latest), at, into), word(latest));
    if !phase.is_end() {
        return now;
    }
    let listed = row.updates.get().map_or(&[][..], |list| &list.0).iter().filter_map(|update| update.get());
    let said = listed.map(|update| (severity(&word(&update.0), at, into), word(&update.0)));
    said.fold(now, |worst, next| if next.0.rung() > worst.0.rung() { next } else { worst })
}

/// The words for impacts (of services) and severities (of posts), which each page may write anew.
pub fn severity(word: &str, at: Place<'_>, into: &mut Snapshot) -> Impact {
    match word.to_lowercase().as_str() {
        "operational" | "all good" | "none" => Impact::Operational,
        "maintenance" => Impact::Maintenance,
        "minor" | "minor outage" | "degraded" | "degraded performance" | "degraded functionality" => Impact::Degraded,
        "major" | "partial outage" => Impact::PartialOutage,
        "critical" | "outage" | "major outage" => Impact::MajorOutage,
        "" => Impact::Unknown,
        _ => {
            at.never_seen("severity", word, into);
            Impact::Unknown
        }
    }
}

/// The services that its newest word hurts; of one that hurts none any more, all that it ever hurt.
fn components(row: &wire::Post<'_>, latest: &wire::Update<'_>, context: &Context<'_>) -> Vec<ComponentRef> {
    let mut now = Keyed::default();
    named(latest, context, &mut now);
    if now.is_empty() {
        for update in row.updates.get().map_or(&[][..], |list| &list.0).iter().filter_map(|update| update.get()) {
            named(&update.0, context, &mut now);
        }
    }
    now.into_entries()
}

fn named(update: &wire::Update<'_>, context: &Context<'_>, into: &mut Keyed<ComponentRef>) {
    let rows = update.impacts.get().map_or(&[][..], |list| &list.0);
    for key in rows.iter().filter_map(|row| keyed::key(row.get()?.0.service_id.as_str()?)) {
        let unnamed = || ComponentRef { key: key.clone(), name: key.clone(), group: None, region: None };
        into.put(&key, context.services.get(&key).cloned().unwrap_or_else(unnamed));
    }
}

/// What was said, the oldest first; where only the newest is at hand, that one.
fn updates(
    row: &wire::Post<'_>,
    latest: &wire::Update<'_>,
    context: &Context<'_>,
    at: Place<'_>,
    into: &mut Snapshot,
) -> Vec<SeenUpdate> {
    let mut updates = Keyed::default();
    let mut keys = UpdateKeys::default();
    let listed = row.updates.entries(Some(at), "updates", into);
    let is_listed =
        listed.iter().any(|(_, update)| update.id.as_str().is_some() && update.id.as_str() == latest.id.as_str());
    let all = listed.into_iter().map(|(index, update)| (at.entry("updates", index), update));
    let newest = (!is_listed).then_some((at.entry("latest_update", 0), latest));
    for (place, update) in all.chain(newest) {
        let when = time(&update.reported_at, place, "reported_at", into);
        let raw = when.as_ref().map_or("", |at| at.raw.as_str()).to_owned();
        let key = update.id.as_str().and_then(keyed::key).unwrap_or_else(|| keys.next(&raw));
        let said = SeenUpdate {
            key: key.clone(),
            at: when,
            vendor_phase: update.status_id.as_str().map(|id| context.word(id)).unwrap_or_default(),
            text: update.message.as_str().map(document::plain).unwrap_or_default(),
            author: None,
        };
        updates.put(&key, said);
    }
    let mut updates = updates.into_entries();
    updates.sort_by_key(|update| update.at.as_ref().and_then(|at| at.at));
    updates
}

/// Milliseconds since 1970; a text of a time is read too.
fn time(field: &Field<Word<'_>>, at: Place<'_>, name: &str, into: &mut Snapshot) -> Option<Stated> {
    let raw = &field.read(at, name, into)?.0;
    let stated = match raw.parse::<i64>() {
        // "Not yet" is written as 0 too.
        Ok(0) => return None,
        Ok(millis) => {
            let found = Timestamp::from_millisecond(millis).ok();
            Stated { certain: found.is_some(), at: found, raw: text::line(raw, TIME_CHARS) }
        }
        Err(_) => moment::stated(raw),
    };
    if stated.at.is_none() {
        into.warn(at.field(name), format!("is no time: {:?}", stated.raw));
    }
    Some(stated)
}
