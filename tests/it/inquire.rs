//! A page that moved to another platform: it is asked anew how it publishes, beside the looks, and whoever looks after
//! sources is told once what to write. A real page on loopback answers as Statuspage does, and then as another at the same
//! address. All of it is invented.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bellwether::clock::Clock;
use bellwether::fetch::{Fetcher, Settings};
use bellwether::model::credentials::Access;
use bellwether::model::format::Format;
use bellwether::model::id::{CredentialsId, SourceId};
use bellwether::model::incident::Health;
use bellwether::model::inquiry::{Came, Inquiry};
use bellwether::model::vendor::{Schedule, Source, Vendor};
use bellwether::pipeline::compiled::Compiled;
use bellwether::pipeline::inquire::{inquire_once, may_be_asked};
use bellwether::pipeline::look::{Ask, Memory};
use bellwether::pipeline::poll_once;
use bellwether::pipeline::settle::{self, Notice};
use bellwether::scheduler::inquirer::Inquirer;
use bellwether::scheduler::network::Network;
use bellwether::scheduler::pulse::Pulse;
use bellwether::scheduler::watch::Watch;
use bellwether::store::Store;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use crate::support::hostile::{Act, Hostile, answer};
use crate::support::model::organisation_of;

const JSON: &[&str] = &["content-type: application/json"];
const HTML: &[&str] = &["content-type: text/html; charset=utf-8"];
const FRAME: &str =
    "<!doctype html><html><head><title>Okta Status</title></head><body><div id=app></div></body></html>";
const OKTA: &str = "okta/status-page";

const SERVICE: &str = "[[service]]\nid = \"sign-in\"\nname = \"Sign-in\"\ntier = \"clinical\"\nneeds = [{ vendor = \"okta\", without = \"stops\" }]\n";
const SUBSCRIPTIONS: &str = r#"
[[receiver]]
id = "keepers"
email = "keepers@example.org"
[[subscription]]
id = "sources"
watches = "sources"
receivers = ["keepers"]
"#;

/// As what the page answers.
#[derive(Clone, Copy, PartialEq)]
enum As {
    Statuspage,
    Instatus,
    /// The same page of HTML for every address.
    Nothing,
    /// 500 for everything.
    Failing,
    /// The connection ends.
    Silent,
}

fn says(now: As, target: &str) -> Vec<Act> {
    let component =
        |id: &str, name: &str, status: &str| json!({"id": id, "name": name, "status": status, "group": null});
    let body = match (now, target) {
        (As::Nothing, _) => return answer("200 OK", HTML, FRAME),
        (As::Failing, _) => return answer("500 Internal Server Error", HTML, "<title>Oops</title>"),
        (As::Silent, _) => return vec![Act::Close],
        (_, "/") => return answer("200 OK", HTML, FRAME),
        (As::Statuspage, "/api/v2/summary.json") => json!({
            "page": {"id": "synthetic001", "name": "Okta", "url": "https://status.okta.example"},
            "status": {"indicator": "none", "description": "All Systems Operational"},
            "components": [component("c1", "Single Sign-On", "operational")],
            "incidents": [], "scheduled_maintenances": [],
        }),
        (As::Statuspage, "/api/v2/incidents.json") => {
            json!({"page": {"id": "synthetic001", "url": "https://status.okta.example"}, "incidents": []})
        }
        (As::Instatus, "/summary.json") => {
            json!({"page": {"name": "Okta", "url": "https://status.okta.example", "status": "UP"}})
        }
        (As::Instatus, "/v3/components.json") => {
            let mut one = component("i1", "Single Sign-On", "OPERATIONAL");
            (one["isParent"], one["description"]) = (json!(false), json!(""));
            json!({"components": [one]})
        }
        (As::Statuspage | As::Instatus, _) => return answer("404 Not Found", HTML, "<title>Not found</title>"),
    };
    answer("200 OK", JSON, body.to_string())
}

fn minute(minutes: i64) -> Timestamp {
    "2026-02-01T00:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_mins(minutes)
}

fn network() -> Network {
    rustls::crypto::ring::default_provider().install_default().ok();
    let allow_private = vec!["127.0.0.0/8".parse().unwrap()];
    Network::new(Fetcher::new(Settings { allow_private, ..Settings::default() }).unwrap())
}

fn organisation(source: Source) -> Compiled {
    let vendor = Vendor::named(source.id.vendor(), "Okta", vec![source]);
    organisation_of(vec![vendor], &[SERVICE.to_owned()], &[SUBSCRIPTIONS.to_owned()])
}

struct Watched {
    now: Arc<Mutex<As>>,
    page: Hostile,
    network: Network,
    compiled: Compiled,
    store: Store,
    memory: Memory,
}

