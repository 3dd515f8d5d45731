//! Our own delay: from an answer that was read to the acceptance of the webhook that tells of it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bellwether::model::vendor::Source;
use bellwether::pipeline::look::Memory;
use bellwether::pipeline::poll_once;
use futures_util::StreamExt;
use jiff::Timestamp;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::installation::{Installation, Running, WORKERS};
use crate::mock::{Mock, Mode};
use crate::support::{Size, Wants};

/// When which source's answer was read, and how long after it each webhook came.
#[derive(Clone, Default)]
pub struct Moments {
    answered: Arc<Mutex<HashMap<String, Instant>>>,
    accepted: Arc<Mutex<Vec<Accepted>>>,
}

#[derive(Debug, Clone, Copy)]
struct Accepted {
    at: Instant,
    after: Duration,
}

impl Moments {
    pub fn answered(&self, source: &Source) {
        self.answered.lock().unwrap().insert(source.id.to_string(), Instant::now());
    }

    fn forget(&self) {
        self.accepted.lock().unwrap().clear();
    }

    fn accepted(&self) -> Vec<Accepted> {
        self.accepted.lock().unwrap().clone()
    }

    fn accept(&self, body: &[u8]) {
        let body: Value = serde_json::from_slice(body).unwrap();
        let at = Instant::now();
        let source = body["topics"][0]["source"].as_str().unwrap();
        let answered = self.answered.lock().unwrap()[source];
        self.accepted.lock().unwrap().push(Accepted { at, after: at.duration_since(answered) });
    }

    /// The receivers of all webhooks.
    pub async fn listen(&self) -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let moments = self.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let moments = moments.clone();
                tokio::spawn(async move { receive(BufReader::new(stream), &moments).await });
            }
        });
        port
    }
}

async fn receive(mut stream: BufReader<TcpStream>, moments: &Moments) -> Option<()> {
    let _ = stream.get_ref().set_nodelay(true);
    let (mut line, mut length) = (String::new(), 0);
    loop {
        line.clear();
        stream.read_line(&mut line).await.ok().filter(|read| *read > 0)?;
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        if line == "\r\n" {
            let mut body = vec![0; length];
            stream.read_exact(&mut body).await.ok()?;
            moments.accept(&body);
            stream.get_mut().write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await.ok()?;
        }
    }
}

/// An organisation in which each vendor's change is told to one receiver.
const fn told(vendors: usize) -> Size {
    Size { vendors, services: 1_000, subscriptions: vendors, wants: Wants::OneVendor }
}

/// Ten changes a second, by the loops as they run.
pub async fn one_by_one() {
    let (sources, every) = (200, Duration::from_secs(20));
    let mock = Mock::start();
    let installation = Installation::new(&mock, told(sources), 50, every).await;
    let running = installation.watch();
    running.all_were_looked_at(sources, Duration::ZERO).await;
    mock.set(Mode::News).await;
    tokio::time::sleep(every).await;
    installation.moments.forget();
    tokio::time::sleep(every).await;
    println!("own delay, {}", quantiles(&installation.moments.accepted()));
    running.stop().await;
}

/// A thousand changes at once: to fifty receivers, and to one.
pub async fn at_once() {
    for receivers in [50, 1] {
        let mock = Mock::start();
        let installation = Installation::new(&mock, told(1_000), receivers, Duration::from_secs(3_600)).await;
        let running = installation.watch();
        running.all_were_looked_at(1_000, Duration::from_secs(1)).await;
        mock.set(Mode::Ill).await;
        let began = Instant::now();
        look_at_all(&installation, &running).await;
        let looked = began.elapsed();
        while installation.moments.accepted().len() < 1_000 && began.elapsed() < Duration::from_secs(60) {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let accepted = installation.moments.accepted();
        let last = accepted.iter().map(|a| a.at).max().unwrap();
        println!(
            "1,000 changes at once to {receivers} receivers: taken in after {looked:?}, all told after {:?}; {}",
            last - began,
            quantiles(&accepted)
        );
        running.stop().await;
    }
}

/// One look at each source by as many workers as there are.
async fn look_at_all(installation: &Installation, running: &Running) {
    let looks = installation.compiled.sources.values().map(|source| async {
        let mut memory = Memory::default();
        let Installation { store, compiled, ask, .. } = installation;
        poll_once(store, compiled, source, &mut memory, &**ask, Timestamp::now()).await.unwrap();
        running.woken.notify_one();
    });
    futures_util::stream::iter(looks).buffer_unordered(WORKERS).collect::<Vec<()>>().await;
}

fn quantiles(accepted: &[Accepted]) -> String {
    let mut after: Vec<Duration> = accepted.iter().map(|a| a.after).collect();
    after.sort();
    let at = |part: usize| after.get(after.len() * part / 100).copied().unwrap_or_default();
    format!("{} webhooks: median {:?}, 90th {:?}, 99th {:?}", after.len(), at(50), at(90), at(99))
}
