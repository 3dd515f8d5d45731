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

#[tokio::test]
async fn an_edit_is_shown_word_by_word_and_in_the_timeline() {
    let hospital = past().await;
    let incident = incident_of(&hospital, "sign-ins fail").await;
    let served = serve(&hospital, None).await;
    let page = served.get(&format!("/incidents/{incident}")).await.body;
    in_order(
        &page,
        &[
            "Who is hurt, and by which way",
            "class=\"graph\"",
            "Builds on it",
            "Single sign-on US",
            "The same in words",
            "Keyring Single sign-on US, then Sign-in</bdi>, then <b>EHR</b>, then 3 of 4 sites",
            "The vendor’s next word was due. Nothing has come for 31 min.",
            "Changed what had been said at 13:45 CDT: version 2.",
            "Sign-in passed what can be borne, 1 h.",
            "Began, as was said later.",
            "What was changed afterwards: 1",
            "Version 2 of 2",
            "<del>We see failed</del><ins>Since 18:38 UTC</ins> sign-ins<ins> fail in the US</ins>",
            "It still bears its old time",
        ],
    );
    in_order(&page, &["Permanent link", &format!("/incidents/{incident}")]);
}

async fn incident_of(hospital: &Hospital, title: &str) -> String {
    let served = serve(hospital, None).await;
    let all = served.get("/api/v1/incidents?state=all").await.json();
    let all = all["incidents"].as_array().unwrap();
    let one = all.iter().find(|i| i["title"].as_str().unwrap().contains(title)).unwrap();
    one["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_maintenance_ahead_says_when_and_what_it_will_take_away() {
    let hospital = past().await;
    let incident = incident_of(&hospital, "new certificates").await;
    let served = serve(&hospital, None).await;
    let page = served.get(&format!("/incidents/{incident}")).await.body;
    in_order(
        &page,
        &[
            "Maintenance",
            "Synthetic: new certificates",
            "Planned, and not begun.",
            "in 5 h 19 min",
            "from",
            "23:00 CDT",
            "Nothing yet. While it runs: EHR (life-safety), e-Prescribing (clinical), Sign-in (clinical).",
            "Planned",
            "1 h 30 min",
        ],
    );
    assert!(!page.contains("Began, as was said later"));
}

#[tokio::test]
async fn what_is_over_still_shows_whom_it_had_hurt() {
    let hospital = past().await;
    let incident = incident_of(&hospital, "nobody can sign in").await;
    let served = serve(&hospital, None).await;
    let page = served.get(&format!("/incidents/{incident}")).await.body;
    in_order(
        &page,
        &["Was", "Over. No longer listed", "Who was hurt, and by which way", "EHR", "is no longer hurt by this"],
    );
    let gone = served.get("/incidents/keyring-0000000000000000").await;
    assert_eq!(gone.status, 404);
    in_order(&gone.body, &["No incident has this address", "To the feed"]);
}
