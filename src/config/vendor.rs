//! `sources/<vendor>/vendor.toml`: a vendor, and where its health can be read. The comments here are its manual.

use schemars::JsonSchema;
use serde::Deserialize;
use url::Url;

use super::places::{Findings, join};
use super::read::own_words;
use super::value::{Name, Period, has_credentials, is_surely_private};
use super::{Parsed, read, schedule};
use crate::model::credentials::{Access, Kind};
use crate::model::detected::Auto;
use crate::model::feed::FeedRules;
use crate::model::format::Format;
use crate::model::id::{CredentialsId, SourceId, VendorId};
use crate::model::mapping::Mapping;
use crate::model::text;
use crate::model::vendor::{Month, Schedule, Source, Support, Vendor};

/// The shortest interval at an address that is not surely our own.
const SHORTEST: Period = Period::seconds(30);

/// A company that the organisation depends on.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Vendor")]
pub(super) struct VendorRow {
    /// The name for people.
    #[schemars(required)]
    name: Option<Name>,
    /// Other names that people look for it by: products, and what it was called before.
    #[serde(default)]
    also: Vec<Name>,
    /// The status page for people.
    homepage: Option<Url>,
    /// Where its status pages were before. They are not read; `bellwether vendors search` finds the vendor by them.
    #[serde(default)]
    formerly: Vec<Url>,
    /// Words to find it by: "hospital", "security", "cloud".
    #[serde(default)]
    tags: Vec<Name>,
    /// Whom to call.
    #[serde(default)]
    support: Support,
    /// How a vendor without a page that we can read tells its customers, for people.
    notifies: Option<String>,
    /// Where its health can be read. A vendor without any can still have incidents by hand.
    #[serde(default)]
    source: Vec<SourceRow>,
}

/// One place where a vendor's health can be read.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Source")]
struct SourceRow {
    /// Unique in the vendor. The whole id is `vendor/source`.
    #[schemars(required)]
    id: Option<String>,
    /// How the place publishes; `bellwether formats` lists them. `auto` finds it out at the first look.
    #[schemars(required)]
    format: Option<Format>,
    /// The address that the format starts from. Only `manual` has none.
    url: Option<Url>,
    /// How often it is looked at: "60s". Without `every` and `cron`: as bellwether.toml says.
    every: Option<Period>,
    /// When it is looked at: a cron line of five fields, in UTC.
    cron: Option<String>,
    /// Addresses of single roles of the format, where they do not follow from `url`.
    #[serde(default)]
    roles: std::collections::BTreeMap<String, Url>,
    /// The name of the credentials that it wants, for a format that wants any: `[credentials.NAME]` in bellwether.toml.
    credentials: Option<String>,
    /// How a `feed` is to be read, where not as usual.
    feed: Option<Box<FeedRules>>,
    /// How a page of `json` or `html` is to be read.
    map: Option<Box<Mapping>>,
    /// The month in which somebody last saw the address answer in this format, as "2026-09". Leave it out if it is only
    /// said to.
    probed: Option<Month>,
}

/// Reads the file of the vendor whose folder has the name `vendor_id`. A source that does not say when it is looked
/// at is looked at as usual.
#[must_use]
pub fn parse(vendor_id: &str, file: &str, text: &str) -> Parsed<Vendor> {
    parse_with(&Schedule::USUAL, vendor_id, file, text)
}

/// The same, with what bellwether.toml says is usual.
#[must_use]
pub fn parse_with(usual: &Schedule, vendor_id: &str, file: &str, text: &str) -> Parsed<Vendor> {
    let read::Draft { rows, mut findings } = read::read::<VendorRow>(file, text);
    let id = VendorId::parse(vendor_id)
        .map_err(|why| {
            let (what, way_out) = own_words(&why.to_string());
            findings.error("", format!("the name of the folder: {what}"), &way_out);
        })
        .ok();
    let vendor = rows.and_then(|row| vendor(id?, row, usual, &mut findings));
    Parsed::of(vendor, findings)
}

fn vendor(id: VendorId, row: VendorRow, usual: &Schedule, findings: &mut Findings) -> Option<Vendor> {
    findings.unique("source", row.source.iter().map(|source| source.id.as_deref()));
    if row.source.is_empty() && row.notifies.is_none() {
        let way_out = "add a [[source]], or say in `notifies` how its customers hear of trouble";
        findings.warning("", "nobody will know how this vendor is", way_out);
    }
    let rows = row.source.into_iter().enumerate();
    let sources: Vec<_> = rows.map(|(n, row)| source(&id, &format!("source[{n}]"), row, usual, findings)).collect();
    Some(Vendor {
        name: findings.required("", "name", row.name)?.0,
        id,
        also: row.also.into_iter().map(|name| name.0).collect(),
        homepage: row.homepage,
        formerly: row.formerly,
        tags: row.tags.into_iter().map(|tag| tag.0).collect(),
        support: row.support,
        notifies: row.notifies.map(|notice| text::body(&notice)),
        sources: sources.into_iter().collect::<Option<_>>()?,
    })
}

