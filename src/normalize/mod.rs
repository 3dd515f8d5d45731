//! From bytes to a snapshot. This is the only place where a vendor's field names live, each format in its own file.
//!
//! Layer 1, pure: no async, no IO, no clock. A broken entry is a warning and its neighbours are kept; a document that
//! its *sign* does not recognise, or that is cut short, is [`Unreadable`] and never an empty snapshot.

pub mod answered;
pub mod auto;
pub mod aws_health;
pub mod aws_health_api;
pub mod aws_rss;
pub mod azure_emerging;
pub mod azure_rss;
pub mod azure_service_health;
pub mod better_stack;
pub mod cachet;
pub mod channel;
pub mod checkly;
pub mod cstate;
pub mod dated;
pub mod detect;
pub mod document;
pub mod entra;
pub mod feed;
pub mod field;
pub mod gatus;
pub mod google;
pub mod heroku;
pub mod hund;
pub mod incident_io;
pub mod instatus;
pub mod keyed;
pub mod listed;
pub mod manual;
pub mod mapping;
pub mod markup;
pub mod microsoft_365;
pub mod microsoft_public;
pub mod moment;
pub mod okta;
pub mod openstatus;
pub mod oracle_cloud;
pub mod paged;
pub mod pagerduty;
pub mod region;
pub mod rootly;
pub mod salesforce;
pub mod shape;
pub mod site24x7;
pub mod slack;
pub mod sorry;
pub mod status_io;
pub mod statuscast;
pub mod statuspage;
pub mod statuspal;
pub mod upptime;
pub mod uptime_kuma;
pub mod zendesk;
pub mod zscaler;

use jiff::Timestamp;
use url::Url;

use crate::model::format::{Evidence, Format};
use crate::model::incident::KnownOpen;
use crate::model::phase::Kind;
use crate::model::snapshot::{GoneAfter, Snapshot, Unreadable};
use crate::model::vendor::Source;

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

/// A request that is a call: posted, and signed for one service in one region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// Where it is posted to.
    pub url: Url,
    /// The service that it is signed for.
    pub service: &'static str,
    /// The region that it is signed for.
    pub region: String,
    /// What is called.
    pub target: String,
    /// The kind of the body.
    pub content_type: &'static str,
    /// What is posted.
    pub body: String,
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

/// A look at a source, as a format sees it.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// Which source.
    pub source: &'a Source,
    /// The address that the format starts from.
    pub url: &'a Url,
    /// What is known of it and open.
    pub open: &'a KnownOpen,
    /// When the look is.
    pub now: Timestamp,
}

impl Asked<'_> {
    /// The request for a role: at the address that the source names for it, or else at that path of the page's host.
    #[must_use]
    pub fn request(&self, role: &'static str, path: &str, accept: &'static str) -> Request {
        Request { url: self.named(role).unwrap_or_else(|| at(self.url, path)), role, accept }
    }

    /// The request for a role: at the address that the source names for it, or else that file below the source's address.
    #[must_use]
    pub fn below(&self, role: &'static str, file: &str, accept: &'static str) -> Request {
        Request { url: self.named(role).unwrap_or_else(|| below(self.url, file)), role, accept }
    }

    /// The address that the source names for a role.
    #[must_use]
    pub fn named(&self, role: &str) -> Option<Url> {
        self.source.roles.iter().find(|(name, _)| name == role).map(|(_, url)| url.clone())
    }
}

/// That file below `url` taken for a folder, as for a page that stands in a folder of its host. An address that ends with
/// the file is it already.
fn below(url: &Url, file: &str) -> Url {
    let folder = url.path().trim_end_matches('/');
    if folder.ends_with(file) {
        return url.clone();
    }
    at(url, &format!("{folder}{file}"))
}

/// That path of the host of `url`, without anything else of it.
fn at(url: &Url, path: &str) -> Url {
    let mut url = url.clone();
    url.set_path(path);
    url.set_query(None);
    url.set_fragment(None);
    url
}

