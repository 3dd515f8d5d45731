//! What is set by hand against a vendor's word: what an override speaks of when it is put, what of that still stands, and
//! what it makes of a report or a component.
//!
//! An override never hides what came after it. What is worse than it was when the override was put, or names what it did
//! not name then, counts by the vendor's own word, and stays so when it gets better again.

use jiff::Timestamp;

use crate::model::change::Change;
use crate::model::effect::{Cause, World};
use crate::model::id::SourceId;
use crate::model::impact::Impact;
use crate::model::incident::{Component, Report, hurts, is_overrun};
use crate::model::overrides::{Gone, Known, Override, Part, is_named};
use crate::model::snapshot::ComponentRef;

/// All that is open or not well in a part of a vendor, as its sources say it.
#[must_use]
pub fn known(world: &World, of: &Part, now: Timestamp) -> Vec<Known> {
    let mut all: Vec<Known> = open(world, of).flat_map(|report| of_report(world, report, of, now)).collect();
    let named: Vec<(SourceId, String)> = named(world, of);
    for (source, component) in world.unwell.iter().filter(|(source, _)| source.is_of(&of.vendor)).flat_map(each) {
        let ref_ = &component.component;
        let is_in_incident = || named.contains(&(source.clone(), ref_.key.clone()));
        if of.means(&ref_.name) && (of.incident.is_none() || is_in_incident()) {
            all.push(Known {
                cause: Cause::Component { source: source.clone(), key: ref_.key.clone() },
                source: source.clone(),
                title: ref_.name.clone(),
                component: Some(ref_.name.clone()),
                whole: component.status,
                impact: component.status,
                overrun: false,
                gone: None,
            });
        }
    }
    all
}

fn each<'a>(
    (source, components): (&'a SourceId, &'a Vec<Component>),
) -> impl Iterator<Item = (&'a SourceId, &'a Component)> {
    components.iter().map(move |component| (source, component))
}

/// The reports that count in a part of a vendor.
fn open<'a>(world: &'a World, of: &'a Part) -> impl Iterator<Item = &'a Report> {
    let is_meant = |r: &&Report| r.source.is_of(&of.vendor) && of.incident.as_ref().is_none_or(|id| r.incident == *id);
    world.reports.iter().filter(|r| counts(r)).filter(is_meant)
}

/// Whether a report hurts anybody at all.
#[must_use]
pub fn counts(report: &Report) -> bool {
    report.standing.is_open() && !report.old && hurts(report.seen.phase)
}

/// The components that the reports in a part of a vendor name.
fn named(world: &World, of: &Part) -> Vec<(SourceId, String)> {
    let of_report =
        |r: &Report| r.seen.components.iter().map(|c| (r.source.clone(), c.key.clone())).collect::<Vec<_>>();
    open(world, of).flat_map(of_report).collect()
}

fn of_report(world: &World, report: &Report, of: &Part, now: Timestamp) -> Vec<Known> {
    let seen = &report.seen;
    let one = |component: Option<&ComponentRef>| Known {
        cause: Cause::Incident(report.incident.clone()),
        source: report.source.clone(),
        title: seen.title.clone(),
        component: component.map(|c| c.name.clone()),
        whole: seen.impact,
        impact: component.map_or(seen.impact, |c| own(world, report, c)),
        overrun: is_overrun(seen, now),
        gone: None,
    };
    match (seen.components.as_slice(), &of.component) {
        // It may be that component or another: that is not what was said.
        ([], Some(_)) => Vec::new(),
        ([], None) => vec![one(None)],
        (some, _) => some.iter().filter(|c| of.means(&c.name)).map(|c| one(Some(c))).collect(),
    }
}

/// What a report makes of a component: the component's own status where it is known and worse than operational, else
/// what the report says of itself, and of one that is well again no more than that was.
#[must_use]
pub fn own(world: &World, report: &Report, component: &ComponentRef) -> Impact {
    let known = world.unwell.get(&report.source).into_iter().flatten().find(|c| c.component.key == component.key);
    known
        .map(|c| c.status)
        .filter(|status| status.rung() > Some(0))
        .unwrap_or_else(|| without_own(report, &component.key))
}

/// What an incident does to a component whose own status does not say that it is not well. Where that said so before, its
/// recovery must not count as the worst that the incident was.
fn without_own(report: &Report, key: &str) -> Impact {
    let impact = report.seen.impact;
    report.recovered.get(key).map_or(impact, |most| impact.capped_at(*most))
}

/// What an override spoke of, as it stands now.
#[must_use]
pub fn standing(one: &Override, world: &World, now: Timestamp) -> Vec<Known> {
    let judge = |known: &Known| {
        let now_gone = match &known.cause {
            Cause::Incident(_) => incident_gone(one, known, world, now),
            Cause::Component { source, key } => component_gone(one, known, world, source, key),
            Cause::Blind(_) | Cause::Offline | Cause::Sight(_) => Some(Gone::Over),
        };
        // What became worse once stays so until it is over.
        let gone = if known.gone == Some(Gone::Over) { known.gone } else { now_gone.or(known.gone) };
        Known { gone, ..known.clone() }
    };
    one.known.iter().map(judge).collect()
}

fn component_gone(one: &Override, known: &Known, world: &World, source: &SourceId, key: &str) -> Option<Gone> {
    let component = world.unwell.get(source).into_iter().flatten().find(|c| c.component.key == *key);
    match component {
        None => Some(Gone::Over),
        Some(component) => is_beyond(one, [known.impact], component.status).then_some(Gone::Worse),
    }
}

