//! One message to one receiver: typed facts, frozen into bytes at the first try.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::ahead::Ahead;
use super::course::Course;
use super::effect::{Cause, EffectKind};
use super::id::{IncidentId, NotificationId, ReceiverId, ServiceId, SourceId, SubscriptionId};
use super::impact::Impact;
use super::incident::ResolvedHow;
use super::inventory::{Procedure, Tier};
use super::keeping::Keeping;
use super::phase::{Kind, Phase};
use super::restless::FlappingWord;
use super::shift::ShiftFacts;
use super::vendor::Support;

/// The version of [`Facts`] as stored. A newer program reads older facts.
pub const FACTS_VERSION: u32 = 1;

/// All that a message says, before it is worded. Stored with the notification.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// [`FACTS_VERSION`].
    pub version: u32,
    /// When it was decided.
    pub at: Timestamp,
    /// The organisation's name, for the signature.
    pub organisation: String,
    /// The organisation's zone, an IANA name.
    pub time_zone: String,
    /// Where the pages are; no slash at its end.
    pub page: Option<String>,
    /// How many sites the organisation has; 0 where it names none. "At 6 of 7 sites" needs both numbers.
    #[serde(default)]
    pub sites_in_all: u32,
    /// The subscriptions that wanted it.
    pub subscriptions: Vec<SubscriptionId>,
    /// The receiver it goes to.
    pub receiver: ReceiverId,
    /// What it tells, the worst first. Several after the first look at a source, and where they were gathered.
    pub topics: Vec<Topic>,
    /// Until when it was gathered with others; none for what is told at once.
    #[serde(default)]
    pub gathered: Option<Timestamp>,
    /// Set for the message at the change of shifts; then there are no topics.
    #[serde(default)]
    pub shift: Option<ShiftFacts>,
    /// Set where it asks the owner of an address whether he wants a subscription; then there is nothing else in it.
    #[serde(default)]
    pub asks: Option<Asks>,
    /// It is a test and must say so.
    pub test: bool,
    /// It is part of a drill and must say so.
    #[serde(default)]
    pub drill: bool,
    /// How it came to be sent this way.
    #[serde(default, skip_serializing_if = "Course::is_usual")]
    pub course: Course,
}

/// A question to the owner of an address. Nothing in it was typed by whoever asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asks {
    /// Which subscription.
    pub own: SubscriptionId,
    /// Who asked for it, where it was not whoever may type commands.
    pub by: Option<String>,
    /// What it means, a sentence each.
    pub means: Vec<String>,
}

/// One cause and what it does to us.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Topic {
    /// What hurts.
    pub cause: Cause,
    /// The incident the thread hangs on, if there is one.
    pub incident: Option<IncidentId>,
    /// What happened, in order; more than one where messages that were never tried have been merged.
    pub told: Vec<EffectKind>,
    /// The vendor's name, or ours for what is our own.
    pub vendor: String,
    /// Whose word it is.
    pub source: Option<SourceId>,
    /// Whom to call at the vendor.
    pub support: Support,
    /// What the vendor says, where there is an incident.
    pub vendor_word: Option<VendorWord>,
    /// The component, where one is not well and no incident names it.
    #[serde(default)]
    pub component: Option<UnwellComponent>,
    /// The worst impact on a service of ours; after the end, what it was.
    pub impact: Impact,
    /// Since when it has hurt: the vendor's start, else our first sight.
    pub since: Timestamp,
    /// When it was over.
    pub until: Option<Timestamp>,
    /// How it ended.
    pub resolved_how: Option<ResolvedHow>,
    /// Set where the end is ours alone: nothing is known to be over.
    #[serde(default)]
    pub open_end: Option<OpenEnd>,
    /// It was over before we first saw it.
    pub reported_late: bool,
    /// A maintenance past its planned end.
    pub overrun: bool,
    /// It comes and goes, or has come to rest.
    #[serde(default)]
    pub flapping: Option<FlappingWord>,
    /// Nobody has taken care of it: which step of the escalation this is.
    #[serde(default)]
    pub escalation: Option<u32>,
    /// What the last message to the same address said of it.
    #[serde(default)]
    pub before: Option<Before>,
    /// What each source of the vendor says of it, where there are several.
    #[serde(default)]
    pub witnesses: Vec<Witness>,
    /// Where whoever reads the message can say that he takes care of it, without signing in; for mails alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acknowledge: Option<String>,
    /// What is open at the vendors that this one stands on.
    #[serde(default)]
    pub below: Vec<Below>,
    /// Set for a maintenance that lies ahead: nothing of it is happening yet.
    #[serde(default)]
    pub ahead: Option<Ahead>,
    /// Set where it is about how a source is read, for those who look after sources.
    #[serde(default)]
    pub keeping: Option<Keeping>,
    /// Why nobody knows, for a blind source or our own network.
    pub why: Option<String>,
    /// The services, the most needed tier first.
    pub services: Vec<HurtService>,
}

