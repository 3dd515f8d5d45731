//! The pages and the API over real HTTP on loopback, filled by the real pipeline.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bellwether::clock::Clock;
use bellwether::store::outbox::{Frozen, Tried};
use bellwether::web::token::Token;
use bellwether::web::{self, App, Beat};
use jiff::{SignedDuration, Timestamp};
use metrics_exporter_prometheus::PrometheusBuilder;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{broadcast, watch};
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::support::hospital::{Hospital, incident, maintenance, noon, page, well};

const TOKEN: &str = "canary-token-of-the-tests";
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'";

/// The pages being served; they end with it.
struct Served {
    at: SocketAddr,
    beat: broadcast::Sender<Beat>,
    _compiled: watch::Sender<Arc<bellwether::pipeline::compiled::Compiled>>,
    _stop: DropGuard,
}

async fn serve(hospital: &Hospital, token: Option<&str>) -> Served {
    serve_on("127.0.0.1:0", hospital, token, noon).await
}

async fn serve_on(listen: &str, hospital: &Hospital, token: Option<&str>, clock: fn() -> Timestamp) -> Served {
    let listener = TcpListener::bind(listen).await.unwrap();
    let at = listener.local_addr().unwrap();
    let (beat, _) = broadcast::channel(16);
    let (compiled, receiver) = watch::channel(hospital.compiled.clone());
    let app = Arc::new(App {
        store: hospital.store.clone(),
        compiled: receiver,
        condition: watch::channel(bellwether::model::condition::Condition::default()).1,
        beat: beat.clone(),
        acts: tokio::sync::mpsc::channel(64).0,
        token: Token::demanded(at, token).unwrap(),
        metrics: PrometheusBuilder::new().build_recorder().handle(),
        started: clock() - SignedDuration::from_mins(1),
        clock: Clock::standing(clock()),
    });
    let stop = CancellationToken::new();
    tokio::spawn(web::serve(listener, app, stop.clone()));
    Served { at, beat, _compiled: compiled, _stop: stop.drop_guard() }
}

/// An answer, as it came over the wire.
struct Answer {
    status: u16,
    head: String,
    body: String,
}

impl Answer {
    fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(':'));
        lines.filter(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim()).next()
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|e| panic!("{e}: {}", self.body))
    }
}

impl Served {
    async fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, &[], "").await
    }

    /// One request on a connection of its own, by hand: nothing is followed, nothing is added.
    async fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut stream = TcpStream::connect(self.at).await.unwrap();
        let mut request =
            format!("{method} {path} HTTP/1.1\r\nconnection: close\r\ncontent-length: {}\r\n", body.len());
        if !headers.iter().any(|(name, _)| *name == "host") {
            request.push_str(&format!("host: {}\r\n", self.at));
        }
        for (name, value) in headers {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        request.push_str(&format!("\r\n{body}"));
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).await.unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let body =
            if head.to_lowercase().contains("transfer-encoding: chunked") { unchunked(body) } else { body.into() };
        Answer { status, head: head.to_owned(), body }
    }

    /// The stream, read until `until` has come.
    async fn stream(&self, headers: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.at).await.unwrap();
        let request = format!("GET /events HTTP/1.1\r\nhost: {}\r\n{headers}\r\n", self.at);
        stream.write_all(request.as_bytes()).await.unwrap();
        stream
    }
}

async fn read_until(stream: &mut TcpStream, until: &str) -> String {
    let mut text = String::new();
    let reading = async {
        let mut buffer = [0; 4096];
        while !text.contains(until) {
            let n = stream.read(&mut buffer).await.unwrap();
            assert!(n > 0, "the stream ended: {text}");
            text.push_str(&String::from_utf8_lossy(&buffer[..n]));
        }
    };
    let came = tokio::time::timeout(Duration::from_secs(20), reading).await;
    assert!(came.is_ok(), "{until:?} did not come: {text}");
    text
}

