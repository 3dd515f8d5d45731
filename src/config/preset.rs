//! Receivers that are services with a payload of their own: `slack = { … }`, `pagerduty = { … }` and their like. The
//! comments here are their manual.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, de};
use url::Url;

use super::places::{Findings, join};
use super::secret::{Secret, WebhookAddress, Written};
use super::value::has_credentials;
use crate::model::preset::{Preset, Region, Service, Word};
use crate::model::subscription::{SecretRef, WebhookUrl};

/// A channel of Slack: by the `hook` of an incoming webhook, or by a bot's `token` and a `channel`. The bot keeps the
/// messages about one incident in one thread.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Slack")]
pub(super) struct SlackRow {
    /// Where the address of the incoming webhook is found. It is a secret: who has it can post.
    hook: Option<Secret>,
    /// Where the bot's token (`xoxb-…`) is found. It wants the scope chat:write, and the bot in the channel.
    token: Option<Secret>,
    /// The channel's id, as "C0123456789": in Slack, under the channel's details.
    channel: Option<String>,
    /// Another place of Slack's API than https://slack.com, for a proxy or a test.
    url: Option<Url>,
}

/// A hook: the address is all there is to it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Hook")]
pub(super) struct HookRow {
    /// Where the address is found. It is a secret: who has it can post.
    #[schemars(required)]
    hook: Option<Secret>,
}

/// A key, and where the account lives.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Key")]
pub(super) struct KeyRow {
    /// Where the integration's key is found.
    #[schemars(required)]
    key: Option<Secret>,
    /// Where the account lives: "us" or "eu".
    #[serde(default)]
    region: Region,
    /// Another place of the API than the region's own, for a proxy or a test.
    url: Option<Url>,
}

/// Jira: by `url`, `user`, `token` and `project` a work item for each trouble, with its end as a transition; or by the
/// `key` of an API integration of Jira Service Management an alert for each.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Jira")]
pub(super) struct JiraRow {
    /// Of alerts: where the API integration's key is found.
    key: Option<Secret>,
    /// Of work items: the site, as "https://acme.atlassian.net". Of alerts: another place of the API, for a test.
    url: Option<Url>,
    /// Of work items: the mail address whose token it is.
    user: Option<String>,
    /// Of work items: where the API token is found.
    token: Option<Secret>,
    /// Of work items: the project's key, as "OPS".
    project: Option<String>,
    /// Of work items: their type.
    #[serde(default = "incident_type")]
    issue_type: String,
}

/// A table of ServiceNow: a record for each trouble, with notes as it goes on.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ServiceNow")]
pub(super) struct ServiceNowRow {
    /// The instance, as "https://acme.service-now.com".
    #[schemars(required)]
    instance: Option<Url>,
    /// The user that writes the records.
    #[schemars(required)]
    user: Option<String>,
    /// Where the user's password is found.
    #[schemars(required)]
    password: Option<Secret>,
    /// The table.
    #[serde(default = "incident_table")]
    table: String,
    /// The close code that a record is resolved with when the trouble is over, as "Solution provided". Left out, the
    /// record is left to people, with a note that says that it is over.
    close_code: Option<String>,
}

/// An Alertmanager, version 0.16 or later.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Alertmanager")]
pub(super) struct AlertmanagerRow {
    /// Where it is, as "https://alertmanager.example.org"; with its path, where it has one.
    #[schemars(required)]
    url: Option<Url>,
    /// Where a bearer token is found, if what stands before it wants one.
    token: Option<Secret>,
    /// Labels for its routes: every alert has them besides alertname, cause and vendor.
    #[serde(default)]
    labels: BTreeMap<String, String>,
}

/// Whatever takes CloudEvents 1.0 over HTTP, in structured mode.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "CloudEvents")]
pub(super) struct CloudEventsRow {
    /// Where to, or where that can be found.
    #[schemars(required)]
    url: Option<WebhookAddress>,
    /// Where a bearer token is found, if it wants one.
    token: Option<Secret>,
}

