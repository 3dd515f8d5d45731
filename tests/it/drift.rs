//! The page changed and we noticed: a real page on loopback that renames a field, drops a list, moves to another host,
//! renames a component; the mail that tells who looks after sources, once and once more; and what is never told to the
//! night shift. And guesses, which count for nothing until a person has confirmed them. All of it is invented.

use std::sync::{Arc, Mutex};

use bellwether::delivery::mailer::Mailer;
use bellwether::delivery::webhook::{DEADLINE, Hooks};
use bellwether::fetch::{Fetcher, Settings};
use bellwether::model::audit::By;
use bellwether::model::change::Change;
use bellwether::model::format::Format;
use bellwether::model::id::SourceId;
use bellwether::model::incident::Health;
use bellwether::model::vendor::{Source, Vendor};
use bellwether::outgoing::client::Options;
use bellwether::pipeline::compiled::Compiled;
use bellwether::pipeline::confirm::confirm;
use bellwether::pipeline::deliver::{self, Relay, Ways};
use bellwether::pipeline::look::Memory;
use bellwether::pipeline::poll_once;
use bellwether::pipeline::settle::{self, Happened};
use bellwether::scheduler::network::Network;
use bellwether::store::Store;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::support::hostile::{Hostile, answer};
use crate::support::model::organisation_of;
use crate::support::smtp::{Script, SmtpServer, sender};

const OKTA: &str = "okta/status-page";

const INVENTORY: &str = r#"
[[service]]
id = "sign-in"
name = "Sign-in"
tier = "clinical"
needs = [{ vendor = "okta", components = ["Single Sign-On"], without = "stops" }]
"#;

const SUBSCRIPTIONS: &str = r#"
[[receiver]]
id = "noc"
email = "noc@example.org"
[[receiver]]
id = "keepers"
email = "keepers@example.org"
[[subscription]]
id = "everything"
receivers = ["noc"]
[[subscription]]
id = "sources"
watches = "sources"
receivers = ["keepers"]
"#;

/// A page with three components, eight months old.
fn quiet() -> Value {
    let component = |id: &str, name: &str| json!({"id": id, "name": name, "status": "operational", "created_at": "2025-01-01T00:00:00Z", "group": false});
    json!({
        "page": {"id": "synthetic001", "name": "Synthetic: Okta", "url": "https://status.example.org", "updated_at": "0"},
        "status": {"indicator": "none", "description": "All Systems Operational"},
        "components": [component("c1", "Single Sign-On"), component("c2", "Multi-factor"), component("c9", "Workflows")],
        "incidents": [], "scheduled_maintenances": [],
    })
}

fn incident() -> Value {
    json!([{
        "id": "inc1", "name": "Synthetic: sign-in fails", "status": "investigating", "impact": "major",
        "started_at": "2026-02-01T00:00:00Z", "components": [{"id": "c1", "name": "Single Sign-On"}],
        "incident_updates": [{"id": "u1", "status": "investigating", "body": "We look into it.", "display_at": "2026-02-01T00:00:00Z"}],
    }])
}

fn minute(minutes: i64) -> Timestamp {
    "2026-02-01T00:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_mins(minutes)
}

/// Four days, in minutes: what has been so for that long is usual.
const DAYS: i64 = 4 * 24 * 60;

struct Watched {
    says: Arc<Mutex<Value>>,
    /// Where the page sends everybody, if it does.
    sends_to: Arc<Mutex<Option<String>>>,
    _page: Hostile,
    network: Network,
    compiled: Compiled,
    store: Store,
    memory: Memory,
    looks: u32,
}

