//! StatusIQ, Site24x7's status pages (Zoho): the document that a page's own script asks for,
//! `{page}/sp/api/public/summary_details/statuspages/{id}`. The source's address is that of the document.
//!
//! Nothing documents it; it is guessed from what clients read, and they do not agree on the numbers: the table here is
//! that of stts, which two others share, while two more take 4 for a major outage and 5 for a maintenance. The shape of
//! `active_incident_details` is one client's word alone, and no incident has been seen: its times, its words and how
//! long it stays there are not known. The clients were read 2026-11.

use serde::Deserialize;
use url::Url;

use super::field::{Field, List, Object, Place, Text, Word};
use super::listed::{self, Gathered};
use super::markup::marked;
use super::{About, Body, Page, Reader, Reading, answered, document, moment};
use crate::model::format::{Evidence, Format};
use crate::model::impact::Impact;
use crate::model::phase::{Kind, Phase};
use crate::model::snapshot::{Coverage, Covers, GoneAfter, SeenComponent, SeenIncident, Snapshot, Unreadable};
use crate::model::text;

const SUMMARY: &str = "summary";
const SIGN: &str = "data.current_status[] of components with display_name and component_status";
const PATH: &str = "/sp/api/public/summary_details/statuspages/";

/// What this format is.
const ABOUT: About = About {
    format: Format::Site24x7,
    evidence: Evidence::Guessed,
    summary: "StatusIQ (Site24x7, Zoho), {page}/sp/api/public/summary_details/statuspages/ID, by what clients read of it",
    says: "components with groups and status; active incidents, of which none was ever seen; no maintenances, no regions",
    roles: &[SUMMARY],
    gone_after: GoneAfter::USUAL,
    perishable_keys: false,
};

/// How it is read.
pub const READER: Reader = Reader {
    about: ABOUT,
    plan: |asked| vec![asked.below(SUMMARY, "", "application/json")],
    read: |_, answers| Reading::Done(answered::first(answers).and_then(read)),
    find,
};

/// A page shows its id to its script, as `enc_statuspage_id`.
fn find(page: &Page<'_>) -> Vec<Url> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '=');
    let ids = page.html.map_or_else(Vec::new, |html| marked::after(html, "enc_statuspage_id", is_part));
    ids.into_iter().filter(|id| id.len() >= 20).take(2).map(|id| page.at(&format!("{PATH}{id}"))).collect()
}

/// The document.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Envelope<'a> {
    #[serde(borrow)]
    data: Field<Object<Data<'a>>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Data<'a> {
    #[serde(borrow)]
    current_status: Field<List<Row<'a>>>,
    #[serde(borrow)]
    active_incident_details: Field<List<Incident<'a>>>,
}

/// A component, or a group of them.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Row<'a> {
    #[serde(borrow)]
    enc_component_id: Field<Word<'a>>,
    #[serde(borrow)]
    display_name: Field<Text<'a>>,
    #[serde(borrow)]
    component_status: Field<Word<'a>>,
    #[serde(borrow)]
    componentgroup_display_name: Field<Text<'a>>,
    #[serde(borrow)]
    componentgroup_components: Field<List<Self>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Incident<'a> {
    #[serde(borrow)]
    enc_incident_id: Field<Word<'a>>,
    #[serde(borrow)]
    incident_id: Field<Word<'a>>,
    #[serde(borrow)]
    title: Field<Text<'a>>,
    #[serde(borrow)]
    incident_title: Field<Text<'a>>,
    #[serde(borrow)]
    status: Field<Word<'a>>,
    #[serde(borrow)]
    incident_status: Field<Word<'a>>,
    #[serde(borrow)]
    started_at: Field<Text<'a>>,
    #[serde(borrow)]
    begin_time: Field<Text<'a>>,
    #[serde(borrow)]
    permalink: Field<Text<'a>>,
}

