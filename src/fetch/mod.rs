//! Carries out requests and knows nothing else: conditional, with one deadline for everything, redirects hop by hop.
//!
//! Layer 2. Pagination, tokens and what a status means are the formats' affair. It must never answer with a body that
//! is not whole, except one that comes with a failing status and only explains it.

pub mod answer;
pub mod host;
pub mod redirect;

use std::time::Duration;

use reqwest::header::{
    ACCEPT, AUTHORIZATION, CONNECTION, CONTENT_TYPE, HeaderName, HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH,
    LOCATION,
};
use reqwest::{Method, Response, StatusCode};
use tokio::time::{Instant, timeout_at};
use url::Url;

use crate::model::address::AllowedNetwork;
use crate::model::secret::Secret;
use crate::model::snapshot::Unreadable;
use crate::normalize::{Body, Request};
use crate::outgoing::client::{Client, ClientError, Options, Via};
use crate::outgoing::failure::{Failure, spoken};
use crate::outgoing::{capped, client};

/// How requests are carried out.
#[derive(Clone)]
pub struct Settings {
    /// Who we are, honestly, with a way to reach us.
    pub user_agent: String,
    /// For everything: the turn at the host, redirects, the last byte of the body.
    pub total_deadline: Duration,
    /// For the name, the connection and TLS together.
    pub connect_deadline: Duration,
    /// The most decoded bytes of a body that are read.
    pub body_cap: usize,
    /// The most redirects that are followed.
    pub redirects: usize,
    /// Networks that may be asked although they are not public.
    pub allow_private: Vec<AllowedNetwork>,
    /// The proxy.
    pub proxy: Option<Via>,
    /// Certificates, in PEM, of authorities to trust beside those of the system.
    pub extra_roots_pem: Vec<Vec<u8>>,
    /// The most hosts to which an idle connection is kept; one costs 27 KiB with TLS.
    pub idle_connections: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            user_agent: concat!("Bellwether/", env!("CARGO_PKG_VERSION")).to_owned(),
            total_deadline: Duration::from_secs(30),
            connect_deadline: Duration::from_secs(5),
            body_cap: 8 << 20,
            redirects: 5,
            allow_private: Vec::new(),
            proxy: None,
            extra_roots_pem: Vec::new(),
            idle_connections: 256,
        }
    }
}

/// Why no fetcher could be made: an error of the configuration or the machine.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct FetcherError(#[from] ClientError);

/// What a server gave to ask it by "has it changed since". Copies: a cloned header pins the client's read buffer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Validators {
    /// The `ETag`, as it was sent.
    pub etag: Option<Box<str>>,
    /// The `Last-Modified`, as it was sent.
    pub last_modified: Option<Box<str>>,
}

/// What a server answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fetched {
    /// The same as when the validators were given.
    NotModified,
    /// A body. With a 2xx it is whole; with any other status it is the beginning of what explains it.
    Body {
        /// The body, its status, its address after redirects and the headers that matter.
        body: Body,
        /// What to ask by the next time. None where the answer came by a redirect: they belong to another address.
        validators: Option<Validators>,
        /// How long the server, failing or limiting us, asks to be left alone; a day at most.
        retry_after: Option<Duration>,
    },
}

/// Carries out requests. One for the whole program: it holds the connections and the turns at each host.
pub struct Fetcher {
    client: Client,
    hosts: host::Hosts,
    total_deadline: Duration,
    body_cap: usize,
    redirects: usize,
}

/// The beginning of an error page that is kept: enough for its title.
const EXPLANATION_CAP: usize = 64 << 10;

/// One request of a chain of redirects.
struct Hop<'a> {
    url: &'a Url,
    accept: &'static str,
    validators: Option<&'a Validators>,
    secrets: Secrets<'a>,
    is_first: bool,
    deadline: Instant,
}

/// What a request carries that is for one host alone.
#[derive(Clone, Copy)]
enum Secrets<'a> {
    None,
    /// A token, in the header made for it.
    Bearer(&'a Secret),
    /// A form that is posted.
    Form(&'a [(&'a str, &'a str)]),
    /// A call that is posted, signed for this host alone.
    Call(&'a Call<'a>),
}

/// A call that is posted: its body, and the headers that sign it.
#[derive(Debug, Clone, Copy)]
pub struct Call<'a> {
    /// Headers for everybody to see, names in lower case.
    pub headers: &'a [(&'static str, &'a str)],
    /// What proves who asks.
    pub authorization: &'a Secret,
    /// What is posted.
    pub body: &'a str,
}

