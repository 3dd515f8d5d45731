//! Why somebody was told, or was not: the first sentence, and the chain under it.

use bellwether::alerting::route::Hold;
use bellwether::model::id::VendorId;
use bellwether::model::impact::Impact;
use bellwether::model::incident::Report;
use bellwether::model::silence::Matcher;
use bellwether::model::snapshot::SeenIncident;
use bellwether::pipeline::why::{Asked, Branch, Link, NoAnswer, OneCause, Outcome, Why, why};
use bellwether::store::feed::Wanted;
use bellwether::store::known::Seen;
use bellwether::store::outbox::Tried;
use jiff::SignedDuration;

use crate::support::model::*;

const OKTA: &str = r#"{ vendor = "okta", without = "stops" }"#;
const SSO: &str = r#"{ vendor = "okta", components = ["SSO*"], without = "stops" }"#;

async fn desk_of(services: &[String], subscriptions: &[String]) -> Desk {
    let desk = Desk::new(services, subscriptions).await;
    desk.all_quiet().await;
    desk
}

async fn desk(needs: &str, wants: &str) -> Desk {
    desk_of(&[service("ehr", "EHR", needs)], &[receiver("noc", wants)]).await
}

async fn ask(desk: &Desk, asked: &Asked, minutes: i64) -> Why {
    why(&desk.store, &desk.compiled, asked, minute(minutes)).await.unwrap()
}

/// What is known of the vendor's incident of that key.
async fn report(desk: &Desk, key: &str) -> Report {
    let all = desk.store.incidents(&Wanted { limit: 100, ..Wanted::default() }).await.unwrap();
    all.into_iter().find(|report| report.seen.key == key).unwrap()
}

async fn ask_of(desk: &Desk, key: &str, minutes: i64) -> OneCause {
    let incident = Some(report(desk, key).await.incident.0);
    let mut answer = ask(desk, &Asked { incident, ..Asked::default() }, minutes).await;
    assert_eq!(answer.causes.len(), 1);
    assert_eq!(answer.answer, answer.causes[0].answer);
    answer.causes.remove(0)
}

fn branch<'a>(one: &'a OneCause, receiver: &str) -> &'a Branch {
    one.branches.iter().find(|branch| branch.receiver == receiver).unwrap()
}

fn links(one: &OneCause, receiver: &str) -> Vec<Link> {
    one.steps.iter().chain(&branch(one, receiver).steps).map(|step| step.link).collect()
}

fn says(one: &OneCause, link: Link, words: &str) -> bool {
    let all = one.steps.iter().chain(one.branches.iter().flat_map(|branch| &branch.steps));
    all.clone().any(|step| step.link == link && step.what.contains(words))
}

#[tokio::test]
async fn what_was_told_is_followed_from_the_source_to_the_far_sides_answer() {
    let desk = desk(OKTA, "").await;
    desk.open("okta/status", vec![incident("a")], 12).await;
    let one = ask_of(&desk, "a", 20).await;
    assert_eq!(one.answer, "noc was told at 12:12 UTC (250).");
    assert_eq!(branch(&one, "noc").outcome, Outcome::Told);
    let links = links(&one, "noc");
    for link in [Link::Source, Link::Incident, Link::Change, Link::Service, Link::Dependency] {
        assert!(links.contains(&link), "{link:?} is missing in {links:?}");
    }
    assert_eq!(links[links.len() - 4..], [Link::Subscription, Link::Rule, Link::Route, Link::Try]);
    assert!(says(&one, Link::Service, "EHR: hurt (partial_outage), because Okta"));
    assert!(says(&one, Link::Rule, "sent: wanted by for-noc"));
    assert!(says(&one, Link::Incident, "it began at 12:00 UTC by its word, 12 min before we saw it"));
}

#[tokio::test]
async fn quiet_hours_are_told_with_their_end_and_what_comes_then() {
    let desk = desk(OKTA, "quiet = { from = \"12:00\", until = \"13:00\" }").await;
    desk.open("okta/status", vec![incident("a")], 10).await;
    let one = ask_of(&desk, "a", 20).await;
    let then = "noc was not told: for-noc has quiet hours until 13:00 UTC; it will be told then if it still holds.";
    assert_eq!((one.answer.as_str(), branch(&one, "noc").outcome), (then, Outcome::KeptBack));
    desk.tick(60).await;
    let one = ask_of(&desk, "a", 70).await;
    assert_eq!(one.answer, "noc was told at 13:00 UTC (250).");
    assert!(says(&one, Link::Rule, "quiet: not told"), "what was kept back before stays in the chain");
}

