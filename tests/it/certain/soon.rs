//! Storms: the first message goes at once, what comes close after it goes together, and nothing is dropped.

use std::collections::BTreeSet;

use bellwether::alerting::message::message;
use bellwether::model::impact::Impact;
use bellwether::model::snapshot::{Look, SeenIncident};
use bellwether::pipeline::look::Looked;
use bellwether::pipeline::settle;
use bellwether::store::outbox::{Claimed, Tried};
use jiff::SignedDuration;

use super::stand::{OKTA, second, vital};
use crate::support::model::*;

const NEEDS: &str = r#"{ vendor = "okta", without = "stops" }, { vendor = "azure", without = "stops" }, { vendor = "aws", without = "stops" }"#;

async fn gathering(inventory: &[String], wants: &str) -> Desk {
    let mut desk = Desk::new(inventory, &[receiver("noc", wants)]).await;
    desk.compiled.arriving.gather = SignedDuration::from_secs(20);
    desk.all_quiet().await;
    desk.holds_mail = true;
    desk
}

async fn says(desk: &Desk, source: &str, incidents: Vec<SeenIncident>, at: i64) {
    let look = Look::Snapshot(Box::new(listing(incidents)));
    let looked =
        Looked { look, bodies: Vec::new(), history_read: None, leave_alone: None, outlook: Default::default() };
    let source = desk.compiled.sources.get(&source_id(source)).unwrap().clone();
    settle::take_in(&desk.store, &desk.compiled, &source, &looked, second(at)).await.unwrap();
}

/// What goes out at that second.
async fn out(desk: &Desk, at: i64) -> Vec<Claimed> {
    let rows = desk.store.claim("t", 100, &[], second(at + 60), second(at)).await.unwrap();
    for row in &rows {
        desk.store.mark(&row.notification.id, &Tried::Delivered { answer: "250".into() }, second(at)).await.unwrap();
    }
    rows
}

fn subjects(rows: &[Claimed]) -> Vec<String> {
    rows.iter().map(|row| message(&row.notification.id, &row.notification.facts).subject).collect()
}

#[tokio::test]
async fn the_first_goes_at_once_and_what_comes_within_a_minute_goes_together_after_twenty_seconds() {
    let desk = gathering(&[service("ehr", "EHR", NEEDS)], "").await;
    says(&desk, "okta/status", vec![incident("a")], 60).await;
    assert_eq!(out(&desk, 60).await.len(), 1);
    says(&desk, "azure/status", vec![incident("b")], 65).await;
    says(&desk, "aws/status", vec![with_impact(Impact::MajorOutage, incident("c"))], 70).await;
    assert_eq!(out(&desk, 84).await.len(), 0);
    let digest = out(&desk, 85).await;
    assert_eq!(subjects(&digest), ["[DOWN, 2 causes] EHR at all sites: AWS; also Azure"]);
    let text = message(&digest[0].notification.id, &digest[0].notification.facts).text;
    assert!(text.contains("because of AWS") && text.contains("because of Azure"), "{text}");
    says(&desk, "okta/status", vec![ended(10, incident("a"))], 200).await;
    assert_eq!(out(&desk, 200).await.len(), 1, "a minute of rest, and each goes at once");
}

#[tokio::test]
async fn of_what_comes_in_one_look_the_worst_goes_at_once() {
    let desk = gathering(&[service("ehr", "EHR", OKTA)], "").await;
    let degraded = |key| with_impact(Impact::Degraded, incident(key));
    let worst = with_impact(Impact::MajorOutage, incident("b"));
    says(&desk, "okta/status", vec![degraded("a"), worst, degraded("c")], 60).await;
    assert_eq!(subjects(&out(&desk, 60).await), ["[DOWN] EHR at all sites: Okta"]);
    assert_eq!(out(&desk, 80).await.len(), 1);
}

#[tokio::test]
async fn what_follows_on_the_same_cause_alone_is_not_kept_waiting() {
    let desk = gathering(&[service("ehr", "EHR", NEEDS)], "").await;
    says(&desk, "okta/status", vec![incident("a")], 60).await;
    assert_eq!(out(&desk, 60).await.len(), 1);
    says(&desk, "okta/status", vec![with_impact(Impact::MajorOutage, incident("a"))], 70).await;
    assert_eq!(out(&desk, 70).await.len(), 1);
}

