//! Synthetic answers: what each rule of this format does with a look.

use serde_json::{Value, json};

use super::*;
use crate::model::id::SourceId;
use crate::model::impact::Impact;
use crate::model::incident::KnownOpen;
use crate::model::phase::Phase;
use crate::model::vendor::Source;
use crate::normalize::{Answer, Outcome};

fn an_instance(key: &str, status: &str) -> Value {
    json!({"key": key, "location": "NA", "environment": "production", "status": status, "isActive": true})
}

fn all_instances() -> Value {
    let mut retired = an_instance("NA9", "MAJOR_INCIDENT_CORE");
    retired["isActive"] = json!(false);
    json!([an_instance("NA1", "OK"), an_instance("NA2", "MAJOR_INCIDENT_NONCORE"), retired])
}

fn an_incident(id: u32, instance: &str, end: &Value) -> Value {
    json!({
        "id": id, "isCore": false, "createdAt": "2026-11-22T10:10:00.000Z", "instanceKeys": [instance], "serviceKeys": ["Search"],
        "IncidentImpacts": [{"startTime": "2026-11-22T10:00:00.000Z", "endTime": end, "type": "featurePerfDegradation", "severity": "major"}],
        "IncidentEvents": [
            {"id": 2, "type": "issueIsolatedDatabaseTier", "message": "We know.", "createdAt": "2026-11-22T10:30:00.000Z"},
            {"id": 1, "type": "investigatingCauseOfIssue", "message": "We look.", "createdAt": "2026-11-22T10:10:00.000Z"},
        ],
    })
}

fn a_maintenance(id: u32, status: &str) -> Value {
    json!({
        "id": id, "name": "Synthetic: release", "message": {"eventStatus": status}, "instanceKeys": ["NA1"],
        "plannedStartTime": "2026-11-23T02:00:00.000Z", "plannedEndTime": "2026-11-23T04:00:00.000Z", "MaintenanceEvents": [],
    })
}

fn answer(role: &'static str, body: &Value) -> Answer {
    Answer { role, outcome: Outcome::Body(Body::saved(body.to_string().into_bytes())) }
}