fn unchunked(body: &str) -> String {
    let (mut rest, mut whole) = (body.as_bytes(), Vec::new());
    while let Some(end) = rest.windows(2).position(|w| w == b"\r\n") {
        let size = usize::from_str_radix(std::str::from_utf8(&rest[..end]).unwrap().trim(), 16).unwrap();
        if size == 0 {
            break;
        }
        whole.extend_from_slice(&rest[end + 2..end + 2 + size]);
        rest = &rest[end + 4 + size..];
    }
    String::from_utf8_lossy(&whole).into_owned()
}

fn ago(minutes: i64) -> Timestamp {
    noon() - SignedDuration::from_mins(minutes)
}

const WORDS: [&str; 2] = [
    "We are looking into failed sign-ins.",
    "The cause is a certificate that ran out. A new one is being rolled out region by region; a part of the sign-ins still fails until that is done.",
];

/// All vendors are well, then two of them are not: one hurts us by two ways, the other does not.
async fn storm(tells: bool) -> Hospital {
    let hospital = Hospital::open(tells).await;
    hospital.says("keyring", well(&["Single sign-on US", "Directory"]));
    hospital.says("ringway", well(&["Trunks"]));
    let ahead =
        maintenance("mt1", "Synthetic: new disks", "2026-07-18T04:00:00Z", "2026-07-18T05:30:00Z", "SQL Database");
    hospital.says("skyward", page(&["SQL Database", "Object storage", "Queues"], json!([]), json!([ahead])));
    hospital.look(ago(300)).await;
    let down =
        incident("kr1", "Synthetic: sign-ins fail", "critical", Some(("Single sign-on US", "major_outage")), WORDS);
    hospital.says("keyring", page(&["Single sign-on US", "Directory"], json!([down]), json!([])));
    let slow = incident("sk1", "Synthetic: queues are slow", "minor", Some(("Queues", "degraded_performance")), WORDS);
    let ahead =
        maintenance("mt1", "Synthetic: new disks", "2026-07-18T04:00:00Z", "2026-07-18T05:30:00Z", "SQL Database");
    hospital.says("skyward", page(&["SQL Database", "Object storage", "Queues"], json!([slow]), json!([ahead])));
    hospital.look(ago(230)).await;
    hospital.look(ago(0)).await;
    hospital
}

async fn quiet() -> Hospital {
    let hospital = Hospital::open(true).await;
    for (vendor, components) in [
        ("keyring", vec!["Single sign-on US"]),
        ("ringway", vec!["Trunks"]),
        ("skyward", vec!["SQL Database", "Object storage"]),
    ] {
        hospital.says(vendor, well(&components));
    }
    hospital.look(ago(0)).await;
    hospital
}

fn in_order(page: &str, parts: &[&str]) {
    let mut from = 0;
    for part in parts {
        let at =
            page[from..].find(part).unwrap_or_else(|| panic!("{part:?} is missing, or stands too early, in:\n{page}"));
        from += at + part.len();
    }
}

#[tokio::test]
async fn the_first_page_answers_in_one_order() {
    let hospital = storm(true).await;
    let served = serve(&hospital, None).await;
    let page = served.get("/").await;
    assert_eq!(page.status, 200);
    in_order(
        &page.body,
        &[
            "Northfield Health, now",
            "Polling",
            "3 of 3 sources read in time",
            "Alerting",
            "Blind spots",
            "1 dependency has no source at all",
            "CareChart",
            "Hurting us: 1 incident, 3 of 5 services",
            "Major outage",
            "Life-safety",
            "EHR is down at 3 of 4 sites",
            "Keyring",
            "Single sign-on US",
            "Synthetic: sign-ins fail",
            "4 h 03 min",
            "13:38 CDT",
            "18:38 UTC",
            "Hurt",
            "EHR",
            "because <bdi>Sign-in, because Keyring Single sign-on US</bdi>",
            "charting, orders",
            "not Riverbend",
            "57 min left",
            "Since",
            "The vendor spoke 2 times, last at 16:10 CDT",
            "The vendor’s last word",
            "1 h 31 min ago",
            "The cause is a certificate",
            "keyring/status-page",
            "stspg.example",
            "Do",
            "EHR-DT-01 EHR downtime",
            "hand out paper charts",
            "tel:+18005550117",
            "Owner: Clinical Systems",
            "Open, but not ours: 1",
            "Synthetic: queues are slow",
            "Degraded",
            "Services not well: 3 of 5",
            "EHR",
            "e-Prescribing",
            "2 well",
            "What nobody knows: 1",
            "CareChart",
            "By mail to the technical contact",
            "Maintenance, running and in the next 24 hours: 1",
            "23:00 CDT",
            "Skyward Cloud",
            "e-Prescribing (clinical)",
            "Lately resolved: none",
        ],
    );
    assert!(!page.body.contains("Nobody is told yet"));
    assert!(!page.body.contains("Acknowledge</button>"), "who has not signed in has nothing to press");
}

