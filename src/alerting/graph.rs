//! The inventory made ready to be asked: which service stands on which vendor, in an order in which each service comes
//! after those it builds on.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::credentials;
use crate::model::id::{ServiceId, SourceId, VendorId};
use crate::model::inventory::{Inventory, On, Selector, Service};
use crate::model::vendor::Vendor;

/// The inventory and the vendors it needs, compiled once for each configuration.
#[derive(Debug, Clone, Default)]
pub struct Graph {
    /// The services, each after those it builds on. A service in a circle is left out; `check` names the circle.
    order: Vec<Service>,
    /// Where each stands in the order.
    places: BTreeMap<ServiceId, usize>,
    /// The services that a vendor reaches, directly or through another service, as places in the order.
    reached: BTreeMap<VendorId, BTreeSet<usize>>,
    /// The vendors' names for people.
    names: BTreeMap<VendorId, String>,
    /// The sources that speak of something beside what customers use.
    aside: BTreeSet<SourceId>,
    /// The sources that nobody looks at, and what to do about it.
    unread: BTreeMap<SourceId, String>,
}

impl Graph {
    /// Compiles the inventory.
    #[must_use]
    pub fn compile(inventory: &Inventory, vendors: &[Vendor]) -> Self {
        let mut graph =
            Self { names: vendors.iter().map(|v| (v.id.clone(), v.name.clone())).collect(), ..Self::default() };
        for source in vendors.iter().flat_map(|vendor| &vendor.sources) {
            if source.format.speaks_aside() {
                graph.aside.insert(source.id.clone());
            }
            if let Some(name) = source.access.lacks() {
                graph.unread.insert(source.id.clone(), credentials::way_out(name));
            }
        }
        let mut waiting: Vec<&Service> = inventory.services.iter().collect();
        loop {
            let before = waiting.len();
            waiting.retain(|service| !graph.place(service));
            if waiting.is_empty() || waiting.len() == before {
                return graph;
            }
        }
    }

    /// Puts a service at the end of the order, if all that it builds on stands there already.
    fn place(&mut self, service: &Service) -> bool {
        let on: Vec<&On> = service.needs.iter().flat_map(|n| n.dependencies()).map(|d| &d.on).collect();
        let is_ready = on.iter().all(|on| match on {
            On::Service(id) => self.places.contains_key(id),
            On::Vendor(_) => true,
        });
        if !is_ready {
            return false;
        }
        let here = self.order.len();
        for on in on {
            match on {
                On::Vendor(selector) => {
                    self.reached.entry(selector.vendor.clone()).or_default().insert(here);
                }
                On::Service(id) => {
                    let Some(&under) = self.places.get(id) else { continue };
                    for places in self.reached.values_mut().filter(|places| places.contains(&under)) {
                        places.insert(here);
                    }
                }
            }
        }
        self.places.insert(service.id.clone(), here);
        self.order.push(service.clone());
        true
    }

    /// The services in order.
    #[must_use]
    pub fn services(&self) -> &[Service] {
        &self.order
    }

    /// The services that any of these vendors reach, and all that those build on, in order: what can be judged apart
    /// from the rest.
    #[must_use]
    pub fn reached_by<'a>(&'a self, vendors: &BTreeSet<VendorId>) -> Vec<&'a Service> {
        let mut places: BTreeSet<usize> =
            vendors.iter().filter_map(|v| self.reached.get(v)).flatten().copied().collect();
        let mut waiting: Vec<usize> = places.iter().copied().collect();
        while let Some(place) = waiting.pop() {
            let needs = self.order.get(place).into_iter().flat_map(|s| &s.needs).flat_map(|n| n.dependencies());
            for dependency in needs {
                if let On::Service(id) = &dependency.on
                    && let Some(&under) = self.places.get(id)
                    && places.insert(under)
                {
                    waiting.push(under);
                }
            }
        }
        places.into_iter().filter_map(|place| self.order.get(place)).collect()
    }

    /// The vendors that these services need themselves.
    #[must_use]
    pub fn vendors_of(services: &[&Service]) -> BTreeSet<VendorId> {
        let needs = services.iter().flat_map(|s| &s.needs).flat_map(|n| n.dependencies());
        needs
            .filter_map(|dependency| match &dependency.on {
                On::Vendor(selector) => Some(selector.vendor.clone()),
                On::Service(_) => None,
            })
            .collect()
    }

    /// The services that a vendor reaches, directly or through another one, in order.
    pub fn needing<'a>(&'a self, vendor: &VendorId) -> impl Iterator<Item = &'a Service> {
        self.reached.get(vendor).into_iter().flatten().filter_map(|place| self.order.get(*place))
    }

    /// Whether any service needs this vendor.
    #[must_use]
    pub fn needs(&self, vendor: &VendorId) -> bool {
        self.reached.contains_key(vendor)
    }

    /// The vendors that any service needs.
    pub fn vendors(&self) -> impl Iterator<Item = &VendorId> {
        self.reached.keys()
    }

    /// Whether what this source says, and its silence, is about what the selector picks. What stands aside of a
    /// vendor's services speaks only for whoever names it.
    #[must_use]
    pub fn speaks(&self, source: &SourceId, selector: &Selector) -> bool {
        match &selector.source {
            Some(only) => only == source,
            None => source.is_of(&selector.vendor) && !self.aside.contains(source),
        }
    }

    /// Why no source speaks for what the selector picks, and what to do about it where anything can be done.
    #[must_use]
    pub fn why_unspoken(&self, selector: &Selector) -> String {
        let unread = self.unread.iter().find(|(source, _)| self.speaks(source, selector));
        match unread {
            Some((source, way_out)) => format!("{source} is not looked at without credentials: {way_out}"),
            None => format!("{} has no source that can be read", self.vendor_name(&selector.vendor)),
        }
    }

    /// What to do about a source that nobody looks at.
    #[must_use]
    pub fn way_out(&self, source: &SourceId) -> Option<&str> {
        self.unread.get(source).map(String::as_str)
    }

    /// The service of that key.
    #[must_use]
    pub fn service(&self, id: &ServiceId) -> Option<&Service> {
        self.places.get(id).and_then(|place| self.order.get(*place))
    }

    /// The name of a vendor for people.
    #[must_use]
    pub fn vendor_name<'a>(&'a self, id: &'a VendorId) -> &'a str {
        self.names.get(id).map_or(id.as_str(), String::as_str)
    }
}
