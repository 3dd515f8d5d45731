//! Organisations drawn by chance: what they run, what that needs, and who wants to know what.

use std::time::Duration;

use bellwether::alerting::blind::BlindAfter;
use bellwether::alerting::effects::EffectRules;
use bellwether::alerting::graph::Graph;
use bellwether::alerting::route::{Hold, Manner};
use bellwether::alerting::rules::Rules;
use bellwether::model::effect::EffectKind;
use bellwether::model::format::Format;
use bellwether::model::id::{ReceiverId, ServiceId, SiteId, SourceId, SubscriptionId, VendorId};
use bellwether::model::impact::Impact;
use bellwether::model::inventory::{
    Dependency, Edge, Inventory, Need, On, Procedure, Selector, Service, Site, Tier, Without,
};
use bellwether::model::quiet::{Digest, Quiet};
use bellwether::model::restless::Flapping;
use bellwether::model::say::Say;
use bellwether::model::subscription::{Email, Form, MaintenanceWish, Receiver, Step, Subscription, Way};
use bellwether::model::vendor::{Source, Vendor};
use jiff::SignedDuration;
use jiff::civil::{Time, Weekday};
use jiff::tz::TimeZone;

use super::dice::Dice;

pub const VENDORS: [&str; 3] = ["alpha", "beta", "gamma"];
pub const COMPONENTS: [(&str, &str); 3] = [("Login", "eu"), ("Mail", "us"), ("Files", "us")];
pub const ADDRESSES: [&str; 3] = ["ada", "grace", "noc"];
const SERVICES: [(&str, Tier); 4] =
    [("icu", Tier::LifeSafety), ("ehr", Tier::Clinical), ("lab", Tier::Business), ("office", Tier::BackOffice)];
const ZONES: [&str; 4] = ["America/Chicago", "Europe/Berlin", "Australia/Lord_Howe", "UTC"];

/// What the core is made ready with. A reload takes another one.
pub struct Organisation {
    pub vendors: Vec<Vendor>,
    pub inventory: Inventory,
    pub graph: Graph,
    pub subscriptions: Vec<Subscription>,
    pub receivers: Vec<Receiver>,
    pub rules: Rules,
    pub manner: Manner,
    pub effect_rules: EffectRules,
}

pub fn vendor_id(vendor: usize) -> VendorId {
    VendorId::parse(VENDORS[vendor]).unwrap()
}

pub fn source_id(vendor: usize) -> SourceId {
    SourceId::parse(&format!("{}/status", VENDORS[vendor])).unwrap()
}

fn service_id(service: usize) -> ServiceId {
    ServiceId::parse(SERVICES[service].0).unwrap()
}

pub fn zone(name: &str) -> TimeZone {
    jiff::tz::TimeZoneDatabase::bundled().get(name).unwrap()
}

impl Organisation {
    /// The organisation of a seed; of its reloads each has other subscriptions.
    pub fn of(seed: u64, reload: usize) -> Self {
        let mut steady = Dice::of(seed ^ 0xA11C);
        let vendors: Vec<Vendor> = (0..VENDORS.len()).map(vendor).collect();
        let inventory = inventory(&mut steady);
        let minutes = |dice: &mut Dice, of: &[i64]| SignedDuration::from_mins(*dice.one(of));
        let manner = Manner {
            hold: Hold {
                degraded: minutes(&mut steady, &[0, 0, 5, 10]),
                partial_outage: minutes(&mut steady, &[0, 0, 0, 3]),
            },
            flapping: Flapping { turns: *steady.one(&[4, 5, 5, 6]), ..Flapping::default() },
        };
        let usual = BlindAfter::all(minutes(&mut steady, &[10, 15, 60]));
        let sooner = steady.percent(30).then(|| SignedDuration::from_mins(3));
        let effect_rules = EffectRules { blind_after: usual.but(Tier::LifeSafety, sooner) };
        let mut receivers: Vec<Receiver> = ADDRESSES.iter().map(|name| receiver(name)).collect();
        let mut dice = Dice::of(seed ^ ((reload as u64 + 1) << 32));
        let mut subscriptions: Vec<Subscription> =
            (0..dice.between(2, 5)).map(|n| subscription(&mut dice, &format!("wish-{n}"))).collect();
        if dice.percent(60) {
            subscriptions.extend(ladder(&mut dice));
        }
        if reload % 2 == 1 {
            // Another file may call the same address otherwise.
            let wished = subscriptions.iter_mut().flat_map(|wish| &mut wish.receivers);
            let all = receivers.iter_mut().map(|receiver| &mut receiver.id).chain(wished);
            all.for_each(|id| *id = ReceiverId::parse(&format!("{id}-desk")).unwrap());
        }
        let graph = Graph::compile(&inventory, &vendors);
        let rules = Rules::compile(&subscriptions, &receivers, &graph, &vendors);
        Self { vendors, inventory, graph, subscriptions, receivers, rules, manner, effect_rules }
    }

