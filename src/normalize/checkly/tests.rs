//! Synthetic documents: what each rule of this format does with a look.

use serde_json::{Value, json};

use super::*;
use crate::model::id::SourceId;
use crate::model::incident::KnownOpen;
use crate::model::phase::Phase;
use crate::model::vendor::Source;
use crate::normalize::Outcome;

fn summary(status: &str, incidents: Value, maintenances: Value) -> Value {
    json!({"page": {"name": "Synthetic", "url": "https://synthetic.checkly-status-page.com", "status": status},
        "activeIncidents": incidents, "activeMaintenances": maintenances})
}

fn incident() -> Value {
    json!({"id": "synthetic-1", "name": "Synthetic: answers are slow", "startedAt": "2026-11-22T09:00:00.000Z",
        "status": "IDENTIFIED", "severity": "MAJOR", "updatedAt": "2026-11-22T09:30:00.000Z",
        "affectedServices": [{"id": "s1", "name": "Chat", "group": "API"}],
        "url": "https://synthetic.checkly-status-page.com/incident/synthetic-1"})
}

fn answer(role: &'static str, body: &Value) -> Answer {
    Answer { role, outcome: Outcome::Body(Body::saved(body.to_string().into_bytes())) }
}

fn done(answers: &[Answer]) -> Result<Snapshot, Unreadable> {
    let url = Some("https://synthetic.checkly-status-page.com".parse().unwrap());
    let source = Source::at(SourceId::parse("somebody/status").unwrap(), Format::Checkly, url);
    let (open, now) = (KnownOpen::default(), "2026-11-22T12:00:00Z".parse().unwrap());
    match read(&Asked { source: &source, url: source.url.as_ref().unwrap(), open: &open, now }, answers) {
        Reading::Done(done) => done,
        Reading::Need(more) => panic!("{more:?}"),
    }
}

#[test]
fn an_incident_is_read_whole() {
    let services = json!([
        {"id": "s1", "name": "Chat", "status": "MAJOR", "group": "API"},
        {"id": "s2", "name": "Files", "status": "OPERATIONAL", "group": null},
        {"id": "s3", "name": "Odd", "status": "PURPLE"},
    ]);
    let answers =
        [answer(SUMMARY, &summary("HAS_ISSUES", json!([incident()]), json!([]))), answer(SERVICES, &services)];
    let snapshot = done(&answers).unwrap();
    let one = &snapshot.incidents[0];
    assert_eq!((one.key.as_str(), one.phase, one.impact), ("synthetic-1", Phase::Identified, Impact::PartialOutage));
    assert_eq!(one.components[0].group.as_deref(), Some("API"));
    let states: Vec<_> = snapshot.components.iter().map(|one| one.status).collect();
    assert_eq!(states, [Impact::PartialOutage, Impact::Operational, Impact::Unknown]);
    assert_eq!(snapshot.covers, Coverage::of_all(Covers::AllOpen));
    assert_eq!(
        snapshot.warnings.iter().map(|warning| warning.path.as_str()).collect::<Vec<_>>(),
        ["services[2].status"]
    );
}

#[test]
fn severities_have_their_rungs_and_an_open_one_is_never_well() {
    for (word, impact, warnings) in [
        ("MINOR", Impact::Degraded, 0),
        ("MEDIUM", Impact::Degraded, 0),
        ("CRITICAL", Impact::MajorOutage, 0),
        ("OPERATIONAL", Impact::Unknown, 0),
        ("PURPLE", Impact::Unknown, 1),
    ] {
        let mut one = incident();
        one["severity"] = json!(word);
        let snapshot = done(&[answer(SUMMARY, &summary("HAS_ISSUES", json!([one]), json!([])))]).unwrap();
        assert_eq!((snapshot.incidents[0].impact, snapshot.warnings.len()), (impact, warnings), "{word}");
    }
}

#[test]
fn instatus_is_told_from_it_and_a_contradiction_proves_nothing() {
    for decoy in [
        summary("UP", json!([]), json!([])),
        summary("HASISSUES", json!([]), json!([])),
        json!({"page": {"status": "OPERATIONAL"}}),
        json!({"page": {"status": "OPERATIONAL"}, "activeIncidents": []}),
        json!([]),
    ] {
        assert!(matches!(done(&[answer(SUMMARY, &decoy)]), Err(Unreadable::Unexpected(_))), "{decoy}");
    }
    let quiet = done(&[answer(SUMMARY, &summary("OPERATIONAL", json!([]), json!([])))]).unwrap();
    assert_eq!((quiet.covers.incidents, quiet.warnings.len()), (Covers::AllOpen, 0));
    let odd = done(&[answer(SUMMARY, &summary("HAS_ISSUES", json!([]), json!([])))]).unwrap();
    assert_eq!((odd.covers.incidents, odd.warnings.len()), (Covers::Delta, 1));
}

#[test]
fn a_broken_entry_takes_the_proof_along_and_lost_services_are_named() {
    let broken = summary("HAS_ISSUES", json!([incident(), 5, {"name": "no key"}]), json!([{"id": "m1"}]));
    let snapshot = done(&[answer(SUMMARY, &broken), answer(SERVICES, &json!({}))]).unwrap();
    assert_eq!((snapshot.incidents.len(), snapshot.incidents[1].kind), (2, Kind::Maintenance));
    assert_eq!((snapshot.covers.incidents, snapshot.covers.maintenances), (Covers::Delta, Covers::AllOpen));
    assert_eq!(snapshot.blind[0].0, SERVICES);
    assert!(done(&[answer(SERVICES, &json!([]))]).is_err());
    assert!(done(&[]).is_err());
}
