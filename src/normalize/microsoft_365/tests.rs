//! The rules that are this format's own.

use serde_json::{Value, json};

use super::*;
use crate::model::id::SourceId;
use crate::model::phase::{Kind, Phase};
use crate::normalize::Body;

const CONTEXT: &str = "https://graph.microsoft.com/v1.0/$metadata#admin/serviceAnnouncement";

fn source() -> Source {
    Source::at(
        SourceId::parse("microsoft-365/service-health").unwrap(),
        Format::Microsoft365,
        Some("https://graph.microsoft.com".parse().unwrap()),
    )
}

fn issue(id: &str, fields: Value) -> Value {
    let mut issue = json!({
        "id": id, "title": "Synthetic: mail is late", "service": "Exchange Online", "feature": "Mail flow",
        "classification": "incident", "status": "serviceDegradation", "isResolved": false,
        "startDateTime": "2026-11-22T10:00:00Z", "endDateTime": null,
        "posts": [{"createdDateTime": "2026-11-22T10:05:00.12Z", "postType": "regular",
            "description": {"contentType": "html", "content": "Synthetic: <b>mail</b> is late."}}],
    });
    issue.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    issue
}

fn page(collection: &str, value: Value, next: Option<&str>) -> Value {
    let mut page = json!({"@odata.context": format!("{CONTEXT}/{collection}"), "value": value});
    if let Some(next) = next {
        page["@odata.nextLink"] = json!(next);
    }
    page
}

fn answer(role: &'static str, status: u16, document: &Value) -> Answer {
    let body = Body { status, ..Body::saved(document.to_string().into_bytes()) };
    Answer { role, outcome: Outcome::Body(body) }
}

fn issues(value: Value) -> Answer {
    answer(ISSUES, 200, &page("issues", value, None))
}

fn overviews(value: Value) -> Answer {
    answer(OVERVIEWS, 200, &page("healthOverviews", value, None))
}

fn exchange(status: &str) -> Value {
    json!([{"id": "Exchange", "service": "Exchange Online", "status": status}])
}

fn knowing(keys: &[&str]) -> KnownOpen {
    KnownOpen { keys: keys.iter().map(|key| ((*key).to_owned(), Kind::Incident)).collect(), history_due: false }
}

fn done(answers: &[Answer]) -> Result<Snapshot, Unreadable> {
    match read(&source(), answers, &KnownOpen::default()) {
        Reading::Done(done) => done,
        Reading::Need(more) => panic!("{more:?}"),
    }
}

fn needed(answers: &[Answer], open: &KnownOpen) -> Vec<String> {
    match read(&source(), answers, open) {
        Reading::Done(done) => panic!("{done:?}"),
        Reading::Need(more) => more.iter().map(|request| format!("{} {}", request.role, request.url)).collect(),
    }
}

#[test]
fn what_is_open_and_how_the_services_are_is_asked_for() {
    let plan = |url: &str| -> Vec<String> {
        plan(&source(), &url.parse().unwrap()).into_iter().map(|request| request.url.into()).collect()
    };
    let base = "https://graph.microsoft.com/v1.0/admin/serviceAnnouncement";
    let expected = [format!("{base}/issues?$filter=isResolved%20eq%20false"), format!("{base}/healthOverviews")];
    assert_eq!(plan("https://graph.microsoft.com"), expected);
    assert_eq!(plan("https://graph.microsoft.com/v1.0/admin/serviceAnnouncement/"), expected);
}

#[test]
fn an_issue_names_its_service_and_the_feature_in_it() {
    let snapshot =
        done(&[issues(json!([issue("EX1", json!({}))])), overviews(exchange("serviceDegradation"))]).unwrap();
    let one = &snapshot.incidents[0];
    assert_eq!((one.key.as_str(), one.impact, one.phase), ("EX1", Impact::PartialOutage, Phase::Identified));
    let named: Vec<_> = one.components.iter().map(|c| (c.key.as_str(), c.group.as_deref())).collect();
    assert_eq!(named, [("Exchange Online", None), ("Exchange Online/Mail flow", Some("Exchange Online"))]);
    assert_eq!(one.updates[0].text, "Synthetic: mail is late.");
    assert!(one.link.as_ref().unwrap().ends_with("/EX1"));
    assert_eq!((snapshot.covers.incidents, snapshot.covers.components), (Covers::AllOpen, Covers::AllOpen));
    assert_eq!(snapshot.warnings, []);
}