    pub fn tier(&self, service: &ServiceId) -> Tier {
        self.inventory.service(service).unwrap().tier
    }

    pub fn sites(&self, service: &ServiceId) -> &[SiteId] {
        &self.inventory.service(service).unwrap().sites
    }
}

fn vendor(n: usize) -> Vendor {
    let url = Some("https://status.example.org/".parse().unwrap());
    let source = Source::at(source_id(n), Format::Statuspage, url);
    let tags = vec![if n == 0 { "cloud" } else { "hospital" }.to_owned()];
    Vendor { tags, ..Vendor::named(vendor_id(n), &VENDORS[n].to_uppercase(), vec![source]) }
}

fn receiver(name: &str) -> Receiver {
    let email = Email::parse(&format!("{name}@example.org")).unwrap();
    Receiver {
        id: ReceiverId::parse(name).unwrap(),
        way: Way::Email(email),
        fallback: None,
        burst: None,
        form: Form::Whole,
    }
}

fn inventory(dice: &mut Dice) -> Inventory {
    let site = |id: &str| Site { id: SiteId::parse(id).unwrap(), name: id.to_owned() };
    let services = (0..SERVICES.len()).map(|n| service(n, dice)).collect();
    let upstream = if dice.percent(60) {
        vec![Edge { vendor: vendor_id(0), on: vendor_id(1), mutes: dice.percent(70) }]
    } else {
        Vec::new()
    };
    Inventory { sites: vec![site("north"), site("south")], services, upstream }
}

fn service(n: usize, dice: &mut Dice) -> Service {
    let (name, tier) = SERVICES[n];
    let needs = (0..dice.between(1, 2)).map(|_| need(n, dice)).collect();
    let sites = match dice.below(3) {
        0 => vec![SiteId::parse("north").unwrap()],
        1 => vec![SiteId::parse("south").unwrap()],
        _ => Vec::new(),
    };
    Service {
        id: service_id(n),
        name: name.to_uppercase(),
        tier,
        sites,
        owner: String::new(),
        workflow: String::new(),
        bears: Some(Duration::from_secs(3600)),
        say: Say::default(),
        procedure: Procedure::default(),
        needs,
    }
}

fn need(service: usize, dice: &mut Dice) -> Need {
    let dependency = |dice: &mut Dice| {
        let mut selector = Selector::whole(vendor_id(dice.below(VENDORS.len())));
        if dice.percent(60) {
            let (name, _) = dice.one(&COMPONENTS);
            selector.components = vec![if dice.percent(30) { "*".to_owned() } else { (*name).to_owned() }];
        }
        let without = if dice.percent(80) { Without::Stops } else { Without::Degrades };
        Dependency { on: On::Vendor(selector), without }
    };
    match dice.below(10) {
        0 => Need::AnyOf(vec![dependency(dice), dependency(dice)]),
        1 | 2 if service > 0 => {
            let on = On::Service(service_id(dice.below(service)));
            Need::One(Dependency { on, without: Without::Stops })
        }
        _ => Need::One(dependency(dice)),
    }
}

