//! Ways that fail: who is told of it, what is tried again and how, and what is not called any more.

use std::collections::BTreeMap;

use bellwether::delivery::webhook::SigningKey;
use bellwether::model::audit::By;
use bellwether::model::id::ReceiverId;
use bellwether::model::impact::Impact;
use bellwether::model::secret::Secret;
use bellwether::pipeline::assure::assure_once;
use bellwether::pipeline::auditor::audit;
use bellwether::pipeline::replay::replay;
use bellwether::store::sent::Chosen;
use serde_json::Value;

use super::stand::*;
use crate::support::http::{Answer, HttpReceiver};
use crate::support::model::*;
use crate::support::smtp::{Script, SmtpServer};

fn bodies(hooks: &HttpReceiver) -> Vec<Value> {
    hooks.requests().iter().map(|request| serde_json::from_slice(&request.body).unwrap()).collect()
}

fn ids(names: &[&str]) -> Vec<ReceiverId> {
    names.iter().map(|name| ReceiverId::parse(name).unwrap()).collect()
}

/// One service, its trouble told by mail; operators are told by a webhook.
async fn with_operators(inventory: &[String], hooks: &HttpReceiver, port: u16, login: bool) -> Stand {
    let receivers = [mail("noc-mail", ""), hook("ops", &hooks.url()), subscription("all", "\"noc-mail\"", "")];
    let login = login.then(|| ("bw".to_owned(), Secret::new("wrong".into())));
    let mut stand = Stand::with_login(inventory, &receivers, port, login).await;
    stand.desk.compiled.arriving.operators = ids(&["ops"]);
    stand
}

#[tokio::test]
async fn f36_operators_are_told_once_of_an_address_that_is_wrong_and_once_that_it_works_again() {
    let (hooks, server) =
        (HttpReceiver::answering("204 No Content", "", "").await, SmtpServer::start(Script::default()).await);
    server.follow(Script { recipient: Some(("noc-mail", "550 5.1.1 no such user")), ..Script::default() });
    let stand = with_operators(&[service("ehr", "EHR", OKTA)], &hooks, server.port, false).await;
    stand.desk.open("okta/status", vec![incident("a")], 1).await;
    assert_eq!(outcomes(&stand.turn(60).await), ["noc-mail dead", "ops delivered"]);
    stand.desk.open("okta/status", vec![incident("a"), incident("b")], 2).await;
    stand.turn(120).await;
    let told = bodies(&hooks);
    assert_eq!(told.len(), 1, "once");
    assert_eq!((&told[0]["own_way"]["kind"], &told[0]["own_way"]["way"]), (&"given_up".into(), &"noc-mail".into()));
    assert!(told[0]["subject"].as_str().unwrap().starts_with("[Message given up]"), "{}", told[0]["subject"]);
    server.follow(Script::default());
    stand.desk.open("okta/status", vec![incident("a"), incident("b"), incident("c")], 3).await;
    stand.turn(180).await;
    stand.turn(181).await;
    let told = bodies(&hooks);
    assert_eq!(told.len(), 2);
    assert!(told[1]["summary"].as_str().unwrap().contains("takes messages again"), "{}", told[1]["summary"]);
}

#[tokio::test]
async fn f37_what_is_refused_for_its_size_or_words_goes_once_more_short_and_then_is_given_up() {
    let server = SmtpServer::start(Script { end: Some("552 5.3.4 too big"), ..Script::default() }).await;
    let receivers = [mail("noc-mail", ""), subscription("all", "\"noc-mail\"", "")];
    let stand = Stand::new(&[service("ehr", "EHR", OKTA)], &receivers, server.port).await;
    stand.desk.open("okta/status", vec![incident("a")], 1).await;
    let turn = stand.turn(60).await;
    assert_eq!(outcomes(&turn), ["noc-mail shorter", "noc-mail dead"]);
    assert_eq!(turn[0].id, turn[1].id, "the same message");
    server.follow(Script::default());
    let by = By::terminal("Ada");
    assert_eq!(replay(&stand.desk.store, &[turn[0].id.0.clone()], None, &by, second(70)).await.unwrap(), 1);
    stand.turn(70).await;
    let mail = &mails(&server)[0];
    assert!(mail.contains("[Partly down] EHR") && !mail.contains("text/html"), "{mail}");
}

