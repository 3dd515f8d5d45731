//! Synthetic documents: what each rule of this format does with a look.

use serde_json::{Value, json};

use super::*;
use crate::model::impact::Impact;
use crate::model::phase::{Kind, Phase};

const MAIL: &str = "0000000000000000000000c1";
const EUROPE: &str = "0000000000000000000000e1";
const AMERICA: &str = "0000000000000000000000a1";

fn container(id: &str, name: &str, code: u32) -> Value {
    json!({"id": id, "name": name, "updated": "2019-02-08T00:00:00.000Z", "status": "x", "status_code": code})
}

fn message(state: Value, status: Value, time: &str) -> Value {
    json!({"details": format!("Synthetic at {time}."), "state": state, "status": status, "datetime": time})
}

fn incident(id: &str, messages: Value) -> Value {
    json!({"_id": id, "name": "Synthetic: mail is late", "datetime_open": "2026-11-22T10:00:00.000Z", "messages": messages,
        "components_affected": [{"_id": MAIL, "name": "Mail"}], "containers_affected": [{"_id": EUROPE, "name": "EU"}]})
}

fn document(incidents: Value, maintenance: Value) -> Value {
    json!({"result": {
        "status_overall": {"updated": "2026-11-22T10:00:00.000Z", "status": "Operational", "status_code": 100},
        "status": [
            {"id": MAIL, "name": "Mail", "status": "Degraded Performance", "status_code": 300,
             "containers": [container(EUROPE, "EU", 300), container(AMERICA, "US", 100)]},
            {"id": "0000000000000000000000c2", "name": "Login", "status": "Security Event", "status_code": 600, "containers": []},
        ],
        "incidents": incidents, "maintenance": maintenance,
    }})
}

fn look(document: &Value) -> Result<Snapshot, Unreadable> {
    read(&Body::saved(document.to_string().into_bytes()))
}

fn none() -> Value {
    json!({"active": [], "upcoming": []})
}

#[test]
fn a_component_has_a_status_in_each_of_its_places() {
    let snapshot = look(&document(json!([]), none())).unwrap();
    let seen: Vec<_> = snapshot
        .components
        .iter()
        .map(|one| (one.component.name.as_str(), one.component.region.as_deref(), one.status))
        .collect();
    let expected = [
        ("Mail", Some("EU"), Impact::Degraded),
        ("Mail", Some("US"), Impact::Operational),
        ("Login", None, Impact::MajorOutage),
    ];
    assert_eq!(seen, expected);
    assert_eq!(snapshot.components[0].component.key, format!("{MAIL}/{EUROPE}"));
    assert_eq!((snapshot.covers, snapshot.refreshed), (Coverage::of_all(Covers::AllOpen), None));
}

#[test]
fn an_incident_is_read_whole_and_its_last_message_counts() {
    let messages = json!([
        message(json!(200), json!(400), "2026-11-22T11:00:00.000Z"),
        message(json!("100"), json!("500"), "2026-11-22T10:00:00.000Z"),
    ]);
    let snapshot = look(&document(json!([incident("i1", messages)]), none())).unwrap();
    let one = &snapshot.incidents[0];
    assert_eq!((one.phase, one.vendor_phase.as_str()), (Phase::Identified, "Identified"));
    assert_eq!((one.impact, one.vendor_impact.as_str()), (Impact::PartialOutage, "Partial Service Disruption"));
    assert_eq!(one.components.iter().map(|c| c.region.as_deref()).collect::<Vec<_>>(), [Some("EU")]);
    assert_eq!(one.regions, ["EU"]);
    assert_eq!(
        one.updates.iter().map(|u| u.vendor_phase.as_str()).collect::<Vec<_>>(),
        ["Investigating", "Identified"]
    );
    assert_eq!(snapshot.warnings, []);
}

#[test]
fn what_it_names_only_by_half_is_all_that_goes_with_it() {
    let affected = |components: Value, containers: Value| {
        let mut one = incident("i1", json!([]));
        one["components_affected"] = components;
        one["containers_affected"] = containers;
        let snapshot = look(&document(json!([one]), none())).unwrap();
        snapshot.incidents[0].components.iter().map(|c| c.key.clone()).collect::<Vec<_>>()
    };
    let (europe, america) = (format!("{MAIL}/{EUROPE}"), format!("{MAIL}/{AMERICA}"));
    assert_eq!(affected(json!([MAIL]), json!([])), [europe.clone(), america.clone()], "ids alone");
    assert_eq!(affected(json!([]), json!([{"_id": AMERICA}])), [america]);
    assert_eq!(affected(json!([{"id": MAIL}]), json!([{"_id": "elsewhere"}])).len(), 2);
    assert_eq!(affected(json!(null), json!("x")), Vec::<String>::new());
}

