//! Synthetic answers: what each rule of this format does with a look.

use serde_json::{Value, json};

use super::*;
use crate::model::id::SourceId;
use crate::model::incident::KnownOpen;
use crate::model::vendor::Source;
use crate::normalize::Outcome;

fn site(slug: &str, status: &str) -> Value {
    json!({
        "name": format!("Synthetic {slug}"), "url": "https://example.org", "icon": "", "slug": slug, "status": status,
        "uptime": "99.98%", "uptimeDay": "100.00%", "time": 120, "dailyMinutesDown": {"2026-11-20": 7},
    })
}

fn issue(number: u32, state: &str, title: &str, labels: &[&str], body: &str) -> Value {
    json!({
        "number": number, "title": title, "state": state, "html_url": format!("https://github.com/a/b/issues/{number}"),
        "labels": labels.iter().map(|name| json!({"name": name})).collect::<Vec<_>>(),
        "created_at": "2026-11-22T10:00:00Z", "closed_at": if state == "closed" { json!("2026-11-22T11:00:00Z") } else { Value::Null },
        "body": body, "pull_request": Value::Null,
    })
}

fn answer(role: &'static str, body: Body) -> Answer {
    Answer { role, outcome: Outcome::Body(body) }
}

fn body(value: &Value) -> Body {
    Body::saved(value.to_string().into_bytes())
}

fn source() -> Source {
    let url = "https://raw.githubusercontent.com/acme/status/HEAD".parse().unwrap();
    let mut source = Source::at(SourceId::parse("acme/status").unwrap(), Format::Upptime, Some(url));
    source.roles.push((ISSUES.to_owned(), "https://api.github.com/repos/acme/status/issues".parse().unwrap()));
    source
}

