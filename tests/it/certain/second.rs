//! The second way.

use bellwether::model::impact::Impact;
use bellwether::pipeline::auditor::audit;
use serde_json::Value;

use super::stand::*;
use crate::support::http::HttpReceiver;
use crate::support::model::*;
use crate::support::smtp::{Script, SmtpServer};

async fn stand(inventory: &[String], hooks: &HttpReceiver, port: u16) -> Stand {
    let receivers = [
        mail("noc-mail", "fallback = \"noc-hook\""),
        hook("noc-hook", &hooks.url()),
        subscription("all", "\"noc-mail\"", ""),
    ];
    Stand::new(inventory, &receivers, port).await
}

fn bodies(hooks: &HttpReceiver) -> Vec<Value> {
    hooks.requests().iter().map(|request| serde_json::from_slice(&request.body).unwrap()).collect()
}

fn text(body: &Value) -> String {
    format!("{} {} {}", body["subject"], body["summary"], body["second_way"])
}

#[tokio::test]
async fn f32_what_the_first_way_has_not_taken_in_two_minutes_goes_by_the_second_and_says_why() {
    let hooks = HttpReceiver::answering("204 No Content", "", "").await;
    let stand = stand(&[vital("ehr", "EHR", OKTA)], &hooks, closed_port()).await;
    stand.desk.open("okta/status", vec![incident("a")], 1).await;
    assert_eq!(outcomes(&stand.turn(60).await), ["noc-mail again"]);
    assert_eq!(stand.turn(179).await.iter().filter(|d| d.receiver.as_str() == "noc-hook").count(), 0);
    assert!(outcomes(&stand.turn(180).await).contains(&"noc-hook delivered".to_owned()));
    let told = bodies(&hooks);
    assert_eq!(told.len(), 1);
    let why = &told[0]["second_way"];
    assert_eq!(why["ways"], serde_json::json!(["noc-mail"]));
    assert_eq!(why["since"], "2026-03-02T12:01:00Z");
    assert!(why["reason"].as_str().unwrap().contains("cannot be reached"), "{why}");
    stand.turn(240).await;
    stand.turn(4_000).await;
    assert_eq!(bodies(&hooks).len(), 1, "once");
    assert!(
        audit(&stand.desk.store, &stand.desk.compiled, minute(0), second(4_000))
            .await
            .iter()
            .all(|w| !w.contains("second way"))
    );
}

#[tokio::test]
async fn the_mail_says_which_way_failed_since_when_and_why() {
    let (hooks, server) = (HttpReceiver::answering("500 x", "", "").await, SmtpServer::start(Script::default()).await);
    let receivers = [
        format!("{}fallback = \"noc-mail\"\n", hook("noc-hook", &hooks.url())),
        mail("noc-mail", ""),
        subscription("all", "\"noc-hook\"", ""),
    ];
    let stand = Stand::new(&[vital("ehr", "EHR", OKTA)], &receivers, server.port).await;
    stand.desk.open("okta/status", vec![incident("a")], 1).await;
    stand.turn(60).await;
    stand.turn(200).await;
    let mails = mails(&server);
    assert_eq!(mails.len(), 1);
    let words = "It comes to you by a second way: the first way, noc-hook, has not taken it since 12:01 UTC: HTTP 500.";
    assert!(mails[0].contains(words), "{}", mails[0]);
}

#[tokio::test]
async fn what_is_not_about_the_worst_waits_for_its_own_way_unless_all_is_to_go() {
    let hooks = HttpReceiver::answering("204 No Content", "", "").await;
    let mut stand = stand(&[service("ehr", "EHR", OKTA)], &hooks, closed_port()).await;
    stand.desk.open("okta/status", vec![incident("a")], 1).await;
    stand.turn(60).await;
    stand.turn(600).await;
    assert_eq!(bodies(&hooks).len(), 0);
    stand.desk.open("okta/status", vec![incident("a"), with_impact(Impact::MajorOutage, incident("b"))], 11).await;
    stand.turn(660).await;
    stand.turn(800).await;
    assert_eq!(bodies(&hooks).len(), 1, "a major outage goes");
    stand.desk.compiled.arriving.second_for_all = true;
    stand.turn(801).await;
    assert_eq!(bodies(&hooks).len(), 2);
}

