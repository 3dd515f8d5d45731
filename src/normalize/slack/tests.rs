//! Synthetic answers: what each rule of this format does with a look.

use serde_json::{Value, json};

use super::*;
use crate::model::id::SourceId;
use crate::model::impact::Impact;
use crate::model::phase::{Kind, Phase};

fn incident(id: u32, status: &str) -> Value {
    json!({
        "id": id, "title": "Synthetic: messages are late", "type": "incident", "status": status,
        "url": format!("https://status.example.org/{id}"), "date_created": "2026-11-22T02:00:00-08:00",
        "date_updated": "2026-11-22T03:00:00-08:00", "services": ["Search", "Messaging", 7],
        "notes": [
            {"date_created": "2026-11-22T02:30:00-08:00", "body": "<p>We know&nbsp;why.</p>"},
            {"date_created": "2026-11-22T02:00:00-08:00", "body": "We look."},
        ],
    })
}

fn current(status: &str, active: &[Value]) -> Value {
    json!({"status": status, "date_created": "2026-11-22T03:00:00-08:00", "date_updated": "2026-11-22T03:00:00-08:00",
           "active_incidents": active})
}

fn source() -> Source {
    Source::at(
        SourceId::parse("slack/status").unwrap(),
        Format::Slack,
        Some("https://slack-status.com/somewhere?x=1".parse().unwrap()),
    )
}

fn answer(role: &'static str, body: &Value) -> Answer {
    Answer { role, outcome: Outcome::Body(Body::saved(body.to_string().into_bytes())) }
}

fn look(answers: &[Answer]) -> Result<Snapshot, Unreadable> {
    match read(&source(), answers, &KnownOpen::default()) {
        Reading::Done(done) => done,
        Reading::Need(more) => panic!("{more:?}"),
    }
}

#[test]
fn an_incident_is_read_whole() {
    let snapshot = look(&[answer(CURRENT, &current("active", &[incident(7, "active")]))]).unwrap();
    let one = &snapshot.incidents[0];
    assert_eq!((one.key.as_str(), one.kind, one.phase), ("7", Kind::Incident, Phase::Investigating));
    assert_eq!(
        (one.impact, one.vendor_impact.as_str(), one.vendor_phase.as_str()),
        (Impact::Unknown, "incident", "active")
    );
    assert_eq!(one.components.iter().map(|c| c.name.as_str()).collect::<Vec<_>>(), ["Search", "Messaging"]);
    assert_eq!(one.updates.iter().map(|u| u.text.as_str()).collect::<Vec<_>>(), ["We look.", "We know\u{a0}why."]);
    assert_eq!(one.started.as_ref().unwrap().at.unwrap().to_string(), "2026-11-22T10:00:00Z");
    assert_eq!((snapshot.covers.incidents, snapshot.warnings.len()), (Covers::AllOpen, 0));
}

#[test]
fn the_type_is_the_only_word_for_how_bad_it_is() {
    for (word, kind, impact) in [
        ("outage", Kind::Incident, Impact::MajorOutage),
        ("notice", Kind::Incident, Impact::Unknown),
        ("maintenance", Kind::Maintenance, Impact::Maintenance),
        ("apocalypse", Kind::Incident, Impact::Unknown),
    ] {
        let mut one = incident(7, "active");
        one["type"] = json!(word);
        let snapshot = look(&[answer(CURRENT, &current("active", &[one]))]).unwrap();
        assert_eq!((snapshot.incidents[0].kind, snapshot.incidents[0].impact), (kind, impact), "{word}");
        assert_eq!(snapshot.warnings.len(), usize::from(word == "apocalypse"));
    }
}

#[test]
fn the_history_brings_the_end_and_current_what_is_open() {
    let now = current("active", &[incident(8, "active")]);
    let history = json!([incident(8, "active"), incident(7, "resolved")]);
    let snapshot = look(&[answer(CURRENT, &now), answer(HISTORY, &history)]).unwrap();
    assert_eq!(
        snapshot.incidents.iter().map(|one| one.phase).collect::<Vec<_>>(),
        [Phase::Investigating, Phase::Resolved]
    );
    assert_eq!(snapshot.incidents[1].ended.as_ref().unwrap().at.unwrap().to_string(), "2026-11-22T11:00:00Z");
    let alone = look(&[answer(HISTORY, &history)]).unwrap();
    assert!(matches!(alone.covers.incidents, Covers::Window { .. }));
}

#[test]
fn the_history_is_asked_for_when_an_open_one_has_left() {
    let open = KnownOpen { keys: [("7".to_owned(), Kind::Incident)].into(), history_due: false };
    let quiet = answer(CURRENT, &current("ok", &[]));
    let Reading::Need(more) = read(&source(), std::slice::from_ref(&quiet), &open) else { panic!("nothing is needed") };
    assert_eq!(more[0].url.as_str(), "https://slack-status.com/api/v2.0.0/history");
    let answers = [quiet, answer(HISTORY, &json!([incident(7, "resolved")]))];
    assert!(matches!(read(&source(), &answers, &open), Reading::Done(Ok(_))));
    let there = answer(CURRENT, &current("active", &[incident(7, "active")]));
    assert!(matches!(read(&source(), &[there], &open), Reading::Done(Ok(_))));
}

#[test]
fn neither_an_empty_body_nor_a_contradiction_is_quiet() {
    let empty = Answer { role: CURRENT, outcome: Outcome::Body(Body::saved(Vec::new())) };
    assert!(matches!(look(&[empty]), Err(Unreadable::CutShort(_))));
    for decoy in
        [current("active", &[]), json!({"status": "ok"}), json!({}), json!([]), json!({"status": 500, "error": "x"})]
    {
        assert!(matches!(look(&[answer(CURRENT, &decoy)]), Err(Unreadable::Unexpected(_))), "{decoy}");
    }
    for decoy in [json!([]), json!({}), json!([{"id": 1}])] {
        assert!(matches!(look(&[answer(HISTORY, &decoy)]), Err(Unreadable::Unexpected(_))), "{decoy}");
    }
}

#[test]
fn a_role_that_cannot_be_read_is_named_and_the_other_counts() {
    let lost = Answer { role: HISTORY, outcome: Outcome::Unreadable(Unreadable::Moved("HTTP 404".into())) };
    let snapshot = look(&[answer(CURRENT, &current("ok", &[])), lost]).unwrap();
    assert_eq!((snapshot.covers.incidents, snapshot.blind[0].0), (Covers::AllOpen, HISTORY));
}

#[test]
fn a_broken_incident_costs_itself_and_takes_the_proof_of_absence_along() {
    let snapshot =
        look(&[answer(CURRENT, &current("active", &[incident(7, "active"), json!({"title": "x"}), json!(3)]))])
            .unwrap();
    assert_eq!((snapshot.incidents.len(), snapshot.covers.incidents), (1, Covers::Delta));
    assert_eq!(
        snapshot.warnings.iter().map(|w| w.path.as_str()).collect::<Vec<_>>(),
        ["active_incidents[2]", "active_incidents[1].id"]
    );
}
