//! `fetch` against servers that misbehave. F60 to F70, F89 and S01 to S13 of the fault catalogue.

use std::net::SocketAddr;
use std::time::Duration;

use bellwether::fetch::{Fetched, Fetcher, Settings, Validators};
use bellwether::model::snapshot::Unreadable;
use bellwether::normalize::{Body, Request};
use tokio::net::TcpSocket;
use url::Url;

use crate::support::hostile::{Act, Asked, Hostile, answer, head, header};

mod addresses;
mod answers;
mod bodies;
mod conditional;
mod hostile_urls;
mod proxy;
mod redirects;
mod tls;

/// A small deadline for servers that never end, and one that a busy machine does not miss for the others.
const SHORT: Duration = Duration::from_secs(1);
const LONG: Duration = Duration::from_secs(60);

fn settings() -> Settings {
    rustls::crypto::ring::default_provider().install_default().ok();
    Settings {
        user_agent: "Bellwether/0.1 (+ops@hospital.example)".into(),
        total_deadline: LONG,
        connect_deadline: LONG,
        allow_private: vec!["127.0.0.1/32".parse().unwrap()],
        ..Settings::default()
    }
}

fn fetcher() -> Fetcher {
    Fetcher::new(settings()).unwrap()
}

fn impatient() -> Fetcher {
    Fetcher::new(Settings { total_deadline: SHORT, ..settings() }).unwrap()
}

fn ask(url: Url) -> Request {
    Request { role: "summary", url, accept: "application/json" }
}

async fn get(fetcher: &Fetcher, url: Url) -> Result<Fetched, Unreadable> {
    fetcher.fetch(&ask(url), None).await
}

fn body(fetched: Fetched) -> Body {
    match fetched {
        Fetched::Body { body, .. } => body,
        Fetched::NotModified => panic!("not modified"),
    }
}

/// What came of one request to a server that always does the same.
async fn of(fetcher: &Fetcher, acts: Vec<Act>) -> Result<Fetched, Unreadable> {
    let server = Hostile::new(move |_| acts.clone()).await;
    get(fetcher, server.url("/")).await
}

/// The bytes of an answer, then the end of the connection.
async fn of_bytes(bytes: impl Into<Vec<u8>>) -> Result<Fetched, Unreadable> {
    of(&fetcher(), vec![Act::Send(bytes.into()), Act::Close]).await
}

#[track_caller]
fn unreachable_because(outcome: Result<Fetched, Unreadable>, words: &str) {
    match outcome {
        Err(Unreadable::Unreachable(why)) => assert!(why.contains(words), "{why}"),
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn cut_short_because(outcome: Result<Fetched, Unreadable>, words: &str) {
    match outcome {
        Err(Unreadable::CutShort(why)) => assert!(why.contains(words), "{why}"),
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn unexpected_because(outcome: Result<Fetched, Unreadable>, words: &str) {
    match outcome {
        Err(Unreadable::Unexpected(why)) => assert!(why.contains(words), "{why}"),
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn not_allowed_because(outcome: Result<Fetched, Unreadable>, words: &str) {
    match outcome {
        Err(Unreadable::NotAllowed(why)) => assert!(why.contains(words), "{why}"),
        other => panic!("{other:?}"),
    }
}

/// A port that nobody else gets and nobody listens at, as long as the socket lives.
fn closed_port() -> (TcpSocket, SocketAddr) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = socket.local_addr().unwrap();
    (socket, address)
}
