//! What `check`, `vendors show` and `poll` say of credentials, with the vendors that we ship.

use std::fs;
use std::path::Path;
use std::process::Command;

const INVENTORY: &str = "[[service]]\nid = \"mail\"\nname = \"Mail\"\ntier = \"clinical\"\nneeds = [{ vendor = \"microsoft-365\", components = [\"Exchange Online\"], without = \"stops\" }, { vendor = \"azure\", without = \"stops\" }]\n";

fn credentials(name: &str, secret: &str) -> String {
    format!(
        "[credentials.{name}]\nkind = \"entra\"\ntenant = \"t.example\"\nclient_id = \"00000000-0000-4000-8000-00000000000a\"\nclient_secret = {secret}\n"
    )
}

fn bellwether(settings: &str, words: &[&str]) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), settings);
    let mut command = Command::new(env!("CARGO_BIN_EXE_bellwether"));
    command.args(words).current_dir(folder.path()).env_remove("BELLWETHER_CONFIG").env_remove("BELLWETHER_SOURCES");
    let done = command.output().unwrap();
    let said = [done.stdout, done.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
    (done.status.code(), said)
}

fn write(folder: &Path, settings: &str) {
    fs::create_dir(folder.join("config")).unwrap();
    for (name, text) in [("bellwether", settings), ("inventory", INVENTORY), ("subscriptions", "")] {
        fs::write(folder.join(format!("config/{name}.toml")), text).unwrap();
    }
}

fn of_credentials(said: &str) -> Vec<&str> {
    said.lines().filter(|line| line.contains("credentials")).map(|line| line.split_once(": ").unwrap().1).collect()
}

#[test]
fn check_says_what_lacks_its_credentials_and_what_to_do() {
    let (code, said) = bellwether("", &["check"]);
    assert_eq!(code, Some(0), "{said}");
    let expected = "warning: service[0].needs[0].vendor: microsoft-365/service-health is not looked at without credentials, so nobody knows how it is; add [credentials.microsoft] to bellwether.toml; `bellwether vendors show microsoft-365` says what it needs";
    // Azure's feed is read without any, so nothing is said of its second source.
    assert_eq!(of_credentials(&said), [expected]);
}

#[test]
fn check_says_what_secret_is_not_there_and_what_name_nobody_calls() {
    let (_, said) = bellwether(&credentials("microsoft", "{ env = \"NOT_SET_ANYWHERE\" }"), &["check"]);
    let [told] = of_credentials(&said)[..] else { panic!("{said}") };
    assert!(
        told.starts_with(
            "warning: credentials.microsoft.client_secret: the environment variable NOT_SET_ANYWHERE is not set"
        ),
        "{told}"
    );
    let file = credentials("microsft", "{ file = \"config/bellwether.toml\" }");
    let (_, said) = bellwether(&file, &["check"]);
    let told = of_credentials(&said);
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(
        told.iter().any(|line| line.contains("no source names the credentials `microsft`; did you mean `microsoft`?")),
        "{told:?}"
    );
    let whole = credentials("microsoft", "{ file = \"config/bellwether.toml\" }");
    let (_, said) = bellwether(&whole, &["check"]);
    assert_eq!(of_credentials(&said), [""; 0]);
}

#[test]
fn a_vendor_says_what_it_wants_and_a_look_without_it_says_the_same() {
    let (code, said) = bellwether("", &["vendors", "show", "microsoft-365"]);
    assert_eq!(code, Some(0));
    for words in ["[credentials.microsoft]", "ServiceHealth.Read.All", "client_secret", "tenant"] {
        assert!(said.contains(words), "{words}: {said}");
    }
    let (code, said) = bellwether("", &["poll", "microsoft-365/service-health"]);
    assert_eq!(code, Some(1));
    assert!(said.contains("CANNOT READ: not allowed: add [credentials.microsoft] to bellwether.toml"), "{said}");
}

#[test]
fn a_secret_that_is_not_there_is_the_reason_of_its_source() {
    let (code, said) = bellwether(
        &credentials("microsoft", "{ env = \"NOT_SET_ANYWHERE\" }"),
        &["poll", "microsoft-365/service-health"],
    );
    assert_eq!(code, Some(1));
    let expected = "CANNOT READ: not allowed: the credentials `microsoft` cannot be used: the environment variable NOT_SET_ANYWHERE";
    assert!(said.contains(expected), "{said}");
}
