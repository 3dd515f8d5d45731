//! Synthetic documents: what each rule of this format does with a look.

use serde_json::{Value, json};

use super::*;
use crate::model::id::SourceId;
use crate::model::incident::KnownOpen;
use crate::model::vendor::Source;
use crate::normalize::{Body, Outcome};

fn page() -> Value {
    json!({
        "config": {"slug": "clinic", "title": "Synthetic", "published": true},
        "incident": null,
        "publicGroupList": [
            {"id": 1, "name": "Core", "weight": 1, "monitorList": [
                {"id": 11, "name": "Portal", "type": "http"}, {"id": 12, "name": "Mail", "type": "port"},
                {"id": 13, "name": "Fax", "type": "ping"}, {"id": 14, "name": "Lab", "type": "push"},
            ]},
        ],
        "maintenanceList": [],
    })
}

fn beats() -> Value {
    let beat = |status: u8, minute: u8| json!({"status": status, "time": format!("2026-11-22 11:{minute}:00.000"), "msg": "", "ping": 9});
    json!({
        "heartbeatList": {
            "11": [beat(0, 50), beat(1, 51)], "12": [beat(1, 50), beat(0, 58)], "13": [beat(2, 50)], "14": [],
        },
        "uptimeList": {"11_24": 0.99, "12_24": 1},
    })
}

fn pinned(id: u32, style: &str) -> Value {
    json!({
        "id": id, "style": style, "title": "Synthetic: the portal is slow", "content": "We **look**.", "pin": true,
        "active": true, "createdDate": "2026-11-22 11:00:00", "lastUpdatedDate": null,
    })
}

fn answer(role: &'static str, body: &Value) -> Answer {
    Answer { role, outcome: Outcome::Body(Body::saved(body.to_string().into_bytes())) }
}

fn look(page: &Value) -> Result<Snapshot, Unreadable> {
    read(&[answer(PAGE, page), answer(HEARTBEAT, &beats())])
}

fn page_at(url: &str, html: Option<&str>) -> Vec<String> {
    find(&Page { url: &url.parse().unwrap(), html }).into_iter().map(Into::into).collect()
}

#[test]
fn a_monitor_is_as_its_last_heartbeat_says() {
    let snapshot = look(&page()).unwrap();
    let statuses: Vec<_> = snapshot.components.iter().map(|one| (one.vendor_status.as_str(), one.status)).collect();
    assert_eq!(
        statuses,
        [
            ("up", Impact::Operational),
            ("down", Impact::MajorOutage),
            ("pending", Impact::Unknown),
            ("no heartbeat", Impact::Unknown),
        ]
    );
    assert_eq!(snapshot.components[0].component.group.as_deref(), Some("Core"));
    assert_eq!((snapshot.incidents.len(), snapshot.covers.incidents), (0, Covers::AllOpen));
    assert_eq!(snapshot.refreshed.unwrap().to_string(), "2026-11-22T11:58:00Z");
}

#[test]
fn a_heartbeat_of_a_span_says_nothing_of_now_unless_all_was_well() {
    let beats = json!({
        "heartbeatList": {
            "11": [0, {"status": 1, "time": "2026-11-22T11:59:00.000Z", "ping": null}],
            "12": [{"status": 0, "time": "2026-11-22T11:59:00.000Z", "ping": null}],
            "13": [{"status": 1, "time": "2026-11-22T09:59:00.000Z", "ping": null}, 0],
            "14": [{"status": 1, "time": "2026-11-22 11:59:00"}, {"status": 0, "time": "2026-11-22 11:58:00"}],
        },
        "uptimeList": {},
    });
    let snapshot = read(&[answer(PAGE, &page()), answer(HEARTBEAT, &beats)]).unwrap();
    let statuses: Vec<Impact> = snapshot.components.iter().map(|one| one.status).collect();
    assert_eq!(statuses, [Impact::Operational, Impact::Unknown, Impact::Unknown, Impact::Unknown]);
}

