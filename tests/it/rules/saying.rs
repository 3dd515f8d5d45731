//! What a message says beside its first line: what changed since the last one, how we know, which vendors it names.

use bellwether::alerting::message::message;
use bellwether::model::id::NotificationId;
use bellwether::model::impact::Impact;
use serde_json::{Value, json};

use crate::support::model::*;

const OKTA: &str = r#"{ vendor = "okta", without = "stops" }"#;
const AZURE: &str = r#"{ vendor = "azure", without = "stops" }"#;
const LAB: &str = r#"{ vendor = "lab", without = "stops" }"#;

async fn desk(services: &[String], wants: &str) -> Desk {
    let desk = Desk::new(services, &[receiver("noc", wants)]).await;
    desk.all_quiet().await;
    desk
}

fn webhook(sent: &Sent) -> Value {
    message(&NotificationId("n".into()), &sent.facts).json
}

#[tokio::test]
async fn a_later_message_says_what_changed_since_the_last_one_to_that_address() {
    let desk = desk(&[service("ehr", "EHR", OKTA)], "").await;
    let first = with_impact(Impact::Degraded, naming(&["SSO"], incident("a")));
    let opened = desk.open("okta/status", vec![first], 10).await;
    assert!(!opened.sent[0].text.contains("Since our last message"), "there was none");
    let grown = with_impact(Impact::MajorOutage, naming(&["SSO", "Directory"], incident("a")));
    let worse = desk.open("okta/status", vec![grown.clone()], 20).await;
    let words = "Since our last message, at 12:10 UTC: EHR was degraded, now DOWN; it now names Directory.";
    assert!(worse.sent[0].text.contains(words), "{}", worse.sent[0].text);
    let before = &webhook(&worse.sent[0])["topics"][0]["before"];
    assert_eq!(before["services"], json!([{ "id": "ehr", "impact": "degraded" }]));
    assert_eq!((&before["at"], &before["components"]), (&json!("2026-03-02T12:10:00Z"), &json!(["SSO"])));
    assert!(webhook(&opened.sent[0])["topics"][0]["before"].is_null());
    let end = desk.open("okta/status", vec![ended(30, grown)], 30).await;
    assert!(!end.sent[0].text.contains("Since our last message"), "an end says how long it was instead");
    assert!(end.sent[0].text.contains("for 30 min, from 12:00 UTC to 12:30 UTC"), "{}", end.sent[0].text);
}

#[tokio::test]
async fn what_was_never_sent_is_nothing_that_anybody_could_compare_with() {
    let mut desk = desk(&[service("ehr", "EHR", OKTA)], "").await;
    desk.holds_mail = true;
    desk.open("okta/status", vec![with_impact(Impact::Degraded, incident("a"))], 10).await;
    desk.open("okta/status", vec![with_impact(Impact::MajorOutage, incident("a"))], 20).await;
    let sent = desk.deliver(21).await;
    assert_eq!(sent.len(), 1, "both are told in one");
    assert!(sent[0].facts.topics[0].before.is_none(), "{:?}", sent[0].facts.topics[0].before);
}

#[tokio::test]
async fn where_a_vendor_has_several_sources_each_says_whether_it_agrees() {
    let desk = desk(&[service("ehr", "EHR", LAB)], "").await;
    desk.look("lab/api", unreachable(), 5).await;
    let step = desk.open("lab/page", vec![incident("a")], 6).await;
    let text = &step.sent[0].text;
    assert!(text.contains("lab/page says so: partial outage, investigating"), "{text}");
    assert!(text.contains("lab/api cannot be read: "), "{text}");
    let witnesses = &webhook(&step.sent[0])["topics"][0]["witnesses"];
    assert_eq!(witnesses[0]["says"], json!({ "kind": "says", "impact": "partial_outage", "phase": "investigating" }));
    assert_eq!((&witnesses[1]["source"], &witnesses[1]["says"]["kind"]), (&json!("lab/api"), &json!("blind")));
    desk.open("lab/api", Vec::new(), 7).await;
    let worse = desk.open("lab/page", vec![with_impact(Impact::MajorOutage, incident("a"))], 8).await;
    assert!(worse.sent[0].text.contains("lab/api can be read, and says nothing of it"), "{}", worse.sent[0].text);
}

#[tokio::test]
async fn a_digest_names_every_vendor_in_its_subject_and_its_first_line_the_worst_first() {
    let services = [service("ehr", "EHR", OKTA), service("pay", "Payroll", AZURE)];
    let mut desk = desk(&services, "digest = [\"14:00\"]").await;
    desk.holds_mail = true;
    desk.open("okta/status", vec![with_impact(Impact::Degraded, incident("a"))], 10).await;
    desk.open("azure/status", vec![with_impact(Impact::MajorOutage, incident("b"))], 20).await;
    let sent = desk.deliver(120).await;
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0].subject, "[Digest: DOWN, 2 causes] Payroll at all sites: Azure; also Okta");
    let first = "Digest, gathered until 14:00 UTC. Payroll is down because of Azure since 12:00 UTC; EHR works \
                 badly because of Okta since 12:00 UTC (2 causes, the worst first).";
    assert!(sent[0].text.starts_with(first), "{}", sent[0].text);
    assert_eq!(webhook(&sent[0])["gathered_until"], "2026-03-02T14:00:00Z");
}
