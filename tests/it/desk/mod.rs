//! From the desk, over real HTTP on loopback: who may do what, how one signs in, and what acts lead to.

mod acts;
mod api;
mod gate;
mod own;
mod sign_in;
mod sources;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use bellwether::clock::Clock;
use bellwether::model::account::{Name, Role, Scope};
use bellwether::model::audit::By;
use bellwether::pipeline::accounts;
use bellwether::pipeline::settle::Happened;
use bellwether::web::token::Token;
use bellwether::web::{self, App};
use jiff::{SignedDuration, Timestamp};
use metrics_exporter_prometheus::PrometheusBuilder;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{broadcast, mpsc, watch};
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::support::hospital::{Hospital, noon};

pub const TOKEN: &str = "canary-token-of-the-tests";
pub const PASSWORD: &str = "canary violin gravel spoon";

/// A hospital whose pages are served.
pub struct Site {
    pub at: SocketAddr,
    pub hospital: Hospital,
    pub clock: Clock,
    pub acts: Mutex<mpsc::Receiver<Happened>>,
    _compiled: watch::Sender<Arc<bellwether::pipeline::compiled::Compiled>>,
    _stop: DropGuard,
}

/// An answer, as it came over the wire.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Answer {
    pub fn header(&self, name: &'static str) -> Option<&str> {
        self.headers(name).next()
    }

    pub fn headers(&self, name: &'static str) -> impl Iterator<Item = &str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(':'));
        lines.filter(move |(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|e| panic!("{e}: {}", self.body))
    }

    /// The value of a hidden field.
    pub fn hidden(&self, name: &str) -> String {
        let from = format!("name=\"{name}\" value=\"");
        let at = self.body.find(&from).unwrap_or_else(|| panic!("no field {name}: {}", self.body)) + from.len();
        self.body[at..].split('"').next().unwrap().to_owned()
    }
}

impl Site {
    pub async fn open(token: Option<&str>) -> Self {
        Self::of(Hospital::open(true).await, token).await
    }

    pub async fn of(hospital: Hospital, token: Option<&str>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap();
        let (compiled, receiver) = watch::channel(hospital.compiled.clone());
        let (told, acts) = mpsc::channel(256);
        let clock = Clock::standing(noon());
        let app = Arc::new(App {
            store: hospital.store.clone(),
            compiled: receiver,
            condition: watch::channel(bellwether::model::condition::Condition::default()).1,
            beat: broadcast::channel(16).0,
            acts: told,
            token: Token::demanded(at, token).unwrap(),
            metrics: PrometheusBuilder::new().build_recorder().handle(),
            started: noon() - SignedDuration::from_mins(1),
            clock: clock.clone(),
        });
        let stop = CancellationToken::new();
        tokio::spawn(web::serve(listener, app, stop.clone()));
        Self { at, hospital, clock, acts: Mutex::new(acts), _compiled: compiled, _stop: stop.drop_guard() }
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A one-time link for a new account.
    pub async fn invite(&self, name: &str, role: Role) -> String {
        let name = Name::parse(name).unwrap();
        let by = By::terminal("test");
        let link = accounts::add(&self.hospital.store, &name, role, &by, self.now()).await.unwrap();
        link.reveal().to_owned()
    }

    /// A browser that is signed in. There is always an admin beside it.
    pub async fn signed_in(&self, name: &str, role: Role) -> Browser<'_> {
        if role != Role::Admin && !self.hospital.store.has_accounts().await.unwrap() {
            self.invite("first admin", Role::Admin).await;
        }
        let link = self.invite(name, role).await;
        let browser = Browser::new(self);
        let path = format!("/link/{link}");
        let answer = browser.fill(&path, &path, &[("password", PASSWORD), ("again", PASSWORD)]).await;
        assert_eq!(answer.status, 303, "{}", answer.body);
        browser
    }

    pub async fn token(&self, name: &str, scope: Scope) -> String {
        let name = Name::parse(name).unwrap();
        let by = By::terminal("test");
        let made = accounts::add_token(&self.hospital.store, &name, scope, None, &by, self.now()).await.unwrap();
        made.1.reveal().to_owned()
    }

