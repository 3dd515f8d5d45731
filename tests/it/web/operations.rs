//! Sources, readiness and metrics: how Bellwether itself stands.

use super::*;

#[tokio::test]
async fn a_source_that_goes_dark_says_since_when_and_why() {
    let hospital = quiet().await;
    hospital.goes_dark("ringway");
    hospital.look(ago(-20)).await;
    let served = serve_on("127.0.0.1:0", &hospital, None, || ago(-40)).await;
    let page = served.get("/sources").await.body;
    in_order(
        &page,
        &[
            "ringway/status-page",
            "Cannot be read",
            "since",
            "20 min ago",
            "Read",
            "40 min ago",
            "no answer in 30 s",
            "Do:",
            "from another network",
        ],
    );
    let first = served.get("/").await.body;
    in_order(&first, &["1 source blind", "ringway/status-page", "20 min ago"]);
    in_order(
        &first,
        &["Vendors not well: none that we can see; 2 of 4", "CareChart", "Ringway", "Telephony", "no answer in 30 s"],
    );
    let sources = served.get("/api/v1/sources").await.json();
    assert_eq!(sources["sources"][1]["health"], "unreadable");
    assert_eq!(sources["sources"][1]["last_good"], "2026-07-17T22:41:00Z");
}

#[tokio::test]
async fn readiness_names_what_is_missing() {
    let hospital = Hospital::open(true).await;
    let served = serve(&hospital, None).await;
    let answer = served.get("/readyz").await;
    assert_eq!(answer.status, 503);
    assert_eq!(answer.json()["missing"][0], "keyring/status-page has not been looked at yet");
    assert_eq!(served.get("/healthz").await.status, 200);
    hospital.look(ago(0)).await;
    assert_eq!(served.get("/readyz").await.status, 200, "looked at, even if it could not be read");
    let guarded = serve(&Hospital::open(true).await, Some(TOKEN)).await;
    assert!(!guarded.get("/readyz").await.body.contains("keyring"), "names are for those who know the token");
}

#[tokio::test]
async fn metrics_say_how_things_stand() {
    let hospital = storm(true).await;
    let served = serve(&hospital, None).await;
    let text = served.get("/metrics").await.body;
    for line in [
        "bellwether_sources{health=\"readable\"} 3",
        "bellwether_source_last_good_seconds{source=\"keyring/status-page\"} ",
        "bellwether_incidents_open{vendor=\"keyring\",ours=\"true\"} 1",
        "bellwether_services{state=\"major_outage\"} 2",
        "bellwether_outbox_pending 1",
        "bellwether_outbox_dead 0",
    ] {
        assert!(text.contains(line), "{line} is not in\n{text}");
    }
}
