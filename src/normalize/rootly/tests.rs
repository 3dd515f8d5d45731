//! Synthetic documents: what each rule of this format does with a look.

use serde_json::{Value, json};

use super::*;
use crate::normalize::Outcome;

fn incident_of(key: &str, status: &str, impact: &str, told: &str) -> Value {
    json!({
        "name": "Synthetic: mail is late", "status": status, "impact": impact, "started_at": "2026-11-22T10:00:00Z",
        "resolved_at": null, "url": format!("https://status.example.org/incidents/{key}"),
        "incident_updates": [
            {"body": "Still <b>late</b>.", "status": told, "created_at": "2026-11-22T10:30:00Z"},
            {"body": "Late.", "status": "investigating", "created_at": "2026-11-22T10:05:00Z"},
        ],
    })
}

fn status(incidents: &[Value]) -> Value {
    json!({
        "page": {"name": "Synthetic", "url": "https://status.example.org", "time_zone": "UTC", "updated_at": "2026-11-22T10:00:00Z"},
        "status": {"indicator": "none", "description": "All Systems Operational"}, "incidents": incidents,
    })
}

fn answer(role: &'static str, body: &Value) -> Answer {
    Answer { role, outcome: Outcome::Body(Body::saved(body.to_string().into_bytes())) }
}

#[test]
fn an_incident_is_known_by_its_address_and_stands_as_it_was_told_last() {
    let snapshot = read(&[answer(STATUS, &status(&[incident_of("abc", "started", "minor", "identified")]))]).unwrap();
    let one = &snapshot.incidents[0];
    assert_eq!((one.key.as_str(), one.impact, one.phase), ("abc", Impact::Degraded, Phase::Identified));
    assert_eq!((one.vendor_phase.as_str(), one.updates[1].text.as_str()), ("identified", "Still late."));
    assert_eq!((snapshot.covers.incidents, snapshot.warnings.as_slice()), (Covers::AllOpen, &[][..]));
}

#[test]
fn an_end_is_an_end_whatever_was_told() {
    for (status_word, told, phase) in [
        ("resolved", "monitoring", Phase::Resolved),
        ("cancelled", "investigating", Phase::Cancelled),
        ("started", "resolved", Phase::Resolved),
        ("mitigated", "investigating", Phase::Monitoring),
        ("exploded", "shrug", Phase::Investigating),
    ] {
        let one = incident_of("abc", status_word, "major", told);
        assert_eq!(read(&[answer(STATUS, &status(&[one]))]).unwrap().incidents[0].phase, phase, "{status_word}");
    }
}

#[test]
fn a_maintenance_is_one_by_its_status() {
    let one = incident_of("m", "in_progress", "none", "in_progress");
    let seen = &read(&[answer(STATUS, &status(&[one]))]).unwrap().incidents[0];
    assert_eq!((seen.kind, seen.impact, seen.phase), (Kind::Maintenance, Impact::Maintenance, Phase::InProgress));
}

#[test]
fn the_list_adds_what_the_status_does_not_show_and_is_full_at_a_hundred() {
    let list = |count: usize| {
        let rows: Vec<Value> = (0..count).map(|n| incident_of(&format!("i{n}"), "started", "critical", "x")).collect();
        let mut list = status(&rows);
        list.as_object_mut().unwrap().remove("status");
        list
    };
    let first = answer(STATUS, &status(&[incident_of("i0", "started", "minor", "x")]));
    let snapshot = read(&[first.clone(), answer(INCIDENTS, &list(3))]).unwrap();
    assert_eq!((snapshot.incidents.len(), snapshot.incidents[0].impact), (3, Impact::Degraded));
    assert_eq!(snapshot.covers.incidents, Covers::AllOpen);
    let snapshot = read(&[first, answer(INCIDENTS, &list(MOST))]).unwrap();
    assert_eq!(snapshot.covers.incidents, Covers::Delta);
}

#[test]
fn an_incident_without_an_address_takes_the_proof_of_absence_along() {
    let mut one = incident_of("abc", "started", "minor", "identified");
    one.as_object_mut().unwrap().remove("url");
    let snapshot = read(&[answer(STATUS, &status(&[one]))]).unwrap();
    assert_eq!((snapshot.incidents.len(), snapshot.covers.incidents), (0, Covers::Delta));
}

#[test]
fn a_statuspage_and_other_decoys_are_none() {
    let mut statuspage = status(&[]);
    statuspage["page"]["id"] = json!("synthetic0001");
    for decoy in
        [statuspage, json!({}), json!([]), json!({"status": 500, "error": "x"}), json!({"page": {"name": "x"}})]
    {
        assert!(matches!(read(&[answer(STATUS, &decoy)]), Err(Unreadable::Unexpected(_))), "{decoy}");
    }
}
