//! What somebody sets by hand against a vendor's word: it speaks of what was known when it was put, hides nothing that
//! came after it, and ends by its time, by hand or by the vendor's next change. Whoever is told of it is told whose word
//! it is.

use bellwether::model::effect::EffectKind;
use bellwether::model::id::{IncidentId, VendorId};
use bellwether::model::impact::Impact;
use bellwether::model::notification::{OpenEnd, Released};
use bellwether::model::overrides::{EndedHow, Override, Part};
use bellwether::model::snapshot::{Look, SeenIncident};
use bellwether::pipeline::overrides::{self, Judged, Wish};
use bellwether::store::Store;

use crate::support::model::*;

const OKTA: &str = r#"{ vendor = "okta", without = "stops" }"#;
const NOBODY: Vec<String> = Vec::new();
const HURT: &str = "noc: [Partly down] EHR at all sites: Okta";
const STILL: &str = "noc: [Still: Partly down] EHR at all sites: Okta";
const BY_HAND: &str = "noc: [Over by hand] EHR at all sites: Okta";
const OVER: &str = "noc: [Over] EHR at all sites: Okta";

async fn desk() -> Desk {
    desk_of(&[service("ehr", "EHR", OKTA)]).await
}

async fn desk_of(services: &[String]) -> Desk {
    let desk = Desk::new(services, &[receiver("noc", "")]).await;
    desk.all_quiet().await;
    desk
}

/// Trouble "a" was told at minute 1.
async fn hurt() -> Desk {
    let desk = desk().await;
    assert_eq!(desk.open("okta/status", vec![incident("a")], 1).await.subjects(), [HURT]);
    desk
}

fn all(vendor: &str) -> Part {
    Part { vendor: VendorId::parse(vendor).unwrap(), component: None, incident: None }
}

fn component_of(name: &str) -> Part {
    Part { component: Some(name.into()), ..all("okta") }
}

fn only(id: IncidentId) -> Part {
    Part { incident: Some(id), ..all("okta") }
}

fn id_of(key: &str) -> IncidentId {
    ids().incident(&source_id("okta/status"), key, 0)
}

async fn put(desk: &Desk, impact: Impact, until: i64, minutes: i64) -> Step {
    desk.by_hand_is(&all("okta"), impact, Some(until), minutes).await.unwrap()
}

async fn kept(desk: &Desk) -> Vec<Override> {
    desk.store.write().await.unwrap().overrides(None).await.unwrap()
}

#[tokio::test]
async fn what_is_set_to_operational_is_over_by_hand_and_never_by_the_vendors_word() {
    let desk = hurt().await;
    let step = put(&desk, Impact::Operational, 120, 10).await;
    assert_eq!(step.subjects(), [BY_HAND]);
    let sent = &step.sent[0];
    let topic = &sent.facts.topics[0];
    assert_eq!((topic.open_end, topic.resolved_how, topic.until), (Some(OpenEnd::ByHand), None, None));
    for words in [
        "Over by hand, though Okta’s incident goes on: EHR was partly down",
        "Ada set Okta to operational by hand until 14:00 UTC, though Okta says partial outage: “phone call with their NOC”.",
        "by hand, not by Okta’s word",
    ] {
        assert!(sent.text.contains(words), "{words}: {}", sent.text);
    }
    assert!(!sent.text.contains("says it is resolved"), "{}", sent.text);
    assert!(sent.short.starts_with("OVER BY HAND: EHR") && sent.short.contains("By hand: Ada"), "{}", sent.short);
}

#[tokio::test]
async fn what_is_set_to_less_is_told_as_better_by_hand() {
    let desk = hurt().await;
    let step = put(&desk, Impact::Degraded, 120, 10).await;
    assert_eq!(step.subjects(), ["noc: [Better: Degraded, by hand] EHR at all sites: Okta"]);
    assert!(step.sent[0].text.contains("Ada set Okta to degraded by hand until"), "{}", step.sent[0].text);
    let end = desk.open("okta/status", vec![ended(20, incident("a"))], 20).await;
    assert_eq!(end.subjects(), [OVER], "its end is the vendor's");
    assert!(end.sent[0].text.contains("Okta says it is resolved") && end.sent[0].facts.topics[0].by_hand.is_none());
    assert_eq!(kept(&desk).await, [], "nothing of it counts any more");
}

