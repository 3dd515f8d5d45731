//! What is set by hand at this moment, said beside what it is about, so that nobody takes it for the vendor's word and no
//! override is forgotten.

use super::now::Now;
use crate::alerting::overrides::{InForce, known};
use crate::model::effect::Cause;
use crate::model::id::{IncidentId, VendorId};
use crate::model::overrides::{Override, Part};
use crate::model::text;

/// Those that hold.
pub fn holding(now: &Now) -> Vec<&Override> {
    now.scene.world.overrides.iter().filter(|one| one.holds(now.at)).collect()
}

/// Those that are about a vendor.
pub fn at_vendor<'a>(now: &'a Now, vendor: &VendorId) -> Vec<&'a Override> {
    holding(now).into_iter().filter(|one| one.of.vendor == *vendor).collect()
}

/// Those that speak of an incident.
pub fn at_incident<'a>(now: &'a Now, id: &IncidentId) -> Vec<&'a Override> {
    let cause = Cause::Incident(id.clone());
    holding(now).into_iter().filter(|one| one.standing().any(|known| known.cause == cause)).collect()
}

/// What is set of something, in words; of several the one that counts.
pub fn words(now: &Now, cause: &Cause) -> Option<String> {
    let in_force = InForce::of(&now.scene.world, now.at);
    in_force.on(cause).map(|one| format!("By hand: {}", said(now, one)))
}

/// Who set what to what until when.
pub fn said(now: &Now, one: &Override) -> String {
    let impact = one.impact.label().to_lowercase();
    let author = text::line(&one.author, 80);
    let component = one.of.component.as_ref().map(|name| format!("{}: ", text::line(name, 80))).unwrap_or_default();
    format!("{component}{impact} by {author} {}", lasts(now, one))
}

/// Until when, in the organisation's time.
pub fn lasts(now: &Now, one: &Override) -> String {
    let or_earlier = if one.until_change { " or the vendor’s next word" } else { "" };
    format!("until {}{or_earlier}", now.times.local(one.until))
}

/// The components of a vendor of which anything is known to be wrong, by name.
pub fn parts(now: &Now, vendor: &VendorId) -> Vec<String> {
    let all = Part { vendor: vendor.clone(), component: None, incident: None };
    let mut names: Vec<String> =
        known(&now.scene.world, &all, now.at).into_iter().filter_map(|known| known.component).collect();
    names.sort();
    names.dedup();
    names
}