/// A topic of ntfy.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Ntfy")]
pub(super) struct NtfyRow {
    /// The server.
    #[serde(default = "ntfy_server")]
    url: Url,
    /// The topic, or where it is found: on a server without accounts, who knows it can read it.
    #[schemars(required)]
    topic: Option<TopicRow>,
    /// Where an access token (`tk_…`) is found.
    token: Option<Secret>,
}

/// A text message by Twilio, or by a gateway that speaks as Twilio does: one message of at most 160 characters.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Sms")]
pub(super) struct SmsRow {
    /// The account's id, as "AC…". It is no secret.
    #[schemars(required)]
    account: Option<String>,
    /// Where the account's token is found.
    #[schemars(required)]
    token: Option<Secret>,
    /// The number that it comes from, as "+15550100", a sender id, or a messaging service ("MG…").
    #[schemars(required)]
    from: Option<String>,
    /// The number it goes to, as "+15550142".
    #[schemars(required)]
    to: Option<String>,
    /// Another gateway than https://api.twilio.com.
    url: Option<Url>,
}

fn incident_type() -> String {
    "[System] Incident".to_owned()
}

fn incident_table() -> String {
    "incident".to_owned()
}

#[expect(clippy::expect_used, reason = "it is a constant")]
fn ntfy_server() -> Url {
    Url::parse("https://ntfy.sh").expect("an address")
}

/// A topic of ntfy, as it stands in a file.
#[derive(Debug, JsonSchema)]
pub(super) struct TopicRow(#[schemars(with = "TopicOrReference")] Word);

/// A topic, or where it can be found.
#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "the schema is all there is to it")]
enum TopicOrReference {
    /// The topic itself.
    Topic(String),
    /// Where the topic can be found.
    Reference(SecretRef),
}

impl<'de> Deserialize<'de> for TopicRow {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Written::deserialize(deserializer)? {
            Written::Reference(reference) => Ok(Self(Word::Secret(reference))),
            Written::Plain(topic) if is_made_of(&topic, 64, "-_") => Ok(Self(Word::Plain(topic))),
            Written::Plain(_) => {
                Err(de::Error::custom("this is no topic: write letters, digits, '-' and '_', at most 64"))
            }
        }
    }
}

/// Letters and digits of ASCII and a few others, one to `most`.
fn is_made_of(text: &str, most: usize, others: &str) -> bool {
    (1..=most).contains(&text.len()) && text.chars().all(|c| c.is_ascii_alphanumeric() || others.contains(c))
}

/// A row that becomes a preset.
pub(super) trait Row {
    /// What it is, with every problem of it; `at` is its place in the file.
    fn preset(self: Box<Self>, at: &str, allow_private: bool, findings: &mut Findings) -> Option<Preset>;
}

fn made(service: Service, base: Option<Url>, allow_private: bool) -> Option<Preset> {
    Some(Preset { service, base, allow_private })
}

impl Row for SlackRow {
    fn preset(self: Box<Self>, at: &str, allow_private: bool, findings: &mut Findings) -> Option<Preset> {
        let base = other_place(at, self.url, allow_private, findings)?;
        match (self.hook, self.token, self.channel) {
            (Some(hook), None, None) => made(Service::SlackHook { hook: hook.0 }, None, allow_private),
            (None, Some(token), Some(channel)) => {
                let is_id = channel.len() >= 6 && channel.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
                let what = "this is no channel's id";
                must(is_id, at, "channel", what, "write the id from the channel's details, as C0123456789", findings)?;
                made(Service::SlackBot { token: token.0, channel }, base, allow_private)
            }
            (None, Some(_), None) => {
                findings.missing(at, "channel", "a bot needs to know where", "add channel = \"C…\"");
                None
            }
            (None, None, Some(_)) => {
                findings.missing(at, "token", "a channel needs a bot's token", "add token = { env = \"SLACK_TOKEN\" }");
                None
            }
            (None, None, None) => {
                let way_out = "add hook = { env = \"SLACK_HOOK\" }, or `token` and `channel`";
                findings.either_missing(at, ["hook", "token"], "there is neither a hook nor a bot", way_out);
                None
            }
            (Some(_), _, _) => {
                let what = "a hook has its channel already, and needs no token";
                findings.error(at, what, "leave out `hook`, or `token` and `channel`");
                None
            }
        }
    }
}