#[tokio::test]
async fn who_was_told_of_a_beginning_by_the_second_way_is_told_its_end_there_also_where_the_first_way_works_again() {
    let (hooks, server) =
        (HttpReceiver::answering("204 No Content", "", "").await, SmtpServer::start(Script::default()).await);
    server.follow(Script { greeting: Some("421 too busy"), ..Script::default() });
    let stand = stand(&[vital("ehr", "EHR", OKTA)], &hooks, server.port).await;
    stand.desk.open("okta/status", vec![incident("a"), incident("b")], 1).await;
    stand.turn(60).await;
    stand.turn(180).await;
    assert_eq!(bodies(&hooks).len(), 2);
    server.follow(Script::default());
    stand.turn(600).await;
    assert_eq!(mails(&server).len(), 2);
    stand.desk.open("okta/status", vec![ended(20, incident("a")), incident("b")], 20).await;
    stand.turn(1_200).await;
    let told = bodies(&hooks);
    assert_eq!((mails(&server).len(), told.len()), (3, 3));
    assert_eq!(told[2]["topics"][0]["over"], true);
    stand.desk.open("okta/status", vec![incident("a"), incident("b")], 30).await;
    stand.turn(1_800).await;
    assert_eq!(bodies(&hooks).len(), 3, "the first way takes it again");
}

#[tokio::test]
async fn the_second_way_compares_with_what_it_told_and_not_with_what_the_first_one_did() {
    let (hooks, server) =
        (HttpReceiver::answering("204 No Content", "", "").await, SmtpServer::start(Script::default()).await);
    let stand = stand(&[vital("ehr", "EHR", OKTA)], &hooks, server.port).await;
    stand.desk.open("okta/status", vec![with_impact(Impact::Degraded, incident("a"))], 1).await;
    stand.turn(60).await;
    assert_eq!(mails(&server).len(), 1);
    server.follow(Script { end: Some("451 4.3.0 try again later"), ..Script::default() });
    stand.desk.open("okta/status", vec![with_impact(Impact::MajorOutage, incident("a"))], 10).await;
    stand.turn(600).await;
    stand.turn(720).await;
    let told = bodies(&hooks);
    assert_eq!(told.len(), 1);
    assert_eq!(told[0]["topics"][0]["told"], serde_json::json!(["worse"]));
    assert!(told[0]["topics"][0]["before"].is_null(), "{}", told[0]);
}

#[tokio::test]
async fn what_was_given_up_goes_at_once() {
    let (hooks, server) =
        (HttpReceiver::answering("204 No Content", "", "").await, SmtpServer::start(Script::default()).await);
    server.follow(Script { recipient: Some(("noc-mail", "550 5.1.1 no such user")), ..Script::default() });
    let stand = stand(&[vital("ehr", "EHR", OKTA)], &hooks, server.port).await;
    stand.desk.open("okta/status", vec![incident("a")], 1).await;
    assert_eq!(outcomes(&stand.turn(60).await), ["noc-mail dead", "noc-hook delivered"]);
    assert!(text(&bodies(&hooks)[0]).contains("no such user"));
}

#[tokio::test]
async fn who_is_told_by_both_ways_anyway_is_told_once_each() {
    let hooks = HttpReceiver::answering("204 No Content", "", "").await;
    let receivers = [
        mail("noc-mail", "fallback = \"noc-hook\""),
        hook("noc-hook", &hooks.url()),
        subscription("all", "\"noc-mail\", \"noc-hook\"", ""),
    ];
    let stand = Stand::new(&[vital("ehr", "EHR", OKTA)], &receivers, closed_port()).await;
    stand.desk.open("okta/status", vec![incident("a")], 1).await;
    stand.turn(60).await;
    stand.turn(600).await;
    assert_eq!(bodies(&hooks).len(), 1);
}

#[tokio::test]
async fn two_ways_that_stand_in_for_one_another_do_not_go_in_circles() {
    let hooks = HttpReceiver::answering("500 x", "", "").await;
    let receivers = [
        mail("noc-mail", "fallback = \"noc-hook\""),
        format!("{}fallback = \"noc-mail\"\n", hook("noc-hook", &hooks.url())),
        subscription("all", "\"noc-mail\"", ""),
    ];
    let stand = Stand::new(&[vital("ehr", "EHR", OKTA)], &receivers, closed_port()).await;
    stand.desk.open("okta/status", vec![incident("a")], 1).await;
    for minutes in 1..60 {
        stand.turn(minutes * 60).await;
    }
    let (part, rows) = (bellwether::store::sent::Chosen { limit: 100, ..Default::default() }, &stand.desk.store);
    assert_eq!(rows.sent(&part).await.unwrap().in_all, 2);
}