/// What one hop came to.
enum Step {
    Arrived(Fetched),
    Onward(Url),
}

impl Fetcher {
    /// Makes the fetcher and its client.
    ///
    /// # Errors
    /// [`FetcherError`] for what the configuration or the machine lacks.
    pub fn new(settings: Settings) -> Result<Self, FetcherError> {
        let client = Client::new(Options {
            user_agent: settings.user_agent,
            connect_deadline: settings.connect_deadline,
            allow_private: settings.allow_private,
            proxy: settings.proxy,
            extra_roots_pem: settings.extra_roots_pem,
        })?;
        Ok(Self {
            client,
            hosts: host::Hosts::new(settings.idle_connections, client::IDLE),
            total_deadline: settings.total_deadline,
            body_cap: settings.body_cap,
            redirects: settings.redirects,
        })
    }

    /// Carries out one request, following redirects. `validators` are those of the last good answer to the same
    /// request; without them the whole body is asked for, which a caller does every few hours whatever comes.
    ///
    /// # Errors
    /// [`Unreadable`], where no answer came or not all of it. A failing status is an answer.
    pub async fn fetch(&self, request: &Request, validators: Option<&Validators>) -> Result<Fetched, Unreadable> {
        self.carry_out(request, validators, Secrets::None).await
    }

    /// The same with a token, which goes to the host of the request and to no other: a redirect elsewhere is refused.
    ///
    /// # Errors
    /// As [`Self::fetch`].
    pub async fn fetch_signed(
        &self,
        request: &Request,
        validators: Option<&Validators>,
        token: &Secret,
    ) -> Result<Fetched, Unreadable> {
        self.carry_out(request, validators, Secrets::Bearer(token)).await
    }

    /// Posts a form that holds a secret. No redirect is followed.
    ///
    /// # Errors
    /// As [`Self::fetch`].
    pub async fn post(&self, request: &Request, form: &[(&str, &str)]) -> Result<Fetched, Unreadable> {
        self.carry_out(request, None, Secrets::Form(form)).await
    }

    /// Posts a signed call. No redirect is followed: the signature names the host.
    ///
    /// # Errors
    /// As [`Self::fetch`].
    pub async fn call(&self, request: &Request, call: &Call<'_>) -> Result<Fetched, Unreadable> {
        self.carry_out(request, None, Secrets::Call(call)).await
    }

    /// How long one request may take, redirects and all.
    #[must_use]
    pub const fn total_deadline(&self) -> Duration {
        self.total_deadline
    }

    async fn carry_out(
        &self,
        request: &Request,
        validators: Option<&Validators>,
        secrets: Secrets<'_>,
    ) -> Result<Fetched, Unreadable> {
        let deadline = Instant::now() + self.total_deadline;
        let mut url = request.url.clone();
        url.set_fragment(None);
        let mut validators = validators;
        for hops in 0..=self.redirects {
            let hop = Hop { url: &url, accept: request.accept, validators, secrets, is_first: hops == 0, deadline };
            match self.hop(&hop).await? {
                Step::Arrived(fetched) => return Ok(fetched),
                Step::Onward(next) => url = next,
            }
            validators = None;
        }
        Err(Unreadable::Moved(format!(
            "redirected more than {} times, at last to {}",
            self.redirects,
            redirect::shown(&url)
        )))
    }

    async fn hop(&self, hop: &Hop<'_>) -> Result<Step, Unreadable> {
        let key = host::key(hop.url);
        let queued = Instant::now();
        let turn = timeout_at(hop.deadline, self.hosts.turn(&key)).await;
        let waited = queued.elapsed();
        let _turn = turn.map_err(|_| self.late(&key, waited))?;
        let mut response =
            timeout_at(hop.deadline, self.send(hop, &key)).await.map_err(|_| self.late(&key, waited))??;
        match response.status() {
            StatusCode::NOT_MODIFIED => answer::not_modified(hop.validators).map(Step::Arrived),
            status if redirect::is_followed(status) && response.headers().contains_key(LOCATION) => {
                self.onward(hop, &response).map(Step::Onward)
            }
            _ => self.arrive(hop, &mut response).await.map(Step::Arrived),
        }
    }

    /// Sends, and sends once more where the connection ended without an answer: a server that closes what is idle for
    /// as long as a source's interval would else fail every other look.
    async fn send(&self, hop: &Hop<'_>, key: &str) -> Result<Response, Failure> {
        match self.client.send(self.outgoing(hop, key)).await {
            Err(Failure::Dropped(_)) => self.client.send(self.outgoing(hop, key)).await,
            answered => answered,
        }
    }

