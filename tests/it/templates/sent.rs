//! What goes over the wire, to a real mail server.

use std::collections::BTreeMap;

use bellwether::model::id::ReceiverId;
use bellwether::model::snapshot::SeenIncident;
use serde_json::Value;

use super::wording;
use crate::certain::stand::*;
use crate::support::http::HttpReceiver;
use crate::support::model::*;
use crate::support::smtp::{Script, SmtpServer};

const EVIL: &str = "Down <script>alert(1)</script>\r\nBcc: evil@example.org";

fn evil(key: &str) -> SeenIncident {
    SeenIncident { title: EVIL.to_owned(), ..incident(key) }
}

async fn stand(server: &SmtpServer, hooks: &HttpReceiver) -> Stand {
    let receivers = [
        mail("noc-mail", ""),
        mail("night", ""),
        hook("ops", &hooks.url()),
        subscription("all", "\"noc-mail\", \"night\"", ""),
    ];
    let mut stand = Stand::new(&[service("ehr", "EHR", OKTA)], &receivers, server.port).await;
    stand.desk.compiled.arriving.operators = vec![ReceiverId::parse("ops").unwrap()];
    stand
}

/// As a reload does it: the ways and the configuration both know what stands in the files.
fn reworded(stand: &mut Stand, all: &[(&str, &str)], sets: &[(&str, &str)]) {
    stand.ways.wording = wording(all, sets);
    stand.desk.compiled.templates = stand.ways.wording.templates.prints();
}

fn mails_to<'a>(server: &SmtpServer, all: &'a [String], to: &str) -> Vec<&'a String> {
    server.taken().iter().zip(all).filter(|(taken, _)| taken.to.contains(to)).map(|(_, mail)| mail).collect()
}

#[tokio::test]
async fn a_mail_is_worded_by_templates_and_what_a_vendor_writes_reaches_neither_its_head_nor_its_html() {
    let (hooks, server) =
        (HttpReceiver::answering("204 No Content", "", "").await, SmtpServer::start(Script::default()).await);
    let mut stand = stand(&server, &hooks).await;
    let said = [
        ("subject.j2", "Now: {{ topic.vendor_word.title }}\r\nBcc: other@example.org\r\n\r\nbody"),
        ("text.j2", "{% include '_sign.j2' %}\n{{ topic.vendor_word.title }} for {{ topic.since | age }}\n"),
        ("html.j2", "<html><body><b>{{ topic.vendor_word.title }}</b></body></html>"),
        ("_sign.j2", "By day"),
        ("night/_sign.j2", "By night"),
    ];
    reworded(&mut stand, &said, &[("night", "night")]);
    stand.desk.open("okta/status", vec![evil("a")], 1).await;
    assert_eq!(outcomes(&stand.turn(60).await).len(), 2);
    let all = mails(&server);
    for (to, sign) in [("noc-mail", "By day"), ("night", "By night")] {
        let mail = mails_to(&server, &all, to)[0];
        assert!(
            mail.contains("Now: Down <script>alert(1)</script> Bcc: evil@example.org Bcc: other@example.org body"),
            "{mail}"
        );
        assert!(mail.contains(sign), "{mail}");
        assert!(mail.contains("<b>Down &lt;script&gt;alert(1)&lt;&#x2f;script&gt;"), "{mail}");
        // The way out, which no template can leave out.
        assert!(mail.contains("ask whoever looks after Bellwether"), "{mail}");
    }
    for taken in server.taken() {
        let raw = String::from_utf8(taken.raw).unwrap();
        let head = raw.split("\r\n\r\n").next().unwrap();
        assert!(!head.lines().any(|line| line.to_lowercase().starts_with("bcc:")), "{head}");
        assert_eq!(head.lines().filter(|line| line.starts_with("Subject:")).count(), 1, "{head}");
    }
}

#[tokio::test]
async fn a_template_that_fails_costs_no_message_and_is_told_once_and_once_when_it_is_another() {
    let (hooks, server) =
        (HttpReceiver::answering("204 No Content", "", "").await, SmtpServer::start(Script::default()).await);
    let mut stand = stand(&server, &hooks).await;
    reworded(&mut stand, &[("subject.j2", "{{ topics[7].vendor }}"), ("text.j2", "{{ topic.vendor }} only")], &[]);
    stand.desk.open("okta/status", vec![incident("a")], 1).await;
    stand.turn(60).await;
    stand.desk.open("okta/status", vec![incident("a"), incident("b")], 2).await;
    stand.turn(120).await;
    let all = mails(&server);
    assert_eq!(all.len(), 4);
    for mail in &all {
        assert!(
            mail.contains("[Partly down] EHR") && mail.contains("Okta only"),
            "ours, and the one that works: {mail}"
        );
    }
    let told = || -> Vec<Value> {
        hooks.requests().iter().map(|request| serde_json::from_slice(&request.body).unwrap()).collect()
    };
    assert_eq!(told().len(), 1, "once: {:#?}", told());
    let first = &told()[0];
    assert_eq!((&first["own_way"]["kind"], &first["own_way"]["way"]), (&"template".into(), &"subject.j2".into()));
    assert_eq!(first["own_way"]["reason"], "line 1: `topics[7]` is nothing here");
    assert_eq!(first["subject"], "[Template failed] Bellwether itself: template subject.j2");

    reworded(&mut stand, &[("subject.j2", "{{ topic.vendor }} is down")], &[]);
    stand.turn(180).await;
    stand.turn(181).await;
    assert_eq!(told().len(), 2, "{:#?}", told());
    let summary = told()[1]["summary"].as_str().unwrap().to_owned();
    assert!(
        summary.starts_with("Template subject.j2, which could not be used, was changed or taken away"),
        "{summary}"
    );
    let of_another = [incident("a"), incident("b"), incident("c")];
    stand.desk.open("okta/status", of_another.to_vec(), 4).await;
    stand.turn(240).await;
    assert!(mails(&server).last().unwrap().contains("Subject: Okta is down"));
    assert_eq!(told().len(), 2);
}

#[tokio::test]
async fn what_was_frozen_keeps_its_bytes_though_its_template_is_another_by_now() {
    let (hooks, server) =
        (HttpReceiver::answering("204 No Content", "", "").await, SmtpServer::start(Script::default()).await);
    let mut stand = stand(&server, &hooks).await;
    reworded(&mut stand, &[("subject.j2", "First words")], &[]);
    server.follow(Script { recipient: Some(("noc-mail", "451 4.3.0 later")), ..Script::default() });
    stand.desk.open("okta/status", vec![incident("a")], 1).await;
    let outcome: BTreeMap<String, ()> = outcomes(&stand.turn(60).await).into_iter().map(|one| (one, ())).collect();
    assert!(outcome.contains_key("noc-mail again"), "{outcome:?}");
    server.follow(Script::default());
    reworded(&mut stand, &[("subject.j2", "Other words")], &[]);
    stand.turn(600).await;
    let all = mails(&server);
    assert!(mails_to(&server, &all, "noc-mail")[0].contains("Subject: First words"));
}
