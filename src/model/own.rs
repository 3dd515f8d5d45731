//! A subscription that a person made for an address: what it chooses, and how it stands. Nothing but its confirmation goes
//! to an address before its owner has confirmed it.

use jiff::civil::Time;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::effect::EffectKind;
use super::hash::Hasher;
use super::id::{ReceiverId, ServiceId, SiteId, SubscriptionId, VendorId};
use super::impact::Impact;
use super::inventory::Tier;
use super::quiet::{Digest, Quiet};
use super::subscription::{Email, Form, Receiver, Subscription, Way};

/// What stands before the keys of people's own subscriptions and receivers.
const OWN: &str = "own-";
/// How long the link of a confirmation is good.
pub const KEY_LASTS: SignedDuration = SignedDuration::from_hours(3 * 24);
/// How long somebody who left can come back by the same link.
pub const BACK_LASTS: SignedDuration = SignedDuration::from_hours(24);

/// What a person chooses. An empty list means "any".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// Effects on these services.
    #[serde(default)]
    pub services: Vec<ServiceId>,
    /// Effects on services of these tiers.
    #[serde(default)]
    pub tiers: Vec<Tier>,
    /// Effects on services that are used at one of these sites.
    #[serde(default)]
    pub sites: Vec<SiteId>,
    /// Effects that come from these vendors.
    #[serde(default)]
    pub vendors: Vec<VendorId>,
    /// Effects that come from vendors with one of these tags.
    #[serde(default)]
    pub tags: Vec<String>,
    /// Effects that come from these components, with `*` and `?`.
    #[serde(default)]
    pub components: Vec<String>,
    /// Effects that come from these regions, with `*` and `?`.
    #[serde(default)]
    pub regions: Vec<String>,
    /// Effects of at least this impact; unknown passes always.
    pub least: Impact,
    /// These kinds of effect.
    pub effects: Vec<EffectKind>,
    /// Only where the vendor says one of these words.
    #[serde(default)]
    pub words: Vec<String>,
    /// Not where the vendor says one of these words.
    #[serde(default)]
    pub without_words: Vec<String>,
    /// Hours in which only what is about life-safety is told.
    #[serde(default)]
    pub quiet: Option<QuietHours>,
    /// When it is told.
    pub when: When,
}

/// The hours in which a person does not want to be woken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuietHours {
    /// When they begin.
    pub from: Time,
    /// When they end: the next day, where it is not later than `from`.
    pub until: Time,
    /// The person's zone, an IANA name; the organisation's where it is none.
    #[serde(default)]
    pub zone: Option<String>,
}

/// When a person wants to be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// At once.
    AtOnce,
    /// Together, at each full hour.
    Hourly,
    /// Together, at this hour of each day.
    Daily(Time),
}

impl When {
    /// The word for it, as forms and programs say it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::AtOnce => "at_once",
            Self::Hourly => "hourly",
            Self::Daily(_) => "daily",
        }
    }
}

impl Default for Choice {
    fn default() -> Self {
        Self {
            services: Vec::new(),
            tiers: Vec::new(),
            sites: Vec::new(),
            vendors: Vec::new(),
            tags: Vec::new(),
            components: Vec::new(),
            regions: Vec::new(),
            least: Impact::Degraded,
            effects: EffectKind::ALL.to_vec(),
            words: Vec::new(),
            without_words: Vec::new(),
            quiet: None,
            when: When::AtOnce,
        }
    }
}

/// The zone of that name.
#[must_use]
pub fn zone(name: &str) -> Option<TimeZone> {
    TimeZoneDatabase::bundled().get(name).ok()
}