/// How a format is read: all that the rest of the program knows of it.
#[derive(Debug, Clone, Copy)]
pub struct Reader {
    /// What it is and can say.
    pub about: About,
    /// The requests of a look: what is asked first.
    pub plan: fn(&Asked<'_>) -> Vec<Request>,
    /// What the answers so far come to.
    pub read: fn(&Asked<'_>, &[Answer]) -> Reading,
    /// Where a source of the format may start, guessed from a status page's address and what stands on it. Each guess is
    /// tried by `plan` and `read`: only the document's own sign counts.
    pub find: fn(&Page<'_>) -> Vec<Url>,
}

/// A status page for people, of which nobody knows yet how it publishes.
#[derive(Debug, Clone, Copy)]
pub struct Page<'a> {
    /// Its address, after redirects.
    pub url: &'a Url,
    /// What it answered, where it could be read.
    pub html: Option<&'a str>,
}

impl Page<'_> {
    /// That path of the page's host.
    #[must_use]
    pub fn at(&self, path: &str) -> Url {
        at(self.url, path)
    }

    /// These addresses, where the page is at one of these hosts: for what one vendor alone publishes.
    #[must_use]
    pub fn only_at(&self, hosts: &[&str], urls: &[&str]) -> Vec<Url> {
        let is_there = self.url.host_str().is_some_and(|host| hosts.contains(&host));
        if is_there { urls.iter().filter_map(|url| Url::parse(url).ok()).collect() } else { Vec::new() }
    }
}

/// How `format` is read.
#[must_use]
pub const fn reader(format: Format) -> &'static Reader {
    match format {
        Format::IncidentIo => &incident_io::READER,
        Format::Statuspage => &statuspage::READER,
        Format::Instatus => &instatus::READER,
        Format::Checkly => &checkly::READER,
        Format::BetterStack => &better_stack::READER,
        Format::StatusIo => &status_io::READER,
        Format::AwsHealth => &aws_health::READER,
        Format::AwsHealthApi => &aws_health_api::READER,
        Format::AwsRss => &aws_rss::READER,
        Format::AzureRss => &azure_rss::READER,
        Format::Google => &google::READER,
        Format::Microsoft365 => &microsoft_365::READER,
        Format::MicrosoftPublic => &microsoft_public::READER,
        Format::AzureEmerging => &azure_emerging::READER,
        Format::AzureServiceHealth => &azure_service_health::READER,
        Format::OracleCloud => &oracle_cloud::READER,
        Format::Okta => &okta::READER,
        Format::Slack => &slack::READER,
        Format::Cachet => &cachet::READER,
        Format::CState => &cstate::READER,
        Format::UptimeKuma => &uptime_kuma::READER,
        Format::Gatus => &gatus::READER,
        Format::Upptime => &upptime::READER,
        Format::OpenStatus => &openstatus::READER,
        Format::Rootly => &rootly::READER,
        Format::Statuspal => &statuspal::READER,
        Format::Sorry => &sorry::READER,
        Format::Site24x7 => &site24x7::READER,
        Format::Salesforce => &salesforce::READER,
        Format::Heroku => &heroku::READER,
        Format::Zendesk => &zendesk::READER,
        Format::Zscaler => &zscaler::READER,
        Format::PagerDuty => &pagerduty::READER,
        Format::StatusCast => &statuscast::READER,
        Format::Hund => &hund::READER,
        Format::Json => &mapping::JSON_READER,
        Format::Html => &mapping::HTML_READER,
        Format::Feed => &feed::READER,
        Format::Manual => &manual::READER,
        Format::Auto => &auto::READER,
    }
}

/// What `format` is.
#[must_use]
pub const fn about(format: Format) -> About {
    reader(format).about
}

/// How well the reading of `source` is known: as its format is, and of a mapping as the vendor's own folder shows.
#[must_use]
pub fn evidence(source: &Source) -> Evidence {
    source.map.as_ref().map_or_else(|| about(source.format).evidence, |map| map.evidence)
}

/// The requests of a look at `source`: what is asked first. Empty for `manual`.
#[must_use]
pub fn plan(source: &Source, open: &KnownOpen, now: Timestamp) -> Vec<Request> {
    source.url.as_ref().map_or_else(Vec::new, |url| (reader(source.format).plan)(&Asked { source, url, open, now }))
}

/// Reads the answers of a look.
#[must_use]
pub fn read(source: &Source, answers: &[Answer], open: &KnownOpen, now: Timestamp) -> Reading {
    let Some(url) = &source.url else {
        let why = "a manual source is a person's word and is not polled".to_owned();
        return Reading::Done(Err(Unreadable::NotAllowed(why)));
    };
    (reader(source.format).read)(&Asked { source, url, open, now }, answers)
}

/// The call that a request stands for, of a format whose places are asked by calls: its requests name them in their
/// addresses, as if they were asked for.
#[must_use]
pub fn call(format: Format, request: &Request) -> Option<Call> {
    (format == Format::AwsHealthApi).then(|| aws_health_api::call(&request.url)).flatten()
}

/// Whether an equal body may say something else by now: where a vendor states when a maintenance is planned, and has no
/// word for its beginning.
#[must_use]
pub fn is_read_anew(source: &Source, open: &KnownOpen) -> bool {
    source.format == Format::AzureServiceHealth && open.keys.values().any(|kind| *kind == Kind::Maintenance)
}
