//! The loops of `run`: looks, deliveries, words of people, the pages, and what lets go of what is old.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use jiff::{SignedDuration, Timestamp};
use tokio::net::TcpListener;
use tokio::sync::{Notify, broadcast, mpsc, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::announce::{Heard, announce};
use super::auditor::{self, Auditor};
use super::reload::{Outlets, Reloaded, Reloader};
use super::say::Ear;
use super::system::HangUp;
use super::{figures, files, system};
use crate::clock::Clock;
use crate::commands::errand;
use crate::commands::inbox::Inbox;
use crate::commands::setup::Sound;
use crate::config::operation::Retention;
use crate::config::value::Period;
use crate::model::audit::{By, Deed, Entry};
use crate::pipeline::compiled::Compiled;
use crate::pipeline::settle::Happened;
use crate::scheduler::deliverer::Deliverer;
use crate::scheduler::inquirer::Inquirer;
use crate::scheduler::pulse::Pulse;
use crate::scheduler::watch::{Told, Watch};
use crate::store::retention::Before;
use crate::store::{Store, StoreError};
use crate::web::token::Token;
use crate::web::{self, App, Beat};

/// How often the inbox is looked into.
const INBOX_EVERY: Duration = Duration::from_millis(500);
/// How often what is old is let go of.
const LET_GO_EVERY: Duration = Duration::from_secs(3600);

/// How long the link in a mail leaves: whoever finds the mail a year later can still do so.
const KEYS_KEPT: SignedDuration = SignedDuration::from_hours(400 * 24);
/// How long what nobody confirmed is shown.
const UNCONFIRMED_KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

/// What the loops share.
pub struct Loops {
    /// The store.
    pub store: Store,
    /// The time.
    pub clock: Clock,
    /// Ends them all.
    pub stop: CancellationToken,
    /// Holds them all.
    pub tasks: TaskTracker,
}

impl Loops {
    /// Begins the looks, the deliveries, the pages and what goes with them.
    ///
    /// # Errors
    /// The counters cannot be set up.
    pub fn start(
        &self,
        sound: &Sound,
        reloader: Reloader,
        ear: impl Ear + 'static,
        pages: (TcpListener, Option<Token>),
    ) -> Result<()> {
        let (reloads, told) = mpsc::channel(16);
        let found = Arc::new(Notify::new());
        self.start_finding(sound, reloader.outlets(), ear, told, pages, Arc::clone(&found))?;
        let data = sound.settings.database.folder.clone();
        let (store, clock, stop) = (self.store.clone(), self.clock.clone(), self.stop.clone());
        // From here on SIGHUP asks for a reload; whoever hears that all is ready may send one.
        let hang_up = HangUp::begin();
        let reading = read_files(reloader, data, (store, found), hang_up, clock, reloads, stop);
        self.tasks.spawn(reading);
        Ok(())
    }

    /// The same without files that could change: what is handed out is what holds.
    ///
    /// # Errors
    /// As [`Loops::start`].
    pub fn start_with(
        &self,
        sound: &Sound,
        outlets: &Outlets,
        ear: impl Ear + 'static,
        reloads: mpsc::Receiver<Reloaded>,
        pages: (TcpListener, Option<Token>),
    ) -> Result<()> {
        self.start_finding(sound, outlets, ear, reloads, pages, Arc::default())
    }

    /// `found` is told when a look found out how a source publishes.
    fn start_finding(
        &self,
        sound: &Sound,
        outlets: &Outlets,
        ear: impl Ear + 'static,
        reloads: mpsc::Receiver<Reloaded>,
        pages: (TcpListener, Option<Token>),
        found: Arc<Notify>,
    ) -> Result<()> {
        let (beat, _) = broadcast::channel(64);
        let (looks, looks_told) = mpsc::channel(256);
        let (deliveries, deliveries_told) = mpsc::channel(256);
        let (strange, strange_told) = mpsc::channel(64);
        let (woken, pulse) = (Arc::new(Notify::new()), Arc::new(Pulse::default()));
        let watch = Arc::new(Watch {
            store: self.store.clone(),
            compiled: outlets.compiled.subscribe(),
            ask: outlets.ask.subscribe(),
            clock: self.clock.clone(),
            workers: sound.settings.polling.workers,
            told: looks.clone(),
            pulse: Arc::clone(&pulse),
            found: Arc::clone(&found),
            strange,
        });
        let inquirer = Inquirer {
            store: self.store.clone(),
            compiled: outlets.compiled.subscribe(),
            ask: outlets.ask.subscribe(),
            clock: self.clock.clone(),
            strange: strange_told,
            told: looks.clone(),
            found,
        };
        self.tasks.spawn(inquirer.run(self.stop.clone()));
        let (acts, acts_told) = mpsc::channel(64);
        self.tasks.spawn(hear_acts(acts_told, looks.clone(), self.clock.clone()));
        let deliverer = Deliverer {
            store: self.store.clone(),
            ways: outlets.ways.subscribe(),
            compiled: outlets.compiled.subscribe(),
            clock: self.clock.clone(),
            woken: Arc::clone(&woken),
            told: deliveries,
            pulse: Arc::clone(&pulse),
        };
        let data = sound.settings.database.folder.clone();
        let (compiled, retention) = (outlets.compiled.subscribe(), outlets.retention.subscribe());
        self.tasks.spawn(read_inbox(
            Inbox::of(&data),
            self.store.clone(),
            compiled,
            looks,
            self.clock.clone(),
            self.stop.clone(),
        ));
        self.tasks.spawn(let_go(self.store.clone(), retention, self.clock.clone(), self.stop.clone()));
        self.tasks.spawn(self.auditor(outlets, &pulse).run(self.stop.clone()));
        self.tasks.spawn(auditor::watchdog(pulse, self.stop.clone()));
        self.serve(pages, outlets, beat.clone(), acts)?;
        let stop = self.stop.clone();
        self.tasks.spawn(async move {
            if let Err(error) = watch.run(stop).await {
                tracing::error!(%error, "the looks could not begin");
            }
        });
        self.tasks.spawn(deliverer.run(self.stop.clone()));
        let heard = Heard { looks: looks_told, deliveries: deliveries_told, reloads };
        self.tasks.spawn(announce(ear, heard, woken, beat));
        Ok(())
    }

    fn auditor(&self, outlets: &Outlets, pulse: &Arc<Pulse>) -> Auditor {
        Auditor {
            store: self.store.clone(),
            compiled: outlets.compiled.subscribe(),
            heart: outlets.heart.subscribe(),
            pulse: Arc::clone(pulse),
            condition: Arc::clone(&outlets.condition),
            clock: self.clock.clone(),
            started: self.clock.now(),
        }
    }

    fn serve(
        &self,
        (listener, token): (TcpListener, Option<Token>),
        outlets: &Outlets,
        beat: broadcast::Sender<Beat>,
        acts: mpsc::Sender<Happened>,
    ) -> Result<()> {
        let metrics = figures::begin()?;
        self.tasks.spawn(figures::keep_small(metrics.clone(), self.stop.clone()));
        let app = Arc::new(App {
            store: self.store.clone(),
            compiled: outlets.compiled.subscribe(),
            ways: outlets.ways.subscribe(),
            condition: outlets.condition.subscribe(),
            beat,
            acts,
            token,
            metrics,
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

/// Reads the files again when they change, when SIGHUP comes, and when a command asks.
async fn read_files(
    mut reloader: Reloader,
    data: PathBuf,
    (store, found): (Store, Arc<Notify>),
    mut hang_up: HangUp,
    clock: Clock,
    told: mpsc::Sender<Reloaded>,
    stop: CancellationToken,
) {
    let mut watching = reloader.watching();
    let mut owns = None;
    let mut look = tokio::time::interval(files::LOOK_EVERY);
    look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut asked = tokio::time::interval(INBOX_EVERY);
    asked.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        let reloaded = tokio::select! {
            () = stop.cancelled() => return,
            () = found.notified() => {
                know_found(&mut reloader, &store).await;
                None
            }
            Some(()) = watching.hints.recv() => {
                files::until_quiet(&mut watching.hints).await;
                watching.again();
                look_again(&mut reloader, clock.now())
            }
            _ = look.tick() => look_again(&mut reloader, clock.now()),
            () = hang_up.comes() => Some(read_again(&mut reloader, clock.now())),
            _ = asked.tick() => match errand::asked(&data) {
                keys if keys.is_empty() => {
                    tell_owns(&mut reloader, &store, &mut owns).await;
                    None
                }
                keys => {
                    let reloaded = read_again(&mut reloader, clock.now());
                    for key in keys {
                        if let Err(error) = errand::answer(&data, &key, &reloaded.answer()) {
                            tracing::error!(error = format!("{error:#}"), "who asked for a reload cannot be answered");
                        }
                    }
                    Some(reloaded)
                }
            },
        };
        if let Some(reloaded) = reloaded {
            put_audit(&store, &reloaded).await;
            // Nobody listens only while the program ends.
            let _ = told.send(reloaded).await;
        }
    }
}

/// Takes up what looks have found out since.
async fn know_found(reloader: &mut Reloader, store: &Store) {
    match store.detected().await {
        Ok(detected) => reloader.know(detected),
        Err(error) => tracing::error!(%error, "what was found out of pages could not be read back"),
    }
}

/// Takes up what people changed about their own subscriptions, from the page, by a link, or by a command beside us.
async fn tell_owns(reloader: &mut Reloader, store: &Store, known: &mut Option<String>) {
    let read = async {
        let edition = store.own_edition().await?;
        if edition == *known {
            return Ok(None);
        }
        Ok::<_, StoreError>(Some((edition, store.owns_that_tell().await?)))
    };
    match read.await {
        Ok(None) => {}
        Ok(Some((edition, owns))) => {
            *known = edition;
            reloader.tell(owns);
        }
        Err(error) => tracing::error!(%error, "people's own subscriptions could not be read"),
    }
}

/// Another configuration that holds is a deed, whoever wrote the files.
async fn put_audit(store: &Store, reloaded: &Reloaded) {
    if !reloaded.refused.is_empty() {
        return;
    }
    let (new, gone) = reloaded.sources;
    let by = By::terminal("the files");
    let line = Entry::of(reloaded.at, &by, Deed::ConfigurationReloaded, "configuration");
    if let Err(error) = store.put_audit(&line.with(format!("{new} sources more, {gone} fewer"))).await {
        tracing::error!(%error, "that another configuration holds could not be written into the audit");
    }
}

/// Files on a drive that hangs hold this loop up and nothing else.
fn look_again(reloader: &mut Reloader, now: Timestamp) -> Option<Reloaded> {
    tokio::task::block_in_place(|| reloader.look(now))
}

fn read_again(reloader: &mut Reloader, now: Timestamp) -> Reloaded {
    tokio::task::block_in_place(|| {
        system::reloading();
        let reloaded = reloader.reload(now);
        system::ready(if reloaded.refused.is_empty() {
            "looking and telling"
        } else {
            "the changed files are refused"
        });
        reloaded
    })
}

/// Lets go of what is older than the configuration keeps.
async fn let_go(store: Store, retention: watch::Receiver<Retention>, clock: Clock, stop: CancellationToken) {
    loop {
        let kept = retention.borrow().clone();
        let now = clock.now();
        if let Err(error) = store.let_go_of_owns(now - KEYS_KEPT, now - UNCONFIRMED_KEPT).await {
            tracing::error!(%error, "old keys of people's own subscriptions could not be let go of");
        }
        match store.let_go(&before(&kept, clock.now())).await {
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

/// Up to when each is let go of.
fn before(kept: &Retention, now: Timestamp) -> Before {
    let before = |kept: Period| {
        SignedDuration::try_from(kept.0).ok().and_then(|kept| now.checked_sub(kept).ok()).unwrap_or(Timestamp::MIN)
    };
    Before {
        bodies: before(kept.bodies),
        tries: before(kept.tries),
        incidents: before(kept.incidents),
        messages: before(kept.messages),
    }
}

/// Takes in what people say through `bellwether incident`.
async fn read_inbox(
    inbox: Inbox,
    store: Store,
    compiled: watch::Receiver<Arc<Compiled>>,
    told: mpsc::Sender<Told>,
    clock: Clock,
    stop: CancellationToken,
) {
    loop {
        let at = clock.now();
        let current = compiled.borrow().clone();
        match inbox.take_in(&store, &current, at).await {
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
