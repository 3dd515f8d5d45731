//! From bytes to a snapshot. This is the only place where a vendor's field names live, each format in its own file.
//!
//! Layer 1, pure: no async, no IO, no clock. A broken entry is a warning and its neighbours are kept; a document that
//! its *sign* does not recognise, or that is cut short, is [`Unreadable`] and never an empty snapshot.

pub mod aws_health;
pub mod azure_emerging;
pub mod azure_rss;
pub mod channel;
pub mod dated;
pub mod document;
pub mod entra;
pub mod feed;
pub mod field;
pub mod google_cloud;
pub mod keyed;
pub mod microsoft_365;
pub mod microsoft_public;
pub mod moment;
pub mod okta;
pub mod oracle_cloud;
pub mod region;
pub mod slack;
pub mod statuspage;

use jiff::Timestamp;
use url::Url;

use crate::model::incident::KnownOpen;
use crate::model::snapshot::{GoneAfter, Snapshot, Unreadable};
use crate::model::vendor::{Evidence, Format, Source};

/// One request that a format needs carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// What the answer is for, a word of the format: `summary`, `incidents`.
    pub role: &'static str,
    /// Where to.
    pub url: Url,
    /// The media types that are wanted, as in an `Accept` header.
    pub accept: &'static str,
}

/// What a server answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body {
    /// The HTTP status; 200 for a body that was read from a file.
    pub status: u16,
    /// The address after all redirects.
    pub final_url: Option<Url>,
    /// The headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The decoded bytes (no content coding left).
    pub bytes: Vec<u8>,
}

impl Body {
    /// A body without a server, as from a file.
    #[must_use]
    pub const fn saved(bytes: Vec<u8>) -> Self {
        Self { status: 200, final_url: None, headers: Vec::new(), bytes }
    }

    /// The first header of that name (lower case).
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }
}

/// What came of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The role of the request.
    pub role: &'static str,
    /// What came.
    pub outcome: Outcome,
}

/// What can come of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// A server answered, with whatever status.
    Body(Body),
    /// Nothing came, or not all of it.
    Unreadable(Unreadable),
    /// A replay has no recording of this role. That is not the same as unreadable.
    NotRecorded,
}

/// What reading came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reading {
    /// More must be asked first.
    Need(Vec<Request>),
    /// This is what the look saw.
    Done(Result<Snapshot, Unreadable>),
}

/// What a format is and can say, for people and for the pipeline.
#[derive(Debug, Clone, Copy)]
pub struct About {
    /// Which format.
    pub format: Format,
    /// How well it is known.
    pub evidence: Evidence,
    /// One line: what it reads, with the page it was learnt from.
    pub summary: &'static str,
    /// What it can say: incidents, maintenances, components, regions, ends.
    pub says: &'static str,
    /// The roles of its documents, the first one being what a lone body is.
    pub roles: &'static [&'static str],
    /// When a missing incident counts as over.
    pub gone_after: GoneAfter,
    /// Whether a key may be used again for another incident after its end.
    pub perishable_keys: bool,
}

/// What `format` is.
#[must_use]
pub const fn about(format: Format) -> About {
    match format {
        Format::Statuspage => statuspage::ABOUT,
        Format::AwsHealth => aws_health::ABOUT,
        Format::AzureRss => azure_rss::ABOUT,
        Format::GoogleCloud => google_cloud::ABOUT,
        Format::Microsoft365 => microsoft_365::ABOUT,
        Format::MicrosoftPublic => microsoft_public::ABOUT,
        Format::AzureEmerging => azure_emerging::ABOUT,
        Format::OracleCloud => oracle_cloud::ABOUT,
        Format::Okta => okta::ABOUT,
        Format::Slack => slack::ABOUT,
        Format::Feed => feed::ABOUT,
        Format::Manual => MANUAL,
    }
}

const MANUAL: About = About {
    format: Format::Manual,
    evidence: Evidence::Recorded,
    summary: "A person's word, for vendors that publish nothing: `bellwether incident open`",
    says: "incidents, components, regions, ends",
    roles: &[],
    gone_after: GoneAfter::USUAL,
    perishable_keys: false,
};

/// The requests of a look at `source`: what is asked first. Empty for `manual`.
#[must_use]
pub fn plan(source: &Source, open: &KnownOpen) -> Vec<Request> {
    let Some(url) = &source.url else { return Vec::new() };
    match source.format {
        Format::Statuspage => statuspage::plan(source, url, open),
        Format::AwsHealth => aws_health::plan(url),
        Format::AzureRss => azure_rss::plan(url),
        Format::GoogleCloud => google_cloud::plan(url),
        Format::Microsoft365 => microsoft_365::plan(source, url),
        Format::MicrosoftPublic => microsoft_public::plan(url),
        Format::AzureEmerging => azure_emerging::plan(url),
        Format::OracleCloud => oracle_cloud::plan(source, url),
        Format::Okta => okta::plan(url),
        Format::Slack => slack::plan(source, url, open),
        Format::Feed => feed::plan(url),
        Format::Manual => Vec::new(),
    }
}

/// Reads the answers of a look.
#[must_use]
pub fn read(source: &Source, answers: &[Answer], open: &KnownOpen, now: Timestamp) -> Reading {
    match source.format {
        Format::Statuspage => statuspage::read(source, answers, open, now),
        Format::AwsHealth => Reading::Done(first(answers).and_then(aws_health::read)),
        Format::AzureRss => Reading::Done(first(answers).and_then(azure_rss::read)),
        Format::GoogleCloud => {
            Reading::Done(first(answers).and_then(|body| google_cloud::read(body, source.url.as_ref())))
        }
        Format::Microsoft365 => microsoft_365::read(source, answers, open),
        Format::MicrosoftPublic => {
            Reading::Done(first(answers).and_then(|body| microsoft_public::read(body, source.url.as_ref())))
        }
        Format::AzureEmerging => Reading::Done(first(answers).and_then(azure_emerging::read)),
        Format::OracleCloud => Reading::Done(oracle_cloud::read(answers, open, now)),
        Format::Okta => Reading::Done(first(answers).and_then(|body| okta::read(body, source.url.as_ref()))),
        Format::Slack => slack::read(source, answers, open),
        Format::Feed => Reading::Done(first(answers).and_then(|body| feed::read(body, source, open, now))),
        Format::Manual => Reading::Done(Err(Unreadable::NotAllowed(
            "a manual source is a person's word and is not polled".to_owned(),
        ))),
    }
}

/// The body of a format that needs one document only.
fn first(answers: &[Answer]) -> Result<&Body, Unreadable> {
    match answers.first().map(|answer| &answer.outcome) {
        Some(Outcome::Body(body)) => Ok(body),
        Some(Outcome::Unreadable(why)) => Err(why.clone()),
        Some(Outcome::NotRecorded) | None => Err(Unreadable::Unexpected("nothing was asked".to_owned())),
    }
}
