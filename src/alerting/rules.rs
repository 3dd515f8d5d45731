//! The subscriptions made ready to be asked: who wants to know of a service, or leads to an address.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use jiff::SignedDuration;

use super::graph::Graph;
use crate::model::id::{ReceiverId, ServiceId, SiteId, VendorId};
use crate::model::inventory::Tier;
use crate::model::subscription::{Receiver, Subscription, Watches};
use crate::model::vendor::Vendor;

/// The subscriptions, compiled once for each configuration. Lists of places hold each place once, in the file's order.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    subscriptions: Vec<Subscription>,
    receivers: BTreeMap<ReceiverId, Receiver>,
    addresses: BTreeMap<ReceiverId, String>,
    tiers: BTreeMap<ServiceId, Tier>,
    /// Where services are used; one that is used everywhere is not among them.
    sites: BTreeMap<ServiceId, Vec<SiteId>>,
    /// The tags of the vendors.
    tags: BTreeMap<VendorId, Vec<String>>,
    /// Those that name no vendor, by service.
    by_service: BTreeMap<ServiceId, Vec<usize>>,
    /// Those that name vendors.
    by_vendor: BTreeMap<VendorId, Vec<usize>>,
    with_vendors: Vec<usize>,
    by_address: BTreeMap<String, Vec<usize>>,
    /// Those of people who look after sources: they are about no service.
    keepers: Vec<Subscription>,
}

/// Whose an effect is, as far as subscriptions ask.
#[derive(Debug, Clone, Copy)]
pub enum Whose<'a> {
    /// This vendor's, if any.
    Vendor(Option<&'a VendorId>),
    /// Everybody's: our own network is gone.
    Everybodys,
}

/// Why a subscription is not about a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unsuited {
    /// The inventory does not know the service.
    Unknown,
    /// It is about these.
    Services(Vec<ServiceId>),
    /// It is about services of these tiers.
    Tiers(Vec<Tier>),
    /// It is about services at these sites.
    Sites(Vec<SiteId>),
}

impl fmt::Display for Unsuited {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fn all<T>(all: &[T], word: impl Fn(&T) -> &str) -> String {
            all.iter().map(word).collect::<Vec<_>>().join(", ")
        }
        match self {
            Self::Unknown => f.write_str("the inventory does not know that service"),
            Self::Services(services) => write!(f, "it is about the services {}", all(services, |s| s.as_str())),
            Self::Tiers(tiers) => write!(f, "it is about the tiers {}", all(tiers, |t| t.word())),
            Self::Sites(sites) => write!(f, "it is about the sites {}", all(sites, |s| s.as_str())),
        }
    }
}

impl Rules {
    /// Compiles the subscriptions for the services of `graph`.
    #[must_use]
    pub fn compile(subscriptions: &[Subscription], receivers: &[Receiver], graph: &Graph, vendors: &[Vendor]) -> Self {
        let mut rules = Self {
            subscriptions: subscriptions.to_vec(),
            receivers: receivers.iter().map(|r| (r.id.clone(), r.clone())).collect(),
            addresses: receivers.iter().map(|r| (r.id.clone(), r.address())).collect(),
            tiers: graph.services().iter().map(|s| (s.id.clone(), s.tier)).collect(),
            sites: graph.services().iter().map(|s| (s.id.clone(), s.sites.clone())).collect(),
            tags: vendors.iter().map(|v| (v.id.clone(), v.tags.clone())).collect(),
            ..Self::default()
        };
        for (place, subscription) in subscriptions.iter().enumerate() {
            match subscription.watches {
                Watches::Services => rules.place(place, subscription),
                Watches::Sources => rules.keepers.push(subscription.clone()),
            }
        }
        rules
    }

    fn place(&mut self, place: usize, subscription: &Subscription) {
        if subscription.vendors.is_empty() {
            for service in self.services_of(subscription) {
                put(self.by_service.entry(service).or_default(), place);
            }
        } else {
            self.with_vendors.push(place);
        }
        for vendor in &subscription.vendors {
            put(self.by_vendor.entry(vendor.clone()).or_default(), place);
        }
        for address in subscription.receivers.iter().filter_map(|id| self.addresses.get(id)) {
            put(self.by_address.entry(address.clone()).or_default(), place);
        }
    }

    fn services_of(&self, subscription: &Subscription) -> Vec<ServiceId> {
        let suiting = |service: &&ServiceId| self.suits(subscription, service);
        if subscription.services.is_empty() {
            self.tiers.keys().filter(suiting).cloned().collect()
        } else {
            subscription.services.iter().filter(suiting).cloned().collect()
        }
    }

