//! Our own delay: from an answer that was read to the acceptance of the webhook or the mail that tells of it.

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
use tokio::sync::Notify;

use crate::installation::{Installation, WORKERS};
use crate::mock::{Mock, Mode};
use crate::support::{Size, Wants, source_id};

/// When which source's answer was read, and how long after it each webhook came.
#[derive(Clone, Default)]
pub struct Moments {
    answered: Arc<Mutex<HashMap<String, Instant>>>,
    accepted: Arc<Mutex<Vec<Accepted>>>,
}

/// How the far sides of receivers are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Far {
    /// Webhooks, all of them well.
    Hooks,
    /// Webhooks, each second of which takes a request and never answers.
    HalfHung,
    /// Mails by one relay.
    Mails,
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
        self.accept_of(body["topics"][0]["source"].as_str().unwrap());
    }

    /// A mail names its vendor in its subject.
    fn accept_mail(&self, subject: &str) {
        let number = subject.rsplit("Vendor ").next().unwrap();
        let number: usize = number.chars().take_while(char::is_ascii_digit).collect::<String>().parse().unwrap();
        self.accept_of(source_id(number).as_str());
    }

    fn accept_of(&self, source: &str) {
        let at = Instant::now();
        let answered = self.answered.lock().unwrap()[source];
        self.accepted.lock().unwrap().push(Accepted { at, after: at.duration_since(answered) });
    }

    /// The far sides of all receivers: the port of the webhooks', or of the relay.
    pub async fn listen(&self, far: Far) -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let moments = self.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (moments, stream) = (moments.clone(), BufReader::new(stream));
                tokio::spawn(async move {
                    let _ = stream.get_ref().set_nodelay(true);
                    match far {
                        Far::Hooks | Far::HalfHung => receive(stream, &moments, far == Far::HalfHung).await,
                        Far::Mails => relay(stream, &moments).await,
                    }
                });
            }
        });
        port
    }

    /// Until so many were accepted, or for two minutes.
    async fn reach(&self, count: usize) -> Vec<Accepted> {
        let began = Instant::now();
        while self.accepted.lock().unwrap().len() < count && began.elapsed() < Duration::from_secs(120) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        self.accepted()
    }
}

/// A mail server that takes everything.
async fn relay(mut stream: BufReader<TcpStream>, moments: &Moments) -> Option<()> {
    let (mut line, mut subject, mut is_mail) = (String::new(), String::new(), false);
    stream.get_mut().write_all(b"220 sink\r\n").await.ok()?;
    loop {
        line.clear();
        stream.read_line(&mut line).await.ok().filter(|read| *read > 0)?;
        let answer: &[u8] = match (is_mail, line.trim_end()) {
            (true, ".") => {
                moments.accept_mail(&subject);
                is_mail = false;
                b"250 taken\r\n"
            }
            (true, text) => {
                if text.starts_with("Subject:") || text.starts_with(' ') && subject.is_empty() {
                    text.clone_into(&mut subject);
                } else if text.starts_with(' ') && !subject.contains("Vendor ") {
                    subject.push_str(text);
                }
                continue;
            }
            (false, "DATA") => {
                (is_mail, subject) = (true, String::new());
                b"354 go on\r\n"
            }
            (false, "QUIT") => return stream.get_mut().write_all(b"221 bye\r\n").await.ok(),
            (false, _) => b"250 fine\r\n",
        };
        stream.get_mut().write_all(answer).await.ok()?;
    }
}

async fn receive(mut stream: BufReader<TcpStream>, moments: &Moments, is_half_hung: bool) -> Option<()> {
    let (mut line, mut length) = (String::new(), 0);
    loop {
        line.clear();
        stream.read_line(&mut line).await.ok().filter(|read| *read > 0)?;
        if let Some(number) = line.strip_prefix("POST /").and_then(|rest| rest.split(' ').next())
            && is_half_hung
            && !number.parse::<usize>().unwrap().is_multiple_of(2)
        {
            std::future::pending::<()>().await;
        }
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

/// Ten changes a second, by the loops as they run: webhooks, mails, and webhooks beside as many that hang.
pub async fn one_by_one() {
    for (far, what) in
        [(Far::Hooks, "webhooks"), (Far::Mails, "mails"), (Far::HalfHung, "webhooks beside as many that hang")]
    {
        let (sources, every) = (200, Duration::from_secs(20));
        let mock = Mock::start();
        let installation = Installation::to(far, &mock, told(sources), 50, every).await;
        let running = installation.watch();
        running.all_were_looked_at(sources, Duration::ZERO).await;
        mock.set(Mode::News).await;
        tokio::time::sleep(every).await;
        installation.moments.forget();
        tokio::time::sleep(every).await;
        println!("own delay, {what}: {}", quantiles(&installation.moments.accepted()));
        running.stop().await;
    }
}

/// Two hundred changes told to fifty receivers each while nobody delivers, then all ten thousand messages.
pub async fn queued() {
    for (far, what) in [(Far::Hooks, "webhooks"), (Far::Mails, "mails")] {
        let (vendors, receivers) = (200, 50);
        let size = Size { vendors, services: vendors, subscriptions: receivers, wants: Wants::Everything };
        let mock = Mock::start();
        let installation = Installation::to(far, &mock, size, receivers, Duration::from_secs(3_600)).await;
        look_at_all(&installation, &Notify::new()).await;
        mock.set(Mode::Ill).await;
        look_at_all(&installation, &Notify::new()).await;
        let began = Instant::now();
        let running = installation.deliver();
        let accepted = installation.moments.reach(vendors * receivers).await;
        println!("{} queued {what} were accepted after {:?}", accepted.len(), began.elapsed());
        running.stop().await;
    }
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
        look_at_all(&installation, &running.woken).await;
        let looked = began.elapsed();
        let accepted = installation.moments.reach(1_000).await;
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
async fn look_at_all(installation: &Installation, woken: &Notify) {
    let looks = installation.compiled.sources.values().map(|source| async {
        let mut memory = Memory::default();
        let Installation { store, compiled, ask, .. } = installation;
        poll_once(store, compiled, source, &mut memory, &**ask, Timestamp::now()).await.unwrap();
        woken.notify_one();
    });
    futures_util::stream::iter(looks).buffer_unordered(WORKERS).collect::<Vec<()>>().await;
}

fn quantiles(accepted: &[Accepted]) -> String {
    let mut after: Vec<Duration> = accepted.iter().map(|a| a.after).collect();
    after.sort();
    let at = |part: usize| after.get(after.len() * part / 100).copied().unwrap_or_default();
    format!("{} accepted: median {:?}, 90th {:?}, 99th {:?}", after.len(), at(50), at(90), at(99))
}