#[tokio::test]
async fn a_silence_is_named_with_its_author_its_reason_and_its_times() {
    let desk = desk(OKTA, "").await;
    let about = Matcher { vendors: vec![VendorId::parse("okta").unwrap()], ..Matcher::default() };
    desk.silence(about, 5, 60).await;
    desk.open("okta/status", vec![incident("a")], 10).await;
    let one = ask_of(&desk, "a", 20).await;
    assert!(one.answer.starts_with("noc was not told: silenced by Ada until 13:00 UTC"), "{}", one.answer);
    assert!(says(&one, Link::Silence, "quiet-please by Ada from 12:05 UTC until 13:00 UTC: we know"));
}

#[tokio::test]
async fn what_waits_and_what_was_given_up_come_first() {
    let mut desk = desk(OKTA, "").await;
    desk.holds_mail = true;
    desk.open("okta/status", vec![incident("a")], 10).await;
    let one = ask_of(&desk, "a", 11).await;
    assert_eq!(one.answer, "A message to noc waits since 12:10 UTC, not tried yet.");
    let due = desk.store.claim("t", 1, &[], minute(12), minute(11)).await.unwrap();
    let (id, reason) = (&due[0].notification.id, "550 no such user".to_owned());
    desk.store.mark(id, &Tried::Dead { reason }, minute(11)).await.unwrap();
    let one = ask_of(&desk, "a", 20).await;
    assert_eq!(branch(&one, "noc").outcome, Outcome::GivenUp);
    assert_eq!(one.answer, "noc was NOT told: the message of 12:10 UTC was given up (550 no such user).");
}

