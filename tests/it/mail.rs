//! Mails to a real server on loopback that misbehaves.

use std::time::Duration;

use bellwether::alerting::message::message;
use bellwether::alerting::message::short::short_subject;
use bellwether::delivery::Attempt;
use bellwether::delivery::mail::{Envelope, compose};
use bellwether::delivery::mailer::{MailSettings, Mailer, MailerError, Tls};
use bellwether::delivery::pager;
use bellwether::model::notification::Message;
use bellwether::model::secret::Secret;
use bellwether::model::subscription::Email;

use crate::support::smtp::{Script, SmtpServer, sender};
use crate::support::{facts, golden::golden};

fn noc() -> Email {
    Email::parse("noc@northfield.example").unwrap()
}

fn bytes(message: &Message) -> Vec<u8> {
    let envelope = Envelope {
        id: &facts::id(),
        thread: "okta-3f9a1c0be77d2a41",
        domain: "northfield.example",
        from: &sender(),
        to: &noc(),
        date: facts::at("2026-07-17T22:41:09Z"),
        message,
        leave: None,
    };
    compose(&envelope).unwrap()
}

fn frozen() -> Vec<u8> {
    bytes(&message(&facts::id(), &facts::typical()[0].1))
}

/// What came of sending one mail to a server with this script.
async fn attempt(script: Script, change: impl FnOnce(&mut MailSettings)) -> (Attempt, SmtpServer) {
    let server = SmtpServer::start(script).await;
    let mut settings = server.settings();
    change(&mut settings);
    let attempt = Mailer::new(settings).unwrap().send_raw(&noc(), &frozen()).await;
    (attempt, server)
}

#[derive(Debug, PartialEq)]
enum Kind {
    Later,
    MaybeTwice,
    Broken,
    TooMuch,
    Permanent,
}

async fn check(script: Script, expected: Kind, says: &str) {
    check_with(script, |_| {}, expected, says).await;
}

async fn check_with(script: Script, change: impl FnOnce(&mut MailSettings), expected: Kind, says: &str) {
    let (attempt, server) = attempt(script.clone(), change).await;
    let (kind, reason) = match attempt {
        Attempt::Delivered { answer } => panic!("delivered: {answer}"),
        Attempt::TooMuch { reason } => (Kind::TooMuch, reason),
        Attempt::Retry { reason, ambiguous: true, .. } => (Kind::MaybeTwice, reason),
        Attempt::Retry { reason, after: Some(wait), .. } if wait >= Duration::from_secs(300) => (Kind::Broken, reason),
        Attempt::Retry { reason, .. } => (Kind::Later, reason),
        Attempt::Permanent { reason, receiver_gone } => {
            assert!(!receiver_gone);
            (Kind::Permanent, reason)
        }
    };
    assert_eq!(kind, expected, "{script:?}: {reason}");
    assert!(reason.contains(says), "{script:?}: {reason}");
    assert!(server.taken().is_empty());
}

const SHORT: fn(&mut MailSettings) = |settings| settings.deadline = Duration::from_millis(300);

#[tokio::test]
async fn a_mail_arrives_as_it_was_frozen_and_the_answer_is_kept() {
    let (attempt, server) = attempt(Script::default(), |_| {}).await;
    assert_eq!(attempt, Attempt::Delivered { answer: "250 2.0.0 Ok: queued as 4F2".into() });
    let taken = server.taken();
    assert_eq!(
        (taken[0].from.as_str(), taken[0].to.as_str()),
        ("MAIL FROM:<bellwether@northfield.example>", "RCPT TO:<noc@northfield.example>")
    );
    assert!(taken[0].raw.starts_with(frozen().as_slice()));
}

#[tokio::test]
async fn f33_silence_instead_of_a_greeting_ends_at_our_deadline() {
    check_with(Script { greeting: Some(""), ..Script::default() }, SHORT, Kind::Later, "silent at greeting us").await;
}

#[tokio::test]
async fn f34_silence_after_the_final_dot_may_make_a_double() {
    check_with(Script { end: Some(""), ..Script::default() }, SHORT, Kind::MaybeTwice, "silent at the mail").await;
}

#[tokio::test]
async fn f35_what_a_server_cannot_do_now_is_tried_later() {
    check(Script { greeting: Some("421 too busy"), ..Script::default() }, Kind::Later, "421 too busy").await;
    let greylisted = Some(("noc@", "450 4.2.0 greylisted, come back"));
    check(Script { recipient: greylisted, ..Script::default() }, Kind::Later, "450 4.2.0 greylisted").await;
    check(Script { end: Some("451 4.3.0 disk full"), ..Script::default() }, Kind::Later, "451 4.3.0 disk full").await;
}

