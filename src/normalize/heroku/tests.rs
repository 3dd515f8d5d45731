//! Synthetic answers: what each rule of this format does with a look.

use serde_json::{Value, json};

use super::*;
use crate::model::phase::Phase;

fn incident(updates: &Value) -> Value {
    json!({
        "id": 2801, "title": "Synthetic: deploys are slow", "created_at": "2026-11-22T10:00:00.000Z",
        "updated_at": "2026-11-22T10:40:00.000Z", "full_url": "https://status.heroku.com/incidents/2801",
        "status": [{"system": "Apps", "status": "yellow"}, {"system": "Data", "status": "green"}],
        "updates": updates,
    })
}

fn current(apps: &str, incidents: &[Value]) -> Value {
    json!({
        "status": [{"system": "Apps", "status": apps}, {"system": "Data", "status": "green"}],
        "incidents": incidents, "scheduled": [],
    })
}

fn look(document: &Value) -> Result<Snapshot, Unreadable> {
    read(&Body::saved(document.to_string().into_bytes()))
}

#[test]
fn colours_are_the_systems_own_status_and_an_incident_is_read_whole() {
    let updates = json!([
        {"update_type": "monitoring", "contents": "We watch.", "updated_at": "2026-11-22T10:40:00.000Z"},
        {"update_type": "issue", "contents": "We look.", "updated_at": "2026-11-22T10:00:00.000Z"},
    ]);
    let snapshot = look(&current("yellow", &[incident(&updates)])).unwrap();
    assert_eq!(
        snapshot.components.iter().map(|c| (c.component.name.as_str(), c.status)).collect::<Vec<_>>(),
        [("Apps", Impact::Degraded), ("Data", Impact::Operational)]
    );
    let one = &snapshot.incidents[0];
    assert_eq!((one.key.as_str(), one.phase, one.vendor_phase.as_str()), ("2801", Phase::Monitoring, "monitoring"));
    assert_eq!((one.impact, one.vendor_impact.as_str(), one.components.len()), (Impact::Degraded, "yellow", 1));
    assert_eq!(one.updates.iter().map(|u| u.text.as_str()).collect::<Vec<_>>(), ["We look.", "We watch."]);
    assert_eq!((snapshot.covers, snapshot.warnings), (Coverage::of_all(Covers::AllOpen), Vec::new()));
}

#[test]
fn the_retired_interface_is_moved_and_says_where_to() {
    let gone = read(&Body { status: 404, ..Body::saved(Vec::new()) });
    assert!(matches!(gone, Err(Unreadable::Moved(why)) if why.contains("products=Heroku")));
}

#[test]
fn without_systems_or_lists_it_is_another_document() {
    let good = current("green", &[]);
    for name in ["status", "incidents", "scheduled"] {
        let mut lacking = good.clone();
        lacking.as_object_mut().unwrap().remove(name);
        assert!(matches!(look(&lacking), Err(Unreadable::Unexpected(_))), "{name}");
    }
    let mut empty = good;
    empty["status"] = json!([]);
    assert!(matches!(look(&empty), Err(Unreadable::Unexpected(_))));
}

#[test]
fn what_is_broken_costs_itself_and_the_proof_of_absence() {
    let nameless = json!({"title": "x", "created_at": "2026-11-22T10:00:00Z", "updates": []});
    let snapshot = look(&current("mauve", &[nameless, incident(&json!([]))])).unwrap();
    assert_eq!((snapshot.incidents.len(), snapshot.covers.incidents), (1, Covers::Delta));
    assert_eq!(snapshot.covers.maintenances, Covers::AllOpen);
    assert_eq!(snapshot.components[0].status, Impact::Unknown);
    assert_eq!(snapshot.warnings.len(), 2);
    assert_eq!(snapshot.incidents[0].phase, Phase::Investigating);
}

#[test]
fn only_heroku_s_own_page_is_probed() {
    let found = |url: &str| find(&Page { url: &url.parse().unwrap(), html: None }).len();
    assert_eq!((found("https://status.heroku.com/"), found("https://status.example.org/")), (1, 0));
}
