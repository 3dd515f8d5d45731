//! The facts of a message: a decision, with all that its reader needs to know beside it.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::graph::Graph;
use super::route::{About, DecidedService, Decision, Upstream};
use crate::model::effect::{Cause, EffectKind, Effects};
use crate::model::id::{IncidentId, SourceId, VendorId};
use crate::model::impact::Impact;
use crate::model::incident::{Component, Health, Report, ResolvedHow, Standing, hurts, is_overrun};
use crate::model::inventory::{Inventory, Tier};
use crate::model::notification::{
    Before, Below, FACTS_VERSION, Facts, HurtService, OpenEnd, Testimony, Topic, UnwellComponent, VendorWord, Witness,
};
use crate::model::own;
use crate::model::vendor::{Support, Vendor};

/// What stands behind the decisions of one run.
#[derive(Debug)]
pub struct Background<'a> {
    /// The organisation's name.
    pub organisation: &'a str,
    /// The organisation's zone.
    pub time_zone: &'a str,
    /// Where the pages are.
    pub page: Option<&'a str>,
    /// The inventory.
    pub inventory: &'a Inventory,
    /// The same, compiled.
    pub graph: &'a Graph,
    /// The vendors.
    pub vendors: &'a BTreeMap<VendorId, Vendor>,
    /// The reports of every incident that is decided on, open or over.
    pub reports: &'a BTreeMap<IncidentId, Report>,
    /// The components that are decided on, well or not.
    pub components: &'a BTreeMap<(SourceId, String), Component>,
    /// The reports that are open.
    pub open: &'a [Report],
    /// The health of the sources.
    pub sources: &'a BTreeMap<SourceId, Health>,
    /// What still hurts.
    pub effects: &'a Effects,
    /// What the causes are about.
    pub about: &'a BTreeMap<Cause, About>,
    /// Nothing of it is happening: it is a drill.
    pub is_drill: bool,
}

/// The facts of a message about several decisions for one address, the worst topic first.
#[must_use]
pub fn facts(decisions: &[&Decision], background: &Background<'_>, late: bool, now: Timestamp) -> Option<Facts> {
    let first = decisions.first()?;
    let mut topics: Vec<Topic> = decisions.iter().map(|d| topic(d, background, late, now)).collect();
    topics.sort_by_key(order);
    let mut subscriptions = Vec::new();
    for id in decisions.iter().flat_map(|d| &d.subscriptions) {
        if !subscriptions.contains(id) {
            subscriptions.push(id.clone());
        }
    }
    Some(Facts {
        version: FACTS_VERSION,
        at: now,
        organisation: background.organisation.to_owned(),
        time_zone: background.time_zone.to_owned(),
        page: background.page.map(str::to_owned),
        sites_in_all: u32::try_from(background.inventory.sites.len()).unwrap_or(u32::MAX),
        subscriptions,
        receiver: first.receiver.clone(),
        topics,
        gathered: None,
        shift: None,
        asks: None,
        test: false,
        drill: background.is_drill,
        course: Default::default(),
    })
}

/// The most needed first, then the worst; what is over stands behind what is open.
fn order(topic: &Topic) -> (bool, Option<Tier>, std::cmp::Reverse<u8>) {
    let rung = topic.impact.rung().unwrap_or(2);
    (is_over(topic), topic.services.first().map(|s| s.tier), std::cmp::Reverse(rung))
}

