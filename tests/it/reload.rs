//! Another configuration while running: thirty broken ones, each refused with the words of `check`, none of which stops
//! the one that holds; and what a good one does.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bellwether::commands::load::{self, Folders};
use bellwether::commands::run::reload::{Made, Reloaded, Reloader};
use bellwether::commands::setup::Sound;
use bellwether::config::problem::Severity;
use bellwether::model::id::{Ids, SourceId};
use bellwether::model::own::{self, Choice, Own};
use bellwether::model::vendor::Source;
use bellwether::normalize::{Body, Outcome, Request};
use bellwether::pipeline::look::{Ask, Asked, Memory};
use bellwether::pipeline::poll_once;
use bellwether::pipeline::settle::{Happened, tick_once};
use bellwether::store::Store;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use tempfile::TempDir;

use crate::reload_broken::BROKEN;
use crate::support::hospital::{incident, page};

const SETTINGS: &str = "[organisation]\nname = \"Northfield\"\n";
const INVENTORY: &str = "[[service]]\nid = \"ehr\"\nname = \"EHR\"\ntier = \"clinical\"\nneeds = [{ vendor = \"acme\", without = \"stops\" }]\n";
const SUBSCRIPTIONS: &str = "[[receiver]]\nid = \"noc\"\nwebhook = \"https://hooks.example.org/a\"\nsecrets = [{ env = \"BELLWETHER_TEST_NOWHERE\" }]\n[[subscription]]\nid = \"all\"\nreceivers = [\"noc\"]\n";
const ACME: &str =
    "name = \"Acme\"\n[[source]]\nid = \"page\"\nformat = \"statuspage\"\nurl = \"https://status.acme.example\"\n";

fn start() -> Timestamp {
    "2026-07-17T12:00:00Z".parse().unwrap()
}

struct Installation {
    folder: TempDir,
    folders: Folders,
    reloader: Reloader,
    store: Store,
    said: Mutex<u32>,
}

/// A vendor whose page says something new at every look.
#[async_trait]
impl Ask for Installation {
    async fn ask(&self, _: &Source, _: &Request, _: bool) -> Asked {
        let number = *self.said.lock().unwrap();
        let words = [("Looking."), ("Found.")];
        let all: Vec<_> =
            (0..number).map(|n| incident(&format!("i{n}"), &format!("Synthetic {n}"), "major", None, words)).collect();
        let body = page(&["Sign-in"], json!(all), json!([])).to_string();
        Asked::Outcome(Outcome::Body(Body::saved(body.into_bytes())), None)
    }
}