#[tokio::test]
async fn f38_a_login_that_is_refused_is_tried_once_in_five_minutes_and_the_second_way_goes_at_once() {
    let (hooks, server) =
        (HttpReceiver::answering("204 No Content", "", "").await, SmtpServer::start(Script::default()).await);
    server.follow(Script { offers: vec!["AUTH PLAIN"], auth: Some("535 5.7.8 bad credentials"), ..Script::default() });
    let receivers =
        [mail("noc-mail", "fallback = \"ops\""), hook("ops", &hooks.url()), subscription("all", "\"noc-mail\"", "")];
    let login = Some(("bw".to_owned(), Secret::new("wrong".into())));
    let mut stand = Stand::with_login(&[vital("ehr", "EHR", OKTA)], &receivers, server.port, login).await;
    stand.desk.compiled.arriving.operators = ids(&["noc-mail", "ops"]);
    let open: Vec<_> = (0..10).map(|n| incident(&format!("i{n}"))).collect();
    stand.desk.open("okta/status", open, 1).await;
    let turn = outcomes(&stand.turn(60).await);
    assert_eq!(turn.iter().filter(|o| *o == "noc-mail broken").count(), 10, "{turn:?}");
    assert_eq!(turn.iter().filter(|o| *o == "ops delivered").count(), 11, "ten, and one word to operators: {turn:?}");
    let logins = server.said().iter().filter(|line| line.starts_with("AUTH")).count();
    assert_eq!(logins, 1, "no account is locked");
    let told = bodies(&hooks);
    let broken: Vec<&Value> = told.iter().filter(|body| body["own_way"]["kind"] == "broken").collect();
    assert_eq!(broken.len(), 1);
}

#[tokio::test]
async fn f47_an_endpoint_that_fails_for_days_is_given_up_told_and_can_be_tried_once_more() {
    let (hooks, server) = (HttpReceiver::answering("500 x", "", "").await, SmtpServer::start(Script::default()).await);
    let receivers = [hook("noc-hook", &hooks.url()), mail("ops", ""), subscription("all", "\"noc-hook\"", "")];
    let mut stand = Stand::new(&[service("ehr", "EHR", OKTA)], &receivers, server.port).await;
    stand.desk.compiled.arriving.operators = ids(&["ops"]);
    stand.desk.open("okta/status", vec![incident("a")], 1).await;
    let mut tries = 0;
    for hour in 0..120 {
        tries += stand.turn(60 + hour * 3_600).await.iter().filter(|d| d.receiver.as_str() == "noc-hook").count();
    }
    assert!((8..=11).contains(&tries), "{tries} tries: those of the first hour fall together here");
    assert_eq!(mails(&server).len(), 1);
    assert!(mails(&server)[0].contains("A message to noc-hook was given up"), "{}", mails(&server)[0]);
    let (by, at) = (By::terminal("Ada"), 60 + 130 * 3_600);
    let since = Some(second(0));
    assert_eq!(replay(&stand.desk.store, &[], since, &by, second(at)).await.unwrap(), 1);
    assert!(replay(&stand.desk.store, &[], since, &by, second(at)).await.is_err(), "nothing is left");
    let before = hooks.requests().len();
    stand.turn(at).await;
    let requests = hooks.requests();
    assert_eq!(requests.len(), before + 1);
    let same = |name: &str| requests[0].headers.get(name) == requests[before].headers.get(name);
    assert!(same("webhook-id") && requests[0].body == requests[before].body && !same("webhook-timestamp"));
}

#[tokio::test]
async fn f52_an_endpoint_that_is_gone_is_not_called_until_its_configuration_changes() {
    let (gone, server) =
        (HttpReceiver::answering("410 Gone", "", "").await, SmtpServer::start(Script::default()).await);
    let receivers = [hook("noc-hook", &gone.url()), mail("ops", ""), subscription("all", "\"noc-hook\"", "")];
    let mut stand = Stand::new(&[service("ehr", "EHR", OKTA)], &receivers, server.port).await;
    stand.desk.compiled.arriving.operators = ids(&["ops"]);
    stand.desk.open("okta/status", vec![incident("a")], 1).await;
    stand.turn(60).await;
    stand.desk.open("okta/status", vec![incident("a"), incident("b")], 2).await;
    stand.turn(120).await;
    assert_eq!((gone.requests().len(), mails(&server).len()), (1, 1), "called once, told once");
    assert!(mails(&server)[0].contains("asks never to be called again"), "{}", mails(&server)[0]);
    let dead = Chosen { state: Some("dead"), limit: 10, ..Chosen::default() };
    assert_eq!(stand.desk.store.sent(&dead).await.unwrap().in_all, 2);
    let other = HttpReceiver::answering("204 No Content", "", "").await;
    let receivers = [hook("noc-hook", &other.url()), mail("ops", ""), subscription("all", "\"noc-hook\"", "")];
    stand.desk.compiled = organisation(&[service("ehr", "EHR", OKTA)], &receivers);
    stand.ways = ways(&stand.desk, server.port, None);
    stand.desk.open("okta/status", vec![incident("a"), incident("b"), incident("c")], 3).await;
    stand.turn(180).await;
    assert!(!other.requests().is_empty());
}

