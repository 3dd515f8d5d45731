//! What lines of the inventory meant at a source and the source lists no longer: found by id first, then by name, then by
//! likeness, so that a renamed component is proposed and never taken for the old one by ourselves.

use std::collections::BTreeSet;

use super::graph::Graph;
use super::idle::wanted;
use crate::model::doubt::Doubt;
use crate::model::id::SourceId;
use crate::model::impact::Impact;
use crate::model::incident::{Component, Known};
use crate::model::inventory::{On, Selector};

/// How like two names must be, from 0 to 1, before one is proposed for the other.
const LIKE: f64 = 0.75;

/// What was lost between two states of knowledge of a source, and what had been `lost` before and still is.
#[must_use]
pub fn lost(graph: &Graph, before: &Known, after: &Known, lost: &[Doubt]) -> Vec<Doubt> {
    let mut found: Vec<Doubt> = Vec::new();
    for selector in selectors(graph, &after.source) {
        let wanted = wanted(selector);
        if found.iter().any(|doubt| is_of(doubt, &wanted)) {
            continue;
        }
        let is_there = |known: &Known| known.components.values().any(|c| is_listed(c) && selector.picks(&c.component));
        if is_there(after) {
            continue;
        }
        let earlier = lost.iter().find(|doubt| is_of(doubt, &wanted)).cloned();
        found.extend(earlier.or_else(|| newly_lost(selector, wanted, before, after)));
    }
    found
}

/// What the inventory means at this source by ids, names or regions.
fn selectors<'a>(graph: &'a Graph, source: &'a SourceId) -> impl Iterator<Item = &'a Selector> {
    let dependencies = graph.services().iter().flat_map(|s| &s.needs).flat_map(|need| need.dependencies());
    let selectors = dependencies.filter_map(|dependency| match &dependency.on {
        On::Vendor(selector) => Some(selector),
        On::Service(_) => None,
    });
    selectors.filter(move |s| {
        s.picks_components() && source.is_of(&s.vendor) && s.source.as_ref().is_none_or(|only| only == source)
    })
}

fn is_of(doubt: &Doubt, wanted: &str) -> bool {
    matches!(doubt, Doubt::Lost { wanted: other, .. } if other == wanted)
}

/// Whether its source lists it with a status that we know, or would not list it while it is well.
fn is_listed(component: &Component) -> bool {
    component.status != Impact::Unknown || component.absent != Impact::Unknown
}

fn newly_lost(selector: &Selector, wanted: String, before: &Known, after: &Known) -> Option<Doubt> {
    let was = before.components.values().chain(after.components.values()).find(|c| selector.picks(&c.component))?;
    let listed: Vec<&Component> = after.components.values().filter(|c| is_listed(c)).collect();
    let name = &was.component.name;
    let by_id = listed.iter().find(|c| c.component.key == was.component.key).map(|c| c.component.name.clone());
    let by_name = || {
        let same = listed.iter().find(|c| c.component.name == *name)?;
        Some(format!("{name}, with the id {}", same.component.key))
    };
    let by_likeness = || nearest(name, listed.iter().map(|c| c.component.name.as_str()));
    let instead = by_id.or_else(by_name).or_else(by_likeness);
    Some(Doubt::Lost { wanted, was: name.clone(), instead })
}

/// The name that is likest to this one, if any is like it at all.
fn nearest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<String> {
    let scored = candidates.map(|candidate| (likeness(name, candidate), candidate)).filter(|(like, _)| *like >= LIKE);
    scored.max_by(|(a, _), (b, _)| a.total_cmp(b)).map(|(_, candidate)| candidate.to_owned())
}

/// How like two names are: by their letters, or by the words that they share.
fn likeness(a: &str, b: &str) -> f64 {
    let (a, b) = (a.to_lowercase(), b.to_lowercase());
    let words = |text: &str| -> BTreeSet<String> {
        text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
    };
    let (mine, theirs) = (words(&a), words(&b));
    let shared = mine.intersection(&theirs).count();
    let most = mine.len().max(theirs.len()).max(1);
    #[expect(clippy::cast_precision_loss, reason = "a name has a handful of words")]
    let by_words = shared as f64 / most as f64;
    by_words.max(strsim::jaro_winkler(&a, &b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_renamed_one_is_proposed_and_a_stranger_is_not() {
        let listed = ["Object storage", "SQL Databases (managed)", "E-mail"];
        assert_eq!(nearest("Managed SQL databases", listed.into_iter()).as_deref(), Some("SQL Databases (managed)"));
        assert_eq!(nearest("Object Storage EU", listed.into_iter()).as_deref(), Some("Object storage"));
        assert_eq!(nearest("Telephony", listed.into_iter()), None);
    }
}
