//! The pages and the API over real HTTP on loopback, filled by the real pipeline.

mod access;
mod api;
mod deliveries;
mod doubt;
mod first;
mod incident;
mod maintenance;
mod moved;
mod operations;
mod policy;
mod show;
mod sources;
mod stream;
mod vendor;
mod wall;
mod why;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bellwether::clock::Clock;
use bellwether::store::known::Seen;
use bellwether::store::outbox::{Frozen, Tried};
use bellwether::web::token::Token;
use bellwether::web::{self, App, Beat};
use jiff::{SignedDuration, Timestamp};
use metrics_exporter_prometheus::PrometheusBuilder;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{broadcast, watch};
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::support::client::{self, Answer};
use crate::support::hospital::{Hospital, incident, maintenance, noon, page, well};

const TOKEN: &str = "canary-token-of-the-tests";
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'";

/// The pages being served; they end with it.
struct Served {
    at: SocketAddr,
    beat: broadcast::Sender<Beat>,
    _compiled: watch::Sender<Arc<bellwether::pipeline::compiled::Compiled>>,
    _stop: DropGuard,
}

impl Served {
    async fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, &[], "").await
    }

    /// How many octets travel for a page and what it needs, as a browser asks for them.
    async fn octets(&self, paths: &[&str]) -> usize {
        let mut octets = 0;
        for path in paths {
            let mut stream = TcpStream::connect(self.at).await.unwrap();
            let request = format!(
                "GET {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\naccept-encoding: gzip\r\n\r\n",
                self.at
            );
            stream.write_all(request.as_bytes()).await.unwrap();
            let mut bytes = Vec::new();
            octets += stream.read_to_end(&mut bytes).await.unwrap();
            assert!(bytes.starts_with(b"HTTP/1.1 200"), "{path}");
        }
        octets
    }

    /// One request on a connection of its own.
    async fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        client::ask(self.at, method, path, headers, body).await
    }

    /// The stream, read until `until` has come.
    async fn stream(&self, headers: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.at).await.unwrap();
        let request = format!("GET /events HTTP/1.1\r\nhost: {}\r\n{headers}\r\n", self.at);
        stream.write_all(request.as_bytes()).await.unwrap();
        stream
    }
}

async fn serve(hospital: &Hospital, token: Option<&str>) -> Served {
    serve_on("127.0.0.1:0", hospital, token, noon).await
}

async fn serve_on(listen: &str, hospital: &Hospital, token: Option<&str>, clock: fn() -> Timestamp) -> Served {
    serve_with(listen, hospital, |at| Token::demanded(at, token).unwrap(), clock).await
}

async fn serve_with(
    listen: &str,
    hospital: &Hospital,
    token: impl FnOnce(SocketAddr) -> Option<Token>,
    clock: fn() -> Timestamp,
) -> Served {
    let listener = TcpListener::bind(listen).await.unwrap();
    let at = listener.local_addr().unwrap();
    let (beat, _) = broadcast::channel(16);
    let (compiled, receiver) = watch::channel(hospital.compiled.clone());
    let app = Arc::new(App {
        store: hospital.store.clone(),
        compiled: receiver,
        ways: watch::channel(Arc::new(crate::support::ways::to(Vec::new(), &[]))).1,
        condition: watch::channel(bellwether::model::condition::Condition::default()).1,
        acts: tokio::sync::mpsc::channel(64).0,
        beat: beat.clone(),
        token: token(at),
        metrics: PrometheusBuilder::new().build_recorder().handle(),
        started: clock() - SignedDuration::from_mins(1),
        clock: Clock::standing(clock()),
    });
    let stop = CancellationToken::new();
    tokio::spawn(web::serve(listener, app, stop.clone()));
    Served { at, beat, _compiled: compiled, _stop: stop.drop_guard() }
}

async fn read_until(stream: &mut TcpStream, until: &str) -> String {
    let mut text = String::new();
    let reading = async {
        let mut buffer = [0; 4096];
        while !text.contains(until) {
            let n = stream.read(&mut buffer).await.unwrap();
            assert!(n > 0, "the stream ended: {text}");
            text.push_str(&String::from_utf8_lossy(&buffer[..n]));
        }
    };
    let came = tokio::time::timeout(Duration::from_secs(20), reading).await;
    assert!(came.is_ok(), "{until:?} did not come: {text}");
    text
}

fn ago(minutes: i64) -> Timestamp {
    noon() - SignedDuration::from_mins(minutes)
}

const WORDS: [&str; 2] = [
    "We are looking into failed sign-ins.",
    "The cause is a certificate that ran out. A new one is being rolled out region by region; a part of the sign-ins still fails until that is done.",
];

/// All vendors are well, then two of them are not: one hurts us by two ways, the other does not.
async fn storm(tells: bool) -> Hospital {
    let hospital = Hospital::open(tells).await;
    hospital.says("keyring", well(&["Single sign-on US", "Directory"]));
    hospital.says("ringway", well(&["Trunks"]));
    let ahead =
        maintenance("mt1", "Synthetic: new disks", "2026-07-18T04:00:00Z", "2026-07-18T05:30:00Z", "SQL Database");
    hospital.says("skyward", page(&["SQL Database", "Object storage", "Queues"], json!([]), json!([ahead])));
    hospital.look(ago(300)).await;
    let down =
        incident("kr1", "Synthetic: sign-ins fail", "critical", Some(("Single sign-on US", "major_outage")), WORDS);
    hospital.says("keyring", page(&["Single sign-on US", "Directory"], json!([down]), json!([])));
    let slow = incident("sk1", "Synthetic: queues are slow", "minor", Some(("Queues", "degraded_performance")), WORDS);
    let ahead =
        maintenance("mt1", "Synthetic: new disks", "2026-07-18T04:00:00Z", "2026-07-18T05:30:00Z", "SQL Database");
    hospital.says("skyward", page(&["SQL Database", "Object storage", "Queues"], json!([slow]), json!([ahead])));
    hospital.look(ago(230)).await;
    hospital.look(ago(0)).await;
    hospital
}