#[tokio::test]
async fn where_nothing_is_known_to_be_wrong_nothing_is_set_and_the_way_out_is_named() {
    let desk = desk().await;
    let why = desk.by_hand_is(&all("okta"), Impact::MajorOutage, Some(60), 10).await.unwrap_err();
    assert!(why.starts_with("nothing of okta is known to be wrong: ") && why.contains("incident open okta"), "{why}");
    desk.look("okta/status", unreachable(), 11).await;
    let why = desk.by_hand_is(&all("okta"), Impact::Operational, Some(60), 12).await.unwrap_err();
    assert!(why.contains("okta/status cannot be read"), "{why}");
    desk.open("okta/status", vec![naming(&["SSO"], incident("a"))], 13).await;
    let why = desk.by_hand_is(&component_of("MFA"), Impact::Operational, Some(60), 14).await.unwrap_err();
    assert!(why.contains("the component MFA of okta, but with SSO:"), "{why}");
    let why = desk.by_hand_is(&only(IncidentId("no".into())), Impact::Operational, Some(60), 14).await.unwrap_err();
    assert_eq!(why, "there is no incident no");
    let others = Part { vendor: VendorId::parse("azure").unwrap(), ..only(id_of("a")) };
    let why = desk.by_hand_is(&others, Impact::Operational, Some(60), 14).await.unwrap_err();
    assert!(why.ends_with("is an incident of okta, not of azure"), "{why}");
}

#[tokio::test]
async fn a_new_incident_is_told_while_it_holds() {
    let desk = hurt().await;
    put(&desk, Impact::Operational, 120, 10).await;
    let step = desk.open("okta/status", vec![incident("a"), incident("b")], 11).await;
    assert_eq!(step.subjects(), [HURT]);
    assert_eq!(step.sent[0].facts.topics[0].by_hand, None);
}

#[tokio::test]
async fn what_gets_worse_than_it_was_breaks_through_at_once_and_for_good() {
    let desk = hurt().await;
    put(&desk, Impact::Operational, 120, 10).await;
    let less = desk.open("okta/status", vec![with_impact(Impact::Degraded, incident("a"))], 11).await;
    assert_eq!(less.subjects(), NOBODY, "it is not worse");
    let back = desk.open("okta/status", vec![incident("a")], 12).await;
    assert_eq!(back.subjects(), NOBODY, "it is as it was");
    let worse = desk.open("okta/status", vec![with_impact(Impact::MajorOutage, incident("a"))], 13).await;
    assert_eq!(worse.subjects(), ["noc: [Still: DOWN] EHR at all sites: Okta"]);
    assert!(worse.sent[0].text.contains("Okta says worse now than it did then"), "{}", worse.sent[0].text);
    let eased = desk.open("okta/status", vec![incident("a")], 14).await;
    assert_eq!(eased.subjects(), ["noc: [Better: Partly down] EHR at all sites: Okta"]);
    assert_eq!(kept(&desk).await[0].ended.unwrap().how, EndedHow::NothingLeft);
}

#[tokio::test]
async fn from_a_known_impact_to_unknown_is_not_hidden() {
    let desk = hurt().await;
    put(&desk, Impact::Operational, 120, 10).await;
    let step = desk.open("okta/status", vec![with_impact(Impact::Unknown, incident("a"))], 11).await;
    assert_eq!(step.subjects(), ["noc: [Still: Impact unknown] EHR at all sites: Okta"]);
}