/// The numbers of components: number, word, meaning.
const STATUSES: [(&str, &str, Impact); 6] = [
    ("1", "Operational", Impact::Operational),
    ("2", "Informational", Impact::Degraded),
    ("3", "Degraded Performance", Impact::Degraded),
    ("4", "Under Maintenance", Impact::Maintenance),
    ("5", "Partial Outage", Impact::PartialOutage),
    ("6", "Major Outage", Impact::MajorOutage),
];

const PHASES: [(&str, Phase); 4] = [
    ("investigating", Phase::Investigating),
    ("identified", Phase::Identified),
    ("observing", Phase::Monitoring),
    ("resolved", Phase::Resolved),
];

/// Reads the document.
///
/// # Errors
/// [`Unreadable`] where it is not that document, or names no component.
fn read(body: &Body) -> Result<Snapshot, Unreadable> {
    let json = document::text(body)?;
    let envelope: Envelope<'_> = document::object(&json, body, "StatusIQ's summary")?;
    let rows = envelope.data.get().and_then(|data| data.0.current_status.get()).map_or(&[][..], |list| &list.0);
    let is_one = |row: &Row<'_>| row.display_name.as_str().is_some() && row.component_status.as_str().is_some();
    let is_any = rows.iter().filter_map(Field::get).any(|row| {
        let below = row.0.componentgroup_components.get().map_or(&[][..], |list| &list.0);
        is_one(&row.0) || below.iter().filter_map(Field::get).any(|row| is_one(&row.0))
    });
    document::signed("StatusIQ's summary", &[("data.current_status[] with a component", is_any)])?;
    let mut snapshot = Snapshot::recognised(SIGN, Coverage::of_all(Covers::Delta));
    if let Some(Object(data)) = envelope.data.get() {
        components(data, &mut snapshot);
        incidents(data, &mut snapshot);
    }
    Ok(snapshot)
}

fn components(data: &Data<'_>, snapshot: &mut Snapshot) {
    let mut seen = Gathered::default();
    seen.list(&data.current_status, None, "current_status", snapshot, |row, at, into| {
        if listed::is_list(&row.componentgroup_components) {
            return listed::Read::Aside;
        }
        component(row, None, at, into).into()
    });
    let mut unheard = Snapshot::recognised("", Coverage::of_all(Covers::Delta));
    for (index, row) in data.current_status.entries(None, "current_status", &mut unheard) {
        let at = Place::of("current_status", index);
        let group = row.componentgroup_display_name.as_str().map(text::title);
        let name = "componentgroup_components";
        seen.list(&row.componentgroup_components, Some(at), name, snapshot, |row, at, into| {
            component(row, group.clone(), at, into)
        });
    }
    snapshot.covers.components = seen.covers();
    snapshot.components = seen.into_entries();
}

fn component(row: &Row<'_>, group: Option<String>, at: Place<'_>, into: &mut Snapshot) -> Option<SeenComponent> {
    let key = row.enc_component_id.key(at, "enc_component_id", into)?;
    let name = row.display_name.line(at, "display_name", into);
    let number = row.component_status.line(at, "component_status", into);
    let known = STATUSES.iter().find(|(known, ..)| *known == number);
    if known.is_none() && !number.is_empty() {
        at.never_seen("component_status", &number, into);
    }
    let component = listed::component(key, name, group);
    Some(match known {
        Some((_, word, status)) => {
            SeenComponent { component, vendor_status: format!("{number} ({word})"), status: *status }
        }
        None => SeenComponent { component, vendor_status: number, status: Impact::Unknown },
    })
}

fn incidents(data: &Data<'_>, snapshot: &mut Snapshot) {
    let mut seen = Gathered::default();
    seen.list(&data.active_incident_details, None, "active_incident_details", snapshot, incident);
    if listed::is_list(&data.active_incident_details) {
        snapshot.covers.incidents = seen.covers();
    }
    snapshot.incidents = seen.into_entries();
}