#[test]
fn words_are_read_in_either_spelling() {
    for (class, status, impact, phase) in [
        ("Incident", "ServiceInterruption", Impact::MajorOutage, Phase::Identified),
        ("advisory", "serviceDegradation", Impact::Degraded, Phase::Identified),
        ("Advisory", "Investigating", Impact::Degraded, Phase::Investigating),
        ("incident", "verifyingService", Impact::PartialOutage, Phase::Monitoring),
    ] {
        let one = issue("EX1", json!({"classification": class, "status": status}));
        let snapshot = done(&[issues(json!([one])), overviews(exchange("ServiceOperational"))]).unwrap();
        assert_eq!((snapshot.incidents[0].impact, snapshot.incidents[0].phase), (impact, phase), "{class} {status}");
        assert_eq!(snapshot.components[0].status, Impact::Operational);
        assert_eq!(snapshot.warnings, [], "{class} {status}");
    }
    let odd = issue("EX1", json!({"classification": "disaster", "status": "serviceOnFire"}));
    let snapshot = done(&[issues(json!([odd])), overviews(exchange("serviceOnFire"))]).unwrap();
    assert_eq!((snapshot.incidents[0].impact, snapshot.components[0].status), (Impact::Unknown, Impact::Unknown));
    assert_eq!(snapshot.warnings.len(), 3);
}

#[test]
fn resolved_is_what_is_said_to_be_and_a_false_positive_never_was() {
    let phase = |fields: Value| {
        let snapshot = done(&[issues(json!([issue("EX1", fields)]))]).unwrap();
        (snapshot.incidents[0].phase, snapshot.incidents[0].ended.is_some(), snapshot.warnings.len())
    };
    let end = "2026-11-22T11:00:00Z";
    assert_eq!(
        phase(json!({"isResolved": true, "status": "serviceRestored", "endDateTime": end})),
        (Phase::Resolved, true, 0)
    );
    assert_eq!(phase(json!({"isResolved": true, "status": "investigating"})), (Phase::Resolved, false, 0));
    assert_eq!(phase(json!({"isResolved": true, "status": "postIncidentReviewPublished"})).0, Phase::Postmortem);
    assert_eq!(phase(json!({"isResolved": true, "status": "FalsePositive"})).0, Phase::Cancelled);
    // The list of what is open holds it: two words of one vendor, and the graver counts.
    assert_eq!(phase(json!({"status": "serviceRestored", "endDateTime": end})), (Phase::Monitoring, false, 1));
    assert_eq!(phase(json!({"isResolved": null, "status": "serviceRestored"})).0, Phase::Resolved);
}

#[test]
fn degradation_weighs_as_the_gravest_issue_of_the_service() {
    let status = |class: &str, word: &str| {
        let one = issue("EX1", json!({"classification": class}));
        done(&[issues(json!([one])), overviews(exchange(word))]).unwrap().components[0].status
    };
    assert_eq!(status("incident", "serviceDegradation"), Impact::PartialOutage);
    assert_eq!(status("advisory", "serviceDegradation"), Impact::Degraded);
    assert_eq!(status("incident", "serviceOperational"), Impact::Operational);
    assert_eq!(status("advisory", "serviceInterruption"), Impact::MajorOutage);
    assert_eq!(status("incident", "investigating"), Impact::Unknown);
}

#[test]
fn without_the_issues_a_degradation_stays_as_it_was_known() {
    let services = json!([
        {"service": "Exchange Online", "status": "serviceDegradation"},
        {"service": "Microsoft Teams", "status": "serviceInterruption"},
        {"service": "SharePoint Online", "status": "serviceOperational"},
    ]);
    let snapshot = done(&[answer(ISSUES, 503, &json!({})), overviews(services)]).unwrap();
    let seen: Vec<_> = snapshot.components.iter().map(|c| (c.component.name.as_str(), c.status)).collect();
    assert_eq!(seen, [("Microsoft Teams", Impact::MajorOutage), ("SharePoint Online", Impact::Operational)]);
    assert_eq!((snapshot.covers.incidents, snapshot.covers.components), (Covers::Delta, Covers::Delta));
    assert_eq!(snapshot.blind[0].0, ISSUES);
}

#[test]
fn quiet_is_a_list_of_issues_that_is_empty_and_signed() {
    let quiet = done(&[issues(json!([])), overviews(exchange("serviceOperational"))]).unwrap();
    assert_eq!((quiet.incidents.len(), quiet.covers.incidents), (0, Covers::AllOpen));
    for unsigned in [json!({"value": []}), json!([]), json!({"@odata.context": format!("{CONTEXT}/issues")})] {
        let why = done(&[answer(ISSUES, 200, &unsigned)]).unwrap_err();
        assert!(matches!(why, Unreadable::Unexpected(_)), "{unsigned}: {why}");
    }
    let messages = page("messages", json!([]), None);
    assert!(done(&[answer(ISSUES, 200, &messages)]).is_err(), "another collection of Graph's");
}

