//! Synthetic answers: what each rule of this format does with a look.

use serde_json::{Value, json};

use super::*;
use crate::model::id::SourceId;
use crate::model::incident::KnownOpen;
use crate::model::phase::{Kind, Phase};
use crate::model::vendor::Source;

fn page_services() -> Value {
    json!({"services": [
        {"id": "S1", "display_name": "Events", "name": "prod - events", "is_active": true},
        {"id": "S2", "name": "Web"},
        {"id": "S3", "display_name": "Old", "is_active": false},
    ]})
}

fn page_words() -> Value {
    json!({"post_enums": [
        {"id": "E1", "name": "incident/impacts/partial_outage"}, {"id": "E2", "name": "investigating"},
        {"id": "E3", "name": "resolved"}, {"id": "E4", "name": "major"}, {"id": "E5", "name": "scheduled"},
        {"id": "E6", "name": "maintenance"},
    ]})
}

fn update(id: &str, status: &str, at: i64) -> Value {
    json!({"id": id, "message": format!("<p>Said in {id}.</p>"), "status_id": status, "severity_id": "E4",
           "reported_at": at, "impacts": [{"service_id": "S1", "severity_id": "E1"}]})
}

fn listed(id: &str, status: &str) -> Value {
    json!({"id": id, "post_type": "incident", "title": "Synthetic: events are late",
           "first_update_at": 1_795_341_600_000_i64, "latest_update": update("u2", status, 1_795_345_200_000)})
}

fn posts_with(all: &[Value]) -> Value {
    json!({"posts": all, "continuationToken": null})
}

fn impacts_with(rows: &Value) -> Value {
    json!({"status_page_id": "P1", "impacted_services": rows})
}

fn answer(role: &'static str, body: &Value) -> Answer {
    Answer { role, outcome: Outcome::Body(Body::saved(body.to_string().into_bytes())) }
}

fn reading(answers: &[Answer], open: &[&str]) -> Reading {
    let url: Url = "https://status.example.org/".parse().unwrap();
    let source = Source::at(SourceId::parse("example/status").unwrap(), Format::PagerDuty, Some(url.clone()));
    let open =
        KnownOpen { keys: open.iter().map(|key| ((*key).to_owned(), Kind::Incident)).collect(), history_due: false };
    read(&Asked { source: &source, url: &url, open: &open, now: "2026-11-22T12:00:00Z".parse().unwrap() }, answers)
}

fn done(answers: &[Answer]) -> Result<Snapshot, Unreadable> {
    match reading(answers, &[]) {
        Reading::Done(done) => done,
        Reading::Need(more) => panic!("{more:?}"),
    }
}

fn quiet() -> Vec<Answer> {
    vec![
        answer(SERVICES, &page_services()),
        answer(IMPACTS, &impacts_with(&json!([]))),
        answer(WORDS, &page_words()),
        answer(POSTS, &posts_with(&[])),
    ]
}

#[test]
fn services_that_are_not_listed_as_hurt_are_well() {
    let mut answers = quiet();
    answers[1] = answer(IMPACTS, &impacts_with(&json!([{"service_id": "S1", "impact_severity_id": "E1"}])));
    let snapshot = done(&answers).unwrap();
    let states: Vec<_> = snapshot.components.iter().map(|c| (c.component.name.as_str(), c.status)).collect();
    assert_eq!(states, [("Events", Impact::PartialOutage), ("Web", Impact::Operational)]);
    assert_eq!(snapshot.components[0].vendor_status, "partial outage");
    assert_eq!(snapshot.covers, Coverage::of_all(Covers::AllOpen));
}

#[test]
fn without_the_list_of_the_hurt_nothing_is_well_and_without_the_words_it_is_unknown() {
    let lone = done(&[answer(SERVICES, &page_services())]).unwrap();
    assert_eq!((lone.components.len(), lone.covers.components), (0, Covers::Delta));
    let mut answers = quiet();
    answers[1] = answer(IMPACTS, &impacts_with(&json!([{"service_id": "S1", "impact_severity_id": "E1"}])));
    answers[2] = answer(WORDS, &json!({"error": "no"}));
    let snapshot = done(&answers).unwrap();
    assert_eq!((snapshot.components[0].status, snapshot.components[1].status), (Impact::Unknown, Impact::Operational));
    assert_eq!(snapshot.blind.len(), 1);
    answers[1] = answer(IMPACTS, &impacts_with(&json!([3, {"impact_severity_id": "E1"}])));
    let lost = done(&answers).unwrap();
    assert!(lost.components.iter().all(|c| c.status == Impact::Unknown), "the lost entry may be any service's");
    answers[1] = answer(IMPACTS, &impacts_with(&json!([{"service_id": "S9", "impact_severity_id": "E1"}])));
    assert!(done(&answers).unwrap().components.iter().all(|c| c.status == Impact::Unknown), "S9 may be any service");
}

