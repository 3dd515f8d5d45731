//! Webhooks to a real receiver on loopback that misbehaves.

use std::time::Duration;

use bellwether::alerting::message::message;
use bellwether::delivery::Attempt;
use bellwether::delivery::webhook::{Endpoint, Hooks, NotAKey, SigningKey};
use bellwether::model::secret::Secret;
use bellwether::outgoing::client::Options;
use url::Url;

use crate::support::facts;
use crate::support::http::{Answer, HttpReceiver};

const OLD: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const NEW: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oDC2FVsBQ=";
const NOW: &str = "2026-07-17T22:41:10Z";

fn key(secret: &str) -> Result<SigningKey, NotAKey> {
    SigningKey::parse(&Secret::new(secret.into()))
}

fn endpoint(url: Url) -> Endpoint {
    Endpoint { url, keys: vec![key(NEW).unwrap(), key(OLD).unwrap()], allow_private: true }
}

fn hooks(deadline: Duration) -> Hooks {
    rustls::crypto::ring::default_provider().install_default().ok();
    let options = Options {
        user_agent: "Bellwether/0.1 (+https://northfield.example)".into(),
        connect_deadline: Duration::from_secs(5),
        allow_private: vec![],
        proxy: None,
        extra_roots_pem: vec![],
    };
    Hooks::new(options, deadline).unwrap()
}

fn body() -> Vec<u8> {
    serde_json::to_vec(&message(&facts::id(), &facts::typical()[0].1).json).unwrap()
}

async fn send(to: &Endpoint) -> Attempt {
    hooks(Duration::from_secs(15)).send(to, &facts::id(), &body(), facts::at(NOW)).await
}

/// What comes of an answer with this status, these header lines and this body.
async fn answered(status: &str, headers: &str, body: &str) -> Attempt {
    let receiver = HttpReceiver::answering(status, headers, body).await;
    send(&endpoint(receiver.url())).await
}

async fn check_later(status: &str, headers: &str, after: Option<u64>, says: &str) {
    match answered(status, headers, "").await {
        Attempt::Retry { reason, after: found, ambiguous, .. } => {
            assert_eq!(found, after.map(Duration::from_secs), "{status} {headers}: {reason}");
            assert!(!ambiguous && reason.contains(says), "{status}: {reason}");
        }
        other => panic!("{status}: {other:?}"),
    }
}

#[tokio::test]
async fn the_request_is_signed_with_every_secret_over_id_timestamp_and_body() {
    let receiver = HttpReceiver::answering("204 No Content", "", "").await;
    assert_eq!(send(&endpoint(receiver.url())).await, Attempt::Delivered { answer: "HTTP 204".into() });
    let request = &receiver.requests()[0];
    assert_eq!(request.line, "POST /hook/canary-token HTTP/1.1");
    assert_eq!(request.body, body());
    let header = |name: &str| request.headers.get(name).unwrap().as_str();
    let seconds = facts::at(NOW).as_second();
    assert_eq!(header("webhook-id"), facts::id().0);
    assert_eq!(header("webhook-timestamp"), seconds.to_string());
    assert_eq!(header("content-type"), "application/json");
    assert!(header("user-agent").starts_with("Bellwether/"));
    let expected = [NEW, OLD].map(|secret| key(secret).unwrap().sign(&facts::id().0, seconds, &body()));
    assert_eq!(header("webhook-signature"), expected.join(" "));
}

