//! Synthetic answers: what each rule of this format does with a look.

use serde_json::{Value, json};

use super::*;
use crate::model::impact::Impact;
use crate::model::phase::Phase;
use crate::normalize::Outcome;

fn incident(id: &str, status: &str, resolved: &Value) -> Value {
    json!({
        "id": id, "type": "incident",
        "attributes": {
            "name": "Synthetic: calls drop on Pod 99", "impact": "major", "status": status, "outage": true,
            "degradation": false, "startedAt": "2026-11-22T10:00:00.000Z", "resolvedAt": resolved,
        },
        "relationships": {
            "incidentUpdates": {"data": [{"id": "71", "type": "incidentUpdate"}, {"id": "70", "type": "incidentUpdate"}]},
            "incidentServices": {"data": [{"id": "80", "type": "incidentService"}, {"id": "81", "type": "incidentService"}]},
        },
    })
}

fn incidents(data: &[Value]) -> Value {
    json!({"data": data, "included": [
        {"id": "70", "type": "incidentUpdate", "attributes": {"createdAt": "2026-11-22T10:05:00Z", "description": "<p>We look.</p>"}},
        {"id": "71", "type": "incidentUpdate", "attributes": {"createdAt": "2026-11-22T10:30:00Z", "description": "We know."}},
        {"id": "80", "type": "incidentService", "attributes": {"serviceId": 31, "serviceName": "Voice", "resolvedAt": null}},
        {"id": "81", "type": "incidentService", "attributes": {"serviceId": 32, "resolvedAt": "2026-11-22T10:20:00Z"}},
    ]})
}

fn services_of_zendesk() -> Value {
    json!({"data": [
        {"id": "31", "type": "service", "attributes": {"name": "Voice"}},
        {"id": "32", "type": "service", "attributes": {"name": "Chat"}},
    ]})
}

fn answer(role: &'static str, body: &Value) -> Answer {
    Answer { role, outcome: Outcome::Body(Body::saved(body.to_string().into_bytes())) }
}

fn look(answers: &[Answer]) -> Result<Snapshot, Unreadable> {
    let url = "https://status.zendesk.com/?subdomain=acme".parse().unwrap();
    read(answers, &url, "2026-11-22T12:00:00Z".parse().unwrap())
}

#[test]
fn an_incident_is_joined_from_what_it_leads_to() {
    let one = incidents(&[incident("10315", "identified", &Value::Null)]);
    let snapshot = look(&[answer(INCIDENTS, &one), answer(SERVICES, &services_of_zendesk())]).unwrap();
    let one = &snapshot.incidents[0];
    assert_eq!((one.impact, one.vendor_impact.as_str()), (Impact::PartialOutage, "major, outage"));
    assert_eq!((one.phase, one.vendor_phase.as_str()), (Phase::Identified, "identified"));
    assert_eq!(one.components.iter().map(|c| c.name.as_str()).collect::<Vec<_>>(), ["Voice"], "Chat is well again");
    assert_eq!(one.updates.iter().map(|u| u.text.as_str()).collect::<Vec<_>>(), ["We look.", "We know."]);
    assert_eq!((snapshot.covers.incidents, snapshot.warnings), (Covers::AllOpen, Vec::new()));
    assert_eq!(snapshot.components, []);
}

#[test]
fn over_is_what_says_when_it_was_resolved_whatever_its_status_says() {
    let two = incidents(&[
        incident("1", "monitoring", &json!("2026-11-22T11:00:00.000Z")),
        incident("2", "resolved", &Value::Null),
    ]);
    let snapshot = look(&[answer(INCIDENTS, &two)]).unwrap();
    assert_eq!(snapshot.incidents[0].phase, Phase::Resolved);
    assert_eq!(snapshot.incidents[1].phase, Phase::Investigating, "an end must say when");
    assert_eq!(snapshot.warnings.len(), 1);
}