#[tokio::test]
async fn unknown_is_set_by_a_persons_word_until_the_vendor_says_how_bad() {
    let desk = desk().await;
    desk.open("okta/status", vec![with_impact(Impact::Unknown, incident("a"))], 1).await;
    let step = put(&desk, Impact::Operational, 120, 10).await;
    assert_eq!(step.subjects(), [BY_HAND]);
    assert!(step.sent[0].text.contains("though Okta does not say how bad it is"), "{}", step.sent[0].text);
    let told = desk.open("okta/status", vec![with_impact(Impact::Degraded, incident("a"))], 11).await;
    assert_eq!(told.subjects(), ["noc: [Still: Degraded] EHR at all sites: Okta"]);
}

#[tokio::test]
async fn what_it_did_not_name_then_is_not_meant() {
    let sso = service("ehr", "EHR", r#"{ vendor = "okta", components = ["SSO"], without = "stops" }"#);
    let mfa = service("lab", "Lab", r#"{ vendor = "okta", components = ["MFA"], without = "stops" }"#);
    let desk = desk_of(&[sso, mfa]).await;
    desk.open("okta/status", vec![naming(&["SSO"], incident("a"))], 1).await;
    put(&desk, Impact::Operational, 120, 10).await;
    let step = desk.open("okta/status", vec![naming(&["SSO", "MFA"], incident("a"))], 11).await;
    assert_eq!(step.sent.iter().flat_map(Sent::services).collect::<Vec<_>>(), ["lab hurt"]);
    let all = desk.open("okta/status", vec![incident("a")], 12).await;
    assert_eq!(all.sent[0].services(), ["ehr hurt"], "it names none, so it may be all: {:?}", all.subjects());
}

#[tokio::test]
async fn an_incident_that_is_over_and_opens_again_is_not_meant() {
    let desk = hurt().await;
    put(&desk, Impact::Operational, 120, 10).await;
    let end = desk.open("okta/status", vec![ended(11, incident("a"))], 11).await;
    assert_eq!(end.subjects(), NOBODY, "its end was told");
    assert_eq!(desk.open("okta/status", vec![incident("a")], 12).await.subjects(), [HURT]);
}

#[tokio::test]
async fn a_maintenance_that_runs_over_after_it_was_set_is_told() {
    let desk = desk().await;
    let running = |until| with_phase(bellwether::model::phase::Phase::InProgress, maintenance("m", 0, until));
    desk.open("okta/status", vec![running(30)], 1).await;
    assert_eq!(put(&desk, Impact::Operational, 120, 10).await.subjects(), NOBODY, "its beginning was not told");
    assert_eq!(desk.tick(30).await.subjects(), NOBODY);
    let step = desk.tick(31).await;
    assert_eq!(step.subjects(), ["noc: [Still: Maintenance overrun] EHR at all sites: Okta"]);
}

#[tokio::test]
async fn it_ends_at_its_time_and_what_still_hurts_is_told_as_still() {
    let desk = hurt().await;
    let step = put(&desk, Impact::Operational, 60, 10).await;
    assert_eq!(step.happened.next_tick, None);
    assert_eq!(desk.tick(11).await.happened.next_tick, Some(minute(60)), "it is known when to look again");
    assert_eq!(desk.tick(59).await.subjects(), NOBODY);
    let step = desk.tick(60).await;
    assert_eq!(step.subjects(), [STILL]);
    let (text, topic) = (&step.sent[0].text, &step.sent[0].facts.topics[0]);
    assert_eq!(topic.by_hand.as_ref().unwrap().released, Some(Released::Time));
    assert_eq!(topic.since, minute(0), "since when it has hurt");
    for words in ["Still: EHR is partly down", "that ended at 13:00 UTC, so Okta’s own word counts again"] {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert!(step.sent[0].short.starts_with("STILL PARTLY DOWN: EHR"), "{}", step.sent[0].short);
    assert_eq!(desk.tick(61).await.subjects(), NOBODY, "once");
    let end = desk.open("okta/status", vec![ended(70, incident("a"))], 70).await;
    assert_eq!(end.subjects(), [OVER], "and its end is told");
}

#[tokio::test]
async fn a_look_after_its_time_finds_its_end_before_the_tick_does() {
    let desk = hurt().await;
    put(&desk, Impact::Operational, 60, 10).await;
    let step = desk.open("okta/status", vec![naming(&["SSO"], incident("a"))], 75).await;
    assert_eq!(step.subjects().len(), 1, "{:?}", step.subjects());
    assert_eq!(kept(&desk).await[0].ended.unwrap().at, minute(60), "it ended when it was to end");
}

#[tokio::test]
async fn it_is_ended_by_hand_and_what_still_hurts_is_told_at_once() {
    let desk = hurt().await;
    put(&desk, Impact::Operational, 60, 10).await;
    let id = kept(&desk).await[0].id.clone();
    let step = desk.by_hand_no_more(&id, 20).await.unwrap();
    assert_eq!(step.subjects(), [STILL]);
    assert!(step.sent[0].text.contains("that was ended at 12:20 UTC"), "{}", step.sent[0].text);
    let twice = desk.by_hand_no_more(&id, 21).await.unwrap_err();
    assert!(twice.ends_with("is over since 2026-03-02T12:20:00Z"), "{twice}");
    assert_eq!(desk.by_hand_no_more("no", 21).await.unwrap_err(), "there is no override no");
}

#[tokio::test]
async fn until_the_vendors_next_change_it_ends_with_that_change_and_with_no_other() {
    let desk = hurt().await;
    let step = desk.by_hand_is(&all("okta"), Impact::Operational, None, 10).await.unwrap();
    assert!(step.sent[0].text.contains("until Okta’s next word, and no longer than until"), "{}", step.sent[0].text);
    assert_eq!(desk.open("azure/status", vec![incident("z")], 11).await.subjects(), NOBODY);
    assert_eq!(desk.look("okta/status", unreachable(), 12).await.subjects(), NOBODY, "a source is not the vendor");
    assert_eq!(desk.look("okta/status", Look::SameAsBefore, 13).await.subjects(), NOBODY);
    assert_eq!(kept(&desk).await[0].ended, None);
    let said = SeenIncident {
        updates: vec![update("u1", 0, "We look into it."), update("u2", 14, "Still.")],
        ..incident("a")
    };
    let step = desk.open("okta/status", vec![said], 14).await;
    assert_eq!(step.subjects(), [STILL], "in the same transaction as the change");
    assert_eq!(step.sent[0].facts.topics[0].by_hand.as_ref().unwrap().released, Some(Released::VendorChanged));
}

#[tokio::test]
async fn until_the_vendors_end_nothing_more_is_told_than_was() {
    let desk = hurt().await;
    desk.by_hand_is(&only(id_of("a")), Impact::Operational, None, 10).await.unwrap();
    let other = desk.open("okta/status", vec![incident("a"), incident("b")], 11).await;
    assert_eq!(other.subjects(), [HURT], "it is about the one incident, and b is no change of it");
    assert_eq!(kept(&desk).await[0].ended, None);
    let end = desk.open("okta/status", vec![ended(12, incident("a")), incident("b")], 12).await;
    assert_eq!(end.subjects(), NOBODY);
    assert_eq!(kept(&desk).await, []);
}

#[tokio::test]
async fn of_a_component_it_is_about_that_component_alone_and_hides_nothing_of_its_neighbours() {
    let sso = service("ehr", "EHR", r#"{ vendor = "okta", components = ["SSO"], without = "stops" }"#);
    let both = service("lab", "Lab", r#"{ vendor = "okta", components = ["SSO", "MFA"], without = "stops" }"#);
    let desk = desk_of(&[sso, both]).await;
    let named = with_impact(Impact::Unknown, naming(&["SSO", "MFA"], incident("a")));
    desk.open("okta/status", vec![named], 1).await;
    let step = desk.by_hand_is(&component_of("sso"), Impact::Operational, Some(60), 10).await.unwrap();
    assert_eq!(step.sent.iter().flat_map(Sent::services).collect::<Vec<_>>(), ["ehr over"]);
    assert!(step.sent[0].text.contains("Ada set Okta sso to operational"), "{}", step.sent[0].text);
}

#[tokio::test]
async fn a_component_that_no_incident_names_is_set_and_breaks_through_too() {
    let sso = service("ehr", "EHR", r#"{ vendor = "okta", components = ["SSO"], without = "stops" }"#);
    let desk = desk_of(&[sso]).await;
    let is = |impact| seen(with_components(vec![status("SSO", impact)], listing(Vec::new())));
    desk.look("okta/status", is(Impact::Degraded), 1).await;
    let step = desk.by_hand_is(&component_of("SSO"), Impact::Operational, Some(60), 10).await.unwrap();
    assert_eq!(step.subjects(), ["noc: [Over by hand] EHR at all sites: Okta SSO"]);
    let step = desk.look("okta/status", is(Impact::MajorOutage), 11).await;
    assert_eq!(step.subjects(), ["noc: [Still: DOWN] EHR at all sites: Okta SSO"]);
}

#[tokio::test]
async fn a_source_that_goes_blind_is_told_all_the_same() {
    let desk = hurt().await;
    put(&desk, Impact::Operational, 120, 10).await;
    desk.look("okta/status", unreachable(), 11).await;
    let step = desk.tick(21).await;
    assert_eq!(step.subjects(), ["noc: [Cannot see] Okta, which EHR needs at all sites"]);
}

#[tokio::test]
async fn of_two_the_later_counts_and_after_it_the_earlier() {
    let desk = hurt().await;
    put(&desk, Impact::Operational, 120, 10).await;
    let later = put(&desk, Impact::Degraded, 40, 20).await;
    assert_eq!(later.subjects(), ["noc: [Degraded, by hand] EHR at all sites: Okta"]);
    assert_eq!(desk.tick(40).await.subjects(), [BY_HAND]);
    assert_eq!(desk.tick(120).await.subjects(), [STILL]);
}

#[tokio::test]
async fn a_persons_word_is_no_coming_and_going() {
    let desk = hurt().await;
    for minutes in [10, 14, 18] {
        assert_eq!(put(&desk, Impact::Operational, minutes + 2, minutes).await.subjects(), [BY_HAND]);
        assert_eq!(desk.tick(minutes + 2).await.subjects(), [STILL]);
    }
}

#[tokio::test]
async fn what_is_set_to_worse_stays_worse_while_the_vendor_gets_there() {
    let desk = hurt().await;
    let step = put(&desk, Impact::MajorOutage, 120, 10).await;
    assert_eq!(step.subjects(), ["noc: [Worse: DOWN, by hand] EHR at all sites: Okta"]);
    let worse = desk.open("okta/status", vec![with_impact(Impact::MajorOutage, incident("a"))], 11).await;
    assert_eq!(worse.subjects(), NOBODY, "that is known");
    assert_eq!(desk.tick(120).await.subjects(), NOBODY, "and it is no less when the override ends");
}

#[tokio::test]
async fn one_of_two_vendors_is_enough_and_a_word_about_one_frees_what_the_other_hurts() {
    let any = r#"{ any_of = [{ vendor = "okta", without = "stops" }, { vendor = "azure", without = "stops" }] }"#;
    let desk = desk_of(&[service("ehr", "EHR", any)]).await;
    desk.open("azure/status", vec![incident("z")], 1).await;
    desk.open("okta/status", vec![incident("a")], 2).await;
    let step = put(&desk, Impact::Operational, 60, 10).await;
    assert!(
        step.sent.iter().all(|sent| sent.is(EffectKind::Over) && sent.text.contains("Ada set Okta to")),
        "{step:?}"
    );
    assert!(!step.sent.is_empty() && step.sent.iter().all(|sent| sent.subject.contains("Over by hand")));
    assert_ne!(desk.tick(60).await.subjects(), NOBODY, "and it is told again");
}

#[tokio::test]
async fn what_is_removed_from_the_configuration_takes_its_override_along() {
    let mut desk = hurt().await;
    put(&desk, Impact::Operational, 120, 10).await;
    let others = vendors().into_iter().filter(|vendor| vendor.id.as_str() != "okta").collect();
    let azure = service("ehr", "EHR", r#"{ vendor = "azure", without = "stops" }"#);
    desk.compiled = organisation_of(others, &[azure], &[receiver("noc", "")]);
    assert_eq!(desk.tick(20).await.subjects(), NOBODY);
    assert_eq!(kept(&desk).await, []);
}

fn wish() -> Wish {
    let (of, reason) = (all("okta"), "phone call".to_owned());
    let (key, impact) = ("k".to_owned(), Impact::Operational);
    Wish { key, of, impact, reason, until: Some(minute(60)), until_change: false }
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_and_says_why() {
    let desk = hurt().await;
    let by = bellwether::model::audit::By::terminal("Ada");
    let unknown = VendorId::parse("nobody").unwrap();
    for (wrong, why) in [
        (Wish { reason: " ".into(), ..wish() }, "reason: Say why"),
        (Wish { reason: "x".repeat(401), ..wish() }, "reason: It is longer than 400"),
        (Wish { until: Some(minute(9)), ..wish() }, "until: This is over already"),
        (Wish { until: Some(minute(31 * 24 * 60)), ..wish() }, "until: This is more than 30 days away"),
        (Wish { until: None, ..wish() }, "until: Say until when"),
        (Wish { impact: Impact::Unknown, ..wish() }, "impact: Say operational"),
        (Wish { impact: Impact::Maintenance, ..wish() }, "impact: Say operational"),
        (Wish { of: Part { vendor: unknown, ..all("okta") }, ..wish() }, "vendor: No vendor is called nobody"),
        (Wish { of: component_of(" "), ..wish() }, "component: Name the component"),
    ] {
        let put = overrides::put(&desk.store, &desk.compiled, &wrong, &by, Judged::AtOnce, minute(10)).await;
        let said = put.unwrap_err().to_string();
        assert!(said.starts_with(why), "{said}");
    }
    assert_eq!(kept(&desk).await, []);
}

#[tokio::test]
async fn foreseen_it_says_what_it_would_do_and_does_nothing_and_put_twice_it_stands_once() {
    let desk = hurt().await;
    let by = bellwether::model::audit::By::terminal("Ada");
    let foreseen = overrides::foresee(&desk.store, &desk.compiled, &wish(), &by, minute(10)).await.unwrap();
    assert_eq!(foreseen.changes, ["EHR, because Okta: partial outage → operational"]);
    assert_eq!((kept(&desk).await.len(), desk.tick(11).await.subjects()), (0, NOBODY));
    for _ in 0..2 {
        overrides::put(&desk.store, &desk.compiled, &wish(), &by, Judged::ByTheTick, minute(12)).await.unwrap();
    }
    assert_eq!((kept(&desk).await.len(), desk.tick(13).await.subjects()), (1, vec![BY_HAND.to_owned()]));
}

#[tokio::test]
async fn it_outlives_a_restart_and_comes_into_a_database_that_has_later_tables_already() {
    let folder = tempfile::tempdir().unwrap();
    let mut desk = Desk::new(&[service("ehr", "EHR", OKTA)], &[receiver("noc", "")]).await;
    Store::open(folder.path()).await.unwrap().close().await;
    let file = format!("sqlite://{}", folder.path().join(bellwether::store::DATABASE).display());
    let pool = sqlx::SqlitePool::connect(&file).await.unwrap();
    for undo in ["DROP TABLE override", "DELETE FROM _sqlx_migrations WHERE version = 15"] {
        sqlx::query(undo).execute(&pool).await.unwrap();
    }
    pool.close().await;
    desk.store = Store::open(folder.path()).await.unwrap();
    desk.all_quiet().await;
    desk.open("okta/status", vec![incident("a")], 1).await;
    put(&desk, Impact::Operational, 60, 10).await;
    desk.store.close().await;
    desk.store = Store::in_memory().await.unwrap();
    desk.store = Store::open(folder.path()).await.unwrap();
    assert_eq!(desk.tick(20).await.subjects(), NOBODY, "it holds on");
    assert_eq!(desk.tick(60).await.subjects(), [STILL]);
}
