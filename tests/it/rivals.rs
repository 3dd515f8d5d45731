//! What other aggregators get wrong, each as a test of its own. The numbers are those of the study in
//! `docs/features.md`, beside the project.

use std::path::Path;

use bellwether::model::format::Format;
use bellwether::model::impact::Impact;
use bellwether::model::snapshot::{SeenIncident, Snapshot, Unreadable};
use serde_json::{Value, json};

use crate::support::model::{Desk, component, garbled, incident, naming, receiver, service, with_impact, with_phase};
use crate::support::reading::read;

const EHR: &str = r#"{ vendor = "okta", without = "stops" }"#;

async fn desk() -> Desk {
    Desk::new(&[service("ehr", "EHR", EHR)], &[receiver("noc", "")]).await
}

fn summary(indicator: &str, incidents: &Value) -> Vec<u8> {
    let component = json!({"id": "c1", "name": "Sign-on", "status": "operational", "group": false});
    json!({
        "page": {"id": "synthetic001", "name": "Synthetic", "url": "https://status.example.org"},
        "status": {"indicator": indicator, "description": "Synthetic"},
        "components": [component], "incidents": incidents, "scheduled_maintenances": [],
    })
    .to_string()
    .into_bytes()
}

fn one(impact: &str) -> Value {
    json!([{
        "id": "i1", "name": "Synthetic", "status": "investigating", "impact": impact,
        "started_at": "2026-01-01T00:00:00Z", "components": [], "incident_updates": [],
    }])
}

fn of_one(snapshot: &Result<Snapshot, Unreadable>) -> &SeenIncident {
    snapshot.as_ref().unwrap().incidents.first().unwrap()
}

#[test]
fn bug_1_what_is_empty_or_unparsed_never_reads_as_healthy() {
    let pages: [&[u8]; 6] =
        [b"", b"  \n", b"{}", b"<html><body>All systems operational</body></html>", b"{\"components\":[]}", b"null"];
    for format in Format::ALL.into_iter().filter(|format| !matches!(format, Format::Manual | Format::Auto)) {
        for page in pages {
            assert!(read(format, page).is_err(), "{} took {:?}", format.name(), String::from_utf8_lossy(page));
        }
    }
}

#[tokio::test]
async fn bug_2_an_outage_of_five_days_is_open_on_the_fifth_and_what_is_resolved_is_not_active() {
    let desk = desk().await;
    desk.all_quiet().await;
    assert_eq!(desk.open("okta/status", vec![incident("a")], 1).await.changes(), ["opened a"]);
    for day in 1..=5 {
        let step = desk.open("okta/status", vec![incident("a")], day * 24 * 60).await;
        assert!(step.changes().is_empty() && step.sent.is_empty(), "day {day}: {:?}", step.changes());
    }
    let last = desk.open("okta/status", vec![incident("a")], 5 * 24 * 60 + 1).await;
    assert_eq!(last.happened.effects.len(), 0, "still hurt, and not over");
    let resolved = with_phase(bellwether::model::phase::Phase::Resolved, incident("a"));
    let step = desk.open("okta/status", vec![resolved], 5 * 24 * 60 + 2).await;
    assert_eq!(step.changes(), ["resolved a"]);
}

#[tokio::test]
async fn bug_3_an_incident_posted_a_day_late_still_alerts() {
    let desk = desk().await;
    desk.all_quiet().await;
    // `incident` began in minute 0; it is posted more than a day later.
    let step = desk.open("okta/status", vec![incident("a")], 26 * 60).await;
    assert_eq!((step.changes(), step.sent.len()), (vec!["opened a".to_owned()], 1));
}

#[tokio::test]
async fn bug_4_the_first_look_of_all_tells_and_a_restart_neither_forgets_nor_repeats() {
    let desk = desk().await;
    assert_eq!(desk.open("okta/status", vec![incident("a")], 0).await.sent.len(), 1);
    // What a new process knows is what the store holds: nothing is kept in `Desk` between looks.
    assert!(desk.open("okta/status", vec![incident("a")], 1).await.sent.is_empty());
    let worse = with_impact(Impact::MajorOutage, incident("a"));
    assert_eq!(desk.open("okta/status", vec![worse], 2).await.sent.len(), 1);
}

