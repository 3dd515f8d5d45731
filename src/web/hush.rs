//! What is silenced at this moment, said beside what it is about, so that no silence is forgotten.

use super::now::{Now, Trouble};
use crate::alerting::about;
use crate::alerting::route::{About, silenced};
use crate::model::effect::Effect;
use crate::model::id::VendorId;
use crate::model::incident::Report;
use crate::model::silence::Silence;

/// What lies over something that hurts us.
pub struct Hush<'a> {
    /// The silence that lasts longest.
    pub silence: &'a Silence,
    /// How many of the services it is over.
    pub services: usize,
}

/// The silence over something that hurts us.
pub fn over<'a>(now: &'a Now, trouble: &Trouble<'_>) -> Option<Hush<'a>> {
    let about = about(now, trouble)?;
    let rules = &now.compiled.rules;
    let one = |effect: &Effect| silenced(&now.silences, effect, &about, rules.tier(&effect.service), now.at);
    let all: Vec<&Silence> = trouble.hurts.iter().filter_map(|(_, effect)| one(effect)).collect();
    let services = all.len();
    all.into_iter().max_by_key(|silence| silence.until).map(|silence| Hush { silence, services })
}

/// The same in words.
pub fn words(now: &Now, trouble: &Trouble<'_>) -> Option<String> {
    let Hush { silence, services } = over(now, trouble)?;
    let until = now.times.local(silence.until);
    let of = match trouble.hurts.len() {
        all if all == services => String::new(),
        all => format!(" for {services} of {all} services"),
    };
    Some(format!("Silenced{of} by {} until {until}", silence.author))
}

/// What hurts us and is kept silent by this silence.
pub fn under<'a>(now: &Now, troubles: &'a [Trouble<'a>], silence: &Silence) -> Vec<&'a Trouble<'a>> {
    let only = std::slice::from_ref(silence);
    let is_under = |trouble: &&Trouble<'_>| {
        let Some(about) = about(now, trouble) else { return false };
        let rules = &now.compiled.rules;
        trouble.hurts.iter().any(|(_, e)| silenced(only, e, &about, rules.tier(&e.service), now.at).is_some())
    };
    troubles.iter().filter(is_under).collect()
}

/// The silences that name a vendor.
pub fn at_vendor<'a>(now: &'a Now, vendor: &VendorId) -> Vec<&'a Silence> {
    now.silences.iter().filter(|silence| silence.about.vendors.contains(vendor)).collect()
}

/// What something that hurts us is about: for an incident, what all of its reports are.
fn about(now: &Now, trouble: &Trouble<'_>) -> Option<About> {
    match (trouble.report, trouble.component) {
        (Some(report), _) => {
            let is_another = |r: &&Report| r.incident == report.incident && *r != report;
            let others = now.scene.world.reports.iter().filter(is_another);
            let one = about::of_report(report);
            Some(others.fold(one, |all, other| about::together(all, report, about::of_report(other), other)))
        }
        (None, Some((source, component))) => Some(about::of_component(source, component)),
        (None, None) => None,
    }
}
