//! The credentials that sources are signed with, and the tokens that were got by them.
//!
//! Both are in memory alone and never leave this module but in the header or the form that is made for them: not in an
//! error, not in `Debug`, not in what is stored. One keyring is made for each configuration; a new configuration makes
//! a new one, which holds no token yet.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use url::Url;

use super::sigv4::AccessKey;
use crate::fetch::{Fetched, Fetcher};
use crate::model::credentials::way_out;
use crate::model::id::CredentialsId;
use crate::model::secret::Secret;
use crate::model::snapshot::Unreadable;
use crate::normalize::{Request, entra};

/// A token is renewed this long before its end, or after nine tenths of its life if that is later.
const BEFORE_ITS_END: Duration = Duration::from_secs(300);
/// After a refusal nobody is asked again for this long: no look comes sooner, and one look has several requests.
const REFUSED_FOR: Duration = Duration::from_secs(25);
/// Once a fresh token has not helped either, no other is asked for before this has passed.
const IN_VAIN_FOR: Duration = Duration::from_secs(300);

/// An app registration of Microsoft Entra, with its secret.
#[derive(Debug, Clone)]
pub struct App {
    /// Where it signs in.
    pub token_url: Url,
    /// Its id.
    pub client_id: String,
    /// Its secret.
    pub secret: Secret,
}

/// All credentials of a configuration, and the tokens of the moment.
#[derive(Default)]
pub struct Keyring {
    /// Each is ready, or it is said why not.
    apps: BTreeMap<CredentialsId, Result<App, String>>,
    keys: BTreeMap<CredentialsId, Result<AccessKey, String>>,
    tokens: Mutex<HashMap<(CredentialsId, String), Kept>>,
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.apps.keys()).entries(self.keys.keys()).finish()
    }
}

/// A token, or a refusal, and how long it is good for.
#[derive(Clone)]
struct Kept {
    got: Result<Secret, Unreadable>,
    until: Instant,
    in_vain_until: Option<Instant>,
}

/// A token to sign a request with.
pub struct Token {
    /// The token itself.
    pub value: Secret,
    /// Whether it was got for this very request.
    pub is_new: bool,
}

/// Why there is no token.
#[derive(Debug, Clone)]
pub struct NoToken {
    /// For the source.
    pub why: Unreadable,
    /// How long we are asked not to ask again.
    pub wait: Option<Duration>,
}

impl Keyring {
    /// A keyring without any token. Credentials whose secret cannot be found are kept with the reason, so that only
    /// the sources that want them cannot be read.
    #[must_use]
    pub fn new(apps: BTreeMap<CredentialsId, Result<App, String>>) -> Self {
        Self { apps, ..Self::default() }
    }

    /// The same with access keys of AWS, which get no tokens: each request is signed with them.
    #[must_use]
    pub fn with_keys(self, keys: BTreeMap<CredentialsId, Result<AccessKey, String>>) -> Self {
        Self { keys, ..self }
    }

    /// The access key of these credentials.
    ///
    /// # Errors
    /// [`NoToken`].
    pub fn key(&self, name: &CredentialsId) -> Result<&AccessKey, NoToken> {
        match self.keys.get(name) {
            Some(Ok(key)) => Ok(key),
            Some(Err(why)) => Err(unusable(name, why)),
            None if self.apps.contains_key(name) => Err(unusable(name, "this source wants kind = \"aws\"")),
            None => Err(NoToken { why: Unreadable::NotAllowed(way_out(name)), wait: None }),
        }
    }

    /// A token of these credentials for the host of `url`.
    ///
    /// # Errors
    /// [`NoToken`].
    pub async fn token(&self, fetcher: &Fetcher, name: &CredentialsId, url: &Url) -> Result<Token, NoToken> {
        let key = (name.clone(), entra::scope(url));
        let now = Instant::now();
        let kept = self.tokens().get(&key).filter(|kept| kept.until > now).cloned();
        match kept {
            Some(Kept { got: Ok(value), .. }) => Ok(Token { value, is_new: false }),
            Some(Kept { got: Err(why), until, .. }) => Err(NoToken { why, wait: Some(until - now) }),
            None => self.get(fetcher, key).await.map(|value| Token { value, is_new: true }),
        }
    }

