//! Synthetic documents: what each rule of this format does with a look.

use serde_json::{Value, json};

use super::*;
use crate::model::impact::Impact;
use crate::model::phase::{Kind, Phase};

const ID: &str = "ocid1.oraclecloudincident.oc1.phx.synthetic";

fn components(status: &str, open: &Value) -> Value {
    let service = |name: &str, canonical: &str, status: &str, incidents: &Value| {
        json!({"serviceId": "1", "serviceName": name, "serviceCanonicalName": canonical, "serviceCategoryId": "2",
               "serviceCategoryName": "Cloud Services", "serviceStatus": status, "incidents": incidents})
    };
    json!({"realm": "OC1", "regionHealthReports": [
        {"regionId": "3", "regionName": "US East (Ashburn)", "regionCanonicalName": "us-ashburn-1",
         "geographicAreaName": "NAM", "serviceHealthReports": [
            service("Networking", "networking", status, open), service("Console", "console", "NormalPerformance", &json!([])),
        ]},
        {"regionId": "4", "regionName": "US West (Phoenix)", "regionCanonicalName": "us-phoenix-1",
         "geographicAreaName": "NAM", "serviceHealthReports": [service("Networking", "networking", "Normal Performance", &json!([]))]},
    ]})
}

fn open(severity: &str) -> Value {
    json!([{"incidentId": ID, "severity": severity}])
}

fn feed(title: &str, word: &str) -> String {
    format!(
        "<?xml version='1.0'?><rss><channel><item><title>{title}</title><description>&lt;p>&lt;small>Nov&lt;var data-var='date'>22\
         &lt;/var>&lt;var data-var='time'>10:30&lt;/var> UTC&lt;/small>&lt;br>&lt;strong>{word}&lt;/strong> - Second word.&lt;/p>\
         &lt;p>&lt;small>Nov&lt;var>22&lt;/var>&lt;var>10:00&lt;/var> UTC&lt;/small>&lt;br>&lt;strong>Investigating&lt;/strong> - First word.\
         &lt;br>Customer Impact: some&lt;/p></description><pubDate>Sun, 22 Nov 2026 10:30:00 UTC</pubDate>\
         <link>https://ocistatus.oraclecloud.com/#/incidents/{ID}</link><guid>{ID}</guid></item></channel></rss>"
    )
}

const TITLE: &str = "Networking | US East (Ashburn) | ab12cd34";
const EMPTY: &str = "<?xml version='1.0'?><rss><channel><title>OCI</title></channel></rss>";

fn answer(role: &'static str, body: &str) -> Answer {
    Answer { role, outcome: Outcome::Body(super::super::Body::saved(body.as_bytes().to_vec())) }
}

fn look(answers: &[Answer]) -> Result<Snapshot, Unreadable> {
    super::read(answers, &KnownOpen::default(), "2026-11-22T12:00:00Z".parse().unwrap())
}

fn both(components: &Value, feed: &str) -> Snapshot {
    look(&[answer(COMPONENTS, &components.to_string()), answer(INCIDENTS, feed)]).unwrap()
}

#[test]
fn both_documents_make_one_incident() {
    let snapshot = both(&components("Service Disruption", &open("ServiceDisruption")), &feed(TITLE, "Identified"));
    let one = &snapshot.incidents[0];
    assert_eq!((snapshot.incidents.len(), one.key.as_str(), one.phase), (1, ID, Phase::Identified));
    assert_eq!((one.impact, one.vendor_impact.as_str()), (Impact::PartialOutage, "ServiceDisruption"));
    assert_eq!(one.regions, ["us-ashburn-1", "US East (Ashburn)"]);
    assert_eq!(one.components[0].key, "us-ashburn-1/networking");
    assert_eq!(
        one.updates.iter().map(|u| (u.vendor_phase.as_str(), u.text.as_str())).collect::<Vec<_>>(),
        [("Investigating", "First word.\nCustomer Impact: some"), ("Identified", "Second word.")]
    );
    assert_eq!(one.started.as_ref().unwrap().at.unwrap().to_string(), "2026-11-22T10:00:00Z");
    assert_eq!(
        snapshot.components.iter().map(|c| c.status).collect::<Vec<_>>(),
        [Impact::PartialOutage, Impact::Operational, Impact::Operational]
    );
    assert_eq!((snapshot.covers.incidents, snapshot.covers.components), (Covers::AllOpen, Covers::AllOpen));
    assert_eq!(snapshot.warnings, []);
}

#[test]
fn the_feed_s_word_ends_it() {
    let one = both(&components("NormalPerformance", &json!([])), &feed(TITLE, "Resolved")).incidents.remove(0);
    assert_eq!(
        (one.phase, one.ended.unwrap().at.unwrap().to_string()),
        (Phase::Resolved, "2026-11-22T10:30:00Z".to_owned())
    );
    assert_eq!(
        (one.regions, one.components[0].key.as_str()),
        (vec!["us-ashburn-1".to_owned(), "US East (Ashburn)".to_owned()], "us-ashburn-1/networking")
    );
}

