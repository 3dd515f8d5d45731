//! Asks over the network, with what servers gave us to ask whether anything changed.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;

use crate::fetch::{Fetched, Fetcher, Validators};
use crate::model::id::SourceId;
use crate::model::vendor::Source;
use crate::normalize::{Outcome, Request};
use crate::pipeline::look::{Ask, Asked};

/// A server that says "not modified" for ever is asked for the whole document after this.
const WHOLE_AFTER: Duration = Duration::from_secs(6 * 3600);

/// Carries requests out over the network.
pub struct Network {
    fetcher: Fetcher,
    kept: Mutex<HashMap<(SourceId, &'static str), Kept>>,
}

#[derive(Debug, Clone)]
struct Kept {
    validators: Validators,
    since: Instant,
}

impl Network {
    /// A network that remembers nothing yet.
    #[must_use]
    pub fn new(fetcher: Fetcher) -> Self {
        Self { fetcher, kept: Mutex::new(HashMap::new()) }
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

#[async_trait]
impl Ask for Network {
    async fn ask(&self, source: &Source, request: &Request, may_be_same: bool) -> Asked {
        let key = (source.id.clone(), request.role);
        let validators = if may_be_same { self.kept(&key) } else { None };
        match self.fetcher.fetch(request, validators.as_ref()).await {
            Ok(Fetched::NotModified) => Asked::NotModified,
            Ok(Fetched::Body { body, validators, retry_after, .. }) => {
                self.keep(key, validators);
                Asked::Outcome(Outcome::Body(body), retry_after)
            }
            Err(why) => Asked::Outcome(Outcome::Unreadable(why), None),
        }
    }
}
