//! The loops of `run`: looks, deliveries, words of people, the pages, and what lets go of what is old.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use jiff::{SignedDuration, Timestamp};
use metrics_exporter_prometheus::PrometheusBuilder;
use tokio::net::TcpListener;
use tokio::sync::{Notify, broadcast, mpsc, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::say::Voice;
use crate::clock::Clock;
use crate::commands::inbox::Inbox;
use crate::commands::setup::Sound;
use crate::config::bellwether::Retention;
use crate::pipeline::compiled::Compiled;
use crate::pipeline::deliver::Delivery;
use crate::pipeline::settle::Happened;
use crate::scheduler::deliverer::Deliverer;
use crate::scheduler::network::Network;
use crate::scheduler::watch::{Told, Watch};
use crate::store::{Store, StoreError};
use crate::web::token::Token;
use crate::web::{self, App, Beat};

/// How often the inbox is looked into.
const INBOX_EVERY: Duration = Duration::from_millis(500);
/// How often what is old is let go of.
const LET_GO_EVERY: Duration = Duration::from_secs(3600);

/// What the loops share.
pub struct Loops {
    /// The store.
    pub store: Store,
    /// The configuration.
    pub compiled: Arc<Compiled>,
    /// The time.
    pub clock: Clock,
    /// Ends them all.
    pub stop: CancellationToken,
    /// Holds them all.
    pub tasks: TaskTracker,
}

/// Where the pages say that something happened, and hear it.
pub struct Ears {
    /// Something did.
    pub beat: broadcast::Sender<Beat>,
    /// What people's acts led to.
    pub acts: mpsc::Sender<Happened>,
}

impl Loops {
    /// Begins the looks, the deliveries and what goes with them. What beats whenever something happened.
    ///
    /// # Errors
    /// A certificate, a proxy or a relay that cannot be set up.
    pub fn start(&self, sound: &Sound, voice: Voice) -> Result<Ears> {
        let (beat, _) = broadcast::channel(64);
        let (looks, looks_told) = mpsc::channel(256);
        let (deliveries, deliveries_told) = mpsc::channel(256);
        let woken = Arc::new(Notify::new());
        let watch = Arc::new(Watch {
            store: self.store.clone(),
            compiled: Arc::clone(&self.compiled),
            ask: Arc::new(Network::new(sound.fetcher()?)),
            clock: self.clock.clone(),
            workers: sound.settings.polling.workers,
            told: looks.clone(),
        });
        let (words, (acts, acts_told)) = (looks, mpsc::channel(64));
        self.tasks.spawn(hear_acts(acts_told, words.clone(), self.clock.clone()));
        let deliverer = Deliverer {
            store: self.store.clone(),
            ways: Arc::new(sound.ways(format!("process {}", std::process::id()))?),
            clock: self.clock.clone(),
            woken: Arc::clone(&woken),
            told: deliveries,
        };
        self.tasks.spawn(read_inbox(
            Inbox::of(&sound.settings.database.folder),
            self.store.clone(),
            Arc::clone(&self.compiled),
            words,
            self.clock.clone(),
            self.stop.clone(),
        ));
        let retention = sound.settings.retention.clone();
        self.tasks.spawn(let_go(self.store.clone(), retention, self.clock.clone(), self.stop.clone()));
        let stop = self.stop.clone();
        self.tasks.spawn(async move {
            if let Err(error) = watch.run(stop).await {
                tracing::error!(%error, "the looks could not begin");
            }
        });
        self.tasks.spawn(deliverer.run(self.stop.clone()));
        self.tasks.spawn(announce(voice, looks_told, deliveries_told, woken, beat.clone()));
        Ok(Ears { beat, acts })
    }

    /// Begins to serve the pages and the API.
    ///
    /// # Errors
    /// The counters cannot be set up.
    pub fn serve(&self, listener: TcpListener, token: Option<Token>, ears: Ears) -> Result<()> {
        let (_, compiled) = watch::channel(Arc::clone(&self.compiled));
        let app = Arc::new(App {
            store: self.store.clone(),
            compiled,
            beat: ears.beat,
            acts: ears.acts,
            token,
            metrics: PrometheusBuilder::new().install_recorder()?,
            started: self.clock.now(),
            clock: self.clock.clone(),
        });
        let stop = self.stop.clone();
        self.tasks.spawn(async move {
            if let Err(error) = web::serve(listener, app, stop).await {
                tracing::error!(%error, "the pages are served no longer");
            }
        });
        Ok(())
    }
}

/// Lets go of what is older than the configuration keeps.
async fn let_go(store: Store, retention: Retention, clock: Clock, stop: CancellationToken) {
    let before = |now: Timestamp, kept: Duration| {
        SignedDuration::try_from(kept).ok().and_then(|kept| now.checked_sub(kept).ok()).unwrap_or(Timestamp::MIN)
    };
    loop {
        let now = clock.now();
        match store.let_go(before(now, retention.bodies.0), before(now, retention.tries.0)).await {
            Ok(0) => {}
            Ok(gone) => tracing::info!(gone, "rows older than the retention were let go of"),
            Err(error) => tracing::error!(%error, "what is old could not be let go of"),
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = clock.sleep(LET_GO_EVERY) => {}
        }
    }
}

/// Takes in what people say through `bellwether incident`.
async fn read_inbox(
    inbox: Inbox,
    store: Store,
    compiled: Arc<Compiled>,
    told: mpsc::Sender<Told>,
    clock: Clock,
    stop: CancellationToken,
) {
    loop {
        let at = clock.now();
        match inbox.take_in(&store, &compiled, at).await {
            Err(error) => tracing::error!(error = format!("{error:#}"), "what people said cannot be taken in"),
            Ok(all) => {
                for happened in all {
                    let told_of = Told { at, source: None, is_readable: None, happened: Ok(happened) };
                    // Nobody listens only while the program ends.
                    let _ = told.send(told_of).await;
                }
            }
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = clock.sleep(INBOX_EVERY) => {}
        }
    }
}

/// Passes on what acts in the page led to, as what a look led to is.
async fn hear_acts(mut acts: mpsc::Receiver<Happened>, told: mpsc::Sender<Told>, clock: Clock) {
    while let Some(happened) = acts.recv().await {
        let told_of = Told { at: clock.now(), source: None, is_readable: None, happened: Ok(happened) };
        // Nobody listens only while the program ends.
        let _ = told.send(told_of).await;
    }
}

/// Says on the terminal what happens, and wakes the deliveries when something is to be sent.
async fn announce(
    mut voice: Voice,
    mut looks: mpsc::Receiver<Told>,
    mut deliveries: mpsc::Receiver<Result<Delivery, StoreError>>,
    woken: Arc<Notify>,
    beat: broadcast::Sender<Beat>,
) {
    loop {
        tokio::select! {
            Some(told) = looks.recv() => {
                if told.happened.as_ref().is_ok_and(|happened| happened.notices.iter().any(|n| n.sent)) {
                    woken.notify_one();
                }
                voice.look(&told);
                // A beat that nobody hears is none.
                let _ = beat.send(beat_of(&told));
            }
            Some(delivery) = deliveries.recv() => {
                voice.delivery(&delivery);
                let _ = beat.send(Beat::Delivery);
            }
            else => return,
        }
    }
}

/// What a page should do after a look.
fn beat_of(told: &Told) -> Beat {
    let is_news = told.happened.as_ref().is_ok_and(|h| !h.changes.is_empty() || !h.effects.is_empty());
    if is_news { Beat::Change } else { Beat::Look }
}
