//! The one HTTP client of a part of the program. It follows no redirect and reads no proxy from the environment.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Certificate, Proxy, Request, Response};
use url::Url;

use super::failure::{Failure, Place};
use super::resolver::VettingResolver;
use crate::model::address::{self, AllowedNetwork, NotAllowed};
use crate::model::host::Hosts;

/// How long a connection that nobody uses is kept.
pub const IDLE: Duration = Duration::from_secs(90);

/// What a client is made of.
#[derive(Clone)]
pub struct Options {
    /// Who we are, honestly: `Bellwether/0.1 (+contact)`.
    pub user_agent: String,
    /// For the name, the connection and TLS together.
    pub connect_deadline: Duration,
    /// Networks that may be asked although they are not public.
    pub allow_private: Vec<AllowedNetwork>,
    /// The proxy. It may stand at a private address, and it resolves the names, so that only hosts that are addresses can
    /// be vetted here.
    pub proxy: Option<Via>,
    /// Certificates, in PEM, of authorities to trust beside those of the system.
    pub extra_roots_pem: Vec<Vec<u8>>,
}

/// The proxy that requests go through.
#[derive(Clone)]
pub struct Via {
    /// Where it is. It may carry credentials, so it is never shown whole.
    pub url: Url,
    /// What is asked without it.
    pub except: Vec<Hosts>,
}

impl Via {
    /// The proxy for a request to `url`.
    fn to(&self, url: &Url) -> Option<&Url> {
        (!self.except.iter().any(|hosts| hosts.hold(url))).then_some(&self.url)
    }
}

impl From<Url> for Via {
    fn from(url: Url) -> Self {
        Self { url, except: Vec::new() }
    }
}

impl fmt::Debug for Via {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Via({})", super::failure::authority(&self.url))
    }
}

/// Why no client could be made. Each is an error of the configuration or the machine.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// `main` has not chosen the TLS provider.
    #[error("no TLS provider is installed in this process")]
    NoProvider,
    /// A file of extra authorities holds no readable certificate.
    #[error("the extra certificate authority number {number} cannot be read: {why}")]
    Root {
        /// Which, from 1.
        number: usize,
        /// What is wrong with it.
        why: String,
    },
    /// The proxy's address is unusable.
    #[error("the proxy's address cannot be used: {0}")]
    Proxy(String),
    /// Anything else, such as a machine without certificate authorities.
    #[error("the HTTP client cannot be made: {0}")]
    Client(String),
}

/// A client whose every request is vetted.
#[derive(Clone)]
pub struct Client {
    inner: reqwest::Client,
    allowed: Arc<[AllowedNetwork]>,
    proxy: Option<Via>,
    connect_deadline: Duration,
}

impl Client {
    /// Makes the client. It costs 5 ms and 100 KiB: make one and keep it.
    ///
    /// # Errors
    /// [`ClientError`] for what the configuration or the machine lacks.
    pub fn new(options: Options) -> Result<Self, ClientError> {
        // reqwest would panic.
        if rustls::crypto::CryptoProvider::get_default().is_none() {
            return Err(ClientError::NoProvider);
        }
        let allowed: Arc<[AllowedNetwork]> = options.allow_private.clone().into();
        let inner = builder(&options, Arc::clone(&allowed))?
            .build()
            .map_err(|error| ClientError::Client(super::failure::deepest(&error)))?;
        Ok(Self { inner, allowed, proxy: options.proxy, connect_deadline: options.connect_deadline })
    }

    /// Judges a URL before anything is sent to it. [`send`](Self::send) does it again by itself.
    ///
    /// # Errors
    /// [`NotAllowed`] with the way out.
    pub fn vet(&self, url: &Url) -> Result<(), NotAllowed> {
        address::vet_url(url, &self.allowed)
    }

    /// Sends a request and waits for the head of the answer. It has a deadline for the connection only: the caller
    /// puts one round the whole.
    ///
    /// # Errors
    /// [`Failure`], where no answer came.
    pub async fn send(&self, request: Request) -> Result<Response, Failure> {
        // The resolver is not asked for a host that is an address, so this is the only look at those.
        self.vet(request.url()).map_err(Failure::NotAllowed)?;
        let place =
            Place::of(request.url(), self.proxy.as_ref().and_then(|via| via.to(request.url())), self.connect_deadline);
        self.inner.execute(request).await.map_err(|error| Failure::of_request(&error, &place))
    }
}

fn builder(options: &Options, allowed: Arc<[AllowedNetwork]>) -> Result<reqwest::ClientBuilder, ClientError> {
    let proxy_host = options.proxy.as_ref().and_then(|via| via.url.host_str()).map(str::to_owned);
    // It ends before the connection's deadline does, so that the reason can name the name.
    let resolver = VettingResolver::new(allowed, proxy_host, options.connect_deadline * 4 / 5);
    let builder = reqwest::Client::builder()
        .user_agent(&options.user_agent)
        .redirect(Policy::none())
        .referer(false)
        .no_proxy()
        .dns_resolver(resolver)
        .connect_timeout(options.connect_deadline)
        // Nothing is gained from HTTP/2 by one small request a minute, and a dead connection would hang all requests
        // that share it; its floods of frames are out of the picture too.
        .http1_only()
        .pool_idle_timeout(IDLE)
        .pool_max_idle_per_host(1)
        .tls_certs_merge(roots(&options.extra_roots_pem)?);
    match &options.proxy {
        None => Ok(builder),
        Some(via) => Ok(builder.proxy(proxy(via)?)),
    }
}

fn proxy(via: &Via) -> Result<Proxy, ClientError> {
    // What it cannot use is found here and not at the first request. Its message would repeat the address.
    Proxy::all(via.url.as_str()).map_err(|_| ClientError::Proxy(super::failure::authority(&via.url)))?;
    let via = via.clone();
    Ok(Proxy::custom(move |url| via.to(url).cloned()))
}

fn roots(pems: &[Vec<u8>]) -> Result<Vec<Certificate>, ClientError> {
    let mut roots = Vec::new();
    for (index, pem) in pems.iter().enumerate() {
        let unreadable = |why: String| ClientError::Root { number: index + 1, why };
        let found = Certificate::from_pem_bundle(pem).map_err(|e| unreadable(super::failure::deepest(&e)))?;
        if found.is_empty() {
            return Err(unreadable("it holds no certificate".to_owned()));
        }
        roots.extend(found);
    }
    Ok(roots)
}
