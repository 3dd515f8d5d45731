//! What people do in the page: open, add, end, acknowledge, join, part; and what it leads to.

use std::collections::BTreeSet;

use bellwether::model::account::Role;
use bellwether::store::audit::Verified;
use serde_json::json;

use super::{Browser, Site};
use crate::support::hospital::{Hospital, incident, page, well};

const DOWN: [(&str, &str); 4] = [
    ("vendor", "ringway"),
    ("title", "Trunks are dead: <b>no</b> calls"),
    ("impact", "major_outage"),
    ("text", "Their desk says: a cut fibre,\nno estimate."),
];

async fn quiet() -> Hospital {
    let hospital = Hospital::open(true).await;
    for vendor in ["keyring", "ringway", "skyward"] {
        hospital.says(vendor, well(&["Trunks", "Single sign-on US", "SQL Database"]));
    }
    hospital.look(crate::support::hospital::noon()).await;
    hospital
}

/// Everybody who is told anything, and how much waits.
async fn outbox(site: &Site) -> (usize, BTreeSet<String>) {
    let (rows, _) = site.hospital.store.deliveries(None, 100).await.unwrap();
    (rows.len(), rows.iter().map(|row| row.receiver.clone()).collect())
}

async fn opened(ada: &Browser<'_>) -> String {
    let answer = ada.confirm("/incidents/new", &DOWN).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    answer.header("location").unwrap().to_owned()
}

#[tokio::test]
async fn an_incident_is_opened_after_one_has_seen_what_it_does_and_tells_at_once() {
    let site = Site::of(quiet().await, None).await;
    let ada = site.signed_in("Ada L.", Role::Operator).await;
    let mut fields = vec![("step", "check")];
    fields.extend(DOWN);
    let foreseen = ada.fill("/incidents/new", "/incidents/new", &fields).await;
    assert_eq!(foreseen.status, 200);
    for words in ["hurt: Telephony", "noc-webhook", "Yes, open it", "Trunks are dead: &#60;b&#62;no"] {
        assert!(foreseen.body.contains(words), "{words}: {}", foreseen.body);
    }
    assert_eq!(outbox(&site).await.0, 0, "nothing has happened yet");
    let path = opened(&ada).await;
    assert_eq!(outbox(&site).await, (1, BTreeSet::from(["noc-webhook".to_owned()])));
    let happened = site.acts.lock().unwrap().try_recv().unwrap();
    assert!(happened.notices.iter().any(|notice| notice.sent), "the deliveries are woken");
    let page = ada.get(&path).await.body;
    for words in ["Telephony", "Trunks are dead: &#60;b&#62;no", "Ada L.", "a cut fibre", "Add a word", "End it"] {
        assert!(page.contains(words), "{words}");
    }
    assert!(site.audit().await[0].starts_with("incident_opened ringway-"));
}

#[tokio::test]
async fn what_is_missing_or_wrong_is_named_beside_its_field_and_nothing_typed_is_lost() {
    let site = Site::of(quiet().await, None).await;
    let ada = site.signed_in("ada", Role::Operator).await;
    for (field, value) in [
        ("vendor", "nobody"),
        ("title", ""),
        ("impact", "awful"),
        ("since", "yesterday"),
        ("since", "2027-01-01T00:00"),
        ("text", &*"é".repeat(4_001)),
        ("regions", &*"r".repeat(130)),
    ] {
        let mut fields: Vec<(&str, &str)> = DOWN.into_iter().filter(|(name, _)| *name != field).collect();
        fields.extend([(field, value), ("step", "do"), ("components", "Trunks\nKept as typed")]);
        let answer = ada.fill("/incidents/new", "/incidents/new", &fields).await;
        assert_eq!(answer.status, 422, "{field}={value}");
        assert!(answer.body.contains(&format!("id=\"{field}-why\"")), "{field}={value}: {}", answer.body);
        assert!(answer.body.contains("Kept as typed"));
    }
    assert_eq!(outbox(&site).await.0, 0);
}

#[tokio::test]
async fn since_when_is_meant_in_the_organisations_own_time() {
    let site = Site::of(quiet().await, None).await;
    let ada = site.signed_in("ada", Role::Operator).await;
    let mut fields = DOWN.to_vec();
    fields.push(("since", "2026-07-17T13:05"));
    let answer = ada.confirm("/incidents/new", &fields).await;
    let id = answer.header("location").unwrap().rsplit('/').next().unwrap();
    let known = site.ask("GET", &format!("/api/v1/incidents/{id}"), &[], "").await.json();
    assert_eq!(known["incident"]["began"], "2026-07-17T18:05:00Z");
}

