//! Who watches the outbox: all that was put in comes out, whole, in order, and the worst first.

use std::collections::{BTreeMap, BTreeSet};

use bellwether::model::effect::{Cause, EffectKind};
use bellwether::model::id::ServiceId;
use bellwether::model::inventory::Tier;
use bellwether::model::notification::Facts;

use super::outbox::Row;
use super::tally::Tally;

/// What is put out about one cause to one address: the kinds, and the services.
type Expected = (Vec<EffectKind>, BTreeSet<ServiceId>);

#[derive(Default)]
pub struct Post {
    expected: BTreeMap<(String, Cause), Vec<Expected>>,
    pub tally: Tally,
}

impl Post {
    /// What one step put into the outbox, the worst first.
    pub fn expect(&mut self, put: Vec<(String, Facts)>) -> Result<(), String> {
        let order: Vec<_> = put.iter().map(|(_, facts)| urgency(facts)).collect();
        if !order.is_sorted() {
            return Err(format!("the worst is not told first: {order:?}"));
        }
        self.tally.add("held: the worst first of several", (order.len() > 1).into());
        for (address, facts) in put {
            for topic in facts.topics {
                let services = topic.services.iter().map(|s| s.id.clone()).collect();
                self.expected.entry((address.clone(), topic.cause)).or_default().push((topic.told, services));
            }
        }
        Ok(())
    }

    /// What left the outbox at one moment: all that was put in, whole and in order.
    pub fn receive(&mut self, rows: &[Row]) -> Result<(), String> {
        for row in rows {
            self.tally.count("messages");
            for topic in &row.facts.topics {
                let key = (row.address.clone(), topic.cause.clone());
                let (mut kinds, mut services) = (topic.told.as_slice(), BTreeSet::new());
                let expected = self.expected.entry(key).or_default();
                while !kinds.is_empty() && !expected.is_empty() {
                    let (told, of) = expected.remove(0);
                    let Some(rest) = kinds.strip_prefix(told.as_slice()) else {
                        return Err(format!("{} got {:?} of {}, not {told:?}", row.address, topic.told, topic.cause));
                    };
                    kinds = rest;
                    services.extend(of);
                }
                let told: BTreeSet<ServiceId> = topic.services.iter().map(|s| s.id.clone()).collect();
                if !kinds.is_empty() || !services.is_subset(&told) {
                    return Err(format!("{} got {:?} of {told:?}, not of {services:?}", row.address, topic.told));
                }
                self.tally.count("held: delivered once, whole and in order");
            }
        }
        Ok(())
    }

    /// Nothing waits any more.
    pub fn ends(&self) -> Result<(), String> {
        match self.expected.iter().find(|(_, waiting)| !waiting.is_empty()) {
            Some((key, waiting)) => Err(format!("never delivered: {key:?} {waiting:?}")),
            None => Ok(()),
        }
    }
}

fn urgency(facts: &Facts) -> (Option<Tier>, std::cmp::Reverse<u8>) {
    let services = || facts.topics.iter().flat_map(|topic| &topic.services);
    let told = services().filter(|s| s.effect != EffectKind::Over).map(|s| s.impact.rung().unwrap_or(4));
    (services().map(|s| s.tier).min(), std::cmp::Reverse(told.max().unwrap_or_default()))
}
