//! The stories, from end to end: the real program at some thousand times the speed, with a real mailbox, a listener that
//! verifies, and vendors' pages on loopback. A busy machine makes them slower and not different.

use std::io::Write;
use std::sync::{Arc, Mutex};

use bellwether::commands::load::{self, Folders};
use bellwether::commands::setup::Sound;
use bellwether::demo::drill::{self, Drill};
use bellwether::demo::summary::{Ended, Summary};
use bellwether::demo::{self, Demo};
use serde_json::Value;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::support::smtp::{Script, SmtpServer};

/// What was told, as it was told.
#[derive(Clone, Default)]
struct Kept {
    bytes: Arc<Mutex<Vec<u8>>>,
    written: Arc<Notify>,
}

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.bytes.lock().unwrap().extend_from_slice(bytes);
        self.written.notify_one();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Kept {
    fn text(&self) -> String {
        String::from_utf8(self.bytes.lock().unwrap().clone()).unwrap()
    }

    fn lines(&self) -> Vec<Value> {
        self.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

fn wish(story: &str, speed: f64, json: bool) -> Demo {
    Demo { story: story.into(), speed: Some(speed), stay: false, json, listen: None }
}

async fn played(story: &str, speed: f64) -> (Summary, Vec<Value>) {
    rustls::crypto::ring::default_provider().install_default().ok();
    let kept = Kept::default();
    let out = Box::new(kept.clone());
    let summary = demo::play(&wish(story, speed, true), out, &CancellationToken::new()).await.unwrap();
    (summary.expect("it came to its end"), kept.lines())
}

fn of<'a>(summary: &'a Summary, vendor: &str) -> &'a Ended {
    let mut all = summary.incidents.iter().filter(|incident| incident.vendor == vendor);
    let one = all.next().unwrap_or_else(|| panic!("{vendor} has an incident"));
    assert!(all.next().is_none(), "{vendor} has one");
    one
}

