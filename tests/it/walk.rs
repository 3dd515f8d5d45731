//! The walk of `pipeline`: one incident from bytes to mail, step by step, with a real page, a real mail server and a
//! real endpoint on loopback, and the database in a folder.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

use bellwether::delivery::mailer::Mailer;
use bellwether::delivery::webhook::{DEADLINE, Endpoint, Hooks, SigningKey};
use bellwether::fetch::{Fetcher, Settings};
use bellwether::model::change::{Change, ChangeKind};
use bellwether::model::format::Format;
use bellwether::model::id::SourceId;
use bellwether::model::secret::Secret;
use bellwether::model::subscription::Way;
use bellwether::model::vendor::{Source, Support, Vendor};
use bellwether::outgoing::client::Options;
use bellwether::pipeline::compiled::Compiled;
use bellwether::pipeline::deliver::{self, Relay, Ways};
use bellwether::pipeline::look::Memory;
use bellwether::pipeline::poll_once;
use bellwether::pipeline::settle::Happened;
use bellwether::scheduler::network::Network;
use bellwether::store::Store;
use bellwether::store::outbox::Tried;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::support::hostile::{Hostile, answer};
use crate::support::http::HttpReceiver;
use crate::support::model::organisation_of;
use crate::support::smtp::{Script, SmtpServer, sender};

const KEY: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// A status page that says what it is told to, and answers "not modified" where it may.
async fn page(body: Arc<Mutex<String>>) -> Hostile {
    Hostile::new(move |asked| {
        if asked.target.contains("incidents.json") {
            return answer("404 Not Found", &[], "");
        }
        let body = body.lock().unwrap().clone();
        let tag = format!("\"{}\"", bellwether::model::hash::of(body.as_bytes()));
        if asked.header("if-none-match") == Some(tag.as_str()) {
            return answer("304 Not Modified", &[], "");
        }
        answer("200 OK", &["Content-Type: application/json", &format!("ETag: {tag}")], body)
    })
    .await
}

fn summary(incidents: &Value) -> String {
    let component = |id: &str, name: &str| json!({"id": id, "name": name, "status": "operational", "group": false});
    json!({
        "page": {"id": "synthetic001", "name": "Synthetic: Okta", "url": "https://status.example.org"},
        "status": {"indicator": "none", "description": "All Systems Operational"},
        "components": [component("c1", "Single Sign-On"), component("c2", "Multi-factor"), component("c9", "Workflows")],
        "incidents": incidents, "scheduled_maintenances": [],
    })
    .to_string()
}

fn incident(status: &str, components: &[(&str, &str)], texts: &[&str]) -> Value {
    let components: Vec<Value> = components.iter().map(|(id, name)| json!({"id": id, "name": name})).collect();
    let updates: Vec<Value> = texts
        .iter()
        .enumerate()
        .rev()
        .map(|(n, text)| json!({"id": format!("u{n}"), "status": status, "body": text, "display_at": "2026-02-01T14:01:00Z"}))
        .collect();
    json!([{
        "id": "inc1", "name": "Synthetic: sign-in fails", "status": status, "impact": "major",
        "started_at": "2026-02-01T14:00:00Z", "shortlink": "https://status.example.org/i/1",
        "components": components, "incident_updates": updates,
    }])
}

fn okta(url: url::Url) -> Vendor {
    let source = Source::at(SourceId::parse("okta/status-page").unwrap(), Format::Statuspage, Some(url));
    Vendor {
        support: Support { phone: Some("+1 800 555 0100".into()), ..Support::default() },
        ..Vendor::named(bellwether::model::id::VendorId::parse("okta").unwrap(), "Okta", vec![source])
    }
}

/// Four services: sign-in needs single sign-on, the EHR needs sign-in, badges need the second factor, and rosters need
/// what the vendor calls Workflows.
const INVENTORY: &str = r#"
[[service]]
id = "sign-in"
name = "Sign-in"
tier = "clinical"
needs = [{ vendor = "okta", components = ["Single Sign-On"], without = "stops" }]
[[service]]
id = "ehr"
name = "EHR"
tier = "life-safety"
needs = [{ service = "sign-in", without = "stops" }]
procedure = { name = "DP-01", first_steps = ["Open the downtime box"] }
[[service]]
id = "badges"
name = "Badges"
tier = "business"
needs = [{ vendor = "okta", components = ["Multi-factor"], without = "degrades" }]
[[service]]
id = "rosters"
name = "Rosters"
tier = "business"
needs = [{ vendor = "okta", components = ["Workflows"], without = "stops" }]
"#;

