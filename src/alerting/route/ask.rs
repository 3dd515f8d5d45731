//! What one subscription says to one effect.

use jiff::Timestamp;
use wildmatch::WildMatch;

use super::About;
use crate::model::effect::{Cause, Effect};
use crate::model::impact::Impact;
use crate::model::inventory::Tier;
use crate::model::reason::Reason;
use crate::model::silence::{Matcher, Silence};
use crate::model::subscription::Subscription;

/// What a subscription says to an effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Ask {
    /// It is about something else.
    NotAbout,
    /// It does not want it, or not now; and what it says where it was told already.
    Not(Reason, More),
    /// It wants it: at once, or gathered until then.
    Wants(Option<Timestamp>),
}

/// Whether somebody who was told of something is told how it goes on, though he would not be told of it now: who was told
/// of an outage is told that it is less by now, also below the least impact that he asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum More {
    /// He has not been told, or does not want to be any more.
    Nothing,
    /// He is: at once, or gathered until then.
    At(Option<Timestamp>),
    /// He is, when his quiet hours are over.
    Asleep(Reason),
}

/// The moment of a subscription's answer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) effect: &'a Effect,
    pub(super) about: &'a About,
    pub(super) tier: Option<Tier>,
    /// When the first message about it was sent to anybody.
    pub(super) first_told: Option<Timestamp>,
    pub(super) now: Timestamp,
}

/// Whether a subscription is about one of these regions; a region that is not said may be any.
#[must_use]
pub fn is_there(subscription: &Subscription, regions: &[String]) -> bool {
    is_among(&subscription.regions, regions)
}

/// Whether one of the names fits one of the patterns. Without patterns all fit, and what is not named may be any.
#[must_use]
pub fn is_among(patterns: &[String], names: &[String]) -> bool {
    patterns.is_empty() || names.is_empty() || fits(patterns, names)
}

fn fits(patterns: &[String], names: &[String]) -> bool {
    patterns.iter().map(|pattern| WildMatch::new_case_insensitive(pattern)).any(|p| names.iter().any(|n| p.matches(n)))
}

/// Whether every name fits one of the patterns, and there is one at all.
fn all_fit(patterns: &[String], names: &[String]) -> bool {
    !names.is_empty() && names.iter().all(|name| fits(patterns, std::slice::from_ref(name)))
}

fn said<'w>(words: &'w [String], about: &About) -> Option<&'w String> {
    words.iter().find(|word| about.text.contains(&word.to_lowercase()))
}

/// What a subscription that is about the service and the vendor says to an effect on it.
pub(super) fn ask(subscription: &Subscription, asked: Asked<'_>) -> Ask {
    let Asked { effect, about, .. } = asked;
    let is_elsewhere =
        !is_there(subscription, &about.regions) || !is_among(&subscription.components, &about.components);
    if is_elsewhere || matches!(effect.cause, Cause::Sight(_)) {
        return Ask::NotAbout;
    }
    if subscription.step.is_some() && !matches!(effect.cause, Cause::Incident(_)) {
        // Nobody could take care of it, so nobody could stop it.
        return Ask::NotAbout;
    }
    let asleep = quiet(subscription, asked.tier, asked.now);
    let reason = unwanted(subscription, asked).or_else(|| too_early(subscription, asked));
    let at = || gathered(subscription, asked.tier, asked.now);
    match (reason, asleep) {
        (None, None) => Ask::Wants(at()),
        (None, Some(quiet)) => Ask::Not(quiet, More::Nothing),
        (Some(why @ Reason::NotYet { .. }), _) => Ask::Not(why, More::Nothing),
        (Some(why), _) if subscription.shows_only => Ask::Not(why, More::Nothing),
        (Some(why), Some(quiet)) => Ask::Not(why, More::Asleep(quiet)),
        (Some(why), None) => Ask::Not(why, More::At(at())),
    }
}

/// Why a subscription does not want it at all.
fn unwanted(subscription: &Subscription, asked: Asked<'_>) -> Option<Reason> {
    let Asked { effect, about, .. } = asked;
    let id = || subscription.id.clone();
    let reason = match effect.cause {
        Cause::Blind(_) | Cause::Offline => (!subscription.blind).then(|| Reason::Blindness(id())),
        Cause::Sight(_) => None,
        Cause::Incident(_) | Cause::Component { .. } => by_impact(subscription, effect).or_else(|| {
            if let Some(word) = said(&subscription.without_words, about) {
                return Some(Reason::Unwanted { subscription: id(), word: word.clone() });
            }
            let is_unsaid = !subscription.with_words.is_empty() && said(&subscription.with_words, about).is_none();
            is_unsaid.then(|| Reason::NoSuchWord(id()))
        }),
    };
    reason.or_else(|| subscription.shows_only.then(|| Reason::ShownOnly(id())))
}

