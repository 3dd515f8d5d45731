//! F90: a look that breaks off by a fault of our own takes neither its source nor its worker along.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bellwether::clock::Clock;
use bellwether::model::vendor::Source;
use bellwether::normalize::{Body, Outcome, Request};
use bellwether::pipeline::look::{Ask, Asked};
use bellwether::scheduler::pulse::Pulse;
use bellwether::scheduler::watch::Watch;
use bellwether::store::Store;
use serde_json::json;
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use crate::support::hospital::page;
use crate::support::model::{minute, organisation, service};

/// Breaks off at each look at one source, and answers the others.
#[derive(Default)]
struct Breaking {
    broken_off: Mutex<u32>,
}

#[async_trait]
impl Ask for Breaking {
    async fn ask(&self, source: &Source, _: &Request, _: bool) -> Asked {
        if source.id.as_str() == "okta/status" {
            *self.broken_off.lock().unwrap() += 1;
            panic!("a fault of our own, on purpose");
        }
        let body = page(&["Sign-in"], json!([]), json!([])).to_string();
        Asked::Outcome(Outcome::Body(Body::saved(body.into_bytes())), None)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f90_a_look_that_breaks_off_takes_neither_its_source_nor_the_others_along() {
    let needs = r#"{ vendor = "okta", without = "stops" }, { vendor = "azure", without = "stops" }"#;
    let compiled = Arc::new(organisation(&[service("ehr", "EHR", needs)], &[]));
    let breaking = Arc::new(Breaking::default());
    let ask: Arc<dyn Ask> = breaking.clone();
    let (told, mut heard) = mpsc::channel(1024);
    let (_compiled, _ask) = (watch::channel(compiled).0, watch::channel(ask).0);
    let watching = Arc::new(Watch {
        store: Store::in_memory().await.unwrap(),
        compiled: _compiled.subscribe(),
        ask: _ask.subscribe(),
        clock: Clock::running(minute(0), 1_200.0),
        workers: 1,
        told,
        pulse: Arc::new(Pulse::default()),
        found: Arc::default(),
        strange: mpsc::channel(1).0,
    });
    let stop = CancellationToken::new();
    let running = tokio::spawn(watching.run(stop.clone()));
    let mut good = 0;
    let enough = async {
        while good < 5 || *breaking.broken_off.lock().unwrap() < 3 {
            let told = heard.recv().await.unwrap();
            good += u32::from(told.source.is_some_and(|source| source.as_str() == "azure/status"));
        }
    };
    tokio::time::timeout(Duration::from_secs(30), enough).await.expect("both are looked at again and again");
    stop.cancel();
    running.await.unwrap().unwrap();
}