fn topic(decision: &Decision, background: &Background<'_>, late: bool, now: Timestamp) -> Topic {
    let mut services: Vec<HurtService> =
        decision.services.iter().filter_map(|s| hurt_service(s, &decision.cause, background)).collect();
    services.sort_by_key(|s| (s.tier, std::cmp::Reverse(s.impact.rung().unwrap_or(2))));
    let base = Topic {
        cause: decision.cause.clone(),
        incident: None,
        told: vec![kind_of(&decision.services)],
        vendor: background.organisation.to_owned(),
        source: None,
        support: Support::default(),
        vendor_word: None,
        component: None,
        impact: worst(&services),
        since: decision.since.unwrap_or(now),
        until: None,
        resolved_how: None,
        open_end: None,
        reported_late: late,
        overrun: false,
        flapping: decision.flapping,
        escalation: decision.escalation,
        before: None,
        witnesses: Vec::new(),
        acknowledge: None,
        below: below(&decision.cause, background),
        ahead: None,
        keeping: None,
        why: None,
        services,
    };
    match &decision.cause {
        Cause::Incident(id) => match background.reports.get(id) {
            Some(report) => of_report(base, id, report, background, now),
            None => Topic { incident: Some(id.clone()), ..base },
        },
        Cause::Component { source, key } => of_component(base, source, key, background, now),
        Cause::Blind(source) => of_blind(base, source, background, now),
        Cause::Sight(source) => of_source(base, source, background),
        Cause::Offline => Topic {
            until: is_over(&base).then_some(now),
            why: Some(
                "No source at all can be reached: our own network, or Bellwether's way out of it, is gone.".into(),
            ),
            ..base
        },
    }
}

fn below(cause: &Cause, background: &Background<'_>) -> Vec<Below> {
    let upstream = background.about.get(cause).map(|about| about.upstream.as_slice()).unwrap_or_default();
    let one =
        |up: &Upstream| Below { vendor: up.vendor.clone(), title: up.title.clone(), incident: up.cause.to_string() };
    upstream.iter().map(one).collect()
}

fn is_over(topic: &Topic) -> bool {
    topic.told.last() == Some(&EffectKind::Over)
}

fn of_report(base: Topic, id: &IncidentId, report: &Report, background: &Background<'_>, now: Timestamp) -> Topic {
    let seen = &report.seen;
    let newest = seen.updates.last();
    let resolved_how = match report.standing {
        Standing::Resolved(how) => Some(how),
        Standing::Open | Standing::Withdrawn => None,
    };
    let ended = seen.ended.as_ref().and_then(|e| e.at).filter(|_| resolved_how == Some(ResolvedHow::VendorSaid));
    let began = seen.started.as_ref().and_then(|s| s.at).filter(|at| *at <= now);
    let source = &report.source;
    let goes_on = report.standing.is_open() && hurts(seen.phase);
    // What ended before its source was removed has its own end.
    let is_watched = source.is_by_hand() || report.standing != Standing::Withdrawn || is_watched(source, background);
    let open_end = open_end(&base, goes_on, is_watched);
    Topic {
        incident: Some(id.clone()),
        witnesses: witnesses(report, background),
        open_end,
        why: unwatched(open_end, source),
        // A component that the incident took over may have been told before it began.
        since: began.unwrap_or(report.first_seen).min(base.since),
        until: (!report.standing.is_open() && open_end.is_none()).then(|| ended.unwrap_or(report.changed)),
        resolved_how,
        overrun: is_overrun(seen, now),
        vendor_word: Some(VendorWord {
            key: seen.key.clone(),
            kind: seen.kind,
            title: seen.title.clone(),
            vendor_impact: seen.vendor_impact.clone(),
            impact: seen.impact,
            vendor_phase: seen.vendor_phase.clone(),
            phase: seen.phase,
            components: seen.components.iter().map(|c| c.name.clone()).collect(),
            regions: seen.regions.clone(),
            planned_until: seen.planned.as_ref().and_then(|p| p.until.as_ref()).and_then(|u| u.at),
            text: newest.map(|u| u.text.clone()).filter(|t| !t.is_empty()),
            said_at: newest.and_then(|u| u.at.as_ref()).and_then(|at| at.at),
            link: seen.link.clone(),
            author: source.is_by_hand().then(|| author(report)),
        }),
        ..of_source(base, source, background)
    }
}

