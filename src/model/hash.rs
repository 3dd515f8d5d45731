//! A hash of what was said. A change is found by it, never by counting updates or trusting a date.

use sha2::{Digest, Sha256};

/// Collects parts into a SHA-256. Each part is length-prefixed, so that no two lists of parts collide by joining.
#[derive(Clone, Default)]
pub struct Hasher(Sha256);

impl Hasher {
    /// Adds one part.
    #[must_use]
    pub fn part(mut self, part: impl AsRef<[u8]>) -> Self {
        let bytes = part.as_ref();
        self.0.update((bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
        self
    }

    /// The first `chars` hexadecimal digits of the hash (64 at the most).
    #[must_use]
    pub fn hex(self, chars: usize) -> String {
        let mut text = String::with_capacity(64);
        for byte in self.0.finalize() {
            for nibble in [byte >> 4, byte & 15] {
                text.push(char::from_digit(u32::from(nibble), 16).unwrap_or('0'));
            }
        }
        text.truncate(chars);
        text
    }
}

/// The hash of one thing, 32 hexadecimal digits.
#[must_use]
pub fn of(bytes: &[u8]) -> String {
    Hasher::default().part(bytes).hex(32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_do_not_run_together() {
        assert_ne!(Hasher::default().part("ab").part("c").hex(64), Hasher::default().part("a").part("bc").hex(64));
        assert_eq!(of(b"x"), of(b"x"));
        assert_eq!(of(b"x").len(), 32);
    }
}