#[tokio::test]
async fn f36_one_bad_recipient_hurts_no_other() {
    let server =
        SmtpServer::start(Script { recipient: Some(("bad@", "550 5.1.1 no such user")), ..Script::default() }).await;
    let mailer = Mailer::new(server.settings()).unwrap();
    for n in 0..20 {
        let to = Email::parse(&if n == 7 { "bad@x.example".to_owned() } else { format!("n{n}@x.example") }).unwrap();
        match mailer.send_raw(&to, &frozen()).await {
            Attempt::Permanent { reason, .. } => {
                assert!(n == 7 && reason.contains("550 5.1.1 no such user"), "{reason}")
            }
            Attempt::Delivered { .. } => assert_ne!(n, 7),
            Attempt::Retry { reason, .. } | Attempt::TooMuch { reason } => panic!("{n}: {reason}"),
        }
    }
    assert_eq!(server.taken().len(), 19);
    assert_eq!(server.connections(), 2, "a connection is kept, and dropped where it failed");
}

#[tokio::test]
async fn f37_a_mail_that_is_refused_for_good_is_not_tried_again_as_it_is() {
    check(Script { end: Some("554 5.7.1 looks like spam"), ..Script::default() }, Kind::TooMuch, "554 5.7.1").await;
    check(Script { end: Some("552 5.3.4 too big"), ..Script::default() }, Kind::TooMuch, "552 5.3.4").await;
    check(Script { end: Some("550 5.7.1 refused"), ..Script::default() }, Kind::Permanent, "550 5.7.1").await;
}

#[tokio::test]
async fn f38_a_wrong_login_breaks_the_way_and_no_notification_dies_of_it() {
    let login = |settings: &mut MailSettings| settings.login = Some(("bw".into(), Secret::new("canary".into())));
    let script = Script { offers: vec!["AUTH PLAIN"], auth: Some("535 5.7.8 bad credentials"), ..Script::default() };
    check_with(script, login, Kind::Broken, "535 5.7.8 bad credentials").await;
    check(
        Script { sender: Some("553 5.7.1 not your address"), ..Script::default() },
        Kind::Broken,
        "our sender address",
    )
    .await;
    check(Script { sender: Some("530 5.7.0 log in first"), ..Script::default() }, Kind::Broken, "530").await;
    check(Script { greeting: Some("554 not for you"), ..Script::default() }, Kind::Broken, "554").await;
}

#[tokio::test]
async fn f39_without_starttls_nothing_is_said_in_the_clear() {
    let required = |settings: &mut MailSettings| settings.tls = Tls::Required;
    let (attempt, server) = attempt(Script::default(), required).await;
    assert!(matches!(attempt, Attempt::Retry { ref reason, .. } if reason.contains("no STARTTLS")), "{attempt:?}");
    assert!(server.said().iter().all(|line| line.starts_with("EHLO")), "{:?}", server.said());
}

#[tokio::test]
async fn f39_a_certificate_that_nobody_vouches_for_is_refused_and_one_of_ours_taken() {
    let script = || Script { offers: vec!["STARTTLS", "AUTH PLAIN"], ..Script::default() };
    let required = |settings: &mut MailSettings| {
        settings.tls = Tls::Required;
        settings.login = Some(("bw".into(), Secret::new("canary".into())));
    };
    let (refused, server) = attempt(script(), required).await;
    assert!(matches!(refused, Attempt::Retry { ref reason, .. } if reason.contains("TLS")), "{refused:?}");
    assert!(!server.said().iter().any(|line| line.starts_with("AUTH") || line.starts_with("MAIL")));

    let server = SmtpServer::start(script()).await;
    let mut settings = server.settings();
    required(&mut settings);
    settings.extra_roots_pem = vec![server.certificate.clone()];
    let taken = Mailer::new(settings).unwrap().send_raw(&noc(), &frozen()).await;
    assert!(matches!(taken, Attempt::Delivered { .. }), "{taken:?}");
    let said = server.said();
    let at = |verb: &str| said.iter().position(|line| line.starts_with(verb)).unwrap();
    assert!(at("STARTTLS") < at("AUTH") && at("AUTH") < at("MAIL"));
}