#[test]
fn no_incident_is_quiet_only_beside_the_services() {
    let empty = json!({"data": [], "included": []});
    assert!(matches!(look(&[answer(INCIDENTS, &empty)]), Err(Unreadable::Unexpected(_))));
    let quiet = look(&[answer(INCIDENTS, &empty), answer(SERVICES, &services_of_zendesk())]).unwrap();
    assert_eq!((quiet.incidents.len(), quiet.covers.incidents), (0, Covers::AllOpen));
    let empty_twice = [answer(INCIDENTS, &empty), answer(SERVICES, &empty)];
    assert!(look(&empty_twice).is_err());
    let lost = [answer(INCIDENTS, &json!({"error": "no"})), answer(SERVICES, &services_of_zendesk())];
    let blind = look(&lost).unwrap();
    assert_eq!((blind.covers.incidents, blind.blind.len()), (Covers::Delta, 1));
}

#[test]
fn a_list_of_none_without_what_it_leads_to_may_be_anybody_s_and_proves_nothing() {
    for foreign in [json!({"success": true, "data": []}), json!({"meta": {"pagination": {}}, "data": []})] {
        let answers =
            [answer(INCIDENTS, &foreign), answer(SERVICES, &services_of_zendesk()), answer(MAINTENANCES, &foreign)];
        let covers = look(&answers).unwrap().covers;
        assert_eq!((covers.incidents, covers.maintenances), (Covers::Delta, Covers::Delta));
    }
}

#[test]
fn the_documented_names_are_read_too_and_a_maintenance_has_its_hours() {
    let ahead = json!({"data": [{"id": "9", "type": "incident", "attributes": {
        "title": "Synthetic: database work", "status": "scheduled", "impact": "maintenance",
        "maintenance_start_time": "2026-11-23T02:00:00Z", "maintenance_end_time": "2026-11-23T04:00:00Z",
    }}]});
    let answers = [
        answer(INCIDENTS, &json!({"data": []})),
        answer(SERVICES, &services_of_zendesk()),
        answer(MAINTENANCES, &ahead),
    ];
    let snapshot = look(&answers).unwrap();
    let one = &snapshot.incidents[0];
    assert_eq!((one.kind, one.phase, one.impact), (Kind::Maintenance, Phase::Scheduled, Impact::Maintenance));
    assert_eq!(one.planned.as_ref().unwrap().from.raw, "2026-11-23T02:00:00Z");
    assert_eq!((one.title.as_str(), snapshot.covers.maintenances), ("Synthetic: database work", Covers::AllOpen));
}

#[test]
fn broken_entries_cost_themselves_and_the_proof_of_absence() {
    let mut strange = incident("5", "confused", &Value::Null);
    strange["attributes"]["impact"] = json!("biblical");
    let list = incidents(&[strange, json!({"type": "incident"}), json!(7), json!({"id": "6", "type": "article"})]);
    let snapshot = look(&[answer(INCIDENTS, &list)]).unwrap();
    assert_eq!((snapshot.incidents.len(), snapshot.covers.incidents), (1, Covers::Delta));
    assert_eq!(snapshot.incidents[0].impact, Impact::PartialOutage, "the outage is said beside the word");
    assert_eq!(snapshot.warnings.len(), 5, "{:?}", snapshot.warnings);
}

#[test]
fn the_subdomain_goes_along_with_every_request() {
    use crate::model::id::SourceId;
    use crate::model::incident::KnownOpen;
    use crate::model::vendor::Source;
    let url: Url = "https://status.zendesk.com/?subdomain=acme".parse().unwrap();
    let source = Source::at(SourceId::parse("zendesk/status").unwrap(), Format::Zendesk, Some(url.clone()));
    let open = KnownOpen::default();
    let asked = Asked { source: &source, url: &url, open: &open, now: "2026-11-22T12:00:00Z".parse().unwrap() };
    let urls: Vec<String> = plan(&asked).into_iter().map(|request| request.url.into()).collect();
    assert_eq!(urls[0], "https://status.zendesk.com/api/ssp/incidents.json?subdomain=acme");
    assert!(urls.iter().all(|url| url.ends_with("?subdomain=acme")));
}
