//! A receiver of webhooks on loopback that answers what it is told, octet by octet, and keeps what it was sent.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use url::Url;

/// What the receiver does with a request.
#[derive(Debug, Clone)]
pub enum Answer {
    /// Says this and closes.
    Says(String),
    /// Says this, then drips octets for ever.
    Drips(String),
    /// Says nothing and keeps the connection.
    Silence,
    /// Closes.
    Closes,
    /// Says these in turn, and closes after each.
    Turns(Vec<String>),
}

/// A request as it came; the names of headers in lower case.
#[derive(Debug, Clone)]
pub struct Request {
    pub line: String,
    pub headers: BTreeMap<String, String>,
    pub body: Vec<u8>,
}

pub struct HttpReceiver {
    port: u16,
    seen: Arc<Mutex<Vec<Request>>>,
    task: JoinHandle<()>,
}

impl Drop for HttpReceiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl HttpReceiver {
    pub async fn start(answer: Answer) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let task = tokio::spawn(accept(listener, answer, Arc::clone(&seen)));
        Self { port, seen, task }
    }

    /// With this status, these header lines and this body.
    pub async fn answering(status: &str, headers: &str, body: &str) -> Self {
        let head = format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n", body.len());
        Self::start(Answer::Says(head + body)).await
    }

    pub fn url(&self) -> Url {
        format!("http://127.0.0.1:{}/hook/canary-token", self.port).parse().unwrap()
    }

    pub fn requests(&self) -> Vec<Request> {
        self.seen.lock().unwrap().clone()
    }
}

async fn accept(listener: TcpListener, answer: Answer, seen: Arc<Mutex<Vec<Request>>>) {
    while let Ok((stream, _)) = listener.accept().await {
        let (answer, seen) = (answer.clone(), Arc::clone(&seen));
        tokio::spawn(async move { serve(stream, answer, seen).await });
    }
}

async fn serve(stream: TcpStream, answer: Answer, seen: Arc<Mutex<Vec<Request>>>) -> Option<()> {
    let mut stream = BufReader::new(stream);
    let request = request(&mut stream).await?;
    let turn = {
        let mut seen = seen.lock().unwrap();
        seen.push(request);
        seen.len() - 1
    };
    match answer {
        Answer::Says(text) => stream.write_all(text.as_bytes()).await.ok()?,
        Answer::Closes => {}
        Answer::Turns(all) => stream.write_all(all[turn % all.len()].as_bytes()).await.ok()?,
        Answer::Silence => wait(&mut stream).await,
        Answer::Drips(text) => {
            stream.write_all(text.as_bytes()).await.ok()?;
            while stream.write_all(b"x").await.is_ok() {
                tokio::task::yield_now().await;
            }
        }
    }
    stream.shutdown().await.ok()
}

/// Until the other side goes away.
async fn wait(stream: &mut BufReader<TcpStream>) {
    let mut octet = [0];
    while stream.read(&mut octet).await.is_ok_and(|read| read > 0) {}
}

async fn request(stream: &mut BufReader<TcpStream>) -> Option<Request> {
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await.ok().filter(|read| *read > 0)?;
        match line.trim_end() {
            "" => break,
            line => lines.push(line.to_owned()),
        }
    }
    let split = lines.iter().skip(1).filter_map(|line| line.split_once(": "));
    let headers: BTreeMap<String, String> = split.map(|(k, v)| (k.to_lowercase(), v.to_owned())).collect();
    let length = headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    Some(Request { line: lines.first()?.clone(), headers, body })
}
