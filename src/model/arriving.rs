//! What makes it certain that a message arrives: second ways, gathering, trials, and who looks after our own ways.

use jiff::SignedDuration;
use jiff::civil::Time;

use super::id::ReceiverId;

/// How it is made certain that messages arrive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arriving {
    /// How long a message may wait for its first way before it goes by the second one too.
    pub second_after: SignedDuration,
    /// Whether all messages do so, and not only those about the worst.
    pub second_for_all: bool,
    /// How long what comes soon after another message to the same address is gathered; zero for not at all.
    pub gather: SignedDuration,
    /// Who is told that a way of ours does not work.
    pub operators: Vec<ReceiverId>,
    /// When every way is tried each day, in the organisation's zone.
    pub canary: Option<Time>,
}

impl Default for Arriving {
    fn default() -> Self {
        Self {
            second_after: SignedDuration::from_mins(2),
            second_for_all: false,
            gather: SignedDuration::ZERO,
            operators: Vec::new(),
            canary: None,
        }
    }
}
