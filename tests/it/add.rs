//! `vendors add` and `format = "auto"`, through the binary and through the pipeline, against servers on loopback that
//! answer as the platforms do, and as the decoys do.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

use bellwether::fetch::{Fetcher, Settings};
use bellwether::model::format::Format;
use bellwether::model::id::{SourceId, VendorId};

use bellwether::model::incident::Health;
use bellwether::model::vendor::{Source, Vendor};
use bellwether::pipeline::compiled::Compiled;
use bellwether::pipeline::detect::{Again, Came, detect, detect_again};
use bellwether::pipeline::look::Memory;
use bellwether::pipeline::poll_once;
use bellwether::pipeline::settle::Happened;
use bellwether::scheduler::network::Network;
use bellwether::store::Store;
use jiff::Timestamp;

use crate::support::hostile::{Act, Hostile, answer};
use crate::support::model::organisation_of;
use crate::support::process::{Program, text, wait_for};
use crate::support::ward::SETTINGS;

const JSON: &[&str] = &["content-type: application/json"];
const HTML: &[&str] = &["content-type: text/html; charset=utf-8"];
const FRAME: &str =
    "<!doctype html><html><head><title>Quillfax Cloud Status</title></head><body><div id=app></div></body></html>";

fn sample(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("sources").join(name)).unwrap()
}

fn missing() -> Vec<Act> {
    answer("404 Not Found", HTML, "<html><title>Not found</title></html>")
}

