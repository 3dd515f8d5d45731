//! Synthetic documents: what each rule of this format does with a look.

use serde_json::{Value, json};

use super::*;
use crate::model::phase::{Kind, Phase};

fn resource(id: &str, name: &str, status: &str) -> Value {
    json!({"id": id, "type": "status_page_resource", "attributes": {"status_page_section_id": 10, "public_name": name,
        "status": status, "availability": 0.999, "resource_type": "Monitor", "status_history": []}})
}

fn report(id: &str, kind: &str, state: &str, starts: &str, ends: Value) -> Value {
    json!({"id": id, "type": "status_report", "attributes": {"title": "Synthetic: uploads fail", "report_type": kind,
        "starts_at": starts, "ends_at": ends, "aggregate_state": state,
        "affected_resources": [{"status_page_resource_id": "100", "status": if state == "resolved" { "resolved" } else { state }}]},
        "relationships": {"status_updates": {"data": [{"id": "u2", "type": "status_update"}]}}})
}

fn index(included: &[Value]) -> Value {
    let mut all = vec![
        json!({"id": "10", "type": "status_page_section", "attributes": {"name": "Core"}}),
        resource("100", "Uploads", "operational"),
        json!({"id": "u2", "type": "status_update", "attributes": {"message": "<p>We look.</p>", "published_at": "2026-11-22T10:30:00Z"}}),
        json!({"id": "u1", "type": "status_update", "attributes": {"message": "It begins.", "published_at": "2026-11-22T10:00:00Z", "status_report_id": 7}}),
    ];
    all.extend_from_slice(included);
    json!({"data": {"id": "1", "type": "status_page", "attributes": {"company_name": "Synthetic", "aggregate_state": "degraded"}}, "included": all})
}

fn look(document: &Value) -> Result<Snapshot, Unreadable> {
    read(&Body::saved(document.to_string().into_bytes()), "2026-11-22T12:00:00Z".parse().unwrap())
}

#[test]
fn a_report_is_read_whole() {
    let snapshot = look(&index(&[report("7", "manual", "downtime", "2026-11-22T10:00:00.000Z", Value::Null)])).unwrap();
    let one = &snapshot.incidents[0];
    assert_eq!((one.key.as_str(), one.kind, one.phase), ("7", Kind::Incident, Phase::Investigating));
    assert_eq!((one.impact, one.vendor_impact.as_str()), (Impact::MajorOutage, "downtime"));
    assert_eq!((one.components[0].name.as_str(), one.components[0].group.as_deref()), ("Uploads", Some("Core")));
    assert_eq!(one.updates.iter().map(|u| u.text.as_str()).collect::<Vec<_>>(), ["It begins.", "We look."]);
    assert_eq!((snapshot.covers, snapshot.warnings.len()), (Coverage::of_all(Covers::AllOpen), 0));
}

#[test]
fn one_failing_monitor_hurts_itself_and_nothing_else() {
    let snapshot =
        look(&index(&[resource("101", "Search", "downtime"), resource("102", "Docs", "not_monitored")])).unwrap();
    let states: Vec<_> = snapshot.components.iter().map(|one| one.status).collect();
    assert_eq!(states, [Impact::Operational, Impact::MajorOutage, Impact::Unknown], "not monitored is never green");
    assert_eq!((snapshot.incidents.len(), snapshot.warnings.len()), (0, 0));
    let snapshot = look(&index(&[resource("101", "Search", "resting")])).unwrap();
    assert_eq!((snapshot.components[1].status, snapshot.warnings.len()), (Impact::Unknown, 1));
}

#[test]
fn a_report_is_over_when_its_end_has_come_or_its_state_says_so() {
    let (began, past, ahead) = ("2026-11-22T10:00:00Z", json!("2026-11-22T11:00:00Z"), json!("2026-11-22T18:00:00Z"));
    for (kind, state, starts, ends, phase) in [
        ("manual", "degraded", began, Value::Null, Phase::Investigating),
        ("manual", "degraded", began, ahead.clone(), Phase::Investigating),
        ("manual", "degraded", began, past.clone(), Phase::Resolved),
        ("automatic", "resolved", began, Value::Null, Phase::Resolved),
        ("manual", "operational", began, Value::Null, Phase::Investigating),
        ("maintenance", "maintenance", "2026-11-23T10:00:00Z", json!("2026-11-23T11:00:00Z"), Phase::Scheduled),
        ("maintenance", "maintenance", began, ahead, Phase::InProgress),
        ("maintenance", "maintenance", began, past, Phase::Completed),
    ] {
        let snapshot = look(&index(&[report("7", kind, state, starts, ends.clone())])).unwrap();
        let one = &snapshot.incidents[0];
        assert_eq!(one.phase, phase, "{kind} {state} {ends}");
        assert_eq!(one.ended.is_some(), phase.is_end());
        assert_ne!(one.impact, Impact::Operational);
        assert_eq!(one.planned.is_some(), kind == "maintenance");
    }
    let mut resolved = report("7", "manual", "operational", began, Value::Null);
    resolved["attributes"]["affected_resources"][0]["status"] = json!("resolved");
    assert_eq!(look(&index(&[resolved])).unwrap().incidents[0].phase, Phase::Resolved);
}

#[test]
fn a_broken_entry_takes_every_proof_along() {
    for broken in
        [json!(7), json!({"id": "9"}), json!({"type": "status_page_resource"}), json!({"type": "status_report"})]
    {
        let snapshot = look(&index(std::slice::from_ref(&broken))).unwrap();
        assert_eq!((snapshot.covers, snapshot.warnings.len()), (NOTHING, 1), "{broken}");
        assert_eq!(snapshot.components.len(), 1);
    }
    let snapshot = look(&index(&[report("7", "rumour", "shaky", "noon", Value::Null)])).unwrap();
    let warned: Vec<_> = snapshot.warnings.iter().map(|warning| warning.path.as_str()).collect();
    assert_eq!(warned, ["included[4].report_type", "included[4].starts_at", "included[4].aggregate_state"]);
    assert_eq!(snapshot.incidents[0].impact, Impact::Unknown);
}

#[test]
fn what_is_not_the_document_is_not_read() {
    for decoy in [
        json!({}),
        json!([]),
        json!({"is": "index", "cStateVersion": "5"}),
        json!({"data": {"type": "status_report", "attributes": {"aggregate_state": "operational"}}, "included": []}),
        json!({"data": {"type": "status_page", "attributes": {"aggregate_state": "operational"}}}),
        json!({"data": {"type": "status_page", "attributes": {}}, "included": []}),
        json!({"data": {"type": "status_page", "attributes": {"aggregate_state": "operational"}}, "included": []}),
    ] {
        assert!(matches!(look(&decoy), Err(Unreadable::Unexpected(_))), "{decoy}");
    }
    let page = Body::saved(b"<!doctype html><html><title>Status</title></html>".to_vec());
    assert!(read(&page, Timestamp::UNIX_EPOCH).is_err());
}
