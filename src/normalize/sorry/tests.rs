//! Synthetic answers: what each rule of this format does with a look.

use serde_json::{Value, json};

use super::*;
use crate::normalize::Outcome;

fn components_of(states: &[&str]) -> Value {
    let row = |(n, state): (usize, &&str)| json!({"id": n + 1, "name": format!("Synthetic {}", n + 1), "state": state, "parent_id": if n > 0 { json!(1) } else { Value::Null }});
    json!({"response": states.iter().enumerate().map(row).collect::<Vec<_>>(), "count": states.len()})
}

fn notice_of(id: u32, kind: &str, state: &str) -> Value {
    json!({
        "id": id, "type": kind, "state": state, "timeline_state": "present", "subject": "Synthetic: mail is late",
        "synopsis": "We look.", "link": "https://status.example.org/notices/x", "began_at": "2026-11-22T10:00:00.000Z",
        "ended_at": if state == "resolved" { json!("2026-11-22T11:00:00.000Z") } else { Value::Null },
        "components": [{"id": 2, "name": "Synthetic 2"}],
    })
}

fn answer(role: &'static str, body: &Value) -> Answer {
    Answer { role, outcome: Outcome::Body(Body::saved(body.to_string().into_bytes())) }
}

fn look(notices: &[Value]) -> Snapshot {
    let list = json!({"response": notices, "count": notices.len()});
    read(&[answer(COMPONENTS, &components_of(&["operational", "degraded"])), answer(NOTICES, &list)]).unwrap()
}

#[test]
fn components_have_sorry_s_words_and_their_groups() {
    let states = components_of(&["partially-degraded", "degraded", "operational", "aflame"]);
    let snapshot = read(&[answer(COMPONENTS, &states)]).unwrap();
    let seen: Vec<Impact> = snapshot.components.iter().map(|one| one.status).collect();
    assert_eq!(seen, [Impact::Degraded, Impact::PartialOutage, Impact::Operational, Impact::Unknown]);
    assert_eq!(snapshot.components[1].component.group.as_deref(), Some("Synthetic 1"));
    assert_eq!((snapshot.covers.components, snapshot.warnings.len()), (Covers::AllOpen, 1));
}

#[test]
fn a_notice_is_over_when_it_says_so_and_never_by_absence() {
    let snapshot = look(&[notice_of(5, "unplanned", "recovering"), notice_of(6, "unplanned", "resolved")]);
    let seen: Vec<_> = snapshot.incidents.iter().map(|one| (one.key.as_str(), one.impact, one.phase)).collect();
    assert_eq!(seen, [("5", Impact::Unknown, Phase::Monitoring), ("6", Impact::Unknown, Phase::Resolved)]);
    assert_eq!(snapshot.incidents[0].components[0].group.as_deref(), Some("Synthetic 1"));
    assert_eq!(
        (snapshot.incidents[0].updates[0].text.as_str(), snapshot.covers.incidents),
        ("We look.", Covers::Delta)
    );
}

#[test]
fn a_planned_notice_is_a_maintenance_and_a_general_one_is_no_trouble() {
    let mut planned = notice_of(7, "planned", "scheduled");
    planned["begins_at"] = json!("2026-11-23T01:00:00Z");
    planned["ends_at"] = json!("2026-11-23T02:00:00Z");
    planned["began_at"] = Value::Null;
    let snapshot = look(&[planned, notice_of(8, "general", "open")]);
    let [one] = snapshot.incidents.as_slice() else { panic!("{snapshot:?}") };
    assert_eq!((one.kind, one.phase, one.impact), (Kind::Maintenance, Phase::Scheduled, Impact::Maintenance));
    assert_eq!(one.planned.as_ref().unwrap().until.as_ref().unwrap().at.unwrap().to_string(), "2026-11-23T02:00:00Z");
}

#[test]
fn notices_that_cannot_be_read_leave_the_components() {
    let lost = Answer { role: NOTICES, outcome: Outcome::Unreadable(Unreadable::Refused("HTTP 401".to_owned())) };
    let snapshot = read(&[answer(COMPONENTS, &components_of(&["operational"])), lost]).unwrap();
    assert_eq!((snapshot.components.len(), snapshot.blind[0].0), (1, NOTICES));
}

#[test]
fn a_page_shows_its_id() {
    let html = "<script src='https://code.sorryapp.com/status-bar.js' data-status-bar-for=\"946fab28\"></script>";
    let url = "https://status.acme.example/".parse().unwrap();
    let found: Vec<String> = find(&Page { url: &url, html: Some(html) }).into_iter().map(Into::into).collect();
    assert_eq!(found, ["https://api.sorryapp.com/v1/pages/946fab28"]);
    assert_eq!(find(&Page { url: &url, html: Some("data-status-bar-for=\"946fab28\"") }), []);
}

#[test]
fn decoys_are_no_components() {
    for decoy in [json!({"response": [], "count": 0}), json!({}), json!([]), json!({"response": [{"id": 1}]})] {
        assert!(matches!(read(&[answer(COMPONENTS, &decoy)]), Err(Unreadable::Unexpected(_))), "{decoy}");
    }
}
