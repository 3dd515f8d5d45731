//! What the vendors' pages say, whoever reads them.

use std::collections::BTreeMap;

use bellwether::model::impact::Impact;
use bellwether::model::phase::{Kind, Phase};
use bellwether::model::snapshot::{
    ComponentRef, Coverage, Covers, Look, Planned, SeenComponent, SeenIncident, SeenUpdate, Snapshot, Unreadable,
};
use bellwether::model::stated::Stated;
use jiff::{SignedDuration, Timestamp};

use super::organisation::COMPONENTS;

/// What a vendor opens so long after an end is another incident; before, it is the same one again.
const ANEW_AFTER: SignedDuration = SignedDuration::from_hours(6);

pub struct Page {
    pub is_readable: bool,
    listed: BTreeMap<usize, (SeenIncident, Timestamp)>,
    numbers: u32,
    statuses: [Impact; COMPONENTS.len()],
}

fn component(n: usize) -> ComponentRef {
    let (name, region) = COMPONENTS[n];
    ComponentRef { key: name.to_lowercase(), name: name.into(), group: None, region: Some(region.into()) }
}

fn stated(at: Timestamp) -> Stated {
    Stated::certain(at, at.to_string())
}

impl Page {
    pub fn new() -> Self {
        let statuses = [Impact::Operational; COMPONENTS.len()];
        Self { is_readable: true, listed: BTreeMap::new(), numbers: 0, statuses }
    }

    fn slot(&mut self, slot: usize, now: Timestamp) -> &mut SeenIncident {
        let is_past =
            |(seen, at): &(SeenIncident, Timestamp)| seen.phase.is_end() && now.duration_since(*at) > ANEW_AFTER;
        if self.listed.get(&slot).is_none_or(is_past) {
            self.numbers += 1;
            let seen = SeenIncident {
                key: format!("{slot}-{}", self.numbers),
                kind: Kind::Incident,
                title: format!("Trouble {}", self.numbers),
                vendor_impact: String::new(),
                impact: Impact::Unknown,
                vendor_phase: "investigating".into(),
                phase: Phase::Investigating,
                components: Vec::new(),
                regions: Vec::new(),
                started: Some(stated(now)),
                ended: None,
                planned: None,
                updates: Vec::new(),
                link: None,
            };
            self.listed.insert(slot, (seen, now));
        }
        let (seen, at) = self.listed.get_mut(&slot).unwrap();
        *at = now;
        seen
    }

    fn is_open(&self, slot: usize) -> bool {
        self.listed.get(&slot).is_some_and(|(seen, _)| !seen.phase.is_end())
    }

    pub fn key(&self, slot: usize) -> Option<&str> {
        self.listed.get(&slot).map(|(seen, _)| seen.key.as_str())
    }

    pub fn open(&mut self, slot: usize, impact: Impact, names: u8, now: Timestamp) {
        let seen = self.slot(slot, now);
        (seen.impact, seen.vendor_impact) = (impact, impact.word().into());
        seen.phase = if seen.kind == Kind::Maintenance { Phase::InProgress } else { Phase::Investigating };
        seen.vendor_phase = seen.phase.word().into();
        if seen.kind == Kind::Maintenance {
            seen.impact = Impact::Maintenance;
        }
        seen.components = (0..COMPONENTS.len()).filter(|n| names & (1 << n) != 0).map(component).collect();
    }

    pub fn maintain(&mut self, slot: usize, minutes: i64, now: Timestamp) {
        if self.is_open(slot) {
            return;
        }
        self.listed.remove(&slot);
        let seen = self.slot(slot, now);
        (seen.kind, seen.impact, seen.phase) = (Kind::Maintenance, Impact::Maintenance, Phase::InProgress);
        let until = Some(stated(now + SignedDuration::from_mins(minutes)));
        seen.planned = Some(Planned { from: stated(now), until });
    }

    pub fn say(&mut self, slot: usize, word: usize, now: Timestamp) {
        if !self.is_open(slot) {
            return;
        }
        let text = ["We look into it.", "Some customers are hurt.", "A fix is on its way."][word];
        let seen = self.slot(slot, now);
        let key = seen.updates.len().to_string();
        let (at, vendor_phase) = (Some(stated(now)), seen.vendor_phase.clone());
        seen.updates.push(SeenUpdate { key, at, vendor_phase, text: text.into(), author: None });
    }

    pub fn resolve(&mut self, slot: usize, now: Timestamp) {
        if self.is_open(slot) {
            let seen = self.slot(slot, now);
            seen.phase = if seen.kind == Kind::Maintenance { Phase::Completed } else { Phase::Resolved };
            seen.vendor_phase = seen.phase.word().into();
        }
    }

    pub fn vanish(&mut self, slot: usize) {
        self.listed.remove(&slot);
    }

    pub fn status(&mut self, component: usize, status: Impact) {
        self.statuses[component] = status;
    }

    pub fn look(&self, is_online: bool) -> Look {
        if !is_online {
            return Look::Unreadable(Unreadable::Unreachable("no route".into()));
        }
        if !self.is_readable {
            return Look::Unreadable(Unreadable::Unexpected("an HTML page".into()));
        }
        let mut snapshot = Snapshot::recognised("simulated", Coverage::of_all(Covers::AllOpen));
        snapshot.incidents = self.listed.values().map(|(seen, _)| seen.clone()).collect();
        let seen = |(n, status): (usize, &Impact)| SeenComponent {
            component: component(n),
            vendor_status: status.word().into(),
            status: *status,
        };
        snapshot.components = self.statuses.iter().enumerate().map(seen).collect();
        Look::Snapshot(Box::new(snapshot))
    }
}
