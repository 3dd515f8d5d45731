//! The pages and the API: what Bellwether knows, for people and for programs, over HTTP.
//!
//! It reads the store and the configuration of the moment and changes neither; what people do from the desk goes through
//! the pipeline. Nothing that a vendor or a user wrote leaves it unescaped, no page asks anything outside, and what
//! cannot be seen is never shown as well.

mod api;
mod asset;
mod by_hand;
mod cookie;
mod desk;
mod fault;
mod gate;
mod health;
mod hush;
mod kiosk;
mod metric;
mod now;
mod ourselves;
mod page;
mod past;
mod router;
pub mod server;
mod sight;
mod slow;
mod stream;
pub mod token;
mod unbelieved;
mod view;
mod who;

use std::sync::Arc;

use jiff::Timestamp;
use metrics_exporter_prometheus::PrometheusHandle;
use serde::Serialize;
use tokio::net::TcpListener;
use tokio::sync::{broadcast, mpsc, watch};
use tokio_util::sync::CancellationToken;

use self::token::Token;
use crate::clock::Clock;
use crate::model::condition::Condition;
use crate::pipeline::compiled::Compiled;
use crate::pipeline::deliver::Ways;
use crate::pipeline::settle::Happened;
use crate::store::Store;

/// What the pages and the API stand on.
#[derive(Debug)]
pub struct App {
    /// What is known.
    pub store: Store,
    /// The configuration of the moment; a reload sends another.
    pub compiled: watch::Receiver<Arc<Compiled>>,
    /// How receivers are reached, by the configuration of the moment.
    pub ways: watch::Receiver<Arc<Ways>>,
    /// How the program itself fares.
    pub condition: watch::Receiver<Condition>,
    /// What happens, as it happens. A beat that is lost does no harm: it only says "look again".
    pub beat: broadcast::Sender<Beat>,
    /// Without which nobody is answered; `None` where only this machine itself can ask ([`Token::demanded`]).
    pub token: Option<Token>,
    /// What the acts of people in the page led to, for the terminal and for the deliveries, which begin at once.
    pub acts: mpsc::Sender<Happened>,
    /// What the rest of the program counts.
    pub metrics: PrometheusHandle,
    /// When this process began.
    pub started: Timestamp,
    /// What time it is.
    pub clock: Clock,
}

impl App {
    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn compiled(&self) -> Arc<Compiled> {
        self.compiled.borrow().clone()
    }
}

/// Serves the pages and the API until `stop`; what is under way then has five seconds.
///
/// # Errors
/// [`server::ServeError`] when nothing more can be accepted.
pub async fn serve(listener: TcpListener, app: Arc<App>, stop: CancellationToken) -> Result<(), server::ServeError> {
    server::serve(listener, app, stop).await
}

/// Something happened, and whoever shows it should look again. It carries nothing: what happened is read from the
/// store, so that no listener can miss it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Beat {
    /// Changes or effects were committed.
    Change,
    /// Sources were looked at, and nothing changed.
    Look,
    /// A message was delivered, or failed to be.
    Delivery,
    /// Another configuration holds.
    Configuration,
}

impl Beat {
    const fn word(self) -> &'static str {
        match self {
            Self::Change => "change",
            Self::Look => "look",
            Self::Delivery => "delivery",
            Self::Configuration => "configuration",
        }
    }
}
