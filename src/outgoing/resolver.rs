//! Names to addresses, only those that may be connected to. The client connects to exactly these and asks no second
//! time, so that a name cannot change its mind between the look and the connection.
//!
//! Of a mixed answer the addresses that may be asked are used and the others dropped; a name whose every address
//! is dropped is refused.

use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use crate::model::address::{self, AllowedNetwork, NotAllowed};

/// A lookup in the system blocks a thread until the system gives up, long after ours did. So many may hang at once.
const LOOKUPS: usize = 64;

/// Why a name gave no address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ResolveError {
    /// It leads only to where we may not go.
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
    /// The name servers know no address of it.
    #[error("the name {0} does not resolve")]
    Unknown(String),
    /// The name servers did not answer, or answered with a failure of their own.
    #[error("the name {name} cannot be looked up: {why}")]
    Failed {
        /// Which name.
        name: String,
        /// What the system says.
        why: String,
    },
}

/// The resolver that a client asks for every host that is a name.
#[derive(Clone)]
pub struct VettingResolver {
    allowed: Arc<[AllowedNetwork]>,
    proxy_host: Option<String>,
    deadline: Duration,
    lookups: Arc<Semaphore>,
}

impl VettingResolver {
    /// A resolver that lets through public addresses, `allowed` ones, and wherever the proxy stands.
    #[must_use]
    pub fn new(allowed: Arc<[AllowedNetwork]>, proxy_host: Option<String>, deadline: Duration) -> Self {
        Self { allowed, proxy_host, deadline, lookups: Arc::new(Semaphore::new(LOOKUPS)) }
    }

    /// The addresses of `name` that may be connected to.
    ///
    /// # Errors
    /// [`ResolveError`] where there is none.
    pub async fn addresses(&self, name: &str) -> Result<Vec<SocketAddr>, ResolveError> {
        let found = timeout(self.deadline, self.lookup(name.to_owned()))
            .await
            .map_err(|_| failed(name, format!("no answer within {:?}", self.deadline)))?
            .map_err(|error| refused_by_system(name, &error))?;
        if self.proxy_host.as_deref() == Some(name) {
            return Ok(found);
        }
        vetted(name, found, &self.allowed)
    }

    async fn lookup(&self, name: String) -> io::Result<Vec<SocketAddr>> {
        let permit = Arc::clone(&self.lookups).acquire_owned().await.map_err(io::Error::other)?;
        let looking = spawn_blocking(move || {
            let found = (name.as_str(), 0).to_socket_addrs().map(Iterator::collect);
            // The permit goes when the thread is free again, not when we stopped waiting for it.
            drop(permit);
            found
        });
        looking.await.map_err(io::Error::other)?
    }
}

impl Resolve for VettingResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let resolver = self.clone();
        Box::pin(async move {
            let addresses = resolver.addresses(name.as_str()).await?;
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

fn failed(name: &str, why: String) -> ResolveError {
    ResolveError::Failed { name: name.to_owned(), why }
}

/// The standard library hands on the C library's text without its code. Only one of the texts means "ask later";
/// the others mean that there is no such name, or none with an address.
fn refused_by_system(name: &str, error: &io::Error) -> ResolveError {
    let text = error.to_string();
    if text.contains("failure in name resolution") || error.raw_os_error().is_some() {
        let why = text.rsplit(": ").next().unwrap_or(&text).to_owned();
        return failed(name, why);
    }
    ResolveError::Unknown(name.to_owned())
}

fn vetted(name: &str, found: Vec<SocketAddr>, allowed: &[AllowedNetwork]) -> Result<Vec<SocketAddr>, ResolveError> {
    let mut refused = None;
    let mut kept = found;
    kept.retain(|socket| match address::vet(name, socket.ip(), allowed) {
        Ok(()) => true,
        Err(why) => {
            refused.get_or_insert(why);
            false
        }
    });
    match refused {
        Some(why) if kept.is_empty() => Err(why.into()),
        None if kept.is_empty() => Err(ResolveError::Unknown(name.to_owned())),
        Some(_) | None => Ok(kept),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sockets(texts: &[&str]) -> Vec<SocketAddr> {
        texts.iter().map(|text| SocketAddr::new(text.parse().unwrap(), 0)).collect()
    }

    #[test]
    fn of_a_mixed_answer_only_the_public_addresses_are_used() {
        let mixed = sockets(&["10.0.0.1", "1.1.1.1", "::1", "2606:4700::1111", "::ffff:127.0.0.1"]);
        assert_eq!(vetted("x.example", mixed, &[]).unwrap(), sockets(&["1.1.1.1", "2606:4700::1111"]));
    }

    #[test]
    fn a_name_that_leads_only_inside_is_refused_by_its_address() {
        let refused = vetted("x.example", sockets(&["10.0.0.1", "10.0.0.2"]), &[]).unwrap_err();
        assert!(refused.to_string().starts_with("x.example leads to 10.0.0.1, a private address;"), "{refused}");
        let allowed = ["10.0.0.2/32".parse().unwrap()];
        assert_eq!(vetted("x.example", sockets(&["10.0.0.1", "10.0.0.2"]), &allowed).unwrap(), sockets(&["10.0.0.2"]));
    }

    #[test]
    fn no_such_name_is_told_from_no_name_server() {
        let no_such = io::Error::other("failed to lookup address information: Name or service not known");
        assert_eq!(refused_by_system("x.example", &no_such).to_string(), "the name x.example does not resolve");
        let later = io::Error::other("failed to lookup address information: Temporary failure in name resolution");
        assert_eq!(
            refused_by_system("x.example", &later).to_string(),
            "the name x.example cannot be looked up: Temporary failure in name resolution"
        );
    }
}
