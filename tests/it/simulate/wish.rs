//! What subscriptions and silences say to an effect, and what that effect is about: read again, without the core's own
//! code for it.

use std::collections::BTreeSet;

use bellwether::alerting::route::About;
use bellwether::model::effect::{Cause, Effect, EffectKind};
use bellwether::model::id::{ServiceId, VendorId};
use bellwether::model::impact::Impact;
use bellwether::model::incident::{Report, hurts};
use bellwether::model::inventory::Tier;
use bellwether::model::phase::Kind;
use bellwether::model::quiet::Quiet;
use bellwether::model::restless::Restless;
use bellwether::model::silence::Silence;
use bellwether::model::subscription::Subscription;
use jiff::{SignedDuration, Timestamp, ToSpan};

use super::desk::Desk;
use super::organisation::{Organisation, vendor_id};

/// What a cause is about.
#[derive(Debug, Clone, Default)]
pub struct Meant {
    pub vendor: Option<VendorId>,
    components: Vec<String>,
    regions: Vec<String>,
    text: String,
    is_taken_care_of: bool,
    /// How its source is read was guessed, and nobody has confirmed it.
    pub is_guessed: bool,
    pub restless: Option<Restless>,
    /// The components that it names, as causes.
    pub folds: BTreeSet<Cause>,
    /// What is open at the vendors below, whose followers need not be told.
    pub muting: Vec<Cause>,
}

/// What a subscription says to an effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Say {
    Never,
    NotYet,
    Wants,
}

/// One effect as the witness asks about it.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    pub effect: &'a Effect,
    pub meant: &'a Meant,
    pub tier: Tier,
    /// When anybody was first told of it.
    pub first: Option<Timestamp>,
    pub now: Timestamp,
}

/// Whether an address is to be told of an effect of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owed<'w> {
    /// Nobody there wants it.
    Nothing,
    /// Who wants it sleeps.
    Later(&'w Subscription),
    Now,
}

fn vendor_of(cause: &Cause) -> Option<VendorId> {
    match cause {
        Cause::Incident(id) => super::organisation::VENDORS
            .iter()
            .position(|vendor| id.0.starts_with(&format!("{vendor}-")))
            .map(vendor_id),
        other => other.source().map(bellwether::model::id::SourceId::vendor),
    }
}

impl Meant {
    pub fn of(desk: &Desk, cause: &Cause, about: Option<&About>) -> Self {
        let vendor = vendor_of(cause);
        let restless = about.and_then(|about| about.restless);
        let is_taken_care_of = desk.acknowledged.contains_key(&cause.to_string());
        let muting = vendor.iter().flat_map(|vendor| below(desk, vendor)).collect();
        let is_guessed = desk.unconfirmed.iter().any(|source| Some(source.vendor()) == vendor);
        let meant = Self { vendor, restless, is_taken_care_of, is_guessed, muting, ..Self::default() };
        match cause {
            Cause::Incident(id) => {
                let mut reports = desk.known.values().flat_map(|known| known.reports.values());
                reports.find(|report| report.incident == *id).map_or(meant.clone(), |report| meant.says(report))
            }
            Cause::Component { source, key } => {
                let component = desk.known[source].components.get(key).map(|known| &known.component);
                let (names, regions) = component.map(|c| (c.name.clone(), c.region.clone())).unzip();
                let text = names.clone().unwrap_or_default().to_lowercase();
                let regions = regions.flatten().into_iter().collect();
                Self { components: names.into_iter().collect(), regions, text, ..meant }
            }
            Cause::Blind(_) | Cause::Offline | Cause::Sight(_) => meant,
        }
    }

