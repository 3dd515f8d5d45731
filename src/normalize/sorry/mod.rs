//! Sorry: the components and the notices of a page by its id, `https://api.sorryapp.com/v1/pages/{id}/components` and
//! `/notices`. The source's address is that of the page in the API. From `https://docs.sorryapp.com/v1` and from what a
//! client reads of the components, 2026-11.
//!
//! Both answer without a token, of the notices not the whole history: which of them, nobody has seen. So a notice that
//! has left the list proves nothing, and is over when it says so.

use std::collections::HashMap;

use serde::Deserialize;
use url::Url;

use super::field::{Field, List, Place, Text, Word};
use super::listed::{self, Gathered};
use super::markup::marked;
use super::{About, Answer, Asked, Body, Page, Reader, Reading, Request, answered, document, keyed};
use crate::model::format::{Evidence, Format};
use crate::model::impact::Impact;
use crate::model::phase::{Kind, Phase};
use crate::model::snapshot::{
    ComponentRef, Coverage, Covers, GoneAfter, Planned, SeenComponent, SeenIncident, SeenUpdate, Snapshot, Unreadable,
};
use crate::model::text;

const COMPONENTS: &str = "components";
const NOTICES: &str = "notices";
const SIGN: &str = "response[] of components with id, name and state";

/// What this format is.
const ABOUT: About = About {
    format: Format::Sorry,
    evidence: Evidence::Documented,
    summary: "Sorry, https://api.sorryapp.com/v1/pages/ID/components and /notices (docs.sorryapp.com/v1)",
    says: "components with groups and status, notices with ends but no impact, planned ones as maintenances; no regions",
    roles: &[COMPONENTS, NOTICES],
    gone_after: GoneAfter::USUAL,
    perishable_keys: false,
};

/// How it is read.
pub const READER: Reader = Reader { about: ABOUT, plan, read: |_, answers| Reading::Done(read(answers)), find };

/// Both lists, at each look.
fn plan(asked: &Asked<'_>) -> Vec<Request> {
    let mut notices = asked.below(NOTICES, "/notices", "application/json");
    if asked.named(NOTICES).is_none() {
        notices.url.set_query(Some("include=components,updates"));
    }
    vec![asked.below(COMPONENTS, "/components", "application/json"), notices]
}

/// A page of Sorry's shows its id to the scripts that ask for it.
fn find(page: &Page<'_>) -> Vec<Url> {
    let Some(html) = page.html.filter(|_| marked::shows(page.html, "sorryapp")) else { return Vec::new() };
    let is_part = |c: char| c.is_ascii_alphanumeric();
    let marks = ["sorryapp.com/v1/pages/", "status-bar-for", "statusBarFor", "page_id", "page-id", "pageId"];
    let mut ids: Vec<&str> = marks.iter().flat_map(|mark| marked::after(html, mark, is_part)).collect();
    ids.retain(|id| (4..=16).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_hexdigit()));
    ids.dedup();
    ids.iter().take(3).filter_map(|id| format!("https://api.sorryapp.com/v1/pages/{id}").parse().ok()).collect()
}