fn words<'a>(lines: &'a [Value], kind: &str) -> Vec<&'a str> {
    lines.iter().filter(|line| line["kind"] == kind).map(|line| line["words"].as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_night_of_july_2024_is_three_incidents_and_nobody_takes_two_for_one() {
    let (summary, lines) = played("crowdstrike", 2_000.0).await;
    assert!(summary.is_good(), "{summary:#?}");
    assert_eq!(summary.incidents.len(), 3);

    let azure = of(&summary, "azure");
    assert_eq!(azure.how, "no_longer_listed", "nobody said that it was over");
    assert_eq!(azure.services.iter().collect::<Vec<_>>(), ["Imaging archive"]);

    let office = of(&summary, "microsoft-365");
    assert_eq!(office.how, "vendor_said");
    assert_eq!(office.services.iter().collect::<Vec<_>>(), ["Mail and chat"]);

    let sensor = of(&summary, "crowdstrike");
    assert_eq!(sensor.how, "by_hand");
    assert_eq!(sensor.services.iter().collect::<Vec<_>>(), ["EHR", "Patient portal", "Workstations"]);

    // Who has nothing to do with one of them hears nothing of it.
    assert_eq!(azure.told.get("radiology"), Some(&2), "{azure:#?}");
    assert!(!sensor.told.contains_key("radiology") && !office.told.contains_key("commander"), "{summary:#?}");
    assert!(summary.receivers["noc-webhook"].delivered > 0 && words(&lines, "unverified").is_empty());
    assert_eq!(words(&lines, "unreadable"), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_five_days_of_april_2025_are_one_incident_that_ends_once() {
    let (summary, lines) = played("oracle-health", 10_000.0).await;
    assert!(summary.is_good(), "{summary:#?}");
    let ehr = of(&summary, "oracle-health");
    assert_eq!(summary.incidents.len(), 1);
    assert_eq!(ehr.how, "by_hand");
    let days = ehr.ended.unwrap().duration_since(ehr.began).as_hours();
    assert!((118..=120).contains(&days), "open for five days, not {days} hours");
    for (receiver, told) in &ehr.told {
        assert_eq!(*told, 2, "{receiver} is told once that it is down and once that it is back");
    }
    // Days of silence are no health, and what is repeated wakes nobody.
    let subjects: Vec<&str> = lines
        .iter()
        .filter(|line| line["kind"] == "mail" && line["to"] == "noc-mail")
        .map(|line| line["subject"].as_str().unwrap())
        .collect();
    assert_eq!(subjects.len(), 2, "{subjects:#?}");
    assert!(subjects[0].contains("[DOWN") && subjects[1].contains("Closed by hand"), "{subjects:#?}");
    assert!(subjects.iter().all(|subject| subject.starts_with("[DRILL] ")), "{subjects:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_demo_that_is_stopped_ends_and_says_so() {
    rustls::crypto::ring::default_provider().install_default().ok();
    let (kept, stop, wish) = (Kept::default(), CancellationToken::new(), wish("crowdstrike", 1.0, false));
    let playing = demo::play(&wish, Box::new(kept.clone()), &stop);
    tokio::pin!(playing);
    while !kept.text().contains("Mails and webhooks") {
        tokio::select! {
            _ = &mut playing => panic!("it ended by itself"),
            () = kept.written.notified() => {}
        }
    }
    stop.cancel();
    assert!(playing.await.unwrap().is_none(), "it did not come to its end");
    let text = kept.text();
    assert!(text.contains("everything of it is removed"), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
}

#[tokio::test]
async fn what_cannot_be_played_is_refused_with_a_way_out() {
    let refused = |demo: Demo| async move {
        demo::play(&demo, Box::new(std::io::sink()), &CancellationToken::new()).await.unwrap_err().to_string()
    };
    assert!(refused(wish("titanic", 60.0, false)).await.contains("there are crowdstrike, oracle-health"));
    for speed in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(refused(wish("crowdstrike", speed, false)).await.contains("--speed is from 1"));
    }
    let everywhere = Demo { listen: Some("0.0.0.0:0".parse().unwrap()), ..wish("crowdstrike", 60.0, false) };
    let why = refused(everywhere).await;
    assert!(why.contains("token"), "{why}");
}

/// What a user has: a relay, and two receivers beside one that nobody names.
fn configured(relay: u16, hook: u16) -> (tempfile::TempDir, Sound) {
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("secret");
    std::fs::write(&secret, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYqr").unwrap();
    let data = folder.path().join("data");
    let settings = format!(
        "[organisation]\nname = \"Northfield\"\n[database]\nfolder = '{}'\n[mail]\nhost = \"localhost\"\nport = {relay}\ntls = \"none\"\nfrom = \"bellwether@northfield.example\"\n",
        data.display()
    );
    let subscriptions = format!(
        "[[receiver]]\nid = \"noc\"\nemail = \"noc@northfield.example\"\n[[receiver]]\nid = \"chief\"\nemail = \"chief@northfield.example\"\n[[receiver]]\nid = \"hook\"\nwebhook = \"http://127.0.0.1:{hook}/\"\nallow_private = true\nsecrets = [{{ file = '{}' }}]\n",
        secret.display()
    );
    std::fs::write(folder.path().join("bellwether.toml"), settings).unwrap();
    std::fs::write(folder.path().join("inventory.toml"), "# nothing yet\n").unwrap();
    std::fs::write(folder.path().join("subscriptions.toml"), subscriptions).unwrap();
    let folders = Folders { config: folder.path().to_owned(), sources: folder.path().join("sources") };
    let loaded = load::load(&folders).unwrap();
    let sound = Sound::of(&loaded).unwrap_or_else(|| panic!("{:#?}", loaded.problems));
    (folder, sound)
}

async fn drilled(sound: &Sound, receivers: &[&str]) -> anyhow::Result<(bool, Vec<Value>)> {
    rustls::crypto::ring::default_provider().install_default().ok();
    let receivers = receivers.iter().map(ToString::to_string).collect();
    let drill = Drill { story: "oracle-health".into(), receivers, speed: Some(10_000.0), yes: true, json: true };
    let kept = Kept::default();
    let is_reached = drill::play(&drill, sound, Box::new(kept.clone()), &CancellationToken::new()).await?;
    Ok((is_reached, kept.lines()))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drill_reaches_whom_it_names_and_nobody_else_and_leaves_the_data_alone() {
    let relay = SmtpServer::start(Script::default()).await;
    let (folder, sound) = configured(relay.port, 9);
    let (is_reached, lines) = drilled(&sound, &["noc"]).await.unwrap();
    assert!(is_reached, "{lines:#?}");
    let taken = relay.taken();
    assert_eq!(taken.len(), 2, "the beginning and the end");
    for mail in &taken {
        let raw = String::from_utf8_lossy(&mail.raw);
        assert!(mail.to.contains("noc@northfield.example"), "{}", mail.to);
        assert!(raw.contains("Subject: [DRILL] ") && raw.contains("DRILL. This is an exercise"), "{raw}");
        let year = jiff::Timestamp::now().strftime("%Y").to_string();
        let date = raw.lines().find(|line| line.starts_with("Date: ")).unwrap();
        assert!(date.contains(&year), "a mail of 2025 would lie at the bottom of the mailbox: {date}");
    }
    assert!(!folder.path().join("data").exists(), "the user's own data folder is not touched");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drill_says_who_was_not_reached_and_why() {
    let refusing = Script { recipient: Some(("chief@", "550 5.1.1 no such user")), ..Script::default() };
    let relay = SmtpServer::start(refusing).await;
    let (_folder, sound) = configured(relay.port, 9);
    let (is_reached, lines) = drilled(&sound, &["noc", "chief"]).await.unwrap();
    assert!(!is_reached);
    let summary = &lines.last().unwrap()["summary"];
    assert_eq!(summary["receivers"]["noc"]["delivered"], 2, "{summary:#}");
    assert_eq!(summary["receivers"]["chief"]["delivered"], 0);
    let why = summary["receivers"]["chief"]["why_not"].as_str().unwrap();
    assert!(why.contains("no such user"), "{why}");
    let unknown = drilled(&sound, &["nobody"]).await.unwrap_err().to_string();
    assert!(unknown.contains("noc, chief, hook"), "{unknown}");
}
