//! What somebody has said by hand in the place of the vendor: always with his name, his reason and its end, and never as
//! the vendor's word.

use super::words::{is_over, now};
use crate::model::clock_text::Times;
use crate::model::effect::EffectKind;
use crate::model::impact::Impact;
use crate::model::notification::{ByHand, Released, Topic};

/// The override that holds for a topic.
pub fn holding(topic: &Topic) -> Option<&ByHand> {
    topic.by_hand.as_ref().filter(|by_hand| by_hand.released.is_none())
}

/// Whether a topic opens, or grows, because what was said by hand holds no longer.
pub fn is_back(topic: &Topic) -> bool {
    topic.by_hand.as_ref().is_some_and(|by_hand| by_hand.released.is_some()) && now(topic) == EffectKind::Hurt
}

/// One sentence about it.
pub fn says(topic: &Topic, times: &Times) -> Option<String> {
    let by_hand = topic.by_hand.as_ref()?;
    let ByHand { of, author, vendor, reason, .. } = by_hand;
    let impact = by_hand.impact.label().to_lowercase();
    let Some(released) = by_hand.released else {
        let though = though(by_hand);
        return Some(format!("{author} set {of} to {impact} by hand {}, {though}: “{reason}”.", until(by_hand, times)));
    };
    if is_over(topic) || now(topic) == EffectKind::Better {
        return None;
    }
    let when = times.moment(by_hand.until);
    let why = match released {
        Released::Time => format!("that ended at {when}"),
        Released::ByHand => format!("that was ended at {when}"),
        Released::VendorChanged => format!("that was to hold until {vendor}’s next word, which has come"),
        Released::Worse => format!("{vendor} says worse now than it did then"),
    };
    Some(format!("{author} had set {of} to {impact} by hand (“{reason}”); {why}, so {vendor}’s own word counts again."))
}

/// How a topic that is set to operational by hand has ended.
pub fn how_ended(topic: &Topic, times: &Times) -> String {
    match holding(topic) {
        Some(by_hand) => {
            let (vendor, impact) = (&by_hand.vendor, by_hand.impact.label().to_lowercase());
            let until = until(by_hand, times);
            format!("by hand, not by {vendor}’s word: {} set it to {impact} {until}", by_hand.author)
        }
        None => "by hand, not by the vendor’s word".to_owned(),
    }
}

fn though(by_hand: &ByHand) -> String {
    let vendor = &by_hand.vendor;
    match by_hand.vendor_says {
        Impact::Unknown => format!("though {vendor} does not say how bad it is"),
        said => format!("though {vendor} says {}", said.label().to_lowercase()),
    }
}

fn until(by_hand: &ByHand, times: &Times) -> String {
    let moment = times.moment(by_hand.until);
    if by_hand.until_change {
        format!("until {}’s next word, and no longer than until {moment}", by_hand.vendor)
    } else {
        format!("until {moment}")
    }
}