    fn says(self, report: &Report) -> Self {
        let seen = &report.seen;
        let said = seen.updates.iter().map(|update| update.text.as_str());
        let words: Vec<&str> = [seen.title.as_str()].into_iter().chain(said).collect();
        let key = |key: &str| Cause::Component { source: report.source.clone(), key: key.to_owned() };
        Self {
            components: seen.components.iter().map(|c| c.name.clone()).collect(),
            regions: seen.components.iter().filter_map(|c| c.region.clone()).collect(),
            text: words.join(" / ").to_lowercase(),
            folds: seen.components.iter().map(|c| key(&c.key)).collect(),
            ..self
        }
    }
}

/// The open trouble of the vendors that this one stands on, where that mutes.
fn below(desk: &Desk, vendor: &VendorId) -> Vec<Cause> {
    let edges = desk.organisation.inventory.upstream.iter().filter(|edge| edge.vendor == *vendor && edge.mutes);
    let sources = edges.flat_map(|edge| desk.known.iter().filter(move |(source, _)| source.vendor() == edge.on));
    let reports = sources.flat_map(|(_, known)| known.reports.values());
    let open = reports.filter(|r| r.standing.is_open() && r.seen.kind == Kind::Incident && hurts(r.seen.phase));
    open.map(|report| Cause::Incident(report.incident.clone())).collect()
}

fn is_quiet(quiet: &Quiet, now: Timestamp) -> bool {
    let here = now.to_zoned(quiet.zone.clone());
    let (day, time) = (here.date(), here.time());
    let begins_on = |day: jiff::civil::Date| quiet.days.is_empty() || quiet.days.contains(&day.weekday());
    let yesterday = day.checked_sub(1.day()).unwrap();
    if quiet.from < quiet.until {
        begins_on(day) && time >= quiet.from && time < quiet.until
    } else {
        begins_on(day) && time >= quiet.from || begins_on(yesterday) && time < quiet.until
    }
}

pub fn sleeps(wish: &Subscription, tier: Tier, now: Timestamp) -> bool {
    tier != Tier::LifeSafety && wish.quiet.as_ref().is_some_and(|quiet| is_quiet(quiet, now))
}

/// Those that lead to an address for a service.
pub fn leading<'o>(organisation: &'o Organisation, address: &str, service: &ServiceId) -> Vec<&'o Subscription> {
    let (sites, tier) = (organisation.sites(service), organisation.tier(service));
    let leads_there =
        |wish: &&Subscription| wish.receivers.iter().any(|r| organisation.rules.address(r) == Some(address));
    let is_for_it = |wish: &&Subscription| {
        (wish.services.is_empty() || wish.services.contains(service))
            && (wish.tiers.is_empty() || wish.tiers.contains(&tier))
            && (wish.sites.is_empty() || sites.is_empty() || sites.iter().any(|site| wish.sites.contains(site)))
    };
    organisation.subscriptions.iter().filter(leads_there).filter(is_for_it).collect()
}

fn is_about(organisation: &Organisation, wish: &Subscription, asked: Asked<'_>) -> bool {
    let Asked { effect, meant, .. } = asked;
    let is_ours = effect.cause == Cause::Offline;
    let vendor = meant.vendor.as_ref();
    let tags = || organisation.vendors.iter().filter(|v| Some(&v.id) == vendor).flat_map(|v| &v.tags);
    let starts = |name: &String, pattern: &String| {
        name.to_lowercase().starts_with(&pattern.to_lowercase().trim_end_matches('*').to_owned())
    };
    let fits = |patterns: &[String], names: &[String]| {
        patterns.is_empty() || names.is_empty() || names.iter().any(|name| patterns.iter().any(|p| starts(name, p)))
    };
    (is_ours || wish.vendors.is_empty() || vendor.is_some_and(|v| wish.vendors.contains(v)))
        && (is_ours || wish.tags.is_empty() || tags().any(|tag| wish.tags.contains(tag)))
        && fits(&wish.components, &meant.components)
        && fits(&wish.regions, &meant.regions)
        && (wish.step.is_none() || matches!(effect.cause, Cause::Incident(_)))
}

