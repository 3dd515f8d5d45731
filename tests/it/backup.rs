//! A backup that is taken while looks and deliveries run, and put back elsewhere.

use std::path::Path;

use bellwether::store::Store;
use bellwether::store::backup;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, Row};

use crate::support::process::{Program, text, wait_for};
use crate::support::ward::{SETTINGS, Ward};

async fn count(database: &Path, query: &'static str) -> i64 {
    let options = SqliteConnectOptions::new().filename(database);
    let mut connection = options.connect().await.unwrap();
    let count = sqlx::query(query).fetch_one(&mut connection).await.unwrap().get(0);
    connection.close().await.unwrap();
    count
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_under_load_is_whole_and_loses_nothing_where_it_is_restored() {
    let ward = Ward::open().await;
    let mut program = Program::new(SETTINGS);
    ward.furnish(&program);
    program.start();
    wait_for("a first look", || (program.get("/readyz").0 == 200).then_some(()));
    let mut titles = Vec::new();
    for round in 0..4 {
        for _ in 0..5 {
            titles.push(ward.one_more());
        }
        // The last of them is told, while backups are taken.
        let last = titles.last().unwrap().clone();
        program.done(&["backup", &format!("early-{round}.backup")]);
        wait_for("the message", || (ward.told(&last) > 0).then_some(()));
        let said = program.done(&["backup", &format!("{round}.backup"), "--with-config"]);
        assert!(said.contains(&format!("{} incidents", titles.len())), "{said}");
    }
    for round in 0..4 {
        for name in [format!("early-{round}.backup"), format!("{round}.backup")] {
            let file = program.path(&name);
            backup::contents(&file).await.unwrap();
            // Every incident came with its change, its effect, its decision and its message, or not at all.
            let torn = count(&file, "SELECT COUNT(*) FROM report r WHERE NOT EXISTS (SELECT 1 FROM change c WHERE c.incident = r.incident) OR NOT EXISTS (SELECT 1 FROM effect e WHERE e.cause = r.incident) OR NOT EXISTS (SELECT 1 FROM decision d WHERE d.cause = r.incident) OR NOT EXISTS (SELECT 1 FROM topic t WHERE t.cause = r.incident)").await;
            assert_eq!(torn, 0, "{name}");
            #[cfg(unix)]
            assert_eq!(std::os::unix::fs::PermissionsExt::mode(&file.metadata().unwrap().permissions()) & 0o777, 0o600);
        }
    }
    let left = std::fs::read_dir(program.folder.path()).unwrap().flatten();
    assert!(left.into_iter().all(|entry| !entry.file_name().to_string_lossy().contains("half")));
    program.stop();

    // Elsewhere, with nothing but the file and the secrets.
    let file = program.path("3.backup");
    let mut other = Program::new(SETTINGS);
    std::fs::remove_dir_all(other.path("config")).unwrap();
    let said = other.done(&["restore", file.to_str().unwrap(), "--with-config"]);
    assert!(said.contains("restored: 20 incidents, 20 of them open"), "{said}");
    assert_eq!(
        std::fs::read(other.path("config/inventory.toml")).unwrap(),
        std::fs::read(program.path("config/inventory.toml")).unwrap()
    );
    assert!(!other.path("key").exists(), "the value of a secret is not in a backup");
    other.write("key", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    other.settings(SETTINGS);
    let store = Store::open(&other.path("data")).await.unwrap();
    let stories = store.changes_after(0, 500).await.unwrap();
    assert!(stories.len() >= 20);
    store.close().await;
    drop(store);
    let before = ward.hook.requests().len();
    let fresh = ward.one_more();
    other.start();
    wait_for("what is new since the backup", || (ward.told(&fresh) > 0).then_some(()));
    let again = ward.hook.requests().len() - before;
    let waited = usize::try_from(backup::contents(&file).await.unwrap().pending).unwrap();
    assert!(again <= waited + 2, "{again} messages, {waited} waited: nobody is told of twenty incidents again");
    assert_eq!(other.json("/api/v1/incidents?state=open&limit=100")["incidents"].as_array().unwrap().len(), 21);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn restore_refuses_what_would_do_harm() {
    let ward = Ward::open().await;
    let mut program = Program::new(SETTINGS);
    ward.furnish(&program);
    program.start();
    program.done(&["backup", "a.backup"]);
    let refused = |program: &Program, arguments: &[&str]| {
        let output = program.run(arguments);
        assert!(!output.status.success(), "{arguments:?}");
        text(&output.stderr)
    };
    assert!(refused(&program, &["backup", "a.backup"]).contains("is there already"));
    let pid = program.pid();
    let said = refused(&program, &["restore", "a.backup", "--replace"]);
    assert!(said.contains(&format!("another Bellwether (process {pid}) runs")), "{said}");
    program.stop();
    assert!(refused(&program, &["restore", "a.backup"]).contains("--replace"));
    program.write("b.backup", "this is no database");
    assert!(
        refused(&program, &["restore", "b.backup", "--replace"]).contains("b.backup: it cannot be read as a database")
    );
    // One that lost a part in the middle.
    let mut bytes = std::fs::read(program.path("a.backup")).unwrap();
    let middle = bytes.len() / 2 / 4096 * 4096;
    bytes[middle..middle + 8192].fill(0x5a);
    std::fs::write(program.path("c.backup"), bytes).unwrap();
    let said = refused(&program, &["restore", "c.backup", "--replace"]);
    assert!(said.contains("damaged") || said.contains("malformed"), "{said}");
    assert!(program.path("data/bellwether.sqlite").is_file(), "what was there is there still");
    let said = program.done(&["restore", "a.backup", "--replace", "--put-aside-pending"]);
    assert!(said.contains("what was there is kept in data/before-restore-"), "{said}");
    program.start();
}

#[tokio::test]
async fn whoever_was_signed_in_when_the_backup_was_taken_is_not_after_it_was_restored() {
    use bellwether::model::account::{Name, Role};
    use bellwether::model::audit::By;
    use bellwether::pipeline::accounts;
    let folder = tempfile::tempdir().unwrap();
    let (now, by, ada) = (jiff::Timestamp::now(), By::terminal("test"), Name::parse("ada").unwrap());
    let store = Store::open(folder.path()).await.unwrap();
    let link = accounts::add(&store, &ada, Role::Admin, &by, now).await.unwrap();
    let account = store.accounts().await.unwrap().remove(0);
    let session = accounts::begin_session(&store, &account, None, &by, now).await.unwrap();
    let file = folder.path().join("a.backup");
    backup::take(&folder.path().join("bellwether.sqlite"), &file, &[], now).await.unwrap();
    store.close().await;
    let elsewhere = tempfile::tempdir().unwrap();
    std::fs::copy(&file, elsewhere.path().join("bellwether.sqlite")).unwrap();
    backup::make_ready(&elsewhere.path().join("bellwether.sqlite"), false, now).await.unwrap();
    let restored = Store::open(elsewhere.path()).await.unwrap();
    assert_eq!(restored.accounts().await.unwrap().len(), 1);
    // Both may have ended, or been used, since the backup.
    assert!(accounts::session(&restored, session.reveal(), now).await.unwrap().is_none());
    assert!(accounts::look_at_link(&restored, link.reveal(), now).await.unwrap().is_none());
    restored.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_configuration_that_lies_there_word_for_word_is_no_reason_to_refuse() {
    let ward = Ward::open().await;
    let mut program = Program::new(SETTINGS);
    ward.furnish(&program);
    program.start();
    let own = "hand\tBy Hand\thttps://status.hand.example\tstatuspage\n";
    program.write("sources/catalogue.tsv", own);
    program.done(&["backup", "a.backup", "--with-config"]);
    program.stop();
    std::fs::remove_file(program.path("sources/catalogue.tsv")).unwrap();
    // As for root, whose command begins again as the data's owner once the files are written.
    program.done(&["restore", "a.backup", "--replace", "--with-config"]);
    assert_eq!(std::fs::read_to_string(program.path("sources/catalogue.tsv")).unwrap(), own);
    let inventory = std::fs::read_to_string(program.path("config/inventory.toml")).unwrap();
    program.write("config/inventory.toml", &format!("# mine\n{inventory}"));
    let output = program.run(&["restore", "a.backup", "--replace", "--with-config"]);
    assert!(!output.status.success() && text(&output.stderr).contains("is there already"), "{}", text(&output.stderr));
}
