//! What the first page costs with a long past: incidents that are over, by the hundred thousand, in a store of its own.
//!
//! `cargo bench --bench history -- [INCIDENTS]` fills `target/tmp/history-INCIDENTS` once, by the store's own ways, and
//! then measures the start, the pages and the memory. A second run finds the store as it is.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a bench that cannot go on must fail")]

#[allow(dead_code, reason = "another bench needs the rest")]
mod support;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bellwether::clock::Clock;
use bellwether::delivery::webhook::{DEADLINE, Hooks};
use bellwether::model::change::{Change, ChangeKind, IncidentChange};
use bellwether::model::condition::Condition;
use bellwether::model::effect::{Cause, Effect, EffectKind};
use bellwether::model::id::{IncidentId, ServiceId};
use bellwether::model::impact::Impact;
use bellwether::model::incident::{Health, Known, Report, ResolvedHow, Standing};
use bellwether::model::phase::{Kind, Phase};
use bellwether::model::snapshot::{ComponentRef, SeenIncident, SeenUpdate};
use bellwether::model::stated::Stated;
use bellwether::outgoing::client::Options;
use bellwether::pipeline::compiled::Compiled;
use bellwether::pipeline::deliver::Ways;
use bellwether::store::Store;
use bellwether::store::known::{Marks, Seen};
use bellwether::web::{self, App};
use jiff::{SignedDuration, Timestamp};
use metrics_exporter_prometheus::PrometheusBuilder;
use support::{Addresses, Size, Wants, compiled, source_id};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{broadcast, watch};
use tokio_util::sync::CancellationToken;
use url::Url;

const VENDORS: usize = 150;
const SERVICES: usize = 60;
/// Incidents that one transaction writes.
const AT_ONCE: usize = 1_000;
/// How often each page is asked for.
const ASKED: usize = 500;

struct Nowhere;

impl Addresses for Nowhere {
    fn page(&self, vendor: usize) -> Url {
        Url::parse(&format!("https://status.example.org/{vendor}")).unwrap()
    }

    fn hook(&self, receiver: usize) -> Option<Url> {
        Some(Url::parse(&format!("https://hooks.example.org/{receiver}")).unwrap())
    }
}

#[tokio::main]
async fn main() {
    let words = std::env::args().skip(1).find_map(|word| word.parse().ok());
    let incidents: usize = words.unwrap_or(100_000);
    let size = Size { vendors: VENDORS, services: SERVICES, subscriptions: 100, wants: Wants::Mixed };
    let compiled = Arc::new(compiled(size, 10, Duration::from_secs(60), &Nowhere));
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("history-{incidents}"));
    if !folder.join("full").exists() {
        let _ = std::fs::remove_dir_all(&folder);
        fill(&folder, incidents).await;
    }
    let before = resident_kb();
    let begun = Instant::now();
    let store = Store::open(&folder).await.unwrap();
    store.remembered().await.unwrap();
    println!("{incidents} incidents in the past; the store opens in {:.1?}", begun.elapsed());
    seen_now(&store, &compiled).await;
    measure(store, compiled).await;
    println!("memory: {} KiB before, {} KiB after", before, resident_kb());
}

async fn fill(folder: &Path, incidents: usize) {
    let begun = Instant::now();
    let store = Store::open(folder).await.unwrap();
    let now = Timestamp::now();
    for first in (0..incidents).step_by(AT_ONCE) {
        let mut write = store.write().await.unwrap();
        for vendor in 0..VENDORS {
            let mine = (first..incidents.min(first + AT_ONCE)).filter(|n| n % VENDORS == vendor);
            let before = Known { health: Health::readable(), ..Known::nothing(source_id(vendor)) };
            let mut after = before.clone();
            for n in mine {
                let report = over(n, incidents, now);
                for (kind, at) in [(ChangeKind::Opened, report.first_seen), (ChangeKind::Resolved, report.changed)] {
                    write.put_change(&change(kind, at, &report)).await.unwrap();
                }
                write.put_effects(&effects(n, &report), &Default::default(), report.changed).await.unwrap();
                after.reports.insert(report.seen.key.clone(), report);
            }
            write.put_known(&before, &after, &Marks::default(), now).await.unwrap();
        }
        write.commit().await.unwrap();
    }
    std::fs::write(folder.join("full"), "").unwrap();
    store.close().await;
    println!("filled in {:.1?}", begun.elapsed());
}

