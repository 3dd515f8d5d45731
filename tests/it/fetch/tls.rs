//! Certificates, good and bad.

use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::*;

macro_rules! pem {
    ($name:literal) => {
        include_bytes!(concat!("../support/tls/", $name)).as_slice()
    };
}

fn acceptor(certificate: &[u8]) -> TlsAcceptor {
    rustls::crypto::ring::default_provider().install_default().ok();
    let key = PrivateKeyDer::from_pem_slice(pem!("server.key")).unwrap();
    let chain = vec![CertificateDer::from_pem_slice(certificate).unwrap()];
    let config = rustls::ServerConfig::builder().with_no_client_auth().with_single_cert(chain, key).unwrap();
    TlsAcceptor::from(Arc::new(config))
}

/// What identifies 127.0.0.1, by the authority of the tests.
pub fn good() -> TlsAcceptor {
    acceptor(pem!("good.pem"))
}

async fn over_tls(certificate: &[u8], roots: &[&[u8]]) -> Result<Fetched, Unreadable> {
    let server = Hostile::tls(acceptor(certificate), |_| answer("200 OK", &[], "[]")).await;
    let extra_roots_pem = roots.iter().map(|pem| pem.to_vec()).collect();
    get(&Fetcher::new(Settings { extra_roots_pem, ..settings() }).unwrap(), server.url("/")).await
}

#[tokio::test]
async fn a_private_authority_is_trusted_only_where_it_is_configured() {
    unreachable_because(
        over_tls(pem!("good.pem"), &[]).await,
        "TLS: the certificate is signed by an authority that is not trusted here",
    );
    assert_eq!(body(over_tls(pem!("good.pem"), &[pem!("authority.pem")]).await.unwrap()).bytes, b"[]");
}

#[tokio::test]
async fn a_bad_certificate_is_refused_with_its_reason() {
    let roots = [pem!("authority.pem")];
    unreachable_because(over_tls(pem!("expired.pem"), &roots).await, "TLS: the certificate expired on 2021-02-03");
    unreachable_because(
        over_tls(pem!("other.pem"), &roots).await,
        "TLS: the certificate is not for 127.0.0.1 but for ",
    );
}

#[tokio::test]
async fn a_server_that_speaks_no_tls_is_said_to_be_so() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = Url::parse(&format!("https://{}/", listener.local_addr().unwrap())).unwrap();
    let talking = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
        stream
    };
    let fetcher = fetcher();
    let (outcome, _open) = tokio::join!(get(&fetcher, url), talking);
    unreachable_because(outcome, "TLS: the server does not speak TLS on this port");
}

#[tokio::test]
async fn a_connection_that_never_comes_about_has_a_deadline_of_its_own() {
    // It is accepted by the system and never spoken to, so the greeting of TLS waits.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let fetcher = Fetcher::new(Settings { connect_deadline: SHORT, ..settings() }).unwrap();
    let outcome = get(&fetcher, Url::parse(&format!("https://{address}/")).unwrap()).await;
    unreachable_because(outcome, &format!("no connection to {address} within 1 s"));
}

#[tokio::test]
async fn https_never_leads_down_to_http() {
    let plain = Hostile::new(|_| answer("200 OK", &[], "[]")).await;
    let location = format!("location: {}", plain.url("/"));
    let server =
        Hostile::tls(acceptor(pem!("good.pem")), move |_| answer("301 Moved Permanently", &[&location], "")).await;
    let trusting = Settings { extra_roots_pem: vec![pem!("authority.pem").to_vec()], ..settings() };
    let outcome = get(&Fetcher::new(trusting).unwrap(), server.url("/")).await;
    not_allowed_because(outcome, "from https down to http");
    assert_eq!(plain.connections(), 0);
}

#[test]
fn an_authority_that_cannot_be_read_is_an_error_of_the_configuration() {
    for wrong in [b"".as_slice(), b"no certificate", pem!("server.key")] {
        let made = Fetcher::new(Settings { extra_roots_pem: vec![wrong.to_vec()], ..settings() });
        let why = made.err().map(|error| error.to_string()).unwrap_or_default();
        assert!(why.starts_with("the extra certificate authority number 1 cannot be read: "), "{why}");
    }
}
