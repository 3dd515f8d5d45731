//! The pages of the vendors.

use super::*;

#[tokio::test]
async fn a_vendors_page_tells_its_ninety_days_and_whom_to_call() {
    let hospital = past().await;
    let served = serve(&hospital, None).await;
    let page = served.get("/vendors/keyring").await;
    assert_eq!(page.status, 200);
    in_order(
        &page.body,
        &[
            "Keyring",
            "Partial outage",
            "it hurts us",
            "Up, where measured",
            "Single sign-on US, the worst of ours; 90 days",
            "Nobody can say",
            "We look since",
            "Its word comes late by",
            "25 min",
            "median of 3 first words; worst 25 min",
            "Never said",
            "0 of 3",
            "Open: 1",
            "Single sign-on: Sign-in",
            "EHR is partly down",
            "Synthetic: sign-ins fail",
            "Synthetic: new certificates",
            "Ninety days, what we need of it",
            "Single sign-on EU",
            "Single sign-on US",
            "The days that were not clean",
            "Synthetic: nobody can sign in",
            "Components now: 4",
            "How late its word was",
            "Over: the newest 2",
            "No longer listed",
            "keyring/status-page",
            "tried on what real servers answered",
            "tel:+18005550117",
            "support.keyring.example",
        ],
    );
}

#[tokio::test]
async fn a_day_that_nobody_watched_is_grey_and_never_counted_as_well() {
    let hospital = past().await;
    let served = serve(&hospital, None).await;
    let page = served.get("/vendors/keyring").await.body;
    // Forty days are watched but for one, and of the first half hour nothing is known.
    in_order(&page, &["90 days: ", " well and measured, 0 not clean", "that nobody knows"]);
    let label = page.split("aria-label=\"90 days: ").nth(1).unwrap().split('"').next().unwrap();
    let unknown: i64 = label.rsplit(", ").next().unwrap().split(' ').next().unwrap().parse().unwrap();
    assert!((49..=51).contains(&unknown), "{label}");
    in_order(&page, &["<path class=\"unknown\" d=\"M1 25h8v4h-8zM11 25h8v4h-8z"]);
}

#[tokio::test]
async fn a_vendor_that_nobody_can_read_has_no_green_on_its_page() {
    let hospital = Hospital::open(true).await;
    hospital.look(ago(30)).await;
    hospital.look(ago(0)).await;
    let served = serve(&hospital, None).await;
    for (path, says) in
        [("/vendors/keyring", "no answer in 30 s"), ("/vendors/carechart", "By mail to the technical contact")]
    {
        let page = served.get(path).await.body;
        let main = &page[page.find("<main").unwrap()..];
        in_order(main, &[says]);
        // The key of the bars has green; nothing else may.
        assert_eq!(main.matches("class=\"operational\"").count(), 1, "{path}");
        assert!(!main.contains("s-operational"), "{path}");
        in_order(main, &["not known", "nothing was measured in 90 days", "90 that nobody knows"]);
    }
    assert_eq!(served.get("/vendors/nobody").await.status, 404);
    assert_eq!(served.get("/vendors/%3Cscript%3E").await.status, 404);
}

#[tokio::test]
async fn all_vendors_stand_by_how_they_are() {
    let hospital = past().await;
    hospital.goes_dark("ringway");
    hospital.look(ago(-1)).await;
    let served = serve_on("127.0.0.1:0", &hospital, None, || ago(-30)).await;
    let page = served.get("/vendors").await.body;
    in_order(
        &page,
        &[
            "Vendors not well: 1 of 4; 2 of 4 nobody can speak for",
            "Keyring",
            "Partial outage",
            "Nobody can speak for: 2",
            "CareChart",
            "Ringway",
            "no answer in 30 s",
            "Well and measured: 1",
            "Skyward Cloud",
        ],
    );
}

#[tokio::test]
async fn any_vendor_that_is_known_is_found_on_the_page_and_has_one() {
    let mut hospital = past().await;
    let shipped = bellwether::commands::load::catalogue(
        &bellwether::model::vendor::Schedule::USUAL,
        std::path::Path::new(""),
        &mut Vec::new(),
    );
    hospital.compiled = Arc::new((*hospital.compiled).clone().beside(Arc::new(shipped.unwrap())));
    let served = serve_on("127.0.0.1:0", &hospital, None, || ago(-30)).await;
    let page = served.get("/vendors?find=cerner").await.body;
    in_order(
        &page,
        &["All that are known: 1", "Oracle Health", "oracle-health", "also: Cerner", "There is no public status feed"],
    );
    let page = served.get("/vendors?find=cloudfare").await.body;
    in_order(&page, &["No vendor fits", "cloudfare", "spelled nearly so", "Cloudflare"]);
    let page = served.get("/vendors?find=%3Cscript%3Ealert%281%29%3C%2Fscript%3E").await.body;
    assert!(page.contains("No vendor fits") && !page.contains("<script>alert"));
    let long = "x".repeat(5_000);
    assert_eq!(served.get(&format!("/vendors?find={long}")).await.status, 200);
    let page = served.get("/vendors/6sense").await.body;
    in_order(&page, &["6sense", "Nobody looks at it", "6sense/status-page", "Not looked at"]);
    assert_eq!(served.get("/vendors/nobody-has-this").await.status, 404);
}
