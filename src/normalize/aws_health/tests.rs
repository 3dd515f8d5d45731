//! Synthetic events: what each rule of this format does with a look.

use serde_json::{Value, json};

use super::*;
use crate::model::impact::Impact;
use crate::model::phase::Phase;

fn event(arn: &str, status: Value) -> Value {
    json!({
        "date": "1790000000", "arn": arn, "region_name": "N. Virginia", "status": status,
        "service": "multipleservices-us-east-1", "service_name": "Multiple services",
        "summary": "Synthetic: increased error rates",
        "event_log": [
            {"summary": "Synthetic", "message": "We investigate.", "status": 1, "timestamp": 1_790_000_000},
            {"summary": "Synthetic", "message": "We mend.", "status": 2, "timestamp": 1_790_003_600},
            {"summary": "Synthetic", "message": "We know more.", "status": 2, "timestamp": 1_790_003_600},
        ],
        "impacted_services": {
            "ec2-us-east-1": {"service_name": "Amazon EC2", "current": "3", "max": "3"},
            "route53": {"service_name": "Amazon Route 53", "current": "0", "max": "2"},
        },
    })
}

const ARN: &str = "arn:aws:health:us-east-1::event/MULTIPLE_SERVICES/SYNTHETIC/SYNTHETIC_1";

fn look(body: &Value) -> Result<Snapshot, Unreadable> {
    super::read(&Body::saved(body.to_string().into_bytes()))
}

#[test]
fn an_event_is_read_whole() {
    let snapshot = look(&json!([event(ARN, json!("2"))])).unwrap();
    let one = &snapshot.incidents[0];
    assert_eq!((one.key.as_str(), one.title.as_str()), (ARN, "Synthetic: increased error rates (N. Virginia)"));
    assert_eq!((one.impact, one.phase, one.vendor_impact.as_str()), (Impact::PartialOutage, Phase::Investigating, "2"));
    assert_eq!(one.regions, ["us-east-1", "N. Virginia"]);
    assert_eq!(one.components.iter().map(|c| c.key.as_str()).collect::<Vec<_>>(), ["ec2-us-east-1", "route53"]);
    assert_eq!(
        one.updates.iter().map(|u| u.key.as_str()).collect::<Vec<_>>(),
        ["1790000000", "1790003600", "1790003600#2"]
    );
    assert_eq!(
        snapshot.components.iter().map(|c| c.status).collect::<Vec<_>>(),
        [Impact::MajorOutage, Impact::Operational]
    );
    assert_eq!(snapshot.components[1].component.region.as_deref(), Some("us-east-1"));
    assert_eq!(snapshot.warnings, []);
}

#[test]
fn zero_is_over_and_not_well() {
    for zero in [json!("0"), json!(0)] {
        let snapshot = look(&json!([event(ARN, zero)])).unwrap();
        let one = &snapshot.incidents[0];
        assert_eq!((one.phase, one.impact), (Phase::Resolved, Impact::PartialOutage));
        assert_eq!(one.ended.as_ref().unwrap().raw, "1790003600");
    }
}

#[test]
fn an_empty_list_is_quiet_and_another_list_is_not() {
    assert_eq!(look(&json!([])).unwrap().covers.incidents, Covers::AllOpen);
    for decoy in [json!([{"id": "x", "begin": "then", "external_desc": "of Google's"}]), json!([1]), json!({"a": []})] {
        assert!(matches!(look(&decoy), Err(Unreadable::Unexpected(_))), "{decoy}");
    }
}

#[test]
fn broken_events_cost_themselves_and_take_the_proof_of_absence_along() {
    let mut strange = event("arn:aws:health:global::event/X/Y/Z", json!("7"));
    strange["region_name"] = json!("Global");
    strange["date"] = json!("yesterday");
    strange["impacted_services"] = json!({"iam": {"service_name": "IAM", "current": "9"}, "sts": 4});
    let mut keyless = event("", json!("3"));
    keyless["arn"] = json!(null);
    let snapshot = look(&json!([event(ARN, json!("1")), strange, keyless, "what"])).unwrap();
    let warned: Vec<&str> = snapshot.warnings.iter().map(|warning| warning.path.as_str()).collect();
    assert_eq!(
        warned,
        [
            "events[3]",
            "events[1].impacted_services[0].current",
            "events[1].impacted_services[1].sts",
            "events[1].status",
            "events[1].date",
            "events[2].arn",
        ]
    );
    let strange = &snapshot.incidents[1];
    assert_eq!((strange.impact, strange.regions.len(), &strange.components[0].region), (Impact::Unknown, 0, &None));
    assert_eq!(snapshot.covers.incidents, Covers::Delta);
}

#[test]
fn of_two_with_one_key_the_last_counts() {
    let snapshot = look(&json!([event(ARN, json!("1")), event(ARN, json!("3"))])).unwrap();
    assert_eq!((snapshot.incidents.len(), snapshot.incidents[0].impact), (1, Impact::MajorOutage));
    assert_eq!(snapshot.warnings.len(), 1);
}

#[test]
fn a_lone_service_is_the_component() {
    let mut one = event(ARN, json!("1"));
    one["impacted_services"] = json!({});
    one["service"] = json!("ec2-us-west-2");
    one["service_name"] = json!("Amazon EC2");
    let snapshot = look(&json!([one])).unwrap();
    assert_eq!(snapshot.incidents[0].components[0].region.as_deref(), Some("us-west-2"));
    assert_eq!(snapshot.components, []);
}
