//! Synthetic incidents: what each rule of this format does with a look.

use serde_json::{Value, json};

use super::*;
use crate::model::impact::Impact;
use crate::model::phase::Phase;

fn incident(id: &str) -> Value {
    json!({
        "id": id, "number": "17", "begin": "2026-11-20T08:00:00+00:00", "created": "2026-11-20T09:00:00+00:00",
        "modified": "2026-11-20T10:00:00+00:00", "external_desc": "Synthetic: errors in us-west1 and us-east4",
        "updates": [
            {"created": "2026-11-20T09:30:00+00:00", "modified": "2026-11-20T10:00:00+00:00",
             "when": "2026-11-20T09:30:00+00:00", "text": "Ticket \\#7: **mending**.", "status": "SERVICE_DISRUPTION",
             "affected_locations": [{"title": "Iowa (us-central1)", "id": "us-central1"}]},
            {"created": "2026-11-20T09:00:00+00:00", "when": "2026-11-20T09:00:00+00:00", "text": "Looking.",
             "status": "SERVICE_OUTAGE", "affected_locations": []},
        ],
        "status_impact": "SERVICE_OUTAGE", "severity": "medium", "service_key": "zall",
        "service_name": "Multiple Products", "uri": format!("incidents/{id}"),
        "affected_products": [{"title": "Old name", "current_title": "Cloud Synthesis", "id": "p1"}],
        "currently_affected_locations": [{"title": "Oregon (us-west1)", "id": "us-west1"}],
        "previously_affected_locations": [],
    })
}

fn look(body: &Value) -> Result<Snapshot, Unreadable> {
    let url = "https://www.google.com/appsstatus/dashboard/incidents.json".parse().unwrap();
    super::read(&Body::saved(body.to_string().into_bytes()), Some(&url))
}

#[test]
fn an_incident_is_read_whole() {
    let snapshot = look(&json!([incident("i1")])).unwrap();
    let one = &snapshot.incidents[0];
    assert_eq!((one.impact, one.vendor_impact.as_str()), (Impact::PartialOutage, "medium"));
    assert_eq!((one.phase, one.vendor_phase.as_str()), (Phase::Investigating, "SERVICE_DISRUPTION"));
    assert_eq!(one.regions, ["us-west1", "Oregon (us-west1)"]);
    assert_eq!((one.components[0].key.as_str(), one.components[0].name.as_str()), ("p1", "Cloud Synthesis"));
    assert_eq!(
        one.updates.iter().map(|u| u.text.as_str()).collect::<Vec<_>>(),
        ["Looking.", "Ticket #7: **mending**."]
    );
    assert_eq!(one.updates[1].key, "2026-11-20T09:30:00+00:00");
    assert_eq!(one.link.as_deref(), Some("https://www.google.com/appsstatus/dashboard/incidents/i1"));
    assert_eq!((snapshot.covers.incidents, snapshot.warnings.len()), (Covers::AllOpen, 0));
}

#[test]
fn it_is_over_when_it_has_an_end_and_not_before() {
    let mut one = incident("i1");
    one["updates"][0]["status"] = json!("AVAILABLE");
    assert_eq!(look(&json!([one])).unwrap().incidents[0].phase, Phase::Monitoring);
    one["end"] = json!(null);
    assert_eq!(look(&json!([one])).unwrap().incidents[0].phase, Phase::Monitoring);
    one["end"] = json!("soon");
    assert_eq!(look(&json!([one])).unwrap().incidents[0].phase, Phase::Monitoring, "that is no end");
    one["end"] = json!("2026-11-20T11:00:00+00:00");
    let over = look(&json!([one])).unwrap();
    assert_eq!(over.incidents[0].phase, Phase::Resolved);
    assert_eq!(over.incidents[0].ended.as_ref().unwrap().raw, "2026-11-20T11:00:00+00:00");
}

#[test]
fn regions_are_looked_for_further_and_further_away() {
    let mut one = incident("i1");
    one["currently_affected_locations"] = json!([]);
    assert_eq!(look(&json!([one])).unwrap().incidents[0].regions, ["us-central1", "Iowa (us-central1)"]);
    one["updates"][0]["affected_locations"] = json!([]);
    assert_eq!(look(&json!([one])).unwrap().incidents[0].regions, ["us-west1", "us-east4"]);
}