#[tokio::test]
async fn where_nobody_is_told_the_page_says_so_loudly_and_how_to_change_it() {
    let hospital = storm(false).await;
    let served = serve(&hospital, None).await;
    let page = served.get("/").await.body;
    in_order(
        &page,
        &["Nobody is told yet.", "config/subscriptions.toml", "receivers test", "Polling", "broken", "Nobody is told"],
    );
}

#[tokio::test]
async fn without_an_incident_nothing_is_one_big_green_sign() {
    let hospital = quiet().await;
    let served = serve(&hospital, None).await;
    let page = served.get("/").await.body;
    // The record hangs on a vendor without a source, and e-prescribing on the record: nobody can speak for them.
    in_order(
        &page,
        &[
            "Hurting us: none that we can see",
            "3 services well",
            "2 services that nobody can speak for",
            "EHR, e-Prescribing",
            "Open, but not ours: none",
            "Services not well: none that we can see; 2 of 5 nobody can speak for",
            "What nobody knows: 1",
            "Maintenance, running and in the next 24 hours: none",
            "Lately resolved: none",
        ],
    );
    assert!(page.contains("<title>Nothing known hurts us"), "what is not seen is not well");
}

#[tokio::test]
async fn unknown_is_grey_and_never_green() {
    let hospital = Hospital::open(true).await;
    hospital.look(ago(30)).await;
    hospital.look(ago(0)).await;
    let served = serve(&hospital, None).await;
    let page = served.get("/").await.body;
    in_order(
        &page,
        &[
            "class=\"broken\"",
            "Nothing can be read",
            "0 of 3 sources read in time",
            "3 sources blind",
            "no answer in 30 s",
            "0 services well",
            "none that could be measured",
            "5 services that nobody can speak for",
        ],
    );
    let main = &page[page.find("<main").unwrap()..];
    assert!(!main.contains("s-operational"), "nothing was measured, so nothing is green");
    for service in served.get("/api/v1/services").await.json()["services"].as_array().unwrap() {
        assert_eq!(service["shown"], "unknown", "{service}");
    }
}

#[tokio::test]
async fn a_source_that_goes_dark_says_since_when_and_why() {
    let hospital = quiet().await;
    hospital.goes_dark("ringway");
    hospital.look(ago(-20)).await;
    let served = serve_on("127.0.0.1:0", &hospital, None, || ago(-40)).await;
    let page = served.get("/sources").await.body;
    in_order(
        &page,
        &["ringway/status-page", "Cannot be read", "40 min ago", "no answer in 30 s", "since", "20 min ago"],
    );
    let first = served.get("/").await.body;
    in_order(&first, &["1 source blind", "ringway/status-page", "20 min ago"]);
    in_order(&first, &["What nobody knows: 2", "Ringway (ringway/status-page)", "Telephony", "no answer in 30 s"]);
    let sources = served.get("/api/v1/sources").await.json();
    assert_eq!(sources["sources"][1]["health"], "unreadable");
    assert_eq!(sources["sources"][1]["last_good"], "2026-07-17T22:41:00Z");
}

