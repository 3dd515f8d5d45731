//! Asking less: by validators, over kept connections, in turn.

use std::sync::Arc;

use tokio::sync::Semaphore;

use super::*;

// conditional requests

#[tokio::test]
async fn an_unchanged_document_is_not_sent_again() {
    let server = Hostile::new(|asked| match asked.header("if-none-match") {
        Some("W/\"7\"") => vec![Act::Send(head("304 Not Modified", &["etag: W/\"7\""]))],
        _ => answer("200 OK", &["etag: W/\"7\"", "last-modified: Sun, 22 Nov 2026 12:00:00 GMT"], "[]"),
    })
    .await;
    let (fetcher, request) = (fetcher(), ask(server.url("/")));
    let Fetched::Body { validators, body, .. } = fetcher.fetch(&request, None).await.unwrap() else { panic!() };
    let validators = validators.unwrap();
    assert_eq!(validators.etag.as_deref(), Some("W/\"7\""));
    assert_eq!(fetcher.fetch(&request, Some(&validators)).await, Ok(Fetched::NotModified));
    // The tag is the better question; the date beside it could only make a server see less.
    assert_eq!(header(&server.heads()[1], "if-modified-since"), None);
    // Asked for everything, the same body comes again.
    let Fetched::Body { body: again, .. } = fetcher.fetch(&request, None).await.unwrap() else { panic!() };
    assert_eq!(body.bytes, again.bytes);
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn a_date_is_a_validator_only_when_it_had_settled() {
    let date = "last-modified: Sun, 22 Nov 2026 12:00:00 GMT";
    let of_date = async |when: &'static str| match of(&fetcher(), answer("200 OK", &[date, when], "[]")).await.unwrap()
    {
        Fetched::Body { validators, .. } => validators.and_then(|v| v.last_modified),
        Fetched::NotModified => panic!(),
    };
    assert_eq!(of_date("date: Sun, 22 Nov 2026 12:00:30 GMT").await.as_deref(), Some("Sun, 22 Nov 2026 12:00:00 GMT"));
    assert_eq!(of_date("date: Sun, 22 Nov 2026 12:00:00 GMT").await, None);

    let server = Hostile::new(|_| vec![Act::Send(head("304 Not Modified", &[]))]).await;
    let known = Validators { etag: None, last_modified: Some("Sun, 22 Nov 2026 12:00:00 GMT".into()) };
    assert_eq!(fetcher().fetch(&ask(server.url("/")), Some(&known)).await, Ok(Fetched::NotModified));
    assert_eq!(header(&server.heads()[0], "if-modified-since"), Some("Sun, 22 Nov 2026 12:00:00 GMT"));
}

#[tokio::test]
async fn a_304_that_nobody_asked_for_is_no_good_look() {
    unexpected_because(of(&fetcher(), vec![Act::Send(head("304 Not Modified", &[]))]).await, "HTTP 304");
}

// one host, many requests

#[tokio::test]
async fn at_most_two_requests_are_under_way_at_one_host() {
    let gate = Arc::new(Semaphore::new(0));
    let doorman = Arc::clone(&gate);
    let server =
        Hostile::new(move |_| [vec![Act::Until(Arc::clone(&doorman))], answer("200 OK", &[], "[]")].concat()).await;
    let fetcher = fetcher();
    let watch = async {
        while server.heads().len() < 2 {
            tokio::task::yield_now().await;
        }
        // Time enough for a third one that nobody holds back.
        for _ in 0..1000 {
            tokio::task::yield_now().await;
        }
        let under_way = server.heads().len();
        gate.add_permits(3);
        under_way
    };
    let [a, b, c] = ["/a", "/b", "/c"].map(|path| get(&fetcher, server.url(path)));
    let (under_way, a, b, c) = tokio::join!(watch, a, b, c);
    assert_eq!(under_way, 2);
    assert!(a.is_ok() && b.is_ok() && c.is_ok());
}

#[tokio::test]
async fn who_got_no_turn_in_time_says_so() {
    let server = Hostile::new(|_| vec![Act::Hang]).await;
    let fetcher = impatient();
    let [a, b, c] = ["/a", "/b", "/c"].map(|path| get(&fetcher, server.url(path)));
    let (a, b, c) = tokio::join!(a, b, c);
    unreachable_because(a, "no answer within 1 s");
    unreachable_because(b, "no answer within 1 s");
    unreachable_because(c, &format!("spent waiting for other requests to {}", server.address));
}

#[tokio::test]
async fn only_so_many_hosts_keep_their_connection() {
    let (kept, closed) =
        (Hostile::new(|_| answer("200 OK", &[], "[]")).await, Hostile::new(|_| answer("200 OK", &[], "[]")).await);
    let fetcher = Fetcher::new(Settings { idle_connections: 1, ..settings() }).unwrap();
    for _ in 0..3 {
        get(&fetcher, kept.url("/")).await.unwrap();
        get(&fetcher, closed.url("/")).await.unwrap();
    }
    assert_eq!((kept.connections(), closed.connections()), (1, 3));
}
