//! What somebody fills in to make or change a subscription, from a form or a program: texts first, a choice if they are
//! sound, else which field is wrong and why.

use jiff::civil::Time;

use super::super::fields::{Fields, Wrong};
use crate::alerting::wish;
use crate::model::effect::EffectKind;
use crate::model::id::{ServiceId, SiteId, VendorId};
use crate::model::impact::Impact;
use crate::model::inventory::Tier;
use crate::model::own::{self, Choice, Own, QuietHours, When};
use crate::model::subscription::Email;
use crate::model::text;
use crate::pipeline::compiled::Compiled;

const TIERS: [(Tier, &str); 4] = [
    (Tier::LifeSafety, "Life-safety"),
    (Tier::Clinical, "Clinical"),
    (Tier::Business, "Business"),
    (Tier::BackOffice, "Back office"),
];
/// The longest word that is looked for, and how many.
const WORD_CHARS: usize = 80;
const WORDS: usize = 20;

/// As it was filled in.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    pub address: String,
    pub services: Vec<String>,
    pub tiers: Vec<String>,
    pub sites: Vec<String>,
    pub vendors: Vec<String>,
    pub least: String,
    pub effects: Vec<String>,
    pub when: String,
    pub hour: String,
    pub quiet_from: String,
    pub quiet_until: String,
    pub zone: String,
    pub tags: Vec<String>,
    pub components: Vec<String>,
    pub regions: Vec<String>,
    pub words: Vec<String>,
    pub without_words: Vec<String>,
}

/// One thing that can be ticked.
pub struct Tick {
    pub id: String,
    pub name: String,
    pub is_on: bool,
}

/// The services of a tier.
pub struct TierTicks {
    pub word: &'static str,
    pub name: &'static str,
    pub is_on: bool,
    pub services: Vec<Tick>,
}

/// What can be chosen.
pub struct Offer {
    pub tiers: Vec<TierTicks>,
    pub vendors: Vec<Tick>,
    pub sites: Vec<Tick>,
    pub effects: Vec<Tick>,
}

impl Offer {
    pub fn of(compiled: &Compiled, draft: &Draft) -> Self {
        let tick = |id: &str, name: &str, on: &[String]| Tick {
            id: id.to_owned(),
            name: name.to_owned(),
            is_on: on.iter().any(|one| one == id),
        };
        let services = |tier: Tier| {
            let of = compiled.inventory.services.iter().filter(move |service| service.tier == tier);
            of.map(|service| tick(service.id.as_str(), &service.name, &draft.services)).collect::<Vec<_>>()
        };
        let tiers = TIERS.into_iter().map(|(tier, name)| TierTicks {
            word: tier.word(),
            name,
            is_on: draft.tiers.iter().any(|one| one == tier.word()),
            services: services(tier),
        });
        let vendors = compiled.vendors.values().filter(|vendor| compiled.graph.needs(&vendor.id));
        let kinds = [
            (EffectKind::Hurt, "it is hurt"),
            (EffectKind::Worse, "it gets worse"),
            (EffectKind::Better, "it gets better"),
            (EffectKind::Over, "it is over"),
        ];
        Self {
            tiers: tiers.filter(|tier| !tier.services.is_empty()).collect(),
            vendors: vendors.map(|vendor| tick(vendor.id.as_str(), &vendor.name, &draft.vendors)).collect(),
            sites: compiled.inventory.sites.iter().map(|s| tick(s.id.as_str(), &s.name, &draft.sites)).collect(),
            effects: kinds.iter().map(|(kind, name)| tick(kind.word(), name, &draft.effects)).collect(),
        }
    }
}

fn texts<T: ToString>(all: &[T]) -> Vec<String> {
    all.iter().map(ToString::to_string).collect()
}

impl Draft {
    /// What stands in a form at first.
    pub fn empty(compiled: &Compiled) -> Self {
        Self::chosen(&Choice::default(), compiled)
    }

    /// What stands in the form of one that is there.
    pub fn of(own: &Own, compiled: &Compiled) -> Self {
        Self { address: own.address.to_string(), ..Self::chosen(&own.choice, compiled) }
    }

