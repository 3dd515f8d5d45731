//! Figures about Bellwether itself: its configuration, the watch outside, its database, its version.

use jiff::Timestamp;

use super::metric::{Row, gauge};
use super::now::Now;

/// All of them, as Prometheus reads them.
pub fn ourselves(now: &Now, database_octets: i64) -> String {
    let mut text = String::new();
    let configuration = &now.condition.configuration;
    let one = |value: f64| std::iter::once((Vec::new(), value));
    let reload = [
        (
            "bellwether_config_reload_ok",
            "Whether the configuration's files as they lie hold.",
            Some(if configuration.is_as_it_lies() { 1.0 } else { 0.0 }),
        ),
        (
            "bellwether_config_reload_timestamp_seconds",
            "When the configuration's files were last read.",
            configuration.tried.map(unix),
        ),
        (
            "bellwether_config_taken_up_timestamp_seconds",
            "When the configuration that holds was taken up.",
            configuration.since.map(unix),
        ),
        (
            "bellwether_config_after_restart",
            "Keys that were changed and hold after a restart only.",
            Some(count(configuration.after_restart.len())),
        ),
    ];
    for (name, help, value) in reload {
        gauge(&mut text, name, help, value.into_iter().flat_map(one));
    }
    heartbeat(&mut text, now);
    let octets = u32::try_from(database_octets / 1024).map_or(f64::MAX, |kib| f64::from(kib) * 1024.0);
    gauge(&mut text, "bellwether_database_bytes", "What the database takes, without its log.", one(octets));
    let version: Row<'_> = (vec![("version", env!("CARGO_PKG_VERSION"))], 1.0);
    gauge(&mut text, "bellwether_build_info", "Which Bellwether this is.", std::iter::once(version));
    text
}

/// Nothing, where no watch outside is configured.
fn heartbeat(text: &mut String, now: &Now) {
    let Some(heartbeat) = &now.condition.heartbeat else { return };
    let one = |value: f64| std::iter::once((Vec::new(), value));
    let is_well = heartbeat.withheld.is_empty() && heartbeat.failed.is_none();
    let help = "Whether the watch outside heard us when it was last our turn.";
    gauge(text, "bellwether_heartbeat_ok", help, one(if is_well { 1.0 } else { 0.0 }));
    let heard = heartbeat.heard.map(unix);
    let help = "When the watch outside last heard us.";
    gauge(text, "bellwether_heartbeat_timestamp_seconds", help, heard.into_iter().flat_map(one));
    let help = "How many things are not well with ourselves, so that the watch outside is not called.";
    gauge(text, "bellwether_heartbeat_withheld", help, one(count(heartbeat.withheld.len())));
}

fn unix(at: Timestamp) -> f64 {
    at.as_duration().as_secs_f64()
}

fn count(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::MAX, f64::from)
}