    /// Whether a subscription is about this service of the inventory.
    fn suits(&self, subscription: &Subscription, service: &ServiceId) -> bool {
        self.unsuited(subscription, service).is_none()
    }

    /// Why a subscription is not about this service; `None` where it is.
    #[must_use]
    pub fn unsuited(&self, subscription: &Subscription, service: &ServiceId) -> Option<Unsuited> {
        let Some(tier) = self.tiers.get(service) else { return Some(Unsuited::Unknown) };
        if !subscription.services.is_empty() && !subscription.services.contains(service) {
            Some(Unsuited::Services(subscription.services.clone()))
        } else if !subscription.tiers.is_empty() && !subscription.tiers.contains(tier) {
            Some(Unsuited::Tiers(subscription.tiers.clone()))
        } else if !subscription.sites.is_empty() && !self.is_at(service, &subscription.sites) {
            Some(Unsuited::Sites(subscription.sites.clone()))
        } else {
            None
        }
    }

    /// Whether a service is used at one of these sites.
    fn is_at(&self, service: &ServiceId, sites: &[SiteId]) -> bool {
        let of = self.sites.get(service).map(Vec::as_slice).unwrap_or_default();
        of.is_empty() || of.iter().any(|site| sites.contains(site))
    }

    /// Whether a subscription that asks for tags is about this vendor; our own network is everybody's.
    #[must_use]
    pub fn is_tagged(&self, subscription: &Subscription, whose: Whose<'_>) -> bool {
        let of = |vendor: &VendorId| self.tags.get(vendor).map(Vec::as_slice).unwrap_or_default();
        match whose {
            _ if subscription.tags.is_empty() => true,
            Whose::Everybodys => true,
            Whose::Vendor(vendor) => vendor.is_some_and(|v| of(v).iter().any(|tag| subscription.tags.contains(tag))),
        }
    }

    /// How much depends on a service.
    #[must_use]
    pub fn tier(&self, service: &ServiceId) -> Option<Tier> {
        self.tiers.get(service).copied()
    }

    /// The subscriptions of those who look after sources.
    #[must_use]
    pub fn keepers(&self) -> &[Subscription] {
        &self.keepers
    }

    /// All subscriptions, in the order of the file.
    #[must_use]
    pub fn subscriptions(&self) -> &[Subscription] {
        &self.subscriptions
    }

    /// The receivers by their keys.
    #[must_use]
    pub const fn receivers(&self) -> &BTreeMap<ReceiverId, Receiver> {
        &self.receivers
    }

    /// How long before a maintenance anybody wants to be told of it, each once.
    #[must_use]
    pub fn aheads(&self) -> BTreeSet<SignedDuration> {
        self.subscriptions.iter().filter_map(|wish| wish.maintenance.ahead).collect()
    }

    /// Whether any subscription leads to a receiver at all.
    #[must_use]
    pub fn tells_anybody(&self) -> bool {
        !self.by_address.is_empty()
    }

    /// Where a receiver leads.
    #[must_use]
    pub fn address(&self, receiver: &ReceiverId) -> Option<&str> {
        self.addresses.get(receiver).map(String::as_str)
    }

    /// The subscriptions about this service and what is `whose`.
    #[must_use]
    pub fn about<'a>(&'a self, service: &ServiceId, whose: Whose<'_>) -> Vec<&'a Subscription> {
        let with_vendor = match whose {
            Whose::Everybodys => Some(&self.with_vendors),
            Whose::Vendor(vendor) => vendor.and_then(|vendor| self.by_vendor.get(vendor)),
        };
        let mut places: Vec<usize> = self.by_service.get(service).into_iter().flatten().copied().collect();
        let is_about = |place: &&usize| self.subscriptions.get(**place).is_some_and(|s| self.suits(s, service));
        places.extend(with_vendor.into_iter().flatten().filter(is_about));
        places.sort_unstable();
        let all = places.into_iter().filter_map(|place| self.subscriptions.get(place));
        all.filter(|subscription| self.is_tagged(subscription, whose)).collect()
    }

    /// The subscriptions about this service that lead to an address, whatever the vendor.
    pub fn leading<'a>(&'a self, address: &str, service: &'a ServiceId) -> impl Iterator<Item = &'a Subscription> {
        let places = self.by_address.get(address).into_iter().flatten();
        places.filter_map(|place| self.subscriptions.get(*place)).filter(|s| self.suits(s, service))
    }
}

/// Places come in order, so a double stands at the end.
fn put(places: &mut Vec<usize>, place: usize) {
    if places.last() != Some(&place) {
        places.push(place);
    }
}