/// A status page of Statuspage's, in its own words.
fn summary() -> String {
    let component = |id: &str, name: &str, group: &str| {
        format!(r#"{{"id":"{id}","name":"{name}","status":"operational","group":false,"group_id":{group}}}"#)
    };
    format!(
        r#"{{"page":{{"id":"synthetic001","name":"Quillfax","url":"https://status.quillfax.example"}},"status":{{"indicator":"none","description":"All Systems Operational"}},"components":[{},{},{{"id":"g1","name":"Europe","status":"operational","group":true,"group_id":null}},{}],"incidents":[],"scheduled_maintenances":[]}}"#,
        component("c1", "Sending faxes", "null"),
        component("c2", "Web portal", "null"),
        component("c3", "Archive", "\"g1\"")
    )
}

fn statuspage(target: &str) -> Vec<Act> {
    match target {
        "/" => answer("200 OK", HTML, FRAME),
        "/api/v2/summary.json" => answer("200 OK", JSON, summary()),
        "/api/v2/incidents.json" => answer(
            "200 OK",
            JSON,
            r#"{"page":{"id":"synthetic001","url":"https://status.quillfax.example"},"incidents":[]}"#,
        ),
        _ => missing(),
    }
}

async fn page(target: impl Fn(&str) -> Vec<Act> + Send + Sync + 'static) -> Hostile {
    Hostile::new(move |asked| target(&asked.target)).await
}

fn network() -> Network {
    rustls::crypto::ring::default_provider().install_default().ok();
    let allow_private = vec!["127.0.0.0/8".parse().unwrap()];
    Network::new(Fetcher::new(Settings { allow_private, ..Settings::default() }).unwrap())
}

async fn detected(server: &Hostile) -> Came {
    let source = Source::at(SourceId::parse("acme/page").unwrap(), Format::Auto, Some(server.url("/")));
    detect(&network(), &source, &server.url("/"), now()).await
}

fn now() -> Timestamp {
    "2026-11-22T12:00:00Z".parse().unwrap()
}

async fn format_of(server: &Hostile) -> Format {
    match detected(server).await {
        Came::Found(found) => found.format,
        Came::Nothing(nothing) => panic!("{nothing:#?}"),
    }
}

async fn is_nothing(name: &str, server: &Hostile) {
    if let Came::Found(found) = detected(server).await {
        panic!("{name} was taken for {found:#?}");
    }
}

#[tokio::test]
async fn each_platform_is_found_by_what_its_server_answers() {
    assert_eq!(format_of(&page(statuspage).await).await, Format::Statuspage);
    let google = page(|target| match target {
        "/" => answer("200 OK", HTML, FRAME),
        "/incidents.json" => answer("200 OK", JSON, sample("google-cloud/incident.sample.json")),
        _ => missing(),
    });
    assert!(format_of(&google.await).await.name().starts_with("google"));
    let okta = page(|target| match target {
        "/" => answer("200 OK", HTML, sample("okta/quiet.sample.html")),
        _ => missing(),
    });
    assert_eq!(format_of(&okta.await).await, Format::Okta);
    let feed = page(|target| match target {
        "/" => {
            answer("200 OK", HTML, "<link rel=\"alternate\" type=\"application/rss+xml\" href=\"/what/is/wrong.xml\">")
        }
        "/what/is/wrong.xml" => answer("200 OK", &["content-type: text/xml"], sample("gitlab/incident.sample.xml")),
        _ => missing(),
    });
    assert_eq!(format_of(&feed.await).await, Format::Feed);
}

#[tokio::test]
async fn no_decoy_is_taken_for_a_status_page() {
    is_nothing("one page for every address", &page(|_| answer("200 OK", HTML, FRAME)).await).await;
    is_nothing("one document for every address", &page(|_| answer("200 OK", JSON, summary())).await).await;
    for body in [
        "[]",
        "{}",
        "null",
        "",
        "{\"ok\":true}",
        r#"{"status":500,"error":"Internal Server Error"}"#,
        r#"{"components":[]}"#,
    ] {
        let server = page(
            move |target| if target == "/" { answer("200 OK", HTML, FRAME) } else { answer("200 OK", JSON, body) },
        );
        is_nothing(body, &server.await).await;
    }
    let dropping = page(|target| match target {
        "/welcome" => answer("200 OK", HTML, FRAME),
        _ => answer("301 Moved Permanently", &["location: /welcome"], ""),
    });
    is_nothing("a redirect that drops the path", &dropping.await).await;
    let gathering = page(|target| match target {
        "/" => answer("200 OK", HTML, FRAME),
        "/api/v2/summary.json" => answer("200 OK", JSON, summary()),
        _ => answer("302 Found", &["location: /api/v2/summary.json"], ""),
    });
    is_nothing("a redirect of everything to one document", &gathering.await).await;
    let walled = page(|_| answer("403 Forbidden", HTML, "<title>Just a moment...</title>"));
    is_nothing("a wall", &walled.await).await;
    let cut = page(|target| match target {
        "/" => answer("200 OK", HTML, FRAME),
        "/api/v2/summary.json" => answer("200 OK", JSON, &summary()[..200]),
        _ => missing(),
    });
    is_nothing("half a document", &cut.await).await;
}

/// An organisation that needs a vendor whose file says `auto`.
fn organisation(server: &Hostile) -> (Compiled, Source) {
    let source = Source::at(SourceId::parse("acme/page").unwrap(), Format::Auto, Some(server.url("/")));
    let vendor = Vendor::named(VendorId::parse("acme").unwrap(), "Acme", vec![source.clone()]);
    let inventory = "[[service]]\nid = \"ehr\"\nname = \"EHR\"\ntier = \"clinical\"\nneeds = [{ vendor = \"acme\", without = \"stops\" }]\n";
    (organisation_of(vec![vendor], &[inventory.to_owned()], &[]), source)
}

struct Steps {
    store: Store,
    network: Network,
    memory: Memory,
}

impl Steps {
    async fn look(&mut self, compiled: &Compiled) -> Happened {
        let source = compiled.sources.values().next().unwrap();
        poll_once(&self.store, compiled, source, &mut self.memory, &self.network, now()).await.unwrap()
    }

    async fn health(&self, compiled: &Compiled) -> Health {
        let scene = self.store.scene(&compiled.polled(), now()).await.unwrap();
        scene.world.sources.values().next().unwrap().clone()
    }

    async fn again(&self, compiled: &Compiled) -> Again {
        let source = compiled.sources.values().next().unwrap();
        detect_again(&self.store, compiled, source, &self.network, now()).await.unwrap()
    }
}

#[tokio::test]
async fn a_source_that_says_auto_is_found_out_once_and_then_read_and_until_then_never_green() {
    let is_there = Arc::new(Mutex::new(false));
    let there = Arc::clone(&is_there);
    let server =
        page(move |target| if *there.lock().unwrap() { statuspage(target) } else { answer("200 OK", HTML, FRAME) })
            .await;
    let (compiled, _) = organisation(&server);
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).await.unwrap();
    let mut steps = Steps { store, network: network(), memory: Memory::default() };

    assert_eq!(steps.health(&compiled).await, Health::NeverRead);
    let happened = steps.look(&compiled).await;
    assert!(
        happened.detected.is_none() && happened.leave_alone.is_some(),
        "it is not asked for everything each minute"
    );
    assert!(matches!(steps.health(&compiled).await, Health::Unreadable { .. }));
    assert!(steps.store.detected().await.unwrap().is_empty());

    *is_there.lock().unwrap() = true;
    let happened = steps.look(&compiled).await;
    assert_eq!(happened.detected.unwrap().format, Format::Statuspage);
    assert!(matches!(steps.health(&compiled).await, Health::Unreadable { .. }), "found is not yet read");

    // After a restart nothing of it is asked again.
    drop(steps);
    let store = Store::open(folder.path()).await.unwrap();
    let known = store.detected().await.unwrap();
    let compiled = compiled.knowing(&known);
    let source = compiled.sources.values().next().unwrap().clone();
    assert_eq!((source.format, source.url.as_ref().unwrap().path()), (Format::Statuspage, "/"));
    let mut steps = Steps { store, network: network(), memory: Memory::default() };
    let before = server.heads().len();
    steps.look(&compiled).await;
    let asked = server.heads().len() - before;
    assert!(asked <= 2, "a summary and a history: {asked}");
    assert!(matches!(steps.health(&compiled).await, Health::Readable { .. }));

    // The file names another page: what was found says nothing of it.
    let other = BTreeMap::from([(source.id.clone(), {
        let mut other = known[&source.id].clone();
        other.page = "https://elsewhere.example/".parse().unwrap();
        other
    })]);
    assert_eq!(compiled.knowing(&other).sources.values().next().unwrap().format, Format::Auto);
}

