//! Synthetic feeds: what each rule of this format does with a look.

use serde_json::{Value, json};

use super::*;

fn feed() -> Value {
    json!({
        "title": "Synthetic", "description": "", "status": "success", "updatedAt": "2026-11-22T11:59:00.000Z",
        "monitors": [
            {"id": 1, "name": "api-monitor", "description": "", "status": "error"},
            {"id": 2, "name": "web-monitor", "description": "", "status": "success"},
        ],
        "pageComponents": [
            {"id": 31, "name": "API", "monitorId": 1, "order": 0, "groupId": 7, "groupOrder": 0},
            {"id": 32, "name": "Web", "monitorId": 2, "order": 1, "groupId": null, "groupOrder": 0},
            {"id": 33, "name": "Fax", "monitorId": null, "order": 2, "groupId": null, "groupOrder": 0},
        ],
        "pageComponentGroups": [{"id": 7, "name": "Core"}],
        "maintenances": [],
        "statusReports": [],
    })
}

fn report_of(id: u32, status: &str, components: &[u32]) -> Value {
    json!({
        "id": id, "title": "Synthetic: faxes stay", "status": status, "updatedAt": "2026-11-22T11:00:00.000Z",
        "monitors": [], "pageComponents": components,
        "statusReportUpdates": [
            {"id": 92, "status": status, "message": "We **know**.", "date": "2026-11-22T11:00:00.000Z"},
            {"id": 91, "status": "investigating", "message": "We look.", "date": "2026-11-22T10:00:00.000Z"},
        ],
    })
}

fn look(document: &Value) -> Result<Snapshot, Unreadable> {
    read(&Body::saved(document.to_string().into_bytes()), "2026-11-22T12:00:00Z".parse().unwrap())
}

fn statuses(document: &Value) -> Vec<(String, Impact)> {
    look(document).unwrap().components.into_iter().map(|one| (one.component.name, one.status)).collect()
}

#[test]
fn a_component_is_as_its_monitor_and_one_kept_by_hand_as_what_is_told_of_it() {
    let seen = |fax| {
        vec![("API".to_owned(), Impact::MajorOutage), ("Web".to_owned(), Impact::Operational), ("Fax".to_owned(), fax)]
    };
    assert_eq!(statuses(&feed()), seen(Impact::Operational));
    let mut told = feed();
    told["statusReports"] = json!([report_of(5, "identified", &[33])]);
    assert_eq!(statuses(&told), seen(Impact::Unknown));
    told["statusReports"] = json!([report_of(5, "resolved", &[33])]);
    assert_eq!(statuses(&told), seen(Impact::Operational));
    told["statusReports"] = json!([{"title": "no id"}]);
    assert_eq!(statuses(&told), seen(Impact::Unknown), "a report that is lost may be about it");
    told["statusReports"] = json!([report_of(5, "identified", &[])]);
    assert_eq!(statuses(&told), seen(Impact::Unknown), "a report that names nothing may be about it");
    told["statusReports"] = json!([report_of(5, "identified", &[31])]);
    assert_eq!(statuses(&told), seen(Impact::Operational), "a report about something else is not");
}

#[test]
fn a_report_tells_its_phase_and_end_and_no_impact() {
    let mut told = feed();
    told["statusReports"] = json!([report_of(5, "identified", &[31]), report_of(6, "resolved", &[32])]);
    let snapshot = look(&told).unwrap();
    let [open, over] = snapshot.incidents.as_slice() else { panic!("{snapshot:?}") };
    assert_eq!((open.key.as_str(), open.impact, open.phase), ("5", Impact::Unknown, Phase::Identified));
    assert_eq!((open.components[0].name.as_str(), open.components[0].group.as_deref()), ("API", Some("Core")));
    assert_eq!(open.started.as_ref().unwrap().at.unwrap().to_string(), "2026-11-22T10:00:00Z");
    assert_eq!(over.ended.as_ref().unwrap().at.unwrap().to_string(), "2026-11-22T11:00:00Z");
    assert_eq!(snapshot.refreshed.unwrap().to_string(), "2026-11-22T11:59:00Z");
    assert_eq!((snapshot.covers.incidents, snapshot.warnings.as_slice()), (Covers::AllOpen, &[][..]));
}

#[test]
fn a_maintenance_is_where_its_times_put_it() {
    for (from, to, phase) in [
        ("2026-11-22T13:00:00Z", "2026-11-22T14:00:00Z", Phase::Scheduled),
        ("2026-11-22T11:00:00Z", "2026-11-22T14:00:00Z", Phase::InProgress),
        ("2026-11-22T10:00:00Z", "2026-11-22T11:00:00Z", Phase::Completed),
    ] {
        let mut document = feed();
        document["maintenances"] = json!([{
            "id": 5, "name": "Synthetic: new disks", "message": "Short.", "from": from, "to": to, "monitors": [],
            "pageComponents": [33], "maintenanceUpdates": [],
        }]);
        let snapshot = look(&document).unwrap();
        assert_eq!((snapshot.incidents[0].key.as_str(), snapshot.incidents[0].phase), ("maintenance-5", phase));
        let fax = if phase == Phase::InProgress { Impact::Maintenance } else { Impact::Operational };
        assert_eq!(snapshot.components[2].status, fax, "{phase}");
    }
}

#[test]
fn before_2026_the_monitors_were_the_components() {
    let mut old = feed();
    for gone in ["pageComponents", "pageComponentGroups"] {
        old.as_object_mut().unwrap().remove(gone);
    }
    let mut report = report_of(5, "identified", &[]);
    report["monitors"] = json!([2]);
    old["statusReports"] = json!([report]);
    let snapshot = look(&old).unwrap();
    let keys: Vec<&str> = snapshot.components.iter().map(|one| one.component.key.as_str()).collect();
    assert_eq!(keys, ["monitor-1", "monitor-2"]);
    assert_eq!(snapshot.incidents[0].components[0].name, "web-monitor");
}

#[test]
fn what_is_broken_is_said_and_decoys_are_no_feed() {
    let mut broken = feed();
    broken["monitors"][0]["status"] = json!("sideways");
    broken["pageComponents"][1] = json!(3);
    let snapshot = look(&broken).unwrap();
    assert_eq!((snapshot.components[0].status, snapshot.covers.components), (Impact::Unknown, Covers::Delta));
    let json_feed = json!({"version": "https://jsonfeed.org/version/1.1", "title": "x", "items": []});
    for decoy in [json_feed, json!({}), json!([]), json!({"status": "operational"})] {
        assert!(matches!(look(&decoy), Err(Unreadable::Unexpected(_))), "{decoy}");
    }
}

#[test]
fn a_maintenance_that_begins_in_the_year_9999_is_lost_and_has_not_gone_back_to_being_planned() {
    let mut document = feed();
    document["maintenances"] = json!([{
        "id": 6, "name": "Synthetic: new disks", "message": "", "from": "9999-11-20T06:00:00.000Z",
        "to": "9999-11-26T06:00:00.000Z", "pageComponents": [33],
    }]);
    let snapshot = look(&document).unwrap();
    assert_eq!(
        (snapshot.incidents.len(), snapshot.covers.maintenances, snapshot.warnings.len()),
        (0, Covers::Delta, 1)
    );
    assert_eq!(snapshot.components[2].status, Impact::Unknown, "it may be about the fax");
}
