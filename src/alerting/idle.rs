//! Lines of the inventory that pick nothing: their vendor lists no such component, or lists it no more. Nobody measures
//! what they mean, so it must not pass for well.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::graph::Graph;
use crate::model::id::{ServiceId, SourceId};
use crate::model::inventory::{On, Selector};
use crate::model::snapshot::ComponentRef;

/// A component as a source lists it, or did until lately.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Which.
    pub component: ComponentRef,
    /// Since when it is listed no more, or without a status that we know.
    pub lost_since: Option<Timestamp>,
}

/// What the sources list that list all of their components. One that lists only some is not in it: what it leaves out
/// proves nothing.
pub type Lists = BTreeMap<SourceId, Vec<Listed>>;

/// A selector that picks nothing which anybody measures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Idle {
    /// The selector.
    pub selector: Selector,
    /// The services that name it.
    pub services: Vec<ServiceId>,
    /// What it picked until then, and since when that is lost; nothing where it never matched what is listed.
    pub lost: Option<(String, Timestamp)>,
    /// The names that it could have meant, in the vendor's order.
    pub candidates: Vec<String>,
}

/// The selectors of the inventory that pick nothing. Only where every source that one means lists all its components
/// can that be known. `is_polled` tells which sources are looked at.
#[must_use]
pub fn idle(graph: &Graph, lists: &Lists, is_polled: impl Fn(&SourceId) -> bool) -> Vec<Idle> {
    let mut found: Vec<Idle> = Vec::new();
    for service in graph.services() {
        for dependency in service.needs.iter().flat_map(|n| n.dependencies()) {
            let On::Vendor(selector) = &dependency.on else { continue };
            if let Some(known) = found.iter_mut().find(|idle| idle.selector == *selector) {
                known.services.push(service.id.clone());
            } else if let Some((lost, candidates)) = judge(selector, lists, &is_polled) {
                let services = vec![service.id.clone()];
                found.push(Idle { selector: selector.clone(), services, lost, candidates });
            }
        }
    }
    found
}

type Judged = (Option<(String, Timestamp)>, Vec<String>);

/// `None` where it picks something, or where nobody can know.
fn judge(selector: &Selector, lists: &Lists, is_polled: &impl Fn(&SourceId) -> bool) -> Option<Judged> {
    if !selector.picks_components() {
        return None;
    }
    let is_meant = |id: &SourceId| {
        id.is_of(&selector.vendor) && selector.source.as_ref().is_none_or(|only| only == id) && is_polled(id)
    };
    let listed: Vec<&Listed> = lists.iter().filter(|(id, _)| is_meant(id)).flat_map(|(_, all)| all).collect();
    let picked: Vec<&&Listed> = listed.iter().filter(|one| selector.picks(&one.component)).collect();
    if listed.is_empty() || picked.iter().any(|one| one.lost_since.is_none()) {
        return None;
    }
    let lost = picked.iter().filter_map(|one| Some((one.component.name.clone(), one.lost_since?))).max_by_key(|l| l.1);
    let candidates = listed.iter().filter(|one| one.lost_since.is_none()).map(|one| one.component.name.clone());
    Some((lost, candidates.collect()))
}

/// What a selector asks for, for people: `Single sign-on*` or `in eu-*`.
#[must_use]
pub fn wanted(selector: &Selector) -> String {
    let mut words: Vec<String> = selector.components.iter().map(|c| format!("“{c}”")).collect();
    words.extend(selector.ids.iter().map(|id| format!("the id “{id}”")));
    let named = words.join(" or ");
    match (named.is_empty(), selector.regions.is_empty()) {
        (_, true) => named,
        (true, false) => format!("the region {}", selector.regions.join(" or ")),
        (false, false) => format!("{named} in {}", selector.regions.join(" or ")),
    }
}