#[tokio::test]
async fn a_page_that_moved_to_another_platform_is_found_out_again() {
    let is_new = Arc::new(Mutex::new(false));
    let new = Arc::clone(&is_new);
    let server = page(move |target| match (*new.lock().unwrap(), target) {
        (false, _) => statuspage(target),
        (true, "/") => answer("200 OK", HTML, FRAME),
        (true, "/incidents.json") => answer("200 OK", JSON, sample("google-cloud/incident.sample.json")),
        (true, _) => missing(),
    })
    .await;
    let (compiled, _) = organisation(&server);
    let mut steps = Steps { store: Store::in_memory().await.unwrap(), network: network(), memory: Memory::default() };
    steps.look(&compiled).await;
    let compiled = compiled.knowing(&steps.store.detected().await.unwrap());
    assert!(matches!(steps.again(&compiled).await, Again::Same));
    *is_new.lock().unwrap() = true;
    steps.look(&compiled).await;
    assert!(matches!(steps.health(&compiled).await, Health::Unreadable { .. }));
    assert!(
        matches!(steps.again(&compiled).await, Again::Other(found, _) if found.format.name().starts_with("google"))
    );
    let compiled = compiled.knowing(&steps.store.detected().await.unwrap());
    steps.memory.forget();
    steps.look(&compiled).await;
    assert!(matches!(steps.health(&compiled).await, Health::Readable { .. }));

    // A source whose file names a format is told of, and stays what its file says.
    let fixed = Source::at(SourceId::parse("acme/page").unwrap(), Format::Statuspage, Some(server.url("/")));
    let again = detect_again(&steps.store, &compiled, &fixed, &steps.network, now()).await.unwrap();
    assert!(matches!(again, Again::Other(..)));
}

