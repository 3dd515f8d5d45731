//! Synthetic documents: what each rule of this format does with a look.

use serde_json::{Value, json};

use super::*;
use crate::model::id::SourceId;
use crate::model::incident::KnownOpen;
use crate::model::vendor::Source;
use crate::normalize::Outcome;

fn issue_of(file: &str, severity: &str, resolved: bool) -> Value {
    json!({
        "is": "issue", "title": "Synthetic: mail is late", "createdAt": "2026-11-22 10:00:00 +0100 CET",
        "lastMod": "2026-11-22 10:30:00 +0100 CET", "permalink": format!("https://status.example.org/issues/{file}/"),
        "severity": severity, "resolved": resolved, "informational": false,
        "resolvedAt": if resolved { "2026-11-22 12:00:00 +0100 CET" } else { "<nil>" },
        "affected": ["Mail"], "filename": format!("{file}.md"),
    })
}

fn index(summary: &str, mail: &str, issues: &[Value]) -> Value {
    json!({
        "is": "index", "cStateVersion": "5.2", "apiVersion": "2.0", "title": "Synthetic", "summaryStatus": summary,
        "systems": [
            {"name": "Mail", "category": "Core", "status": mail, "unresolvedIssues": issues},
            {"name": "Web", "category": "Core", "status": "ok", "unresolvedIssues": []},
        ],
        "buildDate": "2026-11-22", "buildTime": "11:58", "buildTimezone": "UTC",
    })
}

fn issues(pages: &[Value]) -> Value {
    json!({"is": "issues", "title": "Issues", "baseURL": "https://status.example.org/", "pages": pages})
}

fn answer(role: &'static str, body: &Value) -> Answer {
    Answer { role, outcome: Outcome::Body(Body::saved(body.to_string().into_bytes())) }
}

fn with<T>(open: &KnownOpen, run: impl FnOnce(&Asked<'_>) -> T) -> T {
    let url = "https://example.org/status/".parse().unwrap();
    let source = Source::at(SourceId::parse("acme/status").unwrap(), Format::CState, Some(url));
    run(&Asked {
        source: &source,
        url: source.url.as_ref().unwrap(),
        open,
        now: "2026-11-22T12:00:00Z".parse().unwrap(),
    })
}

fn look(answers: &[Answer]) -> Result<Snapshot, Unreadable> {
    match with(&KnownOpen::default(), |asked| read(asked, answers)) {
        Reading::Done(done) => done,
        Reading::Need(more) => panic!("{more:?}"),
    }
}

#[test]
fn both_documents_stand_below_the_page() {
    let open = KnownOpen { history_due: true, ..KnownOpen::default() };
    let urls: Vec<String> = with(&open, plan).into_iter().map(|request| request.url.into()).collect();
    assert_eq!(urls, ["https://example.org/status/index.json", "https://example.org/status/issues/index.json"]);
}

#[test]
fn an_issue_under_two_systems_is_one() {
    let mut document = index("down", "down", &[issue_of("a", "down", false)]);
    document["systems"][1]["unresolvedIssues"] = json!([issue_of("a", "down", false)]);
    let snapshot = look(&[answer(INDEX, &document)]).unwrap();
    let one = &snapshot.incidents[0];
    assert_eq!((snapshot.incidents.len(), one.key.as_str(), one.impact), (1, "a.md", Impact::MajorOutage));
    assert_eq!(one.started.as_ref().unwrap().at.unwrap().to_string(), "2026-11-22T09:00:00Z");
    assert_eq!((one.components[0].name.as_str(), one.components[0].group.as_deref()), ("Mail", Some("Core")));
    assert_eq!((snapshot.covers.incidents, snapshot.warnings.as_slice()), (Covers::AllOpen, &[][..]));
}

#[test]
fn the_build_is_the_clock() {
    let snapshot = look(&[answer(INDEX, &index("ok", "ok", &[]))]).unwrap();
    assert_eq!(snapshot.refreshed.unwrap().to_string(), "2026-11-22T11:58:00Z");
    let mut document = index("ok", "ok", &[]);
    document["buildTimezone"] = json!("CET");
    assert_eq!(look(&[answer(INDEX, &document)]).unwrap().refreshed.unwrap().to_string(), "2026-11-22T10:58:00Z");
    document["buildTimezone"] = json!("XYZ");
    assert_eq!(look(&[answer(INDEX, &document)]).unwrap().warnings[0].path, "buildDate");
}

#[test]
fn an_issue_without_a_system_is_looked_for_in_the_list() {
    let hidden = answer(INDEX, &index("disrupted", "ok", &[]));
    let Reading::Need(more) = with(&KnownOpen::default(), |asked| read(asked, std::slice::from_ref(&hidden))) else {
        panic!("nothing is needed")
    };
    assert_eq!(more[0].role, ISSUES);
    let mut lone = issue_of("b", "disrupted", false);
    lone["affected"] = json!([]);
    let snapshot = look(&[hidden.clone(), answer(ISSUES, &issues(&[lone]))]).unwrap();
    assert_eq!((snapshot.incidents[0].impact, snapshot.incidents[0].components.len()), (Impact::PartialOutage, 0));
    let unrecorded = Answer { role: ISSUES, outcome: Outcome::NotRecorded };
    assert_eq!(look(&[hidden, unrecorded]).unwrap().covers.incidents, Covers::Delta);
}

#[test]
fn the_list_of_issues_brings_the_end() {
    let open = KnownOpen { keys: [("a.md".to_owned(), Kind::Incident)].into(), history_due: false };
    let quiet = answer(INDEX, &index("ok", "ok", &[]));
    assert!(matches!(with(&open, |asked| read(asked, std::slice::from_ref(&quiet))), Reading::Need(_)));
    let page = json!({"is": "page", "title": "About"});
    let snapshot = look(&[quiet, answer(ISSUES, &issues(&[issue_of("a", "down", true), page]))]).unwrap();
    let one = &snapshot.incidents[0];
    assert_eq!((snapshot.incidents.len(), one.phase), (1, Phase::Resolved));
    assert_eq!(one.ended.as_ref().unwrap().at.unwrap().to_string(), "2026-11-22T11:00:00Z");
}

#[test]
fn an_issue_that_does_not_say_whether_it_is_over_is_lost() {
    let mut broken = issue_of("a", "down", false);
    broken.as_object_mut().unwrap().remove("resolved");
    let snapshot = look(&[answer(INDEX, &index("down", "down", &[broken, issue_of("b", "sideways", false)]))]).unwrap();
    assert_eq!((snapshot.incidents.len(), snapshot.incidents[0].impact), (1, Impact::Unknown));
    assert_eq!((snapshot.covers.incidents, snapshot.warnings.len()), (Covers::Delta, 2));
}

#[test]
fn decoys_are_no_page_of_cstate() {
    let better_stack = json!({"data": {"id": "1", "type": "status_page", "attributes": {}}, "included": []});
    let mut bare = index("ok", "ok", &[]);
    bare["systems"] = json!([]);
    for decoy in [better_stack, json!({}), json!([]), json!({"is": "index"}), bare] {
        assert!(matches!(look(&[answer(INDEX, &decoy)]), Err(Unreadable::Unexpected(_))), "{decoy}");
    }
}
