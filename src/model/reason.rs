//! Why somebody is not told of something, or not yet. Each is a value, so that it can be stored, shown and counted.

use std::fmt;

use jiff::Timestamp;

use super::effect::EffectKind;
use super::id::{IncidentId, ReceiverId, SourceId, SubscriptionId};
use super::impact::Impact;

/// Why an address is not told of a cause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// It is less than the subscription asks for.
    Least {
        /// Whose.
        subscription: SubscriptionId,
        /// What it asks for.
        least: Impact,
        /// What there is.
        impact: Impact,
    },
    /// No subscription wants to know of effects of that kind.
    Kind(EffectKind),
    /// The subscription does not ask for sources that cannot be read.
    Blindness(SubscriptionId),
    /// A maintenance runs as it was announced.
    Planned(SubscriptionId),
    /// What the vendor says does not hold the words that the subscription asks for.
    NoSuchWord(SubscriptionId),
    /// What the vendor says holds a word that the subscription does not want.
    Unwanted {
        /// Whose.
        subscription: SubscriptionId,
        /// The word.
        word: String,
    },
    /// The subscription shows, and tells nobody.
    ShownOnly(SubscriptionId),
    /// How the source is read was guessed, and nobody has confirmed it.
    Guessed(SourceId),
    /// It is over, and its beginning was not told.
    BeginningUntold,
    /// Nothing leads there any more.
    NothingLeads(ReceiverId),
    /// It is told with the end of the incident that named it.
    WithTheEnd(IncidentId),
    /// Somebody takes care of it, so the next step of an escalation is not needed.
    Acknowledged {
        /// Whose step.
        subscription: SubscriptionId,
        /// Who.
        by: String,
    },
    /// The step of an escalation has not come yet.
    NotYet {
        /// Whose step.
        subscription: SubscriptionId,
        /// When it does.
        until: Timestamp,
    },
    /// Somebody silenced it.
    Silenced {
        /// The silence.
        silence: String,
        /// Who.
        by: String,
        /// Until when.
        until: Timestamp,
    },
    /// The receiver's quiet hours.
    Quiet {
        /// Whose.
        subscription: SubscriptionId,
        /// Until when.
        until: Timestamp,
    },
    /// So small an impact is told only when it stays.
    Held {
        /// Until when.
        until: Timestamp,
    },
    /// It comes and goes; that was told, and how it stands is told when it is steady.
    Flapping {
        /// Comings and goings.
        turns: u32,
        /// When it is steady if nothing more happens.
        until: Timestamp,
    },
    /// A vendor that this one stands on is down, and that has been told.
    Muted {
        /// The vendor below.
        by: String,
    },
}

/// One list for the words and for all of them together: a reason without a word does not compile, and a word that
/// [`Reason::word`] says stands in [`Reason::WORDS`].
macro_rules! words {
    ($($reason:pat => $word:literal,)*) => {
        /// One word for it, as it is stored and counted.
        #[must_use]
        pub const fn word(&self) -> &'static str {
            match self {
                $($reason => $word,)*
            }
        }

        /// All words.
        pub const WORDS: [&'static str; [$($word),*].len()] = [$($word),*];
    };
}

impl Reason {
    words! {
        Self::Least { .. } => "least",
        Self::Kind(_) => "kind",
        Self::Blindness(_) => "blindness",
        Self::Planned(_) => "planned",
        Self::NoSuchWord(_) => "no_such_word",
        Self::Unwanted { .. } => "unwanted_word",
        Self::ShownOnly(_) => "shown_only",
        Self::Guessed(_) => "guessed",
        Self::BeginningUntold => "beginning_untold",
        Self::NothingLeads(_) => "nothing_leads",
        Self::WithTheEnd(_) => "with_the_end",
        Self::Acknowledged { .. } => "acknowledged",
        Self::NotYet { .. } => "not_yet",
        Self::Silenced { .. } => "silenced",
        Self::Quiet { .. } => "quiet",
        Self::Held { .. } => "held",
        Self::Flapping { .. } => "flapping",
        Self::Muted { .. } => "muted",
    }

    /// Whether time, or the end of something else, may lift it, so that it is told then, if it still holds.
    #[must_use]
    pub const fn is_for_now(&self) -> bool {
        self.until().is_some() || matches!(self, Self::Muted { .. })
    }

    /// When time alone lifts it.
    #[must_use]
    pub const fn until(&self) -> Option<Timestamp> {
        match self {
            Self::NotYet { until, .. }
            | Self::Silenced { until, .. }
            | Self::Quiet { until, .. }
            | Self::Held { until }
            | Self::Flapping { until, .. } => Some(*until),
            Self::Least { .. }
            | Self::Kind(_)
            | Self::Blindness(_)
            | Self::Planned(_)
            | Self::NoSuchWord(_)
            | Self::Unwanted { .. }
            | Self::ShownOnly(_)
            | Self::Guessed(_)
            | Self::BeginningUntold
            | Self::NothingLeads(_)
            | Self::WithTheEnd(_)
            | Self::Acknowledged { .. }
            | Self::Muted { .. } => None,
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Least { subscription, least, impact } => {
                write!(f, "{subscription} wants at least {least}, this is {impact}")
            }
            Self::Kind(kind) => write!(f, "no subscription wants effects of the kind {}", kind.word()),
            Self::Blindness(subscription) => write!(f, "{subscription} does not want to know of blind sources"),
            Self::Planned(subscription) => {
                write!(f, "{subscription} does not want to know that a maintenance runs as planned")
            }
            Self::NoSuchWord(subscription) => {
                write!(f, "the vendor says none of the words that {subscription} asks for")
            }
            Self::Unwanted { subscription, word } => {
                write!(f, "the vendor says {word:?}, which {subscription} leaves out")
            }
            Self::ShownOnly(subscription) => write!(f, "{subscription} shows and tells nobody"),
            Self::Guessed(source) => write!(
                f,
                "how {source} is read was guessed; nobody is told until `bellwether vendors confirm {source}`"
            ),
            Self::BeginningUntold => f.write_str("nobody there was told that it began"),
            Self::NothingLeads(receiver) => write!(f, "no subscription leads to {receiver} for it any more"),
            Self::WithTheEnd(incident) => write!(f, "told with the end of {incident}"),
            Self::Acknowledged { subscription, by } => write!(f, "{subscription} is not needed: {by} takes care of it"),
            Self::NotYet { subscription, until } => {
                write!(f, "{subscription} comes at {until} unless somebody takes care")
            }
            Self::Silenced { silence, by, until } => write!(f, "silenced by {by} until {until} ({silence})"),
            Self::Quiet { subscription, until } => write!(f, "{subscription} has quiet hours until {until}"),
            Self::Held { until } => write!(f, "so small an impact is told if it stays until {until}"),
            Self::Flapping { turns, until } => {
                write!(
                    f,
                    "it came and went {turns} times; it is told how it stands at {until}, if it is steady until then"
                )
            }
            Self::Muted { by } => write!(f, "{by}, on which it stands, is down, and that was told"),
        }
    }
}