#[tokio::test]
async fn what_a_vendor_writes_stays_text() {
    let hospital = quiet().await;
    let nasty = "</bdi></title><script>alert(1)</script><img src=x onerror=alert(2)>\u{202E}gnp.exe";
    let mut evil =
        incident("<x>", nasty, "<b>major</b>", Some(("Single sign-on <script>", "major_outage")), [nasty, nasty]);
    evil["shortlink"] = json!("javascript:alert(3)");
    evil["incident_updates"][0]["status"] = json!("<svg onload=alert(4)>");
    hospital.says("keyring", page(&["Single sign-on <script>"], json!([evil]), json!([])));
    hospital.look(ago(-1)).await;
    let served = serve(&hospital, None).await;
    let id = served.get("/api/v1/incidents").await.json()["incidents"][0]["id"].as_str().unwrap().to_owned();
    for path in ["/", "/services", "/services/ehr", "/sources", "/deliveries", &format!("/incidents/{id}")] {
        let body = served.get(path).await.body;
        let lower = body.to_lowercase();
        for bad in ["<script>", "<img", "onerror=alert(2)>", "<svg onload", "href=\"javascript", "\u{202e}", "<b>major"]
        {
            assert!(!lower.contains(bad), "{path} holds {bad}");
        }
        assert_eq!(lower.matches("<script").count(), 1, "{path}: only our own module");
    }
    let page = served.get("/").await.body;
    assert!(page.contains("&#60;script&#62;alert(1)"), "it is shown, as text");
}

