//! What is no answer, no HTTP, or an answer that says no.

use super::*;

#[tokio::test]
async fn a_whole_answer_comes_with_the_headers_that_matter_and_we_say_who_we_are() {
    let server = Hostile::new(|_| {
        answer("200 OK", &["Content-Type: application/json", "Set-Cookie: a=b", "Server: nginx"], "{\"a\":1}")
    })
    .await;
    let fetched = get(&fetcher(), server.url("/x#top")).await.unwrap();
    let body = body(fetched);
    assert_eq!((body.status, body.bytes.as_slice()), (200, br#"{"a":1}"#.as_slice()));
    assert_eq!(body.final_url, Some(server.url("/x")));
    assert_eq!(body.headers, [("content-type".into(), "application/json".into()), ("server".into(), "nginx".into())]);
    let asked = server.heads().remove(0);
    assert!(asked.starts_with("GET /x HTTP/1.1\r\n"), "{asked}");
    assert_eq!(header(&asked, "user-agent"), Some("Bellwether/0.1 (+ops@hospital.example)"));
    assert_eq!(header(&asked, "accept"), Some("application/json"));
    assert_eq!(header(&asked, "cookie"), None);
}

// F60, F61: deadlines

#[tokio::test]
async fn a_server_that_never_answers_is_unreachable() {
    unreachable_because(of(&impatient(), vec![Act::Hang]).await, "no answer within 1 s");
}

#[tokio::test]
async fn headers_that_never_end_are_no_answer() {
    let acts = vec![Act::Send(b"HTTP/1.1 200 OK\r\n".to_vec()), Act::Repeat(b"a".to_vec())];
    unreachable_because(of(&impatient(), acts).await, "no answer within 1 s");
}

#[tokio::test]
async fn interim_answers_without_end_are_no_answer() {
    let acts = vec![Act::Repeat(head("103 Early Hints", &[]))];
    unreachable_because(of(&impatient(), acts).await, "no answer within 1 s");
}

#[tokio::test]
async fn a_body_that_drips_is_cut_short_by_the_deadline() {
    let acts = vec![Act::Send(head("200 OK", &["content-length: 100000000"])), Act::Repeat(b" ".to_vec())];
    let fetcher = Fetcher::new(Settings { total_deadline: SHORT, body_cap: 1 << 30, ..settings() }).unwrap();
    cut_short_because(of(&fetcher, acts).await, "the body had not ended after 1 s");
}

#[tokio::test]
async fn the_deadline_is_for_all_redirects_together() {
    let server =
        Hostile::new(
            |asked| {
                if asked.number < 3 { answer("302 Found", &["location: /next"], "") } else { vec![Act::Hang] }
            },
        )
        .await;
    unreachable_because(get(&impatient(), server.url("/")).await, "no answer within 1 s");
}

// S12: what is not HTTP

#[tokio::test]
async fn what_is_not_http_is_said_to_be_so() {
    unexpected_because(of_bytes("SSH-2.0-OpenSSH_9.9\r\n").await, "not proper HTTP");
    unexpected_because(of_bytes("<html>HTTP/0.9</html>\r\n\r\n").await, "not proper HTTP");
    unexpected_because(of_bytes("HTTP/1.1 200 OK\r\nbad header\0: x\r\n\r\n").await, "not proper HTTP");
    unexpected_because(
        of_bytes("HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab").await,
        "not proper HTTP",
    );
}

#[tokio::test]
async fn a_head_without_end_is_bounded() {
    let acts =
        vec![Act::Send(b"HTTP/1.1 200 OK\r\n".to_vec()), Act::Repeat(format!("x: {}\r\n", "y".repeat(60_000)).into())];
    unexpected_because(of(&fetcher(), acts).await, "not proper HTTP");
}

#[tokio::test]
async fn a_kept_connection_that_was_closed_just_now_is_no_failure() {
    let server =
        Hostile::new(|asked| if asked.number == 1 { vec![Act::Close] } else { answer("200 OK", &[], "[]") }).await;
    let fetcher = fetcher();
    for _ in 0..2 {
        assert_eq!(body(get(&fetcher, server.url("/")).await.unwrap()).bytes, b"[]");
    }
    assert_eq!((server.heads().len(), server.connections()), (3, 2));
}

#[tokio::test]
async fn a_connection_closed_without_an_answer_is_unreachable() {
    let server = Hostile::new(|_| vec![Act::Close]).await;
    let why = format!("{} closed the connection without an answer", server.address);
    unreachable_because(get(&fetcher(), server.url("/")).await, &why);
}

#[tokio::test]
async fn a_closed_port_and_a_name_without_address_are_named() {
    let (_port, address) = closed_port();
    let url = Url::parse(&format!("http://{address}/")).unwrap();
    unreachable_because(get(&fetcher(), url).await, &format!("connection refused by {address}"));
    let nowhere = Url::parse("http://status.vendor.invalid/").unwrap();
    unreachable_because(get(&fetcher(), nowhere).await, "the name status.vendor.invalid ");
}

// F69: failing servers

async fn retry_after(status: &str, value: &str) -> Option<u64> {
    let headers = ["date: Sun, 22 Nov 2026 12:00:00 GMT", &format!("retry-after: {value}")];
    match of(&fetcher(), answer(status, &headers, "slow down")).await.unwrap() {
        Fetched::Body { body, retry_after, .. } => {
            assert_eq!(body.bytes, b"slow down");
            retry_after.map(|wait| wait.as_secs())
        }
        Fetched::NotModified => panic!(),
    }
}

#[tokio::test]
async fn a_failing_server_is_an_answer_and_says_how_long_to_wait() {
    assert_eq!(retry_after("429 Too Many Requests", "120").await, Some(120));
    assert_eq!(retry_after("503 Service Unavailable", "Sun, 22 Nov 2026 12:05:00 GMT").await, Some(300));
    assert_eq!(retry_after("429 Too Many Requests", "315360000").await, Some(86_400));
    assert_eq!(retry_after("429 Too Many Requests", "-1").await, None);
    assert_eq!(retry_after("429 Too Many Requests", "a while").await, None);
    // A healthy answer cannot make us look away.
    assert_eq!(retry_after("200 OK", "3600").await, None);
}

#[tokio::test]
async fn the_explanation_of_a_failure_may_be_broken_the_status_stands() {
    let acts = vec![
        Act::Send(head("503 Service Unavailable", &["retry-after: 60", "content-length: 1000"])),
        Act::Send(b"<title>Sorry".to_vec()),
        Act::Hang,
    ];
    let Fetched::Body { body, retry_after, .. } = of(&impatient(), acts).await.unwrap() else { panic!() };
    assert_eq!((body.status, body.bytes.as_slice()), (503, b"<title>Sorry".as_slice()));
    assert_eq!(retry_after, Some(Duration::from_secs(60)));
    let long = of(&fetcher(), answer("404 Not Found", &[], vec![b'x'; 1 << 20])).await.unwrap();
    assert_eq!(body_len(long), 64 << 10);
}

fn body_len(fetched: Fetched) -> usize {
    body(fetched).bytes.len()
}