fn incident_gone(one: &Override, known: &Known, world: &World, now: Timestamp) -> Option<Gone> {
    let is_it = |r: &&Report| counts(r) && known.cause == Cause::Incident(r.incident.clone());
    let reports: Vec<&Report> = world.reports.iter().filter(is_it).collect();
    if reports.is_empty() {
        return Some(Gone::Over);
    }
    // Of one incident several sources speak, and each its own words.
    let then: Vec<&Known> = one.known.iter().filter(|other| other.cause == known.cause).collect();
    let is_worse = |r: &&Report| {
        is_beyond(one, then.iter().map(|k| k.whole), r.seen.impact)
            || is_overrun(&r.seen, now) && !then.iter().any(|k| k.overrun)
    };
    if reports.iter().any(is_worse) {
        return Some(Gone::Worse);
    }
    let parts = reports.iter().flat_map(|r| r.seen.components.iter().map(|c| (own(world, r, c), c.name.as_str())));
    let is_mine = |name: &str| known.component.as_deref().is_none_or(|mine| is_named(name, mine));
    let mine: Vec<(Impact, &str)> = parts.filter(|(_, name)| is_mine(name)).collect();
    if known.component.is_some() && mine.is_empty() {
        return Some(Gone::Over);
    }
    let spoke_of = |name: &str, k: &Known| k.component.as_deref().is_none_or(|one| is_named(name, one));
    let was = |name: &str| then.iter().filter(|k| spoke_of(name, k)).map(|k| k.impact).collect::<Vec<_>>();
    mine.into_iter().any(|(impact, name)| is_beyond(one, was(name), impact)).then_some(Gone::Worse)
}

/// Whether something is worse than all that it was then, and than what was set by hand.
fn is_beyond(one: &Override, then: impl IntoIterator<Item = Impact>, now: Impact) -> bool {
    !then.into_iter().chain([one.impact]).any(|bound| is_within(bound, now))
}

/// Nobody knows how bad "unknown" is, so nothing bounds it but itself and the worst there is.
fn is_within(bound: Impact, now: Impact) -> bool {
    bound == now || bound == Impact::MajorOutage || matches!((bound.rung(), now.rung()), (Some(b), Some(n)) if n <= b)
}

/// Whether a change is one of what an override is about.
#[must_use]
pub fn is_about(one: &Override, change: &Change) -> bool {
    match change {
        Change::Incident(c) if c.report.source.is_of(&one.of.vendor) => {
            let names = |c: &ComponentRef| one.of.means(&c.name);
            let is_known = one.spoke_of(&Cause::Incident(c.report.incident.clone()));
            match (&one.of.incident, &one.of.component) {
                (Some(only), _) => *only == c.report.incident,
                (None, Some(_)) => is_known || c.report.seen.components.iter().any(names),
                (None, None) => true,
            }
        }
        Change::Component(c) if c.source.is_of(&one.of.vendor) => {
            let component = &c.component.component;
            let cause = Cause::Component { source: c.source.clone(), key: component.key.clone() };
            let is_in_incident =
                || one.known.iter().any(|k| k.component.as_deref().is_some_and(|name| is_named(name, &component.name)));
            match (&one.of.incident, &one.of.component) {
                (Some(_), _) => one.spoke_of(&cause) || is_in_incident(),
                (None, Some(_)) => one.of.means(&component.name),
                (None, None) => true,
            }
        }
        Change::Incident(_) | Change::Component(_) | Change::Source(_) => false,
    }
}

/// What holds at a moment, and what held.
#[derive(Debug, Clone, Default)]
pub struct InForce {
    /// What holds, with what of it still stands: the latest first, since it is the one that counts.
    holding: Vec<Override>,
    /// All, be they over or not.
    all: Vec<Override>,
}

impl InForce {
    /// What holds in a world.
    #[must_use]
    pub fn of(world: &World, now: Timestamp) -> Self {
        let as_they_stand = |one: &Override| Override { known: standing(one, world, now), ..one.clone() };
        let mut holding: Vec<Override> =
            world.overrides.iter().filter(|one| one.holds(now)).map(as_they_stand).collect();
        holding.sort_by(|a, b| (b.from, &b.id).cmp(&(a.from, &a.id)));
        Self { holding, all: world.overrides.clone() }
    }

    /// Whether nothing holds.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.holding.is_empty()
    }

    /// The last that spoke of a cause which goes on.
    #[must_use]
    pub fn last_on(&self, cause: &Cause) -> Option<&Override> {
        let goes_on = |known: &Known| known.cause == *cause && known.gone != Some(Gone::Over);
        self.all.iter().filter(|one| one.known.iter().any(goes_on)).max_by_key(|one| one.from)
    }

    /// How bad a report, or what it makes of one of its components, is held to be by hand.
    #[must_use]
    pub fn of_report(&self, report: &Report, component: Option<&ComponentRef>) -> Option<Impact> {
        let cause = Cause::Incident(report.incident.clone());
        let is_part = |known: &Known| match (&known.component, component) {
            (None, _) => true,
            (Some(name), Some(component)) => is_named(&component.name, name),
            (Some(_), None) => false,
        };
        self.speaks(&cause, is_part).map(|one| one.impact)
    }

    /// How bad a component is held to be by hand.
    #[must_use]
    pub fn of_component(&self, source: &SourceId, key: &str) -> Option<Impact> {
        self.on(&Cause::Component { source: source.clone(), key: key.to_owned() }).map(|one| one.impact)
    }

    /// The override that speaks of a cause, or of a part of it.
    #[must_use]
    pub fn on(&self, cause: &Cause) -> Option<&Override> {
        self.speaks(cause, |_| true)
    }

    fn speaks(&self, cause: &Cause, is_part: impl Fn(&Known) -> bool) -> Option<&Override> {
        self.holding.iter().find(|one| one.standing().any(|known| known.cause == *cause && is_part(known)))
    }
}