#[tokio::test]
async fn every_answer_carries_the_policy() {
    let hospital = storm(true).await;
    let served = serve(&hospital, None).await;
    for (path, status) in [
        ("/", 200),
        ("/?nonsense=1", 400),
        ("/services", 200),
        ("/services/ehr", 200),
        ("/services/none", 404),
        ("/incidents/none", 404),
        ("/sources", 200),
        ("/deliveries", 200),
        ("/assets/base.css", 200),
        ("/assets/live.js", 200),
        ("/assets/none", 404),
        ("/none", 404),
        ("/healthz", 200),
        ("/readyz", 200),
        ("/metrics", 200),
        ("/api/v1/feed", 200),
        ("/api/v1/none", 404),
    ] {
        let answer = served.get(path).await;
        assert_eq!(answer.status, status, "{path}: {}", answer.body);
        assert_eq!(answer.header("content-security-policy"), Some(POLICY), "{path}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
        assert_eq!(answer.header("referrer-policy"), Some("no-referrer"), "{path}");
        assert_eq!(answer.header("access-control-allow-origin"), None, "{path}");
        let keeps = if path.starts_with("/assets/") && status == 200 { "immutable" } else { "no-store" };
        assert!(answer.header("cache-control").is_some_and(|c| c.contains(keeps)), "{path}");
        let body = answer.body.to_lowercase();
        assert!(!body.contains(" style=") && !body.contains("<style") && !body.contains(" onclick"), "{path}: inline");
    }
}

#[tokio::test]
async fn pages_ask_nothing_outside() {
    let hospital = storm(true).await;
    let served = serve(&hospital, None).await;
    for path in ["/", "/sources", "/services/ehr"] {
        let body = served.get(path).await.body;
        for part in body
            .split(['<', '>'])
            .filter(|p| p.starts_with("link ") || p.starts_with("script ") || p.starts_with("img "))
        {
            assert!(!part.contains("http"), "{path}: {part}");
        }
        for link in body.split("<a ").skip(1).filter(|a| a.starts_with("href=\"http")) {
            assert!(link.contains("rel=\"noopener noreferrer nofollow\""), "{path}: {link}");
        }
    }
}

#[tokio::test]
async fn the_token_stands_before_everything_but_health_and_style() {
    let hospital = storm(true).await;
    let served = serve(&hospital, Some(TOKEN)).await;
    for path in ["/", "/services", "/incidents/x", "/sources", "/deliveries", "/none"] {
        let answer = served.get(path).await;
        assert_eq!(answer.status, 401, "{path}");
        assert!(answer.body.contains("action=\"/sign-in\"") && !answer.body.contains("EHR"), "{path}");
        assert_eq!(answer.header("content-security-policy"), Some(POLICY));
    }
    for path in ["/api/v1/feed", "/api/v1/incidents", "/metrics", "/events"] {
        let answer = served.get(path).await;
        assert_eq!(answer.status, 401, "{path}");
        assert!(answer.json()["error"]["message"].as_str().unwrap().contains("token"));
    }
    for path in ["/healthz", "/assets/base.css"] {
        assert_eq!(served.get(path).await.status, 200, "{path}");
    }
    for wrong in ["Bearer wrong-token-of-the-tests", "Bearer", "Basic Y2FuYXJ5"] {
        assert_eq!(served.ask("GET", "/", &[("authorization", wrong)], "").await.status, 401, "{wrong}");
    }
    let bearer = format!("Bearer {TOKEN}");
    for path in ["/", "/api/v1/feed", "/metrics"] {
        let answer = served.ask("GET", path, &[("authorization", &bearer)], "").await;
        assert_eq!(answer.status, 200, "{path}");
        assert!(!answer.body.contains(TOKEN), "{path}");
    }
    let mut stream = served.stream(&format!("authorization: {bearer}\r\n")).await;
    read_until(&mut stream, "event: hello").await;
}

#[tokio::test]
async fn a_browser_signs_in_with_a_form_and_goes_where_it_wanted() {
    let hospital = quiet().await;
    let served = serve(&hospital, Some(TOKEN)).await;
    let form = [("content-type", "application/x-www-form-urlencoded"), ("sec-fetch-site", "same-origin")];
    let wrong = served.ask("POST", "/sign-in", &form, "token=wrong&then=%2Fsources").await;
    assert_eq!(wrong.status, 401);
    assert!(wrong.body.contains("That is not the token") && !wrong.head.contains("set-cookie: bellwether="));
    let right = served.ask("POST", "/sign-in", &form, &format!("token={TOKEN}&then=%2Fsources")).await;
    assert_eq!((right.status, right.header("location")), (303, Some("/sources")));
    let cookie = right.header("set-cookie").unwrap();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict") && !cookie.contains(TOKEN), "{cookie}");
    let pass = cookie.split(';').next().unwrap();
    assert_eq!(served.ask("GET", "/sources", &[("cookie", pass)], "").await.status, 200);
    let away = served.ask("POST", "/sign-in", &form, &format!("token={TOKEN}&then=%2F%2Fevil.example")).await;
    assert_eq!(away.header("location"), Some("/"), "never to another site");
    let foreign = [("content-type", "application/x-www-form-urlencoded"), ("sec-fetch-site", "cross-site")];
    assert_eq!(served.ask("POST", "/sign-in", &foreign, &format!("token={TOKEN}&then=")).await.status, 403);
}

#[tokio::test]
async fn tokens_are_not_tried_by_the_hundred() {
    let hospital = quiet().await;
    let served = serve(&hospital, Some(TOKEN)).await;
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let mut last = 0;
    for _ in 0..30 {
        last = served.ask("POST", "/sign-in", &form, "token=guess").await.status;
    }
    assert_eq!(last, 429);
}

#[tokio::test]
async fn another_sites_page_learns_nothing_through_the_browser() {
    let hospital = quiet().await;
    let served = serve(&hospital, None).await;
    for path in ["/events", "/api/v1/feed", "/metrics"] {
        let origin = [("origin", "https://evil.example")];
        assert_eq!(served.ask("GET", path, &origin, "").await.status, 403, "{path}");
        assert_eq!(served.ask("GET", path, &[("sec-fetch-site", "cross-site")], "").await.status, 403, "{path}");
    }
    // A name that was made to lead to this machine.
    let rebound = served.ask("GET", "/", &[("host", "evil.example")], "").await;
    assert_eq!(rebound.status, 421);
    assert!(!rebound.body.contains("EHR"));
}

#[tokio::test]
async fn a_host_header_goes_into_no_link() {
    let hospital = storm(true).await;
    let served = serve(&hospital, Some(TOKEN)).await;
    let bearer = format!("Bearer {TOKEN}");
    let headers = [("authorization", bearer.as_str()), ("host", "evil.example"), ("x-forwarded-host", "evil.example")];
    assert!(!served.ask("GET", "/", &headers, "").await.body.contains("evil.example"));
}

#[tokio::test]
async fn a_change_reaches_the_stream_once_and_in_order() {
    let hospital = quiet().await;
    let served = serve(&hospital, None).await;
    let mut stream = served.stream("").await;
    let hello = read_until(&mut stream, "event: hello").await;
    assert!(hello.contains("text/event-stream") && hello.contains("retry: 3000"), "{hello}");
    let down = incident("kr9", "Synthetic: it fails", "critical", Some(("Single sign-on US", "major_outage")), WORDS);
    hospital.says("keyring", page(&["Single sign-on US"], json!([down]), json!([])));
    hospital.look(ago(-1)).await;
    served.beat.send(Beat::Change).unwrap();
    let came = read_until(&mut stream, "\"what\":\"change\"").await;
    in_order(&came, &["event: change", "Synthetic: it fails", "event: beat"]);
    let last = served.get("/api/v1/feed").await.json()["next"].as_i64().unwrap();
    assert!(came.contains(&format!("id: {last}")), "{came}");
    // Somebody who was away is told what he missed.
    let mut again = served.stream(&format!("last-event-id: {}\r\n", last - 1)).await;
    let came = read_until(&mut again, &format!("id: {last}\n")).await;
    assert_eq!(came.matches("event: change").count(), 1, "{came}");
}

#[tokio::test]
async fn the_feed_is_read_in_pages_to_its_end() {
    let hospital = storm(true).await;
    let served = serve(&hospital, None).await;
    let whole = served.get("/api/v1/feed?limit=500").await.json();
    assert_eq!(whole["more"], false);
    let (mut after, mut seqs) = (0, Vec::new());
    loop {
        let part = served.get(&format!("/api/v1/feed?after={after}&limit=1")).await.json();
        seqs.extend(part["changes"].as_array().unwrap().iter().map(|c| c["seq"].as_i64().unwrap()));
        after = part["next"].as_i64().unwrap();
        if part["changes"].as_array().unwrap().is_empty() {
            break;
        }
    }
    let all: Vec<i64> = whole["changes"].as_array().unwrap().iter().map(|c| c["seq"].as_i64().unwrap()).collect();
    assert_eq!(seqs, all);
    assert!(all.len() >= 3 && all.windows(2).all(|w| w[0] < w[1]), "{all:?}");
}

#[tokio::test]
async fn what_the_api_does_not_understand_it_refuses_with_a_message() {
    let hospital = quiet().await;
    let served = serve(&hospital, None).await;
    for path in [
        "/api/v1/feed?afetr=1",
        "/api/v1/feed?limit=0",
        "/api/v1/feed?limit=501",
        "/api/v1/feed?after=x",
        "/api/v1/incidents?state=closed",
        "/api/v1/services?x=1",
        "/api/v1/sources?x",
        "/api/v1/deliveries?state=lost",
    ] {
        let answer = served.get(path).await;
        assert_eq!(answer.status, 400, "{path}: {}", answer.body);
        assert!(!answer.json()["error"]["message"].as_str().unwrap().is_empty(), "{path}");
    }
    let answer = served.ask("DELETE", "/api/v1/feed", &[], "").await;
    assert_eq!((answer.status, answer.json()["error"]["status"].as_i64()), (405, Some(405)));
    let endless = "x".repeat(100_000);
    assert_eq!(served.ask("POST", "/sign-in", &[], &endless).await.status, 413);
}

#[tokio::test]
async fn the_api_tells_open_incidents_and_what_they_hurt() {
    let hospital = storm(true).await;
    let served = serve(&hospital, None).await;
    let titles = |answer: &Value| -> Vec<String> {
        let all = answer["incidents"].as_array().unwrap().iter();
        let mut titles: Vec<String> = all.map(|i| i["title"].as_str().unwrap().to_owned()).collect();
        titles.sort();
        titles
    };
    let (queues, sign_ins, disks) = ("Synthetic: queues are slow", "Synthetic: sign-ins fail", "Synthetic: new disks");
    assert_eq!(titles(&served.get("/api/v1/incidents").await.json()), [disks, queues, sign_ins]);
    assert_eq!(titles(&served.get("/api/v1/incidents?service=ehr").await.json()), [sign_ins]);
    assert_eq!(titles(&served.get("/api/v1/incidents?vendor=skyward&state=all").await.json()), [disks, queues]);
    let one = served.get("/api/v1/incidents?vendor=keyring").await.json()["incidents"][0].clone();
    assert_eq!((one["impact"].as_str(), one["vendor_impact"].as_str()), (Some("major_outage"), Some("critical")));
    assert_eq!(one["hurts"][0]["path"], json!(["EHR", "Sign-in", "Keyring Single sign-on US"]));
    let whole = served.get(&format!("/api/v1/incidents/{}", one["id"].as_str().unwrap())).await.json();
    assert_eq!(whole["changes"].as_array().unwrap().len(), 1);
    assert_eq!(whole["said"].as_array().unwrap().len(), 2);
    assert_eq!(whole["deliveries"][0]["state"], "pending");
    assert_eq!(whole["deliveries"][0]["address"], "webhook at hooks.northfield.example");
    assert_eq!(served.get("/api/v1/incidents/none").await.status, 404);
}

#[tokio::test]
async fn an_incidents_page_tells_the_whole_story_and_who_was_told() {
    let hospital = storm(true).await;
    deliver(&hospital).await;
    let incident = served_incident(&hospital).await;
    let served = serve(&hospital, None).await;
    let page = served.get(&format!("/incidents/{incident}")).await;
    assert_eq!(page.status, 200);
    in_order(
        &page.body,
        &[
            "EHR is down at 3 of 4 sites",
            "Tell the switchboard",
            "Clinical Systems on call, pager 4471",
            "The whole timeline",
            "Opened, major outage. Phase: identified.",
            "We are looking into failed sign-ins.",
            "Where we know it from",
            "critical / identified",
            "Notifications: 1",
            "[DOWN] EHR: Keyring",
            "noc-webhook",
            "Delivered",
            "HTTP 503",
            "HTTP 202",
        ],
    );
    for path in ["/deliveries", "/api/v1/deliveries", &format!("/incidents/{incident}")] {
        assert!(!served.get(path).await.body.contains("s3cr3t-canary"), "{path} shows what may be a token");
    }
}

/// The first message, refused once and then taken.
async fn deliver(hospital: &Hospital) {
    let due = hospital.store.claim("t", 10, &[], ago(-10), ago(0)).await.unwrap();
    let id = &due[0].notification.id;
    let frozen = Frozen { subject: "[DOWN] EHR: Keyring".into(), bytes: vec![1] };
    hospital.store.freeze(id, &frozen).await.unwrap();
    let again = Tried::Again { due: ago(-1), reason: "HTTP 503".into() };
    hospital.store.mark(id, &again, ago(0)).await.unwrap();
    hospital.store.mark(id, &Tried::Delivered { answer: "HTTP 202".into() }, ago(-1)).await.unwrap();
}

async fn served_incident(hospital: &Hospital) -> String {
    let served = serve(hospital, None).await;
    let all = served.get("/api/v1/incidents?vendor=keyring").await.json();
    all["incidents"][0]["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn an_end_is_told_as_it_is_known() {
    let hospital = storm(true).await;
    let incident = served_incident(&hospital).await;
    hospital.says("keyring", well(&["Single sign-on US", "Directory"]));
    for minutes in 1..=14 {
        hospital.look(ago(-minutes)).await;
    }
    let served = serve_on("127.0.0.1:0", &hospital, None, || ago(-20)).await;
    let page = served.get(&format!("/incidents/{incident}")).await.body;
    in_order(
        &page,
        &["Was", "Over. No longer listed; the vendor did not say that it ended", "Resolved: no longer listed"],
    );
    let first = served.get("/").await.body;
    in_order(&first, &["Lately resolved: 1", "Keyring", "Synthetic: sign-ins fail", "EHR", "No longer listed"]);
    let all = served.get("/api/v1/incidents?state=all&vendor=keyring").await.json();
    assert_eq!(all["incidents"][0]["resolved_how"], "no_longer_listed");
}

#[tokio::test]
async fn two_hundred_incidents_stay_under_a_hundred_kilobytes() {
    let hospital = crowd().await;
    let served = serve(&hospital, None).await;
    let page = served.get("/").await;
    let mut octets = page.body.len();
    for asset in ["tokens.css", "base.css", "live.js", "icon.svg"] {
        octets += served.get(&format!("/assets/{asset}")).await.body.len();
    }
    assert!(octets < 100_000, "{octets} octets, of which the page {}", page.body.len());
    assert_eq!(page.body.matches("<article class=\"card").count(), 10);
    in_order(&page.body, &["Hurting us: 200 incidents", "190 more, page 1 of 4"]);
    let last = served.get("/?page=4").await.body;
    assert_eq!(last.matches("<article class=\"card").count(), 0);
    in_order(&last, &["page 4 of 4"]);
}

/// Two hundred incidents that hurt us at once.
async fn crowd() -> Hospital {
    let hospital = quiet().await;
    let many: Vec<Value> = (0..200)
        .map(|n| incident(&format!("rw{n}"), &format!("Synthetic: trunk {n} is noisy"), "major", None, WORDS))
        .collect();
    hospital.says("ringway", page(&["Trunks"], json!(many), json!([])));
    hospital.look(ago(0)).await;
    hospital
}

#[tokio::test]
async fn readiness_names_what_is_missing() {
    let hospital = Hospital::open(true).await;
    let served = serve(&hospital, None).await;
    let answer = served.get("/readyz").await;
    assert_eq!(answer.status, 503);
    assert_eq!(answer.json()["missing"][0], "keyring/status-page has not been looked at yet");
    assert_eq!(served.get("/healthz").await.status, 200);
    hospital.look(ago(0)).await;
    assert_eq!(served.get("/readyz").await.status, 200, "looked at, even if it could not be read");
    let guarded = serve(&Hospital::open(true).await, Some(TOKEN)).await;
    assert!(!guarded.get("/readyz").await.body.contains("keyring"), "names are for those who know the token");
}

#[tokio::test]
async fn metrics_say_how_things_stand() {
    let hospital = storm(true).await;
    let served = serve(&hospital, None).await;
    let text = served.get("/metrics").await.body;
    for line in [
        "bellwether_sources{health=\"readable\"} 3",
        "bellwether_source_last_good_seconds{source=\"keyring/status-page\"} ",
        "bellwether_incidents_open{vendor=\"keyring\",ours=\"true\"} 1",
        "bellwether_services{state=\"major_outage\"} 2",
        "bellwether_outbox_pending 1",
        "bellwether_outbox_dead 0",
    ] {
        assert!(text.contains(line), "{line} is not in\n{text}");
    }
}

#[tokio::test]
async fn a_client_that_sends_no_head_is_given_up() {
    let hospital = quiet().await;
    let served = serve(&hospital, None).await;
    let mut stream = TcpStream::connect(served.at).await.unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nhost: ").await.unwrap();
    let mut rest = Vec::new();
    let ended = tokio::time::timeout(Duration::from_secs(30), stream.read_to_end(&mut rest)).await;
    assert!(ended.is_ok(), "it held its place");
}

/// For screenshots: `BELLWETHER_SHOW=seconds cargo test --test it show` serves five situations on ports 18090 to 18094.
#[tokio::test]
async fn show() {
    let Some(seconds) = std::env::var("BELLWETHER_SHOW").ok().and_then(|s| s.parse().ok()) else { return };
    let dark = Hospital::open(true).await;
    dark.look(ago(30)).await;
    dark.look(ago(0)).await;
    let told = storm(true).await;
    deliver(&told).await;
    let shown = [storm(false).await, quiet().await, crowd().await, dark, told];
    let mut served = Vec::new();
    for (hospital, port) in shown.iter().zip(18090..) {
        served.push(serve_on(&format!("127.0.0.1:{port}"), hospital, None, noon).await);
    }
    tokio::time::sleep(Duration::from_secs(seconds)).await;
}