    fn outgoing(&self, hop: &Hop<'_>, key: &str) -> reqwest::Request {
        let is_posted = matches!(hop.secrets, Secrets::Form(_) | Secrets::Call(_));
        let method = if is_posted { Method::POST } else { Method::GET };
        let mut request = reqwest::Request::new(method, hop.url.clone());
        let mut set = |name: HeaderName, value: &str| {
            if let Ok(value) = HeaderValue::from_str(value) {
                request.headers_mut().insert(name, value);
            }
        };
        set(ACCEPT, hop.accept);
        // A server that knows both obeys the tag alone; one that knows only the date could see too little.
        match hop.validators {
            Some(Validators { etag: Some(etag), .. }) => set(IF_NONE_MATCH, etag),
            Some(Validators { last_modified: Some(date), .. }) => set(IF_MODIFIED_SINCE, date),
            Some(_) | None => {}
        }
        if !self.hosts.keeps_connection(key, Instant::now()) {
            set(CONNECTION, "close");
        }
        match hop.secrets {
            Secrets::None => {}
            Secrets::Bearer(token) => prove(&mut request, &format!("Bearer {}", token.reveal())),
            Secrets::Call(call) => {
                for (name, value) in call.headers {
                    set(HeaderName::from_static(name), value);
                }
                *request.body_mut() = Some(call.body.to_owned().into());
                prove(&mut request, call.authorization.reveal());
            }
            Secrets::Form(fields) => {
                set(CONTENT_TYPE, "application/x-www-form-urlencoded");
                let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
                *request.body_mut() = Some(form.into());
            }
        }
        request
    }

    fn onward(&self, hop: &Hop<'_>, response: &Response) -> Result<Url, Unreadable> {
        let from = hop.url;
        let location = response.headers().get(LOCATION).map(HeaderValue::as_bytes).unwrap_or_default();
        let next = redirect::onward(from, location)?;
        match hop.secrets {
            Secrets::Bearer(_) if next.origin() != from.origin() => {
                return Err(redirect::refused(from, &next, "a token is shown to no other host"));
            }
            Secrets::Form(_) => return Err(redirect::refused(from, &next, "a secret is sent nowhere else")),
            Secrets::Call(_) => return Err(redirect::refused(from, &next, "a signed call is for one host")),
            Secrets::None | Secrets::Bearer(_) => {}
        }
        match self.client.vet(&next) {
            Ok(()) => Ok(next),
            Err(why) => Err(redirect::refused(from, &next, &why.to_string())),
        }
    }

    async fn arrive(&self, hop: &Hop<'_>, response: &mut Response) -> Result<Fetched, Unreadable> {
        let mut bytes = Vec::new();
        if response.status().is_success() {
            let reading = timeout_at(hop.deadline, capped::read(response, self.body_cap, &mut bytes)).await;
            reading.map_err(|_| self.endless(bytes.len()))??;
        } else {
            let reading = capped::beginning(response, EXPLANATION_CAP, &mut bytes);
            // What came until the deadline is all the explanation there is.
            let _ = timeout_at(hop.deadline, reading).await;
        }
        answer::fetched(hop.url, hop.is_first, response, bytes)
    }

    fn late(&self, key: &str, waited: Duration) -> Unreadable {
        let deadline = spoken(self.total_deadline);
        let queue = if waited > self.total_deadline / 2 {
            format!(", most of it spent waiting for other requests to {key}")
        } else {
            String::new()
        };
        Unreadable::Unreachable(format!("no answer within {deadline}{queue}"))
    }

    fn endless(&self, read: usize) -> Unreadable {
        let deadline = spoken(self.total_deadline);
        Unreadable::CutShort(format!("the body had not ended after {deadline}, {read} bytes had come"))
    }
}

/// Adds the header that proves who asks, which no log shows.
fn prove(request: &mut reqwest::Request, value: &str) {
    if let Ok(mut value) = HeaderValue::from_str(value) {
        value.set_sensitive(true);
        request.headers_mut().insert(AUTHORIZATION, value);
    }
}

impl From<Failure> for Unreadable {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::NotAllowed(why) => Self::NotAllowed(why.to_string()),
            Failure::Unreachable(why) | Failure::Dropped(why) => Self::Unreachable(why),
            Failure::Tls(why) => Self::Unreachable(format!("TLS: {why}")),
            Failure::Refused(why) => Self::Refused(why),
            Failure::CutShort(why) => Self::CutShort(why),
            Failure::Unexpected(why) => Self::Unexpected(why),
        }
    }
}