    fn chosen(choice: &Choice, compiled: &Compiled) -> Self {
        let hour = |time: Time| time.strftime("%H:%M").to_string();
        let quiet = choice.quiet.as_ref();
        Self {
            address: String::new(),
            services: texts(&choice.services),
            tiers: choice.tiers.iter().map(|tier| tier.word().to_owned()).collect(),
            sites: texts(&choice.sites),
            vendors: texts(&choice.vendors),
            least: choice.least.word().to_owned(),
            effects: choice.effects.iter().map(|kind| kind.word().to_owned()).collect(),
            when: choice.when.word().to_owned(),
            hour: if let When::Daily(at) = choice.when { hour(at) } else { "07:00".to_owned() },
            quiet_from: quiet.map(|quiet| hour(quiet.from)).unwrap_or_default(),
            quiet_until: quiet.map(|quiet| hour(quiet.until)).unwrap_or_default(),
            zone: quiet.and_then(|quiet| quiet.zone.clone()).unwrap_or_else(|| compiled.time_zone.clone()),
            tags: choice.tags.clone(),
            components: choice.components.clone(),
            regions: choice.regions.clone(),
            words: choice.words.clone(),
            without_words: choice.without_words.clone(),
        }
    }

    /// What was sent. What was left out is as in an empty form, but what can be ticked is not ticked.
    pub fn read(fields: &mut Fields, compiled: &Compiled) -> Self {
        let usual = Self::empty(compiled);
        let mut one = |name: &str, otherwise: &str| {
            let given = fields.take(name);
            if given.is_empty() { otherwise.to_owned() } else { given }
        };
        let (address, least) = (one("address", ""), one("least", &usual.least));
        let (when, hour, zone) = (one("when", &usual.when), one("hour", &usual.hour), one("time_zone", &usual.zone));
        let (quiet_from, quiet_until) = (one("quiet_from", ""), one("quiet_until", ""));
        let effects = fields.take_lines("effects");
        Self {
            address,
            least,
            when,
            hour,
            zone,
            quiet_from,
            quiet_until,
            services: fields.take_lines("services"),
            tiers: fields.take_lines("tiers"),
            sites: fields.take_lines("sites"),
            vendors: fields.take_lines("vendors"),
            effects: if effects.is_empty() { usual.effects } else { effects },
            tags: fields.take_lines("tags"),
            components: fields.take_lines("components"),
            regions: fields.take_lines("regions"),
            words: fields.take_lines("words"),
            without_words: fields.take_lines("without_words"),
        }
    }

    /// The address.
    ///
    /// # Errors
    /// It is none.
    pub fn address(&self) -> Result<Email, Wrong> {
        own::address(&self.address).map_err(|why| Wrong::new("address", format!("{why}.")))
    }

    /// The choice.
    ///
    /// # Errors
    /// Every field that is wrong.
    pub fn choice(&self, compiled: &Compiled) -> Result<Choice, Vec<Wrong>> {
        let mut wrong = Vec::new();
        let inventory = &compiled.inventory;
        let services = known(
            "services",
            &self.services,
            ServiceId::parse,
            |id| inventory.services.iter().any(|s| s.id == *id),
            &mut wrong,
        );
        let sites =
            known("sites", &self.sites, SiteId::parse, |id| inventory.sites.iter().any(|s| s.id == *id), &mut wrong);
        let vendors = known("vendors", &self.vendors, VendorId::parse, |id| compiled.graph.needs(id), &mut wrong);
        let tiers = named(
            "tiers",
            &self.tiers,
            |word| TIERS.iter().map(|(tier, _)| *tier).find(|t| t.word() == word),
            &mut wrong,
        );
        let effects =
            named("effects", &self.effects, |word| EffectKind::ALL.into_iter().find(|k| k.word() == word), &mut wrong);
        if !services.is_empty() && !tiers.is_empty() {
            wrong.push(Wrong::new("tiers", "Tick whole tiers, or single services. For both, make two subscriptions."));
        }
        let least =
            Impact::named(&self.least).filter(|impact| !matches!(impact, Impact::Unknown | Impact::Operational));
        if least.is_none() {
            wrong.push(Wrong::new("least", "Write maintenance, degraded, partial_outage or major_outage."));
        }
        let when = self.when(&mut wrong);
        let quiet = self.quiet(&mut wrong);
        for (field, all) in self.typed() {
            if all.len() > WORDS || all.iter().any(|word| word.chars().count() > WORD_CHARS) {
                wrong.push(Wrong::new(field, format!("At most {WORDS}, one a line, of {WORD_CHARS} letters.")));
            }
        }
        let clean = |all: &[String]| all.iter().map(|word| text::line(word, WORD_CHARS)).collect::<Vec<_>>();
        let choice = Choice {
            services,
            tiers,
            sites,
            vendors,
            tags: clean(&self.tags),
            components: clean(&self.components),
            regions: clean(&self.regions),
            least: least.unwrap_or(Impact::Degraded),
            effects,
            words: clean(&self.words),
            without_words: clean(&self.without_words),
            quiet,
            when,
        };
        if wrong.is_empty() && wish::services(&choice, inventory).is_empty() {
            wrong.push(Wrong::new(
                "services",
                "No service is both there and used at these sites: nothing would be told.",
            ));
        }
        if wrong.is_empty() { Ok(choice) } else { Err(wrong) }
    }

