//! The program itself as a process: its folder, its pages, what it says, its end.

use std::fs::{File, Permissions};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// No answer of a program on the same machine takes this long, even when the machine is busy.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// One installation and, while it runs, its process.
pub struct Program {
    pub folder: TempDir,
    pub port: u16,
    environment: Vec<(String, String)>,
    child: Option<Child>,
}

impl Drop for Program {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// What `probe` gives once it gives something.
pub fn wait_for<T>(what: &str, mut probe: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + PATIENCE;
    while Instant::now() < end {
        if let Some(found) = probe() {
            return found;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("waited in vain for: {what}");
}

impl Program {
    /// An installation whose pages have a port of their own. `settings` follow the `[server]`.
    pub fn new(settings: &str) -> Self {
        // For its owner only, as an installation's secrets are.
        let folder = tempfile::Builder::new().permissions(Permissions::from_mode(0o700)).tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let program = Self { folder, port, environment: Vec::new(), child: None };
        program.settings(settings);
        program
    }

    pub fn settings(&self, settings: &str) {
        self.write("config/bellwether.toml", &format!("[server]\nlisten = \"127.0.0.1:{}\"\n{settings}", self.port));
    }

    pub fn environment(&mut self, name: &str, value: &str) {
        self.environment.push((name.to_owned(), value.to_owned()));
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bellwether"));
        command.args(["--config", "config", "--sources", "sources"]).args(arguments);
        command.current_dir(self.folder.path()).envs(self.environment.iter().cloned()).env_remove("NOTIFY_SOCKET");
        command.stdin(Stdio::null());
        command
    }

    /// Runs a command to its end.
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Runs a command that must succeed: what it printed.
    pub fn done(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let (said, wrong) = (text(&output.stdout), text(&output.stderr));
        assert!(output.status.success(), "{arguments:?}: {said}{wrong}\n{}", self.said());
        format!("{said}{wrong}")
    }

    /// Starts it and waits until it answers.
    pub fn start(&mut self) {
        self.start_with(&[]);
    }

    pub fn start_with(&mut self, environment: &[(&str, &Path)]) {
        let log = || File::options().create(true).append(true).open(self.path("said.log")).unwrap();
        let mut command = self.command(&["run"]);
        command.envs(environment.iter().copied()).stdout(log()).stderr(log());
        self.child = Some(command.spawn().unwrap());
        wait_for("an answer of /healthz", || {
            let ended = self.child.as_mut().unwrap().try_wait().unwrap();
            assert!(
                ended.is_none(),
                "it ended by itself:\n{}",
                std::fs::read_to_string(self.folder.path().join("said.log")).unwrap()
            );
            (self.get("/healthz").0 == 200).then_some(())
        });
    }

    pub fn pid(&self) -> u32 {
        self.child.as_ref().unwrap().id()
    }

    pub fn signal(&self, name: &str) {
        let done = Command::new("kill").args([name, &self.pid().to_string()]).status().unwrap();
        assert!(done.success());
    }

    /// Asks it to end: its exit code and how long that took.
    pub fn stop(&mut self) -> (Option<i32>, Duration) {
        let began = Instant::now();
        self.signal("-TERM");
        let code = self.child.take().unwrap().wait().unwrap().code();
        (code, began.elapsed())
    }

    /// All that it said so far.
    pub fn said(&self) -> String {
        std::fs::read_to_string(self.path("said.log")).unwrap_or_default()
    }

    /// Status and body; 0 where there is no answer.
    pub fn get(&self, path: &str) -> (u16, String) {
        self.asked(path).unwrap_or_default()
    }

    fn asked(&self, path: &str) -> Option<(u16, String)> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).ok()?;
        stream.set_read_timeout(Some(PATIENCE)).ok()?;
        let token = self.environment.iter().find(|(name, _)| name == "CANARY_TOKEN").map(|(_, value)| value.as_str());
        let token = token.map(|token| format!("authorization: Bearer {token}\r\n")).unwrap_or_default();
        let host = format!("127.0.0.1:{}", self.port);
        write!(stream, "GET {path} HTTP/1.0\r\nhost: {host}\r\n{token}connection: close\r\n\r\n").ok()?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).ok()?;
        let answer = text(&answer);
        let (head, body) = answer.split_once("\r\n\r\n")?;
        Some((head.split(' ').nth(1)?.parse().ok()?, body.to_owned()))
    }

    pub fn json(&self, path: &str) -> serde_json::Value {
        let (status, body) = self.get(path);
        serde_json::from_str(&body).unwrap_or_else(|error| panic!("{path}: {status}: {error}: {body}"))
    }

    /// A figure, where there is one.
    pub fn figure(&self, name: &str) -> Option<f64> {
        let (_, text) = self.get("/metrics");
        let line = text.lines().find(|line| line.split([' ', '{']).next() == Some(name))?;
        line.rsplit(' ').next()?.parse().ok()
    }
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