#[tokio::test]
async fn f42_what_is_needed_most_goes_first() {
    let server = SmtpServer::start(Script::default()).await;
    let receivers = [mail("a", ""), subscription("all", "\"a\"", "")];
    let needs = r#"{ vendor = "azure", without = "stops" }"#;
    let stand = Stand::new(&[service("lab", "Lab", OKTA), vital("ehr", "EHR", needs)], &receivers, server.port).await;
    stand.desk.open("okta/status", vec![incident("a")], 1).await;
    stand.desk.open("azure/status", vec![incident("b")], 1).await;
    stand.turn(60).await;
    let mails = mails(&server);
    assert!(mails[0].contains("EHR") && mails[1].contains("Lab"), "{mails:?}");
}

#[tokio::test]
async fn f56_one_that_fails_every_second_time_is_not_given_up() {
    let hooks = HttpReceiver::start(Answer::Turns(vec![
        "HTTP/1.1 500 x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".into(),
        "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n".into(),
    ]))
    .await;
    let receivers = [hook("noc-hook", &hooks.url()), subscription("all", "\"noc-hook\"", "")];
    let stand = Stand::new(&[service("ehr", "EHR", OKTA)], &receivers, closed_port()).await;
    for n in 0..5 {
        let open = (0..=n).map(|n| incident(&format!("i{n}"))).collect();
        stand.desk.open("okta/status", open, n * 10 + 1).await;
        stand.turn(n * 600 + 60).await;
        stand.turn(n * 600 + 200).await;
    }
    let all = |state| Chosen { state: Some(state), limit: 100, ..Chosen::default() };
    assert_eq!(stand.desk.store.sent(&all("delivered")).await.unwrap().in_all, 5);
    assert_eq!(hooks.requests().len(), 10);
}

#[tokio::test]
async fn f57_a_number_says_which_of_two_messages_about_a_cause_is_the_later() {
    let hooks = HttpReceiver::answering("204 No Content", "", "").await;
    let receivers = [hook("noc-hook", &hooks.url()), subscription("all", "\"noc-hook\"", "")];
    let stand = Stand::new(&[service("ehr", "EHR", OKTA)], &receivers, closed_port()).await;
    stand.desk.open("okta/status", vec![incident("a")], 1).await;
    stand.turn(60).await;
    stand.desk.open("okta/status", vec![with_impact(Impact::MajorOutage, incident("a")), incident("b")], 2).await;
    stand.turn(120).await;
    stand.desk.open("okta/status", vec![ended(3, incident("a")), incident("b")], 3).await;
    stand.turn(180).await;
    let mut numbers: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    for body in bodies(&hooks) {
        let topic = &body["topics"][0];
        numbers.entry(topic["cause"]["id"].to_string()).or_default().push(topic["sequence"].as_u64().unwrap());
    }
    let mut numbers: Vec<Vec<u64>> = numbers.into_values().collect();
    numbers.sort_by_key(Vec::len);
    assert_eq!(numbers, [vec![1], vec![1, 2, 3]]);
}

