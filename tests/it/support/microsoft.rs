//! A server on loopback that plays Microsoft: the place where apps sign in, Graph and Azure Resource Manager. It counts
//! what it is asked and gives out tokens that can be told apart.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use url::Url;

/// A request, whole; the names of headers in lower case.
#[derive(Debug, Clone)]
pub struct Asked {
    pub method: String,
    pub target: String,
    pub headers: BTreeMap<String, String>,
    pub body: String,
}

impl Asked {
    /// Whether somebody signs in.
    pub fn is_sign_in(&self) -> bool {
        self.target.ends_with("/oauth2/v2.0/token")
    }

    /// The token that it carries.
    pub fn token(&self) -> Option<&str> {
        self.headers.get("authorization").and_then(|value| value.strip_prefix("Bearer "))
    }

    /// A field of the form that it posts.
    pub fn field(&self, name: &str) -> String {
        let mut fields = url::form_urlencoded::parse(self.body.as_bytes());
        fields.find(|(key, _)| key == name).map(|(_, value)| value.into_owned()).unwrap_or_default()
    }
}

/// What is answered: the status, more header lines, the body.
pub type Reply = (u16, Vec<String>, String);

pub fn json(status: u16, body: &serde_json::Value) -> Reply {
    (status, vec!["content-type: application/json".into()], body.to_string())
}

type Script = dyn Fn(&Asked, usize) -> Reply + Send + Sync;

pub struct Microsoft {
    pub url: Url,
    seen: Arc<Mutex<Vec<Asked>>>,
    task: JoinHandle<()>,
}

impl Drop for Microsoft {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Microsoft {
    /// Answers by the script, which is told how many such requests (sign-ins, or others) came before.
    pub async fn new(script: impl Fn(&Asked, usize) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let task = tokio::spawn(accept(listener, Arc::new(script), Arc::clone(&seen)));
        Self { url, seen, task }
    }

    /// How often somebody signed in.
    pub fn sign_ins(&self) -> usize {
        self.seen.lock().unwrap().iter().filter(|asked| asked.is_sign_in()).count()
    }

    /// All other requests.
    pub fn asked(&self) -> Vec<Asked> {
        self.seen.lock().unwrap().iter().filter(|asked| !asked.is_sign_in()).cloned().collect()
    }

    /// The forms by which somebody signed in.
    pub fn forms(&self) -> Vec<Asked> {
        self.seen.lock().unwrap().iter().filter(|asked| asked.is_sign_in()).cloned().collect()
    }
}

async fn accept(listener: TcpListener, script: Arc<Script>, seen: Arc<Mutex<Vec<Asked>>>) {
    while let Ok((stream, _)) = listener.accept().await {
        let (script, seen) = (Arc::clone(&script), Arc::clone(&seen));
        tokio::spawn(async move { serve(stream, &*script, &seen).await });
    }
}

async fn serve(stream: TcpStream, script: &Script, seen: &Mutex<Vec<Asked>>) -> Option<()> {
    let mut stream = BufReader::new(stream);
    let asked = read(&mut stream).await?;
    let before = {
        let mut seen = seen.lock().unwrap();
        let before = seen.iter().filter(|other| other.is_sign_in() == asked.is_sign_in()).count();
        seen.push(asked.clone());
        before
    };
    let (status, headers, body) = script(&asked, before);
    let headers: String = headers.iter().map(|line| format!("{line}\r\n")).collect();
    let length = body.len();
    let answer = format!("HTTP/1.1 {status} X\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n{body}");
    stream.write_all(answer.as_bytes()).await.ok()?;
    stream.shutdown().await.ok()
}

async fn read(stream: &mut BufReader<TcpStream>) -> Option<Asked> {
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await.ok().filter(|read| *read > 0)?;
        match line.trim_end() {
            "" => break,
            line => lines.push(line.to_owned()),
        }
    }
    let mut first = lines.first()?.split(' ').map(str::to_owned);
    let (method, target) = (first.next()?, first.next()?);
    let split = lines.iter().skip(1).filter_map(|line| line.split_once(": "));
    let headers: BTreeMap<String, String> =
        split.map(|(name, value)| (name.to_lowercase(), value.to_owned())).collect();
    let length = headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    Some(Asked { method, target, headers, body: String::from_utf8(body).ok()? })
}
