//! Who sees what: the services that nobody measures, or only in part, and why a line of the inventory picks nothing.

use std::collections::BTreeSet;

use super::now::Now;
use super::unbelieved;
use crate::alerting::graph::Graph;
use crate::alerting::idle::{Idle, wanted};
use crate::model::id::{ServiceId, SourceId};
use crate::model::inventory::{On, Selector, Service};

/// A service that is not wholly measured.
pub struct Dim<'a> {
    pub service: &'a Service,
    /// The vendors whose sources speak for it, in time. Empty: nobody measures it.
    pub measured_by: Vec<&'a str>,
    /// What is not seen.
    pub unseen: Vec<String>,
}

/// The services that nobody measures, then those that are measured in part, each the most needed first.
pub fn dim(now: &Now) -> Vec<Dim<'_>> {
    let seen = |service| {
        let mut eyes = BTreeSet::new();
        look(now, service, &mut eyes, &mut BTreeSet::new());
        eyes.into_iter().collect::<Vec<_>>()
    };
    let mut all: Vec<Dim<'_>> = now
        .services()
        .into_iter()
        .map(|service| Dim { service, measured_by: seen(service), unseen: unseen(now, service) })
        .filter(|dim| dim.measured_by.is_empty() || !dim.unseen.is_empty())
        .collect();
    all.sort_by_key(|dim| (!dim.measured_by.is_empty(), dim.service.tier));
    all
}

fn unseen(now: &Now, service: &Service) -> Vec<String> {
    let mut unseen = now.effects.states.get(&service.id).map(|s| s.unseen.clone()).unwrap_or_default();
    if service.needs.is_empty() {
        unseen.push("the inventory names nothing that it needs".to_owned());
    }
    unseen
}

/// The vendors that speak for a service by a live source, by itself or through the services it builds on.
fn look<'a>(now: &'a Now, service: &'a Service, eyes: &mut BTreeSet<&'a str>, visited: &mut BTreeSet<&'a ServiceId>) {
    if !visited.insert(&service.id) {
        return;
    }
    for dependency in service.needs.iter().flat_map(|n| n.dependencies()) {
        match &dependency.on {
            On::Service(id) => {
                if let Some(under) = now.compiled.graph.service(id) {
                    look(now, under, eyes, visited);
                }
            }
            On::Vendor(selector) if is_live(now, selector) => {
                eyes.insert(now.compiled.graph.vendor_name(&selector.vendor));
            }
            On::Vendor(_) => {}
        }
    }
}

/// Whether any source that a selector means can be believed, and the selector picks something.
fn is_live(now: &Now, selector: &Selector) -> bool {
    let is_meant = |id: &SourceId| id.is_of(&selector.vendor) && selector.source.as_ref().is_none_or(|only| only == id);
    let is_idle = now.idle.iter().any(|idle| idle.selector == *selector);
    !is_idle
        && now
            .compiled
            .sources
            .values()
            .any(|source| is_meant(&source.id) && unbelieved::why(now, &source.id).is_none())
}

/// Why nobody measures what a line of the inventory means.
pub fn why_idle(graph: &Graph, idle: &Idle) -> String {
    let vendor = graph.vendor_name(&idle.selector.vendor);
    match &idle.lost {
        Some((name, _)) => format!("{vendor} no longer says how {name} is"),
        None => format!("{vendor} lists nothing that is {}", wanted(&idle.selector)),
    }
}