fn receivers_of(dice: &mut Dice) -> Vec<ReceiverId> {
    let first = dice.below(ADDRESSES.len());
    let mut all = vec![ReceiverId::parse(ADDRESSES[first]).unwrap()];
    if dice.percent(30) {
        all.push(ReceiverId::parse(ADDRESSES[(first + 1) % ADDRESSES.len()]).unwrap());
    }
    all
}

fn subscription(dice: &mut Dice, id: &str) -> Subscription {
    let to = receivers_of(dice);
    let mut wish = Subscription::to_all(SubscriptionId::parse(id).unwrap(), to);
    choose_places(&mut wish, dice);
    choose_words(&mut wish, dice);
    wish.least = *dice.one(&[
        Impact::Degraded,
        Impact::Degraded,
        Impact::PartialOutage,
        Impact::MajorOutage,
        Impact::Maintenance,
    ]);
    if dice.percent(15) {
        wish.effects = vec![EffectKind::Hurt, EffectKind::Over];
    }
    wish.blind = dice.percent(80);
    let (begin, overrun, end) = (dice.percent(30), dice.percent(80), dice.percent(20));
    wish.maintenance = MaintenanceWish { ahead: None, begin, overrun, end };
    wish.shows_only = dice.percent(4);
    if dice.percent(40) {
        wish.quiet = Some(quiet(dice));
    }
    if dice.percent(25) {
        wish.digest = Some(if dice.percent(50) {
            Digest::Hourly
        } else {
            let hours = vec![Time::constant(7, 0, 0, 0), Time::constant(19, 30, 0, 0)];
            Digest::At { hours, zone: zone(dice.one::<&str>(&ZONES)) }
        });
    }
    wish
}

fn choose_places(wish: &mut Subscription, dice: &mut Dice) {
    match dice.below(6) {
        0 => wish.services = vec![service_id(dice.below(SERVICES.len()))],
        1 => wish.tiers = vec![SERVICES[dice.below(SERVICES.len())].1],
        2 => wish.sites = vec![SiteId::parse("north").unwrap()],
        _ => {}
    }
    match dice.below(10) {
        0 => wish.vendors = vec![vendor_id(dice.below(VENDORS.len()))],
        1 => wish.tags = vec!["hospital".to_owned()],
        2 => wish.components = vec!["Lo*".to_owned()],
        3 => wish.regions = vec!["eu".to_owned()],
        _ => {}
    }
}

fn choose_words(wish: &mut Subscription, dice: &mut Dice) {
    match dice.below(12) {
        0 => wish.with_words = vec!["customers".to_owned()],
        1 => wish.without_words = vec!["customers".to_owned()],
        _ => {}
    }
}

fn quiet(dice: &mut Dice) -> Quiet {
    let (from, until) = *dice.one(&[(22, 6), (21, 7), (12, 13), (23, 5)]);
    let days = if dice.percent(25) { vec![Weekday::Saturday, Weekday::Sunday] } else { Vec::new() };
    let hour = |hour: i8| Time::new(hour, 30, 0, 0).unwrap();
    Quiet { from: hour(from), until: hour(until), days, zone: zone(dice.one::<&str>(&ZONES)) }
}

fn ladder(dice: &mut Dice) -> Vec<Subscription> {
    let again = dice.percent(60).then(|| SignedDuration::from_mins(*dice.one(&[20, 45])));
    let first = dice.between(5, 20);
    let step = |number: u32, after: i64, again, dice: &mut Dice| Subscription {
        least: Impact::PartialOutage,
        blind: false,
        maintenance: MaintenanceWish { overrun: false, ..MaintenanceWish::default() },
        step: Some(Step { number, after: SignedDuration::from_mins(after), again }),
        ..Subscription::to_all(SubscriptionId::parse("ladder").unwrap(), receivers_of(dice))
    };
    vec![step(1, first, None, dice), step(2, first + 15, again, dice)]
}
