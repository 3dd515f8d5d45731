//! A server that does to its clients what a script says, byte by byte. It counts who came and keeps what was asked.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use url::Url;

/// One step of an answer.
#[derive(Clone)]
pub enum Act {
    /// Sends these bytes.
    Send(Vec<u8>),
    /// Sends these bytes again and again, with a breath between.
    Repeat(Vec<u8>),
    /// Waits until the test gives a permit, and uses it up.
    Until(Arc<Semaphore>),
    /// Says nothing more and keeps the connection.
    Hang,
    /// Ends the connection.
    Close,
}

/// What was asked.
pub struct Asked {
    /// The head of the request as it came.
    pub head: String,
    /// The target of the request line.
    pub target: String,
    /// How many requests came before this one.
    pub number: usize,
}

impl Asked {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        header(&self.head, name)
    }
}

/// The value of a header in a head.
pub fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let mut lines = head.lines().filter_map(|line| line.split_once(':'));
    lines.find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
}

type Script = dyn Fn(&Asked) -> Vec<Act> + Send + Sync;

#[derive(Default)]
struct Seen {
    connections: Mutex<Vec<IpAddr>>,
    heads: Mutex<Vec<String>>,
}

/// A running server. It ends with its value.
pub struct Hostile {
    /// Where it listens.
    pub address: SocketAddr,
    scheme: &'static str,
    seen: Arc<Seen>,
    accepting: JoinHandle<()>,
}

impl Drop for Hostile {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl Hostile {
    /// A server on 127.0.0.1.
    pub async fn new(script: impl Fn(&Asked) -> Vec<Act> + Send + Sync + 'static) -> Self {
        Self::at("127.0.0.1:0", script).await
    }

    /// A server at an address.
    pub async fn at(address: &str, script: impl Fn(&Asked) -> Vec<Act> + Send + Sync + 'static) -> Self {
        Self::start(address, None, Arc::new(script)).await
    }

    /// A server on 127.0.0.1 that speaks TLS.
    pub async fn tls(tls: TlsAcceptor, script: impl Fn(&Asked) -> Vec<Act> + Send + Sync + 'static) -> Self {
        Self::start("127.0.0.1:0", Some(tls), Arc::new(script)).await
    }

    async fn start(address: &str, tls: Option<TlsAcceptor>, script: Arc<Script>) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let seen = Arc::new(Seen::default());
        let scheme = if tls.is_some() { "https" } else { "http" };
        let address = listener.local_addr().unwrap();
        let accepting = tokio::spawn(accept(listener, tls, script, Arc::clone(&seen)));
        Self { address, scheme, seen, accepting }
    }

    /// A URL on it.
    pub fn url(&self, path: &str) -> Url {
        Url::parse(&format!("{}://{}{path}", self.scheme, self.address)).unwrap()
    }

    /// How many connections were made.
    pub fn connections(&self) -> usize {
        self.seen.connections.lock().unwrap().len()
    }

    /// How many connections were made to one of the addresses that it listens on.
    pub fn connections_to(&self, address: &str) -> usize {
        let address: IpAddr = address.parse().unwrap();
        self.seen.connections.lock().unwrap().iter().filter(|local| **local == address).count()
    }

    /// The heads of the requests, in order.
    pub fn heads(&self) -> Vec<String> {
        self.seen.heads.lock().unwrap().clone()
    }
}

async fn accept(listener: TcpListener, tls: Option<TlsAcceptor>, script: Arc<Script>, seen: Arc<Seen>) {
    let mut connections = tokio::task::JoinSet::new();
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        seen.connections.lock().unwrap().push(stream.local_addr().unwrap().ip());
        let (tls, script, seen) = (tls.clone(), Arc::clone(&script), Arc::clone(&seen));
        connections.spawn(async move {
            // A client that goes away is none of the server's affair.
            let _ = match tls {
                None => serve(stream, script, seen).await,
                Some(tls) => match tls.accept(stream).await {
                    Ok(stream) => serve(stream, script, seen).await,
                    Err(error) => Err(error),
                },
            };
        });
    }
}

async fn serve<S>(mut stream: S, script: Arc<Script>, seen: Arc<Seen>) -> std::io::Result<Infallible>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    loop {
        let asked = read_head(&mut stream, &seen).await?;
        for act in script(&asked) {
            perform(&mut stream, act).await?;
        }
    }
}

async fn read_head<S: AsyncRead + Unpin>(stream: &mut S, seen: &Seen) -> std::io::Result<Asked> {
    let mut bytes = Vec::new();
    while !bytes.ends_with(b"\r\n\r\n") {
        bytes.push(stream.read_u8().await?);
    }
    let head = String::from_utf8(bytes).unwrap();
    let target = head.split(' ').nth(1).unwrap_or_default().to_owned();
    let mut heads = seen.heads.lock().unwrap();
    heads.push(head.clone());
    Ok(Asked { head, target, number: heads.len() - 1 })
}

async fn perform<S: AsyncWrite + Unpin>(stream: &mut S, act: Act) -> std::io::Result<()> {
    match act {
        Act::Send(bytes) => {
            stream.write_all(&bytes).await?;
            stream.flush().await
        }
        Act::Repeat(bytes) => loop {
            stream.write_all(&bytes).await?;
            stream.flush().await?;
            tokio::time::sleep(Duration::from_millis(1)).await;
        },
        Act::Until(gate) => {
            gate.acquire().await.unwrap().forget();
            Ok(())
        }
        Act::Hang => std::future::pending().await,
        Act::Close => {
            stream.shutdown().await?;
            Err(std::io::ErrorKind::ConnectionAborted.into())
        }
    }
}

/// A whole answer: the status, more headers as `name: value` lines, a body.
pub fn answer(status: &str, headers: &[&str], body: impl AsRef<[u8]>) -> Vec<Act> {
    let body = body.as_ref();
    let length = format!("content-length: {}", body.len());
    let mut bytes = head(status, &[headers, &[&length]].concat());
    bytes.extend_from_slice(body);
    vec![Act::Send(bytes)]
}

/// The head of an answer.
pub fn head(status: &str, headers: &[&str]) -> Vec<u8> {
    let mut text = format!("HTTP/1.1 {status}\r\n");
    for line in headers {
        text.push_str(line);
        text.push_str("\r\n");
    }
    text.push_str("\r\n");
    text.into_bytes()
}
