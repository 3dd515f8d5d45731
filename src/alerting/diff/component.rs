//! What a look changed in components: each has a status of its own, with or without an incident.

use std::collections::BTreeSet;

use super::{Work, is_gone, once_more};
use crate::model::change::{Change, ComponentChange};
use crate::model::impact::Impact;
use crate::model::incident::{Component, Report};
use crate::model::snapshot::{Covers, Snapshot};

impl Work<'_> {
    /// Which of the components that open reports name are well again, or not any more. Where the incident left the page with
    /// it, it is soon over: until then all stays as it was.
    pub(super) fn recoveries(&mut self, snapshot: &Snapshot) {
        for seen in &snapshot.components {
            let key = &seen.component.key;
            let Some(before) = self.known.components.get(key).map(|c| c.status).filter(|before| *before != seen.status)
            else {
                continue;
            };
            let is_well_again = seen.status == Impact::Operational && before.rung() >= Impact::Degraded.rung();
            let is_open = |report: &&mut Report| report.standing.is_open();
            for report in self.known.reports.values_mut().filter(is_open) {
                if is_well_again && report.seen.components.iter().any(|named| named.key == *key) {
                    let is_listed = snapshot.incidents.iter().any(|listed| listed.key == report.seen.key);
                    report.recovered.insert(key.clone(), if is_listed { Impact::Degraded } else { before });
                } else {
                    report.recovered.remove(key);
                }
            }
        }
    }

    pub(super) fn components(&mut self, snapshot: &Snapshot) {
        let absent = if snapshot.covers.components == Covers::AllOpen { Impact::Unknown } else { Impact::Operational };
        for seen in &snapshot.components {
            let before = self.known.components.get(&seen.component.key);
            let is_same = |c: &Component| {
                c.status == seen.status
                    && c.vendor_status == seen.vendor_status
                    && c.component == seen.component
                    && c.missing.is_none()
                    && c.absent == absent
            };
            if before.is_some_and(is_same) {
                continue;
            }
            let from = before.map(|c| c.status);
            let is_news = match from {
                None => seen.status != Impact::Operational,
                Some(status) => status != seen.status,
            };
            let since = before.filter(|_| !is_news).map_or(self.now, |c| c.since);
            let component = Component {
                component: seen.component.clone(),
                vendor_status: seen.vendor_status.clone(),
                status: seen.status,
                since,
                missing: None,
                absent,
            };
            self.known.components.insert(seen.component.key.clone(), component.clone());
            if is_news {
                self.tell_component(component, from.unwrap_or(Impact::Unknown));
            }
        }
        let listed: BTreeSet<&str> = snapshot.components.iter().map(|c| c.component.key.as_str()).collect();
        match snapshot.covers.components {
            Covers::AllOpen => self.missing_components(&listed, Some(Impact::Unknown)),
            Covers::AllUnwell => self.missing_components(&listed, Some(Impact::Operational)),
            Covers::Window { .. } | Covers::PlannedBefore { .. } | Covers::Delta => {}
        }
    }

    /// A component that has left the list for as long as an incident may be missing: nobody knows its status, or, where
    /// only those that are not well are listed, it is well. With an equal body, only what is missing already counts.
    pub(super) fn missing_components(&mut self, listed: &BTreeSet<&str>, absent: Option<Impact>) {
        let mut lost = Vec::new();
        for component in self.known.components.values_mut() {
            let Some(absent) = absent.or(component.missing.map(|_| component.absent)) else { continue };
            if listed.contains(component.component.key.as_str()) || component.status == absent {
                continue;
            }
            let missing = once_more(component.missing, self.now);
            component.missing = Some(missing);
            component.absent = absent;
            if is_gone(missing, self.habits.gone_after, self.now) {
                lost.push((component.status, component.component.key.clone()));
                component.status = absent;
                component.since = self.now;
                component.missing = None;
            }
        }
        for (from, key) in lost {
            if let Some(component) = self.known.components.get(&key).cloned() {
                self.tell_component(component, from);
            }
        }
    }

    fn tell_component(&mut self, component: Component, from: Impact) {
        let source = self.known.source.clone();
        self.changes.push(Change::Component(Box::new(ComponentChange { at: self.now, source, component, from })));
    }
}
