//! `config/bellwether.toml`: how this program itself is run. The comments here are its manual.

use std::net::SocketAddr;
use std::path::PathBuf;

use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use url::Url;

use super::arriving::{self, SecondRouteFor};
use super::credentials::{self, AllCredentials};
use super::operation::{Heartbeat, Log, Retention};
use super::places::Findings;
use super::secret::{ProxyAddress, Secret};
use super::shift::Hour;
use super::value::{Contact, Host, Listen, Name, Network, PageBase, Period, Zone, has_credentials};
use super::{Parsed, read, template};
use crate::model::subscription::{Email, WebhookUrl};

/// How Bellwether is run. Every key may be left out.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Who runs it.
    pub organisation: Organisation,
    /// Our own pages and API.
    pub server: Server,
    /// Where Bellwether keeps what it knows.
    pub database: Database,
    /// How vendors are looked at.
    pub polling: Polling,
    /// What vendors let us in with, by the names that sources call them by.
    #[serde(skip_serializing_if = "AllCredentials::is_empty")]
    pub credentials: AllCredentials,
    /// When something is told.
    pub alerting: Alerting,
    /// The relay that takes our mail. Without it no receiver can be a mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mail: Option<Mail>,
    /// Words of one's own for messages.
    #[serde(skip_serializing_if = "template::Templates::is_usual")]
    pub templates: template::Templates,
    /// How long things are kept.
    pub retention: Retention,
    /// What Bellwether says of itself.
    pub log: Log,
    /// A watch outside that raises the alarm when Bellwether falls silent. Without it nobody is told of that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub heartbeat: Option<Heartbeat>,
}

/// Who runs it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Organisation {
    /// The name for people; it stands on pages and in mails.
    pub name: Name,
    /// The zone in which times are shown, beside UTC: an IANA name, as "America/Chicago".
    pub time_zone: Zone,
    /// The address at which people reach our pages, for links in mails. Without it mails have no links.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page: Option<PageBase>,
}

impl Default for Organisation {
    fn default() -> Self {
        Self { name: Name("Our organisation".to_owned()), time_zone: Zone(TimeZone::UTC), page: None }
    }
}

/// Our own pages and API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Server {
    /// Address and port to listen on. Anything but this machine itself (127.0.0.1 or [::1]) needs a token.
    pub listen: Listen,
    /// The token without which the pages and the API answer nobody.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<Secret>,
    /// A token for screens on walls: /wall?kiosk=… opens the wallboard with it, to read, and nothing else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kiosk: Option<Secret>,
}

impl Default for Server {
    fn default() -> Self {
        Self { listen: Listen(SocketAddr::from(([127, 0, 0, 1], 8080))), token: None, kiosk: None }
    }
}

/// Where Bellwether keeps what it knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Database {
    /// The folder of the database. A relative path counts from where Bellwether is started.
    pub folder: PathBuf,
}

impl Default for Database {
    fn default() -> Self {
        Self { folder: PathBuf::from("data") }
    }
}

/// How vendors are looked at.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Polling {
    /// How often a source is looked at, unless its vendor.toml says otherwise. At least 30s.
    pub every: Period,
    /// How many sources are looked at at the same time, 1 to 256.
    #[schemars(range(min = 1, max = 256))]
    pub workers: usize,
    /// How long one look may take, all its requests and redirects together, 1s to 5m.
    pub deadline: Period,
    /// A mail address or page at which vendors can ask about our requests. It stands in the User-Agent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_agent_contact: Option<Contact>,
    /// Networks that are not public and may be asked all the same, as "10.20.0.0/16".
    pub allow_private: Vec<Network>,
    /// The proxy for requests to vendors, to webhooks and of the heartbeat: "http://proxy.example.org:3128". One that
    /// wants a password is a reference to where its whole address is found, as "http://name:password@proxy:3128".
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proxy: Option<ProxyAddress>,
    /// What is asked without the proxy: hosts, "*.example.org" for all below a name, networks as "10.20.0.0/16".
    pub proxy_except: Vec<Host>,
    /// Files with certificates (PEM) to be trusted beside those of the machine: for a proxy that looks inside, and for
    /// vendors, webhooks and a mail relay whose certificates come from an authority of our own.
    pub ca_files: Vec<PathBuf>,
}

impl Default for Polling {
    fn default() -> Self {
        Self {
            every: Period::seconds(60),
            workers: 16,
            deadline: Period::seconds(30),
            user_agent_contact: None,
            allow_private: Vec::new(),
            proxy: None,
            proxy_except: Vec::new(),
            ca_files: Vec::new(),
        }
    }
}