fn subscriptions(hook: &url::Url) -> String {
    format!(
        r#"
[[receiver]]
id = "noc"
email = "noc@example.org"
[[receiver]]
id = "desk"
email = "desk@example.org"
[[receiver]]
id = "hook"
webhook = "{hook}"
allow_private = true
secrets = [{{ env = "UNUSED_HERE" }}]
[[subscription]]
id = "everything"
receivers = ["noc", "hook"]
[[subscription]]
id = "gravest"
tiers = ["life-safety"]
receivers = ["desk", "noc"]
"#
    )
}

struct Walk {
    body: Arc<Mutex<String>>,
    page: Hostile,
    network: Network,
    compiled: Compiled,
    memory: Memory,
}

impl Walk {
    async fn new(hook: &url::Url) -> Self {
        rustls::crypto::ring::default_provider().install_default().ok();
        let body = Arc::new(Mutex::new(summary(&json!([]))));
        let page = page(Arc::clone(&body)).await;
        let allow_private = vec!["127.0.0.0/8".parse().unwrap()];
        let fetcher = Fetcher::new(Settings { allow_private, ..Settings::default() }).unwrap();
        let vendors = vec![okta(page.url("/"))];
        let compiled = organisation_of(vendors, &[INVENTORY.to_owned()], &[subscriptions(hook)]);
        Self { body, page, network: Network::new(fetcher), compiled, memory: Memory::default() }
    }

    fn now_says(&self, incidents: &Value) {
        *self.body.lock().unwrap() = summary(incidents);
    }

    async fn poll(&mut self, store: &Store, now: Timestamp) -> Happened {
        let source = self.compiled.sources.values().next().unwrap().clone();
        poll_once(store, &self.compiled, &source, &mut self.memory, &self.network, now).await.unwrap()
    }

    fn ways(&self, mail: &SmtpServer, hook: &HttpReceiver) -> Ways {
        let receivers = self.compiled.rules.receivers().clone();
        let endpoint = Endpoint {
            url: hook.url(),
            keys: vec![SigningKey::parse(&Secret::new(KEY.into())).unwrap()],
            allow_private: true,
        };
        let hooks = receivers.values().filter(|r| matches!(r.way, Way::Webhook { .. }));
        let endpoints: BTreeMap<_, _> = hooks.map(|r| (r.id.clone(), Ok(endpoint.clone()))).collect();
        let options = Options {
            user_agent: "Bellwether/test".into(),
            connect_deadline: std::time::Duration::from_secs(5),
            allow_private: Vec::new(),
            proxy: None,
            extra_roots_pem: Vec::new(),
        };
        let mailer = Mailer::new(mail.settings()).unwrap();
        let relay = Some(Relay { mailer, from: sender(), domain: "northfield.example".into() });
        let parties = BTreeMap::new();
        Ways {
            receivers,
            relay,
            hooks: Hooks::new(options, DEADLINE).unwrap(),
            endpoints,
            parties,
            wording: Default::default(),
            process: "walk".into(),
        }
    }
}

async fn deliver_all(store: &Store, ways: &Ways, now: Timestamp) -> Vec<Tried> {
    let mut all = Vec::new();
    for row in deliver::claim(store, ways, 100, &[], &|| now).await.unwrap() {
        all.push(deliver::deliver_once(store, ways, row, &Timestamp::now).await.unwrap().tried);
    }
    all
}

fn kinds(happened: &Happened) -> Vec<ChangeKind> {
    let incidents =
        happened.changes.iter().filter_map(|c| if let Change::Incident(c) = c { Some(c.kind) } else { None });
    incidents.collect()
}

fn sent_to(happened: &Happened) -> Vec<String> {
    happened.notices.iter().filter(|n| n.sent).map(|n| n.receiver.to_string()).collect()
}

fn header(raw: &[u8], name: &str) -> String {
    let text = String::from_utf8_lossy(raw).replace("\r\n ", " ");
    let line = text.lines().find(|l| l.to_lowercase().starts_with(&format!("{}:", name.to_lowercase())));
    line.unwrap_or_else(|| panic!("no {name} in {text}")).split_once(':').unwrap().1.trim().to_owned()
}

async fn open(folder: &Path) -> Store {
    Store::open(folder).await.unwrap()
}