#[tokio::test]
async fn a_form_that_is_sent_twice_does_it_once() {
    let site = Site::of(quiet().await, None).await;
    let ada = site.signed_in("ada", Role::Operator).await;
    let form = ada.get("/incidents/new").await;
    let (token, key) = (form.hidden("form"), form.hidden("key"));
    let mut fields = vec![("form", token.as_str()), ("key", key.as_str()), ("step", "do")];
    fields.extend(DOWN);
    let (first, second) = tokio::join!(ada.post("/incidents/new", &fields), ada.post("/incidents/new", &fields));
    assert_eq!((first.status, second.status), (303, 303));
    assert_eq!(first.header("location"), second.header("location"));
    assert_eq!(outbox(&site).await.0, 1);
    let opened = site.audit().await.iter().filter(|line| line.starts_with("incident_opened")).count();
    assert_eq!(opened, 1);
    // The same key in somebody else's hands is another form.
    let eve = site.signed_in("eve", Role::Operator).await;
    let theirs = eve.get("/incidents/new").await.hidden("form");
    let mut fields = vec![("form", theirs.as_str()), ("key", key.as_str()), ("step", "do")];
    fields.extend(DOWN);
    assert_ne!(eve.post("/incidents/new", &fields).await.header("location"), first.header("location"));
}

#[tokio::test]
async fn a_word_is_added_and_the_end_is_told_with_its_author() {
    let site = Site::of(quiet().await, None).await;
    let ada = site.signed_in("ada", Role::Operator).await;
    let path = opened(&ada).await;
    let empty = ada.fill(&format!("{path}/update"), &format!("{path}/update"), &[("step", "do")]).await;
    assert!(empty.status == 422 && empty.body.contains("id=\"text-why\""));
    let bob = site.signed_in("Bob of the NOC", Role::Operator).await;
    let word = [("text", "A crew is on its way."), ("impact", "partial_outage")];
    assert_eq!(bob.confirm(&format!("{path}/update"), &word).await.status, 303);
    let foreseen = bob.fill(&format!("{path}/end"), &format!("{path}/end"), &[("step", "check")]).await;
    assert!(foreseen.body.contains("over: Telephony"), "{}", foreseen.body);
    assert_eq!(bob.confirm(&format!("{path}/end"), &[("text", "It rings again.")]).await.status, 303);
    let page = bob.get(&path).await.body;
    for words in ["Bob of the NOC entered:", "A crew is on its way.", "It rings again.", "Over."] {
        assert!(page.contains(words), "{words}: {page}");
    }
    let again = bob.confirm(&format!("{path}/end"), &[("text", "Once more.")]).await;
    assert!(again.status == 409 && again.body.contains("is over since"), "{}", again.body);
    let deeds: Vec<String> = site.audit().await.iter().map(|l| l.split(' ').next().unwrap().to_owned()).collect();
    assert!(deeds.starts_with(&["incident_ended".to_owned(), "incident_updated".to_owned()]), "{deeds:?}");
}

#[tokio::test]
async fn a_vendors_own_incident_is_not_continued_by_hand() {
    let hospital = quiet().await;
    let down = incident("kr1", "Synthetic", "critical", Some(("Single sign-on US", "major_outage")), ["a", "b"]);
    hospital.says("keyring", page(&["Single sign-on US"], json!([down]), json!([])));
    hospital.look(crate::support::hospital::noon()).await;
    let site = Site::of(hospital, None).await;
    let ada = site.signed_in("ada", Role::Operator).await;
    let all = site.ask("GET", "/api/v1/incidents", &[], "").await.json();
    let id = all["incidents"][0]["id"].as_str().unwrap();
    for act in ["update", "end", "join"] {
        assert_eq!(ada.get(&format!("/incidents/{id}/{act}")).await.status, 409, "{act}");
    }
    assert_eq!(ada.get("/incidents/no/update").await.status, 404);
}

