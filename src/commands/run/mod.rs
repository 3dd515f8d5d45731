//! `run`: looks, tells, serves the page, until it is told to stop.

pub mod say;

use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::{Notify, mpsc};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use self::say::Voice;
use super::check;
use super::inbox::Inbox;
use super::load::{self, Folders};
use super::setup::Sound;
use crate::config::bellwether::Retention;
use crate::model::id::Ids;
use crate::pipeline::compiled::Compiled;
use crate::scheduler::deliverer::Deliverer;
use crate::scheduler::network::Network;
use crate::scheduler::watch::{Told, Watch};
use crate::store::Store;

/// How long what has begun may take to end once the program is told to stop.
const GRACE: Duration = Duration::from_secs(10);
/// How often the inbox is looked into.
const INBOX_EVERY: Duration = Duration::from_millis(500);
/// How often what is old is let go of.
const LET_GO_EVERY: Duration = Duration::from_secs(3600);

/// Runs Bellwether.
///
/// # Errors
/// What keeps it from starting: a data folder in use, a port in use, a certificate that cannot be read.
pub fn run(folders: &Folders) -> Result<ExitCode> {
    let loaded = load::load(folders)?;
    check::print(&loaded.problems);
    let Some(sound) = Sound::of(&loaded) else {
        eprintln!("error: Bellwether does not start with a broken configuration; `bellwether check` shows it again");
        return Ok(ExitCode::from(super::cli::BAD_CONFIGURATION));
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(serve(&sound))?;
    // A look-up of a name may still hold a thread; nothing of ours hangs on it.
    runtime.shutdown_timeout(Duration::from_secs(1));
    Ok(ExitCode::SUCCESS)
}

async fn serve(sound: &Sound) -> Result<()> {
    let store = Store::open(&sound.settings.database.folder).await?;
    let salt = store.salt(&draw_salt()).await?;
    store.void_leases().await?;
    let compiled = Arc::new(sound.compiled(Ids::salted(salt)));
    let listener = listen(sound.settings.server.listen.0).await?;
    let voice = Voice::new(Arc::clone(&compiled));
    voice.welcome(sound, listener.local_addr()?);

    let stop = CancellationToken::new();
    let tasks = TaskTracker::new();
    let parts = Parts { store: store.clone(), compiled, stop: stop.clone(), tasks: tasks.clone() };
    parts.start(sound, voice)?;
    stopped().await;
    println!("Stopping: what has begun may end, within {} s.", GRACE.as_secs());
    stop.cancel();
    tasks.close();
    if tokio::time::timeout(GRACE, tasks.wait()).await.is_err() {
        eprintln!("Some of it did not end in time; it is begun again at the next start. Nothing is lost.");
    }
    drop(listener);
    store.close().await;
    Ok(())
}

/// Draws what makes the identifiers of an installation its own.
#[must_use]
pub fn draw_salt() -> String {
    format!("{:032x}", rand::random::<u128>())
}

async fn listen(address: SocketAddr) -> Result<tokio::net::TcpListener> {
    tokio::net::TcpListener::bind(address).await.with_context(|| {
        format!(
            "cannot listen on {address}: set [server] listen in config/bellwether.toml to a free port of this machine"
        )
    })
}

/// What the loops share.
struct Parts {
    store: Store,
    compiled: Arc<Compiled>,
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl Parts {
    fn start(&self, sound: &Sound, voice: Voice) -> Result<()> {
        let (looks, looks_told) = mpsc::channel(256);
        let (deliveries, deliveries_told) = mpsc::channel(256);
        let woken = Arc::new(Notify::new());
        let watch = Arc::new(Watch {
            store: self.store.clone(),
            compiled: Arc::clone(&self.compiled),
            ask: Arc::new(Network::new(sound.fetcher()?)),
            clock: Timestamp::now,
            workers: sound.settings.polling.workers,
            told: looks.clone(),
        });
        let words = looks;
        let deliverer = Deliverer {
            store: self.store.clone(),
            ways: Arc::new(sound.ways(format!("process {}", std::process::id()))?),
            clock: Timestamp::now,
            woken: Arc::clone(&woken),
            told: deliveries,
        };
        self.tasks.spawn(read_inbox(
            Inbox::of(&sound.settings.database.folder),
            self.store.clone(),
            Arc::clone(&self.compiled),
            words,
            self.stop.clone(),
        ));
        let retention = sound.settings.retention.clone();
        self.tasks.spawn(let_go(self.store.clone(), retention, self.stop.clone()));
        let stop = self.stop.clone();
        self.tasks.spawn(async move {
            if let Err(error) = watch.run(stop).await {
                tracing::error!(%error, "the looks could not begin");
            }
        });
        self.tasks.spawn(deliverer.run(self.stop.clone()));
        self.tasks.spawn(announce(voice, looks_told, deliveries_told, woken));
        Ok(())
    }
}

/// Lets go of what is older than the configuration keeps.
async fn let_go(store: Store, retention: Retention, stop: CancellationToken) {
    let before = |now: Timestamp, kept: Duration| {
        SignedDuration::try_from(kept).ok().and_then(|kept| now.checked_sub(kept).ok()).unwrap_or(Timestamp::MIN)
    };
    loop {
        let now = Timestamp::now();
        match store.let_go(before(now, retention.bodies.0), before(now, retention.tries.0)).await {
            Ok(0) => {}
            Ok(gone) => tracing::info!(gone, "rows older than the retention were let go of"),
            Err(error) => tracing::error!(%error, "what is old could not be let go of"),
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(LET_GO_EVERY) => {}
        }
    }
}

/// Takes in what people say through `bellwether incident`.
async fn read_inbox(
    inbox: Inbox,
    store: Store,
    compiled: Arc<Compiled>,
    told: mpsc::Sender<Told>,
    stop: CancellationToken,
) {
    loop {
        let at = Timestamp::now();
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
            () = tokio::time::sleep(INBOX_EVERY) => {}
        }
    }
}

/// Says on the terminal what happens, and wakes the deliveries when something is to be sent.
async fn announce(
    mut voice: Voice,
    mut looks: mpsc::Receiver<Told>,
    mut deliveries: mpsc::Receiver<Result<crate::pipeline::deliver::Delivery, crate::store::StoreError>>,
    woken: Arc<Notify>,
) {
    loop {
        tokio::select! {
            Some(told) = looks.recv() => {
                if told.happened.as_ref().is_ok_and(|happened| happened.notices.iter().any(|n| n.sent)) {
                    woken.notify_one();
                }
                voice.look(&told);
            }
            Some(delivery) = deliveries.recv() => voice.delivery(&delivery),
            else => return,
        }
    }
}

/// Resolves when the program is told to stop: Ctrl-C, or SIGTERM from the system.
async fn stopped() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    let _ = interrupt.await;
}