impl Watched {
    async fn new(format: Format) -> Self {
        let now = Arc::new(Mutex::new(As::Statuspage));
        let shown = Arc::clone(&now);
        let page = Hostile::new(move |asked| says(*shown.lock().unwrap(), &asked.target)).await;
        let source = Source::at(SourceId::parse(OKTA).unwrap(), format, Some(page.url("/")));
        let (store, compiled) = (Store::in_memory().await.unwrap(), organisation(source));
        Self { now, page, network: network(), compiled, store, memory: Memory::default() }
    }

    fn becomes(&self, what: As) {
        *self.now.lock().unwrap() = what;
    }

    fn source(&self) -> Source {
        self.compiled.sources.values().next().unwrap().clone()
    }

    /// Looks every five minutes, asks where that is due, and ticks, as the scheduler does; what was told, by subject.
    async fn told_within(&mut self, from: i64, until: i64) -> Vec<String> {
        let mut told = Vec::new();
        for minutes in (from..=until).step_by(5) {
            let (source, at) = (self.source(), minute(minutes));
            let looked = poll_once(&self.store, &self.compiled, &source, &mut self.memory, &self.network, at).await;
            told.extend(looked.unwrap().notices);
            if self.memory.strange.is_some_and(|strange| strange.is_long(at)) && may_be_asked(&source) {
                told.extend(self.ask(minutes).await);
            }
            told.extend(settle::tick_once(&self.store, &self.compiled, at).await.unwrap().notices);
        }
        told.into_iter().filter(|notice| notice.sent).map(|notice| notice.subject).collect()
    }

    async fn ask(&self, minutes: i64) -> Vec<Notice> {
        let now = move || minute(minutes);
        let happened = inquire_once(&self.store, &self.compiled, &self.source(), &self.network, &now).await;
        happened.unwrap().notices
    }

    /// The process ends, and another begins on the same data.
    async fn restart(&mut self, folder: &Path) {
        let ended = std::mem::replace(&mut self.store, Store::in_memory().await.unwrap());
        ended.close().await;
        drop(ended);
        (self.store, self.memory) = (Store::open(folder).await.unwrap(), Memory::default());
    }

    async fn inquiry(&self) -> Option<Inquiry> {
        self.store.inquiries().await.unwrap().remove(&SourceId::parse(OKTA).unwrap())
    }

    async fn health(&self) -> Health {
        self.store.known_just_now(&SourceId::parse(OKTA).unwrap(), &[]).await.unwrap().0.health
    }

    /// How often the page was asked for what no look at it asks for.
    fn asked_for(&self, target: &str) -> usize {
        self.page.heads().iter().filter(|head| head.starts_with(&format!("GET {target} "))).count()
    }
}

const UNREAD: &str = "[Source cannot be read] okta/status-page, by which Okta is read";
const MOVED: &str = "[Source moved] okta/status-page, by which Okta is read";
const USUAL: &str = "[Source as usual again] okta/status-page, by which Okta is read";

#[tokio::test]
async fn a_page_on_another_platform_is_proposed_once_and_forgotten_when_it_is_read_again() {
    let mut watched = Watched::new(Format::Statuspage).await;
    assert!(watched.told_within(0, 10).await.is_empty());
    watched.becomes(As::Instatus);
    assert_eq!(watched.told_within(15, 40).await, [UNREAD], "it is not asked before half an hour has passed");
    assert_eq!((watched.asked_for("/summary.json"), watched.inquiry().await), (0, None));
    assert_eq!(watched.told_within(45, 45).await, [MOVED]);
    let inquiry = watched.inquiry().await.unwrap();
    let found = inquiry.proposal().unwrap();
    assert_eq!((inquiry.at, found.format, &found.url), (minute(45), Format::Instatus, &watched.page.url("/")));
    assert_eq!(found.lines()[0], "format = \"instatus\"");
    let asked = watched.asked_for("/summary.json");
    assert!(asked > 0);

    // Nobody is told again, and the page is left alone, though looks go on.
    assert!(watched.told_within(50, 45 + 3 * 60).await.is_empty());
    assert_eq!(watched.asked_for("/summary.json"), asked);
    // After four hours it is asked again, and nobody is told the same a second time.
    assert!(watched.told_within(45 + 4 * 60, 60 + 4 * 60).await.is_empty());
    assert!(watched.asked_for("/summary.json") > asked);
    assert_eq!(watched.inquiry().await.unwrap().at, minute(45 + 4 * 60));

    watched.becomes(As::Statuspage);
    assert_eq!(watched.told_within(65 + 4 * 60, 80 + 4 * 60).await, [USUAL]);
    assert_eq!(watched.inquiry().await, None, "what was found is of no use any more");
}

