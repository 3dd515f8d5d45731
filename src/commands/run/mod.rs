//! `run`: looks, tells, serves the page, until it is told to stop.

mod announce;
pub mod auditor;
mod figures;
pub mod files;
pub mod log;
pub mod loops;
pub mod reload;
pub mod say;
pub mod system;

use std::io::IsTerminal;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use self::loops::Loops;
use self::reload::{Made, Reloader};
use self::say::Voice;
use super::check;
use super::load::{self, Folders};
use super::setup::Sound;
use super::{owner, secrets};
use crate::clock::Clock;
use crate::model::audit::By;
use crate::model::id::Ids;
use crate::pipeline::accounts;
use crate::store::Store;
use crate::web::token::Token;

/// How long what has begun may take to end once the program is told to stop.
const GRACE: Duration = Duration::from_secs(10);

/// Runs Bellwether.
///
/// # Errors
/// What keeps it from starting: a data folder in use, a port in use, a certificate that cannot be read.
pub fn run(folders: &Folders) -> Result<ExitCode> {
    let loaded = load::load(folders)?;
    let Some(sound) = Sound::of(&loaded) else {
        check::print(&loaded.problems);
        eprintln!("error: Bellwether does not start with a broken configuration; `bellwether check` shows it again");
        return Ok(ExitCode::from(super::cli::BAD_CONFIGURATION));
    };
    owner::act_as_owner_of(&sound.settings.database.folder)?;
    log::begin(sound.settings.log);
    if std::io::stderr().is_terminal() {
        check::print(&loaded.problems);
    } else {
        loaded.problems.iter().for_each(|problem| tracing::warn!("check: {problem}"));
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(serve(folders, &sound))?;
    // A look-up of a name may still hold a thread; nothing of ours hangs on it.
    runtime.shutdown_timeout(Duration::from_secs(1));
    Ok(ExitCode::SUCCESS)
}

async fn serve(folders: &Folders, sound: &Sound) -> Result<()> {
    let store = Store::open(&sound.settings.database.folder).await?;
    let ids = Ids::salted(store.salt(&draw_salt()).await?);
    store.void_leases().await?;
    let clock = Clock::real();
    let process = format!("process {}", std::process::id());
    let detected = store.detected().await?;
    let owns = store.owns_that_tell().await?;
    let made = Made::of(sound, ids.clone(), 0, process.clone(), &detected)?.telling(&owns);
    let token = token(sound)?;
    let listener = listen(sound.settings.server.listen.0).await?;
    let voice = Voice::new(Arc::clone(&made.compiled), clock.clone());
    let page = voice.welcome(sound, listener.local_addr()?);
    if !store.has_accounts().await? {
        let link = accounts::first_link(&store, &By::terminal("start"), clock.now()).await?;
        voice.invite(&page, &link);
    }

    let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
    let mut reloader = Reloader::new(folders.clone(), sound, ids, process, made.outlets(clock.now()));
    reloader.know(detected);
    reloader.tell(owns);
    let loops = Loops { store: store.clone(), clock, stop: stop.clone(), tasks: tasks.clone() };
    loops.start(sound, reloader, voice, (listener, token))?;
    system::ready("looking and telling");
    stopped().await;
    system::stopping();
    Voice::stopping(GRACE.as_secs());
    stop.cancel();
    tasks.close();
    if tokio::time::timeout(GRACE, tasks.wait()).await.is_err() {
        tracing::warn!("some of it did not end in time; it is begun again at the next start, and nothing is lost");
    }
    store.close().await;
    Ok(())
}

/// What the pages and the API demand of who asks.
fn token(sound: &Sound) -> Result<Option<Token>> {
    let server = &sound.settings.server;
    let secret = server.token.as_ref().map(|token| secrets::resolve(&token.0)).transpose().context("[server] token")?;
    let Some(token) = Token::demanded(server.listen.0, secret.as_ref().map(|s| s.reveal()))? else { return Ok(None) };
    let kiosk = server.kiosk.as_ref().map(|token| secrets::resolve(&token.0)).transpose().context("[server] kiosk")?;
    Ok(Some(token.with_kiosk(kiosk.as_ref().map(|s| s.reveal()))?))
}

/// Draws what makes the identifiers of an installation its own.
#[must_use]
pub fn draw_salt() -> String {
    format!("{:032x}", rand::random::<u128>())
}

async fn listen(address: SocketAddr) -> Result<tokio::net::TcpListener> {
    tokio::net::TcpListener::bind(address).await.with_context(|| {
        format!("cannot listen on {address}: set [server] listen in bellwether.toml to a free port of this machine")
    })
}

/// Resolves when the program is told to stop: Ctrl-C, or SIGTERM from the system.
pub async fn stopped() {
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
