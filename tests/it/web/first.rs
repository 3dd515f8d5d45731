//! The first page.

use super::*;

#[tokio::test]
async fn the_first_page_answers_in_one_order() {
    let hospital = storm(true).await;
    let served = serve(&hospital, None).await;
    let page = served.get("/").await;
    assert_eq!(page.status, 200);
    in_order(
        &page.body,
        &[
            "Northfield Health, now",
            "Polling",
            "3 of 3 sources read in time",
            "Alerting",
            "Blind spots",
            "1 dependency has no source at all",
            "CareChart",
            "Hurting us: 1 incident, 3 of 5 services",
            "Major outage",
            "Life-safety",
            "EHR is down at 3 of 4 sites",
            "Keyring",
            "Single sign-on US",
            "Synthetic: sign-ins fail",
            "4 h 03 min",
            "13:38 CDT",
            "18:38 UTC",
            "Hurt",
            "EHR",
            "because <bdi>Sign-in, because Keyring Single sign-on US</bdi>",
            "charting, orders",
            "not Riverbend",
            "57 min left",
            "Since",
            "The vendor spoke 2 times, last at 16:10 CDT",
            "The vendor’s last word",
            "1 h 31 min ago",
            "The cause is a certificate",
            "keyring/status-page",
            "stspg.example",
            "Do",
            "EHR-DT-01 EHR downtime",
            "hand out paper charts",
            "tel:+18005550117",
            "Owner: Clinical Systems",
            "Open, but not ours: 1",
            "Synthetic: queues are slow",
            "Degraded",
            "Services not well: 3 of 5",
            "EHR",
            "e-Prescribing",
            "2 well",
            "What nobody knows: 1",
            "CareChart",
            "By mail to the technical contact",
            "Maintenance, running and in the next 24 hours: 1",
            "23:00 CDT",
            "Skyward Cloud",
            "e-Prescribing (clinical)",
            "Lately resolved: none",
        ],
    );
    assert!(!page.body.contains("Nobody is told yet"));
    assert!(!page.body.to_lowercase().contains("acknowledge"), "there is nothing to acknowledge with yet");
}

#[tokio::test]
async fn where_nobody_is_told_the_page_says_so_loudly_and_how_to_change_it() {
    let hospital = storm(false).await;
    let served = serve(&hospital, None).await;
    let page = served.get("/").await.body;
    in_order(
        &page,
        &["Nobody is told yet.", "config/subscriptions.toml", "receivers test", "Polling", "broken", "Nobody is told"],
    );
}

#[tokio::test]
async fn without_an_incident_nothing_is_one_big_green_sign() {
    let hospital = quiet().await;
    let served = serve(&hospital, None).await;
    let page = served.get("/").await.body;
    // The record hangs on a vendor without a source, and e-prescribing on the record: nobody can speak for them.
    in_order(
        &page,
        &[
            "Hurting us: none that we can see",
            "3 services well",
            "2 services that nobody can speak for",
            "EHR, e-Prescribing",
            "Open, but not ours: none",
            "Services not well: none that we can see; 2 of 5 nobody can speak for",
            "What nobody knows: 1",
            "Maintenance, running and in the next 24 hours: none",
            "Lately resolved: none",
        ],
    );
    assert!(page.contains("<title>Nothing known hurts us"), "what is not seen is not well");
}

#[tokio::test]
async fn unknown_is_grey_and_never_green() {
    let hospital = Hospital::open(true).await;
    hospital.look(ago(30)).await;
    hospital.look(ago(0)).await;
    let served = serve(&hospital, None).await;
    let page = served.get("/").await.body;
    in_order(
        &page,
        &[
            "class=\"broken\"",
            "Nothing can be read",
            "0 of 3 sources read in time",
            "3 sources blind",
            "no answer in 30 s",
            "0 services well",
            "none that could be measured",
            "5 services that nobody can speak for",
        ],
    );
    let main = &page[page.find("<main").unwrap()..];
    assert!(!main.contains("s-operational"), "nothing was measured, so nothing is green");
    for service in served.get("/api/v1/services").await.json()["services"].as_array().unwrap() {
        assert_eq!(service["shown"], "unknown", "{service}");
    }
}

#[tokio::test]
async fn two_hundred_incidents_stay_under_a_hundred_kilobytes() {
    let hospital = crowd().await;
    let served = serve(&hospital, None).await;
    let page = served.get("/").await;
    let assets = ["tokens.css", "base.css", "theme.js", "live.js", "keys.js", "icon.svg"];
    let paths: Vec<String> = assets.iter().map(|asset| format!("/assets/{asset}")).chain(["/".to_owned()]).collect();
    let octets = served.octets(&paths.iter().map(String::as_str).collect::<Vec<_>>()).await;
    assert!(octets < 50_000, "{octets} octets travel");
    assert!(page.body.len() < 100_000, "{} octets are the page itself", page.body.len());
    assert_eq!(page.body.matches("<article class=\"card").count(), 10);
    in_order(&page.body, &["Hurting us: 200 incidents", "190 more, page 1 of 4"]);
    let last = served.get("/?page=4").await.body;
    assert_eq!(last.matches("<article class=\"card").count(), 0);
    in_order(&last, &["page 4 of 4"]);
}