fn write(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

fn good(folder: &Path) {
    for (name, text) in [
        ("config/bellwether.toml", SETTINGS),
        ("config/inventory.toml", INVENTORY),
        ("config/subscriptions.toml", SUBSCRIPTIONS),
        ("sources/acme/vendor.toml", ACME),
    ] {
        write(folder, name, text);
    }
}

impl Installation {
    async fn new() -> Self {
        rustls::crypto::ring::default_provider().install_default().ok();
        let folder = tempfile::tempdir().unwrap();
        good(folder.path());
        let folders = Folders { config: folder.path().join("config"), sources: folder.path().join("sources") };
        let loaded = load::load(&folders).unwrap();
        let sound = Sound::of(&loaded).unwrap_or_else(|| panic!("{:?}", loaded.problems));
        let ids = Ids::salted("reload");
        let made = Made::of(&sound, ids.clone(), 0, "test".to_owned(), &std::collections::BTreeMap::new()).unwrap();
        let reloader = Reloader::new(folders.clone(), &sound, ids, "test".to_owned(), made.outlets(start()));
        let store = Store::in_memory().await.unwrap();
        let installation = Self { folder, folders, reloader, store, said: Mutex::new(0) };
        installation.look(start(), &mut Memory::default()).await;
        installation
    }

    fn write(&self, name: &str, text: &str) {
        write(self.folder.path(), name, text);
    }

    async fn look(&self, at: Timestamp, memory: &mut Memory) -> Happened {
        let compiled = self.reloader.outlets().compiled.borrow().clone();
        let source = compiled.sources.get(&SourceId::parse("acme/page").unwrap()).unwrap().clone();
        poll_once(&self.store, &compiled, &source, memory, self, at).await.unwrap()
    }

    /// One more incident at the vendor: whether anybody is told.
    async fn still_tells(&self, at: Timestamp) -> bool {
        *self.said.lock().unwrap() += 1;
        let mut memory = Memory::default();
        self.look(at, &mut memory).await.notices.iter().any(|notice| notice.sent)
    }

    fn messages(&self, reloaded: &Reloaded) -> Vec<String> {
        let place = format!("{}/", self.folder.path().display());
        reloaded.refused.iter().map(|refusal| refusal.message.replace(&place, "")).collect()
    }

    async fn tick(&self, at: Timestamp) -> Happened {
        let compiled = self.reloader.outlets().compiled.borrow().clone();
        tick_once(&self.store, &compiled, at).await.unwrap()
    }
}

#[tokio::test]
async fn thirty_broken_files_are_refused_word_by_word_and_stop_nothing() {
    let mut installation = Installation::new().await;
    let mut wrong = Vec::new();
    for (number, (name, text, expected)) in BROKEN.into_iter().enumerate() {
        let at = start() + SignedDuration::from_hours(1 + i64::try_from(number).unwrap());
        let before = installation.reloader.outlets().compiled.borrow().clone();
        installation.write(name, text);
        let reloaded = installation.reloader.look(at).expect("a changed file is read");
        let said = installation.messages(&reloaded);
        if said != expected {
            wrong.push(format!("    (\n        {name:?},\n        {text:?},\n        &{said:#?},\n    ),"));
        }
        // `check` says the same, in the same order.
        let checked = load::load(&installation.folders).unwrap();
        let errors = checked.problems.iter().filter(|p| p.severity == Severity::Error).map(ToString::to_string);
        let refused: Vec<_> = reloaded.refused.iter().map(|refusal| refusal.message.clone()).collect();
        let errors: Vec<_> = errors.collect();
        assert!(errors == refused || errors.is_empty(), "{errors:#?}");
        // What held goes on, and tells.
        assert!(Arc::ptr_eq(&before, &installation.reloader.outlets().compiled.borrow()), "{name}: {text}");
        assert!(installation.still_tells(at).await, "{name}: {text}");
        let condition = installation.reloader.outlets().condition.borrow().clone();
        assert_eq!(condition.configuration.refused_since, Some(at));
        assert!(installation.reloader.look(at).is_none(), "the same broken file is not told twice");
        // The mended file is taken up.
        good(installation.folder.path());
        let mended = installation.reloader.look(at).expect("a mended file is read");
        assert!(mended.refused.is_empty(), "{:?}", mended.refused);
        assert!(installation.reloader.outlets().condition.borrow().configuration.is_as_it_lies());
        assert!(!Arc::ptr_eq(&before, &installation.reloader.outlets().compiled.borrow()));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn a_service_that_comes_to_need_the_vendor_is_hurt_at_the_reload() {
    let mut installation = Installation::new().await;
    assert!(installation.still_tells(start()).await);
    let more = format!(
        "{INVENTORY}[[service]]\nid = \"pharmacy\"\nname = \"Pharmacy\"\ntier = \"clinical\"\nneeds = [{{ vendor = \"acme\", without = \"stops\" }}]\n"
    );
    installation.write("config/inventory.toml", &more);
    assert!(installation.reloader.look(start()).unwrap().refused.is_empty());
    let ticked = installation.tick(start() + SignedDuration::from_secs(5)).await;
    let hurt: Vec<_> = ticked.effects.iter().map(|(kind, e)| (kind.word(), e.service.as_str())).collect();
    assert_eq!(hurt, [("hurt", "pharmacy")]);
    assert_eq!(ticked.notices.iter().filter(|n| n.sent).count(), 1);
    // And freed by the next one, without an all-clear of the vendor.
    installation.write("config/inventory.toml", INVENTORY);
    assert!(installation.reloader.look(start()).unwrap().refused.is_empty());
    let ticked = installation.tick(start() + SignedDuration::from_secs(10)).await;
    let freed: Vec<_> = ticked.effects.iter().map(|(kind, e)| (kind.word(), e.service.as_str())).collect();
    assert_eq!(freed, [("over", "pharmacy")]);
}

#[tokio::test]
async fn f96_a_source_that_is_taken_out_ends_what_it_had_open_once_and_comes_back_as_new() {
    let mut installation = Installation::new().await;
    assert!(installation.still_tells(start()).await);
    let other = ACME.replace("\"page\"", "\"other\"");
    installation.write("sources/acme/vendor.toml", &other);
    let reloaded = installation.reloader.look(start()).unwrap();
    assert_eq!((reloaded.refused.len(), reloaded.sources), (0, (1, 1)));
    let ticked = installation.tick(start() + SignedDuration::from_secs(5)).await;
    let subjects: Vec<_> = ticked.notices.iter().filter(|n| n.sent).map(|n| n.subject.clone()).collect();
    assert_eq!((ticked.changes.len(), subjects.len()), (1, 1), "{subjects:?}");
    let again = installation.tick(start() + SignedDuration::from_secs(10)).await;
    assert!(again.changes.is_empty() && again.notices.is_empty());
    // It comes back: the first look at it is a first one.
    installation.write("sources/acme/vendor.toml", ACME);
    assert!(installation.reloader.look(start()).unwrap().refused.is_empty());
    let looked = installation.look(start() + SignedDuration::from_secs(60), &mut Memory::default()).await;
    assert!(looked.notices.iter().any(|n| n.sent), "what is open there hurts still");
}

#[tokio::test]
async fn a_line_in_a_table_of_ones_own_is_taken_up_and_a_broken_one_refused() {
    let mut installation = Installation::new().await;
    let row = "beta\tBeta\thttps://status.beta.example\tstatuspage\n";
    installation.write("sources/catalogue.tsv", row);
    installation.write(
        "config/inventory.toml",
        &INVENTORY.replace("needs = [", "needs = [{ vendor = \"beta\", without = \"stops\" }, "),
    );
    let reloaded = installation.reloader.look(start()).unwrap();
    assert_eq!((reloaded.refused.len(), reloaded.sources), (0, (1, 0)));
    installation.write("sources/catalogue.tsv", &row.replace("https", "http"));
    let reloaded = installation.reloader.look(start()).unwrap();
    let expected =
        "sources/catalogue.tsv:1:1: beta.address: over http anybody on the way can answer; write an https:// address";
    assert_eq!(installation.messages(&reloaded), [expected]);
    assert!(installation.still_tells(start()).await);
}

#[tokio::test]
async fn what_an_older_configuration_decides_is_not_written_over_a_newer_one() {
    let mut installation = Installation::new().await;
    let old = installation.reloader.outlets().compiled.borrow().clone();
    installation.write("config/inventory.toml", &INVENTORY.replace("EHR", "Charts"));
    assert!(installation.reloader.look(start()).unwrap().refused.is_empty());
    installation.tick(start()).await;
    *installation.said.lock().unwrap() += 1;
    let source = old.sources.values().next().unwrap().clone();
    let late = poll_once(&installation.store, &old, &source, &mut Memory::default(), &installation, start()).await;
    assert!(matches!(late, Err(bellwether::store::StoreError::Superseded)), "{late:?}");
}

#[tokio::test]
async fn f95_a_file_that_is_cut_off_takes_nothing_away() {
    let mut installation = Installation::new().await;
    for name in ["config/inventory.toml", "config/subscriptions.toml"] {
        installation.write(name, "");
        let reloaded = installation.reloader.look(start()).unwrap();
        let expected = format!(
            "{name}:1:1: the file is empty, and what holds was read from it; if nothing is meant, write a comment into it"
        );
        assert_eq!(installation.messages(&reloaded), [expected]);
        installation.write(name, "# nothing is meant");
        let reloaded = installation.reloader.look(start()).unwrap();
        let about_emptiness = installation.messages(&reloaded).iter().any(|m| m.contains("the file is empty"));
        assert!(!about_emptiness);
        good(installation.folder.path());
        installation.reloader.look(start());
    }
}

#[tokio::test]
async fn what_holds_after_a_restart_only_is_said() {
    let mut installation = Installation::new().await;
    let changed = format!(
        "{SETTINGS}[server]\nlisten = \"127.0.0.1:9\"\n[database]\nfolder = \"elsewhere\"\n[polling]\nworkers = 3\n[log]\nformat = \"json\"\n"
    );
    installation.write("config/bellwether.toml", &changed);
    let reloaded = installation.reloader.look(start()).unwrap();
    assert!(reloaded.refused.is_empty());
    let expected = ["[server] listen", "[database] folder", "[polling] workers", "[log]"];
    assert_eq!(reloaded.after_restart, expected);
    assert_eq!(installation.reloader.outlets().condition.borrow().configuration.after_restart, expected);
    let tokens = format!(
        "{SETTINGS}[server]\ntoken = {{ env = \"BELLWETHER_TEST_A\" }}\nkiosk = {{ env = \"BELLWETHER_TEST_B\" }}\n"
    );
    installation.write("config/bellwether.toml", &tokens);
    let reloaded = installation.reloader.look(start()).unwrap();
    assert_eq!(reloaded.after_restart, ["[server] token", "[server] kiosk"], "{:?}", reloaded.refused);
    good(installation.folder.path());
    assert!(installation.reloader.look(start()).unwrap().after_restart.is_empty(), "back to what it was started with");
}

#[cfg(unix)]
#[tokio::test]
async fn a_link_that_is_turned_to_another_folder_is_another_configuration() {
    let mut installation = Installation::new().await;
    let place: PathBuf = installation.folder.path().to_owned();
    // As a cluster does: the files are links into a folder that is itself a link, and that one is replaced.
    for version in ["v1", "v2"] {
        write(&place, &format!("config/..{version}/inventory.toml"), &INVENTORY.replace("EHR", version));
    }
    std::fs::remove_file(place.join("config/inventory.toml")).unwrap();
    std::os::unix::fs::symlink("..v1", place.join("config/..data")).unwrap();
    std::os::unix::fs::symlink("..data/inventory.toml", place.join("config/inventory.toml")).unwrap();
    let name = |installation: &Installation| {
        installation.reloader.outlets().compiled.borrow().inventory.services[0].name.clone()
    };
    assert!(installation.reloader.look(start()).unwrap().refused.is_empty());
    assert_eq!(name(&installation), "v1");
    std::os::unix::fs::symlink("..v2", place.join("config/..tmp")).unwrap();
    std::fs::rename(place.join("config/..tmp"), place.join("config/..data")).unwrap();
    assert!(installation.reloader.look(start()).unwrap().refused.is_empty());
    assert_eq!(name(&installation), "v2");
}

#[tokio::test]
async fn a_certificate_that_comes_after_the_file_that_names_it_is_taken_up_without_another_change() {
    let mut installation = Installation::new().await;
    let place = installation.folder.path().join("ca.pem");
    let settings = format!("{SETTINGS}[polling]\nca_files = [{:?}]\n", place.display().to_string());
    installation.write("config/bellwether.toml", &settings);
    let first = installation.reloader.look(start()).unwrap();
    assert!(!first.refused.is_empty());
    assert_eq!(installation.reloader.look(start()), None, "what is said once is not said every twenty seconds");
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    std::fs::write(&place, made.cert.pem()).unwrap();
    let then = installation.reloader.look(start()).expect("it is looked at again");
    assert_eq!(then.refused, []);
    assert_eq!(installation.reloader.look(start()), None);
}

#[tokio::test]
async fn what_people_subscribed_to_themselves_holds_through_a_reload_and_beside_broken_files() {
    let mut installation = Installation::new().await;
    let own = Own {
        id: own::id_of(1),
        address: own::address("ada@northfield.example").unwrap(),
        owner: None,
        choice: Choice::default(),
        asked: start(),
        confirmed: Some(start()),
        paused: None,
        left: None,
        left_by_link: false,
        locked: None,
        wants_out: None,
    };
    let holds = |installation: &Installation| {
        let compiled = installation.reloader.outlets().compiled.borrow().clone();
        (compiled.owns.len(), compiled.rules.subscriptions().len(), compiled.edition)
    };
    assert_eq!(holds(&installation), (0, 1, 0));
    installation.reloader.tell(vec![own.clone()]);
    installation.reloader.tell(vec![own.clone()]);
    assert_eq!(holds(&installation), (1, 2, 1), "a new edition, and once");
    assert!(installation.reloader.reload(start()).refused.is_empty());
    assert_eq!(holds(&installation), (1, 2, 2));
    installation.write("config/inventory.toml", "broken");
    assert!(!installation.reloader.reload(start()).refused.is_empty());
    installation.reloader.tell(vec![Own { left: Some(start()), ..own }]);
    assert_eq!(holds(&installation), (0, 1, 3), "who left is gone, whatever the files say");
}
