//! What each cause is about, as far as subscriptions, silences and escalations ask.

use std::collections::{BTreeMap, BTreeSet};

use super::route::{About, Upstream};
use super::step::{Remembered, Scene};
use crate::model::change::{Change, IncidentChange};
use crate::model::effect::Cause;
use crate::model::id::{SourceId, VendorId};
use crate::model::impact::Impact;
use crate::model::incident::{Component, Health, Report, hurts};
use crate::model::inventory::Edge;
use crate::model::phase::Kind;

/// The incidents that were over before they were first seen.
pub fn reported_late(changes: &[Change]) -> impl Iterator<Item = &IncidentChange> {
    changes.iter().filter_map(|change| match change {
        Change::Incident(c) if c.reported_late => Some(c.as_ref()),
        Change::Incident(_) | Change::Component(_) | Change::Source(_) => None,
    })
}

/// The open trouble of vendors that others stand on, by the vendor above. Who was told of it is not known yet.
#[must_use]
pub fn open_below(scene: &Scene<'_>) -> BTreeMap<VendorId, Vec<Upstream>> {
    let mut open: BTreeMap<VendorId, Vec<Upstream>> = BTreeMap::new();
    let is_trouble =
        |r: &&Report| r.seen.kind == Kind::Incident && r.standing.is_open() && !r.old && hurts(r.seen.phase);
    for Edge { vendor, on, mutes } in scene.upstream {
        for report in scene.world.reports.iter().filter(is_trouble).filter(|r| r.source.is_of(on)) {
            let cause = Cause::Incident(report.incident.clone());
            let known = open.entry(vendor.clone()).or_default();
            if !known.iter().any(|up| up.cause == cause) {
                let vendor = scene.graph.vendor_name(on).to_owned();
                let title = report.seen.title.clone();
                known.push(Upstream { vendor, title, cause, mutes: *mutes, told_to: BTreeSet::new() });
            }
        }
    }
    open
}

/// What each of these causes is about.
#[must_use]
pub fn of_all(scene: &Scene<'_>, remembered: &Remembered) -> BTreeMap<Cause, About> {
    let view = View { scene, remembered };
    let mut all: BTreeMap<Cause, About> =
        remembered.causes.iter().filter_map(|cause| Some((cause.clone(), view.about(cause)?))).collect();
    view.add_circumstances(&mut all);
    hand_over(&mut all, scene.changes);
    for change in reported_late(scene.changes) {
        all.insert(Cause::Incident(change.report.incident.clone()), view.about_one(&change.report));
    }
    all
}

/// What an incident is about: what any of its reports is. What the `unconfirmed` sources say, nobody may believe yet.
#[must_use]
pub fn of_incident<'r>(
    report: &Report,
    others: impl IntoIterator<Item = &'r Report>,
    unconfirmed: &BTreeSet<SourceId>,
) -> About {
    let one = |report: &Report| {
        let source = &report.source;
        About { unconfirmed: unconfirmed.contains(source).then(|| source.clone()), ..of_report(report) }
    };
    others.into_iter().fold(one(report), |all, other| together(all, report, one(other), other))
}

struct View<'a> {
    scene: &'a Scene<'a>,
    remembered: &'a Remembered,
}

