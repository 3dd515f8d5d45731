//! What waits to be sent: nothing is lost, nothing is told twice, nothing overtakes.

use bellwether::model::effect::EffectKind;
use bellwether::model::impact::Impact;
use bellwether::pipeline::settle;
use bellwether::store::Store;
use bellwether::store::outbox::{Claimed, Frozen, Tried};
use bellwether::store::retention::Before;
use sqlx::Row;

use crate::support::model::*;

const OKTA: &str = r#"{ vendor = "okta", without = "stops" }"#;

/// A desk whose mail waits, at which Okta's trouble was seen at minute 1.
async fn held(subscriptions: &[String]) -> Desk {
    let mut desk = Desk::new(&[service("ehr", "EHR", OKTA)], subscriptions).await;
    desk.all_quiet().await;
    desk.holds_mail = true;
    desk.open("okta/status", vec![incident("a")], 1).await;
    desk
}

async fn noc() -> Desk {
    held(&[receiver("noc", "")]).await
}

impl Desk {
    async fn claim(&self, by: &str, minutes: i64) -> Vec<Claimed> {
        self.store.claim(by, 100, &[], minute(minutes + 8), minute(minutes)).await.unwrap()
    }

    async fn try_in_vain(&self, row: &Claimed, minutes: i64, again: i64) {
        let frozen = Frozen { subject: "as it was".into(), bytes: b"as it was".to_vec() };
        self.store.freeze(&row.notification.id, &frozen).await.unwrap();
        let tried = Tried::Again { due: minute(again), reason: "451".into() };
        self.store.mark(&row.notification.id, &tried, minute(minutes)).await.unwrap();
    }
}

#[tokio::test]
async fn what_began_and_ended_untried_is_one_message_that_tells_both() {
    let desk = noc().await;
    desk.open("okta/status", vec![with_impact(Impact::MajorOutage, incident("a"))], 2).await;
    desk.open("okta/status", vec![ended(3, incident("a"))], 3).await;
    let sent = desk.deliver(4).await;
    assert_eq!(sent.len(), 1);
    let topic = &sent[0].facts.topics[0];
    assert_eq!(topic.told, [EffectKind::Hurt, EffectKind::Worse, EffectKind::Over]);
    assert!(sent[0].text.contains("for 3 min"), "{}", sent[0].text);
    assert_eq!(desk.deliver(100).await, []);
}

#[tokio::test]
async fn a_merged_message_names_the_subscriptions_and_services_of_both() {
    let inventory = [
        service("ehr", "EHR", r#"{ vendor = "okta", components = ["SSO"], without = "stops" }"#),
        service("lab", "Lab", r#"{ vendor = "okta", components = ["MFA"], without = "stops" }"#),
    ];
    let both = "[[subscription]]\nid = \"for-lab\"\nservices = [\"lab\"]\nreceivers = [\"noc\"]\n".to_owned();
    let mut desk = Desk::new(&inventory, &[receiver("noc", "services = [\"ehr\"]"), both]).await;
    desk.all_quiet().await;
    desk.holds_mail = true;
    desk.open("okta/status", vec![naming(&["SSO"], incident("a"))], 1).await;
    desk.open("okta/status", vec![with_impact(Impact::Degraded, naming(&["SSO", "MFA"], incident("a")))], 2).await;
    let sent = desk.deliver(3).await;
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0].services(), ["ehr better", "lab hurt"]);
    let names: Vec<_> = sent[0].facts.subscriptions.iter().map(ToString::to_string).collect();
    assert_eq!(names, ["for-noc", "for-lab"]);
}