fn source(vendor: &VendorId, at: &str, row: SourceRow, usual: &Schedule, findings: &mut Findings) -> Option<Source> {
    let every = schedule_of(at, &row, usual, findings);
    let id = findings.required(at, "id", row.id).and_then(|name| {
        let id = SourceId::of(vendor, &name);
        id.map_err(|_| findings.error(&join(at, "id"), format!("`{name}` is not a name for a source"), WORD)).ok()
    });
    let format = findings.required(at, "format", row.format);
    for (key, url) in row.url.iter().map(|url| ("url", url)).chain(row.roles.iter().map(|(k, url)| (k.as_str(), url))) {
        let path = if key == "url" { join(at, key) } else { format!("{at}.roles.{key}") };
        check_url(&path, url, findings);
    }
    match (format, &row.url) {
        (Some(Format::Manual), Some(_)) => {
            findings.error(&join(at, "url"), "a person's word has no address", "leave it out");
        }
        (Some(Format::Manual), None) | (None, _) => {}
        (Some(_), url) => drop(findings.required(at, "url", url.as_ref())),
    }
    check_feed(at, row.feed.as_deref(), format, findings);
    check_map(at, row.map.is_some(), format, findings);
    let access = access(at, format?, row.credentials.as_deref(), findings)?;
    let roles = row.roles.into_iter().collect();
    let auto = Auto::of(format?, row.url.as_ref());
    Some(Source {
        id: id?,
        format: format?,
        url: row.url,
        every: every?,
        roles,
        feed: row.feed,
        map: row.map,
        access,
        auto,
        probed: row.probed,
    })
}

/// The credentials count as lacking until bellwether.toml is seen to have them.
fn access(at: &str, format: Format, name: Option<&str>, findings: &mut Findings) -> Option<Access> {
    let key = join(at, "credentials");
    match name {
        None if format.wants_credentials() => {
            let what = format!("the format {} lets nobody in without credentials", format.name());
            let usual = if format.credentials() == Some(Kind::Aws) { "aws" } else { "microsoft" };
            let way_out = format!("add credentials = \"{usual}\", or another name");
            findings.missing(at, "credentials", what, &way_out);
            None
        }
        None => Some(Access::Open),
        Some(_) if !format.wants_credentials() => {
            findings.error(&key, format!("the format {} has no use for them", format.name()), "leave it out");
            None
        }
        Some(name) => match CredentialsId::parse(name) {
            Ok(name) => Some(Access::Lacking(name)),
            Err(_) => {
                findings.error(&key, "this is not a name for credentials", WORD);
                None
            }
        },
    }
}

/// Rules for a feed stand where a feed is, and its title is no empty text, which every title holds.
fn check_feed(at: &str, rules: Option<&FeedRules>, format: Option<Format>, findings: &mut Findings) {
    let Some(rules) = rules else { return };
    if format.is_some_and(|format| format != Format::Feed) {
        let what = "says how a feed is read, and the format is another";
        findings.error(&join(at, "feed"), what, "leave it out, or write format = \"feed\"");
    }
    if rules.titled.as_ref().is_some_and(|titled| titled.trim().is_empty()) {
        let way_out = "write a part of the feed's own title, or leave it out";
        findings.error(&format!("{at}.feed.titled"), "an empty text is in every title", way_out);
    }
}

/// A mapping stands where it is needed, and nowhere else. What is in it is checked where it is made ready.
fn check_map(at: &str, is_there: bool, format: Option<Format>, findings: &mut Findings) {
    let Some(format) = format else { return };
    if format.is_mapped() && !is_there {
        let what = format!("the format {} is read by a mapping", format.name());
        findings.missing(at, "map", what, "add [source.map] below it: see sources/README.md");
    } else if is_there && !format.is_mapped() {
        let what = format!("the format {} needs no mapping", format.name());
        findings.error(&join(at, "map"), what, "leave it out, or write format = \"json\" or \"html\"");
    }
}

const WORD: &str = "use lower-case letters, digits and '-'";

fn check_url(path: &str, url: &Url, findings: &mut Findings) {
    for (what, way_out) in faults_of(url) {
        findings.error(path, what, way_out);
    }
}

/// What is wrong with the address of a source, and the way out.
pub(super) fn faults_of(url: &Url) -> Vec<(String, &'static str)> {
    let mut faults = Vec::new();
    match url.scheme() {
        "https" => {}
        "http" if is_surely_private(url) => {}
        "http" => faults.push(("over http anybody on the way can answer".to_owned(), "write an https:// address")),
        other => faults.push((format!("`{other}` is not asked"), "write an https:// address")),
    }
    if has_credentials(url) {
        faults.push(("a password does not belong into this file".to_owned(), "leave it out"));
    }
    faults
}

fn schedule_of(at: &str, row: &SourceRow, usual: &Schedule, findings: &mut Findings) -> Option<Schedule> {
    match (row.every, &row.cron) {
        (Some(_), Some(_)) => {
            findings.error(&join(at, "cron"), "`every` and `cron` both say when", "leave one of them out");
            None
        }
        (Some(every), None) => {
            let ours = row.url.as_ref().is_none_or(is_surely_private);
            if !ours && every < SHORTEST {
                let what = format!("every {every} is too often for a server that is not ours");
                findings.error(&join(at, "every"), what, &format!("write at least {SHORTEST}"));
            }
            Some(Schedule::Every(every.0))
        }
        (None, Some(line)) => match schedule::parse(line) {
            Ok(line) => Some(Schedule::Cron(line.as_str().to_owned())),
            Err(why) => {
                let (what, way_out) = own_words(&why.to_string());
                findings.error(&join(at, "cron"), what, &way_out);
                None
            }
        },
        (None, None) => Some(usual.clone()),
    }
}
