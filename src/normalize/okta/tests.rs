//! Synthetic pages: what each rule of this format does with a look.

use serde_json::{Value, json};

use super::*;
use crate::model::impact::Impact;
use crate::model::phase::Phase;

fn incident(id: &str, status: &str) -> Value {
    json!({
        "attributes": {"type": "Incident__c"}, "Id": id, "Status__c": status, "Category__c": "Service Disruption",
        "Incident_Title__c": "Synthetic: sign-in fails", "Start_Time__c": "2026-11-22T09:00:00.000+0000",
        "CreatedDate": "2026-11-22T09:10:00.000+0000", "Log__c": "We look.", "Okta_Sub_Service__c": "Single Sign-On",
        "Service_Feature__c": "Core Platform", "Impacted_Cells__c": "okta.com:1;okta.com:7",
    })
}

fn page(incidents: &Value) -> String {
    let updates = json!([
        {"Id": "u2", "IncidentId__c": "i1", "UpdateLog__c": "We know.", "CreatedDate": "2026-11-22T09:30:00.000+0000"},
    ]);
    format!(
        "<!DOCTYPE html><html><head><title>Okta Status</title></head><body><div><ul><li>x</ul>\
         <span class=\"hidden\" data-id=\"incidents\">{incidents}</span><span data-id=\"planned-outages\">[]</span>\
         <span data-id=\"updates\">{updates}</span></div></body></html>\n"
    )
}

fn look(html: &str) -> Result<Snapshot, Unreadable> {
    let url = "https://status.okta.com/".parse().unwrap();
    super::read(&Body::saved(html.as_bytes().to_vec()), Some(&url))
}

#[test]
fn an_incident_is_read_whole() {
    let snapshot = look(&page(&json!([incident("i1", "Investigating")]))).unwrap();
    let one = &snapshot.incidents[0];
    assert_eq!((one.impact, one.vendor_impact.as_str()), (Impact::PartialOutage, "Service Disruption"));
    assert_eq!((one.phase, one.vendor_phase.as_str()), (Phase::Investigating, "Investigating"));
    assert_eq!(one.components.iter().map(|c| c.name.as_str()).collect::<Vec<_>>(), ["Single Sign-On", "Core Platform"]);
    assert_eq!(one.regions, ["okta.com:1", "okta.com:7"]);
    assert_eq!(
        one.updates.iter().map(|u| (u.key.as_str(), u.text.as_str())).collect::<Vec<_>>(),
        [("Log__c", "We look."), ("u2", "We know.")]
    );
    assert_eq!(one.started.as_ref().unwrap().at.unwrap().to_string(), "2026-11-22T09:00:00Z");
    assert_eq!(one.link.as_deref(), Some("https://status.okta.com/#incident/i1"));
    assert_eq!((snapshot.covers.incidents, snapshot.warnings), (Covers::AllOpen, Vec::new()));
}

#[test]
fn the_page_of_2024_and_escaped_json_are_read_too() {
    let json = json!([incident("i1", "Resolved")]).to_string().replace('"', "&quot;");
    let old = format!(
        "<html><body><script>var id = \"StringJSON\";</script><span id='j_id0:j_id8:StringJSON'>{json}</span>\
         <span id=\"j_id0:j_id8:UptimeJSON\">[{{\"year\": 2026}}]</span></body></html>"
    );
    let snapshot = look(&old).unwrap();
    assert_eq!((snapshot.incidents[0].key.as_str(), snapshot.incidents[0].phase), ("i1", Phase::Resolved));
}

#[test]
fn a_planned_outage_is_a_maintenance_with_its_plan() {
    let mut planned = incident("p1", "Scheduled");
    planned["End_Time__c"] = json!("2026-11-22T11:00:00.000+0000");
    let html = page(&json!([incident("i1", "Resolved")]))
        .replace("planned-outages\">[]", &format!("planned-outages\">[{planned}]"));
    let snapshot = look(&html).unwrap();
    let one = &snapshot.incidents[1];
    assert_eq!((one.kind, one.phase, one.impact), (Kind::Maintenance, Phase::Scheduled, Impact::Maintenance));
    assert_eq!(one.planned.as_ref().unwrap().until.as_ref().unwrap().at.unwrap().to_string(), "2026-11-22T11:00:00Z");
    assert_eq!(snapshot.covers.maintenances, Covers::Delta);
}

#[test]
fn an_empty_list_is_quiet_and_no_evidence_and_an_empty_element_is_neither() {
    let quiet = look(&page(&json!([]))).unwrap();
    assert_eq!((quiet.incidents.len(), quiet.covers.incidents), (0, Covers::Delta));
    let empty = page(&json!([])).replace("data-id=\"incidents\">[]", "data-id=\"incidents\"> ");
    assert!(matches!(look(&empty), Err(Unreadable::Unexpected(_))));
}

#[test]
fn a_page_that_is_cut_or_another_is_unreadable() {
    let whole = page(&json!([incident("i1", "Resolved")]));
    let trimmed = whole.trim_end();
    for cut in 0..trimmed.len() {
        assert!(look(&trimmed[..cut]).is_err(), "cut to {cut}");
    }
    for decoy in ["", "{}", "<html><body>Sign in</body></html>", "<html><span data-id=\"incidents\">[]</span></html>"] {
        assert!(look(decoy).is_err(), "{decoy}");
    }
    let broken = whole.replace("\"Id\":\"i1\"", "\"Id\":");
    assert!(matches!(look(&broken), Err(Unreadable::Unexpected(_))));
}

#[test]
fn broken_incidents_cost_themselves_and_take_the_proof_of_absence_along() {
    let mut strange = incident("i2", "Confused");
    strange["Category__c"] = json!("Biblical");
    let snapshot = look(&page(&json!([strange, {"Status__c": "Resolved"}, 3]))).unwrap();
    assert_eq!((snapshot.incidents.len(), snapshot.covers.incidents), (1, Covers::Delta));
    assert_eq!((snapshot.incidents[0].impact, snapshot.incidents[0].phase), (Impact::Unknown, Phase::Investigating));
    assert_eq!(snapshot.warnings.len(), 4);
}

/// 256 KB of nested lists took a parser 47 seconds; here they are told from data before anything is parsed. How long
/// it takes is measured in `tests/it/mangled.rs`.
#[test]
fn nested_html_is_never_parsed_wherever_it_stands() {
    let nested = "<ul><li>".repeat(32_000);
    let beside = page(&json!([incident("i1", "Resolved")])).replace("<ul><li>x</ul>", &nested);
    assert_eq!(look(&beside).unwrap().incidents.len(), 1);
    let inside = page(&json!("x")).replace("\"x\"", &nested);
    assert!(matches!(look(&inside), Err(Unreadable::Unexpected(_))));
    let marks =
        page(&json!([])).replace("<ul><li>x</ul>", &"<a data-id=\"incidents\" data-id='incidents'>".repeat(8_000));
    let _ = look(&marks);
    let far = page(&json!([])).replace("<ul><li>x</ul>", &"data-id=\"incidents\" ".repeat(12_000));
    let _ = look(&far);
}