/// Either list.
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "T: Deserialize<'de> + Default"))]
struct Document<T> {
    response: Field<List<T>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Component<'a> {
    #[serde(borrow)]
    id: Field<Word<'a>>,
    #[serde(borrow)]
    name: Field<Text<'a>>,
    #[serde(borrow)]
    state: Field<Word<'a>>,
    #[serde(borrow)]
    parent_id: Field<Word<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Notice<'a> {
    #[serde(borrow)]
    id: Field<Word<'a>>,
    /// `unplanned`, `planned` or `general`.
    #[serde(borrow, rename = "type")]
    kind: Field<Word<'a>>,
    #[serde(borrow)]
    state: Field<Word<'a>>,
    #[serde(borrow)]
    subject: Field<Text<'a>>,
    /// The beginning of the first update.
    #[serde(borrow)]
    synopsis: Field<Text<'a>>,
    #[serde(borrow)]
    link: Field<Text<'a>>,
    /// What is planned.
    #[serde(borrow)]
    begins_at: Field<Text<'a>>,
    #[serde(borrow)]
    ends_at: Field<Text<'a>>,
    /// What was.
    #[serde(borrow)]
    began_at: Field<Text<'a>>,
    #[serde(borrow)]
    ended_at: Field<Text<'a>>,
    #[serde(borrow)]
    components: Field<List<Component<'a>>>,
    #[serde(borrow)]
    updates: Field<List<Update<'a>>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Update<'a> {
    #[serde(borrow)]
    id: Field<Word<'a>>,
    #[serde(borrow)]
    content: Field<Text<'a>>,
    #[serde(borrow)]
    state: Field<Word<'a>>,
    #[serde(borrow)]
    created_at: Field<Text<'a>>,
}

/// The words for components. Sorry has one for all that is wrong, and one for a group of which a part is; the client
/// that is known takes the first for its worst.
const STATES: [(&str, Impact); 4] = [
    ("operational", Impact::Operational),
    ("partially-degraded", Impact::Degraded),
    ("degraded", Impact::PartialOutage),
    ("under-maintenance", Impact::Maintenance),
];

const PHASES: [(&str, Phase); 9] = [
    ("investigating", Phase::Investigating),
    ("identified", Phase::Identified),
    ("recovering", Phase::Monitoring),
    ("resolved", Phase::Resolved),
    ("false_alarm", Phase::Cancelled),
    ("scheduled", Phase::Scheduled),
    ("underway", Phase::InProgress),
    ("complete", Phase::Completed),
    ("cancelled", Phase::Cancelled),
];

/// Reads both lists into one snapshot.
///
/// # Errors
/// [`Unreadable`] where the components cannot be read: the notices may be none, and bear no sign then.
fn read(answers: &[Answer]) -> Result<Snapshot, Unreadable> {
    let mut snapshot = components(answered::needed(answers, COMPONENTS)?)?;
    match answered::read(answers, NOTICES, |body| notices(body, &mut snapshot)) {
        None | Some(Ok(())) => {}
        Some(Err(why)) => snapshot.blind.push((NOTICES, why)),
    }
    Ok(snapshot)
}

fn components(body: &Body) -> Result<Snapshot, Unreadable> {
    let json = document::text(body)?;
    let document: Document<Component<'_>> = document::object(&json, body, "Sorry's list of components")?;
    let is_one =
        |row: &Component<'_>| row.id.as_str().is_some() && row.name.as_str().is_some() && row.state.as_str().is_some();
    let rows = document.response.get().map_or(&[][..], |list| &list.0);
    let is_any = rows.iter().filter_map(Field::get).any(|row| is_one(&row.0));
    document::signed("Sorry's list of components", &[("response[] with id, name and state", is_any)])?;
    let mut snapshot = Snapshot::recognised(SIGN, Coverage::of_all(Covers::Delta));
    let named = |row: &Component<'_>| Some((keyed::key(row.id.as_str()?)?, text::title(row.name.as_str()?)));
    let names: HashMap<String, String> = rows.iter().filter_map(Field::get).filter_map(|row| named(&row.0)).collect();
    let mut seen = Gathered::default();
    seen.list(&document.response, None, "response", &mut snapshot, |row, at, into| {
        let key = row.id.key(at, "id", into)?;
        let group = row.parent_id.as_str().and_then(|id| names.get(id)).cloned();
        let (vendor_status, status) = listed::status(&row.state, &STATES, at, "state", into);
        let component = listed::component(key, row.name.line(at, "name", into), group);
        Some(SeenComponent { component, vendor_status, status })
    });
    snapshot.covers.components = seen.covers();
    snapshot.components = seen.into_entries();
    Ok(snapshot)
}

fn notices(body: &Body, snapshot: &mut Snapshot) -> Result<(), Unreadable> {
    let json = document::text(body)?;
    let document: Document<Notice<'_>> = document::object(&json, body, "Sorry's list of notices")?;
    document::signed("Sorry's list of notices", &[("response[]", listed::is_list(&document.response))])?;
    let known = snapshot.components.iter().map(|one| (one.component.key.clone(), one.component.clone())).collect();
    let mut seen = Gathered::default();
    seen.list(&document.response, None, NOTICES, snapshot, |row, at, into| notice(row, &known, at, into));
    snapshot.incidents = seen.into_entries();
    Ok(())
}

fn notice(
    row: &Notice<'_>,
    known: &HashMap<String, ComponentRef>,
    at: Place<'_>,
    into: &mut Snapshot,
) -> listed::Read<SeenIncident> {
    let kinds = [("unplanned", Some(Kind::Incident)), ("planned", Some(Kind::Maintenance)), ("general", None)];
    let word = row.kind.line(at, "type", into);
    let kind = match listed::meaning(&word, &kinds, at, "type", into) {
        Some(Some(kind)) => kind,
        // News of no trouble.
        Some(None) => return listed::Read::Aside,
        None => Kind::Incident,
    };
    trouble(row, kind, known, at, into).into()
}

fn trouble(
    row: &Notice<'_>,
    kind: Kind,
    known: &HashMap<String, ComponentRef>,
    at: Place<'_>,
    into: &mut Snapshot,
) -> Option<SeenIncident> {
    let key = row.id.key(at, "id", into)?;
    let vendor_phase = row.state.line(at, "state", into);
    let (usual, impact) = match kind {
        Kind::Incident => (Phase::Investigating, Impact::Unknown),
        Kind::Maintenance => (Phase::InProgress, Impact::Maintenance),
    };
    let told = listed::meaning(&vendor_phase, &PHASES, at, "state", into);
    let is_planned = |phase: &Phase| matches!(phase, Phase::Scheduled | Phase::InProgress | Phase::Completed);
    let phase =
        told.filter(|phase| is_planned(phase) == (kind == Kind::Maintenance) || phase.is_end()).unwrap_or(usual);
    let begins = row.begins_at.time(at, "begins_at", into);
    let planned = begins.map(|from| Planned { from, until: row.ends_at.time(at, "ends_at", into) });
    let began = row.began_at.time(at, "began_at", into);
    Some(SeenIncident {
        key,
        kind,
        title: row.subject.line(at, "subject", into),
        vendor_impact: String::new(),
        impact,
        vendor_phase,
        phase,
        components: named(row, known, at, into),
        regions: Vec::new(),
        started: began.or_else(|| planned.as_ref().map(|planned| planned.from.clone())),
        ended: row.ended_at.time(at, "ended_at", into).filter(|_| phase.is_end()),
        planned: planned.filter(|_| kind == Kind::Maintenance),
        updates: updates(row, at, into),
        link: row.link.link(at, "link", into),
    })
}

fn named(
    row: &Notice<'_>,
    known: &HashMap<String, ComponentRef>,
    at: Place<'_>,
    into: &mut Snapshot,
) -> Vec<ComponentRef> {
    let mut named = keyed::Keyed::default();
    for (index, component) in row.components.entries(Some(at), "components", into) {
        let place = at.entry("components", index);
        let Some(key) = component.id.key(place, "id", into) else { continue };
        let whole = known.get(&key).cloned();
        let name = || component.name.as_str().map_or_else(|| key.clone(), text::title);
        named.put(&key, whole.unwrap_or_else(|| listed::component(key.clone(), name(), None)));
    }
    named.into_entries()
}

/// The updates; of a list that came without them, the beginning of the first.
fn updates(row: &Notice<'_>, at: Place<'_>, into: &mut Snapshot) -> Vec<SeenUpdate> {
    let mut all = Gathered::default();
    all.list(&row.updates, Some(at), "updates", into, |row, at, into| {
        Some(SeenUpdate {
            key: row.id.key(at, "id", into)?,
            at: row.created_at.time(at, "created_at", into),
            vendor_phase: row.state.as_str().map(text::title).unwrap_or_default(),
            text: row.content.plain(at, "content", into),
            author: None,
        })
    });
    let updates = listed::oldest_first(all.into_entries());
    let text = row.synopsis.plain(at, "synopsis", into);
    if !updates.is_empty() || text.is_empty() {
        return updates;
    }
    vec![SeenUpdate { key: "synopsis".to_owned(), at: None, vendor_phase: String::new(), text, author: None }]
}

#[cfg(test)]
mod tests;
