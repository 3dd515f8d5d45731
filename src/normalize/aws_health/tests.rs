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

const ARCHIVE: &str = "https://history.example/historyevents.json";

/// A look that knows of these as open; the archive is named, and answers so.
fn look_back(listed: &Value, archive: Option<&Value>, known: &[&str], now: i64) -> Reading {
    use crate::model::id::SourceId;
    use crate::model::incident::KnownOpen;
    use crate::model::phase::Kind;
    use crate::model::vendor::Source;

    let url = "https://health.aws.amazon.com/public/currentevents".parse().unwrap();
    let mut source = Source::at(SourceId::parse("aws/health-dashboard").unwrap(), Format::AwsHealth, Some(url));
    source.roles.push((HISTORY.to_owned(), ARCHIVE.parse().unwrap()));
    let keys = known.iter().map(|key| ((*key).to_owned(), Kind::Incident)).collect();
    let open = KnownOpen { keys, history_due: false };
    let now = jiff::Timestamp::from_second(now).unwrap();
    let asked = Asked { source: &source, url: source.url.as_ref().unwrap(), open: &open, now };
    let answer =
        |role, body: &Value| Answer { role, outcome: Outcome::Body(Body::saved(body.to_string().into_bytes())) };
    let answers: Vec<Answer> = [(EVENTS, Some(listed)), (HISTORY, archive)]
        .into_iter()
        .filter_map(|(role, body)| Some(answer(role, body?)))
        .collect();
    (READER.read)(&asked, &answers)
}

fn seen_back(listed: &Value, archive: &Value, known: &[&str], now: i64) -> Snapshot {
    match look_back(listed, Some(archive), known, now) {
        Reading::Done(done) => done.unwrap(),
        Reading::Need(more) => panic!("{more:?}"),
    }
}

/// An event as the archive keeps it: its status is how bad it was, its log says that it is over.
fn archived(arn: &str, ended: i64) -> Value {
    let mut event = event(arn, json!("3"));
    let end = json!({"summary": "Synthetic", "message": "Over.", "status": 0, "timestamp": ended});
    event["event_log"].as_array_mut().unwrap().push(end);
    event.as_object_mut().unwrap().remove("service");
    event
}

#[test]
fn what_has_left_the_list_is_looked_for_in_the_archive_whose_status_is_the_worst_it_was() {
    let end = 1_790_010_000;
    let Reading::Need(more) = look_back(&json!([]), None, &[ARN], end) else { panic!("the archive is not asked") };
    assert_eq!((more.len(), more[0].url.as_str()), (1, ARCHIVE));
    let archive = json!({"multipleservices-us-east-1": [archived(ARN, end)], "odd": 7});
    let snapshot = seen_back(&json!([]), &archive, &[ARN], end + 90 * 86_400);
    let one = &snapshot.incidents[0];
    assert_eq!((one.phase, one.impact, one.vendor_impact.as_str()), (Phase::Resolved, Impact::PartialOutage, "0"));
    assert_eq!(one.ended.as_ref().unwrap().at.unwrap().as_second(), end);
    assert_eq!((snapshot.blind.len(), snapshot.components.len(), snapshot.covers.incidents), (0, 0, Covers::AllOpen));
}

#[test]
fn of_the_archive_only_what_is_over_and_was_missed_is_taken() {
    let end = 1_790_010_000;
    let other = ARN.replace("_1", "_2");
    let archive = json!({"x": [archived(&other, end)]});
    let count = |archive: &Value, now: i64| seen_back(&json!([]), archive, &[], now).incidents.len();
    assert_eq!((count(&archive, end + 86_400), count(&archive, end + 8 * 86_400)), (1, 0));
    let goes_on = json!({"x": [event(&other, json!("3"))]});
    assert_eq!(count(&goes_on, end), 0, "the list says what is open");
    assert_eq!(seen_back(&json!([]), &goes_on, &[&other], end).incidents.len(), 0);
    let open = seen_back(&json!([event(&other, json!("2"))]), &archive, &[], end);
    assert_eq!(
        (open.incidents.len(), open.incidents[0].phase),
        (1, Phase::Investigating),
        "the list is the newer word"
    );
}

#[test]
fn an_archive_that_cannot_be_read_costs_nothing_but_itself() {
    for broken in [json!([]), json!({}), json!({"x": [{"id": 1}]}), json!("x")] {
        let snapshot = seen_back(&json!([event(ARN, json!("2"))]), &broken, &[], 0);
        assert_eq!((snapshot.incidents.len(), snapshot.covers.incidents), (1, Covers::AllOpen));
        assert!(matches!(&snapshot.blind[..], [(HISTORY, Unreadable::Unexpected(_))]), "{broken}");
    }
}

#[test]
fn aws_s_pages_lead_to_the_list_and_others_do_not() {
    let of = |page: &str| find(&Page { url: &page.parse().unwrap(), html: None }).len();
    assert_eq!((of("https://health.aws.amazon.com/health/status"), of("https://status.example.org/")), (1, 0));
}