/// What an earlier message said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Before {
    /// When it was decided.
    pub at: Timestamp,
    /// How badly each service was hurt.
    pub services: Vec<(ServiceId, Impact)>,
    /// The components that the vendor named.
    pub components: Vec<String>,
    /// The regions that it spoke of.
    pub regions: Vec<String>,
}

/// What one source of a vendor says of an incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Witness {
    /// Which.
    pub source: SourceId,
    /// What it says.
    pub says: Testimony,
}

/// What a source says of an incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Testimony {
    /// It tells of it.
    Says {
        /// How bad.
        impact: Impact,
        /// How far it has come.
        phase: Phase,
    },
    /// It can be read, and does not tell of it.
    Silent,
    /// It cannot be read.
    Blind(String),
}

/// Trouble at a vendor that the one in question stands on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Below {
    /// The vendor below.
    pub vendor: String,
    /// Its title.
    pub title: String,
    /// Our id of it.
    pub incident: String,
}

/// Why a cause that is not known to be over counts no longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OpenEnd {
    /// It goes on, but what it names, or what our services need, has changed.
    GoesOn,
    /// Its source was taken out of the configuration, so nobody looks any more.
    Unwatched,
}

/// A vendor's word on an incident, as a message quotes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VendorWord {
    /// The vendor's key.
    pub key: String,
    /// Incident or maintenance.
    pub kind: Kind,
    /// The vendor's title.
    pub title: String,
    /// The vendor's word for how bad it is.
    pub vendor_impact: String,
    /// Our word.
    pub impact: Impact,
    /// The vendor's word for the phase.
    pub vendor_phase: String,
    /// Our word.
    pub phase: Phase,
    /// The names of the components it speaks of; empty where the vendor does not say which.
    pub components: Vec<String>,
    /// The regions it speaks of.
    pub regions: Vec<String>,
    /// For a maintenance: when it was to end.
    #[serde(default)]
    pub planned_until: Option<Timestamp>,
    /// The newest text.
    pub text: Option<String>,
    /// When the newest text was said.
    pub said_at: Option<Timestamp>,
    /// The vendor's page for it.
    pub link: Option<String>,
    /// Who entered it, where it is a person's word and none of the vendor's.
    #[serde(default)]
    pub author: Option<String>,
}

/// A vendor's component that is not well, as a message names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnwellComponent {
    /// The vendor's name for it.
    pub name: String,
    /// The vendor's word for how it is.
    pub vendor_status: String,
}

/// A service of ours in a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HurtService {
    /// Its key.
    pub id: ServiceId,
    /// Its name.
    pub name: String,
    /// Its tier.
    pub tier: Tier,
    /// The names of its sites; empty means everywhere.
    pub sites: Vec<String>,
    /// What people do with it.
    pub workflow: String,
    /// Who answers for it.
    pub owner: String,
    /// What happened to it.
    pub effect: EffectKind,
    /// How badly it is hurt by this cause; after the end, how badly it was.
    pub impact: Impact,
    /// How the cause reaches it, the service first.
    pub path: Vec<String>,
    /// How long it can be borne, in seconds.
    pub bears_seconds: Option<u64>,
    /// The organisation's own sentence for a service hurt so badly.
    #[serde(default)]
    pub say: Option<String>,
    /// What to do.
    pub procedure: Procedure,
    /// What else still hurts it, for people, so that no end is taken for an all-clear.
    pub still: Vec<String>,
}

/// A message in words, ready for any way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// One line.
    pub subject: String,
    /// Plain text, lines of at most 78 characters where words allow.
    pub text: String,
    /// HTML that stands by itself.
    pub html: String,
    /// The same for pagers and text messages: 160 septets of the GSM alphabet at the most, on one line.
    pub short: String,
    /// The versioned JSON of the webhook.
    pub json: serde_json::Value,
}

/// How a notification stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotificationState {
    /// To be sent.
    Pending,
    /// The far side took it.
    Delivered,
    /// Given up; people are shown it.
    Dead,
}

/// A row of the outbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notification {
    /// Its id: the Message-ID and the `webhook-id`.
    pub id: NotificationId,
    /// To whom.
    pub receiver: ReceiverId,
    /// [`super::subscription::Receiver::address`] when it was made.
    pub address: String,
    /// What the thread hangs on: an incident's id, or the source of a first look.
    pub thread: String,
    /// What it tells.
    pub facts: Facts,
    /// The words, once a first try has frozen them.
    pub frozen: Option<Message>,
    /// How it stands.
    pub state: NotificationState,
    /// Tries so far.
    pub tries: u32,
    /// When it may be tried.
    pub due: Timestamp,
}