impl Watched {
    async fn new() -> Self {
        rustls::crypto::ring::default_provider().install_default().ok();
        let (says, sends_to) = (Arc::new(Mutex::new(quiet())), Arc::new(Mutex::new(None::<String>)));
        let (body, to) = (says.clone(), sends_to.clone());
        let page = Hostile::new(move |asked| match (asked.target.as_str(), to.lock().unwrap().clone()) {
            (target, _) if target.contains("incidents.json") => answer("404 Not Found", &[], ""),
            (target, Some(host)) if !asked.header("host").unwrap().starts_with("localhost") => {
                answer("302 Found", &[&format!("Location: {host}{target}")], "")
            }
            _ => answer("200 OK", &["Content-Type: application/json"], body.lock().unwrap().to_string()),
        })
        .await;
        let allow_private = vec!["127.0.0.0/8".parse().unwrap(), "::1/128".parse().unwrap()];
        let fetcher = Fetcher::new(Settings { allow_private, ..Settings::default() }).unwrap();
        let source = Source::at(SourceId::parse(OKTA).unwrap(), Format::Statuspage, Some(page.url("/")));
        let vendor = Vendor::named(source.id.vendor(), "Okta", vec![source]);
        Self {
            says,
            sends_to,
            _page: page,
            network: Network::new(fetcher),
            compiled: organisation_of(vec![vendor], &[INVENTORY.to_owned()], &[SUBSCRIPTIONS.to_owned()]),
            store: Store::in_memory().await.unwrap(),
            memory: Memory::default(),
            looks: 0,
        }
    }

    /// A page that has been read for four days.
    async fn known() -> Self {
        let mut watched = Self::new().await;
        for hours in 0..10 {
            assert!(watched.look(hours * 60).await.notices.is_empty());
        }
        assert!(watched.look(DAYS).await.notices.is_empty());
        watched
    }

    fn changes(&self, change: impl FnOnce(&mut Value)) {
        change(&mut self.says.lock().unwrap());
    }

    async fn look(&mut self, minutes: i64) -> Happened {
        self.looks += 1;
        let moved = self.looks.to_string();
        self.changes(|page| page["page"]["updated_at"] = json!(moved));
        let source = self.compiled.sources.values().next().unwrap().clone();
        let now = minute(minutes);
        poll_once(&self.store, &self.compiled, &source, &mut self.memory, &self.network, now).await.unwrap()
    }

    async fn tick(&self, minutes: i64) -> Happened {
        settle::tick_once(&self.store, &self.compiled, minute(minutes)).await.unwrap()
    }

    /// Looks every five minutes until then; what was told to whom, by subject.
    async fn told_within(&mut self, from: i64, until: i64) -> Vec<String> {
        let mut told = Vec::new();
        for minutes in (from..=until).step_by(5) {
            let looked = self.look(minutes).await;
            let over = looked.changes.iter().filter(|c| matches!(c, Change::Incident(c) if c.resolved_how.is_some()));
            assert_eq!(over.count(), 0, "nothing is over by how a page is made");
            let ticked = self.tick(minutes).await;
            let sent = looked.notices.into_iter().chain(ticked.notices).filter(|notice| notice.sent);
            told.extend(sent.map(|notice| format!("{}: {}", notice.receiver, notice.subject)));
        }
        told
    }

    async fn health(&self) -> Health {
        self.store.known_just_now(&SourceId::parse(OKTA).unwrap(), &[]).await.unwrap().0.health
    }

    /// Delivers all that is due by mail: to whom, and the whole of it as text.
    async fn mails(&self, minutes: i64) -> Vec<(String, String)> {
        let mail = SmtpServer::start(Script::default()).await;
        let options = Options {
            user_agent: "Bellwether/test".into(),
            connect_deadline: std::time::Duration::from_secs(5),
            allow_private: Vec::new(),
            proxy: None,
            extra_roots_pem: Vec::new(),
        };
        let relay = Relay {
            mailer: Mailer::new(mail.settings()).unwrap(),
            from: sender(),
            domain: "northfield.example".into(),
        };
        let ways = Ways {
            receivers: self.compiled.rules.receivers().clone(),
            relay: Some(relay),
            hooks: Hooks::new(options, DEADLINE).unwrap(),
            endpoints: std::collections::BTreeMap::new(),
            parties: std::collections::BTreeMap::new(),
            wording: Default::default(),
            process: "drift".into(),
        };
        for row in deliver::claim(&self.store, &ways, 100, &[], &|| minute(minutes)).await.unwrap() {
            deliver::deliver_once(&self.store, &ways, row, &Timestamp::now).await.unwrap();
        }
        let text = |raw: &[u8]| {
            let text = String::from_utf8_lossy(raw).replace("=\r\n", "");
            text.split_whitespace().collect::<Vec<_>>().join(" ")
        };
        mail.taken().iter().map(|m| (m.to.clone(), text(&m.raw))).collect()
    }
}

