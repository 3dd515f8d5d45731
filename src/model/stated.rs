//! A time as a vendor stated it: ours in UTC beside the vendor's own text.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A time that a vendor stated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stated {
    /// In UTC; `None` when the text could not be understood.
    pub at: Option<Timestamp>,
    /// The vendor's own text.
    pub raw: String,
    /// Whether the zone is certain. A page says so where it is not.
    pub certain: bool,
}

impl Stated {
    /// A time whose zone the text itself gives.
    #[must_use]
    pub fn certain(at: Timestamp, raw: impl Into<String>) -> Self {
        Self { at: Some(at), raw: raw.into(), certain: true }
    }

    /// Reads RFC 3339 (any offset, any number of decimals). What cannot be read keeps its text and has no time.
    #[must_use]
    pub fn rfc3339(raw: &str) -> Self {
        let at = raw.trim().parse::<Timestamp>().ok();
        Self { certain: at.is_some(), at, raw: raw.to_owned() }
    }

    /// Seconds since 1970, as AWS states them.
    #[must_use]
    pub fn epoch_seconds(seconds: i64, raw: impl Into<String>) -> Self {
        let at = Timestamp::from_second(seconds).ok();
        Self { certain: at.is_some(), at, raw: raw.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_become_utc_and_the_text_is_kept() {
        let stated = Stated::rfc3339("2022-04-05T02:16:02.123-07:00");
        assert_eq!(stated.at.unwrap().to_string(), "2022-04-05T09:16:02.123Z");
        assert_eq!(stated.raw, "2022-04-05T02:16:02.123-07:00");
        assert!(stated.certain);
    }

    #[test]
    fn what_is_no_time_says_so() {
        let stated = Stated::rfc3339("yesterday at noon");
        assert!(stated.at.is_none() && !stated.certain);
    }
}
