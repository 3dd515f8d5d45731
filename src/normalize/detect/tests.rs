use super::*;
use crate::normalize::Body;

/// A server in a few words: what it answers at which path, and what at all the others.
type Server<'a> = &'a dyn Fn(&Url) -> Outcome;

fn body(text: &str) -> Outcome {
    Outcome::Body(Body::saved(text.as_bytes().to_vec()))
}

fn status(status: u16) -> Outcome {
    Outcome::Body(Body { status, ..Body::saved(Vec::new()) })
}

/// Everything that was asked, and what it came to.
fn run(page: &str, server: Server<'_>) -> (Vec<Url>, Step) {
    let mut detection = Detection::of(&Url::parse(page).unwrap(), Timestamp::UNIX_EPOCH);
    let (mut asked, mut came) = (Vec::new(), Vec::new());
    loop {
        match detection.step(std::mem::take(&mut came)) {
            Step::Ask(requests) => {
                assert!(!requests.is_empty() && requests.len() <= AT_ONCE);
                for request in requests {
                    assert!(!asked.contains(&request.url), "{} is asked twice", request.url);
                    asked.push(request.url.clone());
                    let outcome = server(&request.url);
                    came.push((request, outcome));
                }
                assert!(asked.len() <= MOST_REQUESTS);
            }
            done => return (asked, done),
        }
    }
}

fn found(page: &str, server: Server<'_>) -> Found {
    match run(page, server).1 {
        Step::Found(found) => *found,
        other => panic!("{other:#?}"),
    }
}

fn not_found(page: &str, server: Server<'_>) -> Nothing {
    match run(page, server).1 {
        Step::Nothing(nothing) => *nothing,
        other => panic!("{other:#?}"),
    }
}

const HTML: &str = "<!doctype html><html><head><title>Synthetic status</title></head><body>All good</body></html>";
const SUMMARY: &str = r#"{"page":{"id":"synthetic001","name":"Synthetic","url":"https://status.example.com"},"status":{"indicator":"none","description":"All Systems Operational"},"components":[{"id":"c1","name":"Sign-in","status":"operational","group":false}],"incidents":[],"scheduled_maintenances":[]}"#;
const FEED: &str = "<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>Synthetic</title><item><guid>1</guid><title>[Resolved] Synthetic trouble</title><pubDate>Thu, 01 Jan 2026 10:00:00 GMT</pubDate><description>Resolved - it is over.</description></item></channel></rss>";
const BLOG: &str = "<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>Synthetic news</title><item><guid>1</guid><title>Ten ways to be faster</title><pubDate>Thu, 01 Jan 2026 10:00:00 GMT</pubDate><description>Read on.</description></item></channel></rss>";

fn statuspage(url: &Url) -> Outcome {
    match url.path() {
        "/" => body(HTML),
        "/api/v2/summary.json" => body(SUMMARY),
        _ => status(404),
    }
}

#[test]
fn a_statuspage_is_found_and_the_asking_stops_there() {
    let (asked, step) = run("https://status.example.com/incidents/abc#top", &|url| match url.path() {
        "/incidents/abc" => body(HTML),
        _ => statuspage(url),
    });
    let Step::Found(found) = step else { panic!("{step:#?}") };
    assert_eq!((found.format, found.url.as_str()), (Format::Statuspage, "https://status.example.com/"));
    assert_eq!(found.snapshot.components.len(), 1);
    assert_eq!(found.page.title.as_deref(), Some("Synthetic status"));
    assert!(!asked.iter().any(|url| url.path().contains("history")), "no feed is asked for: {asked:?}");
    assert_eq!(found.asked, asked.len());
}

#[test]
fn the_address_of_a_document_is_as_good_as_that_of_the_page() {
    let at = "https://status.example.com/api/v2/summary.json";
    assert_eq!(found(at, &statuspage).format, Format::Statuspage);
    let feed = found("https://status.example.com/some/feed", &|url| {
        if url.path() == "/some/feed" { body(FEED) } else { status(404) }
    });
    assert_eq!((feed.format, feed.url.path()), (Format::Feed, "/some/feed"));
}

