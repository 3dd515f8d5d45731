//! The call to a watch outside, which raises the alarm when it is not called any more. Whether there is anything to call
//! it for is decided elsewhere.

use std::fmt;
use std::time::Duration;

use reqwest::{Method, Request};
use tokio::time::timeout;
use url::Url;

use crate::model::address::AllowedNetwork;
use crate::outgoing::client::{Client, ClientError, Options};

/// For one call, all told. A call that takes longer comes too late to be one.
const DEADLINE: Duration = Duration::from_secs(15);

/// The way to the watch outside.
pub struct Heart {
    client: Client,
    url: Url,
    /// How often it is called while all is well.
    pub every: Duration,
}

impl fmt::Debug for Heart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Heart({})", self.host())
    }
}

impl Heart {
    /// Makes the way. The address is a secret: who has it can keep the watch quiet.
    ///
    /// # Errors
    /// [`ClientError`] for what the configuration or the machine lacks.
    pub fn new(url: Url, every: Duration, allow_private: bool, options: Options) -> Result<Self, ClientError> {
        let everything = ["0.0.0.0/0", "::/0"].iter().filter_map(|net| net.parse::<AllowedNetwork>().ok());
        let allowed = if allow_private { everything.collect() } else { options.allow_private.clone() };
        let client = Client::new(Options { allow_private: allowed, ..options })?;
        Ok(Self { client, url, every })
    }

    /// The host that is called, which may be shown.
    #[must_use]
    pub fn host(&self) -> &str {
        self.url.host_str().unwrap_or("?")
    }

    /// Calls once.
    ///
    /// # Errors
    /// Why it was not heard, in words without the address.
    pub async fn beat(&self) -> Result<(), String> {
        let request = Request::new(Method::GET, self.url.clone());
        match timeout(DEADLINE, self.client.send(request)).await {
            Ok(Ok(response)) if response.status().is_success() => Ok(()),
            Ok(Ok(response)) => Err(format!("{} answered HTTP {}", self.host(), response.status().as_u16())),
            Ok(Err(failure)) => Err(failure.to_string()),
            Err(_) => Err(format!("{} did not answer within {} s", self.host(), DEADLINE.as_secs())),
        }
    }
}
