//! What holds for every page: nothing unescaped, nothing from outside, the headers.

use super::*;

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
    for path in [
        "/",
        "/services",
        "/services/ehr",
        "/vendors",
        "/vendors/keyring",
        "/sources",
        "/deliveries",
        "/sources",
        "/maintenance",
        "/deliveries",
        "/wall",
        &format!("/incidents/{id}"),
    ] {
        let body = served.get(path).await.body;
        let lower = body.to_lowercase();
        for bad in ["<script>", "<img", "onerror=alert(2)>", "<svg onload", "href=\"javascript", "\u{202e}", "<b>major"]
        {
            assert!(!lower.contains(bad), "{path} holds {bad}");
        }
        let ours = lower.matches("<script src=\"/assets/").count()
            + lower.matches("<script type=\"module\" src=\"/assets/").count();
        assert_eq!(lower.matches("<script").count(), ours, "{path}: only our own scripts");
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
        ("/vendors", 200),
        ("/vendors/keyring", 200),
        ("/vendors/none", 404),
        ("/sources", 200),
        ("/deliveries", 200),
        ("/deliveries?state=lost", 400),
        ("/deliveries?page=0", 400),
        ("/deliveries?receiver=none&state=dead&incident=&page=9", 200),
        ("/maintenance", 200),
        ("/wall", 200),
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
    for path in ["/", "/sources", "/services/ehr", "/vendors/keyring"] {
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
async fn a_host_header_goes_into_no_link() {
    let hospital = storm(true).await;
    let served = serve(&hospital, Some(TOKEN)).await;
    let bearer = format!("Bearer {TOKEN}");
    let headers = [("authorization", bearer.as_str()), ("host", "evil.example"), ("x-forwarded-host", "evil.example")];
    assert!(!served.ask("GET", "/", &headers, "").await.body.contains("evil.example"));
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
