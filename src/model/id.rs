//! Identifiers. Parsed once at the border; beyond it a wrong one cannot exist.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::hash::Hasher;

/// Why a text is not an identifier.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{given:?} is not a {what}: use lower-case letters, digits and '-', at most 64 characters{also}")]
pub struct NotAnId {
    what: &'static str,
    given: String,
    also: &'static str,
}

fn is_word(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 64
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

macro_rules! word_id {
    ($(#[$doc:meta])* $name:ident, $what:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Parses an identifier of lower-case letters, digits and hyphens.
            ///
            /// # Errors
            /// [`NotAnId`] names the text and what is allowed.
            pub fn parse(text: &str) -> Result<Self, NotAnId> {
                if is_word(text) {
                    Ok(Self(text.to_owned()))
                } else {
                    Err(NotAnId { what: $what, given: text.to_owned(), also: "" })
                }
            }

            /// The identifier as it is written.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl TryFrom<String> for $name {
            type Error = NotAnId;
            fn try_from(text: String) -> Result<Self, NotAnId> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0
            }
        }
    };
}

word_id!(
    /// A vendor: the name of its folder in `sources/`.
    VendorId, "vendor"
);
word_id!(
    /// A message at set hours, as named in `config/subscriptions.toml`.
    ShiftId, "shift"
);
word_id!(
    /// A service of the organisation, as named in `config/inventory.toml`.
    ServiceId, "service"
);
word_id!(
    /// A site of the organisation, as named in `config/inventory.toml`.
    SiteId, "site"
);
word_id!(
    /// Credentials, as named in `config/bellwether.toml` and by the sources that need them.
    CredentialsId, "name for credentials"
);
word_id!(
    /// A subscription, as named in `config/subscriptions.toml`.
    SubscriptionId, "subscription"
);
word_id!(
    /// A receiver, as named in `config/subscriptions.toml`.
    ReceiverId, "receiver"
);

word_id!(
    /// A set of templates: a folder in `config/templates`.
    TemplateSetId, "set of templates"
);

/// The name of a vendor's source that holds what people enter.
const BY_HAND: &str = "manual";

/// A source: `vendor/source`, as `okta/status-page`. A replayed folder is a source that is its own vendor: `okta`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SourceId(String);

impl SourceId {
    /// Parses `vendor/source`, or one word that is both.
    ///
    /// # Errors
    /// [`NotAnId`] names the text and what is allowed.
    pub fn parse(text: &str) -> Result<Self, NotAnId> {
        let (vendor, source) = text.split_once('/').unwrap_or((text, "x"));
        if is_word(vendor) && is_word(source) {
            Ok(Self(text.to_owned()))
        } else {
            Err(NotAnId { what: "source", given: text.to_owned(), also: ", and one '/' between vendor and source" })
        }
    }

    /// The source `name` of `vendor`.
    ///
    /// # Errors
    /// [`NotAnId`] when `name` is not a word.
    pub fn of(vendor: &VendorId, name: &str) -> Result<Self, NotAnId> {
        Self::parse(&format!("{vendor}/{name}"))
    }

    /// The source of what is entered by hand for a vendor.
    #[must_use]
    pub fn by_hand(vendor: &VendorId) -> Self {
        Self(format!("{vendor}/{BY_HAND}"))
    }

    /// Whether what it says was entered by hand.
    #[must_use]
    pub fn is_by_hand(&self) -> bool {
        self.0.split_once('/').is_some_and(|(_, name)| name == BY_HAND)
    }

    /// The first and the last that a source of `vendor` can be. Others may lie between them.
    #[must_use]
    pub fn bounds(vendor: &VendorId) -> std::ops::RangeInclusive<Self> {
        Self(vendor.0.clone())..=Self(format!("{vendor}/~"))
    }

    /// Whether it is one of this vendor's.
    #[must_use]
    pub fn is_of(&self, vendor: &VendorId) -> bool {
        self.vendor_word() == vendor.as_str()
    }

    /// The vendor's part.
    #[must_use]
    pub fn vendor(&self) -> VendorId {
        VendorId(self.vendor_word().to_owned())
    }

    /// The vendor's part as it is written.
    #[must_use]
    pub fn vendor_word(&self) -> &str {
        self.0.split('/').next().unwrap_or_default()
    }

    /// The whole identifier as it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl TryFrom<String> for SourceId {
    type Error = NotAnId;
    fn try_from(text: String) -> Result<Self, NotAnId> {
        Self::parse(&text)
    }
}

impl From<SourceId> for String {
    fn from(id: SourceId) -> String {
        id.0
    }
}

/// An incident of ours: the vendor's name and sixteen hexadecimal digits, made from the report that began it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct IncidentId(pub String);

impl fmt::Display for IncidentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// Makes identifiers. They are hashes of what they name, salted once for each installation: the same happening always
/// gets the same id, also after a crash, and two installations never share one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ids {
    salt: String,
}

impl Ids {
    /// Identifiers of the installation that drew `salt`.
    #[must_use]
    pub fn salted(salt: impl Into<String>) -> Self {
        Self { salt: salt.into() }
    }

    /// The incident that begins with this generation of a vendor's key.
    #[must_use]
    pub fn incident(&self, source: &SourceId, key: &str, generation: u32) -> IncidentId {
        let hash = Hasher::default().part(&self.salt).part(source.as_str()).part(key).part(generation.to_le_bytes());
        IncidentId(format!("{}-{}", source.vendor(), hash.hex(16)))
    }

    /// What only who was sent it knows: it lets a receiver take care of one incident, until that time.
    #[must_use]
    pub fn seal(&self, incident: &IncidentId, receiver: &ReceiverId, ends: i64) -> String {
        let inner = Hasher::default().part(&self.salt).part("seal 1").part(&incident.0).part(receiver.as_str());
        // Hashed twice and cut, so that nobody can go on from one seal to another.
        Hasher::default().part(&self.salt).part(inner.part(ends.to_le_bytes()).hex(64)).hex(32)
    }

    /// The notification to `address` that `what` at `at` makes due.
    #[must_use]
    pub fn notification(&self, address: &str, what: &str, at: Timestamp) -> NotificationId {
        let at = at.as_microsecond().to_le_bytes();
        NotificationId(Hasher::default().part(&self.salt).part(address).part(what).part(at).hex(32))
    }
}

/// A notification: 32 hexadecimal digits. It is the mail's Message-ID and the webhook's `webhook-id`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NotificationId(pub String);

impl fmt::Display for NotificationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_names_its_vendor() {
        let id = SourceId::parse("okta/status-page").unwrap();
        assert_eq!(id.vendor().as_str(), "okta");
        assert_eq!(SourceId::parse("okta").unwrap().vendor().as_str(), "okta");
    }

    #[test]
    fn a_vendors_sources_lie_within_its_bounds() {
        let okta = VendorId::parse("okta").unwrap();
        let within = |id: &str| {
            let id = SourceId::parse(id).unwrap();
            SourceId::bounds(&okta).contains(&id) && id.is_of(&okta)
        };
        assert!(within("okta") && within("okta/status-page") && within("okta/zz"));
        assert!(!within("okta-2/status-page") && !within("okta2/x") && !within("okt/x"));
    }

    #[test]
    fn what_could_be_a_path_or_a_header_is_no_id() {
        for bad in ["", "Okta", "a b", "a/b/c", "../etc", "a\nb", "a/"] {
            assert!(SourceId::parse(bad).is_err(), "{bad:?}");
            assert!(VendorId::parse(bad).is_err(), "{bad:?}");
        }
    }
}