#[tokio::test]
async fn one_incident_from_bytes_to_mail() {
    let hook = HttpReceiver::answering("204 No Content", "", "").await;
    let mail = SmtpServer::start(Script::default()).await;
    let mut walk = Walk::new(&hook.url()).await;
    let ways = walk.ways(&mail, &hook);
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    let start: Timestamp = "2026-02-01T14:00:30Z".parse().unwrap();
    let at = |minutes| start + SignedDuration::from_mins(minutes);

    // A quiet first look tells nobody, and the next one costs a 304.
    assert!(walk.poll(&store, at(0)).await.notices.is_empty());
    assert!(!walk.poll(&store, at(1)).await.was_taken_in);
    assert!(walk.page.heads().iter().any(|head| head.to_lowercase().contains("if-none-match")));

    // 1 to 5. The incident opens; three services are hurt, one of them through another; three addresses are told.
    let sso = [("c1", "Single Sign-On"), ("c2", "Multi-factor")];
    walk.now_says(&incident("investigating", &sso, &["We are looking into it."]));
    let happened = walk.poll(&store, at(2)).await;
    assert_eq!(kinds(&happened), [ChangeKind::Opened]);
    let hurt: Vec<(&str, usize)> = happened.effects.iter().map(|(_, e)| (e.service.as_str(), e.path.len())).collect();
    assert_eq!(hurt, [("badges", 2), ("ehr", 3), ("sign-in", 2)]);
    let mut told = sent_to(&happened);
    told.sort();
    assert_eq!(told, ["desk", "hook", "noc"], "two subscriptions lead to noc, and it is told once");

    // 6. It is committed: the process may end here, and nothing is lost.
    store.close().await;
    drop(store);
    let store = open(folder.path()).await;

    // 7. Delivered and marked: a second run finds nothing to do.
    let tried = deliver_all(&store, &ways, at(2)).await;
    assert_eq!(tried.len(), 3);
    assert!(tried.iter().all(|t| matches!(t, Tried::Delivered { .. })), "{tried:?}");
    assert!(deliver_all(&store, &ways, at(2)).await.is_empty());
    assert_eq!((mail.taken().len(), hook.requests().len()), (2, 1));

    // 8. The phase moves on: updated, no service is worse, no mail. Then a further component, and a fourth service.
    walk.now_says(&incident("identified", &sso, &["We are looking into it.", "We know the cause."]));
    let happened = walk.poll(&store, at(3)).await;
    assert_eq!(kinds(&happened), [ChangeKind::Updated]);
    assert!(happened.notices.is_empty(), "{:?}", happened.notices);
    let more = [sso[0], sso[1], ("c9", "Workflows")];
    walk.now_says(&incident("identified", &more, &["We are looking into it.", "We know the cause."]));
    let happened = walk.poll(&store, at(60)).await;
    let mut told = sent_to(&happened);
    told.sort();
    assert_eq!(told, ["hook", "noc"], "whoever wants to know of rosters, and nobody else");
    assert_eq!(deliver_all(&store, &ways, at(60)).await.len(), 2);

    // 9. It leaves the list of what is open: over after three looks and ten minutes, told to the same, in one thread.
    walk.now_says(&json!([]));
    for minute in 61..71 {
        assert!(kinds(&walk.poll(&store, at(minute)).await).is_empty(), "not before ten minutes have passed");
    }
    let happened = walk.poll(&store, at(71)).await;
    assert_eq!(kinds(&happened), [ChangeKind::Resolved]);
    let mut told = sent_to(&happened);
    told.sort();
    assert_eq!(told, ["desk", "hook", "noc"]);
    assert_eq!(deliver_all(&store, &ways, at(71)).await.len(), 3);
    let noc: Vec<Vec<u8>> = mail.taken().into_iter().filter(|m| m.to.contains("noc")).map(|m| m.raw).collect();
    assert_eq!(noc.len(), 3, "hurt, one more hurt, over");
    let roots: Vec<String> = noc.iter().map(|raw| header(raw, "References")).collect();
    assert!(roots.iter().all(|root| *root == roots[0]), "{roots:?}");
    let ids: std::collections::BTreeSet<String> = noc.iter().map(|raw| header(raw, "Message-ID")).collect();
    assert_eq!(ids.len(), 3);
    store.close().await;
}

#[tokio::test]
async fn a_page_that_goes_dark_is_told_as_that_and_ends_nothing() {
    let hook = HttpReceiver::answering("204 No Content", "", "").await;
    let mut walk = Walk::new(&hook.url()).await;
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    let start: Timestamp = "2026-02-01T14:00:30Z".parse().unwrap();
    let at = |minutes| start + SignedDuration::from_mins(minutes);
    walk.now_says(&incident("investigating", &[("c1", "Single Sign-On")], &["We are looking into it."]));
    assert_eq!(sent_to(&walk.poll(&store, at(0)).await).len(), 3);
    *walk.body.lock().unwrap() = "<html><head><title>Sign in</title></head></html>".to_owned();
    for minute in 1..30 {
        let happened = walk.poll(&store, at(minute)).await;
        assert!(kinds(&happened).is_empty() && happened.notices.is_empty(), "minute {minute}: {:?}", happened.notices);
    }
    let ticked = bellwether::pipeline::settle::tick_once(&store, &walk.compiled, at(30)).await.unwrap();
    let subjects: Vec<&str> = ticked.notices.iter().filter(|n| n.sent).map(|n| n.subject.as_str()).collect();
    assert_eq!(subjects.len(), 3, "{subjects:?}");
    assert!(ticked.effects.is_empty(), "nothing is over: {:?}", ticked.effects);
    store.close().await;
}