#[tokio::test]
async fn a_row_that_was_tried_keeps_its_bytes_and_the_later_one_waits_for_it() {
    let desk = noc().await;
    let first = desk.claim("one", 1).await.remove(0);
    desk.try_in_vain(&first, 1, 5).await;
    desk.open("okta/status", vec![ended(2, incident("a"))], 2).await;
    assert_eq!(desk.claim("one", 4).await, [], "the first is not due, and the second waits for it");
    let again = desk.claim("one", 5).await;
    assert_eq!(again.len(), 1);
    assert_eq!(again[0].notification.id, first.notification.id);
    assert_eq!(again[0].bytes.as_deref(), Some(&b"as it was"[..]));
    assert_eq!(again[0].notification.facts.topics[0].told, [EffectKind::Hurt]);
    let taken = Tried::Delivered { answer: "250".into() };
    desk.store.mark(&first.notification.id, &taken, minute(5)).await.unwrap();
    let second = desk.claim("one", 5).await;
    assert_eq!(second[0].notification.facts.topics[0].told, [EffectKind::Over]);
}

#[tokio::test]
async fn bytes_are_frozen_once() {
    let desk = noc().await;
    let row = desk.claim("one", 1).await.remove(0);
    desk.try_in_vain(&row, 1, 5).await;
    let other = Frozen { subject: "other".into(), bytes: b"other".to_vec() };
    desk.store.freeze(&row.notification.id, &other).await.unwrap();
    assert_eq!(desk.claim("one", 5).await[0].bytes.as_deref(), Some(&b"as it was"[..]));
}

#[tokio::test]
async fn what_is_about_another_incident_waits_for_nobody() {
    let desk = noc().await;
    let first = desk.claim("one", 1).await.remove(0);
    desk.try_in_vain(&first, 1, 500).await;
    desk.open("okta/status", vec![incident("a"), incident("b")], 2).await;
    assert_eq!(desk.claim("one", 2).await.len(), 1);
}

#[tokio::test]
async fn what_was_given_up_holds_nothing_back() {
    let desk = noc().await;
    let first = desk.claim("one", 1).await.remove(0);
    desk.try_in_vain(&first, 1, 2).await;
    desk.open("okta/status", vec![ended(2, incident("a"))], 2).await;
    let dead = Tried::Dead { reason: "550".into() };
    desk.store.mark(&first.notification.id, &dead, minute(3)).await.unwrap();
    assert_eq!(desk.claim("one", 3).await.len(), 1);
}

#[tokio::test]
async fn a_claimed_row_is_nobody_elses_until_its_lease_ends() {
    let desk = noc().await;
    assert_eq!(desk.claim("one", 1).await.len(), 1);
    assert_eq!(desk.claim("two", 8).await.len(), 0);
    assert_eq!(desk.claim("two", 9).await.len(), 1);
}

#[tokio::test]
async fn a_claimed_row_is_merged_into_no_more() {
    let desk = noc().await;
    let first = desk.claim("one", 1).await.remove(0);
    desk.open("okta/status", vec![ended(2, incident("a"))], 2).await;
    let taken = Tried::Delivered { answer: "250".into() };
    desk.store.mark(&first.notification.id, &taken, minute(2)).await.unwrap();
    let second = desk.claim("one", 2).await;
    assert_eq!(second[0].notification.facts.topics[0].told, [EffectKind::Over]);
}

#[tokio::test]
async fn leases_are_void_at_the_start() {
    let desk = noc().await;
    assert_eq!(desk.claim("one", 1).await.len(), 1);
    assert_eq!(desk.store.void_leases().await.unwrap(), 1);
    assert_eq!(desk.claim("two", 1).await.len(), 1);
}

#[tokio::test]
async fn what_is_pending_is_never_let_go() {
    let desk = noc().await;
    let row = desk.claim("one", 1).await.remove(0);
    desk.try_in_vain(&row, 1, 2).await;
    let far = minute(1_000_000);
    desk.store.let_go(&Before { bodies: far, tries: far, incidents: far, messages: far }).await.unwrap();
    let again = desk.claim("one", 1_000_000).await;
    assert_eq!(again[0].bytes.as_deref(), Some(&b"as it was"[..]));
}