#[tokio::test]
async fn what_a_person_writes_is_read_and_the_proposal_is_gone() {
    let mut watched = Watched::new(Format::Statuspage).await;
    watched.becomes(As::Instatus);
    watched.told_within(0, 40).await;
    let found = watched.inquiry().await.unwrap().proposal().unwrap().clone();
    let source = Source { format: found.format, url: Some(found.url), ..watched.source() };
    watched.compiled = organisation(source);
    watched.memory.forget();
    assert_eq!(watched.told_within(45, 55).await, [USUAL]);
    assert!(watched.health().await.is_readable());
    assert_eq!(watched.inquiry().await, None);
}

#[tokio::test]
async fn a_server_that_fails_or_is_silent_is_never_asked_what_it_is() {
    for what in [As::Failing, As::Silent] {
        let mut watched = Watched::new(Format::Statuspage).await;
        watched.told_within(0, 5).await;
        watched.becomes(what);
        assert_eq!(watched.told_within(10, 120).await, [UNREAD]);
        assert_eq!((watched.asked_for("/summary.json"), watched.asked_for("/")), (0, 0));
        assert_eq!(watched.inquiry().await, None);
        // One look that gets something else is no long time of it.
        watched.becomes(As::Nothing);
        watched.told_within(125, 125).await;
        assert_eq!(watched.inquiry().await, None);
    }
}

#[tokio::test]
async fn where_nothing_is_found_or_nothing_changed_that_is_kept_and_nobody_is_told_of_it() {
    let mut watched = Watched::new(Format::Statuspage).await;
    watched.becomes(As::Nothing);
    assert_eq!(watched.told_within(0, 40).await, [UNREAD]);
    let inquiry = watched.inquiry().await.unwrap();
    assert!(matches!(inquiry.came, Came::Nothing { why: None, .. }), "{inquiry:?}");
    assert!(inquiry.said().contains("in no way that Bellwether knows"), "{}", inquiry.said());

    // The page comes back between a look and the question: it publishes as it did.
    let mut watched = Watched::new(Format::Statuspage).await;
    watched.becomes(As::Nothing);
    watched.told_within(0, 25).await;
    watched.becomes(As::Statuspage);
    assert!(watched.ask(30).await.is_empty());
    assert_eq!(watched.inquiry().await.unwrap().came, Came::Same);
    watched.told_within(30, 30).await;
    assert_eq!(watched.inquiry().await, None);
}

#[tokio::test]
async fn a_page_that_flaps_is_not_asked_for_everything_each_time() {
    let mut watched = Watched::new(Format::Statuspage).await;
    watched.becomes(As::Instatus);
    watched.told_within(0, 40).await;
    let asked = watched.asked_for("/summary.json");
    watched.becomes(As::Statuspage);
    watched.told_within(45, 50).await;
    watched.becomes(As::Instatus);
    watched.told_within(55, 120).await;
    assert_eq!((watched.asked_for("/summary.json"), watched.inquiry().await), (asked, None));
}

#[tokio::test]
async fn what_its_file_leaves_open_is_read_as_what_it_became_without_anybodys_doing() {
    let mut watched = Watched::new(Format::Auto).await;
    watched.told_within(0, 0).await;
    watched.compiled = watched.compiled.clone().knowing(&watched.store.detected().await.unwrap());
    watched.told_within(5, 10).await;
    assert!(watched.health().await.is_readable());
    watched.becomes(As::Instatus);
    assert_eq!(watched.told_within(15, 45).await, [UNREAD], "there is nothing for anybody to write");
    let inquiry = watched.inquiry().await.unwrap();
    assert!(inquiry.proposal().is_none() && inquiry.said().ends_with("it is read so from now on"), "{inquiry:?}");
    watched.compiled = watched.compiled.clone().knowing(&watched.store.detected().await.unwrap());
    watched.memory.forget();
    assert_eq!(watched.told_within(50, 60).await, [USUAL]);
}

#[tokio::test]
async fn a_crash_in_between_loses_neither_what_was_found_nor_that_it_was_told() {
    let mut watched = Watched::new(Format::Statuspage).await;
    let folder = tempfile::tempdir().unwrap();
    watched.store = Store::open(folder.path()).await.unwrap();
    watched.becomes(As::Instatus);
    watched.told_within(0, 25).await;

    // It ends while the page is being asked: nothing is kept, and it is asked later.
    drop(tokio::time::timeout(Duration::from_millis(1), watched.ask(30)).await);
    watched.restart(folder.path()).await;
    assert_eq!(watched.inquiry().await, None);
    assert!(watched.told_within(35, 60).await.is_empty(), "it is counted from the beginning");
    assert_eq!(watched.told_within(65, 65).await, [MOVED]);

    // It ends after that: what was found is there, and nobody is told again, nor the page asked.
    watched.restart(folder.path()).await;
    assert!(watched.inquiry().await.is_some());
    let asked = watched.asked_for("/summary.json");
    assert!(watched.told_within(70, 120).await.is_empty());
    assert_eq!(watched.asked_for("/summary.json"), asked);
}

