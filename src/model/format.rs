//! The ways of publishing that Bellwether can read, and how well each is known.

use serde::{Deserialize, Serialize};

use super::credentials::Kind;

/// One line for each format: its name in a vendor's file, and what publishes so. The order is the one for people.
macro_rules! formats {
    ($($(#[doc = $doc:literal])+ $variant:ident => $name:literal,)+) => {
        /// The ways of publishing that Bellwether can read. Code knows formats; folders know vendors.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
        pub enum Format {
            $($(#[doc = $doc])+ #[serde(rename = $name)] $variant,)+
        }

        impl Format {
            /// All of them, in the order in which they are listed for people.
            pub const ALL: [Self; [$(Self::$variant),+].len()] = [$(Self::$variant),+];

            /// The name in a vendor's file.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }
        }
    };
}

formats! {
    /// Pages of incident.io.
    IncidentIo => "incident-io",
    /// Atlassian Statuspage and what answers like it.
    Statuspage => "statuspage",
    /// Pages of Instatus.
    Instatus => "instatus",
    /// Status pages of Checkly.
    Checkly => "checkly",
    /// Status pages of Better Stack (Better Uptime).
    BetterStack => "better-stack",
    /// Pages of Status.io.
    StatusIo => "status-io",
    /// The AWS Health Dashboard's public events.
    AwsHealth => "aws-health",
    /// The events of an AWS account or organization, by the AWS Health API.
    AwsHealthApi => "aws-health-api",
    /// AWS's public feeds: all updates of the dashboard, or those of one service.
    AwsRss => "aws-rss",
    /// Azure's public status feed.
    AzureRss => "azure-rss",
    /// Google Cloud, Workspace and Maps.
    Google => "google",
    /// The health of a tenant's Microsoft 365, by Microsoft Graph.
    Microsoft365 => "microsoft-365",
    /// What Microsoft tells the public of its admin centers.
    MicrosoftPublic => "microsoft-public",
    /// Azure's public status page, by its API.
    AzureEmerging => "azure-emerging",
    /// What Azure tells a subscription or a tenant, by its Service Health.
    AzureServiceHealth => "azure-service-health",
    /// Oracle Cloud Infrastructure's dashboard.
    OracleCloud => "oracle-cloud",
    /// Okta's status page.
    Okta => "okta",
    /// Slack's status.
    Slack => "slack",
    /// Cachet, versions 2 and 3.
    Cachet => "cachet",
    /// cState, pages that are built ahead.
    CState => "cstate",
    /// A status page of Uptime Kuma.
    UptimeKuma => "uptime-kuma",
    /// The dashboard of Gatus.
    Gatus => "gatus",
    /// Upptime, kept at GitHub.
    Upptime => "upptime",
    /// OpenStatus.
    OpenStatus => "openstatus",
    /// Rootly's status pages.
    Rootly => "rootly",
    /// Statuspal.
    Statuspal => "statuspal",
    /// Sorry.
    Sorry => "sorry",
    /// StatusIQ, Site24x7's status pages.
    Site24x7 => "site24x7",
    /// Salesforce's Trust, all its products.
    Salesforce => "salesforce",
    /// Heroku's status.
    Heroku => "heroku",
    /// Zendesk's status.
    Zendesk => "zendesk",
    /// Zscaler's Trust, cloud by cloud.
    Zscaler => "zscaler",
    /// A status page of PagerDuty's.
    PagerDuty => "pagerduty",
    /// A status page of StatusCast.
    StatusCast => "statuscast",
    /// A status page of Hund, by its feed.
    Hund => "hund",
    /// Any JSON, by a mapping in the vendor's file.
    Json => "json",
    /// Any HTML page, by a mapping in the vendor's file.
    Html => "html",
    /// Any feed: RSS, Atom, JSON Feed.
    Feed => "feed",
    /// A person's word.
    Manual => "manual",
    /// Whatever the page turns out to be: it is found out at the first look, and remembered.
    Auto => "auto",
}

impl Format {
    /// The kind of credentials without which its places let nobody in.
    #[must_use]
    pub const fn credentials(self) -> Option<Kind> {
        match self {
            Self::Microsoft365 | Self::AzureEmerging | Self::AzureServiceHealth => Some(Kind::Entra),
            Self::AwsHealthApi => Some(Kind::Aws),
            _ => None,
        }
    }

    /// Whether its places let nobody in without credentials.
    #[must_use]
    pub const fn wants_credentials(self) -> bool {
        self.credentials().is_some()
    }

    /// Whether it is read as `[source.map]` in the vendor's file says.
    #[must_use]
    pub const fn is_mapped(self) -> bool {
        matches!(self, Self::Json | Self::Html)
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