/// The `n`th incident, long over: they lie evenly over three years, the newest some hours back.
fn over(n: usize, incidents: usize, now: Timestamp) -> Report {
    let back = i64::try_from((incidents - n) * (3 * 365 * 24 * 60) / incidents).unwrap();
    let ended = now - SignedDuration::from_mins(back + 30);
    let began = ended - SignedDuration::from_mins(90);
    let said = |minutes: i64, phase: &str| SeenUpdate {
        key: format!("u{n}-{minutes}"),
        at: Some(Stated::rfc3339(&(began + SignedDuration::from_mins(minutes)).to_string())),
        vendor_phase: phase.to_owned(),
        text: "Synthetic: we are looking into failures of sign-in in one region, and will say more soon.".to_owned(),
        author: None,
    };
    let part = ComponentRef { key: "c1".into(), name: "Component 1".into(), group: None, region: None };
    let seen = SeenIncident {
        key: format!("synthetic-{n}"),
        kind: Kind::Incident,
        title: format!("Synthetic: failure {n} of sign-in"),
        vendor_impact: "major".into(),
        impact: Impact::PartialOutage,
        vendor_phase: "resolved".into(),
        phase: Phase::Resolved,
        components: vec![part],
        regions: Vec::new(),
        started: Some(Stated::rfc3339(&began.to_string())),
        ended: Some(Stated::rfc3339(&ended.to_string())),
        planned: None,
        updates: vec![said(20, "investigating"), said(50, "identified"), said(90, "resolved")],
        link: None,
    };
    Report {
        source: source_id(n % VENDORS),
        generation: 0,
        incident: IncidentId(format!("synthetic-{n}")),
        said: seen.said(),
        seen,
        standing: Standing::Resolved(ResolvedHow::VendorSaid),
        first_seen: began + SignedDuration::from_mins(21),
        changed: ended,
        missing: None,
        old: false,
        recovered: Default::default(),
    }
}

fn change(kind: ChangeKind, at: Timestamp, report: &Report) -> Change {
    let resolved_how = (kind == ChangeKind::Resolved).then_some(ResolvedHow::VendorSaid);
    let (first_look, reported_late) = (false, false);
    Change::Incident(Box::new(IncidentChange {
        at,
        kind,
        report: report.clone(),
        resolved_how,
        first_look,
        reported_late,
    }))
}

fn effects(n: usize, report: &Report) -> Vec<(EffectKind, Effect)> {
    let service = ServiceId::parse(&format!("service-{:04}", n % SERVICES)).unwrap();
    let effect = |kind| {
        let path = vec![format!("Service {}", n % SERVICES), "Component 1".to_owned()];
        let cause = Cause::Incident(report.incident.clone());
        (kind, Effect { service: service.clone(), cause, impact: Impact::PartialOutage, overrun: false, path })
    };
    vec![effect(EffectKind::Hurt), effect(EffectKind::Over)]
}

async fn seen_now(store: &Store, compiled: &Compiled) {
    let now = Timestamp::now();
    let seen = compiled.sources.keys().map(|s| Seen {
        source: s.clone(),
        look: now,
        good: Some(now),
        next: None,
        moved: false,
    });
    store.put_seen(&seen.collect::<Vec<_>>()).await.unwrap();
}

fn to_nobody() -> Ways {
    rustls::crypto::ring::default_provider().install_default().ok();
    let options = Options {
        user_agent: "bench".into(),
        connect_deadline: Duration::from_secs(5),
        allow_private: Vec::new(),
        proxy: None,
        extra_roots_pem: Vec::new(),
    };
    Ways {
        receivers: BTreeMap::new(),
        relay: None,
        hooks: Hooks::new(options, DEADLINE).unwrap(),
        endpoints: BTreeMap::new(),
        parties: BTreeMap::new(),
        wording: Default::default(),
        process: "bench".into(),
    }
}

async fn measure(store: Store, compiled: Arc<Compiled>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    let (_compiled, receiver) = watch::channel(compiled);
    let app = App {
        store,
        compiled: receiver,
        ways: watch::channel(Arc::new(to_nobody())).1,
        acts: tokio::sync::mpsc::channel(64).0,
        beat: broadcast::channel(16).0,
        token: None,
        metrics: PrometheusBuilder::new().build_recorder().handle(),
        started: Timestamp::now(),
        condition: watch::channel(Condition::default()).1,
        clock: Clock::real(),
    };
    let stop = CancellationToken::new();
    let serving = tokio::spawn(web::serve(listener, Arc::new(app), stop.clone()));
    for path in ["/", "/?q=sign-in", "/vendors/vendor-00007", "/incidents/synthetic-77"] {
        let mut took: Vec<Duration> = Vec::new();
        let mut octets = 0;
        for _ in 0..ASKED {
            let begun = Instant::now();
            octets = ask(at, path).await;
            took.push(begun.elapsed());
        }
        took.sort_unstable();
        let (median, late) = (took[ASKED / 2], took[ASKED * 99 / 100]);
        println!("{path}: {octets} octets, median {median:.1?}, 99th percentile {late:.1?}");
    }
    let mut assets = 0;
    for name in ["tokens.css", "base.css", "live.js", "icon.svg"] {
        assets += ask(at, &format!("/assets/{name}")).await;
    }
    println!("the first page asks for 4 files more, {assets} octets, once");
    stop.cancel();
    serving.await.unwrap().unwrap();
}

async fn ask(at: std::net::SocketAddr, path: &str) -> usize {
    let mut stream = TcpStream::connect(at).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nhost: {at}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.unwrap();
    assert!(bytes.starts_with(b"HTTP/1.1 200"), "{path}: {}", String::from_utf8_lossy(&bytes));
    let head = bytes.windows(4).position(|w| w == b"\r\n\r\n").unwrap();
    bytes.len() - head - 4
}

/// What this process holds in memory, by Linux' own account.
fn resident_kb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}