impl Choice {
    /// As the rules know it, where `organisation` is the zone of hours without one.
    #[must_use]
    pub fn subscription(&self, id: SubscriptionId, receiver: ReceiverId, organisation: &str) -> Subscription {
        let otherwise = || zone(organisation).unwrap_or(TimeZone::UTC);
        let theirs = self.quiet.as_ref().and_then(|quiet| zone(quiet.zone.as_deref()?));
        let zone = theirs.unwrap_or_else(otherwise);
        let quiet = self.quiet.as_ref().map(|quiet| Quiet {
            from: quiet.from,
            until: quiet.until,
            days: Vec::new(),
            zone: zone.clone(),
        });
        let digest = match self.when {
            When::AtOnce => None,
            When::Hourly => Some(Digest::Hourly),
            When::Daily(hour) => Some(Digest::At { hours: vec![hour], zone }),
        };
        Subscription {
            services: self.services.clone(),
            tiers: self.tiers.clone(),
            sites: self.sites.clone(),
            vendors: self.vendors.clone(),
            tags: self.tags.clone(),
            components: self.components.clone(),
            regions: self.regions.clone(),
            with_words: self.words.clone(),
            without_words: self.without_words.clone(),
            least: self.least,
            effects: self.effects.clone(),
            quiet,
            digest,
            ..Subscription::to_all(id, vec![receiver])
        }
    }
}

/// Whose a subscription is: what stands in the store, so that an account that was removed leaves nothing to another one of
/// its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// `account …` or `token …`, with its number.
    pub key: String,
    /// Its name, for people.
    pub name: String,
}

/// A person's own subscription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Own {
    /// Its key.
    pub id: SubscriptionId,
    /// Where it leads.
    pub address: Email,
    /// Whose it is, where it is not an address alone.
    pub owner: Option<Owner>,
    /// What it chooses.
    pub choice: Choice,
    /// When it was asked for.
    pub asked: Timestamp,
    /// When the owner of the address confirmed it.
    pub confirmed: Option<Timestamp>,
    /// Since when it rests.
    pub paused: Option<Timestamp>,
    /// When it was left. Nothing is sent any more.
    pub left: Option<Timestamp>,
    /// Whether that was by the link in a mail, so that the same link leads back for a while.
    pub left_by_link: bool,
    /// Who has locked it, and since when: it is not left silently.
    pub locked: Option<(String, Timestamp)>,
    /// When its receiver wanted to leave although it is locked.
    pub wants_out: Option<Timestamp>,
}

/// How such a subscription stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It waits for the owner of the address.
    Unconfirmed,
    /// Nobody confirmed it in time.
    Expired,
    /// It tells.
    Holds,
    /// It rests.
    Paused,
    /// It was left.
    Left,
}

impl Standing {
    /// The word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Unconfirmed => "unconfirmed",
            Self::Expired => "expired",
            Self::Holds => "holds",
            Self::Paused => "paused",
            Self::Left => "left",
        }
    }
}

impl Own {
    /// How it stands.
    #[must_use]
    pub fn standing(&self, now: Timestamp) -> Standing {
        match (self.left, self.confirmed, self.paused) {
            (Some(_), _, _) => Standing::Left,
            (None, None, _) if now.duration_since(self.asked) > KEY_LASTS => Standing::Expired,
            (None, None, _) => Standing::Unconfirmed,
            (None, Some(_), Some(_)) => Standing::Paused,
            (None, Some(_), None) => Standing::Holds,
        }
    }

    /// Whether anything is told by it. Time alone changes nothing about that.
    #[must_use]
    pub const fn tells(&self) -> bool {
        self.confirmed.is_some() && self.left.is_none() && self.paused.is_none()
    }

    /// Its receiver: one for each address, however many subscriptions lead there.
    #[must_use]
    pub fn receiver(&self) -> Receiver {
        receiver_of(self.address.clone())
    }
}

/// The key of a new subscription, from what was drawn for it.
#[must_use]
pub fn id_of(drawn: u64) -> SubscriptionId {
    word(&format!("{OWN}{drawn:016x}"), SubscriptionId::parse)
}

/// An address as it is kept: in small letters, so that it is the same however it is typed.
///
/// # Errors
/// It is none, or one that not every server takes.
pub fn address(text: &str) -> Result<Email, String> {
    let email = Email::parse(&text.trim().to_lowercase()).map_err(|why| why.to_string())?;
    if email.as_str().is_ascii() {
        return Ok(email);
    }
    Err(format!("{email} has letters that not every mail server takes"))
}