fn each_component(page: &mut Value, change: impl Fn(&mut serde_json::Map<String, Value>)) {
    page["components"].as_array_mut().unwrap().iter_mut().for_each(|c| change(c.as_object_mut().unwrap()));
}

#[tokio::test]
async fn a_renamed_field_is_told_once_to_who_looks_after_sources_and_once_when_it_is_back() {
    let mut watched = Watched::known().await;
    watched.changes(|page| page["incidents"] = incident());
    assert_eq!(
        watched.told_within(DAYS + 5, DAYS + 5).await,
        ["noc: [Partly down] Sign-in at all sites: Okta Single Sign-On"]
    );
    watched.changes(|page| {
        each_component(page, |c| {
            let at = c.remove("created_at").unwrap();
            c.insert("createdAt".into(), at);
        });
    });
    let told = watched.told_within(DAYS + 10, DAYS + 60).await;
    assert_eq!(told, ["keepers: [Source doubtful] okta/status-page, by which Okta is read"]);
    assert_eq!(watched.health().await.word(), "doubtful");
    let mails = watched.mails(DAYS + 60).await;
    let (to, text) = mails.iter().find(|(to, _)| to.contains("keepers")).unwrap();
    assert!(to.contains("keepers@example.org"));
    for words in [
        "components[].created_at of its summary was always there, and is gone",
        "Kept",
        "summary of",
        "vendors confirm okta/status-page",
        "Rests on it Sign-in",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    watched.changes(|page| {
        each_component(page, |c| {
            c.insert("created_at".into(), json!("2025-01-01T00:00:00Z"));
        })
    });
    let told = watched.told_within(DAYS + 65, DAYS + 120).await;
    assert_eq!(told, ["keepers: [Source as usual again] okta/status-page, by which Okta is read"]);
    assert_eq!(watched.health().await.word(), "readable");
}

#[tokio::test]
async fn a_list_that_is_dropped_is_told_and_the_vendor_is_grey_until_somebody_has_looked() {
    let mut watched = Watched::known().await;
    let well = watched.store.scene(&watched.compiled.polled(), minute(0)).await.unwrap();
    assert_eq!(well.world.sources.len(), 1);
    watched.changes(|page| drop(page.as_object_mut().unwrap().remove("scheduled_maintenances")));
    let told = watched.told_within(DAYS + 10, DAYS + 60).await;
    assert_eq!(told, ["keepers: [Source doubtful] okta/status-page, by which Okta is read"]);
    let why = watched.health().await.why().unwrap();
    assert!(why.contains("scheduled_maintenances of its summary was always there, and is gone"), "{why}");
    let states = bellwether::alerting::effects::effects(
        &watched.compiled.graph,
        &watched.store.scene(&watched.compiled.polled(), minute(0)).await.unwrap().world,
        watched.compiled.effect_rules,
        minute(DAYS + 60),
    );
    assert_eq!(states.states.values().next().unwrap().shown().word(), "unknown");
    // A person has looked, and it is right: it is usual from now on.
    let by = By::terminal("Ada");
    let source = SourceId::parse(OKTA).unwrap();
    let happened = confirm(&watched.store, &watched.compiled, &source, &by, minute(DAYS + 70)).await.unwrap();
    assert_eq!(happened.notices.iter().filter(|n| n.sent).count(), 1, "{:?}", happened.notices);
    assert_eq!(watched.told_within(DAYS + 75, DAYS + 200).await, Vec::<String>::new());
    assert_eq!(watched.health().await.word(), "readable");
    let lines = watched.store.audit(i64::MAX, None, 10).await.unwrap();
    assert_eq!(
        (lines[0].deed.as_str(), lines[0].who.as_str(), lines[0].about.as_str()),
        ("source_confirmed", "Ada", OKTA)
    );
    let again = confirm(&watched.store, &watched.compiled, &source, &by, minute(DAYS + 300)).await;
    assert!(again.unwrap_err().to_string().contains("nothing about okta/status-page waits for a word"));
}

#[tokio::test]
async fn a_page_that_is_answered_by_another_host_is_told() {
    let mut watched = Watched::known().await;
    let elsewhere = watched.compiled.sources.values().next().unwrap().url.clone().unwrap();
    *watched.sends_to.lock().unwrap() = Some(format!("http://localhost:{}", elsewhere.port().unwrap()));
    let told = watched.told_within(DAYS + 10, DAYS + 60).await;
    assert_eq!(told, ["keepers: [Source doubtful] okta/status-page, by which Okta is read"]);
    let why = watched.health().await.why().unwrap();
    assert!(why.contains("its summary is answered by localhost, not by 127.0.0.1"), "{why}");
}

#[tokio::test]
async fn a_renamed_component_is_told_with_what_it_is_probably_called_now() {
    let mut watched = Watched::known().await;
    watched.changes(|page| page["components"][0]["name"] = json!("Sign-On (workforce)"));
    let told = watched.told_within(DAYS + 10, DAYS + 60).await;
    assert_eq!(told, ["keepers: [Source doubtful] okta/status-page, by which Okta is read"]);
    let why = watched.health().await.why().unwrap();
    assert!(why.contains("“Single Sign-On”") && why.contains("is that “Sign-On (workforce)” now?"), "{why}");
    watched.changes(|page| page["components"][0]["name"] = json!("Single Sign-On"));
    assert_eq!(watched.told_within(DAYS + 65, DAYS + 90).await.len(), 1);
}

#[tokio::test]
async fn a_component_that_is_gone_is_told_and_found_again_by_its_name() {
    let mut watched = Watched::known().await;
    watched.changes(|page| page["components"][0]["id"] = json!("another-id"));
    assert_eq!(
        watched.told_within(DAYS + 10, DAYS + 60).await,
        Vec::<String>::new(),
        "the name is what the inventory means"
    );
    watched.changes(|page| drop(page["components"].as_array_mut().unwrap().remove(0)));
    let told = watched.told_within(DAYS + 65, DAYS + 120).await;
    assert_eq!(told, ["keepers: [Source doubtful] okta/status-page, by which Okta is read"]);
}

#[tokio::test]
async fn a_first_incident_and_a_first_maintenance_are_no_drift() {
    let mut watched = Watched::known().await;
    watched.changes(|page| {
        page["incidents"] = incident();
        page["banner"] = json!({"text": "We look into it."});
        page["scheduled_maintenances"] = json!([{
            "id": "m1", "name": "Synthetic: works", "status": "scheduled", "impact": "maintenance",
            "scheduled_for": "2026-03-01T00:00:00Z", "scheduled_until": "2026-03-01T02:00:00Z", "incident_updates": [],
        }]);
    });
    assert_eq!(
        watched.told_within(DAYS + 5, DAYS + 60).await,
        ["noc: [Partly down] Sign-in at all sites: Okta Single Sign-On"]
    );
    watched.changes(|page| {
        page["incidents"][0]["status"] = json!("monitoring");
        drop(page.as_object_mut().unwrap().remove("banner"));
        page["scheduled_maintenances"] = json!([]);
    });
    assert_eq!(watched.told_within(DAYS + 65, DAYS + 70).await, Vec::<String>::new());
    assert_eq!(watched.health().await.word(), "readable");
}

#[tokio::test]
async fn a_blind_source_is_told_to_who_looks_after_it_once_and_once_when_it_is_read_again() {
    let mut watched = Watched::known().await;
    let said = watched.says.lock().unwrap().clone();
    *watched.says.lock().unwrap() = json!({"page": {"updated_at": ""}, "error": "synthetic"});
    let told = watched.told_within(DAYS + 10, DAYS + 60).await;
    let keepers: Vec<&String> = told.iter().filter(|told| told.starts_with("keepers")).collect();
    assert_eq!(keepers, ["keepers: [Source cannot be read] okta/status-page, by which Okta is read"]);
    *watched.says.lock().unwrap() = said;
    let told = watched.told_within(DAYS + 65, DAYS + 90).await;
    let keepers: Vec<&String> = told.iter().filter(|told| told.starts_with("keepers")).collect();
    assert_eq!(keepers, ["keepers: [Source as usual again] okta/status-page, by which Okta is read"]);
}

#[tokio::test]
async fn what_is_read_by_guess_is_never_green_and_tells_nobody_until_a_person_has_confirmed_it() {
    let mut watched = Watched::new().await;
    let source = SourceId::parse(OKTA).unwrap();
    watched.compiled.guessed.insert(source.clone(), Format::Statuspage);
    watched.look(0).await;
    let unconfirmed = |watched: &Watched| {
        let (store, guessed) = (watched.store.clone(), watched.compiled.guessed.clone());
        async move { store.unconfirmed(&guessed).await.unwrap().len() }
    };
    assert_eq!(unconfirmed(&watched).await, 1);
    watched.changes(|page| page["incidents"] = incident());
    let happened = watched.look(5).await;
    assert_eq!(happened.effects.len(), 1, "what it does is known and shown");
    let why: Vec<&str> = happened.notices.iter().filter(|n| !n.sent).map(|n| n.why.as_str()).collect();
    assert_eq!(
        why,
        [
            "how okta/status-page is read was guessed; nobody is told until `bellwether vendors confirm okta/status-page`"
        ]
    );
    assert!(happened.notices.iter().all(|n| !n.sent) && watched.tick(30).await.notices.iter().all(|n| !n.sent));
    // What is open when somebody confirms is told then.
    let confirmed =
        confirm(&watched.store, &watched.compiled, &source, &By::terminal("Ada"), minute(40)).await.unwrap();
    let told: Vec<&str> = confirmed.notices.iter().filter(|n| n.sent).map(|n| n.subject.as_str()).collect();
    assert_eq!(told, ["[Partly down] Sign-in at all sites: Okta Single Sign-On"]);
    assert_eq!(unconfirmed(&watched).await, 0);
    // Another format needs another word.
    watched.compiled.guessed.insert(source.clone(), Format::Feed);
    assert_eq!(unconfirmed(&watched).await, 1);
}

#[tokio::test]
async fn what_could_not_be_read_is_not_confirmed() {
    let mut watched = Watched::new().await;
    let source = SourceId::parse(OKTA).unwrap();
    watched.compiled.guessed.insert(source.clone(), Format::Statuspage);
    *watched.says.lock().unwrap() = json!({"page": {"updated_at": ""}, "error": "synthetic"});
    watched.look(0).await;
    let refused = confirm(&watched.store, &watched.compiled, &source, &By::terminal("Ada"), minute(1)).await;
    assert!(refused.unwrap_err().to_string().contains("only a good one counts"));
    let nowhere = SourceId::parse("nobody/page").unwrap();
    let refused = confirm(&watched.store, &watched.compiled, &nowhere, &By::terminal("Ada"), minute(1)).await;
    assert!(refused.unwrap_err().to_string().contains("is not looked at"));
}

#[tokio::test]
async fn what_the_inventory_means_and_nobody_lists_is_not_made_right_by_a_word() {
    let mut watched = Watched::known().await;
    watched.changes(|page| page["components"][0]["name"] = json!("Sign-On (workforce)"));
    watched.told_within(DAYS + 10, DAYS + 60).await;
    let source = SourceId::parse(OKTA).unwrap();
    let refused = confirm(&watched.store, &watched.compiled, &source, &By::terminal("Ada"), minute(DAYS + 70)).await;
    assert!(refused.unwrap_err().to_string().contains("no word makes it right"));
    let (_, text) = watched.mails(DAYS + 70).await.remove(0);
    assert!(text.contains("no longer lists all that the inventory means of Okta"), "{text}");
}

#[tokio::test]
async fn another_address_begins_anew_and_nothing_of_it_is_drift() {
    let mut watched = Watched::known().await;
    watched.changes(|page| each_component(page, |c| drop(c.remove("created_at"))));
    let source = SourceId::parse(OKTA).unwrap();
    let mut other = watched.compiled.sources[&source].clone();
    other.url = Some(other.url.unwrap().join("/elsewhere").unwrap());
    watched.compiled.sources.insert(source, other);
    assert_eq!(watched.told_within(DAYS + 10, DAYS + 60).await, Vec::<String>::new());
    assert_eq!(watched.health().await.word(), "readable");
}
