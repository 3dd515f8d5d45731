//! Synthetic answers: what each rule of this format does with a look.

use serde_json::{Value, json};

use super::*;
use crate::model::phase::Phase;

const TEXT: &str = "<div><p class=\"post_body\">We&nbsp;see trouble.</p></div>\
    <div class=\"latest-update\"><p class=\"zs-update\"><strong>Latest Update - </strong>\
    <span class=\"report-time\">Sun, 22 Nov 2026 11:00:00 UTC</span></p><p>A fix is tested.</p></div>\
    <div class=\"update-list\"><p class=\"zs-update\">Update - <span class=\"report-time\">Sun, 22 Nov 2026 10:30:00 UTC</span>\
    </p><p>We know the cause.</p></div><div class=\"update-list\"><p class=\"zs-update\">Update - \
    <span class=\"report-time\">Sun, 22 Nov 2026 11:00:00 UTC</span></p><p>A fix is tested.</p></div>";

fn event(id: &str, severity: &str, status: &str) -> Value {
    json!({
        "id": id, "alias": format!("/posts/{id}"), "title": "Synthetic: sign-in fails", "description": TEXT,
        "severityTid": severity, "status": status, "from": "Sun, 22 Nov 2026 10:00:00 UTC",
    })
}

fn cloud(services: &[Value]) -> Value {
    json!({"auth": {"status": "loggedOut"}, "data": {
        "severity": [
            {"tid": "17", "name": "Under Investigation", "visible": "0"},
            {"tid": "20", "name": "Service Disruption", "visible": "1"},
            {"tid": "19", "name": "Service Degradation", "visible": "1"},
            {"tid": "641", "name": "Security Advisory", "visible": "0"},
        ],
        "category": [{"title": "all", "subCategory": services}],
    }})
}

fn service(tid: &str, name: &str, active: &[Value], issues: &[Value]) -> Value {
    let mut service = json!({"tid": tid, "name": name, "status": true});
    if !active.is_empty() {
        service["category_status"] = json!(active);
    }
    if !issues.is_empty() {
        service["issues"] = json!(issues);
    }
    service
}

fn look(document: &Value) -> Result<Snapshot, Unreadable> {
    let url = "https://trust.zscaler.com/api/cloud-status?cloud=zsn".parse().unwrap();
    read(&Body::saved(document.to_string().into_bytes()), &url)
}

#[test]
fn an_event_is_read_whole_and_its_services_are_not_well_whatever_their_status_says() {
    let services = [
        service("231", "Authentication", &[event("7", "19", "In Progress")], &[event("7", "19", "In Progress")]),
        service("229", "Admin UI", &[event("7", "19", "In Progress")], &[]),
        service("236", "DNS", &[], &[]),
    ];
    let snapshot = look(&cloud(&services)).unwrap();
    let states: Vec<_> = snapshot.components.iter().map(|c| (c.component.name.as_str(), c.status)).collect();
    assert_eq!(
        states,
        [("Authentication", Impact::Degraded), ("Admin UI", Impact::Degraded), ("DNS", Impact::Operational)]
    );
    assert_eq!(snapshot.incidents.len(), 1);
    let one = &snapshot.incidents[0];
    assert_eq!((one.impact, one.vendor_impact.as_str()), (Impact::Degraded, "Service Degradation"));
    assert_eq!((one.phase, one.vendor_phase.as_str()), (Phase::Investigating, "In Progress"));
    assert_eq!(one.components.iter().map(|c| c.name.as_str()).collect::<Vec<_>>(), ["Authentication", "Admin UI"]);
    let said: Vec<_> = one.updates.iter().map(|u| u.text.as_str()).collect();
    assert_eq!(said, ["We\u{a0}see trouble.", "We know the cause.", "A fix is tested."]);
    assert_eq!(one.link.as_deref(), Some("https://trust.zscaler.com/posts/7"));
    assert_eq!((snapshot.covers.incidents, snapshot.warnings), (Covers::AllOpen, Vec::new()));
}

#[test]
fn ends_come_from_the_last_week_and_what_goes_on_counts_before_them() {
    let mut over = event("7", "20", "Resolved");
    over["to"] = json!("Sun, 22 Nov 2026 11:00:00 UTC");
    let services =
        [service("1", "A", &[], &[over.clone()]), service("2", "B", &[event("8", "20", "In Progress")], &[])];
    let snapshot = look(&cloud(&services)).unwrap();
    assert_eq!(snapshot.incidents[0].phase, Phase::Resolved);
    assert_eq!(snapshot.incidents[0].ended.as_ref().unwrap().at.unwrap().to_string(), "2026-11-22T11:00:00Z");
    assert_eq!(snapshot.components[0].status, Impact::Operational);
    let both = [service("1", "A", &[], &[over]), service("2", "B", &[event("7", "20", "In Progress")], &[])];
    let snapshot = look(&cloud(&both)).unwrap();
    assert_eq!((snapshot.incidents.len(), snapshot.incidents[0].phase), (1, Phase::Investigating));
}

