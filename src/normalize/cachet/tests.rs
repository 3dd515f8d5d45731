//! Synthetic documents of both versions: what each rule of this format does with a look.

use serde_json::{Value, json};

use super::*;
use crate::model::id::SourceId;
use crate::model::incident::KnownOpen;
use crate::model::vendor::Source;
use crate::normalize::{Outcome, Page};

fn two(rows: Value, pages: u32) -> Value {
    json!({"meta": {"pagination": {"total": 9, "count": 9, "per_page": "20", "current_page": 1, "total_pages": pages}}, "data": rows})
}

fn three(rows: Value, included: Value) -> Value {
    json!({
        "data": rows, "included": included, "meta": {"current_page": 1, "per_page": 50, "path": "https://x.example/api/x"},
        "links": {"first": "https://x.example/api/x?page=1", "last": null, "prev": null, "next": null},
    })
}

fn components_of_2() -> Value {
    two(
        json!([
            {"id": 1, "name": "Mail", "status": 1, "group_id": 4, "status_name": "Operational", "enabled": true},
            {"id": 2, "name": "Web", "status": 4, "group_id": 0, "status_name": "Panne majeure", "enabled": true},
            {"id": 3, "name": "Fax", "status": 0, "group_id": 0, "enabled": true},
        ]),
        1,
    )
}

fn incident_of_2(id: u32, status: u8) -> Value {
    json!({
        "id": id, "component_id": 2, "name": "Synthetic: the web is gone", "status": 1, "visible": 1, "message": "We look.",
        "occurred_at": "2026-11-22 10:00:00", "created_at": "2026-11-22 10:00:00", "updated_at": "2026-11-22 11:30:00",
        "human_status": "Investigating", "latest_status": status, "latest_human_status": "Fixed or not",
        "permalink": format!("https://status.example.org/incidents/{id}"),
        "updates": [
            {"id": 7, "incident_id": id, "status": status, "message": "It is **so**.", "created_at": "2026-11-22 11:00:00", "human_status": "x"},
        ],
    })
}

fn incident_of_3() -> (Value, Value) {
    let time = |at: &str| json!({"human": "1 hour ago", "string": at});
    let row = json!({
        "id": "2", "type": "incidents",
        "attributes": {
            "id": 2, "name": "Synthetic: the web is slow", "message": "We look.", "status": {"human": "Identified", "value": 2},
            "occurred": time("2026-11-22 10:00:00"), "created": time("2026-11-22 10:01:00"), "updated": time("2026-11-22 10:30:00"),
        },
        "relationships": {
            "components": {"data": [{"type": "components", "id": "1"}]},
            "updates": {"data": [{"type": "updates", "id": "9"}, {"type": "updates", "id": "10"}]},
        },
    });
    let update = json!({
        "id": "9", "type": "updates",
        "attributes": {"message": "We know.", "status": {"human": "Identified", "value": 2}, "created": time("2026-11-22 10:30:00")},
    });
    (row, update)
}

fn answer(role: &'static str, body: &Value) -> Answer {
    Answer { role, outcome: Outcome::Body(Body::saved(body.to_string().into_bytes())) }
}

fn look(answers: &[Answer]) -> Result<Snapshot, Unreadable> {
    read(answers, "2026-11-22T12:00:00Z".parse().unwrap())
}

fn asked_at(url: &str) -> Vec<String> {
    let source = Source::at(SourceId::parse("acme/status").unwrap(), Format::Cachet, Some(url.parse().unwrap()));
    let open = KnownOpen::default();
    let asked = Asked { source: &source, url: source.url.as_ref().unwrap(), open: &open, now: Timestamp::UNIX_EPOCH };
    plan(&asked).into_iter().map(|request| request.url.into()).collect()
}

#[test]
fn the_address_says_which_version_it_is() {
    let bare = asked_at("https://status.example.org/");
    assert_eq!(bare[0], "https://status.example.org/api/v1/components?per_page=200");
    assert_eq!(bare[2], "https://status.example.org/api/v1/incidents?sort=id&order=desc&per_page=50");
    assert_eq!(
        asked_at("https://example.org/status/api/v1/")[1],
        "https://example.org/status/api/v1/components/groups?per_page=200"
    );
    let newest = "https://status.example.org/api/incidents?sort=-id&per_page=50&include=components,updates";
    assert_eq!(asked_at("https://status.example.org/api")[1], newest);
    let url = "https://status.example.org/x".parse().unwrap();
    let found: Vec<String> = (READER.find)(&Page { url: &url, html: None }).into_iter().map(Into::into).collect();
    assert_eq!(found, ["https://status.example.org/api", "https://status.example.org/api/v1"]);
}

#[test]
fn a_component_of_version_2_keeps_its_own_word_and_its_group() {
    let groups = two(json!([{"id": 4, "name": "Core"}]), 1);
    let snapshot = look(&[answer(COMPONENTS, &components_of_2()), answer(GROUPS, &groups)]).unwrap();
    let seen: Vec<_> = snapshot.components.iter().map(|one| (one.vendor_status.as_str(), one.status)).collect();
    assert_eq!(
        seen,
        [("Operational", Impact::Operational), ("Panne majeure", Impact::MajorOutage), ("Unknown", Impact::Unknown)]
    );
    assert_eq!(snapshot.components[0].component.group.as_deref(), Some("Core"));
    assert_eq!((snapshot.covers.components, snapshot.covers.incidents), (Covers::AllOpen, Covers::Delta));
}

