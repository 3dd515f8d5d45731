//! Who did what: the lines of the audit. They hold no secret, and nobody changes them afterwards.

use jiff::Timestamp;

/// Who acts, and from where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct By {
    /// The account's or the token's name, or who the command says.
    pub who: String,
    /// The address of the network, or `terminal`.
    pub origin: String,
}

impl By {
    /// Whoever may type commands on this machine.
    #[must_use]
    pub fn terminal(who: impl Into<String>) -> Self {
        Self { who: who.into(), origin: "terminal".to_owned() }
    }
}

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Deed {
    /// Somebody signed in.
    SignedIn,
    /// Somebody tried to, with a wrong name or password.
    SignInFailed,
    /// Somebody signed out.
    SignedOut,
    /// A one-time link was made.
    LinkMade,
    /// An account was made.
    AccountAdded,
    /// An account was given another role.
    AccountChanged,
    /// An account was removed.
    AccountRemoved,
    /// A password was set.
    PasswordSet,
    /// A token was made.
    TokenAdded,
    /// A token was removed.
    TokenRemoved,
    /// An incident was opened by hand.
    IncidentOpened,
    /// A word was added to one.
    IncidentUpdated,
    /// One was ended by hand.
    IncidentEnded,
    /// A vendor's report was joined to one.
    Joined,
    /// It was parted again.
    Parted,
    /// Somebody takes care of an incident.
    Acknowledged,
    /// Nobody does any more.
    Unacknowledged,
    /// Something was silenced.
    Silenced,
    /// A silence was ended before its time.
    SilenceEnded,
    /// How a source is read was confirmed.
    SourceConfirmed,
    /// Somebody asked for a subscription of his own.
    SubscriptionAsked,
    /// The owner of its address confirmed it.
    SubscriptionConfirmed,
    /// It chooses something else.
    SubscriptionChanged,
    /// It rests.
    SubscriptionPaused,
    /// It tells again.
    SubscriptionResumed,
    /// It was left.
    SubscriptionLeft,
    /// Its receiver wanted to leave, and it is locked.
    SubscriptionNotLeft,
    /// An admin locked it.
    SubscriptionLocked,
    /// It may be left again.
    SubscriptionUnlocked,
    /// A test message was sent to a receiver.
    ReceiverTried,
    /// Messages that were given up are tried once more.
    DeliveriesRetried,
    /// Another configuration holds.
    ConfigurationReloaded,
}

impl Deed {
    /// The word for it, as it is stored and published.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::SignedIn => "signed_in",
            Self::SignInFailed => "sign_in_failed",
            Self::SignedOut => "signed_out",
            Self::LinkMade => "link_made",
            Self::AccountAdded => "account_added",
            Self::AccountChanged => "account_changed",
            Self::AccountRemoved => "account_removed",
            Self::PasswordSet => "password_set",
            Self::TokenAdded => "token_added",
            Self::TokenRemoved => "token_removed",
            Self::IncidentOpened => "incident_opened",
            Self::IncidentUpdated => "incident_updated",
            Self::IncidentEnded => "incident_ended",
            Self::Joined => "joined",
            Self::Parted => "parted",
            Self::Acknowledged => "acknowledged",
            Self::Unacknowledged => "unacknowledged",
            Self::Silenced => "silenced",
            Self::SilenceEnded => "silence_ended",
            Self::SourceConfirmed => "source_confirmed",
            Self::SubscriptionAsked => "subscription_asked",
            Self::SubscriptionConfirmed => "subscription_confirmed",
            Self::SubscriptionChanged => "subscription_changed",
            Self::SubscriptionPaused => "subscription_paused",
            Self::SubscriptionResumed => "subscription_resumed",
            Self::SubscriptionLeft => "subscription_left",
            Self::SubscriptionNotLeft => "subscription_not_left",
            Self::SubscriptionLocked => "subscription_locked",
            Self::SubscriptionUnlocked => "subscription_unlocked",
            Self::ReceiverTried => "receiver_tried",
            Self::DeliveriesRetried => "deliveries_retried",
            Self::ConfigurationReloaded => "configuration_reloaded",
        }
    }
}

/// One line, before it has its place in the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// When.
    pub at: Timestamp,
    /// Who, from where.
    pub by: By,
    /// What.
    pub deed: Deed,
    /// To what: an incident, an account's or a token's name.
    pub about: String,
    /// More, for people, on one line.
    pub detail: String,
}

impl Entry {
    /// A line that says no more than this.
    #[must_use]
    pub fn of(at: Timestamp, by: &By, deed: Deed, about: impl Into<String>) -> Self {
        Self { at, by: by.clone(), deed, about: about.into(), detail: String::new() }
    }

    /// The same line with more to it.
    #[must_use]
    pub fn with(self, detail: impl Into<String>) -> Self {
        Self { detail: detail.into(), ..self }
    }
}