fn by_impact(subscription: &Subscription, effect: &Effect) -> Option<Reason> {
    let wish = subscription.maintenance;
    let subscription_id = || subscription.id.clone();
    match effect.impact {
        _ if effect.overrun && wish.overrun => None,
        Impact::Maintenance if wish.begin => None,
        Impact::Maintenance => Some(Reason::Planned(subscription_id())),
        impact if impact.is_at_least(subscription.least) => None,
        impact => Some(Reason::Least { subscription: subscription_id(), least: subscription.least, impact }),
    }
}

/// Why a step of an escalation is not taken, or not yet.
fn too_early(subscription: &Subscription, asked: Asked<'_>) -> Option<Reason> {
    let step = subscription.step?;
    let id = subscription.id.clone();
    if let Some(by) = &asked.about.acknowledged {
        return Some(Reason::Acknowledged { subscription: id, by: by.clone() });
    }
    let until = asked.first_told.unwrap_or(asked.now).checked_add(step.after).unwrap_or(Timestamp::MAX);
    (until > asked.now).then_some(Reason::NotYet { subscription: id, until })
}

/// The quiet hours of a subscription; who keeps people alive has none.
#[must_use]
pub fn quiet(subscription: &Subscription, tier: Option<Tier>, now: Timestamp) -> Option<Reason> {
    let quiet = subscription.quiet.as_ref().filter(|_| tier != Some(Tier::LifeSafety))?;
    Some(Reason::Quiet { subscription: subscription.id.clone(), until: quiet.until(now)? })
}

/// Until when what a subscription wants is gathered, if it is: what comes out in its quiet hours waits for their end. What
/// keeps people alive is never gathered.
pub(super) fn gathered(subscription: &Subscription, tier: Option<Tier>, now: Timestamp) -> Option<Timestamp> {
    let digest = subscription.digest.as_ref().filter(|_| tier != Some(Tier::LifeSafety))?;
    let at = digest.next(now);
    Some(subscription.quiet.as_ref().and_then(|quiet| quiet.until(at)).unwrap_or(at))
}

/// The silence that holds for an effect, the one that lasts longest, whatever was told of it.
#[must_use]
pub fn silenced<'s>(
    silences: &'s [Silence],
    effect: &Effect,
    about: &About,
    tier: Option<Tier>,
    now: Timestamp,
) -> Option<&'s Silence> {
    silence(silences, Asked { effect, about, tier, first_told: None, now })
}

/// The silence that holds for an effect, the one that lasts longest.
pub(super) fn silence<'s>(silences: &'s [Silence], asked: Asked<'_>) -> Option<&'s Silence> {
    let holding = silences.iter().filter(|silence| silence.holds(asked.now) && !silence.about.is_everything());
    holding.filter(|silence| is_silenced(&silence.about, asked)).max_by_key(|silence| silence.until)
}

/// Whether an effect is what a silence is about. Unlike a subscription it wants to be sure: all that a vendor
/// names must be meant, and what it does not say is not.
fn is_silenced(matcher: &Matcher, asked: Asked<'_>) -> bool {
    let Asked { effect, about, tier, .. } = asked;
    let is_incident = match &effect.cause {
        Cause::Incident(id) => matcher.incidents.contains(&id.0),
        Cause::Component { .. } | Cause::Blind(_) | Cause::Offline | Cause::Sight(_) => false,
    };
    (matcher.services.is_empty() || matcher.services.contains(&effect.service))
        && (matcher.tiers.is_empty() || tier.is_some_and(|tier| matcher.tiers.contains(&tier)))
        && (matcher.vendors.is_empty() || about.vendor.as_ref().is_some_and(|vendor| matcher.vendors.contains(vendor)))
        && (matcher.components.is_empty() || all_fit(&matcher.components, &about.components))
        && (matcher.regions.is_empty() || all_fit(&matcher.regions, &about.regions))
        && (matcher.words.is_empty() || said(&matcher.words, about).is_some())
        && (matcher.incidents.is_empty() || is_incident)
}
