//! Passwords: Argon2id, in threads that may block, a few at a time; and those that nobody should choose.

use std::sync::{Arc, LazyLock};

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;

/// The fewest characters that are taken; more are advised.
const LEAST: usize = 8;
/// The most octets; more would only cost time.
const MOST: usize = 1_024;
/// Hashes at the same time: each takes some 20 MB and a core.
const AT_ONCE: usize = 2;
/// How many may wait for their turn.
const WAITING: usize = 32;

/// The commonest ones of eight characters or more, and what stands on our own door.
const COMMON: &str = include_str!("common_passwords.txt");

/// Too many sign in at the same moment.
#[derive(Debug)]
pub struct Busy;

/// Where passwords are hashed.
#[derive(Debug)]
pub struct Passwords {
    turns: Arc<Semaphore>,
    waiting: Semaphore,
}

impl Default for Passwords {
    fn default() -> Self {
        Self { turns: Arc::new(Semaphore::new(AT_ONCE)), waiting: Semaphore::new(WAITING) }
    }
}

/// What an unknown name's password is compared with, so that it takes as long as a known one's.
static NOBODYS: LazyLock<String> = LazyLock::new(|| hashed("nobody's password at all").unwrap_or_default());

fn argon2() -> Argon2<'static> {
    // 19 MiB, two passes, one lane: OWASP's first choice for Argon2id.
    let params = Params::new(19_456, 2, 1, None).unwrap_or_default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

fn hashed(password: &str) -> Option<String> {
    argon2().hash_password(password.as_bytes()).ok().map(|hash| hash.to_string())
}

fn is_right(password: &str, kept: &str) -> bool {
    PasswordHash::new(kept).is_ok_and(|kept| argon2().verify_password(password.as_bytes(), &kept).is_ok())
}

impl Passwords {
    /// The hash of a password.
    ///
    /// # Errors
    /// [`Busy`].
    pub async fn hash(&self, password: String) -> Result<String, Busy> {
        self.turn(move || hashed(&password)).await?.ok_or(Busy)
    }

    /// Whether a password is the one of this hash. Without a hash it takes as long, and is not.
    ///
    /// # Errors
    /// [`Busy`].
    pub async fn are_equal(&self, password: String, kept: Option<String>) -> Result<bool, Busy> {
        self.turn(move || {
            let is_known = kept.is_some();
            let kept = kept.unwrap_or_else(|| NOBODYS.clone());
            is_right(&password, &kept) && is_known
        })
        .await
    }

    async fn turn<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Busy> {
        let _waiting = self.waiting.try_acquire().map_err(|_| Busy)?;
        let turn = Arc::clone(&self.turns).acquire_owned().await.map_err(|_| Busy)?;
        let worked = tokio::task::spawn_blocking(move || {
            // Whoever asked may have hung up meanwhile: the turn is over when the work is.
            let _turn = turn;
            work()
        });
        worked.await.map_err(|_| Busy)
    }
}

/// Why a password should not be taken.
///
/// # Errors
/// The reason, for people.
pub fn must_be_fit(password: &str, name: &str) -> Result<(), &'static str> {
    let folded = password.to_lowercase();
    let folded = folded.trim();
    let distinct: std::collections::BTreeSet<char> = folded.chars().collect();
    let is_name = !name.is_empty() && folded.replace(&name.to_lowercase(), "").chars().count() < 4;
    if password.chars().count() < LEAST {
        return Err("It needs 8 characters at least; 15 or more are better, such as four words.");
    }
    if password.len() > MOST {
        return Err("It is longer than 1,024 octets.");
    }
    if distinct.len() < 4 || is_name || is_common(folded) {
        return Err("It is one of the first that anybody would try. Take four words that do not belong together.");
    }
    Ok(())
}

fn is_common(folded: &str) -> bool {
    let bare = folded.trim_end_matches(|c: char| c.is_ascii_digit() || "!.?@#$".contains(c));
    COMMON.lines().any(|common| common == folded || common == bare)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_everybody_would_try_is_refused() {
        for bad in ["short", "password", "Password1!", "12345678", "aaaaaaaaaaaa", "qwertyuiop", "bellwether2026"] {
            assert!(must_be_fit(bad, "ada").is_err(), "{bad}");
        }
        assert!(must_be_fit("Ada Lovelace1", "ada lovelace").is_err(), "one's own name");
        assert!(must_be_fit("correct horse battery staple", "ada").is_ok());
        assert!(must_be_fit(&"ab12".repeat(300), "ada").is_err());
    }

    #[tokio::test]
    async fn only_the_password_itself_is_right() {
        let passwords = Passwords::default();
        let kept = passwords.hash("four words are enough".to_owned()).await.unwrap();
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
        assert!(passwords.are_equal("four words are enough".to_owned(), Some(kept.clone())).await.unwrap());
        assert!(!passwords.are_equal("four words are enouhg".to_owned(), Some(kept)).await.unwrap());
        assert!(!passwords.are_equal("nobody's password at all".to_owned(), None).await.unwrap());
    }

    #[tokio::test]
    async fn who_hangs_up_leaves_no_hash_behind_that_nobody_counts() {
        let passwords = Passwords::default();
        for _ in 0..AT_ONCE {
            let asked = passwords.hash("four words are enough".to_owned());
            assert!(tokio::time::timeout(std::time::Duration::ZERO, asked).await.is_err(), "it takes its time");
        }
        assert_eq!(passwords.turns.available_permits(), 0, "both are being made still");
    }
}
