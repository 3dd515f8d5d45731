//! A mail server on loopback that does what its script says, and keeps what it was given.

use std::sync::{Arc, Mutex};

use bellwether::delivery::mail::Mailbox;
use bellwether::delivery::mailer::{MailSettings, Tls};
use bellwether::model::subscription::Email;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

/// What the server answers where it does not simply agree. An empty answer is silence.
#[derive(Debug, Clone, Default)]
pub struct Script {
    pub greeting: Option<&'static str>,
    pub offers: Vec<&'static str>,
    pub auth: Option<&'static str>,
    /// To STARTTLS; what stands behind its first line was slipped in by somebody on the way.
    pub starttls: Option<&'static str>,
    pub sender: Option<&'static str>,
    /// To this recipient.
    pub recipient: Option<(&'static str, &'static str)>,
    /// To the end of a mail.
    pub end: Option<&'static str>,
    /// Closes the connection in the middle of a mail.
    pub breaks_off: bool,
    /// Closes the connection when a mail was taken, as a server does that will not wait.
    pub closes_after: bool,
}

/// A mail as it came.
#[derive(Debug, Clone)]
pub struct Taken {
    pub from: String,
    pub to: String,
    pub raw: Vec<u8>,
}

#[derive(Default)]
struct Seen {
    script: Script,
    taken: Vec<Taken>,
    connections: usize,
    said: Vec<String>,
}

pub struct SmtpServer {
    pub port: u16,
    pub certificate: Vec<u8>,
    seen: Arc<Mutex<Seen>>,
    task: JoinHandle<()>,
}

impl Drop for SmtpServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl SmtpServer {
    pub async fn start(script: Script) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = Arc::new(Mutex::new(Seen { script, ..Seen::default() }));
        let (acceptor, certificate) = identity();
        let task = tokio::spawn(accept(listener, Arc::clone(&seen), acceptor));
        Self { port, certificate, seen, task }
    }

    pub fn follow(&self, script: Script) {
        self.seen.lock().unwrap().script = script;
    }

    pub fn taken(&self) -> Vec<Taken> {
        self.seen.lock().unwrap().taken.clone()
    }

    pub fn connections(&self) -> usize {
        self.seen.lock().unwrap().connections
    }

    /// Every line that came outside of mails.
    pub fn said(&self) -> Vec<String> {
        self.seen.lock().unwrap().said.clone()
    }

    /// Settings that lead here, without TLS.
    pub fn settings(&self) -> MailSettings {
        MailSettings {
            host: "localhost".into(),
            port: self.port,
            tls: Tls::None,
            extra_roots_pem: Vec::new(),
            login: None,
            from: sender(),
            hello: "bellwether.example".into(),
            deadline: std::time::Duration::from_secs(20),
        }
    }
}

pub fn sender() -> Mailbox {
    Mailbox {
        name: Some("Bellwether – Nordfjörd".into()),
        email: Email::parse("bellwether@northfield.example").unwrap(),
    }
}

fn identity() -> (TlsAcceptor, Vec<u8>) {
    rustls::crypto::ring::default_provider().install_default().ok();
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let config = ServerConfig::builder().with_no_client_auth();
    let config = config.with_single_cert(vec![made.cert.der().clone()], key).unwrap();
    (TlsAcceptor::from(Arc::new(config)), made.cert.pem().into_bytes())
}

async fn accept(listener: TcpListener, seen: Arc<Mutex<Seen>>, acceptor: TlsAcceptor) {
    while let Ok((stream, _)) = listener.accept().await {
        seen.lock().unwrap().connections += 1;
        let (seen, acceptor) = (Arc::clone(&seen), acceptor.clone());
        tokio::spawn(async move { converse(stream, seen, acceptor).await });
    }
}

async fn converse(stream: TcpStream, seen: Arc<Mutex<Seen>>, acceptor: TlsAcceptor) -> Option<()> {
    let greeting = seen.lock().unwrap().script.greeting.unwrap_or("220 mx.example ready");
    let mut plain = BufReader::new(stream);
    say(&mut plain, greeting).await?;
    if dialogue(&mut plain, &seen).await? == Next::Tls {
        let secure = acceptor.accept(plain.into_inner()).await.ok()?;
        dialogue(&mut BufReader::new(secure), &seen).await?;
    }
    Some(())
}

#[derive(PartialEq)]
enum Next {
    Tls,
    End,
}

async fn dialogue<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut BufReader<S>, seen: &Mutex<Seen>) -> Option<Next> {
    let (mut from, mut to) = (String::new(), String::new());
    loop {
        let line = hear(stream).await?;
        let script = {
            let mut seen = seen.lock().unwrap();
            seen.said.push(line.clone());
            seen.script.clone()
        };
        let verb = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
        match verb.as_str() {
            "EHLO" => {
                for offer in &script.offers {
                    say(stream, &format!("250-{offer}")).await?;
                }
                say(stream, "250 HELP").await?;
            }
            "STARTTLS" => {
                say(stream, script.starttls.unwrap_or("220 go ahead")).await?;
                return Some(Next::Tls);
            }
            "AUTH" => say(stream, script.auth.unwrap_or("235 2.7.0 welcome")).await?,
            "MAIL" => {
                from = line;
                say(stream, script.sender.unwrap_or("250 2.1.0 Ok")).await?;
            }
            "RCPT" => {
                to = line;
                let refused = script.recipient.filter(|(who, _)| to.contains(who)).map(|(_, answer)| answer);
                say(stream, refused.unwrap_or("250 2.1.5 Ok")).await?;
            }
            "DATA" => {
                say(stream, "354 go on").await?;
                if script.breaks_off {
                    hear(stream).await?;
                    return Some(Next::End);
                }
                let raw = mail(stream).await?;
                if script.end.is_none() {
                    seen.lock().unwrap().taken.push(Taken { from: from.clone(), to: to.clone(), raw });
                }
                say(stream, script.end.unwrap_or("250 2.0.0 Ok: queued as 4F2")).await?;
                if script.closes_after {
                    return Some(Next::End);
                }
            }
            "QUIT" => {
                say(stream, "221 bye").await?;
                return Some(Next::End);
            }
            _ => say(stream, "250 Ok").await?,
        }
    }
}

async fn hear<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut BufReader<S>) -> Option<String> {
    let mut line = Vec::new();
    let read = stream.read_until(b'\n', &mut line).await.ok()?;
    (read > 0).then(|| String::from_utf8_lossy(&line).trim_end().to_owned())
}

/// A mail up to its final dot. A line that ends in a bare LF, or too long a line, is a fault of the sender.
async fn mail<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut BufReader<S>) -> Option<Vec<u8>> {
    let mut raw = Vec::new();
    loop {
        let mut line = Vec::new();
        stream.read_until(b'\n', &mut line).await.ok().filter(|read| *read > 0)?;
        assert!(line.ends_with(b"\r\n") && line.len() <= 1000 && line.is_ascii(), "{line:?}");
        match line.as_slice() {
            b".\r\n" => return Some(raw),
            [b'.', rest @ ..] => raw.extend_from_slice(rest),
            whole => raw.extend_from_slice(whole),
        }
    }
}

/// Says a line; an empty one is silence that lasts until the other side goes away.
async fn say<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut BufReader<S>, line: &str) -> Option<()> {
    if line.is_empty() {
        while hear(stream).await.is_some() {}
        return None;
    }
    stream.write_all(format!("{line}\r\n").as_bytes()).await.ok()?;
    stream.flush().await.ok()
}