fn with<T>(url: &str, open: &[&str], then: impl FnOnce(&Asked<'_>) -> T) -> T {
    let url: Url = url.parse().unwrap();
    let source = Source::at(SourceId::parse("salesforce/trust").unwrap(), Format::Salesforce, Some(url.clone()));
    let open =
        KnownOpen { keys: open.iter().map(|key| ((*key).to_owned(), Kind::Incident)).collect(), history_due: false };
    then(&Asked { source: &source, url: &url, open: &open, now: "2026-11-22T12:00:00Z".parse().unwrap() })
}

const TRUST: &str = "https://api.status.salesforce.com/v1?products=Heroku";

fn look(answers: &[Answer]) -> Result<Snapshot, Unreadable> {
    match with(TRUST, &[], |asked| read(asked, answers)) {
        Reading::Done(done) => done,
        Reading::Need(more) => panic!("{more:?}"),
    }
}

#[test]
fn the_product_goes_along_and_the_addresses_stay_the_same_all_day() {
    let urls =
        |url: &str| with(url, &[], |asked| plan(asked).into_iter().map(|r| r.url.to_string()).collect::<Vec<_>>());
    assert_eq!(
        urls(TRUST),
        [
            "https://api.status.salesforce.com/v1/instances/status/preview?products=Heroku",
            "https://api.status.salesforce.com/v1/incidents/active",
            "https://api.status.salesforce.com/v1/maintenances?startTime=2026-11-15T00%3A00%3A00.000Z&limit=100&offset=0&locale=en&product=Heroku",
        ]
    );
    assert_eq!(
        urls("https://api.status.salesforce.com/v1")[0],
        "https://api.status.salesforce.com/v1/instances/status/preview"
    );
}

#[test]
fn instances_are_components_and_incidents_of_others_are_left_out() {
    let active = json!([an_incident(7, "NA2", &Value::Null), an_incident(8, "EU4", &Value::Null)]);
    let snapshot = look(&[answer(INSTANCES, &all_instances()), answer(INCIDENTS, &active)]).unwrap();
    let states: Vec<_> = snapshot.components.iter().map(|c| (c.component.key.as_str(), c.status)).collect();
    assert_eq!(states, [("NA1", Impact::Operational), ("NA2", Impact::PartialOutage)]);
    assert_eq!(snapshot.incidents.len(), 1);
    let one = &snapshot.incidents[0];
    assert_eq!((one.key.as_str(), one.phase, one.impact), ("7", Phase::Identified, Impact::PartialOutage));
    assert_eq!(one.vendor_impact, "major, featurePerfDegradation");
    assert_eq!(one.title, "Feature perf degradation: Search, NA2");
    assert_eq!(one.components.iter().map(|c| c.key.as_str()).collect::<Vec<_>>(), ["NA2", "Search"]);
    assert_eq!(one.regions, ["NA"]);
    assert_eq!(one.updates.iter().map(|u| u.text.as_str()).collect::<Vec<_>>(), ["We look.", "We know."]);
    assert_eq!((snapshot.covers.incidents, snapshot.warnings), (Covers::AllOpen, Vec::new()));
}

#[test]
fn an_empty_list_of_incidents_is_quiet_only_beside_the_instances() {
    let quiet = look(&[answer(INSTANCES, &all_instances()), answer(INCIDENTS, &json!([]))]).unwrap();
    assert_eq!((quiet.incidents.len(), quiet.covers.incidents), (0, Covers::AllOpen));
    for instances in [json!([]), json!({"error": "gone"}), json!([{"id": "x", "name": "y"}])] {
        let answers = [answer(INSTANCES, &instances), answer(INCIDENTS, &json!([]))];
        assert!(matches!(look(&answers), Err(Unreadable::Unexpected(_))), "{instances}");
    }
    assert!(look(&[answer(INCIDENTS, &json!([]))]).is_err());
}

#[test]
fn one_that_is_active_no_more_is_looked_up_for_its_end() {
    let answers = [answer(INSTANCES, &all_instances()), answer(INCIDENTS, &json!([]))];
    let Reading::Need(more) = with(TRUST, &["7"], |asked| read(asked, &answers)) else {
        panic!("nothing is asked for")
    };
    assert_eq!(more[0].url.as_str(), "https://api.status.salesforce.com/v1/incidents?limit=100");
    let over = json!([
        an_incident(7, "NA2", &json!("2026-11-22T11:00:00.000Z")),
        an_incident(6, "NA2", &json!("2026-11-21T11:00:00.000Z"))
    ]);
    let [instances, active] = answers;
    let answers = [instances, active, answer(HISTORY, &over)];
    let Reading::Done(Ok(snapshot)) = with(TRUST, &["7"], |asked| read(asked, &answers)) else { panic!("unread") };
    assert_eq!((snapshot.incidents.len(), snapshot.incidents[0].phase), (1, Phase::Resolved));
    assert_eq!(snapshot.incidents[0].ended.as_ref().unwrap().raw, "2026-11-22T11:00:00.000Z");
}

#[test]
fn maintenances_have_keys_of_their_own_and_are_read_page_by_page() {
    let base =
        || vec![answer(INSTANCES, &all_instances()), answer(INCIDENTS, &json!([an_incident(7, "NA1", &Value::Null)]))];
    let mut one = base();
    one.push(answer(MAINTENANCES, &json!([a_maintenance(7, "confirmed")])));
    let snapshot = look(&one).unwrap();
    assert_eq!(snapshot.incidents.iter().map(|one| one.key.as_str()).collect::<Vec<_>>(), ["7", "maintenance/7"]);
    assert_eq!((snapshot.incidents[1].phase, snapshot.covers.maintenances), (Phase::Scheduled, Covers::AllOpen));
    let full: Vec<Value> = (0..100).map(|id| a_maintenance(id, "scheduled")).collect();
    let mut many = base();
    many.push(answer(MAINTENANCES, &json!(full)));
    let Reading::Need(more) = with(TRUST, &[], |asked| read(asked, &many)) else { panic!("nothing is asked for") };
    assert!(more[0].url.as_str().contains("offset=100"));
    many.push(answer(MAINTENANCES, &json!([a_maintenance(100, "in progress")])));
    let snapshot = look(&many).unwrap();
    assert_eq!((snapshot.incidents.len(), snapshot.covers.maintenances), (102, Covers::AllOpen));
    let mut nothing = base();
    nothing.push(Answer { role: MAINTENANCES, outcome: Outcome::Body(Body::saved(Vec::new())) });
    let snapshot = look(&nothing).unwrap();
    assert_eq!((snapshot.covers.maintenances, snapshot.blind.len(), snapshot.warnings.len()), (Covers::Delta, 0, 1));
}

#[test]
fn broken_entries_cost_themselves_and_the_proof_of_absence() {
    let mut strange = an_incident(7, "NA1", &Value::Null);
    strange["IncidentImpacts"][0]["severity"] = json!("biblical");
    strange["status"] = json!("Confused");
    let answers = [
        answer(INSTANCES, &json!([an_instance("NA1", "PURPLE"), {"status": "OK"}, 3])),
        answer(INCIDENTS, &json!([strange, {"id": 8}, 3])),
    ];
    let snapshot = look(&answers).unwrap();
    assert_eq!((snapshot.covers.components, snapshot.covers.incidents), (Covers::Delta, Covers::Delta));
    assert_eq!((snapshot.components[0].status, snapshot.incidents[0].impact), (Impact::Unknown, Impact::Unknown));
    assert_eq!(snapshot.incidents[0].phase, Phase::Identified);
    assert_eq!(snapshot.warnings.len(), 7, "{:?}", snapshot.warnings);
    assert!(
        look(&[answer(INSTANCES, &all_instances()), answer(INCIDENTS, &json!([{"id": "AWS"}]))]).unwrap().blind.len()
            == 1
    );
}
