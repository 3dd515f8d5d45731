//! What a subscription that a person made means, in plain words, so that nobody is surprised at three in the morning; and
//! what of the past it would have told. It knows what is chosen and the inventory, and decides nothing.

use std::collections::BTreeSet;

use jiff::tz::TimeZone;

use super::graph::Graph;
use super::message::words::list;
use super::rules::{Rules, Whose};
use crate::model::id::{ServiceId, VendorId};
use crate::model::impact::Impact;
use crate::model::inventory::{Inventory, Service, Tier};
use crate::model::own::{Choice, QuietHours, When, id_of, receiver_of};
use crate::model::subscription::{Email, Subscription};
use crate::model::vendor::Vendor;

/// What is known of an effect of the past.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Past {
    /// When.
    pub at: jiff::Timestamp,
    /// On which service.
    pub service: ServiceId,
    /// What hurt, as a text.
    pub cause: String,
    /// The word for its kind.
    pub kind: String,
    /// How bad.
    pub impact: Option<Impact>,
    /// Whose it was.
    pub vendor: Option<VendorId>,
}

/// The services of the inventory that a choice is about.
#[must_use]
pub fn services<'a>(choice: &Choice, inventory: &'a Inventory) -> Vec<&'a Service> {
    let is_at = |service: &Service| {
        choice.sites.is_empty()
            || service.sites.is_empty()
            || service.sites.iter().any(|site| choice.sites.contains(site))
    };
    let suits = |service: &&Service| {
        (choice.services.is_empty() || choice.services.contains(&service.id))
            && (choice.tiers.is_empty() || choice.tiers.contains(&service.tier))
            && is_at(service)
    };
    inventory.services.iter().filter(suits).collect()
}

/// What a choice names that is not there any more: nothing is told of it.
#[must_use]
pub fn gone(choice: &Choice, inventory: &Inventory, knows: impl Fn(&VendorId) -> bool) -> Vec<String> {
    let services = choice.services.iter().filter(|id| !inventory.services.iter().any(|s| s.id == **id));
    let sites = choice.sites.iter().filter(|id| !inventory.sites.iter().any(|s| s.id == **id));
    let vendors = choice.vendors.iter().filter(|id| !knows(id));
    let services = services.map(|id| format!("the service {id}"));
    let vendors = vendors.map(|id| format!("the vendor {id}"));
    services.chain(sites.map(|id| format!("the site {id}"))).chain(vendors).collect()
}

/// What a choice means, a sentence each. With `theirs` also the words that somebody typed into it.
#[must_use]
pub fn summary(
    choice: &Choice,
    inventory: &Inventory,
    vendor: impl Fn(&VendorId) -> String,
    zone: &str,
    theirs: bool,
) -> Vec<String> {
    let about = services(choice, inventory);
    if about.is_empty() {
        return vec!["Nothing: no service of the inventory is what this chooses.".to_owned()];
    }
    let mut says = vec![subject(choice, &about, inventory, vendor)];
    says.push(least(choice.least).to_owned());
    if theirs {
        says.extend(typed(choice));
    }
    says.push(when(choice, &about, zone));
    says
}

fn subject(choice: &Choice, about: &[&Service], inventory: &Inventory, vendor: impl Fn(&VendorId) -> String) -> String {
    let names: Vec<String> = about.iter().map(|service| service.name.clone()).collect();
    let which = if about.len() == inventory.services.len() { "every service".to_owned() } else { list(&names) };
    let vendors: Vec<String> = choice.vendors.iter().map(vendor).collect();
    let whose = if vendors.is_empty() { String::new() } else { format!(", where it comes from {}", list(&vendors)) };
    format!("You are told of trouble with {which}{whose}.")
}

const fn least(least: Impact) -> &'static str {
    match least {
        Impact::Operational | Impact::Maintenance => "Also of maintenance that hurts it.",
        Impact::Degraded | Impact::Unknown => "However little it is hurt; also where nobody knows how badly.",
        Impact::PartialOutage => "Only where it is partly down or worse; also where nobody knows how badly.",
        Impact::MajorOutage => "Only where it is down; also where nobody knows how badly.",
    }
}

