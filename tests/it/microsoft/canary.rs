//! A canary secret and canary tokens, planted in a whole running Bellwether and found nowhere but where they belong.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::json;

use super::{denied, issue, page, quiet, token};
use crate::support::microsoft::{Asked, Microsoft, Reply, json as reply};

const CANARY: &str = "canary";

/// First all is quiet, then Graph repeats what it was sent, then the token is not accepted, then there is an incident.
fn script(asked: &Asked, before: usize) -> Reply {
    let secret = asked.field("client_secret");
    if asked.is_sign_in() && asked.target.starts_with("/other.example/") {
        let said = format!("AADSTS99999: Synthetic, you sent {secret}. Trace ID: 1");
        return reply(401, &json!({"error": "invalid_client", "error_description": said}));
    }
    if asked.is_sign_in() {
        return token(before, 3599);
    }
    match before {
        0 | 1 => quiet(asked),
        2 | 3 => reply(500, &json!({"you sent": asked.headers["authorization"]})),
        4 => denied(),
        _ if asked.target.contains("/issues") => reply(200, &page("issues", &json!([issue("EX1")]))),
        _ => quiet(asked),
    }
}

fn write_files(folder: &Path, microsoft: &Microsoft) {
    let url = &microsoft.url;
    let credentials = |name: &str, tenant: &str| {
        format!(
            "[credentials.{name}]\nkind = \"entra\"\ntenant = \"{tenant}\"\n\
             client_id = \"00000000-0000-4000-8000-00000000000a\"\nclient_secret = {{ env = \"ENTRA_SECRET\" }}\n\
             authority = \"{url}\"\n"
        )
    };
    let settings = format!(
        "[server]\nlisten = \"127.0.0.1:0\"\n[database]\nfolder = {:?}\n[polling]\nallow_private = [\"127.0.0.0/8\"]\n{}{}",
        folder.join("data"),
        credentials("microsoft", "tenant.example"),
        credentials("azure", "other.example"),
    );
    let needs = |id: &str, vendor: &str| {
        format!(
            "[[service]]\nid = \"{id}\"\nname = \"{id}\"\ntier = \"clinical\"\nneeds = [{{ vendor = \"{vendor}\", without = \"stops\" }}]\n"
        )
    };
    let vendor = |name: &str, format: &str, credentials: &str| {
        format!(
            "name = \"{name}\"\n[[source]]\nid = \"api\"\nformat = \"{format}\"\nurl = \"{url}\"\nevery = \"1s\"\ncredentials = \"{credentials}\"\n"
        )
    };
    for (path, text) in [
        ("config/bellwether.toml", settings),
        (
            "config/inventory.toml",
            needs("mail", "microsoft-365") + &needs("hosting", "azure") + &needs("phones", "lacking"),
        ),
        ("config/subscriptions.toml", String::new()),
        ("sources/microsoft-365/vendor.toml", vendor("Microsoft 365", "microsoft-365", "microsoft")),
        ("sources/lacking/vendor.toml", vendor("Lacking", "microsoft-365", "absent")),
        ("sources/azure/vendor.toml", vendor("Azure", "azure-emerging", "azure")),
    ] {
        fs::create_dir_all(folder.join(path).parent().unwrap()).unwrap();
        fs::write(folder.join(path), text).unwrap();
    }
}

fn bellwether(folder: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bellwether"));
    command.args(words).current_dir(folder).env("RUST_LOG", "trace").env("ENTRA_SECRET", super::SECRET);
    command.env_remove("BELLWETHER_CONFIG").env_remove("BELLWETHER_SOURCES").env_remove("NO_COLOR");
    command
}

/// Ends the process whatever becomes of the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Reads the log until all of these have been said, and goes on reading, so that nothing waits for us.
fn said_until(running: &mut Running, words: &[&str], rest: fs::File) -> String {
    let mut said = String::new();
    let mut lines = BufReader::new(running.0.stderr.take().unwrap());
    while !words.iter().all(|word| said.contains(word)) {
        let mut line = String::new();
        assert!(lines.read_line(&mut line).unwrap() > 0, "it ended: {said}");
        said.push_str(&line);
    }
    std::thread::spawn(move || std::io::copy(&mut lines, &mut &rest));
    said
}

fn get(at: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(at).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nhost: {at}\r\nconnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{path}: {answer}");
    answer
}

/// Every file below a folder.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(files(&path));
        } else {
            all.push((path.display().to_string(), fs::read(&path).unwrap()));
        }
    }
    all
}

fn has_canary(bytes: &[u8]) -> bool {
    bytes.windows(CANARY.len()).any(|window| window.eq_ignore_ascii_case(CANARY.as_bytes()))
}

fn use_it(folder: &Path) {
    let rest = fs::File::create(folder.join("rest.log")).unwrap();
    let said = fs::File::create(folder.join("said.log")).unwrap();
    let child = bellwether(folder, &["run"]).stdout(said).stderr(Stdio::piped()).spawn().unwrap();
    let mut running = Running(child);
    let story = [
        "not looked at: lacking/api",
        "cannot read: microsoft-365/api",
        "source: microsoft-365/api readable",
        "hurt: mail",
    ];
    let said = said_until(&mut running, &story, rest);
    assert!(!has_canary(said.as_bytes()), "{said}");
    let at = said.split("page=").nth(1).unwrap().split_whitespace().next().unwrap();
    for path in ["/", "/sources", "/deliveries", "/metrics", "/api/v1/sources", "/api/v1/incidents", "/api/v1/services"]
    {
        let answer = get(at, path);
        assert!(!has_canary(answer.as_bytes()), "{path}: {answer}");
    }
    let sources = get(at, "/api/v1/sources");
    assert!(sources.contains("the answer repeats our secret"), "{sources}");
    assert!(sources.contains("\"way_out\":\"add [credentials.absent] to bellwether.toml\""), "{sources}");
    let shown = get(at, "/sources");
    assert!(shown.contains("Not looked at: no credentials") && shown.contains("add [credentials.absent]"), "{shown}");
    drop(running);
    for words in [&["poll", "--json"][..], &["poll"], &["check"], &["check", "--json"], &["vendors", "show", "azure"]] {
        let done = bellwether(folder, words).output().unwrap();
        for bytes in [&done.stdout, &done.stderr] {
            assert!(!has_canary(bytes), "{words:?}: {}", String::from_utf8_lossy(bytes));
        }
        assert!(done.status.code().is_some_and(|code| code <= 1), "{words:?}: {done:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn neither_secret_nor_token_is_found_anywhere() {
    let folder = tempfile::tempdir().unwrap();
    let microsoft = Microsoft::new(script).await;
    write_files(folder.path(), &microsoft);
    let path = folder.path().to_owned();
    let using = tokio::task::spawn_blocking(move || use_it(&path));
    tokio::time::timeout(Duration::from_secs(120), using).await.unwrap().unwrap();

    assert!(microsoft.forms().iter().any(|form| has_canary(form.body.as_bytes())), "the secret was used");
    assert!(microsoft.asked().iter().any(|asked| asked.token().is_some_and(|token| has_canary(token.as_bytes()))));
    let all = files(folder.path());
    assert!(all.iter().any(|(name, bytes)| name.ends_with("rest.log") && !bytes.is_empty()), "there is a log");
    assert!(all.iter().any(|(name, bytes)| name.contains("bellwether.sqlite") && !bytes.is_empty()));
    for (name, bytes) in all {
        assert!(!has_canary(&bytes), "{name}");
    }
}
