//! A vendor and its sources, as a folder in `sources/` describes them.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use url::Url;

use super::credentials::Access;
use super::detected::Auto;
use super::feed::FeedRules;
use super::format::Format;
use super::id::{SourceId, VendorId};
use super::mapping::Mapping;

/// A company that the organisation depends on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Vendor {
    /// The folder's name.
    pub id: VendorId,
    /// The name for people.
    pub name: String,
    /// Other names that people look for it by: products, and what it was called before.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<String>,
    /// The page for people.
    pub homepage: Option<Url>,
    /// Where its status pages were before: they are known in people's notes, and read no more.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub formerly: Vec<Url>,
    /// Words to find it by: `hospital`, `security`, `cloud`.
    pub tags: Vec<String>,
    /// Whom to call.
    pub support: Support,
    /// How a vendor without a public page tells its customers, for people. `None` where there is a page.
    pub notifies: Option<String>,
    /// Where its health can be read.
    pub sources: Vec<Source>,
}

impl Vendor {
    /// A vendor of which only this is known.
    #[must_use]
    pub fn named(id: VendorId, name: &str, sources: Vec<Source>) -> Self {
        Self {
            id,
            name: name.to_owned(),
            also: Vec::new(),
            homepage: None,
            formerly: Vec::new(),
            tags: Vec::new(),
            support: Support::default(),
            notifies: None,
            sources,
        }
    }
}

/// Whom to call at a vendor.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Support {
    /// The telephone number, as it is dialled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// The support portal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub portal: Option<Url>,
    /// The organisation's account number with the vendor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
}

/// One place where a vendor's health can be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Source {
    /// `vendor/source`.
    pub id: SourceId,
    /// How the place publishes.
    pub format: Format,
    /// The address that the format starts from. `None` only for `manual`.
    pub url: Option<Url>,
    /// When it is looked at.
    pub every: Schedule,
    /// Addresses of single roles, where they do not follow from `url`.
    pub roles: Vec<(String, Url)>,
    /// How a `feed` is to be read, where not as usual.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub feed: Option<Box<FeedRules>>,
    /// How a page that no format knows is to be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub map: Option<Box<Mapping>>,
    /// Whether it wants credentials, and whether there are any.
    pub access: Access,
    /// Set where the file leaves open how the place publishes (`format = "auto"`): `format`, `url` and `roles` are then
    /// what was found out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto: Option<Box<Auto>>,
    /// When somebody last saw the address answer in this format. `None`: it is only said to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub probed: Option<Month>,
}

/// A month: `2026-09`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(try_from = "String", into = "String")]
pub struct Month(String);

impl Month {
    /// Parses four digits, a hyphen and two digits.
    ///
    /// # Errors
    /// What is wrong and what to write.
    pub fn parse(text: &str) -> Result<Self, String> {
        let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        let is_month = |(year, month): &(&str, &str)| {
            year.len() == 4 && digits(year) && month.len() == 2 && digits(month) && ("01"..="12").contains(month)
        };
        match text.split_once('-').filter(is_month) {
            Some(_) => Ok(Self(text.to_owned())),
            None => Err(format!("`{text}` is not a month; write a year and a month, as \"2026-09\"")),
        }
    }

    /// The month as it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Month {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text)
    }
}

impl From<Month> for String {
    fn from(month: Month) -> Self {
        month.0
    }
}

impl Source {
    /// A source that is read as its format reads, at the usual interval, open to everybody.
    #[must_use]
    pub fn at(id: SourceId, format: Format, url: Option<Url>) -> Self {
        let auto = Auto::of(format, url.as_ref());
        Self {
            id,
            format,
            url,
            every: Schedule::USUAL,
            roles: Vec::new(),
            feed: None,
            map: None,
            access: Access::Open,
            auto,
            probed: None,
        }
    }

    /// Whether it is looked at.
    #[must_use]
    pub const fn is_polled(&self) -> bool {
        self.url.is_some() && self.access.lacks().is_none()
    }
}

/// When a source is looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Schedule {
    /// At a steady interval, spread by the source's name.
    Every(Duration),
    /// By a cron line of five fields, in UTC, as people write them.
    Cron(String),
}

impl Schedule {
    /// What holds unless the vendor's file says otherwise.
    pub const USUAL: Self = Self::Every(Duration::from_secs(60));
}
