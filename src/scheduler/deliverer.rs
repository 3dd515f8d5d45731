//! The deliveries: what is due in the outbox, as soon as it is due, many at once but few to one address.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{Notify, mpsc, watch};
use tokio::task::{Id, JoinSet};
use tokio_util::sync::CancellationToken;

use super::pulse::{Loop, Pulse};
use crate::clock::Clock;
use crate::pipeline::assure::assure_once;
use crate::pipeline::compiled::Compiled;
use crate::pipeline::deliver::{self, Delivery, Ways};
use crate::store::{Store, StoreError};

/// How many rows are tried at the same time.
const AT_ONCE: usize = 64;
/// How many of them to one address.
const TO_ONE_ADDRESS: usize = 2;
/// The outbox is looked into at least this often.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// All that the deliveries need.
pub struct Deliverer {
    /// The store.
    pub store: Store,
    /// How receivers are reached, by the configuration of the moment.
    pub ways: watch::Receiver<Arc<Ways>>,
    /// The same configuration's rules.
    pub compiled: watch::Receiver<Arc<Compiled>>,
    /// The time.
    pub clock: Clock,
    /// Is woken when something was put into the outbox.
    pub woken: Arc<Notify>,
    /// Is told what came of each try.
    pub told: mpsc::Sender<Result<Delivery, StoreError>>,
    /// Is told that the deliveries go on.
    pub pulse: Arc<Pulse>,
}

/// Tries under way, and to which address each goes.
#[derive(Default)]
struct UnderWay {
    tries: JoinSet<Delivery>,
    addresses: BTreeMap<Id, String>,
}

impl Deliverer {
    /// Delivers until `stop`, then lets the tries that have begun end.
    pub async fn run(self, stop: CancellationToken) {
        let mut under_way = UnderWay::default();
        let mut assured: Option<Instant> = None;
        while !stop.is_cancelled() {
            // A long queue drains try by try; what does not arrive is looked for beside it, not after each of them.
            if assured.is_none_or(|at| at.elapsed() >= LOOK_EVERY) {
                self.assure().await;
                assured = Some(Instant::now());
            }
            self.claim(&mut under_way).await;
            self.pulse.beat(Loop::Deliveries);
            tokio::select! {
                () = stop.cancelled() => {}
                () = self.woken.notified() => {}
                () = self.clock.sleep(LOOK_EVERY) => {}
                Some(done) = under_way.tries.join_next_with_id() => self.done(done, &mut under_way).await,
            }
        }
        while let Some(done) = under_way.tries.join_next_with_id().await {
            self.done(done, &mut under_way).await;
        }
    }

    /// Sends what does not arrive by a second way too.
    async fn assure(&self) {
        let compiled = self.compiled.borrow().clone();
        match assure_once(&self.store, &compiled, self.clock.now()).await {
            // The configuration that holds by now does it at its turn.
            Ok(_) | Err(StoreError::Superseded) => {}
            Err(error) => tracing::error!(%error, "it cannot be seen what does not arrive"),
        }
    }

    async fn claim(&self, under_way: &mut UnderWay) {
        let room = AT_ONCE.saturating_sub(under_way.tries.len());
        if room == 0 {
            return;
        }
        let ways = self.ways.borrow().clone();
        match deliver::claim(&self.store, &ways, room, &under_way.busy(), &self.clock).await {
            Err(error) => tracing::error!(%error, "the outbox cannot be read"),
            Ok(rows) => {
                for row in rows {
                    let address = row.notification.address.clone();
                    let (ways, clock) = (Arc::clone(&ways), self.clock.clone());
                    let task = under_way.tries.spawn(async move { deliver::try_once(&ways, row, &clock).await });
                    under_way.addresses.insert(task.id(), address);
                }
            }
        }
    }

    /// Marks what came of a try, and of all others that have ended by now.
    async fn done(&self, first: Joined, under_way: &mut UnderWay) {
        let mut deliveries: Vec<Delivery> = under_way.ended(first).into_iter().collect();
        while let Some(next) = under_way.tries.try_join_next_with_id() {
            deliveries.extend(under_way.ended(next));
        }
        // Nobody listens only while the program ends.
        match deliver::mark(&self.store, &deliveries, self.clock.now()).await {
            Err(error) => drop(self.told.send(Err(error)).await),
            Ok(()) => {
                for delivery in deliveries {
                    drop(self.told.send(Ok(delivery)).await);
                }
            }
        }
    }
}

type Joined = Result<(Id, Delivery), tokio::task::JoinError>;

impl UnderWay {
    /// What a try came to. If it broke off, the row's lease ends, and it is tried again.
    fn ended(&mut self, joined: Joined) -> Option<Delivery> {
        match joined {
            Ok((id, delivery)) => {
                self.addresses.remove(&id);
                Some(delivery)
            }
            Err(panic) => {
                self.addresses.remove(&panic.id());
                tracing::error!(%panic, "a try to deliver broke off");
                None
            }
        }
    }

    /// The addresses to which enough is under way.
    fn busy(&self) -> Vec<String> {
        let mut counts: BTreeMap<&String, usize> = BTreeMap::new();
        for address in self.addresses.values() {
            *counts.entry(address).or_default() += 1;
        }
        counts.into_iter().filter(|(_, n)| *n >= TO_ONE_ADDRESS).map(|(address, _)| address.clone()).collect()
    }
}
