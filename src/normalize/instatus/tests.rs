//! Synthetic documents: what each rule of this format does with a look.

use serde_json::{Value, json};

use super::*;
use crate::model::id::SourceId;
use crate::model::impact::Impact;
use crate::model::incident::KnownOpen;
use crate::model::phase::Phase;
use crate::model::vendor::Source;
use crate::normalize::Outcome;

fn page(status: &str) -> Value {
    json!({"page": {"name": "Synthetic", "url": "https://status.example.org", "status": status}})
}

fn incident() -> Value {
    json!({"id": "synthetic1", "name": "Synthetic: slow in eu-west-1", "status": "IDENTIFIED", "impact": "PARTIALOUTAGE",
        "started": "Sun Nov 22 2026 09:00:00 GMT+0000 (Coordinated Universal Time)", "url": "https://status.example.org/synthetic1"})
}

fn maintenance() -> Value {
    json!({"name": "Synthetic: new disks", "start": "2026-11-30T22:00:00.000Z", "status": "NOTSTARTEDYET", "duration": "60",
        "url": "https://status.example.org/maintenance/synthetic2/"})
}

fn answer(role: &'static str, body: &Value) -> Answer {
    Answer { role, outcome: Outcome::Body(Body::saved(body.to_string().into_bytes())) }
}

fn status(role: &'static str, status: u16) -> Answer {
    Answer { role, outcome: Outcome::Body(Body { status, ..Body::saved(b"x".to_vec()) }) }
}

fn look(answers: &[Answer]) -> Reading {
    let url = Some("https://status.example.org/x?y".parse().unwrap());
    let source = Source::at(SourceId::parse("somebody/status").unwrap(), Format::Instatus, url);
    let (open, now) = (KnownOpen::default(), "2026-11-22T12:00:00Z".parse().unwrap());
    read(&Asked { source: &source, url: source.url.as_ref().unwrap(), open: &open, now }, answers)
}

fn done(answers: &[Answer]) -> Result<Snapshot, Unreadable> {
    match look(answers) {
        Reading::Done(done) => done,
        Reading::Need(more) => panic!("{more:?}"),
    }
}

#[test]
fn lists_that_are_not_there_are_empty_where_the_page_has_its_word() {
    let (all, none) = (Covers::AllOpen, Covers::Delta);
    for (word, incidents, maintenances) in [
        ("UP", all, all),
        ("UNDERMAINTENANCE", all, none),
        ("SOMEDEGRADEDPERFORMANCE", none, all),
        ("ONEMINOROUTAGE", none, all),
        ("ALLMAJOROUTAGE", none, all),
    ] {
        let snapshot = done(&[answer(SUMMARY, &page(word))]).unwrap();
        assert_eq!((snapshot.incidents.len(), snapshot.warnings.len()), (0, 0), "{word}");
        assert_eq!((snapshot.covers.incidents, snapshot.covers.maintenances), (incidents, maintenances), "{word}");
        let mut told = page(word);
        (told["activeIncidents"], told["activeMaintenances"]) = (json!([]), json!([]));
        let snapshot = done(&[answer(SUMMARY, &told)]).unwrap();
        assert_eq!((snapshot.covers.incidents, snapshot.covers.maintenances), (all, all), "{word}");
    }
    let mut renamed = page("UP");
    renamed["incidents"] = json!([incident()]);
    let snapshot = done(&[answer(SUMMARY, &renamed)]).unwrap();
    assert_eq!((snapshot.covers.incidents, snapshot.covers.maintenances), (none, none), "who knows what that is");
    let snapshot = done(&[answer(SUMMARY, &page("HASISSUES"))]).unwrap();
    assert_eq!((snapshot.covers.incidents, snapshot.warnings.len()), (Covers::Delta, 1), "it contradicts itself");
    for decoy in [
        page("OPERATIONAL"),
        page("HAS_ISSUES"),
        page("up"),
        json!({"page": {"status": "UP"}}),
        json!({"page": {"url": "x", "status": 5}}),
        json!({"status": 500, "error": "Internal Server Error"}),
        json!([]),
    ] {
        assert!(matches!(done(&[answer(SUMMARY, &decoy)]), Err(Unreadable::Unexpected(_))), "{decoy}");
    }
}

#[test]
fn incidents_and_maintenances_are_read_whole() {
    let mut summary = page("HASISSUES");
    summary["activeIncidents"] = json!([incident()]);
    summary["activeMaintenances"] = json!([maintenance()]);
    let snapshot = done(&[answer(SUMMARY, &summary)]).unwrap();
    assert_eq!(snapshot.warnings, []);
    let (one, two) = (&snapshot.incidents[0], &snapshot.incidents[1]);
    assert_eq!((one.key.as_str(), one.phase, one.impact), ("synthetic1", Phase::Identified, Impact::PartialOutage));
    assert_eq!(one.started.as_ref().unwrap().at.unwrap().to_string(), "2026-11-22T09:00:00Z");
    assert_eq!(one.regions, ["eu-west-1"]);
    assert_eq!((two.key.as_str(), two.kind, two.phase), ("synthetic2", Kind::Maintenance, Phase::Scheduled));
    let planned = two.planned.as_ref().unwrap();
    assert_eq!(planned.until.as_ref().unwrap().at.unwrap().to_string(), "2026-11-30T23:00:00Z");
}