#[test]
fn several_services_or_regions_are_none_by_name() {
    let of = |title: &str| {
        both(&components("NormalPerformance", &json!([])), &feed(title, "Identified")).incidents.remove(0)
    };
    let one = of("Multiple Services | US West (Phoenix) | ab12");
    assert_eq!(
        (one.components.len(), one.regions),
        (0, vec!["us-phoenix-1".to_owned(), "US West (Phoenix)".to_owned()])
    );
    let one = of("Networking | Multiple Regions | ab12");
    assert_eq!((one.components.len(), one.regions.len(), one.impact), (2, 0, Impact::Unknown));
    let one = of("Something else");
    assert_eq!((one.components.len(), one.regions.len()), (0, 0));
}

#[test]
fn an_incident_that_only_a_service_names_is_open_all_the_same() {
    let snapshot = both(&components("ServiceDown", &open("Service Down")), EMPTY);
    let one = &snapshot.incidents[0];
    assert_eq!(
        (one.key.as_str(), one.kind, one.impact, one.phase),
        (ID, Kind::Incident, Impact::MajorOutage, Phase::Investigating)
    );
    assert_eq!((one.regions.len(), snapshot.covers.incidents), (2, Covers::AllOpen));
    let odd = both(&components("NormalPerformance", &open("NormalPerformance")), EMPTY);
    assert_eq!(odd.incidents[0].impact, Impact::Unknown, "what is open is never operational");
}

#[test]
fn without_the_feed_what_is_known_keeps_its_words_and_nothing_is_proven() {
    let lost = Answer { role: INCIDENTS, outcome: Outcome::Unreadable(Unreadable::Failing("HTTP 503".into())) };
    let answers = [answer(COMPONENTS, &components("ServiceDown", &open("ServiceDown")).to_string()), lost];
    let known = KnownOpen { keys: [(ID.to_owned(), Kind::Incident)].into(), history_due: true };
    let now = "2026-11-22T12:00:00Z".parse().unwrap();
    let snapshot = super::read(&answers, &known, now).unwrap();
    assert_eq!(
        (snapshot.incidents.len(), snapshot.covers.incidents, snapshot.blind[0].0),
        (0, Covers::Delta, INCIDENTS)
    );
    assert_eq!(look(&answers).unwrap().incidents.len(), 1, "one that nobody knows yet is told");
}

#[test]
fn without_the_components_the_feed_is_a_window_and_no_sign_when_empty() {
    let lost = || Answer { role: COMPONENTS, outcome: Outcome::Unreadable(Unreadable::Moved("HTTP 404".into())) };
    let snapshot = look(&[lost(), answer(INCIDENTS, &feed(TITLE, "Identified"))]).unwrap();
    assert_eq!(
        (snapshot.incidents.len(), snapshot.covers.incidents, snapshot.blind[0].0),
        (1, Covers::Delta, COMPONENTS)
    );
    assert_eq!(snapshot.incidents[0].regions, ["US East (Ashburn)"]);
    assert!(matches!(look(&[lost(), answer(INCIDENTS, EMPTY)]), Err(Unreadable::Moved(_))));
    assert!(look(&[answer(INCIDENTS, EMPTY)]).is_err());
}

#[test]
fn no_other_document_is_taken_for_oracle_s() {
    for decoy in [
        json!({}),
        json!([]),
        json!({"realm": "OC1", "regionHealthReports": []}),
        json!({"realm": "OC1", "regionHealthReports": [{}]}),
        json!({"page": {"name": "OCI"}, "status": {"indicator": "none"}}),
    ] {
        assert!(look(&[answer(COMPONENTS, &decoy.to_string())]).is_err(), "{decoy}");
    }
    let foreign = feed(TITLE, "Identified").replace(ID, "https://blog.example/1");
    assert!(matches!(look(&[answer(INCIDENTS, &foreign)]), Err(Unreadable::Unexpected(_))));
}

#[test]
fn broken_entries_cost_themselves_and_take_the_proof_of_absence_along() {
    let mut broken = components("Exploded", &json!([{"severity": "ServiceDown"}, 4]));
    broken["regionHealthReports"][1]["regionCanonicalName"] = json!(7);
    let snapshot = both(&broken, EMPTY);
    assert_eq!((snapshot.components.len(), snapshot.components[0].status), (2, Impact::Unknown));
    assert_eq!((snapshot.covers.incidents, snapshot.covers.components), (Covers::Delta, Covers::Delta));
    assert_eq!(snapshot.warnings.len(), 4);
}

#[test]
fn a_service_without_its_list_of_incidents_proves_no_absence_unless_all_that_is_well_leaves_it_out() {
    let covers = |status: &str, lists: [bool; 3]| {
        let mut document = components(status, &json!([]));
        for (place, has) in
            ["0/serviceHealthReports/0", "0/serviceHealthReports/1", "1/serviceHealthReports/0"].iter().zip(lists)
        {
            let service = document.pointer_mut(&format!("/regionHealthReports/{place}")).unwrap();
            if !has {
                service.as_object_mut().unwrap().remove("incidents");
            }
        }
        both(&document, EMPTY).covers.incidents
    };
    assert_eq!(covers("NormalPerformance", [true, true, true]), Covers::AllOpen);
    assert_eq!(covers("NormalPerformance", [false, false, false]), Covers::AllOpen);
    assert_eq!(
        covers("NormalPerformance", [true, false, true]),
        Covers::Delta,
        "the documentation shows one that is normal and has one"
    );
    assert_eq!(covers("Informational", [false, false, false]), Covers::Delta);
}