    /// What is in the audit, the newest first: `signed_in ada`.
    pub async fn audit(&self) -> Vec<String> {
        let lines = self.hospital.store.audit(i64::MAX, None, 1_000).await.unwrap();
        lines.iter().map(|line| format!("{} {}", line.deed, line.about)).collect()
    }

    /// One request on a connection of its own, by hand: nothing is followed, nothing is added.
    pub async fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut stream = TcpStream::connect(self.at).await.unwrap();
        let mut request =
            format!("{method} {path} HTTP/1.1\r\nconnection: close\r\ncontent-length: {}\r\n", body.len());
        if !headers.iter().any(|(name, _)| *name == "host") {
            request.push_str(&format!("host: {}\r\n", self.at));
        }
        for (name, value) in headers {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        request.push_str(&format!("\r\n{body}"));
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).await.unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let is_chunked = head.to_lowercase().contains("transfer-encoding: chunked");
        Answer { status, head: head.to_owned(), body: if is_chunked { unchunked(body) } else { body.into() } }
    }

    pub async fn json(&self, method: &str, path: &str, token: &str, body: &str) -> Answer {
        let bearer = format!("Bearer {token}");
        let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
        self.ask(method, path, &headers, body).await
    }
}

fn unchunked(body: &str) -> String {
    let (mut rest, mut whole) = (body.as_bytes(), Vec::new());
    while let Some(end) = rest.windows(2).position(|w| w == b"\r\n") {
        let size = usize::from_str_radix(std::str::from_utf8(&rest[..end]).unwrap().trim(), 16).unwrap();
        if size == 0 {
            break;
        }
        whole.extend_from_slice(&rest[end + 2..end + 2 + size]);
        rest = &rest[end + 4 + size..];
    }
    String::from_utf8_lossy(&whole).into_owned()
}

/// What a browser does: it keeps cookies, and says where a request comes from.
pub struct Browser<'a> {
    site: &'a Site,
    cookies: Mutex<Vec<(String, String)>>,
}

pub fn encoded(fields: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

impl<'a> Browser<'a> {
    pub fn new(site: &'a Site) -> Self {
        Self { site, cookies: Mutex::default() }
    }

    pub fn cookie(&self) -> String {
        let cookies = self.cookies.lock().unwrap();
        cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    fn keep(&self, answer: &Answer) {
        let mut cookies = self.cookies.lock().unwrap();
        for set in answer.headers("set-cookie") {
            let (name, value) = set.split(';').next().unwrap().split_once('=').unwrap();
            cookies.retain(|(kept, _)| kept != name);
            if !set.contains("Max-Age=0") {
                cookies.push((name.to_owned(), value.to_owned()));
            }
        }
    }

    pub async fn get(&self, path: &str) -> Answer {
        let answer = self.site.ask("GET", path, &[("cookie", &self.cookie())], "").await;
        self.keep(&answer);
        answer
    }

    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let headers = [
            ("cookie", self.cookie()),
            ("content-type", "application/x-www-form-urlencoded".to_owned()),
            ("sec-fetch-site", "same-origin".to_owned()),
        ];
        let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let answer = self.site.ask("POST", path, &headers, &encoded(fields)).await;
        self.keep(&answer);
        answer
    }

    /// Loads a form and sends it, with its hidden token.
    pub async fn fill(&self, page: &str, to: &str, fields: &[(&str, &str)]) -> Answer {
        let form = self.get(page).await;
        let token = form.hidden("form");
        let mut all = vec![("form", token.as_str())];
        all.extend(fields);
        self.post(to, &all).await
    }

    /// The same as a form that is confirmed: seen what it does, then done.
    pub async fn confirm(&self, page: &str, fields: &[(&str, &str)]) -> Answer {
        let form = self.get(page).await;
        let (token, key) = (form.hidden("form"), form.hidden("key"));
        let mut all = vec![("form", token.as_str()), ("key", key.as_str()), ("step", "do")];
        all.extend(fields);
        self.post(page, &all).await
    }
}