/// Which of the services that are a hook and nothing else.
pub(super) struct Hooked(pub(super) HookRow, pub(super) fn(SecretRef) -> Service);

impl Row for Hooked {
    fn preset(self: Box<Self>, at: &str, allow_private: bool, findings: &mut Findings) -> Option<Preset> {
        let Self(row, service) = *self;
        made(service(findings.required(at, "hook", row.hook)?.0), None, allow_private)
    }
}

/// Which of the services that are a key and a region.
pub(super) struct Keyed(pub(super) KeyRow, pub(super) fn(SecretRef, Region) -> Service);

impl Row for Keyed {
    fn preset(self: Box<Self>, at: &str, allow_private: bool, findings: &mut Findings) -> Option<Preset> {
        let Self(row, service) = *self;
        let base = other_place(at, row.url, allow_private, findings)?;
        made(service(findings.required(at, "key", row.key)?.0, row.region), base, allow_private)
    }
}

impl Row for JiraRow {
    fn preset(self: Box<Self>, at: &str, allow_private: bool, findings: &mut Findings) -> Option<Preset> {
        let base = other_place(at, self.url.clone(), allow_private, findings)?;
        if let Some(key) = self.key {
            let strange = self.user.is_some() || self.token.is_some() || self.project.is_some();
            let what = "`key` is for alerts, `user`, `token` and `project` for work items";
            must(!strange, at, "key", what, "leave one of the two out", findings)?;
            return made(Service::JiraAlerts { key: key.0 }, base, allow_private);
        }
        let url = findings.required(at, "url", self.url);
        let user = findings.required(at, "user", self.user);
        let token = findings.required(at, "token", self.token);
        let project = findings.required(at, "project", self.project)?;
        let what = "this is no project's key";
        let is_key = is_made_of(&project, 20, "_");
        must(is_key, at, "project", what, "write the letters that stand before the numbers, as OPS", findings)?;
        let (url, user, token) = (url?, user?, token?.0);
        let service = Service::JiraIssues { url, user, token, project, issue_type: self.issue_type };
        made(service, None, allow_private)
    }
}

impl Row for ServiceNowRow {
    fn preset(self: Box<Self>, at: &str, allow_private: bool, findings: &mut Findings) -> Option<Preset> {
        let url = findings.required(at, "instance", self.instance);
        let url = url.and_then(|url| place(at, "instance", url, allow_private, findings));
        let user = findings.required(at, "user", self.user);
        let password = findings.required(at, "password", self.password);
        let is_name = is_made_of(&self.table, 80, "_");
        must(is_name, at, "table", "this is no table's name", "write it as \"incident\"", findings)?;
        let (url, user, password) = (url?, user?, password?.0);
        let service = Service::ServiceNow { url, user, password, table: self.table, close_code: self.close_code };
        made(service, None, allow_private)
    }
}

/// The labels that are ours.
const OUR_LABELS: [&str; 3] = ["alertname", "cause", "vendor"];

