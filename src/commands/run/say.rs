//! What `run` says on the terminal: what is polled, what could not be read and why, what hurts, who was told.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{IsTerminal, Write};
use std::net::SocketAddr;
use std::sync::Arc;

use jiff::Timestamp;

use super::reload::Reloaded;
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

/// Is told what the loops do.
pub trait Ear: Send {
    /// What a look or a tick led to.
    fn look(&mut self, told: &Told);
    /// What came of a try to deliver.
    fn delivery(&mut self, delivery: &Result<Delivery, StoreError>);
    /// What came of reading the files once more.
    fn reloaded(&mut self, reloaded: &Reloaded);
}

/// Speaks to whoever watches the terminal. Where nobody does, as under systemd, the same goes into the log, once. A
/// terminal that is gone stops nothing.
pub struct Voice {
    compiled: Arc<Compiled>,
    clock: Clock,
    /// The sources that have been looked at, to tell the first look.
    looked_at: BTreeSet<SourceId>,
    is_watched: bool,
}

/// How much something matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Weight {
    /// It happened.
    News,
    /// It did not work, and is tried again.
    Trouble,
    /// It did not work, and a person must see to it.
    Loss,
}

/// Writes a line; a closed pipe is nobody listening, not an error.
fn line(text: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}

impl Voice {
    /// A voice that has said nothing yet.
    #[must_use]
    pub fn new(compiled: Arc<Compiled>, clock: Clock) -> Self {
        Self { compiled, clock, looked_at: BTreeSet::new(), is_watched: std::io::stdout().is_terminal() }
    }

    /// Says what happened: with its time and its sign on the terminal, as a line of the log elsewhere.
    fn say(&self, weight: Weight, at: Timestamp, sign: &str, text: &str) {
        if self.is_watched {
            // Vendors' titles come this way: what a terminal would obey is shown instead.
            line(&format!("{}  {sign:<10} {}", time(at), super::log::plain(text)));
            return;
        }
        let sign = sign.trim_start_matches("!! ").to_lowercase();
        match weight {
            Weight::News => tracing::info!("{sign}: {text}"),
            Weight::Trouble => tracing::warn!("{sign}: {text}"),
            Weight::Loss => tracing::error!("{sign}: {text}"),
        }
    }

    /// That the end was asked for.
    pub fn stopping(seconds: u64) {
        if std::io::stdout().is_terminal() {
            line(&format!("Stopping: what has begun may end, within {seconds} s."));
        } else {
            tracing::info!("stopping: what has begun may end, within {seconds} s");
        }
    }

    fn read_again(&self, reloaded: &Reloaded) {
        let at = reloaded.at;
        for warning in &reloaded.warnings {
            self.say(Weight::News, at, "check", warning);
        }
        for refusal in &reloaded.refused {
            self.say(
                Weight::Loss,
                at,
                "!! REFUSED",
                &format!("{}. The configuration before it goes on", refusal.message),
            );
        }
        if reloaded.refused.is_empty() {
            let (added, removed) = reloaded.sources;
            let text = format!("the changed files hold; sources added: {added}, removed: {removed}");
            self.say(Weight::News, at, "configured", &text);
        }
        for key in &reloaded.after_restart {
            self.say(Weight::Trouble, at, "!! RESTART", &format!("{key} was changed, and holds after a restart only"));
        }
    }

    /// What is polled, who is told, where the page is.
    pub fn welcome(&self, sound: &Sound, address: SocketAddr) -> String {
        let compiled = &self.compiled;
        let page = compiled.page.clone().unwrap_or_else(|| format!("http://{address}"));
        if !self.is_watched {
            let (version, organisation) = (env!("CARGO_PKG_VERSION"), &compiled.organisation);
            let (services, sources) = (compiled.graph.services().len(), compiled.sources.len());
            tracing::info!(version, organisation, services, sources, page = %address, "Bellwether begins");
            for (source, way_out) in compiled.unread() {
                tracing::warn!("not looked at: {}: {way_out}", source.id);
            }
            if sound.subscriptions.subscriptions.is_empty() {
                tracing::warn!("nobody is told yet: subscriptions.toml has no subscription");
            }
            return page;
        }
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
        for (source, way_out) in compiled.unread() {
            line(&format!("  {:<34} not looked at: {way_out}", source.id.to_string()));
        }
        for vendor in compiled.graph.vendors().filter(|v| compiled.vendors.get(*v).is_none_or(|v| v.sources.is_empty()))
        {
            line(&format!("  {vendor:<34} no source    only what is entered by hand is known of it"));
        }
        if sound.subscriptions.subscriptions.is_empty() {
            line("");
            line("!! NOBODY IS TOLD YET: subscriptions.toml has no subscription. Incidents are only shown on the");
            line("!! page. Add a [[receiver]] and a [[subscription]] there; the file shows how.");
        }
        line("");
        line(&format!("The page is at http://{address}/"));
        page
    }

