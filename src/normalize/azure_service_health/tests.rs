//! Synthetic events: what each rule of this format does with a look.

use serde_json::{Value, json};

use super::*;
use crate::model::id::SourceId;
use crate::model::impact::Impact;
use crate::model::incident::KnownOpen;
use crate::model::phase::Kind;
use crate::model::vendor::Source;

const NOW: &str = "2026-11-22T12:00:00Z";

fn source(url: &str) -> Source {
    Source::at(SourceId::parse("azure/service-health").unwrap(), Format::AzureServiceHealth, Some(url.parse().unwrap()))
}

fn answer(role: &'static str, status: u16, body: &Value) -> Answer {
    let body = Body { status, ..Body::saved(body.to_string().into_bytes()) };
    Answer { role, outcome: Outcome::Body(body) }
}

fn open(keys: &[&str]) -> KnownOpen {
    KnownOpen { keys: keys.iter().map(|key| ((*key).to_owned(), Kind::Incident)).collect(), history_due: false }
}

fn reading(answers: &[Answer], open: &KnownOpen) -> Reading {
    let source = source("https://management.azure.com");
    let url = source.url.clone().unwrap();
    super::read(&Asked { source: &source, url: &url, open, now: NOW.parse().unwrap() }, answers)
}

fn done(reading: Reading) -> Result<Snapshot, Unreadable> {
    match reading {
        Reading::Done(done) => done,
        Reading::Need(more) => panic!("{more:?}"),
    }
}

fn needed(reading: Reading) -> Vec<String> {
    match reading {
        Reading::Need(more) => more.iter().map(|request| request.url.to_string()).collect(),
        Reading::Done(done) => panic!("{done:?}"),
    }
}

fn look(events: &Value) -> Result<Snapshot, Unreadable> {
    done(reading(&[answer(EVENTS, 200, &json!({"value": events}))], &KnownOpen::default()))
}

fn event(id: &str, fields: &Value) -> Value {
    let mut properties = json!({
        "eventType": "ServiceIssue", "eventLevel": "Warning", "status": "Active", "title": "Synthetic: storage",
        "summary": "<p>Synthetic.</p>", "impactStartTime": "2026-11-22T10:00:00.1234567Z",
        "lastUpdateTime": "2026-11-22T11:00:00.1234567Z",
        "impact": [{"impactedService": "Storage", "impactedRegions": [
            region("West US", "Active"), region("East US", "Resolved"),
        ]}],
    });
    properties.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    json!({"name": id, "type": "/providers/Microsoft.ResourceHealth/events", "properties": properties})
}

fn region(name: &str, status: &str) -> Value {
    json!({"impactedRegion": name, "status": status, "updates": [
        {"summary": "We <b>mend</b>.", "updateDateTime": "2026-11-22T11:00:00.1234567Z"},
        {"summary": "We look.", "updateDateTime": "2026-11-22T10:10:00.1234567Z"},
    ]})
}

fn one(fields: &Value) -> SeenIncident {
    look(&json!([event("SYN0-TH1", fields)])).unwrap().incidents.remove(0)
}

#[test]
fn an_event_names_each_service_where_it_still_hurts() {
    let snapshot = look(&json!([event("SYN0-TH1", &json!({}))])).unwrap();
    let seen = &snapshot.incidents[0];
    assert_eq!((seen.key.as_str(), seen.impact, seen.phase), ("SYN0-TH1", Impact::PartialOutage, Phase::Investigating));
    let named: Vec<_> = seen.components.iter().map(|c| (c.key.as_str(), c.region.as_deref())).collect();
    assert_eq!((named, &seen.regions[..]), (vec![("Storage/West US", Some("West US"))], &["West US".to_owned()][..]));
    assert_eq!(seen.started.as_ref().unwrap().at.unwrap().to_string(), "2026-11-22T10:00:00.1234567Z");
    let said: Vec<_> = seen.updates.iter().map(|update| update.text.as_str()).collect();
    assert_eq!(said, ["We look.", "We mend."], "what is said of two regions is said once");
    assert_eq!((&snapshot.warnings[..], snapshot.covers.incidents), (&[][..], Covers::AllOpen));
}

#[test]
fn a_region_that_is_well_again_is_named_no_more_until_all_are() {
    let regions = |statuses: [&str; 2]| {
        let rows: Vec<_> = ["West US", "East US"].iter().zip(statuses).map(|(name, word)| region(name, word)).collect();
        json!({"impact": [{"impactedService": "Storage", "impactedRegions": rows}]})
    };
    let watched = one(&regions(["Resolved", "Resolved"]));
    assert_eq!((watched.phase, watched.components.len()), (Phase::Monitoring, 2));
    assert_eq!(one(&regions(["Active", "Active"])).components.len(), 2);
    let mut over = regions(["Resolved", "Active"]);
    over["status"] = json!("Resolved");
    over["impactMitigationTime"] = json!("2026-11-22T11:30:00.0000001Z");
    let over = one(&over);
    assert_eq!((over.phase, over.components.len()), (Phase::Resolved, 2));
    assert_eq!(over.ended.unwrap().at.unwrap().to_string(), "2026-11-22T11:30:00.0000001Z");
}