#[test]
fn a_signature_is_what_the_official_library_makes() {
    let signed = key(OLD).unwrap().sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, br#"{"test": 2432232314}"#);
    assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

#[test]
fn what_is_no_secret_is_no_key() {
    assert_eq!(key("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").err(), Some(NotAKey::Malformed));
    assert_eq!(key("whsec_***").err(), Some(NotAKey::Malformed));
    assert_eq!(key("whsec_c2hvcnQ=").err(), Some(NotAKey::TooShort));
    assert!(key(&format!(" {OLD}\n")).is_ok(), "a file ends in a line break");
}

#[test]
fn no_debug_shows_a_secret() {
    let endpoint = endpoint("https://hooks.example/services/canary-token".parse().unwrap());
    let shown = format!("{endpoint:?} {:?}", endpoint.keys);
    assert!(!shown.contains("canary") && !shown.contains("MfKQ"), "{shown}");
}

#[tokio::test]
async fn f53_every_2xx_is_success_and_its_words_are_kept() {
    for status in ["200 OK", "201 Created", "202 Accepted", "204 No Content"] {
        assert!(matches!(answered(status, "", "").await, Attempt::Delivered { .. }), "{status}");
    }
    let answer = "HTTP 200: error: not really, line two".to_owned();
    assert_eq!(answered("200 OK", "", "error: not really,\r\nline two").await, Attempt::Delivered { answer });
}

#[tokio::test]
async fn f47_what_somebody_may_mend_is_tried_again() {
    for status in ["500 x", "502 x", "400 x", "401 x", "403 x", "404 x", "405 x", "413 x", "422 x"] {
        check_later(status, "", None, &status[..3]).await;
    }
}

#[tokio::test]
async fn f48_retry_after_is_obeyed_clamped_and_ignored_where_absurd() {
    check_later("429 x", "Retry-After: 120\r\n", Some(120), "429").await;
    check_later("503 x", "Retry-After: Fri, 17 Jul 2026 22:46:10 GMT\r\n", Some(300), "503").await;
    let their_clock = "Date: Fri, 17 Jul 2026 23:00:00 GMT\r\nRetry-After: Fri, 17 Jul 2026 23:01:00 GMT\r\n";
    check_later("503 x", their_clock, Some(60), "503").await;
    check_later("429 x", "Retry-After: 315360000\r\n", Some(86_400), "429").await;
    check_later("429 x", "Retry-After: -5\r\n", None, "429").await;
    check_later("429 x", "Retry-After: soon\r\n", None, "429").await;
    check_later("500 x", "Retry-After: 120\r\n", None, "500").await;
}

#[tokio::test]
async fn f49_silence_ends_at_our_deadline_and_may_make_a_double() {
    let receiver = HttpReceiver::start(Answer::Silence).await;
    let hooks = hooks(Duration::from_millis(300));
    let attempt = hooks.send(&endpoint(receiver.url()), &facts::id(), &body(), facts::at(NOW)).await;
    assert!(
        matches!(attempt, Attempt::Retry { ambiguous: true, ref reason, .. } if reason.contains("did not answer")),
        "{attempt:?}"
    );
}

#[tokio::test]
async fn f50_an_endless_answer_is_not_read_to_its_end() {
    let head = "HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\n".to_owned();
    let receiver = HttpReceiver::start(Answer::Drips(head)).await;
    assert!(matches!(send(&endpoint(receiver.url())).await, Attempt::Delivered { .. }));
    let receiver = HttpReceiver::start(Answer::Drips("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n".into())).await;
    let Attempt::Delivered { answer } = send(&endpoint(receiver.url())).await else { panic!() };
    assert!(answer.chars().count() < 250);
}

#[tokio::test]
async fn f51_a_redirect_is_a_failure_that_names_the_host_it_leads_to() {
    let elsewhere = HttpReceiver::answering("200 OK", "", "").await;
    let location = format!("Location: {}\r\n", elsewhere.url());
    check_later("307 x", &location, None, "redirects are not followed: it leads to 127.0.0.1").await;
    check_later("301 x", "Location: https://a.example/canary\r\n", None, "it leads to a.example").await;
    assert!(elsewhere.requests().is_empty());
}

#[tokio::test]
async fn f52_gone_is_final_for_the_receiver() {
    let attempt = answered("410 Gone", "", "bye").await;
    assert!(
        matches!(attempt, Attempt::Permanent { receiver_gone: true, ref reason } if reason.contains("HTTP 410: bye")),
        "{attempt:?}"
    );
}

#[tokio::test]
async fn f53_what_is_no_http_is_a_failure() {
    let receiver = HttpReceiver::start(Answer::Says("hello, who is there?\r\n\r\n".into())).await;
    assert!(matches!(send(&endpoint(receiver.url())).await, Attempt::Retry { ambiguous: true, .. }));
}

#[tokio::test]
async fn f54_a_certificate_that_nobody_vouches_for_is_refused_with_its_reason() {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    rustls::crypto::ring::default_provider().install_default().ok();
    let key = rustls::pki_types::PrivateKeyDer::Pkcs8(made.signing_key.serialize_der().into());
    let config = rustls::ServerConfig::builder().with_no_client_auth();
    let config = config.with_single_cert(vec![made.cert.der().clone()], key).unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(std::sync::Arc::new(config));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let task = tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            drop(acceptor.accept(stream).await);
        }
    });
    let attempt = send(&endpoint(format!("https://localhost:{port}/canary").parse().unwrap())).await;
    task.abort();
    let Attempt::Retry { reason, ambiguous: false, .. } = attempt else { panic!("{attempt:?}") };
    assert!(reason.to_lowercase().contains("certificate") && !reason.contains("/canary"), "{reason}");
}

#[tokio::test]
async fn f55_a_name_that_leads_nowhere_may_lead_somewhere_later() {
    let attempt = send(&endpoint("https://nowhere.invalid/canary".parse().unwrap())).await;
    let Attempt::Retry { reason, ambiguous: false, broken: false, .. } = attempt else { panic!("{attempt:?}") };
    assert!(reason.contains("nowhere.invalid") && !reason.contains("/canary"), "{reason}");
}

#[tokio::test]
async fn a_connection_that_closes_after_the_body_may_make_a_double_and_a_refused_one_cannot() {
    let receiver = HttpReceiver::start(Answer::Closes).await;
    let closed = send(&endpoint(receiver.url())).await;
    assert!(matches!(closed, Attempt::Retry { ambiguous: true, .. }), "{closed:?}");
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let refused = send(&endpoint(format!("http://127.0.0.1:{port}/canary").parse().unwrap())).await;
    let Attempt::Retry { reason, ambiguous: false, .. } = refused else { panic!("{refused:?}") };
    assert!(reason.contains("refused") && !reason.contains("canary"), "{reason}");
}

#[tokio::test]
async fn s01_an_address_that_is_not_public_is_refused_unless_the_receiver_allows_it() {
    let receiver = HttpReceiver::answering("204 No Content", "", "").await;
    let port = receiver.url().port().unwrap();
    for host in ["127.0.0.1", "localhost", "2130706433", "[::ffff:127.0.0.1]", "0x7f.1"] {
        let url = format!("http://{host}:{port}/canary").parse().unwrap();
        let attempt = send(&Endpoint { allow_private: false, ..endpoint(url) }).await;
        let Attempt::Retry { reason, ambiguous: false, .. } = attempt else { panic!("{host}: {attempt:?}") };
        assert!(reason.contains("allow_private = true") && !reason.contains("canary"), "{reason}");
    }
    assert!(receiver.requests().is_empty());
}
