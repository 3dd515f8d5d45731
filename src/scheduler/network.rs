//! Asks over the network, with what servers gave us to ask whether anything changed, and signed where a source wants it.
//!
//! A request of a source that names credentials carries a token of theirs. One that is not accepted is renewed, once;
//! formats never see a token, so that none can be stored, told or logged with what they read.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use jiff::Timestamp;
use url::Url;

use super::keyring::{Keyring, NoToken};
use super::sigv4::{self, Signing};
use crate::fetch::{self, Fetched, Fetcher, Validators};
use crate::model::credentials::{Access, way_out};
use crate::model::id::{CredentialsId, SourceId};
use crate::model::secret::Secret;
use crate::model::snapshot::Unreadable;
use crate::model::vendor::Source;
use crate::normalize::{self, Body, Outcome, Request};
use crate::pipeline::look::{Ask, Asked};

/// A server that says "not modified" for ever is asked for the whole document after this.
const WHOLE_AFTER: Duration = Duration::from_secs(6 * 3600);

/// A request ends at its own deadline and says why; the one of the whole look comes a little later.
const A_LITTLE: Duration = Duration::from_millis(500);

/// Carries requests out over the network.
pub struct Network {
    fetcher: Fetcher,
    keyring: Keyring,
    kept: Mutex<HashMap<(SourceId, &'static str), Kept>>,
}

#[derive(Debug, Clone)]
struct Kept {
    validators: Validators,
    since: Instant,
}

impl Network {
    /// A network that remembers nothing yet and signs nothing.
    #[must_use]
    pub fn new(fetcher: Fetcher) -> Self {
        Self { fetcher, keyring: Keyring::default(), kept: Mutex::new(HashMap::new()) }
    }

    /// The same, with the credentials of the configuration.
    #[must_use]
    pub fn signing_with(self, keyring: Keyring) -> Self {
        Self { keyring, ..self }
    }

    fn kept(&self, key: &(SourceId, &'static str)) -> Option<Validators> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get(key).filter(|kept| kept.since.elapsed() < WHOLE_AFTER).map(|kept| kept.validators.clone())
    }

    fn keep(&self, key: (SourceId, &'static str), validators: Option<Validators>) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        match validators {
            Some(validators) => kept.insert(key, Kept { validators, since: Instant::now() }),
            None => kept.remove(&key),
        };
    }
}

/// What came of a request, as it is asked for; or why there is nothing, and how long we are asked to wait.
type Came = Result<Fetched, NoToken>;

impl Network {
    async fn carry_out(&self, source: &Source, request: &Request, validators: Option<&Validators>) -> Came {
        match &source.access {
            Access::Open => self.fetcher.fetch(request, validators).await.map_err(nothing),
            Access::Lacking(name) => Err(nothing(Unreadable::NotAllowed(way_out(name)))),
            Access::Signed(name) => match normalize::call(source.format, request) {
                Some(call) => self.called(name, request, &call).await,
                None => self.signed(name, request, validators).await,
            },
        }
    }

    /// Posts a call of AWS's, signed with an access key for this host, region and time. The time is this machine's,
    /// whatever the loops run by: AWS lets nobody in whose clock is wrong by minutes.
    async fn called(&self, name: &CredentialsId, request: &Request, call: &normalize::Call) -> Came {
        let key = self.keyring.key(name)?;
        let date = sigv4::date(Timestamp::now());
        let host = host_of(&call.url);
        let mut headers =
            vec![("content-type", call.content_type), ("x-amz-date", &*date), ("x-amz-target", &*call.target)];
        let mut signed = headers.clone();
        signed.push(("host", &host));
        let signing = Signing {
            method: "POST",
            path: call.url.path(),
            headers: &signed,
            body: call.body.as_bytes(),
            service: call.service,
            region: &call.region,
        };
        let authorization = sigv4::authorization(key, &signing, &date);
        headers.sort_unstable();
        let post = fetch::Call { headers: &headers, authorization: &authorization, body: &call.body };
        let request = Request { url: call.url.clone(), ..request.clone() };
        self.fetcher.call(&request, &post).await.map_err(nothing)
    }

    /// Signs with the token of the moment. If it is not accepted (revoked, or the app was given a permission since),
    /// once more with a fresh one; if that is not accepted either, it stays at that for a while.
    async fn signed(&self, name: &CredentialsId, request: &Request, validators: Option<&Validators>) -> Came {
        let token = self.keyring.token(&self.fetcher, name, &request.url).await?;
        let came = self.shown(request, validators, &token.value).await?;
        if !is_denied(&came) {
            return Ok(came);
        }
        if token.is_new {
            self.keyring.was_in_vain(name, &request.url, &token.value);
            return Ok(came);
        }
        let Some(fresh) = self.keyring.another(&self.fetcher, name, &request.url, &token.value).await? else {
            return Ok(came);
        };
        let came = self.shown(request, validators, &fresh).await?;
        if is_denied(&came) {
            self.keyring.was_in_vain(name, &request.url, &fresh);
        }
        Ok(came)
    }

    /// One request with a token. An answer that repeats the token is not kept: bodies are stored.
    async fn shown(&self, request: &Request, validators: Option<&Validators>, token: &Secret) -> Came {
        let came = self.fetcher.fetch_signed(request, validators, token).await.map_err(nothing)?;
        match came {
            Fetched::Body { body, retry_after, .. } if repeats(&body, token) => {
                let why = format!("the answer (HTTP {}) repeats our token, so it is not kept", body.status);
                Err(NoToken { why: Unreadable::Unexpected(why), wait: retry_after })
            }
            came => Ok(came),
        }
    }
}

const fn nothing(why: Unreadable) -> NoToken {
    NoToken { why, wait: None }
}

/// The host as it stands in the header `host`: with its port where that is not the usual one.
fn host_of(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// Whether a token was not accepted, or was for too little.
const fn is_denied(came: &Fetched) -> bool {
    matches!(came, Fetched::Body { body: Body { status: 401 | 403, .. }, .. })
}

fn repeats(body: &Body, token: &Secret) -> bool {
    let token = token.reveal();
    body.bytes.windows(token.len().max(1)).any(|window| window == token.as_bytes())
        || body.headers.iter().any(|(_, value)| value.contains(token))
}

#[async_trait]
impl Ask for Network {
    async fn ask(&self, source: &Source, request: &Request, may_be_same: bool) -> Asked {
        let key = (source.id.clone(), request.role);
        let validators = if may_be_same { self.kept(&key) } else { None };
        match self.carry_out(source, request, validators.as_ref()).await {
            Ok(Fetched::NotModified) => Asked::NotModified,
            Ok(Fetched::Body { body, validators, retry_after, .. }) => {
                self.keep(key, validators);
                Asked::Outcome(Outcome::Body(body), retry_after)
            }
            Err(NoToken { why, wait }) => Asked::Outcome(Outcome::Unreadable(why), wait),
        }
    }

    fn deadline(&self) -> Option<Duration> {
        Some(self.fetcher.total_deadline() + A_LITTLE)
    }
}