    /// What can be typed, one a line: the field, what it asks, and what stands there.
    pub fn lines(&self) -> Vec<(&'static str, &'static str, String)> {
        let labels = [
            "Only vendors with one of these tags, one a line",
            "Only these components, one a line; * stands for anything",
            "Only these regions, one a line",
            "Only where the vendor says one of these words, one a line",
            "Never where the vendor says one of these words, one a line",
        ];
        self.typed().iter().zip(labels).map(|((id, all), label)| (*id, label, all.join("\n"))).collect()
    }

    fn typed(&self) -> [(&'static str, &[String]); 5] {
        [
            ("tags", &self.tags),
            ("components", &self.components),
            ("regions", &self.regions),
            ("words", &self.words),
            ("without_words", &self.without_words),
        ]
    }

    fn when(&self, wrong: &mut Vec<Wrong>) -> When {
        match (self.when.as_str(), hour(&self.hour)) {
            ("at_once", _) => When::AtOnce,
            ("hourly", _) => When::Hourly,
            ("daily", Some(hour)) => When::Daily(hour),
            ("daily", None) => {
                wrong.push(Wrong::new("hour", "Write an hour as 07:00."));
                When::AtOnce
            }
            _ => {
                wrong.push(Wrong::new("when", "Write at_once, hourly or daily."));
                When::AtOnce
            }
        }
    }

    fn quiet(&self, wrong: &mut Vec<Wrong>) -> Option<QuietHours> {
        if !wish::knows_zone(&self.zone) {
            wrong.push(Wrong::new("time_zone", "There is no such zone; write it as America/Chicago."));
        }
        if self.quiet_from.is_empty() && self.quiet_until.is_empty() {
            return None;
        }
        match (hour(&self.quiet_from), hour(&self.quiet_until)) {
            (Some(from), Some(until)) if from != until => {
                Some(QuietHours { from, until, zone: Some(self.zone.clone()) })
            }
            (Some(_), Some(_)) => {
                wrong.push(Wrong::new("quiet_from", "They begin and end at once."));
                None
            }
            _ => {
                wrong.push(Wrong::new("quiet_from", "Write both, as 22:00 and 06:30, or neither."));
                None
            }
        }
    }
}

fn hour(given: &str) -> Option<Time> {
    Time::strptime("%H:%M", given).ok()
}

fn known<T, E>(
    field: &str,
    given: &[String],
    parse: impl Fn(&str) -> Result<T, E>,
    is_known: impl Fn(&T) -> bool,
    wrong: &mut Vec<Wrong>,
) -> Vec<T> {
    named(field, given, |text| parse(text).ok().filter(|id| is_known(id)), wrong)
}

fn named<T>(field: &str, given: &[String], find: impl Fn(&str) -> Option<T>, wrong: &mut Vec<Wrong>) -> Vec<T> {
    let mut all = Vec::with_capacity(given.len());
    for one in given {
        match find(one) {
            Some(found) => all.push(found),
            None => wrong.push(Wrong::new(field, format!("There is no {} here.", text::line(one, 64)))),
        }
    }
    all
}
