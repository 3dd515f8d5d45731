//! The rules that are this format's own.

use serde_json::{Value, json};

use super::*;
use crate::model::impact::Impact;
use crate::model::phase::{Kind, Phase};

fn read_document(events: Value, banners: Value) -> Result<Snapshot, Unreadable> {
    let document = json!({
        "type": "/providers/Microsoft.ResourceHealth/emergingissues", "name": "default",
        "properties": {
            "refreshTimestamp": "2026-11-22T11:59:00Z", "statusActiveEvents": events, "statusBanners": banners,
        },
    });
    read(&Body::saved(document.to_string().into_bytes()), &KnownOpen::default())
}

fn event(fields: Value) -> Value {
    let mut event = json!({
        "trackingId": "SYN0-TH1", "title": "Synthetic: storage", "description": "<p>Synthetic</p>",
        "startTime": "2026-11-22T10:00:00Z", "lastModifiedTime": "2026-11-22T11:00:00Z",
        "severity": "Error", "stage": "Active", "published": true,
        "impacts": [{"id": "storage", "name": "Storage", "regions": [
            {"id": "us-central", "name": "Central US"}, {"id": "us-east", "name": "East US"},
        ]}],
    });
    event.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    event
}

#[test]
fn an_event_names_each_service_in_each_region() {
    let snapshot = read_document(json!([event(json!({}))]), json!([])).unwrap();
    let one = &snapshot.incidents[0];
    assert_eq!((one.impact, one.phase, one.key.as_str()), (Impact::MajorOutage, Phase::Investigating, "SYN0-TH1"));
    let regions: Vec<_> = one.components.iter().map(|c| (c.key.as_str(), c.region.as_deref().unwrap())).collect();
    assert_eq!(regions, [("storage/Central US", "Central US"), ("storage/East US", "East US")]);
    assert_eq!(snapshot.refreshed.unwrap().to_string(), "2026-11-22T11:59:00Z");
    assert_eq!(snapshot.warnings, []);
}

#[test]
fn what_is_everywhere_counts_for_all_regions() {
    let impacts =
        json!([{"id": "cdn", "name": "Front Door", "regions": [{"name": "Non-Regional"}, {"name": "East US"}]}]);
    let snapshot = read_document(json!([event(json!({"impacts": impacts}))]), json!([])).unwrap();
    let named = &snapshot.incidents[0].components;
    assert_eq!((named.len(), named[0].region.as_deref()), (1, None));
}

#[test]
fn stages_and_severities_are_read_in_any_spelling() {
    let of = |fields: Value| {
        let one = read_document(json!([event(fields)]), json!([])).unwrap().incidents.remove(0);
        (one.impact, one.phase)
    };
    assert_eq!(of(json!({"severity": "information", "stage": "ACTIVE"})), (Impact::Degraded, Phase::Investigating));
    assert_eq!(of(json!({"severity": "Warning", "stage": "Resolve"})), (Impact::PartialOutage, Phase::Resolved));
    assert_eq!(of(json!({"stage": "Archived"})).1, Phase::Resolved);
    assert_eq!(of(json!({"severity": "Sev9", "stage": "Later"})), (Impact::Unknown, Phase::Investigating));
}

#[test]
fn a_draft_is_not_told() {
    let snapshot = read_document(json!([event(json!({"published": false}))]), json!([])).unwrap();
    assert_eq!((snapshot.incidents.len(), snapshot.covers.incidents), (0, Covers::AllOpen));
}

#[test]
fn a_banner_is_an_incident_of_unknown_impact() {
    let banner =
        json!({"title": "Synthetic: portal", "message": "Look here", "lastModifiedTime": "2026-11-22T11:00:00Z"});
    let snapshot = read_document(json!([]), json!([banner])).unwrap();
    let one = &snapshot.incidents[0];
    assert_eq!((one.key.as_str(), one.impact), ("banner: Synthetic: portal", Impact::Unknown));
}

#[test]
fn a_list_of_banners_that_is_gone_says_nothing_of_one_that_is_known() {
    let document = json!({
        "type": "/providers/Microsoft.ResourceHealth/emergingissues",
        "properties": {"refreshTimestamp": "2026-11-22T11:59:00Z", "statusActiveEvents": []},
    });
    let covers = |known: &[&str]| {
        let keys = known.iter().map(|key| ((*key).to_owned(), Kind::Incident)).collect();
        let body = Body::saved(document.to_string().into_bytes());
        read(&body, &KnownOpen { keys, history_due: false }).unwrap().covers.incidents
    };
    assert_eq!((covers(&[]), covers(&["SYN0-TH1"])), (Covers::AllOpen, Covers::AllOpen));
    assert_eq!(covers(&["SYN0-TH1", "banner: Synthetic: portal"]), Covers::Delta);
}

#[test]
fn a_lost_event_takes_the_proof_of_absence_along() {
    for broken in [json!(7), event(json!({"trackingId": null}))] {
        let snapshot = read_document(json!([broken, event(json!({}))]), json!([])).unwrap();
        assert_eq!((snapshot.incidents.len(), snapshot.covers.incidents), (1, Covers::Delta));
        assert_eq!(snapshot.warnings.len(), 1);
    }
}

#[test]
fn a_refusal_names_the_role_that_lacks() {
    let body = Body { status: 403, ..Body::saved(br#"{"error":{"code":"AuthorizationFailed"}}"#.to_vec()) };
    assert!(matches!(read(&body, &KnownOpen::default()), Err(Unreadable::Refused(why)) if why.contains("Reader")));
}

#[test]
fn the_address_is_completed_and_one_of_your_own_kept() {
    let of = |url: &str| plan(&url.parse().unwrap())[0].url.to_string();
    assert_eq!(of("https://management.azure.com"), format!("https://management.azure.com{USUAL_PATH}?{USUAL_VERSION}"));
    let own = "https://management.azure.com/x?api-version=2022-10-01";
    assert_eq!(of(own), own);
}