#[test]
fn a_server_that_answers_everything_alike_is_nothing() {
    let html = not_found("https://status.example.com", &|_| body(HTML));
    assert!(
        html.tried
            .iter()
            .all(|tried| tried.why.contains("an HTML page titled “Synthetic status”")
                || tried.format == Some(Format::Feed)),
        "{html:#?}"
    );
    let json = not_found("https://status.example.com", &|_| body(SUMMARY));
    let said = json.tried.iter().find(|tried| tried.format == Some(Format::Statuspage)).unwrap();
    assert!(said.why.contains("the server answers any address so"), "{}", said.why);
    for nothing in
        ["[]", "{}", "null", "{\"status\":500,\"error\":\"Internal Server Error\"}", "{\"ok\":true}", "", FEED]
    {
        not_found("https://status.example.com", &|url| if url.path() == "/" { body(HTML) } else { body(nothing) });
    }
}

#[test]
fn a_redirect_that_drops_the_path_proves_nothing() {
    let elsewhere = Url::parse("https://www.example.com/").unwrap();
    let nothing = not_found("https://status.example.com", &|url| match url.host_str() {
        Some("status.example.com") => {
            Outcome::Body(Body { final_url: Some(elsewhere.clone()), ..Body::saved(HTML.as_bytes().to_vec()) })
        }
        _ => status(404),
    });
    assert_eq!(nothing.page.url, elsewhere);
    // Nor does one that leads to one good document, whatever was asked.
    let one = Url::parse("https://status.host.example/api/v2/summary.json").unwrap();
    not_found("https://status.example.com", &|url| match url.path() {
        "/" => body(HTML),
        _ => Outcome::Body(Body { final_url: Some(one.clone()), ..Body::saved(SUMMARY.as_bytes().to_vec()) }),
    });
}

#[test]
fn who_moved_is_found_where_he_is_now_and_where_he_was() {
    let now = Url::parse("https://example.statuspage.io/").unwrap();
    let moved = found("https://status.example.com", &|url| match (url.host_str(), url.path()) {
        (Some("status.example.com"), "/") => {
            Outcome::Body(Body { final_url: Some(now.clone()), ..Body::saved(HTML.as_bytes().to_vec()) })
        }
        (Some("example.statuspage.io"), _) => statuspage(url),
        _ => status(404),
    });
    assert_eq!(moved.url, now);
    let home = Url::parse("https://www.example.com/").unwrap();
    let stayed = found("https://status.example.com", &|url| match (url.host_str(), url.path()) {
        (Some("status.example.com"), "/") => {
            Outcome::Body(Body { final_url: Some(home.clone()), ..Body::saved(HTML.as_bytes().to_vec()) })
        }
        (Some("status.example.com"), _) => statuspage(url),
        _ => status(404),
    });
    assert_eq!(stayed.url.as_str(), "https://status.example.com/");
}

#[test]
fn a_feed_comes_last_and_a_blog_is_none() {
    let page = "<html><head><link rel=alternate type=application/rss+xml href=/blog.rss><link rel=alternate type=application/atom+xml href=/status.atom></head></html>";
    let server = |url: &Url| match url.path() {
        "/" => body(page),
        "/blog.rss" => body(BLOG),
        "/status.atom" => body(FEED),
        _ => status(404),
    };
    let feed = found("https://status.example.com", &server);
    assert_eq!((feed.format, feed.url.path()), (Format::Feed, "/status.atom"));
    let blog = feed.tried.iter().find(|tried| tried.url.path() == "/blog.rss").unwrap();
    assert!(blog.why.contains("nothing is said to be over"), "{}", blog.why);
    let both = found("https://status.example.com", &|url| match url.path() {
        "/api/v2/summary.json" => body(SUMMARY),
        _ => server(url),
    });
    assert_eq!(both.format, Format::Statuspage);
}