/// When something is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Alerting {
    /// How long a source may be unreadable before those are told who depend on it.
    pub blind_after: Period,
    /// The same for those who depend on services of one tier, where it is another time.
    #[serde(skip_serializing_if = "BlindAfterTier::is_empty")]
    pub blind_after_tier: BlindAfterTier,
    /// How long a small impact must stay before it is told. The worst, and what nobody knows, is told at once.
    pub hold: Hold,
    /// When something that comes and goes is told no more until it is steady.
    pub flapping: Flapping,
    /// How long a message may wait for its receiver before it goes to the receiver's `fallback` too, 30s to 1h.
    pub second_route_after: Period,
    /// Which messages do: "worst" (about life-safety, a major outage, or a way of our own that does not work) or "all".
    pub second_route_for: SecondRouteFor,
    /// What comes soon after another message to the same address is gathered for so long and told together: "20s".
    /// Without it each goes at once. A major outage of a life-safety service always goes at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gather: Option<Period>,
    /// Receivers that are told when a message is given up or a way does not work. Without it those are told who look
    /// after sources (`watches = "sources"`).
    pub operators: Vec<String>,
    /// When each day every receiver gets a trial message, which tells the operators if it is not accepted: "07:00".
    #[serde(skip_serializing_if = "Option::is_none")]
    pub canary: Option<Hour>,
}

/// How long a source may be unreadable before that is told for services of one tier. Without a time: `blind_after`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct BlindAfterTier {
    /// Somebody may die without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub life_safety: Option<Period>,
    /// Patients are treated worse without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clinical: Option<Period>,
    /// The organisation works worse without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub business: Option<Period>,
    /// It can wait.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub back_office: Option<Period>,
}

impl BlindAfterTier {
    /// Whether no tier has a time of its own.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    fn named(&self) -> [(&'static str, Option<Period>); 4] {
        [
            ("life-safety", self.life_safety),
            ("clinical", self.clinical),
            ("business", self.business),
            ("back-office", self.back_office),
        ]
    }
}

/// How long a small impact must stay before it is told.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Hold {
    /// A service works badly. Without it each is told at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub degraded: Option<Period>,
    /// Some of it does not work. Without it each is told at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub partial_outage: Option<Period>,
}

/// When something that comes and goes is told no more until it is steady.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Flapping {
    /// So many comings and goings, at least 3,
    pub turns: u32,
    /// within this time.
    pub within: Period,
    /// It is steady when nothing has happened for so long.
    pub steady: Period,
}

impl Default for Flapping {
    fn default() -> Self {
        Self { turns: 5, within: Period::seconds(3_600), steady: Period::seconds(1_200) }
    }
}

impl Default for Alerting {
    fn default() -> Self {
        Self {
            blind_after: Period::seconds(600),
            blind_after_tier: BlindAfterTier::default(),
            hold: Hold::default(),
            flapping: Flapping::default(),
            second_route_after: Period::seconds(120),
            second_route_for: SecondRouteFor::default(),
            gather: None,
            operators: Vec::new(),
            canary: None,
        }
    }
}

/// The relay that takes our mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Mail {
    /// The relay's name.
    pub host: Name,
    /// Its port. Usually 587 for `tls = "required"`, 465 for "implicit" and 25 for "none", and then it may be left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// How the connection is protected.
    #[serde(default)]
    pub tls: Tls,
    /// The name to sign in with, where the relay wants one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// The password to sign in with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<Secret>,
    /// The sender's address.
    #[schemars(with = "String", email)]
    pub from: Email,
}

impl Mail {
    /// The port that is connected to.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port.unwrap_or(match self.tls {
            Tls::Required => 587,
            Tls::Implicit => 465,
            Tls::None => 25,
        })
    }
}

/// How the connection to the relay is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Tls {
    /// STARTTLS, and no mail without it.
    #[default]
    Required,
    /// TLS from the first byte.
    Implicit,
    /// None at all, for a relay on this machine.
    None,
}

/// Reads the file.
#[must_use]
pub fn parse(file: &str, text: &str) -> Parsed<Settings> {
    let read::Draft { rows, mut findings } = read::read::<Settings>(file, text);
    if let Some(settings) = &rows {
        check_server(&settings.server, &mut findings);
        check_polling(&settings.polling, &mut findings);
        check_alerting(&settings.alerting, &mut findings);
        settings.templates.check(&mut findings);
        credentials::check(&settings.credentials, &mut findings);
        if let Some(mail) = &settings.mail {
            check_mail(mail, &mut findings);
        }
        if let Some(heartbeat) = &settings.heartbeat {
            heartbeat.check(&mut findings);
        }
    }
    Parsed::of(rows, findings)
}