fn incident(row: &Incident<'_>, at: Place<'_>, into: &mut Snapshot) -> Option<SeenIncident> {
    let key = if row.enc_incident_id.get().is_some() {
        row.enc_incident_id.key(at, "enc_incident_id", into)?
    } else {
        row.incident_id.key(at, "incident_id", into)?
    };
    let title = if row.incident_title.get().is_some() { &row.incident_title } else { &row.title };
    let state = if row.incident_status.get().is_some() { &row.incident_status } else { &row.status };
    let vendor_phase = state.line(at, "incident_status", into);
    let phase = listed::meaning(&vendor_phase.to_lowercase(), &PHASES, at, "incident_status", into);
    let started = listed::time(&row.started_at, at, "started_at", into, moment::stated);
    Some(SeenIncident {
        key,
        kind: Kind::Incident,
        title: title.line(at, "title", into),
        vendor_impact: String::new(),
        impact: Impact::Unknown,
        vendor_phase,
        phase: phase.unwrap_or(Phase::Investigating),
        components: Vec::new(),
        regions: Vec::new(),
        started: started.or_else(|| listed::time(&row.begin_time, at, "begin_time", into, moment::stated)),
        ended: None,
        planned: None,
        updates: Vec::new(),
        link: row.permalink.link(at, "permalink", into),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn row(id: &str, status: u8) -> Value {
        json!({"enc_component_id": id, "display_name": format!("Synthetic {id}"), "component_status": status, "is_group": false})
    }

    fn document(rows: Value, incidents: Value) -> Value {
        json!({"code": 0, "message": "success", "data": {"current_status": rows, "active_incident_details": incidents}})
    }

    fn look(document: &Value) -> Result<Snapshot, Unreadable> {
        read(&Body::saved(document.to_string().into_bytes()))
    }

    #[test]
    fn components_stand_alone_or_in_groups() {
        let group = json!({
            "is_group": true, "componentgroup_display_name": "Core", "componentgroup_status": 6,
            "componentgroup_components": [row("b", 6), row("c", 9)],
        });
        let snapshot = look(&document(json!([row("a", 1), group]), json!([]))).unwrap();
        let seen: Vec<_> = snapshot.components.iter().map(|one| (one.component.group.as_deref(), one.status)).collect();
        assert_eq!(
            seen,
            [(None, Impact::Operational), (Some("Core"), Impact::MajorOutage), (Some("Core"), Impact::Unknown)]
        );
        assert_eq!(snapshot.components[1].vendor_status, "6 (Major Outage)");
        assert_eq!((snapshot.covers.components, snapshot.warnings.len()), (Covers::AllOpen, 1));
    }

    #[test]
    fn an_incident_is_taken_as_far_as_it_can_be_understood() {
        let known =
            json!({"enc_incident_id": "i1", "incident_title": "Synthetic: late", "incident_status": "Identified"});
        let snapshot = look(&document(json!([row("a", 1)]), json!([known, {"x": 1}]))).unwrap();
        let one = &snapshot.incidents[0];
        assert_eq!((one.key.as_str(), one.phase, one.impact), ("i1", Phase::Identified, Impact::Unknown));
        assert_eq!(snapshot.covers.incidents, Covers::Delta, "one was lost");
        let unsaid = look(&json!({"data": {"current_status": [row("a", 1)]}})).unwrap();
        assert_eq!(unsaid.covers.incidents, Covers::Delta, "a list that is not there proves nothing");
    }

    #[test]
    fn a_page_shows_its_id() {
        let url = "https://status.acme.example/x".parse().unwrap();
        let html = "{\"enc_statuspage_id\":\"KNms6QK9ewuzz-7xUsPsN_27u5djVcb3=\"} enc_statuspage_id = 'short'";
        let found: Vec<String> = find(&Page { url: &url, html: Some(html) }).into_iter().map(Into::into).collect();
        assert_eq!(
            found,
            ["https://status.acme.example/sp/api/public/summary_details/statuspages/KNms6QK9ewuzz-7xUsPsN_27u5djVcb3="]
        );
    }

    #[test]
    fn decoys_are_no_summary() {
        let bare = document(json!([]), json!([]));
        for decoy in [bare, json!({}), json!([]), json!({"data": {"type": "status_page"}}), json!({"error_code": 1})] {
            assert!(matches!(look(&decoy), Err(Unreadable::Unexpected(_))), "{decoy}");
        }
    }
}
