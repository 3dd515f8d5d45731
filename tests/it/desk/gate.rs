//! Who may do what: each address with each way of coming in, and each way in which a request may be forged.

use bellwether::model::account::{Role, Scope};

use super::{Answer, Browser, Site, TOKEN, encoded};
use crate::support::hospital::Hospital;

/// What an address demands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Demands {
    Nothing,
    Reading,
    /// A person who may act.
    Acting,
    /// A person who may look after accounts.
    Governing,
    /// A person.
    Account,
    /// A person, or a program with a token of its own.
    Own,
    /// A program that may write.
    WritingToken,
}
use Demands::{Account, Acting, Governing, Nothing, Own, Reading, WritingToken};

/// Every address, with what it demands: whoever adds one adds a line.
const ROUTES: [(&str, &str, Demands); 75] = [
    ("GET", "/", Reading),
    ("GET", "/incidents/x", Reading),
    ("GET", "/services", Reading),
    ("GET", "/services/x", Reading),
    ("GET", "/sources", Reading),
    ("GET", "/deliveries", Reading),
    ("GET", "/maintenance", Reading),
    ("GET", "/why", Reading),
    ("GET", "/vendors", Reading),
    ("GET", "/vendors/x", Reading),
    ("GET", "/wall", Reading),
    ("GET", "/metrics", Reading),
    ("GET", "/api/v1/feed", Reading),
    ("GET", "/api/v1/incidents", Reading),
    ("GET", "/api/v1/incidents/x", Reading),
    ("GET", "/api/v1/services", Reading),
    ("GET", "/api/v1/sources", Reading),
    ("GET", "/api/v1/blind-spots", Reading),
    ("GET", "/api/v1/deliveries", Reading),
    ("GET", "/api/v1/why", Reading),
    ("GET", "/silences", Reading),
    ("GET", "/api/v1/silences", Reading),
    ("GET", "/nothing/is/here", Reading),
    ("GET", "/sign-in", Nothing),
    ("GET", "/link/x", Nothing),
    ("GET", "/acknowledge/x/y/1/z", Nothing),
    ("POST", "/acknowledge/x/y/1/z", Nothing),
    ("GET", "/healthz", Nothing),
    ("GET", "/readyz", Nothing),
    ("GET", "/assets/base.css", Nothing),
    ("GET", "/incidents/new", Acting),
    ("POST", "/incidents/new", Acting),
    ("GET", "/incidents/x/update", Acting),
    ("POST", "/incidents/x/update", Acting),
    ("GET", "/incidents/x/end", Acting),
    ("POST", "/incidents/x/end", Acting),
    ("POST", "/incidents/x/acknowledge", Acting),
    ("GET", "/incidents/x/join", Acting),
    ("POST", "/incidents/x/join", Acting),
    ("POST", "/incidents/x/part", Acting),
    ("POST", "/sources/confirm", Acting),
    ("GET", "/silences/new", Acting),
    ("POST", "/silences/new", Acting),
    ("POST", "/silences/x/end", Acting),
    ("POST", "/receivers/test", Acting),
    ("POST", "/deliveries/retry", Acting),
    ("GET", "/accounts", Governing),
    ("POST", "/accounts", Governing),
    ("POST", "/accounts/role", Governing),
    ("POST", "/accounts/remove", Governing),
    ("POST", "/tokens", Governing),
    ("POST", "/tokens/remove", Governing),
    ("GET", "/audit", Governing),
    ("GET", "/account", Account),
    ("POST", "/account", Account),
    ("GET", "/subscriptions", Account),
    ("POST", "/subscriptions", Account),
    ("GET", "/subscriptions/x", Account),
    ("POST", "/subscriptions/x/pause", Account),
    ("POST", "/subscriptions/x/leave", Account),
    ("POST", "/subscriptions/x/lock", Governing),
    ("POST", "/subscriptions/x/unlock", Governing),
    ("GET", "/subscriptions/leave/x", Nothing),
    ("POST", "/subscriptions/leave/x", Nothing),
    ("GET", "/subscriptions/confirm/x", Nothing),
    ("GET", "/api/v1/subscriptions", Own),
    ("POST", "/api/v1/subscriptions", WritingToken),
    ("DELETE", "/api/v1/subscriptions/x", WritingToken),
    ("POST", "/api/v1/incidents", WritingToken),
    ("POST", "/api/v1/incidents/x/updates", WritingToken),
    ("POST", "/api/v1/incidents/x/end", WritingToken),
    ("DELETE", "/api/v1/incidents/x/acknowledge", WritingToken),
    ("POST", "/api/v1/incidents/x/join", WritingToken),
    ("POST", "/api/v1/silences", WritingToken),
    ("DELETE", "/api/v1/silences/x", WritingToken),
];