/// The receiver of a person's address.
#[must_use]
pub fn receiver_of(address: Email) -> Receiver {
    let print = Hasher::default().part("own receiver").part(address.as_str()).hex(16);
    let id = word(&format!("{OWN}{print}"), ReceiverId::parse);
    Receiver { id, way: Way::Email(address), form: Form::Whole, fallback: None, burst: None }
}

/// Whether a key is that of a person's own subscription.
#[must_use]
pub fn is_own(id: &SubscriptionId) -> bool {
    is_word(id.as_str())
}

/// Whether a key is that of the receiver of a person's address.
#[must_use]
pub fn is_receiver(id: &ReceiverId) -> bool {
    is_word(id.as_str())
}

fn is_word(key: &str) -> bool {
    key.strip_prefix(OWN).is_some_and(|print| print.len() == 16 && print.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// The receiver that a row of the outbox names, if it is a person's own.
#[must_use]
pub fn receiver(id: &ReceiverId, address: &str) -> Option<Receiver> {
    let email = Email::parse(address.strip_prefix("mailto:")?).ok()?;
    Some(receiver_of(email)).filter(|receiver| receiver.id == *id)
}

/// Hexadecimal digits behind letters are a word.
fn word<T, E>(text: &str, parse: impl Fn(&str) -> Result<T, E>) -> T {
    match parse(text) {
        Ok(id) => id,
        Err(_) => unreachable!("{text} is a word"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own() -> Own {
        Own {
            id: id_of(7),
            address: address(" Ada@Northfield.example ").unwrap(),
            owner: None,
            choice: Choice::default(),
            asked: Timestamp::UNIX_EPOCH,
            confirmed: None,
            paused: None,
            left: None,
            left_by_link: false,
            locked: None,
            wants_out: None,
        }
    }

    #[test]
    fn nothing_is_told_before_it_is_confirmed_nor_after_it_was_left() {
        let later = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(73);
        assert_eq!((own().standing(own().asked), own().standing(later)), (Standing::Unconfirmed, Standing::Expired));
        let confirmed = Own { confirmed: Some(later), ..own() };
        assert!(!own().tells() && confirmed.tells());
        assert!(!Own { left: Some(later), ..confirmed.clone() }.tells());
        assert_eq!(Own { paused: Some(later), ..confirmed }.standing(later), Standing::Paused);
    }

    #[test]
    fn an_address_has_one_receiver_however_it_is_typed() {
        let receiver = own().receiver();
        assert_eq!(receiver, receiver_of(address("ADA@northfield.example").unwrap()));
        assert_eq!(super::receiver(&receiver.id, "mailto:ada@northfield.example"), Some(receiver.clone()));
        assert_eq!(super::receiver(&receiver.id, "mailto:eve@northfield.example"), None, "it is bound to the address");
        assert!(address("å@northfield.example").is_err() && address("ada").is_err());
    }

    #[test]
    fn what_is_chosen_is_what_the_rules_are_asked() {
        let quiet = QuietHours {
            from: Time::constant(22, 0, 0, 0),
            until: Time::constant(6, 0, 0, 0),
            zone: Some("Europe/Berlin".into()),
        };
        let daily = When::Daily(Time::constant(7, 0, 0, 0));
        let choice = Choice { quiet: Some(quiet), when: daily, tiers: vec![Tier::Clinical], ..Choice::default() };
        let rule = choice.subscription(id_of(1), own().receiver().id, "America/Chicago");
        assert_eq!(rule.quiet.unwrap().zone.iana_name(), Some("Europe/Berlin"));
        assert_eq!((rule.tiers, rule.least), (vec![Tier::Clinical], Impact::Degraded));
        let kept: Choice = serde_json::from_str(&serde_json::to_string(&choice).unwrap()).unwrap();
        assert_eq!(kept, choice);
    }
}
