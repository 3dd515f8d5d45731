//! What a cause is about, as far as subscriptions and silences ask: made from reports and components.

use super::route::About;
use crate::model::effect::Cause;
use crate::model::id::SourceId;
use crate::model::impact::Impact;
use crate::model::incident::{Component, Report};

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
