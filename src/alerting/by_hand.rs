//! What a message says of what somebody has set by hand, or had.

use super::effects::label;
use super::facts::Background;
use super::route::{DecidedService, Decision};
use crate::model::effect::Cause;
use crate::model::impact::Impact;
use crate::model::notification::{ByHand, Released};
use crate::model::overrides::{EndedHow, Gone, Override};

/// What somebody said of it by hand: where that makes the difference, and where it did until the vendor's word counted
/// again.
#[must_use]
pub fn by_hand(decision: &Decision, background: &Background<'_>) -> Option<ByHand> {
    let cause = &decision.cause;
    let differs = |s: &DecidedService| background.effects.by_hand.contains_key(&(s.service.clone(), cause.clone()));
    if decision.services.iter().any(differs) {
        let one = background.in_force.on(cause).or_else(|| beside(decision, background))?;
        return Some(said_by_hand(one, cause, None, background));
    }
    let one = background.in_force.last_on(cause)?;
    let is_worse = one.known.iter().any(|known| known.cause == *cause && known.gone == Some(Gone::Worse));
    let released = match one.ended.map(|ended| ended.how) {
        Some(EndedHow::VendorChanged) => Released::VendorChanged,
        _ if is_worse => Released::Worse,
        Some(EndedHow::Time) => Released::Time,
        Some(EndedHow::ByHand) => Released::ByHand,
        Some(EndedHow::NothingLeft) | None => return None,
    };
    Some(said_by_hand(one, cause, Some(released), background))
}

/// Where one of several vendors is enough, what is set by hand of one frees a service of what the others do to it.
fn beside<'a>(decision: &Decision, background: &'a Background<'_>) -> Option<&'a Override> {
    let of_service = |s: &DecidedService| {
        let all = background.effects.by_hand.range((s.service.clone(), Cause::least())..);
        all.take_while(|((id, _), _)| *id == s.service).find_map(|((_, other), _)| background.in_force.on(other))
    };
    decision.services.iter().find_map(of_service)
}

fn said_by_hand(one: &Override, cause: &Cause, released: Option<Released>, background: &Background<'_>) -> ByHand {
    let now = match cause {
        Cause::Incident(id) if one.spoke_of(cause) => background.reports.get(id).map(|report| report.seen.impact),
        Cause::Component { source, key } if one.spoke_of(cause) => {
            background.components.get(&(source.clone(), key.clone())).map(|component| component.status)
        }
        Cause::Incident(_) | Cause::Component { .. } | Cause::Blind(_) | Cause::Offline | Cause::Sight(_) => None,
    };
    let then = || one.known.iter().map(|known| known.impact).max_by_key(|impact| impact.rung());
    let vendor = background.graph.vendor_name(&one.of.vendor);
    ByHand {
        id: one.id.clone(),
        of: one.of.component.as_ref().map_or_else(|| vendor.to_owned(), |name| label(vendor, name)),
        vendor: vendor.to_owned(),
        author: one.author.clone(),
        impact: one.impact,
        vendor_says: now.or_else(then).unwrap_or(Impact::Unknown),
        reason: one.reason.clone(),
        until: one.ended.map_or(one.until, |ended| ended.at),
        until_change: one.until_change,
        released,
    }
}