async fn quiet() -> Hospital {
    let hospital = Hospital::open(true).await;
    for (vendor, components) in [
        ("keyring", vec!["Single sign-on US"]),
        ("ringway", vec!["Trunks"]),
        ("skyward", vec!["SQL Database", "Object storage"]),
    ] {
        hospital.says(vendor, well(&components));
    }
    hospital.look(ago(0)).await;
    hospital
}

fn in_order(page: &str, parts: &[&str]) {
    let mut from = 0;
    for part in parts {
        let at =
            page[from..].find(part).unwrap_or_else(|| panic!("{part:?} is missing, or stands too early, in:\n{page}"));
        from += at + part.len();
    }
}

/// The first message, refused once and then taken.
async fn deliver(hospital: &Hospital) {
    let due = hospital.store.claim("t", 10, &[], ago(-10), ago(0)).await.unwrap();
    let id = &due[0].notification.id;
    let frozen = Frozen { subject: "[DOWN] EHR: Keyring".into(), bytes: vec![1] };
    hospital.store.freeze(id, &frozen).await.unwrap();
    let again = Tried::Again { due: ago(-1), reason: "HTTP 503".into() };
    hospital.store.mark(id, &again, ago(0)).await.unwrap();
    hospital.store.mark(id, &Tried::Delivered { answer: "HTTP 202".into() }, ago(-1)).await.unwrap();
}

async fn served_incident(hospital: &Hospital) -> String {
    let served = serve(hospital, None).await;
    let all = served.get("/api/v1/incidents?vendor=keyring").await.json();
    all["incidents"][0]["id"].as_str().unwrap().to_owned()
}

/// Two hundred incidents that hurt us at once.
async fn crowd() -> Hospital {
    let hospital = quiet().await;
    let many: Vec<Value> = (0..200)
        .map(|n| incident(&format!("rw{n}"), &format!("Synthetic: trunk {n} is noisy"), "major", None, WORDS))
        .collect();
    hospital.says("ringway", page(&["Trunks"], json!(many), json!([])));
    hospital.look(ago(0)).await;
    hospital
}

/// A vendor with a past of forty days: two outages that are over, a day on which nobody could read it, and one that is
/// open now, whose text was edited and whose next word is overdue.
async fn past() -> Hospital {
    let hospital = Hospital::open(true).await;
    let names = ["Single sign-on US", "Single sign-on EU", "Directory", "Workflows"];
    hospital.says("ringway", well(&["Trunks"]));
    hospital.says("skyward", well(&["SQL Database", "Object storage", "Queues"]));
    hospital.says("keyring", well(&names));
    hospital.look(ago(40 * 1_440)).await;
    let outages = [
        (30 * 1_440, 200, "critical", "major_outage", "Single sign-on US", "Synthetic: nobody can sign in"),
        (4 * 1_440, 400, "minor", "degraded_performance", "Workflows", "Synthetic: workflows are late"),
    ];
    for (n, (begins, lasts, impact, status, name, title)) in outages.into_iter().enumerate() {
        let mut one = incident(&format!("past{n}"), title, impact, Some((name, status)), WORDS);
        one["started_at"] = json!(ago(begins).to_string());
        one["created_at"] = json!(ago(begins - 25).to_string());
        one["incident_updates"][1]["display_at"] = json!(ago(begins - 25).to_string());
        one["incident_updates"][0]["display_at"] = json!(ago(begins - 60).to_string());
        hospital.says("keyring", page(&names, json!([one]), json!([])));
        hospital.look(ago(begins - 26)).await;
        hospital.says("keyring", well(&names));
        for minutes in [0, 5, 10, 15] {
            hospital.look(ago(begins - lasts - minutes)).await;
        }
    }
    was_read(&hospital).await;
    now_down(&hospital, &names).await;
    hospital
}

/// That the sources were read every half hour, but for one day.
async fn was_read(hospital: &Hospital) {
    let half_hours = (0..40 * 48).rev().map(|n| n * 30).filter(|m| !(14_400..15_840).contains(m));
    let sources: Vec<_> = hospital.compiled.sources.keys().collect();
    let seen = half_hours.flat_map(|m| sources.iter().map(move |s| (m, *s)));
    let seen: Vec<Seen> = seen
        .map(|(m, source)| Seen { source: source.clone(), look: ago(m), good: Some(ago(m)), next: None, moved: false })
        .collect();
    hospital.store.put_seen(&seen).await.unwrap();
}

async fn now_down(hospital: &Hospital, names: &[&str]) {
    let began = [
        "We see failed sign-ins. Next update within 30 minutes.",
        "The cause is known: a certificate ran out. Next update within 60 minutes.",
    ];
    let named = Some(("Single sign-on US", "partial_outage"));
    let mut open = incident("kr9", "Synthetic: sign-ins fail", "major", named, began);
    hospital.says("keyring", page(names, json!([open]), json!([])));
    hospital.look(ago(210)).await;
    open["incident_updates"][1]["body"] =
        json!("Since 18:38 UTC sign-ins fail in the US. Next update within two hours.");
    let (from, until) = ("2026-07-18T04:00:00Z", "2026-07-18T05:30:00Z");
    let ahead = maintenance("mt2", "Synthetic: new certificates", from, until, "Single sign-on EU");
    hospital.says("keyring", page(names, json!([open]), json!([ahead])));
    for minutes in [150, 0] {
        hospital.look(ago(minutes)).await;
    }
}
