//! A source that is not to be believed: grey everywhere, with why, how else one could know, and what to do.

use bellwether::model::format::Format;
use bellwether::model::id::SourceId;

use super::*;

const DAY: i64 = 24 * 60;

/// Keyring's page is not what it was for four days, Skyward's was guessed, Ringway's is dark, and CareChart has none.
pub async fn doubtful() -> Hospital {
    let mut hospital = Hospital::open(true).await;
    let skyward = SourceId::parse("skyward/status-page").unwrap();
    Arc::make_mut(&mut hospital.compiled).guessed.insert(skyward, Format::Statuspage);
    let made = |page: Value, updated: i64| {
        let mut page = page;
        page["page"]["updated_at"] = json!(updated.to_string());
        page
    };
    hospital.says("skyward", well(&["SQL Database", "Object storage"]));
    hospital.says("ringway", well(&["Voice", "Messaging"]));
    for minutes in [5 * DAY, 4 * DAY, 3 * DAY, 2 * DAY, DAY] {
        hospital.says("keyring", made(well(&["Single sign-on US", "Workflows", "Sign-in pages"]), minutes));
        hospital.look(ago(minutes)).await;
    }
    let odd = incident("kr7", "Synthetic: odd", "dire", Some(("Workflows", "degraded_performance")), WORDS);
    let mut changed = page(&["Single sign-on US", "Workflows", "Sign-in pages"], json!([odd]), json!([]));
    for component in changed["components"].as_array_mut().unwrap() {
        let group = component.as_object_mut().unwrap().remove("group").unwrap();
        component["is_group"] = group;
    }
    hospital.goes_dark("ringway");
    for minutes in [60, 50, 40, 30, 20, 10, 0] {
        hospital.says("keyring", made(changed.clone(), minutes));
        hospital.look(ago(minutes)).await;
    }
    hospital
}

#[tokio::test]
async fn a_source_that_is_not_what_it_was_says_so_with_the_path_and_nothing_on_it_is_green() {
    let served = serve(&doubtful().await, None).await;
    let page = served.get("/sources").await.body;
    in_order(
        &page,
        &[
            "keyring/status-page",
            "Read, but doubtful",
            "components[].group of its summary was always there, and is gone",
            "Do:",
            "Word never seen: “<bdi>dire</bdi>” at <code><bdi>incidents[].impact</bdi></code>",
            "bellwether vendors confirm keyring/status-page",
            "<b>1 of them not as they were</b>",
            "Changed: ",
            "skyward/status-page",
            "Read by guess, not confirmed",
            "how it is read was guessed",
        ],
    );
    assert!(!page.contains("is a word never seen"), "no word is told twice");
    assert!(!page.contains("<form method=\"post\" action=\"/sources/confirm\">"), "nobody who may act is signed in");
    let main = &page[page.find("<main").unwrap()..];
    assert!(!main.contains("s-operational"), "nothing is green");
}

#[tokio::test]
async fn blind_spots_stand_in_the_order_of_tiers_with_why_and_how_else_one_could_know() {
    let served = serve(&doubtful().await, None).await;
    let page = served.get("/sources").await.body;
    let spots = &page[page.find("id=\"blind\"").unwrap()..page.find("unspoken-h").unwrap()];
    in_order(
        spots,
        &[
            "Blind spots: 5",
            "EHR",
            "Life-safety",
            "CareChart has no source that can be read",
            "By mail to the technical contact",
            "+1-800-555-0142",
            "Sign-in",
            "Single sign-on*",
            "keyring/status-page is not what it was",
            "href=\"/sources#keyring-status-page\"",
            "https://status.keyring.example",
            "+1 800 555 0117",
            "e-Prescribing",
            "how skyward/status-page is read was guessed, and nobody has confirmed it",
            "Telephony",
            "ringway/status-page cannot be read since ",
            "Payroll",
        ],
    );
    let first = served.get("/").await.body;
    in_order(&first, &["href=\"/sources#blind\"", "Blind spots", "3 sources blind"]);
    let vendor = served.get("/vendors/skyward").await.body;
    assert!(vendor.contains("unseen: skyward/status-page is not confirmed"), "{vendor}");
    let body = served.get("/api/v1/services").await.json();
    assert!(body["services"].as_array().unwrap().iter().all(|s| s["shown"] == "unknown"), "{body}");
}

#[tokio::test]
async fn programs_read_the_same() {
    let served = serve(&doubtful().await, None).await;
    let sources = served.get("/api/v1/sources").await.json();
    let keyring = &sources["sources"][0];
    assert_eq!((&keyring["health"], &keyring["not_believed"]), (&json!("doubtful"), &json!("doubtful")));
    assert_eq!(keyring["doubts"][0]["path"], "components[].group");
    assert_eq!((&keyring["fields_off"], &keyring["strange_words"][0]["word"]), (&json!(1), &json!("dire")));
    assert_eq!(sources["sources"][2]["not_believed"], "unconfirmed");
    let spots = served.get("/api/v1/blind-spots").await.json();
    let all = spots["blind_spots"].as_array().unwrap();
    let kinds: Vec<&str> = all.iter().map(|spot| spot["why"][0]["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["no_source", "doubtful", "unconfirmed", "unreadable", "unconfirmed"]);
    assert_eq!((&all[0]["service"], &all[0]["phone"]), (&json!("ehr"), &json!("+1-800-555-0142")));
}

#[tokio::test]
async fn where_everything_is_seen_only_what_has_no_source_is_blind() {
    let served = serve(&quiet().await, None).await;
    let page = served.get("/sources").await.body;
    let spots = &page[page.find("id=\"blind\"").unwrap()..page.find("unspoken-h").unwrap()];
    in_order(spots, &["Blind spots: 1", "EHR", "CareChart"]);
}
