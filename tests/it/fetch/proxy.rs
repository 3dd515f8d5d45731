//! A real proxy on the way: it wants a name and a password, makes tunnels, and is not asked for what is excepted.

use std::sync::{Arc, Mutex};

use bellwether::model::host::Hosts;
use bellwether::outgoing::client::Via;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use super::*;

/// `me` and `hunter2`, as Basic has it.
const BASIC: &str = "Basic bWU6aHVudGVyMg==";

/// A proxy that makes tunnels to wherever the test says, for whoever shows the password.
struct Proxy {
    port: u16,
    heads: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Proxy {
    async fn to(server: std::net::SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let heads: Arc<Mutex<Vec<String>>> = Arc::default();
        let seen = Arc::clone(&heads);
        let task = tokio::spawn(async move {
            let mut tunnels = tokio::task::JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                tunnels.spawn(tunnel(stream, server, Arc::clone(&seen)));
            }
        });
        Self { port, heads, task }
    }

    fn fetcher(&self, login: &str, except: &[&str]) -> Fetcher {
        let url = Url::parse(&format!("http://{login}127.0.0.1:{}", self.port)).unwrap();
        let except = except.iter().map(|text| Hosts::parse(text).unwrap()).collect();
        let authority = include_bytes!("../support/tls/authority.pem").to_vec();
        let (proxy, extra_roots_pem) = (Some(Via { url, except }), vec![authority]);
        Fetcher::new(Settings { proxy, extra_roots_pem, ..settings() }).unwrap()
    }

    fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }
}

async fn tunnel(mut stream: TcpStream, server: std::net::SocketAddr, seen: Arc<Mutex<Vec<String>>>) -> Option<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    let head = String::from_utf8(head).unwrap();
    let is_let_in = crate::support::hostile::header(&head, "proxy-authorization") == Some(BASIC);
    seen.lock().unwrap().push(head);
    if !is_let_in {
        let no = b"HTTP/1.1 407 Proxy Authentication Required\r\nproxy-authenticate: Basic realm=\"x\"\r\ncontent-length: 0\r\n\r\n";
        return stream.write_all(no).await.ok();
    }
    stream.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await.ok()?;
    let mut onward = TcpStream::connect(server).await.ok()?;
    copy_bidirectional(&mut stream, &mut onward).await.ok().map(drop)
}

async fn vendor() -> Hostile {
    Hostile::tls(tls::good(), |_| answer("200 OK", &[], "[]")).await
}

#[tokio::test]
async fn f89_a_proxy_with_a_password_makes_a_tunnel_to_the_vendor() {
    let vendor = vendor().await;
    let proxy = Proxy::to(vendor.address).await;
    let fetched = get(&proxy.fetcher("me:hunter2@", &[]), vendor.url("/")).await.unwrap();
    assert_eq!(body(fetched).bytes, b"[]");
    let heads = proxy.heads();
    assert!(heads[0].starts_with(&format!("CONNECT {} HTTP/1.1", vendor.address)), "{heads:?}");
    assert!(!vendor.heads()[0].to_lowercase().contains("proxy-authorization"), "the vendor never sees the password");
}

#[tokio::test]
async fn f89_a_password_that_is_missing_or_wrong_is_said_and_not_shown() {
    let vendor = vendor().await;
    let proxy = Proxy::to(vendor.address).await;
    for login in ["", "me:canary@"] {
        let why = get(&proxy.fetcher(login, &[]), vendor.url("/")).await.unwrap_err();
        let said = format!("{why:?}");
        assert!(said.contains("wants a name and a password, or others than ours (HTTP 407)"), "{said}");
        assert!(said.contains(&format!("the proxy 127.0.0.1:{}", proxy.port)) && !said.contains("canary"), "{said}");
    }
}

#[tokio::test]
async fn what_is_excepted_is_asked_without_the_proxy() {
    let vendor = vendor().await;
    let proxy = Proxy::to(vendor.address).await;
    for except in ["127.0.0.1", "127.0.0.0/8"] {
        let fetched = get(&proxy.fetcher("me:hunter2@", &["*.example.org", except]), vendor.url("/")).await.unwrap();
        assert_eq!(body(fetched).bytes, b"[]");
    }
    assert!(proxy.heads().is_empty(), "{:?}", proxy.heads());
}