/// What each source of the vendor says of an incident; nothing where there is but one.
fn witnesses(report: &Report, background: &Background<'_>) -> Vec<Witness> {
    let of_it = |r: &&Report| r.incident == report.incident;
    let mut all: Vec<Witness> = Vec::new();
    for r in std::iter::once(report).chain(background.open.iter().filter(of_it)) {
        if !all.iter().any(|known| known.source == r.source) {
            let says = Testimony::Says { impact: r.seen.impact, phase: r.seen.phase };
            all.push(Witness { source: r.source.clone(), says });
        }
    }
    let vendor = report.source.vendor();
    for (source, health) in background.sources.range(SourceId::bounds(&vendor)).filter(|(id, _)| id.is_of(&vendor)) {
        if all.iter().any(|known| known.source == *source) {
            continue;
        }
        let says = match health {
            Health::Readable { .. } => Testimony::Silent,
            Health::Unreadable { why, .. } => Testimony::Blind(why.to_string()),
            Health::NeverRead => Testimony::Blind("nobody has looked yet".to_owned()),
        };
        all.push(Witness { source: source.clone(), says });
    }
    if all.len() < 2 { Vec::new() } else { all }
}

/// What a message told of a topic, for the next one about it.
#[must_use]
pub fn before(earlier: &Facts, cause: &Cause) -> Option<Before> {
    let topic = earlier.topics.iter().find(|t| t.cause == *cause && t.ahead.is_none() && !is_over(t))?;
    let word = topic.vendor_word.as_ref();
    let hurt = topic.services.iter().filter(|s| s.effect != EffectKind::Over);
    Some(Before {
        at: earlier.at,
        services: hurt.map(|s| (s.id.clone(), s.impact)).collect(),
        components: word.map(|word| word.components.clone()).unwrap_or_default(),
        regions: word.map(|word| word.regions.clone()).unwrap_or_default(),
    })
}

/// Who entered the newest word of a report by hand.
fn author(report: &Report) -> String {
    let named = report.seen.updates.iter().rev().find_map(|u| u.author.clone());
    named.unwrap_or_else(|| "somebody of ours".to_owned())
}

fn is_watched(source: &SourceId, background: &Background<'_>) -> bool {
    background.sources.contains_key(source)
}

/// Why a topic at its end is not known to be over.
fn open_end(topic: &Topic, goes_on: bool, is_watched: bool) -> Option<OpenEnd> {
    match (is_over(topic), is_watched) {
        (false, _) => None,
        (true, false) => Some(OpenEnd::Unwatched),
        (true, true) => goes_on.then_some(OpenEnd::GoesOn),
    }
}

fn unwatched(open_end: Option<OpenEnd>, source: &SourceId) -> Option<String> {
    let is_unwatched = open_end == Some(OpenEnd::Unwatched);
    is_unwatched.then(|| format!("{source} is no longer watched: it was taken out of the configuration"))
}

fn of_source(base: Topic, source: &SourceId, background: &Background<'_>) -> Topic {
    let id = source.vendor();
    let vendor = background.vendors.get(&id);
    Topic {
        vendor: vendor.map_or_else(|| id.to_string(), |v| v.name.clone()),
        support: vendor.map(|v| v.support.clone()).unwrap_or_default(),
        source: Some(source.clone()),
        ..base
    }
}

fn of_component(base: Topic, source: &SourceId, key: &str, background: &Background<'_>, now: Timestamp) -> Topic {
    let component = background.components.get(&(source.clone(), key.to_owned()));
    let over = is_over(&base);
    let unwell = component.is_some_and(|c| c.status.rung() > Some(0));
    let open_end = open_end(&base, unwell, is_watched(source, background));
    let why = unwatched(open_end, source);
    let component =
        component.map(|c| UnwellComponent { name: c.component.name.clone(), vendor_status: c.vendor_status.clone() });
    let until = (over && open_end.is_none()).then_some(now);
    Topic { until, component, open_end, why, ..of_source(base, source, background) }
}