#[test]
fn an_open_one_is_never_well_and_a_number_never_seen_is_unknown() {
    let of = |messages: Value| {
        let snapshot = look(&document(json!([incident("i1", messages)]), none())).unwrap();
        (snapshot.incidents[0].impact, snapshot.incidents[0].phase, snapshot.warnings.len())
    };
    let at = "2026-11-22T10:00:00Z";
    let well = message(json!(300), json!(100), "2026-11-22T11:00:00Z");
    assert_eq!(of(json!([well.clone()])), (Impact::Unknown, Phase::Monitoring, 0));
    let bad = message(json!(100), json!(500), at);
    assert_eq!(of(json!([bad, well])), (Impact::Degraded, Phase::Monitoring, 0));
    assert_eq!(of(json!([message(json!(700), json!(700), at)])), (Impact::Unknown, Phase::Investigating, 2));
    assert_eq!(of(json!([message(json!(400), json!(100), at)])).1, Phase::Resolved);
    assert_eq!(of(json!([])), (Impact::Unknown, Phase::Investigating, 0));
}

#[test]
fn a_maintenance_is_where_its_list_says() {
    let mut one = incident("m1", json!([message(json!(100), json!(200), "2026-11-20T10:00:00Z")]));
    one["datetime_planned_start"] = json!("2026-11-22T11:00:00Z");
    one["datetime_planned_end"] = json!("2026-11-22T13:00:00Z");
    for (list, phase) in [("active", Phase::InProgress), ("upcoming", Phase::Scheduled)] {
        let mut lists = none();
        lists[list] = json!([one]);
        let snapshot = look(&document(json!([]), lists)).unwrap();
        let seen = &snapshot.incidents[0];
        assert_eq!((seen.kind, seen.phase, seen.impact), (Kind::Maintenance, phase, Impact::Maintenance));
        assert_eq!(seen.planned.as_ref().unwrap().until.as_ref().unwrap().raw, "2026-11-22T13:00:00Z");
    }
    let snapshot = look(&document(json!([]), json!([]))).unwrap();
    assert_eq!((snapshot.covers.incidents, snapshot.covers.maintenances), (Covers::AllOpen, Covers::Delta));
}

#[test]
fn a_broken_entry_costs_itself_and_takes_the_proof_of_absence_along() {
    let mut broken = document(json!([{"name": "no key"}, 7]), none());
    broken["result"]["status"][0]["containers"][1] = json!({"name": "US"});
    broken["result"]["status"][1]["status_code"] = json!(999);
    let snapshot = look(&broken).unwrap();
    assert_eq!((snapshot.components.len(), snapshot.components[1].status), (2, Impact::Unknown));
    assert_eq!((snapshot.covers.incidents, snapshot.covers.components), (Covers::Delta, Covers::Delta));
    assert_eq!(snapshot.warnings.len(), 4, "{:?}", snapshot.warnings);
}

#[test]
fn what_is_not_the_document_is_not_read_and_a_page_is_named_its_document() {
    let mut hollow = document(json!([]), none());
    hollow["result"]["status"] = json!([]);
    for decoy in [json!({}), json!([]), json!({"result": {}}), hollow, json!({"status": 500, "error": "x"})] {
        assert!(matches!(look(&decoy), Err(Unreadable::Unexpected(_))), "{decoy}");
    }
    let html = b"<!doctype html><html><script>var statuspage_id = '0123456789abcdef01234567'</script></html>";
    let Err(Unreadable::Unexpected(why)) = read(&Body::saved(html.to_vec())) else { panic!("it reads") };
    assert!(why.contains("https://api.status.io/1.0/status/0123456789abcdef01234567"), "{why}");
    let url = "https://status.example.org/".parse().unwrap();
    let found = (READER.find)(&Page { url: &url, html: Some(std::str::from_utf8(html).unwrap()) });
    assert_eq!(found[0].as_str(), "https://api.status.io/1.0/status/0123456789abcdef01234567");
    assert!((READER.find)(&Page { url: &url, html: None }).is_empty());
}