#[test]
fn what_is_everywhere_counts_for_all_regions() {
    let seen = one(&json!({"impact": [
        {"impactedService": "Front Door", "impactedRegions": [region("Global", "Active"), region("West US", "Active")]},
        {"impactedService": "Portal", "impactedRegions": []},
    ]}));
    let named: Vec<_> = seen.components.iter().map(|c| (c.key.as_str(), c.region.as_deref())).collect();
    assert_eq!((named, seen.regions.len()), (vec![("Front Door", None), ("Portal", None)], 0));
}

#[test]
fn words_are_read_in_any_spelling_and_one_never_seen_is_unknown() {
    let of = |fields: &Value| {
        let seen = one(fields);
        (seen.kind, seen.impact, seen.phase)
    };
    let level = |word: &str| of(&json!({"eventLevel": word})).1;
    assert_eq!([level("Critical"), level("error")], [Impact::MajorOutage; 2]);
    assert_eq!([level("Informational"), level("WARNING")], [Impact::Degraded, Impact::PartialOutage]);
    assert_eq!(of(&json!({"eventLevel": null, "level": "Critical"})).1, Impact::MajorOutage);
    assert_eq!(of(&json!({"eventType": "Planned Maintenance"})).0, Kind::Maintenance);
    let odd = json!([event("SYN0-TH1", &json!({"eventType": "Omen", "eventLevel": "Grave", "status": "Ripe"}))]);
    let snapshot = look(&odd).unwrap();
    let seen = &snapshot.incidents[0];
    assert_eq!((seen.kind, seen.impact, seen.phase), (Kind::Incident, Impact::Unknown, Phase::Investigating));
    let warned: Vec<_> = snapshot.warnings.iter().map(|warning| warning.path.as_str()).collect();
    assert_eq!(warned, ["eventType", "status", "eventLevel"].map(|name| format!("events[0].{name}")));
}

#[test]
fn a_maintenance_begins_when_it_was_planned_to() {
    let at = |from: &str, status: &str| {
        let seen = one(&json!({
            "eventType": "PlannedMaintenance", "status": status, "impactStartTime": from,
            "impactMitigationTime": "2026-11-23T00:00:00.0000000Z", "impact": [],
        }));
        assert_eq!((seen.impact, seen.planned.unwrap().from.raw.as_str()), (Impact::Maintenance, from));
        seen.phase
    };
    assert_eq!(at("2026-11-22T12:00:01.0000000Z", "Active"), Phase::Scheduled);
    assert_eq!(at("2026-11-22T12:00:00.0000000Z", "Active"), Phase::InProgress);
    assert_eq!(at("2026-11-22T11:00:00.0000000Z", "Resolved"), Phase::Completed);
    assert_eq!(at("2026-11-22T11:00:00.0000000Z", "Canceled"), Phase::Cancelled);
}

#[test]
fn advice_is_no_incident_and_a_review_ends_one() {
    let advice: Vec<_> = ["HealthAdvisory", "SecurityAdvisory", "Billing"]
        .iter()
        .enumerate()
        .map(|(n, word)| event(&format!("SYN{n}-TH0"), &json!({"eventType": word})))
        .collect();
    let snapshot = look(&json!(advice)).unwrap();
    assert_eq!((snapshot.incidents.len(), snapshot.warnings.len(), snapshot.covers.incidents), (0, 0, Covers::AllOpen));
    let review = event("SYN0-TH1", &json!({"eventType": "RCA", "status": "Active"}));
    assert_eq!(look(&json!([review])).unwrap().incidents[0].phase, Phase::Postmortem);
    for both in [json!([review, event("SYN0-TH1", &json!({}))]), json!([event("SYN0-TH1", &json!({})), review])] {
        let snapshot = look(&both).unwrap();
        let seen = (snapshot.incidents.len(), snapshot.incidents[0].phase, snapshot.warnings.len());
        assert_eq!(seen, (1, Phase::Investigating, 0), "what is reviewed is the fuller word");
    }
}

#[test]
fn the_address_is_made_of_a_host_a_subscription_or_given_whole() {
    let of = |url: &str| {
        let source = source(url);
        let open = KnownOpen::default();
        let asked =
            Asked { source: &source, url: source.url.as_ref().unwrap(), open: &open, now: NOW.parse().unwrap() };
        (READER.plan)(&asked)[0].url.to_string()
    };
    let usual = "providers/Microsoft.ResourceHealth/events?api-version=2025-05-01&queryStartTime=08%2F24%2F2026";
    assert_eq!(of("https://management.azure.com"), format!("https://management.azure.com/{usual}"));
    assert_eq!(
        of("https://management.azure.com/subscriptions/0-1/"),
        format!("https://management.azure.com/subscriptions/0-1/{usual}")
    );
    let whole = "https://management.azure.com/subscriptions/0/providers/Microsoft.ResourceHealth/events?api-version=2022-10-01&$filter=region%20eq%20%27West%20US%27";
    assert_eq!(of(whole), format!("{whole}&queryStartTime=08%2F24%2F2026"));
}