#[tokio::test]
async fn f58_f59_each_try_signs_anew_with_the_secrets_and_the_time_of_that_moment() {
    let hooks = HttpReceiver::answering("500 x", "", "").await;
    let receivers = [hook("noc-hook", &hooks.url()), subscription("all", "\"noc-hook\"", "")];
    let mut stand = Stand::new(&[service("ehr", "EHR", OKTA)], &receivers, closed_port()).await;
    stand.desk.open("okta/status", vec![incident("a")], 1).await;
    stand.turn(60).await;
    let key = |secret: &str| SigningKey::parse(&Secret::new(secret.into())).unwrap();
    let (new, old) = ("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oDC2FVsBQ=", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    for endpoint in stand.ways.endpoints.values_mut() {
        endpoint.as_mut().unwrap().keys = vec![key(new), key(old)];
    }
    stand.turn(75).await;
    let requests = hooks.requests();
    assert_eq!((requests.len(), &requests[0].body), (2, &requests[1].body));
    let header = |n: usize, name: &str| requests[n].headers.get(name).unwrap().clone();
    assert_eq!(header(0, "webhook-id"), header(1, "webhook-id"));
    assert_eq!(header(0, "webhook-timestamp"), second(60).as_second().to_string());
    assert_eq!(header(1, "webhook-timestamp"), second(75).as_second().to_string());
    let id = header(1, "webhook-id");
    let both = [new, old].map(|secret| key(secret).sign(&id, second(75).as_second(), &requests[1].body));
    assert_eq!(header(1, "webhook-signature"), both.join(" "), "both verify while one follows the other");
}

#[tokio::test]
async fn every_way_is_tried_each_day_and_one_that_does_not_accept_it_is_told_by_another() {
    let (hooks, server) =
        (HttpReceiver::answering("204 No Content", "", "").await, SmtpServer::start(Script::default()).await);
    let mut stand = with_operators(&[service("ehr", "EHR", OKTA)], &hooks, server.port, false).await;
    stand.desk.compiled.arriving.canary = "12:30:00".parse().ok();
    stand.turn(60).await;
    assert_eq!((mails(&server).len(), hooks.requests().len()), (0, 0), "the first hour is waited for");
    let day = 86_400;
    stand.turn(day - 60).await;
    assert_eq!((mails(&server).len(), hooks.requests().len()), (1, 1));
    assert!(mails(&server)[0].contains("CANARY") && bodies(&hooks)[0]["canary"] == true);
    stand.turn(day).await;
    assert_eq!(mails(&server).len(), 1, "once a day");
    server.follow(Script { end: Some("451 4.3.0 full"), ..Script::default() });
    let half_past = day + 1_800;
    stand.turn(half_past).await;
    stand.turn(half_past + 899).await;
    assert_eq!(bodies(&hooks).iter().filter(|body| body["own_way"].is_object()).count(), 0);
    stand.turn(half_past + 900).await;
    let told: Vec<Value> = bodies(&hooks).into_iter().filter(|body| body["own_way"].is_object()).collect();
    assert_eq!(told.len(), 1);
    assert_eq!((&told[0]["own_way"]["kind"], &told[0]["own_way"]["way"]), (&"trial".into(), &"noc-mail".into()));
}

#[tokio::test]
async fn what_is_about_the_worst_and_taken_by_no_way_is_found_by_the_audit() {
    let receivers = [mail("noc-mail", ""), subscription("all", "\"noc-mail\"", "")];
    let stand = Stand::new(&[vital("ehr", "EHR", OKTA)], &receivers, closed_port()).await;
    stand.desk.open("okta/status", vec![incident("a")], 1).await;
    stand.turn(60).await;
    let wrong = async |at| audit(&stand.desk.store, &stand.desk.compiled, second(at), second(at)).await;
    assert_eq!(wrong(600).await.iter().filter(|w| w.contains("no way has taken")).count(), 0);
    stand.turn(960).await;
    assert_eq!(wrong(961).await, ["messages about the worst that no way has taken: 1"]);
}

#[tokio::test]
async fn trouble_of_which_nothing_was_decided_is_found_by_the_audit() {
    let receivers = [mail("noc-mail", ""), subscription("none", "\"noc-mail\"", "vendors = [\"azure\"]")];
    let mut stand = Stand::new(&[service("ehr", "EHR", OKTA)], &receivers, closed_port()).await;
    stand.desk.open("okta/status", vec![incident("a")], 1).await;
    let wrong = async |stand: &Stand, at| audit(&stand.desk.store, &stand.desk.compiled, second(at), second(at)).await;
    assert_eq!(wrong(&stand, 300).await, Vec::<String>::new(), "nobody asks for it");
    stand.desk.compiled =
        organisation(&[service("ehr", "EHR", OKTA)], &[mail("noc-mail", ""), subscription("all", "\"noc-mail\"", "")]);
    assert_eq!(wrong(&stand, 300).await, ["troubles of which it was never decided who is told: 1"]);
    stand.desk.tick(6).await;
    assert_eq!(wrong(&stand, 370).await.iter().filter(|w| w.contains("never decided")).count(), 0, "a tick mends it");
    assert_eq!(assure_once(&stand.desk.store, &stand.desk.compiled, second(370)).await.unwrap(), 0);
}