#[test]
fn pages_are_followed_to_the_end_and_all_count() {
    let next = "https://graph.microsoft.com/v1.0/admin/serviceAnnouncement/issues?$skip=1";
    let first = answer(ISSUES, 200, &page("issues", json!([issue("EX1", json!({}))]), Some(next)));
    assert_eq!(needed(std::slice::from_ref(&first), &knowing(&["EX2"])), [format!("issues {next}")]);
    let snapshot = done(&[first.clone(), issues(json!([issue("EX2", json!({}))]))]).unwrap();
    assert_eq!((snapshot.incidents.len(), snapshot.covers.incidents), (2, Covers::AllOpen));
    let cut = Answer { role: ISSUES, outcome: Outcome::NotRecorded };
    let snapshot = done(&[first.clone(), cut]).unwrap();
    assert_eq!((snapshot.incidents.len(), snapshot.covers.incidents), (1, Covers::Delta));
    assert!(matches!(done(&[first, answer(ISSUES, 503, &json!({}))]), Err(Unreadable::Failing(_))));
}

#[test]
fn a_page_elsewhere_in_a_circle_or_without_end_is_unreadable() {
    let of = |nexts: &[&str]| -> Vec<Answer> {
        nexts.iter().map(|next| answer(ISSUES, 200, &page("issues", json!([]), Some(next)))).collect()
    };
    for elsewhere in [
        "https://graph.microsoft.com.evil.example/x",
        "http://graph.microsoft.com/x",
        "https://graph.microsoft.com:444/x",
        "https://me:pw@graph.microsoft.com/x",
        "//evil.example",
    ] {
        let why = done(&of(&[elsewhere])).unwrap_err();
        assert!(matches!(why, Unreadable::NotAllowed(_) | Unreadable::Unexpected(_)), "{elsewhere}: {why}");
        assert!(!why.to_string().contains("pw"));
    }
    let at = |n: usize| format!("https://graph.microsoft.com/x?{n}");
    let circle = done(&of(&[&at(1), &at(2), &at(1)])).unwrap_err();
    assert!(circle.to_string().contains("circle"), "{circle}");
    let many: Vec<String> = (0..6).map(at).collect();
    let many = done(&of(&many.iter().map(String::as_str).collect::<Vec<_>>())).unwrap_err();
    assert!(many.to_string().contains("more than 6 pages"), "{many}");
}

#[test]
fn an_issue_that_left_the_list_is_looked_up_and_its_end_is_the_vendors_word() {
    let quiet = [issues(json!([])), overviews(exchange("serviceOperational"))];
    let base = "https://graph.microsoft.com/v1.0/admin/serviceAnnouncement/issues";
    assert_eq!(needed(&quiet, &knowing(&["EX1"])), [format!("issue {base}/EX1")]);
    let mut alone = issue("EX1", json!({"isResolved": true, "status": "serviceRestored"}));
    alone["@odata.context"] = json!(format!("{CONTEXT}/issues/$entity"));
    let [first, second] = quiet.clone();
    let open = knowing(&["EX1"]);
    let with = |answer: Answer| match read(&source(), &[first.clone(), second.clone(), answer], &open) {
        Reading::Done(done) => done.unwrap(),
        Reading::Need(more) => panic!("{more:?}"),
    };
    let resolved = with(answer(ISSUE, 200, &alone));
    assert_eq!((resolved.incidents[0].key.as_str(), resolved.incidents[0].phase), ("EX1", Phase::Resolved));
    let gone = with(answer(ISSUE, 404, &json!({})));
    assert_eq!((gone.incidents.len(), gone.warnings.len()), (0, 0));
    let failing = with(answer(ISSUE, 503, &json!({})));
    assert_eq!((failing.incidents.len(), failing.warnings.len()), (0, 1));
}

#[test]
fn a_key_that_is_no_id_is_never_put_into_an_address() {
    let read = read(&source(), &[issues(json!([]))], &knowing(&["../../users", "a b", "x?y"]));
    assert!(matches!(read, Reading::Done(Ok(_))));
}

#[test]
fn a_missing_permission_is_named() {
    let denied = json!({"error": {"code": "Forbidden", "message": "canary"}});
    let why = done(&[answer(ISSUES, 403, &denied), answer(OVERVIEWS, 403, &denied)]).unwrap_err();
    assert!(matches!(&why, Unreadable::Refused(why) if why.contains("ServiceHealth.Read.All")), "{why}");
    assert!(!why.to_string().contains("canary"));
}

#[test]
fn a_lost_issue_takes_the_proof_of_absence_along() {
    for broken in [json!(7), issue("EX1", json!({"id": null}))] {
        let snapshot = done(&[issues(json!([broken, issue("EX2", json!({}))]))]).unwrap();
        assert_eq!((snapshot.incidents.len(), snapshot.covers.incidents), (1, Covers::Delta));
        assert_eq!(snapshot.warnings.len(), 1);
    }
}

#[test]
fn an_issue_without_posts_says_what_it_does_to_people() {
    let one = issue("EX1", json!({"posts": [], "impactDescription": "Synthetic: nobody gets mail."}));
    let snapshot = done(&[issues(json!([one]))]).unwrap();
    assert_eq!(snapshot.incidents[0].updates[0].text, "Synthetic: nobody gets mail.");
}