#[test]
fn one_pinned_incident_or_several_with_their_colours() {
    let mut one = page();
    one["incident"] = pinned(3, "danger");
    let seen = &look(&one).unwrap().incidents[0];
    assert_eq!((seen.key.as_str(), seen.impact, seen.vendor_impact.as_str()), ("3", Impact::MajorOutage, "danger"));
    assert_eq!(seen.started.as_ref().unwrap().at.unwrap().to_string(), "2026-11-22T11:00:00Z");
    assert!(seen.started.as_ref().unwrap().certain, "the server says UTC");
    let mut several = page();
    several.as_object_mut().unwrap().remove("incident");
    several["incidents"] = json!([pinned(3, "warning"), pinned(4, "info"), pinned(5, "mauve")]);
    let snapshot = look(&several).unwrap();
    let impacts: Vec<Impact> = snapshot.incidents.iter().map(|one| one.impact).collect();
    assert_eq!(impacts, [Impact::Degraded, Impact::Unknown, Impact::Unknown]);
    assert_eq!(snapshot.warnings.len(), 1);
}

#[test]
fn a_maintenance_is_planned_in_the_zone_that_it_names() {
    let mut document = page();
    document["maintenanceList"] = json!([
        {"id": 3, "title": "Synthetic: new disks", "description": "", "strategy": "single", "status": "under-maintenance",
         "timezone": "Europe/Berlin", "timezoneOffset": "+01:00",
         "timeslotList": [{"startDate": "2026-11-22 12:30:00", "endDate": "2026-11-22 14:00:00"}]},
        {"id": 4, "title": "Synthetic: by hand", "strategy": "manual", "status": "under-maintenance", "timeslotList": []},
    ]);
    let snapshot = look(&document).unwrap();
    let planned = snapshot.incidents[0].planned.as_ref().unwrap();
    assert_eq!(planned.from.at.unwrap().to_string(), "2026-11-22T11:30:00Z");
    assert_eq!((snapshot.incidents[0].key.as_str(), snapshot.incidents[1].planned.is_none()), ("maintenance-3", true));
    assert!(snapshot.incidents.iter().all(|one| one.phase == Phase::InProgress));
}

#[test]
fn without_heartbeats_nothing_is_said_of_the_monitors() {
    let lost = Answer { role: HEARTBEAT, outcome: Outcome::Unreadable(Unreadable::Failing("HTTP 500".to_owned())) };
    let snapshot = read(&[answer(PAGE, &page()), lost]).unwrap();
    assert_eq!((snapshot.components.len(), snapshot.covers.components), (0, Covers::Delta));
    assert_eq!((snapshot.blind[0].0, snapshot.covers.incidents), (HEARTBEAT, Covers::AllOpen));
}

#[test]
fn the_page_is_found_by_its_address_or_its_manifest() {
    let source = |url: &str| {
        let id = SourceId::parse("acme/status").unwrap();
        let source = Source::at(id, Format::UptimeKuma, Some(url.parse().unwrap()));
        let open = KnownOpen::default();
        let now = jiff::Timestamp::UNIX_EPOCH;
        let asked = Asked { source: &source, url: source.url.as_ref().unwrap(), open: &open, now };
        plan(&asked).into_iter().map(|request| request.url.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(source("https://up.example/status/clinic/")[1], "https://up.example/api/status-page/heartbeat/clinic");
    assert_eq!(source("https://up.example/")[0], "https://up.example/api/status-page/default");
    let html = "<link rel=manifest href=\"/api/status-page/clinic/manifest.json\">";
    assert_eq!(page_at("https://status.example/", Some(html)), ["https://status.example/status/clinic"]);
    assert_eq!(page_at("https://up.example/status/clinic", Some(html)), ["https://up.example/status/clinic"]);
    assert_eq!(page_at("https://status.example/", Some("<html>")), Vec::<String>::new());
}

#[test]
fn a_broken_entry_takes_the_proof_of_absence_along_and_decoys_are_none() {
    let mut document = page();
    document["incidents"] = json!([pinned(3, "danger"), {"title": "no id"}]);
    document["publicGroupList"][0]["monitorList"][1] = json!("Mail");
    let snapshot = look(&document).unwrap();
    assert_eq!((snapshot.covers.incidents, snapshot.covers.components), (Covers::Delta, Covers::Delta));
    let mut unnamed = page();
    unnamed.as_object_mut().unwrap().remove("incident");
    for decoy in [json!({}), json!([]), json!({"config": {"slug": "x"}}), unnamed] {
        assert!(matches!(look(&decoy), Err(Unreadable::Unexpected(_))), "{decoy}");
    }
}