fn typed(choice: &Choice) -> Vec<String> {
    let said = |lead: &str, all: &[String]| (!all.is_empty()).then(|| format!("{lead} {}.", list(all)));
    [
        said("Only from vendors tagged", &choice.tags),
        said("Only from these components:", &choice.components),
        said("Only from these regions:", &choice.regions),
        said("Only where the vendor says one of these words:", &choice.words),
        said("Never where the vendor says one of these words:", &choice.without_words),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// When it is told: who is woken, and by what.
fn when(choice: &Choice, about: &[&Service], zone: &str) -> String {
    let told = match choice.when {
        When::AtOnce => return at_once(choice.quiet.as_ref(), about, zone),
        When::Hourly => "All of it waits for the next full hour and comes as one message".to_owned(),
        When::Daily(hour) => {
            let zone = choice.quiet.as_ref().and_then(|quiet| quiet.zone.as_deref()).unwrap_or(zone);
            format!("All of it waits for {} ({zone}) and comes as one message a day", hour.strftime("%H:%M"))
        }
    };
    let life = about.iter().any(|service| service.tier == Tier::LifeSafety);
    if life { format!("{told}, also what is about life-safety.") } else { format!("{told}.") }
}

fn at_once(quiet: Option<&QuietHours>, about: &[&Service], zone: &str) -> String {
    let Some(quiet) = quiet else {
        return "You will be woken for all of it, at any hour: there are no quiet hours.".to_owned();
    };
    let zone = quiet.zone.as_deref().unwrap_or(zone);
    let (from, until) = (quiet.from.strftime("%H:%M"), quiet.until.strftime("%H:%M"));
    let life = |service: &&&Service| service.tier == Tier::LifeSafety;
    let woken: Vec<String> = about.iter().filter(life).map(|service| service.name.clone()).collect();
    let rest = format!("what comes between {from} and {until} ({zone}) and is still so is told at {until}");
    match (woken.len(), about.len()) {
        (0, _) => format!("You will not be woken: {rest}."),
        (n, all) if n == all => {
            format!("You will be woken for {} at any hour: quiet hours do not hold for life-safety.", list(&woken))
        }
        _ => format!("You will be woken for {} at any hour. Of the rest, {rest}.", list(&woken)),
    }
}

/// How many messages a choice would have led to, where these effects happened. It does not know holds, silences and what
/// words the vendors said, so it is an upper bound.
#[must_use]
pub fn would_tell(choice: &Choice, graph: &Graph, vendors: &[Vendor], zone: &str, past: &[Past]) -> usize {
    let Ok(nobody) = Email::parse("nobody@example.invalid") else { return 0 };
    let receiver = receiver_of(nobody);
    let rule = choice.subscription(id_of(0), receiver.id.clone(), zone);
    let rules = Rules::compile(std::slice::from_ref(&rule), &[receiver], graph, vendors);
    let told = past.iter().filter(|one| is_told(&rules, &rule, one));
    let messages: BTreeSet<(jiff::Timestamp, Option<&str>)> = told
        .map(|one| match &rule.digest {
            Some(digest) => (digest.next(one.at), None),
            None => (awake(&rule, &rules, one), Some(one.cause.as_str())),
        })
        .collect();
    messages.len()
}

fn is_told(rules: &Rules, rule: &Subscription, one: &Past) -> bool {
    let is_wanted = rule.effects.iter().any(|kind| kind.word() == one.kind);
    let is_bad = one.impact.is_none_or(|impact| match impact {
        Impact::Unknown => true,
        Impact::Maintenance | Impact::Operational => rule.maintenance.begin,
        other => other.is_at_least(rule.least),
    });
    is_wanted && is_bad && !rules.about(&one.service, Whose::Vendor(one.vendor.as_ref())).is_empty()
}

/// When it was told: at once, or when the quiet hours ended.
fn awake(rule: &Subscription, rules: &Rules, one: &Past) -> jiff::Timestamp {
    let is_life = rules.tier(&one.service) == Some(Tier::LifeSafety);
    let quiet = rule.quiet.as_ref().filter(|_| !is_life);
    quiet.and_then(|quiet| quiet.until(one.at)).unwrap_or(one.at)
}

/// Whether a zone is known by that name.
#[must_use]
pub fn knows_zone(name: &str) -> bool {
    crate::model::own::zone(name).is_some_and(|zone: TimeZone| zone.iana_name().is_some())
}

#[cfg(test)]
mod tests {
    use jiff::civil::Time;

    use super::*;
    use crate::model::id::SiteId;
    use crate::model::inventory::Procedure;

    fn service(id: &str, name: &str, tier: Tier) -> Service {
        Service {
            id: ServiceId::parse(id).unwrap(),
            name: name.to_owned(),
            tier,
            sites: vec![SiteId::parse("general").unwrap()],
            owner: String::new(),
            workflow: String::new(),
            bears: None,
            say: crate::model::say::Say::default(),
            procedure: Procedure::default(),
            needs: Vec::new(),
        }
    }

    fn inventory() -> Inventory {
        let services = vec![service("ehr", "EHR", Tier::LifeSafety), service("rosters", "Rosters", Tier::Business)];
        Inventory { services, ..Inventory::default() }
    }

    fn last(choice: &Choice) -> String {
        summary(choice, &inventory(), ToString::to_string, "UTC", true).pop().unwrap()
    }

    fn night(choice: Choice) -> Choice {
        let (from, until) = (Time::constant(22, 0, 0, 0), Time::constant(6, 0, 0, 0));
        Choice { quiet: Some(QuietHours { from, until, zone: None }), ..choice }
    }

    #[test]
    fn it_says_who_is_woken_by_what() {
        let of = |tier| night(Choice { tiers: vec![tier], ..Choice::default() });
        assert_eq!(last(&Choice::default()), "You will be woken for all of it, at any hour: there are no quiet hours.");
        assert_eq!(
            last(&night(Choice::default())),
            "You will be woken for EHR at any hour. Of the rest, what comes between 22:00 and 06:00 (UTC) and is still so is told at 06:00."
        );
        assert!(last(&of(Tier::LifeSafety)).ends_with("at any hour: quiet hours do not hold for life-safety."));
        assert!(last(&of(Tier::Business)).starts_with("You will not be woken: what comes"));
        let hourly = Choice { when: When::Hourly, ..Choice::default() };
        assert!(last(&hourly).ends_with("also what is about life-safety."), "nobody is surprised by that");
    }

    #[test]
    fn what_is_gone_is_named_and_is_not_everything() {
        let gone_service = Choice { services: vec![ServiceId::parse("lab").unwrap()], ..Choice::default() };
        assert_eq!(gone(&gone_service, &inventory(), |_| true), ["the service lab"]);
        assert!(last(&gone_service).starts_with("Nothing:"));
    }
}
