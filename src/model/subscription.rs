//! Who wants to know what, and where it goes.

use jiff::SignedDuration;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use url::Url;

use super::effect::EffectKind;
use super::id::{ReceiverId, ServiceId, SiteId, SubscriptionId, VendorId};
use super::impact::Impact;
use super::inventory::Tier;
use super::preset::Preset;
use super::quiet::{Digest, Quiet};

/// A secret by reference. The value itself never stands in a configuration, a database or a log.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum SecretRef {
    /// The name of an environment variable.
    Env(String),
    /// The path of a file; white space at its end does not count.
    File(String),
}

/// An address of electronic mail, checked for its form only.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Email(String);

/// Why a text is not a mail address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a mail address: write name@example.org, without a display name")]
pub struct NotAnEmail(String);

impl Email {
    /// Parses `name@host`.
    ///
    /// # Errors
    /// [`NotAnEmail`] names the text.
    pub fn parse(text: &str) -> Result<Self, NotAnEmail> {
        let plain = |part: &str| {
            !part.is_empty() && !part.chars().any(|c| c.is_whitespace() || c.is_control() || "<>(),;:\"\\".contains(c))
        };
        match text.rsplit_once('@') {
            Some((name, host)) if plain(name) && plain(host) && !name.contains('@') && text.len() <= 254 => {
                Ok(Self(text.to_owned()))
            }
            _ => Err(NotAnEmail(text.to_owned())),
        }
    }

    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for Email {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Email {
    type Error = NotAnEmail;
    fn try_from(text: String) -> Result<Self, NotAnEmail> {
        Self::parse(&text)
    }
}

impl From<Email> for String {
    fn from(email: Email) -> String {
        email.0
    }
}

/// Where a notification goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Receiver {
    /// Its key.
    pub id: ReceiverId,
    /// By which way.
    pub way: Way,
    /// In which form. A webhook gets every form at once.
    pub form: Form,
    /// Who gets what this one does not take.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fallback: Option<ReceiverId>,
    /// At the most so many messages in ten minutes; what is beyond is gathered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub burst: Option<u32>,
}

/// The form in which a receiver wants its messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// The whole message, as text and HTML.
    #[default]
    Whole,
    /// One line of at most 160 septets, for a gateway to pagers or text messages.
    Short {
        /// Whether it has a subject; many gateways write that before the text.
        has_subject: bool,
    },
}

/// A way to a receiver.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// A mail to one address.
    Email(Email),
    /// A signed request.
    Webhook {
        /// Where to.
        url: WebhookUrl,
        /// Signing secrets (`whsec_…`), the newest first: each signs, so that one can follow another.
        secrets: Vec<SecretRef>,
        /// Whether the address may be one that is not public (a server of our own).
        allow_private: bool,
    },
    /// A service with a payload of its own.
    Preset(Box<Preset>),
}

/// Where a webhook goes to. The address often holds a token, so it may be a reference.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WebhookUrl {
    /// The address itself.
    Plain(Url),
    /// Where the address can be found.
    Secret(SecretRef),
}

impl Receiver {
    /// What makes two receivers one and the same destination.
    #[must_use]
    pub fn address(&self) -> String {
        match &self.way {
            Way::Email(email) => format!("mailto:{}", email.as_str().to_lowercase()),
            Way::Webhook { url: WebhookUrl::Plain(url), .. } => url.to_string(),
            Way::Webhook { url: WebhookUrl::Secret(reference), .. } => format!("{reference:?}"),
            Way::Preset(preset) => preset.address(),
        }
    }
}

/// What somebody wants to know of maintenances that were announced. Whoever is told of a beginning or an overrun is told
/// of the end; an outage inside of one is told like any other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct MaintenanceWish {
    /// So long before it begins, and then that it is moved or will not be.
    pub ahead: Option<SignedDuration>,
    /// That it has begun.
    pub begin: bool,
    /// That it runs past its planned end.
    pub overrun: bool,
    /// That it is over, also where its beginning was not told.
    pub end: bool,
}

impl Default for MaintenanceWish {
    fn default() -> Self {
        Self { ahead: None, begin: false, overrun: true, end: false }
    }
}

/// What a subscription is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Watches {
    /// Effects on services.
    #[default]
    Services,
    /// How sources are read, for those who look after them.
    Sources,
}

/// Who wants which effects on which services, by which receivers. An empty list means "any".
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Subscription {
    /// Its key.
    pub id: SubscriptionId,
    /// What it is about.
    pub watches: Watches,
    /// Effects on these services.
    pub services: Vec<ServiceId>,
    /// Effects on services of these tiers.
    pub tiers: Vec<Tier>,
    /// Effects on services that are used at one of these sites; what is used everywhere is used there too.
    pub sites: Vec<SiteId>,
    /// Effects that come from these vendors.
    pub vendors: Vec<VendorId>,
    /// Effects that come from vendors with one of these tags.
    pub tags: Vec<String>,
    /// Effects that come from these components, with `*` and `?`; where a vendor does not say which, it may be any.
    pub components: Vec<String>,
    /// Effects that come from these regions, with `*` and `?`.
    pub regions: Vec<String>,
    /// Only where the vendor says one of these words.
    pub with_words: Vec<String>,
    /// Not where the vendor says one of these words.
    pub without_words: Vec<String>,
    /// Effects of at least this impact. Unknown passes always.
    pub least: Impact,
    /// These effects.
    pub effects: Vec<EffectKind>,
    /// Also when a source that a service depends on cannot be read.
    pub blind: bool,
    /// What of maintenances that were announced.
    pub maintenance: MaintenanceWish,
    /// Where to.
    pub receivers: Vec<ReceiverId>,
    /// Everything is decided and shown, and nobody is told: for trying a subscription.
    pub shows_only: bool,
    /// When the person wants to sleep. Life-safety is told all the same.
    pub quiet: Option<Quiet>,
    /// Gathered and told together; at once if `None`.
    pub digest: Option<Digest>,
    /// Set for a step of an escalation: it comes only where nobody takes care.
    pub step: Option<Step>,
}

impl Subscription {
    /// One that wants to be told of every effect of at least [`Impact::Degraded`] on every service, at once.
    #[must_use]
    pub fn to_all(id: SubscriptionId, receivers: Vec<ReceiverId>) -> Self {
        Self {
            id,
            watches: Watches::Services,
            services: Vec::new(),
            tiers: Vec::new(),
            sites: Vec::new(),
            vendors: Vec::new(),
            tags: Vec::new(),
            components: Vec::new(),
            regions: Vec::new(),
            with_words: Vec::new(),
            without_words: Vec::new(),
            least: Impact::Degraded,
            effects: EffectKind::ALL.to_vec(),
            blind: true,
            maintenance: MaintenanceWish::default(),
            receivers,
            shows_only: false,
            quiet: None,
            digest: None,
            step: None,
        }
    }

    /// The same, with this zone for all hours that were written without one.
    #[must_use]
    pub fn in_zone(mut self, zone: &TimeZone) -> Self {
        if let Some(quiet) = self.quiet.as_mut().filter(|quiet| quiet.zone.is_unknown()) {
            quiet.zone = zone.clone();
        }
        if let Some(Digest::At { zone: theirs, .. }) = &mut self.digest
            && theirs.is_unknown()
        {
            *theirs = zone.clone();
        }
        self
    }
}

/// A step of an escalation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Step {
    /// Which, from 1.
    pub number: u32,
    /// So long after the first message about the incident, unless somebody has taken care of it by then.
    pub after: SignedDuration,
    /// And again each time so long has passed, until somebody does.
    pub again: Option<SignedDuration>,
}