const INVENTORY: &str = "# Ours.\n[[service]]\nid = \"ehr\"\nname = \"EHR\"\ntier = \"clinical\" # most of it\nneeds = [\n    { vendor = \"epic\", without = \"stops\" }, # by hand\n]\n";

fn program() -> Program {
    let program = Program::new(SETTINGS);
    program.write("config/inventory.toml", INVENTORY);
    program.write("config/subscriptions.toml", "");
    program
}

/// What a run said, and its exit code.
fn add(program: &Program, arguments: &[&str]) -> (String, Option<i32>) {
    let output = program.run(&[&["vendors", "add"], arguments].concat());
    (text(&output.stdout) + &text(&output.stderr), output.status.code())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_vendor_is_added_from_its_address_after_a_yes_and_not_before() {
    let server = page(statuspage).await;
    let (program, url) = (program(), server.url("/").to_string());
    let file = program.path("sources/quillfax-cloud/vendor.toml");

    let (said, code) = add(&program, &[&url]);
    assert_eq!(code, Some(1), "{said}");
    for expected in [
        "Found: statuspage",
        "proven by",
        "Sending faxes",
        "Europe/Archive",
        "name     = \"Quillfax Cloud\"",
        "Nothing is written",
        "--yes",
    ] {
        assert!(said.contains(expected), "{expected}: {said}");
    }
    assert!(!file.exists() && !program.path("sources").exists(), "{said}");

    let (said, code) = add(
        &program,
        &[&url, "--depend", "ehr", "--components", "Sending*", "Europe/*", "--without", "degrades", "--yes"],
    );
    assert_eq!(code, Some(0), "{said}");
    let line = r#"{ vendor = "quillfax-cloud", components = ["Sending*", "Europe/*"], without = "degrades" },"#;
    assert!(said.contains(&format!("+     {line}")), "{said}");
    let inventory = std::fs::read_to_string(program.path("config/inventory.toml")).unwrap();
    assert_eq!(inventory, INVENTORY.replace("\n]\n", &format!("\n    {line}\n]\n")));
    let checked = program.done(&["check"]);
    assert!(checked.contains("0 errors"), "{checked}");
    assert!(program.done(&["poll", "quillfax-cloud"]).contains("0 open"));

    // A second time it is known, by its host and by its id.
    let (said, code) = add(&program, &[&url]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("is known already: Quillfax Cloud (quillfax-cloud)"), "{said}");
    let (said, code) = add(&program, &[&url, "--depend", "ehr", "--yes"]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("needs this vendor already"), "{said}");
    let other = page(statuspage).await;
    let (said, _) = add(&program, &[other.url("/").as_str(), "--yes"]);
    assert!(said.contains("There is a vendor quillfax-cloud already"), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_added_is_said_with_its_ways_out_and_nothing_is_written() {
    let program = program();
    let decoy = page(|target| match target {
        "/" => answer("200 OK", HTML, "<title>Murkwell</title><a href='https://status.murkwell.example/'>Status</a>"),
        _ => answer("200 OK", HTML, FRAME),
    })
    .await;
    let (said, code) = add(&program, &[decoy.url("/").as_str(), "--yes"]);
    assert_eq!(code, Some(1));
    for expected in [
        "No format reads this page",
        "statuspage",
        "an HTML page titled “Quillfax Cloud Status”",
        "https://status.murkwell.example/",
        "a mapping",
        "notifies",
    ] {
        assert!(said.contains(expected), "{expected}: {said}");
    }
    assert_eq!(
        said.matches("an HTML page titled “Quillfax Cloud Status”").count(),
        1,
        "what all saw is said once: {said}"
    );
    assert!(!said.contains("a login"), "{said}");
    let guarded = page(|target| match target {
        "/login" => answer("200 OK", HTML, "<title>Welcome</title><input type=password>"),
        _ => answer("302 Found", &["location: /login"], ""),
    })
    .await;
    let (said, _) = add(&program, &[guarded.url("/").as_str(), "--yes"]);
    assert!(said.contains("seems to want a login"), "{said}");
    let moved = page(|_| answer("302 Found", &["location: http://127.0.0.1:1/"], "")).await;
    let (said, _) = add(&program, &[moved.url("/").as_str(), "--yes"]);
    assert!(said.contains("add the address to which it redirects") && !said.contains("own network"), "{said}");
    let server = page(statuspage).await;
    let url = server.url("/").to_string();
    for (arguments, expected) in [
        (vec![url.as_str(), "--depend", "her"], "the inventory has no service her; it has: ehr"),
        (vec![&url, "--depend", "ehr", "--components", "Sendin faxes"], "nearest are \"Sending faxes\""),
        (vec![&url, "--depend", "ehr", "--into", "elsewhere"], "can name only vendors of the folder that is read"),
        (vec!["ftp://status.example.com"], "is no address of a page"),
        (vec!["https://me:secret@status.example.com"], "a password does not belong"),
        (vec!["http://127.0.0.1:1/"], "cannot be asked: unreachable"),
        (vec!["https://www.githubstatus.com/incidents/1"], "is known already: GitHub (github)"),
    ] {
        let (said, code) = add(&program, &[arguments.as_slice(), &["--yes"]].concat());
        assert!(said.contains(expected), "{expected}: {said}");
        assert!(!said.contains("secret@") && code.is_some(), "{said}");
    }
    assert!(!program.path("sources").exists() && !program.path("elsewhere").exists());
    assert_eq!(std::fs::read_to_string(program.path("config/inventory.toml")).unwrap(), INVENTORY);

    program.settings("");
    let (said, code) = add(&program, &[&url]);
    assert_eq!(code, Some(1));
    assert!(said.contains("allow_private"), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_auto_source_of_a_running_bellwether_is_found_out_shown_and_remembered() {
    let server = page(statuspage).await;
    let mut program = program();
    program.write("config/inventory.toml", &INVENTORY.replace("epic", "quillfax"));
    program.write(
        "sources/quillfax/vendor.toml",
        &format!(
            "name = \"Quillfax\"\n[[source]]\nid = \"page\"\nformat = \"auto\"\nurl = \"{}\"\nevery = \"1s\"\n",
            server.url("/")
        ),
    );
    let shown = program.done(&["vendors", "show", "quillfax"]);
    assert!(shown.contains("auto: it is found out at the first look"), "{shown}");
    assert!(program.done(&["poll", "quillfax"]).contains("(statuspage,"));
    program.start();
    wait_for("a reading", || {
        let sources = program.json("/api/v1/sources");
        (sources["sources"][0]["format"] == "statuspage" && sources["sources"][0]["health"] == "readable").then_some(())
    });
    for path in ["/sources", "/vendors/quillfax"] {
        let page = program.get(path).1;
        assert!(page.contains("Its file says auto: found out on"), "{path}: {page}");
    }
    assert_eq!(program.stop().0, Some(0));
    let asked = server.heads().iter().filter(|head| head.contains("no-such-document")).count();
    let shown = program.done(&["vendors", "show", "quillfax"]);
    assert!(shown.contains("was found out on"), "{shown}");
    program.start();
    wait_for("a reading", || (program.json("/api/v1/sources")["sources"][0]["format"] == "statuspage").then_some(()));
    program.stop();
    let again = server.heads().iter().filter(|head| head.contains("no-such-document")).count();
    assert_eq!(asked, again, "after a restart it is not found out again");
}