    /// Another token than this one, which was not accepted; `None` where that was tried in vain a while ago.
    ///
    /// # Errors
    /// [`NoToken`].
    pub async fn another(
        &self,
        fetcher: &Fetcher,
        name: &CredentialsId,
        url: &Url,
        refused: &Secret,
    ) -> Result<Option<Secret>, NoToken> {
        let key = (name.clone(), entra::scope(url));
        let now = Instant::now();
        if let Some(kept) = self.tokens().get(&key) {
            match &kept.got {
                // Somebody else has renewed it meanwhile.
                Ok(other) if other != refused && kept.until > now => return Ok(Some(other.clone())),
                Ok(_) if kept.in_vain_until.is_some_and(|until| until > now) => return Ok(None),
                Ok(_) | Err(_) => {}
            }
        }
        self.get(fetcher, key).await.map(Some)
    }

    /// Notes that a fresh token was not accepted either.
    pub fn was_in_vain(&self, name: &CredentialsId, url: &Url, refused: &Secret) {
        if let Some(kept) = self.tokens().get_mut(&(name.clone(), entra::scope(url)))
            && kept.got.as_ref() == Ok(refused)
        {
            kept.in_vain_until = Some(Instant::now() + IN_VAIN_FOR);
        }
    }

    fn tokens(&self) -> MutexGuard<'_, HashMap<(CredentialsId, String), Kept>> {
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Signs in, and keeps what came of it. Two that do so at once get a token each, which is no harm.
    async fn get(&self, fetcher: &Fetcher, key: (CredentialsId, String)) -> Result<Secret, NoToken> {
        let (name, scope) = &key;
        let app = match self.apps.get(name) {
            None if self.keys.contains_key(name) => {
                return Err(unusable(name, "this source wants kind = \"entra\""));
            }
            None => return Err(NoToken { why: Unreadable::NotAllowed(way_out(name)), wait: None }),
            Some(Err(why)) => return Err(unusable(name, why)),
            Some(Ok(app)) => app,
        };
        let signed_in = sign_in(fetcher, app, scope).await;
        let doing = format!("{} gives no token for the credentials `{name}`", host(&app.token_url));
        let signed_in = signed_in.map_err(|no| NoToken { why: no.why.while_doing(&doing), ..no });
        let now = Instant::now();
        let (got, lasts) = match &signed_in {
            Ok(grant) => (Ok(grant.token.clone()), grant.lasts.saturating_sub(BEFORE_ITS_END.min(grant.lasts / 10))),
            Err(no) => (Err(no.why.clone()), no.wait.unwrap_or_default().max(refused_for(&no.why))),
        };
        self.tokens().insert(key, Kept { got, until: now + lasts, in_vain_until: None });
        signed_in.map(|grant| grant.token)
    }
}

fn unusable(name: &CredentialsId, why: &str) -> NoToken {
    let why = format!("the credentials `{name}` cannot be used: {why}");
    NoToken { why: Unreadable::NotAllowed(why), wait: None }
}

/// What was refused is not asked again at once; what only failed may be.
const fn refused_for(why: &Unreadable) -> Duration {
    match why {
        Unreadable::Refused(_) => REFUSED_FOR,
        Unreadable::Unreachable(_)
        | Unreadable::Failing(_)
        | Unreadable::Blocked(_)
        | Unreadable::Moved(_)
        | Unreadable::Unexpected(_)
        | Unreadable::CutShort(_)
        | Unreadable::NotAllowed(_) => Duration::ZERO,
    }
}

async fn sign_in(fetcher: &Fetcher, app: &App, scope: &str) -> Result<entra::Grant, NoToken> {
    let request = Request { role: "token", url: app.token_url.clone(), accept: "application/json" };
    let form = entra::form(&app.client_id, scope.to_owned());
    let mut fields: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
    fields.push((entra::SECRET_FIELD, app.secret.reveal()));
    let (body, wait) = match fetcher.post(&request, &fields).await {
        Ok(Fetched::Body { body, retry_after, .. }) => (body, retry_after),
        Ok(Fetched::NotModified) => (crate::normalize::Body::saved(Vec::new()), None),
        Err(why) => return Err(NoToken { why, wait: None }),
    };
    entra::grant(&body).map_err(|why| NoToken { why: without(&app.secret, why), wait })
}

/// A server that repeats what it was sent does not make us repeat it.
fn without(secret: &Secret, why: Unreadable) -> Unreadable {
    if why.to_string().contains(secret.reveal()) {
        Unreadable::Refused("the answer repeats our secret, so it is not shown".to_owned())
    } else {
        why
    }
}

fn host(url: &Url) -> &str {
    url.host_str().unwrap_or("the authority")
}
