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
            "Filter: everything",
            "3 hurt",
            "2 well and measured",
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
            "not promised",
            "keyring/status-page",
            "stspg.example",
            "Do",
            "EHR-DT-01 EHR downtime",
            "hand out paper charts",
            "tel:+18005550117",
            "Owner: Clinical Systems",
            "Situation update",
            "EHR is down at 3 of 4 sites. Major outage, life-safety.",
            "Also hurt: Sign-in, e-Prescribing.",
            "EHR can be borne for 57 min more, of 5 h.",
            "1. Charge nurses open",
            "As of 17:41 CDT (22:41 UTC).",
            "Open, but not ours: 1",
            "Synthetic: queues are slow",
            "Degraded",
            "Vendors not well: 2 of 4; 1 of 4 nobody can speak for",
            "Keyring",
            "Single sign-on: Sign-in",
            "Skyward Cloud",
            "1 nobody can speak for",
            "CareChart",
            "By mail to the technical contact",
            "1 vendor well",
            "Ringway",
            "Maintenance, running and in the next 24 hours: 1",
            "23:00 CDT",
            "Skyward Cloud",
            "e-Prescribing (clinical)",
            "Lately resolved: none",
        ],
    );
    assert!(!page.body.contains("Nobody is told yet"));
    assert!(!page.body.contains("Acknowledge</button>"), "who has not signed in has nothing to press");
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
            "CareChart has no source that can be read",
            "Open, but not ours: none",
            "Vendors not well: none that we can see; 1 of 4 nobody can speak for",
            "3 vendors well",
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
    in_order(&page.body, &["Hurting us: 200 incidents", "200 in all, page 1 of 5"]);
    let last = served.get("/?page=5").await.body;
    assert_eq!(last.matches("<article class=\"card").count(), 0);
    in_order(&last, &["page 5 of 5"]);
}

#[tokio::test]
async fn a_filter_stands_in_the_address_and_says_what_it_leaves_out() {
    let hospital = storm(true).await;
    let served = serve(&hospital, None).await;
    for (query, is_shown) in [
        ("vendor=keyring", true),
        ("vendor=skyward", false),
        ("service=ehr", true),
        ("service=payroll", false),
        ("tier=life-safety", true),
        ("tier=back-office", false),
        ("impact=major_outage", true),
        ("q=certificate+harrow", true),
        ("q=certificate+nowhere", false),
        ("vendor=&service=&tier=&impact=&q=&page=", true),
    ] {
        let page = served.get(&format!("/?{query}")).await;
        assert_eq!(page.status, 200, "{query}");
        assert_eq!(page.body.contains("<article class=\"card"), is_shown, "{query}");
        in_order(&page.body, &["Hurting us: 1 incident, 3 of 5 services"]);
        let leaves_out = page.body.contains("1 that hurts us left out");
        assert_eq!(leaves_out, !is_shown, "{query}: what is left out is said");
    }
    for (query, says) in [
        ("tier=high", "write life-safety, clinical"),
        ("impact=bad", "write degraded, partial_outage"),
        ("page=x", "write a number"),
        ("nonsense=1", "This page knows"),
    ] {
        let page = served.get(&format!("/?{query}")).await;
        assert_eq!(page.status, 400, "{query}");
        in_order(&page.body, &[says]);
    }
    let chosen = served.get("/?tier=clinical&q=%22%3E%3Cscript%3E").await.body;
    in_order(&chosen, &["value=\"&#34;&#62;&#60;script&#62;\"", "<option value=\"clinical\" selected>"]);
    assert_eq!(chosen.matches("<script").count(), 3, "only our own modules");
}

#[tokio::test]
async fn a_next_word_that_was_promised_and_did_not_come_is_overdue() {
    let hospital = past().await;
    let served = serve(&hospital, None).await;
    let page = served.get("/").await.body;
    in_order(&page, &["next word was due", "The vendor’s last word", "Next</dt>", "overdue by 31 min", "17:10 CDT"]);
}

#[tokio::test]
async fn a_hundred_kilobytes_are_not_passed_on_any_page() {
    let hospital = past().await;
    let served = serve(&hospital, None).await;
    let open = served.get("/api/v1/incidents?vendor=keyring").await.json();
    let mut assets = 0;
    for asset in ["tokens.css", "base.css", "drawn.css", "live.js", "keys.js", "theme.js", "icon.svg"] {
        assets += served.get(&format!("/assets/{asset}")).await.body.len();
    }
    let id = open["incidents"][0]["id"].as_str().unwrap();
    for path in ["/vendors/keyring", "/vendors", "/services", "/services/ehr", &format!("/incidents/{id}")] {
        let page = served.get(path).await;
        assert!(page.status == 200 && page.body.len() + assets < 100_000, "{path}: {}", page.body.len() + assets);
    }
}