impl Row for AlertmanagerRow {
    fn preset(self: Box<Self>, at: &str, allow_private: bool, findings: &mut Findings) -> Option<Preset> {
        let url = findings.required(at, "url", self.url);
        let url = url.and_then(|url| place(at, "url", url, allow_private, findings))?;
        for (name, value) in &self.labels {
            let path = format!("{at}.labels.{name}");
            let is_name = is_made_of(name, 200, "_") && !name.starts_with(|c: char| c.is_ascii_digit());
            if !is_name || OUR_LABELS.contains(&name.as_str()) || value.is_empty() {
                let what = "this label cannot be added";
                let way_out =
                    "a name has letters, digits and '_', is none of alertname, cause and vendor, and has a value";
                findings.error(&path, what, way_out);
                return None;
            }
        }
        let token = self.token.map(|token| token.0);
        made(Service::Alertmanager { url, token, labels: self.labels.into_iter().collect() }, None, allow_private)
    }
}

impl Row for CloudEventsRow {
    fn preset(self: Box<Self>, at: &str, allow_private: bool, findings: &mut Findings) -> Option<Preset> {
        let url = match findings.required(at, "url", self.url)?.0 {
            WebhookUrl::Plain(url) => WebhookUrl::Plain(place(at, "url", url, allow_private, findings)?),
            secret @ WebhookUrl::Secret(_) => secret,
        };
        made(Service::CloudEvents { url, token: self.token.map(|token| token.0) }, None, allow_private)
    }
}

impl Row for NtfyRow {
    fn preset(self: Box<Self>, at: &str, allow_private: bool, findings: &mut Findings) -> Option<Preset> {
        let url = place(at, "url", self.url, allow_private, findings);
        let topic = findings.required(at, "topic", self.topic)?.0;
        made(Service::Ntfy { url: url?, topic, token: self.token.map(|token| token.0) }, None, allow_private)
    }
}

impl Row for SmsRow {
    fn preset(self: Box<Self>, at: &str, allow_private: bool, findings: &mut Findings) -> Option<Preset> {
        let base = other_place(at, self.url, allow_private, findings)?;
        let account = findings.required(at, "account", self.account);
        let token = findings.required(at, "token", self.token);
        let from = findings.required(at, "from", self.from);
        let to = findings.required(at, "to", self.to);
        let (account, token, from, to) = (account?, token?.0, from?, to?);
        let what = "this is no number";
        must(is_number(&to), at, "to", what, "write it as +15550142: '+', country, number", findings)?;
        let is_sender = is_number(&from) || is_made_of(&from, 34, " ");
        must(is_sender, at, "from", "this can be no sender", "write a number, a sender id or \"MG…\"", findings)?;
        let is_account = is_made_of(&account, 64, "-_");
        must(is_account, at, "account", "this is no account's id", "write it as \"AC…\"", findings)?;
        made(Service::Sms { account, token, from, to }, base, allow_private)
    }
}

/// A telephone number after E.164.
fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or_default();
    (2..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()) && !digits.starts_with('0')
}

fn must(is_so: bool, at: &str, key: &str, what: &str, way_out: &str, findings: &mut Findings) -> Option<()> {
    if !is_so {
        findings.error(&join(at, key), what, way_out);
    }
    is_so.then_some(())
}

/// `Some(None)` where the usual place holds, `None` where the other one cannot be used.
#[expect(clippy::option_option, reason = "no other place and no usable one are two things")]
fn other_place(at: &str, url: Option<Url>, allow_private: bool, findings: &mut Findings) -> Option<Option<Url>> {
    url.map_or(Some(None), |url| place(at, "url", url, allow_private, findings).map(Some))
}

/// An address that stands in the file, if it may.
fn place(at: &str, key: &str, url: Url, allow_private: bool, findings: &mut Findings) -> Option<Url> {
    let path = join(at, key);
    let (what, way_out) = match url.scheme() {
        _ if has_credentials(&url) => ("a password does not belong into this file", "put it where a secret is meant"),
        "https" => return Some(url),
        "http" if allow_private => return Some(url),
        "http" => {
            let way_out = "write an https:// address; a server of our own may have http with allow_private = true";
            ("everybody on the way could read along", way_out)
        }
        _ => ("this is not a web address", "write \"https://…\""),
    };
    findings.error(&path, what, way_out);
    None
}
