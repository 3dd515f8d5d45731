//! The sources and the blind spots: grey is never green, and each says what to do.

use super::*;
use crate::support::hospital::compiled_with;

#[tokio::test]
async fn a_source_says_when_it_was_read_when_it_is_next_how_late_it_is_and_what_is_kept() {
    let hospital = quiet().await;
    let late = incident("kr2", "Synthetic: late", "minor", Some(("Single sign-on US", "degraded_performance")), WORDS);
    hospital.says("keyring", page(&["Single sign-on US"], json!([late]), json!([])));
    hospital.look(ago(-1)).await;
    let served = serve_on("127.0.0.1:0", &hospital, None, || ago(-1)).await;
    let page = served.get("/sources").await.body;
    in_order(
        &page,
        &[
            "Sources: 3 of 3 read in time",
            "keyring/status-page",
            "needed by Sign-in",
            "s-operational",
            "Read",
            "0 s ago",
            "Next",
            "in 1 min",
            "statuspage, every 1 min",
            "read against real documents",
            // It began at 18:38, and was first seen at 22:42.
            "Late: 4 h 04 min after the start that it states; 1 incident",
            "Kept: ",
            "ringway/status-page",
            "Late: ",
            "not known",
        ],
    );
}

#[tokio::test]
async fn blind_spots_are_named_with_what_to_do_even_where_there_are_none() {
    let hospital = quiet().await;
    let served = serve(&hospital, None).await;
    let page = served.get("/sources").await.body;
    in_order(
        &page,
        &[
            "Vendors that no source speaks for: 1",
            "CareChart",
            "Unknown",
            "EHR",
            "By mail to the technical contact",
            "+1-800-555-0142",
            "bellwether incident open carechart",
            "Lines of the inventory that match nothing: none",
            "Services that nobody measures: none",
            "Measured in part: 2",
            "EHR",
            "CareChart has no source that can be read",
            "Keyring",
        ],
    );
}

#[tokio::test]
async fn a_line_that_matches_nothing_is_grey_everywhere_and_says_what_it_could_mean() {
    let mut hospital = quiet().await;
    hospital.compiled = Arc::new(compiled_with(
        "[[service]]\nid = \"images\"\nname = \"Imaging\"\ntier = \"clinical\"\nneeds = [{ vendor = \"skyward\", components = [\"Blob*\"], regions = [\"eu-*\"], without = \"stops\" }]\n",
    ));
    let served = serve(&hospital, None).await;
    let page = served.get("/sources").await.body;
    in_order(
        &page,
        &[
            "Lines of the inventory that match nothing: 1",
            "Skyward Cloud: “Blob*” in eu-*",
            "Unknown",
            "Imaging",
            "Nothing that Skyward Cloud lists is called so",
            "Object storage",
            "SQL Database",
            "Services that nobody measures: 1",
            "Imaging",
            "Skyward Cloud lists nothing that is “Blob*” in eu-*",
            "nobody",
        ],
    );
    for path in ["/", "/services"] {
        let body = served.get(path).await.body;
        let main = &body[body.find("<main").unwrap()..];
        assert!(main.contains("Skyward Cloud lists nothing"), "{path}");
    }
    assert_eq!(served.get("/api/v1/services").await.json()["services"][0]["shown"], "unknown");
}

#[tokio::test]
async fn a_line_that_matches_no_longer_says_since_when() {
    let hospital = quiet().await;
    hospital.says("keyring", well(&["Sign-on Americas"]));
    for minutes in 1..=14 {
        hospital.look(ago(-minutes)).await;
    }
    let served = serve_on("127.0.0.1:0", &hospital, None, || ago(-14)).await;
    let page = served.get("/sources").await.body;
    in_order(
        &page,
        &[
            "Lines of the inventory that match nothing: 1",
            "Keyring: “Single sign-on*”",
            "No longer listed with a status: <bdi>Single sign-on US</bdi>, since",
            "Sign-on Americas",
            "Services that nobody measures: 2",
        ],
    );
}

#[tokio::test]
async fn where_nothing_can_be_reached_the_fault_is_looked_for_here() {
    let hospital = quiet().await;
    for vendor in ["keyring", "ringway", "skyward"] {
        hospital.goes_dark(vendor);
    }
    for minutes in 1..=4 {
        hospital.look(ago(-minutes)).await;
    }
    let served = serve_on("127.0.0.1:0", &hospital, None, || ago(-30)).await;
    let page = served.get("/sources").await.body;
    in_order(&page, &["Sources: 0 of 3 read in time", "Services that nobody measures: 5"]);
    let main = &page[page.find("<main").unwrap()..];
    assert!(!main.contains("s-operational"), "nothing is green");
}
