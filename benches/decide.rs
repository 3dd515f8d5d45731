//! What it costs to decide: the comparison of one look, the way of one incident through a large inventory, and the
//! same while ten thousand incidents of others are open.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a bench that cannot go on must fail")]

#[allow(dead_code, reason = "the other bench needs the rest")]
mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::hint::black_box;
use std::time::Duration;

use bellwether::alerting::diff::{Habits, diff};
use bellwether::alerting::effects::effects_on;
use bellwether::alerting::route::{About, route};
use bellwether::model::effect::{Cause, World};
use bellwether::model::id::Ids;
use bellwether::model::impact::Impact;
use bellwether::model::incident::{Health, Known, Report, Standing};
use bellwether::model::phase::{Kind, Phase};
use bellwether::model::snapshot::{
    ComponentRef, Coverage, Covers, GoneAfter, Look, Planned, SeenComponent, SeenIncident, SeenUpdate, Snapshot,
};
use bellwether::model::stated::Stated;
use bellwether::pipeline::compiled::Compiled;
use criterion::{Criterion, criterion_group, criterion_main};
use jiff::Timestamp;
use support::{Addresses, Size, TIME, Wants};
use url::Url;

const HABITS: Habits = Habits { gone_after: GoneAfter::USUAL, perishable_keys: false };

/// Nothing is fetched here.
struct Nowhere;

impl Addresses for Nowhere {
    fn page(&self, _vendor: usize) -> Url {
        "https://status.example.org".parse().unwrap()
    }
    fn hook(&self, receiver: usize) -> Url {
        format!("https://hooks.example.org/{receiver}").parse().unwrap()
    }
}

fn now() -> Timestamp {
    TIME.parse().unwrap()
}

fn component(n: usize) -> ComponentRef {
    ComponentRef {
        key: format!("c{n}"),
        name: format!("Component {n}"),
        group: Some("Data centres".into()),
        region: None,
    }
}

fn seen(key: &str, kind: Kind) -> SeenIncident {
    let (phase, planned) = match kind {
        Kind::Incident => (Phase::Identified, None),
        Kind::Maintenance => (Phase::Scheduled, Some(Planned { from: Stated::rfc3339(TIME), until: None })),
    };
    let update = |n: usize| SeenUpdate {
        key: format!("{key}-{n}"),
        at: Some(Stated::rfc3339(TIME)),
        vendor_phase: "identified".into(),
        text: "We are investigating reports of failures, and will say more within the hour. ".repeat(3),
        author: None,
    };
    SeenIncident {
        key: key.to_owned(),
        kind,
        title: "Synthetic: everything is slow".into(),
        vendor_impact: "major".into(),
        impact: Impact::PartialOutage,
        vendor_phase: "identified".into(),
        phase,
        components: (10..13).map(component).collect(),
        regions: Vec::new(),
        started: Some(Stated::rfc3339(TIME)),
        ended: None,
        planned,
        updates: (0..3).map(update).collect(),
        link: None,
    }
}

/// A page as large as Cloudflare's: 460 components, 60 maintenances, an incident.
fn large(incident: &str) -> Look {
    let mut snapshot = Snapshot::recognised("bench", Coverage::of_all(Covers::AllOpen));
    snapshot.incidents = (0..60).map(|n| seen(&format!("m{n}"), Kind::Maintenance)).collect();
    snapshot.incidents.push(seen(incident, Kind::Incident));
    let well =
        |n| SeenComponent { component: component(n), vendor_status: "operational".into(), status: Impact::Operational };
    snapshot.components = (0..460).map(well).collect();
    Look::Snapshot(Box::new(snapshot))
}

fn comparison(criterion: &mut Criterion) {
    let ids = Ids::salted("bench");
    let nothing = Known::nothing(support::source_id(0));
    let known = diff(&nothing, &large("one"), HABITS, &ids, now()).known;
    let mut group = criterion.benchmark_group("diff");
    for (name, look, changes) in [("unchanged", large("one"), 0), ("changed", large("another"), 1)] {
        assert_eq!(diff(&known, &look, HABITS, &ids, now()).changes.len(), changes);
        group.bench_function(name, |bencher| bencher.iter(|| diff(&known, black_box(&look), HABITS, &ids, now())));
    }
    group.finish();
}

fn report(vendor: usize, key: &str) -> Report {
    let source = support::source_id(vendor);
    let seen = seen(key, Kind::Incident);
    Report {
        incident: Ids::salted("bench").incident(&source, key, 0),
        source,
        generation: 0,
        said: seen.said(),
        standing: Standing::Open,
        first_seen: now(),
        changed: now(),
        missing: None,
        old: false,
        seen,
    }
}

/// An incident of vendor 0, and `others` incidents of vendors that none of the services it reaches needs.
fn world(compiled: &Compiled, others: usize) -> World {
    let well = Health::Readable { blind: Vec::new(), stale: None };
    let others = (0..others).map(|n| report(30 + n % 270, &format!("other{n}")));
    World {
        reports: std::iter::once(report(0, "one")).chain(others).collect(),
        sources: compiled.sources.keys().map(|id| (id.clone(), well.clone())).collect(),
        ..World::default()
    }
}

fn way(criterion: &mut Criterion) {
    let size = Size { vendors: 300, services: 1_000, subscriptions: 5_000, wants: Wants::Mixed };
    let compiled = support::compiled(size, 1_000, Duration::from_secs(60), &Nowhere);
    let mut group = criterion.benchmark_group("effects and route, 1,000 services, 5,000 subscriptions");
    for (name, others) in [("alone", 0), ("beside 10,000 open incidents", 10_000)] {
        let world = world(&compiled, others);
        let one = &world.reports[0];
        let about = About { vendor: Some(one.source.vendor()), ..About::default() };
        let about = BTreeMap::from([(Cause::Incident(one.incident.clone()), about)]);
        let vendors = BTreeSet::from([one.source.vendor()]);
        let decide = || {
            let services = compiled.graph.reached_by(&vendors);
            let effects = effects_on(&compiled.graph, &world, compiled.effect_rules, now(), &services);
            (services.len(), route(&effects, &BTreeMap::new(), &about, &compiled.rules))
        };
        let (services, routed) = decide();
        assert!(services > 5 && routed.told.len() > 100, "the incident reaches nobody");
        println!("{services} services, {} told, {} decisions", routed.told.len(), routed.decisions.len());
        group.bench_function(name, |bencher| bencher.iter(decide));
    }
    group.finish();
}

criterion_group!(benches, comparison, way);
criterion_main!(benches);
