//! What a person opened by hand and the vendor's later post are one incident once they are joined, and two again once
//! they are parted: nobody is told twice, and no end is forgotten or told too early.

use bellwether::model::effect::EffectKind;
use bellwether::model::id::IncidentId;
use bellwether::model::impact::Impact;
use bellwether::model::snapshot::SeenIncident;

use crate::support::model::*;

const NOBODY: [&str; 0] = [];
const OKTA: &str = r#"{ vendor = "okta", without = "stops" }"#;

/// Okta's trouble was entered by hand at minute 1, and Okta posts of it at minute 5.
async fn both_open(inventory: &[String], by_hand: SeenIncident, post: SeenIncident) -> (Desk, IncidentId, IncidentId) {
    let desk = Desk::new(inventory, &[receiver("noc", "")]).await;
    desk.all_quiet().await;
    let opened = desk.by_hand("okta/manual", &by_hand, 1).await;
    assert_eq!(opened.sent.len(), 1);
    let posted = desk.open("okta/status", vec![post], 5).await;
    assert_eq!(posted.sent.len(), 1, "until somebody joins them, they are two");
    (desk, id("okta/manual", "call-1"), id("okta/status", "a"))
}

async fn on_the_ehr() -> (Desk, IncidentId, IncidentId) {
    both_open(&[service("ehr", "EHR", OKTA)], incident("call-1"), incident("a")).await
}

fn id(source: &str, key: &str) -> IncidentId {
    ids().incident(&source_id(source), key, 0)
}

fn call() -> SeenIncident {
    incident("call-1")
}

#[tokio::test]
async fn joining_tells_nobody_a_second_hurt_and_makes_one_incident_of_two_reports() {
    let (desk, ours, theirs) = on_the_ehr().await;
    let joined = desk.join(&ours, &theirs, 6).await.unwrap();
    assert_eq!((joined.subjects(), joined.changes()), (Vec::new(), vec!["updated a".to_owned()]));
    assert_eq!(joined.happened.effects, [], "what hurts has not changed");
    assert_eq!(desk.tick(7).await.subjects(), NOBODY);
    let story = desk.store.story(&ours.0).await.unwrap().unwrap();
    assert_eq!(story.reports.len(), 2);
    assert_eq!(
        desk.store.story(&theirs.0).await.unwrap().unwrap().reports[0].incident,
        ours,
        "the old name leads there"
    );
    assert_eq!(story.deliveries.len(), 2, "what was told of either was told of it");
    let changes: Vec<&str> = story.changes.iter().map(|line| line.doc["kind"].as_str().unwrap()).collect();
    assert_eq!(changes, ["opened", "opened", "updated"]);
}

#[tokio::test]
async fn joined_reports_stay_one_thread_and_the_worst_of_them_holds() {
    let (desk, ours, theirs) = on_the_ehr().await;
    desk.join(&ours, &theirs, 6).await.unwrap();
    let worse = desk.open("okta/status", vec![with_impact(Impact::MajorOutage, incident("a"))], 7).await;
    assert_eq!(worse.sent.len(), 1);
    assert!(worse.sent[0].is(EffectKind::Worse), "{:?}", worse.subjects());
    assert_eq!(worse.sent[0].facts.topics[0].incident.as_ref(), Some(&ours));
    let milder = desk.by_hand("okta/manual", &with_impact(Impact::Degraded, call()), 8).await;
    assert_eq!(milder.subjects(), NOBODY, "the vendor still says that it is down");
}

#[tokio::test]
async fn it_is_over_when_the_vendors_half_and_ours_are_over_whichever_ends_first() {
    for ours_first in [true, false] {
        let (desk, ours, theirs) = on_the_ehr().await;
        desk.join(&ours, &theirs, 6).await.unwrap();
        let end_ours = ended(10, call());
        let end_theirs = vec![ended(20, incident("a"))];
        let first = if ours_first {
            desk.by_hand("okta/manual", &end_ours, 10).await
        } else {
            desk.open("okta/status", end_theirs.clone(), 10).await
        };
        assert_eq!(first.subjects(), NOBODY, "the other half goes on");
        assert!(first.changes()[0].starts_with("updated"), "{:?}", first.changes());
        let scene = desk.store.scene(&desk.compiled.polled(), minute(0)).await.unwrap();
        assert!(scene.ended.is_empty(), "it has not ended");
        let last = if ours_first {
            desk.open("okta/status", end_theirs, 20).await
        } else {
            desk.by_hand("okta/manual", &end_ours, 20).await
        };
        assert_eq!(last.sent.len(), 1);
        assert!(last.sent[0].is(EffectKind::Over) && last.changes()[0].starts_with("resolved"), "{last:?}");
        assert_eq!(last.sent[0].facts.topics[0].incident.as_ref(), Some(&ours));
        let scene = desk.store.scene(&desk.compiled.polled(), minute(0)).await.unwrap();
        assert_eq!(scene.ended.len(), 1, "and it is listed once");
        assert_eq!(desk.tick(30).await.subjects(), NOBODY);
    }
}