/// A way of coming in, and what it opens.
struct Way<'a> {
    name: &'static str,
    headers: Vec<(&'static str, String)>,
    browser: Option<Browser<'a>>,
    opens: &'static [Demands],
}

async fn ways(site: &Site) -> Vec<Way<'_>> {
    let mut ways = Vec::new();
    for (name, role, opens) in [
        ("a viewer", Role::Viewer, &[Reading, Account, Own][..]),
        ("an operator", Role::Operator, &[Reading, Account, Own, Acting]),
        ("an admin", Role::Admin, &[Reading, Account, Own, Acting, Governing]),
    ] {
        let browser = site.signed_in(&name.replace(' ', "-"), role).await;
        ways.push(Way { name, headers: vec![("cookie", browser.cookie())], browser: Some(browser), opens });
    }
    for (name, scope, opens) in [
        ("a reading token", Scope::Read, &[Reading, Own][..]),
        ("a writing token", Scope::Write, &[Reading, Own, WritingToken]),
    ] {
        let bearer = format!("Bearer {}", site.token("probe", scope).await);
        ways.push(Way { name, headers: vec![("authorization", bearer)], browser: None, opens });
    }
    let shared = vec![("authorization", format!("Bearer {TOKEN}"))];
    ways.push(Way { name: "the token of the configuration", headers: shared, browser: None, opens: &[Reading] });
    ways.push(Way { name: "nobody", headers: Vec::new(), browser: None, opens: &[] });
    ways
}

fn is_let_in(answer: &Answer) -> bool {
    !matches!(answer.status, 401 | 403)
}

#[tokio::test]
async fn each_address_opens_to_those_whom_it_is_for_and_to_nobody_else() {
    let site = Site::open(Some(TOKEN)).await;
    let mut tried = 0;
    for way in ways(&site).await {
        let form = match &way.browser {
            Some(browser) => browser.get("/account").await.hidden("form"),
            None => String::new(),
        };
        for (method, path, demands) in ROUTES {
            let mut headers: Vec<(&str, &str)> = way.headers.iter().map(|(n, v)| (*n, v.as_str())).collect();
            let body =
                if method == "GET" || path.starts_with("/api/") { String::new() } else { encoded(&[("form", &form)]) };
            headers.push(("content-type", "application/x-www-form-urlencoded"));
            let answer = site.ask(method, path, &headers, &body).await;
            // A program that may write may look at the forms, but sends none: it has no form's token.
            let is_form_for_program = way.name == "a writing token" && demands == Acting && method == "GET";
            let expected = demands == Nothing || way.opens.contains(&demands) || is_form_for_program;
            assert_eq!(
                is_let_in(&answer),
                expected,
                "{} at {method} {path}: {} {}",
                way.name,
                answer.status,
                answer.body
            );
            assert_ne!(answer.status, 500, "{method} {path}");
            if path != "/assets/base.css" {
                assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
            }
            tried += 1;
        }
    }
    assert_eq!(tried, 7 * ROUTES.len());
}

#[tokio::test]
async fn where_only_this_machine_can_ask_reading_is_open_and_acting_never() {
    let site = Site::open(None).await;
    for (method, path, demands) in ROUTES {
        let answer = site.ask(method, path, &[("content-type", "application/x-www-form-urlencoded")], "").await;
        let expected = matches!(demands, Nothing | Reading);
        assert_eq!(is_let_in(&answer), expected, "{method} {path}: {}", answer.status);
    }
    let wrong = site.ask("GET", "/", &[("authorization", "Bearer bw_wrong")], "").await;
    assert_eq!(wrong.status, 401, "a token that opens nothing is said to");
}