    /// There is no account yet: the link that makes the first one.
    pub fn invite(&self, page: &str, link: &Once) {
        if !self.is_watched {
            // A log is read by more people than a terminal is, and for longer.
            tracing::warn!(
                "nobody has an account yet: `bellwether accounts link` prints a link that makes the first one"
            );
            return;
        }
        line("");
        line("Nobody has an account yet, so nobody can act from the page. This link makes the first one; it is good");
        line("for a day and for one use (`bellwether accounts link` prints another):");
        line(&format!("  {page}/link/{}", link.reveal()));
    }
}

impl Ear for Voice {
    fn look(&mut self, told: &Told) {
        match (&told.happened, &told.source) {
            (Err(error), source) => {
                let of = source.as_ref().map(|s| format!(" of {s}")).unwrap_or_default();
                self.say(
                    Weight::Loss,
                    told.at,
                    "!! LOST",
                    &format!("what a look{of} saw could not be written: {error}"),
                );
            }
            (Ok(happened), source) => {
                if let (Some(found), Some(source)) = (&happened.detected, source) {
                    let text = format!("{source} publishes as {}, at {}", found.format.name(), found.url);
                    return self.say(Weight::News, told.at, "found", &text);
                }
                if let (Some(inquiry), Some(source)) = (&happened.inquiry, source) {
                    self.say(Weight::News, told.at, "asked", &format!("{source}: {}", inquiry.said()));
                    return self.notices(told.at, happened);
                }
                let is_first = source.as_ref().is_some_and(|s| self.looked_at.insert(s.clone()));
                if let Some(source) = source.as_ref().filter(|_| is_first && told.is_readable == Some(true)) {
                    let open = happened.open.len();
                    self.say(Weight::News, told.at, "read", &format!("{source}: {open} open"));
                }
                self.happened(told.at, happened, is_first);
            }
        }
    }

    fn delivery(&mut self, delivery: &Result<Delivery, StoreError>) {
        self.came_of(delivery);
    }

    fn reloaded(&mut self, reloaded: &Reloaded) {
        self.read_again(reloaded);
    }
}

impl Voice {
    fn happened(&self, at: Timestamp, happened: &Happened, is_first: bool) {
        match happened.our_network {
            Some(OurNetwork::Gone) => {
                let text = "no source at all can be reached: our own network, or Bellwether's way out of it, is gone";
                self.say(Weight::Loss, at, "!! OFFLINE", text);
            }
            Some(OurNetwork::Back) => self.say(Weight::News, at, "online", "sources can be reached again"),
            None => {}
        }
        for change in &happened.changes {
            match change {
                Change::Incident(c) if !is_first || self.hurts_us(happened) => {
                    let seen = &c.report.seen;
                    let how = c.resolved_how.map(|h| format!(" ({})", h.word())).unwrap_or_default();
                    let (kind, source) = (c.kind.word(), &c.report.source);
                    self.say(Weight::News, at, kind, &format!("{source}: {}, {}{how}", seen.title, seen.impact));
                }
                Change::Source(c) => {
                    let why = c.health.why().map(|why| format!(": {why}")).unwrap_or_default();
                    let (weight, sign, word) = match c.health {
                        Health::Unreadable { .. } => (Weight::Trouble, "CANNOT READ", String::new()),
                        Health::NeverRead | Health::Readable { .. } => {
                            (Weight::News, "source", format!(" {}", c.health.word()))
                        }
                    };
                    self.say(weight, at, sign, &format!("{}{word}{why}", c.source));
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
            self.say(Weight::News, at, sign, &format!("{} ({})", effect.path.join(", because "), effect.impact));
        }
        self.notices(at, happened);
    }

    fn notices(&self, at: Timestamp, happened: &Happened) {
        let mut sent: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for notice in happened.notices.iter().filter(|n| n.sent) {
            sent.entry(&notice.subject).or_default().push(notice.receiver.to_string());
        }
        for (subject, receivers) in sent {
            self.say(Weight::News, at, "telling", &format!("{}: {subject}", receivers.join(", ")));
        }
    }

    fn hurts_us(&self, happened: &Happened) -> bool {
        !happened.effects.is_empty()
    }

    fn came_of(&self, delivery: &Result<Delivery, StoreError>) {
        let at = self.clock.now();
        match delivery {
            Err(error) => {
                self.say(Weight::Trouble, at, "!! UNMARKED", &format!("a delivery could not be marked: {error}"))
            }
            Ok(Delivery { receiver, tried, .. }) => match tried {
                Tried::Delivered { answer } => {
                    self.say(Weight::News, at, "delivered", &format!("{receiver}: {answer}"))
                }
                Tried::Again { due, reason } | Tried::Broken { due, reason } => {
                    let text = format!("{receiver}: {reason}; tried again at {}", time(*due));
                    self.say(Weight::Trouble, at, "NOT YET", &text);
                }
                Tried::Shorter { reason } => {
                    self.say(
                        Weight::Loss,
                        at,
                        "!! not delivered",
                        &format!("{receiver}: {reason}; it goes once more, shorter"),
                    );
                }
                Tried::Dead { reason } | Tried::Gone { reason, .. } => {
                    self.say(Weight::Loss, at, "!! GIVEN UP", &format!("{receiver}: {reason}"))
                }
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