#[tokio::test]
async fn one_half_that_comes_back_while_the_other_is_open_is_no_new_beginning() {
    let (desk, ours, theirs) = on_the_ehr().await;
    desk.join(&ours, &theirs, 6).await.unwrap();
    desk.open("okta/status", vec![ended(10, incident("a"))], 10).await;
    let back = desk.open("okta/status", vec![incident("a")], 12).await;
    assert_eq!((back.changes(), back.subjects()), (vec!["updated a".to_owned()], Vec::new()));
}

#[tokio::test]
async fn a_service_that_only_the_post_hurts_is_told_its_end_with_the_whole() {
    let inventory = [
        service("ehr", "EHR", r#"{ vendor = "okta", components = ["sso"], without = "stops" }"#),
        service("lab", "Lab", r#"{ vendor = "okta", components = ["mfa"], without = "stops" }"#),
    ];
    let (desk, ours, theirs) = both_open(&inventory, naming(&["sso"], call()), naming(&["mfa"], incident("a"))).await;
    assert_eq!(desk.join(&ours, &theirs, 6).await.unwrap().subjects(), NOBODY);
    let half = desk.open("okta/status", vec![ended(9, naming(&["mfa"], incident("a")))], 9).await;
    assert_eq!(half.sent.len(), 1);
    assert_eq!(half.sent[0].services(), ["lab over"], "ours goes on, but not for the lab");
    let rest = desk.by_hand("okta/manual", &ended(10, naming(&["sso"], call())), 10).await;
    assert_eq!(rest.sent[0].services(), ["ehr over"]);
}

#[tokio::test]
async fn incidents_of_two_vendors_are_never_joined() {
    let needs = r#"{ vendor = "okta", without = "stops" }, { vendor = "azure", without = "stops" }"#;
    let desk = Desk::new(&[service("ehr", "EHR", needs)], &[receiver("noc", "")]).await;
    desk.all_quiet().await;
    desk.by_hand("okta/manual", &call(), 1).await;
    desk.open("azure/status", vec![incident("a")], 2).await;
    let why = desk.join(&id("okta/manual", "call-1"), &id("azure/status", "a"), 3).await.unwrap_err();
    assert!(why.contains("two vendors are never one"), "{why}");
}

#[tokio::test]
async fn only_a_vendors_open_report_is_joined_to_what_was_opened_by_hand() {
    let (desk, ours, theirs) = on_the_ehr().await;
    desk.by_hand("okta/manual", &incident("call-2"), 6).await;
    let second = id("okta/manual", "call-2");
    for (a, b, why) in [
        (&theirs, &ours, "was not opened by hand"),
        (&ours, &second, "opened by hand too"),
        (&ours, &ours, "opened by hand too"),
        (&ours, &id("okta/status", "no"), "there is no incident"),
        (&id("okta/status", "no"), &theirs, "was not opened by hand"),
    ] {
        let said = desk.join(a, b, 7).await.unwrap_err();
        assert!(said.contains(why), "{said}");
    }
    desk.open("okta/status", vec![ended(8, incident("a"))], 8).await;
    assert!(desk.join(&ours, &theirs, 9).await.unwrap_err().contains("open on both sides"));
}

#[tokio::test]
async fn joining_twice_is_joining_once_and_a_post_is_joined_to_one_incident_only() {
    let (desk, ours, theirs) = on_the_ehr().await;
    desk.by_hand("okta/manual", &incident("call-2"), 6).await;
    desk.join(&ours, &theirs, 7).await.unwrap();
    let again = desk.join(&ours, &theirs, 8).await.unwrap();
    assert_eq!((again.changes(), again.subjects()), (Vec::new(), Vec::new()));
    assert!(desk.join(&id("okta/manual", "call-2"), &theirs, 9).await.is_err());
}

#[tokio::test]
async fn parting_gives_back_two_incidents_and_tells_nobody_what_he_knows() {
    let (desk, ours, theirs) = on_the_ehr().await;
    desk.join(&ours, &theirs, 6).await.unwrap();
    let parted = desk.part(&ours, &theirs, 8).await.unwrap();
    assert_eq!(parted.subjects(), NOBODY, "both were told before they were joined");
    let count = |id: IncidentId| {
        let store = desk.store.clone();
        async move { store.story(&id.0).await.unwrap().unwrap() }
    };
    let (mine, post) = (count(ours.clone()).await, count(theirs.clone()).await);
    assert_eq!((mine.reports.len(), post.reports.len()), (1, 1));
    assert_eq!((mine.reports[0].seen.key.as_str(), post.reports[0].seen.key.as_str()), ("call-1", "a"));
    assert!(post.said.iter().all(|said| said.source == "okta/status") && !post.said.is_empty());
    let end = desk.open("okta/status", vec![ended(9, incident("a"))], 9).await;
    assert_eq!((end.sent.len(), end.sent[0].facts.topics[0].incident.as_ref()), (1, Some(&theirs)));
    let end = desk.by_hand("okta/manual", &ended(10, call()), 10).await;
    assert_eq!((end.sent.len(), end.sent[0].facts.topics[0].incident.as_ref()), (1, Some(&ours)));
    let again = desk.part(&ours, &theirs, 11).await.unwrap();
    assert_eq!((again.changes(), again.subjects()), (Vec::new(), Vec::new()), "parting twice is parting once");
    let no = id("okta/status", "no");
    assert!(desk.part(&ours, &no, 12).await.unwrap_err().contains("is not joined"));
}

#[tokio::test]
async fn parting_tells_the_second_trouble_to_whoever_was_never_told_of_it_alone() {
    let inventory = [
        service("ehr", "EHR", r#"{ vendor = "okta", components = ["sso"], without = "stops" }"#),
        service("lab", "Lab", r#"{ vendor = "okta", components = ["mfa"], without = "stops" }"#),
    ];
    let (desk, ours, theirs) = both_open(&inventory, naming(&["sso"], call()), naming(&["sso"], incident("a"))).await;
    desk.join(&ours, &theirs, 6).await.unwrap();
    // While they are one, the vendor names more.
    let more = desk.open("okta/status", vec![naming(&["sso", "mfa"], incident("a"))], 7).await;
    assert_eq!(more.sent[0].services(), ["lab hurt"]);
    let parted = desk.part(&ours, &theirs, 8).await.unwrap();
    let mut told: Vec<(Option<IncidentId>, Vec<String>)> =
        parted.sent.iter().map(|s| (s.facts.topics[0].incident.clone(), s.services())).collect();
    told.sort();
    let mut expected = vec![(Some(ours), vec!["lab over".to_owned()]), (Some(theirs), vec!["lab hurt".to_owned()])];
    expected.sort();
    assert_eq!(told, expected, "the lab is hurt by the vendor's incident, and no longer by ours");
}

#[tokio::test]
async fn what_ended_while_they_were_one_ends_when_they_are_parted() {
    let (desk, ours, theirs) = on_the_ehr().await;
    desk.join(&ours, &theirs, 6).await.unwrap();
    desk.by_hand("okta/manual", &ended(7, call()), 7).await;
    let parted = desk.part(&ours, &theirs, 8).await.unwrap();
    assert_eq!(parted.changes(), ["resolved call-1", "updated a"]);
    assert_eq!(parted.sent.len(), 1);
    assert!(parted.sent[0].is(EffectKind::Over));
    assert_eq!(parted.sent[0].facts.topics[0].incident.as_ref(), Some(&ours));
    let end = desk.open("okta/status", vec![ended(9, incident("a"))], 9).await;
    assert_eq!(end.sent.len(), 1, "and the vendor's own end is told to whoever was told its beginning");
}

#[tokio::test]
async fn a_post_that_waits_in_the_outbox_when_it_is_joined_does_not_come_after_the_end() {
    let mut desk = Desk::new(&[service("ehr", "EHR", OKTA)], &[receiver("noc", "")]).await;
    desk.all_quiet().await;
    desk.by_hand("okta/manual", &call(), 1).await;
    desk.holds_mail = true;
    desk.open("okta/status", vec![incident("a")], 5).await;
    desk.join(&id("okta/manual", "call-1"), &id("okta/status", "a"), 6).await.unwrap();
    desk.open("okta/status", vec![ended(7, incident("a"))], 7).await;
    desk.by_hand("okta/manual", &ended(8, call()), 8).await;
    let sent = desk.deliver(9).await;
    assert!(sent.last().unwrap().is(EffectKind::Over), "{sent:?}");
}

#[tokio::test]
async fn a_post_that_was_joined_goes_on_being_read_at_its_source() {
    let (desk, ours, theirs) = on_the_ehr().await;
    desk.join(&ours, &theirs, 6).await.unwrap();
    for minutes in [7, 12, 18, 24] {
        desk.open("okta/status", Vec::new(), minutes).await;
    }
    let story = desk.store.story(&ours.0).await.unwrap().unwrap();
    let vendors = story.reports.iter().find(|r| !r.source.is_by_hand()).unwrap();
    assert!(!vendors.standing.is_open(), "what vanished from the list is over there");
    assert!(story.reports[0].standing.is_open() && story.reports[0].source.is_by_hand());
}

#[tokio::test]
async fn a_joined_post_that_was_let_go_of_and_comes_back_is_found_under_its_own_name() {
    use bellwether::store::retention::Before;
    let (desk, ours, theirs) = on_the_ehr().await;
    desk.join(&ours, &theirs, 6).await.unwrap();
    desk.open("okta/status", vec![ended(7, incident("a"))], 7).await;
    desk.by_hand("okta/manual", &ended(8, call()), 8).await;
    desk.open("okta/status", Vec::new(), 9).await;
    let all = minute(1_000_000);
    desk.store.let_go(&Before { bodies: all, tries: all, incidents: all, messages: all }).await.unwrap();
    assert!(desk.store.story(&ours.0).await.unwrap().is_none(), "it is let go of");
    let back = desk.open("okta/status", vec![incident("a")], 1_000_001).await;
    let named = back.sent[0].facts.topics[0].incident.clone().unwrap();
    assert!(desk.store.story(&named.0).await.unwrap().is_some(), "{named:?} is told, and its page is not there");
    assert!(desk.store.joints(&ours).await.unwrap().is_empty());
}
