//! Synthetic summaries: what each rule of this format does with a look.

use serde_json::{Value, json};

use super::*;

fn summary() -> Value {
    json!({
        "status_page": {"url": "status.example.org", "time_zone": "Europe/Berlin", "subdomain": "acme", "name": "Synthetic", "current_incident_type": null},
        "services": [
            {"id": 1, "name": "zone-1", "current_incident_type": "major", "children": [
                {"id": 2, "name": "Compute", "current_incident_type": "major", "children": []},
                {"id": 3, "name": "DNS", "current_incident_type": null, "children": []},
            ]},
            {"id": 4, "name": "Portal", "current_incident_type": "scheduled", "children": []},
        ],
        "incidents": [], "maintenances": [], "upcoming_maintenances": [], "info_notices": [],
    })
}

fn incident_of(id: u32, kind: &str, updates: &[(&str, &str)]) -> Value {
    let updates: Vec<Value> = updates
        .iter()
        .map(|(kind, at)| json!({"type": kind, "description": format!("<p>{kind}</p>"), "inserted_at": at, "updated_at": at}))
        .collect();
    json!({
        "id": id, "title": "Synthetic: compute fails", "type": kind, "starts_at": "2026-11-22T10:00:00", "ends_at": null,
        "service_ids": [1, 2], "updates": updates, "url": "https://status.example.org/incidents/5",
    })
}

fn look(document: &Value) -> Result<Snapshot, Unreadable> {
    read(&Body::saved(document.to_string().into_bytes()))
}

#[test]
fn services_stand_in_the_ones_above_them_and_null_is_well() {
    let snapshot = look(&summary()).unwrap();
    let seen: Vec<_> = snapshot
        .components
        .iter()
        .map(|one| (one.component.name.as_str(), one.component.group.as_deref(), one.status))
        .collect();
    assert_eq!(
        seen,
        [
            ("zone-1", None, Impact::MajorOutage),
            ("Portal", None, Impact::Maintenance),
            ("Compute", Some("zone-1"), Impact::MajorOutage),
            ("DNS", Some("zone-1"), Impact::Operational),
        ]
    );
    assert_eq!(snapshot.covers, Coverage::of_all(Covers::AllOpen));
}

#[test]
fn a_service_that_lost_its_field_is_not_well() {
    let mut document = summary();
    document["services"][0]["children"][1].as_object_mut().unwrap().remove("current_incident_type");
    let snapshot = look(&document).unwrap();
    assert_eq!((snapshot.components[3].status, snapshot.warnings.len()), (Impact::Unknown, 1));
}

#[test]
fn an_incident_stands_as_its_newest_update_says_and_its_times_are_not_certain() {
    let mut document = summary();
    let updates = [("monitoring", "2026-11-22T10:40:00"), ("issue", "2026-11-22T10:00:00")];
    document["incidents"] = json!([incident_of(5, "major", &updates), incident_of(6, "custom", &[])]);
    let snapshot = look(&document).unwrap();
    let one = &snapshot.incidents[0];
    assert_eq!((one.key.as_str(), one.impact, one.phase), ("5", Impact::MajorOutage, Phase::Monitoring));
    assert_eq!(one.updates.iter().map(|update| update.text.as_str()).collect::<Vec<_>>(), ["issue", "monitoring"]);
    let started = one.started.as_ref().unwrap();
    assert_eq!((started.at.unwrap().to_string().as_str(), started.certain), ("2026-11-22T10:00:00Z", false));
    assert_eq!(one.components.iter().map(|c| c.name.as_str()).collect::<Vec<_>>(), ["zone-1", "Compute"]);
    assert_eq!((snapshot.incidents[1].impact, snapshot.warnings.len()), (Impact::Unknown, 1));
}

#[test]
fn a_service_that_an_incident_names_is_not_well_by_having_none() {
    let mut document = summary();
    let mut one = incident_of(5, "minor", &[]);
    one["service_ids"] = json!([3]);
    document["incidents"] = json!([one]);
    let snapshot = look(&document).unwrap();
    assert_eq!((snapshot.components[3].status, snapshot.warnings.len()), (Impact::Unknown, 1));
}

#[test]
fn maintenances_are_in_the_phase_of_their_list() {
    let mut document = summary();
    document["maintenances"] = json!([incident_of(7, "scheduled", &[])]);
    document["upcoming_maintenances"] = json!([incident_of(8, "scheduled", &[])]);
    let snapshot = look(&document).unwrap();
    let phases: Vec<_> = snapshot.incidents.iter().map(|one| (one.key.as_str(), one.phase)).collect();
    assert_eq!(phases, [("8", Phase::Scheduled), ("7", Phase::InProgress)]);
    document.as_object_mut().unwrap().remove("upcoming_maintenances");
    assert_eq!(look(&document).unwrap().covers.maintenances, Covers::Delta);
}

#[test]
fn a_page_is_found_by_its_host_or_what_it_links_to() {
    let found = |url: &str, html: Option<&str>| -> Vec<String> {
        find(&Page { url: &url.parse().unwrap(), html }).into_iter().map(Into::into).collect()
    };
    assert_eq!(found("https://acme.statuspal.io/", None), ["https://statuspal.io/api/v2/status_pages/acme"]);
    let html = "<a href='https://www.statuspal.eu'>Statuspal</a> <img src='https://acme-1.statuspal.eu/logo.png'>";
    assert_eq!(found("https://status.acme.example/", Some(html)), ["https://statuspal.eu/api/v2/status_pages/acme-1"]);
    assert_eq!(found("https://status.acme.example/", Some("<html>")), Vec::<String>::new());
}

#[test]
fn deep_services_end_and_decoys_are_no_summary() {
    let mut deep = json!({"id": 99, "name": "x", "current_incident_type": null, "children": []});
    for id in 0..30 {
        deep = json!({"id": id + 100, "name": "x", "current_incident_type": null, "children": [deep]});
    }
    let mut document = summary();
    document["services"] = json!([deep]);
    let snapshot = look(&document).unwrap();
    assert_eq!((snapshot.components.len(), snapshot.covers.components), (DEEPEST + 1, Covers::Delta));
    let mut bare = summary();
    bare["services"] = json!([]);
    for decoy in [bare, json!({}), json!([]), json!({"status_page": {"name": "x"}}), json!({"error": "not found"})] {
        assert!(matches!(look(&decoy), Err(Unreadable::Unexpected(_))), "{decoy}");
    }
}
