//! The page of deliveries: what was given up first, how long each took, what was withheld and why.

use super::*;

/// Gives up the oldest message that waits.
pub(super) async fn give_up(hospital: &Hospital, now: Timestamp) -> String {
    let due = hospital.store.claim("t", 10, &[], now + SignedDuration::from_mins(5), now).await.unwrap();
    let id = due[0].notification.id.clone();
    hospital.store.freeze(&id, &Frozen { subject: "[DOWN] EHR: Keyring".into(), bytes: vec![1] }).await.unwrap();
    hospital.store.mark(&id, &Tried::Dead { reason: "HTTP 410 Gone".into() }, now).await.unwrap();
    id.0
}

#[tokio::test]
async fn how_long_it_took_from_the_vendors_word_to_acceptance() {
    let hospital = storm(true).await;
    deliver(&hospital).await;
    let served = serve_on("127.0.0.1:0", &hospital, None, || ago(-2)).await;
    let page = served.get("/deliveries").await.body;
    // Its first word that we saw is of 16:10 CDT in the look of 13:51: a clock that goes before ours is not counted.
    in_order(
        &page,
        &[
            "none waiting, none dead",
            "[DOWN] EHR: Keyring",
            "All messages of it",
            "noc-webhook",
            "webhook at hooks.northfield.example",
            "Delivered",
            "Decided",
            "13:51 CDT",
            "Accepted",
            "3 h 51 min after",
            "HTTP 503",
            "HTTP 202",
            "Decided not to be told: none",
        ],
    );
    assert!(!page.contains("s3cr3t-canary"), "a webhook's address may be a token");
}

#[tokio::test]
async fn a_way_that_fails_stands_above_with_what_it_answered() {
    let hospital = storm(true).await;
    give_up(&hospital, ago(-1)).await;
    let served = serve_on("127.0.0.1:0", &hospital, None, || ago(-2)).await;
    let page = served.get("/deliveries").await.body;
    in_order(&page, &["noc-webhook", "gave up a message", "HTTP 410 Gone", "bellwether deliveries retry ID"]);
}

#[tokio::test]
async fn the_vendors_word_begins_the_count() {
    let hospital = quiet().await;
    let down =
        incident("kr1", "Synthetic: sign-ins fail", "critical", Some(("Single sign-on US", "major_outage")), WORDS);
    hospital.says("keyring", page(&["Single sign-on US"], json!([down]), json!([])));
    hospital.look(ago(-1)).await;
    let due = hospital.store.claim("t", 10, &[], ago(-10), ago(-2)).await.unwrap();
    let id = &due[0].notification.id;
    hospital.store.mark(id, &Tried::Delivered { answer: "HTTP 202".into() }, ago(-3)).await.unwrap();
    let page = serve_on("127.0.0.1:0", &hospital, None, || ago(-4)).await.get("/deliveries").await.body;
    in_order(
        &page,
        &[
            "Keyring: Synthetic: sign-ins fail",
            "not worded yet",
            "1 h 34 min",
            "from the vendor’s word to acceptance",
            "Said",
            "16:10 CDT",
            "Decided",
            "1 h 32 min after",
            "Accepted",
            "2 min after",
        ],
    );
}

#[tokio::test]
async fn what_was_given_up_stands_first_with_what_to_do() {
    let hospital = storm(true).await;
    let id = give_up(&hospital, ago(0)).await;
    let served = serve(&hospital, None).await;
    let page = served.get("/deliveries").await.body;
    in_order(
        &page,
        &[
            "none waiting, 1 dead",
            "1 message was given up: nobody got it this way.",
            "Tell by phone",
            "bellwether receivers test NAME",
            &id,
            "Given up",
            "bellwether receivers test noc-webhook",
            "HTTP 410 Gone",
        ],
    );
}

#[tokio::test]
async fn what_was_withheld_says_why() {
    let hospital = quiet().await;
    let mut work =
        maintenance("mt1", "Synthetic: new disks", "2026-07-17T22:30:00Z", "2026-07-17T23:30:00Z", "SQL Database");
    work["status"] = json!("in_progress");
    hospital.says("skyward", page(&["SQL Database", "Object storage"], json!([]), json!([work])));
    hospital.look(ago(-1)).await;
    let served = serve(&hospital, None).await;
    let page = served.get("/deliveries").await.body;
    in_order(
        &page,
        &[
            "No message has been made yet",
            "Decided not to be told: 1",
            "Skyward Cloud: Synthetic: new disks",
            "noc-webhook",
            "noc-all does not want to know that a maintenance runs as planned",
        ],
    );
    let others = served.get("/deliveries?receiver=nobody").await.body;
    in_order(&others, &["No message fits", "Decided not to be told: none"]);
}

#[tokio::test]
async fn filters_stand_in_the_address_and_long_lists_have_pages() {
    let hospital = quiet().await;
    for n in 0..60 {
        let down = incident(
            &format!("kr{n}"),
            &format!("Synthetic: failure {n}"),
            "critical",
            Some(("Single sign-on US", "major_outage")),
            WORDS,
        );
        hospital.says("keyring", page(&["Single sign-on US"], json!([down]), json!([])));
        hospital.look(ago(-1 - n)).await;
    }
    let dead = give_up(&hospital, ago(-100)).await;
    let served = serve_on("127.0.0.1:0", &hospital, None, || ago(-100)).await;
    let first = served.get("/deliveries").await.body;
    assert!(first.len() < 100_000, "{} octets", first.len());
    in_order(&first, &[&dead, "page 1 of", "href=\"/deliveries?page=2\""]);
    let rows = |body: &str| body.matches("<tr id=\"n-").count();
    assert_eq!(rows(&first), 25);
    let second = served.get("/deliveries?page=2").await.body;
    assert!(rows(&second) > 0 && !second.contains(&format!("n-{dead}")));
    let only = served.get("/deliveries?state=dead").await.body;
    assert_eq!(rows(&only), 1);
    in_order(&only, &["1 message fits"]);
    let link = only.split("href=\"/deliveries?incident=").nth(1).unwrap().split('"').next().unwrap();
    let of_it = served.get(&format!("/deliveries?receiver=noc-webhook&state=&incident={link}")).await.body;
    assert!(rows(&of_it) >= 1 && rows(&of_it) < 25, "{}", rows(&of_it));
    assert_eq!(rows(&served.get("/deliveries?receiver=nobody").await.body), 0);
    assert_eq!(rows(&served.get("/deliveries?page=999").await.body), 0);
    let nasty = served.get("/deliveries?receiver=%3Cscript%3E&incident=%22%3E%3Cimg").await.body;
    assert!(!nasty.contains("<script>") && !nasty.contains("<img"), "what is asked for stays text");
}