#[test]
fn a_broken_entry_costs_itself_and_takes_the_proof_of_absence_along() {
    let mut summary = page("HASISSUES");
    let mut strange = incident();
    strange["id"] = json!("synthetic9");
    strange["impact"] = json!("APOCALYPSE");
    strange["status"] = json!("PONDERING");
    summary["activeIncidents"] = json!([incident(), {"name": "no key"}, 7, strange]);
    summary["activeMaintenances"] = json!({});
    let snapshot = done(&[answer(SUMMARY, &summary)]).unwrap();
    assert_eq!(snapshot.incidents.len(), 2);
    assert_eq!((snapshot.covers.incidents, snapshot.covers.maintenances), (Covers::Delta, Covers::Delta));
    assert_eq!((snapshot.incidents[1].impact, snapshot.incidents[1].phase), (Impact::Unknown, Phase::Investigating));
    let warned: Vec<_> = snapshot.warnings.iter().map(|warning| warning.path.as_str()).collect();
    assert!(warned.contains(&"activeIncidents[1].id") && warned.contains(&"activeMaintenances"), "{warned:?}");
}

#[test]
fn components_are_read_flat_or_in_their_groups() {
    let flat = json!({"components": [
        {"id": "g1", "name": "Europe", "status": "SOMEPARTIALOUTAGE", "isParent": true, "group": null},
        {"id": "c1", "name": "Mail", "status": "MINOROUTAGE", "isParent": false, "group": {"id": "g1", "name": "Europe"}},
        {"id": "c2", "name": "Login", "status": "wobbly", "isParent": false, "group": null},
    ]});
    let nested = json!({"components": [
        {"id": "g1", "name": "Europe", "status": "OPERATIONAL", "isParent": true, "children": [
            {"id": "c1", "name": "Mail", "status": "MINOROUTAGE", "group": "g1"},
        ]},
        {"id": "c2", "name": "Login", "status": "wobbly", "children": []},
    ]});
    for components in [flat, nested] {
        let snapshot = done(&[answer(SUMMARY, &page("UP")), answer(COMPONENTS, &components)]).unwrap();
        let seen: Vec<_> = snapshot
            .components
            .iter()
            .map(|one| (one.component.key.as_str(), one.component.group.as_deref(), one.status))
            .collect();
        assert_eq!(seen, [("c1", Some("Europe"), Impact::PartialOutage), ("c2", None, Impact::Unknown)]);
        assert_eq!((snapshot.covers.components, snapshot.warnings.len()), (Covers::AllOpen, 1));
    }
    let alone = json!({"components": [{"id": "p1", "name": "Everything", "status": "MAJOROUTAGE", "isParent": true}]});
    let snapshot = done(&[answer(SUMMARY, &page("UP")), answer(COMPONENTS, &alone)]).unwrap();
    assert_eq!(snapshot.components[0].status, Impact::MajorOutage, "a group of nobody is a component");
}

#[test]
fn older_pages_have_an_older_list_and_one_that_is_lost_is_named() {
    let Reading::Need(more) = look(&[answer(SUMMARY, &page("UP")), status(COMPONENTS, 404)]) else { panic!() };
    assert_eq!(more[0].url.as_str(), "https://status.example.org/v2/components.json");
    let components = json!({"components": [{"id": "c1", "name": "Mail", "status": "OPERATIONAL"}]});
    let answers = [answer(SUMMARY, &page("UP")), status(COMPONENTS, 404), answer(OLDER, &components)];
    assert_eq!(done(&answers).unwrap().components.len(), 1);
    for lost in [status(COMPONENTS, 503), answer(COMPONENTS, &json!({"components": [{"name": "x"}]}))] {
        let snapshot = done(&[answer(SUMMARY, &page("UP")), lost]).unwrap();
        assert_eq!((snapshot.blind[0].0, snapshot.covers.components), (COMPONENTS, Covers::Delta));
    }
    let empty = done(&[answer(SUMMARY, &page("UP")), answer(COMPONENTS, &json!({"components": []}))]).unwrap();
    assert_eq!(empty.covers.components, Covers::Delta, "an empty list proves nothing of those known");
    assert!(matches!(done(&[status(SUMMARY, 503), answer(COMPONENTS, &components)]), Err(Unreadable::Failing(_))));
}

#[test]
fn two_things_of_one_key_are_one_thing_lost() {
    let covers = |incidents: &[Value], maintenances: &[Value]| {
        let mut summary = page("HASISSUES");
        summary["activeIncidents"] = json!(incidents);
        summary["activeMaintenances"] = json!(maintenances);
        let Reading::Done(Ok(snapshot)) = look(&[answer(SUMMARY, &summary)]) else { panic!("it is read") };
        snapshot.covers.incidents
    };
    let mut other = incident();
    other["name"] = json!("Synthetic: another");
    let mut maintenance = maintenance();
    maintenance["id"] = json!("synthetic1");
    assert_eq!(covers(&[incident(), incident()], &[]), Covers::AllOpen, "said twice");
    assert_eq!(covers(&[incident(), other], &[]), Covers::Delta);
    assert_eq!(covers(&[incident()], &[maintenance]), Covers::Delta, "a maintenance took its place");
}