#[tokio::test]
async fn f39_answers_slipped_in_before_tls_are_not_taken_for_the_servers() {
    let slipped = "220 go ahead\r\n250 a\r\n250 b\r\n250 c\r\n354 d\r\n250 2.0.0 Ok: never queued";
    let script = Script { offers: vec!["STARTTLS"], starttls: Some(slipped), ..Script::default() };
    let server = SmtpServer::start(script).await;
    let mut settings = server.settings();
    settings.tls = Tls::Required;
    settings.extra_roots_pem = vec![server.certificate.clone()];
    let attempt = Mailer::new(settings).unwrap().send_raw(&noc(), &frozen()).await;
    assert!(matches!(attempt, Attempt::Retry { ambiguous: false, .. }), "{attempt:?}");
    assert!(!server.said().iter().any(|line| line.starts_with("MAIL")), "{:?}", server.said());
}

#[tokio::test]
async fn f40_a_connection_that_breaks_in_the_middle_is_tried_again() {
    check(Script { breaks_off: true, ..Script::default() }, Kind::MaybeTwice, "broke at the mail").await;
}

#[tokio::test]
async fn f45_a_connection_that_went_stale_is_replaced_without_a_word() {
    let server = SmtpServer::start(Script { closes_after: true, ..Script::default() }).await;
    let mailer = Mailer::new(server.settings()).unwrap();
    for _ in 0..3 {
        let attempt = mailer.send_raw(&noc(), &frozen()).await;
        assert!(matches!(attempt, Attempt::Delivered { .. }), "{attempt:?}");
    }
    assert_eq!((server.taken().len(), server.connections()), (3, 3));
}

#[tokio::test]
async fn a_kept_connection_that_says_good_bye_is_replaced_too() {
    let server = SmtpServer::start(Script::default()).await;
    let mailer = Mailer::new(server.settings()).unwrap();
    assert!(matches!(mailer.send_raw(&noc(), &frozen()).await, Attempt::Delivered { .. }));
    server.follow(Script { sender: Some("421 4.4.2 idle for too long"), ..Script::default() });
    let attempt = mailer.send_raw(&noc(), &frozen()).await;
    assert!(matches!(attempt, Attempt::Retry { after: None, ambiguous: false, .. }), "{attempt:?}");
    assert_eq!(server.connections(), 2, "once, not for ever");
}

#[tokio::test]
async fn f32_a_server_that_is_not_there_is_tried_later() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    check_with(Script::default(), |settings| settings.port = port, Kind::Later, "refused").await;
}

#[test]
fn a_password_is_never_sent_in_the_clear_nor_shown() {
    let settings = MailSettings {
        host: "mx.northfield.example".into(),
        port: 25,
        tls: Tls::None,
        extra_roots_pem: vec![],
        login: Some(("bw".into(), Secret::new("canary".into()))),
        from: sender(),
        hello: "x".into(),
        deadline: Duration::from_secs(1),
    };
    assert!(!format!("{settings:?}").contains("canary"));
    assert!(matches!(Mailer::new(settings), Err(MailerError::PasswordInTheClear(_))));
}

#[test]
fn the_same_notification_makes_the_same_bytes() {
    assert_eq!(frozen(), frozen());
}

#[test]
fn a_typical_mail_byte_for_byte() {
    for (name, facts) in facts::typical().into_iter().filter(|(name, _)| ["hurt", "over-vendor-said"].contains(name)) {
        let mail = String::from_utf8(bytes(&message(&facts::id(), &facts))).unwrap();
        golden(&format!("tests/messages/{name}.eml"), &mail.replace("\r\n", "\n"));
    }
}

#[tokio::test]
async fn f41_a_server_without_extensions_gets_nothing_that_needs_them() {
    let server = SmtpServer::start(Script::default()).await;
    let mailer = Mailer::new(server.settings()).unwrap();
    assert!(matches!(mailer.send_raw(&noc(), &frozen()).await, Attempt::Delivered { .. }));
    assert!(server.taken()[0].raw.is_ascii());
    assert!(server.said().iter().all(|line| !line.contains("8BITMIME") && !line.contains("SMTPUTF8")));
}

#[test]
fn f46_no_mail_of_ours_is_answered_by_a_machine() {
    for (name, facts) in facts::typical() {
        let mail = String::from_utf8(bytes(&message(&facts::id(), &facts))).unwrap();
        let head = mail.split_once("\r\n\r\n").unwrap().0;
        assert!(head.contains("\r\nAuto-Submitted: auto-generated"), "{name}");
        assert!(head.contains("\r\nX-Auto-Response-Suppress: All"), "{name}");
    }
}

