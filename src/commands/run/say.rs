//! What `run` says on the terminal: what is polled, what could not be read and why, what hurts, who was told.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::net::SocketAddr;
use std::sync::Arc;

use jiff::Timestamp;

use crate::clock::Clock;
use crate::commands::setup::Sound;
use crate::model::change::Change;
use crate::model::effect::EffectKind;
use crate::model::id::SourceId;
use crate::model::incident::Health;
use crate::model::vendor::{Schedule, Source};
use crate::pipeline::accounts::Once;
use crate::pipeline::compiled::Compiled;
use crate::pipeline::deliver::Delivery;
use crate::pipeline::settle::{Happened, OurNetwork};
use crate::scheduler::watch::Told;
use crate::store::StoreError;
use crate::store::outbox::Tried;

/// Speaks to whoever watches the terminal. A terminal that is gone stops nothing.
pub struct Voice {
    compiled: Arc<Compiled>,
    clock: Clock,
    /// The sources that have been looked at, to tell the first look.
    looked_at: BTreeSet<SourceId>,
}

/// Writes a line; a closed pipe is nobody listening, not an error.
fn line(text: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}

impl Voice {
    /// A voice that has said nothing yet.
    #[must_use]
    pub const fn new(compiled: Arc<Compiled>, clock: Clock) -> Self {
        Self { compiled, clock, looked_at: BTreeSet::new() }
    }

    /// What is polled, who is told, where the page is.
    pub fn welcome(&self, sound: &Sound, address: SocketAddr) -> String {
        let compiled = &self.compiled;
        line(&format!("Bellwether {} for {}", env!("CARGO_PKG_VERSION"), compiled.organisation));
        line(&format!(
            "{} services of the inventory depend on {} vendors; {} of their sources are looked at:",
            compiled.graph.services().len(),
            compiled.graph.vendors().count(),
            compiled.sources.len()
        ));
        for source in compiled.sources.values() {
            line(&format!("  {:<34} {:<14} {}", source.id.to_string(), source.format.name(), how_often(source)));
        }
        for vendor in compiled.graph.vendors().filter(|v| !compiled.sources.keys().any(|s| s.vendor() == **v)) {
            line(&format!("  {vendor:<34} no source    only what is entered by hand is known of it"));
        }
        if sound.subscriptions.subscriptions.is_empty() {
            line("");
            line(
                "!! NOBODY IS TOLD YET: config/subscriptions.toml has no subscription. Incidents are only shown on the",
            );
            line("!! page. Add a [[receiver]] and a [[subscription]] there; the file shows how.");
        }
        line("");
        line(&format!("The page is at http://{address}/"));
        compiled.page.clone().unwrap_or_else(|| format!("http://{address}"))
    }

    /// There is no account yet: the link that makes the first one.
    pub fn invite(&self, page: &str, link: &Once) {
        line("");
        line("Nobody has an account yet, so nobody can act from the page. This link makes the first one; it is good");
        line("for a day and for one use (`bellwether accounts link` prints another):");
        line(&format!("  {page}/link/{}", link.reveal()));
    }

    /// What a look or a tick led to.
    pub fn look(&mut self, told: &Told) {
        match (&told.happened, &told.source) {
            (Err(error), source) => {
                let of = source.as_ref().map(|s| format!(" of {s}")).unwrap_or_default();
                line(&format!("{}  !! what a look{of} saw could not be written: {error}", time(told.at)));
            }
            (Ok(happened), source) => {
                let is_first = source.as_ref().is_some_and(|s| self.looked_at.insert(s.clone()));
                if let Some(source) = source.as_ref().filter(|_| is_first && told.is_readable == Some(true)) {
                    let open = happened.open.len();
                    line(&format!("{}  read       {source}: {open} open", time(told.at)));
                }
                self.happened(told.at, happened, is_first);
            }
        }
    }

    fn happened(&self, at: Timestamp, happened: &Happened, is_first: bool) {
        match happened.our_network {
            Some(OurNetwork::Gone) => line(&format!(
                "{}  !! OFFLINE  no source at all can be reached: our own network, or Bellwether's way out of it, is gone",
                time(at)
            )),
            Some(OurNetwork::Back) => line(&format!("{}  online     sources can be reached again", time(at))),
            None => {}
        }
        for change in &happened.changes {
            match change {
                Change::Incident(c) if !is_first || self.hurts_us(happened) => {
                    let seen = &c.report.seen;
                    let how = c.resolved_how.map(|h| format!(" ({})", h.word())).unwrap_or_default();
                    let (kind, source) = (c.kind.word(), &c.report.source);
                    line(&format!("{}  {kind:<10} {source}: {}, {}{how}", time(at), seen.title, seen.impact));
                }
                Change::Source(c) => {
                    let why = c.health.why().map(|why| format!(": {why}")).unwrap_or_default();
                    let (sign, word) = match c.health {
                        Health::Unreadable { .. } => ("CANNOT READ", String::new()),
                        Health::NeverRead | Health::Readable { .. } => ("source", format!(" {}", c.health.word())),
                    };
                    line(&format!("{}  {sign:<10} {}{word}{why}", time(at), c.source));
                }
                Change::Incident(_) | Change::Component(_) => {}
            }
        }
        for (kind, effect) in &happened.effects {
            let sign = match kind {
                EffectKind::Hurt => "HURT",
                EffectKind::Worse => "WORSE",
                EffectKind::Better => "better",
                EffectKind::Over => "over",
            };
            line(&format!("{}  {sign:<10} {} ({})", time(at), effect.path.join(", because "), effect.impact));
        }
        self.notices(at, happened);
    }

    fn notices(&self, at: Timestamp, happened: &Happened) {
        let mut sent: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for notice in happened.notices.iter().filter(|n| n.sent) {
            sent.entry(&notice.subject).or_default().push(notice.receiver.to_string());
        }
        for (subject, receivers) in sent {
            line(&format!("{}  telling    {}: {subject}", time(at), receivers.join(", ")));
        }
    }

    fn hurts_us(&self, happened: &Happened) -> bool {
        !happened.effects.is_empty()
    }

    /// What came of a try to deliver.
    pub fn delivery(&self, delivery: &Result<Delivery, StoreError>) {
        let at = time(self.clock.now());
        match delivery {
            Err(error) => line(&format!("{at}  !! a delivery could not be marked: {error}")),
            Ok(Delivery { receiver, tried, .. }) => match tried {
                Tried::Delivered { answer } => line(&format!("{at}  delivered  {receiver}: {answer}")),
                Tried::Again { due, reason } => {
                    line(&format!("{at}  NOT YET    {receiver}: {reason}; tried again at {}", time(*due)));
                }
                Tried::Dead { reason } => line(&format!("{at}  !! GIVEN UP {receiver}: {reason}")),
            },
        }
    }
}

fn how_often(source: &Source) -> String {
    match &source.every {
        Schedule::Every(every) => format!("every {} s", every.as_secs()),
        Schedule::Cron(line) => format!("at {line} (UTC)"),
    }
}

fn time(at: Timestamp) -> String {
    at.strftime("%H:%M:%SZ").to_string()
}