#[test]
fn a_post_is_asked_for_by_itself_and_so_is_a_known_one_that_is_featured_no_more() {
    let mut answers = quiet();
    answers[3] = answer(POSTS, &posts_with(&[listed("P7", "E2")]));
    let Reading::Need(more) = reading(&answers, &["P6"]) else { panic!("nothing is asked for") };
    let urls: Vec<_> = more.iter().map(|request| request.url.as_str()).collect();
    assert_eq!(urls, ["https://status.example.org/api/posts/P6", "https://status.example.org/api/posts/P7"]);
    let mut whole = listed("P7", "E2");
    whole["updates"] = json!([update("u2", "E2", 1_795_345_200_000), update("u1", "E2", 1_795_341_600_000)]);
    answers.push(answer(POST, &json!({"post": whole})));
    answers.push(answer(POST, &json!({"post": listed("P6", "E3")})));
    let snapshot = done(&answers).unwrap();
    let seen: Vec<_> = snapshot.incidents.iter().map(|one| (one.key.as_str(), one.phase, one.impact)).collect();
    assert_eq!(
        seen,
        [("P7", Phase::Investigating, Impact::PartialOutage), ("P6", Phase::Resolved, Impact::PartialOutage)]
    );
    let said: Vec<_> = snapshot.incidents[0].updates.iter().map(|update| update.text.as_str()).collect();
    assert_eq!(said, ["Said in u1.", "Said in u2."]);
    assert_eq!(snapshot.incidents[0].components[0].name, "Events");
    assert_eq!(snapshot.incidents[0].started.as_ref().unwrap().at.unwrap().to_string(), "2026-11-22T10:00:00Z");
}

#[test]
fn a_phase_without_its_word_is_lost_and_not_open_again() {
    let mut answers = quiet();
    answers[2] = answer(WORDS, &json!({"post_enums": [{"id": "E1", "name": "incident/impacts/partial_outage"}]}));
    answers[3] = answer(POSTS, &posts_with(&[listed("P7", "E3")]));
    answers.push(answer(POST, &json!({"post": listed("P7", "E3")})));
    let snapshot = done(&answers).unwrap();
    assert_eq!((snapshot.incidents.len(), snapshot.covers.incidents), (0, Covers::Delta));
}

#[test]
fn a_maintenance_has_its_hours() {
    let mut work = listed("P8", "E5");
    work["post_type"] = json!("maintenance");
    work["starts_at"] = json!("1795384800000");
    work["ends_at"] = json!(1_795_392_000_000_i64);
    let mut answers = quiet();
    answers[3] = answer(POSTS, &posts_with(&[work.clone()]));
    answers.push(answer(POST, &json!({"post": work})));
    let one = &done(&answers).unwrap().incidents[0];
    assert_eq!((one.kind, one.phase, one.impact), (Kind::Maintenance, Phase::Scheduled, Impact::Maintenance));
    assert_eq!(one.planned.as_ref().unwrap().from.at.unwrap().to_string(), "2026-11-22T22:00:00Z");
}

#[test]
fn more_posts_than_one_list_holds_and_lost_ones_prove_nothing_by_their_absence() {
    for list in [json!({"posts": [], "continuationToken": "more"}), posts_with(&[json!(3)])] {
        let mut answers = quiet();
        answers[3] = answer(POSTS, &list);
        assert_eq!(done(&answers).unwrap().covers.incidents, Covers::Delta, "{list}");
    }
}

#[test]
fn what_lists_no_service_is_another_document() {
    for decoy in [json!({"services": []}), json!([]), json!({"page": {"id": "x"}}), json!({"services": [{"id": "S1"}]})]
    {
        let answers = [answer(SERVICES, &decoy), answer(IMPACTS, &impacts_with(&json!([])))];
        assert!(matches!(done(&answers), Err(Unreadable::Unexpected(_))), "{decoy}");
    }
}