#[tokio::test]
async fn bug_5_an_html_error_with_200_is_no_data_and_ends_nothing() {
    let page = b"<!doctype html><html><head><title>Oops, something went wrong</title></head></html>";
    let why = read(Format::Statuspage, page).unwrap_err();
    assert_eq!(
        why.to_string(),
        "not the expected document: an HTML page titled “Oops, something went wrong” instead of data"
    );
    let desk = desk().await;
    desk.open("okta/status", vec![incident("a")], 0).await;
    for minutes in 1..60 {
        let step = desk.look("okta/status", garbled(), minutes).await;
        assert!(step.changes().iter().all(|change| change.starts_with("source")), "{:?}", step.changes());
    }
}

#[test]
fn bug_6_every_word_for_how_bad_it_is_has_its_rung_critical_too() {
    for (word, impact) in [
        ("none", Impact::Unknown),
        ("minor", Impact::Degraded),
        ("major", Impact::PartialOutage),
        ("critical", Impact::MajorOutage),
        ("maintenance", Impact::Unknown),
        ("catastrophic", Impact::Unknown),
    ] {
        let snapshot = read(Format::Statuspage, &summary("none", &one(word)));
        assert_eq!((of_one(&snapshot).impact, of_one(&snapshot).vendor_impact.as_str()), (impact, word));
    }
    let strange = read(Format::Statuspage, &summary("none", &one("catastrophic"))).unwrap();
    assert!(strange.warnings.iter().any(|w| w.what.contains("catastrophic")), "{:?}", strange.warnings);
}

#[test]
fn bug_7_a_region_that_stands_only_in_the_title_is_found() {
    let feed = "<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>Azure Status</title><item>\
        <guid isPermaLink=\"false\">synthetic</guid><title>Synthetic: connectivity in North Central US</title>\
        <description>Synthetic</description><pubDate>Thu, 23 Jul 2026 16:29:09 Z</pubDate></item></channel></rss>";
    let snapshot = read(Format::AzureRss, feed.as_bytes());
    let regions = &of_one(&snapshot).regions;
    assert!(regions.iter().any(|r| r == "North Central US"), "{regions:?}");
    assert!(!regions.iter().any(|r| r == "Central US"), "the longer name is not the shorter one: {regions:?}");
}

#[test]
fn bug_8_whoever_keeps_ill_samples_keeps_a_healthy_one_too() {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("sources");
    let mut kept = 0;
    for folder in std::fs::read_dir(sources).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()) {
        let files = std::fs::read_dir(&folder).unwrap().map(|f| f.unwrap().file_name().to_string_lossy().into_owned());
        let samples: Vec<String> = files.filter(|name| name.contains(".sample.")).collect();
        if !samples.is_empty() {
            kept += 1;
            assert!(samples.iter().any(|name| name.starts_with("quiet.")), "{}: no quiet sample", folder.display());
            let is_ill = |name: &String| name.starts_with("incident.") || name.starts_with("degraded.");
            assert!(samples.iter().any(is_ill), "{}: no ill sample", folder.display());
        }
    }
    assert!(kept >= 4, "only {kept} vendors have samples");
}

#[tokio::test]
async fn bug_12_the_pages_overall_colour_is_never_the_state() {
    let red = read(Format::Statuspage, &summary("critical", &json!([]))).unwrap();
    assert!(red.incidents.is_empty() && red.components.iter().all(|c| c.status == Impact::Operational));
    let green = read(Format::Statuspage, &summary("none", &one("critical")));
    assert_eq!(of_one(&green).impact, Impact::MajorOutage);
    // And a vendor that is never green hurts only whom the inventory says: a lone component of another service's.
    let sso = r#"{ vendor = "okta", components = ["SSO"], without = "stops" }"#;
    let desk = Desk::new(&[service("ehr", "EHR", sso)], &[receiver("noc", "")]).await;
    let elsewhere = naming(&[component("Somewhere else").key.as_str()], incident("a"));
    assert!(desk.open("okta/status", vec![elsewhere], 0).await.sent.is_empty());
}