fn with<T>(run: impl FnOnce(&Asked<'_>) -> T) -> T {
    let source = source();
    let open = KnownOpen::default();
    let now = "2026-11-22T12:00:00Z".parse().unwrap();
    run(&Asked { source: &source, url: source.url.as_ref().unwrap(), open: &open, now })
}

fn look(answers: &[Answer]) -> Result<Snapshot, Unreadable> {
    with(|asked| read(answers, asked))
}

#[test]
fn the_issues_are_asked_for_only_where_they_are_named() {
    let urls: Vec<String> = with(plan).into_iter().map(|request| request.url.into()).collect();
    assert_eq!(
        urls,
        [
            "https://raw.githubusercontent.com/acme/status/HEAD/history/summary.json",
            "https://api.github.com/repos/acme/status/issues",
        ]
    );
    let mut source = source();
    source.roles.clear();
    source.url = Some("https://raw.githubusercontent.com/a/b/HEAD/history/summary.json".parse().unwrap());
    let asked = Asked {
        url: source.url.as_ref().unwrap(),
        source: &source,
        open: &KnownOpen::default(),
        now: Timestamp::UNIX_EPOCH,
    };
    assert_eq!(
        plan(&asked).into_iter().map(|request| request.url.to_string()).collect::<Vec<_>>(),
        ["https://raw.githubusercontent.com/a/b/HEAD/history/summary.json"]
    );
}

#[test]
fn a_site_that_is_down_is_a_component_and_no_incident() {
    let sites = json!([site("web", "up"), site("api", "down"), site("mail", "degraded"), site("x", "on fire")]);
    let snapshot = look(&[answer(SUMMARY, body(&sites))]).unwrap();
    let statuses: Vec<Impact> = snapshot.components.iter().map(|one| one.status).collect();
    assert_eq!(statuses, [Impact::Operational, Impact::MajorOutage, Impact::Degraded, Impact::Unknown]);
    assert_eq!((snapshot.incidents.len(), snapshot.covers.incidents, snapshot.warnings.len()), (0, Covers::Delta, 1));
}

#[test]
fn issues_are_incidents_by_their_labels() {
    let plan = "<!--\nstart: 2026-11-23T01:00:00Z\nend: 2026-11-23T02:00:00Z\n-->\nSynthetic: new disks";
    let issues = json!([
        issue(3, "open", "🛑 Synthetic api is down", &["status", "api"], "In `1a2b3c`, Synthetic api was down."),
        issue(4, "closed", "⚠️ Synthetic api has degraded performance", &["status", "api"], ""),
        issue(5, "open", "New disks", &["maintenance", "web"], plan),
        issue(6, "open", "How do I write a page?", &["question"], ""),
        {"number": 7, "state": "open", "html_url": "https://github.com/acme/status/pull/7",
         "labels": [{"name": "status"}], "pull_request": {"url": "https://api.github.com/x"}},
    ]);
    let sites = json!([site("web", "up"), site("api", "down")]);
    let snapshot = look(&[answer(SUMMARY, body(&sites)), answer(ISSUES, body(&issues))]).unwrap();
    let seen: Vec<_> = snapshot.incidents.iter().map(|one| (one.key.as_str(), one.impact, one.phase)).collect();
    assert_eq!(
        seen,
        [
            ("3", Impact::MajorOutage, Phase::Investigating),
            ("4", Impact::Degraded, Phase::Resolved),
            ("5", Impact::Maintenance, Phase::Scheduled),
        ]
    );
    assert_eq!(snapshot.incidents[0].components[0].name, "Synthetic api");
    assert_eq!(snapshot.incidents[2].planned.as_ref().unwrap().from.at.unwrap().to_string(), "2026-11-23T01:00:00Z");
    assert_eq!((snapshot.covers.incidents, snapshot.warnings.as_slice()), (Covers::AllOpen, &[][..]));
}

#[test]
fn what_is_no_issue_of_github_s_proves_no_absence() {
    let issues = |other: &Value| {
        let list = json!([other, issue(3, "open", "Synthetic api is down", &["status", "api"], "")]);
        look(&[answer(SUMMARY, body(&json!([site("api", "down")]))), answer(ISSUES, body(&list))]).unwrap()
    };
    for other in [json!({}), json!({"value": {"number": 41}}), json!({"id": "1", "name": "Fax", "status": "up"})] {
        let snapshot = issues(&other);
        assert_eq!((snapshot.incidents.len(), snapshot.covers.incidents), (1, Covers::Delta), "{other}");
        assert_eq!(snapshot.warnings.len(), 1, "{other}");
    }
    assert_eq!(issues(&issue(9, "open", "A question", &["question"], "")).covers.incidents, Covers::AllOpen);
}

#[test]
fn a_page_of_issues_that_is_not_the_last_proves_no_absence() {
    let mut capped = body(&json!([]));
    capped.headers.push(("link".to_owned(), "<https://api.github.com/x?page=2>; rel=\"next\"".to_owned()));
    let snapshot = look(&[answer(SUMMARY, body(&json!([site("web", "up")]))), answer(ISSUES, capped)]).unwrap();
    assert_eq!(snapshot.covers.incidents, Covers::Delta);
    let limited = Body { status: 403, ..body(&json!({"message": "API rate limit exceeded"})) };
    let snapshot = look(&[answer(SUMMARY, body(&json!([site("web", "up")]))), answer(ISSUES, limited)]).unwrap();
    assert_eq!((snapshot.blind[0].0, snapshot.covers.incidents), (ISSUES, Covers::Delta));
}

#[test]
fn a_page_leads_to_its_repository() {
    let html = r#"Powered by <a href="https://upptime.js.org">Upptime</a> <img src="https://raw.githubusercontent.com/upptime/x/y.svg">
        <a href="https://github.com/acme/status">"#;
    let url = "https://status.acme.example/".parse().unwrap();
    let found = find(&Page { url: &url, html: Some(html) });
    assert_eq!(
        found.iter().map(Url::as_str).collect::<Vec<_>>(),
        ["https://raw.githubusercontent.com/acme/status/HEAD"]
    );
    assert_eq!(find(&Page { url: &url, html: Some("<a href=\"https://github.com/acme/status\">") }), []);
}

#[test]
fn decoys_are_no_summary() {
    for decoy in [json!([]), json!({}), json!([{"slug": "x", "status": "up"}]), json!([3])] {
        assert!(matches!(look(&[answer(SUMMARY, body(&decoy))]), Err(Unreadable::Unexpected(_))), "{decoy}");
    }
}
