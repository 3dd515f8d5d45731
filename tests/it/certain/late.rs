//! What waited: its beginning and its end are one message that says both and how late it is.

use super::stand::*;
use crate::support::model::*;
use crate::support::smtp::{Script, SmtpServer};

#[tokio::test]
async fn what_came_while_nothing_could_be_sent_is_one_message_with_both_times_and_the_delay() {
    let server = SmtpServer::start(Script { greeting: Some("421 too busy"), ..Script::default() }).await;
    let receivers = [mail("noc", ""), subscription("all", "\"noc\"", "")];
    let stand = Stand::new(&[service("ehr", "EHR", OKTA)], &receivers, server.port).await;
    stand.desk.open("okta/status", vec![incident("a")], 10).await;
    stand.turn(600).await;
    // Nothing runs for three hours but the looks: what is put into the outbox meanwhile was never tried.
    stand.desk.open("okta/status", vec![incident("a"), incident("b")], 20).await;
    stand.desk.open("okta/status", vec![incident("a"), ended(60, incident("b"))], 60).await;
    server.follow(Script::default());
    stand.turn(3 * 3_600).await;
    let mails = mails(&server);
    assert_eq!(mails.len(), 2);
    let late = mails.iter().find(|mail| mail.contains("Trouble b")).unwrap();
    assert!(late.contains("[Over") && late.contains("It began and ended before we could tell you"), "{late}");
    assert!(late.contains("This message is 2 h 40 min late: it was to go out at 12:20 UTC"), "{late}");
    let tried = mails.iter().find(|mail| mail.contains("Trouble a")).unwrap();
    assert!(!tried.contains("late, since"), "what was tried keeps its bytes");
}

#[tokio::test]
async fn an_end_that_finds_its_beginning_tried_follows_it_with_its_own_number() {
    let server = SmtpServer::start(Script { greeting: Some("421 too busy"), ..Script::default() }).await;
    let receivers = [mail("noc", ""), subscription("all", "\"noc\"", "")];
    let stand = Stand::new(&[service("ehr", "EHR", OKTA)], &receivers, server.port).await;
    stand.desk.open("okta/status", vec![incident("a")], 10).await;
    stand.turn(600).await;
    stand.desk.open("okta/status", vec![ended(30, incident("a"))], 30).await;
    stand.turn(2_400).await;
    server.follow(Script::default());
    stand.turn(7_200).await;
    let mails = mails(&server);
    assert!(mails[0].contains("[Partly down]") && mails[1].contains("[Over]"), "{mails:?}");
    let late = "This message is 1 h 30 min late, since 12:30 UTC: the mail server refused greeting us: 421";
    assert!(mails[1].contains(late), "{}", mails[1]);
}
