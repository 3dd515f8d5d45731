//! The page that says why somebody was told, or was not, and the same for programs.

use super::*;

#[tokio::test]
async fn the_page_answers_in_its_first_sentence_and_is_linked_from_where_the_question_comes_up() {
    let hospital = storm(true).await;
    deliver(&hospital).await;
    let served = serve_on("127.0.0.1:0", &hospital, None, || ago(-2)).await;
    let deliveries = served.get("/deliveries").await.body;
    let link = deliveries.split("href=\"/why?").nth(1).unwrap().split('"').next().unwrap().replace("&#38;", "&");
    let page = served.get(&format!("/why?{link}")).await;
    assert_eq!(page.status, 200);
    in_order(
        &page.body,
        &[
            "id=\"answer\"",
            "noc-webhook was told at",
            "HTTP 202",
            "Told",
            "subscription",
            "rule",
            "sent: wanted by noc-all",
            "route",
            "try",
        ],
    );
    in_order(
        &page.body,
        &["From the vendor’s word to our services", "source", "change", "opened", "judged now", "dependency"],
    );
    assert!(!page.body.contains("s3cr3t-canary"));
    let incident = link.split('&').next().unwrap().trim_start_matches("incident=");
    assert!(served.get(&format!("/incidents/{incident}")).await.body.contains(&format!("/why?incident={incident}")));
    assert!(served.get("/services/ehr").await.body.contains("/why?service=ehr"));
}

#[tokio::test]
async fn what_was_kept_back_is_found_by_its_rule() {
    let hospital = quiet().await;
    let mut work =
        maintenance("mt1", "Synthetic: new disks", "2026-07-17T22:30:00Z", "2026-07-17T23:30:00Z", "SQL Database");
    work["status"] = json!("in_progress");
    hospital.says("skyward", page(&["SQL Database", "Object storage"], json!([]), json!([work])));
    hospital.look(ago(-1)).await;
    let served = serve_on("127.0.0.1:0", &hospital, None, || ago(-2)).await;
    in_order(
        &served.get("/deliveries?rule=planned").await.body,
        &["Decided not to be told: 1", "planned", "The whole chain"],
    );
    in_order(&served.get("/deliveries?rule=quiet").await.body, &["Decided not to be told: none"]);
    assert_eq!(served.get("/deliveries?rule=nonsense").await.status, 400);
    let answer = served.get("/api/v1/why?receiver=noc-webhook").await.json();
    assert_eq!(answer["causes"][0]["branches"][0]["outcome"], "kept_back");
    assert!(answer["answer"].as_str().unwrap().starts_with("noc-webhook was not told: noc-all does not want"));
}

#[tokio::test]
async fn what_is_asked_wrong_is_said_and_stays_text() {
    let hospital = quiet().await;
    let served = serve(&hospital, None).await;
    in_order(&served.get("/why").await.body, &["Name an incident, or a service and a time"]);
    let nasty = served.get("/why?incident=%3Cscript%3Ealert(1)&receiver=").await.body;
    assert!(!nasty.contains("<script>alert") && nasty.contains("nothing is known of"));
    assert_eq!(served.get("/why?service=ehr&at=yesterday").await.status, 400);
    assert_eq!(served.get("/why?colour=red").await.status, 400);
    assert_eq!(served.get("/api/v1/why?service=nope").await.status, 404);
    let quiet = served.get("/api/v1/why?service=ehr&at=2026-07-17T22:40Z").await.json();
    assert!(quiet["answer"].as_str().unwrap().starts_with("Nothing that we know of hurt EHR"));
}
