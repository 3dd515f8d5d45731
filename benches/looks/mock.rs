//! The far side, in a process of its own so that its cost is not counted: a status page at every address of
//! 127.0.0.0/8, as many vendors as one likes.

use std::collections::HashMap;
use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, SocketAddr};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use url::Url;

use crate::support::{TIME, summary};

/// What the pages do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// An ETag, and "not modified" to whoever has it.
    Etag,
    /// The whole document every time, always the same.
    Equal,
    /// The whole document every time, another time in it each time: it must be read, and says nothing new.
    Changed,
    /// An incident on every page.
    Ill,
    /// The same, by turns worse and better: every look is news.
    News,
}

impl Mode {
    pub const ALL: [Self; 5] = [Self::Etag, Self::Equal, Self::Changed, Self::Ill, Self::News];
}

/// The far side as its parent sees it.
pub struct Mock {
    child: Child,
    pub port: u16,
}

impl Drop for Mock {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Mock {
    pub fn start() -> Self {
        let program = std::env::current_exe().unwrap();
        let mut child = Command::new(program).arg("mock").stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        Self { child, port: line.trim().parse().unwrap() }
    }

    pub fn page(&self, vendor: usize) -> Url {
        let host = Ipv4Addr::from(u32::from(Ipv4Addr::new(127, 1, 0, 1)) + u32::try_from(vendor).unwrap());
        format!("http://{host}:{}/", self.port).parse().unwrap()
    }

    pub async fn set(&self, mode: Mode) {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).await.unwrap();
        let place = Mode::ALL.iter().position(|one| *one == mode).unwrap();
        stream.write_all(format!("GET /mode/{place} HTTP/1.1\r\nconnection: close\r\n\r\n").as_bytes()).await.unwrap();
        let mut said = Vec::new();
        stream.read_to_end(&mut said).await.unwrap();
        assert!(said.starts_with(b"HTTP/1.1 200"));
    }
}

struct Pages {
    mode: AtomicU8,
    /// How often each page was asked for, by the address it stands at.
    served: Mutex<HashMap<Ipv4Addr, u64>>,
    quiet: String,
    ill: String,
    history: String,
}

/// Serves until it is killed.
pub async fn serve() {
    let listener = TcpListener::bind("0.0.0.0:0").await.unwrap();
    println!("{}", listener.local_addr().unwrap().port());
    let page = json!({"id": "synthetic000", "name": "Synthetic", "url": "https://status.example.org"});
    let pages = Arc::new(Pages {
        mode: AtomicU8::new(0),
        served: Mutex::default(),
        quiet: summary(None).to_string(),
        ill: summary(Some("synthetic999")).to_string(),
        history: json!({"page": page, "incidents": []}).to_string(),
    });
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        let pages = Arc::clone(&pages);
        tokio::spawn(async move { answer(stream, &pages).await });
    }
}

async fn answer(mut stream: TcpStream, pages: &Pages) -> Option<()> {
    let _ = stream.set_nodelay(true);
    let SocketAddr::V4(own) = stream.local_addr().ok()? else { return None };
    let page = *own.ip();
    let mut head = Vec::new();
    loop {
        head.clear();
        while !head.ends_with(b"\r\n\r\n") {
            let mut part = [0; 2048];
            let read = stream.read(&mut part).await.ok().filter(|read| *read > 0)?;
            head.extend_from_slice(&part[..read]);
        }
        let head = String::from_utf8_lossy(&head).to_ascii_lowercase();
        stream.write_all(pages.response(&head, page).as_bytes()).await.ok()?;
        if head.contains("connection: close") {
            return stream.shutdown().await.ok();
        }
    }
}

impl Pages {
    fn response(&self, head: &str, page: Ipv4Addr) -> String {
        if let Some((_, place)) = head.split_once("get /mode/") {
            self.mode.store(place.as_bytes()[0] - b'0', Ordering::SeqCst);
            return ok("", "");
        }
        let mode = Mode::ALL[usize::from(self.mode.load(Ordering::SeqCst))];
        if head.starts_with("get /api/v2/incidents.json") {
            return ok("", &self.history);
        }
        let n = self.count(page);
        match mode {
            Mode::Etag if head.contains("if-none-match: \"one\"") => {
                "HTTP/1.1 304 Not Modified\r\netag: \"one\"\r\n\r\n".to_owned()
            }
            Mode::Etag => ok("etag: \"one\"\r\n", &self.quiet),
            Mode::Equal => ok("", &self.quiet),
            Mode::Changed => ok("", &self.quiet.replacen(TIME, &format!("2026-11-22T11:31:00.{n:09}Z"), 3)),
            Mode::Ill => ok("", &self.ill),
            Mode::News => {
                let impact = ["\"impact\":\"critical\"", "\"impact\":\"minor\""][usize::from(n.is_multiple_of(2))];
                ok("", &self.ill.replacen("\"impact\":\"major\"", impact, 1))
            }
        }
    }

    fn count(&self, page: Ipv4Addr) -> u64 {
        let mut served = self.served.lock().unwrap();
        let count = served.entry(page).or_default();
        *count += 1;
        *count
    }
}

fn ok(header: &str, body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n{header}content-length: {}\r\n\r\n{body}", body.len())
}