#[tokio::test]
async fn who_acknowledges_is_shown_and_another_may_undo_it_and_nobody_is_told() {
    let site = Site::of(quiet().await, None).await;
    let ada = site.signed_in("ada", Role::Operator).await;
    let path = opened(&ada).await;
    let before = outbox(&site).await;
    let first = ada.get("/").await;
    assert!(first.body.contains("<button class=\"first\">Acknowledge</button>") && !first.body.contains(" acked"));
    let token = first.hidden("form");
    let to = format!("{path}/acknowledge");
    assert_eq!(ada.post(&to, &[("form", &token), ("then", "/")]).await.header("location"), Some("/"));
    for page in [ada.get("/").await.body, ada.get(&path).await.body] {
        assert!(page.contains("Acknowledged by <b><bdi>ada</bdi></b>") && page.contains(" acked\""), "{page}");
        assert!(!page.contains(">Acknowledge</button>"));
    }
    let id = path.rsplit('/').next().unwrap();
    let api = site.ask("GET", &format!("/api/v1/incidents/{id}"), &[], "").await.json();
    assert_eq!(api["incident"]["acknowledged"], json!({"at": "2026-07-17T22:41:00Z", "by": "ada"}));
    let bob = site.signed_in("bob", Role::Operator).await;
    let theirs = bob.get(&path).await.hidden("form");
    assert_eq!(bob.post(&to, &[("form", &theirs)]).await.status, 303);
    assert!(bob.get(&path).await.body.contains("<bdi>ada</bdi>"), "who was first stays");
    assert_eq!(bob.post(&to, &[("form", &theirs), ("undo", "1")]).await.status, 303);
    assert!(!bob.get(&path).await.body.contains(" acked"));
    assert_eq!(outbox(&site).await, before, "nobody is told");
    let audit = site.audit().await;
    assert_eq!(
        (audit[0].as_str(), audit[1].starts_with("account")),
        (&*format!("unacknowledged {id}"), false),
        "{audit:?}"
    );
    let viewer = site.signed_in("eve", Role::Viewer).await;
    assert!(!viewer.get(&path).await.body.contains("<button class=\"first\">"));
    let nobody = site.ask("GET", &path, &[], "").await.body;
    assert!(nobody.contains("Sign in to act") && !nobody.contains("Acknowledge</button>"));
}

#[tokio::test]
async fn the_vendors_later_post_is_offered_joined_and_parted_on_the_page() {
    let site = Site::of(quiet().await, None).await;
    let ada = site.signed_in("ada", Role::Operator).await;
    let path = opened(&ada).await;
    assert!(!ada.get(&path).await.body.contains("One with the vendor"), "there is none yet");
    let post = incident("rw1", "Synthetic: fibre cut", "critical", None, ["We see it.", "We mend it."]);
    site.hospital.says("ringway", page(&["Trunks"], json!([post]), json!([])));
    site.hospital.look(site.now()).await;
    let told = outbox(&site).await;
    let first = ada.get("/").await.body;
    assert_eq!(first.matches(&format!("{path}/join")).count(), 2, "on both cards");
    let offer = ada.get(&format!("{path}/join")).await;
    assert!(offer.body.contains("Synthetic: fibre cut") && offer.body.contains("Joined: nothing"));
    let report = offer.hidden("report");
    let joined = ada.fill(&format!("{path}/join"), &format!("{path}/join"), &[("report", &report)]).await;
    assert_eq!((joined.status, joined.header("location")), (303, Some(path.as_str())));
    assert_eq!(outbox(&site).await, told, "nobody is told a second time");
    let whole = ada.get(&path).await.body;
    for words in ["a cut fibre", "ringway/status-page", "ringway/manual", "We mend it.", "Joined with 1"] {
        assert!(whole.contains(words), "{words}");
    }
    assert!(
        ada.get(&format!("/incidents/{report}")).await.body.contains("ringway/manual"),
        "its old address leads there"
    );
    assert_eq!(ada.get("/").await.body.matches("<article class=\"card").count(), 1);
    let all = site.ask("GET", "/api/v1/incidents", &[], "").await.json();
    assert_eq!(all["incidents"].as_array().unwrap().len(), 1);
    let parted = ada.fill(&format!("{path}/join"), &format!("{path}/part"), &[("report", &report)]).await;
    assert_eq!(parted.status, 303);
    assert_eq!(ada.get("/").await.body.matches("<article class=\"card").count(), 2);
    let audit = site.audit().await;
    assert!(audit[0].starts_with("parted") && audit[1].starts_with("joined"), "{audit:?}");
}

#[tokio::test]
async fn the_audit_is_read_by_admins_and_shows_what_was_changed_or_taken_out() {
    let site = Site::of(quiet().await, None).await;
    let admin = site.signed_in("boss", Role::Admin).await;
    opened(&admin).await;
    let page = admin.get("/audit").await.body;
    for words in ["stand as they were written", "incident opened", "127.0.0.1", "signed in", "boss"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    let Verified::Whole { lines, head } = site.hospital.store.verify_audit().await.unwrap() else { panic!() };
    assert!(lines >= 4 && head.len() == 64);
}