#[test]
fn the_newest_update_of_version_2_counts_and_times_are_not_certain() {
    let incidents = two(json!([incident_of_2(8, 3), incident_of_2(7, 4)]), 1);
    let snapshot = look(&[answer(COMPONENTS, &components_of_2()), answer(INCIDENTS, &incidents)]).unwrap();
    let [open, over] = snapshot.incidents.as_slice() else { panic!("{snapshot:?}") };
    assert_eq!((open.key.as_str(), open.phase, open.impact), ("8", Phase::Monitoring, Impact::Unknown));
    assert_eq!((over.phase, over.ended.as_ref().unwrap().raw.as_str()), (Phase::Resolved, "2026-11-22 11:00:00"));
    assert_eq!(open.components[0].name, "Web");
    assert_eq!(open.updates.iter().map(|update| update.key.as_str()).collect::<Vec<_>>(), ["message", "7"]);
    let started = open.started.as_ref().unwrap();
    assert_eq!((started.at.unwrap().to_string().as_str(), started.certain), ("2026-11-22T10:00:00Z", false));
    assert_eq!((snapshot.covers.incidents, snapshot.warnings.as_slice()), (Covers::AllOpen, &[][..]));
}

#[test]
fn of_more_pages_than_one_absence_proves_nothing() {
    let incidents = two(json!([incident_of_2(8, 3)]), 2);
    let mut components = components_of_2();
    components["meta"]["pagination"]["total_pages"] = json!(3);
    let snapshot = look(&[answer(COMPONENTS, &components), answer(INCIDENTS, &incidents)]).unwrap();
    assert_eq!(snapshot.covers.components, Covers::Delta);
    assert!(matches!(snapshot.covers.incidents, Covers::Window { .. }));
}

#[test]
fn a_schedule_is_a_maintenance_with_a_key_of_its_own() {
    let schedules = two(
        json!([
            {"id": 8, "name": "Synthetic: new disks", "message": "Short.", "status": 0, "human_status": "Upcoming",
             "scheduled_at": "2026-11-23 01:00:00", "completed_at": null, "components": [{"id": 1, "component_id": 2}]},
            {"id": 9, "name": "Synthetic: old disks", "message": "", "status": 8, "scheduled_at": "2026-11-22 01:00:00"},
        ]),
        1,
    );
    let incidents = two(json!([incident_of_2(8, 3)]), 1);
    let answers =
        [answer(COMPONENTS, &components_of_2()), answer(INCIDENTS, &incidents), answer(SCHEDULES, &schedules)];
    let snapshot = look(&answers).unwrap();
    let seen: Vec<_> = snapshot.incidents.iter().map(|one| (one.key.as_str(), one.kind, one.phase)).collect();
    assert_eq!(
        seen,
        [
            ("8", Kind::Incident, Phase::Monitoring),
            ("schedule-8", Kind::Maintenance, Phase::Scheduled),
            ("schedule-9", Kind::Maintenance, Phase::InProgress),
        ]
    );
    assert_eq!((snapshot.incidents[1].components[0].name.as_str(), snapshot.warnings.len()), ("Web", 1));
}

#[test]
fn version_3_says_the_same_in_another_envelope() {
    let components = three(
        json!([
            {"id": "1", "type": "components", "attributes": {"name": "Web", "status": {"human": "Performance Issues", "value": 2}},
             "relationships": {"group": {"data": {"type": "componentGroups", "id": "4"}}}},
            {"id": "2", "type": "components", "attributes": {"name": "Mail", "status": 5}},
        ]),
        json!([{"id": "4", "type": "componentGroups", "attributes": {"name": "Core"}}]),
    );
    let (incident, update) = incident_of_3();
    let incidents = three(json!([incident]), json!([update]));
    let snapshot = look(&[answer(COMPONENTS, &components), answer(INCIDENTS, &incidents)]).unwrap();
    let statuses: Vec<Impact> = snapshot.components.iter().map(|one| one.status).collect();
    assert_eq!(statuses, [Impact::Degraded, Impact::Unknown]);
    assert_eq!(snapshot.components[0].component.group.as_deref(), Some("Core"));
    let one = &snapshot.incidents[0];
    assert_eq!((one.key.as_str(), one.phase, one.vendor_phase.as_str()), ("2", Phase::Identified, "Identified"));
    assert_eq!((one.components[0].name.as_str(), one.updates[1].text.as_str()), ("Web", "We know."));
    assert_eq!(snapshot.warnings.len(), 1, "one update is named and not there: {:?}", snapshot.warnings);
    assert_eq!((snapshot.covers.components, snapshot.covers.incidents), (Covers::AllOpen, Covers::AllOpen));
}

#[test]
fn a_list_that_cannot_be_read_is_named_and_decoys_are_none() {
    let html =
        Answer { role: INCIDENTS, outcome: Outcome::Body(Body::saved(b"<html><title>x</title></html>".to_vec())) };
    let snapshot = look(&[answer(COMPONENTS, &components_of_2()), html]).unwrap();
    assert_eq!((snapshot.blind[0].0, snapshot.covers.incidents), (INCIDENTS, Covers::Delta));
    let mut odd = components_of_2();
    for row in odd["data"].as_array_mut().unwrap() {
        row["status"] = json!("operational");
    }
    let envelope = json!({"data": [{"id": 1, "name": "x", "status": 1}]});
    for decoy in [two(json!([]), 1), odd, envelope, json!({}), json!([]), json!({"data": "Pong!"})] {
        assert!(matches!(look(&[answer(COMPONENTS, &decoy)]), Err(Unreadable::Unexpected(_))), "{decoy}");
    }
}
