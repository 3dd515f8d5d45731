//! A vendor and its sources, as a folder in `sources/` describes them.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use url::Url;

use super::credentials::Access;
use super::feed::FeedRules;
use super::id::{SourceId, VendorId};

/// A company that the organisation depends on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Vendor {
    /// The folder's name.
    pub id: VendorId,
    /// The name for people.
    pub name: String,
    /// The page for people.
    pub homepage: Option<Url>,
    /// Words to find it by: `hospital`, `security`, `cloud`.
    pub tags: Vec<String>,
    /// Whom to call.
    pub support: Support,
    /// How a vendor without a public page tells its customers, for people. `None` where there is a page.
    pub notifies: Option<String>,
    /// Where its health can be read.
    pub sources: Vec<Source>,
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
    /// Whether it wants credentials, and whether there are any.
    pub access: Access,
}

impl Source {
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

/// The ways of publishing that Bellwether can read. Code knows formats; folders know vendors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// Atlassian Statuspage and what answers like it.
    Statuspage,
    /// The AWS Health Dashboard's public events.
    AwsHealth,
    /// Azure's public status feed.
    AzureRss,
    /// Google Cloud, Workspace and Maps.
    GoogleCloud,
    /// The health of a tenant's Microsoft 365, by Microsoft Graph.
    #[serde(rename = "microsoft-365")]
    Microsoft365,
    /// What Microsoft tells the public of its admin centers.
    MicrosoftPublic,
    /// Azure's public status page, by its API.
    AzureEmerging,
    /// Oracle Cloud Infrastructure's dashboard.
    OracleCloud,
    /// Okta's status page.
    Okta,
    /// Slack's status.
    Slack,
    /// Any feed: RSS, Atom, JSON Feed.
    Feed,
    /// A person's word.
    Manual,
}

impl Format {
    /// All of them, in the order in which they are listed for people.
    pub const ALL: [Self; 12] = [
        Self::Statuspage,
        Self::AwsHealth,
        Self::AzureRss,
        Self::GoogleCloud,
        Self::Microsoft365,
        Self::MicrosoftPublic,
        Self::AzureEmerging,
        Self::OracleCloud,
        Self::Okta,
        Self::Slack,
        Self::Feed,
        Self::Manual,
    ];

    /// The name in a vendor's file.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Statuspage => "statuspage",
            Self::AwsHealth => "aws-health",
            Self::AzureRss => "azure-rss",
            Self::GoogleCloud => "google-cloud",
            Self::Microsoft365 => "microsoft-365",
            Self::MicrosoftPublic => "microsoft-public",
            Self::AzureEmerging => "azure-emerging",
            Self::OracleCloud => "oracle-cloud",
            Self::Okta => "okta",
            Self::Slack => "slack",
            Self::Feed => "feed",
            Self::Manual => "manual",
        }
    }

    /// Whether its places let nobody in without credentials.
    #[must_use]
    pub const fn wants_credentials(self) -> bool {
        matches!(self, Self::Microsoft365 | Self::AzureEmerging)
    }

    /// Whether its places speak of something beside what customers use, so that their silence proves no service well.
    #[must_use]
    pub const fn speaks_aside(self) -> bool {
        matches!(self, Self::MicrosoftPublic)
    }

    /// The format of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }
}

/// How well a format is known. What was only guessed never shows green and never alerts until a person confirmed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Evidence {
    /// Read against real bodies.
    Recorded,
    /// Written from the vendor's documentation.
    Documented,
    /// Written from hearsay.
    Guessed,
}
