//! Why no whole answer came, in words for people. The client's own errors are nested three deep and name its parts;
//! what a person needs is at the bottom of the chain, with the host it happened at.

use std::error::Error;
use std::io::{self, ErrorKind};
use std::iter::successors;
use std::time::Duration;

use jiff::Timestamp;
use rustls::CertificateError;
use rustls::pki_types::UnixTime;
use url::Url;

use super::resolver::ResolveError;
use crate::model::address::NotAllowed;
use crate::model::text;

/// Why no whole answer came.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// Our own rules forbid to ask. Asking again changes nothing.
    #[error("destination not allowed: {0}")]
    NotAllowed(NotAllowed),
    /// No name, no route, no connection, no answer.
    #[error("{0}")]
    Unreachable(String),
    /// A connection that ended before an answer began. A kept one may have been closed just when it was used: what can
    /// be asked twice without harm may be asked once more at once.
    #[error("{0}")]
    Dropped(String),
    /// A connection, but none that can be trusted.
    #[error("TLS: {0}")]
    Tls(String),
    /// The proxy does not let us through.
    #[error("{0}")]
    Refused(String),
    /// The answer began and did not end, or is too long.
    #[error("{0}")]
    CutShort(String),
    /// What came is not HTTP, or not in a coding that we read.
    #[error("{0}")]
    Unexpected(String),
}

/// Where a request goes, to name it in a failure.
#[derive(Debug, Clone)]
pub struct Place {
    /// The host and port that is connected to.
    name: String,
    connect_deadline: Duration,
}

impl Place {
    /// The place that a request to `url` connects to.
    #[must_use]
    pub fn of(url: &Url, proxy: Option<&Url>, connect_deadline: Duration) -> Self {
        let name = proxy.map_or_else(|| authority(url), |proxy| format!("the proxy {}", authority(proxy)));
        Self { name, connect_deadline }
    }
}

/// The host and port of a URL, the port always said.
#[must_use]
pub fn authority(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port_or_known_default().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

impl Failure {
    /// Why no head of an answer came.
    #[must_use]
    pub fn of_request(error: &reqwest::Error, place: &Place) -> Self {
        links(error)
            .find_map(|link| named(link, place))
            .unwrap_or_else(|| if error.is_timeout() { late(place) } else { unnamed(error, place) })
    }

    /// Why a body broke off after `read` decoded bytes.
    #[must_use]
    pub fn of_body(error: &reqwest::Error, read: usize) -> Self {
        let why = deepest(error);
        let damaged = links(error)
            .filter_map(|link| link.downcast_ref::<io::Error>())
            .any(|io| matches!(io.kind(), ErrorKind::InvalidData | ErrorKind::InvalidInput | ErrorKind::Other));
        if damaged {
            Self::Unexpected(format!("the body is damaged after {read} bytes: {why}"))
        } else {
            Self::CutShort(format!("the body breaks off after {read} bytes: {why}"))
        }
    }
}

/// The text at the bottom of a chain of errors, on one line.
#[must_use]
pub fn deepest(error: &(dyn Error + 'static)) -> String {
    text::line(&links(error).last().map(ToString::to_string).unwrap_or_default(), 200)
}

/// The chain of an error. `io::Error` hides the error it wraps from `source`, so it is asked for it.
fn links<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    successors(Some(error), |&link| beneath(link))
}

fn beneath<'a>(link: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    match link.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(wrapped) => Some(wrapped),
        None => link.source(),
    }
}