impl View<'_> {
    fn about(&self, cause: &Cause) -> Option<About> {
        match cause {
            Cause::Incident(id) => self.remembered.reports.get(id).map(|report| self.about_all(report)),
            Cause::Component { source, key } => self.about_component(source, key),
            Cause::Blind(source) => {
                let since = match self.scene.world.sources.get(source) {
                    Some(Health::Unreadable { since, .. }) => Some(*since),
                    Some(Health::Readable { .. } | Health::NeverRead) | None => None,
                };
                let (vendor, unconfirmed) = (Some(source.vendor()), self.unconfirmed(source));
                Some(About { vendor, since, unconfirmed, ..About::default() })
            }
            Cause::Offline => Some(About { since: self.scene.world.offline_since, ..About::default() }),
            // Told apart from effects.
            Cause::Sight(_) => None,
        }
    }

    /// What an incident is about: what any of its reports is.
    fn about_all(&self, report: &Report) -> About {
        let others = self.scene.world.reports.iter().filter(|r| r.incident == report.incident && *r != report);
        of_incident(report, others, &self.scene.world.unconfirmed)
    }

    fn about_one(&self, report: &Report) -> About {
        of_incident(report, [], &self.scene.world.unconfirmed)
    }

    fn about_component(&self, source: &SourceId, key: &str) -> Option<About> {
        let component = self.remembered.components.get(&(source.clone(), key.to_owned()))?;
        Some(About { unconfirmed: self.unconfirmed(source), ..of_component(source, component) })
    }

    /// The source, where nobody may believe it yet.
    fn unconfirmed(&self, source: &SourceId) -> Option<SourceId> {
        self.scene.world.unconfirmed.contains(source).then(|| source.clone())
    }

    /// What else bears on who is told of each cause: whether it comes and goes, who takes care of it, what is open at the
    /// vendors that it stands on.
    fn add_circumstances(&self, all: &mut BTreeMap<Cause, About>) {
        let Remembered { turns, acknowledged, first_told, told_to, .. } = self.remembered;
        let open = open_below(self.scene);
        let told_to = |cause: &Cause| told_to.get(&cause.to_string()).cloned().unwrap_or_default();
        let told = |up: &Upstream| Upstream { told_to: told_to(&up.cause), ..up.clone() };
        let ground = &self.scene.ground;
        for (cause, about) in all {
            let name = cause.to_string();
            about.restless = turns.get(&name).and_then(|turns| ground.manner.flapping.judge(turns, ground.now));
            about.first_told = first_told.get(&name).copied();
            about.acknowledged = acknowledged.get(&name).cloned();
            let below = about.vendor.as_ref().and_then(|vendor| open.get(vendor));
            about.upstream = below.into_iter().flatten().map(told).collect();
        }
    }
}

/// A component that an incident named until it ended just now, and that is still not well.
fn hand_over(all: &mut BTreeMap<Cause, About>, changes: &[Change]) {
    for change in changes {
        let Change::Incident(c) = change else { continue };
        if c.report.standing.is_open() {
            continue;
        }
        for component in &c.report.seen.components {
            let cause = Cause::Component { source: c.report.source.clone(), key: component.key.clone() };
            if let Some(about) = all.get_mut(&cause) {
                about.folded_from = Some(c.report.incident.clone());
            }
        }
    }
}

/// What a component without an incident is about.
#[must_use]
pub fn of_component(source: &SourceId, component: &Component) -> About {
    let named = &component.component;
    About {
        vendor: Some(source.vendor()),
        regions: named.region.iter().cloned().collect(),
        components: vec![named.name.clone()],
        text: named.name.to_lowercase(),
        since: (component.status != Impact::Operational).then_some(component.since),
        ..About::default()
    }
}

/// What a report is about, as far as subscriptions ask.
#[must_use]
pub fn of_report(report: &Report) -> About {
    let seen = &report.seen;
    let mut text = seen.title.to_lowercase();
    for said in &seen.updates {
        text.push('\n');
        text.push_str(&said.text.to_lowercase());
    }
    let mut regions = seen.regions.clone();
    regions.extend(seen.components.iter().filter_map(|c| c.region.clone()));
    let component = |key: &String| Cause::Component { source: report.source.clone(), key: key.clone() };
    About {
        vendor: Some(report.source.vendor()),
        regions,
        components: seen.components.iter().map(|c| c.name.clone()).collect(),
        text,
        folds: seen.components.iter().map(|c| component(&c.key)).collect(),
        ..About::default()
    }
}

/// What two reports of one incident are about. Where one does not say where, it may be anywhere.
#[must_use]
pub fn together(mut all: About, report: &Report, more: About, other: &Report) -> About {
    let begun = |r: &Report| r.seen.started.as_ref().and_then(|s| s.at).unwrap_or(r.first_seen);
    all.since = [begun(report), begun(other)].into_iter().chain(all.since).min();
    if all.regions.is_empty() || more.regions.is_empty() {
        all.regions.clear();
    } else {
        all.regions.extend(more.regions);
    }
    if all.components.is_empty() || more.components.is_empty() {
        all.components.clear();
    } else {
        all.components.extend(more.components);
    }
    all.text.push('\n');
    all.text.push_str(&more.text);
    all.folds.extend(more.folds);
    // One that can be believed is enough.
    all.unconfirmed = all.unconfirmed.filter(|_| more.unconfirmed.is_some());
    all
}