#[tokio::test]
async fn a_form_counts_only_as_a_form_of_ours_sent_from_a_page_of_ours() {
    let site = Site::open(None).await;
    let ada = site.signed_in("ada", Role::Operator).await;
    let eve = site.signed_in("eve", Role::Operator).await;
    let (mine, hers) = (ada.get("/account").await.hidden("form"), eve.get("/account").await.hidden("form"));
    let cookie = ada.cookie();
    let url = "application/x-www-form-urlencoded";
    let origin = format!("http://{}", site.at);
    let same = ("sec-fetch-site", "same-origin");
    for (what, headers, form, status) in [
        ("as it should be", vec![("content-type", url), same], mine.as_str(), 422),
        ("an older browser", vec![("content-type", url), ("origin", origin.as_str())], &mine, 422),
        ("neither header", vec![("content-type", url)], &mine, 422),
        ("no token", vec![("content-type", url), same], "", 403),
        ("somebody else's token", vec![("content-type", url), same], &hers, 403),
        ("from another site", vec![("content-type", url), ("sec-fetch-site", "cross-site")], &mine, 403),
        ("from a neighbour", vec![("content-type", url), ("sec-fetch-site", "same-site")], &mine, 403),
        ("another origin", vec![("content-type", url), ("origin", "https://evil.example")], &mine, 403),
        ("no origin at all", vec![("content-type", url), ("origin", "null")], &mine, 403),
        ("as text", vec![("content-type", "text/plain"), same], &mine, 415),
        ("as JSON", vec![("content-type", "application/json"), same], &mine, 415),
        ("as parts", vec![("content-type", "multipart/form-data; boundary=x"), same], &mine, 415),
        ("as nothing", vec![same], &mine, 415),
    ] {
        let mut headers = headers;
        headers.push(("cookie", &cookie));
        let answer = site.ask("POST", "/incidents/new", &headers, &encoded(&[("form", form)])).await;
        assert_eq!(answer.status, status, "{what}: {}", answer.body);
    }
    let elsewhere = [("content-type", url), ("sec-fetch-site", "cross-site")];
    assert_eq!(
        site.ask("POST", "/sign-in/account", &elsewhere, "name=ada").await.status,
        403,
        "nobody is signed in by others"
    );
    assert_eq!(site.ask("POST", "/sign-in/account", &[("content-type", url), same], "name=ada").await.status, 403);
}

#[tokio::test]
async fn looking_changes_nothing() {
    let site = Site::of(Hospital::open(true).await, None).await;
    let admin = site.signed_in("boss", Role::Admin).await;
    let before = site.audit().await;
    for (method, path, _) in ROUTES.iter().filter(|(method, ..)| *method == "GET") {
        admin.get(path).await;
        let head = site.ask("HEAD", path, &[("cookie", &admin.cookie())], "").await;
        assert!(head.status < 500 || *path == "/readyz", "{method} {path}");
    }
    for path in [
        "/sign-out",
        "/incidents/x/acknowledge",
        "/accounts/remove",
        "/tokens/remove",
        "/incidents/x/part",
        "/receivers/test",
    ] {
        assert_eq!(admin.get(path).await.status, 405, "{path}");
    }
    assert_eq!(site.audit().await, before);
    assert_eq!(admin.get("/account").await.status, 200);
}

#[tokio::test]
async fn too_much_text_is_refused_before_it_is_read() {
    let site = Site::open(None).await;
    let ada = site.signed_in("ada", Role::Operator).await;
    let answer = ada.fill("/incidents/new", "/incidents/new", &[("text", &"x".repeat(70_000))]).await;
    assert_eq!(answer.status, 413);
    let token = site.token("probe", Scope::Write).await;
    let body = format!("{{\"text\": \"{}\"}}", "x".repeat(70_000));
    assert_eq!(site.json("POST", "/api/v1/incidents", &token, &body).await.status, 413);
}
