//! What it costs to decide: the comparison of one look, the way of one incident through a large inventory, and all of
//! it up to the outbox while ten thousand incidents of others are open.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a bench that cannot go on must fail")]

#[allow(dead_code, reason = "the other bench needs the rest")]
mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::hint::black_box;
use std::time::Duration;

use bellwether::alerting::diff::{Habits, diff};
use bellwether::alerting::effects::effects_on;
use bellwether::alerting::graph::Graph;
use bellwether::alerting::route::{About, Ground, route};
use bellwether::model::effect::{Cause, World};
use bellwether::model::id::{Ids, SourceId};
use bellwether::model::impact::Impact;
use bellwether::model::incident::{Health, Known, Report, Standing};
use bellwether::model::phase::{Kind, Phase};
use bellwether::model::snapshot::{
    ComponentRef, Coverage, Covers, GoneAfter, Look, Planned, SeenComponent, SeenIncident, SeenUpdate, Snapshot,
};
use bellwether::model::stated::Stated;
use bellwether::pipeline::compiled::Compiled;
use bellwether::pipeline::settle;
use bellwether::store::Store;
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
    fn hook(&self, receiver: usize) -> Option<Url> {
        Some(format!("https://hooks.example.org/{receiver}").parse().unwrap())
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

fn compiled(vendors: usize) -> Compiled {
    let size = Size { vendors, services: 1_000, subscriptions: 5_000, wants: Wants::Mixed };
    support::compiled(size, 1_000, Duration::from_secs(60), &Nowhere)
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
        recovered: Default::default(),
        seen,
    }
}

/// How many services an incident reaches: usually some, at a vendor of sign-in a tenth of all.
const REACHES: [(&str, usize); 2] = [("ten services", 3_000), ("a hundred services", 300)];

fn way(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("effects and route, 1,000 services, 5,000 subscriptions");
    for (name, vendors) in REACHES {
        let compiled = compiled(vendors);
        let one = report(0, "one");
        let (cause, vendor) = (Cause::Incident(one.incident.clone()), one.source.vendor());
        let about = BTreeMap::from([(cause, About { vendor: Some(vendor.clone()), ..About::default() })]);
        let readable = |id: &SourceId| (id.clone(), Health::readable());
        let reached = BTreeSet::from([vendor]);
        let needed = Graph::vendors_of(&compiled.graph.reached_by(&reached));
        let sources = compiled.polled_of(&needed).iter().map(readable).collect();
        let world = World { reports: vec![one], sources, ..World::default() };
        let ground = Ground { rules: &compiled.rules, manner: compiled.manner, silences: &[], now: now() };
        let decide = || {
            let services = compiled.graph.reached_by(&reached);
            let effects = effects_on(&compiled.graph, &world, compiled.effect_rules, now(), &services);
            (services.len(), route(&effects, &BTreeMap::new(), &about, ground))
        };
        let (services, routed) = decide();
        println!("{name}: {services}, {} told, {} decisions", routed.told.len(), routed.decisions.len());
        group.bench_function(name, |bencher| bencher.iter(decide));
    }
    group.finish();
}

/// From a change to the committed outbox, in memory, while others have as many incidents open.
fn taken_in(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut group = criterion.benchmark_group("one change taken in, beside open incidents of others");
    for others in [0, 100, 10_000] {
        let compiled = compiled(3_000);
        let store = runtime.block_on(Store::in_memory()).unwrap();
        let say = async |vendor: usize, key: &str, impact: Impact| {
            let said = SeenIncident { impact, vendor_impact: impact.to_string(), ..seen(key, Kind::Incident) };
            let mut tx = store.write().await.unwrap();
            settle::by_hand(&mut tx, &compiled, &support::source_id(vendor), &said, now()).await.unwrap();
            tx.commit().await.unwrap();
            store.take_all_pending(now()).await.unwrap();
        };
        runtime.block_on(async {
            for n in 0..others {
                say(100 + n % 2_000, &format!("other{n}"), Impact::PartialOutage).await;
            }
        });
        let mut turn = false;
        group.bench_function(others.to_string(), |bencher| {
            bencher.iter(|| {
                turn = !turn;
                let impact = if turn { Impact::MajorOutage } else { Impact::Degraded };
                runtime.block_on(say(0, "one", impact));
            });
        });
    }
    group.finish();
}

criterion_group!(benches, comparison, way, taken_in);
criterion_main!(benches);