#[test]
fn a_document_that_shows_nothing_counts_only_where_nothing_better_does() {
    let empty = SUMMARY.replace(r#"{"id":"c1","name":"Sign-in","status":"operational","group":false}"#, "");
    let (asked, step) = run("https://status.example.com", &|url| match url.path() {
        "/" => body(HTML),
        "/api/v2/summary.json" => body(&empty),
        _ => status(404),
    });
    let Step::Found(weak) = step else { panic!("{step:#?}") };
    assert_eq!(weak.format, Format::Statuspage);
    assert!(asked.iter().any(|url| url.path() == "/incidents.json"), "what might be better was tried: {asked:?}");
    assert!(!asked.iter().any(|url| url.path() == "/history.rss"), "a feed is not better");
}

/// The others of its documents are asked for only once the first is what it should be.
#[test]
fn a_format_of_several_documents_costs_a_stranger_one_request() {
    let host = "https://ocistatus.oraclecloud.com/";
    let (asked, _) = run(host, &|url| if url.path() == "/" { body(HTML) } else { status(404) });
    assert!(asked.iter().any(|url| url.path() == "/api/v2/components.json"), "{asked:?}");
    assert!(!asked.iter().any(|url| url.path() == "/api/v2/incident-summary.rss"), "{asked:?}");
}

#[test]
fn a_host_that_is_silent_or_wants_to_be_left_alone_is_not_asked_on() {
    let gone = || Outcome::Unreadable(Unreadable::Unreachable("no answer within 30 s".into()));
    let (asked, step) = run("https://status.example.com", &|_| gone());
    assert_eq!(asked.len(), 1);
    assert!(matches!(step, Step::Nothing(nothing) if nothing.why.is_some()));
    let (asked, _) = run("https://status.example.com", &|url| if url.path() == "/" { body(HTML) } else { gone() });
    assert!(asked.len() <= 1 + MOST_SILENCES + AT_ONCE, "{asked:?}");
    let (asked, step) =
        run("https://status.example.com", &|url| if url.path() == "/" { body(HTML) } else { status(429) });
    assert!(asked.len() <= 1 + AT_ONCE, "{asked:?}");
    let Step::Nothing(nothing) = step else { panic!("{step:#?}") };
    assert!(nothing.tried.iter().any(|tried| tried.why.contains("does not answer any more")), "{nothing:#?}");
}

#[test]
fn megabytes_at_every_address_come_to_an_end() {
    let much = format!("{{\"x\":\"{}\"}}", "y".repeat(7 << 20));
    let (asked, step) = run("https://status.example.com", &|_| body(&much));
    assert!(asked.len() <= 8, "{}", asked.len());
    assert!(matches!(step, Step::Nothing(_)));
}

#[test]
fn what_one_vendor_alone_publishes_is_found_by_its_host_and_proven_by_its_sign() {
    let feed = "https://rssfeed.azure.status.microsoft/en-us/status/feed/";
    let azure = found("https://status.azure.com/en-us/status", &|url| match url.as_str() {
        at if at == feed => {
            body("<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>Azure Status</title></channel></rss>")
        }
        _ if url.host_str() == Some("status.azure.com") => body(HTML),
        _ => status(404),
    });
    assert_eq!((azure.format, azure.url.as_str()), (Format::AzureRss, feed));
    let slack = r#"{"status":"ok","date_created":"2026-01-01T00:00:00-08:00","date_updated":"2026-01-01T00:00:00-08:00","active_incidents":[]}"#;
    let server = |url: &Url| if url.path() == "/api/v2.0.0/current" { body(slack) } else { body(HTML) };
    assert_eq!(found("https://status.slack.com/", &server).format, Format::Slack);
    not_found("https://status.example.com/", &server);
}