#[test]
fn pages_are_followed_at_the_same_host_and_no_further_than_the_sixth() {
    let page =
        |id: &str, next: Value| answer(EVENTS, 200, &json!({"value": [event(id, &json!({}))], "nextLink": next}));
    let next = "https://management.azure.com/subscriptions/0/events?$skipToken=1";
    let first = page("SYN0-TH1", json!(next));
    assert_eq!(needed(reading(std::slice::from_ref(&first), &KnownOpen::default())), [next]);
    let both = [first, page("SYN0-TH2", Value::Null)];
    let snapshot = done(reading(&both, &KnownOpen::default())).unwrap();
    assert_eq!((snapshot.incidents.len(), snapshot.covers.incidents), (2, Covers::AllOpen));
    let stranger = [page("SYN0-TH1", json!("https://evil.example/x"))];
    assert!(matches!(done(reading(&stranger, &KnownOpen::default())), Err(Unreadable::NotAllowed(_))));
    let circle = [page("SYN0-TH1", json!(next)), page("SYN0-TH2", json!(next))];
    assert!(matches!(done(reading(&circle, &KnownOpen::default())), Err(Unreadable::Unexpected(_))));
    let many: Vec<_> = (0..6).map(|n| page(&format!("SYN0-TH{n}"), json!(format!("{next}{n}")))).collect();
    let snapshot = done(reading(&many, &KnownOpen::default())).unwrap();
    assert_eq!((snapshot.incidents.len(), snapshot.covers.incidents, snapshot.warnings.len()), (6, Covers::Delta, 1));
    let cut = [page("SYN0-TH1", json!(next)), Answer { role: EVENTS, outcome: Outcome::NotRecorded }];
    assert_eq!(done(reading(&cut, &KnownOpen::default())).unwrap().covers.incidents, Covers::Delta);
}

/// Azure lists what changed lately: what is open and silent is not listed.
#[test]
fn what_was_open_and_is_not_listed_is_looked_up_before_its_absence_counts() {
    let list = answer(EVENTS, 200, &json!({"value": []}));
    let known = open(&["SYN0-TH1", "not/an/id"]);
    let asked = needed(reading(std::slice::from_ref(&list), &known));
    let wanted =
        "https://management.azure.com/providers/Microsoft.ResourceHealth/events/SYN0-TH1?api-version=2025-05-01";
    assert_eq!(asked, [wanted]);
    let came = |status: u16, body: &Value| {
        let snapshot = done(reading(&[list.clone(), answer(EVENT, status, body)], &known)).unwrap();
        (snapshot.incidents.first().map(|seen| seen.phase), snapshot.covers.incidents)
    };
    assert_eq!(came(200, &event("SYN0-TH1", &json!({}))), (Some(Phase::Investigating), Covers::AllOpen));
    assert_eq!(came(200, &event("SYN0-TH1", &json!({"status": "Resolved"}))), (Some(Phase::Resolved), Covers::AllOpen));
    assert_eq!(came(404, &json!({"error": {"code": "NotFound"}})), (None, Covers::AllOpen));
    assert_eq!(came(500, &json!({})), (None, Covers::Delta));
    assert_eq!(came(200, &json!({"name": "SYN0-TH1"})), (None, Covers::Delta));
}

#[test]
fn a_list_without_entries_is_quiet_only_where_nothing_stands_beside_it() {
    let of = |body: &Value| done(reading(&[answer(EVENTS, 200, body)], &KnownOpen::default()));
    assert_eq!(of(&json!({"value": []})).unwrap().covers.incidents, Covers::AllOpen);
    let context = "https://graph.microsoft.com/v1.0/$metadata#admin/serviceAnnouncement/issues";
    for decoy in [
        json!({"@odata.context": context, "value": []}),
        json!({"value": [{"id": "x"}]}),
        json!({"value": [7]}),
        json!({"value": {}}),
        json!({"error": {"code": "AuthorizationFailed"}}),
        json!([]),
        json!({}),
    ] {
        assert!(of(&decoy).is_err(), "{decoy}");
    }
}

#[test]
fn a_lost_event_takes_the_proof_of_absence_along() {
    for broken in [json!(7), event("", &json!({})), json!({"name": "X", "type": "x/microsoft.resourcehealth/events"})] {
        let snapshot = look(&json!([event("SYN0-TH1", &json!({})), broken])).unwrap();
        assert_eq!((snapshot.incidents.len(), snapshot.covers.incidents), (1, Covers::Delta), "{broken}");
        assert!(!snapshot.warnings.is_empty());
    }
}

#[test]
fn a_refusal_names_the_role_that_lacks() {
    let refused = [answer(EVENTS, 403, &json!({"error": {"code": "AuthorizationFailed", "message": "canary"}}))];
    let why = done(reading(&refused, &KnownOpen::default())).unwrap_err().to_string();
    assert!(why.contains("AuthorizationFailed") && why.contains("Reader") && !why.contains("canary"), "{why}");
}