#[tokio::test]
async fn an_incident_that_no_line_of_the_inventory_meets_says_at_which_each_lets_go() {
    let services = [
        service("ehr", "EHR", SSO),
        service("lab", "Lab", r#"{ vendor = "okta", regions = ["eu-*"], without = "stops" }"#),
        service("pay", "Payroll", r#"{ vendor = "azure", without = "stops" }"#),
    ];
    let desk = desk_of(&services, &[receiver("noc", "")]).await;
    let mut elsewhere = incident("a");
    elsewhere.components = vec![in_region("Billing", "us-1")];
    desk.open("okta/status", vec![elsewhere], 10).await;
    let one = ask_of(&desk, "a", 20).await;
    assert!(one.answer.starts_with("noc was not told: no service of ours is hurt by it"), "{}", one.answer);
    assert!(says(&one, Link::Dependency, "EHR: not concerned: it needs “SSO*”; the incident names Billing"));
    assert!(says(&one, Link::Dependency, "Lab: not concerned: it needs the region eu-*; the incident is in us-1"));
    assert!(!says(&one, Link::Dependency, "Payroll"), "another vendor's lines say nothing of it");
    let judged = one.steps.iter().filter(|step| step.link == Link::Dependency);
    assert!(judged.clone().count() == 2 && judged.into_iter().all(|step| step.judged_now));
}

#[tokio::test]
async fn a_service_that_does_not_stand_on_that_vendor_says_so() {
    let services =
        [service("ehr", "EHR", OKTA), service("pay", "Payroll", r#"{ vendor = "azure", without = "stops" }"#)];
    let desk = desk_of(&services, &[receiver("noc", "")]).await;
    desk.open("okta/status", vec![incident("a")], 10).await;
    let incident = Some(report(&desk, "a").await.incident.0);
    let asked = Asked { incident, service: Some("pay".into()), ..Asked::default() };
    let answer = ask(&desk, &asked, 20).await;
    assert_eq!(answer.answer, "noc was not told: Payroll is not hurt by it, by the inventory as it is now.");
    assert!(says(&answer.causes[0], Link::Dependency, "Payroll does not need Okta"));
}

/// One receiver for each, and what an incident of Okta's SSO in us-1 comes to there.
const WISHES: [(&str, &str); 9] = [
    ("", ""),
    ("services = [\"lab\"]", "it is about the services lab"),
    ("tiers = [\"life-safety\"]", "it is about the tiers life-safety"),
    ("sites = [\"south\"]", "it is about the sites south"),
    ("vendors = [\"azure\"]", "it is about the vendors azure"),
    ("tags = [\"cloud\"]", "it is about vendors with the tag cloud"),
    ("regions = [\"eu-*\"]", "it is about the region eu-*"),
    ("components = [\"MFA\"]", "it is about the component MFA"),
    ("watches = \"sources\"", "it is about sources, not about services"),
];

#[tokio::test]
async fn a_subscription_that_is_about_something_else_says_what_it_is_about() {
    let sites = "[[site]]\nid = \"north\"\nname = \"North\"\n[[site]]\nid = \"south\"\nname = \"South\"\n".to_owned();
    let ehr = service("ehr", "EHR", SSO) + "sites = [\"north\"]\n";
    let lab = service("lab", "Lab", r#"{ vendor = "azure", without = "stops" }"#);
    let wishes: Vec<String> =
        WISHES.iter().enumerate().map(|(n, (wish, _))| receiver(&format!("r{n}"), wish)).collect();
    let desk = desk_of(&[sites, ehr, lab], &wishes).await;
    let mut down = incident("a");
    down.components = vec![in_region("SSO US", "us-1")];
    let step = desk.open("okta/status", vec![down], 10).await;
    let one = ask_of(&desk, "a", 20).await;
    for (n, (wish, because)) in WISHES.iter().enumerate() {
        let name = format!("r{n}");
        let found = branch(&one, &name);
        let was_decided = step.happened.notices.iter().any(|notice| notice.receiver.as_str() == name);
        assert_eq!(found.outcome == Outcome::NotConcerned, !was_decided, "{wish}: {}", found.answer);
        assert!(found.answer.contains(because), "{wish}: {}", found.answer);
    }
}

#[tokio::test]
async fn what_hurts_nobody_whatever_anybody_needs_says_why() {
    let desk = desk(OKTA, "").await;
    desk.open("azure/status", vec![incident("x")], 1).await;
    desk.open("okta/status", vec![maintenance("m", 120, 180)], 10).await;
    let one = ask_of(&desk, "m", 20).await;
    assert_eq!(one.answer, "noc was not told: it has not begun.");
    // A source that was never looked at before, with what has been silent for weeks.
    let desk = Desk::new(&[service("ehr", "EHR", OKTA)], &[receiver("noc", "")]).await;
    let weeks = 20 * 24 * 60;
    desk.open("okta/status", vec![incident("old"), ended(1, incident("gone"))], weeks).await;
    let one = ask_of(&desk, "old", weeks + 1).await;
    assert!(one.answer.contains("silent for 15 days or more when it was first seen"), "{}", one.answer);
    assert!(one.answer.contains("it was there at the first look"), "{}", one.answer);
    let one = ask_of(&desk, "gone", weeks + 1).await;
    assert_eq!(one.answer, "noc was not told: it was over before we first looked at its source: history, not news.");
}

#[tokio::test]
async fn too_little_and_a_hold_say_their_rule() {
    let mut desk =
        desk_of(&[service("ehr", "EHR", OKTA)], &[receiver("noc", "least = \"major_outage\""), receiver("boss", "")])
            .await;
    desk.compiled.manner.hold = Hold { degraded: SignedDuration::from_mins(10), ..Hold::default() };
    desk.open("okta/status", vec![with_impact(Impact::Degraded, incident("a"))], 10).await;
    let one = ask_of(&desk, "a", 12).await;
    assert_eq!(branch(&one, "noc").answer, "noc was not told: for-noc wants at least major_outage, this is degraded.");
    assert_eq!(
        branch(&one, "boss").answer,
        "boss was not told: so small an impact is told if it stays until 12:20 UTC; it will be told then if it still holds."
    );
    assert!(says(&one, Link::Rule, "least: not told") && says(&one, Link::Rule, "held: not told"));
}

#[tokio::test]
async fn a_service_at_a_time_says_what_hurt_it_or_whether_anybody_was_looking() {
    let desk = desk(OKTA, "").await;
    let look = |minutes| Seen {
        source: source_id("okta/status"),
        look: minute(minutes),
        good: Some(minute(minutes)),
        next: None,
        moved: false,
    };
    desk.store.put_seen(&[look(5)]).await.unwrap();
    let of = |minutes| Asked { service: Some("ehr".into()), at: Some(minute(minutes)), ..Asked::default() };
    let quiet = ask(&desk, &of(10), 200).await;
    assert_eq!(
        quiet.answer,
        "Nothing that we know of hurt EHR at 12:10 UTC: its sources were read then, and nothing was open there."
    );
    let unseen = ask(&desk, &of(100), 200).await;
    assert!(unseen.answer.contains("1 of its 1 sources were not read then, so nobody can know"), "{}", unseen.answer);
    assert!(unseen.aside[0].what.contains("okta/status was not read about 13:40 UTC"), "{:?}", unseen.aside);
    desk.open("okta/status", vec![incident("a")], 110).await;
    let hurt = ask(&desk, &of(120), 200).await;
    assert_eq!(hurt.answer, "noc was told at 13:50 UTC (250).");
    // A day later, long after it ended, it is no answer any more.
    desk.open("okta/status", vec![ended(130, incident("a"))], 130).await;
    let later = ask(&desk, &of(130 + 25 * 60), 130 + 26 * 60).await;
    assert!(later.causes.is_empty(), "{:?}", later.causes);
}

#[tokio::test]
async fn a_receiver_or_a_subscription_is_answered_with_what_was_decided_for_it_lately() {
    let desk =
        desk_of(&[service("ehr", "EHR", OKTA)], &[receiver("noc", ""), receiver("boss", "least = \"major_outage\"")])
            .await;
    let nothing = ask(&desk, &Asked { receiver: Some("boss".into()), ..Asked::default() }, 5).await;
    assert!(
        nothing.answer.starts_with("In the 24 hours before 12:05 UTC nothing was told to boss"),
        "{}",
        nothing.answer
    );
    assert!(nothing.aside[0].what.starts_with("for-boss: about 1 of 1 services"), "{:?}", nothing.aside);
    desk.open("okta/status", vec![incident("a")], 10).await;
    let mail = Asked { receiver: Some("BOSS@example.org".into()), ..Asked::default() };
    let by_mail = ask(&desk, &mail, 20).await;
    assert_eq!(by_mail.answer, "boss was not told: for-boss wants at least major_outage, this is partial_outage.");
    let subscription = Asked { subscription: Some("for-noc".into()), ..Asked::default() };
    assert_eq!(ask(&desk, &subscription, 20).await.answer, "noc was told at 12:10 UTC (250).");
}

#[tokio::test]
async fn what_is_not_there_is_refused_with_what_is() {
    let desk = desk(OKTA, "").await;
    let asked = [
        (Asked::default(), "say of what"),
        (Asked { incident: Some("nope".into()), ..Asked::default() }, "nothing is known of \"nope\""),
        (Asked { service: Some("nope".into()), ..Asked::default() }, "there is no service \"nope\"; there are ehr"),
        (Asked { receiver: Some("nope".into()), ..Asked::default() }, "there are noc, noc@example.org"),
        (Asked { subscription: Some("nope".into()), ..Asked::default() }, "there are for-noc"),
    ];
    for (asked, words) in asked {
        match why(&desk.store, &desk.compiled, &asked, minute(1)).await {
            Err(NoAnswer::Senseless(what)) => assert!(what.contains(words), "{what}"),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn a_blind_source_is_a_cause_like_any_other() {
    let desk = desk(OKTA, "").await;
    desk.look("okta/status", unreachable(), 1).await;
    desk.tick(12).await;
    let asked = Asked { incident: Some("blind:okta/status".into()), ..Asked::default() };
    let answer = ask(&desk, &asked, 20).await;
    assert_eq!(answer.causes[0].title, "okta/status cannot be read");
    assert_eq!(answer.answer, "noc was told at 12:12 UTC (250).");
}

#[tokio::test]
async fn it_writes_nothing_and_shows_no_address_of_a_webhook() {
    let hook = "[[receiver]]\nid = \"hook\"\nwebhook = \"https://hooks.example.org/s3cret\"\nsecrets = [{ env = \"K\" }]\n[[subscription]]\nid = \"for-hook\"\nreceivers = [\"hook\"]\n";
    let desk = desk_of(&[service("ehr", "EHR", OKTA)], &[hook.to_owned()]).await;
    let named: SeenIncident = naming(&["SSO"], incident("a"));
    desk.open("okta/status", vec![named], 10).await;
    let before = desk.store.last_change().await.unwrap();
    let one = ask_of(&desk, "a", 20).await;
    assert_eq!(desk.store.last_change().await.unwrap(), before);
    assert!(!serde_json::to_string(&one).unwrap().contains("s3cret"));
}