#[tokio::test]
async fn nothing_of_a_transaction_that_was_not_committed_is_there_and_the_next_look_finds_it_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut desk = Desk::new(&[service("ehr", "EHR", OKTA)], &[receiver("noc", "")]).await;
    desk.store = Store::open(folder.path()).await.unwrap();
    desk.all_quiet().await;
    desk.holds_mail = true;
    let known =
        async |desk: &Desk| desk.store.write().await.unwrap().known(&source_id("okta/status"), &[]).await.unwrap();
    let before = known(&desk).await;
    let diff = bellwether::alerting::diff::diff(
        &before,
        &seen(listing(vec![incident("a")])),
        bellwether::alerting::diff::Habits {
            gone_after: bellwether::model::snapshot::GoneAfter::USUAL,
            perishable_keys: false,
        },
        &ids(),
        minute(1),
    );
    let mut tx = desk.store.write().await.unwrap();
    tx.put_known(&before, &diff.known, &bellwether::store::known::Marks::default(), minute(1)).await.unwrap();
    drop(tx);
    assert_eq!(known(&desk).await, before);
    let step = desk.open("okta/status", vec![incident("a")], 1).await;
    assert_eq!(step.changes(), ["opened a"]);
    assert_eq!(step.happened.changes, diff.changes, "the same ids as in the try that was lost");
}

#[tokio::test]
async fn the_same_happening_makes_the_same_rows_in_every_run() {
    let (one, two) = (noc().await.claim("one", 1).await, noc().await.claim("one", 1).await);
    assert_eq!(one, two);
    assert_eq!(one[0].notification.id.0.len(), 32);
}

#[tokio::test]
async fn a_look_that_is_taken_in_twice_is_told_once() {
    let desk = noc().await;
    desk.open("okta/status", vec![incident("a")], 1).await;
    assert_eq!(desk.deliver(2).await.len(), 1);
}

#[tokio::test]
async fn a_restart_forgets_nothing_and_tells_nothing_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut desk = noc().await;
    desk.store = Store::open(folder.path()).await.unwrap();
    desk.all_quiet().await;
    desk.open("okta/status", vec![incident("a")], 1).await;
    let first = desk.claim("one", 1).await.remove(0);
    desk.try_in_vain(&first, 1, 2).await;
    desk.store.close().await;
    // The lock on the folder lives as long as the store.
    desk.store = Store::in_memory().await.unwrap();

    desk.store = Store::open(folder.path()).await.unwrap();
    desk.tick(2).await;
    let step = desk.open("okta/status", vec![incident("a")], 2).await;
    assert_eq!(step.changes(), Vec::<String>::new());
    desk.open("okta/status", vec![ended(3, incident("a"))], 3).await;
    let again = desk.claim("one", 3).await;
    assert_eq!((again.len(), &again[0].notification.id), (1, &first.notification.id));
    let taken = Tried::Delivered { answer: "250".into() };
    desk.store.mark(&first.notification.id, &taken, minute(3)).await.unwrap();
    assert_eq!(desk.claim("one", 3).await[0].notification.facts.topics[0].told, [EffectKind::Over]);
    assert_eq!(settle::next_tick(&desk.store, &desk.compiled, minute(3)).await.unwrap(), None);
}

#[tokio::test]
async fn decisions_not_to_send_are_kept_with_their_reasons() {
    let folder = tempfile::tempdir().unwrap();
    let subscriptions = [receiver("noc", ""), receiver("boss", "least = \"major_outage\"")];
    let mut desk = Desk::new(&[service("ehr", "EHR", OKTA)], &subscriptions).await;
    desk.store = Store::open(folder.path()).await.unwrap();
    desk.open("okta/status", vec![incident("a")], 1).await;
    desk.store.close().await;
    let path = folder.path().join("bellwether.sqlite");
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path).read_only(true);
    let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
    let rows =
        sqlx::query("SELECT receiver, is_sent, why FROM decision ORDER BY receiver").fetch_all(&pool).await.unwrap();
    let rows: Vec<(String, bool, String)> = rows.iter().map(|r| (r.get(0), r.get(1), r.get(2))).collect();
    let why = "for-boss wants at least major_outage, this is partial_outage".to_owned();
    assert_eq!(rows, [("boss".to_owned(), false, why), ("noc".to_owned(), true, "wanted by for-noc".to_owned())]);
}
