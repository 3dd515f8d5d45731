//! What is counted while it runs, for Prometheus.

use std::time::Duration;

use anyhow::Result;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tokio_util::sync::CancellationToken;

/// Spans in which messages are told, in seconds: from "at once" to "a day late".
const BUCKETS_S: [f64; 12] = [0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 120.0, 300.0, 900.0, 3_600.0, 21_600.0, 86_400.0];

/// What is counted from now on, for Prometheus.
pub fn begin() -> Result<PrometheusHandle> {
    let builder = || PrometheusBuilder::new().set_buckets(&BUCKETS_S);
    // Where another counts in this process already, what is counted is that one's.
    let installed = builder()?.install_recorder();
    let handle = match installed {
        Ok(handle) => handle,
        Err(_) => builder()?.build_recorder().handle(),
    };
    metrics::describe_counter!("bellwether_looks_total", "Looks at sources, by whether they could be read.");
    metrics::describe_counter!("bellwether_deliveries_total", "Tries to deliver a message, by what came of them.");
    metrics::describe_counter!("bellwether_second_routes_total", "Messages that went by a second way too.");
    metrics::describe_gauge!("bellwether_schedule_late_seconds", "How late the source is that is due the longest.");
    metrics::describe_histogram!(
        "bellwether_told_after_seen_seconds",
        "From what we saw until the far side took the message."
    );
    metrics::describe_histogram!(
        "bellwether_told_after_said_seconds",
        "From the vendor's last word, as it is dated, until the far side took the message."
    );
    Ok(handle)
}

/// What was counted and is asked for by nobody is summed up.
pub async fn keep_small(metrics: PrometheusHandle, stop: CancellationToken) {
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(Duration::from_secs(30)) => metrics.run_upkeep(),
        }
    }
}