fn of_blind(base: Topic, source: &SourceId, background: &Background<'_>, now: Timestamp) -> Topic {
    let over = is_over(&base);
    let health = background.sources.get(source);
    let open_end = open_end(&base, matches!(health, Some(Health::Unreadable { .. })), health.is_some());
    let why = match health {
        Some(Health::Unreadable { why, .. }) => Some(format!("{source}: {why}")),
        Some(Health::Readable { .. } | Health::NeverRead) => Some(format!("{source} can be read again")),
        None => unwatched(open_end, source),
    };
    let until = (over && open_end.is_none()).then_some(now);
    Topic { until, why, open_end, ..of_source(base, source, background) }
}

fn hurt_service(decided: &DecidedService, cause: &Cause, background: &Background<'_>) -> Option<HurtService> {
    let service = background.graph.service(&decided.service)?;
    let (inventory, effects) = (background.inventory, background.effects);
    let still = effects
        .hurts
        .range((service.id.clone(), Cause::least())..)
        .take_while(|((id, _), _)| *id == service.id)
        .filter(|((_, other), _)| other != cause)
        .map(|(_, e)| {
            format!("{}: {}", e.path.get(1..).unwrap_or_default().join(", "), e.impact.label().to_lowercase())
        })
        .collect();
    Some(HurtService {
        id: service.id.clone(),
        name: service.name.clone(),
        tier: service.tier,
        sites: service.sites.iter().map(|s| inventory.site_name(s).to_owned()).collect(),
        workflow: service.workflow.clone(),
        owner: service.owner.clone(),
        effect: decided.kind,
        impact: decided.impact,
        path: decided.path.clone(),
        bears_seconds: service.bears.map(|b| b.as_secs()),
        say: service.say.when(decided.impact).map(str::to_owned),
        procedure: service.procedure.clone(),
        still,
    })
}

/// What a message says happened, when its services differ: the gravest of it.
fn kind_of(services: &[DecidedService]) -> EffectKind {
    services.iter().map(|s| s.kind).min_by_key(|kind| *kind as u8).unwrap_or(EffectKind::Hurt)
}

fn worst(services: &[HurtService]) -> Impact {
    services
        .iter()
        .map(|s| s.impact)
        .max_by_key(|i| i.rung().map_or(2, |r| r + u8::from(r > 1)))
        .unwrap_or(Impact::Unknown)
}

/// The most needed tier of a topic, for the order in which messages are sent.
#[must_use]
pub fn most_needed(facts: &Facts) -> Option<Tier> {
    facts.topics.iter().flat_map(|t| &t.services).map(|s| s.tier).min()
}

/// Tells a later message within an earlier one that was never tried: what the later says now, after what the earlier
/// said first.
#[must_use]
pub fn merged(earlier: &Facts, later: &Facts) -> Facts {
    let mut merged = later.clone();
    merged.subscriptions.clone_from(&earlier.subscriptions);
    merged.subscriptions.extend(later.subscriptions.iter().filter(|s| !earlier.subscriptions.contains(s)).cloned());
    if own::is_receiver(&later.receiver) {
        merged.receiver.clone_from(&earlier.receiver);
    }
    if merged.course.second.is_none() {
        merged.course.second.clone_from(&earlier.course.second);
    }
    for topic in &earlier.topics {
        match merged.topics.iter_mut().find(|t| t.cause == topic.cause) {
            None => merged.topics.push(topic.clone()),
            Some(newer) => {
                let mut told = topic.told.clone();
                told.extend(newer.told.iter().copied());
                newer.told = told;
                // What it changes against is what people know, and the earlier one never left.
                newer.before.clone_from(&topic.before);
                // What lies ahead has its own time; what it was put off from was another.
                if newer.ahead.is_none() && topic.ahead.is_none() {
                    newer.since = newer.since.min(topic.since);
                }
                for service in &topic.services {
                    if !newer.services.iter().any(|s| s.id == service.id) {
                        newer.services.push(service.clone());
                    }
                }
                newer.services.sort_by_key(|s| s.tier);
                newer.impact = worst(&newer.services);
            }
        }
    }
    merged.topics.sort_by_key(order);
    merged
}
