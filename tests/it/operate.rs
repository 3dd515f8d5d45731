//! The program as it is run: reloads, a second start, systemd, the watch outside, the log, and secrets that stay secret.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use bellwether::clock::Clock;
use bellwether::commands::run::auditor::Auditor;
use bellwether::delivery::heart::Heart;
use bellwether::model::condition::Condition;
use bellwether::outgoing::client::Options;
use bellwether::scheduler::pulse::{Loop, Pulse};
use jiff::SignedDuration;
use tokio::sync::watch;

use crate::support::hospital::{Hospital, noon};
use crate::support::http::HttpReceiver;
use crate::support::process::{Program, text, wait_for};
use crate::support::ward::{INVENTORY, SETTINGS, Ward};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f94_a_broken_file_is_told_everywhere_and_what_held_goes_on() {
    let ward = Ward::open().await;
    let mut program = Program::new(SETTINGS);
    ward.furnish(&program);
    program.start();
    wait_for("a first look", || (program.get("/readyz").0 == 200).then_some(()));
    assert_eq!(program.figure("bellwether_config_reload_ok"), Some(1.0));

    program.write("config/inventory.toml", &INVENTORY.replace("stops", "stop"));
    wait_for("the figure", || (program.figure("bellwether_config_reload_ok") == Some(0.0)).then_some(()));
    let message =
        "config/inventory.toml:5:39: service[0].needs[0].without: `stop` is not a word for this; did you mean `stops`?";
    let checked = program.run(&["check"]);
    assert_eq!(checked.status.code(), Some(78));
    assert!(text(&checked.stderr).contains(message), "{}", text(&checked.stderr));
    assert_eq!(program.said().matches(message).count(), 1, "{}", program.said());
    let page = program.get("/").1;
    assert!(page.contains("The changed configuration is refused"), "{page}");
    assert!(page.contains("config/inventory.toml:5:39: service[0].needs[0].without"), "{page}");
    assert_eq!(program.json("/api/v1/status")["configuration"]["refused"][0]["line"], 5);
    let asked = program.run(&["reload"]);
    assert_eq!(asked.status.code(), Some(78));
    assert!(text(&asked.stderr).contains(message), "{}", text(&asked.stderr));
    let told = ward.one_more();
    wait_for("the message", || (ward.told(&told) == 1).then_some(()));

    // Renamed over, as editors do.
    program.write("config/new", INVENTORY);
    std::fs::rename(program.path("config/new"), program.path("config/inventory.toml")).unwrap();
    wait_for("the figure", || (program.figure("bellwether_config_reload_ok") == Some(1.0)).then_some(()));
    assert!(!program.get("/").1.contains("is refused"));
    assert!(program.done(&["reload"]).contains("was read again and holds"));
    let before = program.figure("bellwether_config_taken_up_timestamp_seconds").unwrap();
    program.signal("-HUP");
    wait_for("a reload by SIGHUP", || {
        (program.figure("bellwether_config_taken_up_timestamp_seconds").unwrap() > before).then_some(())
    });
    // A vendor of one's own that is added is looked at.
    let url = ward.page.url("/");
    program.write(
        "sources/zed/vendor.toml",
        &format!(
            "name = \"Zed\"\n[[source]]\nid = \"page\"\nformat = \"statuspage\"\nurl = \"{url}\"\nevery = \"1s\"\n"
        ),
    );
    program.write(
        "config/inventory.toml",
        &INVENTORY.replace("acme\", ", "acme\", without = \"stops\" }, { vendor = \"zed\", "),
    );
    wait_for("a look at what was added", || {
        program.json("/api/v1/sources")["sources"][1]["last_good"].as_str().map(drop)
    });
    assert_eq!(program.stop().0, Some(0));
    let audit = program.done(&["audit", "list"]);
    assert!(audit.matches("configuration reloaded").count() >= 3, "{audit}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mistake_in_a_file_keeps_nobody_from_entering_an_incident_or_taking_a_backup() {
    let ward = Ward::open().await;
    let mut program = Program::new(SETTINGS);
    ward.furnish(&program);
    program.start();
    program.write("config/inventory.toml", &INVENTORY.replace("stops", "stop"));
    let opened = program.run(&["incident", "open", "acme", "They say it is down", "--author", "J. Doe"]);
    let (number, said) = (text(&opened.stdout), text(&opened.stderr));
    assert_eq!(opened.status.code(), Some(0), "{said}");
    assert!(number.starts_with("acme-") && number.contains("hurt: EHR"), "what held before goes on: {number}");
    assert!(said.contains("the files have mistakes"), "{said}");
    assert!(program.done(&["backup", "a.backup"]).contains("a.backup: "));
    program.done(&["accounts", "list"]);
    program.stop();
    let refused = program.run(&["incident", "open", "acme", "Again", "--author", "J. Doe"]);
    assert_eq!(refused.status.code(), Some(78), "nobody is there who would know whom it hurts");
}

#[test]
fn f97_a_secret_that_is_not_there_or_that_everybody_may_read_is_named_without_its_value() {
    let program = Program::new("token = { file = \"secrets/token\" }\n");
    program.write("config/inventory.toml", "");
    program.write("config/subscriptions.toml", "");
    let mode = |name: &str, mode| std::fs::set_permissions(program.path(name), Permissions::from_mode(mode)).unwrap();
    let said = || {
        let checked = program.run(&["check"]);
        assert_eq!(checked.status.code(), Some(0), "a doubt is no error");
        text(&checked.stdout) + &text(&checked.stderr)
    };
    let missing = "server.token: the secret's file secrets/token cannot be read: No such file or directory";
    assert!(said().contains(missing), "{}", said());

    program.write("secrets/token", CANARY);
    mode("", 0o755);
    mode("secrets", 0o755);
    mode("secrets/token", 0o644);
    let open = "server.token: every user of this machine may read the secret's file secrets/token (mode 0644); `chmod o-rwx secrets/token`";
    assert!(said().contains(open), "{}", said());
    assert!(!said().contains(CANARY));
    mode("secrets", 0o750);
    assert!(!said().contains("secrets/token"), "others may not enter its folder: {}", said());
    mode("secrets", 0o755);
    mode("secrets/token", 0o640);
    assert!(!said().contains("secrets/token"), "{}", said());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f98_a_second_start_on_the_same_data_names_the_first() {
    let ward = Ward::open().await;
    let mut program = Program::new(SETTINGS);
    ward.furnish(&program);
    program.start();
    let second = program.run(&["run"]);
    assert!(!second.status.success());
    let said = text(&second.stderr);
    assert!(
        said.contains(&format!("another Bellwether (process {}) runs on this data folder", program.pid())),
        "{said}"
    );
    let (code, took) = program.stop();
    assert_eq!(code, Some(0));
    assert!(took < Duration::from_secs(10), "{took:?}");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn systemd_hears_ready_reloading_alive_and_stopping() {
    let ward = Ward::open().await;
    let mut program = Program::new(SETTINGS);
    ward.furnish(&program);
    let path = program.path("notify");
    let socket = std::os::unix::net::UnixDatagram::bind(&path).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let hear = || {
        let mut bytes = [0; 512];
        let length = socket.recv(&mut bytes).unwrap();
        text(&bytes[..length])
    };
    let hear_until = |word: &str| {
        let mut all = Vec::new();
        while !all.last().is_some_and(|said: &String| said.contains(word)) {
            all.push(hear());
        }
        all.pop().unwrap()
    };
    program.environment("WATCHDOG_USEC", "300000");
    program.start_with(&[("NOTIFY_SOCKET", &path)]);
    hear_until("READY=1");
    hear_until("WATCHDOG=1");
    program.signal("-HUP");
    assert!(hear_until("RELOADING=1").contains("MONOTONIC_USEC="));
    hear_until("READY=1");
    program.signal("-TERM");
    hear_until("STOPPING=1");
}

fn options() -> Options {
    rustls::crypto::ring::default_provider().install_default().ok();
    Options {
        user_agent: "Bellwether/test".into(),
        connect_deadline: Duration::from_secs(5),
        allow_private: Vec::new(),
        proxy: None,
        extra_roots_pem: Vec::new(),
    }
}

fn auditor(hospital: &Hospital, pulse: Pulse) -> Auditor {
    Auditor {
        store: hospital.store.clone(),
        compiled: watch::channel(hospital.compiled.clone()).1,
        heart: watch::channel(None).1,
        pulse: pulse.into(),
        condition: watch::channel(Condition::default()).0.into(),
        clock: Clock::standing(noon()),
        started: noon() - SignedDuration::from_hours(1),
    }
}

#[tokio::test]
async fn t14_the_watch_outside_is_called_only_while_all_is_well() {
    let outside = HttpReceiver::answering("200 OK", "", "OK").await;
    let heart = Heart::new(outside.url(), Duration::from_secs(60), true, options()).unwrap();
    let hospital = Hospital::open(true).await;
    for vendor in ["keyring", "ringway", "skyward"] {
        hospital.says(vendor, crate::support::hospital::well(&["Anything"]));
    }
    hospital.look(noon()).await;
    let auditor_well = auditor(&hospital, Pulse::default());
    auditor_well.step(&heart, noon()).await;
    assert_eq!(outside.requests().len(), 1, "{:?}", auditor_well.condition.borrow());
    assert_eq!(auditor_well.condition.borrow().heartbeat.as_ref().unwrap().heard, Some(noon()));

    // No source was looked at for three of its intervals.
    let later = noon() + SignedDuration::from_secs(181);
    auditor_well.step(&heart, later).await;
    let withheld = auditor_well.condition.borrow().heartbeat.clone().unwrap().withheld;
    assert_eq!(withheld, ["not looked at in time: keyring/status-page, ringway/status-page, skyward/status-page"]);

    // A loop stands still.
    let begun = std::time::Instant::now().checked_sub(Duration::from_secs(50)).unwrap();
    let pulse = Pulse::since_begun(begun);
    pulse.beat(Loop::Looks);
    pulse.beat(Loop::Ticks);
    let stalled = auditor(&hospital, pulse);
    stalled.step(&heart, noon()).await;
    let withheld = stalled.condition.borrow().heartbeat.clone().unwrap().withheld;
    assert_eq!(withheld, ["the loop of the deliveries has stood still for 50 s"]);
    assert_eq!(outside.requests().len(), 1, "nobody was called while something was not well");

    // A message is due, and nobody tries it.
    let down = crate::support::hospital::incident("k1", "Synthetic", "critical", None, ["One.", "Two."]);
    hospital
        .says("ringway", crate::support::hospital::page(&["Trunks"], serde_json::json!([down]), serde_json::json!([])));
    hospital.look(noon()).await;
    assert!(auditor_well.wrong(noon() + SignedDuration::from_secs(60)).await.is_empty());
    let wrong = auditor_well.wrong(noon() + SignedDuration::from_secs(121)).await;
    assert_eq!(wrong, ["messages that are due and that nobody tries: 1"]);
}

#[tokio::test]
async fn a_watch_outside_that_does_not_hear_is_shown_by_its_host_alone() {
    let deaf = HttpReceiver::answering("500 Internal Server Error", "", "").await;
    let heart = Heart::new(deaf.url(), Duration::from_secs(60), true, options()).unwrap();
    let hospital = Hospital::open(false).await;
    for vendor in ["keyring", "ringway", "skyward"] {
        hospital.says(vendor, crate::support::hospital::well(&["Anything"]));
    }
    hospital.look(noon()).await;
    let auditor = auditor(&hospital, Pulse::default());
    auditor.step(&heart, noon()).await;
    let shown = auditor.condition.borrow().heartbeat.clone().unwrap();
    assert_eq!(shown.failed.as_deref(), Some("127.0.0.1 answered HTTP 500"));
    assert!(!format!("{heart:?} {shown:?}").contains("canary"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_is_one_json_object_a_line_where_it_is_asked_for() {
    let ward = Ward::open().await;
    let mut program = Program::new(&format!("{SETTINGS}[log]\nformat = \"json\"\n"));
    ward.furnish(&program);
    std::fs::set_permissions(program.path(""), Permissions::from_mode(0o755)).unwrap();
    program.start();
    wait_for("a first look", || (program.get("/readyz").0 == 200).then_some(()));
    let told = ward.one_more();
    wait_for("the message", || (ward.told(&told) == 1).then_some(()));
    wait_for("what is said of it", || program.said().contains("delivered: noc").then_some(()));
    program.stop();
    let said = program.said();
    for line in said.lines() {
        let value: serde_json::Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        assert!(value["level"].is_string() && value["message"].is_string(), "{line}");
    }
    for once in ["every user of this machine may read", "Bellwether begins", "delivered: noc", "stopping"] {
        assert_eq!(said.matches(once).count(), 1, "{once}: {said}");
    }
}

/// What must be found nowhere but where it is kept.
const CANARY: &str = "canary-7f3a";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s46_a_secret_is_found_nowhere_but_where_it_is_kept() {
    let ward = Ward::open().await;
    let outside = HttpReceiver::answering("500 Internal Server Error", "", "").await;
    let secret = |name: &str| format!("{CANARY}-{name}");
    let heartbeat = outside.url().join(&secret("heartbeat")).unwrap();
    let proxy = format!("http://me:{}@127.0.0.1:9", secret("proxy"));
    let key = format!("whsec_{}", base64_of(&format!("{}-0123456789abcdef", secret("key"))));
    let mut program = Program::new(&format!(
        "token = {{ env = \"CANARY_TOKEN\" }}\n{SETTINGS}proxy = {{ env = \"CANARY_PROXY\" }}\nproxy_except = [\"127.0.0.0/8\"]\n[mail]\nhost = \"localhost\"\nport = 9\ntls = \"none\"\nfrom = \"b@example.org\"\nusername = \"bellwether\"\npassword = {{ file = \"secrets/smtp\" }}\n[heartbeat]\nurl = {{ env = \"CANARY_HEART\" }}\nevery = \"10s\"\nallow_private = true\n"
    ));
    program.environment("CANARY_TOKEN", &secret("token"));
    program.environment("CANARY_PROXY", &proxy);
    program.environment("CANARY_HEART", heartbeat.as_str());
    program.environment("RUST_LOG", "trace,sqlx=info");
    ward.furnish(&program);
    program.write("secrets/smtp", &secret("smtp"));
    program.write("secrets/hook", ward.hook.url().join(&secret("hook")).unwrap().as_str());
    program.write("secrets/key", &key);
    let subscriptions = "[[receiver]]\nid = \"noc\"\nwebhook = { file = \"secrets/hook\" }\nallow_private = true\nsecrets = [{ file = \"secrets/key\" }]\n[[receiver]]\nid = \"mail\"\nemail = \"noc@example.org\"\n[[receiver]]\nid = \"far\"\nwebhook = \"https://hooks.example.org/x\"\nsecrets = [{ file = \"secrets/key\" }]\n[[subscription]]\nid = \"all\"\nreceivers = [\"noc\", \"mail\", \"far\"]\n";
    program.write("config/subscriptions.toml", subscriptions);
    program.start();
    wait_for("a first look", || (program.get("/readyz").0 == 200).then_some(()));
    let told = ward.one_more();
    wait_for("the webhook", || (ward.told(&told) == 1).then_some(()));
    assert!(ward.hook.requests()[0].line.contains(CANARY), "the endpoint is asked by its secret address");
    wait_for("all three tried, and two in vain", || {
        let all = program.json("/api/v1/deliveries?limit=100");
        (all["deliveries"].as_array().unwrap().iter().all(|d| !d["tries"].as_array().unwrap().is_empty())).then_some(())
    });
    wait_for("a heartbeat that is not heard", || {
        program.json("/api/v1/status")["heartbeat"]["failed"].as_str().map(drop)
    });
    program.write("config/inventory.toml", "broken");
    wait_for("a refusal", || (program.json("/api/v1/status")["configuration"]["ok"] == false).then_some(()));
    let incident = program.json("/api/v1/incidents?state=open")["incidents"][0]["id"].as_str().unwrap().to_owned();
    let mut told_to = Vec::new();
    for path in [
        "/",
        "/services",
        "/sources",
        "/deliveries",
        "/metrics",
        "/api/v1/feed",
        "/api/v1/deliveries",
        "/api/v1/status",
        "/api/v1/sources",
        "/readyz",
    ] {
        told_to.push((path.to_owned(), program.get(path).1));
    }
    told_to.push(("the incident".to_owned(), program.get(&format!("/incidents/{incident}")).1));
    program.write("config/inventory.toml", INVENTORY);
    program.done(&["backup", "a.backup", "--with-config"]);
    let checked = program.run(&["check"]);
    told_to.push(("check".to_owned(), text(&checked.stdout) + &text(&checked.stderr)));
    program.stop();
    told_to.push(("the log".to_owned(), program.said()));
    for entry in std::fs::read_dir(program.path("data")).unwrap().flatten().filter(|entry| entry.path().is_file()) {
        told_to.push((entry.path().display().to_string(), text(&std::fs::read(entry.path()).unwrap())));
    }
    told_to.push(("the backup".to_owned(), text(&std::fs::read(program.path("a.backup")).unwrap())));
    let coded = base64_of(CANARY);
    for (place, said) in told_to {
        for hidden in [CANARY, coded.trim_end_matches('=').get(..12).unwrap(), key.as_str()] {
            if let Some(at) = said.find(hidden) {
                let from = said.floor_char_boundary(at.saturating_sub(300));
                panic!("{place} shows {hidden}: {}", &said[from..said.floor_char_boundary(at + 60)]);
            }
        }
    }
}

fn base64_of(text: &str) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(text)
}
