//! From the desk, over real HTTP on loopback: who may do what, how one signs in, and what acts lead to.

mod acts;
mod api;
mod care;
mod gate;
mod own;
mod own_ways;
mod sign_in;
mod silences;
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
use tokio::net::TcpListener;
use tokio::sync::{broadcast, mpsc, watch};
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::support::client::{self, Answer};
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

impl Site {
    pub async fn open(token: Option<&str>) -> Self {
        Self::of(Hospital::open(true).await, token).await
    }

    pub async fn of(hospital: Hospital, token: Option<&str>) -> Self {
        Self::with(hospital, token, crate::support::ways::to(Vec::new(), &[])).await
    }

    pub async fn with(hospital: Hospital, token: Option<&str>, ways: bellwether::pipeline::deliver::Ways) -> Self {
        let ways = watch::channel(Arc::new(ways)).1;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap();
        let (compiled, receiver) = watch::channel(hospital.compiled.clone());
        let (told, acts) = mpsc::channel(256);
        let clock = Clock::standing(noon());
        let app = Arc::new(App {
            store: hospital.store.clone(),
            compiled: receiver,
            ways,
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

    /// One request on a connection of its own.
    pub async fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        client::ask(self.at, method, path, headers, body).await
    }

    pub async fn json(&self, method: &str, path: &str, token: &str, body: &str) -> Answer {
        let bearer = format!("Bearer {token}");
        let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
        self.ask(method, path, &headers, body).await
    }
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