pub fn says(organisation: &Organisation, wish: &Subscription, asked: Asked<'_>) -> Say {
    let Asked { effect, meant, .. } = asked;
    let has = |words: &[String]| words.iter().any(|word| meant.text.contains(word));
    let wants = match effect.cause {
        Cause::Blind(_) | Cause::Offline => wish.blind,
        Cause::Incident(_) | Cause::Component { .. } => {
            let by_impact = match effect.impact {
                _ if effect.overrun && wish.maintenance.overrun => true,
                Impact::Maintenance => wish.maintenance.begin,
                impact => impact.rung().is_none_or(|rung| Some(rung) >= wish.least.rung()),
            };
            by_impact && (wish.with_words.is_empty() || has(&wish.with_words)) && !has(&wish.without_words)
        }
        Cause::Sight(_) => false,
    };
    if !wants || wish.shows_only || !is_about(organisation, wish, asked) {
        return Say::Never;
    }
    match &wish.step {
        Some(_) if meant.is_taken_care_of => Say::Never,
        Some(step) if asked.first.is_none_or(|first| first + step.after > asked.now) => Say::NotYet,
        _ => Say::Wants,
    }
}

/// Those of them that want an effect of a kind now, asleep or not.
pub fn wanting<'o>(
    organisation: &Organisation,
    leading: &[&'o Subscription],
    asked: Asked<'_>,
    kind: EffectKind,
) -> Vec<&'o Subscription> {
    let wants = |wish: &&&Subscription| says(organisation, wish, asked) == Say::Wants && wish.effects.contains(&kind);
    leading.iter().filter(wants).copied().collect()
}

/// What an address is owed. Who knows that something hurts is told how it goes on, also below the impact that he asks for.
pub fn owed<'o>(
    organisation: &Organisation,
    leading: &[&'o Subscription],
    asked: Asked<'_>,
    kind: EffectKind,
    knows: bool,
) -> Owed<'o> {
    let later = |all: &[&'o Subscription]| match all.iter().find(|wish| !sleeps(wish, asked.tier, asked.now)) {
        Some(_) => Some(Owed::Now),
        None => all.first().map(|wish| Owed::Later(wish)),
    };
    let goes_on = |wish: &&&Subscription| {
        let says_never = || says(organisation, wish, asked) == Say::Never;
        wish.effects.contains(&kind) && !wish.shows_only && is_about(organisation, wish, asked) && says_never()
    };
    let knowing: Vec<&Subscription> = leading.iter().filter(|_| knows).filter(goes_on).copied().collect();
    later(&wanting(organisation, leading, asked, kind)).or_else(|| later(&knowing)).unwrap_or(Owed::Nothing)
}

/// After what time an escalation that leads there tells it again, if one has come and does.
pub fn again(organisation: &Organisation, leading: &[&Subscription], asked: Asked<'_>) -> Option<SignedDuration> {
    let wanting = wanting(organisation, leading, asked, EffectKind::Hurt);
    let awake = wanting.iter().filter(|wish| !sleeps(wish, asked.tier, asked.now));
    awake.filter_map(|wish| wish.step?.again).min()
}

pub fn silenced<'s>(silences: &'s [Silence], asked: Asked<'_>) -> Option<&'s Silence> {
    let Asked { effect, meant, tier, now, .. } = asked;
    let of = |vendor: &_| meant.vendor.as_ref() == Some(vendor);
    silences.iter().filter(|silence| silence.from <= now && now < silence.until).find(|silence| {
        let what = &silence.about;
        let is_meant = |name: &String| what.components.iter().any(|c| c.eq_ignore_ascii_case(name));
        (what.vendors.is_empty() || what.vendors.iter().any(of))
            && (what.tiers.is_empty() || what.tiers.contains(&tier))
            && (what.components.is_empty() || !meant.components.is_empty() && meant.components.iter().all(is_meant))
            && (what.words.is_empty() || what.words.iter().any(|word| meant.text.contains(word)))
            && (what.incidents.is_empty() || what.incidents.contains(&effect.cause.to_string()))
    })
}
