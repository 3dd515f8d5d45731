//! The page of an incident.

use super::*;

#[tokio::test]
async fn an_incidents_page_tells_the_whole_story_and_who_was_told() {
    let hospital = storm(true).await;
    deliver(&hospital).await;
    let incident = served_incident(&hospital).await;
    let served = serve(&hospital, None).await;
    let page = served.get(&format!("/incidents/{incident}")).await;
    assert_eq!(page.status, 200);
    in_order(
        &page.body,
        &[
            "EHR is down at 3 of 4 sites",
            "Tell the switchboard",
            "Clinical Systems on call, pager 4471",
            "The whole timeline",
            "Opened, major outage. Phase: identified.",
            "We are looking into failed sign-ins.",
            "Where we know it from",
            "critical / identified",
            "Notifications: 1",
            "[DOWN] EHR: Keyring",
            "noc-webhook",
            "Delivered",
            "HTTP 503",
            "HTTP 202",
        ],
    );
    for path in ["/deliveries", "/api/v1/deliveries", &format!("/incidents/{incident}")] {
        assert!(!served.get(path).await.body.contains("s3cr3t-canary"), "{path} shows what may be a token");
    }
}

#[tokio::test]
async fn an_end_is_told_as_it_is_known() {
    let hospital = storm(true).await;
    let incident = served_incident(&hospital).await;
    hospital.says("keyring", well(&["Single sign-on US", "Directory"]));
    for minutes in 1..=14 {
        hospital.look(ago(-minutes)).await;
    }
    let served = serve_on("127.0.0.1:0", &hospital, None, || ago(-20)).await;
    let page = served.get(&format!("/incidents/{incident}")).await.body;
    in_order(
        &page,
        &["Was", "Over. No longer listed; the vendor did not say that it ended", "Resolved: no longer listed"],
    );
    let first = served.get("/").await.body;
    in_order(&first, &["Lately resolved: 1", "Keyring", "Synthetic: sign-ins fail", "EHR", "No longer listed"]);
    let all = served.get("/api/v1/incidents?state=all&vendor=keyring").await.json();
    assert_eq!(all["incidents"][0]["resolved_how"], "no_longer_listed");
}