#[test]
fn what_goes_on_counts_from_either_list() {
    let listed_late = [service("1", "A", &[], &[event("7", "20", "In Progress")])];
    let snapshot = look(&cloud(&listed_late)).unwrap();
    assert_eq!(snapshot.components[0].status, Impact::MajorOutage);
    assert_eq!((snapshot.incidents.len(), snapshot.incidents[0].phase), (1, Phase::Investigating));
}

#[test]
fn what_the_legend_does_not_paint_is_no_trouble_but_what_is_looked_into() {
    let services = [
        service("1", "A", &[event("7", "641", "In Progress")], &[]),
        service("2", "B", &[event("8", "17", "In Progress")], &[]),
        service("3", "C", &[event("9", "4711", "In Progress")], &[]),
    ];
    let snapshot = look(&cloud(&services)).unwrap();
    assert_eq!(snapshot.incidents.iter().map(|one| one.key.as_str()).collect::<Vec<_>>(), ["8", "9"]);
    let states: Vec<_> = snapshot.components.iter().map(|c| c.status).collect();
    assert_eq!(states, [Impact::Operational, Impact::Unknown, Impact::Unknown]);
    assert_eq!(snapshot.warnings.len(), 1, "a severity outside of the legend may be anything");
}

#[test]
fn a_severity_is_hidden_only_where_its_name_and_its_mark_say_so() {
    let hidden = |row: Value, number: &str| {
        let mut document = cloud(&[service("1", "A", &[event("7", number, "In Progress")], &[])]);
        document["data"]["severity"].as_array_mut().unwrap().push(row);
        look(&document).unwrap().incidents.is_empty()
    };
    assert!(hidden(json!({"tid": "5", "name": "Informational", "visible": "0"}), "5"));
    for visible in [json!(null), json!(true), json!("1"), json!(""), json!(["0"]), json!({})] {
        assert!(!hidden(json!({"tid": "5", "name": "Informational", "visible": visible}), "5"), "{visible}");
    }
    assert!(!hidden(json!({"tid": "5", "name": "a word never seen", "visible": "0"}), "5"));
    assert!(!hidden(json!({"tid": "5", "name": "Service Disruption", "visible": "0"}), "5"));
    assert!(
        !hidden(json!({"tid": "20", "name": "Security Advisory", "visible": "0"}), "20"),
        "a number of two meanings"
    );
    assert!(
        hidden(json!({"tid": "641", "name": "Security Advisory", "visible": "0"}), "641"),
        "said twice is no doubt"
    );
}

#[test]
fn without_legend_or_services_it_is_another_document() {
    for lacking in ["/data/severity", "/data/category", "/data/category/0/subCategory"] {
        let mut document = cloud(&[service("1", "A", &[], &[])]);
        *document.pointer_mut(lacking).unwrap() = json!([]);
        assert!(matches!(look(&document), Err(Unreadable::Unexpected(_))), "{lacking}");
    }
    assert!(look(&json!({"data": []})).is_err());
}

#[test]
fn broken_entries_cost_themselves_and_the_proof_of_absence() {
    let services = [service("1", "A", &[json!(3)], &[]), json!(7), service("2", "B", &[json!({"title": "x"})], &[])];
    let snapshot = look(&cloud(&services)).unwrap();
    assert_eq!((snapshot.covers.incidents, snapshot.covers.components), (Covers::Delta, Covers::Delta));
    assert!(snapshot.components.iter().all(|c| c.status == Impact::Unknown), "something goes on there");
    assert_eq!((snapshot.components.len(), snapshot.incidents.len()), (2, 0));
}

#[test]
fn a_text_of_a_million_times_ends_soon() {
    let mut one = event("7", "19", "In Progress");
    one["description"] = json!(format!("{}x", TIME_MARK.repeat(30_000)));
    let snapshot = look(&cloud(&[service("1", "A", &[one], &[])])).unwrap();
    assert!(snapshot.incidents[0].updates.len() <= 501);
}

const TIME_MARK: &str = "<span class=\"report-time\">";
