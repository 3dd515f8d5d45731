//! Figures for Prometheus: what the rest of the program counts, and how things stand at the moment of asking.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::sync::Arc;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;

use super::fault::Fault;
use super::now::Now;
use super::router::Site;

/// All figures.
pub async fn metrics(State(site): State<Arc<Site>>) -> Response {
    let now = match Now::gather(&site.app).await {
        Ok(now) => now,
        Err(error) => return Fault::from(error).json(),
    };
    let size = match site.app.store.size().await {
        Ok(size) => size,
        Err(error) => return Fault::from(error).json(),
    };
    let text = format!(
        "{}{}{}",
        site.app.metrics.render(),
        standing(&now, site.app.started),
        super::ourselves::ourselves(&now, size)
    );
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response()
}

fn standing(now: &Now, started: Timestamp) -> String {
    let mut text = String::new();
    sources(&mut text, now);
    incidents(&mut text, now);
    let mut services: BTreeMap<&str, usize> = BTreeMap::new();
    for state in now.effects.states.values() {
        *services.entry(state.shown().word()).or_default() += 1;
    }
    let rows = services.into_iter().map(|(state, count)| (vec![("state", state)], seconds(count)));
    gauge(&mut text, "bellwether_services", "Services of ours by what is shown of them.", rows);
    let outbox = &now.scene.outbox;
    for (name, help, value) in [
        ("bellwether_outbox_pending", "Messages that wait to be delivered.", outbox.pending as f64),
        ("bellwether_outbox_dead", "Messages that were given up.", outbox.dead as f64),
        (
            "bellwether_outbox_oldest_pending_seconds",
            "Age of the oldest message that waits.",
            outbox.oldest.map_or(0.0, |at| age(now.at, at)),
        ),
        ("bellwether_uptime_seconds", "Since the process began.", age(now.at, started)),
    ] {
        gauge(&mut text, name, help, std::iter::once((Vec::new(), value)));
    }
    text
}

fn sources(text: &mut String, now: &Now) {
    let mut healths: BTreeMap<&str, usize> = BTreeMap::new();
    for health in now.scene.world.sources.values() {
        *healths.entry(health.word()).or_default() += 1;
    }
    let rows = healths.into_iter().map(|(health, count)| (vec![("health", health)], seconds(count)));
    gauge(text, "bellwether_sources", "Sources that are polled, by whether they can be read.", rows);
    let rows = now.scene.world.sources.keys().filter_map(|id| {
        let good = now.scene.marks.get(id)?.last_good?;
        Some((vec![("source", id.as_str())], age(now.at, good)))
    });
    gauge(text, "bellwether_source_last_good_seconds", "Since a source was last read.", rows);
    let rows = now.scene.world.sources.keys().filter_map(|id| {
        let look = now.scene.marks.get(id)?.last_look?;
        Some((vec![("source", id.as_str())], age(now.at, look)))
    });
    gauge(text, "bellwether_source_last_look_seconds", "Since a source was last looked at, read or not.", rows);
    let rows = now.compiled.sources.values().map(|source| {
        let is_in_time = if now.is_in_time(source) { 1.0 } else { 0.0 };
        (vec![("source", source.id.as_str())], is_in_time)
    });
    gauge(text, "bellwether_source_in_time", "Whether a source was read when it should have been.", rows);
}

fn incidents(text: &mut String, now: &Now) {
    let hurting: BTreeSet<String> = now.effects.hurts.keys().map(|(_, cause)| cause.to_string()).collect();
    let mut open: BTreeMap<(String, bool), usize> = BTreeMap::new();
    for report in &now.scene.world.reports {
        let is_ours = hurting.contains(&report.incident.0);
        *open.entry((report.source.vendor().to_string(), is_ours)).or_default() += 1;
    }
    let rows = open.iter().map(|((vendor, is_ours), count)| {
        (vec![("vendor", vendor.as_str()), ("ours", if *is_ours { "true" } else { "false" })], seconds(*count))
    });
    gauge(text, "bellwether_incidents_open", "Open incidents, by vendor and by whether they hurt us.", rows);
}

#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
const fn seconds(count: usize) -> f64 {
    count as f64
}

fn age(now: Timestamp, at: Timestamp) -> f64 {
    now.duration_since(at).as_secs_f64().max(0.0)
}

pub(super) type Row<'a> = (Vec<(&'static str, &'a str)>, f64);

pub(super) fn gauge<'a>(text: &mut String, name: &str, help: &str, rows: impl Iterator<Item = Row<'a>>) {
    let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} gauge");
    for (labels, value) in rows {
        let labels: Vec<String> = labels.iter().map(|(key, value)| format!("{key}=\"{}\"", escaped(value))).collect();
        let labels = if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
        let _ = writeln!(text, "{name}{labels} {value}");
    }
}

fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}