#[tokio::test]
async fn what_shows_credentials_or_is_no_page_is_never_asked() {
    let watched = Watched::new(Format::Statuspage).await;
    let open = watched.source();
    let name = CredentialsId::parse("ours").unwrap();
    assert!(may_be_asked(&open));
    for not in [
        Source { access: Access::Signed(name.clone()), ..open.clone() },
        Source { access: Access::Lacking(name), ..open.clone() },
        Source { format: Format::AwsHealthApi, ..open.clone() },
        Source { format: Format::Auto, ..open.clone() },
        Source { url: None, ..open.clone() },
    ] {
        assert!(!may_be_asked(&not), "{not:?}");
        let happened = inquire_once(&watched.store, &watched.compiled, &not, &watched.network, &|| minute(0)).await;
        assert!(happened.unwrap().inquiry.is_none());
    }
    assert_eq!(watched.page.connections(), 0);
}

#[tokio::test]
async fn the_scheduler_asks_beside_the_looks_and_a_page_that_hangs_meanwhile_delays_no_other() {
    // The first thing that is not a look's is never answered.
    let hangs = |target: &str| !target.starts_with("/api/v2/");
    let slow =
        Hostile::new(move |asked| if hangs(&asked.target) { vec![Act::Hang] } else { says(As::Nothing, "/") }).await;
    let moved = Hostile::new(|asked| says(As::Instatus, &asked.target)).await;
    let well = Hostile::new(|asked| says(As::Statuspage, &asked.target)).await;
    let source = |id: &str, page: &Hostile| Source {
        every: Schedule::Every(Duration::from_secs(300)),
        ..Source::at(SourceId::parse(id).unwrap(), Format::Statuspage, Some(page.url("/")))
    };
    let sources = vec![source("okta/a-slow", &slow), source("okta/b-moved", &moved), source("okta/c-well", &well)];
    let vendor = Vendor::named(sources[0].id.vendor(), "Okta", sources);
    let compiled = organisation_of(vec![vendor], &[SERVICE.to_owned()], &[SUBSCRIPTIONS.to_owned()]);
    let ask: Arc<dyn Ask> = Arc::new(network());
    let (compiled, ask) = (watch::channel(Arc::new(compiled)).0, watch::channel(ask).0);
    let (store, clock) = (Store::in_memory().await.unwrap(), Clock::running(minute(0), 1_200.0));
    let ((told, mut heard), (strange, strange_told)) = (mpsc::channel(1024), mpsc::channel(64));
    let watching = Arc::new(Watch {
        store: store.clone(),
        compiled: compiled.subscribe(),
        ask: ask.subscribe(),
        clock: clock.clone(),
        workers: 1,
        told: told.clone(),
        pulse: Arc::new(Pulse::default()),
        found: Arc::default(),
        strange,
    });
    let inquirer = Inquirer {
        store,
        compiled: compiled.subscribe(),
        ask: ask.subscribe(),
        clock,
        strange: strange_told,
        told,
        found: Arc::default(),
    };
    let stop = CancellationToken::new();
    let running = (tokio::spawn(watching.run(stop.clone())), tokio::spawn(inquirer.run(stop.clone())));
    let enough = async {
        let (mut has_asked, mut looks) = (None, 0);
        while has_asked.is_none() || looks < 5 {
            let told = heard.recv().await.unwrap();
            let source = told.source.as_ref().map(SourceId::to_string).unwrap_or_default();
            looks += u32::from(source == "okta/c-well");
            if let Some(inquiry) = told.happened.unwrap().inquiry {
                assert_eq!((source.as_str(), inquiry.proposal().unwrap().format), ("okta/b-moved", Format::Instatus));
                has_asked = Some(inquiry);
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(25), enough).await.expect("one is asked, and the looks go on");
    let is_asked = async {
        while !slow.heads().iter().any(|head| head.starts_with("GET / ")) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(25), is_asked).await.expect("the one that hangs is asked too");
    stop.cancel();
    running.0.await.unwrap().unwrap();
    tokio::time::timeout(Duration::from_secs(5), running.1).await.expect("it ends at once").unwrap();
}