fn check_server(server: &Server, findings: &mut Findings) {
    if !server.listen.0.ip().is_loopback() && server.token.is_none() {
        let what = format!("{} can be reached from other machines, so a token is needed", server.listen.0);
        findings.missing("server", "token", what, "add token = { env = \"BELLWETHER_TOKEN\" }, or listen on 127.0.0.1");
    }
    if server.kiosk.is_some() && server.token.is_none() {
        let what = "without a token all pages are open to whoever can ask, the wallboard among them";
        findings.warning("server.kiosk", what, "add token, or take kiosk away");
    }
}

fn check_polling(polling: &Polling, findings: &mut Findings) {
    if polling.every < Period::seconds(30) {
        let what = format!("every {} is too often for other people's servers", polling.every);
        findings.error("polling.every", what, "write at least 30s; a source of our own may have its own `every`");
    }
    if polling.every > Period::seconds(86_400) {
        findings.error("polling.every", "this is less than once a day", "write at most 1d");
    }
    if !(1..=256).contains(&polling.workers) {
        findings.error(
            "polling.workers",
            format!("there cannot be {} workers", polling.workers),
            "write a number from 1 to 256",
        );
    }
    if polling.deadline > Period::seconds(300) {
        findings.error("polling.deadline", "a look may not take that long", "write at most 5m");
    }
    match polling.proxy.as_ref().map(|proxy| &proxy.0) {
        Some(WebhookUrl::Plain(proxy)) => check_proxy(proxy, findings),
        Some(WebhookUrl::Secret(_)) => {}
        None if !polling.proxy_except.is_empty() => {
            findings.warning(
                "polling.proxy_except",
                "there is no proxy to be excepted from",
                "add `proxy`, or take it out",
            );
        }
        None => {}
    }
}

fn check_alerting(alerting: &Alerting, findings: &mut Findings) {
    arriving::check(alerting, findings);
    let Flapping { turns, within, steady } = &alerting.flapping;
    if *turns < 3 {
        findings.error("alerting.flapping.turns", "what comes and goes once is an incident", "write at least 3");
    }
    for (key, period) in [("within", within), ("steady", steady)] {
        if *period < Period::seconds(60) || *period > Period::seconds(86_400) {
            let path = format!("alerting.flapping.{key}");
            findings.error(&path, "this is too short or too long", "write a time from 1m to 1d");
        }
    }
    for (tier, period) in alerting.blind_after_tier.named() {
        if period.is_some_and(|period| period < Period::seconds(60) || period > Period::seconds(86_400)) {
            let path = format!("alerting.blind_after_tier.{tier}");
            findings.error(
                &path,
                "one look that fails is no blindness, and a day is too long",
                "write a time from 1m to 1d",
            );
        }
    }
    for (key, period) in [("degraded", alerting.hold.degraded), ("partial_outage", alerting.hold.partial_outage)] {
        if period.is_some_and(|period| period > Period::seconds(3_600)) {
            let path = format!("alerting.hold.{key}");
            findings.error(&path, "nobody would learn of it for that long", "write at most 1h");
        }
    }
}

/// Whether a proxy can be spoken to by this scheme.
#[must_use]
pub fn is_proxy_scheme(scheme: &str) -> bool {
    ["http", "https", "socks5", "socks5h"].contains(&scheme)
}

fn check_proxy(proxy: &Url, findings: &mut Findings) {
    if !is_proxy_scheme(proxy.scheme()) {
        let what = format!("a proxy does not speak `{}`", proxy.scheme());
        findings.error("polling.proxy", what, "write http://, https:// or socks5://");
    }
    if has_credentials(proxy) {
        let way_out = "put the whole address where only Bellwether reads it, and write { env = \"NAME\" } or { file = \"/path\" }";
        findings.error("polling.proxy", "a password does not belong into this file", way_out);
    }
}

fn check_mail(mail: &Mail, findings: &mut Findings) {
    match (&mail.username, &mail.password) {
        (Some(_), None) => {
            findings.missing("mail", "password", "a username needs its password", "add password = { env = \"NAME\" }");
        }
        (None, Some(_)) => findings.missing("mail", "username", "a password needs its username", "add it"),
        (Some(_), Some(_)) if mail.tls == Tls::None => {
            let way_out = "write \"required\" or \"implicit\"";
            findings.warning("mail.tls", "the password crosses the network in the clear", way_out);
        }
        _ => {}
    }
}