#[test]
fn the_head_of_a_mail() {
    let mail = String::from_utf8(frozen()).unwrap();
    let (head, _) = mail.split_once("\r\n\r\n").unwrap();
    for line in [
        "Message-ID: <0197f3a2b4c5d6e7f8091a2b3c4d5e6f@northfield.example>",
        "Date: Fri, 17 Jul 2026 22:41:09 +0000",
        "To: noc@northfield.example",
        "Subject: [Partly down] EHR at 6 of 7 sites: Okta SSO",
        "Auto-Submitted: auto-generated",
        "X-Auto-Response-Suppress: All",
        "List-Id: Bellwether <alerts.northfield.example>",
        "MIME-Version: 1.0",
    ] {
        assert!(head.split("\r\n").any(|found| found == line), "{line} is missing in:\n{head}");
    }
    let root = |name: &str| head.split("\r\n").find_map(|line| line.strip_prefix(name).map(str::to_owned)).unwrap();
    assert_eq!(root("In-Reply-To: "), root("References: "));
    assert!(root("References: ").starts_with("<thread-"));
}

/// The mail that a gateway to pagers gets.
fn to_a_pager(message: &Message, subject: &str) -> String {
    let envelope = Envelope {
        id: &facts::id(),
        thread: "okta-3f9a1c0be77d2a41",
        domain: "northfield.example",
        from: &sender(),
        to: &noc(),
        date: facts::at("2026-07-17T22:41:09Z"),
        message,
        leave: None,
    };
    String::from_utf8(pager::compose(&envelope, subject).unwrap()).unwrap()
}

#[test]
fn a_pager_gets_one_line_of_plain_text_and_nothing_else() {
    for (name, facts) in facts::typical() {
        let message = message(&facts::id(), &facts);
        let mail = to_a_pager(&message, "");
        let (head, body) = mail.split_once("\r\n\r\n").unwrap();
        assert_eq!(body, format!("{}\r\n", message.short), "{name}");
        let said: Vec<&str> = head.split("\r\n").filter(|line| line.starts_with("Content-")).collect();
        assert_eq!(said, ["Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: 7bit"], "{name}");
        let subject = head.split("\r\n").find(|line| line.starts_with("Subject:")).unwrap();
        assert_eq!(subject.trim_end(), "Subject:");
        assert!(!mail.contains("<html"));
    }
    let (_, facts) = &facts::typical()[0];
    assert_eq!(short_subject(facts), "PARTLY DOWN EHR");
    let umlauts = Message { short: "DOWN: Küche".to_owned(), ..message(&facts::id(), facts) };
    assert!(to_a_pager(&umlauts, "").contains("quoted-printable"), "no gateway gets raw octets");
}

#[test]
fn what_others_wrote_adds_no_header_and_no_long_line() {
    let plain = bytes(&message(&facts::id(), &facts::typical()[0].1));
    for attack in [
        "x\r\nBcc: all@example.org\r\n\r\n<script>".to_owned(),
        "é\u{202E}".repeat(5_000),
        ".\r\n.\r\nQUIT\r\n".repeat(50),
        "\n.\n".into(),
    ] {
        let message = Message {
            subject: attack.clone(),
            text: attack.clone(),
            html: attack,
            short: String::new(),
            json: serde_json::Value::Null,
        };
        let mail = String::from_utf8(bytes(&message)).unwrap();
        assert!(mail.is_ascii() && mail.split("\r\n").all(|line| line.len() <= 998 && !line.contains(['\r', '\n'])));
        assert_eq!(names(&mail), names(std::str::from_utf8(&plain).unwrap()));
    }
}

/// The names of a mail's headers.
fn names(mail: &str) -> Vec<&str> {
    let head = mail.split_once("\r\n\r\n").unwrap().0;
    head.split("\r\n").filter(|line| !line.starts_with(' ')).map(|line| line.split(':').next().unwrap()).collect()
}

#[tokio::test]
async fn an_address_in_other_letters_is_written_in_punycode_or_refused() {
    let server = SmtpServer::start(Script::default()).await;
    let mailer = Mailer::new(server.settings()).unwrap();
    let to = |text: &str| Email::parse(text).unwrap();
    assert!(matches!(mailer.send_raw(&to("noc@bücher.example"), &frozen()).await, Attempt::Delivered { .. }));
    assert_eq!(server.taken()[0].to, "RCPT TO:<noc@xn--bcher-kva.example>");
    assert!(matches!(mailer.send_raw(&to("jürgen@x.example"), &frozen()).await, Attempt::Permanent { .. }));
}
