//! The token without which the pages and the API answer nobody. Only its hash is kept, and comparing takes the same
//! time whatever was given.

use std::net::SocketAddr;

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

/// The shortest secret that is taken: one that nobody can guess over the network.
pub const LEAST_CHARS: usize = 16;

/// Why nothing is served.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unguarded {
    /// Others could ask, and nothing would keep them out.
    #[error(
        "{listen} can be reached by others, and there is no token: set server.token in config/bellwether.toml, or listen on 127.0.0.1"
    )]
    NoToken {
        /// Where it would listen.
        listen: SocketAddr,
    },
    /// The secret is short enough to be guessed.
    #[error("the token of server.token has fewer than {LEAST_CHARS} characters and could be guessed")]
    TooShort,
    /// The secret of the wallboard is.
    #[error("the token of server.kiosk has fewer than {LEAST_CHARS} characters and could be guessed")]
    KioskTooShort,
    /// The link on a wall would open everything.
    #[error("server.kiosk and server.token are the same: a screen on the wall would open every page")]
    KioskIsToken,
}

/// The hash of the token.
#[derive(Clone)]
pub struct Token {
    hash: [u8; 32],
    /// What the cookie of a browser that signed in holds. The token itself cannot be found from it.
    pass: String,
    /// The token that opens only the wallboard.
    kiosk: Option<Box<Self>>,
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(…)")
    }
}

impl Token {
    /// What is demanded of those who ask at `listen`: nothing where only this machine itself can ask and no token was
    /// set; the token where one was set.
    ///
    /// # Errors
    /// [`Unguarded`], with the way out.
    pub fn demanded(listen: SocketAddr, secret: Option<&str>) -> Result<Option<Self>, Unguarded> {
        match secret.map(str::trim) {
            Some(secret) if secret.chars().count() < LEAST_CHARS => Err(Unguarded::TooShort),
            Some(secret) => Ok(Some(Self::of(secret))),
            None if listen.ip().to_canonical().is_loopback() => Ok(None),
            None => Err(Unguarded::NoToken { listen }),
        }
    }

    fn of(secret: &str) -> Self {
        let hash: [u8; 32] = Sha256::digest(secret.as_bytes()).into();
        let pass = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).map_or_else(
            |_| String::new(),
            |mac| hex(&mac.chain_update(b"bellwether sign-in 1").finalize().into_bytes()),
        );
        Self { hash, pass, kiosk: None }
    }

    /// The same, with a token of its own for screens on walls, which opens the wallboard alone.
    ///
    /// # Errors
    /// [`Unguarded`], with the way out.
    pub fn with_kiosk(self, secret: Option<&str>) -> Result<Self, Unguarded> {
        match secret.map(str::trim) {
            None => Ok(self),
            Some(secret) if secret.chars().count() < LEAST_CHARS => Err(Unguarded::KioskTooShort),
            Some(secret) if self.is(secret) => Err(Unguarded::KioskIsToken),
            Some(secret) => Ok(Self { kiosk: Some(Box::new(Self::of(secret))), ..self }),
        }
    }

    pub(super) fn kiosk(&self) -> Option<&Self> {
        self.kiosk.as_deref()
    }

    /// Whether `given` is the token.
    #[must_use]
    pub fn is(&self, given: &str) -> bool {
        let given: [u8; 32] = Sha256::digest(given.trim().as_bytes()).into();
        are_equal(&self.hash, &given)
    }

    /// Whether `given` is what a cookie of ours holds.
    #[must_use]
    pub fn is_pass(&self, given: &str) -> bool {
        let (ours, given): ([u8; 32], [u8; 32]) =
            (Sha256::digest(self.pass.as_bytes()).into(), Sha256::digest(given.as_bytes()).into());
        !self.pass.is_empty() && are_equal(&ours, &given)
    }

    pub(super) fn pass(&self) -> &str {
        &self.pass
    }
}

/// Compares without ending early: how long it takes says nothing about where they differ.
fn are_equal(a: &[u8; 32], b: &[u8; 32]) -> bool {
    a.iter().zip(b).fold(0, |differs, (a, b)| differs | (a ^ b)) == 0
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().flat_map(|b| [b >> 4, b & 15]).filter_map(|n| char::from_digit(u32::from(n), 16)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "correct horse battery";

    fn at(listen: &str) -> SocketAddr {
        listen.parse().unwrap()
    }

    #[test]
    fn only_this_machine_itself_is_answered_without_a_token() {
        assert!(Token::demanded(at("127.0.0.1:8080"), None).unwrap().is_none());
        assert!(Token::demanded(at("[::1]:8080"), None).unwrap().is_none());
        for open in ["0.0.0.0:8080", "[::]:8080", "10.0.0.7:80"] {
            assert_eq!(Token::demanded(at(open), None).unwrap_err(), Unguarded::NoToken { listen: at(open) });
        }
        assert_eq!(Token::demanded(at("0.0.0.0:1"), Some("short")).unwrap_err(), Unguarded::TooShort);
    }

    #[test]
    fn the_token_and_the_pass_open_and_nothing_else_does() {
        let token = Token::demanded(at("0.0.0.0:1"), Some(SECRET)).unwrap().unwrap();
        assert!(token.is(SECRET) && token.is_pass(token.pass()));
        assert!(!token.is("correct horse batterz") && !token.is("") && !token.is(token.pass()));
        assert!(!token.is_pass(SECRET) && !token.is_pass(""));
        assert!(!format!("{token:?}").contains("horse"));
    }
}