#[tokio::test]
async fn a_major_outage_of_what_lives_hang_on_is_never_gathered_and_takes_with_it_what_was() {
    let desk = gathering(&[vital("ehr", "EHR", NEEDS)], "").await;
    says(&desk, "okta/status", vec![incident("a")], 60).await;
    assert_eq!(out(&desk, 60).await.len(), 1);
    says(&desk, "azure/status", vec![with_impact(Impact::MajorOutage, incident("b"))], 61).await;
    assert_eq!(out(&desk, 61).await.len(), 1);
    says(&desk, "aws/status", vec![incident("c")], 62).await;
    assert_eq!(out(&desk, 62).await.len(), 0);
    says(&desk, "aws/status", vec![with_impact(Impact::MajorOutage, incident("c"))], 63).await;
    assert_eq!(out(&desk, 63).await.len(), 1);
}

#[tokio::test]
async fn a_beginning_and_its_end_that_are_gathered_are_one_and_their_order_stays() {
    let desk = gathering(&[service("ehr", "EHR", NEEDS)], "").await;
    says(&desk, "okta/status", vec![incident("a")], 60).await;
    says(&desk, "azure/status", vec![incident("b")], 61).await;
    says(&desk, "azure/status", vec![ended(1, incident("b"))], 70).await;
    let first = out(&desk, 70).await;
    assert_eq!(first.len(), 1);
    let second = out(&desk, 81).await;
    assert_eq!(second[0].notification.facts.topics[0].told.len(), 2);
    assert_eq!(out(&desk, 500).await.len(), 0);
}

#[tokio::test]
async fn f44_five_hundred_incidents_in_a_minute_are_a_few_messages_that_name_each() {
    let desk = gathering(&[service("ehr", "EHR", OKTA), service("lab", "Lab", OKTA)], "").await;
    let mut open: Vec<SeenIncident> = Vec::new();
    let mut sent = Vec::new();
    for at in (0..60).step_by(3) {
        open.extend((0..25).map(|n| incident(&format!("i{at}-{n}"))));
        says(&desk, "okta/status", open.clone(), 60 + at).await;
        sent.extend(out(&desk, 60 + at).await);
    }
    sent.extend(out(&desk, 200).await);
    assert_eq!(open.len(), 500);
    assert!(sent.len() <= 5, "{}", sent.len());
    let told: BTreeSet<String> =
        sent.iter().flat_map(|row| &row.notification.facts.topics).map(|t| t.cause.to_string()).collect();
    assert_eq!(told.len(), 500, "nothing is dropped");
    let texts: String = sent.iter().map(|row| message(&row.notification.id, &row.notification.facts).text).collect();
    assert!(texts.matches("because of Okta").count() >= 500, "each is named");
}

#[tokio::test]
async fn a_receiver_gets_no_more_than_its_burst_in_ten_minutes_and_then_the_rest_in_one() {
    let bursting = "[[receiver]]\nid = \"noc\"\nemail = \"noc@example.org\"\nburst = 2\n[[subscription]]\nid = \"all\"\nreceivers = [\"noc\"]\n";
    let mut desk = Desk::new(&[service("ehr", "EHR", NEEDS)], &[bursting.to_owned()]).await;
    desk.all_quiet().await;
    desk.holds_mail = true;
    for (n, at) in [60, 130, 200, 270].into_iter().enumerate() {
        let open = (0..=n).map(|n| incident(&format!("a{n}"))).collect();
        says(&desk, "okta/status", open, at).await;
    }
    let numbers: Vec<usize> =
        [out(&desk, 300).await.len(), out(&desk, 659).await.len(), out(&desk, 660).await.len()].into();
    assert_eq!(numbers, [2, 0, 1]);
}

#[tokio::test]
async fn without_it_each_goes_at_once() {
    let mut desk = gathering(&[service("ehr", "EHR", NEEDS)], "").await;
    desk.compiled.arriving.gather = SignedDuration::ZERO;
    says(&desk, "okta/status", vec![incident("a")], 60).await;
    says(&desk, "azure/status", vec![incident("b")], 61).await;
    assert_eq!(out(&desk, 61).await.len(), 2);
}