#[test]
fn neither_an_empty_list_nor_another_list_is_quiet() {
    let arn = json!([{"arn": "arn:aws:health:us-east-1::event/X", "status": "1"}]);
    for decoy in [json!([]), arn, json!([3]), json!({"incidents": []}), json!([{"id": "x", "begin": "y"}])] {
        assert!(matches!(look(&decoy), Err(Unreadable::Unexpected(_))), "{decoy}");
    }
}

#[test]
fn broken_incidents_cost_themselves_and_take_the_proof_of_absence_along() {
    let mut strange = incident("i2");
    strange["severity"] = json!("biblical");
    strange["begin"] = json!(5);
    strange["affected_products"] = json!([{"title": "no id"}, 7]);
    let snapshot = look(&json!([incident("i1"), strange, {"begin": "2026-11-20T08:00:00Z"}, null])).unwrap();
    let warned: Vec<&str> = snapshot.warnings.iter().map(|warning| warning.path.as_str()).collect();
    assert_eq!(
        warned,
        [
            "incidents[3]",
            "incidents[1].severity",
            "incidents[1].affected_products[1]",
            "incidents[1].affected_products[0].id",
            "incidents[1].begin",
            "incidents[2].id",
        ]
    );
    assert_eq!((snapshot.incidents.len(), snapshot.incidents[1].impact), (2, Impact::Unknown));
    assert_eq!(snapshot.covers.incidents, Covers::Delta);
}

#[test]
fn of_two_with_one_key_the_last_counts() {
    let mut later = incident("i1");
    later["severity"] = json!("high");
    let snapshot = look(&json!([incident("i1"), later])).unwrap();
    assert_eq!((snapshot.incidents.len(), snapshot.incidents[0].impact), (1, Impact::MajorOutage));
    assert_eq!(snapshot.warnings.len(), 1);
}

#[test]
fn entries_of_before_2021_are_known_by_their_number() {
    let old = json!([{
        "number": 20008, "begin": "2020-07-01T00:00:00Z", "end": "2020-07-01T01:00:00Z", "severity": "medium",
        "external_desc": "Synthetic: old", "uri": "/incident/zall/20008", "service_key": "storage",
        "service_name": "Cloud Storage",
        "most-recent-update": {"created": "2020-07-01T01:00:00Z", "text": "Over.", "when": "2020-07-01T01:00:00Z"},
    }]);
    let snapshot = look(&old).unwrap();
    let one = &snapshot.incidents[0];
    assert_eq!((one.key.as_str(), one.components[0].key.as_str(), one.updates.len()), ("20008", "storage", 1));
    assert_eq!(snapshot.warnings.iter().map(|warning| warning.path.as_str()).collect::<Vec<_>>(), ["incidents"]);
}

/// Workspace puts a whole text into the description, has no regions and says `end: null`.
#[test]
fn a_title_of_several_paragraphs_is_the_first_of_them() {
    let of = |description: &str| {
        let mut one = incident("i1");
        one["external_desc"] = json!(description);
        one["end"] = json!(null);
        one["currently_affected_locations"] = json!([]);
        one["updates"][0]["affected_locations"] = json!([]);
        let seen = look(&json!([one])).unwrap().incidents.remove(0);
        assert_eq!((seen.phase, seen.regions), (Phase::Investigating, Vec::new()), "{description}");
        seen.title
    };
    assert_eq!(of("**Title:**\nMail is late\n**Description:**\nWe look."), "Mail is late");
    assert_eq!(of("**Title**\nMail is **very** late"), "Mail is very late");
    assert_eq!(of("**Summary:** Mail is late\nfor some.\n**Description**\nx"), "Mail is late for some.");
    assert_eq!(of("Mail \\#7: late"), "Mail #7: late");
    assert_eq!(of("**Bold** words begin it"), "Bold words begin it");
}

#[test]
fn the_list_lies_beside_the_page_and_never_in_another_product_s_place() {
    let of = |page: &str| {
        let url = page.parse().unwrap();
        find(&Page { url: &url, html: None }).iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(of("https://status.cloud.google.com"), ["https://status.cloud.google.com/incidents.json"]);
    assert_eq!(
        of("https://status.cloud.google.com/maps-platform/summary"),
        [
            "https://status.cloud.google.com/maps-platform/summary/incidents.json",
            "https://status.cloud.google.com/maps-platform/incidents.json"
        ]
    );
    assert_eq!(
        of("https://www.google.com/appsstatus/dashboard/").first().unwrap(),
        "https://www.google.com/appsstatus/dashboard/incidents.json"
    );
    assert_eq!(
        of("https://status.cloud.google.com/summary").last().unwrap(),
        "https://status.cloud.google.com/incidents.json"
    );
}
