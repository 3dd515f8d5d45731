//! How Bellwether itself fares: its configuration, its outbox, and whether the watch outside is called.

use jiff::Timestamp;
use serde::Serialize;

use super::shape::VERSION;
use crate::model::published::time;
use crate::web::now::Now;

/// The answer.
#[derive(Serialize)]
pub struct Status {
    version: u32,
    at: String,
    bellwether: &'static str,
    started: String,
    configuration: ConfigurationShape,
    heartbeat: Option<HeartbeatShape>,
    /// What the last look at ourselves found.
    audited: Option<AuditedShape>,
    sources: Sources,
    outbox: Outbox,
}

#[derive(Serialize)]
struct AuditedShape {
    at: String,
    /// What is not well; nothing, if all is.
    wrong: Vec<String>,
}

#[derive(Serialize)]
struct ConfigurationShape {
    /// Whether the files as they lie hold.
    ok: bool,
    /// Since when the one that holds does.
    since: Option<String>,
    /// When the files were last read.
    tried: Option<String>,
    refused_since: Option<String>,
    refused: Vec<RefusalShape>,
    after_restart: Vec<String>,
}

#[derive(Serialize)]
struct RefusalShape {
    file: String,
    line: usize,
    message: String,
}

#[derive(Serialize)]
struct HeartbeatShape {
    host: String,
    heard: Option<String>,
    withheld: Vec<String>,
    failed: Option<String>,
}

#[derive(Serialize)]
struct Sources {
    polled: usize,
    in_time: usize,
}

#[derive(Serialize)]
struct Outbox {
    pending: i64,
    dead: i64,
    oldest_pending: Option<String>,
}

/// How it fares now.
pub fn status(now: &Now, started: Timestamp) -> Status {
    let written = |at: Option<Timestamp>| at.map(time);
    let held = &now.condition.configuration;
    let refusal = |r: &crate::model::condition::Refusal| RefusalShape {
        file: r.file.clone(),
        line: r.line,
        message: r.message.clone(),
    };
    let outbox = &now.scene.outbox;
    Status {
        version: VERSION,
        at: time(now.at),
        bellwether: env!("CARGO_PKG_VERSION"),
        started: time(started),
        configuration: ConfigurationShape {
            ok: held.is_as_it_lies(),
            since: written(held.since),
            tried: written(held.tried),
            refused_since: written(held.refused_since),
            refused: held.refused.iter().map(refusal).collect(),
            after_restart: held.after_restart.clone(),
        },
        heartbeat: now.condition.heartbeat.as_ref().map(|heartbeat| HeartbeatShape {
            host: heartbeat.host.clone(),
            heard: written(heartbeat.heard),
            withheld: heartbeat.withheld.clone(),
            failed: heartbeat.failed.clone(),
        }),
        audited: now
            .condition
            .audited
            .as_ref()
            .map(|audited| AuditedShape { at: time(audited.at), wrong: audited.wrong.clone() }),
        sources: Sources {
            polled: now.compiled.sources.len(),
            in_time: now.compiled.sources.values().filter(|source| now.is_in_time(source)).count(),
        },
        outbox: Outbox { pending: outbox.pending, dead: outbox.dead, oldest_pending: written(outbox.oldest) },
    }
}