/// What one link of the chain means, where it is one that we know.
fn named(link: &(dyn Error + 'static), place: &Place) -> Option<Failure> {
    if let Some(error) = link.downcast_ref::<ResolveError>() {
        return Some(match error {
            ResolveError::NotAllowed(why) => Failure::NotAllowed(why.clone()),
            ResolveError::Unknown(_) | ResolveError::Failed { .. } => Failure::Unreachable(error.to_string()),
        });
    }
    if let Some(error) = link.downcast_ref::<rustls::Error>() {
        return Some(Failure::Tls(tls(error)));
    }
    let io = link.downcast_ref::<io::Error>().filter(|io| io.get_ref().is_none())?;
    connection(io.kind(), place)
}

fn connection(kind: ErrorKind, place: &Place) -> Option<Failure> {
    let name = &place.name;
    match kind {
        ErrorKind::ConnectionRefused => Some(Failure::Unreachable(format!("connection refused by {name}"))),
        ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable => {
            Some(Failure::Unreachable(format!("no route to {name}")))
        }
        ErrorKind::TimedOut => Some(Failure::Unreachable(format!("no connection to {name}, the packets vanish"))),
        ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe => {
            Some(Failure::Dropped(format!("{name} broke the connection off")))
        }
        _ => None,
    }
}

fn late(place: &Place) -> Failure {
    Failure::Unreachable(format!("no connection to {} within {}", place.name, spoken(place.connect_deadline)))
}

/// A deadline as people write it: `30 s`, `0.3 s`.
#[must_use]
pub fn spoken(deadline: Duration) -> String {
    format!("{} s", deadline.as_secs_f64())
}

/// Links whose types are not public are known by their texts; a test with a real server holds each of them.
fn unnamed(error: &reqwest::Error, place: &Place) -> Failure {
    let all: Vec<String> = links(error).map(ToString::to_string).collect();
    let says = |words: &str| all.iter().any(|text| text.contains(words));
    let name = &place.name;
    if says("proxy authorization required") {
        return Failure::Refused(format!("{name} wants a name and a password, or others than ours (HTTP 407)"));
    }
    if says("tunnel error") {
        return Failure::Unreachable(format!("{name} makes no connection for us ({})", deepest(error)));
    }
    if says("closed before message completed") || says("tls handshake eof") {
        return Failure::Dropped(format!("{name} closed the connection without an answer"));
    }
    if says("parsed") || says("head is too large") {
        return Failure::Unexpected(format!("the answer of {name} is not proper HTTP ({})", deepest(error)));
    }
    Failure::Unreachable(format!("{name}: {}", deepest(error)))
}

fn tls(error: &rustls::Error) -> String {
    match error {
        rustls::Error::InvalidCertificate(why) => certificate(why),
        rustls::Error::InvalidMessage(_) => "the server does not speak TLS on this port".to_owned(),
        rustls::Error::PeerIncompatible(_) => "the server speaks no version or cipher that is safe".to_owned(),
        rustls::Error::AlertReceived(alert) => format!("the server ended the handshake ({alert:?})"),
        other => text::line(&other.to_string(), 200),
    }
}

fn certificate(why: &CertificateError) -> String {
    match why {
        CertificateError::Expired => "the certificate has expired".to_owned(),
        CertificateError::ExpiredContext { not_after, .. } => {
            format!("the certificate expired on {}", day(*not_after))
        }
        CertificateError::NotValidYet => "the certificate is not valid yet".to_owned(),
        CertificateError::NotValidYetContext { not_before, .. } => {
            format!("the certificate is valid only from {}", day(*not_before))
        }
        CertificateError::NotValidForName => "the certificate is for another name".to_owned(),
        CertificateError::NotValidForNameContext { expected, presented } => {
            let presented = text::line(&presented.join(", "), 120);
            format!("the certificate is not for {} but for {presented}", expected.to_str())
        }
        CertificateError::UnknownIssuer => {
            "the certificate is signed by an authority that is not trusted here".to_owned()
        }
        CertificateError::Revoked => "the certificate was revoked".to_owned(),
        other => format!("the certificate is not valid ({})", text::line(&other.to_string(), 120)),
    }
}

fn day(time: UnixTime) -> String {
    let second = i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
    Timestamp::from_second(second).map_or_else(|_| "an unknown day".to_owned(), |at| at.strftime("%F").to_string())
}
